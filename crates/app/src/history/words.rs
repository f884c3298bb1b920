//! What changed, in the words of the page's language: codes as their labels, days as days are
//! said, and nothing of what only the machine needs.

use serde_json::{Map, Value as Json};

use super::story::plain;
use super::{Kind, Line, Story};
use crate::dates::{Day, Moment};
use crate::people;
use crate::reference;
use crate::ui::Ui;

/// Fields that tell a reader nothing: ids, and what is reckoned from other fields.
const MUTE: [&str; 8] =
    ["id", "person_id", "case_id", "goal_id", "submission_id", "created_at", "seen_at", "vulnerability"];

/// Fields that hold the id of another record: that they changed is told, the id tells nothing.
const IDS: [&str; 2] = ["merged", "merged_into"];

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
        .map(|line| line_told(ui, &story.kind, line))
        .filter(|told| !(told.before.is_empty() && told.after.is_empty()) || story.changes.len() == 1)
        .collect()
}

/// What a line says of one field.
pub fn line_told(ui: &Ui, kind: &Kind, line: &Line) -> Told {
    Told { field: ui.field(&line.field), before: value(ui, *kind, line, 0), after: value(ui, *kind, line, 1) }
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
        "held_change" => label(ui, "held-act", text),
        "follow_up_kind" => ui.entry("follow_up_kinds", text).to_owned(),
        "on_request" => ui.t(if text == "true" { "yes" } else { "no" }).to_owned(),
        _ => text.to_owned(),
    }
}

fn value(ui: &Ui, kind: Kind, line: &Line, side: usize) -> String {
    let shown = if side == 0 { &line.before } else { &line.after };
    if shown.is_empty() || IDS.contains(&line.field.as_str()) {
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
        Json::Number(number) => quantity(ui, kind, field, number.as_i64()).unwrap_or_else(|| number.to_string()),
        Json::String(text) => word(ui, kind, field, text),
        Json::Array(values) => joined(ui, values.iter().map(|one| say(ui, kind, field, one))),
        Json::Object(parts) => object(ui, kind, field, parts),
    }
}

