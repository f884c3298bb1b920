//! The application: sliced by area, not by layer. `ARCHITECTURE.md` walks through the house.

pub mod access;
pub mod cases;
pub mod code;
pub mod dates;
pub mod db;
pub mod demo;
pub mod documents;
pub mod error;
pub mod forms;
pub mod history;
pub mod ids;
pub mod keys;
pub mod people;
pub mod reference;
pub mod retention;
pub mod statistics;
#[cfg(test)]
mod testing;
pub mod ui;
pub mod users;
pub mod web;
