//! Teams: made, renamed, and removed once nobody and nothing belongs to them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Redirect;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::TeamId;
use crate::params;
use crate::web::{App, Context, Expected, Input, Problem, Versioned};

/// People who work together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Team {
    /// Id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Version of the record.
    pub version: i64,
}

/// What is needed for a team.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TeamInput {
    /// Its name.
    pub name: String,
}

impl TeamInput {
    fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.name, 100, "name");
        check.done()
    }
}

/// The organisation's teams by name.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Team>, Error> {
    viewer.require(Permission::ManageUsers)?;
    Ok(tx.query(
        "SELECT id, name, version FROM team WHERE organisation_id = $1 ORDER BY name",
        params![viewer.organisation],
        |row| Ok(Team { id: row.next()?, name: row.next()?, version: row.next()? }),
    )?)
}

/// Makes a team.
///
/// # Errors
/// The role does not allow it, a name to correct, or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: &TeamInput) -> Result<TeamId, Error> {
    viewer.require(Permission::ManageUsers)?;
    input.check()?;
    store::create_team(tx, viewer, input.name.trim())
}

fn team(tx: &mut Tx<'_>, viewer: &Viewer, id: TeamId) -> Result<Team, Error> {
    list(tx, viewer)?.into_iter().find(|team| team.id == id).ok_or(Error::NotFound)
}

/// Gives a team another name.
///
/// # Errors
/// The role does not allow it, no such team, a stale version, a name to correct, or the database
/// failed.
pub fn rename(tx: &mut Tx<'_>, viewer: &Viewer, id: TeamId, expected: i64, input: &TeamInput) -> Result<(), Error> {
    let before = team(tx, viewer, id)?;
    if before.version != expected {
        return Err(Error::stale(input, &before, before.version));
    }
    input.check()?;
    let was = TeamInput { name: before.name };
    let pen = history::record(tx, viewer, Entry::changed(Kind::Team, id, &was, input))?;
    let written = tx.execute(
        &pen,
        "UPDATE team SET name = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2 AND version = $4",
        params![viewer.organisation, id, input.name.trim(), expected],
    )?;
    if written == 0 {
        let now = team(tx, viewer, id)?;
        return Err(Error::stale(input, &now, now.version));
    }
    Ok(())
}

/// Removes a team that has no users, people or cases.
///
/// # Errors
/// The role does not allow it, no such team, someone or something belongs to it, or the database
/// failed.
pub fn remove(tx: &mut Tx<'_>, viewer: &Viewer, id: TeamId) -> Result<(), Error> {
    let before = TeamInput { name: team(tx, viewer, id)?.name };
    let pen = history::record(tx, viewer, Entry::removed(Kind::Team, id, &before))?;
    for table in ["user_account", "person", "case_file"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE organisation_id = $1 AND team_id = $2");
        if tx.count(&sql, params![viewer.organisation, id])? > 0 {
            return Err(Error::Refused("refused-team-in-use"));
        }
    }
    tx.execute(&pen, "DELETE FROM team WHERE organisation_id = $1 AND id = $2", params![viewer.organisation, id])?;
    Ok(())
}

pub(super) async fn create_on_page(ctx: Context, Input(input): Input<TeamInput>) -> Result<Redirect, Error> {
    ctx.create(input, |tx, viewer, input| create(tx, viewer, &input)).await?;
    Ok(Redirect::to("/users"))
}

pub(super) async fn rename_on_page(
    ctx: Context,
    Path(id): Path<TeamId>,
    Expected(version): Expected,
    Input(input): Input<TeamInput>,
) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| rename(tx, viewer, id, version, &input)).await?;
    Ok(Redirect::to("/users"))
}

pub(super) async fn remove_on_page(ctx: Context, Path(id): Path<TeamId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| remove(tx, viewer, id)).await?;
    Ok(Redirect::to("/users"))
}

/// Teams over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api_list, api_create)).routes(routes!(api_team, api_rename, api_remove))
}

/// The organisation's teams by name.
#[utoipa::path(get, path = "/teams", tag = "users",
    responses((status = 200, body = Vec<Team>), (status = "4XX", body = Problem)))]
async fn api_list(ctx: Context) -> Result<Json<Vec<Team>>, Error> {
    ctx.read(list).await.map(Json)
}

/// Makes a team.
#[utoipa::path(post, path = "/teams", tag = "users", request_body = TeamInput,
    responses((status = 201, body = TeamId), (status = "4XX", body = Problem)))]
async fn api_create(ctx: Context, Input(input): Input<TeamInput>) -> Result<(StatusCode, Json<TeamId>), Error> {
    let id = ctx.create(input, |tx, viewer, input| create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(id)))
}

/// A team.
#[utoipa::path(get, path = "/teams/{id}", tag = "users", params(("id" = TeamId, Path)),
    responses((status = 200, body = Team)))]
async fn api_team(ctx: Context, Path(id): Path<TeamId>) -> Result<Versioned<Team>, Error> {
    let team = ctx.read(move |tx, viewer| team(tx, viewer, id)).await?;
    Ok(Versioned(team.version, team))
}

/// Gives a team another name.
#[utoipa::path(put, path = "/teams/{id}", tag = "users", request_body = TeamInput, params(("id" = TeamId, Path)),
    responses((status = 204), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn api_rename(
    ctx: Context,
    Path(id): Path<TeamId>,
    Expected(version): Expected,
    Input(input): Input<TeamInput>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| rename(tx, viewer, id, version, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a team to which nobody and nothing belongs.
#[utoipa::path(delete, path = "/teams/{id}", tag = "users", params(("id" = TeamId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_remove(ctx: Context, Path(id): Path<TeamId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| remove(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
