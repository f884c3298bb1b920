//! What comes in: a form or JSON, the same type for both.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::App;
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
            Bytes::from_request(request, &()).await.map_err(|_| Error::TooLarge(app.settings.largest_request))?;
        if is_json {
            serde_json::from_slice(&body).map(Input).map_err(|error| Error::BadRequest(error.to_string()))
        } else {
            form(&body).map(Input)
        }
    }
}

/// A form's fields as a type.
///
/// # Errors
/// A field that the type cannot take.
pub fn form<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_qs::Config::new()
        .max_depth(6)
        .use_form_encoding(true)
        .deserialize_bytes(body)
        .map_err(|error| Error::BadRequest(error.to_string()))
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
