//! The pages of this area.

pub(super) mod case;
pub(super) mod forms;
pub(super) mod list;
pub(super) mod plan;
pub(super) mod screening;
pub(super) mod today;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Error;
use crate::ids::CaseId;
use crate::ui::Ui;
use crate::ui::refill::{Weighed, Wrong};

/// Sends the browser to a place on a case's page.
pub(super) fn to_case(id: CaseId, place: &str) -> Response {
    Redirect::to(&format!("/cases/{id}{place}")).into_response()
}

/// A page that shows what to correct.
pub(super) fn to_correct(body: impl IntoResponse) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
}

/// The name shown for a case: the person's, or its number for those who see no identity.
pub(super) fn shown_name(ui: &Ui, name: &Option<String>, number: &i64) -> String {
    name.clone().unwrap_or_else(|| ui.name("case-number", &number.to_string()))
}

/// The outcome of a write on a form: the browser goes on, or sees what to correct or to choose.
pub(super) async fn after<T, F>(
    saved: Result<T, Error>,
    next: impl FnOnce(T) -> Response,
    again: impl FnOnce(Wrong) -> F,
) -> Result<Response, Error>
where
    F: Future<Output = Result<Response, Error>>,
{
    match saved {
        Ok(value) => Ok(next(value)),
        Err(Error::Invalid(errors)) => again(errors.into()).await,
        Err(Error::Stale(stale)) => {
            let both = Weighed::new(*stale);
            let mut response = again(Wrong::Stale(both.clone())).await?;
            *response.status_mut() = StatusCode::PRECONDITION_FAILED;
            if both.is_shown() { Ok(response) } else { Err(Error::Stale(Box::new(both.stale().clone()))) }
        }
        Err(error) => Err(error),
    }
}

/// Sends the browser to the list of cases.
pub(super) fn to_list() -> Response {
    Redirect::to("/cases").into_response()
}
