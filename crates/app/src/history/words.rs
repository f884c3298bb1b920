//! What changed, in the words of the page's language: codes as their labels, days as days are
//! said, and nothing of what only the machine needs.

use serde_json::{Map, Value as Json};

use super::story::plain;
use super::{Kind, Line, Story};
use crate::dates::{Day, Moment};
use crate::reference;
use crate::ui::Ui;

/// Fields that tell a reader nothing: ids, and what is reckoned from other fields.
const MUTE: [&str; 7] = ["id", "person_id", "case_id", "goal_id", "created_at", "seen_at", "vulnerability"];

/// One field before and after, as it is read.
pub struct Told {
    /// The field's label.
    pub field: String,
    /// Before; nothing where there was nothing.
    pub before: String,
    /// After; nothing where it was taken away.
    pub after: String,
}

/// What an entry says changed.
pub fn told(ui: &Ui, story: &Story) -> Vec<Told> {
    let telling = story.changes.iter().filter(|line| !MUTE.contains(&line.field.as_str()));
    telling
        .map(|line| Told {
            field: ui.field(&line.field),
            before: value(ui, story.kind, line, 0),
            after: value(ui, story.kind, line, 1),
        })
        .filter(|told| !(told.before.is_empty() && told.after.is_empty()) || story.changes.len() == 1)
        .collect()
}

/// Whether an entry changed nothing that a reader would see.
pub fn is_silent(story: &Story) -> bool {
    !story.changes.is_empty() && story.changes.iter().all(|line| MUTE.contains(&line.field.as_str()))
}

/// A noted fact, such as the format of an export.
pub fn fact(ui: &Ui, name: &str, text: &str) -> String {
    match name {
        "approval" => label(ui, "approval-kind", text),
        "list" => label(ui, "documents", text),
        "format" => text.to_uppercase(),
        "on_request" => ui.t(if text == "true" { "yes" } else { "no" }).to_owned(),
        _ => text.to_owned(),
    }
}

fn value(ui: &Ui, kind: Kind, line: &Line, side: usize) -> String {
    let shown = if side == 0 { &line.before } else { &line.after };
    if shown.is_empty() {
        return String::new();
    }
    if let Some(name) = &line.names[side] {
        return name.clone();
    }
    // What was left out of the line since it was read stays left out.
    let recorded = Some(&line.values[side]).filter(|value| plain(value) == *shown);
    recorded.map_or_else(|| word(ui, kind, &line.field, shown), |value| say(ui, kind, &line.field, value))
}

/// A value of a field of such a record.
pub fn say(ui: &Ui, kind: Kind, field: &str, value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(yes) => ui.t(if *yes { "yes" } else { "no" }).to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => word(ui, kind, field, text),
        Json::Array(values) => joined(ui, values.iter().map(|one| say(ui, kind, field, one))),
        Json::Object(parts) => object(ui, kind, field, parts),
    }
}

/// A record within a record, in the order it is said.
fn object(ui: &Ui, kind: Kind, field: &str, parts: &Map<String, Json>) -> String {
    let text = |part: &str| parts.get(part).and_then(Json::as_str).unwrap_or_default();
    if field == "names" {
        let family_first = parts.get("family_first").and_then(Json::as_bool).unwrap_or_default();
        let (first, second) = if family_first { ("family", "given") } else { ("given", "family") };
        return [text(first), text(second)].join(" ").trim().to_owned();
    }
    let order: &[&str] = match field {
        "documents" => &["kind", "number", "issuer", "expires_on"],
        "journey" => &["stage", "place", "country", "from", "until", "legal_status", "cause", "reason"],
        "birth" if text("kind") == "age" => &["age", "age_on"],
        "birth" => &["kind", "from", "to"],
        _ => &[],
    };
    let known = order.iter().filter_map(|part| Some((*part, parts.get(*part)?)));
    let said = known.map(|(part, value)| say(ui, kind, if part == "kind" { field } else { part }, value));
    if order.is_empty() {
        return joined(ui, parts.iter().map(|(part, value)| say(ui, kind, part, value)));
    }
    said.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn joined(ui: &Ui, parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(ui.t("list-comma"))
}

fn word(ui: &Ui, kind: Kind, field: &str, text: &str) -> String {
    if field == "needs" {
        return joined(ui, text.split(',').map(|code| label(ui, "need", code.trim())));
    }
    if let Some(list) = listed(kind, field) {
        return if field == "nationalities" && reference::has("special_nationalities", text) {
            ui.entry("special_nationalities", text).to_owned()
        } else {
            ui.entry(list, text).to_owned()
        };
    }
    if let Some(prefix) = labelled(kind, field) {
        return label(ui, prefix, text);
    }
    if field.ends_with("_at")
        && let Ok(moment) = serde_json::from_value::<Moment>(text.into())
    {
        return ui.moment(&moment);
    }
    let is_day = field.ends_with("_on") || matches!(field, "from" | "to" | "until" | "valid_until" | "erase_from");
    match text.parse::<Day>() {
        Ok(day) if is_day => ui.day(&day),
        _ => text.to_owned(),
    }
}

fn label(ui: &Ui, prefix: &str, code: &str) -> String {
    let key = format!("{prefix}-{}", code.replace(['_', ':'], "-"));
    ui.language.find(&key).unwrap_or(code).to_owned()
}

/// The list in `reference/` that a field's codes come from.
fn listed(kind: Kind, field: &str) -> Option<&'static str> {
    Some(match (kind, field) {
        (Kind::Note, "kind") => "note_kinds",
        (Kind::Flag, "kind") => "flag_kinds",
        (Kind::FollowUp, "kind") => "follow_up_kinds",
        (Kind::Relation, "relation") | (_, "household_role") | (Kind::Household, "role") => "relations",
        (_, "documents") => "document_kinds",
        (_, "nationalities" | "country" | "issuer") => "countries",
        (_, "languages") => "languages",
        (_, "gender") => "genders",
        (_, "provider_kinds" | "provider_kind") => "provider_kinds",
        (_, "closure_reason") => "closure_reasons",
        (_, "legal_status") => "legal_statuses",
        (_, "cause") => "displacement_causes",
        (_, "reason") if kind == Kind::Person => "movement_reasons",
        _ => return None,
    })
}

