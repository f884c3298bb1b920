//! Queries of retention.

use super::{Due, Overview};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::{CaseId, PersonId};

/// Where a page of the list ends: the next one begins after it.
pub type Place = (Day, CaseId);

/// People whose cases are all closed and past their period, longest overdue first, with the
/// place of the last.
///
/// # Errors
/// Not allowed, or the database failed.
pub fn due(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    after: Option<Place>,
    limit: i64,
) -> Result<(Vec<Due>, Option<Place>), Error> {
    viewer.require(Permission::Erase)?;
    let mut filter = viewer
        .visible_people()
        .and("c.organisation_id = ? AND c.erase_from <= ?", [viewer.organisation.into(), viewer.today.into()])
        .and("c.state = 'closed' AND p.merged_into IS NULL", []);
    if let Some((day, case)) = after {
        filter =
            filter.and("(c.erase_from > ? OR (c.erase_from = ? AND c.id > ?))", [day.into(), day.into(), case.into()]);
    }
    let limit = limit.clamp(1, 200);
    // A person's last case to run out stands for the person: no other is open or runs longer.
    let sql = format!(
        "SELECT p.id, p.number, p.display_name, p.protected, c.erase_from, p.version, c.id \
         FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} AND NOT EXISTS (SELECT 1 FROM case_file o WHERE o.organisation_id = c.organisation_id \
           AND o.person_id = c.person_id AND (o.state <> 'closed' OR o.erase_from IS NULL \
           OR o.erase_from > c.erase_from OR (o.erase_from = c.erase_from AND o.id > c.id))) \
         ORDER BY c.erase_from, c.id LIMIT {}",
        filter.sql(),
        limit + 1
    );
    let mut rows = tx.query(&sql, filter.params(), |row| {
        let (person_id, number, name, protected) = (row.next()?, row.next()?, row.next()?, row.next::<bool>()?);
        let due = Due {
            person_id,
            number,
            name: (!protected).then_some(name),
            erase_from: row.next()?,
            version: row.next()?,
        };
        let place = (due.erase_from, row.next()?);
        Ok((due, place))
    })?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(_, place)| *place);
    Ok((rows.into_iter().map(|(due, _)| due).collect(), next))
}

/// What erasing one person would mean.
///
/// # Errors
/// Not allowed, the person is not there for this user, or the database failed.
pub fn overview(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Overview, Error> {
    viewer.require(Permission::Erase)?;
    let filter = viewer.visible_people().and("p.id = ?", [person.into()]);
    let sql = format!(
        "SELECT p.number, p.display_name, p.protected, p.merged_into, p.version FROM person p WHERE {}",
        filter.sql()
    );
    let found = tx.one(&sql, filter.params(), |row| {
        let (number, name, protected) = (row.next()?, row.next()?, row.next::<bool>()?);
        Ok(Overview {
            person_id: person,
            number,
            name: (!protected).then_some(name),
            cases: 0,
            open_cases: 0,
            erase_from: None,
            merged_into: row.next()?,
            version: row.next()?,
        })
    })?;
    let mut overview = found.ok_or(Error::NotFound)?;
    let filter = Filter::new("organisation_id = ? AND person_id = ?", [viewer.organisation.into(), person.into()]);
    let sql = format!("SELECT state, erase_from FROM case_file WHERE {}", filter.sql());
    let cases = tx.query(&sql, filter.params(), |row| Ok((row.next::<String>()?, row.next::<Option<Day>>()?)))?;
    overview.cases = cases.len() as i64;
    overview.open_cases = cases.iter().filter(|(state, _)| state != "closed").count() as i64;
    // A case without an end to its period keeps the person from being offered.
    let ends: Option<Vec<Day>> = cases.iter().map(|(_, day)| *day).collect();
    overview.erase_from = ends.and_then(|days| days.into_iter().max());
    Ok(overview)
}
