//! Columns that hold what no category holds: told apart by their cells, with what to do about them.

use std::fmt::Write;

use crate::describe::{About, Bands, is_date, key};

use super::Gathered;

/// With so few different values a column groups people, whatever the values look like.
const FEW_VALUES: usize = 20;
/// A column that is different for more than one row in so many names people rather than groups them.
const ROWS_FOR_A_VALUE: u64 = 5;
/// Values longer than this on average, in letters, are sentences.
const LONG: usize = 30;

/// What a column seems to hold instead of categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Numbers, with bands they could be put into.
    Numbers(Vec<i64>),
    /// Days.
    Dates,
    /// Sentences.
    FreeText,
    /// Something different for almost everybody.
    NearUnique {
        /// How many values there are.
        values: usize,
        /// In how many rows.
        rows: u64,
    },
    /// More values than a category can have.
    TooManyValues,
}

impl Suspicion {
    /// Why a column like this is not taken, and which line of the description helps.
    pub fn reason(&self, key: &str) -> String {
        let table = format!("under [columns.{key}]");
        match self {
            Suspicion::Numbers(bands) => format!(
                "holds many different numbers, each of which few people share; put them into bands, such as \
                 bands = {bands:?} {table}, or say role = \"quasi-identifier\" if they are codes"
            ),
            Suspicion::Dates => {
                format!("holds days, which few people share; keep the year, with dates = \"year\" {table}")
            }
            Suspicion::FreeText => {
                format!("holds sentences, in which anyone may be named; leave it out, with role = \"ignore\" {table}")
            }
            Suspicion::NearUnique { values, rows } => format!(
                "has {values} different values in {rows} rows: it names people rather than groups them; leave it out, \
                 with role = \"identifier\" {table}"
            ),
            Suspicion::TooManyValues => format!(
                "has more than 65,535 different values: it names people rather than groups them; leave it out, with \
                 role = \"identifier\", or put numbers into bands, {table}"
            ),
        }
    }

    /// The lines of a description that settle it.
    fn lines(&self) -> String {
        match self {
            Suspicion::Numbers(bands) => format!("role = \"quasi-identifier\"\nbands = {bands:?}\n"),
            Suspicion::Dates => "role = \"quasi-identifier\"\ndates = \"year\"\n".to_owned(),
            Suspicion::FreeText => "role = \"ignore\"\n".to_owned(),
            Suspicion::NearUnique { .. } | Suspicion::TooManyValues => "role = \"identifier\"\n".to_owned(),
        }
    }
}

/// What a column seems to hold instead of categories, unless the description settles it.
pub fn suspect(column: &Gathered, about: &About, rows: u64) -> Option<Suspicion> {
    let values = column.values.len();
    if about.released
        || about.values.is_some()
        || about.bands.is_some()
        || about.dates.is_some()
        || values <= FEW_VALUES
    {
        return None;
    }
    if column.values.iter().all(|value| is_date(value)) {
        return Some(Suspicion::Dates);
    }
    let near_unique = values as u64 * ROWS_FOR_A_VALUE > rows;
    if let Some(bands) = numbers(&column.values).and_then(|numbers| bands(&numbers)) {
        // A role that someone wrote down makes codes of numbers, but not of what is different for everybody.
        return (about.used.is_none() || near_unique).then_some(Suspicion::Numbers(bands));
    }
    if are_sentences(&column.values) {
        return Some(Suspicion::FreeText);
    }
    near_unique.then_some(Suspicion::NearUnique { values, rows })
}

fn are_sentences(values: &[String]) -> bool {
    let letters: usize = values.iter().map(|value| value.chars().count()).sum();
    let with_spaces = values.iter().filter(|value| value.contains(char::is_whitespace)).count();
    letters > LONG * values.len() && with_spaces * 2 > values.len()
}

fn numbers(values: &[String]) -> Option<Vec<f64>> {
    // What begins with a plus or a needless zero is a telephone number or a code.
    let counts = |value: &String| !value.starts_with('+') && (!value.starts_with('0') || value.len() < 2);
    let numbers = values.iter().map(|value| value.parse().ok().filter(|_| counts(value)));
    let numbers: Option<Vec<f64>> = numbers.collect();
    numbers.filter(|numbers| numbers.iter().all(|number: &f64| number.is_finite() && number.abs() < 1e15))
}

/// Bands for these numbers: the usual ones for ages, about eight round ones else.
fn bands(numbers: &[f64]) -> Option<Vec<i64>> {
    let least = numbers.iter().copied().min_by(f64::total_cmp)?.floor();
    let most = numbers.iter().copied().max_by(f64::total_cmp)?;
    if (0.0..=120.0).contains(&least) && most <= 120.0 && most > 20.0 {
        return Some(vec![0, 5, 12, 18, 25, 60]);
    }
    let wish = ((most - least) / 8.0).max(1.0);
    let power = 10f64.powf(wish.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|step| *step >= wish)?;
    let first = (least / step).floor() as i64;
    let last = (most / step).floor() as i64;
    Some((first..=last).map(|place| place.saturating_mul(step as i64)).collect())
}

/// A column as a table of a description, with a remark.
pub fn written(column: &Gathered, rows: u64) -> String {
    let mut text = String::new();
    let suspicion = match &column.refused {
        Some(_) => Some(Suspicion::TooManyValues),
        None => suspect(column, &About::default(), rows),
    };
    let remark = match &suspicion {
        Some(Suspicion::Numbers(bands)) => format!("numbers, as {}", Bands::new(bands).names().join(", ")),
        Some(Suspicion::Dates) => "days, of which the year is kept".to_owned(),
        Some(Suspicion::FreeText) => "sentences, in which anyone may be named".to_owned(),
        Some(Suspicion::NearUnique { values, .. }) => format!("{values} different values: names people"),
        Some(Suspicion::TooManyValues) => "more than 65,535 different values: names people".to_owned(),
        None if column.says_nothing() => "the same in every row".to_owned(),
        None if column.values.len() == 1 => "one value that some have".to_owned(),
        None => format!("{} values", column.values.len()),
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "# {remark}\n[columns.{}]", key(&column.name));
    text += &suspicion.map_or_else(|| plain(column), |suspicion| suspicion.lines());
    text
}

fn plain(column: &Gathered) -> String {
    if column.values.is_empty() || column.values.len() > FEW_VALUES {
        return "role = \"quasi-identifier\"\n".to_owned();
    }
    let mut values = column.values.clone();
    values.sort_unstable();
    let values: Vec<String> = values.into_iter().map(|value| toml::Value::String(value).to_string()).collect();
    format!("role = \"quasi-identifier\"\nvalues = [{}]\n", values.join(", "))
}
