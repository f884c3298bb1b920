//! Managing users, teams and the organisation's settings.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::teams::{self, Team};
use super::{NewUser, Organisation, OrganisationSettings, User, store};
use crate::access::{Permission, Role, Scope, Viewer};
use crate::cases;
use crate::code::Code;
use crate::db::Tx;
use crate::error::{Check, Error, FieldError};
use crate::history::{self, Entry, Kind};
use crate::ids::{TeamId, UserId};
use crate::params;
use crate::reference;
use crate::ui::{Language, Ui};
use crate::web::{App, Context, Expected, Input, Problem, page};

/// Everyone of the organisation.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn users(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<User>, Error> {
    viewer.require(Permission::ManageUsers)?;
    Ok(tx.query(
        &format!("SELECT {} FROM user_account u WHERE u.organisation_id = $1 ORDER BY u.username", store::USER),
        params![viewer.organisation],
        store::user_from,
    )?)
}

/// Makes a user.
///
/// # Errors
/// The role does not allow it, fields to correct, or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: &NewUser) -> Result<UserId, Error> {
    viewer.require(Permission::ManageUsers)?;
    store::create_user(tx, viewer, input)
}

/// What of a user can be changed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserChange {
    /// Their name.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// How far they see.
    pub scope: Scope,
    /// Their team.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub team_id: Option<TeamId>,
    /// Who supervises them.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub supervisor_id: Option<UserId>,
    /// May see medical information.
    #[serde(default)]
    pub sees_medical: bool,
    /// May see trafficking information.
    #[serde(default)]
    pub sees_trafficking: bool,
    /// Whether they can log in.
    #[serde(default)]
    pub active: bool,
}

/// Changes a user; every session of theirs ends, so that the change holds at once.
///
/// # Errors
/// The role does not allow it, no such user, a stale version, an administrator who would lock
/// themselves out, or the database failed.
pub fn change(tx: &mut Tx<'_>, viewer: &Viewer, id: UserId, expected: i64, input: &UserChange) -> Result<(), Error> {
    viewer.require(Permission::ManageUsers)?;
    let before = store::user(tx, viewer.organisation, id)?;
    if before.version != expected {
        return Err(Error::stale(input, &before, before.version));
    }
    if id == viewer.user && (!input.active || input.role != Role::Administrator) {
        return Err(Error::Refused("refused-own-account"));
    }
    let mut check = Check::default();
    check.text(&input.name, 200, "name");
    check.that(input.scope != Scope::Team || input.team_id.is_some(), "team_id", "invalid-team-needed");
    check.done()?;
    store::check_place(tx, viewer.organisation, Some(id), input.team_id, input.supervisor_id)?;
    let administered = before.active && before.role == Role::Administrator;
    let was = UserChange {
        name: before.name,
        role: before.role,
        scope: before.scope,
        team_id: before.team_id,
        supervisor_id: before.supervisor_id,
        sees_medical: before.sees_medical,
        sees_trafficking: before.sees_trafficking,
        active: before.active,
    };
    let pen = history::record(tx, viewer, Entry::changed(Kind::User, id, &was, input))?;
    // After the entry, which holds the organisation's chain: two administrators who deactivate
    // each other at once are heard one after the other.
    if administered && !(input.active && input.role == Role::Administrator) {
        keep_an_administrator(tx, viewer, id)?;
    }
    tx.execute(
        &pen,
        "UPDATE user_account SET name = $3, role = $4, scope = $5, team_id = $6, supervisor_id = $7, sees_medical = $8, \
         sees_trafficking = $9, active = $10, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation, id, input.name.trim(), input.role, input.scope, input.team_id, input.supervisor_id,
            input.sees_medical, input.sees_trafficking, input.active
        ],
    )?;
    if id != viewer.user {
        tx.execute(
            &pen,
            "DELETE FROM session WHERE organisation_id = $1 AND user_id = $2",
            params![viewer.organisation, id],
        )?;
    }
    Ok(())
}

/// Refuses to leave the organisation without an administrator who has a log-in.
fn keep_an_administrator(tx: &mut Tx<'_>, viewer: &Viewer, without: UserId) -> Result<(), Error> {
    let others = tx.count(
        "SELECT count(*) FROM user_account WHERE organisation_id = $1 AND id <> $2 AND active = 1 AND role = $3 \
         AND password_hash IS NOT NULL",
        params![viewer.organisation, without, Role::Administrator],
    )?;
    if others > 0 { Ok(()) } else { Err(Error::Refused("refused-last-administrator")) }
}

