//! Cases: one person's file at one organisation, from opening to closure.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::web::App;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
