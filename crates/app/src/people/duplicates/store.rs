//! Queries of possible duplicates.

use serde_json::json;

use super::model::{
    Compared, Duplicate, DuplicateDecision, DuplicateOptions, DuplicateRecords, DuplicateVerdict, Duplicates,
    DuplicatesShown,
};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{DuplicateId, MergeId, PersonId};
use crate::params;
use crate::people::merge::{self, MergeInput};
use crate::people::store::{LONGEST_PAGE, SUMMARY, summary_from};
use crate::people::{number, store};

/// As many of those waiting, the foremost, are looked at for their number.
const COUNTED_AMONG: i64 = 1_000;

/// The order of those waiting: the most vulnerable first, then the most alike.
const FOREMOST: &str = "d.vulnerability DESC, d.likeness DESC, d.id DESC";

/// The pairs of which both records are there for this user: `d` is `duplicate` in the query. Of
/// records that were merged otherwise nothing is left to decide.
fn visible(viewer: &Viewer) -> Filter {
    let seen = |side: &str| {
        let there = format!(
            "EXISTS (SELECT 1 FROM person p WHERE p.organisation_id = d.organisation_id AND p.id = d.{side} \
             AND (p.merged_into IS NULL OR d.decision = 'same') AND "
        );
        viewer.visible_people().inside(&there, ")")
    };
    let of_the_house = Filter::new("d.organisation_id = ?", [viewer.organisation.into()]);
    of_the_house.and_filter(seen("first_id")).and_filter(seen("second_id"))
}

fn require(viewer: &Viewer) -> Result<(), Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::MergePeople)
}

const PAIR: &str = "d.id, d.likeness, d.agreements, d.vulnerability, d.found_at, d.decision, d.merge_id, d.decided_by, \
                    u.name, d.decided_at, d.why, d.version";

fn pairs(tx: &mut Tx<'_>, viewer: &Viewer, filter: &Filter, order: &str, most: i64) -> Result<Vec<Duplicate>, DbError> {
    let of_the_second = SUMMARY.replace("p.", "o.");
    let sql = format!(
        "SELECT {SUMMARY}, {of_the_second}, {PAIR} FROM duplicate d \
         LEFT JOIN person p ON p.organisation_id = d.organisation_id AND p.id = d.first_id \
         LEFT JOIN person o ON o.organisation_id = d.organisation_id AND o.id = d.second_id \
         LEFT JOIN user_account u ON u.organisation_id = d.organisation_id AND u.id = d.decided_by \
         WHERE {} ORDER BY {order} LIMIT {most}",
        filter.sql()
    );
    tx.query(&sql, filter.params(), |row| pair_from(row, viewer))
}

fn pair_from(row: &Row<'_>, viewer: &Viewer) -> Result<Duplicate, DbError> {
    let (first, second) = (summary_from(row, viewer)?, summary_from(row, viewer)?);
    Ok(Duplicate {
        first,
        second,
        id: row.next()?,
        likeness: row.next()?,
        agreements: serde_json::from_str(&row.next::<String>()?)
            .map_err(|error| DbError::Other(format!("how two records compare is damaged: {error}")))?,
        vulnerability: row.next()?,
        found_at: row.next()?,
        decision: row.next()?,
        merge_id: row.next()?,
        decided_by: row.next()?,
        decider: row.next()?,
        decided_at: row.next()?,
        why: row.next()?,
        version: row.next()?,
    })
}

/// One page of the possible duplicates that are there for this user.
///
/// # Errors
/// The role does not allow it, a cursor that is none, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer, options: &DuplicateOptions) -> Result<Duplicates, Error> {
    require(viewer)?;
    let limit = options.limit.unwrap_or(50).clamp(1, LONGEST_PAGE);
    let shown = options.show.unwrap_or(DuplicatesShown::Waiting);
    let (which, order) = match shown {
        DuplicatesShown::Waiting => ("d.decision = 'waiting'", FOREMOST),
        DuplicatesShown::Unsure => ("d.decision = 'unsure'", FOREMOST),
        DuplicatesShown::Decided => ("d.decision IN ('same', 'not_same')", "d.decided_at DESC, d.id DESC"),
    };
    let mut filter = visible(viewer).and(which, []);
    if let Some(after) = &options.after {
        filter = filter.and_filter(beyond(shown, after)?);
    }
    let mut items = pairs(tx, viewer, &filter, order, limit + 1)?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| place(shown, last));
    Ok(Duplicates { items, next })
}

