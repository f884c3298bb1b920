//! Microdata from a file, CSV or Parquet: read, judged column by column, and refused with all reasons at once.

mod dictionary;
mod judge;
mod parquet;
mod text;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::describe::{About, Description, Misdescribed, key};
use crate::microdata::{Column, Domain, Microdata};

use dictionary::Gathered;
pub use judge::Suspicion;

/// More columns than this nobody means to publish.
const MOST_COLUMNS: usize = 100;

/// What a file was read as.
#[derive(Debug)]
pub struct Read {
    /// The columns that are kept.
    pub microdata: Microdata,
    /// What may not be meant as it is.
    pub warnings: Vec<Warning>,
}

/// What may not be meant as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The column.
    pub column: String,
    /// What, and what to do.
    pub reason: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "column «{}»: {}", self.column, self.reason)
    }
}

/// One reason why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The file as a whole.
    #[error("{0}")]
    File(String),
    /// One row; rows are counted as a spreadsheet does, the header being row 1.
    #[error("row {row}: {reason}")]
    Row {
        /// The row.
        row: u64,
        /// Why, and what to do.
        reason: String,
    },
    /// One column.
    #[error("column «{column}»: {reason}")]
    Column {
        /// The column.
        column: String,
        /// Why, and what to do.
        reason: String,
    },
    /// One cell.
    #[error("row {row}, column «{column}»: {reason}")]
    Cell {
        /// The row.
        row: u64,
        /// The column.
        column: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The description.
    #[error("{0}")]
    Description(#[from] Misdescribed),
}

/// All reasons why a file is not taken.
#[derive(Clone, Debug)]
pub struct Refusals {
    /// The file.
    pub file: PathBuf,
    /// The reasons.
    pub reasons: Vec<Refused>,
}

impl fmt::Display for Refusals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, reason) in self.reasons.iter().enumerate() {
            let line = if place == 0 { "" } else { "\n" };
            write!(out, "{line}{}, {reason}", self.file.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

/// A file's columns, before it is decided what they are.
struct Raw {
    columns: Vec<Gathered>,
    rows: u64,
}

/// Reads the microdata of a file: Parquet where its name ends so, CSV else. Columns that the description does not
/// speak of are quasi-identifiers, unless they hold what no category holds.
///
/// # Errors
/// All that is wrong with the file.
pub fn read(path: &Path, description: &Description) -> Result<Read, Refusals> {
    let refuse = |reasons: Vec<Refused>| Refusals { file: path.to_owned(), reasons };
    let raw = gather(path, description).map_err(refuse)?;
    let mut reasons: Vec<Refused> = Vec::new();
    let (mut columns, mut warnings) = (Vec::new(), Vec::new());
    for gathered in raw.columns {
        let about = description.columns.get(&gathered.name).cloned().unwrap_or_default();
        let role = match about.used.map(|used| used.role()) {
            Some(None) => continue,
            Some(Some(role)) => role,
            None => Default::default(),
        };
        if let Some(refused) = gathered.refused {
            reasons.push(refused);
            continue;
        }
        if let Some(suspicion) = judge::suspect(&gathered, &about, raw.rows) {
            let reason = suspicion.reason(&key(&gathered.name));
            reasons.push(Refused::Column { column: gathered.name, reason });
            continue;
        }
        if gathered.values.len() <= 1 {
            let reason = match gathered.values.first() {
                Some(value) => format!("says nothing but «{value}»; it tells nothing of anyone and may be left out"),
                None => "is empty; it tells nothing of anyone and may be left out".to_owned(),
            };
            warnings.push(Warning { column: gathered.name.clone(), reason });
        }
        columns.push(Column { role, ..in_order(gathered, &about) });
    }
    if columns.is_empty() && reasons.is_empty() {
        reasons.push(Refused::File("no column is left; describe one at least as a quasi-identifier".to_owned()));
    }
    if !reasons.is_empty() {
        return Err(refuse(reasons));
    }
    Ok(Read { microdata: Microdata::new(columns), warnings })
}

/// What the columns of a file seem to be, as a description in TOML to start from, with a remark on each.
///
/// # Errors
/// The file cannot be read.
pub fn guess(path: &Path) -> Result<String, Refusals> {
    let refuse = |reasons: Vec<Refused>| Refusals { file: path.to_owned(), reasons };
    let raw = gather(path, &Description::default()).map_err(refuse)?;
    let tables = raw.columns.iter().map(|column| judge::written(column, raw.rows));
    Ok(tables.collect::<Vec<String>>().join("\n"))
}

fn gather(path: &Path, description: &Description) -> Result<Raw, Vec<Refused>> {
    let named_parquet = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("parquet"));
    let raw = if named_parquet { parquet::gather(path, description) } else { text::gather(path, description) }?;
    if raw.rows == 0 {
        return Err(vec![Refused::File("there are no rows under the header".to_owned())]);
    }
    Ok(raw)
}

/// What is wrong with a header and with what is said of it.
fn judge_header(header: &[String], description: &Description) -> Result<(), Vec<Refused>> {
    let mut reasons = Vec::new();
    let kept = |name: &&String| description.columns.get(*name).is_none_or(is_kept);
    if header.iter().filter(kept).count() > MOST_COLUMNS {
        reasons.push(Refused::File(format!(
            "there are {} columns; more than {MOST_COLUMNS} tell each person from all others; leave out those that \
             nobody needs, with role = \"ignore\"",
            header.len()
        )));
    }
    for (place, name) in header.iter().enumerate() {
        if name.is_empty() {
            let reason = format!("column {} has no name; give it one", place + 1);
            reasons.push(Refused::Row { row: 1, reason });
        } else if header.iter().take(place).any(|other| other == name) {
            let reason = "stands in the header twice; give one of them another name".to_owned();
            reasons.push(Refused::Column { column: name.clone(), reason });
        }
    }
    reasons.extend(description.absent(header).into_iter().map(Refused::Description));
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

fn is_kept(about: &About) -> bool {
    about.used.is_none_or(|used| used.role().is_some())
}

/// The column with its values in their order: as declared, as bands follow one another, or by the alphabet.
fn in_order(gathered: Gathered, about: &About) -> Column {
    let declared = about.values.is_some() || about.bands.is_some();
    let mut order: Vec<usize> = (0..gathered.values.len()).collect();
    if !declared {
        order.sort_by(|one, other| gathered.values.get(*one).cmp(&gathered.values.get(*other)));
    }
    let mut code_of = vec![0u16; order.len() + 1];
    for (new, old) in (1..=u16::MAX).zip(&order) {
        if let Some(code) = code_of.get_mut(old + 1) {
            *code = new;
        }
    }
    let mut codes = gathered.codes;
    codes.iter_mut().for_each(|code| *code = code_of.get(usize::from(*code)).copied().unwrap_or(0));
    let mut values: Vec<Option<String>> = gathered.values.into_iter().map(Some).collect();
    let values = order.iter().filter_map(|old| values.get_mut(*old).and_then(Option::take)).collect();
    let domain = if declared { Domain::Declared } else { Domain::Found };
    Column { name: gathered.name, values, codes, role: Default::default(), domain }
}
