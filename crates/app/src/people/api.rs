//! People over the JSON API.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::consent::{Consent, ConsentInput};
use super::emergency::EmergencyInput;
use super::merge::{Merge, MergeInput};
use super::search::Found;
use super::store::{ListOptions, People};
use super::{Person, PersonInput, consent, emergency, merge, search, store};
use crate::error::Error;
use crate::history::{Page, Story};
use crate::ids::{ConsentId, GrantId, MergeId, PersonId};
use crate::web::{App, Context, Expected, Input, Problem, Versioned};

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(search_people))
        .routes(routes!(find_matches))
        .routes(routes!(show, change))
        .routes(routes!(consents, decide))
        .routes(routes!(merge_people))
        .routes(routes!(merges))
        .routes(routes!(shared))
        .routes(routes!(undo_merge))
        .routes(routes!(break_glass))
        .routes(routes!(story))
        .merge(super::duplicates::api_routes())
        .merge(super::emergency::api_routes())
        .merge(super::family::api_routes())
        .merge(super::photo::api_routes())
        .merge(super::export::api_routes())
        .merge(super::import::api_routes())
        .merge(super::tracing::api_routes())
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct Made<T> {
    /// The id.
    pub id: T,
}

/// The people who are there for you.
#[utoipa::path(get, path = "/people", tag = "people", params(ListOptions),
    responses((status = 200, body = People), (status = "4XX", body = Problem)))]
async fn list(ctx: Context, Query(options): Query<ListOptions>) -> Result<Json<People>, Error> {
    ctx.read(move |tx, viewer| store::list_people(tx, viewer, &options)).await.map(Json)
}

/// Registers a person. Ask for likely matches first: this does not.
#[utoipa::path(post, path = "/people", tag = "people", request_body = PersonInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating it gets the first answer")),
    responses((status = 201, body = Made<PersonId>), (status = "4XX", body = Problem)))]
async fn register(ctx: Context, Input(input): Input<PersonInput>) -> Result<(StatusCode, Json<Made<PersonId>>), Error> {
    let ready = store::Registration::of(&ctx.viewer, input.clone())?;
    let id = ctx.create(input, |tx, viewer, _| store::register(tx, viewer, ready)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Finds people by name in any script or spelling, by number, by document. Those who are not open
/// to you come without a name.
#[utoipa::path(post, path = "/people/search", tag = "people", request_body = search::Query,
    responses((status = 200, body = Vec<Found>), (status = "4XX", body = Problem)))]
async fn search_people(ctx: Context, Input(query): Input<search::Query>) -> Result<Json<Vec<Found>>, Error> {
    search::search(&ctx, query.q).await.map(Json)
}

/// People who may be the one half typed in.
#[utoipa::path(post, path = "/people/matches", tag = "people", request_body = PersonInput,
    responses((status = 200, body = Vec<Found>), (status = "4XX", body = Problem)))]
async fn find_matches(ctx: Context, Input(input): Input<PersonInput>) -> Result<Json<Vec<Found>>, Error> {
    search::matches(&ctx, input).await.map(Json)
}

/// A person. Reading a protected record is written down.
#[utoipa::path(get, path = "/people/{id}", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Person), (status = "4XX", body = Problem)))]
async fn show(ctx: Context, Path(id): Path<PersonId>) -> Result<Versioned<Person>, Error> {
    let person = super::pages::read_person(&ctx, id).await?;
    Ok(Versioned(person.version, person))
}

