//! An age beside birth dates: whoever is 34 in a list of 2026 was born in 1992, or the year before.

use std::time::UNIX_EPOCH;

use super::columns::{Kind, words_of};
use super::date::{self, Order};
use super::lexicon::normalise;
use super::table::{Batch, Table};

/// Words of a column that says when a person was put down.
const PUT_DOWN: &[&str] = &[
    "registration",
    "registered",
    "interview",
    "arrival",
    "entry",
    "recorded",
    "survey",
    "enregistrement",
    "entretien",
    "arrivee",
    "registro",
    "entrevista",
    "llegada",
];
/// Words of a column that says when a person was born.
const BORN: &[&str] = &[
    "birth",
    "birthdate",
    "dob",
    "born",
    "naissance",
    "nacimiento",
    "geburtsdatum",
    "nascita",
    "nascimento",
    "rozhdeniia",
    "rozhdeniya",
    "narodzhennia",
];

/// Where a file says how old people are, and as of when.
#[derive(Debug, Clone)]
pub struct Ages {
    /// The column of ages.
    pub column: usize,
    /// The column of the day on which the age was put down.
    put_down: Option<(usize, Order)>,
    /// The year for those of whom that is not known: the one in which the file was last written.
    year: u32,
}

impl Ages {
    /// What a file says of ages.
    pub fn of(table: &Table, sample: &Batch, kinds: &[Kind]) -> Option<Ages> {
        let column = kinds.iter().position(|kind| *kind == Kind::Age)?;
        let put_down = dates(table, kinds).find(|(_, words)| is_put_down(words));
        let order = |column| Order::of((0..sample.len()).map(|row| sample.cell(row, column)));
        let put_down = put_down.map(|(column, _)| (column, order(column)));
        Some(Ages { column, put_down, year: last_written(table)? })
    }

    /// The year of birth that a row's age means; empty where it means none.
    pub fn born(&self, batch: &Batch, row: usize) -> String {
        let Ok(age) = normalise(Kind::Age, Order::default(), batch.cell(row, self.column)).parse::<u32>() else {
            return String::new();
        };
        let put_down = self.put_down.and_then(|(column, order)| date::parse(batch.cell(row, column), order));
        let year = put_down.map(date::Date::year).filter(|year| (1900..2150).contains(year)).unwrap_or(self.year);
        (year - age).to_string()
    }

    /// What the user should know.
    pub fn remark(&self, table: &Table) -> String {
        let (name, year) = (&table.header()[self.column], self.year);
        let from = match self.put_down {
            Some((column, _)) => format!("«{}», or else {year}", table.header()[column]),
            None => format!("{year}, when the file was last written"),
        };
        format!(
            "«{name}» of {} stands in for a birth date that is missing, counted from {from}",
            table.path().display()
        )
    }
}

/// The column of birth dates: the one that says so, or else the only date.
pub fn birth(table: &Table, kinds: &[Kind]) -> Option<usize> {
    let says_so = dates(table, kinds).find(|(_, words)| words.split(' ').any(|word| BORN.contains(&word)));
    let mut all = dates(table, kinds);
    let only = all.next().filter(|_| all.next().is_none());
    says_so.or(only.filter(|(_, words)| !is_put_down(words))).map(|(column, _)| column)
}

/// Whether the words of a column's name say that it tells when a person was put down.
pub fn is_put_down(words: &str) -> bool {
    words.split(' ').any(|word| PUT_DOWN.contains(&word))
}

fn dates<'a>(table: &'a Table, kinds: &'a [Kind]) -> impl Iterator<Item = (usize, String)> + 'a {
    let named = table.header().iter().enumerate().map(|(column, name)| (column, words_of(name)));
    named.filter(|(column, _)| kinds[*column] == Kind::Date)
}

fn last_written(table: &Table) -> Option<u32> {
    const DAYS_OF_A_YEAR: f64 = 365.2425;
    let written = table.path().metadata().and_then(|file| file.modified()).ok()?;
    let days = written.duration_since(UNIX_EPOCH).ok()?.as_secs() / 86_400;
    Some(1970 + (days as f64 / DAYS_OF_A_YEAR) as u32)
}
