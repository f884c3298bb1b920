//! A user's own account: password, second factor, sessions, log-in history, tokens of the API.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::logins::Login;
use super::passkeys::Passkey;
use super::sessions::LoggedIn;
use super::tokens::{NewToken, Token, TokenInput};
use super::tries::Tries;
use super::{User, logins, pages, passkeys, passwords, sessions, store, tokens};
use crate::access::{Permission, TokenScope, Via, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{SessionId, TokenId};
use crate::params;
use crate::ui::Ui;
use crate::web::{App, Client, Context, Input, Problem, Versioned, page};

/// A log-in that is still open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Moment,
    /// When it was last used.
    pub last_seen_at: Moment,
    /// From which address.
    pub address: String,
    /// With which browser.
    pub user_agent: String,
    /// Whether it is the one asking.
    pub current: bool,
}

/// A user's own account is theirs: no token reaches it. Answers the session that asks.
pub(crate) fn in_person(viewer: &Viewer) -> Result<SessionId, Error> {
    match viewer.via {
        Via::Session(id) => Ok(id),
        Via::Token(..) => Err(Error::Refused("refused-token")),
    }
}

/// The user's open sessions.
///
/// # Errors
/// Asked with a token, or the database failed.
pub fn open_sessions(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Session>, Error> {
    in_person(viewer)?;
    let current = viewer.via.clone();
    Ok(tx.query(
        "SELECT id, created_at, last_seen_at, address, user_agent FROM session \
         WHERE organisation_id = $1 AND user_id = $2 AND expires_at > $3 ORDER BY last_seen_at DESC",
        params![viewer.organisation, viewer.user, Moment::now()],
        |row| {
            let id: SessionId = row.next()?;
            Ok(Session {
                id,
                created_at: row.next()?,
                last_seen_at: row.next()?,
                address: row.next()?,
                user_agent: row.next()?,
                current: current == Via::Session(id),
            })
        },
    )?)
}

/// Ends one of the user's sessions.
///
/// # Errors
/// Asked with a token, no such session, or the database failed.
pub fn end_session(tx: &mut Tx<'_>, viewer: &Viewer, id: SessionId) -> Result<(), Error> {
    in_person(viewer)?;
    let ended = tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "DELETE FROM session WHERE organisation_id = $1 AND user_id = $2 AND id = $3",
        params![viewer.organisation, viewer.user, id],
    )?;
    if ended == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends all of the user's sessions but the one that asks.
///
/// # Errors
/// Asked with a token, or the database failed.
pub fn end_others(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<(), Error> {
    let current = in_person(viewer)?;
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "DELETE FROM session WHERE organisation_id = $1 AND user_id = $2 AND id <> $3",
        params![viewer.organisation, viewer.user, current],
    )?;
    Ok(())
}

#[derive(Template)]
#[template(path = "users/templates/account.html")]
struct AccountPage {
    ui: Ui,
    username: String,
    has_totp: bool,
    sessions: Vec<Session>,
    logins: Vec<Login>,
    tokens: Vec<Token>,
    passkeys: Vec<Passkey>,
    /// Whether this installation has a name that passkeys can be bound to.
    may_have_passkeys: bool,
    /// Shown once, after a token was made.
    secret: Option<String>,
    error: Option<&'static str>,
}

impl AccountPage {
    fn scopes(&self) -> Vec<TokenScope> {
        self.ui.viewer.as_ref().map(|viewer| viewer.token_scopes()).unwrap_or_default()
    }
}

pub(super) async fn show(ctx: Context) -> Result<Html<String>, Error> {
    account_page(&ctx, None, None).await
}

pub(super) async fn account_page(
    ctx: &Context,
    secret: Option<String>,
    error: Option<&'static str>,
) -> Result<Html<String>, Error> {
    let (user, sessions, logins, tokens, passkeys) = ctx
        .read(|tx, viewer| {
            let user = store::user(tx, viewer.organisation, viewer.user)?;
            let (tokens, passkeys) = (tokens::of_viewer(tx, viewer)?, passkeys::of_viewer(tx, viewer)?);
            Ok((user, open_sessions(tx, viewer)?, logins::own(tx, viewer)?, tokens, passkeys))
        })
        .await?;
    page(AccountPage {
        ui: ctx.ui(),
        username: user.username,
        has_totp: user.has_totp,
        sessions,
        logins,
        tokens,
        passkeys,
        may_have_passkeys: ctx.app.passkeys.is_some(),
        secret,
        error: error.map(|key| ctx.language.t(key)),
    })
}

/// A new password, and the one it replaces.
#[derive(Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The password now.
    current: String,
    /// The new one.
    password: String,
    /// The new one again; only the page asks for it.
    again: Option<String>,
}

/// Whether a password is that of the user who asks; wrong ones are counted.
pub(super) async fn prove(ctx: &Context, password: String) -> Result<(), Error> {
    in_person(&ctx.viewer)?;
    let tries = Tries::in_session(ctx.viewer.user);
    tries.take(&ctx.app)?;
    let hash = ctx.read(|tx, viewer| store::password_hash(tx, viewer.organisation, viewer.user)).await?;
    if !passwords::fits(&ctx.app, password, hash).await? {
        return Err(Error::field("current", "invalid-password-wrong"));
    }
    tries.were_right(&ctx.app);
    Ok(())
}

