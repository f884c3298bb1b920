//! Bringing people in from a file: CSV as it comes out of a spreadsheet, or an Excel workbook.
//!
//! Columns are recognised by their names in five languages, or named with a mapping. Every row
//! that cannot be taken is named with its number, its column and the reason; the others come in.
//! Running the same file again brings in only what is not there yet; it overwrites what was
//! written about a person since only where that is asked for.

mod api;
mod draft;
mod fields;
mod file;
mod pages;
mod reason;
mod report;
mod save;
mod values;
mod workbook;

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::access::{Permission, Viewer};
use crate::db::Db;
use crate::error::Error;
use crate::ui::Language;

pub use crate::dates::DateOrder;
pub use api::api_routes;
pub use fields::{Field, MapError, parse_map};
pub use file::TextEncoding;
pub use pages::routes;
pub use reason::{ImportError, Reason};
pub use report::{Column, ImportReport, Rejection};

use file::File;
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
    /// How the file's letters are written, where it is not UTF-8 and does not say so.
    pub encoding: Option<TextEncoding>,
    /// The language of the report.
    pub language: Language,
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
    let file = File::read(file, options.encoding)?;
    let mut rows = file.rows();
    let head = read_head(&mut rows)?;
    let columns = fields::recognise(&head, &options.map)?;
    let habits = Habits::of_file(&file, &columns, options.dates);
    let mut report = ImportReport::new(options.dry_run, options.language, &columns);
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut batch = Vec::new();
    let mut record = csv::ByteRecord::new();
    while let Some(row) = rows.next(&mut record).map_err(|_| unreadable())? {
        report.rows += 1;
        match taken(row, &record, &columns, &habits, viewer, &mut seen) {
            Ok(incoming) => batch.push((row, record.clone(), incoming)),
            Err(problems) => {
                for (column, reason) in problems {
                    report.reject(row, column.as_deref(), &reason, &record);
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

fn unreadable() -> ImportError {
    ImportError::Head(Reason::new("import-reason-encoding"))
}

/// What stands in a file before anyone decided what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preview {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
}

/// The head and the first rows of a file.
///
/// # Errors
/// The file as a whole cannot be read.
pub(crate) fn preview(file: &[u8], encoding: Option<TextEncoding>, most: usize) -> Result<Preview, ImportError> {
    let file = File::read(file, encoding)?;
    let mut rows = file.rows();
    let head = read_head(&mut rows)?;
    let mut preview = Preview { head, rows: Vec::new() };
    let mut record = csv::ByteRecord::new();
    while preview.rows.len() < most && rows.next(&mut record).map_err(|_| unreadable())?.is_some() {
        let shown = |cell: &[u8]| String::from_utf8_lossy(&cell[..cell.len().min(200)]).into_owned();
        preview.rows.push(record.iter().take(preview.head.len()).map(shown).collect());
    }
    Ok(preview)
}

/// A row's problems: each with its column, where it is one column's.
type Problems = Vec<(Option<String>, Reason)>;

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
        let reason = Reason::new("import-reason-cells").with("found", record.len()).with("head", columns.len());
        return Err(vec![(None, reason)]);
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
        return Err(vec![(None, Reason::new("import-reason-same").with("row", first))]);
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
fn readable(cell: &[u8]) -> Result<String, Reason> {
    if cell.len() > LONGEST_CELL {
        let reason = Reason::new("import-reason-long-cell");
        return Err(reason.with("length", cell.len()).with("most", LONGEST_CELL));
    }
    let text = std::str::from_utf8(cell).map_err(|_| Reason::new("import-reason-encoding"))?;
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(Reason::new("import-reason-control"));
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
            Saved::Refused(reason) => report.reject(*row, None, &reason, record),
        }
    }
    Ok(())
}

fn read_head(rows: &mut file::Rows<'_>) -> Result<Vec<String>, ImportError> {
    let mut record = csv::ByteRecord::new();
    match rows.next(&mut record) {
        Ok(Some(_)) => {}
        Ok(None) => return Err(ImportError::Empty),
        Err(_) => return Err(unreadable()),
    }
    record.iter().map(readable).collect::<Result<Vec<_>, _>>().map_err(ImportError::Head)
}

#[cfg(test)]
mod tests;
