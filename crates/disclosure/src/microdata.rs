//! Categorical microdata in memory: columns of small codes.

use std::io::Write;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What a column is to someone who would recognise a person (Hundepool et al., *Statistical Disclosure
/// Control*, 2012, chapter 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Others may know it of a person: sex, age, nationality, place.
    #[default]
    QuasiIdentifier,
    /// What nobody should learn of a person: the form of exploitation, a disability, a result.
    Sensitive,
}

/// Where the values of a column come from. Which values occur is itself told by the data, so that a private
/// method has to find them privately; values that were declared are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Named beforehand, whether or not they occur.
    Declared,
    /// Those that occur.
    Found,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The values a cell can have besides being empty: code `c` is `values[c - 1]`.
    pub values: Vec<String>,
    /// One code for each row; 0 is an empty cell.
    pub codes: Vec<u16>,
    /// What it is to someone who would recognise a person.
    pub role: Role,
    /// Where its values come from.
    pub domain: Domain,
}

/// A column has more different values than a category can have.
#[derive(Debug, thiserror::Error)]
#[error("column {column} has more than 65,535 different values: it names people rather than groups them; leave it out")]
pub struct TooManyValues {
    /// The column.
    pub column: String,
}

impl Column {
    /// A column from its cells, with the values that occur, in alphabetical order.
    ///
    /// # Errors
    /// More than 65,535 different values.
    pub fn found<'a>(
        name: &str,
        cells: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
    ) -> Result<Column, TooManyValues> {
        let cells = cells.into_iter();
        let mut values: Vec<&str> = Vec::new();
        let mut seen: FxHashMap<&str, u16> = FxHashMap::default();
        for cell in cells.clone().filter(|cell| !cell.is_empty()) {
            if !seen.contains_key(cell) {
                seen.insert(cell, 0);
                values.push(cell);
            }
        }
        if values.len() > usize::from(u16::MAX) {
            return Err(TooManyValues { column: name.to_owned() });
        }
        values.sort_unstable();
        for (code, value) in (1..=u16::MAX).zip(&values) {
            seen.insert(value, code);
        }
        let codes = cells.map(|cell| seen.get(cell).copied().unwrap_or(0)).collect();
        Ok(Column {
            name: name.to_owned(),
            values: values.into_iter().map(str::to_owned).collect(),
            codes,
            role: Role::default(),
            domain: Domain::Found,
        })
    }

    /// The column without its rows.
    pub fn shape(&self) -> Column {
        Column { name: self.name.clone(), values: self.values.clone(), codes: Vec::new(), ..*self }
    }

    /// The column and others of its kind, with codes that mean the same in each; values that only others have come
    /// after its own.
    pub(crate) fn in_same_codes<const N: usize>(&self, others: [Option<&Column>; N]) -> (Column, [Option<Column>; N]) {
        let mut shape = self.shape();
        let mut codes: FxHashMap<String, u16> = shape.values.iter().cloned().zip(1..).collect();
        let recoded = others.map(|other| {
            let other = other?;
            let own = other.values.iter().map(|value| {
                *codes.entry(value.clone()).or_insert_with(|| {
                    shape.values.push(value.clone());
                    u16::try_from(shape.values.len()).unwrap_or(u16::MAX)
                })
            });
            let places: Vec<u16> = std::iter::once(0).chain(own).collect();
            Some(other.codes.iter().map(|code| places.get(usize::from(*code)).copied().unwrap_or(0)).collect())
        });
        let column = |codes: Vec<u16>| Column { codes, ..shape.clone() };
        (column(self.codes.clone()), recoded.map(|codes| codes.map(column)))
    }

    /// How many codes there are, the empty cell's included.
    pub fn size(&self) -> usize {
        self.values.len() + 1
    }

    /// The text of a cell with this code; nothing for an empty one.
    pub fn value(&self, code: u16) -> &str {
        usize::from(code).checked_sub(1).and_then(|place| self.values.get(place)).map_or("", String::as_str)
    }
}

/// Categorical microdata: one row for each person, so that what is said of a row is said of a person.
#[derive(Clone, Debug, Default)]
pub struct Microdata {
    columns: Vec<Column>,
    rows: usize,
}

impl Microdata {
    /// Microdata of these columns, which are of one length.
    ///
    /// # Panics
    /// Columns of different lengths.
    pub fn new(columns: Vec<Column>) -> Microdata {
        let rows = columns.first().map_or(0, |column| column.codes.len());
        assert!(columns.iter().all(|column| column.codes.len() == rows), "columns of one length");
        Microdata { columns, rows }
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Writes the rows as CSV, with a header.
    ///
    /// # Errors
    /// Writing failed.
    pub fn write_csv(&self, out: impl Write) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|column| column.name.as_str()))?;
        for row in 0..self.rows {
            writer.write_record(self.columns.iter().map(|column| column.value(column.codes[row])))?;
        }
        Ok(writer.flush()?)
    }

    /// The same rows with one more column, which says the same of all.
    #[must_use]
    pub fn marked(mut self, name: &str, value: &str) -> Microdata {
        self.columns.push(Column {
            name: name.to_owned(),
            values: vec![value.to_owned()],
            codes: vec![1; self.rows],
            role: Role::default(),
            domain: Domain::Declared,
        });
        self
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
