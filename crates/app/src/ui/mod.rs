//! Layout, components, language, charts: what every page shares.

pub mod conflict;
mod language;
mod navigation;
pub mod refill;

use std::sync::Arc;

use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::reference;

pub use language::Language;

/// What a template needs to speak: `{{ ui.t("people-title") }}`.
#[derive(Clone)]
pub struct Ui {
    /// The page's language.
    pub language: Language,
    /// Who is logged in.
    pub viewer: Option<Arc<Viewer>>,
    /// The page's own address.
    pub path: String,
    /// Makes a form harmless to send twice: `action="/people?once={{ ui.once }}"`.
    pub once: String,
}

impl Ui {
    /// Words for a page.
    pub fn new(language: Language, viewer: Option<Arc<Viewer>>, path: &str) -> Ui {
        Ui { language, viewer, path: path.to_owned(), once: uuid::Uuid::new_v4().simple().to_string() }
    }

    /// The words of a key.
    pub fn t(&self, key: &str) -> &'static str {
        self.language.t(key)
    }

    /// The words of a key with a number in them.
    pub fn count(&self, key: &str, count: &i64) -> String {
        self.language.t_with(key, &[("count", (*count).into())])
    }

    /// The words of a key with a name in them.
    pub fn name(&self, key: &str, name: &str) -> String {
        self.language.t_with(key, &[("name", name.into())])
    }

    /// The label of a code, such as `risk-high`.
    pub fn label<C: Code>(&self, code: &C) -> &'static str {
        self.t(code.label())
    }

    /// The labels of several codes.
    pub fn listed<C: Code>(&self, codes: &[C]) -> String {
        codes.iter().map(|code| self.label(code)).collect::<Vec<_>>().join(self.t("list-comma"))
    }

    /// The label of a code that may be missing.
    pub fn label_or_dash<C: Code>(&self, code: &Option<C>) -> &'static str {
        code.as_ref().map_or("–", |code| self.label(code))
    }

    /// The label of an entry of a code list in `reference/`.
    pub fn entry<'c>(&self, list: &str, code: &'c str) -> &'c str {
        reference::label(list, code, self.language)
    }

    /// All entries of a code list, sorted by label where the list asks for it.
    pub fn entries(&self, list: &str) -> &'static [(&'static str, &'static str)] {
        reference::entries(list, self.language)
    }

    /// A day in words.
    pub fn day(&self, day: &Day) -> String {
        day.in_words(self.language)
    }

    /// A day in words, or a dash.
    pub fn day_or_dash(&self, day: &Option<Day>) -> String {
        day.as_ref().map_or_else(|| "–".to_owned(), |day| self.day(day))
    }

    /// A day in few letters, for narrow places.
    pub fn short_day(&self, day: &Day) -> String {
        day.in_short(self.language, self.viewer.as_ref().map_or_else(|| Day::today("UTC"), |viewer| viewer.today))
    }

    /// The day of a moment, where the user works.
    pub fn day_of(&self, moment: &Moment) -> Day {
        moment.day(self.time_zone())
    }

    /// A moment in words.
    pub fn moment(&self, moment: &Moment) -> String {
        moment.in_words(self.language, self.time_zone())
    }

    fn time_zone(&self) -> &str {
        self.viewer.as_ref().map_or("UTC", |viewer| viewer.time_zone.as_str())
    }

    /// Whether the user may do such a thing: for links and buttons, never instead of the check.
    pub fn may(&self, permission: &str) -> bool {
        let permission = Permission::from_code(permission);
        self.viewer.as_ref().zip(permission).is_some_and(|(viewer, permission)| viewer.may(permission))
    }

    /// The label of a record's field; its own name where it has none.
    pub fn field(&self, name: &str) -> String {
        let key = format!("field-{}", name.replace('_', "-"));
        self.language.find(&key).map_or_else(|| name.replace('_', " "), str::to_owned)
    }

    /// What is wrong with a field, for a summary: with the field's label, where it has one.
    pub fn wrong(&self, field: &str, error: &str) -> String {
        let label = field.rsplit(['.', '[']).find_map(|part| {
            let name = part.replace('_', "-");
            ["field", "settings"].iter().find_map(|list| self.language.find(&format!("{list}-{name}")))
        });
        match label {
            Some(label) => {
                self.language.t_with("field-wrong", &[("field", label.into()), ("error", self.t(error).into())])
            }
            None => self.t(error).to_owned(),
        }
    }

    /// All languages, for the switch.
    pub fn languages(&self) -> &'static [Language] {
        Language::ALL
    }

    /// The first letters of the user's names.
    pub fn initials(&self) -> String {
        let name = self.viewer.as_ref().map_or("", |viewer| viewer.name.as_str());
        name.split_whitespace().filter_map(|part| part.chars().next()).take(2).collect()
    }

    /// Whether the page belongs to a section of the navigation.
    pub fn is_in(&self, section: &str) -> bool {
        if section == "/" { self.path == "/" } else { self.path.starts_with(section) }
    }
}
