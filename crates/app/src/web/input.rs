//! What comes in: a form or JSON, the same type for both.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::App;
use super::typed::reason;
use crate::error::Error;

/// A request's body, as a form (`names[0][given]=…`) or as JSON.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Input<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Input<T>, Error> {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/json"));
        let body =
            Bytes::from_request(request, &()).await.map_err(|error| unread(&error, app.settings.largest_request))?;
        if is_json { json(&body).map(Input) } else { form(&body).map(Input) }
    }
}

/// Why a body could not be read to its end.
pub(super) fn unread(error: &BytesRejection, largest: usize) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(largest),
        _ => Error::BadRequest("the request broke off".to_owned()),
    }
}

/// A form's fields as a type.
///
/// # Errors
/// A field that the type cannot take.
pub fn form<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    deserialize_form(body).map_err(|(path, message)| unreadable(path, &message))
}

/// Reads a form, or says which field cannot be read and why.
pub(super) fn deserialize_form<T: DeserializeOwned>(body: &[u8]) -> Result<T, (String, String)> {
    let config = serde_qs::Config::new().max_depth(6).use_form_encoding(true);
    let deserializer =
        serde_qs::Deserializer::with_config(config, body).map_err(|error| (String::new(), error.to_string()))?;
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| (error.path().to_string(), error.inner().to_string()))
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        if inner.is_data() { unreadable(path, &inner.to_string()) } else { Error::BadRequest(inner.to_string()) }
    })?;
    deserializer.end().map_err(|error| Error::BadRequest(error.to_string()))?;
    Ok(read)
}

/// A value that cannot be read is a field to correct; what is missing, or no record at all, is not.
fn unreadable(path: String, message: &str) -> Error {
    let names_a_field = !matches!(path.as_str(), "" | "." | "?") && !message.contains("missing field");
    if names_a_field { Error::field(path, reason(message)) } else { Error::BadRequest(message.to_owned()) }
}

/// JSON with the record's version as its `ETag`.
pub struct Versioned<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        ([(ETAG, format!("\"{}\"", self.0))], Json(self.1)).into_response()
    }
}

/// For `#[serde(default, deserialize_with = "blank")]`: an empty field of a form is no value;
/// numbers may come as text.
///
/// # Errors
/// Text that is not such a value.
pub fn blank<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr + Deserialize<'de>,
    T::Err: Display,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Text(String),
        Value(T),
        Nothing,
    }
    match Either::<T>::deserialize(deserializer)? {
        Either::Text(text) if text.trim().is_empty() => Ok(None),
        Either::Text(text) => text.trim().parse().map(Some).map_err(serde::de::Error::custom),
        Either::Value(value) => Ok(Some(value)),
        Either::Nothing => Ok(None),
    }
}
