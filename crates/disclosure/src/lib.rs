//! Figures that expose nobody.
//!
//! Everything begins with [`Microdata`]: one row for each person, cells that are one of few values.

#![forbid(unsafe_code)]

pub mod describe;
mod microdata;
pub mod read;
pub mod risk;
pub mod round;
pub mod tables;

pub use microdata::{Column, Domain, Microdata, Role, TooManyValues};
