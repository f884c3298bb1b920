//! What a form's workbook means: a tree of groups, repeats and questions, with choices, settings and entities.
//!
//! [`Form::read`] understands a [`Workbook`] by the rules of [XLSForm](https://xlsform.org/en/ref-table/) and finds
//! everything that is wrong with it, not only the first.

mod choices;
mod entities;
pub mod instances;
mod line;
mod names;
mod parameters;
mod problem;
mod ranges;
pub mod references;
mod results;
mod settings;
mod survey;
mod table;
pub mod tokens;
mod translations;
mod types;

use std::collections::HashMap;

use crate::workbook::{Sheet, Workbook};

pub use choices::{Choice, ChoiceList, ExternalChoices};
pub use entities::EntitiesVersion;
pub use instances::LAST_SAVED;
pub use names::{is_name, is_plain_name};
pub use problem::{Outside, Place, Problem, ProblemKind, Wanted, Warning, WarningKind};
pub use results::ResultRow;
pub use settings::Settings;

use problem::Findings;

/// A form that can be written as XForm.
#[derive(Clone, Debug)]
pub struct Form {
    /// What holds for the whole form.
    pub settings: Settings,
    /// Choice lists in the order in which they first appear.
    pub lists: Vec<ChoiceList>,
    /// Choices that are looked up in a file beside the form.
    pub external_choices: Option<ExternalChoices>,
    /// The root first; each other node stands after its parent.
    pub nodes: Vec<Node>,
    /// What of the entities specification the form needs; none when it makes no entities.
    pub entities_version: Option<EntitiesVersion>,
    /// What follows from answers, in the order of the results sheet.
    pub results: Vec<ResultRow>,
    /// What references mean.
    names: HashMap<String, NodeId>,
    /// Where in `lists` each list stands.
    list_index: HashMap<String, usize>,
}

/// Where a node stands in [`Form::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(usize);

impl NodeId {
    /// Its place among the form's nodes.
    pub fn index(self) -> usize {
        self.0
    }
}

/// The form's root.
pub const ROOT: NodeId = NodeId(0);

/// One element of the form's tree.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// The row of the survey sheet; none for what the form adds by itself.
    pub row: Option<u32>,
    /// The element's name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whose child it is; none for the root.
    pub parent: Option<NodeId>,
    /// In order.
    pub children: Vec<NodeId>,
    /// What is asked.
    pub label: Text,
    /// What helps to answer.
    pub hint: Text,
    /// What helps those who ask.
    pub guidance: Text,
    /// Pictures, sounds and films beside the label.
    pub media: Media,
    /// What is said when the constraint does not hold.
    pub constraint_message: Text,
    /// What is said when an answer is missing.
    pub required_message: Text,
    /// What is said when an app is missing.
    pub no_app_message: Text,
    /// Attributes of the `bind`: type, relevant, constraint, calculate and others.
    pub bind: Attributes,
    /// Attributes of the control.
    pub body: Attributes,
    /// Attributes of the instance's element.
    pub instance: Attributes,
    /// The answer at the beginning, or the expression that gives it.
    pub default: Option<String>,
    /// Which choices are shown.
    pub choice_filter: Option<String>,
    /// How delicate the answers are, in words of whoever keeps them; what lies within a group is as delicate as the group.
    pub sensitivity: Option<String>,
    /// Questions whose answer calculates this one anew.
    pub triggers: Vec<String>,
    /// What is done at certain events.
    pub actions: Vec<Action>,
}

/// What a node is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    /// The form itself.
    #[default]
    Root,
    /// Questions that belong together.
    Group,
    /// Questions that are asked again and again.
    Repeat,
    /// Data about the answers, never shown.
    Meta,
    /// Something asked, calculated or recorded.
    Question(Control),
    /// A file that expressions look things up in.
    Attachment(FileKind),
    /// What is saved as an entity.
    Entity,
    /// An attribute of the entity with its value at the beginning.
    Attribute(String),
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// By a calculation.
    Calculate,
    /// By the device or not at all; nothing is shown.
    Hidden,
    /// By typing, or with a part of the app made for the type of data.
    Input,
    /// By a tap that confirms.
    Trigger,
    /// By a file of this media type.
    Upload(&'static str),
    /// By choosing.
    Select(Select),
    /// By choosing from choices that are looked up in a file beside the form: the list's name.
    ExternalSelect(String),
    /// By moving along a range; marks along it may have labels from a list.
    Range(Option<String>),
    /// By a place on a map, perhaps one of those there are.
    Map(Option<Items>),
    /// By a feature of OpenStreetMap, with these tags.
    OpenStreetMap(Vec<(String, Text)>),
}

