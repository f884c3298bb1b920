//! Releases: figures that the public may see, and that expose nobody.
//!
//! One prepares a release, a second person decides. What is published is counted, protected and frozen once
//! ([`figures`]); what noise costs stands in the [`ledger`]. Nothing on the public page ([`public`]) reads a table about
//! people.

mod api;
pub(in crate::statistics) mod figures;
pub(in crate::statistics) mod ledger;
pub(in crate::statistics) mod model;
mod note;
pub(in crate::statistics) mod pages;
mod public;
mod records;
pub(in crate::statistics) mod shown;
mod store;

use axum::Router;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub(crate) use figures::prepare;
pub use ledger::{Lasts, Ledger, Terms};
pub use model::{Licence, Method, ProtectionInput, Release, ReleaseInput, ReleaseState, TableInput, Title};
pub use shown::{RecordsFormat, ReleaseFormat, indicator_named};
pub(crate) use store::{create, publish, submit};

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/releases", get(pages::list).post(pages::create))
        .route("/releases/new", get(pages::new))
        .route("/releases/ledger", get(pages::ledger).post(pages::propose))
        .route("/releases/ledger/{budget}/confirm", post(pages::confirm))
        .route("/releases/{release}", get(pages::show).post(pages::change))
        .route("/releases/{release}/edit", get(pages::edit))
        .route("/releases/{release}/submit", post(pages::submit))
        .route("/releases/{release}/publish", post(pages::publish))
        .route("/releases/{release}/return", post(pages::send_back))
        .route("/releases/{release}/withdraw", post(pages::withdraw))
        .route("/releases/{release}/discard", post(pages::discard))
        .route("/published", get(public::list))
        .route("/published/{release}", get(public::show))
        .route("/published/{release}/tables/{number}", get(public::file))
        .route("/published/{release}/records", get(public::records))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::create))
        .routes(routes!(api::ledger, api::propose))
        .routes(routes!(api::confirm))
        .routes(routes!(api::show, api::change, api::discard))
        .routes(routes!(api::preview))
        .routes(routes!(api::submit))
        .routes(routes!(api::publish))
        .routes(routes!(api::send_back))
        .routes(routes!(api::withdraw))
        .routes(routes!(api::published))
        .routes(routes!(api::published_one))
        .routes(routes!(api::published_table))
        .routes(routes!(api::published_records))
}
