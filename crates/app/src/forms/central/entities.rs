//! Lists of entities, which Central calls datasets, and their entities.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use xlsform::entities::random_uuid;

use super::filter::Rows;
use super::table::{Wanted, filtered, head, selected};
use super::{Named, PROJECT, number, refusal};
use crate::access::{Filter, Permission, Viewer};
use crate::db::Tx;
use crate::documents::stream::{PIECE, in_pieces};
use crate::error::Error;
use crate::forms::entities::store;
use crate::forms::entities::{Entity, EntityChange, EntityList, EntityListChange, EntityVersion, NewEntityList, Reach};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::EntityId;
use crate::web::{Context, Input};

/// A list of entities, in Central's words. A list of ours asks for no approval.
fn told(list: &EntityList) -> Value {
    json!({
        "name": list.name, "projectId": PROJECT, "createdAt": list.created_at, "deletedAt": null,
        "approvalRequired": false, "ownerOnly": list.reach == Reach::Maker,
    })
}

/// The same with its properties. Which forms write and read it is not told.
fn described(list: &EntityList) -> Value {
    let property = |name: &String| json!({ "name": name, "odataName": odata_name(name), "publishedAt": list.created_at, "forms": [] });
    let mut told = told(list);
    if let Some(told) = told.as_object_mut() {
        told.insert("lastUpdate".to_owned(), json!(list.updated_at));
        told.insert("properties".to_owned(), list.properties.iter().map(property).collect());
        told.insert("linkedForms".to_owned(), json!([]));
        told.insert("sourceForms".to_owned(), json!([]));
    }
    told
}

/// A property as OData can name it.
fn odata_name(name: &str) -> String {
    let mut plain = String::new();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        plain.push('_');
    }
    let mut in_gap = false;
    for c in name.chars() {
        let is_plain = c.is_ascii_alphanumeric() || c == '_';
        if is_plain || !in_gap {
            plain.push(if is_plain { c } else { '_' });
        }
        in_gap = !is_plain;
    }
    plain
}

/// The list of an address, for those who fill in forms or manage them.
fn list_named(tx: &mut Tx<'_>, viewer: &Viewer, named: &Named) -> Result<EntityList, Error> {
    viewer.require_any(&store::THEIRS)?;
    store::list_named(tx, viewer.organisation, &named.list)?.ok_or(Error::NotFound)
}

pub(super) async fn lists(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    named.in_house()?;
    let read = ctx.read(|tx, viewer| match viewer.may(Permission::ManageForms) {
        true => store::managed(tx, viewer),
        false => store::used(tx, viewer),
    });
    Ok(Json(read.await?.iter().map(told).collect()))
}

pub(super) async fn list(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let list = ctx.read(move |tx, viewer| list_named(tx, viewer, &named)).await?;
    Ok(Json(described(&list)))
}

/// What a list or a property is called.
#[derive(Deserialize)]
pub(super) struct Called {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "approvalRequired")]
    approval_required: bool,
}

fn taken(what: &str) -> Response {
    refusal(409.3, &format!("There is {what} of this name already."), Value::Null)
}

/// Makes a list.
pub(super) async fn make_list(
    ctx: Context,
    Path(named): Path<Named>,
    Input(called): Input<Called>,
) -> Result<Response, Error> {
    named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    if called.approval_required {
        return Ok(super::not_here("of a list whose rows are made when a submission is approved"));
    }
    let made = ctx.write(move |tx, viewer| {
        if store::list_named(tx, viewer.organisation, called.name.trim())?.is_some() {
            return Ok(None);
        }
        let input = NewEntityList { name: called.name, properties: String::new() };
        let id = store::make_list(tx, viewer, &input)?;
        store::managed_list(tx, viewer, id, 0).map(|detail| Some(detail.list))
    });
    Ok(match made.await? {
        Some(list) => Json(described(&list)).into_response(),
        None => taken("a list"),
    })
}

/// Adds a property to a list.
pub(super) async fn add_property(
    ctx: Context,
    Path(named): Path<Named>,
    Input(called): Input<Called>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    let added = ctx.write(move |tx, viewer| {
        let list = list_named(tx, viewer, &named)?;
        let name = called.name.trim().to_owned();
        if name.is_empty() {
            return Err(Error::field("name", "invalid-required"));
        }
        if list.properties.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            return Ok(false);
        }
        let change = EntityListChange { reach: list.reach, properties: name };
        store::change_list(tx, viewer, list.id, list.version, &change).map(|()| true)
    });
    Ok(if added.await? { success() } else { taken("a property") })
}