/// A question with choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// How many may be chosen.
    pub mode: SelectMode,
    /// Where the choices come from.
    pub items: Items,
    /// Whether their order is left to chance.
    pub order: Order,
    /// Whether the app puts in choices of its own file, by `search()` in the appearance.
    pub search: bool,
}

/// How many choices make an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectMode {
    /// One.
    One,
    /// Any number.
    Multiple,
    /// All, in an order.
    Rank,
}

/// Where choices come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Items {
    /// A list of the form, or an instance of this name.
    List(String),
    /// A file beside the form.
    File {
        /// Its name without ending.
        stem: String,
        /// Its kind.
        kind: FileKind,
        /// What of each item is stored.
        value: String,
        /// What of each item is shown.
        label: String,
    },
    /// Answers within a repeat: a reference.
    Answers(String),
}

/// The order of choices.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Order {
    /// As in the list.
    #[default]
    Given,
    /// By chance.
    Random,
    /// By chance, but always the same for the same seed: a number or a reference.
    Seeded(String),
}

/// Files that a form reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Comma-separated values.
    Csv,
    /// XML.
    Xml,
    /// Places.
    Geojson,
}

impl FileKind {
    /// The file's ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xml => "xml",
            Self::Geojson => "geojson",
        }
    }

    /// Takes a file's name apart.
    pub fn split(name: &str) -> Option<(&str, Self)> {
        let (stem, ending) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
        let kind = [Self::Csv, Self::Xml, Self::Geojson].into_iter().find(|kind| kind.ending() == ending)?;
        Some((stem, kind))
    }

    /// Where an app finds the file.
    pub fn uri(self, stem: &str) -> String {
        let folder = if self == Self::Csv { "file-csv" } else { "file" };
        format!("jr://{folder}/{stem}.{}", self.ending())
    }
}

/// How many elements a form may have; more would not fit into a telephone.
const MOST_NODES: usize = 100_000;
/// How deep groups may lie in one another.
const DEEPEST: usize = 64;
/// How many wordings the translations of a form may have, those that are missing included.
const MOST_WORDINGS: usize = 2_000_000;
/// How many columns a sheet may have.
const MOST_COLUMNS: usize = 1_000;
/// After so many problems nobody reads on, and names that are almost right are no longer looked for.
const MANY_PROBLEMS: usize = 100;

/// What is done at an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What.
    pub kind: ActionKind,
    /// When.
    pub event: Event,
}

/// What an action does.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionKind {
    /// Sets the value that an expression gives.
    SetValue(String),
    /// Records the place.
    SetGeopoint,
    /// Records sound.
    RecordAudio {
        /// How well.
        quality: Option<String>,
    },
}

/// When an action is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The form is opened for the first time.
    FirstLoad,
    /// The form is opened.
    Load,
    /// A repeat is added.
    NewRepeat,
}

/// Pictures, sounds and films, each in one or more languages.
pub type Media = Vec<(MediaKind, Text)>;

/// Kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// The same picture, larger.
    BigImage,
    /// A sound.
    Audio,
    /// A film.
    Video,
}

impl MediaKind {
    /// Its name in sheets and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::BigImage => "big-image",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Image, Self::BigImage, Self::Audio, Self::Video].into_iter().find(|kind| kind.name() == name)
    }
}

/// What is said, in no particular language or in several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    plain: Option<String>,
    translations: Vec<(String, String)>,
}

impl Text {
    /// Text in no particular language.
    pub fn plain(text: &str) -> Self {
        Self { plain: Some(text.to_string()), translations: Vec::new() }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.plain.is_none() && self.translations.is_empty()
    }

    /// Whether something is said in a particular language.
    pub fn is_translated(&self) -> bool {
        !self.translations.is_empty()
    }

    /// What is said, unless it is said in particular languages.
    pub fn untranslated(&self) -> Option<&str> {
        self.plain.as_deref().filter(|_| self.translations.is_empty())
    }

    /// What is said in each language; text in no particular language is in the default one.
    pub fn in_languages<'a>(&'a self, default: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let has_default = self.translations.iter().any(|(language, _)| language == default);
        let plain = self.plain.as_deref().filter(|_| !has_default).map(|text| (default, text));
        plain.into_iter().chain(self.translations.iter().map(|(language, text)| (language.as_str(), text.as_str())))
    }

    /// Every wording.
    pub fn wordings(&self) -> impl Iterator<Item = &str> {
        self.plain.as_deref().into_iter().chain(self.translations.iter().map(|(_, text)| text.as_str()))
    }

    fn set(&mut self, language: Option<&str>, text: String) {
        match language {
            None => self.plain = Some(text),
            Some(language) => self.translations.push((language.to_string(), text)),
        }
    }
}