/// How a one-time link is wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LinkInput {
    /// Whether using it also forgets the user's second factor and passkeys: for a lost phone.
    #[serde(default)]
    pub forgets_second_factor: bool,
}

/// A one-time link, shown once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Link {
    /// Its address.
    pub address: String,
}

/// A one-time link with which a user chooses a new password.
///
/// # Errors
/// The role does not allow it, no such user, or the database failed.
pub fn link(tx: &mut Tx<'_>, viewer: &Viewer, id: UserId, input: &LinkInput) -> Result<String, Error> {
    viewer.require(Permission::ManageUsers)?;
    store::user(tx, viewer.organisation, id)?;
    store::create_login_link(tx, viewer, id, input.forgets_second_factor)
}

/// What of the organisation can be changed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrganisationChange {
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2 code of the country it works in.
    pub country: String,
    /// What it decides for itself.
    #[serde(flatten)]
    pub settings: OrganisationSettings,
}

/// Changes the organisation's name, country and settings.
///
/// # Errors
/// The role does not allow it, a stale version, fields to correct, or the database failed.
pub fn change_settings(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    expected: i64,
    input: &OrganisationChange,
) -> Result<(), Error> {
    viewer.require(Permission::ManageSettings)?;
    let before = store::organisation(tx, viewer.organisation)?;
    let version = before.version;
    let before = OrganisationChange::from(before);
    if version != expected {
        return Err(Error::stale(input, &before, version));
    }
    input.check()?;
    let pen = history::record(tx, viewer, Entry::changed(Kind::Organisation, viewer.organisation, &before, input))?;
    tx.execute(
        &pen,
        "UPDATE organisation SET name = $2, country = $3, settings = $4, version = version + 1 WHERE id = $1",
        params![
            viewer.organisation,
            input.name.trim(),
            input.country.as_str(),
            serde_json::to_string(&input.settings).unwrap_or_default()
        ],
    )?;
    cases::store::follow_settings(tx, &pen, viewer.organisation, &input.settings)
}

impl From<Organisation> for OrganisationChange {
    fn from(organisation: Organisation) -> OrganisationChange {
        OrganisationChange { name: organisation.name, country: organisation.country, settings: organisation.settings }
    }
}

/// The country of an installation that was made without naming one.
const NO_COUNTRY: &str = "XX";

impl OrganisationChange {
    fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.name, 200, "name");
        let known = self.country == NO_COUNTRY || reference::has("countries", &self.country);
        check.that(known, "country", "invalid-choice");
        let OrganisationSettings { deadlines, time_zone, retention_years, break_glass_hours, .. } = &self.settings;
        for (field, days) in [
            ("deadlines.first_contact", deadlines.first_contact),
            ("deadlines.assessment", deadlines.assessment),
            ("deadlines.plan", deadlines.plan),
            ("deadlines.follow_up", deadlines.follow_up),
        ] {
            check.that(days.iter().all(|days| (0..=365).contains(days)), field, "invalid-days");
        }
        check.that(jiff::tz::TimeZone::get(time_zone).is_ok(), "time_zone", "invalid-time-zone");
        check.that((1..=100).contains(retention_years), "retention_years", "invalid-days");
        check.that((1..=168).contains(break_glass_hours), "break_glass_hours", "invalid-days");
        check.done()
    }
}

#[derive(Template)]
#[template(path = "users/templates/list.html")]
struct UsersPage {
    ui: Ui,
    users: Vec<User>,
    teams: Vec<Team>,
    /// A one-time link, shown once.
    link: Option<String>,
}

impl UsersPage {
    fn team(&self, id: &Option<TeamId>) -> &str {
        let named = |id: &TeamId| self.teams.iter().find(|team| team.id == *id);
        id.as_ref().and_then(named).map_or("–", |team| &team.name)
    }
}

async fn users_page(ctx: &Context, link: Option<String>) -> Result<Html<String>, Error> {
    let (users, teams) = ctx.read(|tx, viewer| Ok((users(tx, viewer)?, teams::list(tx, viewer)?))).await?;
    page(UsersPage { ui: ctx.ui(), users, teams, link })
}

