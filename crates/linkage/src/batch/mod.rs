//! Whole files at once: who stands in a file twice, who stands in both of two files.
//!
//! A [`Table`] is read into [`Records`], whose values are numbers; an [`Engine`] learns from them
//! what agreement is worth, or takes a [`Model`]; it looks at the [`Pairs`] that blocking rules
//! make, and decides who is one person. Each decision can be explained ([`Explanation`]) and, where
//! a column tells who is who, judged ([`Evaluation`]).
//!
//! The method is Fellegi and Sunter's (1969) with parameters estimated by expectation maximisation
//! (Dempster, Laird and Rubin 1977; Winkler 1988), random sampling for agreement by chance and
//! adjustment to the frequency of values (Winkler 1989), in the shape that Splink gave it (Linacre
//! et al. 2022), and two things of its own: pairs that are not one person are strangers *or two of
//! one household*, and strangers of one origin agree more than strangers at large. No figure
//! depends on the order of rows or columns.

mod age;
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
mod explain;
mod few;
mod levels;
mod lexicon;
mod model;
mod output;
mod pairs;
mod parquet;
mod picture;
mod prepare;
mod records;
mod score;
mod sheet;
mod sql;
mod table;

pub use columns::Kind;
pub use decide::{Links, number, sizes};
pub use engine::{Engine, Progress, Settings, USUAL_THRESHOLD};
pub use error::Error;
pub use evaluate::{Evaluation, LEAST_JUDGED, Point};
pub use explain::{Agreement, Contribution, Explanation};
pub use few::{Among, Few};
pub use model::Model;
pub use output::{refuse_cluster_column, write_links, write_people};
pub use pairs::{Pair, Pairs};
pub use prepare::{answer, prepare};
pub use records::{Records, Wishes};
pub use score::probability;
pub use sheet::{Form, Out, Sheet, Values};
pub use sql::{Dialect, Script, Step};
pub use table::{Batch, Table};

pub(crate) use age::birth;
pub(crate) use columns::recognise;
pub(crate) use date::{Date, Order, parse as parse_date};
pub(crate) use dictionary::{Random, Texts};
pub(crate) use lexicon::{bones, normalise};
