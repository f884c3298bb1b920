//! A form shown again with what was typed and what to correct.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::Value as Json;

use crate::error::{FieldError, Stale};
use crate::ui::Ui;
use crate::ui::conflict::Conflict;
use crate::web::Unread;

/// What was typed into one of a page's forms, and what to correct in it.
#[derive(Clone, Debug, Default)]
pub struct Refill {
    form: &'static str,
    typed: Json,
    unread: Vec<Unread>,
    errors: Vec<FieldError>,
    stale: Option<Weighed>,
    keep: Option<String>,
}

/// Why a form is shown again.
pub enum Wrong {
    /// Fields to correct.
    Fields(Vec<FieldError>),
    /// Someone else was faster.
    Stale(Weighed),
}

/// Both versions of a record on their way to whoever has to choose.
#[derive(Clone, Debug)]
pub struct Weighed {
    stale: Arc<Stale>,
    shown: Arc<AtomicBool>,
}

impl Weighed {
    /// Two versions that nobody has seen yet.
    pub fn new(stale: Stale) -> Weighed {
        Weighed { stale: Arc::new(stale), shown: Arc::default() }
    }

    /// Whether a page showed them: where a record has moved on, its form may not be there any more.
    pub fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }

    /// The two versions.
    pub fn stale(&self) -> &Stale {
        &self.stale
    }
}

impl From<Vec<FieldError>> for Wrong {
    fn from(errors: Vec<FieldError>) -> Wrong {
        Wrong::Fields(errors)
    }
}

impl Refill {
    /// What was typed into a form.
    pub fn of(form: &'static str, typed: &impl Serialize) -> Refill {
        Refill { form, typed: serde_json::to_value(typed).unwrap_or_default(), ..Refill::default() }
    }

    /// What was typed into fields that could not be read.
    pub fn unread(mut self, unread: &[Unread]) -> Refill {
        self.unread = unread.to_vec();
        self
    }

    /// What to correct in it, or which version it has to be weighed against.
    pub fn wrong(mut self, wrong: impl Into<Wrong>) -> Refill {
        match wrong.into() {
            Wrong::Fields(errors) => self.errors = errors,
            Wrong::Stale(both) => self.stale = Some(both),
        }
        self
    }

    /// Where the record is as it stands; without it the form's own address.
    pub fn keeping(mut self, address: String) -> Refill {
        self.keep = Some(address);
        self
    }

    /// Where to go to leave the record as it stands.
    pub fn keep<'r>(&'r self, ui: &'r Ui) -> &'r str {
        self.keep.as_deref().unwrap_or(&ui.path)
    }

    /// Both versions, where someone else was faster.
    pub fn conflict(&self, ui: &Ui, form: &str) -> Option<Conflict> {
        let both = self.stale.as_ref().filter(|_| form == self.form)?;
        both.shown.store(true, Ordering::Relaxed);
        Some(Conflict::of(ui, &both.stale))
    }

    /// What was typed into a field, such as `actions[0].text`; empty in every other form.
    pub fn value(&self, form: &str, field: &str) -> String {
        if form != self.form {
            return String::new();
        }
        if let Some(unread) = self.unread.iter().find(|unread| unread.error.field == field) {
            return unread.text.clone();
        }
        let mut at = &self.typed;
        for part in field.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
            let inner = part.parse::<usize>().ok().and_then(|index| at.get(index)).or_else(|| at.get(part));
            match inner {
                Some(inner) => at = inner,
                None => return String::new(),
            }
        }
        match at {
            Json::String(text) => text.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Whether a choice was made.
    pub fn chose(&self, form: &str, field: &str, choice: &str) -> bool {
        self.value(form, field) == choice
    }

    /// Whether a choice is the one to show as made: the typed one, or else the one on record.
    pub fn stands(&self, form: &str, field: &str, given: impl Display, choice: impl Display) -> bool {
        let choice = choice.to_string();
        if self.is_wrong(form) { self.chose(form, field, &choice) } else { given.to_string() == choice }
    }

    /// What is wrong with a field.
    pub fn error(&self, ui: &Ui, form: &str, field: &str) -> Option<&'static str> {
        let error = self.errors.iter().find(|error| error.field == field && form == self.form)?;
        Some(ui.t(error.error))
    }

    /// Whether a form has something to correct, or to choose.
    pub fn is_wrong(&self, form: &str) -> bool {
        form == self.form && (!self.errors.is_empty() || self.stale.is_some())
    }

    /// How many things to correct.
    pub fn count(&self) -> i64 {
        i64::try_from(self.errors.len()).unwrap_or(i64::MAX)
    }

    /// Fields and what is wrong with them, for the summary; `id` is the field's element.
    pub fn summary(&self, ui: &Ui) -> Vec<(String, String)> {
        self.errors
            .iter()
            .map(|error| (element(self.form, &error.field), ui.wrong(&error.field, error.error)))
            .collect()
    }
}

/// The id of a field's element: `note-text`, `goal-actions-0-text`.
pub fn element(form: &str, field: &str) -> String {
    let name: String = field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    format!("{form}-{}", parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_to_its_form_only() {
        let typed = serde_json::json!({ "text": "a", "actions": [{ "text": "b" }], "answers": { "q-1": "yes" } });
        let refill = Refill::of("goal", &typed);
        assert_eq!(refill.value("goal", "text"), "a");
        assert_eq!(refill.value("goal", "actions[0].text"), "b");
        assert_eq!(refill.value("goal", "answers[q-1]"), "yes");
        assert_eq!(refill.value("note", "text"), "");
        assert_eq!(element("goal", "actions[0].due_on"), "goal-actions-0-due-on");
    }
}
