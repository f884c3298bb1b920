//! What columns are, as a small TOML that people read and change.
//!
//! ```toml
//! [columns.sex]
//! role = "quasi-identifier"      # or "sensitive"; or "identifier" or "ignore", which leave it out
//! values = ["female", "male"]    # what there can be; anything else is refused
//! [columns.age]
//! bands = [0, 5, 12, 18, 60]     # numbers become "0-4", "5-11", "12-17", "18-59" and "60+"
//! [columns.arrived]
//! dates = "year"                 # 2025-03-01 becomes 2025; or "month"
//! ```

use std::collections::BTreeMap;

use rapidfuzz::distance::jaro_winkler;
use serde::{Deserialize, Serialize};

use crate::microdata::Role;

/// What is done with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Kept: others may know it of a person.
    QuasiIdentifier,
    /// Kept: nobody should learn it of a person.
    Sensitive,
    /// Left out, because it names someone.
    Identifier,
    /// Left out.
    Ignore,
}

impl Use {
    /// The role of a column that is kept.
    pub fn role(self) -> Option<Role> {
        match self {
            Use::QuasiIdentifier => Some(Role::QuasiIdentifier),
            Use::Sensitive => Some(Role::Sensitive),
            Use::Identifier | Use::Ignore => None,
        }
    }

    /// The word for it in a description.
    pub fn word(self) -> &'static str {
        match self {
            Use::QuasiIdentifier => "quasi-identifier",
            Use::Sensitive => "sensitive",
            Use::Identifier => "identifier",
            Use::Ignore => "ignore",
        }
    }
}

/// How much of a date is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// `2025`.
    Year,
    /// `2025-03`.
    Month,
}

/// What is said of one column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// What is done with it; where nothing is said it is a quasi-identifier.
    #[serde(default, rename = "role")]
    pub used: Option<Use>,
    /// The values there can be.
    #[serde(default)]
    pub values: Option<Vec<String>>,
    /// The first number of each band; the last band is open.
    #[serde(default)]
    pub bands: Option<Vec<i64>>,
    /// How much of a date is kept.
    #[serde(default)]
    pub dates: Option<Dates>,
    /// Whether the file is a release of what is described: its cells may be bands and years already, or coarser still.
    #[serde(skip)]
    pub released: bool,
}

/// What is said of the columns of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// By the column's name.
    pub columns: BTreeMap<String, About>,
}

/// A description that says what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misdescribed {
    /// It is no TOML.
    #[error("this is no TOML: {0}")]
    Toml(String),
    /// It has a key that means nothing.
    #[error("{place} has a key «{key}», which means nothing{}", meant(.near))]
    Key {
        /// Where it stands.
        place: String,
        /// The key.
        key: String,
        /// The key that is most like it.
        near: Option<String>,
    },
    /// A key has a value it cannot have.
    #[error("column «{column}»: {reason}")]
    Value {
        /// The column.
        column: String,
        /// Why not, and what to write.
        reason: String,
    },
    /// It speaks of a column that the file does not have.
    #[error("there is no column «{column}»{}", meant(.near))]
    Column {
        /// The name.
        column: String,
        /// The column that is most like it.
        near: Option<String>,
    },
}

fn meant(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!("; is «{near}» meant?")).unwrap_or_default()
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    let likeness = |other: &str| jaro_winkler::similarity(lower.chars(), other.to_lowercase().chars());
    let best = names.into_iter().map(|other| (likeness(other), other)).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(likeness, _)| *likeness >= 0.8).map(|(_, name)| name.to_owned())
}

const KEYS: [&str; 4] = ["role", "values", "bands", "dates"];

impl Description {
    /// Reads a description; all that is wrong with it is told at once.
    ///
    /// # Errors
    /// It is no TOML, or says what cannot be.
    pub fn read(text: &str) -> Result<Description, Vec<Misdescribed>> {
        let table: toml::Table =
            toml::from_str(text).map_err(|error| vec![Misdescribed::Toml(error.to_string().trim_end().to_owned())])?;
        let mut wrong = Vec::new();
        for key in table.keys().filter(|key| *key != "columns") {
            let near = nearest(key, ["columns"]);
            wrong.push(Misdescribed::Key { place: "the file".to_owned(), key: key.clone(), near });
        }
        let mut description = Description::default();
        let columns = table.get("columns").and_then(toml::Value::as_table);
        if columns.is_none() && wrong.is_empty() && !table.is_empty() {
            let reason = "write a table for each column, such as [columns.sex]".to_owned();
            wrong.push(Misdescribed::Value { column: "columns".to_owned(), reason });
        }
        for (name, about) in columns.into_iter().flatten() {
            match read_about(name, about) {
                Ok(about) => drop(description.columns.insert(name.clone(), about)),
                Err(problems) => wrong.extend(problems),
            }
        }
        if wrong.is_empty() { Ok(description) } else { Err(wrong) }
    }

    /// The same said of a release of the file. It may lack columns, and hold other values than the file.
    #[must_use]
    pub fn of_release(mut self) -> Description {
        self.columns.values_mut().for_each(|about| about.released = true);
        self
    }

