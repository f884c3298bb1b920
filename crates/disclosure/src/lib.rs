//! Figures that expose nobody.
//!
//! Everything begins with [`Microdata`]: one row for each person, cells that are one of few values.

#![forbid(unsafe_code)]

pub mod account;
pub mod attack;
pub mod count;
pub mod describe;
pub mod evaluate;
pub mod ledger;
mod microdata;
pub mod noise;
pub mod read;
pub mod report;
pub mod round;
pub mod shares;
pub mod tables;

pub use microdata::{Column, Domain, Microdata, Role, TooManyValues};