fn success() -> Response {
    Json(json!({ "success": true })).into_response()
}

/// An entity with its last version, in Central's words; its data only where it is read alone.
fn entity_told(entity: &Entity, version: &EntityVersion, with_data: bool) -> Value {
    let mut last = json!({
        "label": version.label, "current": true, "createdAt": version.written_at,
        "creatorId": number(version.written_by.0), "userAgent": "", "version": version.number,
        "baseVersion": version.base, "conflictingProperties": null,
    });
    if let (Some(last), true) = (last.as_object_mut(), with_data) {
        last.insert("data".to_owned(), json!(entity.properties));
    }
    json!({
        "uuid": entity.id, "creatorId": number(entity.made_by.0), "createdAt": entity.created_at,
        "updatedAt": updated(entity), "deletedAt": entity.deleted_at, "conflict": entity.conflict,
        "currentVersion": last,
    })
}

/// When an entity was changed after it was made.
fn updated(entity: &Entity) -> Option<crate::dates::Moment> {
    Some(entity.updated_at).filter(|at| *at != entity.created_at)
}

/// The entities of a list that the user sees.
pub(super) async fn entities(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let list = list_named(tx, viewer, &named)?;
        let filter = store::of_list(viewer, list.id);
        let mut all = Vec::new();
        for from in (0..).step_by(PIECE as usize) {
            let piece = store::with_last_version(tx, &filter, (from, PIECE))?;
            all.extend(piece.iter().map(|(entity, version)| entity_told(entity, version, false)));
            if (piece.len() as i64) < PIECE {
                break;
            }
        }
        all.reverse();
        Ok(all)
    });
    Ok(Json(Value::from(read.await?)))
}

/// An entity of the address, with its last version; deleted ones are not there.
fn find(tx: &mut Tx<'_>, viewer: &Viewer, named: &Named) -> Result<(EntityList, Entity, EntityVersion), Error> {
    let list = list_named(tx, viewer, named)?;
    let id: EntityId = named.entity.parse().map_err(|_| Error::NotFound)?;
    let filter = store::of_list(viewer, list.id).and("e.id = ?", [id.into()]);
    let found = store::with_last_version(tx, &filter, (0, 1))?.into_iter().next();
    found.map(|(entity, version)| (list, entity, version)).ok_or(Error::NotFound)
}

pub(super) async fn entity(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let (_, entity, version) = ctx.read(move |tx, viewer| find(tx, viewer, &named)).await?;
    crate::forms::entities::pages::note(&ctx, &entity).await?;
    Ok(Json(entity_told(&entity, &version, true)))
}

/// What is sent of an entity: one, or many with where they came from.
type Sent = Map<String, Value>;

/// What is not as it should be, as Central says it.
struct Wrong {
    code: f64,
    message: String,
    details: Value,
}

impl Wrong {
    fn response(self) -> Response {
        refusal(self.code, &self.message, self.details)
    }
}

fn wrong(code: f64, message: String) -> Wrong {
    Wrong { code, message, details: Value::Null }
}

fn missing(field: &str) -> Wrong {
    wrong(400.2, format!("Required parameter {field} missing."))
}

fn not_text(field: &str) -> Wrong {
    wrong(400.11, format!("Invalid input data type: expected ({field}) to be (string)"))
}

/// The label and the properties of an entity as they are sent; what is not said is left as it stands.
struct Content {
    label: Option<String>,
    properties: BTreeMap<String, String>,
}

fn content(list: &EntityList, sent: &Map<String, Value>) -> Result<Content, Wrong> {
    let known = ["uuid", "label", "data"];
    if let Some(strange) = sent.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(wrong(400.31, format!("Expected parameters: (label, uuid, data). Got ({strange}).")));
    }
    let label = match sent.get("label") {
        None | Some(Value::Null) => None,
        Some(Value::String(label)) if label.trim().is_empty() => {
            return Err(wrong(400.8, "Unexpected label value (empty string); Label cannot be blank.".to_owned()));
        }
        Some(Value::String(label)) => Some(label.clone()),
        Some(_) => return Err(not_text("label")),
    };
    let mut properties = BTreeMap::new();
    let data = sent.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in data {
        let Value::String(value) = value else { return Err(not_text(&name)) };
        if !list.properties.contains(&name) {
            let message = format!("The entity is invalid. The list has no property {name}: add it first.");
            return Err(wrong(400.28, message));
        }
        properties.insert(name, value);
    }
    Ok(Content { label, properties })
}

