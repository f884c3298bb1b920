//! The history as a readable story.

use serde_json::Value as Json;
use uuid::Uuid;

use super::{Act, Kind};
use crate::access::Filter;
use crate::dates::Moment;
use crate::db::{DbError, Tx};
use crate::ids::{CaseId, OrganisationId, PersonId, UserId};

/// One entry as read back.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Story {
    /// Its number in the organisation's chain.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who; none for the machine itself.
    pub user_id: Option<UserId>,
    /// The user's name.
    pub user_name: Option<String>,
    /// What was done.
    pub act: Act,
    /// To what kind of record.
    pub kind: Kind,
    /// To which record.
    pub record_id: Uuid,
    /// About whom.
    pub person_id: Option<PersonId>,
    /// In which case.
    pub case_id: Option<CaseId>,
    /// Why, in the user's words.
    pub why: Option<String>,
    /// What changed, field by field; nothing where it was erased.
    pub changes: Vec<Line>,
    /// Facts noted, such as to whom data went.
    pub facts: Vec<(String, String)>,
    /// True where the content was erased with the person.
    pub erased: bool,
}

/// One field before and after.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Line {
    /// The field's name.
    pub field: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// Entries about a person and everything of theirs, newest first.
pub fn entries_of_person(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    read(
        tx,
        Filter::new("h.organisation_id = ?", [organisation.into()]).and("h.person_id = ?", [person.into()]),
        None,
        most,
    )
}

/// Entries about a person outside their cases, newest first.
pub fn own_entries_of_person(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    read(tx, own_entries(organisation, person), None, most)
}

/// The same, told in brief: who did what when, without what changed and why.
pub fn own_entries_in_brief(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    select(tx, "CASE WHEN h.content IS NULL THEN NULL ELSE '{}' END", &own_entries(organisation, person), most)
}

fn own_entries(organisation: OrganisationId, person: PersonId) -> Filter {
    let filter = Filter::new("h.organisation_id = ?", [organisation.into()]);
    filter.and("h.person_id = ? AND h.case_id IS NULL", [person.into()])
}

/// What has left the organisation about a person, newest first.
pub fn left(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId, most: i64) -> Result<Vec<Story>, DbError> {
    let filter = Filter::new("h.organisation_id = ?", [organisation.into()]);
    let filter = filter.and("h.person_id = ?", [person.into()]).and("h.act IN ('shared', 'exported')", []);
    read(tx, filter, None, most)
}

/// Entries of a case, newest first.
pub fn entries_of_case(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    case: CaseId,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    read(
        tx,
        Filter::new("h.organisation_id = ?", [organisation.into()]).and("h.case_id = ?", [case.into()]),
        None,
        most,
    )
}

/// Which entries of an organisation are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Only what this user did.
    pub user: Option<UserId>,
    /// Only entries about this kind of record.
    pub kind: Option<Kind>,
    /// Only from this moment on.
    pub from: Option<Moment>,
    /// Only until this moment.
    pub until: Option<Moment>,
    /// Only entries before this number.
    pub before: Option<i64>,
}

/// Entries of an organisation, newest first.
pub fn entries_of_organisation(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    wanted: Wanted,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    let mut filter = Filter::new("h.organisation_id = ?", [organisation.into()]);
    let conditions = [
        ("h.user_id = ?", wanted.user.map(Into::into)),
        ("h.kind = ?", wanted.kind.map(Into::into)),
        ("h.at >= ?", wanted.from.map(Into::into)),
        ("h.at < ?", wanted.until.map(Into::into)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            filter = filter.and(condition, [value]);
        }
    }
    read(tx, filter, wanted.before, most)
}

fn read(tx: &mut Tx<'_>, mut filter: Filter, before: Option<i64>, most: i64) -> Result<Vec<Story>, DbError> {
    if let Some(before) = before {
        filter = filter.and("h.seq < ?", [before.into()]);
    }
    select(tx, "h.content", &filter, most)
}

fn select(tx: &mut Tx<'_>, content: &str, filter: &Filter, most: i64) -> Result<Vec<Story>, DbError> {
    let sql = format!(
        "SELECT h.seq, h.at, h.user_id, u.name, h.act, h.kind, h.record_id, h.person_id, h.case_id, {content} \
         FROM history h LEFT JOIN user_account u ON u.organisation_id = h.organisation_id AND u.id = h.user_id \
         WHERE {} ORDER BY h.seq DESC LIMIT {most}",
        filter.sql()
    );
    tx.query(&sql, filter.params(), |row| {
        let mut story = Story {
            seq: row.next()?,
            at: row.next()?,
            user_id: row.next()?,
            user_name: row.next()?,
            act: row.next()?,
            kind: row.next()?,
            record_id: row.next()?,
            person_id: row.next()?,
            case_id: row.next()?,
            why: None,
            changes: Vec::new(),
            facts: Vec::new(),
            erased: false,
        };
        match row.next::<Option<String>>()? {
            Some(content) => tell(&mut story, &content),
            None => story.erased = true,
        }
        Ok(story)
    })
}

fn tell(story: &mut Story, content: &str) {
    let Ok(Json::Object(content)) = serde_json::from_str(content) else { return };
    for (name, value) in content {
        match (name.as_str(), value) {
            ("why", Json::String(why)) => story.why = Some(why),
            ("changes", Json::Object(changes)) => {
                story.changes = changes.into_iter().filter_map(|(field, pair)| line(field, &pair)).collect();
            }
            (_, value) => story.facts.push((name, plain(&value))),
        }
    }
}

fn line(field: String, pair: &Json) -> Option<Line> {
    let (before, after) = (plain(pair.get(0)?), plain(pair.get(1)?));
    (before != after).then_some(Line { field, before, after })
}

/// A value in words: lists joined by commas, objects as their values.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        Json::Object(fields) => {
            fields.values().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
