//! Passkeys as the browser's script and programs meet them: JSON both ways.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value as Object;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::account::{account_page, prove};
use super::logins::{self, LoginResult};
use super::passkeys::{self, Passkey, PasskeyName};
use super::sessions::LoggedIn;
use super::tries::Tries;
use super::{pages, pending, second_factor, sessions};
use crate::error::Error;
use crate::ids::PasskeyId;
use crate::web::{App, Client, Context, Guest, Input, Problem, cookie, set_cookie};

/// The cookie of a browser that was asked for a passkey and is nobody yet.
const COOKIE: &str = "watari-passkey";

/// The user's password now: a session left open is not enough to change how they log in.
#[derive(Deserialize, ToSchema)]
pub struct Proof {
    /// The password now.
    current: String,
}

/// Where the page goes on.
#[derive(Serialize, ToSchema)]
pub struct Done {
    location: String,
}

#[derive(Deserialize)]
struct Registration {
    #[serde(flatten)]
    name: PasskeyName,
    #[serde(flatten)]
    answer: RegisterPublicKeyCredential,
}

#[derive(Deserialize)]
struct Assertion {
    #[serde(default)]
    next: String,
    #[serde(flatten)]
    answer: PublicKeyCredential,
}

fn party(app: &App) -> Result<std::sync::Arc<Webauthn>, Error> {
    app.passkeys.clone().ok_or(Error::Refused("refused-passkeys-nowhere"))
}

fn json(value: &impl Serialize) -> Result<Json<Object>, Error> {
    serde_json::to_value(value).map(Json).map_err(|error| Error::Internal(error.to_string()))
}

/// Passkeys over the JSON API, which the pages' script uses too.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(begin))
        .routes(routes!(rename, remove))
        .routes(routes!(log_in))
        .routes(routes!(begin_log_in))
        .routes(routes!(second))
        .routes(routes!(begin_second))
}

/// Your passkeys.
#[utoipa::path(get, path = "/account/passkeys", tag = "account",
    responses((status = 200, body = Vec<Passkey>), (status = "4XX", body = Problem)))]
async fn list(ctx: Context) -> Result<Json<Vec<Passkey>>, Error> {
    ctx.read(passkeys::of_viewer).await.map(Json)
}

/// Asks the browser for a new passkey: WebAuthn's creation options.
#[utoipa::path(post, path = "/account/passkeys/begin", tag = "account", request_body = Proof,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
async fn begin(ctx: Context, Input(proof): Input<Proof>) -> Result<Json<Object>, Error> {
    let party = party(&ctx.app)?;
    prove(&ctx, proof.current).await?;
    let challenge = ctx.write(move |tx, viewer| passkeys::begin_registration(tx, viewer, &party)).await?;
    json(&challenge)
}

/// Keeps a new passkey: WebAuthn's registration response, and a `name`.
#[utoipa::path(post, path = "/account/passkeys", tag = "account", request_body = Object,
    responses((status = 201, body = Done), (status = "4XX", body = Problem)))]
async fn register(ctx: Context, Input(form): Input<Registration>) -> Result<(StatusCode, Json<Done>), Error> {
    let party = party(&ctx.app)?;
    // Taken in a write of its own: a wrong answer uses the challenge up.
    let state = ctx.write(passkeys::take_registration).await?;
    ctx.write(move |tx, viewer| passkeys::register(tx, viewer, &party, &form.name, (&form.answer, &state))).await?;
    Ok((StatusCode::CREATED, Json(Done { location: "/account".to_owned() })))
}

