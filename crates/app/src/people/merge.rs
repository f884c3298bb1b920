//! Two records of one person made one, and the way back.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{PersonInput, Purpose};
use super::{consent, duplicates, search, store};
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{AttachmentId, HouseholdId, MergeId, PersonId};
use crate::params;

/// Tables whose rows belong to a person and move with them, and the column that says whose they are.
const MOVED: &[(&str, &str)] = &[
    ("consent", "person_id"),
    ("case_file", "person_id"),
    ("screening", "person_id"),
    ("goal", "person_id"),
    ("action", "person_id"),
    ("note", "person_id"),
    ("attachment", "person_id"),
    ("flag", "person_id"),
    ("approval", "person_id"),
    ("follow_up", "person_id"),
    ("access_grant", "person_id"),
    ("relation", "person_id"),
    ("relation", "relative_id"),
    ("tracing_request", "person_id"),
    ("tracing_candidate", "person_id"),
    ("form_draft", "person_id"),
    ("submission", "person_id"),
    ("submission_version", "person_id"),
    ("submission_file", "person_id"),
    ("comment", "person_id"),
    ("entity", "person_id"),
    ("entity_version", "person_id"),
    ("entity_held", "person_id"),
];

/// Which record is merged into which.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MergeInput {
    /// The record that ends.
    pub merged: PersonId,
    /// Why they are the same person.
    pub why: String,
}

/// What moved, so that it can move back.
#[derive(Default, Serialize, Deserialize)]
struct Moved {
    rows: Vec<Rows>,
    /// What the one kept did not have and took over.
    photo: Option<AttachmentId>,
    household: Option<HouseholdId>,
}

/// Rows of one table that changed hands.
#[derive(Serialize, Deserialize)]
struct Rows {
    table: String,
    column: String,
    ids: Vec<Uuid>,
}

/// Merges a record into the one kept: everything of theirs moves, names and lists are joined.
///
/// # Errors
/// Not there for this user, the same record, already merged, no reason, or the database failed.
pub fn merge(tx: &mut Tx<'_>, viewer: &Viewer, kept: PersonId, input: &MergeInput) -> Result<MergeId, Error> {
    viewer.require(Permission::MergePeople)?;
    if input.why.trim().is_empty() {
        return Err(Error::field("why", "invalid-required"));
    }
    let (keep, end) = (store::find(tx, viewer, kept)?, store::find(tx, viewer, input.merged)?);
    if keep.id == end.id || keep.merged_into.is_some() || end.merged_into.is_some() {
        return Err(Error::Refused("refused-merge"));
    }
    let joined = joined(&keep.record, &end.record);
    let id = MergeId::new();
    let told = json!({ "merged": end.id, "number": end.number });
    let pen = history::record(tx, viewer, Entry::created(Kind::Merge, id, &told).about(kept).because(&input.why))?;
    history::record(
        tx,
        viewer,
        Entry::changed(Kind::Person, end.id, &json!({ "merged_into": null }), &json!({ "merged_into": kept }))
            .about(end.id)
            .because(&input.why),
    )?;
    let moved = Moved {
        rows: move_rows(tx, &pen, viewer, end.id, kept)?,
        photo: end.photo_id.filter(|_| keep.photo_id.is_none()),
        household: end.household_id.filter(|_| keep.household_id.is_none()),
    };
    take_over(tx, &pen, viewer, kept, end.id, &moved)?;
    search::forget(tx, &pen, viewer.organisation, end.id)?;
    tx.execute(
        &pen,
        "UPDATE person SET merged_into = $3, updated_at = $4, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, end.id, kept, Moment::now()],
    )?;
    tx.execute(
        &pen,
        "INSERT INTO merge (organisation_id, id, kept_id, merged_id, before, moved, merged_by, merged_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            viewer.organisation,
            id,
            kept,
            end.id,
            serde_json::to_string(&keep.record).unwrap_or_default(),
            serde_json::to_string(&moved).unwrap_or_default(),
            viewer.user,
            Moment::now()
        ],
    )?;
    duplicates::note_merge(tx, &pen, viewer, id, (kept, end.id), &input.why)?;
    store::update(tx, viewer, kept, keep.version, joined)?;
    consent::settle(tx, &pen, viewer.organisation, kept, Purpose::ALL)?;
    Ok(id)
}

/// Undoes a merge: both records stand as before it, and what moved moves back.
///
/// # Errors
/// Not there for this user, undone already, or the database failed.
pub fn undo(tx: &mut Tx<'_>, viewer: &Viewer, id: MergeId) -> Result<PersonId, Error> {
    viewer.require(Permission::MergePeople)?;
    let found = tx.one(
        "SELECT kept_id, merged_id, before, moved FROM merge \
         WHERE organisation_id = $1 AND id = $2 AND undone_at IS NULL",
        params![viewer.organisation, id],
        |row| Ok((row.next::<PersonId>()?, row.next::<PersonId>()?, row.next::<String>()?, row.next::<String>()?)),
    )?;
    let (kept, merged, before, moved) = found.ok_or(Error::NotFound)?;
    let keep = store::find(tx, viewer, kept)?;
    let before: PersonInput = serde_json::from_str(&before).map_err(|error| Error::Internal(error.to_string()))?;
    let moved: Moved = serde_json::from_str(&moved).map_err(|error| Error::Internal(error.to_string()))?;
    let told = json!({ "merged": merged });
    let pen = history::record(tx, viewer, Entry::removed(Kind::Merge, id, &told).about(kept))?;
    history::record(
        tx,
        viewer,
        Entry::changed(Kind::Person, merged, &json!({ "merged_into": kept }), &json!({ "merged_into": null }))
            .about(merged),
    )?;
    for Rows { table, column, ids } in &moved.rows {
        for row in ids {
            tx.execute(
                &pen,
                &format!("UPDATE {table} SET {column} = $3 WHERE organisation_id = $1 AND id = $2"),
                params![viewer.organisation, *row, merged],
            )?;
        }
    }
    give_back(tx, &pen, viewer, kept, &moved)?;
    tx.execute(
        &pen,
        "UPDATE person SET merged_into = NULL, updated_at = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, merged, Moment::now()],
    )?;
    tx.execute(
        &pen,
        "UPDATE merge SET undone_by = $3, undone_at = $4 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, viewer.user, Moment::now()],
    )?;
    duplicates::note_parting(tx, &pen, viewer, id)?;
    store::update(tx, viewer, kept, keep.version, before)?;
    for person in [kept, merged] {
        consent::settle(tx, &pen, viewer.organisation, person, Purpose::ALL)?;
    }
    let back = store::find(tx, viewer, merged)?;
    search::note(tx, viewer.organisation, merged, &back.record)?;
    Ok(merged)
}

