//! The organisation's history, for those who may read all of it.

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
