//! The cells of a file, whatever its format: Excel (`.xlsx`, `.xlsm`, `.xls`), comma-separated values or Markdown.
//!
//! Rows and columns keep the numbers that people see in their spreadsheet, so that an error can name them. Files come
//! from strangers: what they may unpack to is [limited](Limits), and macros are never looked at.

mod biff;
mod delimited;
mod markdown;
mod spreadsheet;

use std::path::Path;

use crate::kinds::kinds;

/// A file with its sheets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// The file's name without folder and ending; a form without an id is called by it.
    pub name: Option<String>,
    /// In the order of the file.
    pub sheets: Vec<Sheet>,
}

/// One sheet: its rows that are not empty, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// As written in the file.
    pub name: String,
    /// Rows that hold at least one cell.
    pub rows: Vec<Row>,
}

/// One row: its cells that are not empty, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1.
    pub number: u32,
    /// Cells that hold text.
    pub cells: Vec<Cell>,
}

/// One cell that holds something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Counted from 1.
    pub column: u32,
    /// What it holds as text, never empty; whole numbers without a fraction, dates as `2026-11-28 00:00:00`.
    pub text: String,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel since 2007, with or without macros.
    Xlsx,
    /// Excel before 2007.
    Xls,
    /// Comma-separated values: a line with a sheet's name in the first column begins a sheet.
    Csv,
    /// Markdown tables: the first column names the sheet.
    Markdown,
}

/// What a file may hold. A form of 10,000 questions in ten languages stays well below.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Bytes that an `.xlsx` may unpack to.
    pub unpacked: u64,
    /// Cells that hold something, in all sheets together.
    pub cells: usize,
    /// Bytes of text in all cells together.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 32 << 20, unpacked: 256 << 20, cells: 2_000_000, text: 64 << 20 }
    }
}

/// How many letters a cell may hold: as many as in Excel.
const LONGEST_CELL: usize = 32_767;

kinds! {
    /// Why a file cannot be read.
    #[derive(Debug, thiserror::Error)]
    pub enum Error {
        /// The file cannot be opened.
        #[error("{path} cannot be opened: {reason}")]
        CannotOpen {
            /// The file.
            path: String,
            /// What the system says.
            reason: String,
        },
        /// Nobody knows this ending.
        #[error("{0} is not a form: save it as .xlsx, .xls, .csv or .md")]
        UnknownFormat(name: String),
        /// The file is larger than a form can be.
        #[error("the file has more than {0} bytes: remove sheets, pictures and data that the form does not need")]
        TooLarge(most: u64),
        /// The file unpacks to more than a form can be.
        #[error("the file unpacks to more than {0} bytes: remove sheets, pictures and data that the form does not need")]
        UnpacksTooLarge(most: u64),
        /// More cells than a form can hold.
        #[error(
            "sheet {sheet}, row {row}: the file holds more than a form can, {most} cells: move data to a CSV file beside it"
        )]
        TooManyCells {
            /// The sheet.
            sheet: String,
            /// Where it became too much.
            row: u32,
            /// The limit that was passed.
            most: usize,
        },
        /// More text than a form can hold.
        #[error(
            "sheet {sheet}, row {row}: the file holds more than a form can, {most} bytes of text: move data to a CSV file \
             beside it"
        )]
        TooMuchText {
            /// The sheet.
            sheet: String,
            /// Where it became too much.
            row: u32,
            /// The limit that was passed.
            most: usize,
        },
        /// A cell with more text than Excel can hold.
        #[error("sheet {sheet}, row {row}: a cell has more than {LONGEST_CELL} letters; shorten its text")]
        LongCell {
            /// The sheet.
            sheet: String,
            /// The row.
            row: u32,
        },
        /// A workbook that cannot be read.
        #[error("the workbook is damaged or protected by a password ({0}): open it in a spreadsheet and save it anew")]
        Damaged(reason: String),
        /// Text that is not Unicode.
        #[error("line {0} is not UTF-8 text: save the file as UTF-8")]
        NotText(line: usize),
        /// A line of comma-separated values that cannot be read.
        #[error("line {line} cannot be read as comma-separated values: {reason}")]
        UnreadableLine {
            /// Counted from 1.
            line: u64,
            /// What is wrong.
            reason: String,
        },
        /// Nothing that looks like a table.
        #[error("there is no table in it: a form's first sheet is survey, with columns type, name and label")]
        NoTable,
    }
}