/// Changes a person's record as a whole.
#[utoipa::path(put, path = "/people/{id}", tag = "people", request_body = PersonInput,
    params(("id" = PersonId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = Person), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn change(
    ctx: Context,
    Path(id): Path<PersonId>,
    Expected(version): Expected,
    Input(input): Input<PersonInput>,
) -> Result<Versioned<Person>, Error> {
    let person = ctx
        .write(move |tx, viewer| {
            store::update(tx, viewer, id, version, input)?;
            store::find(tx, viewer, id)
        })
        .await?;
    Ok(Versioned(person.version, person))
}

/// A person's decisions, newest first; the latest about a purpose counts.
#[utoipa::path(get, path = "/people/{id}/consents", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Vec<Consent>), (status = "4XX", body = Problem)))]
async fn consents(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Vec<Consent>>, Error> {
    ctx.read(move |tx, viewer| consent::of_person(tx, viewer, id)).await.map(Json)
}

/// Records a decision; it holds at once.
#[utoipa::path(post, path = "/people/{id}/consents", tag = "people", request_body = ConsentInput,
    params(("id" = PersonId, Path)),
    responses((status = 201, body = Made<ConsentId>), (status = "4XX", body = Problem)))]
async fn decide(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<ConsentInput>,
) -> Result<(StatusCode, Json<Made<ConsentId>>), Error> {
    let id = ctx.create(input, move |tx, viewer, input| consent::decide(tx, viewer, id, input)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Makes another record one with this one; can be undone.
#[utoipa::path(post, path = "/people/{id}/merge", tag = "people", request_body = MergeInput,
    params(("id" = PersonId, Path, description = "The record kept")),
    responses((status = 201, body = Made<MergeId>), (status = "4XX", body = Problem)))]
async fn merge_people(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<MergeInput>,
) -> Result<(StatusCode, Json<Made<MergeId>>), Error> {
    let id = ctx.create(input, move |tx, viewer, input| merge::merge(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// The records merged into a person's, newest first; those undone are left out.
#[utoipa::path(get, path = "/people/{id}/merges", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Vec<Merge>), (status = "4XX", body = Problem)))]
async fn merges(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Vec<Merge>>, Error> {
    ctx.read(move |tx, viewer| {
        store::find(tx, viewer, id)?;
        merge::into_person(tx, viewer, id)
    })
    .await
    .map(Json)
}

/// What left this house about a person, and lists that may name them: what a withdrawn consent cannot take back.
#[utoipa::path(get, path = "/people/{id}/shared", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Vec<Story>), (status = "4XX", body = Problem)))]
async fn shared(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Vec<Story>>, Error> {
    ctx.read(move |tx, viewer| consent::already_shared(tx, viewer, id)).await.map(Json)
}

/// Undoes a merge: both records stand as before it.
#[utoipa::path(post, path = "/merges/{id}/undo", tag = "people", params(("id" = MergeId, Path)),
    responses((status = 200, body = Made<PersonId>), (status = "4XX", body = Problem)))]
async fn undo_merge(ctx: Context, Path(id): Path<MergeId>) -> Result<Json<Made<PersonId>>, Error> {
    let id = ctx.write(move |tx, viewer| merge::undo(tx, viewer, id)).await?;
    Ok(Json(Made { id }))
}

/// Emergency access to one person for some hours: the supervisors are told the reason.
#[utoipa::path(post, path = "/people/{id}/break-glass", tag = "people", request_body = EmergencyInput,
    params(("id" = PersonId, Path)),
    responses((status = 201, body = Made<GrantId>), (status = "4XX", body = Problem)))]
async fn break_glass(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<EmergencyInput>,
) -> Result<(StatusCode, Json<Made<GrantId>>), Error> {
    let id = ctx.create(input, move |tx, viewer, input| emergency::break_glass(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// A person's story, newest first, without that of their cases.
#[utoipa::path(get, path = "/people/{id}/history", tag = "people", params(("id" = PersonId, Path), Page),
    responses((status = 200, body = Vec<Story>), (status = "4XX", body = Problem)))]
async fn story(ctx: Context, Path(id): Path<PersonId>, Query(page): Query<Page>) -> Result<Json<Vec<Story>>, Error> {
    ctx.read(move |tx, viewer| store::story_page(tx, viewer, id, page)).await.map(Json)
}
