//! Logging in and out, the language, the first password.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::http::{StatusCode, request::Parts};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::logins::{self, LoginResult};
use super::model::LONGEST_USERNAME;
use super::sessions::LoggedIn;
use super::store::LoginLink;
use super::tries::Tries;
use super::{devices, passwords, sessions, store};
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::history::Actor;
use crate::ids::{OrganisationId, UserId};
use crate::params;
use crate::ui::{Language, Ui};
use crate::web::{App, Client, Guest, Input, page, set_cookie};

#[derive(Template)]
#[template(path = "users/templates/login.html")]
struct LoginPage {
    ui: Ui,
    next: String,
    username: String,
    passkeys: bool,
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
    login_page(&guest, next, String::new(), None)
}

fn login_page(
    guest: &Guest,
    next: String,
    username: String,
    error: Option<&'static str>,
) -> Result<Html<String>, Error> {
    let passkeys = guest.app.passkeys.is_some();
    page(LoginPage { ui: guest.ui(), next, username, passkeys, error })
}

pub(super) async fn log_in(guest: Guest, client: Client, Input(form): Input<LogIn>) -> Result<Response, Error> {
    let Some(account) = whose(&guest.app, &client, &form.username, form.password).await? else {
        return wrong(&guest, form.username.trim().to_lowercase(), form.next);
    };
    let (organisation, user) = (account.organisation, account.user);
    let logged_in = guest.app.db.write(move |tx| enter(tx, organisation, user, &client)).await?;
    Ok(welcome_in(&guest.app, &logged_in, &form.next))
}

/// What came of a log-in without a page.
pub(crate) enum Began {
    /// The session's secret.
    Session(String),
    /// The name or the password is wrong.
    Wrong,
    /// Both are right, and a second factor is due, which nothing asks for here.
    SecondFactor,
}

/// Begins a session of a program that sends a user's name and password.
///
/// # Errors
/// Too many were wrong, or the database failed.
pub(crate) async fn begin_session(app: &App, client: Client, username: &str, password: String) -> Result<Began, Error> {
    let Some(Account { organisation, user, .. }) = whose(app, &client, username, password).await? else {
        return Ok(Began::Wrong);
    };
    app.db
        .write(move |tx| {
            if store::has_second_factor(tx, organisation, user)? {
                logins::note(tx, organisation, user, LoginResult::SecondFactorDue, &client)?;
                return Ok(Began::SecondFactor);
            }
            logins::note(tx, organisation, user, LoginResult::In, &client)?;
            sessions::begin(tx, organisation, user, &client, false).map(Began::Session)
        })
        .await
}

/// Whose name and password these are; a wrong password is written down.
async fn whose(app: &App, client: &Client, username: &str, password: String) -> Result<Option<Account>, Error> {
    let username: String = username.trim().to_lowercase().chars().take(LONGEST_USERNAME + 1).collect();
    let (name, cookie) = (username.clone(), client.device.clone());
    let (account, device) = app
        .db
        .read(move |tx| {
            let account = find_account(tx, &name)?;
            let device =
                account.as_ref().zip(cookie).and_then(|(account, cookie)| devices::known(tx, account.user, &cookie));
            Ok::<_, Error>((account, device))
        })
        .await?;
    let tries = Tries::of_password(&username, client, device);
    tries.take(app)?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let fits = passwords::fits(app, password, hash).await?;
    let Some(account) = account else { return Ok(None) };
    if !fits {
        let client = client.clone();
        app.db
            .write(move |tx| logins::note(tx, account.organisation, account.user, LoginResult::WrongPassword, &client))
            .await?;
        return Ok(None);
    }
    tries.were_right(app);
    Ok(Some(account))
}

/// Begins a session of someone whose password is right: whole, or until the second factor comes.
fn enter(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId, client: &Client) -> Result<LoggedIn, Error> {
    if !store::has_second_factor(tx, organisation, user)? {
        logins::note(tx, organisation, user, LoginResult::In, client)?;
        return sessions::begin_whole(tx, organisation, user, client);
    }
    logins::note(tx, organisation, user, LoginResult::SecondFactorDue, client)?;
    let session = sessions::begin(tx, organisation, user, client, true)?;
    Ok(LoggedIn { session, device: None })
}

/// Sends the browser where it wanted to go, or to its second factor.
fn welcome_in(app: &App, logged_in: &LoggedIn, next: &str) -> Response {
    let next = local(next);
    match logged_in.device {
        Some(_) => with_session(app, logged_in, next),
        None => with_session(app, logged_in, &format!("/login/second-factor?next={next}")),
    }
}

