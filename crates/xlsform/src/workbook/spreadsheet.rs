//! Excel's files, read by calamine within limits.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, ExcelDateTime, ExcelDateTimeType, Reader, Xls, Xlsx};

use super::{Collector, Error, Limits};

/// Rows after a longer run of empty ones are left alone: what stands there is notes, not form.
const EMPTY_ROWS: u32 = 60;
/// The same for the columns of the header.
const EMPTY_COLUMNS: u32 = 20;

/// Reads an `.xlsx` or `.xlsm`. Cells are streamed: a single cell in the last corner costs nothing.
pub(super) fn read_xlsx(bytes: &[u8], limits: &Limits, into: &mut Collector) -> Result<(), Error> {
    refuse_bombs(bytes, limits.unpacked)?;
    guarded(|| {
        let mut file: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
        for name in file.sheet_names() {
            into.begin_sheet(&name);
            // A sheet that is a chart has no cells.
            let Ok(mut cells) = file.worksheet_cells_reader(&name) else { continue };
            let mut area = Area::default();
            while let Some(cell) = cells.next_cell().map_err(damaged)? {
                let (row, column) = cell.get_position();
                let text = match cell.get_value() {
                    DataRef::Empty | DataRef::Error(_) => continue,
                    DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
                    DataRef::SharedString(text) => (*text).to_string(),
                    DataRef::Int(number) => number.to_string(),
                    DataRef::Float(number) => number_text(*number),
                    DataRef::Bool(truth) => truth_text(*truth),
                    DataRef::DateTime(moment) => moment_text(moment),
                };
                if area.holds(row, column, &text) {
                    into.cell(row.saturating_add(1), column.saturating_add(1), &text)?;
                }
            }
        }
        Ok(())
    })
}

/// Reads an `.xls`.
pub(super) fn read_xls(bytes: &[u8], limits: &Limits, into: &mut Collector) -> Result<(), Error> {
    let workbook = super::biff::tamed(bytes, limits)?;
    guarded(|| {
        let mut file: Xls<_> = Xls::new(Cursor::new(workbook.as_slice())).map_err(damaged)?;
        let from_1904 = file.has_1904_epoch();
        for name in file.sheet_names() {
            into.begin_sheet(&name);
            let Ok(range) = file.worksheet_range(&name) else { continue };
            let (first_row, first_column) = range.start().unwrap_or_default();
            let mut area = Area::default();
            for (row, column, value) in range.used_cells() {
                let (row, column) = (first_row + row as u32, first_column + column as u32);
                let text = match value {
                    Data::Empty | Data::Error(_) => continue,
                    Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
                    Data::Int(number) => number.to_string(),
                    Data::Float(number) => number_text(*number),
                    Data::Bool(truth) => truth_text(*truth),
                    Data::DateTime(moment) => moment_text(&to_the_second(moment, from_1904)),
                };
                if area.holds(row, column, &text) {
                    into.cell(row.saturating_add(1), column.saturating_add(1), &text)?;
                }
            }
        }
        Ok(())
    })
}

/// The part of a sheet that is form. Cells come row by row.
#[derive(Default)]
struct Area {
    last_row: Option<u32>,
    last_header: Option<u32>,
    over: bool,
}

impl Area {
    fn holds(&mut self, row: u32, column: u32, text: &str) -> bool {
        if self.over || text.trim().is_empty() {
            return false;
        }
        if self.last_row.is_some_and(|last| row.saturating_sub(last) > EMPTY_ROWS + 1) {
            self.over = true;
            return false;
        }
        if row == 0 {
            let next = self.last_header.map_or(0, |last| last.saturating_add(1));
            if column.saturating_sub(next) > EMPTY_COLUMNS {
                return false;
            }
            self.last_header = Some(column);
        }
        self.last_row = Some(row);
        true
    }
}

/// Unpacks every part of the archive once, keeping nothing, so that a part which lies about its size is found out.
fn refuse_bombs(bytes: &[u8], limit: u64) -> Result<(), Error> {
    let damaged = |error: zip::result::ZipError| Error::Damaged(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let size = std::io::copy(&mut part.take(left.saturating_add(1)), &mut std::io::sink())
            .map_err(|error| Error::Damaged(error.to_string()))?;
        left = left.checked_sub(size).ok_or(Error::UnpacksTooLarge(limit))?;
    }
    Ok(())
}

/// calamine was not made for hostile files; a panic of it is a damaged file, not the end of the server.
fn guarded(read: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Error::Damaged("its structure contradicts itself".to_string())))
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Damaged(error.to_string())
}

/// Whole numbers are written without a fraction: a choice named 1 is called `1`.
fn number_text(number: f64) -> String {
    format!("{number}")
}

fn truth_text(truth: bool) -> String {
    if truth { "TRUE" } else { "FALSE" }.to_string()
}

/// `.xls` keeps moments as fractions of a day that lie a little beside the second that was meant.
fn to_the_second(moment: &ExcelDateTime, from_1904: bool) -> ExcelDateTime {
    const SECONDS: f64 = 86_400.0;
    // Not the second's very beginning: rounding once more must not fall back before it.
    let days = ((moment.as_f64() * SECONDS).round() + 0.0001) / SECONDS;
    ExcelDateTime::new(days, ExcelDateTimeType::DateTime, from_1904)
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}000") };
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    if moment.as_f64() < 1.0 { time } else { format!("{year:04}-{month:02}-{day:02} {time}") }
}
