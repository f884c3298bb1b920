//! Figures that expose nobody.
//!
//! Everything begins with [`Microdata`]: one row for each person, cells that are one of few values.

#![forbid(unsafe_code)]

pub mod count;
pub mod evaluate;
mod microdata;

pub use microdata::{Column, Domain, Microdata, Role, TooManyValues};
