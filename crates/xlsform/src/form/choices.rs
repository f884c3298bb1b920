//! The sheets choices and external_choices.

use std::collections::HashMap;

use super::problem::{Findings, Place, ProblemKind, WarningKind};
use super::references::has_reference;
use super::table::{Headings, Table, TableRow};
use super::{Media, MediaKind, Settings, Sheets, Text, is_name};

/// A list of choices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChoiceList {
    /// What selects call it by.
    pub name: String,
    /// In order.
    pub choices: Vec<Choice>,
    /// Whether the app puts choices of its own file in their place.
    pub used_by_search: bool,
    /// Whether its labels must stand among the form's translations: they are in several languages, have media or
    /// refer to questions.
    pub is_translated: bool,
    /// Whether it was looked at for a select of several.
    pub(super) checked_for_spaces: bool,
    /// Whether it has the choice `other`, as far as or_other knows.
    pub(super) has_other: bool,
}

/// One choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The row of the choices sheet; none for the one that or_other adds.
    pub row: Option<u32>,
    /// What is stored.
    pub name: String,
    /// What is read.
    pub label: Text,
    /// Pictures, sounds and films beside the label.
    pub media: Media,
    /// Other columns, for choice filters.
    pub extra: Vec<(String, String)>,
}

impl ChoiceList {
    pub(super) fn needs_translation(&self) -> bool {
        self.choices.iter().any(|choice| {
            !choice.media.is_empty()
                || choice.label.is_translated()
                || choice.label.untranslated().is_some_and(has_reference)
        })
    }
}

/// The sheet external_choices: written out as it is, into a file beside the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExternalChoices {
    /// Headers as written.
    pub headers: Vec<String>,
    /// Rows, with an empty text where a cell is empty.
    pub rows: Vec<Vec<String>>,
    /// Names of the lists.
    pub(super) lists: Vec<String>,
}

const ALIASES: &[(&str, &[&str])] = &[
    ("caption", &["label"]),
    ("list_name", &["list name"]),
    ("value", &["name"]),
    ("image", &["media", "image"]),
    ("big-image", &["media", "big-image"]),
    ("audio", &["media", "audio"]),
    ("video", &["media", "video"]),
];

const CHOICES: Headings = Headings {
    sheet: "choices",
    known: &["name", "label", "media", "sms_option"],
    aliases: ALIASES,
    single_spaces: false,
};
const EXTERNAL: Headings = Headings { sheet: "external_choices", ..CHOICES };
const OSM: Headings = Headings { sheet: "osm", ..CHOICES };

/// What the choices sheet says.
#[derive(Debug, Default)]
pub(super) struct Choices {
    pub(super) lists: Vec<ChoiceList>,
    /// Headers, for the check of translations.
    pub(super) headers: Vec<Vec<String>>,
    pub(super) index: HashMap<String, usize>,
}

impl Choices {
    /// Reads the choices sheet, if there is one.
    pub(super) fn read(sheets: &Sheets<'_>, settings: &Settings, findings: &mut Findings) -> Self {
        let mut choices = Self::default();
        let Some(sheet) = sheets.get("choices") else { return choices };
        let mut table = Table::read(sheet, &CHOICES, findings);
        if !table.rows.is_empty() {
            table.require("name", findings);
            choices.headers = table.headers.iter().map(|header| header.parts.clone()).collect();
        }
        for header in &mut table.headers {
            let place = Place::row("choices", 1).column(&header.text);
            match header.parts.as_slice() {
                [first, kind, ..] if first == "media" && MediaKind::named(kind).is_none() => {
                    findings.problem(place, ProblemKind::UnknownMedia(kind.clone()));
                }
                [name] if name != "list name" && (!is_name(name) || settings.unknown_prefix(name).is_some()) => {
                    findings.warn(place, WarningKind::BadChoiceColumn);
                    header.parts.clear();
                }
                _ => {}
            }
        }
        if table.has("name") {
            for row in &table.rows {
                choices.add(&table, row, findings);
            }
        }
        if !settings.allow_choice_duplicates {
            choices.refuse_duplicates(findings);
        }
        choices
    }

