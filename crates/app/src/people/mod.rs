//! People: who someone is, their consents, household and journey.

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
