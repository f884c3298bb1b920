//! Whole files at once: who stands in a file twice, who stands in both of two files.

mod blocking;
mod columns;
mod compare;
mod date;
mod decide;
mod dictionary;
mod engine;
mod error;
mod estimate;
mod evaluate;
mod levels;
mod lexicon;
mod model;
mod pairs;
mod records;
mod score;
mod table;

pub use columns::Kind;
pub use decide::{Links, number, sizes};
pub use engine::{Engine, Progress, Settings};
pub use error::Error;
pub use evaluate::{Evaluation, Point};
pub use model::Model;
pub use pairs::{Pair, Pairs};
pub use records::{Plan, Records, Wishes};
pub use score::probability;
pub use table::{Batch, Table};
