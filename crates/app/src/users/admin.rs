//! Managing users, teams and the organisation's settings.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::teams::{self, Team};
use super::{NewUser, Organisation, OrganisationSettings, User, store};
use crate::access::{Filter, Permission, Role, Scope, Viewer};
use crate::cases;
use crate::code::Code;
use crate::db::Tx;
use crate::error::{Check, Error, FieldError};
use crate::history::{self, Entry, Kind};
use crate::ids::{TeamId, UserId};
use crate::params;
use crate::reference;
use crate::ui::conflict::Conflict;
use crate::ui::{Language, Ui};
use crate::web::{App, Context, Expected, Input, Problem, Versioned, page};

/// Which users are wanted.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WantedUsers {
    /// Only those with this role.
    #[serde(deserialize_with = "crate::web::blank")]
    role: Option<Role>,
    /// Only those of this team.
    #[serde(deserialize_with = "crate::web::blank")]
    team: Option<TeamId>,
    /// Only those who can, or cannot, log in.
    #[serde(deserialize_with = "crate::web::blank")]
    active: Option<bool>,
    /// The user name with which the last page ended.
    #[serde(deserialize_with = "crate::web::blank")]
    after: Option<String>,
    /// How many, 1 to 1000; all without it.
    #[serde(deserialize_with = "crate::web::blank")]
    limit: Option<i64>,
}

/// Everyone of the organisation, by user name.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn users(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<User>, Error> {
    some_users(tx, viewer, &WantedUsers::default())
}

/// Those users of the organisation who are wanted, by user name.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn some_users(tx: &mut Tx<'_>, viewer: &Viewer, wanted: &WantedUsers) -> Result<Vec<User>, Error> {
    viewer.require(Permission::ManageUsers)?;
    let mut filter = Filter::new("u.organisation_id = ?", [viewer.organisation.into()]);
    if let Some(role) = wanted.role {
        filter = filter.and("u.role = ?", [role.into()]);
    }
    if let Some(team) = wanted.team {
        filter = filter.and("u.team_id = ?", [team.into()]);
    }
    if let Some(active) = wanted.active {
        filter = filter.and("u.active = ?", [active.into()]);
    }
    if let Some(after) = &wanted.after {
        filter = filter.and("u.username > ?", [after.into()]);
    }
    let limit = wanted.limit.map(|limit| format!(" LIMIT {}", limit.clamp(1, 1000))).unwrap_or_default();
    let sql = format!("SELECT {} FROM user_account u WHERE {} ORDER BY u.username{limit}", store::USER, filter.sql());
    Ok(tx.query(&sql, filter.params(), store::user_from)?)
}