fn wrong(guest: &Guest, username: String, next: String) -> Result<Response, Error> {
    let body = login_page(guest, next, username, Some(guest.language.t("login-wrong")))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// Only addresses of this site: `//elsewhere` is not.
pub(super) fn local(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    if own && !next.contains(['\r', '\n']) { next } else { "/" }
}

/// The cookies of a log-in.
pub(super) fn cookies(app: &App, logged_in: &LoggedIn) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let session = set_cookie(app, sessions::COOKIE, &logged_in.session, None);
    let device = logged_in.device.as_ref().map(|device| set_cookie(app, devices::COOKIE, device, Some(devices::LIFE)));
    AppendHeaders(std::iter::once(session).chain(device).map(|cookie| (SET_COOKIE, cookie)).collect())
}

/// Sends the browser on with its session's cookie.
pub(super) fn with_session(app: &App, logged_in: &LoggedIn, target: &str) -> Response {
    (cookies(app, logged_in), Redirect::to(target)).into_response()
}

struct Account {
    organisation: OrganisationId,
    user: UserId,
    password_hash: Option<String>,
}

fn find_account(tx: &mut Tx<'_>, username: &str) -> Result<Option<Account>, Error> {
    let found = tx.one(
        "SELECT organisation_id, id, password_hash FROM user_account WHERE username = $1 AND active = 1",
        params![username],
        |row| Ok(Account { organisation: row.next()?, user: row.next()?, password_hash: row.next()? }),
    )?;
    Ok(found)
}

pub(super) async fn log_out(guest: Guest, parts: Parts) -> Result<Response, Error> {
    if let Some(secret) = crate::web::cookie(&parts, sessions::COOKIE).map(str::to_owned) {
        guest.app.db.write(move |tx| sessions::end(tx, &secret)).await?;
        guest.app.sessions.clear();
    }
    let gone = set_cookie(&guest.app, sessions::COOKIE, "", Some(0));
    Ok(([(SET_COOKIE, gone)], Redirect::to("/login")).into_response())
}

#[derive(Deserialize)]
pub(super) struct ChooseLanguage {
    language: Language,
    #[serde(default)]
    next: String,
}

pub(super) async fn choose_language(State(app): State<App>, Input(form): Input<ChooseLanguage>) -> Response {
    let cookie = set_cookie(&app, "language", form.language.code(), Some(31_536_000));
    ([(SET_COOKIE, cookie)], Redirect::to(local(&form.next))).into_response()
}

#[derive(Template)]
#[template(path = "users/templates/welcome.html")]
struct WelcomePage {
    ui: Ui,
    token: String,
    link: LoginLink,
    error: Option<&'static str>,
}

#[derive(Deserialize)]
pub(super) struct ChoosePassword {
    password: String,
    again: String,
}

pub(super) async fn welcome(guest: Guest, Path(token): Path<String>) -> Result<Html<String>, Error> {
    let secret = token.clone();
    let link = guest.app.db.read(move |tx| login_link(tx, &secret)).await?;
    page(WelcomePage { ui: guest.ui(), token, link, error: None })
}

fn login_link(tx: &mut Tx<'_>, secret: &str) -> Result<LoginLink, Error> {
    store::login_link(tx, secret)?.ok_or(Error::Refused("refused-link-used"))
}

pub(super) async fn choose_password(
    guest: Guest,
    client: Client,
    Path(token): Path<String>,
    Input(form): Input<ChoosePassword>,
) -> Result<Response, Error> {
    let secret = token.clone();
    let link = guest.app.db.read(move |tx| login_link(tx, &secret)).await?;
    let problem = match passwords::check(&form.password, &link.username) {
        Err(Error::Invalid(fields)) => fields.first().map(|field| field.error),
        _ if form.password != form.again => Some("invalid-password-differs"),
        _ => None,
    };
    if let Some(problem) = problem {
        let body = page(WelcomePage { ui: guest.ui(), token, link, error: Some(guest.language.t(problem)) })?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response());
    }
    let hash = passwords::hash(&guest.app, form.password).await?;
    let logged_in = guest
        .app
        .db
        .write(move |tx| {
            if !store::use_login_link(tx, &token)? {
                return Err(Error::Refused("refused-link-used"));
            }
            let by = Actor { organisation: link.organisation, user: Some(link.user) };
            store::set_password(tx, by, link.user, &hash)?;
            if link.forgets_second_factor {
                store::forget_second_factor(tx, by, link.user)?;
            }
            enter(tx, link.organisation, link.user, &client)
        })
        .await?;
    guest.app.sessions.clear();
    Ok(welcome_in(&guest.app, &logged_in, "/"))
}
