//! Importing people over the JSON API: send the file, look at what would come of it, run it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::draft::{self, Choices, Draft};
use super::{DateOrder, TextEncoding};
use crate::documents::download;
use crate::documents::table::TableFormat;
use crate::error::Error;
use crate::ids::ImportId;
use crate::web::{App, Context, Input, Problem};

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(show, discard))
        .routes(routes!(look))
        .routes(routes!(run))
        .routes(routes!(rejects))
        .layer(DefaultBodyLimit::max(draft::LARGEST))
}

/// What is known of the file beside its content.
#[derive(Deserialize, utoipa::IntoParams)]
struct About {
    /// Its name.
    #[serde(default)]
    name: String,
    /// How its letters are written, where it is not UTF-8: `windows-1256`, `shift_jis` …
    #[serde(default, deserialize_with = "crate::web::blank")]
    #[param(value_type = Option<String>)]
    encoding: Option<TextEncoding>,
    /// `day_first` or `month_first`: what 3/4/2001 is.
    #[serde(default, deserialize_with = "crate::web::blank")]
    #[param(value_type = Option<String>)]
    dates: Option<DateOrder>,
    /// Bring people who came from this source before in line with the file.
    #[serde(default, deserialize_with = "crate::web::blank")]
    update: Option<bool>,
}

/// Keeps a file (CSV or XLSX) for a day and tells what would come of importing it; nothing is registered yet.
#[utoipa::path(post, path = "/people/imports", tag = "people", operation_id = "begin_import", params(About),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses((status = 201, body = Draft), (status = 413, body = Problem), (status = "4XX", body = Problem)))]
async fn begin(
    ctx: Context,
    Query(about): Query<About>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Draft>), Error> {
    let body = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(draft::LARGEST),
        _ => Error::BadRequest("the upload broke off".to_owned()),
    })?;
    let choices = Choices { encoding: about.encoding, dates: about.dates, update: about.update, columns: Vec::new() };
    let draft = draft::begin(&ctx, &about.name, body.to_vec(), choices).await?;
    Ok((StatusCode::CREATED, Json(draft)))
}

/// How far an import is, and what came of it.
#[utoipa::path(get, path = "/people/imports/{id}", tag = "people", operation_id = "show_import",
    params(("id" = ImportId, Path)), responses((status = 200, body = Draft), (status = 404, body = Problem)))]
async fn show(ctx: Context, Path(id): Path<ImportId>) -> Result<Json<Draft>, Error> {
    draft::show(&ctx, id).await.map(Json)
}

/// Looks at the file again, with other columns or otherwise read.
#[utoipa::path(post, path = "/people/imports/{id}/look", tag = "people", operation_id = "look_at_import",
    params(("id" = ImportId, Path)), request_body = Choices,
    responses((status = 200, body = Draft), (status = "4XX", body = Problem)))]
async fn look(ctx: Context, Path(id): Path<ImportId>, Input(choices): Input<Choices>) -> Result<Json<Draft>, Error> {
    draft::look(&ctx, id, choices).await.map(Json)
}

/// Begins to register the people of the file; asking twice begins once.
#[utoipa::path(post, path = "/people/imports/{id}/run", tag = "people", operation_id = "run_import",
    params(("id" = ImportId, Path)), responses((status = 202, body = Draft), (status = "4XX", body = Problem)))]
async fn run(ctx: Context, Path(id): Path<ImportId>) -> Result<(StatusCode, Json<Draft>), Error> {
    Ok((StatusCode::ACCEPTED, Json(draft::run(&ctx, id).await?)))
}

/// The rejected rows as CSV, with what is wrong: to be corrected and imported again.
#[utoipa::path(get, path = "/people/imports/{id}/rejects", tag = "people", operation_id = "rejects_of_import",
    params(("id" = ImportId, Path)),
    responses((status = 200, description = "CSV", content_type = "text/csv"), (status = 404, body = Problem)))]
pub(super) async fn rejects(ctx: Context, Path(id): Path<ImportId>) -> Result<Response, Error> {
    Ok(download("rejected.csv", TableFormat::Csv.media_type(), draft::rejects(&ctx, id).await?))
}

/// Throws the file away; people who were registered from it stay.
#[utoipa::path(delete, path = "/people/imports/{id}", tag = "people", operation_id = "discard_import",
    params(("id" = ImportId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
async fn discard(ctx: Context, Path(id): Path<ImportId>) -> Result<StatusCode, Error> {
    draft::discard(&ctx, id).await.map(|()| StatusCode::NO_CONTENT)
}