    pub(super) fn get(&self, name: &str) -> Option<&ChoiceList> {
        self.lists.get(*self.index.get(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut ChoiceList> {
        self.lists.get_mut(*self.index.get(name)?)
    }

    pub(super) fn similar(&self, name: &str) -> Vec<String> {
        super::similar_names(name, self.lists.iter().map(|list| list.name.as_str()))
    }

    fn add(&mut self, table: &Table, row: &TableRow, findings: &mut Findings) {
        let (list, mut choice) = read_choice(table, row);
        choice.row = Some(row.number);
        let Some(list) = list else { return };
        if choice.name.is_empty() {
            findings.problem(table.place(row.number).column("name"), ProblemKind::ChoiceWithoutName);
        } else if choice.label.is_empty() {
            findings.warn(table.place(row.number).column("label"), WarningKind::ChoiceWithoutLabel);
        }
        let index = *self.index.entry(list).or_insert_with_key(|list| {
            self.lists.push(ChoiceList { name: list.clone(), ..ChoiceList::default() });
            self.lists.len() - 1
        });
        if let Some(list) = self.lists.get_mut(index) {
            list.choices.push(choice);
        }
    }

    fn refuse_duplicates(&self, findings: &mut Findings) {
        for list in &self.lists {
            let mut rows: HashMap<&str, u32> = HashMap::new();
            for choice in &list.choices {
                let row = choice.row.unwrap_or_default();
                if let Some(other) = rows.insert(&choice.name, row)
                    && !choice.name.is_empty()
                {
                    let place = Place::row("choices", row).column("name");
                    findings.problem(place, ProblemKind::SameChoice { name: choice.name.clone(), other });
                }
            }
        }
    }

    /// Every reference in labels and names of media, with its place.
    pub(super) fn check_references(&self, check: &mut impl FnMut(Place, &str)) {
        for choice in self.lists.iter().flat_map(|list| &list.choices) {
            let place = Place::row("choices", choice.row.unwrap_or_default());
            choice.label.wordings().for_each(|text| check(place.column("label"), text));
            for (kind, text) in &choice.media {
                text.wordings().for_each(|text| check(place.column(kind.name()), text));
            }
        }
    }
}

/// A row of choices, and the list it belongs to.
fn read_choice(table: &Table, row: &TableRow) -> (Option<String>, Choice) {
    let mut list = None;
    let mut choice = Choice::default();
    for (header, value) in &row.cells {
        let Some(header) = table.headers.get(*header) else { continue };
        let parts: Vec<&str> = header.parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["list name"] => list = Some(value.clone()),
            ["name"] => choice.name.clone_from(value),
            ["label"] => choice.label.set(None, value.clone()),
            ["label", language] => choice.label.set(Some(language), value.clone()),
            ["media", kind, language @ ..] => {
                if let Some(kind) = MediaKind::named(kind) {
                    set_media(&mut choice.media, kind, language.first().copied(), value.clone());
                }
            }
            [name] if is_name(name) => choice.extra.push(((*name).to_string(), value.clone())),
            _ => {}
        }
    }
    (list, choice)
}

/// Adds a file in a language.
pub(super) fn set_media(media: &mut Media, kind: MediaKind, language: Option<&str>, file: String) {
    match media.iter_mut().find(|(other, _)| *other == kind) {
        Some((_, text)) => text.set(language, file),
        None => {
            let mut text = Text::default();
            text.set(language, file);
            media.push((kind, text));
        }
    }
}

/// Reads the sheet external_choices, if there is one.
pub(super) fn read_external(sheets: &Sheets<'_>, findings: &mut Findings) -> Option<ExternalChoices> {
    let table = Table::read(sheets.get("external_choices")?, &EXTERNAL, findings);
    let list = table.headers.iter().position(|header| header.parts == ["list name"]);
    let mut external = ExternalChoices {
        headers: table.headers.iter().map(|header| header.text.clone()).collect(),
        ..ExternalChoices::default()
    };
    for row in &table.rows {
        let mut cells = vec![String::new(); table.headers.len()];
        for (header, value) in &row.cells {
            if let Some(cell) = cells.get_mut(*header) {
                cell.clone_from(value);
            }
            if Some(*header) == list && !external.lists.contains(value) {
                external.lists.push(value.clone());
            }
        }
        external.rows.push(cells);
    }
    Some(external)
}

/// Reads the sheet osm: lists of tags with their labels.
pub(super) fn read_osm(sheets: &Sheets<'_>, findings: &mut Findings) -> Vec<(String, Vec<(String, Text)>)> {
    let mut lists: Vec<(String, Vec<(String, Text)>)> = Vec::new();
    let Some(sheet) = sheets.get("osm") else { return lists };
    let table = Table::read(sheet, &OSM, findings);
    for row in &table.rows {
        let (Some(list), tag) = read_choice(&table, row) else { continue };
        match lists.iter_mut().find(|(name, _)| *name == list) {
            Some((_, tags)) => tags.push((tag.name, tag.label)),
            None => lists.push((list, vec![(tag.name, tag.label)])),
        }
    }
    lists
}
