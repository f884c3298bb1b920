//! The part of [ODK Central's API](https://docs.getodk.org/central-api/) that pyodk and its users' scripts ask for, so that
//! they work with this house as they stand. `CENTRAL.md` beside says what is answered and what is not.
//!
//! Central knows projects; a house is one, with the number 1. Who may do what is decided as everywhere (`access`).

mod app_users;
mod archive;
mod comments;
mod entities;
mod filter;
mod forms;
mod projects;
mod sessions;
mod submissions;
mod table;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::model::Form;
use super::review::ReviewState;
use super::store;
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::ui::Language;
use crate::web::{App, in_words};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/sessions", post(sessions::begin))
        .route("/v1/users/current", get(sessions::current))
        .route("/v1/projects", get(projects::list))
        .route("/v1/projects/{project}", get(projects::show))
        .route("/v1/projects/{project}/app-users", get(app_users::list).post(app_users::make))
        .route("/v1/projects/{project}/forms", get(forms::list).post(forms::create))
        .route("/v1/projects/{project}/forms/{form}", get(forms::show))
        .route("/v1/projects/{project}/forms/{form}/versions", get(forms::versions))
        .route("/v1/projects/{project}/forms/{form}/attachments", get(forms::attachments))
        .route("/v1/projects/{project}/forms/{form}/draft", post(forms::draft))
        .route("/v1/projects/{project}/forms/{form}/draft/publish", post(forms::publish))
        .route("/v1/projects/{project}/forms/{form}/draft/attachments/{name}", post(forms::attach))
        .route("/v1/projects/{project}/forms/{form}/assignments/{role}/{actor}", post(app_users::assign))
        .route("/v1/projects/{project}/forms/{form}/submissions", get(submissions::list).post(submissions::create))
        .route(
            "/v1/projects/{project}/forms/{form}/submissions/{instance}",
            get(submissions::show).patch(submissions::review).put(submissions::edit),
        )
        .route(
            "/v1/projects/{project}/forms/{form}/submissions/{instance}/comments",
            get(comments::list).post(comments::write),
        )
        .route("/v1/projects/{project}/forms/{form}/submissions/{instance}/attachments", get(submissions::attachments))
        .route(
            "/v1/projects/{project}/forms/{form}/submissions/{instance}/attachments/{name}",
            get(submissions::attachment).post(submissions::attach),
        )
        .route("/v1/projects/{project}/forms/{form}/submissions.csv", get(archive::csv))
        .route("/v1/projects/{project}/forms/{form}/submissions.csv.zip", get(archive::zip))
        .route("/v1/projects/{project}/forms/{form}/{table}", get(table::show))
        .route("/v1/projects/{project}/datasets", get(entities::lists).post(entities::make_list))
        .route("/v1/projects/{project}/datasets/{list}", get(entities::list))
        .route("/v1/projects/{project}/datasets/{list}/properties", post(entities::add_property))
        .route("/v1/projects/{project}/datasets/{list}/entities", get(entities::entities).post(entities::make))
        .route(
            "/v1/projects/{project}/datasets/{list}/entities/{entity}",
            get(entities::entity).patch(entities::change).delete(entities::delete),
        )
        .route("/v1/projects/{project}/datasets/{list}/Entities", get(entities::table))
}

/// What an address names.
#[derive(Deserialize)]
struct Named {
    project: i64,
    #[serde(default)]
    form: String,
    #[serde(default)]
    instance: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    table: String,
    #[serde(default)]
    actor: i64,
    #[serde(default)]
    list: String,
    #[serde(default)]
    entity: String,
}

impl Named {
    /// A form of the house.
    fn of_form(form: &str) -> Named {
        let [form, instance, name, table, list, entity] = [form, "", "", "", "", ""].map(str::to_owned);
        Named { project: PROJECT, form, instance, name, table, actor: 0, list, entity }
    }

    /// The house is the only project.
    fn in_house(self) -> Result<Named, Error> {
        if self.project == PROJECT { Ok(self) } else { Err(Error::NotFound) }
    }
}

