//! Households and relations in the database.

use std::collections::HashMap;

use serde_json::json;

use super::{ChildStatus, Family, HEAD, Household, Member, MemberInput, Relation, RelationInput, Tie};
use super::{child_status, tie_through_head};
use crate::access::{Permission, Viewer};
use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::error::Error;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{HouseholdId, OrganisationId, PersonId, RelationId};
use crate::params;
use crate::people::store::{Registration, SUMMARY, find, register, summary_from};
use crate::people::tracing::Kin;
use crate::people::{Person, PersonSummary};
use crate::reference;
use crate::users::store::next_number;

/// Most people of one household, and most ties of one person.
const MOST: usize = 60;

/// A household's people, whether or not they are open to the user.
struct Inhabitant {
    id: PersonId,
    role: Option<String>,
    born_to: Option<Day>,
    /// What the user may see of them.
    open: Option<PersonSummary>,
}

impl Inhabitant {
    fn may_be_child(&self, today: Day) -> bool {
        self.born_to.is_some_and(|day| day.years_until(today) < 18)
    }
    fn is_adult(&self, today: Day) -> bool {
        self.born_to.is_some_and(|day| day.years_until(today) >= 18)
    }
}

fn inhabitants(tx: &mut Tx<'_>, viewer: &Viewer, household: HouseholdId) -> Result<Vec<Inhabitant>, DbError> {
    let mut open = viewer.visible_people();
    let (organisation, household) = (open.bind(viewer.organisation), open.bind(household));
    let sql = format!(
        "SELECT {SUMMARY}, p.household_role, CASE WHEN {} THEN 1 ELSE 0 END FROM person p \
         WHERE p.organisation_id = {organisation} AND p.household_id = {household} AND p.merged_into IS NULL \
         ORDER BY CASE WHEN p.household_role = 'head' THEN 0 ELSE 1 END, p.birth_from, p.number",
        open.sql()
    );
    tx.query(&sql, open.params(), |row| {
        let summary = summary_from(row, viewer)?;
        let (role, is_open): (_, bool) = (row.next()?, row.next()?);
        Ok(Inhabitant { id: summary.id, role, born_to: summary.birth_to, open: is_open.then_some(summary) })
    })
}

/// Those of some people who are open to the user.
fn open_ones(tx: &mut Tx<'_>, viewer: &Viewer, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonSummary>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let filter = viewer.visible_people().among("p.id", ids);
    let sql = format!("SELECT {SUMMARY} FROM person p WHERE {}", filter.sql());
    let found = tx.query(&sql, filter.params(), |row| summary_from(row, viewer))?;
    Ok(found.into_iter().map(|person| (person.id, person)).collect())
}

/// A household, if any of its people is open to the user; the others are in it without a name.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn household(tx: &mut Tx<'_>, viewer: &Viewer, id: HouseholdId) -> Result<Household, Error> {
    viewer.require(Permission::ReadPeople)?;
    let inside = inhabitants(tx, viewer, id)?;
    household_of(tx, viewer, id, inside)
}

