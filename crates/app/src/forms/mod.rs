//! Forms as the field writes them (XLSForm): uploaded, tried out, published; filled in for a case on a page or on a
//! phone with ODK Collect; kept with the case.
//!
//! The engine `xlsform` reads sheets, asks and judges. `upload`, `filling` and `answers` stand between it and the
//! house and need no database; `store` holds forms and their versions, `submissions` what is and was filled in.

mod answers;
mod api;
mod central;
mod columns;
mod deidentified;
mod devices;
mod edits;
mod encryption;
mod entities;
mod export;
mod fill_pages;
mod filling;
mod follow_ups;
mod lists;
mod meaning;
mod model;
mod openrosa;
mod pages;
mod phone;
mod remarks;
mod results;
mod review;
mod shipped;
mod store;
mod submissions;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, head, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub use answers::{Answer, reasons};
pub use central::problem as central_problem;
pub use columns::{CaseAnswers, Column, FormColumns, answers_of_cases, columns, columns_named};
pub use edits::SubmissionVersion;
pub use encryption::Encrypted;
pub use entities::{Entity, EntityConflict, EntityList, EntityVersion, Reach};
pub use follow_ups::form_of as form_of_follow_up;
pub use model::{Encryption, Form, FormChange, FormDetail, FormFile, FormState, FormVersion, VersionState};
pub use remarks::{HouseKind, Remark};
pub use results::{
    Offers, QuestionAsked, Questionnaire, answer_screening, offers, questionnaires, results_of_case,
    screening_in_words, screenings_of_case, show_from_before,
};
pub use review::{Comment, ReviewState};
pub use shipped::{
    FOLLOW_UP_VISIT, SEVEN_DIMENSIONS, SPECIFIC_NEEDS, ship, ship_everywhere, title as shipped_title,
    titles as shipped_titles,
};
pub use store::{form_id, open_forms};
pub use submissions::{Draft, FoundKind, Submission, drafts_of_case, hand_in, of_case, waiting};

