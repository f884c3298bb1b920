//! Queries of people.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{Birth, Consents, Decision, Person, PersonInput, PersonSummary, Purpose, Sex};
use super::search;
use crate::access::{Filter, Permission, Viewer, latest};
use crate::cases::outcome::{Need, may_know_need};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx, Value};
use crate::error::Error;
use crate::history::{self, Act, Entry, Kind, Line, Sealed, Story};
use crate::ids::{OrganisationId, PersonId, TeamId, UserId};
use crate::params;
use crate::users::store::next_number;

/// People on one page of a list, at most.
pub const LONGEST_PAGE: i64 = 200;

const PERSON: &str = "p.id, p.number, p.details, p.needs, p.vulnerability, p.household_id, p.photo_id, p.owner_id, \
                      p.team_id, p.consent_case_work, p.consent_case_work_until, p.consent_referral, \
                      p.consent_referral_until, p.consent_law_enforcement, p.consent_law_enforcement_until, \
                      p.consent_statistics, p.consent_statistics_until, p.consent_research, \
                      p.consent_research_until, p.consent_contact, p.consent_contact_until, p.merged_into, p.version";

/// A decision and its last day, as it counts on a day.
fn decision_on(row: &Row<'_>, today: Day) -> Result<Decision, DbError> {
    let (decision, until): (Decision, Option<Day>) = (row.next()?, row.next()?);
    Ok(decision.on(today, until))
}

/// A person's details as they stand in the database, or the part of them that is asked for.
pub(in crate::people) fn record_from<T: serde::de::DeserializeOwned>(details: &str) -> Result<T, DbError> {
    serde_json::from_str(details).map_err(|error| DbError::Other(format!("a person's details are damaged: {error}")))
}

fn person_from(row: &Row<'_>, today: Day) -> Result<Person, DbError> {
    Ok(Person {
        id: row.next()?,
        number: row.next()?,
        record: record_from(&row.next::<String>()?)?,
        needs: list(&row.next::<String>()?),
        vulnerability: row.next()?,
        household_id: row.next()?,
        photo_id: row.next()?,
        owner_id: row.next()?,
        team_id: row.next()?,
        consents: Consents {
            case_work: decision_on(row, today)?,
            referral: decision_on(row, today)?,
            law_enforcement: decision_on(row, today)?,
            statistics: decision_on(row, today)?,
            research: decision_on(row, today)?,
            contact: decision_on(row, today)?,
        },
        merged_into: row.next()?,
        version: row.next()?,
    })
}

pub(in crate::people) const SUMMARY: &str = "p.id, p.number, p.display_name, p.sex, p.birth_from, p.birth_to, p.nationality, p.needs, p.vulnerability, \
     CASE WHEN p.protected = 1 THEN NULL ELSE p.photo_id END";

pub(in crate::people) fn summary_from(row: &Row<'_>, viewer: &Viewer) -> Result<PersonSummary, DbError> {
    Ok(PersonSummary {
        id: row.next()?,
        number: row.next()?,
        name: row.next()?,
        sex: row.next()?,
        birth_from: row.next()?,
        birth_to: row.next()?,
        nationality: row.next()?,
        needs: list(&row.next::<String>()?).into_iter().filter(|need| may_know_need(viewer, need)).collect(),
        vulnerability: row.next()?,
        photo_id: row.next()?,
    })
}

fn list(joined: &str) -> Vec<String> {
    joined.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// A person who is there for this user. Reading a protected person is written down by
/// [`note_reading`].
///
/// # Errors
/// [`Error::NotFound`] where there is none, or none for this user.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Person, Error> {
    viewer.require(Permission::ReadPeople)?;
    let filter = viewer.visible_people().and("p.id = ?", [id.into()]);
    let sql = format!("SELECT {PERSON} FROM person p WHERE {}", filter.sql());
    let mut person = tx.one(&sql, filter.params(), |row| person_from(row, viewer.today))?.ok_or(Error::NotFound)?;
    person.needs.retain(|need| may_know_need(viewer, need));
    Ok(person)
}

