//! Retention over the API.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::store::{self, Place};
use super::{Due, Erasure, Overview};
use crate::dates::Moment;
use crate::error::Error;
use crate::ids::PersonId;
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// Which page of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Page {
    /// Where the last page ended.
    after: Option<String>,
    /// How many, 1 to 200.
    limit: Option<i64>,
}

/// People whose erasure is offered.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DuePage {
    /// Longest overdue first.
    items: Vec<Due>,
    /// Where the next page begins.
    next: Option<String>,
}

/// People whose cases are all closed and past their period, then those without a case whose record
/// has lain untouched as long.
#[utoipa::path(get, path = "/retention", tag = "retention", params(Page),
    responses((status = 200, body = DuePage), (status = 403, body = Problem)))]
pub(super) async fn list(ctx: Context, Query(page): Query<Page>) -> Result<Json<DuePage>, Error> {
    let after = page.after.as_deref().map(read_place).transpose()?;
    let limit = page.limit.unwrap_or(50);
    let (items, next) = ctx.read(move |tx, viewer| store::due(tx, viewer, after, limit)).await?;
    Ok(Json(DuePage { items, next: next.map(write_place) }))
}

/// What erasing a person would mean.
#[utoipa::path(get, path = "/people/{id}/erase", tag = "retention", params(("id" = PersonId, Path)),
    responses((status = 200, body = Overview)))]
pub(super) async fn overview(ctx: Context, Path(person): Path<PersonId>) -> Result<Versioned<Overview>, Error> {
    let found = ctx.read(move |tx, viewer| store::overview(tx, viewer, person)).await?;
    Ok(Versioned(found.version, found))
}

/// Erases one person for good. `If-Match` carries the version of the person's record.
#[utoipa::path(post, path = "/people/{id}/erase", tag = "retention",
    params(("id" = PersonId, Path), ("If-Match" = String, Header)), request_body = Erasure,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn erase(
    ctx: Context,
    Path(person): Path<PersonId>,
    Expected(version): Expected,
    Input(erasure): Input<Erasure>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| super::pages::erase_version(tx, viewer, person, version, &erasure)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A place as the list's cursor.
pub(super) fn write_place(place: Place) -> String {
    match place {
        Place::Case(day, case) => format!("{day}_{case}"),
        Place::Person(changed, person) => format!("{}_{person}", changed.milliseconds()),
    }
}

/// A cursor as a place.
pub(super) fn read_place(cursor: &str) -> Result<Place, Error> {
    let read = |(at, id): (&str, &str)| {
        let id = id.parse().ok()?;
        let changed = at.parse().ok().map(|moment| Place::Person(Moment::from_milliseconds(moment), id));
        changed.or_else(|| at.parse().ok().map(|day| Place::Case(day, id)))
    };
    cursor.split_once('_').and_then(read).ok_or_else(|| Error::BadRequest("`after` is not from this list".to_owned()))
}
