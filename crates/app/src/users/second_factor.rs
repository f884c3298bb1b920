//! The second factor: set up and turned off in the account, asked for when logging in.

use askama::Template;
use axum::Json;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::account::{account_page, in_person};
use super::logins::{self, LoginResult};
use super::tries::Tries;
use super::{devices, pages, passkeys, sessions, store, totp};
use crate::access::Viewer;
use crate::error::Error;
use crate::ui::Ui;
use crate::web::{App, Client, Context, Guest, Input, Problem, cookie, page};

/// What an authenticator app needs; shown until its first code came.
#[derive(Serialize, ToSchema)]
pub struct NewTotp {
    /// The secret, in the letters that people type.
    pub secret: String,
    /// The address that a QR code shows.
    pub address: String,
}

/// A code of an authenticator app.
#[derive(Deserialize, ToSchema)]
pub struct GivenCode {
    /// Six digits.
    code: String,
    /// Where to go then; for the page.
    #[serde(default)]
    next: String,
}

async fn begin(ctx: &Context) -> Result<(String, String), Error> {
    ctx.write(|tx, viewer| {
        let secret = totp::begin(tx, viewer)?;
        Ok((secret, store::user(tx, viewer.organisation, viewer.user)?.username))
    })
    .await
}

async fn confirm(ctx: &Context, code: String) -> Result<(), Error> {
    in_person(&ctx.viewer)?;
    let tries = Tries::in_session(ctx.viewer.user);
    tries.take(&ctx.app)?;
    ctx.write(move |tx, viewer| totp::turn_on(tx, viewer, &code)).await?;
    tries.were_right(&ctx.app);
    Ok(())
}

async fn stop(ctx: &Context, code: String) -> Result<(), Error> {
    in_person(&ctx.viewer)?;
    let tries = Tries::in_session(ctx.viewer.user);
    tries.take(&ctx.app)?;
    ctx.write(move |tx, viewer| {
        if !totp::accept(tx, viewer.organisation, viewer.user, &code)? {
            return Err(Error::field("code", "invalid-code"));
        }
        totp::turn_off(tx, viewer, viewer.user)
    })
    .await?;
    tries.were_right(&ctx.app);
    Ok(())
}

#[derive(Template)]
#[template(path = "users/templates/totp.html")]
struct TotpPage {
    ui: Ui,
    secret: String,
    picture: String,
    error: Option<&'static str>,
}

pub(super) async fn set_up(ctx: Context) -> Result<Html<String>, Error> {
    totp_page(&ctx, None).await
}

async fn totp_page(ctx: &Context, error: Option<&'static str>) -> Result<Html<String>, Error> {
    let (secret, username) = begin(ctx).await?;
    let picture = totp::picture(&secret, &username)?;
    page(TotpPage { ui: ctx.ui(), picture, secret, error })
}

pub(super) async fn turn_on(ctx: Context, Input(form): Input<GivenCode>) -> Result<Response, Error> {
    match confirm(&ctx, form.code).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Error::Invalid(_)) => {
            let again = totp_page(&ctx, Some(ctx.language.t("invalid-code"))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn turn_off(ctx: Context, Input(form): Input<GivenCode>) -> Result<Response, Error> {
    match stop(&ctx, form.code).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Error::Invalid(_)) => {
            let again = account_page(&ctx, None, Some("invalid-code")).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "users/templates/second-factor.html")]
struct SecondFactorPage {
    ui: Ui,
    next: String,
    has_totp: bool,
    has_passkeys: bool,
    error: Option<&'static str>,
}

pub(super) async fn ask(
    guest: Guest,
    parts: Parts,
    axum::extract::Query(query): axum::extract::Query<pages::Next>,
) -> Result<Html<String>, Error> {
    let (viewer, _) = half_session(&guest.app, &parts).await?;
    second_factor_page(&guest, &viewer, query.next, None).await
}

async fn second_factor_page(
    guest: &Guest,
    viewer: &Viewer,
    next: String,
    error: Option<&'static str>,
) -> Result<Html<String>, Error> {
    let (organisation, user) = (viewer.organisation, viewer.user);
    let (has_totp, has_passkeys) = guest
        .app
        .db
        .read(move |tx| {
            let has_totp = store::user(tx, organisation, user)?.has_totp;
            Ok::<_, Error>((has_totp, passkeys::any(tx, organisation, user)?))
        })
        .await?;
    page(SecondFactorPage { ui: guest.ui(), next, has_totp, has_passkeys, error })
}

/// Whose second factor is due in this browser, and the secret of the half session.
pub(super) async fn half_session(app: &App, parts: &Parts) -> Result<(Viewer, String), Error> {
    let secret = cookie(parts, sessions::COOKIE).ok_or(Error::LoggedOut)?.to_owned();
    let digest = sessions::digest(&secret);
    let half = app.db.read(move |tx| sessions::find_session(tx, &digest, true)).await?;
    half.map(|(viewer, _)| (viewer, secret)).ok_or(Error::LoggedOut)
}

/// The second half of logging in: a session whose code is due reaches nothing but this.
pub(super) async fn give_code(
    guest: Guest,
    client: Client,
    parts: Parts,
    Input(form): Input<GivenCode>,
) -> Result<Response, Error> {
    let (viewer, secret) = half_session(&guest.app, &parts).await?;
    let (user, cookie) = (viewer.user, client.device.clone());
    let device =
        guest.app.db.read(move |tx| Ok::<_, Error>(cookie.and_then(|it| devices::known(tx, user, &it)))).await?;
    let tries = Tries::of_code(viewer.user, device);
    tries.take(&guest.app)?;
    let (code, asked) = (form.code, viewer.clone());
    let logged_in = guest
        .app
        .db
        .write(move |tx| {
            let right = totp::accept(tx, viewer.organisation, viewer.user, &code)?;
            let result = if right { LoginResult::In } else { LoginResult::WrongCode };
            logins::note(tx, viewer.organisation, viewer.user, result, &client)?;
            if !right {
                return Ok::<_, Error>(None);
            }
            // A new secret: the half session's may have been seen.
            sessions::end(tx, &secret)?;
            sessions::begin_whole(tx, viewer.organisation, viewer.user, &client).map(Some)
        })
        .await?;
    match logged_in {
        Some(logged_in) => {
            tries.were_right(&guest.app);
            Ok(pages::with_session(&guest.app, &logged_in, pages::local(&form.next)))
        }
        None => {
            let error = Some(guest.language.t("invalid-code"));
            let again = second_factor_page(&guest, &asked, form.next, error).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// The second factor over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api_begin, api_confirm, api_stop))
}

/// Begins to set up an authenticator app; nothing changes until its first code is sent.
#[utoipa::path(post, path = "/account/totp", tag = "account",
    responses((status = 201, body = NewTotp), (status = "4XX", body = Problem)))]
async fn api_begin(ctx: Context) -> Result<(StatusCode, Json<NewTotp>), Error> {
    let (secret, username) = begin(&ctx).await?;
    let address = totp::address(&secret, &username);
    Ok((StatusCode::CREATED, Json(NewTotp { secret, address })))
}

/// Confirms the app with its first code.
#[utoipa::path(put, path = "/account/totp", tag = "account", request_body = GivenCode,
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_confirm(ctx: Context, Input(form): Input<GivenCode>) -> Result<StatusCode, Error> {
    confirm(&ctx, form.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stops asking for codes.
#[utoipa::path(delete, path = "/account/totp", tag = "account", request_body = GivenCode,
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_stop(ctx: Context, Input(form): Input<GivenCode>) -> Result<StatusCode, Error> {
    stop(&ctx, form.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
