//! The log-in history: each user's own, and all users' for administrators.

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::response::Html;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::account::in_person;
use super::admin;
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{OrganisationId, UserId};
use crate::params;
use crate::ui::Ui;
use crate::web::{App, Client, Context, Problem, page};

/// Tries on one page.
const PAGE: usize = 100;
/// Tries shown in a user's own account.
const OWN: usize = 30;

crate::codes! {
    /// What came of a try to log in.
    "login-result" LoginResult {
        /// Logged in.
        In = "in",
        /// The password was right; the second factor is due.
        SecondFactorDue = "second_factor_due",
        /// The password was wrong.
        WrongPassword = "wrong_password",
        /// The code was wrong.
        WrongCode = "wrong_code",
        /// The passkey was not accepted.
        WrongPasskey = "wrong_passkey",
    }
}

/// One try to log in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Login {
    /// Its id; later ones are greater.
    pub id: Uuid,
    /// Who was to be logged in.
    pub user_id: UserId,
    /// Their log-in name.
    pub username: String,
    /// When.
    pub at: Moment,
    /// What came of it.
    pub result: LoginResult,
    /// From which address.
    pub address: String,
    /// With which browser.
    pub user_agent: String,
}

/// Which tries are wanted.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only this user's.
    #[serde(default, deserialize_with = "crate::web::blank")]
    user: Option<UserId>,
    /// Only failed ones.
    #[serde(default)]
    failed: bool,
    /// Only those before this one.
    before: Option<Uuid>,
}

/// Writes down a try.
///
/// # Errors
/// The database failed.
pub fn note(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: UserId,
    result: LoginResult,
    client: &Client,
) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "INSERT INTO login (organisation_id, id, user_id, at, result, address, user_agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            organisation,
            Uuid::now_v7(),
            user,
            Moment::now(),
            result,
            client.address.to_string(),
            client.user_agent.clone()
        ],
    )?;
    Ok(())
}

fn read(tx: &mut Tx<'_>, filter: &Filter, most: usize) -> Result<Vec<Login>, Error> {
    let sql = format!(
        "SELECT l.id, l.user_id, u.username, l.at, l.result, l.address, l.user_agent FROM login l \
         JOIN user_account u ON u.organisation_id = l.organisation_id AND u.id = l.user_id \
         WHERE {} ORDER BY l.id DESC LIMIT {most}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        Ok(Login {
            id: row.next()?,
            user_id: row.next()?,
            username: row.next()?,
            at: row.next()?,
            result: row.next()?,
            address: row.next()?,
            user_agent: row.next()?,
        })
    })?)
}

fn of_organisation(viewer: &Viewer) -> Filter {
    Filter::new("l.organisation_id = ?", [viewer.organisation.into()])
}

/// The user's own last tries.
///
/// # Errors
/// Asked with a token, or the database failed.
pub fn own(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Login>, Error> {
    in_person(viewer)?;
    read(tx, &of_organisation(viewer).and("l.user_id = ?", [viewer.user.into()]), OWN)
}

/// Tries of all users, newest first.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn all(tx: &mut Tx<'_>, viewer: &Viewer, wanted: &Wanted) -> Result<Vec<Login>, Error> {
    viewer.require(Permission::ManageUsers)?;
    let mut filter = of_organisation(viewer);
    if let Some(user) = wanted.user {
        filter = filter.and("l.user_id = ?", [user.into()]);
    }
    if wanted.failed {
        filter = filter.and("l.result LIKE 'wrong%'", []);
    }
    if let Some(before) = wanted.before {
        filter = filter.and("l.id < ?", [before.into()]);
    }
    read(tx, &filter, PAGE)
}

#[derive(Template)]
#[template(path = "users/templates/logins.html")]
struct LoginsPage {
    ui: Ui,
    logins: Vec<Login>,
    users: Vec<(UserId, String)>,
    wanted: Wanted,
}

impl LoginsPage {
    fn is_user(&self, id: &UserId) -> bool {
        self.wanted.user == Some(*id)
    }

    /// Where the next page is, if this one is full.
    fn next(&self) -> Option<String> {
        let last = self.logins.last().filter(|_| self.logins.len() == PAGE)?;
        let user = self.wanted.user.map(|id| format!("&user={id}")).unwrap_or_default();
        Some(format!("/logins?before={}&failed={}{user}", last.id, self.wanted.failed))
    }
}

pub(super) async fn show(ctx: Context, Query(wanted): Query<Wanted>) -> Result<Html<String>, Error> {
    let asked = wanted.clone();
    let (logins, users) = ctx.read(move |tx, viewer| Ok((all(tx, viewer, &asked)?, admin::users(tx, viewer)?))).await?;
    let users = users.into_iter().map(|user| (user.id, user.username)).collect();
    page(LoginsPage { ui: ctx.ui(), logins, users, wanted })
}

/// The log-in history over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api_own)).routes(routes!(api_all))
}

/// Your own last tries to log in, newest first.
#[utoipa::path(get, path = "/account/logins", tag = "account",
    responses((status = 200, body = Vec<Login>), (status = "4XX", body = Problem)))]
async fn api_own(ctx: Context) -> Result<Json<Vec<Login>>, Error> {
    ctx.read(own).await.map(Json)
}

/// All users' tries to log in, newest first.
#[utoipa::path(get, path = "/logins", tag = "users", params(Wanted),
    responses((status = 200, body = Vec<Login>), (status = "4XX", body = Problem)))]
async fn api_all(ctx: Context, Query(wanted): Query<Wanted>) -> Result<Json<Vec<Login>>, Error> {
    ctx.read(move |tx, viewer| all(tx, viewer, &wanted)).await.map(Json)
}
