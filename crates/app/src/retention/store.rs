//! Queries of retention.

use uuid::Uuid;

use super::{Due, Overview};
use crate::access::{Filter, Permission, Viewer};
use crate::cases::parts::LEGAL_HOLD;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::ids::PersonId;
use crate::users;

/// Where a page of the list ends: the next one begins after it. People with cases come first, then
/// those who never had one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After the case that ran out on this day.
    Case(Day, Uuid),
    /// After the person without a case last changed at this moment.
    Person(Moment, Uuid),
}

/// People whose cases are all closed and past their period, longest overdue first; then people who
/// never had a case and whose record has lain untouched for as long, oldest first. With the place
/// of the last.
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
    let limit = limit.clamp(1, 200);
    let mut rows = match after {
        Some(Place::Person(..)) => Vec::new(),
        _ => with_cases(tx, viewer, after, limit + 1)?,
    };
    let left = limit + 1 - rows.len() as i64;
    if left > 0 {
        let after = after.filter(|place| matches!(place, Place::Person(..)));
        rows.extend(without_case(tx, viewer, after, left)?);
    }
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(_, place)| *place);
    Ok((rows.into_iter().map(|(due, _)| due).collect(), next))
}

/// No legal hold lies on any case of the person.
const NOT_HELD: &str = "NOT EXISTS (SELECT 1 FROM flag f WHERE f.organisation_id = p.organisation_id \
                        AND f.person_id = p.id AND f.kind = ? AND f.resolved_at IS NULL)";

fn due_from(row: &Row<'_>, since: impl Fn(&Row<'_>) -> Result<Day, DbError>) -> Result<Due, DbError> {
    let (person_id, number, name, protected) = (row.next()?, row.next()?, row.next()?, row.next::<bool>()?);
    let version = row.next()?;
    Ok(Due { person_id, number, name: (!protected).then_some(name), erase_from: since(row)?, version })
}

fn with_cases(tx: &mut Tx<'_>, viewer: &Viewer, after: Option<Place>, limit: i64) -> Result<Vec<(Due, Place)>, Error> {
    let mut filter = viewer
        .visible_people()
        .and("c.organisation_id = ? AND c.erase_from <= ?", [viewer.organisation.into(), viewer.today.into()])
        .and("c.state = 'closed' AND p.merged_into IS NULL", [])
        .and(NOT_HELD, [LEGAL_HOLD.into()]);
    if let Some(Place::Case(day, case)) = after {
        filter =
            filter.and("(c.erase_from > ? OR (c.erase_from = ? AND c.id > ?))", [day.into(), day.into(), case.into()]);
    }
    // A person's last case to run out stands for the person: no other is open or runs longer.
    let sql = format!(
        "SELECT p.id, p.number, p.display_name, p.protected, p.version, c.erase_from, c.id \
         FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} AND NOT EXISTS (SELECT 1 FROM case_file o WHERE o.organisation_id = c.organisation_id \
           AND o.person_id = c.person_id AND (o.state <> 'closed' OR o.erase_from IS NULL \
           OR o.erase_from > c.erase_from OR (o.erase_from = c.erase_from AND o.id > c.id))) \
         ORDER BY c.erase_from, c.id LIMIT {limit}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        let due = due_from(row, |row| row.next())?;
        let place = Place::Case(due.erase_from, row.next()?);
        Ok((due, place))
    })?)
}

/// Whoever lives with someone whose case is open is part of that work, with a case or without.
fn without_case(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(Due, Place)>, Error> {
    let years = retention_years(tx, viewer)?;
    // Changed before this moment: the period since is over.
    let before = viewer.today.plus_days(1).plus_years(-years).begins(&viewer.time_zone);
    let mut filter = viewer
        .visible_people()
        .and("p.updated_at < ? AND p.merged_into IS NULL", [before.into()])
        .and(
            "NOT EXISTS (SELECT 1 FROM case_file c WHERE c.organisation_id = p.organisation_id AND c.person_id = p.id)",
            [],
        )
        .and(
            "NOT EXISTS (SELECT 1 FROM person h JOIN case_file c ON c.organisation_id = h.organisation_id \
             AND c.person_id = h.id WHERE h.organisation_id = p.organisation_id AND h.household_id = p.household_id \
             AND c.state <> 'closed')",
            [],
        );
    if let Some(Place::Person(moment, person)) = after {
        filter = filter.and("(p.updated_at, p.id) > (?, ?)", [moment.into(), person.into()]);
    }
    let sql = format!(
        "SELECT p.id, p.number, p.display_name, p.protected, p.version, p.updated_at FROM person p WHERE {} \
         ORDER BY p.updated_at, p.id LIMIT {limit}",
        filter.sql()
    );
    let untouched = |at: Moment| at.day(&viewer.time_zone).plus_years(years);
    Ok(tx.query(&sql, filter.params(), |row| {
        let due = due_from(row, |row| row.next::<Moment>().map(untouched))?;
        let place = Place::Person(row.get(5)?, due.person_id.0);
        Ok((due, place))
    })?)
}

fn retention_years(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<i64, Error> {
    Ok(users::store::organisation(tx, viewer.organisation)?.settings.retention_years)
}

/// What erasing one person would mean.
///
/// # Errors
/// Not allowed, the person is not there for this user, or the database failed.
pub fn overview(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Overview, Error> {
    viewer.require(Permission::Erase)?;
    let filter = viewer.visible_people().and("p.id = ?", [person.into()]);
    let sql = format!(
        "SELECT p.number, p.display_name, p.protected, p.merged_into, p.version, p.updated_at FROM person p WHERE {}",
        filter.sql()
    );
    let found = tx.one(&sql, filter.params(), |row| {
        let (number, name, protected) = (row.next()?, row.next()?, row.next::<bool>()?);
        let overview = Overview {
            person_id: person,
            number,
            name: (!protected).then_some(name),
            cases: 0,
            open_cases: 0,
            erase_from: None,
            held: false,
            merged_into: row.next()?,
            version: row.next()?,
        };
        Ok((overview, row.next::<Moment>()?))
    })?;
    let (mut overview, changed) = found.ok_or(Error::NotFound)?;
    let filter = Filter::new("organisation_id = ? AND person_id = ?", [viewer.organisation.into(), person.into()]);
    let sql = format!("SELECT state, erase_from FROM case_file WHERE {}", filter.sql());
    let cases = tx.query(&sql, filter.params(), |row| Ok((row.next::<String>()?, row.next::<Option<Day>>()?)))?;
    overview.cases = cases.len() as i64;
    overview.open_cases = cases.iter().filter(|(state, _)| state != "closed").count() as i64;
    // A case without an end to its period keeps the person from being offered.
    let ends: Option<Vec<Day>> = cases.iter().map(|(_, day)| *day).collect();
    overview.erase_from = match cases.is_empty() {
        true => Some(changed.day(&viewer.time_zone).plus_years(retention_years(tx, viewer)?)),
        false => ends.and_then(|days| days.into_iter().max()),
    };
    let held = filter.and("kind = ? AND resolved_at IS NULL", [LEGAL_HOLD.into()]);
    overview.held = tx.count(&format!("SELECT count(*) FROM flag WHERE {}", held.sql()), held.params())? > 0;
    Ok(overview)
}
