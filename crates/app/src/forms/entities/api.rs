//! Lists and entities over the JSON API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file::{self, Uploaded};
use super::model::{EntityChange, EntityDetail, EntityList, EntityListChange, EntityListDetail, NewEntityList};
use super::{pages, store};
use crate::error::Error;
use crate::forms::store::LARGEST_FILE;
use crate::ids::{EntityId, EntityListId};
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeEntityList {
    /// The list.
    id: EntityListId,
}

/// From which row on.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(crate) struct FromRow {
    /// As `next` of the page before says; 0 where left out.
    #[serde(default)]
    pub(super) from: i64,
}

/// All lists of entities.
#[utoipa::path(get, path = "/forms/lists", tag = "forms", operation_id = "entity_lists",
    responses((status = 200, body = Vec<EntityList>), (status = "4XX", body = Problem)))]
pub(crate) async fn managed(ctx: Context) -> Result<Json<Vec<EntityList>>, Error> {
    ctx.read(store::managed).await.map(Json)
}

/// Makes a list of entities by hand. Publishing a form that declares one makes it too.
#[utoipa::path(post, path = "/forms/lists", tag = "forms", operation_id = "make_entity_list",
    request_body = NewEntityList,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating it gets the first answer")),
    responses((status = 201, body = MadeEntityList), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn make_list(
    ctx: Context,
    Input(input): Input<NewEntityList>,
) -> Result<(StatusCode, Json<MadeEntityList>), Error> {
    let id = ctx.create(input, |tx, viewer, input| store::make_list(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(MadeEntityList { id })))
}

/// A list with those of its rows that you see; rows about a case are not there for those who only manage forms.
#[utoipa::path(get, path = "/forms/lists/{list}", tag = "forms", operation_id = "entity_list",
    params(("list" = EntityListId, Path), FromRow),
    responses((status = 200, body = EntityListDetail), (status = "4XX", body = Problem)))]
pub(crate) async fn managed_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Query(FromRow { from }): Query<FromRow>,
) -> Result<Versioned<EntityListDetail>, Error> {
    let detail = ctx.read(move |tx, viewer| store::managed_list(tx, viewer, id, from)).await?;
    Ok(Versioned(detail.list.version, detail))
}

/// Changes who sees the rows of a list, and adds properties.
#[utoipa::path(put, path = "/forms/lists/{list}", tag = "forms", operation_id = "change_entity_list",
    request_body = EntityListChange,
    params(("list" = EntityListId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = EntityListDetail), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(crate) async fn change_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Expected(version): Expected,
    Input(change): Input<EntityListChange>,
) -> Result<Versioned<EntityListDetail>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::change_list(tx, viewer, id, version, &change)?;
        store::managed_list(tx, viewer, id, 0)
    });
    changed.await.map(|detail| Versioned(detail.list.version, detail))
}

/// Takes the rows of a CSV file into a list: columns `label`, properties, and where an entity is to be changed its id
/// in `name` and the version it was made from in `__version`. All rows or none; each that cannot be taken is told with
/// its row and column.
#[utoipa::path(post, path = "/forms/lists/{list}/rows", tag = "forms", operation_id = "upload_entities",
    params(("list" = EntityListId, Path)),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses((status = 200, body = Uploaded), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn upload(
    ctx: Context,
    Path(id): Path<EntityListId>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Uploaded>, Error> {
    let body = body.map_err(|_| Error::TooLarge(LARGEST_FILE))?;
    ctx.write(move |tx, viewer| file::upload(tx, viewer, id, &body)).await.map(Json)
}

/// All lists of entities, with how many rows you see.
#[utoipa::path(get, path = "/lists", tag = "forms", operation_id = "lists",
    responses((status = 200, body = Vec<EntityList>), (status = "4XX", body = Problem)))]
pub(crate) async fn used(ctx: Context) -> Result<Json<Vec<EntityList>>, Error> {
    ctx.read(store::used).await.map(Json)
}

/// A list with those of its rows that you see.
#[utoipa::path(get, path = "/lists/{list}", tag = "forms", operation_id = "list",
    params(("list" = EntityListId, Path), FromRow),
    responses((status = 200, body = EntityListDetail), (status = "4XX", body = Problem)))]
pub(crate) async fn used_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Query(FromRow { from }): Query<FromRow>,
) -> Result<Json<EntityListDetail>, Error> {
    ctx.read(move |tx, viewer| store::used_list(tx, viewer, id, from)).await.map(Json)
}

/// Those rows of a list that you see, as CSV.
#[utoipa::path(get, path = "/lists/{list}/csv", tag = "forms", operation_id = "list_csv",
    params(("list" = EntityListId, Path)),
    responses((status = 200, description = "CSV", content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub(crate) async fn download(ctx: Context, path: Path<EntityListId>) -> Result<Response, Error> {
    pages::download(ctx, path).await
}

async fn detail(ctx: &Context, id: EntityId) -> Result<Versioned<EntityDetail>, Error> {
    let detail = pages::read(ctx, id).await?;
    Ok(Versioned(detail.entity.version, detail))
}

/// An entity with its versions, each with the submission it came from. That one about a case was read is written down.
#[utoipa::path(get, path = "/entities/{entity}", tag = "forms", operation_id = "entity",
    params(("entity" = EntityId, Path)),
    responses((status = 200, body = EntityDetail), (status = "4XX", body = Problem)))]
pub(crate) async fn show(ctx: Context, Path(id): Path<EntityId>) -> Result<Versioned<EntityDetail>, Error> {
    detail(&ctx, id).await
}

/// Changes an entity by hand: its next version. A conflict is settled by that.
#[utoipa::path(put, path = "/entities/{entity}", tag = "forms", operation_id = "change_entity",
    request_body = EntityChange,
    params(("entity" = EntityId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = EntityDetail), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(crate) async fn change(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
    Input(change): Input<EntityChange>,
) -> Result<Versioned<EntityDetail>, Error> {
    ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, &change)).await?;
    detail(&ctx, id).await
}

/// Deletes an entity: forms are offered it no more. Its versions stay.
#[utoipa::path(delete, path = "/entities/{entity}", tag = "forms", operation_id = "delete_entity",
    params(("entity" = EntityId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 204), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn delete(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::delete(tx, viewer, id, version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that the conflict of an entity was looked at: what stands is right.
#[utoipa::path(post, path = "/entities/{entity}/resolve", tag = "forms", operation_id = "resolve_entity",
    params(("entity" = EntityId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = EntityDetail), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn resolve(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<Versioned<EntityDetail>, Error> {
    ctx.write(move |tx, viewer| store::resolve(tx, viewer, id, version)).await?;
    detail(&ctx, id).await
}

/// Takes a deleted entity back into its list.
#[utoipa::path(post, path = "/entities/{entity}/restore", tag = "forms", operation_id = "restore_entity",
    params(("entity" = EntityId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = EntityDetail), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn restore(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<Versioned<EntityDetail>, Error> {
    ctx.write(move |tx, viewer| store::restore(tx, viewer, id, version)).await?;
    detail(&ctx, id).await
}