/// Gives a passkey another name.
#[utoipa::path(put, path = "/account/passkeys/{id}", tag = "account", request_body = PasskeyName,
    params(("id" = PasskeyId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
async fn rename(ctx: Context, Path(id): Path<PasskeyId>, Input(name): Input<PasskeyName>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| passkeys::rename(tx, viewer, id, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a passkey; takes the password.
#[utoipa::path(delete, path = "/account/passkeys/{id}", tag = "account", request_body = Proof,
    params(("id" = PasskeyId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
async fn remove(ctx: Context, Path(id): Path<PasskeyId>, Input(proof): Input<Proof>) -> Result<StatusCode, Error> {
    prove(&ctx, proof.current).await?;
    ctx.write(move |tx, viewer| passkeys::remove(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the browser for a passkey that says who logs in: WebAuthn's request options.
#[utoipa::path(post, path = "/login/passkey/begin", tag = "account",
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
async fn begin_log_in(guest: Guest, client: Client) -> Result<Response, Error> {
    let party = party(&guest.app)?;
    Tries::of_passkey(&client).take(&guest.app)?;
    let (secret, holder) = sessions::new_secret();
    let challenge = guest.app.db.write(move |tx| passkeys::begin_login(tx, &party, &holder)).await?;
    let cookie = set_cookie(&guest.app, COOKIE, &secret, Some(pending::PATIENCE));
    Ok(([(SET_COOKIE, cookie)], json(&challenge)?).into_response())
}

/// Logs in: WebAuthn's authentication response. The answer carries the session's cookie.
#[utoipa::path(post, path = "/login/passkey", tag = "account", request_body = Object,
    responses((status = 200, body = Done), (status = "4XX", body = Problem)))]
async fn log_in(guest: Guest, client: Client, parts: Parts, Input(form): Input<Assertion>) -> Result<Response, Error> {
    let (party, db) = (party(&guest.app)?, &guest.app.db);
    let secret = cookie(&parts, COOKIE).ok_or(Error::Refused("refused-passkey-old"))?;
    let holder = sessions::digest(secret);
    let state = db.write(move |tx| passkeys::take_login(tx, &holder)).await?;
    let (asked, answer) = (party.clone(), form.answer.clone());
    let (organisation, user, credential) = db.read(move |tx| passkeys::claimed(tx, &asked, &answer)).await?;
    let result = match passkeys::check_login(&party, &form.answer, state, &credential) {
        Ok(result) => result,
        Err(error) => {
            db.write(move |tx| logins::note(tx, organisation, user, LoginResult::WrongPasskey, &client)).await?;
            return Err(error);
        }
    };
    Tries::of_passkey(&client).were_right(&guest.app);
    let logged_in = db
        .write(move |tx| {
            passkeys::note_use(tx, organisation, user, &result)?;
            logins::note(tx, organisation, user, LoginResult::In, &client)?;
            sessions::begin_whole(tx, organisation, user, &client)
        })
        .await?;
    Ok(go_on(&guest.app, &logged_in, &form.next))
}

fn go_on(app: &App, logged_in: &LoggedIn, next: &str) -> Response {
    let done = Done { location: pages::local(next).to_owned() };
    (pages::cookies(app, logged_in), Json(done)).into_response()
}

/// Asks for one of the user's passkeys after the password: WebAuthn's request options.
#[utoipa::path(post, path = "/login/second-factor/passkey/begin", tag = "account",
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
async fn begin_second(guest: Guest, parts: Parts) -> Result<Json<Object>, Error> {
    let party = party(&guest.app)?;
    let (viewer, secret) = second_factor::half_session(&guest.app, &parts).await?;
    let holder = sessions::digest(&secret);
    let challenge = guest.app.db.write(move |tx| passkeys::begin_second(tx, &viewer, &party, &holder)).await?;
    json(&challenge)
}

/// The second half of logging in: WebAuthn's authentication response.
#[utoipa::path(post, path = "/login/second-factor/passkey", tag = "account", request_body = Object,
    responses((status = 200, body = Done), (status = "4XX", body = Problem)))]
async fn second(guest: Guest, client: Client, parts: Parts, Input(form): Input<Assertion>) -> Result<Response, Error> {
    let (party, db) = (party(&guest.app)?, &guest.app.db);
    let (viewer, secret) = second_factor::half_session(&guest.app, &parts).await?;
    let (organisation, user) = (viewer.organisation, viewer.user);
    let holder = sessions::digest(&secret);
    let state = db.write(move |tx| passkeys::take_second(tx, &holder)).await?;
    let result = match passkeys::check_second(&party, &form.answer, &state) {
        Ok(result) => result,
        Err(error) => {
            db.write(move |tx| logins::note(tx, organisation, user, LoginResult::WrongPasskey, &client)).await?;
            return Err(error);
        }
    };
    let logged_in = db
        .write(move |tx| {
            passkeys::note_use(tx, organisation, user, &result)?;
            logins::note(tx, organisation, user, LoginResult::In, &client)?;
            sessions::end(tx, &secret)?;
            sessions::begin_whole(tx, organisation, user, &client)
        })
        .await?;
    Ok(go_on(&guest.app, &logged_in, &form.next))
}

pub(super) async fn rename_on_page(
    ctx: Context,
    Path(id): Path<PasskeyId>,
    Input(name): Input<PasskeyName>,
) -> Result<Response, Error> {
    let renamed = ctx.write(move |tx, viewer| passkeys::rename(tx, viewer, id, &name)).await;
    to_account(&ctx, renamed).await
}

pub(super) async fn remove_on_page(
    ctx: Context,
    Path(id): Path<PasskeyId>,
    Input(proof): Input<Proof>,
) -> Result<Response, Error> {
    let removed = match prove(&ctx, proof.current).await {
        Ok(()) => ctx.write(move |tx, viewer| passkeys::remove(tx, viewer, id)).await,
        Err(error) => Err(error),
    };
    to_account(&ctx, removed).await
}

async fn to_account(ctx: &Context, done: Result<(), Error>) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Error::Invalid(fields)) => {
            let problem = fields.first().map(|field| field.error);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, account_page(ctx, None, problem).await?).into_response())
        }
        Err(error) => Err(error),
    }
}
