//! Cases: one person's file at one organisation, from opening to closure.
//!
//! `model` and `lifecycle` hold the rules, pure and tested; `store` the case itself, `plan`,
//! `parts`, `screenings` and `attachments` what gathers in it; `today` what is due to whom.

mod api;
mod attachments;
mod detail;
mod document;
pub mod export;
pub mod input;
pub mod lifecycle;
mod list;
mod model;
pub mod outcome;
mod pages;
pub mod parts;
pub mod plan;
pub mod progress;
pub(crate) mod reading;
pub mod respondent;
pub mod screenings;
pub mod store;
pub mod today;

#[cfg(test)]
mod journey;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ui::refill;
use crate::web::App;

pub use attachments::{LARGEST, Upload, add as add_attachment, media_type};
pub use detail::{Detail, read as read_detail};
pub use list::{CasePage, CaseQuery, CaseSort, page as list_page};
pub use model::{
    Action, ActionState, AfterClosure, Approval, ApprovalKind, ApprovalState, Attachment, Case, CaseState, CaseSummary,
    Dimension, Doer, DueKind, Flag, FollowUp, Front, Goal, GoalState, Meetings, Note, Risk, Satisfaction, Screening,
    next_due, vulnerability,
};

/// The largest file and what a form adds around it.
const UPLOAD: usize = LARGEST + 64 * 1024;

/// The pages of this area.
pub fn routes() -> Router<App> {
    use pages::{case, forms, list, plan, screening, today};
    Router::new()
        .route("/", get(today::today))
        .route("/team", get(today::team))
        .route("/notices/{id}/read", post(today::mark_read))
        .route("/cases", get(list::list).post(forms::create))
        .route("/cases/new", get(forms::new))
        .route("/cases/columns", get(list::columns).post(list::choose_columns))
        .route("/cases/{id}", get(case::case))
        .route("/cases/{id}/history", get(case::history))
        .route("/cases/{id}/assessed", post(case::assess))
        .route("/cases/{id}/in-service", post(case::begin))
        .route("/cases/{id}/close", get(forms::close_form).post(forms::close))
        .route("/cases/{id}/reopen", post(case::reopen))
        .route("/cases/{id}/assign", get(forms::assign_form).post(forms::assign))
        .route("/cases/{id}/trafficking", post(forms::mark_trafficking))
        .route("/cases/{id}/results/{screening}", get(screening::result).post(screening::decide_risk))
        .route("/cases/{id}/plan", get(plan::plan_page).post(plan::agree))
        .route("/cases/{id}/goals", post(plan::add_goal))
        .route("/cases/{id}/goals/{goal}", get(plan::goal).post(plan::change_goal))
        .route("/cases/{id}/goals/{goal}/actions", post(plan::add_action))
        .route("/cases/{id}/actions/{action}", get(plan::action).post(plan::change_action))
        .route("/cases/{id}/actions/{action}/remove", post(case::remove_action))
        .route("/cases/{id}/notes", post(case::add_note))
        .route("/cases/{id}/notes/{note}", get(case::note).post(case::change_note))
        .route("/cases/{id}/notes/{note}/strike", post(case::strike_note))
        .route("/cases/{id}/flags", post(case::raise_flag))
        .route("/cases/{id}/flags/{flag}/resolve", post(case::resolve_flag))
        .route("/cases/{id}/approvals", post(case::ask_approval))
        .route("/cases/{id}/approvals/{approval}", post(case::decide))
        .route("/cases/{id}/follow-ups", post(case::add_follow_up))
        .route("/cases/{id}/follow-ups/{follow_up}", get(forms::follow_up_form).post(forms::record_follow_up))
        .route("/cases/{id}/attachments", post(case::upload).layer(DefaultBodyLimit::max(UPLOAD)))
        .route("/cases/{id}/attachments/{attachment}", get(case::download))
        .route("/cases/{id}/attachments/{attachment}/remove", post(case::remove_file))
        .route("/people/{id}/progress", get(case::person_progress))
        .merge(export::routes())
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::create))
        .routes(routes!(api::columns))
        .routes(routes!(api::case))
        .routes(routes!(api::history))
        .routes(routes!(api::assess))
        .routes(routes!(api::agree))
        .routes(routes!(api::begin))
        .routes(routes!(api::close))
        .routes(routes!(api::reopen))
        .routes(routes!(api::decide_risk))
        .routes(routes!(api::mark_trafficking))
        .routes(routes!(api::assign))
        .routes(routes!(api::forms))
        .routes(routes!(api::screenings))
        .routes(routes!(api::screening))
        .routes(routes!(api::answer))
        .routes(routes!(api::person_progress))
        .routes(routes!(api::person_cases))
        .routes(routes!(api::colleagues))
        .routes(routes!(api::goals, api::add_goal))
        .routes(routes!(api::goal, api::change_goal))
        .routes(routes!(api::add_action))
        .routes(routes!(api::actions))
        .routes(routes!(api::action, api::change_action, api::remove_action))
        .routes(routes!(api::notes, api::add_note))
        .routes(routes!(api::note, api::change_note))
        .routes(routes!(api::strike_note))
        .routes(routes!(api::flags, api::raise_flag))
        .routes(routes!(api::resolve_flag))
        .routes(routes!(api::approvals, api::ask_approval))
        .routes(routes!(api::decide))
        .routes(routes!(api::follow_ups, api::add_follow_up))
        .routes(routes!(api::follow_up, api::record_follow_up))
        .routes(routes!(api::files, api::upload))
        .routes(routes!(api::download))
        .routes(routes!(api::remove_file))
        .routes(routes!(api::today))
        .routes(routes!(api::team))
        .routes(routes!(api::mark_read))
        .merge(export::api_routes())
        .layer(DefaultBodyLimit::max(UPLOAD))
}