/// A new entity as it is sent.
fn new_entity(list: &EntityList, sent: &Map<String, Value>) -> Result<(EntityId, EntityChange), Wrong> {
    let id = match sent.get("uuid") {
        None | Some(Value::Null) => Uuid::new_v4(),
        Some(Value::String(id)) => random_uuid(id).ok_or_else(|| {
            wrong(400.11, "Invalid input data type: expected (uuid) to be (valid version 4 UUID)".to_owned())
        })?,
        Some(_) => return Err(not_text("uuid")),
    };
    let Content { label, properties } = content(list, sent)?;
    let label = label.ok_or_else(|| missing("label"))?;
    Ok((EntityId(id), EntityChange { label, properties }))
}

/// Makes one entity, or many at once: all of them or none.
pub(super) async fn make(ctx: Context, Path(named): Path<Named>, Input(sent): Input<Sent>) -> Result<Response, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    let made = ctx.write(move |tx, viewer| {
        let list = list_named(tx, viewer, &named)?;
        let Some(many) = sent.get("entities") else { return make_one(tx, viewer, &list, &sent) };
        make_many(tx, viewer, &list, many, sent.get("source"))
    });
    match made.await {
        Err(Error::Refused("refused-entity-exists")) => Ok(taken("an entity")),
        made => made.map(|made| made.unwrap_or_else(Wrong::response)),
    }
}

type Answer = Result<Result<Response, Wrong>, Error>;

fn make_one(tx: &mut Tx<'_>, viewer: &Viewer, list: &EntityList, sent: &Map<String, Value>) -> Answer {
    let (id, change) = match new_entity(list, sent) {
        Ok(new) => new,
        Err(wrong) => return Ok(Err(wrong)),
    };
    store::make(tx, viewer, (list, id), &change, None)?;
    let filter = store::of_list(viewer, list.id).and("e.id = ?", [id.into()]);
    let (entity, version) = store::with_last_version(tx, &filter, (0, 1))?.pop().ok_or(Error::NotFound)?;
    Ok(Ok(Json(entity_told(&entity, &version, true)).into_response()))
}

fn make_many(tx: &mut Tx<'_>, viewer: &Viewer, list: &EntityList, many: &Value, source: Option<&Value>) -> Answer {
    let Some(many) = many.as_array().filter(|many| !many.is_empty()) else {
        return Ok(Err(wrong(400.31, "Expected parameters: (entities: [...]).".to_owned())));
    };
    let Some(source) = source.and_then(|source| source.get("name")).and_then(Value::as_str) else {
        return Ok(Err(missing("source.name")));
    };
    let mut all = Vec::new();
    for sent in many {
        let nothing = Map::new();
        match new_entity(list, sent.as_object().unwrap_or(&nothing)) {
            Ok(new) => all.push(new),
            Err(wrong) => return Ok(Err(wrong)),
        }
    }
    for (id, change) in all {
        store::make(tx, viewer, (list, id), &change, Some(source))?;
    }
    Ok(Ok(success()))
}

/// From which version a change was made, or that it does not matter.
#[derive(Deserialize)]
pub(super) struct Made {
    #[serde(default, rename = "baseVersion")]
    base_version: String,
    #[serde(default)]
    force: String,
    #[serde(default)]
    resolve: String,
}

