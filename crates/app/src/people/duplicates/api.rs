//! Possible duplicates over the JSON API.

use axum::Json;
use axum::extract::{Path, Query};

use super::{DuplicateOptions, DuplicateRecords, DuplicateVerdict, Duplicates, pages, store};
use crate::error::Error;
use crate::ids::DuplicateId;
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// Pairs of records that may be one person's, where both are there for you: the most vulnerable
/// first, then the most alike.
#[utoipa::path(get, path = "/people/duplicates", tag = "people", params(DuplicateOptions),
    operation_id = "possible_duplicates",
    responses((status = 200, body = Duplicates), (status = "4XX", body = Problem)))]
pub(super) async fn list(ctx: Context, Query(options): Query<DuplicateOptions>) -> Result<Json<Duplicates>, Error> {
    ctx.read(move |tx, viewer| store::list(tx, viewer, &options)).await.map(Json)
}

/// A possible duplicate with both records. Reading a protected record is written down.
#[utoipa::path(get, path = "/people/duplicates/{id}", tag = "people", params(("id" = DuplicateId, Path)),
    operation_id = "possible_duplicate",
    responses((status = 200, body = DuplicateRecords), (status = "4XX", body = Problem)))]
pub(super) async fn show(ctx: Context, Path(id): Path<DuplicateId>) -> Result<Versioned<DuplicateRecords>, Error> {
    let records = pages::read(&ctx, id).await?;
    Ok(Versioned(records.duplicate.version, records))
}

/// Decides on a possible duplicate: `same` merges the two records, which can be undone; `not_same`
/// is not asked again; `unsure` is asked again once one of the records changes.
#[utoipa::path(post, path = "/people/duplicates/{id}", tag = "people", request_body = DuplicateVerdict,
    operation_id = "decide_on_possible_duplicate",
    params(("id" = DuplicateId, Path), ("If-Match" = String, Header, description = "The version that was compared")),
    responses((status = 200, body = super::Duplicate), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn decide(
    ctx: Context,
    Path(id): Path<DuplicateId>,
    Expected(version): Expected,
    Input(verdict): Input<DuplicateVerdict>,
) -> Result<Versioned<super::Duplicate>, Error> {
    let duplicate = ctx
        .write(move |tx, viewer| {
            store::decide(tx, viewer, id, version, &verdict)?;
            store::find(tx, viewer, id)
        })
        .await?;
    Ok(Versioned(duplicate.version, duplicate))
}
