//! A user's own account: password, second factor, sessions, log-in history, tokens of the API.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tokens::{NewToken, Token, TokenInput};
use super::{pages, passwords, sessions, store, tokens, totp};
use crate::access::{TokenScope, Via, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{SessionId, TokenId};
use crate::params;
use crate::ui::Ui;
use crate::web::{App, Client, Context, Guest, Input, Problem, cookie, page};

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

/// One try to log in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Login {
    /// When.
    pub at: Moment,
    /// What came of it: `in`, `wrong_password`, `second_factor_due`, `wrong_code`.
    pub result: String,
    /// From which address.
    pub address: String,
}

/// A user's own account is theirs: no token reaches it.
pub(super) fn in_person(viewer: &Viewer) -> Result<(), Error> {
    match viewer.via {
        Via::Session(_) => Ok(()),
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

/// The user's last tries to log in.
///
/// # Errors
/// The database failed.
pub fn logins(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Login>, Error> {
    Ok(tx.query(
        "SELECT at, result, address FROM login WHERE organisation_id = $1 AND user_id = $2 ORDER BY at DESC LIMIT 20",
        params![viewer.organisation, viewer.user],
        |row| Ok(Login { at: row.next()?, result: row.next()?, address: row.next()? }),
    )?)
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
    /// Shown once, after a token was made.
    secret: Option<String>,
    error: Option<&'static str>,
}

impl AccountPage {
    fn scopes(&self) -> &'static [TokenScope] {
        TokenScope::ALL
    }
    fn result(&self, result: &str) -> &'static str {
        self.ui.t(&format!("login-result-{}", result.replace('_', "-")))
    }
}

pub(super) async fn show(ctx: Context) -> Result<Html<String>, Error> {
    account_page(&ctx, None, None).await
}

async fn account_page(
    ctx: &Context,
    secret: Option<String>,
    error: Option<&'static str>,
) -> Result<Html<String>, Error> {
    let (username, has_totp, sessions, logins, tokens) = ctx
        .read(|tx, viewer| {
            let user = store::user(tx, viewer.organisation, viewer.user)?;
            let tokens = tokens::of_viewer(tx, viewer)?;
            Ok((user.username, user.has_totp, open_sessions(tx, viewer)?, logins(tx, viewer)?, tokens))
        })
        .await?;
    let error = error.map(|key| ctx.language.t(key));
    page(AccountPage { ui: ctx.ui(), username, has_totp, sessions, logins, tokens, secret, error })
}

#[derive(Deserialize)]
pub(super) struct ChangePassword {
    current: String,
    password: String,
    again: String,
}

pub(super) async fn change_password(
    ctx: Context,
    client: Client,
    Input(form): Input<ChangePassword>,
) -> Result<Response, Error> {
    in_person(&ctx.viewer)?;
    let (username, hash) = ctx
        .read(|tx, viewer| {
            let user = store::user(tx, viewer.organisation, viewer.user)?;
            Ok((user.username, store::password_hash(tx, viewer.organisation, viewer.user)?))
        })
        .await?;
    let fits = passwords::fits(&ctx.app, form.current, hash).await?;
    let problem = match passwords::check(&form.password, &username) {
        _ if !fits => Some("invalid-password-wrong"),
        Err(Error::Invalid(fields)) => fields.first().map(|field| field.error),
        _ if form.password != form.again => Some("invalid-password-differs"),
        _ => None,
    };
    if let Some(problem) = problem {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, account_page(&ctx, None, Some(problem)).await?).into_response());
    }
    let hash = passwords::hash(&ctx.app, form.password).await?;
    let session = ctx
        .write(move |tx, viewer| {
            store::set_password(tx, viewer, viewer.user, &hash)?;
            sessions::begin(tx, viewer.organisation, viewer.user, &client, false)
        })
        .await?;
    ctx.app.sessions.clear();
    Ok(pages::with_session(&ctx.app, &session, "/account"))
}