/// Writes down that a protected person's record was read.
///
/// # Errors
/// The database failed.
pub fn note_reading(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<(), Error> {
    history::record(tx, viewer, Entry::new(Act::Read, Kind::Person, id).about(id)).map(drop)
}

/// How a list of people is narrowed and ordered.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListOptions {
    /// Only this sex.
    #[serde(deserialize_with = "crate::web::blank")]
    #[param(value_type = Option<String>)]
    pub sex: Option<Sex>,
    /// Only this nationality (`countries` or `special_nationalities`).
    #[serde(deserialize_with = "crate::web::blank")]
    pub nationality: Option<String>,
    /// Only people with a specific need on record that this user may know of.
    #[serde(deserialize_with = "crate::web::blank")]
    pub vulnerable: Option<bool>,
    /// Only people this user is responsible for.
    #[serde(deserialize_with = "crate::web::blank")]
    pub mine: Option<bool>,
    /// `updated` (newest first), `name`, or `vulnerability` (most vulnerable first).
    #[serde(deserialize_with = "crate::web::blank")]
    pub sort: Option<String>,
    /// Where the last page ended.
    #[serde(deserialize_with = "crate::web::blank")]
    pub after: Option<String>,
    /// People on a page, 1 to 200; 50 without it.
    #[serde(deserialize_with = "crate::web::blank")]
    pub limit: Option<i64>,
}

/// One page of people.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct People {
    /// The people.
    pub items: Vec<PersonSummary>,
    /// Send this as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// One page of the people who are there for this user.
///
/// # Errors
/// The role does not allow it, a cursor that is none, or the database failed.
pub fn list_people(tx: &mut Tx<'_>, viewer: &Viewer, options: &ListOptions) -> Result<People, Error> {
    viewer.require(Permission::ReadPeople)?;
    let (column, order) = match options.sort.as_deref() {
        Some("name") => ("p.sort_name", "ASC"),
        Some("vulnerability") => ("p.vulnerability", "DESC"),
        _ => ("p.updated_at", "DESC"),
    };
    let limit = options.limit.unwrap_or(50).clamp(1, LONGEST_PAGE);
    let mut read = |visible: Filter, by: &str| {
        let mut filter = narrowed(visible, viewer, options);
        if let Some(after) = &options.after {
            filter = filter.and_filter(beyond(by, order, after)?);
        }
        let sql = format!(
            "SELECT {SUMMARY}, {column} FROM person p WHERE {} ORDER BY {by} {order}, p.id {order} LIMIT {}",
            filter.sql(),
            limit + 1
        );
        Ok(tx.query(&sql, filter.params(), |row| {
            let summary = summary_from(row, viewer)?;
            Ok(match row.value(10)? {
                Value::Text(text) => (summary, 0, text),
                Value::Int(number) => (summary, number, number.to_string()),
                _ => (summary, 0, String::new()),
            })
        })?)
    };
    // Only the order of changes has an index for each way; one's own are one of the ways.
    let mut rows = match column {
        "p.updated_at" if options.mine != Some(true) => {
            let ways = viewer.visible_people_apart();
            latest(ways, (column, "p.id"), limit as usize + 1, |(summary, at, _)| (*at, summary.id.0), read)?
        }
        _ => read(viewer.visible_people_in_order(), column)?,
    };
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(summary, _, at)| format!("{}~{at}", summary.id));
    Ok(People { items: rows.into_iter().map(|(summary, ..)| summary).collect(), next })
}

pub(super) fn narrowed(visible: Filter, viewer: &Viewer, options: &ListOptions) -> Filter {
    let mut filter = visible.and("p.merged_into IS NULL", []);
    if let Some(sex) = options.sex {
        filter = filter.and("p.sex = ?", [sex.into()]);
    }
    if let Some(code) = &options.nationality {
        filter = filter.and("p.nationality = ?", [code.into()]);
    }
    if options.vulnerable == Some(true) {
        filter = filter.and_filter(with_needs(viewer));
    }
    if options.mine == Some(true) {
        filter = filter.and("p.owner_id = ?", [viewer.user.into()]);
    }
    filter
}