/// The number of the only project.
const PROJECT: i64 = 1;

/// The number that stands for a record of ours where Central has one: 53 bits of its id, all that JavaScript counts.
fn number(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() & ((1 << 53) - 1)).unwrap_or_default()
}

/// A review state in Central's word for it; what nobody looked at has none.
fn review_word(state: ReviewState) -> Option<&'static str> {
    match state {
        ReviewState::Received => None,
        ReviewState::Edited => Some("edited"),
        ReviewState::HasIssues => Some("hasIssues"),
        ReviewState::Approved => Some("approved"),
        ReviewState::Rejected => Some("rejected"),
    }
}

/// The review state that Central has this word for.
fn review_named(word: Option<&str>) -> Option<ReviewState> {
    ReviewState::ALL.iter().copied().find(|state| review_word(*state) == word)
}

/// A form that is there for this user, by the id that its sheet gives it: any for those who manage forms, and one that
/// was published for those who read cases and may know of such answers.
fn form_named(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Form, Error> {
    if !viewer.may(Permission::ManageForms) {
        viewer.require(Permission::ReadCases)?;
    }
    store::form_named(tx, viewer.organisation, name)?.filter(|form| is_there(viewer, form)).ok_or(Error::NotFound)
}

fn is_there(viewer: &Viewer, form: &Form) -> bool {
    viewer.may(Permission::ManageForms) || form.published.is_some() && viewer.sees(form.sensitivity)
}

/// An error as Central words one.
fn refusal(code: f64, message: &str, details: Json) -> Response {
    let status = StatusCode::from_u16(code as u16).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = json!({ "message": message, "code": code });
    if let (Some(body), false) = (body.as_object_mut(), details.is_null()) {
        body.insert("details".to_owned(), details);
    }
    (status, axum::Json(body)).into_response()
}

/// What Central does and this house does not.
fn not_here(feature: &str) -> Response {
    let message = format!("The requested feature {feature} is not supported by this server.");
    refusal(501.1, &message, json!({ "feature": feature }))
}

/// An error of ours as an error of Central's: its code, what went wrong, and what to correct.
pub fn problem(error: &Error) -> Response {
    let words = in_words(error, Language::En);
    let fields = |fields: &[crate::error::FieldError]| {
        let told = fields.iter().map(|field| {
            let reason = Language::En.t(field.error);
            json!({ "field": field.field, "reason": reason })
        });
        Json::from(told.collect::<Vec<_>>())
    };
    match error {
        Error::LoggedOut => refusal(401.2, "Could not authenticate with the provided credentials.", Json::Null),
        Error::Forbidden(_) | Error::CrossSite => refusal(403.1, &words, Json::Null),
        Error::NotFound | Error::Refused("refused-form-no-draft") => {
            refusal(404.1, "Could not find the resource you were looking for.", Json::Null)
        }
        Error::Invalid(wrong) => match wrong.first().map(|field| field.error) {
            Some("invalid-form-version") => refusal(409.6, &words, fields(wrong)),
            Some("invalid-form-file") => refusal(404.1, &words, fields(wrong)),
            _ => refusal(400.8, &words, fields(wrong)),
        },
        Error::Sheet(remarks) => refusal(400.15, &words, json!({ "error": remarks, "warnings": [] })),
        Error::Refused("refused-submission-differs") => refusal(409.1, &words, Json::Null),
        Error::Refused("refused-form-not-open") => refusal(409.2, &words, Json::Null),
        Error::Refused("refused-instance-taken") => refusal(409.8, &words, Json::Null),
        Error::Refused("refused-edit-outdated") => refusal(409.9, &words, Json::Null),
        Error::BadRequest(reason) => refusal(400.1, reason, Json::Null),
        Error::Internal(_) | Error::Database(_) if error.status() == 500 => {
            refusal(500.1, "An unknown internal problem has occurred. Please try again later.", Json::Null)
        }
        // Central has no code of its own for the rest.
        other => refusal(f64::from(other.status()), &words, Json::Null),
    }
}
