//! Erasing a person from every table, with a tombstone in the history.

use uuid::Uuid;

use super::{Erasure, store};
use crate::access::Viewer;
use crate::db::{DbError, Tx, Value};
use crate::error::Error;
use crate::history::{self, Act, Entry, Kind, Pen};
use crate::ids::{HouseholdId, OrganisationId, PersonId};
use crate::params;

/// Tables whose rows belong to one person, and may belong to a case.
const PARTS_OF_A_CASE: &[&str] = &[
    "action",
    "goal",
    "screening",
    "note",
    "attachment",
    "flag",
    "approval",
    "follow_up",
    "notice",
    "form_draft",
    "submission",
    "submission_version",
    "submission_file",
    "comment",
    "entity",
    "entity_version",
    "entity_held",
];

/// Tables whose rows belong to one person only.
const PARTS_OF_A_PERSON: &[&str] = &["consent", "access_grant", "search_entry"];

/// How long an answer is kept for a request that is sent again.
const ANSWERS_KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Erases a person, and every record that was made one with theirs.
///
/// # Errors
/// Not allowed, not there for this user, a rule forbids it, fields to correct, or the database
/// failed.
pub fn erase(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, erasure: &Erasure) -> Result<(), Error> {
    let overview = store::overview(tx, viewer, person)?;
    erasure.check(overview.number)?;
    overview.allows(erasure.on_request, viewer.today)?;
    for one in same_person(tx, viewer.organisation, person)? {
        erase_one(tx, viewer, one, erasure)?;
    }
    Ok(())
}