/// A user of the organisation, for those who manage users.
///
/// # Errors
/// The role does not allow it, no such user, or the database failed.
pub fn managed(tx: &mut Tx<'_>, viewer: &Viewer, id: UserId) -> Result<User, Error> {
    viewer.require(Permission::ManageUsers)?;
    store::user(tx, viewer.organisation, id)
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

impl UserChange {
    /// What the form for a new user begins with.
    fn blank() -> UserChange {
        UserChange {
            name: String::new(),
            role: Role::Caseworker,
            scope: Scope::Team,
            team_id: None,
            supervisor_id: None,
            sees_medical: false,
            sees_trafficking: false,
            active: true,
        }
    }

    /// A user as they stand.
    fn of(user: &User) -> UserChange {
        UserChange {
            name: user.name.clone(),
            role: user.role,
            scope: user.scope,
            team_id: user.team_id,
            supervisor_id: user.supervisor_id,
            sees_medical: user.sees_medical,
            sees_trafficking: user.sees_trafficking,
            active: user.active,
        }
    }
}

impl From<NewUser> for UserChange {
    fn from(user: NewUser) -> UserChange {
        UserChange {
            name: user.name,
            role: user.role,
            scope: user.scope,
            team_id: user.team_id,
            supervisor_id: user.supervisor_id,
            sees_medical: user.sees_medical,
            sees_trafficking: user.sees_trafficking,
            active: true,
        }
    }
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
    let was = UserChange::of(&before);
    let pen = history::record(tx, viewer, Entry::changed(Kind::User, id, &was, input))?;
    // After the entry, which holds the organisation's chain: two administrators who deactivate
    // each other at once are heard one after the other.
    if administered && !(input.active && input.role == Role::Administrator) {
        keep_an_administrator(tx, viewer, id)?;
    }
    let written = tx.execute(
        &pen,
        "UPDATE user_account SET name = $3, role = $4, scope = $5, team_id = $6, supervisor_id = $7, sees_medical = $8, \
         sees_trafficking = $9, active = $10, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2 AND version = $11",
        params![
            viewer.organisation, id, input.name.trim(), input.role, input.scope, input.team_id, input.supervisor_id,
            input.sees_medical, input.sees_trafficking, input.active, expected
        ],
    )?;
    if written == 0 {
        let now = store::user(tx, viewer.organisation, id)?;
        return Err(Error::stale(input, &now, now.version));
    }
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
    let written = tx.execute(
        &pen,
        "UPDATE organisation SET name = $2, country = $3, settings = $4, version = version + 1 \
         WHERE id = $1 AND version = $5",
        params![
            viewer.organisation,
            input.name.trim(),
            input.country.as_str(),
            serde_json::to_string(&input.settings).unwrap_or_default(),
            expected
        ],
    )?;
    if written == 0 {
        let now = store::organisation(tx, viewer.organisation)?;
        return Err(Error::stale(input, &OrganisationChange::from(now.clone()), now.version));
    }
    cases::store::follow_settings(tx, &pen, viewer.organisation, &input.settings)?;
    cases::parts::drop_unwanted_requests(tx, viewer, &input.settings)
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
    /// What stands in the fields: as on record, or as typed before.
    typed: UserChange,
    username: String,
    chosen_language: Language,
    teams: Vec<(TeamId, String)>,
    supervisors: Vec<(UserId, String)>,
    errors: Vec<FieldError>,
    conflict: Option<Conflict>,
}

impl UserPage {
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
    fn scopes(&self) -> &'static [Scope] {
        Scope::ALL
    }
    fn is_role(&self, role: &Role) -> bool {
        self.typed.role == *role
    }
    fn is_scope(&self, scope: &Scope) -> bool {
        self.typed.scope == *scope
    }
    fn is_team(&self, team: &TeamId) -> bool {
        self.typed.team_id == Some(*team)
    }
    fn is_supervisor(&self, supervisor: &UserId) -> bool {
        self.typed.supervisor_id == Some(*supervisor)
    }
    fn languages(&self) -> &'static [Language] {
        Language::ALL
    }

    /// The form again with what was typed, and what to correct or to choose.
    fn again(mut self, typed: UserChange, wrong: Error) -> Result<Response, Error> {
        self.typed = typed;
        let status = wrong.status();
        match wrong {
            Error::Invalid(errors) => self.errors = errors,
            Error::Stale(stale) => {
                let teams = self.teams.iter().map(|(id, name)| (id.to_string(), name.as_str()));
                let leaders = self.supervisors.iter().map(|(id, name)| (id.to_string(), name.as_str()));
                self.conflict = Some(Conflict::of(&self.ui, &stale).named(teams.chain(leaders)));
            }
            other => return Err(other),
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        Ok((status, page(self)?).into_response())
    }
}

async fn user_page(ctx: &Context, id: Option<UserId>) -> Result<UserPage, Error> {
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
    Ok(UserPage {
        action,
        typed: user.as_ref().map_or_else(UserChange::blank, UserChange::of),
        username: String::new(),
        chosen_language: ui.language,
        user,
        teams,
        supervisors,
        errors: Vec::new(),
        conflict: None,
        ui,
    })
}

/// Whether someone can be a user's supervisor.
fn leads(other: &User, user: Option<UserId>) -> bool {
    other.active && other.role == Role::Supervisor && Some(other.id) != user
}

pub(super) async fn blank_form(ctx: Context) -> Result<Html<String>, Error> {
    page(user_page(&ctx, None).await?)
}

pub(super) async fn edit(ctx: Context, Path(id): Path<UserId>) -> Result<Html<String>, Error> {
    page(user_page(&ctx, Some(id)).await?)
}

