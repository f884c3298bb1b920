//! Queries of lists, entities and their versions.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;
use xlsform::definition::Definition;
use xlsform::entities::{Declared, declared};

use super::held;
use super::model::{
    Entity, EntityChange, EntityConflict, EntityDetail, EntityList, EntityListChange, EntityListDetail, EntityVersion,
    NewEntityList, Reach, names,
};
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx, Value};
use crate::error::Error;
use crate::history::{self, Actor, Entry, Kind, Pen};
use crate::ids::{CaseId, EntityId, EntityListId, EntityVersionId, OrganisationId, PersonId, SubmissionId};
use crate::params;

/// Whose entities are: of those who fill in forms, and of those who manage them. Either sees and changes some.
pub(crate) const THEIRS: [Permission; 2] = [Permission::WriteCases, Permission::ManageForms];

/// How many rows of a list are shown at once.
const SHOWN: i64 = 100;

const LIST: &str = "l.id, l.name, l.properties, l.reach, \
    (SELECT count(*) FROM entity x WHERE x.organisation_id = l.organisation_id AND x.list_id = l.id \
     AND x.deleted_at IS NULL), \
    (SELECT count(*) FROM entity_held h WHERE h.organisation_id = l.organisation_id AND h.list_id = l.id), \
    l.created_at, l.updated_at, l.version";