/// Changes the password; every session ends, and this browser gets a new one.
async fn replace_password(ctx: &Context, client: Client, form: ChangePassword) -> Result<LoggedIn, Error> {
    prove(ctx, form.current).await?;
    let username = ctx.read(|tx, viewer| Ok(store::user(tx, viewer.organisation, viewer.user)?.username)).await?;
    passwords::check(&form.password, &username)?;
    if form.again.is_some_and(|again| again != form.password) {
        return Err(Error::field("again", "invalid-password-differs"));
    }
    let hash = passwords::hash(&ctx.app, form.password).await?;
    let logged_in = ctx
        .write(move |tx, viewer| {
            store::set_password(tx, viewer, viewer.user, &hash)?;
            sessions::begin_whole(tx, viewer.organisation, viewer.user, &client)
        })
        .await?;
    ctx.app.sessions.clear();
    Ok(logged_in)
}

pub(super) async fn change_password(
    ctx: Context,
    client: Client,
    Input(form): Input<ChangePassword>,
) -> Result<Response, Error> {
    match replace_password(&ctx, client, form).await {
        Ok(logged_in) => Ok(pages::with_session(&ctx.app, &logged_in, "/account")),
        Err(Error::Invalid(fields)) => {
            let problem = fields.first().map(|field| field.error);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, account_page(&ctx, None, problem).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn end_one(ctx: Context, Path(id): Path<SessionId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| end_session(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(Redirect::to("/account"))
}

pub(super) async fn end_all_others(ctx: Context) -> Result<Redirect, Error> {
    ctx.write(end_others).await?;
    ctx.app.sessions.clear();
    Ok(Redirect::to("/account"))
}

pub(super) async fn make_token(ctx: Context, Input(input): Input<TokenInput>) -> Result<Response, Error> {
    match ctx.create_secret(input, |tx, viewer, input| tokens::create(tx, viewer, &input)).await {
        Ok(made) => Ok(account_page(&ctx, Some(made.secret), None).await?.into_response()),
        Err(Error::Invalid(fields)) => {
            let problem = fields.first().map(|field| field.error);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, account_page(&ctx, None, problem).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn end_token(ctx: Context, Path(id): Path<TokenId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| tokens::end(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(Redirect::to("/account"))
}

/// The account over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api_account))
        .routes(routes!(api_tokens, api_make_token))
        .routes(routes!(api_end_token))
        .routes(routes!(api_sessions, api_end_others))
        .routes(routes!(api_end_session))
        .routes(routes!(api_change_password))
}

/// Who is asking, and what they may do.
#[derive(Serialize, ToSchema)]
pub struct Account {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The organisation's name.
    pub organisation: String,
    /// What the role allows, and the token where one asks.
    pub permissions: Vec<Permission>,
}

/// Who you are, and what you may do.
#[utoipa::path(get, path = "/account", tag = "account", responses((status = 200, body = Account)))]
async fn api_account(ctx: Context) -> Result<Versioned<Account>, Error> {
    let user = ctx.read(|tx, viewer| store::user(tx, viewer.organisation, viewer.user)).await?;
    let permissions = Permission::ALL.iter().copied().filter(|permission| ctx.viewer.may(*permission)).collect();
    let organisation = ctx.viewer.organisation_name.clone();
    Ok(Versioned(user.version, Account { user, organisation, permissions }))
}

/// Ends a token at once.
#[utoipa::path(delete, path = "/account/tokens/{id}", tag = "account", params(("id" = TokenId, Path)),
    responses((status = 204)))]
async fn api_end_token(ctx: Context, Path(id): Path<TokenId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| tokens::end(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// Your tokens that still work.
#[utoipa::path(get, path = "/account/tokens", tag = "account", responses((status = 200, body = Vec<Token>)))]
async fn api_tokens(ctx: Context) -> Result<Json<Vec<Token>>, Error> {
    ctx.read(tokens::of_viewer).await.map(Json)
}

/// Makes a token; its secret is shown this once.
#[utoipa::path(post, path = "/account/tokens", tag = "account", request_body = TokenInput,
    responses((status = 201, body = NewToken), (status = "4XX", body = Problem)))]
async fn api_make_token(ctx: Context, Input(input): Input<TokenInput>) -> Result<(StatusCode, Json<NewToken>), Error> {
    let made = ctx.create_secret(input, |tx, viewer, input| tokens::create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Your open sessions, last used first.
#[utoipa::path(get, path = "/account/sessions", tag = "account", responses((status = 200, body = Vec<Session>)))]
async fn api_sessions(ctx: Context) -> Result<Json<Vec<Session>>, Error> {
    ctx.read(open_sessions).await.map(Json)
}

/// Ends all sessions but the one that asks.
#[utoipa::path(delete, path = "/account/sessions", tag = "account",
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_end_others(ctx: Context) -> Result<StatusCode, Error> {
    ctx.write(end_others).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of your sessions; the one that asks is logged out.
#[utoipa::path(delete, path = "/account/sessions/{id}", tag = "account", params(("id" = SessionId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_end_session(ctx: Context, Path(id): Path<SessionId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| end_session(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the password; the answer carries the cookies of a new session.
#[utoipa::path(put, path = "/account/password", tag = "account", request_body = ChangePassword,
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_change_password(
    ctx: Context,
    client: Client,
    Input(form): Input<ChangePassword>,
) -> Result<Response, Error> {
    let logged_in = replace_password(&ctx, client, form).await?;
    Ok((StatusCode::NO_CONTENT, pages::cookies(&ctx.app, &logged_in)).into_response())
}
