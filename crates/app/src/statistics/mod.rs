//! Statistics: figures about the people who agreed to be counted.
//!
//! What is counted is defined once, in `reference/indicators.toml`, and told with every figure. `facts` is what the house
//! holds as far as figures need it, `units` who and what is counted in each indicator, `figures` counts; none of them knows
//! anybody who did not agree.

mod api;
mod asked;
mod chart;
mod facts;
pub mod figures;
mod model;
mod pages;
pub mod regional;
pub mod releases;
#[cfg(test)]
mod tests;
mod units;
mod words;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub use figures::{Answer, MOST_DIMENSIONS, Step};
pub use model::{
    Cell, Dimension, Exploitation, Figures, Indicator, IndicatorId, NONE, NoPeriod, Period, Question, Span, Text,
    UNKNOWN, Unit,
};

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/statistics", get(pages::dashboard))
        .route("/statistics/indicators", get(pages::definitions))
        .route("/statistics/{indicator}", get(pages::indicator))
        .route("/statistics/{indicator}/export", get(api::export))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api::indicators)).routes(routes!(api::show)).routes(routes!(api::export))
}
