//! Two versions of one record side by side, for the person who has to choose.

use serde_json::Value as Json;

use super::Ui;
use crate::error::Stale;
use crate::history::{Kind, words};

/// What someone wanted to save where someone else was faster.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    /// The fields in which the two differ.
    pub differences: Vec<Difference>,
}

/// Both sides of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field in words.
    pub field: String,
    /// As this user wanted it.
    pub yours: String,
    /// As it stands.
    pub current: String,
}

impl Conflict {
    /// The two versions, field by field as the user sent them.
    pub fn of(ui: &Ui, stale: &Stale) -> Conflict {
        let sent = stale.yours.as_object().into_iter().flatten();
        let differences = sent
            .map(|(field, yours)| Difference {
                field: ui.field(field),
                yours: in_words(ui, field, yours),
                current: stale.current.get(field).map(|current| in_words(ui, field, current)).unwrap_or_default(),
            })
            .filter(|difference| difference.yours != difference.current);
        Conflict { differences: differences.collect() }
    }
}

/// Fields of a person that the history knows how to tell.
const PERSON: [&str; 7] = ["names", "birth", "nationalities", "languages", "documents", "journey", "gender"];

/// Before the name of a field, what the labels of its codes begin with.
const LISTS: &[&str] = &["", "goal-", "action-", "case-", "doer-"];

/// A value as people read it: codes by their labels, lists with commas.
fn in_words(ui: &Ui, field: &str, value: &Json) -> String {
    let label = |code: &str| {
        let lists = LISTS.iter().map(|list| format!("{list}{field}-{code}").replace('_', "-"));
        lists.into_iter().find_map(|key| ui.language.find(&key))
    };
    if PERSON.contains(&field) {
        return words::say(ui, Kind::Person, field, value);
    }
    match value {
        Json::Null | Json::Bool(false) => String::new(),
        Json::Bool(true) => ui.t("yes").to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => label(text).unwrap_or(text).to_owned(),
        Json::Array(values) => joined(values.iter().map(|value| in_words(ui, field, value)), "; "),
        Json::Object(parts) => joined(parts.iter().map(|(part, value)| in_words(ui, part, value)), ", "),
    }
}

fn joined(words: impl Iterator<Item = String>, between: &str) -> String {
    words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ui::Language;

    #[test]
    fn only_what_differs_is_shown_and_in_words() {
        let ui = Ui::new(Language::En, None, "");
        let stale = Stale {
            yours: json!({ "sex": "female", "protected": true, "languages": ["ar", "fr"], "place": null, "why": "moved" }),
            current: json!({ "sex": "male", "protected": false, "languages": ["ar", "fr"], "place": null, "id": 7 }),
            version: 3,
        };
        let conflict = Conflict::of(&ui, &stale);
        let told: Vec<(&str, &str)> =
            conflict.differences.iter().map(|it| (it.yours.as_str(), it.current.as_str())).collect();
        assert_eq!(told, [("Yes", ""), ("Female", "Male"), ("moved", "")]);
    }
}