/// A number that is said otherwise than as one.
fn quantity(ui: &Ui, kind: Kind, field: &str, number: Option<i64>) -> Option<String> {
    let number = number?;
    match (kind, field) {
        (Kind::Attachment | Kind::Photo, "size") => {
            Some(ui.name("file-size", (number / 1024 + 1).to_string().as_str()))
        }
        (Kind::Merge, "number") => Some(people::number(number)),
        _ => None,
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
    if field == "birth"
        && let Ok(birth) = serde_json::from_value(Json::Object(parts.clone()))
    {
        return people::born(ui, &birth);
    }
    let order: &[&str] = match field {
        "contacts" => &["kind", "value", "safety", "note"],
        "documents" => &["kind", "number", "issuer", "expires_on"],
        "journey" => &["stage", "place", "country", "from", "until", "legal_status", "cause", "reason"],
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
    match field {
        "form" | "follow_up_form" => return crate::forms::shipped_title(text, ui.language).unwrap_or(text).to_owned(),
        "media_type" => return file_type(text).to_owned(),
        "indicators" => return crate::statistics::releases::indicator_named(text, ui.language),
        _ => {}
    }
    if (field.ends_with("_at") || field == "until")
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

/// What people call a kind of file: the same in every language.
fn file_type(media_type: &str) -> &str {
    match media_type {
        "application/pdf" => "PDF",
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/webp" => "WebP",
        "application/vnd.oasis.opendocument.text" => "ODT",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "XLSX",
        other if other.starts_with("text/plain") => "TXT",
        other => other,
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
        (_, "contacts") => "contact_kinds",
        (Kind::Tracing, "relation") => "relations",
        (_, "nationalities" | "country" | "issuer" | "last_seen_country") => "countries",
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
        (_, "safety") => "safety",
        (_, "purpose") => "purpose",
        (Kind::Duplicate, "decision") => "duplicate-decision",
        (Kind::Tracing, "state") | (_, "tracing_state") => "tracing-state",
        (Kind::Tracing, "outcome") => "tracing-outcome",
        (Kind::Candidate, "state") => "candidate-state",
        (_, "share") => "share",
        (_, "decision") => "decision",
        (Kind::Form, "form_state") => "form-state",
        (Kind::Form, "encryption") => "encryption",
        (Kind::Submission, "encrypted") => "encrypted",
        (Kind::Submission, "review_state") => "review-state",
        (Kind::EntityList, "reach") => "list-reach",
        (Kind::Entity, "conflict") => "entity-conflict",
        (Kind::User, "role") => "role",
        (Kind::User, "scope") => "scope",
        (Kind::User, "language") => "language",
        (_, "scopes") => "token-scope",
        (Kind::Release, "release_state") => "release-state",
        (Kind::Release, "release_method") => "release-method",
        (Kind::Release, "columns") => "by",
        (Kind::Budget, "lasts") => "budget-lasts",
        (Kind::Agreement, "agreement_state") => "agreement-state",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope, Sensitivity, TokenScope};
    use crate::cases::outcome::Need;
    use crate::cases::{
        ActionState, ApprovalKind, ApprovalState, CaseState, Dimension, Doer, DueKind, Front, GoalState, Risk,
        Satisfaction,
    };
    use crate::code::Code;
    use crate::people::tracing::{CandidateState, Share, TracingOutcome, TracingState};
    use crate::people::{Decision, Purpose, Safety, Sex, Stage};
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

    fn codes<C: Code>() -> Vec<&'static str> {
        C::ALL.iter().map(|it| it.code()).collect()
    }

    fn listed_codes(list: &str) -> Vec<&'static str> {
        reference::entries(list, Language::En).iter().map(|(code, _)| *code).collect()
    }

    #[test]
    fn every_field_that_holds_a_code_is_told_in_every_language() {
        let forms = || vec!["specific-needs", "washington-group", "seven-dimensions"];
        let coded = [
            (Kind::Case, "state", codes::<CaseState>()),
            (Kind::Case, "risk", codes::<Risk>()),
            (Kind::Case, "risk_proposed", codes::<Risk>()),
            (Kind::Case, "due_kind", codes::<DueKind>()),
            (Kind::Case, "satisfaction", codes::<Satisfaction>()),
            (Kind::Case, "closure_reason", listed_codes("closure_reasons")),
            (Kind::Screening, "form", forms()),
            (Kind::Screening, "risk_proposed", codes::<Risk>()),
            (Kind::Submission, "risk_proposed", codes::<Risk>()),
            (Kind::Goal, "front", codes::<Front>()),
            (Kind::Goal, "dimension", codes::<Dimension>()),
            (Kind::Goal, "state", codes::<GoalState>()),
            (Kind::Action, "state", codes::<ActionState>()),
            (Kind::Action, "who", codes::<Doer>()),
            (Kind::Action, "provider_kind", listed_codes("provider_kinds")),
            (Kind::Note, "kind", listed_codes("note_kinds")),
            (Kind::Note, "sensitivity", codes::<Sensitivity>()),
            (Kind::Attachment, "sensitivity", codes::<Sensitivity>()),
            (Kind::Attachment, "media_type", vec!["application/pdf", "image/png", "text/plain; charset=utf-8"]),
            (Kind::Photo, "media_type", vec!["image/jpeg"]),
            (Kind::Flag, "kind", listed_codes("flag_kinds")),
            (Kind::FollowUp, "kind", listed_codes("follow_up_kinds")),
            (Kind::Approval, "kind", codes::<ApprovalKind>()),
            (Kind::Approval, "state", codes::<ApprovalState>()),
            (Kind::Person, "sex", codes::<Sex>()),
            (Kind::Person, "gender", listed_codes("genders")),
            (Kind::Person, "needs", codes::<Need>()),
            (Kind::Person, "nationalities", listed_codes("special_nationalities")),
            (Kind::Person, "nationalities", listed_codes("countries")),
            (Kind::Person, "languages", listed_codes("languages")),
            (Kind::Person, "documents", listed_codes("document_kinds")),
            (Kind::Person, "contacts", listed_codes("contact_kinds")),
            (Kind::Person, "safety", codes::<Safety>()),
            (Kind::Person, "stage", codes::<Stage>()),
            (Kind::Person, "country", listed_codes("countries")),
            (Kind::Person, "issuer", listed_codes("countries")),
            (Kind::Person, "legal_status", listed_codes("legal_statuses")),
            (Kind::Person, "cause", listed_codes("displacement_causes")),
            (Kind::Person, "reason", listed_codes("movement_reasons")),
            (Kind::Person, "household_role", listed_codes("relations")),
            (Kind::Household, "role", listed_codes("relations")),
            (Kind::Relation, "relation", listed_codes("relations")),
            (Kind::Consent, "purpose", codes::<Purpose>()),
            (Kind::Consent, "decision", codes::<Decision>()),
            (Kind::Consent, "provider_kinds", listed_codes("provider_kinds")),
            (Kind::Tracing, "relation", listed_codes("relations")),
            (Kind::Tracing, "last_seen_country", listed_codes("countries")),
            (Kind::Tracing, "state", codes::<TracingState>()),
            (Kind::Tracing, "outcome", codes::<TracingOutcome>()),
            (Kind::Candidate, "state", codes::<CandidateState>()),
            (Kind::Candidate, "tracing_state", codes::<TracingState>()),
            (Kind::Candidate, "share", codes::<Share>()),
            (Kind::Form, "form_state", codes::<crate::forms::FormState>()),
            (Kind::Form, "encryption", codes::<crate::forms::Encryption>()),
            (Kind::Submission, "encrypted", codes::<crate::forms::Encrypted>()),
            (Kind::Submission, "review_state", codes::<crate::forms::ReviewState>()),
            (Kind::EntityList, "reach", codes::<crate::forms::Reach>()),
            (Kind::Entity, "conflict", codes::<crate::forms::EntityConflict>()),
            (Kind::User, "role", codes::<Role>()),
            (Kind::User, "scope", codes::<Scope>()),
            (Kind::User, "language", Language::ALL.iter().map(|it| it.code()).collect()),
            (Kind::Token, "scopes", codes::<TokenScope>()),
            (Kind::Organisation, "country", listed_codes("countries")),
            (Kind::Release, "release_state", codes::<crate::statistics::releases::ReleaseState>()),
            (Kind::Release, "release_method", codes::<crate::statistics::releases::Method>()),
            (Kind::Release, "columns", codes::<crate::statistics::Dimension>()),
            (Kind::Budget, "lasts", codes::<crate::statistics::releases::Lasts>()),
            (Kind::Agreement, "agreement_state", codes::<crate::statistics::regional::AgreementState>()),
        ];
        for language in Language::ALL {
            let ui = Ui::new(*language, None, "/");
            for (kind, field, codes) in &coded {
                assert!(!codes.is_empty(), "{kind} {field}");
                for code in codes {
                    let said = say(&ui, *kind, field, &(*code).into());
                    assert!(!said.is_empty() && said != *code, "{language}: {kind} {field} {code} is told as «{said}»");
                }
            }
        }
    }

    #[test]
    fn records_within_are_told_in_the_order_they_are_said() {
        let name = serde_json::json!([{ "kind": "main", "given": "ハナ", "family": "佐藤", "family_first": true }]);
        assert_eq!(said(Kind::Person, "names", name), "佐藤 ハナ");
        let birth = serde_json::json!({ "kind": "estimated", "from": "1990-01-01", "to": "1990-12-31" });
        assert_eq!(said(Kind::Person, "birth", birth), "1990");
        let birth = serde_json::json!({ "kind": "estimated", "from": "1990-01-01", "to": "1991-12-31" });
        assert_eq!(said(Kind::Person, "birth", birth), "1 January 1990 to 31 December 1991");
        let birth = serde_json::json!({ "kind": "age", "age": 12, "age_on": "2026-11-24" });
        assert_eq!(said(Kind::Person, "birth", birth), "12 on 24 November 2026");
        let contact = serde_json::json!([{ "kind": "mobile", "value": "+962 7", "safety": "unsafe", "note": "" }]);
        assert_eq!(said(Kind::Person, "contacts", contact), "Mobile telephone +962 7 Not safe to use");
    }

    #[test]
    fn what_was_hidden_is_not_told_again() {
        let mut line = Line::of("contacts", serde_json::json!([null, [{ "value": "+1 202 555 0177" }]])).unwrap();
        line.hide();
        let ui = Ui::new(Language::En, None, "/");
        assert_eq!(value(&ui, Kind::Person, &line, 1), "");
        let mut line = Line::of("needs", serde_json::json!(["", "disability,torture"])).unwrap();
        line.after = "disability".to_owned();
        assert_eq!(value(&ui, Kind::Person, &line, 1), "Disability");
    }
}