pub(super) async fn make(ctx: Context, Input(input): Input<NewUser>) -> Result<Response, Error> {
    let typed = input.clone();
    let made = ctx.create(input, |tx, viewer, input| create(tx, viewer, &input)).await;
    match made {
        // The link is made apart: whoever sends the form twice gets another one for the same user.
        Ok(id) => {
            let secret = ctx.write(move |tx, viewer| link(tx, viewer, id, &LinkInput::default())).await?;
            Ok(users_page(&ctx, Some(address(&ctx, &secret))).await?.into_response())
        }
        Err(error @ Error::Invalid(_)) => {
            let form = user_page(&ctx, None).await?;
            let form = UserPage { username: typed.username.clone(), chosen_language: typed.language, ..form };
            form.again(UserChange::from(typed), error)
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
    let typed = input.clone();
    let changed = ctx.write(move |tx, viewer| change(tx, viewer, id, version, &input)).await;
    ctx.app.sessions.clear();
    match changed {
        Ok(()) => Ok(Redirect::to("/users").into_response()),
        Err(error @ (Error::Invalid(_) | Error::Stale(_))) => user_page(&ctx, Some(id)).await?.again(typed, error),
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
    conflict: Option<Conflict>,
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

    /// The form again with what was typed, and what to correct or to choose.
    fn again(mut self, typed: OrganisationChange, wrong: Error) -> Result<Response, Error> {
        let OrganisationChange { name, country, settings } = typed;
        self.organisation = Organisation { name, country, settings, ..self.organisation };
        let status = wrong.status();
        match wrong {
            Error::Invalid(errors) => self.errors = errors,
            Error::Stale(stale) => self.conflict = Some(Conflict::of(&self.ui, &stale)),
            other => return Err(other),
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        Ok((status, page(self)?).into_response())
    }
}

pub(super) async fn settings(ctx: Context) -> Result<Html<String>, Error> {
    page(settings_page(&ctx).await?)
}

async fn settings_page(ctx: &Context) -> Result<SettingsPage, Error> {
    let organisation = ctx
        .read(|tx, viewer| {
            viewer.require(Permission::ManageSettings)?;
            store::organisation(tx, viewer.organisation)
        })
        .await?;
    Ok(SettingsPage { ui: ctx.ui(), organisation, errors: Vec::new(), conflict: None })
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
    #[serde(default)]
    public_page: bool,
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
        public_page: form.public_page,
    };
    let input = OrganisationChange { name: form.name, country: form.country, settings };
    let typed = input.clone();
    let changed = ctx.write(move |tx, viewer| change_settings(tx, viewer, version, &input)).await;
    ctx.app.sessions.clear();
    match changed {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(error @ (Error::Invalid(_) | Error::Stale(_))) => settings_page(&ctx).await?.again(typed, error),
        Err(error) => Err(error),
    }
}

/// Users and settings over the JSON API.
pub(super) fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api_users, api_create))
        .routes(routes!(api_user, api_change))
        .routes(routes!(api_link))
        .routes(routes!(api_settings, api_change_settings))
}

/// The organisation's users by user name.
#[utoipa::path(get, path = "/users", tag = "users", params(WantedUsers),
    responses((status = 200, body = Vec<User>), (status = "4XX", body = Problem)))]
async fn api_users(ctx: Context, Query(wanted): Query<WantedUsers>) -> Result<Json<Vec<User>>, Error> {
    ctx.read(move |tx, viewer| some_users(tx, viewer, &wanted)).await.map(Json)
}

/// A user.
#[utoipa::path(get, path = "/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = User)))]
async fn api_user(ctx: Context, Path(id): Path<UserId>) -> Result<Versioned<User>, Error> {
    let user = ctx.read(move |tx, viewer| managed(tx, viewer, id)).await?;
    Ok(Versioned(user.version, user))
}

/// Makes a user, who logs in by a one-time link.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = UserId), (status = "4XX", body = Problem)))]
async fn api_create(ctx: Context, Input(input): Input<NewUser>) -> Result<(StatusCode, Json<UserId>), Error> {
    let id = ctx.create(input, |tx, viewer, input| create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(id)))
}

/// Changes a user; their sessions end, so that the change holds at once.
#[utoipa::path(put, path = "/users/{id}", tag = "users", request_body = UserChange, params(("id" = UserId, Path)),
    responses((status = 204), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
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

/// Makes a one-time link with which a user chooses a password; it is shown this once.
#[utoipa::path(post, path = "/users/{id}/link", tag = "users", request_body = LinkInput, params(("id" = UserId, Path)),
    responses((status = 201, body = Link), (status = "4XX", body = Problem)))]
async fn api_link(
    ctx: Context,
    Path(id): Path<UserId>,
    Input(input): Input<LinkInput>,
) -> Result<(StatusCode, Json<Link>), Error> {
    let secret = ctx.create_secret(input, move |tx, viewer, input| link(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(Link { address: address(&ctx, &secret) })))
}

/// What the organisation decided for itself.
#[utoipa::path(get, path = "/settings", tag = "users",
    responses((status = 200, body = OrganisationChange), (status = "4XX", body = Problem)))]
async fn api_settings(ctx: Context) -> Result<Versioned<OrganisationChange>, Error> {
    let organisation = ctx
        .read(|tx, viewer| {
            viewer.require(Permission::ManageSettings)?;
            store::organisation(tx, viewer.organisation)
        })
        .await?;
    Ok(Versioned(organisation.version, organisation.into()))
}

/// Changes what the organisation decides for itself.
#[utoipa::path(put, path = "/settings", tag = "users", request_body = OrganisationChange,
    responses((status = 204), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn api_change_settings(
    ctx: Context,
    Expected(version): Expected,
    Input(input): Input<OrganisationChange>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| change_settings(tx, viewer, version, &input)).await?;
    ctx.app.sessions.clear();
    Ok(StatusCode::NO_CONTENT)
}