impl Format {
    /// The format that a file's ending promises.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xlsx" | "xlsm" => Some(Self::Xlsx),
            "xls" => Some(Self::Xls),
            "csv" => Some(Self::Csv),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

impl Workbook {
    /// Reads a file within the usual limits.
    ///
    /// # Errors
    /// When the file cannot be opened, is no form's format, is damaged or holds more than a form can.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let format = Format::of(path).ok_or_else(|| Error::UnknownFormat(path.display().to_string()))?;
        let limits = Limits::default();
        let cannot =
            |error: std::io::Error| Error::CannotOpen { path: path.display().to_string(), reason: error.to_string() };
        if std::fs::metadata(path).map_err(cannot)?.len() > limits.file {
            return Err(Error::TooLarge(limits.file));
        }
        let mut workbook = Self::read(&std::fs::read(path).map_err(cannot)?, format, &limits)?;
        workbook.name = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_string);
        Ok(workbook)
    }

    /// Reads what a file holds.
    ///
    /// # Errors
    /// When it is damaged or holds more than a form can.
    pub fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Self, Error> {
        if bytes.len() as u64 > limits.file {
            return Err(Error::TooLarge(limits.file));
        }
        let mut collector = Collector::new(limits);
        match format {
            Format::Xlsx => spreadsheet::read_xlsx(bytes, limits, &mut collector)?,
            Format::Xls => spreadsheet::read_xls(bytes, limits, &mut collector)?,
            Format::Csv => delimited::read(text(bytes)?, &mut collector)?,
            Format::Markdown => markdown::read(text(bytes)?, &mut collector)?,
        }
        Ok(collector.workbook)
    }
}

/// Text of a file, without the mark that some programs put in front of it.
fn text(bytes: &[u8]) -> Result<&str, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Error::NotText(1 + good.iter().filter(|byte| **byte == b'\n').count())
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Puts cells into a workbook and counts them.
struct Collector {
    workbook: Workbook,
    cells_left: usize,
    text_left: usize,
    limits: Limits,
}

impl Collector {
    fn new(limits: &Limits) -> Self {
        Self { workbook: Workbook::default(), cells_left: limits.cells, text_left: limits.text, limits: *limits }
    }

    fn begin_sheet(&mut self, name: &str) {
        self.workbook.sheets.push(Sheet { name: name.to_string(), rows: Vec::new() });
    }

    /// Keeps a cell that holds more than spaces. Cells of a row come one after the other.
    fn cell(&mut self, row: u32, column: u32, text: &str) -> Result<(), Error> {
        let text = text.trim();
        let Some(sheet) = self.workbook.sheets.last_mut().filter(|_| !text.is_empty()) else { return Ok(()) };
        // A letter has four bytes at most.
        if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
            return Err(Error::LongCell { sheet: sheet.name.clone(), row });
        }
        let Some(cells_left) = self.cells_left.checked_sub(1) else {
            return Err(Error::TooManyCells { sheet: sheet.name.clone(), row, most: self.limits.cells });
        };
        let Some(text_left) = self.text_left.checked_sub(text.len()) else {
            return Err(Error::TooMuchText { sheet: sheet.name.clone(), row, most: self.limits.text });
        };
        (self.cells_left, self.text_left) = (cells_left, text_left);
        let cell = Cell { column, text: text.replace('\u{a0}', " ") };
        match sheet.rows.last_mut().filter(|last| last.number == row) {
            Some(last) => last.cells.push(cell),
            None => sheet.rows.push(Row { number: row, cells: vec![cell] }),
        }
        Ok(())
    }
}

/// The letters over a column: 1 is A, 27 is AA.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let letters = [1, 26, 27, 52, 53, 702, 703, 16384].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_cell_too_many_is_refused_with_its_row() {
        let limits = Limits { cells: 4, ..Limits::default() };
        let table = "| survey |\n| | type | name |\n| | text | town |\n| | text | street |";
        let error = Workbook::read(table.as_bytes(), Format::Markdown, &limits).unwrap_err();
        assert!(error.to_string().starts_with("sheet survey, row 3: "), "{error}");
    }

    #[test]
    fn text_in_another_encoding_names_the_line() {
        let error = Workbook::read(b"survey\n,type,name\n,text,pr\xe9nom\n", Format::Csv, &Limits::default());
        assert_eq!(error.unwrap_err().to_string(), "line 3 is not UTF-8 text: save the file as UTF-8");
    }
}
