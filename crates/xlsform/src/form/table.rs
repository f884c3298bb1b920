//! A sheet as a table: headers understood, cells cleaned.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::workbook::Sheet;

use super::MOST_COLUMNS;
use super::problem::{Findings, Place, ProblemKind, WarningKind};

/// How the headers of a sheet are understood.
pub(super) struct Headings {
    /// The sheet's name.
    pub(super) sheet: &'static str,
    /// Columns that go by their own name.
    pub(super) known: &'static [&'static str],
    /// Other names of columns, with what they stand for.
    pub(super) aliases: &'static [(&'static str, &'static [&'static str])],
    /// Whether runs of spaces in cells become one.
    pub(super) single_spaces: bool,
}

/// A column's header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// As written.
    pub(super) text: String,
    /// Taken apart at its colons, its first part under the name it goes by: `label`, `French (fr)`.
    pub(super) parts: Vec<String>,
}

/// A sheet with its headers.
pub(super) struct Table {
    pub(super) sheet: &'static str,
    pub(super) headers: Vec<Header>,
    /// Rows below the headers, without those that are empty.
    pub(super) rows: Vec<TableRow>,
}

/// A row with its cells: which header each stands under, and its text.
pub(super) struct TableRow {
    pub(super) number: u32,
    pub(super) cells: Vec<(usize, String)>,
}

impl Table {
    /// Understands a sheet. The first row that is not empty holds the headers.
    pub(super) fn read(sheet: &Sheet, headings: &Headings, findings: &mut Findings) -> Self {
        let mut rows = sheet.rows.iter();
        let mut table = Self { sheet: headings.sheet, headers: Vec::new(), rows: Vec::new() };
        let Some(first) = rows.next() else { return table };
        let place = Place::row(headings.sheet, first.number);
        let double = first.cells.iter().any(|cell| cell.text.contains("::"));
        let mut index_of = HashMap::new();
        if first.cells.len() > MOST_COLUMNS {
            findings.problem(place.clone(), ProblemKind::TooManyColumns(MOST_COLUMNS));
        }
        for cell in first.cells.iter().take(MOST_COLUMNS) {
            let header = headings.header(&cell.text, double);
            let place = place.column(&header.text);
            match table.headers.iter().find(|other| other.parts == header.parts) {
                Some(other) if other.text == header.text => findings.problem(place, ProblemKind::RepeatedHeader),
                Some(other) => findings.problem(place, ProblemKind::SameColumn(other.text.clone())),
                None => {}
            }
            index_of.insert(cell.column, table.headers.len());
            table.headers.push(header);
        }
        let mut without_header = HashSet::new();
        for row in rows {
            let mut cells = Vec::with_capacity(row.cells.len());
            for cell in &row.cells {
                match index_of.get(&cell.column) {
                    Some(index) => cells.push((*index, clean(&cell.text, headings.single_spaces).into_owned())),
                    None if without_header.insert(cell.column) => {
                        let column = crate::workbook::column_letters(cell.column);
                        findings.warn(table.place(row.number).column(&column), WarningKind::NoHeader);
                    }
                    None => {}
                }
            }
            table.rows.push(TableRow { number: row.number, cells });
        }
        table
    }

    pub(super) fn place(&self, row: u32) -> Place {
        Place::row(self.sheet, row)
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.headers.iter().any(|header| header.parts.first().is_some_and(|first| first == column))
    }

    /// A problem unless there is such a column.
    pub(super) fn require(&self, column: &'static str, findings: &mut Findings) {
        if !self.has(column) {
            findings.problem(Place::row(self.sheet, 1), ProblemKind::NoColumn(column));
        }
    }
}

impl Headings {
    fn header(&self, text: &str, double: bool) -> Header {
        let text = spaces_single(text).into_owned();
        let is_plain = |name: &String| self.known.contains(&name.as_str()) && self.alias(name).is_none();
        if let Some(name) = [text.clone(), snake(&text)].into_iter().find(is_plain) {
            return Header { text, parts: vec![name] };
        }
        let mut parts = split(&text, double || text.contains("::"));
        let first = snake(parts.first().map_or("", String::as_str));
        if let Some(alias) = self.alias(&first) {
            parts.splice(..1, alias.iter().map(|part| (*part).to_string()));
        } else if self.known.contains(&first.as_str())
            && let Some(part) = parts.first_mut()
        {
            *part = first;
        }
        Header { text, parts }
    }

    fn alias(&self, name: &str) -> Option<&'static [&'static str]> {
        self.aliases.iter().find(|(alias, _)| *alias == name).map(|(_, parts)| *parts)
    }
}

/// A header's parts: between double colons, or between single ones where the sheet uses no double ones. The prefix
/// `jr:` is no part of its own.
fn split(header: &str, double: bool) -> Vec<String> {
    if double {
        return header.split("::").map(|part| part.trim().to_string()).collect();
    }
    let mut parts: Vec<String> = Vec::new();
    for part in header.split(':').map(str::trim) {
        match parts.last_mut().filter(|last| *last == "jr") {
            Some(last) => *last = format!("jr:{part}"),
            None => parts.push(part.to_string()),
        }
    }
    parts
}

/// `Constraint Message` → `constraint_message`.
fn snake(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

/// A cell's text with straight quotes, which expressions need, and with single spaces if wished.
fn clean(text: &str, single_spaces: bool) -> Cow<'_, str> {
    let text = if single_spaces { spaces_single(text) } else { Cow::Borrowed(text) };
    if !text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        return text;
    }
    Cow::Owned(text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\""))
}

fn spaces_single(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut single = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != ' ' || !single.ends_with(' ') {
            single.push(letter);
        }
    }
    Cow::Owned(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: Headings = Headings {
        sheet: "survey",
        known: &["type", "name", "label", "bind"],
        aliases: &[("caption", &["label"]), ("image", &["media", "image"]), ("relevant", &["bind", "relevant"])],
        single_spaces: true,
    };

    fn parts(header: &str, double: bool) -> Vec<String> {
        HEADINGS.header(header, double).parts
    }

    #[test]
    fn headers_are_taken_apart_at_their_colons() {
        assert_eq!(parts("Label::French (fr)", true), ["label", "French (fr)"]);
        assert_eq!(parts("caption : Deutsch", false), ["label", "Deutsch"]);
        assert_eq!(parts("image::French", true), ["media", "image", "French"]);
        assert_eq!(parts("Relevant", true), ["bind", "relevant"]);
        assert_eq!(parts("bind:jr:constraintMsg:French", false), ["bind", "jr:constraintMsg", "French"]);
        assert_eq!(parts("Remarks of Noor", true), ["Remarks of Noor"]);
    }

    #[test]
    fn quotes_become_straight_and_spaces_single() {
        assert_eq!(clean("\u{2018}yes\u{2019}  or   \u{201c}no\u{201d}", true), "'yes' or \"no\"");
    }
}
