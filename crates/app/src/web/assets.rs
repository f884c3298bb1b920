//! Stylesheet, scripts and icons, inside the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};

use super::App;

static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/ui/assets");

pub(super) fn routes() -> Router<App> {
    Router::new().route("/assets/{*name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = ASSETS.get_file(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], file.contents()).into_response()
}
