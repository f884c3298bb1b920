//! Code lists: CSV files under `reference/`, one a list, with a label in every language.

use std::sync::{LazyLock, OnceLock};

use include_dir::{Dir, include_dir};
use rustc_hash::FxHashMap;

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

/// Codes with their labels, as a form shows them.
type Choices = Vec<(&'static str, &'static str)>;

#[derive(Default)]
struct List {
    entries: Vec<Entry>,
    /// Where each code stands.
    places: FxHashMap<String, usize>,
    /// In each language as it is first asked for: sorting them takes a while.
    choices: [OnceLock<Choices>; Language::ALL.len()],
}

impl List {
    fn entry(&self, code: &str) -> Option<&Entry> {
        self.places.get(code).map(|place| &self.entries[*place])
    }
}

static LISTS: LazyLock<FxHashMap<String, List>> = LazyLock::new(|| {
    FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|kind| kind == "csv"))
        .filter_map(|file| Some((file.path().file_stem()?.to_str()?.to_owned(), file.contents_utf8()?)))
        .map(|(name, text)| (name, read(text)))
        .collect()
});

fn read(text: &str) -> List {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let Ok(head) = reader.headers().cloned() else { return List::default() };
    let column = |name: &str| head.iter().position(|known| known == name);
    let columns: Vec<Option<usize>> = Language::ALL.iter().map(|language| column(language.code())).collect();
    let inverse = column("inverse");
    let label = |record: &csv::StringRecord, column: &Option<usize>| {
        column.and_then(|column| record.get(column)).unwrap_or_default().to_owned()
    };
    let entries: Vec<Entry> = reader
        .records()
        .filter_map(Result::ok)
        .map(|record| Entry {
            code: record.get(0).unwrap_or_default().to_owned(),
            labels: columns.iter().map(|column| label(&record, column)).collect(),
            inverse: inverse.and_then(|column| record.get(column)).map(str::to_owned),
        })
        .collect();
    let places = entries.iter().enumerate().map(|(place, entry)| (entry.code.clone(), place)).collect();
    List { entries, places, choices: Default::default() }
}

/// Whether a list has a code.
pub fn has(list: &str, code: &str) -> bool {
    LISTS.get(list).is_some_and(|list| list.entry(code).is_some())
}

/// The codes of a list, in its order.
pub fn codes(list: &str) -> impl Iterator<Item = &'static str> {
    LISTS.get(list).into_iter().flat_map(|list| &list.entries).map(|entry| entry.code.as_str())
}

/// The code seen from the other side: of `mother`, `child`.
pub fn inverse(list: &str, code: &str) -> Option<&'static str> {
    LISTS.get(list)?.entry(code)?.inverse.as_deref()
}

/// The label of a code; the code itself where the list does not have it.
pub fn label<'c>(list: &str, code: &'c str, language: Language) -> &'c str
where
    'static: 'c,
{
    let list: Option<&'static List> = LISTS.get(list);
    list.and_then(|list| list.entry(code)).map_or(code, |entry| entry.labels[language as usize].as_str())
}

/// Codes and labels of a list; countries and languages sorted by label, others as listed.
pub fn entries(list: &str, language: Language) -> &'static [(&'static str, &'static str)] {
    let Some((name, list)) = LISTS.get_key_value(list) else { return &[] };
    list.choices[language as usize].get_or_init(|| {
        let mut choices: Choices =
            list.entries.iter().map(|entry| (entry.code.as_str(), entry.labels[language as usize].as_str())).collect();
        if matches!(name.as_str(), "countries" | "languages") {
            choices.sort_by_cached_key(|(_, label)| deunicode::deunicode(label).to_lowercase());
        }
        choices
    })
}
