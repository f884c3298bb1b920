//! Lists as files that spreadsheets open: CSV and XLSX, with nothing in them that could run.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::codes;
use crate::dates::Day;
use crate::error::Error;

codes! {
    /// What kind of file a list leaves as.
    "table-format" TableFormat {
        /// Comma-separated values (RFC 4180), UTF-8 with a byte-order mark.
        Csv = "csv",
        /// An Excel workbook (Office Open XML).
        Xlsx = "xlsx",
    }
}

impl TableFormat {
    /// The media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            TableFormat::Csv => "text/csv; charset=utf-8",
            TableFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A list, ready to leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name, shown on the sheet's tab.
    pub title: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the first column stands at the right.
    pub right_to_left: bool,
}

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words; never read as a formula.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Number(number)
    }
}

impl From<Day> for Cell {
    /// As 2026-11-24, which every program and language reads the same.
    fn from(day: Day) -> Cell {
        Cell::Text(day.to_string())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, Into::into)
    }
}

impl Table {
    /// The file's bytes.
    ///
    /// # Errors
    /// The writer failed, or there are more rows than a sheet holds.
    pub fn write(&self, format: TableFormat) -> Result<Vec<u8>, Error> {
        match format {
            TableFormat::Csv => self.to_csv(),
            TableFormat::Xlsx => self.to_xlsx().map_err(|error| Error::Internal(error.to_string())),
        }
    }

    fn to_csv(&self) -> Result<Vec<u8>, Error> {
        let head = vec![self.head.iter().map(|name| Cell::from(name.as_str())).collect()];
        let mut file = rows_as_csv(&head, true)?;
        file.extend(rows_as_csv(&self.rows, false)?);
        Ok(file)
    }

    fn to_xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(&self.title))?.set_right_to_left(self.right_to_left).set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(&self.head) {
            sheet.write_string_with_format(0, column, fitting(name), &bold)?;
            sheet.set_column_width(column, 18)?;
        }
        for (number, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    // A string is stored as a string: no program reads it as a formula.
                    Cell::Text(text) => drop(sheet.write_string(number, column, fitting(text))?),
                    Cell::Number(value) => drop(sheet.write_number(number, column, *value as f64)?),
                }
            }
        }
        workbook.save_to_buffer()
    }
}

/// Rows as CSV; at a file's beginning with the mark without which Excel takes it for its own code page.
///
/// # Errors
/// The writer failed, which in memory it does not.
pub(super) fn rows_as_csv(rows: &[Vec<Cell>], at_beginning: bool) -> Result<Vec<u8>, Error> {
    let start = if at_beginning { "\u{feff}" } else { "" };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start.as_bytes().to_vec());
    let broken = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    for row in rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => defused(text),
            Cell::Number(number) => number.to_string(),
        });
        writer.write_record(cells).map_err(|error| broken(&error))?;
    }
    writer.into_inner().map_err(|error| broken(&error))
}

/// Characters that make a spreadsheet take a cell of a CSV file for a formula, after OWASP's
/// «CSV injection»; the wide ones do in Japanese and Chinese versions.
const STARTS_FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text that no spreadsheet takes for a formula.
fn defused(text: &str) -> String {
    if text.starts_with(STARTS_FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// The text as it was before it was defused.
pub fn undefused(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(STARTS_FORMULA) => rest,
        _ => text,
    }
}

/// What fits into one cell of Excel.
fn fitting(text: &str) -> String {
    const MOST: usize = 32_767;
    let units = |c: char| c.len_utf16();
    if text.chars().map(units).sum::<usize>() <= MOST {
        return text.to_owned();
    }
    let mut left = MOST - 1;
    let mut short: String = text
        .chars()
        .take_while(|c| match left.checked_sub(units(*c)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect();
    short.push('…');
    short
}

/// Excel's rules for the name of a sheet.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).take(31).collect();
    let mut name = name.trim().to_owned();
    while name.encode_utf16().count() > 31 {
        name.pop();
    }
    if name.is_empty() { "1".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn table(cells: Vec<Cell>) -> Table {
        let head = cells.iter().map(|_| "=head".to_owned()).collect();
        Table { title: "الأشخاص [1/2]".to_owned(), head, rows: vec![cells], right_to_left: true }
    }

    #[test]
    fn csv_is_marked_as_utf8_and_quoted() {
        let table = table(vec!["a,b".into(), "say \"hi\"\r\n".into(), Cell::Empty, Cell::Number(-3)]);
        let text = String::from_utf8(table.write(TableFormat::Csv).unwrap()).unwrap();
        let rows = "'=head,'=head,'=head,'=head\r\n\"a,b\",\"say \"\"hi\"\"\r\n\",,-3\r\n";
        assert_eq!(text, format!("\u{feff}{rows}"));
    }

    #[test]
    fn formulas_are_defused_and_come_back() {
        for text in ["=1+1", "+962 7", "-2", "@SUM(A1)", "\tx", "\r=1", "＝1"] {
            let defused = defused(text);
            assert!(defused.starts_with('\''));
            assert_eq!(undefused(&defused), text);
        }
        for text in ["'Aisha", "O'Hara", "1-2", ""] {
            assert_eq!(undefused(&defused(text)), text);
        }
    }

    #[test]
    fn a_workbook_holds_strings_and_turns_over() {
        let long = "ع".repeat(40_000);
        let bytes =
            table(vec!["=cmd|' /C calc'!A0".into(), long.into(), Cell::Number(7)]).write(TableFormat::Xlsx).unwrap();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("rightToLeft=\"1\""));
        assert!(!sheet.contains("<f>"));
        assert!(part(&bytes, "xl/sharedStrings.xml").contains("=cmd|"));
    }

    #[test]
    fn sheet_names_fit() {
        assert_eq!(sheet_name("a/b[c]:*?'"), "abc");
        assert_eq!(sheet_name("///"), "1");
        assert_eq!(sheet_name(&"𝒳".repeat(40)).encode_utf16().count(), 30);
    }

    fn part(workbook: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}
