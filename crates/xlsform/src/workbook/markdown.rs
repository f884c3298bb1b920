//! Markdown tables, the way forms are written in mails and tests:
//!
//! ```text
//! | survey |      |      |                    |
//! |        | type | name | label              |
//! |        | text | town | Where do you live? |
//! ```

use super::{Collector, Error};

/// Reads all tables of a text. `\|` is a bar within a cell; what follows the last bar, and a
/// line that begins with `#`, is a remark.
pub(super) fn read(text: &str, into: &mut Collector) -> Result<(), Error> {
    let mut row = 0;
    for line in text.lines() {
        let Some(cells) = cells(line) else { continue };
        let mut cells = cells.into_iter();
        let name = cells.next().unwrap_or_default();
        if !name.trim().is_empty() {
            into.begin_sheet(name.trim());
            row = 0;
        }
        if into.workbook.sheets.is_empty() {
            continue;
        }
        let cells: Vec<String> = cells.collect();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        row += 1;
        for (column, cell) in (1..).zip(&cells) {
            into.cell(row, column, cell)?;
        }
    }
    if into.workbook.sheets.is_empty() { Err(Error::NoTable) } else { Ok(()) }
}

/// The cells between the first and the last bar of a line; none for a comment, a separator or other text.
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let inner = line.strip_prefix('|')?;
    let (inner, _remark) = inner.rsplit_once('|')?;
    if !inner.is_empty() && inner.chars().all(|letter| matches!(letter, '|' | '-')) {
        return None;
    }
    let mut cells = vec![String::new()];
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.next_if_eq(&'|').is_some() => push(&mut cells, '|'),
            '|' => cells.push(String::new()),
            other => push(&mut cells, other),
        }
    }
    Some(cells)
}

fn push(cells: &mut [String], letter: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Limits, Workbook};

    #[test]
    fn a_table_has_the_rows_of_a_spreadsheet() {
        let text = "# Arrival\n| survey | | |\n| | type | name |\n|--|--|--|\n| | text | town | # where\n\n\
                    | | note | a\\|b |\n| choices |\n| | list_name | name |\n";
        let workbook = Workbook::read(text.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
        let names: Vec<_> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["survey", "choices"]);
        let rows: Vec<_> = workbook.sheets[0]
            .rows
            .iter()
            .map(|row| (row.number, row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(rows, [(1, vec!["type", "name"]), (2, vec!["text", "town"]), (3, vec!["note", "a|b"])]);
    }

    #[test]
    fn a_letter_is_no_form() {
        let error = Workbook::read(b"Dear colleagues,", Format::Markdown, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("first sheet is survey"), "{error}");
    }
}
