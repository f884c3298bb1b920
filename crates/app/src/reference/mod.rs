//! Code lists: CSV files under `reference/`, one a list, with a label in every language.

use std::collections::HashMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use crate::code::Code;
use crate::ui::Language;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../reference");

struct Entry {
    code: String,
    /// Labels in the order of [`Language::ALL`].
    labels: Vec<String>,
    /// The code seen from the other side, where the list has a column for it.
    inverse: Option<String>,
}

static LISTS: LazyLock<HashMap<String, Vec<Entry>>> = LazyLock::new(|| {
    FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|kind| kind == "csv"))
        .filter_map(|file| Some((file.path().file_stem()?.to_str()?.to_owned(), file.contents_utf8()?)))
        .map(|(name, text)| (name, read(text)))
        .collect()
});

fn read(text: &str) -> Vec<Entry> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let Ok(head) = reader.headers().cloned() else { return Vec::new() };
    let column = |name: &str| head.iter().position(|known| known == name);
    let columns: Vec<Option<usize>> = Language::ALL.iter().map(|language| column(language.code())).collect();
    let inverse = column("inverse");
    let label = |record: &csv::StringRecord, column: &Option<usize>| {
        column.and_then(|column| record.get(column)).unwrap_or_default().to_owned()
    };
    reader
        .records()
        .filter_map(Result::ok)
        .map(|record| Entry {
            code: record.get(0).unwrap_or_default().to_owned(),
            labels: columns.iter().map(|column| label(&record, column)).collect(),
            inverse: inverse.and_then(|column| record.get(column)).map(str::to_owned),
        })
        .collect()
}

fn position(language: Language) -> usize {
    Language::ALL.iter().position(|it| *it == language).unwrap_or_default()
}

/// Whether a list has a code.
pub fn has(list: &str, code: &str) -> bool {
    LISTS.get(list).is_some_and(|entries| entries.iter().any(|entry| entry.code == code))
}

/// The code seen from the other side: of `mother`, `child`.
pub fn inverse(list: &str, code: &str) -> Option<&'static str> {
    LISTS.get(list)?.iter().find(|entry| entry.code == code)?.inverse.as_deref()
}

/// The label of a code; the code itself where the list does not have it.
pub fn label<'c>(list: &str, code: &'c str, language: Language) -> &'c str
where
    'static: 'c,
{
    let entries: Option<&'static Vec<Entry>> = LISTS.get(list);
    entries
        .and_then(|entries| entries.iter().find(|entry| entry.code == code))
        .map_or(code, |entry| entry.labels[position(language)].as_str())
}

/// Codes and labels of a list; countries and languages sorted by label, others as listed.
pub fn entries(list: &str, language: Language) -> Vec<(&'static str, &'static str)> {
    let listed: &'static [Entry] = LISTS.get(list).map(Vec::as_slice).unwrap_or_default();
    let mut entries: Vec<(&str, &str)> =
        listed.iter().map(|entry| (entry.code.as_str(), entry.labels[position(language)].as_str())).collect();
    if matches!(list, "countries" | "languages") {
        entries.sort_by_key(|(_, label)| deunicode::deunicode(label).to_lowercase());
    }
    entries
}
