//! People: who someone is, their consents, household and journey.

pub mod age;
mod api;
pub mod consent;
pub mod duplicates;
pub mod emergency;
pub mod export;
pub mod family;
mod follow;
pub mod import;
pub mod likeness;
pub mod merge;
mod model;
mod pages;
pub mod photo;
pub mod search;
pub mod store;
pub mod tracing;

pub use api::api_routes;
pub use follow::Finder;
pub use model::{
    Birth, BirthKind, Consents, Contact, Decision, Document, Leg, Name, NameKind, Person, PersonInput, PersonSummary,
    Purpose, Safety, Sex, Stage, number,
};
pub(crate) use pages::born;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::web::App;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people", get(pages::list).post(pages::register).layer(DefaultBodyLimit::max(photo::REQUEST)))
        .route("/people/search", post(pages::search))
        .route("/people/new", get(pages::blank_form))
        .route("/people/matches", get(pages::matches))
        .route("/people/{id}", get(pages::show).post(pages::change))
        .route("/people/{id}/edit", get(pages::edit))
        .route("/people/{id}/merge", get(pages::compare).post(pages::merge))
        .route("/merges/{id}/undo", post(pages::undo_merge))
        .route("/people/{id}/emergency", get(pages::emergency).post(pages::break_glass))
        .route("/people/{id}/history", get(pages::history))
        .merge(duplicates::routes())
        .merge(emergency::routes())
        .merge(consent::routes())
        .merge(family::routes())
        .merge(photo::routes())
        .merge(export::routes())
        .merge(import::routes())
        .merge(tracing::routes())
}
