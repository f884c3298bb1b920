//! Lists that forms look people, cases and follow-ups up in: only those whom this user sees.

use super::follow_ups;
use super::upload::LIVE_LISTS;
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::cases::parts;
use crate::code::Code;
use crate::dates::Day;
use crate::db::{Row, Tx};
use crate::documents::table::{Table, TableFormat};
use crate::error::Error;
use crate::ids::CaseId;
use crate::people::{Sex, number};

/// The most rows of a list: a phone holds no more in its memory. The latest changed come first.
pub(super) const MOST: i64 = 5_000;

/// People to try a form out on, told by sex and age in no language.
pub(super) const INVENTED: &str = "name,label,sex,age,youngest\n\
    girl,♀ 9,female,9,9\nboy,♂ 15,male,15,15\nwoman,♀ 30,female,30,30\nman,♂ 30,male,30,30\n\
    grandmother,♀ 70,female,70,70\ninfant,♂ 2,male,2,2\nunknown,?,unknown,,\n";

/// The list of this name for a user, as CSV; none where Watari makes no such list. Where it is known which case a form
/// is about, the list of cases holds only that.
///
/// # Errors
/// The database failed.
pub(super) fn live(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    name: &str,
    about: Option<CaseId>,
) -> Result<Option<String>, Error> {
    let [people, cases, follow_ups] = LIVE_LISTS;
    let (further, rows): (&[&str], _) = match name {
        _ if name == people => (&["sex", "age", "youngest"], cells(people_of(tx, viewer)?)),
        _ if name == cases => (&["sex", "age", "youngest"], cells(cases_of(tx, viewer, about)?)),
        _ if name == follow_ups => (&["due", "case", "kind", "form"], cells(follow_ups_of(tx, viewer, about)?)),
        _ => return Ok(None),
    };
    let head = ["name", "label"].iter().chain(further).map(|it| (*it).to_owned()).collect();
    let table = Table { title: String::new(), head, rows, right_to_left: false };
    let csv = String::from_utf8(table.write(TableFormat::Csv)?).map_err(|error| Error::Internal(error.to_string()))?;
    // Readers of forms on phones take the mark for a part of the first header.
    Ok(Some(csv.trim_start_matches('\u{feff}').to_owned()))
}

fn cells<const N: usize>(rows: Vec<[String; N]>) -> Vec<Vec<crate::documents::table::Cell>> {
    rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect()
}

/// Follow-ups of the cases that this user sees, planned and not yet kept, the next due first: each with its kind and the
/// name of the form that is filled in for it.
fn follow_ups_of(tx: &mut Tx<'_>, viewer: &Viewer, about: Option<CaseId>) -> Result<Vec<[String; 6]>, Error> {
    if !viewer.sees(Sensitivity::Identity) || !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let (_, forms) = follow_ups::forms(tx, viewer.organisation)?;
    let mut filter = parts::to_keep(viewer);
    if let Some(case) = about {
        filter = filter.and("c.id = ?", [case.into()]);
    }
    let sql = format!(
        "SELECT f.id, p.display_name, c.number, f.due_on, c.id, f.kind FROM follow_up f \
         JOIN case_file c ON c.organisation_id = f.organisation_id AND c.id = f.case_id \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id WHERE {} \
         ORDER BY f.due_on, f.id LIMIT {MOST}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        let (id, name, count): (crate::ids::FollowUpId, String, i64) = (row.next()?, row.next()?, row.next()?);
        let (due, case, kind): (Day, CaseId, String) = (row.next()?, row.next()?, row.next()?);
        let form = forms.get(&kind).cloned().unwrap_or_default();
        Ok([id.to_string(), format!("{name} ({count}) {due}"), due.to_string(), case.to_string(), kind, form])
    })?)
}

fn people_of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<[String; 5]>, Error> {
    if !viewer.may(Permission::ReadPeople) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_people().and("p.merged_into IS NULL", []);
    let sql = format!(
        "SELECT p.id, p.display_name, p.number, p.sex, p.birth_from, p.birth_to FROM person p WHERE {} \
         ORDER BY p.updated_at DESC, p.id LIMIT {MOST}",
        filter.sql()
    );
    rows(tx, viewer, &sql, &filter, |row| {
        let (id, name, count): (crate::ids::PersonId, String, i64) = (row.next()?, row.next()?, row.next()?);
        Ok((id.to_string(), format!("{name} ({})", number(count))))
    })
}

fn cases_of(tx: &mut Tx<'_>, viewer: &Viewer, about: Option<CaseId>) -> Result<Vec<[String; 5]>, Error> {
    if !viewer.sees(Sensitivity::Identity) || !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let filter = match about {
        Some(case) => viewer.visible_cases().and("c.id = ?", [case.into()]),
        None => viewer.visible_cases().and("c.state <> 'closed'", []),
    };
    let sql = format!(
        "SELECT c.id, p.display_name, c.number, p.sex, p.birth_from, p.birth_to FROM case_file c \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id WHERE {} \
         ORDER BY c.updated_at DESC, c.id LIMIT {MOST}",
        filter.sql()
    );
    rows(tx, viewer, &sql, &filter, |row| {
        let (id, name, count): (CaseId, String, i64) = (row.next()?, row.next()?, row.next()?);
        Ok((id.to_string(), format!("{name} ({count})")))
    })
}

fn rows(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    sql: &str,
    filter: &Filter,
    named: impl Fn(&Row<'_>) -> Result<(String, String), crate::db::DbError>,
) -> Result<Vec<[String; 5]>, Error> {
    Ok(tx.query(sql, filter.params(), |row| {
        let (name, label) = named(row)?;
        // Someone born in those years is of the first age at most, and of the last at least.
        let (sex, born): (Sex, [Option<Day>; 2]) = (row.next()?, [row.next()?, row.next()?]);
        let [age, youngest] =
            born.map(|born| born.map(|born| born.years_until(viewer.today).to_string()).unwrap_or_default());
        Ok([name, label, sex.code().to_owned(), age, youngest])
    })?)
}
