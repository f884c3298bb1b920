//! Errors as the asker understands them: a page in their language, or an RFC 9457 problem.

use askama::Template;
use axum::Json;
use axum::extract::{OptionalFromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use serde_json::Value as Json_;

use super::drain::Rest;
use super::{App, Context, context};
use crate::error::{Error, FieldError};
use crate::ui::conflict::{Conflict, Difference};
use crate::ui::{Language, Ui};

/// An RFC 9457 problem.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Which problem, as a stable address.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is, in the asker's language.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields to correct.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// What is wrong with a form's sheet, and where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<crate::forms::Remark>,
    /// For a stale write: what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yours: Option<Json_>,
    /// For a stale write: what stands on record now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Json_>,
}

impl IntoResponse for Error {
    /// Carries the error to [`render`], which knows how the asker wants to be answered.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

pub(super) async fn nothing_here() -> Error {
    Error::NotFound
}

/// Turns errors into a page or a problem.
pub(super) async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asker = asker(&parts);
    let (method, is_api) = (parts.method.clone(), context::is_api(&parts));
    let is_central = context::is_central(&parts);
    let (body, rest) = Rest::of(body);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if response.status().is_client_error() {
        if is_worth_reading_out(&response) {
            rest.drain().await;
        }
        response = in_our_words(response, &method, &app).await;
    }
    let Some(error) = response.extensions_mut().remove::<std::sync::Arc<Error>>() else { return response };
    if error.status() >= 500 {
        tracing::error!(%error, "a request failed");
    }
    let (language, path) = (context::language_of(&asker), asker.uri.to_string());
    let mut answer = if is_central {
        crate::forms::central_problem(&error)
    } else if is_api {
        (
            response.status(),
            [(CONTENT_TYPE, "application/problem+json")],
            Json(problem(&error, language)).into_response().into_body(),
        )
            .into_response()
    } else if matches!(*error, Error::LoggedOut) {
        to_login(&method, &path)
    } else {
        (response.status(), message(&error, ui(&app, asker, &error, language).await)).into_response()
    };
    let wait = match *error {
        Error::TooMany(seconds) => Some(seconds),
        Error::NotReady => Some(5),
        _ => None,
    };
    if let Some(Ok(seconds)) = wait.map(|seconds| seconds.to_string().parse()) {
        answer.headers_mut().insert(RETRY_AFTER, seconds);
    }
    answer
}

/// Floods and forged requests may find the line broken.
fn is_worth_reading_out(response: &Response) -> bool {
    let error = response.extensions().get::<std::sync::Arc<Error>>();
    !error.is_some_and(|error| matches!(**error, Error::TooMany(_) | Error::CrossSite))
}

/// What the framework refuses in words of its own (an address that holds no id, a body that broke
/// off) is a problem like any other.
async fn in_our_words(response: Response, method: &Method, app: &App) -> Response {
    let is_plain = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_plain || response.extensions().get::<std::sync::Arc<Error>>().is_some() {
        return response;
    }
    let status = response.status();
    let said = axum::body::to_bytes(response.into_body(), 4096).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Error::BadRequest(format!("{method} is not for this address")),
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(app.settings.largest_request),
        StatusCode::NOT_FOUND => Error::NotFound,
        // An id that is none is a record that is not there.
        _ if said.starts_with("Invalid URL") => Error::NotFound,
        _ => Error::BadRequest(said),
    }
    .into_response()
}

/// What of a request tells who asks.
fn asker(parts: &Parts) -> Parts {
    let (mut asker, ()) = Request::new(()).into_parts();
    asker.uri = parts.uri.clone();
    asker.headers = parts.headers.clone();
    asker
}

/// The house around the message: with its navigation for those who are logged in. A flood is not
/// worth a look into the database.
async fn ui(app: &App, mut asker: Parts, error: &Error, language: Language) -> Ui {
    let worth_it = !matches!(error, Error::TooMany(_) | Error::CrossSite | Error::Database(_));
    let context = match worth_it {
        true => <Context as OptionalFromRequestParts<App>>::from_request_parts(&mut asker, app).await.ok().flatten(),
        false => None,
    };
    context.map_or_else(|| Ui::new(language, None, ""), |context| context.ui())
}

fn to_login(method: &Method, path: &str) -> Response {
    let target = if *method == Method::GET && path != "/" {
        format!("/login?next={}", path.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B"))
    } else {
        "/login".to_owned()
    };
    (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
}

fn detail(error: &Error, language: Language) -> Option<String> {
    match error {
        Error::Refused(key) => Some(language.t(key).to_owned()),
        Error::BudgetSpent(left) => {
            Some(language.t_with("error-budget-spent-detail", &[("left", language.decimal(*left, 2).into())]))
        }
        Error::BadRequest(reason) => Some(reason.clone()),
        Error::TooMany(seconds) => Some(language.t_with("error-too-many-detail", &[("seconds", (*seconds).into())])),
        Error::TooLarge(0) => None,
        Error::TooLarge(limit) => {
            Some(language.t_with("error-too-large-detail", &[("megabytes", (*limit / 1_048_576).into())]))
        }
        Error::Forbidden(permission) => Some(language.t(crate::code::Code::label(*permission)).to_owned()),
        _ => None,
    }
}

/// An error in words, for programs that show them to a person as they are.
pub(crate) fn in_words(error: &Error, language: Language) -> String {
    let detail = detail(error, language).map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{detail}", title(error, language))
}

fn title(error: &Error, language: Language) -> &'static str {
    language.t(&format!("error-{}", error.code()))
}

fn problem(error: &Error, language: Language) -> Problem {
    let (yours, current) = match error {
        Error::Stale(stale) => (Some(stale.yours.clone()), Some(stale.current.clone())),
        _ => (None, None),
    };
    let fields = if let Error::Invalid(fields) = error { fields.clone() } else { Vec::new() };
    Problem {
        kind: format!("/problems/{}", error.code()),
        title: title(error, language),
        status: error.status(),
        detail: detail(error, language),
        fields,
        remarks: if let Error::Sheet(remarks) = error { remarks.clone() } else { Vec::new() },
        yours,
        current,
    }
}

#[derive(Template)]
#[template(path = "ui/templates/message.html")]
struct Message {
    ui: Ui,
    title: &'static str,
    detail: Option<String>,
    advice: &'static str,
    fields: Vec<(String, &'static str)>,
    differences: Vec<Difference>,
}

fn message(error: &Error, ui: Ui) -> Html<String> {
    let language = ui.language;
    let fields = match error {
        Error::Invalid(fields) => fields.iter().map(|field| (field.field.clone(), language.t(field.error))).collect(),
        _ => Vec::new(),
    };
    let differences = match error {
        Error::Stale(stale) => Conflict::of(&ui, stale).differences,
        _ => Vec::new(),
    };
    let message = Message {
        ui,
        title: title(error, language),
        detail: detail(error, language),
        advice: language.t(&format!("error-{}-advice", error.code())),
        fields,
        differences,
    };
    Html(message.render().unwrap_or_else(|_| message.title.to_owned()))
}
