//! Who is asking, in which language, and the doors to the database.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, IF_MATCH};
use axum::http::request::Parts;
use axum::response::Html;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
    once: Option<Once>,
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

impl App {
    /// Reads as a user, at one moment in time.
    pub(crate) async fn read_as<T: Send + 'static>(
        &self,
        viewer: &Arc<Viewer>,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = viewer.clone();
        self.db.read(move |tx| work(tx, &viewer)).await
    }

    /// Writes as a user, whole or not at all; answers once the change is durable.
    pub(crate) async fn write_as<T: Send + 'static>(
        &self,
        viewer: &Arc<Viewer>,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = viewer.clone();
        self.db.write(move |tx| work(tx, &viewer)).await
    }
}

impl Context {
    /// Reads at one moment in time.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.app.read_as(&self.viewer, work).await
    }

    /// Writes, whole or not at all; answers once the change is durable.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.app.write_as(&self.viewer, work).await
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
        let Some(once) = self.once.clone() else {
            return self.write(move |tx, viewer| work(tx, viewer, input)).await;
        };
        let request = fingerprint(&self.path, &input);
        self.write(move |tx, viewer| {
            let key = once.key(&request);
            if let Some(answer) = claim(tx, viewer, &key, &request)? {
                return Ok(answer);
            }
            let answer = work(tx, viewer, input)?;
            remember(tx, viewer, &key, &answer)?;
            Ok(answer)
        })
        .await
    }

    /// Writes something whose secret is shown once and never kept: a repeated request makes
    /// nothing, and is told so.
    pub async fn create_secret<I, T>(
        &self,
        input: I,
        work: impl FnOnce(&mut Tx<'_>, &Viewer, I) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error>
    where
        I: Serialize + Send + 'static,
        T: Send + 'static,
    {
        let Some(once) = self.once.clone() else {
            return self.write(move |tx, viewer| work(tx, viewer, input)).await;
        };
        let request = fingerprint(&self.path, &input);
        self.write(move |tx, viewer| {
            let key = once.key(&request);
            if claim::<()>(tx, viewer, &key, &request)?.is_some() {
                return Err(Error::Refused("refused-shown-once"));
            }
            let made = work(tx, viewer, input)?;
            remember(tx, viewer, &key, &())?;
            Ok(made)
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

/// Takes a key for this request, or answers what the first request with it got. A request that
/// comes while the first is still at work waits for it here.
fn claim<T: DeserializeOwned>(tx: &mut Tx<'_>, viewer: &Viewer, key: &str, request: &[u8]) -> Result<Option<T>, Error> {
    let taken = tx.execute(
        &Pen::unrecorded(Bookkeeping::Idempotency),
        "INSERT INTO idempotency (organisation_id, user_id, key, request_hash, answer, created_at) \
         VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT (organisation_id, user_id, key) DO NOTHING",
        params![viewer.organisation, viewer.user, key, request, crate::dates::Moment::now()],
    )?;
    if taken == 1 {
        return Ok(None);
    }
    let kept = tx.one(
        "SELECT request_hash, answer FROM idempotency WHERE organisation_id = $1 AND user_id = $2 AND key = $3",
        params![viewer.organisation, viewer.user, key],
        |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<String>(1)?)),
    )?;
    match kept {
        Some((first, answer)) if first == request => {
            serde_json::from_str(&answer).map(Some).map_err(|error| Error::Internal(error.to_string()))
        }
        _ => Err(Error::Refused("refused-key-reused")),
    }
}

fn remember(tx: &mut Tx<'_>, viewer: &Viewer, key: &str, answer: &impl Serialize) -> Result<(), Error> {
    let answer = serde_json::to_string(answer).unwrap_or_default();
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Idempotency),
        "UPDATE idempotency SET answer = $4 WHERE organisation_id = $1 AND user_id = $2 AND key = $3",
        params![viewer.organisation, viewer.user, key, answer],
    )?;
    Ok(())
}

impl FromRequestParts<App> for Context {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Context, Error> {
        let viewer = match bearer(parts) {
            Some(token) if is_central(parts) => users::sessions::viewer_of_bearer(app, token).await?,
            Some(token) => users::sessions::viewer_of_token(app, token).await?,
            None if is_api(parts) && cookie(parts, users::sessions::COOKIE).is_none() => return Err(Error::LoggedOut),
            None => {
                let token = cookie(parts, users::sessions::COOKIE).ok_or(Error::LoggedOut)?;
                users::sessions::viewer_of_session(app, token).await?
            }
        };
        let language = chosen_language(parts).or_else(|| Language::from_code(&viewer.language)).unwrap_or(Language::En);
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

/// The language chosen in this browser; a program with a token says what it speaks.
fn chosen_language(parts: &Parts) -> Option<Language> {
    let spoken = || parts.headers.get(ACCEPT_LANGUAGE).filter(|_| bearer(parts).is_some())?.to_str().ok();
    cookie(parts, "language").and_then(Language::from_code).or_else(|| spoken().map(Language::accepted))
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
    parts.uri.path().starts_with("/api/") || is_central(parts)
}

/// Whether it is asked for as of ODK Central.
pub(super) fn is_central(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/v1/")
}

/// What makes a repeated request harmless.
#[derive(Clone)]
enum Once {
    /// An `Idempotency-Key`: another request under the same key is refused.
    Key(String),
    /// The `once` in a form's address: what was changed after going back is a new request.
    Form(String),
}

impl Once {
    fn key(&self, request: &[u8]) -> String {
        match self {
            Once::Key(key) => key.clone(),
            Once::Form(once) => format!("{once} {}", URL_SAFE_NO_PAD.encode(request)),
        }
    }
}

fn once(parts: &Parts) -> Option<Once> {
    let fits = |key: &str| (1..=200).contains(&key.len());
    let header = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).filter(|key| fits(key));
    let form = || query(parts, "once").filter(|key| fits(key)).map(|key| Once::Form(key.to_owned()));
    header.map(|key| Once::Key(key.to_owned())).or_else(form)
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
        let header = parts.headers.get(IF_MATCH).map(|value| value.to_str().unwrap_or_default());
        let version = header
            .map(|tag| tag.trim_start_matches("W/").trim_matches('"'))
            .or_else(|| query(parts, "version"))
            .ok_or(Error::VersionNeeded)?;
        let read = version.parse().map(Expected);
        read.map_err(|_| Error::BadRequest("If-Match is not the version of a record, such as \"3\"".to_owned()))
    }
}
