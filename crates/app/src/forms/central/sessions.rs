//! Logging in, and who is logged in.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{number, refusal};
use crate::access::Viewer;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::params;
use crate::users::sessions::LONGEST;
use crate::users::{Began, begin_session};
use crate::web::{App, Client, Context, Input};

#[derive(Deserialize)]
pub(super) struct LogIn {
    /// The log-in name: the house knows people by it.
    email: String,
    password: String,
}

/// Begins a session; its token is a bearer of this API.
pub(super) async fn begin(
    State(app): State<App>,
    client: Client,
    Input(LogIn { email, password }): Input<LogIn>,
) -> Result<Response, Error> {
    match begin_session(&app, client, &email, password).await? {
        Began::Session(token) => {
            let now = Moment::now();
            let (created, expires) = (now.to_string(), now.plus_seconds(LONGEST).to_string());
            let csrf = "";
            Ok(Json(json!({ "token": token, "csrf": csrf, "createdAt": created, "expiresAt": expires }))
                .into_response())
        }
        Began::Wrong => Err(Error::LoggedOut),
        Began::SecondFactor => {
            let message = "This user has a second factor, which this API cannot ask for. Make a token under Account and send it as \
                           Authorization: Bearer instead of a name and a password.";
            Ok(refusal(401.2, message, Value::Null))
        }
    }
}

pub(super) async fn current(ctx: Context) -> Result<Json<Value>, Error> {
    ctx.read(user).await.map(Json)
}

fn user(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Value, Error> {
    let found = tx.one(
        "SELECT u.username, u.created_at FROM user_account u WHERE u.organisation_id = $1 AND u.id = $2",
        params![viewer.organisation, viewer.user],
        |row| Ok((row.next::<String>()?, row.next::<Moment>()?)),
    )?;
    let (username, created) = found.ok_or(Error::NotFound)?;
    Ok(json!({
        "id": number(viewer.user.0), "type": "user", "displayName": viewer.name, "email": username,
        "createdAt": created, "updatedAt": null, "deletedAt": null, "preferences": { "site": {}, "projects": {} },
    }))
}