/// People with a need on record that this user may know of: that someone is in the list discloses
/// nothing else. Of the many without needs the first condition leaves none to look into.
fn with_needs(viewer: &Viewer) -> Filter {
    let known = Need::ALL.iter().filter(|need| may_know_need(viewer, need.code()));
    let any = known.map(|need| Filter::new("',' || p.needs || ',' LIKE ?", [format!("%,{need},%").into()])).collect();
    Filter::new("p.needs <> ''", []).and_filter(Filter::any(any))
}

/// Rows after the one a cursor names.
fn beyond(column: &str, order: &str, cursor: &str) -> Result<Filter, Error> {
    let wrong = || Error::BadRequest("`after` is not a cursor of this list".to_owned());
    let (id, at) = cursor.split_once('~').ok_or_else(wrong)?;
    let id: PersonId = id.parse().map_err(|_| wrong())?;
    let at: Value = if column == "p.sort_name" { at.into() } else { at.parse::<i64>().map_err(|_| wrong())?.into() };
    let than = if order == "ASC" { ">" } else { "<" };
    Ok(Filter::new(&format!("({column}, p.id) {than} (?, ?)"), [at, id.into()]))
}

/// A person checked and written out, ready for [`register`]: all that needs no database is done
/// before the one writer is asked.
pub struct Registration {
    id: PersonId,
    input: PersonInput,
    scalars: Scalars,
    entry: Sealed,
}

impl Registration {
    /// Makes a person ready to be registered.
    ///
    /// # Errors
    /// The role does not allow it, or fields to correct.
    pub fn of(viewer: &Viewer, input: PersonInput) -> Result<Registration, Error> {
        viewer.require(Permission::WritePeople)?;
        let input = input.without_blanks();
        input.check(viewer.today)?;
        Ok(Registration::checked(input, viewer.today))
    }

    fn checked(input: PersonInput, today: Day) -> Registration {
        let id = PersonId::new();
        let entry = Entry::created(Kind::Person, id, &input).about(id).into();
        Registration { id, scalars: Scalars::of(&input, today), entry, input }
    }
}

/// Registers a person.
///
/// # Errors
/// The role does not allow it, fields to correct, or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: PersonInput) -> Result<PersonId, Error> {
    register(tx, viewer, Registration::of(viewer, input)?)
}

/// Writes a registration.
///
/// # Errors
/// The database failed.
pub fn register(tx: &mut Tx<'_>, viewer: &Viewer, registration: Registration) -> Result<PersonId, Error> {
    insert(tx, viewer, registration, None)
}

/// Registers a person from a file: the same source twice changes the record or leaves it be.
///
/// # Errors
/// Fields to correct, or the database failed.
pub fn upsert_by_source(tx: &mut Tx<'_>, viewer: &Viewer, source: &str, input: PersonInput) -> Result<Upserted, Error> {
    viewer.require(Permission::ImportPeople)?;
    let input = input.without_blanks();
    input.check(viewer.today)?;
    let known = tx.one(
        "SELECT p.id, p.details, p.version FROM person p WHERE p.organisation_id = $1 AND p.source = $2",
        params![viewer.organisation, source],
        |row| Ok((row.next::<PersonId>()?, row.next::<String>()?, row.next::<i64>()?)),
    )?;
    match known {
        None => {
            insert(tx, viewer, Registration::checked(input, viewer.today), Some(source))?;
            Ok(Upserted::Created)
        }
        Some((_, details, _)) if serde_json::from_str::<PersonInput>(&details).is_ok_and(|known| known == input) => {
            Ok(Upserted::Unchanged)
        }
        Some((id, _, version)) => {
            update(tx, viewer, id, version, input)?;
            Ok(Upserted::Changed)
        }
    }
}

/// What importing a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upserted {
    /// A new person.
    Created,
    /// A known person's record changed.
    Changed,
    /// All was on record already.
    Unchanged,
}

