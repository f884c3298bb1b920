//! Tables of counts, published so that nobody can be found in them.
//!
//! A [`Table`] counts people by some dimensions; published, it also has the totals of each combination of them.
//! A figure under the threshold is not published ([`Figure::Suppressed`]), and neither are as many others as it takes
//! that nobody can work it out from the rest: from the totals, from other tables about the same people, or from what
//! was published of them before.

mod axes;
mod protect;
mod risk;
mod system;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use protect::{Audit, protect, protect_audited};
pub use risk::risk_of;

/// What people are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    /// Its name, such as `sex`. Tables of one population that have a dimension of the same name share it, and name
    /// its values alike.
    pub name: String,
    /// Its values. Each person counted has one of them, so that they add up to the total.
    pub values: Vec<String>,
}

/// A table as it was counted, before any protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Who is counted, such as `people reached since 2025-01-01`. Tables of one population are linked: what one
    /// publishes helps to work out the others. Tables of different populations are protected each on their own.
    #[serde(default)]
    pub population: String,
    /// What is counted by; none for a single figure.
    pub dimensions: Vec<Dimension>,
    /// The counts without totals, the last dimension's values next to each other (row-major).
    pub counts: Vec<u64>,
}

/// What a reader may know of a combination that nobody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zeros {
    /// Nothing: it is small like any figure under the threshold. That no girl of a place is free of some need says
    /// of each girl there that she has it.
    #[default]
    Protected,
    /// That nobody has it.
    Published,
}

/// Values of one dimension that lie in those of another: countries in regions, narrow bands of age in wide ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nesting {
    /// The dimension with the narrower values.
    pub fine: String,
    /// The dimension with the wider values.
    pub coarse: String,
    /// The wider value that each narrower one lies in.
    pub into: BTreeMap<String, String>,
}

/// How tables are protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Figures of fewer people than this are not published. It is also the width of the interval in which whoever
    /// knows everything published has to leave each suppressed figure.
    pub threshold: u64,
    /// The base to whose multiples published figures are rounded.
    #[serde(default)]
    pub rounding: Option<u64>,
    /// What a reader may know of combinations that nobody has.
    #[serde(default)]
    pub zeros: Zeros,
    /// Dimensions that lie in one another.
    #[serde(default)]
    pub nestings: Vec<Nesting>,
}

/// What stands in a published cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// The count.
    Count(u64),
    /// The count, rounded to the base.
    Rounded(u64),
    /// Nothing. Small figures and those suppressed on their account look alike: which is which would tell something.
    Suppressed,
}

/// A cell of a published table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The value of each dimension by its place in it; `None` is the total over the dimension.
    pub coordinates: Vec<Option<u16>>,
    /// What is published.
    pub figure: Figure,
}

/// A table as the public has it. To be kept, and given to [`protect`] with the next release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The table's name.
    pub table: String,
    /// Who is counted.
    #[serde(default)]
    pub population: String,
    /// Which release of its population it belongs to, counted from 1. Tables of one edition count the same people.
    #[serde(default)]
    pub edition: u32,
    /// The base of rounded figures.
    #[serde(default)]
    pub rounding: Option<u64>,
    /// What is counted by.
    pub dimensions: Vec<Dimension>,
    /// All cells, totals included.
    pub cells: Vec<Cell>,
}

/// Why tables cannot be protected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The counts do not fit the dimensions.
    #[error("table «{table}» has {counts} counts where its dimensions make {cells} cells")]
    Shape {
        /// The table.
        table: String,
        /// How many counts it has.
        counts: usize,
        /// How many its dimensions make.
        cells: usize,
    },
    /// A threshold of 0 or 1 protects nobody.
    #[error("a threshold of {0} protects nobody; write 3 at least, 10 where it may matter to someone's safety")]
    Threshold(u64),
    /// Two tables of one population name a dimension's values differently.
    #[error(
        "«{table}» has other values of «{dimension}» than another table about the same people; name them alike, give \
         the dimension another name, or say how they lie in one another"
    )]
    Values {
        /// The table.
        table: String,
        /// The dimension.
        dimension: String,
    },
    /// Two tables of one population do not count the same people.
    #[error(
        "«{table}» and «{other}» count differently many people where they should agree ({here}: {count} and \
         {other_count}); give them different populations"
    )]
    Disagree {
        /// One table.
        table: String,
        /// The other.
        other: String,
        /// The cell, in words.
        here: String,
        /// What one counts.
        count: u64,
        /// What the other counts.
        other_count: u64,
    },
    /// A name stands twice.
    #[error("«{table}» has «{name}» twice; give one of them another name")]
    Twice {
        /// The table.
        table: String,
        /// The dimension or value.
        name: String,
    },
    /// Rounding that rounds nothing.
    #[error("rounding to {0} rounds nothing; write 3 or 5, or leave it out")]
    Rounding(u64),
    /// A nesting that leaves a value out.
    #[error("the nesting of «{fine}» in «{coarse}» has to name a value of «{coarse}» for each value of «{fine}»")]
    Nesting {
        /// The dimension with the narrower values.
        fine: String,
        /// The dimension with the wider values.
        coarse: String,
    },
    /// What is known does not go together.
    #[error(
        "the tables of «{0}» contradict each other or their nestings; count them anew from the same records, or give          them different populations"
    )]
    Contradiction(String),
    /// More than can be checked; nothing is published unchecked.
    #[error(
        "the tables of «{population}» and what was published of them before are too large to check together \
         ({cells} cells, {limit} at most); publish fewer tables, fewer dimensions in one, or wider values"
    )]
    TooLarge {
        /// The population.
        population: String,
        /// How many cells would have to be checked together.
        cells: usize,
        /// How many can be.
        limit: usize,
    },
}

/// What a table would tell if it were published as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRisk {
    /// The table's name.
    pub table: String,
    /// Figures of at least one person and fewer than the threshold, totals included.
    pub small: usize,
    /// People who are counted in such a figure without totals.
    pub people: u64,
    /// Figures that nobody is counted in, without totals.
    pub zeros: usize,
    /// Small figures that could be worked out exactly if nothing else than they were suppressed.
    pub by_difference: usize,
}
