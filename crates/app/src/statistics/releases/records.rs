//! Synthetic records as a release: people who do not exist, with the figures of those who do.
//!
//! They are made of all people reached in the period who agreed to be counted, with the engine's private method
//! (`crates/disclosure/SYNTHETIC.md`), once. Their tables on the public page are counted in the records, and so cost
//! nothing further.

use disclosure::account::{Delta, Epsilon};
use disclosure::evaluate::by_length;
use disclosure::noise::Source;
use disclosure::risk::{self, Question};
use disclosure::synthesis::{Refused, cost, marginals, noise_of_a_column};
use disclosure::{Column, Microdata};
use serde::{Deserialize, Serialize};

use super::figures::{Axis, Figure, Frozen, FrozenCell, FrozenTable, Noise};
use super::ledger::Terms;
use super::model::{ReleaseInput, TableInput, USUAL_THRESHOLD};
use crate::access::Viewer;
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::statistics::{self, Dimension, IndicatorId};

/// One release takes this part of the house's δ, half of it for finding out which values occur. So the house can make
/// fifty of them before half of its δ is spent.
const SHARE_OF_DELTA: f64 = 50.0;
/// How far records are from the people is looked at in combinations of up to so many columns.
const LENGTH: usize = 2;

/// Synthetic records, and what only the house sees of the people behind them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Records {
    /// The columns, of one length.
    pub columns: Vec<RecordColumn>,
    /// How easily the people would be recognised without protection; none where nothing is told that others may know.
    pub alone: Option<Alone>,
    /// How far the records are from the people: for combinations of one value, of two and so on, the sum of differences
    /// as a share of the people.
    pub apart: Vec<f64>,
}

/// One column of synthetic records.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordColumn {
    /// What it tells.
    pub dimension: Dimension,
    /// The value that it tells of, where a person may have several.
    pub of: Option<String>,
    /// The values; those that a person may have several of, `yes`.
    pub values: Vec<String>,
    /// A value each, counted from 1; 0 where it is not known, or not so.
    pub codes: Vec<u16>,
}

/// How many would be recognised if the people themselves were published in these columns.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alone {
    /// People reached who agreed to be counted.
    pub people: usize,
    /// Those who share what others may know of them with nobody.
    pub unique: u64,
    /// Those who share it with fewer than ten.
    pub few: u64,
}

impl Records {
    /// How many there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.codes.len())
    }

    /// What one of them says, column by column.
    pub fn record(&self, row: usize) -> impl Iterator<Item = (&RecordColumn, &str)> {
        self.columns.iter().map(move |column| {
            let code = column.codes.get(row).copied().unwrap_or(0);
            (column, column.value(code))
        })
    }
}

impl RecordColumn {
    /// Its name for programs.
    pub fn name(&self) -> String {
        self.of.as_ref().map_or_else(|| self.dimension.code().to_owned(), |of| format!("{}_{of}", self.dimension))
    }

    /// The value of a code; nothing of 0.
    fn value(&self, code: u16) -> &str {
        usize::from(code).checked_sub(1).and_then(|place| self.values.get(place)).map_or("", String::as_str)
    }

    fn of(column: &Column) -> Option<RecordColumn> {
        let (dimension, of) = match column.name.split_once('_') {
            Some((dimension, of)) => (dimension, Some(of.to_owned())),
            None => (column.name.as_str(), None),
        };
        let dimension = Dimension::from_code(dimension)?;
        Some(RecordColumn { dimension, of, values: column.values.clone(), codes: column.codes.clone() })
    }

    /// How many records have each value, in the order of the codes.
    fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.values.len() + 1];
        for code in &self.codes {
            counts.get_mut(usize::from(*code)).into_iter().for_each(|count| *count += 1);
        }
        counts
    }
}