/// Where a pair stands in its list.
fn place(shown: DuplicatesShown, last: &Duplicate) -> String {
    match shown {
        DuplicatesShown::Decided => {
            format!("{}~{}", last.decided_at.map_or(0, |moment| moment.milliseconds()), last.id)
        }
        _ => format!("{}~{}~{}", last.vulnerability, last.likeness, last.id),
    }
}

/// Pairs after the one a cursor names.
fn beyond(shown: DuplicatesShown, cursor: &str) -> Result<Filter, Error> {
    let parts: Vec<&str> = cursor.split('~').collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let id = |text: &str| text.parse::<DuplicateId>().ok();
    let filter = match (shown, parts.as_slice()) {
        (DuplicatesShown::Decided, [at, last]) => number(at)
            .zip(id(last))
            .map(|(at, last)| Filter::new("(d.decided_at, d.id) < (?, ?)", [at.into(), last.into()])),
        (DuplicatesShown::Decided, _) => None,
        (_, [vulnerability, likeness, last]) => {
            number(vulnerability).zip(number(likeness)).zip(id(last)).map(|((vulnerability, likeness), last)| {
                let place = [vulnerability.into(), likeness.into(), last.into()];
                Filter::new("(d.vulnerability, d.likeness, d.id) < (?, ?, ?)", place)
            })
        }
        _ => None,
    };
    filter.ok_or_else(|| Error::BadRequest("`after` is not a cursor of this list".to_owned()))
}

/// How many possible duplicates wait for this user, among the foremost of their organisation.
///
/// # Errors
/// The database failed.
pub fn count(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<i64, Error> {
    if require(viewer).is_err() {
        return Ok(0);
    }
    let mut filter = visible(viewer);
    let house = filter.bind(viewer.organisation);
    let sql = format!(
        "SELECT count(*) FROM (SELECT d.* FROM duplicate d WHERE d.organisation_id = {house} AND d.decision = 'waiting' \
         ORDER BY {FOREMOST} LIMIT {COUNTED_AMONG}) d WHERE {}",
        filter.sql()
    );
    Ok(tx.count(&sql, filter.params())?)
}

/// A possible duplicate that is there for this user.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: DuplicateId) -> Result<Duplicate, Error> {
    require(viewer)?;
    let filter = visible(viewer).and("d.id = ?", [id.into()]);
    pairs(tx, viewer, &filter, "d.id", 1)?.pop().ok_or(Error::NotFound)
}

/// The one to be decided next, if any waits.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn next(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Option<DuplicateId>, Error> {
    let foremost = list(tx, viewer, &DuplicateOptions { limit: Some(1), ..DuplicateOptions::default() })?;
    Ok(foremost.items.first().map(|duplicate| duplicate.id))
}

/// A possible duplicate with both records, to be compared.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn records(tx: &mut Tx<'_>, viewer: &Viewer, id: DuplicateId) -> Result<DuplicateRecords, Error> {
    let duplicate = find(tx, viewer, id)?;
    let records = vec![compared(tx, viewer, duplicate.first.id)?, compared(tx, viewer, duplicate.second.id)?];
    Ok(DuplicateRecords { duplicate, records })
}

