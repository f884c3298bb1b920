//! Regional figures: organisations add up their figures, and none shows its own to the others.
//!
//! One proposes an agreement, in each house a second person agrees ([`model`]). What passes between them are files
//! ([`file`]): each house gives its counts with noise ([`figures`]), split into shares of which only all together say
//! anything, and everyone learns the total. No server stands between them, and nothing of this needs one.

mod api;
mod figures;
mod file;
mod model;
mod pages;
mod store;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub use model::{Agreement, AgreementInput, AgreementState};
pub(in crate::statistics) use store::title_of;

/// The most that a page takes in at once, in bytes: several files.
const UPLOAD: usize = 15 * 1024 * 1024;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/regional", get(pages::list).post(pages::create))
        .route("/regional/new", get(pages::new))
        .route("/regional/files", post(pages::take).layer(DefaultBodyLimit::max(UPLOAD)))
        .route("/regional/{agreement}", get(pages::show))
        .route("/regional/{agreement}/agree", post(pages::agree))
        .route("/regional/{agreement}/give", post(pages::give))
        .route("/regional/{agreement}/end", post(pages::end))
        .route("/regional/{agreement}/file", get(api::file))
        .route("/regional/{agreement}/tables/{number}", get(api::table))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::create))
        .merge(OpenApiRouter::new().routes(routes!(api::take)).layer(DefaultBodyLimit::max(file::LARGEST)))
        .routes(routes!(api::show))
        .routes(routes!(api::agree))
        .routes(routes!(api::give))
        .routes(routes!(api::end))
        .routes(routes!(api::file))
        .routes(routes!(api::table))
}