/// The prefix of the labels of a field's codes.
fn labelled(kind: Kind, field: &str) -> Option<&'static str> {
    Some(match (kind, field) {
        (Kind::Case, "state") => "case-state",
        (Kind::Goal, "state") => "goal-state",
        (Kind::Action, "state") => "action-state",
        (Kind::Approval, "state") => "approval-state",
        (Kind::Approval, "kind") => "approval-kind",
        (_, "risk" | "risk_proposed" | "proposed") => "risk",
        (_, "front") => "front",
        (_, "dimension") => "dimension",
        (Kind::Action, "who") => "doer",
        (_, "due_kind") => "due-kind",
        (_, "satisfaction") => "satisfaction",
        (_, "sensitivity") => "sensitivity",
        (_, "sex") => "sex",
        (_, "stage") => "stage",
        (_, "birth") => "birth-kind",
        (_, "purpose") => "purpose",
        (Kind::Duplicate, "decision") => "duplicate-decision",
        (_, "decision") => "decision",
        (Kind::User, "role") => "role",
        (Kind::User, "scope") => "scope",
        (Kind::User, "language") => "language",
        (_, "scopes") => "token-scope",
        (_, "form") => "documents-form",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Language;

    fn said(kind: Kind, field: &str, value: Json) -> String {
        say(&Ui::new(Language::En, None, "/"), kind, field, &value)
    }

    #[test]
    fn codes_are_told_as_words() {
        assert_eq!(said(Kind::Person, "needs", "older_person,disability".into()), "Older person at risk, Disability");
        assert_eq!(said(Kind::Case, "state", "in_service".into()), "In service");
        assert_eq!(said(Kind::Person, "nationalities", serde_json::json!(["SY", "stateless"])), "Syria, Stateless");
        assert_eq!(said(Kind::FollowUp, "done_on", "2026-11-24".into()), "24 November 2026");
        assert_eq!(said(Kind::Case, "trafficking", true.into()), "Yes");
    }

    #[test]
    fn records_within_are_told_in_the_order_they_are_said() {
        let name = serde_json::json!([{ "kind": "main", "given": "ハナ", "family": "佐藤", "family_first": true }]);
        assert_eq!(said(Kind::Person, "names", name), "佐藤 ハナ");
        let birth = serde_json::json!({ "kind": "estimated", "from": "1990-01-01", "to": "1990-12-31" });
        assert_eq!(said(Kind::Person, "birth", birth), "An estimate 1 January 1990 31 December 1990");
    }

    #[test]
    fn what_was_hidden_is_not_told_again() {
        let mut line = Line::of("contacts", &serde_json::json!([null, [{ "value": "+1 202 555 0177" }]])).unwrap();
        line.hide();
        let ui = Ui::new(Language::En, None, "/");
        assert_eq!(value(&ui, Kind::Person, &line, 1), "");
        let mut line = Line::of("needs", &serde_json::json!(["", "disability,torture"])).unwrap();
        line.after = "disability".to_owned();
        assert_eq!(value(&ui, Kind::Person, &line, 1), "Disability");
    }
}
