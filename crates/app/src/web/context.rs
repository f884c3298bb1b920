//! Who is asking, in which language, and the doors to the database.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, IF_MATCH};
use axum::http::request::Parts;
use axum::response::Html;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::App;
use crate::access::Viewer;
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::params;
use crate::ui::{Language, Ui};
use crate::users;

/// A request of someone who is logged in.
#[derive(Clone)]
pub struct Context {
    /// The application.
    pub app: App,
    /// Who is asking.
    pub viewer: Arc<Viewer>,
    /// The page's language.
    pub language: Language,
    path: String,
    once: Option<String>,
}

/// A request of someone who need not be logged in.
#[derive(Clone)]
pub struct Guest {
    /// The application.
    pub app: App,
    /// The page's language.
    pub language: Language,
    path: String,
}

impl Context {
    /// Reads at one moment in time.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = self.viewer.clone();
        self.app.db.read(move |tx| work(tx, &viewer)).await
    }

    /// Writes, whole or not at all; answers once the change is durable.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = self.viewer.clone();
        self.app.db.write(move |tx| work(tx, &viewer)).await
    }

    /// Writes something new. A request repeated with the same `Idempotency-Key` (or the `once`
    /// of a page's form) does nothing and gets the first one's answer.
    pub async fn create<I, T>(
        &self,
        input: I,
        work: impl FnOnce(&mut Tx<'_>, &Viewer, I) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error>
    where
        I: Serialize + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let Some(key) = self.once.clone() else {
            return self.write(move |tx, viewer| work(tx, viewer, input)).await;
        };
        let request = fingerprint(&self.path, &input);
        self.write(move |tx, viewer| {
            if let Some(answer) = answered(tx, viewer, &key, &request)? {
                return Ok(answer);
            }
            let answer = work(tx, viewer, input)?;
            remember(tx, viewer, &key, &request, &answer)?;
            Ok(answer)
        })
        .await
    }

    /// What a page's template needs to speak.
    pub fn ui(&self) -> Ui {
        Ui::new(self.language, Some(self.viewer.clone()), &self.path)
    }
}

impl Guest {
    /// What a page's template needs to speak.
    pub fn ui(&self) -> Ui {
        Ui::new(self.language, None, &self.path)
    }
}

/// Renders a page.
///
/// # Errors
/// The template failed, which is a defect.
pub fn page(template: impl askama::Template) -> Result<Html<String>, Error> {
    template.render().map(Html).map_err(|error| Error::Internal(format!("a page could not be rendered: {error}")))
}

fn fingerprint(path: &str, input: &impl Serialize) -> Vec<u8> {
    let body = serde_json::to_vec(input).unwrap_or_default();
    Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize().to_vec()
}

fn answered<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    key: &str,
    request: &[u8],
) -> Result<Option<T>, Error> {
    let kept = tx.one(
        "SELECT request_hash, answer FROM idempotency WHERE organisation_id = $1 AND user_id = $2 AND key = $3",
        params![viewer.organisation, viewer.user, key],
        |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<String>(1)?)),
    )?;
    match kept {
        None => Ok(None),
        Some((first, _)) if first != request => Err(Error::Refused("refused-key-reused")),
        Some((_, answer)) => {
            serde_json::from_str(&answer).map(Some).map_err(|error| Error::Internal(error.to_string()))
        }
    }
}

fn remember(tx: &mut Tx<'_>, viewer: &Viewer, key: &str, request: &[u8], answer: &impl Serialize) -> Result<(), Error> {
    let answer = serde_json::to_string(answer).unwrap_or_default();
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Idempotency),
        "INSERT INTO idempotency (organisation_id, user_id, key, request_hash, answer, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![viewer.organisation, viewer.user, key, request, answer, crate::dates::Moment::now()],
    )?;
    Ok(())
}

impl FromRequestParts<App> for Context {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Context, Error> {
        let viewer = match bearer(parts) {
            Some(token) => users::sessions::viewer_of_token(app, token).await?,
            None if is_api(parts) && cookie(parts, users::sessions::COOKIE).is_none() => return Err(Error::LoggedOut),
            None => {
                let token = cookie(parts, users::sessions::COOKIE).ok_or(Error::LoggedOut)?;
                users::sessions::viewer_of_session(app, token).await?
            }
        };
        let language = Language::from_code(&viewer.language).unwrap_or(Language::En);
        let language = cookie(parts, "language").and_then(Language::from_code).unwrap_or(language);
        Ok(Context { app: app.clone(), viewer, language, path: parts.uri.path().to_owned(), once: once(parts) })
    }
}

impl OptionalFromRequestParts<App> for Context {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Context>, Error> {
        match <Context as FromRequestParts<App>>::from_request_parts(parts, app).await {
            Ok(context) => Ok(Some(context)),
            Err(Error::LoggedOut) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Guest, Error> {
        Ok(Guest { app: app.clone(), language: language_of(parts), path: parts.uri.path().to_owned() })
    }
}

pub(super) fn language_of(parts: &Parts) -> Language {
    cookie(parts, "language").and_then(Language::from_code).unwrap_or_else(|| {
        let header = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::accepted(header.unwrap_or_default())
    })
}

/// The value of a cookie.
pub(crate) fn cookie<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` header; without a life the cookie goes with the browser's session.
pub(crate) fn set_cookie(app: &App, name: &str, value: &str, life: Option<i64>) -> String {
    let secure = if app.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    let life = life.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}{secure}")
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

pub(super) fn is_api(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/api/")
}

/// The key that makes a repeated request harmless: a header, or `once` in a form's address.
fn once(parts: &Parts) -> Option<String> {
    let header = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    header.or_else(|| query(parts, "once")).filter(|key| (1..=200).contains(&key.len())).map(str::to_owned)
}

fn query<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    let pairs = parts.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The version of the record that this change was made from: `If-Match: "3"`, or `version=3` in
/// a form's address.
pub struct Expected(pub i64);

impl FromRequestParts<App> for Expected {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Expected, Error> {
        let header = parts.headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
        header
            .map(|tag| tag.trim_start_matches("W/").trim_matches('"'))
            .or_else(|| query(parts, "version"))
            .and_then(|version| version.parse().ok())
            .map(Expected)
            .ok_or_else(|| Error::BadRequest("send the record's version as If-Match".to_owned()))
    }
}
