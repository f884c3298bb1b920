//! Lists of entities (ODK): what forms make, change and choose from. Rows of a list about a case are seen by whoever
//! sees the case.
//!
//! `apply` carries out what submissions say, `store` holds lists and entities, `file` reads and writes them as CSV.

pub(super) mod api;
mod apply;
mod file;
pub(super) mod held;
mod model;
pub(super) mod pages;
pub(super) mod store;

pub(super) use apply::{Source, carry_out, is_source, note, together};
pub(super) use file::{blank, for_forms};
pub use model::{Entity, EntityConflict, EntityList, EntityVersion, Reach};
pub(super) use model::{EntityChange, EntityListChange, NewEntityList};