/// Makes the records of a release.
///
/// # Errors
/// Not allowed, too few people for so much noise, or the database failed.
pub fn prepare(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput, terms: &Terms) -> Result<Frozen, Error> {
    let people = people(tx, viewer, input)?;
    let (epsilon, delta) = budget(input, terms)?;
    let made = marginals(&people, epsilon, delta, &mut Source::secure()).map_err(refused)?;
    let apart = by_length(&people, &made.records, LENGTH).map_err(internal)?;
    let records = Records {
        columns: made.records.columns().iter().filter_map(RecordColumn::of).collect(),
        alone: alone(&people),
        apart: apart.iter().map(|length| length.relative_error).collect(),
    };
    Ok(Frozen {
        tables: tables(&records, &input.columns),
        records: Some(records),
        noise: Some(noise(&people, epsilon, delta)?),
        ..Frozen::blank(viewer.today)
    })
}
/// How easily people would be recognised and how much noise there will be, before anything is made.
///
/// # Errors
/// Not allowed, or the database failed.
pub fn preview(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput, terms: &Terms) -> Result<Frozen, Error> {
    let people = people(tx, viewer, input)?;
    let (epsilon, delta) = budget(input, terms)?;
    Ok(Frozen {
        records: Some(Records { alone: alone(&people), ..Records::default() }),
        noise: Some(noise(&people, epsilon, delta)?),
        ..Frozen::blank(viewer.today)
    })
}

fn people(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput) -> Result<Microdata, Error> {
    statistics::figures::records(tx, &viewer.counting()?, &input.period(), &input.columns)
}

fn budget(input: &ReleaseInput, terms: &Terms) -> Result<(Epsilon, Delta), Error> {
    let epsilon = Epsilon::new(input.protection.epsilon.unwrap_or_default()).map_err(internal)?;
    Ok((epsilon, Delta::new(terms.delta / SHARE_OF_DELTA).map_err(internal)?))
}

fn noise(people: &Microdata, epsilon: Epsilon, delta: Delta) -> Result<Noise, Error> {
    let cost = cost(people, epsilon, delta);
    Ok(Noise {
        epsilon: epsilon.value(),
        delta: delta.value(),
        sigma: noise_of_a_column(people, epsilon, delta).map_err(|error| refused(error.into()))?,
        rho: cost.rho.parts(),
        found: cost.delta,
    })
}

fn alone(people: &Microdata) -> Option<Alone> {
    let question = Question { threshold: USUAL_THRESHOLD, population: None, length: 0 };
    let (risk, _) = risk::assess(people, &question).ok()?;
    Some(Alone { people: risk.people, unique: risk.unique, few: risk.small })
}

fn refused(refusal: Refused) -> Error {
    Error::Refused(match refusal {
        Refused::TooFewPeople | Refused::Scale(_) => "refused-release-too-few",
        Refused::TooManyCells(_) => "refused-release-too-large",
    })
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// A table of the records for each dimension.
fn tables(records: &Records, by: &[Dimension]) -> Vec<FrozenTable> {
    let all = || FrozenCell { at: vec![None], figure: Figure::Synthetic { value: records.rows() as u64 } };
    let table = |dimension: &Dimension| {
        let columns: Vec<&RecordColumn> =
            records.columns.iter().filter(|column| column.dimension == *dimension).collect();
        let (values, counts) = match columns.as_slice() {
            [single] if single.of.is_none() => {
                let mut counts = single.counts();
                // Last, as in every table.
                counts.rotate_left(1);
                let unknown = statistics::UNKNOWN.to_owned();
                (single.values.iter().cloned().chain([unknown]).collect::<Vec<String>>(), counts)
            }
            several => {
                let has = |column: &&RecordColumn| Some((column.of.clone()?, column.counts().get(1).copied()?));
                several.iter().filter_map(has).unzip()
            }
        };
        let cell = |(place, value): (usize, u64)| FrozenCell {
            at: vec![u16::try_from(place).ok()],
            figure: Figure::Synthetic { value },
        };
        FrozenTable {
            input: TableInput { indicator: IndicatorId::PeopleReached, by: vec![*dimension] },
            axes: vec![Axis { code: dimension.code().to_owned(), values }],
            cells: counts.into_iter().enumerate().map(cell).chain([all()]).collect(),
        }
    };
    by.iter().map(table).collect()
}
