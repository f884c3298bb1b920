//! The history as a readable story.

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use super::{Act, Kind};
use crate::access::Filter;
use crate::dates::Moment;
use crate::db::{DbError, Tx};
use crate::ids::{CaseId, OrganisationId, PersonId, UserId};
use crate::params;

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
    /// Both as recorded, for pages to put into words where they still say what is told here.
    #[serde(skip)]
    pub(super) values: [Json; 2],
    /// The names of those whose ids both are.
    #[serde(skip)]
    pub(super) names: [Option<String>; 2],
}

impl Line {
    /// A field's change, where it is one.
    pub(crate) fn of(field: impl Into<String>, pair: Json) -> Option<Line> {
        let Json::Array(pair) = pair else { return None };
        let values: [Json; 2] = pair.try_into().ok()?;
        let (before, after) = (plain(&values[0]), plain(&values[1]));
        (before != after).then(|| Line { field: field.into(), before, after, values, names: [None, None] })
    }

    /// Leaves only that the field changed.
    pub(crate) fn hide(&mut self) {
        self.before.clear();
        self.after.clear();
        self.values = Default::default();
        self.names = Default::default();
    }
}

/// The first entry about a person.
const FIRST_ABOUT: &str = "SELECT min(f.seq) FROM history f WHERE f.organisation_id = ? AND f.person_id = ?";

/// What left about a person (shared, exported, opened in an emergency), and the lists that left
/// since the first entry about them and may name them; newest first.
pub fn entries_of_leaving(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    let own = Filter::new("h.organisation_id = ?", [organisation.into()])
        .and("h.person_id = ? AND h.act IN ('shared', 'exported', 'broke_glass')", [person.into()]);
    let lists = Filter::new("h.organisation_id = ?", [organisation.into()])
        .and("h.kind = 'list' AND h.act = 'exported'", [])
        .and(&format!("h.seq > ({FIRST_ABOUT})"), [organisation.into(), person.into()]);
    let mut stories = read(tx, organisation, own, None, most)?;
    stories.extend(read(tx, organisation, lists, None, most)?);
    stories.sort_by_key(|story| -story.seq);
    Ok(stories)
}

/// Which page of a record's story.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Only entries before this number: the `seq` with which the last page ended.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub before: Option<i64>,
    /// How many, 1 to 500.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub limit: Option<i64>,
}

impl Page {
    fn most(self) -> i64 {
        self.limit.unwrap_or(200).clamp(1, 500)
    }
}

/// Entries about a person's own record, without those of their cases, newest first.
pub fn page_of_person(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    page: Page,
) -> Result<Vec<Story>, DbError> {
    let filter = Filter::new("h.organisation_id = ?", [organisation.into()])
        .and("h.person_id = ? AND h.case_id IS NULL", [person.into()]);
    read(tx, organisation, filter, page.before, page.most())
}

/// Entries of a case, newest first, page by page.
pub fn page_of_case(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    case: CaseId,
    page: Page,
) -> Result<Vec<Story>, DbError> {
    let filter = Filter::new("h.organisation_id = ?", [organisation.into()]).and("h.case_id = ?", [case.into()]);
    read(tx, organisation, filter, page.before, page.most())
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
    read(tx, organisation, filter, wanted.before, most)
}

fn read(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    mut filter: Filter,
    before: Option<i64>,
    most: i64,
) -> Result<Vec<Story>, DbError> {
    if let Some(before) = before {
        filter = filter.and("h.seq < ?", [before.into()]);
    }
    let sql = format!(
        "SELECT h.seq, h.at, h.user_id, u.name, h.act, h.kind, h.record_id, h.person_id, h.case_id, h.content \
         FROM history h LEFT JOIN user_account u ON u.organisation_id = h.organisation_id AND u.id = h.user_id \
         WHERE {} ORDER BY h.seq DESC LIMIT {most}",
        filter.sql()
    );
    let mut stories = tx.query(&sql, filter.params(), |row| {
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
    })?;
    name_users(tx, organisation, &mut stories)?;
    Ok(stories)
}

/// Fields that hold the id of a user or a team.
const WHO: [&str; 10] = [
    "owner_id",
    "supervisor_id",
    "user_id",
    "team_id",
    "asked_by",
    "decided_by",
    "done_by",
    "raised_by",
    "recorded_by",
    "resolved_by",
];

/// Readers are told names where the entry holds ids.
fn name_users(tx: &mut Tx<'_>, organisation: OrganisationId, stories: &mut [Story]) -> Result<(), DbError> {
    let mut lines: Vec<&mut Line> = stories
        .iter_mut()
        .flat_map(|story| &mut story.changes)
        .filter(|line| WHO.contains(&line.field.as_str()))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let named: HashMap<Uuid, String> = tx
        .query(
            "SELECT id, name FROM user_account WHERE organisation_id = $1 \
             UNION ALL SELECT id, name FROM team WHERE organisation_id = $1",
            params![organisation],
            |row| Ok((row.next()?, row.next()?)),
        )?
        .into_iter()
        .collect();
    for line in &mut lines {
        for (side, value) in line.values.iter().enumerate() {
            let id = value.as_str().and_then(|text| text.parse::<Uuid>().ok());
            line.names[side] = id.and_then(|id| named.get(&id).cloned());
        }
    }
    Ok(())
}

fn tell(story: &mut Story, content: &str) {
    let Ok(Json::Object(content)) = serde_json::from_str(content) else { return };
    for (name, value) in content {
        match (name.as_str(), value) {
            ("why", Json::String(why)) => story.why = Some(why),
            ("changes", Json::Object(changes)) => {
                story.changes = changes.into_iter().filter_map(|(field, pair)| Line::of(field, pair)).collect();
            }
            (_, value) => story.facts.push((name, plain(&value))),
        }
    }
}

/// A value in words: lists joined by commas, objects as their values.
pub(super) fn plain(value: &Json) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, Location};
    use crate::keys::DataKey;

    #[test]
    fn the_first_entry_about_a_person_is_found_without_walking_the_history() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(Location::Sqlite(folder.path().join("watari.db")), &DataKey::generate(), 1).unwrap();
        let plan: Vec<String> = db
            .read_blocking(|tx| {
                let nobody = params![OrganisationId::new(), PersonId::new()];
                tx.query(&format!("EXPLAIN QUERY PLAN {FIRST_ABOUT}"), nobody, |row| row.get(3))
            })
            .unwrap();
        assert!(plan.iter().all(|step| step.contains("history_person")), "{plan:?}");
    }
}