pub(super) async fn list(ctx: Context) -> Result<Html<String>, Error> {
    users_page(&ctx, None).await
}

#[derive(Template)]
#[template(path = "users/templates/form.html")]
struct UserPage {
    ui: Ui,
    action: String,
    /// The user who is changed; none for a new one.
    user: Option<User>,
    teams: Vec<(TeamId, String)>,
    supervisors: Vec<(UserId, String)>,
    errors: Vec<FieldError>,
}

impl UserPage {
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
    fn scopes(&self) -> &'static [Scope] {
        Scope::ALL
    }
    fn is_role(&self, role: &Role) -> bool {
        self.user.as_ref().map_or(Role::Caseworker, |user| user.role) == *role
    }
    fn is_scope(&self, scope: &Scope) -> bool {
        self.user.as_ref().map_or(Scope::Team, |user| user.scope) == *scope
    }
    fn is_team(&self, team: &TeamId) -> bool {
        self.user.as_ref().and_then(|user| user.team_id) == Some(*team)
    }
    fn is_supervisor(&self, supervisor: &UserId) -> bool {
        self.user.as_ref().and_then(|user| user.supervisor_id) == Some(*supervisor)
    }
    fn languages(&self) -> &'static [Language] {
        Language::ALL
    }
}

async fn user_page(ctx: &Context, id: Option<UserId>, errors: Vec<FieldError>) -> Result<Html<String>, Error> {
    let (user, everyone, teams) = ctx
        .read(move |tx, viewer| {
            let everyone = users(tx, viewer)?;
            let user = id.map(|id| store::user(tx, viewer.organisation, id)).transpose()?;
            Ok((user, everyone, store::teams(tx, viewer.organisation)?))
        })
        .await?;
    let supervisors = everyone.into_iter().filter(|other| leads(other, id)).map(|user| (user.id, user.name)).collect();
    let ui = ctx.ui();
    let action = match &user {
        Some(user) => format!("/users/{}?version={}", user.id, user.version),
        None => format!("/users?once={}", ui.once),
    };
    page(UserPage { ui, action, user, teams, supervisors, errors })
}

/// Whether someone can be a user's supervisor.
fn leads(other: &User, user: Option<UserId>) -> bool {
    other.active && other.role == Role::Supervisor && Some(other.id) != user
}

pub(super) async fn blank_form(ctx: Context) -> Result<Html<String>, Error> {
    user_page(&ctx, None, Vec::new()).await
}

pub(super) async fn edit(ctx: Context, Path(id): Path<UserId>) -> Result<Html<String>, Error> {
    user_page(&ctx, Some(id), Vec::new()).await
}