fn compared(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Compared, Error> {
    let person = store::find(tx, viewer, id)?;
    let registered_at = tx.one(
        "SELECT created_at FROM person WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| row.get::<Moment>(0),
    )?;
    let consents = "SELECT count(*) FROM consent WHERE organisation_id = $1 AND person_id = $2";
    Ok(Compared {
        person,
        registered_at: registered_at.ok_or(Error::NotFound)?,
        consents: tx.count(consents, params![viewer.organisation, id])?,
        cases: cases(tx, viewer, id)?,
    })
}

/// Who may erase is told of all cases that would go with a person; others of those they see.
fn cases(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Option<i64>, Error> {
    let filter = match () {
        () if viewer.may(Permission::ReadCases) => viewer.visible_cases(),
        () if viewer.may(Permission::Erase) => Filter::new("c.organisation_id = ?", [viewer.organisation.into()]),
        () => return Ok(None),
    };
    let filter = filter.and("c.person_id = ?", [id.into()]);
    let sql = format!(
        "SELECT count(*) FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {}",
        filter.sql()
    );
    Ok(Some(tx.count(&sql, filter.params())?))
}

/// Decides on a possible duplicate. Where both are one person, the records are merged.
///
/// # Errors
/// Not there for this user, decided or changed by someone else meanwhile, merged already, fields to
/// correct, or the database failed.
pub fn decide(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: DuplicateId,
    expected: i64,
    verdict: &DuplicateVerdict,
) -> Result<(), Error> {
    let before = find(tx, viewer, id)?;
    if before.version != expected {
        return Err(Error::stale(verdict, &before, before.version));
    }
    if before.decision == DuplicateDecision::Same {
        return Err(Error::Refused("refused-merge"));
    }
    verdict.check(&before)?;
    let why = verdict.why.trim();
    let told = |about: &crate::people::PersonSummary, other: &crate::people::PersonSummary| {
        let (was, is) = (json!({ "decision": before.decision }), json!({ "decision": verdict.decision }));
        Entry::changed(Kind::Duplicate, id, &was, &is)
            .about(about.id)
            .noting("other", number(other.number))
            .because(why)
    };
    history::record(tx, viewer, told(&before.first, &before.second))?;
    let pen = history::record(tx, viewer, told(&before.second, &before.first))?;
    if verdict.decision == DuplicateDecision::Same {
        let kept = verdict.kept_of(&before);
        let merged = if kept == before.first.id { before.second.id } else { before.first.id };
        return merge::merge(tx, viewer, kept, &MergeInput { merged, why: why.to_owned() }).map(drop);
    }
    let changed = tx.execute(
        &pen,
        "UPDATE duplicate SET decision = $3, decided_by = $4, decided_at = $5, why = $6, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2 AND version = $7",
        params![viewer.organisation, id, verdict.decision, viewer.user, Moment::now(), why, expected],
    )?;
    if changed == 1 { Ok(()) } else { Err(Error::stale(verdict, &before, before.version)) }
}

/// Two records were merged: what was asked about them is answered.
///
/// # Errors
/// The database failed.
pub(in crate::people) fn note_merge(
    tx: &mut Tx<'_>,
    pen: &Pen,
    viewer: &Viewer,
    merge: MergeId,
    (kept, merged): (PersonId, PersonId),
    why: &str,
) -> Result<(), DbError> {
    tx.execute(
        pen,
        "UPDATE duplicate SET decision = 'same', merge_id = $4, decided_by = $5, decided_at = $6, why = $7, \
         version = version + 1 WHERE organisation_id = $1 AND first_id = $2 AND second_id = $3",
        params![viewer.organisation, kept.min(merged), kept.max(merged), merge, viewer.user, Moment::now(), why],
    )?;
    Ok(())
}

/// A merge was undone: what it answered is asked again.
///
/// # Errors
/// The database failed.
pub(in crate::people) fn note_parting(
    tx: &mut Tx<'_>,
    pen: &Pen,
    viewer: &Viewer,
    merge: MergeId,
) -> Result<(), DbError> {
    tx.execute(
        pen,
        "UPDATE duplicate SET decision = 'waiting', merge_id = NULL, version = version + 1 \
         WHERE organisation_id = $1 AND merge_id = $2",
        params![viewer.organisation, merge],
    )?;
    Ok(())
}
