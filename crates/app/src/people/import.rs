//! Bringing people in from a file: CSV as it comes out of a spreadsheet.
//!
//! Columns are recognised by their names in five languages, or named with a mapping. Every row
//! that cannot be taken is named with its number, its column and the reason; the others come in.
//! Running the same file again brings in only what is not there yet; it overwrites what was
//! written about a person since only where that is asked for.

mod fields;
mod report;
mod save;
mod values;

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::access::{Permission, Viewer};
use crate::db::Db;
use crate::error::Error;

pub use crate::dates::DateOrder;
pub use fields::{Field, MapError, parse_map};
pub use report::{Column, ImportReport, Rejection};

use save::{Incoming, Saved};
use values::Habits;

/// Rows of one transaction.
const BATCH: usize = 500;

/// The longest cell that is taken; more is not a name.
const LONGEST_CELL: usize = 2_000;

/// How to read a file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which column is which field, where the names do not say it; no field leaves a column out.
    pub map: Vec<(String, Option<Field>)>,
    /// Read and report, but write nothing.
    pub dry_run: bool,
    /// Whether 3/4/2001 is in April or in March, where the file itself does not tell.
    pub dates: Option<DateOrder>,
    /// Bring records that came from this source before in line with the file, over what was
    /// written since; otherwise they are left as they are.
    pub update: bool,
}

/// Why a file could not be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is not UTF-8 text.
    #[error("the file is not UTF-8 text but {0}: save it as «CSV UTF-8»")]
    Encoding(&'static str),
    /// The head does not say where the names are.
    #[error("no column holds a name. Columns found: {0}. Say which with --map \"COLUMN=name\"")]
    NoName(String),
    /// Two columns hold the same.
    #[error("the columns «{first}» and «{second}» would both be {field}: leave one out with --map \"{second}=-\"")]
    Twice {
        /// The first column.
        first: String,
        /// The second column.
        second: String,
        /// What both would be.
        field: Field,
    },
    /// A mapping names a column that the file does not have.
    #[error("the file has no column «{0}»")]
    NoColumn(String),
    /// The head itself could not be read.
    #[error("the head could not be read: {0}")]
    Head(String),
    /// The user may not import.
    #[error("{}", crate::ui::Language::En.t("permission-import-people"))]
    NotAllowed,
    /// The database failed; batches before it are kept, and running again goes on from there.
    #[error("after {taken} rows: {error}")]
    Failed {
        /// Rows taken before.
        taken: u64,
        /// What happened.
        error: Box<Error>,
    },
}

/// Imports people from the content of a CSV file, in a user's name.
///
/// # Errors
/// The user may not import, the file as a whole cannot be read, or the database failed. Rows that cannot be taken are no
/// error: the report names them.
pub fn import(
    db: &Db,
    viewer: &Viewer,
    file: &[u8],
    options: &Options,
    mut progress: impl FnMut(u64),
) -> Result<ImportReport, ImportError> {
    if !viewer.may(Permission::ImportPeople) {
        return Err(ImportError::NotAllowed);
    }
    let text = without_mark(file)?;
    let delimiter = delimiter(text);
    let mut reader = reader(text, delimiter);
    let head = read_head(&mut reader)?;
    let columns = fields::recognise(&head, &options.map)?;
    let habits = Habits::of_file(text, delimiter, &columns, options.dates);
    let mut report = ImportReport::new(options.dry_run, &columns);
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut batch = Vec::new();
    let mut record = csv::ByteRecord::new();
    loop {
        let row = report.rows + 2;
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                report.reject(row, None, error.to_string(), &csv::ByteRecord::new());
                break;
            }
        }
        report.rows += 1;
        match taken(row, &record, &columns, &habits, viewer, &mut seen) {
            Ok(incoming) => batch.push((row, record.clone(), incoming)),
            Err(problems) => {
                for (column, reason) in problems {
                    report.reject(row, column.as_deref(), reason, &record);
                }
            }
        }
        if batch.len() >= BATCH {
            keep(db, viewer, options.update, std::mem::take(&mut batch), &mut report)?;
            progress(report.rows);
        }
    }
    keep(db, viewer, options.update, batch, &mut report)?;
    progress(report.rows);
    Ok(report)
}

/// A row's problems: each with its column, where it is one column's.
type Problems = Vec<(Option<String>, String)>;

