//! Logging in and out, the language, the first password.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header::SET_COOKIE;
use axum::http::{StatusCode, request::Parts};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{passwords, sessions, store};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Actor, Bookkeeping, Pen};
use crate::ids::{OrganisationId, UserId};
use crate::params;
use crate::ui::{Language, Ui};
use crate::web::{App, Client, Guest, Input, page};

/// Wrong passwords for one name from one address before it must wait.
const TRIES: u32 = 10;
const TRIES_WINDOW: Duration = Duration::from_secs(15 * 60);

#[derive(Template)]
#[template(path = "users/templates/login.html")]
struct LoginPage {
    ui: Ui,
    next: String,
    username: String,
    error: Option<&'static str>,
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

#[derive(Deserialize)]
pub(super) struct LogIn {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn login(guest: Guest, Query(Next { next }): Query<Next>) -> Result<Html<String>, Error> {
    page(LoginPage { ui: guest.ui(), next, username: String::new(), error: None })
}

pub(super) async fn log_in(guest: Guest, client: Client, Input(form): Input<LogIn>) -> Result<Response, Error> {
    let username = form.username.trim().to_lowercase();
    // The address is part of the name: nobody can lock a user out from elsewhere.
    let tries = ("login", format!("{username}\n{}", client.address));
    if let Err(wait) = guest.app.throttle.take(tries.clone(), TRIES, TRIES_WINDOW) {
        return Err(Error::TooMany(wait));
    }
    let name = username.clone();
    let account = guest.app.db.read(move |tx| find_account(tx, &name)).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let fits = passwords::fits(&guest.app, form.password, hash).await?;
    let Some(account) = account else { return wrong(&guest, username, form.next) };
    if !fits {
        let (app, client) = (guest.app.clone(), client);
        app.db.write(move |tx| note_login(tx, account.organisation, account.user, "wrong_password", &client)).await?;
        return wrong(&guest, username, form.next);
    }
    guest.app.throttle.forget(&tries);
    let due = account.has_second_factor;
    let secret = guest
        .app
        .db
        .write(move |tx| {
            note_login(tx, account.organisation, account.user, if due { "second_factor_due" } else { "in" }, &client)?;
            sessions::begin(tx, account.organisation, account.user, &client, due)
        })
        .await?;
    let target =
        if due { format!("/login/second-factor?next={}", local(&form.next)) } else { local(&form.next).to_owned() };
    Ok(with_session(&guest.app, &secret, &target))
}

fn wrong(guest: &Guest, username: String, next: String) -> Result<Response, Error> {
    let body = page(LoginPage { ui: guest.ui(), next, username, error: Some(guest.language.t("login-wrong")) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// Only addresses of this site: `//elsewhere` is not.
pub(super) fn local(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    if own && !next.contains(['\r', '\n']) { next } else { "/" }
}

/// Sends the browser on with its session's cookie.
pub(super) fn with_session(app: &App, secret: &str, target: &str) -> Response {
    let secure = if app.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}", sessions::COOKIE);
    (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie)], Redirect::to(target)).into_response()
}

struct Account {
    organisation: OrganisationId,
    user: UserId,
    password_hash: Option<String>,
    has_second_factor: bool,
}

fn find_account(tx: &mut Tx<'_>, username: &str) -> Result<Option<Account>, Error> {
    let found = tx.one(
        "SELECT organisation_id, id, password_hash, totp_sealed FROM user_account WHERE username = $1 AND active = 1",
        params![username],
        |row| {
            Ok(Account {
                organisation: row.next()?,
                user: row.next()?,
                password_hash: row.next()?,
                has_second_factor: row.next::<Option<Vec<u8>>>()?.is_some(),
            })
        },
    )?;
    Ok(found)
}

/// Writes the log-in history.
pub(super) fn note_login(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: UserId,
    result: &str,
    client: &Client,
) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "INSERT INTO login (organisation_id, id, user_id, at, result, address, user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            organisation, uuid::Uuid::now_v7(), user, Moment::now(), result, client.address.to_string(),
            client.user_agent.clone()
        ],
    )?;
    Ok(())
}

pub(super) async fn log_out(guest: Guest, parts: Parts) -> Result<Response, Error> {
    if let Some(secret) = crate::web::cookie(&parts, sessions::COOKIE).map(str::to_owned) {
        guest.app.db.write(move |tx| sessions::end(tx, &secret)).await?;
        guest.app.sessions.clear();
    }
    let gone = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", sessions::COOKIE);
    Ok((StatusCode::SEE_OTHER, [(SET_COOKIE, gone)], Redirect::to("/login")).into_response())
}

#[derive(Deserialize)]
pub(super) struct ChooseLanguage {
    language: Language,
    #[serde(default)]
    next: String,
}

pub(super) async fn choose_language(Input(form): Input<ChooseLanguage>) -> Response {
    let cookie = format!("language={}; Path=/; SameSite=Lax; Max-Age=31536000", form.language);
    (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie)], Redirect::to(local(&form.next))).into_response()
}

#[derive(Template)]
#[template(path = "users/templates/welcome.html")]
struct WelcomePage {
    ui: Ui,
    token: String,
    username: String,
    error: Option<&'static str>,
}

#[derive(Deserialize)]
pub(super) struct ChoosePassword {
    password: String,
    again: String,
}

pub(super) async fn welcome(guest: Guest, Path(token): Path<String>) -> Result<Html<String>, Error> {
    let secret = token.clone();
    let (_, _, username) = guest
        .app
        .db
        .read(move |tx| store::login_link(tx, &secret))
        .await?
        .ok_or(Error::Refused("refused-link-used"))?;
    page(WelcomePage { ui: guest.ui(), token, username, error: None })
}

pub(super) async fn choose_password(
    guest: Guest,
    client: Client,
    Path(token): Path<String>,
    Input(form): Input<ChoosePassword>,
) -> Result<Response, Error> {
    let secret = token.clone();
    let (organisation, user, username) = guest
        .app
        .db
        .read(move |tx| store::login_link(tx, &secret))
        .await?
        .ok_or(Error::Refused("refused-link-used"))?;
    let problem = match passwords::check(&form.password, &username) {
        Err(Error::Invalid(fields)) => fields.first().map(|field| field.error),
        _ if form.password != form.again => Some("invalid-password-differs"),
        _ => None,
    };
    if let Some(problem) = problem {
        let body = page(WelcomePage { ui: guest.ui(), token, username, error: Some(guest.language.t(problem)) })?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response());
    }
    let hash = passwords::hash(&guest.app, form.password).await?;
    let session = guest
        .app
        .db
        .write(move |tx| {
            if !store::use_login_link(tx, &token)? {
                return Err(Error::Refused("refused-link-used"));
            }
            store::set_password(tx, Actor { organisation, user: Some(user) }, user, &hash)?;
            note_login(tx, organisation, user, "in", &client)?;
            sessions::begin(tx, organisation, user, &client, false)
        })
        .await?;
    guest.app.sessions.clear();
    Ok(with_session(&guest.app, &session, "/"))
}
