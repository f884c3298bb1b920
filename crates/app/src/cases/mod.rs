//! Cases: one person's file at one organisation, from opening to closure.

pub mod document;
pub mod export;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::web::App;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new().merge(export::routes())
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(export::api_routes())
}
