//! Retention: closed cases past their period, and erasing a person.
//!
//! An erased person is gone from every table, and from every backup made from then on. What
//! stays is the history's skeleton: that someone acted, when, on a record whose id means nothing
//! any more, and the tombstone that says why the content is missing.

mod api;
mod erase;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub use erase::erase;
pub use model::{Due, Erasure, Overview};
pub use store::{due, overview};

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new().route("/retention", get(pages::list)).route("/people/{id}/erase", get(pages::ask).post(pages::erase))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api::list)).routes(routes!(api::overview, api::erase))
}