/// A merge that can be undone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Merge {
    /// Id.
    pub id: MergeId,
    /// The record that ended.
    pub merged_id: PersonId,
    /// Its number.
    pub merged_number: i64,
    /// When.
    pub merged_at: Moment,
}

/// The merges into a person that were not undone.
///
/// # Errors
/// The database failed.
pub fn into_person(tx: &mut Tx<'_>, viewer: &Viewer, kept: PersonId) -> Result<Vec<Merge>, Error> {
    Ok(tx.query(
        "SELECT m.id, m.merged_id, p.number, m.merged_at FROM merge m \
         JOIN person p ON p.organisation_id = m.organisation_id AND p.id = m.merged_id \
         WHERE m.organisation_id = $1 AND m.kept_id = $2 AND m.undone_at IS NULL ORDER BY m.merged_at DESC",
        params![viewer.organisation, kept],
        |row| Ok(Merge { id: row.next()?, merged_id: row.next()?, merged_number: row.next()?, merged_at: row.next()? }),
    )?)
}

fn move_rows(tx: &mut Tx<'_>, pen: &Pen, viewer: &Viewer, from: PersonId, to: PersonId) -> Result<Vec<Rows>, Error> {
    let mut moved = Vec::new();
    for (table, column) in MOVED {
        let ids: Vec<Uuid> = tx.query(
            &format!("SELECT id FROM {table} WHERE organisation_id = $1 AND {column} = $2"),
            params![viewer.organisation, from],
            |row| row.get(0),
        )?;
        if ids.is_empty() {
            continue;
        }
        tx.execute(
            pen,
            &format!("UPDATE {table} SET {column} = $3 WHERE organisation_id = $1 AND {column} = $2"),
            params![viewer.organisation, from, to],
        )?;
        moved.push(Rows { table: (*table).to_owned(), column: (*column).to_owned(), ids });
    }
    Ok(moved)
}

/// The one kept takes over photo and household where it has none.
fn take_over(
    tx: &mut Tx<'_>,
    pen: &Pen,
    viewer: &Viewer,
    kept: PersonId,
    ended: PersonId,
    moved: &Moved,
) -> Result<(), Error> {
    for (columns, is_taken) in
        [(&["photo_id"][..], moved.photo.is_some()), (&["household_id", "household_role"], moved.household.is_some())]
    {
        for column in columns.iter().filter(|_| is_taken) {
            let theirs = format!("(SELECT o.{column} FROM person o WHERE o.organisation_id = $1 AND o.id = $3)");
            let sql = format!("UPDATE person SET {column} = {theirs} WHERE organisation_id = $1 AND id = $2");
            tx.execute(pen, &sql, params![viewer.organisation, kept, ended])?;
        }
    }
    Ok(())
}

/// The way back, unless the one kept got another since.
fn give_back(tx: &mut Tx<'_>, pen: &Pen, viewer: &Viewer, kept: PersonId, moved: &Moved) -> Result<(), Error> {
    tx.execute(
        pen,
        "UPDATE person SET photo_id = NULL WHERE organisation_id = $1 AND id = $2 AND photo_id = $3",
        params![viewer.organisation, kept, moved.photo],
    )?;
    tx.execute(
        pen,
        "UPDATE person SET household_id = NULL, household_role = NULL \
         WHERE organisation_id = $1 AND id = $2 AND household_id = $3",
        params![viewer.organisation, kept, moved.household],
    )?;
    Ok(())
}

/// The record kept, with what only the other one had.
fn joined(keep: &PersonInput, end: &PersonInput) -> PersonInput {
    let mut joined = keep.clone();
    for name in &end.names {
        if !joined.names.iter().any(|known| known.full() == name.full()) {
            let kind = if name.kind == super::model::NameKind::Main { super::model::NameKind::Also } else { name.kind };
            joined.names.push(super::model::Name { kind, ..name.clone() });
        }
    }
    extend(&mut joined.nationalities, &end.nationalities);
    extend(&mut joined.languages, &end.languages);
    extend(&mut joined.documents, &end.documents);
    extend(&mut joined.contacts, &end.contacts);
    extend(&mut joined.journey, &end.journey);
    joined.protected |= end.protected;
    joined
}

fn extend<T: Clone + PartialEq>(kept: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !kept.contains(item) {
            kept.push(item.clone());
        }
    }
}