pub(super) async fn end_one(ctx: Context, Path(id): Path<SessionId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| end_session(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(Redirect::to("/account"))
}

pub(super) async fn make_token(ctx: Context, Input(input): Input<TokenInput>) -> Result<Response, Error> {
    match ctx.write(move |tx, viewer| tokens::create(tx, viewer, &input)).await {
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

#[derive(Template)]
#[template(path = "users/templates/totp.html")]
struct TotpPage {
    ui: Ui,
    secret: String,
    picture: String,
    error: Option<&'static str>,
}

pub(super) async fn set_up_totp(ctx: Context) -> Result<Html<String>, Error> {
    totp_page(&ctx, totp::new_secret(), None).await
}

async fn totp_page(ctx: &Context, secret: String, error: Option<&'static str>) -> Result<Html<String>, Error> {
    in_person(&ctx.viewer)?;
    let username = ctx.read(|tx, viewer| Ok(store::user(tx, viewer.organisation, viewer.user)?.username)).await?;
    let picture = totp::picture(&secret, &username)?;
    page(TotpPage { ui: ctx.ui(), picture, secret, error })
}

#[derive(Deserialize)]
pub(super) struct ConfirmTotp {
    secret: String,
    code: String,
}

pub(super) async fn turn_on_totp(ctx: Context, Input(form): Input<ConfirmTotp>) -> Result<Response, Error> {
    let secret = form.secret.clone();
    match ctx.write(move |tx, viewer| totp::turn_on(tx, viewer, &form.secret, &form.code)).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Error::Invalid(_)) => {
            let again = totp_page(&ctx, secret, Some(ctx.language.t("invalid-code"))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
pub(super) struct GivenCode {
    code: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn turn_off_totp(ctx: Context, Input(form): Input<GivenCode>) -> Result<Response, Error> {
    in_person(&ctx.viewer)?;
    let off = ctx
        .write(move |tx, viewer| {
            let right = totp::accept(tx, viewer.organisation, viewer.user, &form.code)?;
            if right {
                totp::turn_off(tx, viewer, viewer.user)?;
            }
            Ok(right)
        })
        .await?;
    if off {
        return Ok(Redirect::to("/account").into_response());
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, account_page(&ctx, None, Some("invalid-code")).await?).into_response())
}

#[derive(Template)]
#[template(path = "users/templates/second-factor.html")]
struct SecondFactorPage {
    ui: Ui,
    next: String,
    error: Option<&'static str>,
}

pub(super) async fn second_factor(
    guest: Guest,
    axum::extract::Query(query): axum::extract::Query<pages::Next>,
) -> Result<Html<String>, Error> {
    page(SecondFactorPage { ui: guest.ui(), next: query.next, error: None })
}

/// The second half of logging in: a session whose code is due reaches nothing but this.
pub(super) async fn give_code(
    guest: Guest,
    client: Client,
    parts: Parts,
    Input(form): Input<GivenCode>,
) -> Result<Response, Error> {
    let secret = cookie(&parts, sessions::COOKIE).ok_or(Error::LoggedOut)?.to_owned();
    let digest = sessions::digest(&secret);
    let half = guest.app.db.read(move |tx| sessions::find_session(tx, &digest, true)).await?;
    let (viewer, _) = half.ok_or(Error::LoggedOut)?;
    let tries = ("code", viewer.user.to_string());
    guest.app.throttle.take(tries.clone(), 10, std::time::Duration::from_secs(900)).map_err(Error::TooMany)?;
    let code = form.code;
    let session = guest
        .app
        .db
        .write(move |tx| {
            let right = totp::accept(tx, viewer.organisation, viewer.user, &code)?;
            let result = if right { "in" } else { "wrong_code" };
            pages::note_login(tx, viewer.organisation, viewer.user, result, &client)?;
            if !right {
                return Ok::<_, Error>(None);
            }
            // A new secret: the half session's may have been seen.
            sessions::end(tx, &secret)?;
            sessions::begin(tx, viewer.organisation, viewer.user, &client, false).map(Some)
        })
        .await?;
    match session {
        Some(session) => {
            guest.app.throttle.forget(&tries);
            Ok(pages::with_session(&guest.app, &session, pages::local(&form.next)))
        }
        None => {
            let error = Some(guest.language.t("invalid-code"));
            let again = page(SecondFactorPage { ui: guest.ui(), next: form.next, error })?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// The account over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api_tokens, api_make_token))
        .routes(routes!(api_sessions))
        .routes(routes!(api_end_session))
}

#[utoipa::path(get, path = "/account/tokens", tag = "account", responses((status = 200, body = Vec<Token>)))]
async fn api_tokens(ctx: Context) -> Result<Json<Vec<Token>>, Error> {
    ctx.read(tokens::of_viewer).await.map(Json)
}

#[utoipa::path(post, path = "/account/tokens", tag = "account", request_body = TokenInput,
    responses((status = 201, body = NewToken), (status = "4XX", body = Problem)))]
async fn api_make_token(ctx: Context, Input(input): Input<TokenInput>) -> Result<(StatusCode, Json<NewToken>), Error> {
    let made = ctx.write(move |tx, viewer| tokens::create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

#[utoipa::path(get, path = "/account/sessions", tag = "account", responses((status = 200, body = Vec<Session>)))]
async fn api_sessions(ctx: Context) -> Result<Json<Vec<Session>>, Error> {
    ctx.read(open_sessions).await.map(Json)
}

#[utoipa::path(delete, path = "/account/sessions/{id}", tag = "account", params(("id" = SessionId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_end_session(ctx: Context, Path(id): Path<SessionId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| end_session(tx, viewer, id)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}