/// A row as a person, if nothing is wrong with it.
fn taken(
    row: u64,
    record: &csv::ByteRecord,
    columns: &[Column],
    habits: &Habits,
    viewer: &Viewer,
    seen: &mut HashMap<String, u64>,
) -> Result<Incoming, Problems> {
    let extra = record.iter().skip(columns.len()).any(|cell| !cell.trim_ascii().is_empty());
    if record.len() < columns.len() || extra {
        return Err(vec![(None, format!("has {} cells, the head has {}", record.len(), columns.len()))]);
    }
    let mut problems = Problems::new();
    let mut cells: Vec<(&Column, String)> = Vec::new();
    for (column, cell) in columns.iter().zip(record) {
        if column.field.is_none() {
            continue;
        }
        match readable(cell) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => cells.push((column, text)),
            Err(reason) => problems.push((Some(column.name.clone()), reason)),
        }
    }
    let person = values::person(&cells, habits, viewer.today, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let source = source(viewer, &cells);
    if let Some(first) = seen.insert(source.clone(), row) {
        seen.insert(source, first);
        return Err(vec![(None, format!("is the same as row {first}"))]);
    }
    Ok(Incoming { source, person })
}

/// What is the same person when the file comes again: their id in it, or else the whole row.
fn source(viewer: &Viewer, cells: &[(&Column, String)]) -> String {
    let mut hash = Sha256::new().chain_update(viewer.organisation.0.as_bytes());
    let id = cells.iter().find(|(column, _)| column.field == Some(Field::Id));
    match id {
        Some((_, id)) => hash.update(format!("id\0{}", id.to_lowercase())),
        None => {
            let mut parts: Vec<String> = cells
                .iter()
                .filter_map(|(column, cell)| Some(format!("{}\0{}\0", column.field?, fields::fold(cell))))
                .collect();
            parts.sort();
            parts.into_iter().for_each(|part| hash.update(part));
        }
    }
    let hash = hash.finalize();
    let hex: String = hash.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    format!("import:{hex}")
}

/// A cell's text: UTF-8, no control characters, of a sensible length, spaces made one.
fn readable(cell: &[u8]) -> Result<String, String> {
    if cell.len() > LONGEST_CELL {
        return Err(format!("is {} bytes long; at most {LONGEST_CELL} are taken", cell.len()));
    }
    let text = std::str::from_utf8(cell).map_err(|_| "is not UTF-8 text".to_owned())?;
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err("holds control characters".to_owned());
    }
    let text = crate::documents::table::undefused(text.trim());
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

type Batch = Vec<(u64, csv::ByteRecord, Incoming)>;

/// Writes a batch, whole or not at all; in a dry run only looks what would be new.
fn keep(db: &Db, viewer: &Viewer, update: bool, batch: Batch, report: &mut ImportReport) -> Result<(), ImportError> {
    if batch.is_empty() {
        return Ok(());
    }
    let people: Vec<Incoming> = batch.iter().map(|(_, _, incoming)| incoming.clone()).collect();
    let viewer = viewer.clone();
    let saved: Result<Vec<Saved>, Error> = if report.dry_run {
        db.read_blocking(move |tx| people.iter().map(|person| save::look(tx, &viewer, person)).collect())
    } else {
        db.write_blocking(move |tx| people.iter().map(|person| save::save(tx, &viewer, person, update)).collect())
    };
    let taken = report.created + report.changed + report.known;
    let saved = saved.map_err(|error| ImportError::Failed { taken, error: Box::new(error) })?;
    for ((row, record, _), saved) in batch.iter().zip(saved) {
        match saved {
            Saved::Created => report.created += 1,
            Saved::Changed => report.changed += 1,
            Saved::Known => report.known += 1,
            Saved::Refused(reason) => report.reject(*row, None, reason, record),
        }
    }
    Ok(())
}

fn without_mark(file: &[u8]) -> Result<&[u8], ImportError> {
    if file.starts_with(&[0xff, 0xfe]) || file.starts_with(&[0xfe, 0xff]) {
        return Err(ImportError::Encoding("UTF-16"));
    }
    if file.starts_with(b"PK\x03\x04") {
        return Err(ImportError::Encoding("a workbook (XLSX) or another archive"));
    }
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    if text.iter().take(4096).any(|byte| *byte == 0) {
        return Err(ImportError::Encoding("binary"));
    }
    if text.trim_ascii().is_empty() { Err(ImportError::Empty) } else { Ok(text) }
}

/// The character that parts the cells of the head, outside quotes.
fn delimiter(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.iter().take(64 * 1024) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                counts.iter_mut().filter(|(mark, _)| mark == byte).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| mark)
}

fn reader(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

fn read_head(reader: &mut csv::Reader<&[u8]>) -> Result<Vec<String>, ImportError> {
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => {}
        Ok(false) => return Err(ImportError::Empty),
        Err(error) => return Err(ImportError::Head(error.to_string())),
    }
    let names = record.iter().map(readable).collect::<Result<Vec<_>, _>>();
    names.map_err(|reason| ImportError::Head(format!("a column's name {reason}")))
}

#[cfg(test)]
mod tests;