pub(super) async fn make(ctx: Context, Input(input): Input<NewUser>) -> Result<Response, Error> {
    let made = ctx
        .write(move |tx, viewer| {
            let id = create(tx, viewer, &input)?;
            link(tx, viewer, id, &LinkInput::default())
        })
        .await;
    match made {
        Ok(secret) => Ok(users_page(&ctx, Some(address(&ctx, &secret))).await?.into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, user_page(&ctx, None, errors).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

fn address(ctx: &Context, secret: &str) -> String {
    format!("{}/welcome/{secret}", ctx.app.settings.public_url)
}

pub(super) async fn save(
    ctx: Context,
    Path(id): Path<UserId>,
    Expected(version): Expected,
    Input(input): Input<UserChange>,
) -> Result<Response, Error> {
    let changed = ctx.write(move |tx, viewer| change(tx, viewer, id, version, &input)).await;
    ctx.app.sessions.clear();
    match changed {
        Ok(()) => Ok(Redirect::to("/users").into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, user_page(&ctx, Some(id), errors).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn make_link(
    ctx: Context,
    Path(id): Path<UserId>,
    Input(input): Input<LinkInput>,
) -> Result<Html<String>, Error> {
    let secret = ctx.write(move |tx, viewer| link(tx, viewer, id, &input)).await?;
    users_page(&ctx, Some(address(&ctx, &secret))).await
}

#[derive(Template)]
#[template(path = "users/templates/settings.html")]
struct SettingsPage {
    ui: Ui,
    organisation: Organisation,
    errors: Vec<FieldError>,
}

impl SettingsPage {
    fn deadlines(&self) -> [(&'static str, [i64; 3]); 4] {
        let deadlines = &self.organisation.settings.deadlines;
        [
            ("first_contact", deadlines.first_contact),
            ("assessment", deadlines.assessment),
            ("plan", deadlines.plan),
            ("follow_up", deadlines.follow_up),
        ]
    }
    fn is_country(&self, code: &str) -> bool {
        self.organisation.country == code
    }
    fn words(&self, step: &str) -> &'static str {
        self.ui.t(&format!("settings-{}", step.replace('_', "-")))
    }
}

pub(super) async fn settings(ctx: Context) -> Result<Html<String>, Error> {
    settings_page(&ctx, Vec::new()).await
}

async fn settings_page(ctx: &Context, errors: Vec<FieldError>) -> Result<Html<String>, Error> {
    let organisation = ctx
        .read(|tx, viewer| {
            viewer.require(Permission::ManageSettings)?;
            store::organisation(tx, viewer.organisation)
        })
        .await?;
    page(SettingsPage { ui: ctx.ui(), organisation, errors })
}

/// The settings as a form sends them: numbers are text, an unchecked box is absent.
#[derive(Deserialize)]
pub(super) struct SettingsForm {
    name: String,
    country: String,
    time_zone: String,
    deadlines: super::model::Deadlines,
    retention_years: i64,
    break_glass_hours: i64,
    #[serde(default)]
    plan_approval: bool,
    #[serde(default)]
    closure_approval: bool,
}

pub(super) async fn save_settings(
    ctx: Context,
    Expected(version): Expected,
    Input(form): Input<SettingsForm>,
) -> Result<Response, Error> {
    let settings = OrganisationSettings {
        time_zone: form.time_zone,
        deadlines: form.deadlines,
        retention_years: form.retention_years,
        break_glass_hours: form.break_glass_hours,
        plan_approval: form.plan_approval,
        closure_approval: form.closure_approval,
    };
    let input = OrganisationChange { name: form.name, country: form.country, settings };
    let changed = ctx.write(move |tx, viewer| change_settings(tx, viewer, version, &input)).await;
    ctx.app.sessions.clear();
    match changed {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, settings_page(&ctx, errors).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Users and settings over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api_users, api_create))
        .routes(routes!(api_change))
        .routes(routes!(api_link))
        .routes(routes!(api_settings, api_change_settings))
}

#[utoipa::path(get, path = "/users", tag = "users", responses((status = 200, body = Vec<User>), (status = "4XX", body = Problem)))]
async fn api_users(ctx: Context) -> Result<Json<Vec<User>>, Error> {
    ctx.read(users).await.map(Json)
}

#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = UserId), (status = "4XX", body = Problem)))]
async fn api_create(ctx: Context, Input(input): Input<NewUser>) -> Result<(StatusCode, Json<UserId>), Error> {
    let id = ctx.create(input, |tx, viewer, input| create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(id)))
}

#[utoipa::path(put, path = "/users/{id}", tag = "users", request_body = UserChange, params(("id" = UserId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_change(
    ctx: Context,
    Path(id): Path<UserId>,
    Expected(version): Expected,
    Input(input): Input<UserChange>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| change(tx, viewer, id, version, &input)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/users/{id}/link", tag = "users", request_body = LinkInput, params(("id" = UserId, Path)),
    responses((status = 201, body = Link), (status = "4XX", body = Problem)))]
async fn api_link(
    ctx: Context,
    Path(id): Path<UserId>,
    Input(input): Input<LinkInput>,
) -> Result<(StatusCode, Json<Link>), Error> {
    let secret = ctx.write(move |tx, viewer| link(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(Link { address: address(&ctx, &secret) })))
}

#[utoipa::path(get, path = "/settings", tag = "users",
    responses((status = 200, body = OrganisationChange), (status = "4XX", body = Problem)))]
async fn api_settings(ctx: Context) -> Result<crate::web::Versioned<OrganisationChange>, Error> {
    let organisation = ctx
        .read(|tx, viewer| {
            viewer.require(Permission::ManageSettings)?;
            store::organisation(tx, viewer.organisation)
        })
        .await?;
    Ok(crate::web::Versioned(organisation.version, organisation.into()))
}

#[utoipa::path(put, path = "/settings", tag = "users", request_body = OrganisationChange,
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn api_change_settings(
    ctx: Context,
    Expected(version): Expected,
    Input(input): Input<OrganisationChange>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| change_settings(tx, viewer, version, &input)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}