/// The largest request of this area: a file and what a form adds around it.
const LARGEST_REQUEST: usize = store::LARGEST_FILE + submissions::LONGEST_RECORD + 256 * 1024;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/forms", get(pages::list).post(pages::upload))
        .route("/forms/inbox", get(pages::inbox))
        .route("/forms/inbox/{submission}", post(pages::file_away))
        .route("/forms/{form}", get(pages::show).post(pages::change))
        .route("/forms/{form}/publish", post(pages::publish))
        .route("/forms/{form}/files", post(pages::add_file))
        .route("/forms/{form}/versions/{version}/sheet", get(pages::sheet))
        .route("/forms/{form}/versions/{version}/xform", get(pages::xform))
        .route("/forms/{form}/versions/{version}/files/{name}", get(pages::file))
        .route("/forms/{form}/versions/{version}/preview", get(fill_pages::preview).post(fill_pages::try_out))
        .route("/forms/{form}/versions/{version}/pictures/{name}", get(pages::picture))
        .route("/forms/{form}/print", get(fill_pages::print))
        .route("/cases/{case}/drafts", post(fill_pages::begin))
        .route("/drafts/{draft}", get(fill_pages::draft).post(fill_pages::fill_in))
        .route("/drafts/{draft}/discard", post(fill_pages::discard))
        .route("/submissions/waiting", get(pages::waiting))
        .route("/submissions/{submission}/case", post(pages::assign))
        .route("/submissions/{submission}", get(fill_pages::submission))
        .route("/submissions/{submission}/xml", get(fill_pages::record))
        .route("/submissions/{submission}/files/{file}", get(fill_pages::file))
        .route("/submissions/{submission}/review", post(fill_pages::review))
        .route("/submissions/{submission}/versions/{number}", get(fill_pages::version))
        .route("/forms/{form}/export", get(export::export))
        .route("/forms/{form}/encryption", post(encryption::pages::switch))
        .route("/forms/{form}/encrypted", get(encryption::archive::download))
        .route("/forms/{form}/deidentified", get(deidentified::show))
        .route("/forms/{form}/deidentified/export", get(deidentified::export))
        .route("/forms/lists", get(entities::pages::managed).post(entities::pages::make_list))
        .route("/forms/lists/{list}", get(entities::pages::managed_list).post(entities::pages::change_list))
        .route("/forms/lists/{list}/rows", post(entities::pages::upload))
        .route("/lists", get(entities::pages::used))
        .route("/lists/{list}", get(entities::pages::used_list))
        .route("/lists/{list}/csv", get(entities::pages::download))
        .route("/lists/{list}/held/{held}", post(entities::held::decide_on_page))
        .route("/entities/{entity}", get(entities::pages::show).post(entities::pages::change))
        .route("/entities/{entity}/resolve", post(entities::pages::resolve))
        .route("/entities/{entity}/delete", post(entities::pages::delete))
        .route("/entities/{entity}/restore", post(entities::pages::restore))
        .route("/forms/follow-ups", get(follow_ups::show).post(follow_ups::change_on_page))
        .route("/devices", get(devices::show).post(devices::make))
        .route("/devices/{device}/end", post(devices::end_on_page))
        .route("/key/{key}/formList", get(openrosa::form_list))
        .route("/key/{key}/forms/{version}", get(openrosa::form))
        .route("/key/{key}/forms/{version}/manifest", get(openrosa::manifest))
        .route("/key/{key}/forms/{version}/files/{name}", get(openrosa::file))
        .route("/key/{key}/lists/{name}/integrity", get(openrosa::integrity))
        .route("/key/{key}/submission", head(openrosa::announce).post(openrosa::submit))
        .merge(central::routes())
        .route("/openrosa/formList", get(openrosa::form_list))
        .route("/openrosa/forms/{version}", get(openrosa::form))
        .route("/openrosa/forms/{version}/manifest", get(openrosa::manifest))
        .route("/openrosa/forms/{version}/files/{name}", get(openrosa::file))
        .route("/openrosa/lists/{name}/integrity", get(openrosa::integrity))
        .route("/openrosa/submission", head(openrosa::announce).post(openrosa::submit))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::upload))
        .routes(routes!(api::show, api::change))
        .routes(routes!(api::publish))
        .routes(routes!(api::add_file))
        .routes(routes!(api::sheet))
        .routes(routes!(api::xform))
        .routes(routes!(api::file))
        .routes(routes!(api::open))
        .routes(routes!(api::picture))
        .routes(routes!(api::inbox))
        .routes(routes!(api::file_away))
        .routes(routes!(api::waiting))
        .routes(routes!(api::assign))
        .routes(routes!(api::of_case))
        .routes(routes!(api::drafts, api::begin))
        .routes(routes!(api::draft, api::fill_in, api::discard))
        .routes(routes!(api::attach))
        .routes(routes!(api::send))
        .routes(routes!(api::submission))
        .routes(routes!(api::record))
        .routes(routes!(api::submission_file))
        .routes(routes!(api::review))
        .routes(routes!(api::comment))
        .routes(routes!(api::submission_version))
        .routes(routes!(export::export))
        .routes(routes!(encryption::pages::api_switch))
        .routes(routes!(encryption::archive::download))
        .routes(routes!(deidentified::export))
        .routes(routes!(entities::api::managed, entities::api::make_list))
        .routes(routes!(entities::api::managed_list, entities::api::change_list))
        .routes(routes!(entities::api::upload))
        .routes(routes!(entities::api::used))
        .routes(routes!(entities::api::used_list))
        .routes(routes!(entities::api::download))
        .routes(routes!(entities::held::api_decide))
        .routes(routes!(entities::api::show, entities::api::change, entities::api::delete))
        .routes(routes!(entities::api::resolve))
        .routes(routes!(entities::api::restore))
        .routes(routes!(follow_ups::api_show, follow_ups::api_change))
        .routes(routes!(devices::api_list, devices::api_make))
        .routes(routes!(devices::api_end))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
}