/// The person and all records merged into theirs, the innermost first.
fn same_person(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId) -> Result<Vec<PersonId>, DbError> {
    let mut found = vec![person];
    let mut at = 0;
    while let Some(kept) = found.get(at).copied() {
        let merged = tx.query(
            "SELECT id FROM person WHERE organisation_id = $1 AND merged_into = $2",
            params![organisation, kept],
            |row| row.get::<PersonId>(0),
        )?;
        for id in merged {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        at += 1;
    }
    found.reverse();
    Ok(found)
}

fn erase_one(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, erasure: &Erasure) -> Result<(), Error> {
    let organisation = viewer.organisation;
    let pen = bury(tx, viewer, Kind::Person, person, erasure)?;
    let cases =
        ids(tx, "SELECT id FROM case_file WHERE organisation_id = $1 AND person_id = $2", organisation, person)?;
    forget_answers(tx, &pen, organisation, person, &cases)?;
    for case in &cases {
        bury(tx, viewer, Kind::Case, *case, erasure)?;
        for table in PARTS_OF_A_CASE {
            remove(tx, &pen, &format!("{table} WHERE organisation_id = $1 AND case_id = $2"), organisation, *case)?;
        }
    }
    erase_waiting(tx, &pen, organisation, person, &cases)?;
    for table in PARTS_OF_A_CASE.iter().chain(PARTS_OF_A_PERSON) {
        remove(tx, &pen, &format!("{table} WHERE organisation_id = $1 AND person_id = $2"), organisation, person)?;
    }
    remove(tx, &pen, "case_file WHERE organisation_id = $1 AND person_id = $2", organisation, person)?;
    // What was written of a tie or a merge stands in the other's history too.
    let ties = "relation WHERE organisation_id = $1 AND (person_id = $2 OR relative_id = $2)";
    erase_shared(tx, viewer, &pen, Kind::Relation, ties, person, erasure)?;
    let merges = "merge WHERE organisation_id = $1 AND (kept_id = $2 OR merged_id = $2)";
    erase_shared(tx, viewer, &pen, Kind::Merge, merges, person, erasure)?;
    erase_pairs(tx, viewer, &pen, person, erasure)?;
    erase_tracing(tx, viewer, &pen, person, erasure)?;
    let household = tx.one(
        "SELECT household_id FROM person WHERE organisation_id = $1 AND id = $2",
        params![organisation, person],
        |row| row.get::<Option<HouseholdId>>(0),
    )?;
    remove(tx, &pen, "person WHERE organisation_id = $1 AND id = $2", organisation, person)?;
    if let Some(household) = household.flatten() {
        erase_household(tx, viewer, &pen, household, erasure)?;
    }
    Ok(())
}

/// Sets the tombstone and forgets what the history said.
fn bury(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    kind: Kind,
    record: impl Into<Uuid>,
    erasure: &Erasure,
) -> Result<Pen, Error> {
    let record = record.into();
    let entry =
        Entry::new(Act::Erased, kind, record).because(erasure.reason.trim()).noting("on_request", erasure.on_request);
    let entry = if kind == Kind::Person { entry.about(PersonId(record)) } else { entry };
    let pen = history::record(tx, viewer, entry)?;
    history::forget(tx, &pen, viewer.organisation, record)?;
    Ok(pen)
}

/// Removes records that two people share, and what both histories said of them.
fn erase_shared(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    kind: Kind,
    rows: &str,
    person: PersonId,
    erasure: &Erasure,
) -> Result<(), Error> {
    for record in ids(tx, &format!("SELECT id FROM {rows}"), viewer.organisation, person)? {
        bury(tx, viewer, kind, record, erasure)?;
    }
    remove(tx, pen, rows, viewer.organisation, person)
}

/// What was decided about pairs with this person stands in the other's history too.
fn erase_pairs(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, person: PersonId, erasure: &Erasure) -> Result<(), Error> {
    let decided =
        "duplicate WHERE organisation_id = $1 AND (first_id = $2 OR second_id = $2) AND decided_at IS NOT NULL";
    erase_shared(tx, viewer, pen, Kind::Duplicate, decided, person, erasure)?;
    let pairs = "duplicate WHERE organisation_id = $1 AND (first_id = $2 OR second_id = $2)";
    remove(tx, pen, pairs, viewer.organisation, person)
}

/// Forms filled in that name the person or a case of theirs and wait to be assigned.
fn erase_waiting(
    tx: &mut Tx<'_>,
    pen: &Pen,
    organisation: OrganisationId,
    person: PersonId,
    cases: &[Uuid],
) -> Result<(), Error> {
    let numbers = "SELECT number FROM case_file WHERE organisation_id = $1 AND person_id = $2";
    let mut named = tx.query(numbers, params![organisation, person], |row| Ok(row.get::<i64>(0)?.to_string()))?;
    let number = "SELECT number FROM person WHERE organisation_id = $1 AND id = $2";
    named.extend(tx.query(number, params![organisation, person], |row| row.get(0).map(crate::people::number))?);
    named.extend(cases.iter().chain([&person.0]).map(Uuid::to_string));
    for subject in named {
        let waiting = "submission WHERE organisation_id = $1 AND case_id IS NULL AND subject = $2";
        let files =
            format!("submission_file WHERE organisation_id = $1 AND submission_id IN (SELECT id FROM {waiting})");
        remove(tx, pen, &files, organisation, subject.as_str())?;
        for rows in ["comment", "submission_version"] {
            let rows = format!("{rows} WHERE organisation_id = $1 AND submission_id IN (SELECT id FROM {waiting})");
            remove(tx, pen, &rows, organisation, subject.as_str())?;
        }
        // One that named them before it was edited goes without what it said then.
        let before = "submission_version WHERE organisation_id = $1 AND case_id IS NULL AND subject = $2";
        remove(tx, pen, before, organisation, subject.as_str())?;
        let made = format!(
            "SELECT id FROM entity WHERE organisation_id = $1 AND waits = 1 AND submission_id IN \
                            (SELECT id FROM {waiting})"
        );
        let rows = [
            format!("entity_version WHERE organisation_id = $1 AND entity_id IN ({made})"),
            format!("entity_held WHERE organisation_id = $1 AND submission_id IN (SELECT id FROM {waiting})"),
            format!("entity WHERE organisation_id = $1 AND id IN ({made})"),
        ];
        for rows in rows {
            remove(tx, pen, &rows, organisation, subject.as_str())?;
        }
        remove(tx, pen, waiting, organisation, subject.as_str())?;
    }
    Ok(())
}

/// Whom they looked for, and who looked for them: what was decided and answered stands in the
/// other's history too.
fn erase_tracing(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    person: PersonId,
    erasure: &Erasure,
) -> Result<(), Error> {
    let candidates = "tracing_candidate WHERE organisation_id = $1 AND (person_id = $2 OR request_id IN \
                      (SELECT r.id FROM tracing_request r WHERE r.organisation_id = $1 AND r.person_id = $2))";
    let decided = format!("{candidates} AND decided_at IS NOT NULL");
    erase_shared(tx, viewer, pen, Kind::Candidate, &decided, person, erasure)?;
    remove(tx, pen, candidates, viewer.organisation, person)?;
    let requests = "tracing_request WHERE organisation_id = $1 AND person_id = $2";
    erase_shared(tx, viewer, pen, Kind::Tracing, requests, person, erasure)
}

/// A household that nobody belongs to any more says only who it was.
fn erase_household(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    household: HouseholdId,
    erasure: &Erasure,
) -> Result<(), Error> {
    let left = tx.count(
        "SELECT count(*) FROM person WHERE organisation_id = $1 AND household_id = $2",
        params![viewer.organisation, household],
    )?;
    if left > 0 {
        return Ok(());
    }
    bury(tx, viewer, Kind::Household, household, erasure)?;
    remove(tx, pen, "household WHERE organisation_id = $1 AND id = $2", viewer.organisation, household)
}

/// Answers kept for repeated requests may hold what was just registered.
fn forget_answers(
    tx: &mut Tx<'_>,
    pen: &Pen,
    organisation: OrganisationId,
    person: PersonId,
    cases: &[Uuid],
) -> Result<(), Error> {
    let old = crate::dates::Moment::now().plus_seconds(-ANSWERS_KEPT_SECONDS);
    tx.execute(
        pen,
        "DELETE FROM idempotency WHERE organisation_id = $1 AND created_at < $2",
        params![organisation, old],
    )?;
    for id in cases.iter().copied().chain([person.0]) {
        tx.execute(
            pen,
            "DELETE FROM idempotency WHERE organisation_id = $1 AND answer LIKE $2",
            params![organisation, format!("%{id}%")],
        )?;
    }
    Ok(())
}

fn ids(tx: &mut Tx<'_>, sql: &str, organisation: OrganisationId, person: PersonId) -> Result<Vec<Uuid>, DbError> {
    tx.query(sql, params![organisation, person], |row| row.get(0))
}

fn remove(
    tx: &mut Tx<'_>,
    pen: &Pen,
    rows: &str,
    organisation: OrganisationId,
    of: impl Into<Value>,
) -> Result<(), Error> {
    tx.execute(pen, &format!("DELETE FROM {rows}"), &[organisation.into(), of.into()])?;
    Ok(())
}
