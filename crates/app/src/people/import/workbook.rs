//! Excel workbooks (Office Open XML): the first sheet that is shown, as CSV.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use super::ImportError;

/// Bytes of all parts of a workbook unpacked; a small file can claim billions.
const LARGEST: u64 = 128 * 1024 * 1024;
/// Columns that are read; more is no list of people.
const MOST_COLUMNS: usize = 500;

/// The first sheet that is shown, as CSV in UTF-8.
///
/// # Errors
/// It is no workbook, damaged, locked with a password, or too large.
pub(super) fn as_csv(bytes: &[u8]) -> Result<Vec<u8>, ImportError> {
    let broken = |error: &dyn std::fmt::Display| ImportError::Workbook(error.to_string());
    unpacks_within_bounds(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let shown = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let sheet = book.sheets_metadata().iter().find(shown).map(|sheet| sheet.name.clone()).ok_or(ImportError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|error| broken(&error))?;
    let mut sheet = Sheet::default();
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let (row, column) = cell.get_position();
        sheet.put(row as usize, column as usize, text(cell.get_value()))?;
    }
    sheet.end()
}

/// What is written down of a sheet so far.
#[derive(Default)]
struct Sheet {
    written: Vec<u8>,
    row: usize,
    cells: Vec<String>,
    width: usize,
}

impl Sheet {
    fn put(&mut self, row: usize, column: usize, text: String) -> Result<(), ImportError> {
        while self.row < row {
            self.end_row()?;
        }
        if text.is_empty() {
            return Ok(());
        }
        if column >= MOST_COLUMNS {
            return Err(ImportError::TooLarge);
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    /// Rows without cells stay rows, so that those after them keep their numbers; rows shorter
    /// than the head are filled up, because a sheet does not store empty cells.
    fn end_row(&mut self) -> Result<(), ImportError> {
        if self.width == 0 {
            self.width = self.cells.len();
        }
        self.cells.resize(self.cells.len().max(self.width).max(1), String::new());
        let mut writer = csv::Writer::from_writer(std::mem::take(&mut self.written));
        writer.write_record(&self.cells).map_err(|error| ImportError::Workbook(error.to_string()))?;
        self.written = writer.into_inner().map_err(|error| ImportError::Workbook(error.to_string()))?;
        self.cells.clear();
        self.row += 1;
        Ok(())
    }

    fn end(mut self) -> Result<Vec<u8>, ImportError> {
        self.end_row()?;
        if self.width == 0 { Err(ImportError::Empty) } else { Ok(self.written) }
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Numbers of people and phones are whole; a spreadsheet knows only reals.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        _ => String::new(),
    }
}

fn unpacks_within_bounds(bytes: &[u8]) -> Result<(), ImportError> {
    let broken = |error: &dyn std::fmt::Display| ImportError::Workbook(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut left = LARGEST;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|error| broken(&error))?;
        left = left.checked_sub(size).ok_or(ImportError::TooLarge)?;
    }
    Ok(())
}
