//! Who is the same person? Names in any script, compared, and found among millions.
//!
//! A name becomes [`tokens`] in Latin letters; a token becomes a [`Skeleton`] that survives the
//! ways one name is spelt across languages; [`likeness`] says how alike two names are, whatever
//! the order of their parts, and [`explain_names`] why; an [`Index`] answers who of many is called like this;
//! [`batch`] finds who is one person in whole files; [`private`] finds whom two organisations both
//! know without showing their lists.
//!
//! ```
//! let mut index = linkage::Index::new();
//! index.insert(7, ["Youssef Chokri", "يوسف شكري"], ["passport:123"]);
//! index.insert(8, ["Carlos Pérez"], []);
//! let found = index.find("Shukri Yusuf", 10);
//! assert_eq!(found[0].id, 7);
//! assert_eq!(index.holders("passport:123"), [7]);
//! ```

#![forbid(unsafe_code)]

pub mod batch;
mod index;
mod likeness;
mod names;
mod patronymic;
pub mod private;
mod scripts;
mod short;
mod sounds;

pub use index::{Hit, Index};
pub use likeness::{Explanation, How, PartMatch, explain_names, likeness};
pub use names::{Skeleton, tokens};