    /// What the description says of columns that should be there and are not.
    pub fn absent(&self, header: &[String]) -> Vec<Misdescribed> {
        let expected = self.columns.iter().filter(|(_, about)| !about.released).map(|(column, _)| column);
        let absent = expected.filter(|column| !header.contains(column));
        let undescribed = || header.iter().map(String::as_str).filter(|name| !self.columns.contains_key(*name));
        absent
            .map(|column| Misdescribed::Column { column: column.clone(), near: nearest(column, undescribed()) })
            .collect()
    }
}

fn read_about(name: &str, about: &toml::Value) -> Result<About, Vec<Misdescribed>> {
    let wrong = |reason: String| Misdescribed::Value { column: name.to_owned(), reason };
    let Some(table) = about.as_table() else {
        return Err(vec![wrong(format!("write a table for it, such as [columns.{}]", key(name)))]);
    };
    let place = format!("[columns.{}]", key(name));
    let unknown = table.keys().filter(|key| !KEYS.contains(&key.as_str()));
    let unknown: Vec<Misdescribed> = unknown
        .map(|key| Misdescribed::Key { place: place.clone(), key: key.clone(), near: nearest(key, KEYS) })
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let about: About = about
        .clone()
        .try_into()
        .map_err(|error: toml::de::Error| vec![wrong(error.message().trim_end().to_owned())])?;
    let problem = contradiction(&about);
    problem.map_or(Ok(about), |reason| Err(vec![wrong(reason.to_owned())]))
}

/// Why a column cannot be what is said of it.
fn contradiction(about: &About) -> Option<&'static str> {
    let ways = [about.values.is_some(), about.bands.is_some(), about.dates.is_some()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Some("only one of values, bands and dates can be said of a column");
    }
    if about.bands.as_ref().is_some_and(|bands| bands.is_empty() || !bands.is_sorted_by(|one, next| one < next)) {
        return Some("bands are the first numbers of the bands, each larger than the one before, such as [0, 18, 60]");
    }
    let values = about.values.as_deref().unwrap_or_default();
    if about.values.is_some() && values.is_empty() {
        return Some("values names no value; name those there can be, or leave the line out");
    }
    if values.len() > usize::from(u16::MAX) {
        return Some("values names more than 65,535 values: it names people rather than groups them");
    }
    if values.iter().any(|value| value.trim() != value || value.is_empty()) {
        return Some("values names an empty value, or one with spaces around it; empty cells need no value");
    }
    let mut sorted: Vec<&String> = values.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|two| two.first() == two.last()) {
        return Some("values names one value twice");
    }
    None
}

/// A column's name as a key of TOML, as it is written in a table: unlike a value, it has no line break in it.
pub(crate) fn key(name: &str) -> String {
    let table = toml::Table::from_iter([(name.to_owned(), toml::Value::Boolean(true))]).to_string();
    table.trim_end().strip_suffix(" = true").unwrap_or(name).to_owned()
}

/// The bands of whole numbers.
#[derive(Clone, Debug)]
pub struct Bands<'a>(&'a [i64]);

impl<'a> Bands<'a> {
    /// Bands that begin with these numbers.
    pub fn new(starts: &'a [i64]) -> Bands<'a> {
        Bands(starts)
    }

    /// The bands in words: `0-4`, `5-11`, `60+`.
    pub fn names(&self) -> Vec<String> {
        let ends = self.0.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
        let name = |(start, end): (&i64, Option<i64>)| match end {
            None => format!("{start}+"),
            Some(end) if end == *start => start.to_string(),
            Some(end) => format!("{start}-{end}"),
        };
        self.0.iter().zip(ends).map(name).collect()
    }

    /// Which band a number as text lies in, by its place.
    ///
    /// # Errors
    /// Why it lies in none.
    pub fn of(&self, cell: &str) -> Result<usize, String> {
        let number: f64 = cell.parse().map_err(|_| format!("«{cell}» is no number"))?;
        let below = self.0.partition_point(|start| (*start as f64) <= number);
        below.checked_sub(1).filter(|_| number.is_finite()).ok_or_else(|| {
            let first = self.0.first().copied().unwrap_or_default();
            format!("«{cell}» lies in no band, the first of which begins with {first}")
        })
    }
}

/// The part of a date that is kept.
///
/// # Errors
/// Why it is no date.
pub(crate) fn part_of_date(cell: &str, dates: Dates) -> Result<&str, String> {
    if !is_date(cell) {
        return Err(format!("«{cell}» is no date such as 2025-03-01"));
    }
    let length = match dates {
        Dates::Year => 4,
        Dates::Month => 7,
    };
    cell.get(..length).ok_or_else(|| format!("«{cell}» is no date such as 2025-03-01"))
}

/// Whether a cell begins as dates do in ISO 8601, to the month at least.
pub(crate) fn is_date(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let month = digits(0..4) && bytes.get(4) == Some(&b'-') && digits(5..7);
    month && (bytes.len() == 7 || bytes.get(7) == Some(&b'-') && digits(8..10))
}
