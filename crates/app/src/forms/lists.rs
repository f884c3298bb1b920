//! Lists that forms look people, cases and follow-ups up in: only those whom this user sees.

use super::upload::LIVE_LISTS;
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::code::Code;
use crate::dates::Day;
use crate::db::{Row, Tx};
use crate::documents::table::{Table, TableFormat};
use crate::error::Error;
use crate::people::{Sex, number};

/// The most rows of a list: a phone holds no more in its memory. The latest changed come first.
pub(super) const MOST: i64 = 5_000;

/// The list of this name for a user, as CSV; none where Watari makes no such list.
///
/// # Errors
/// The database failed.
pub(super) fn live(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Option<String>, Error> {
    let [people, cases, follow_ups] = LIVE_LISTS;
    let (further, rows) = match name {
        _ if name == people => (["sex", "age"], people_of(tx, viewer)?),
        _ if name == cases => (["sex", "age"], cases_of(tx, viewer)?),
        _ if name == follow_ups => (["due", "case"], follow_ups_of(tx, viewer)?),
        _ => return Ok(None),
    };
    let head = ["name", "label"].into_iter().chain(further).map(str::to_owned).collect();
    let table = Table { title: String::new(), head, rows: cells(rows), right_to_left: false };
    let csv = String::from_utf8(table.write(TableFormat::Csv)?).map_err(|error| Error::Internal(error.to_string()))?;
    // Readers of forms on phones take the mark for a part of the first header.
    Ok(Some(csv.trim_start_matches('\u{feff}').to_owned()))
}

fn cells(rows: Vec<[String; 4]>) -> Vec<Vec<crate::documents::table::Cell>> {
    rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect()
}

/// Follow-ups of the cases that this user sees, planned and not yet kept, the next due first.
fn follow_ups_of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<[String; 4]>, Error> {
    if !viewer.sees(Sensitivity::Identity) || !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_cases().and("c.state <> 'closed' AND f.done_on IS NULL", []);
    let sql = format!(
        "SELECT f.id, p.display_name, c.number, f.due_on, c.id FROM follow_up f \
         JOIN case_file c ON c.organisation_id = f.organisation_id AND c.id = f.case_id \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id WHERE {} \
         ORDER BY f.due_on, f.id LIMIT {MOST}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        let (id, name, count): (crate::ids::FollowUpId, String, i64) = (row.next()?, row.next()?, row.next()?);
        let (due, case): (Day, crate::ids::CaseId) = (row.next()?, row.next()?);
        Ok([id.to_string(), format!("{name} ({count}) {due}"), due.to_string(), case.to_string()])
    })?)
}

fn people_of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<[String; 4]>, Error> {
    if !viewer.may(Permission::ReadPeople) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_people().and("p.merged_into IS NULL", []);
    let sql = format!(
        "SELECT p.id, p.display_name, p.number, p.sex, p.birth_from FROM person p WHERE {} \
         ORDER BY p.updated_at DESC, p.id LIMIT {MOST}",
        filter.sql()
    );
    rows(tx, viewer, &sql, &filter, |row| {
        let (id, name, count): (crate::ids::PersonId, String, i64) = (row.next()?, row.next()?, row.next()?);
        Ok((id.to_string(), format!("{name} ({})", number(count))))
    })
}

fn cases_of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<[String; 4]>, Error> {
    if !viewer.sees(Sensitivity::Identity) || !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_cases().and("c.state <> 'closed'", []);
    let sql = format!(
        "SELECT c.id, p.display_name, c.number, p.sex, p.birth_from FROM case_file c \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id WHERE {} \
         ORDER BY c.updated_at DESC, c.id LIMIT {MOST}",
        filter.sql()
    );
    rows(tx, viewer, &sql, &filter, |row| {
        let (id, name, count): (crate::ids::CaseId, String, i64) = (row.next()?, row.next()?, row.next()?);
        Ok((id.to_string(), format!("{name} ({count})")))
    })
}

fn rows(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    sql: &str,
    filter: &Filter,
    named: impl Fn(&Row<'_>) -> Result<(String, String), crate::db::DbError>,
) -> Result<Vec<[String; 4]>, Error> {
    Ok(tx.query(sql, filter.params(), |row| {
        let (name, label) = named(row)?;
        let (sex, born): (Sex, Option<Day>) = (row.next()?, row.next()?);
        let age = born.map(|born| born.years_until(viewer.today).to_string()).unwrap_or_default();
        Ok([name, label, sex.code().to_owned(), age])
    })?)
}
