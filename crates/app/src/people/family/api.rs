//! Households and relations over the JSON API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Family, Household, MemberInput, NewHousehold, RelationEnd, RelationInput, store};
use crate::error::Error;
use crate::ids::{HouseholdId, PersonId, RelationId};
use crate::people::api::Made;
use crate::web::{App, Context, Input, Problem, Versioned};

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_household))
        .routes(routes!(household))
        .routes(routes!(join))
        .routes(routes!(leave))
        .routes(routes!(family))
        .routes(routes!(relate))
        .routes(routes!(end, unrelate))
}

/// Makes a household with its head.
#[utoipa::path(post, path = "/households", tag = "people", request_body = NewHousehold,
    responses((status = 201, body = Made<HouseholdId>), (status = "4XX", body = Problem)))]
async fn create_household(
    ctx: Context,
    Input(input): Input<NewHousehold>,
) -> Result<(StatusCode, Json<Made<HouseholdId>>), Error> {
    let id = ctx.create(input, |tx, viewer, input| store::create_household(tx, viewer, input.person_id)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// A household; people in it who are not open to you stand there without a name.
#[utoipa::path(get, path = "/households/{id}", tag = "people", params(("id" = HouseholdId, Path)),
    responses((status = 200, body = Household), (status = "4XX", body = Problem)))]
async fn household(ctx: Context, Path(id): Path<HouseholdId>) -> Result<Versioned<Household>, Error> {
    let household = ctx.read(move |tx, viewer| store::household(tx, viewer, id)).await?;
    Ok(Versioned(household.version, household))
}

/// Takes a person in, or changes what they are to the head.
#[utoipa::path(post, path = "/households/{id}/members", tag = "people", params(("id" = HouseholdId, Path)),
    request_body = MemberInput, responses((status = 204), (status = "4XX", body = Problem)))]
async fn join(
    ctx: Context,
    Path(id): Path<HouseholdId>,
    Input(input): Input<MemberInput>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::join(tx, viewer, id, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person leaves; a household without anyone ends.
#[utoipa::path(delete, path = "/households/{id}/members/{person}", tag = "people",
    params(("id" = HouseholdId, Path), ("person" = PersonId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn leave(ctx: Context, Path((id, person)): Path<(HouseholdId, PersonId)>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::leave(tx, viewer, id, person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person's household, ties, and with whom a child is.
#[utoipa::path(get, path = "/people/{id}/family", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Family), (status = "4XX", body = Problem)))]
async fn family(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Family>, Error> {
    let person = crate::people::pages::read_person(&ctx, id).await?;
    ctx.read(move |tx, viewer| store::family(tx, viewer, &person)).await.map(Json)
}

/// Ties a person to another; the other side shows by itself.
#[utoipa::path(post, path = "/people/{id}/relations", tag = "people", params(("id" = PersonId, Path)),
    request_body = RelationInput,
    responses((status = 201, body = Made<RelationId>), (status = "4XX", body = Problem)))]
async fn relate(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<RelationInput>,
) -> Result<(StatusCode, Json<Made<RelationId>>), Error> {
    let id = ctx.create(input, move |tx, viewer, input| store::relate(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Ends a tie; it stays on record.
#[utoipa::path(post, path = "/people/{id}/relations/{relation}", tag = "people",
    params(("id" = PersonId, Path), ("relation" = RelationId, Path)), request_body = RelationEnd,
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn end(
    ctx: Context,
    Path((id, relation)): Path<(PersonId, RelationId)>,
    Input(input): Input<RelationEnd>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::end(tx, viewer, id, relation, input.ends_on)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back a tie that never was.
#[utoipa::path(delete, path = "/people/{id}/relations/{relation}", tag = "people",
    params(("id" = PersonId, Path), ("relation" = RelationId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn unrelate(ctx: Context, Path((id, relation)): Path<(PersonId, RelationId)>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::unrelate(tx, viewer, id, relation)).await?;
    Ok(StatusCode::NO_CONTENT)
}
