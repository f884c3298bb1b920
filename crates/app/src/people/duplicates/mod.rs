//! Possible duplicates: pairs of records that may be one person's, found in the background and
//! decided by people. What is decided is remembered and not asked again; every merge can be undone.

mod api;
mod find;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::follow::Finder;
use super::search::Search;
use crate::db::Db;
use crate::web::App;

pub use model::{
    Compared, Duplicate, DuplicateDecision, DuplicateOptions, DuplicateRecords, DuplicateVerdict, Duplicates,
    DuplicatesShown,
};
pub use store::{count, decide, find, list, next, records};
pub(in crate::people) use store::{note_merge, note_parting};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people/duplicates", get(pages::list))
        .route("/people/duplicates/{id}", get(pages::show).post(pages::decide))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api::list)).routes(routes!(api::show, api::decide))
}

/// Begins to look for possible duplicates, once the index of names is built.
pub fn find_in(db: &Db, search: &Search) -> Finder {
    Finder::start(db, find::Duplicates { known: search.known() })
}