fn insert(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    registration: Registration,
    source: Option<&str>,
) -> Result<PersonId, Error> {
    let Registration { id, input, scalars, entry } = registration;
    let number = next_number(tx, viewer.organisation, "person")?;
    let pen = history::record(tx, viewer, entry)?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "INSERT INTO person (organisation_id, id, number, display_name, sort_name, sex, gender, birth_kind, birth_from, \
         birth_to, nationality, details, needs, vulnerability, protected, owner_id, team_id, consent_case_work, \
         consent_referral, consent_law_enforcement, consent_statistics, consent_research, source, created_at, updated_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0, $13, $14, $15, 'not_asked', \
         'not_asked', 'not_asked', 'not_asked', 'not_asked', $16, $17, $17, 1)",
        params![
            viewer.organisation, id, number, scalars.display_name, scalars.sort_name, input.sex, input.gender.clone(),
            input.birth.kind, scalars.birth_from, scalars.birth_to, input.nationalities.first().cloned(),
            scalars.details, input.protected, viewer.user, viewer.team, source, now
        ],
    )?;
    search::note(tx, viewer.organisation, id, &input)?;
    Ok(id)
}

/// Changes a person's record.
///
/// # Errors
/// Not there for this user, changed by someone else meanwhile, fields to correct, or the
/// database failed.
pub fn update(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, expected: i64, input: PersonInput) -> Result<(), Error> {
    viewer.require(Permission::WritePeople)?;
    let before = find(tx, viewer, id)?;
    let input = input.without_blanks();
    input.check(viewer.today)?;
    if before.merged_into.is_some() {
        return Err(Error::Refused("refused-merged"));
    }
    if before.version != expected {
        return Err(Error::stale(&input, &before.record, before.version));
    }
    let pen = history::record(tx, viewer, Entry::changed(Kind::Person, id, &before.record, &input).about(id))?;
    let scalars = Scalars::of(&input, viewer.today);
    let changed = tx.execute(
        &pen,
        "UPDATE person SET display_name = $3, sort_name = $4, sex = $5, gender = $6, birth_kind = $7, birth_from = $8, \
         birth_to = $9, nationality = $10, details = $11, protected = $12, updated_at = $13, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2 AND version = $14",
        params![
            viewer.organisation,
            id,
            scalars.display_name,
            scalars.sort_name,
            input.sex,
            input.gender.clone(),
            input.birth.kind,
            scalars.birth_from,
            scalars.birth_to,
            input.nationalities.first().cloned(),
            scalars.details,
            input.protected,
            Moment::now(),
            expected
        ],
    )?;
    if changed != 1 {
        return Err(Error::stale(&input, &before.record, before.version));
    }
    Ok(search::note(tx, viewer.organisation, id, &input)?)
}

/// What is kept in columns of its own, for lists, sorting and search.
struct Scalars {
    display_name: String,
    sort_name: String,
    birth_from: Option<Day>,
    birth_to: Option<Day>,
    details: String,
}

impl Scalars {
    fn of(input: &PersonInput, today: Day) -> Scalars {
        let display_name = input.display_name();
        let (birth_from, birth_to) = input.birth.range(today);
        let fixed = PersonInput { birth: fixed_age(&input.birth, today), ..input.clone() };
        Scalars {
            sort_name: linkage::tokens(&display_name).join(" "),
            display_name,
            birth_from,
            birth_to,
            details: serde_json::to_string(&fixed).unwrap_or_default(),
        }
    }
}

/// An age without the day it was said would shift with every day that passes.
fn fixed_age(birth: &Birth, today: Day) -> Birth {
    let mut birth = birth.clone();
    if birth.age.is_some() {
        birth.age_on = birth.age_on.or(Some(today));
    }
    birth
}

/// Sets what screening found; called by cases.
///
/// # Errors
/// The person is not there, or the database failed.
pub fn set_needs(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, needs: &str, vulnerability: i64) -> Result<(), Error> {
    let before = tx.one(
        "SELECT needs, vulnerability FROM person WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| Ok(json!({ "needs": row.get::<String>(0)?, "vulnerability": row.get::<i64>(1)? })),
    )?;
    let after = json!({ "needs": needs, "vulnerability": vulnerability });
    set(tx, viewer, id, before, &after, "needs = $3, vulnerability = $4", params![needs, vulnerability])
}

/// Sets who is responsible; called by cases.
///
/// # Errors
/// The person is not there, or the database failed.
pub fn set_responsible(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: PersonId,
    owner: Option<UserId>,
    team: Option<TeamId>,
) -> Result<(), Error> {
    let before = tx.one(
        "SELECT owner_id, team_id FROM person WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| Ok(json!({ "owner_id": row.get::<Option<UserId>>(0)?, "team_id": row.get::<Option<TeamId>>(1)? })),
    )?;
    let after = json!({ "owner_id": owner, "team_id": team });
    set(tx, viewer, id, before, &after, "owner_id = $3, team_id = $4", params![owner, team])
}