/// Names with values, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Sets the value of a name, whatever it was.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name.to_string(), value.into())),
        }
    }

    /// Sets the value of a name that has none.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.0.push((name.to_string(), value.to_string()));
        }
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A form, and what may not be meant as it is written.
pub type Reading = Result<(Form, Vec<Warning>), Vec<Problem>>;

impl Form {
    /// Understands a workbook.
    ///
    /// # Errors
    /// Everything that must be changed before the form can be used.
    pub fn read(workbook: &Workbook) -> Reading {
        Self::read_named(workbook, "data")
    }

    /// Understands a workbook whose root element is to have this name, unless the settings sheet gives another.
    ///
    /// # Errors
    /// Everything that must be changed before the form can be used.
    pub fn read_named(workbook: &Workbook, root: &str) -> Reading {
        let mut findings = Findings::default();
        let form = survey::read(&Sheets { workbook }, root, &mut findings);
        match form {
            Some(form) if findings.problems.is_empty() => Ok((form, findings.warnings)),
            _ => {
                findings.problems.sort_by(|one, other| one.place.cmp(&other.place));
                Err(findings.problems)
            }
        }
    }

    /// A node.
    ///
    /// # Panics
    /// Never for an id of this form.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Every node's id, parents before children.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId)
    }

    /// Parents, from the nearest to the root.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.node(id).parent, |id| self.node(*id).parent)
    }

    /// What a reference to this name means.
    pub fn named(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    /// The list of this name.
    pub fn list(&self, name: &str) -> Option<&ChoiceList> {
        self.lists.get(*self.list_index.get(name)?)
    }
}

impl Node {
    /// Whether it is a repeat.
    pub fn is_repeat(&self) -> bool {
        self.kind == Kind::Repeat
    }

    /// Whether people see it: it has a control, and is not a calculation without words.
    pub fn is_shown(&self) -> bool {
        let works = self.bind.get("calculate").is_some() || !self.triggers.is_empty();
        match &self.kind {
            Kind::Question(Control::Calculate | Control::Hidden) => false,
            Kind::Question(_) => !(works && self.label.is_empty() && self.hint.is_empty()),
            _ => false,
        }
    }

    /// Every text with the name it has in the form: first messages, then label and hints.
    pub fn texts(&self) -> [(&'static str, &Text); 6] {
        [
            ("constraint_message", &self.constraint_message),
            ("required_message", &self.required_message),
            ("no_app_error_string", &self.no_app_message),
            ("label", &self.label),
            ("hint", &self.hint),
            ("guidance_hint", &self.guidance),
        ]
    }
}

/// The sheets of a workbook by name.
struct Sheets<'a> {
    workbook: &'a Workbook,
}

impl<'a> Sheets<'a> {
    const NAMES: [&'static str; 7] =
        ["survey", "choices", "settings", "external_choices", "osm", "entities", "results"];

    /// The sheet of this name, in upper or lower case; a workbook's only sheet is its survey.
    fn get(&self, name: &str) -> Option<&'a Sheet> {
        let sheets = &self.workbook.sheets;
        let named = sheets.iter().find(|sheet| sheet.name.to_lowercase() == name);
        let only = || sheets.first().filter(|only| sheets.len() == 1 && !Self::NAMES.contains(&only.name.as_str()));
        named.or_else(|| if name == "survey" { only() } else { None })
    }

    /// Sheets that nobody knows, with a name almost like this one. An underscore hides a sheet.
    fn similar(&self, name: &str) -> Vec<String> {
        let close = |other: &str| {
            !other.starts_with('_') && !Self::NAMES.contains(&other) && distance(&other.to_lowercase(), name) <= 2
        };
        self.workbook.sheets.iter().map(|sheet| sheet.name.clone()).filter(|other| close(other)).collect()
    }
}

/// How many letters must be changed, added or left out to make one word the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    if one.len().abs_diff(other.len()) > 16 {
        return usize::MAX;
    }
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (done, letter) in one.chars().enumerate() {
        let mut diagonal = done;
        let mut left = done + 1;
        for (above, other) in row.iter_mut().skip(1).zip(&other) {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = *above;
            left = substituted.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = done + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Those of some names that are almost like a name.
fn similar_names<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.filter(|other| distance(name, other) <= 2).take(3).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_a_distance_of_one() {
        for (one, other, wanted) in [("survey", "survey", 0), ("surveys", "survey", 1), ("srvey", "survey", 1)] {
            assert_eq!(distance(one, other), wanted);
        }
        assert_eq!(distance("choise", "choices"), 2);
        assert_eq!(distance("", "ab"), 2);
    }
}