fn yes(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// Changes an entity; a conflict stays unless it is said to be resolved.
pub(super) async fn change(
    ctx: Context,
    Path(named): Path<Named>,
    Query(from): Query<Made>,
    Input(sent): Input<Sent>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    let changed = ctx.write(move |tx, viewer| {
        let (list, there, _) = find(tx, viewer, &named)?;
        if from.base_version != there.number.to_string() && !yes(&from.force) {
            return Ok(Err(outdated(there.number, &from.base_version)));
        }
        let settles = yes(&from.resolve);
        if settles && sent.is_empty() {
            store::resolve(tx, viewer, there.id, there.version)?;
        } else {
            let Content { label, properties } = match content(&list, &sent) {
                Ok(content) => content,
                Err(wrong) => return Ok(Err(wrong)),
            };
            if label.is_none() && properties.is_empty() {
                return Ok(Err(wrong(400.28, "The entity is invalid. No entity data or label provided.".to_owned())));
            }
            let change = EntityChange { label: label.unwrap_or_else(|| there.label.clone()), properties };
            store::change_as(tx, viewer, there.id, there.version, &change, settles)?;
        }
        let (_, entity, version) = find(tx, viewer, &named)?;
        Ok(Ok(Json(entity_told(&entity, &version, true)).into_response()))
    });
    changed.await.map(|changed| changed.unwrap_or_else(Wrong::response))
}

fn outdated(current: i64, provided: &str) -> Wrong {
    let message = format!(
        "Version {current} of the entity stands now, and the change was made from '{provided}'. Read it again, or pass \
         ?force=true."
    );
    Wrong { code: 409.15, message, details: json!({ "current": current.to_string(), "provided": provided }) }
}

pub(super) async fn delete(ctx: Context, Path(named): Path<Named>) -> Result<Response, Error> {
    let named = named.in_house()?;
    ctx.write(move |tx, viewer| {
        let (_, there, _) = find(tx, viewer, &named)?;
        store::delete(tx, viewer, there.id, there.version)
    })
    .await?;
    Ok(success())
}

/// The entities of a list that the user sees as a table (OData).
pub(super) async fn table(
    ctx: Context,
    Path(named): Path<Named>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    let name = named.list.strip_suffix(".svc").ok_or(Error::NotFound)?.to_owned();
    let wanted = match Wanted::read("Submissions", &query)? {
        Ok(wanted) => wanted,
        Err(response) => return Ok(response),
    };
    let asked = wanted.filter.clone();
    let found = ctx.write(move |tx, viewer| {
        viewer.require(Permission::ExportLists)?;
        let list = store::list_named(tx, viewer.organisation, &name)?.ok_or(Error::NotFound)?;
        let all = store::of_list(viewer, list.id);
        let filter = match filtered(tx, viewer, Rows::Entities, all, asked.as_deref())? {
            Ok(filter) => filter,
            Err(refused) => return Ok(Err(refused)),
        };
        let count = store::count_where(tx, &filter)?;
        let entry = Entry::new(Act::Exported, Kind::List, viewer.organisation)
            .noting("list", list.name.as_str())
            .noting("format", "odata")
            .noting("count", count);
        history::record(tx, viewer, entry)?;
        Ok(Ok((list, filter, count)))
    });
    let (list, filter, count) = match found.await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused.response()),
    };
    let house = ctx.app.settings.public_url.trim_end_matches('/');
    let service = format!("{house}/v1/projects/1/datasets/{}", named.list);
    let head = head(&service, "Entities", &wanted, count);
    let body = rows(ctx.clone(), head, (list, filter), wanted);
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response())
}

/// The whole document, its rows read piece by piece.
fn rows(ctx: Context, head: Map<String, Value>, (list, filter): (EntityList, Filter), wanted: Wanted) -> Body {
    let opening = Value::Object(head).to_string();
    let opening = format!("{},\"value\":[", opening.trim_end_matches('}'));
    let end = wanted.top.map_or(i64::MAX, |top| wanted.skip.saturating_add(top));
    let first = wanted.skip;
    let asked = Arc::new((list, filter, wanted));
    let read = move |from: i64| {
        let (ctx, asked) = (ctx.clone(), asked.clone());
        async move {
            let most = PIECE.min(end - from);
            let read =
                ctx.read(move |tx, _| store::with_last_version(tx, &asked.1, (from, most)).map(|it| (it, asked)));
            let (piece, asked) = read.await?;
            let mut written = String::new();
            for (place, (entity, _)) in piece.iter().enumerate() {
                written.push_str(if from == first && place == 0 { "" } else { "," });
                written.push_str(&Value::Object(selected(row(&asked.0, entity), &asked.2.select)).to_string());
            }
            let next = from + piece.len() as i64;
            let is_last = (piece.len() as i64) < most || next >= end;
            written.push_str(if is_last { "]}" } else { "" });
            Ok((Bytes::from(written), (!is_last).then_some(next)))
        }
    };
    in_pieces(Ok(Bytes::from(opening)), first, read)
}

fn row(list: &EntityList, entity: &Entity) -> Map<String, Value> {
    let mut row = Map::from_iter([
        ("__id".to_owned(), json!(entity.id)),
        ("label".to_owned(), entity.label.as_str().into()),
        (
            "__system".to_owned(),
            json!({
                "createdAt": entity.created_at, "creatorId": number(entity.made_by.0).to_string(),
                "creatorName": entity.maker, "updates": entity.number - 1, "updatedAt": updated(entity),
                "deletedAt": entity.deleted_at, "version": entity.number, "conflict": entity.conflict,
            }),
        ),
    ]);
    let value = |name: &String| entity.properties.get(name).cloned().unwrap_or_default();
    row.extend(list.properties.iter().map(|name| (odata_name(name), value(name).into())));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_named_as_odata_can() {
        assert_eq!(["place", "mean-depth", "a.-b", "2nd"].map(odata_name), ["place", "mean_depth", "a_b", "_2nd"]);
    }
}