/// Writes two columns of a person, if they differ from what stands there.
fn set(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: PersonId,
    before: Option<serde_json::Value>,
    after: &serde_json::Value,
    columns: &str,
    values: &[Value; 2],
) -> Result<(), Error> {
    let before = before.ok_or(Error::NotFound)?;
    if before == *after {
        return Ok(());
    }
    let pen = history::record(tx, viewer, Entry::changed(Kind::Person, id, &before, after).about(id))?;
    let [one, other] = values.clone();
    tx.execute(
        &pen,
        &format!(
            "UPDATE person SET {columns}, updated_at = $5, version = version + 1 WHERE organisation_id = $1 AND id = $2"
        ),
        &[viewer.organisation.into(), id.into(), one, other, Moment::now().into()],
    )?;
    Ok(())
}

/// The decision in force about a purpose; a consent past its last day is no consent.
///
/// # Errors
/// The person is not there, or the database failed.
pub fn decision(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    purpose: Purpose,
    today: Day,
) -> Result<Decision, Error> {
    let column = super::consent::column(purpose);
    tx.one(
        &format!("SELECT {column}, {column}_until FROM person WHERE organisation_id = $1 AND id = $2"),
        params![organisation, person],
        |row| decision_on(row, today),
    )?
    .ok_or(Error::NotFound)
}

/// Needs come and go in a person's story as far as the reader may know them.
fn without_delicate_needs(viewer: &Viewer, mut story: Story) -> Story {
    let known = |needs: &str| needs.split(',').filter(|need| may_know_need(viewer, need)).collect::<Vec<_>>().join(",");
    let told = |line: Line| match line.field.as_str() {
        // Made anew, so that nothing of what was recorded stays behind in it.
        "needs" => Line::of("needs", json!([known(&line.before), known(&line.after)])),
        _ => Some(line),
    };
    story.changes = story.changes.into_iter().filter_map(told).collect();
    story
}

/// A number may have become unsafe since it was written down: the story says that contacts
/// changed, the record behind its warning says what they are.
fn without_contacts(mut story: Story) -> Story {
    story.changes.iter_mut().filter(|line| line.field == "contacts").for_each(history::Line::hide);
    story
}

/// The story of a person's own record. What happened in their cases is told there, to those who
/// may see the case.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn story(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, most: i64) -> Result<Vec<Story>, Error> {
    story_page(tx, viewer, id, history::Page { before: None, limit: Some(most) })
}

/// The newest that tell a reader something, of a person who was found for the user before.
///
/// # Errors
/// The database failed.
pub(super) fn newest(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, most: usize) -> Result<Vec<Story>, Error> {
    let (mut telling, mut before) = (Vec::new(), None);
    loop {
        let stories = told(tx, viewer, id, history::Page { before, limit: Some(most as i64) })?;
        before = stories.last().map(|oldest| oldest.seq);
        let is_all = stories.len() < most;
        telling.extend(stories.into_iter().filter(|story| !history::words::is_silent(story)));
        if is_all || telling.len() >= most {
            telling.truncate(most);
            return Ok(telling);
        }
    }
}

/// The same, page by page.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn story_page(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, page: history::Page) -> Result<Vec<Story>, Error> {
    find(tx, viewer, id)?;
    told(tx, viewer, id, page)
}

/// Whom a family looks for is told to those who may look with them.
fn without_tracing(viewer: &Viewer, mut story: Story) -> Story {
    let is_tracing = matches!(story.kind, Kind::Tracing | Kind::Candidate);
    if is_tracing && !viewer.may(Permission::RequestTracing) {
        story.changes.clear();
        story.why = None;
    }
    story
}

fn told(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, page: history::Page) -> Result<Vec<Story>, Error> {
    let own = history::page_of_person(tx, viewer.organisation, id, page)?.into_iter();
    let own = own.map(without_contacts).map(|story| without_tracing(viewer, story));
    Ok(own.map(|story| without_delicate_needs(viewer, story)).collect())
}
