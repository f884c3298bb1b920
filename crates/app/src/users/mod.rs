//! Users, teams and organisations; logging in, sessions, second factors, tokens of the API.

mod model;
mod pages;
pub mod passwords;
pub mod sessions;
pub mod store;

pub use model::{NewUser, Organisation, OrganisationSettings, User};

use axum::Router;
use axum::routing::{get, post};

use crate::web::App;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/login", get(pages::login).post(pages::log_in))
        .route("/logout", post(pages::log_out))
        .route("/language", post(pages::choose_language))
        .route("/welcome/{token}", get(pages::welcome).post(pages::choose_password))
}

/// The API of this area.
pub fn api_routes() -> utoipa_axum::router::OpenApiRouter<App> {
    utoipa_axum::router::OpenApiRouter::new()
}