fn household_of(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: HouseholdId,
    inside: Vec<Inhabitant>,
) -> Result<Household, Error> {
    if inside.iter().all(|one| one.open.is_none()) {
        return Err(Error::NotFound);
    }
    let found = tx.one(
        "SELECT number, version FROM household WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let (number, version) = found.ok_or(Error::NotFound)?;
    let members = inside.into_iter().map(|one| match one.open.is_some() {
        true => Member { may_be_child: Some(one.may_be_child(viewer.today)), person: one.open, role: one.role },
        false => Member { person: None, role: None, may_be_child: None },
    });
    Ok(Household { id, number, members: members.collect(), version })
}

/// Whom a person names as family or lives with, whoever asks: to be compared, not to be shown.
pub(in crate::people) fn kin(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Vec<Kin>, DbError> {
    let mut kin = Vec::new();
    for (mine, other) in [("person_id", "relative_id"), ("relative_id", "person_id")] {
        let sql = format!(
            "SELECT r.relation, COALESCE(o.display_name, r.relative_name), o.id FROM relation r \
             LEFT JOIN person o ON o.organisation_id = r.organisation_id AND o.id = r.{other} \
             WHERE r.organisation_id = $1 AND r.{mine} = $2 ORDER BY r.created_at, r.id LIMIT {MOST}"
        );
        kin.extend(tx.query(&sql, params![organisation, person], |row| {
            let (relation, name): (String, Option<String>) = (row.next()?, row.next()?);
            let relation = match mine {
                "person_id" => relation,
                _ => reference::inverse("relations", &relation).unwrap_or("other_relative").to_owned(),
            };
            Ok(Kin { relation, name: name.unwrap_or_default(), person: row.next()? })
        })?);
    }
    let of_household = format!(
        "SELECT p.household_role, o.household_role, o.display_name, o.id FROM person p \
         JOIN person o ON o.organisation_id = p.organisation_id AND o.household_id = p.household_id AND o.id <> p.id \
         AND o.merged_into IS NULL WHERE p.organisation_id = $1 AND p.id = $2 ORDER BY o.number LIMIT {MOST}"
    );
    kin.extend(tx.query(&of_household, params![organisation, person], |row| {
        let (mine, theirs): (Option<String>, Option<String>) = (row.next()?, row.next()?);
        let relation = tie_through_head(&mine.unwrap_or_default(), &theirs.unwrap_or_default());
        Ok(Kin { relation: relation.unwrap_or("other_relative".to_owned()), name: row.next()?, person: row.next()? })
    })?);
    kin.retain(|one| one.person != Some(person) && !one.name.is_empty());
    Ok(kin)
}

/// Who may be put into a household or tied: open to the user, and not merged into another.
fn find_for_work(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Person, Error> {
    viewer.require(Permission::WritePeople)?;
    let person = find(tx, viewer, id)?;
    if person.merged_into.is_some() { Err(Error::Refused("refused-merged")) } else { Ok(person) }
}

/// Makes a household with its head.
///
/// # Errors
/// Not there for this user, in a household already, or the database failed.
pub fn create_household(tx: &mut Tx<'_>, viewer: &Viewer, head: PersonId) -> Result<HouseholdId, Error> {
    let person = find_for_work(tx, viewer, head)?;
    if person.household_id.is_some() {
        return Err(Error::Refused("refused-in-household"));
    }
    let id = HouseholdId::new();
    let number = next_number(tx, viewer.organisation, "household")?;
    let entry = Entry::created(Kind::Household, id, &json!({ "household": super::household_number(number) }));
    let pen = history::record(tx, viewer, entry.about(head))?;
    tx.execute(
        &pen,
        "INSERT INTO household (organisation_id, id, number, created_at, version) VALUES ($1, $2, $3, $4, 1)",
        params![viewer.organisation, id, number, Moment::now()],
    )?;
    settle(tx, viewer, &pen, head, Some((id, HEAD)))?;
    Ok(id)
}

/// Takes a person into a household, or changes what they are in it.
///
/// # Errors
/// The household or the person is not there for this user, they are in another, fields to
/// correct, or the database failed.
pub fn join(tx: &mut Tx<'_>, viewer: &Viewer, id: HouseholdId, input: &MemberInput) -> Result<(), Error> {
    let household = household(tx, viewer, id)?;
    let person = find_for_work(tx, viewer, input.person_id)?;
    input.check()?;
    if person.household_id.is_some_and(|other| other != id) {
        return Err(Error::Refused("refused-in-household"));
    }
    if household.members.len() >= MOST {
        return Err(Error::field("person_id", "invalid-too-many"));
    }
    let before = inhabitants(tx, viewer, id)?;
    let known = before.iter().find(|one| one.id == person.id);
    let was = known.and_then(|one| one.role.clone());
    let (from, to) = (json!({ "household_role": was }), json!({ "household_role": input.role }));
    let entry =
        Entry::changed(Kind::Household, id, &from, &to).noting("household", super::household_number(household.number));
    let pen = history::record(tx, viewer, entry.about(person.id))?;
    if input.role == HEAD {
        for old in before.iter().filter(|one| one.role.as_deref() == Some(HEAD) && one.id != person.id) {
            let pen = history::record(
                tx,
                viewer,
                Entry::changed(
                    Kind::Household,
                    id,
                    &json!({ "household_role": HEAD }),
                    &json!({ "household_role": null }),
                )
                .about(old.id),
            )?;
            settle(tx, viewer, &pen, old.id, Some((id, "")))?;
        }
    }
    settle(tx, viewer, &pen, person.id, Some((id, &input.role)))?;
    touch(tx, viewer, &pen, id)
}

/// Writes a registration, straight into a household.
///
/// # Errors
/// As [`register`] and [`join`].
pub fn register_into(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: HouseholdId,
    role: &str,
    registration: Registration,
) -> Result<PersonId, Error> {
    household(tx, viewer, id)?;
    let person_id = register(tx, viewer, registration)?;
    join(tx, viewer, id, &MemberInput { person_id, role: role.to_owned() })?;
    Ok(person_id)
}

/// Takes a person out of a household; one that nobody is in any more ends.
///
/// # Errors
/// Not there for this user, not in it, or the database failed.
pub fn leave(tx: &mut Tx<'_>, viewer: &Viewer, id: HouseholdId, person: PersonId) -> Result<(), Error> {
    let household = household(tx, viewer, id)?;
    let person = find_for_work(tx, viewer, person)?;
    if person.household_id != Some(id) {
        return Err(Error::NotFound);
    }
    let told = json!({ "household": super::household_number(household.number) });
    let pen = history::record(tx, viewer, Entry::removed(Kind::Household, id, &told).about(person.id))?;
    settle(tx, viewer, &pen, person.id, None)?;
    touch(tx, viewer, &pen, id)?;
    // Records merged away may still name it: undoing the merge brings them back into it.
    let left = "SELECT count(*) FROM person WHERE organisation_id = $1 AND household_id = $2";
    if tx.count(left, params![viewer.organisation, id])? == 0 {
        tx.execute(
            &pen,
            "DELETE FROM household WHERE organisation_id = $1 AND id = $2",
            params![viewer.organisation, id],
        )?;
    }
    Ok(())
}

/// Writes where a person lives.
fn settle(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    person: PersonId,
    place: Option<(HouseholdId, &str)>,
) -> Result<(), Error> {
    let (household, role) = place.unzip();
    let role = role.filter(|role| !role.is_empty());
    tx.execute(
        pen,
        "UPDATE person SET household_id = $3, household_role = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, person, household, role, Moment::now()],
    )?;
    Ok(())
}

fn touch(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, id: HouseholdId) -> Result<(), Error> {
    tx.execute(
        pen,
        "UPDATE household SET version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
    )?;
    Ok(())
}

/// A tie as it stands, from the side of one person.
struct Row {
    id: RelationId,
    relative: Option<PersonId>,
    name: Option<String>,
    relation: String,
    starts_on: Option<Day>,
    ends_on: Option<Day>,
    household: Option<HouseholdId>,
    born_to: Option<Day>,
}

/// The ties of a person from both sides; one with oneself is what a merge left and is passed over.
fn ties(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Vec<Row>, DbError> {
    let mut rows = Vec::new();
    for (mine, other) in [("person_id", "relative_id"), ("relative_id", "person_id")] {
        let sql = format!(
            "SELECT r.id, r.{other}, r.relative_name, r.relation, r.starts_on, r.ends_on, o.household_id, o.birth_to \
             FROM relation r LEFT JOIN person o ON o.organisation_id = r.organisation_id AND o.id = r.{other} \
             WHERE r.organisation_id = $1 AND r.{mine} = $2 AND (r.relative_id IS NULL OR r.relative_id <> r.person_id) \
             ORDER BY r.created_at, r.id LIMIT {MOST}"
        );
        rows.extend(tx.query(&sql, params![viewer.organisation, person], |row| {
            let (id, relative, name): (_, _, _) = (row.next()?, row.next()?, row.next()?);
            let relation: String = row.next()?;
            let relation = match mine {
                "person_id" => relation,
                _ => reference::inverse("relations", &relation).unwrap_or("other_relative").to_owned(),
            };
            Ok(Row {
                id,
                relative,
                name,
                relation,
                starts_on: row.next()?,
                ends_on: row.next()?,
                household: row.next()?,
                born_to: row.next()?,
            })
        })?);
    }
    Ok(rows)
}

/// A person's household and ties.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn family(tx: &mut Tx<'_>, viewer: &Viewer, person: &Person) -> Result<Family, Error> {
    let home = person.household_id;
    let rows = ties(tx, viewer, person.id)?;
    let inside = home.map(|id| inhabitants(tx, viewer, id)).transpose()?;
    let child_status = match person.record.birth.may_be_child(viewer.today) {
        true => status_of(viewer, person, &rows, inside.as_deref()),
        false => None,
    };
    let relatives: Vec<PersonId> = rows.iter().filter_map(|row| row.relative).collect();
    let open = open_ones(tx, viewer, &relatives)?;
    let holds = |row: &Row| row.ends_on.is_none_or(|day| day > viewer.today);
    let mut relations: Vec<Relation> = rows
        .iter()
        .map(|row| Relation {
            id: row.id,
            relation: row.relation.clone(),
            relative: row.relative.and_then(|id| open.get(&id).cloned()),
            relative_name: row.name.clone(),
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            separated: holds(row) && row.relation != "not_related" && (home.is_none() || row.household != home),
        })
        .collect();
    relations.sort_by_key(|relation| relation.ends_on.is_some());
    let household = home.zip(inside).map(|(id, inside)| household_of(tx, viewer, id, inside)).transpose()?;
    Ok(Family { household, relations, child_status })
}

/// With whom a child is; nothing where neither household nor ties are on record.
fn status_of(viewer: &Viewer, child: &Person, rows: &[Row], inside: Option<&[Inhabitant]>) -> Option<ChildStatus> {
    let today = viewer.today;
    let holding = rows.iter().filter(|row| row.ends_on.is_none_or(|day| day > today));
    let mut ties: Vec<Tie> = holding
        .map(|row| Tie {
            relation: row.relation.clone(),
            together: child.household_id.is_some() && row.household == child.household_id,
            adult: row.born_to.is_some_and(|day| day.years_until(today) >= 18),
        })
        .collect();
    let Some(inside) = inside else {
        return (!ties.is_empty()).then(|| child_status(&ties));
    };
    let role = |one: &Inhabitant| one.role.clone().unwrap_or_default();
    let mine = inside.iter().find(|one| one.id == child.id).map(role).unwrap_or_default();
    for other in inside.iter().filter(|one| one.id != child.id) {
        if let Some(relation) = tie_through_head(&mine, &role(other)) {
            ties.push(Tie { relation, together: true, adult: other.is_adult(today) });
        }
    }
    Some(child_status(&ties))
}

/// Ties a person to another, or to a name.
///
/// # Errors
/// Either is not there for this user, known already, fields to correct, or the database failed.
pub fn relate(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, input: &RelationInput) -> Result<RelationId, Error> {
    let one = find_for_work(tx, viewer, person)?;
    input.check(person, viewer.today)?;
    let other = input.relative_id.map(|id| find_for_work(tx, viewer, id)).transpose()?;
    let known = ties(tx, viewer, person)?;
    if known.len() >= MOST {
        return Err(Error::field("relative_name", "invalid-too-many"));
    }
    let same = |row: &Row| {
        row.relative.is_some()
            && row.relative == input.relative_id
            && row.relation == input.relation
            && row.ends_on.is_none()
    };
    if known.iter().any(same) {
        return Err(Error::field("relation", "invalid-relation-known"));
    }
    let id = RelationId::new();
    let pen = tell(tx, viewer, id, &one, other.as_ref(), input)?;
    let name = Some(input.relative_name.trim()).filter(|name| !name.is_empty());
    tx.execute(
        &pen,
        "INSERT INTO relation (organisation_id, id, person_id, relative_id, relative_name, relation, created_at, \
         starts_on, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            viewer.organisation,
            id,
            person,
            input.relative_id,
            name,
            input.relation.as_str(),
            Moment::now(),
            input.starts_on,
            input.ends_on
        ],
    )?;
    Ok(id)
}

/// Tells both histories of a new tie: each names the other by number, for names may not be theirs
/// to read.
fn tell(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: RelationId,
    one: &Person,
    other: Option<&Person>,
    input: &RelationInput,
) -> Result<Pen, Error> {
    let told = |relation: &str, relative: String| json!({ "relation": relation, "relative": relative, "starts_on": input.starts_on, "ends_on": input.ends_on });
    if let Some(other) = other {
        let inverse = reference::inverse("relations", &input.relation).unwrap_or_default();
        let entry = Entry::created(Kind::Relation, id, &told(inverse, crate::people::number(one.number)));
        history::record(tx, viewer, entry.about(other.id))?;
    }
    let relative = other.map_or_else(|| input.relative_name.clone(), |other| crate::people::number(other.number));
    history::record(tx, viewer, Entry::created(Kind::Relation, id, &told(&input.relation, relative)).about(one.id))
}

/// A tie of a person, as it stands.
fn tie(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, id: RelationId) -> Result<Row, Error> {
    find_for_work(tx, viewer, person)?;
    ties(tx, viewer, person)?.into_iter().find(|row| row.id == id).ok_or(Error::NotFound)
}

/// Ends a tie on a day; it stays on record.
///
/// # Errors
/// Not there for this user, ended already, a day that cannot be, or the database failed.
pub fn end(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, id: RelationId, on: Option<Day>) -> Result<(), Error> {
    let row = tie(tx, viewer, person, id)?;
    let on = on.unwrap_or(viewer.today);
    if row.ends_on.is_some() {
        return Err(Error::Refused("refused-relation-ended"));
    }
    if on > viewer.today {
        return Err(Error::field("ends_on", "invalid-future"));
    }
    if row.starts_on.is_some_and(|start| on < start) {
        return Err(Error::field("ends_on", "invalid-order"));
    }
    let (before, after) = (json!({ "ends_on": null }), json!({ "ends_on": on }));
    let mut pen = history::record(tx, viewer, Entry::changed(Kind::Relation, id, &before, &after).about(person))?;
    if let Some(other) = row.relative {
        pen = history::record(tx, viewer, Entry::changed(Kind::Relation, id, &before, &after).about(other))?;
    }
    tx.execute(
        &pen,
        "UPDATE relation SET ends_on = $3 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, on],
    )?;
    Ok(())
}

/// Takes back a tie that never was.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn unrelate(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, id: RelationId) -> Result<(), Error> {
    let row = tie(tx, viewer, person, id)?;
    let told = |relation: &str| json!({ "relation": relation });
    let mut pen = history::record(tx, viewer, Entry::removed(Kind::Relation, id, &told(&row.relation)).about(person))?;
    if let Some(other) = row.relative {
        let inverse = reference::inverse("relations", &row.relation).unwrap_or_default();
        pen = history::record(tx, viewer, Entry::removed(Kind::Relation, id, &told(inverse)).about(other))?;
    }
    tx.execute(&pen, "DELETE FROM relation WHERE organisation_id = $1 AND id = $2", params![viewer.organisation, id])?;
    Ok(())
}