fn list_from(row: &Row<'_>) -> Result<EntityList, DbError> {
    Ok(EntityList {
        id: row.next()?,
        name: row.next()?,
        properties: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
        reach: row.next()?,
        count: row.next()?,
        held: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

/// All lists, by name, whoever asks: what they hold is asked for elsewhere.
fn all(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<EntityList>, Error> {
    let sql = format!("SELECT {LIST} FROM entity_list l WHERE l.organisation_id = $1 ORDER BY l.name");
    Ok(tx.query(&sql, params![viewer.organisation], list_from)?)
}

/// All lists for those who manage forms, by name.
///
/// # Errors
/// The role does not manage forms, or the database failed.
pub fn managed(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<EntityList>, Error> {
    viewer.require(Permission::ManageForms)?;
    all(tx, viewer)
}

/// All lists for those who fill in forms, by name; counted are the rows that they see.
///
/// # Errors
/// The role does not work on cases, or the database failed.
pub fn used(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<EntityList>, Error> {
    viewer.require(Permission::WriteCases)?;
    let mut lists = all(tx, viewer)?;
    for list in &mut lists {
        let filter = viewer.visible_entities().and("e.list_id = ? AND e.deleted_at IS NULL", [list.id.into()]);
        list.count = tx.count(&format!("SELECT count(*) FROM {JOINED} WHERE {}", filter.sql()), filter.params())?;
        list.held = held_by(tx, viewer, list.id)?;
    }
    Ok(lists)
}

fn held_by(tx: &mut Tx<'_>, viewer: &Viewer, list: EntityListId) -> Result<i64, Error> {
    Ok(tx.count(
        "SELECT count(*) FROM entity_held h WHERE h.organisation_id = $1 AND h.list_id = $2 AND h.held_by = $3",
        params![viewer.organisation, list, viewer.user],
    )?)
}

/// A list by its id, whoever asks.
pub(super) fn list(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityListId) -> Result<EntityList, Error> {
    let sql = format!("SELECT {LIST} FROM entity_list l WHERE l.organisation_id = $1 AND l.id = $2");
    tx.one(&sql, params![viewer.organisation, id], list_from)?.ok_or(Error::NotFound)
}

/// A list by its name in forms, whoever asks.
pub(crate) fn list_named(tx: &mut Tx<'_>, of: OrganisationId, name: &str) -> Result<Option<EntityList>, Error> {
    let sql = format!("SELECT {LIST} FROM entity_list l WHERE l.organisation_id = $1 AND l.name = $2");
    Ok(tx.one(&sql, params![of, name], list_from)?)
}

/// A list with the rows that this user sees, for those who manage forms.
///
/// # Errors
/// The role does not manage forms, no such list, or the database failed.
pub fn managed_list(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityListId, from: i64) -> Result<EntityListDetail, Error> {
    viewer.require(Permission::ManageForms)?;
    let list = list(tx, viewer, id)?;
    with_rows(tx, viewer, list, from)
}

/// A list with the rows that this user sees, for those who fill in forms.
///
/// # Errors
/// The role does not work on cases, no such list, or the database failed.
pub fn used_list(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityListId, from: i64) -> Result<EntityListDetail, Error> {
    let list = used(tx, viewer)?.into_iter().find(|list| list.id == id).ok_or(Error::NotFound)?;
    with_rows(tx, viewer, list, from)
}

fn with_rows(tx: &mut Tx<'_>, viewer: &Viewer, list: EntityList, from: i64) -> Result<EntityListDetail, Error> {
    let from = from.max(0);
    let filter = viewer.visible_entities().and("e.list_id = ?", [list.id.into()]);
    let sql = format!(
        "SELECT {COLUMNS} FROM {JOINED} WHERE {} ORDER BY e.updated_at DESC, e.id LIMIT {} OFFSET {from}",
        filter.sql(),
        SHOWN + 1
    );
    let mut rows = tx.query(&sql, filter.params(), entity_from)?;
    let next = (rows.len() as i64 > SHOWN).then_some(from + SHOWN);
    rows.truncate(SHOWN as usize);
    let held_changes = held::of_list(tx, viewer, list.id)?;
    Ok(EntityListDetail { list, rows, next, held_changes })
}

/// Makes a list by hand.
///
/// # Errors
/// The role does not manage forms, fields to correct, or the database failed.
pub fn make_list(tx: &mut Tx<'_>, viewer: &Viewer, input: &NewEntityList) -> Result<EntityListId, Error> {
    viewer.require(Permission::ManageForms)?;
    input.check()?;
    let name = input.name.trim();
    if list_named(tx, viewer.organisation, name)?.is_some() {
        return Err(Error::field("name", "invalid-list-taken"));
    }
    insert_list(tx, viewer.into(), name, &names(&input.properties))
}

fn insert_list(tx: &mut Tx<'_>, by: Actor, name: &str, properties: &[String]) -> Result<EntityListId, Error> {
    let id = EntityListId::new();
    let told = json!({ "entity_list": name, "properties": properties });
    let pen = history::record(tx, by, Entry::created(Kind::EntityList, id, &told))?;
    tx.execute(
        &pen,
        "INSERT INTO entity_list (organisation_id, id, name, properties, reach, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1)",
        params![by.organisation, id, name, json!(properties).to_string(), Reach::House, Moment::now()],
    )?;
    Ok(id)
}

/// Changes who sees the rows of a list, and adds properties.
///
/// # Errors
/// The role does not manage forms, someone else was faster, fields to correct, or the database failed.
pub fn change_list(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityListId,
    expected: i64,
    change: &EntityListChange,
) -> Result<(), Error> {
    viewer.require(Permission::ManageForms)?;
    let list = list(tx, viewer, id)?;
    if list.version != expected {
        return Err(Error::stale(change, &json!({ "reach": list.reach, "properties": "" }), list.version));
    }
    change.check()?;
    grow(tx, viewer.into(), &list, change.reach, &names(&change.properties))
}

/// Gives a list further properties.
fn grow(tx: &mut Tx<'_>, by: Actor, list: &EntityList, reach: Reach, further: &[String]) -> Result<(), Error> {
    let mut properties = list.properties.clone();
    properties.extend(further.iter().filter(|name| !list.properties.contains(name)).cloned());
    if properties == list.properties && reach == list.reach {
        return Ok(());
    }
    let before = json!({ "reach": list.reach, "properties": list.properties });
    let after = json!({ "reach": reach, "properties": properties });
    let pen = history::record(tx, by, Entry::changed(Kind::EntityList, list.id, &before, &after))?;
    tx.execute(
        &pen,
        "UPDATE entity_list SET properties = $3, reach = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, list.id, json!(properties).to_string(), reach, Moment::now()],
    )?;
    Ok(())
}

/// Makes the lists that a form declares, and gives those that are there its properties.
pub(crate) fn publish(tx: &mut Tx<'_>, by: Actor, definition: &Definition) -> Result<(), Error> {
    for Declared { list, properties, .. } in declared(definition) {
        match list_named(tx, by.organisation, &list)? {
            Some(there) => grow(tx, by, &there, there.reach, &properties)?,
            None => drop(insert_list(tx, by, &list, &properties)?),
        }
    }
    Ok(())
}

const COLUMNS: &str = "e.id, e.list_id, l.name, e.label, e.properties, e.sensitivity, e.case_id, e.person_id, e.waits, \
                       e.conflict, e.number, e.made_by, u.name, e.deleted_at, e.created_at, e.updated_at, e.version";

const JOINED: &str = "entity e \
    JOIN entity_list l ON l.organisation_id = e.organisation_id AND l.id = e.list_id \
    LEFT JOIN case_file c ON c.organisation_id = e.organisation_id AND c.id = e.case_id \
    LEFT JOIN person p ON p.organisation_id = e.organisation_id AND p.id = c.person_id \
    LEFT JOIN user_account u ON u.organisation_id = e.organisation_id AND u.id = e.made_by";

fn entity_from(row: &Row<'_>) -> Result<Entity, DbError> {
    Ok(Entity {
        id: row.next()?,
        list_id: row.next()?,
        list: row.next()?,
        label: row.next()?,
        properties: values(&row.next::<String>()?),
        sensitivity: row.next()?,
        case_id: row.next()?,
        person_id: row.next()?,
        waits: row.next()?,
        conflict: row.next()?,
        number: row.next()?,
        made_by: row.next()?,
        maker: row.next()?,
        deleted_at: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

fn values(text: &str) -> BTreeMap<String, String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// An entity that is there for this user; deleted ones too.
fn entity(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId) -> Result<Entity, Error> {
    let filter = viewer.visible_entities().and("e.id = ?", [id.into()]);
    let sql = format!("SELECT {COLUMNS} FROM {JOINED} WHERE {}", filter.sql());
    tx.one(&sql, filter.params(), entity_from)?.ok_or(Error::NotFound)
}

/// Whether an entity is there for this user.
pub(super) fn sees(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId) -> Result<bool, Error> {
    match entity(tx, viewer, id) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// An entity, whoever asks.
pub(super) fn held_entity(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId) -> Result<Option<Entity>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {JOINED} WHERE e.organisation_id = $1 AND e.id = $2");
    Ok(tx.one(&sql, params![viewer.organisation, id], entity_from)?)
}

/// The rows of a list that this user sees and that were not deleted, the last changed first.
pub(super) fn rows(tx: &mut Tx<'_>, viewer: &Viewer, list: EntityListId, most: i64) -> Result<Vec<Entity>, Error> {
    let filter = viewer.visible_entities().and("e.list_id = ? AND e.deleted_at IS NULL", [list.into()]);
    let sql =
        format!("SELECT {COLUMNS} FROM {JOINED} WHERE {} ORDER BY e.updated_at DESC, e.id LIMIT {most}", filter.sql());
    Ok(tx.query(&sql, filter.params(), entity_from)?)
}

/// The condition of the rows of a list that this user sees and that were not deleted.
pub(crate) fn of_list(viewer: &Viewer, list: EntityListId) -> Filter {
    viewer.visible_entities().and("e.list_id = ? AND e.deleted_at IS NULL", [list.into()])
}

/// How many entities there are of which a condition holds.
pub(crate) fn count_where(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Error> {
    Ok(tx.count(&format!("SELECT count(*) FROM {JOINED} WHERE {}", filter.sql()), filter.params())?)
}

/// Entities of which a condition holds, in the order in which they were made, each with its last version.
pub(crate) fn with_last_version(
    tx: &mut Tx<'_>,
    filter: &Filter,
    (from, most): (i64, i64),
) -> Result<Vec<(Entity, EntityVersion)>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, {VERSION} FROM {JOINED} \
         JOIN entity_version v ON v.organisation_id = e.organisation_id AND v.entity_id = e.id AND v.number = e.number \
         LEFT JOIN user_account w ON w.organisation_id = v.organisation_id AND w.id = v.written_by \
         WHERE {} ORDER BY e.created_at, e.id LIMIT {most} OFFSET {from}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| Ok((entity_from(row)?, version_from(row)?)))?)
}

/// Those of some entities that are known here, each with whether a device has to forget it: it was deleted, or its
/// user sees it no more.
pub(crate) fn forgotten(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    list: &EntityList,
    ids: &[EntityId],
) -> Result<Vec<(EntityId, bool)>, Error> {
    let mut known = Vec::new();
    for id in ids {
        let there = held_entity(tx, viewer, *id)?.filter(|there| there.list_id == list.id);
        if let Some(there) = there {
            known.push((*id, there.deleted_at.is_some() || !sees(tx, viewer, *id)?));
        }
    }
    Ok(known)
}

/// The entities that a submission made or changed and that this user sees: their ids and labels.
pub(crate) fn of_submission(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
) -> Result<Vec<(EntityId, String)>, Error> {
    let written =
        "e.id IN (SELECT w.entity_id FROM entity_version w WHERE w.organisation_id = ? AND w.submission_id = ?)";
    let filter = viewer.visible_entities().and(written, [viewer.organisation.into(), id.into()]);
    let sql = format!("SELECT e.id, e.label FROM {JOINED} WHERE {} ORDER BY e.label, e.id", filter.sql());
    Ok(tx.query(&sql, filter.params(), |row| Ok((row.next()?, row.next()?)))?)
}

const VERSION: &str = "v.number, v.base, v.label, v.properties, v.received, v.conflict, v.submission_id, \
                       v.written_by, w.name, v.written_at";

fn version_from(row: &Row<'_>) -> Result<EntityVersion, DbError> {
    Ok(EntityVersion {
        number: row.next()?,
        base: row.next()?,
        label: row.next()?,
        properties: values(&row.next::<String>()?),
        received: values(&row.next::<String>()?),
        conflict: row.next()?,
        submission_id: row.next()?,
        written_by: row.next()?,
        writer: row.next()?,
        written_at: row.next()?,
    })
}

fn versions_where(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    condition: &str,
    further: impl IntoIterator<Item = Value>,
) -> Result<Vec<EntityVersion>, Error> {
    let mut params: Vec<Value> = vec![viewer.organisation.into(), id.into()];
    params.extend(further);
    let sql = format!(
        "SELECT {VERSION} FROM entity_version v \
         LEFT JOIN user_account w ON w.organisation_id = v.organisation_id AND w.id = v.written_by \
         WHERE v.organisation_id = $1 AND v.entity_id = $2 AND {condition} ORDER BY v.number DESC"
    );
    Ok(tx.query(&sql, &params, version_from)?)
}

/// A version by its number.
pub(super) fn version_at(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    number: i64,
) -> Result<Option<EntityVersion>, Error> {
    Ok(versions_where(tx, viewer, id, "v.number = $3", [number.into()])?.pop())
}

/// The version that a device's run of changes made from the one of its own number.
pub(super) fn version_along(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    branch: Uuid,
    base: i64,
) -> Result<Option<EntityVersion>, Error> {
    let along = "v.branch_id = $3 AND v.branch_base = $4";
    Ok(versions_where(tx, viewer, id, along, [branch.into(), base.into()])?.pop())
}

/// Whether somebody else's change came between a device's run of changes and what it began from.
pub(super) fn is_interrupted(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    branch: Uuid,
    trunk: i64,
) -> Result<bool, Error> {
    let others = "v.number > $3 AND (v.branch_id IS NULL OR v.branch_id <> $4)";
    Ok(!versions_where(tx, viewer, id, others, [trunk.into(), branch.into()])?.is_empty())
}

/// An entity with its versions.
///
/// # Errors
/// The role neither works on cases nor manages forms, it is not there for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId) -> Result<EntityDetail, Error> {
    viewer.require_any(&THEIRS)?;
    let entity = entity(tx, viewer, id)?;
    let columns = list(tx, viewer, entity.list_id)?.properties;
    let versions = versions_where(tx, viewer, id, "1 = 1", [])?;
    Ok(EntityDetail { entity, columns, versions })
}

/// Where a change of an entity comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    pub(super) submission: Option<SubmissionId>,
    /// The version that it was made from.
    pub(super) base: Option<i64>,
    /// A device's run of changes, and the change's place along it.
    pub(super) branch: Option<(Uuid, Option<i64>)>,
    pub(super) conflict: Option<EntityConflict>,
    /// What a program says that it takes entities from, such as a file's name.
    pub(super) source: Option<String>,
}

/// What a change brings.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) label: Option<String>,
    pub(super) properties: BTreeMap<String, String>,
}

impl Content {
    fn received(&self) -> String {
        let mut received = self.properties.clone();
        received.extend(self.label.clone().map(|label| ("label".to_owned(), label)));
        json!(received).to_string()
    }
}

/// Whose a new entity is, and how delicate.
#[derive(Clone, Debug)]
pub(super) struct Belonging {
    pub(super) case: Option<(CaseId, PersonId)>,
    pub(super) waits: bool,
    pub(super) sensitivity: Sensitivity,
}

fn told(list: &str, number: Option<i64>) -> serde_json::Value {
    json!({ "entity_list": list, "entity_number": number })
}

pub(crate) fn entry_about(entry: Entry, case: Option<CaseId>, person: Option<PersonId>) -> Entry {
    let entry = match person {
        Some(person) => entry.about(person),
        None => entry,
    };
    match case {
        Some(case) => entry.in_case(case),
        None => entry,
    }
}

/// Keeps a new entity, its first version. What it holds stands in the version, not in the history.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    (list, id): (&EntityList, EntityId),
    belonging: &Belonging,
    content: &Content,
    origin: &Origin,
) -> Result<Pen, Error> {
    let Belonging { case, waits, sensitivity } = belonging;
    let (case, person) = case.unzip();
    let entry = Entry::created(Kind::Entity, id, &told(&list.name, Some(1)));
    let entry = match &origin.source {
        Some(source) => entry.noting("source", source.as_str()),
        None => entry,
    };
    let pen = history::record(tx, viewer, entry_about(entry, case, person))?;
    let label = content.label.clone().unwrap_or_default();
    let properties = json!(content.properties).to_string();
    tx.execute(
        &pen,
        "INSERT INTO entity (organisation_id, id, list_id, label, properties, sensitivity, case_id, person_id, waits, \
         submission_id, made_by, number, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $12, 1)",
        params![
            viewer.organisation,
            id,
            list.id,
            label.as_str(),
            properties.as_str(),
            *sensitivity,
            case,
            person,
            i64::from(*waits),
            origin.submission,
            viewer.user,
            Moment::now()
        ],
    )?;
    insert_version(tx, viewer, &pen, (id, 1), (case, person), (&label, &properties), content, origin)?;
    Ok(pen)
}

/// Keeps a new entity of the house: about no case, and no more delicate than one.
pub(super) fn insert_of_house(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    (list, id): (&EntityList, EntityId),
    content: &Content,
    origin: &Origin,
) -> Result<Pen, Error> {
    let belonging = Belonging { case: None, waits: false, sensitivity: Sensitivity::Case };
    insert(tx, viewer, (list, id), &belonging, content, origin)
}

/// Makes an entity of the house; `source` is what a program says that it takes it from.
///
/// # Errors
/// The role does not manage forms, one of this id is there already, fields to correct, or the database failed.
pub(crate) fn make(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    (list, id): (&EntityList, EntityId),
    new: &EntityChange,
    source: Option<&str>,
) -> Result<(), Error> {
    viewer.require(Permission::ManageForms)?;
    new.check(&list.properties)?;
    if held_entity(tx, viewer, id)?.is_some() {
        return Err(Error::Refused("refused-entity-exists"));
    }
    let content = Content { label: Some(new.label.trim().to_owned()), properties: new.properties.clone() };
    let origin = Origin { source: source.map(str::to_owned), ..Origin::default() };
    insert_of_house(tx, viewer, (list, id), &content, &origin).map(drop)
}

/// Keeps the next version of an entity: what the change brings wins, the rest stays.
pub(super) fn write(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    there: &Entity,
    sensitivity: Sensitivity,
    content: &Content,
    origin: &Origin,
) -> Result<Pen, Error> {
    let number = there.number + 1;
    let entry = Entry::changed(
        Kind::Entity,
        there.id,
        &told(&there.list, Some(there.number)),
        &told(&there.list, Some(number)),
    );
    let pen = history::record(tx, viewer, entry_about(entry, there.case_id, there.person_id))?;
    let label = content.label.clone().unwrap_or_else(|| there.label.clone());
    let mut properties = there.properties.clone();
    properties.extend(content.properties.clone());
    let properties = json!(properties).to_string();
    tx.execute(
        &pen,
        "UPDATE entity SET label = $3, properties = $4, sensitivity = $5, conflict = $6, number = $7, updated_at = $8, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            there.id,
            label.as_str(),
            properties.as_str(),
            sensitivity,
            // A graver one stays until somebody looked at it.
            there.conflict.max(origin.conflict),
            number,
            Moment::now()
        ],
    )?;
    let of = (there.case_id, there.person_id);
    insert_version(tx, viewer, &pen, (there.id, number), of, (&label, &properties), content, origin)?;
    Ok(pen)
}

#[expect(clippy::too_many_arguments, reason = "a row of eight parts, each of another kind")]
fn insert_version(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    (entity, number): (EntityId, i64),
    (case, person): (Option<CaseId>, Option<PersonId>),
    (label, properties): (&str, &str),
    content: &Content,
    origin: &Origin,
) -> Result<(), Error> {
    let (branch, along) = match origin.branch {
        Some((branch, along)) => (Some(branch), along),
        None => (None, None),
    };
    tx.execute(
        pen,
        "INSERT INTO entity_version (organisation_id, id, entity_id, case_id, person_id, number, base, label, \
         properties, received, conflict, branch_id, branch_base, submission_id, written_by, written_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            viewer.organisation,
            EntityVersionId::new(),
            entity,
            case,
            person,
            number,
            origin.base,
            label,
            properties,
            content.received(),
            origin.conflict,
            branch,
            along,
            origin.submission,
            viewer.user,
            Moment::now()
        ],
    )?;
    Ok(())
}

/// An entity as it stands, for a change made from a version of the record.
fn to_change(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    expected: i64,
    wanted: &impl serde::Serialize,
) -> Result<Entity, Error> {
    viewer.require_any(&THEIRS)?;
    let there = entity(tx, viewer, id)?;
    match there.version == expected {
        true => Ok(there),
        false => {
            let current = json!({ "label": there.label, "properties": there.properties });
            Err(Error::stale(wanted, &current, there.version))
        }
    }
}

/// Changes an entity by hand; that settles a conflict.
///
/// # Errors
/// It is not there for this user, someone else was faster, fields to correct, it is deleted, or the database failed.
pub fn change(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    expected: i64,
    change: &EntityChange,
) -> Result<(), Error> {
    change_as(tx, viewer, id, expected, change, true)
}

/// Changes an entity by hand or by a program; whether that settles a conflict is said by whoever does.
///
/// # Errors
/// As for [`change`].
pub(crate) fn change_as(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: EntityId,
    expected: i64,
    change: &EntityChange,
    settles: bool,
) -> Result<(), Error> {
    let mut there = to_change(tx, viewer, id, expected, change)?;
    if there.deleted_at.is_some() {
        return Err(Error::Refused("refused-entity-deleted"));
    }
    change.check(&list(tx, viewer, there.list_id)?.properties)?;
    let stands = |name: &str| there.properties.get(name).map_or("", String::as_str);
    let changed = change.properties.iter().filter(|(name, value)| stands(name) != value.as_str());
    let properties: BTreeMap<String, String> = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    let label = Some(change.label.trim().to_owned()).filter(|label| *label != there.label);
    if label.is_none() && properties.is_empty() {
        return Ok(());
    }
    there.conflict = there.conflict.filter(|_| !settles);
    let origin = Origin { base: Some(there.number), ..Origin::default() };
    write(tx, viewer, &there, there.sensitivity, &Content { label, properties }, &origin).map(drop)
}

/// Says that a conflict was looked at: what stands is right.
///
/// # Errors
/// It is not there for this user, someone else was faster, there is none, or the database failed.
pub fn resolve(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId, expected: i64) -> Result<(), Error> {
    let there = to_change(tx, viewer, id, expected, &json!({}))?;
    if there.conflict.is_none() {
        return Err(Error::Refused("refused-entity-no-conflict"));
    }
    let conflict = |conflict: Option<EntityConflict>| json!({ "conflict": conflict });
    let entry = Entry::changed(Kind::Entity, id, &conflict(there.conflict), &conflict(None));
    set(tx, viewer, &there, entry, "conflict = NULL", None)
}

/// Deletes an entity: forms are offered it no more. Its versions stay.
///
/// # Errors
/// It is not there for this user, someone else was faster, it is deleted already, or the database failed.
pub fn delete(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId, expected: i64) -> Result<(), Error> {
    let there = to_change(tx, viewer, id, expected, &json!({}))?;
    if there.deleted_at.is_some() {
        return Err(Error::Refused("refused-entity-deleted"));
    }
    let entry = Entry::removed(Kind::Entity, id, &told(&there.list, Some(there.number)));
    set(tx, viewer, &there, entry, "deleted_at = $4", Some(Moment::now()))
}

/// Takes a deleted entity back into its list.
///
/// # Errors
/// It is not there for this user, someone else was faster, it is not deleted, or the database failed.
pub fn restore(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityId, expected: i64) -> Result<(), Error> {
    let there = to_change(tx, viewer, id, expected, &json!({}))?;
    if there.deleted_at.is_none() {
        return Err(Error::Refused("refused-entity-not-deleted"));
    }
    let entry = Entry::created(Kind::Entity, id, &told(&there.list, Some(there.number)));
    set(tx, viewer, &there, entry, "deleted_at = NULL", None)
}

fn set(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    there: &Entity,
    entry: Entry,
    what: &str,
    further: Option<Moment>,
) -> Result<(), Error> {
    let pen = history::record(tx, viewer, entry_about(entry, there.case_id, there.person_id))?;
    let mut params: Vec<Value> = vec![viewer.organisation.into(), there.id.into(), Moment::now().into()];
    params.extend(further.map(Value::from));
    let sql = format!(
        "UPDATE entity SET {what}, updated_at = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2"
    );
    tx.execute(&pen, &sql, &params)?;
    Ok(())
}

/// The entities that a submission made go with it to its case.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    submission: SubmissionId,
    (case, person): (CaseId, PersonId),
) -> Result<(), Error> {
    let made = "SELECT id FROM entity WHERE organisation_id = $1 AND submission_id = $2 AND waits = 1";
    for rows in [
        format!("entity_version SET case_id = $3, person_id = $4 WHERE organisation_id = $1 AND entity_id IN ({made})"),
        "entity_held SET case_id = $3, person_id = $4 WHERE organisation_id = $1 AND submission_id = $2".to_owned(),
        "entity SET waits = 0, case_id = $3, person_id = $4 \
         WHERE organisation_id = $1 AND submission_id = $2 AND waits = 1"
            .to_owned(),
    ] {
        tx.execute(pen, &format!("UPDATE {rows}"), params![viewer.organisation, submission, case, person])?;
    }
    Ok(())
}
