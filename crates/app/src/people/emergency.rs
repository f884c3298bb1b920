//! Break-glass: emergency access to one person, with a written reason, under the supervisor's eyes:
//! told at once, judged afterwards, and ended at once where it was not justified.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Permission, Role, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Act, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{GrantId, NoticeId, PersonId, UserId};
use crate::params;
use crate::ui::Ui;
use crate::ui::refill::Refill;
use crate::users;
use crate::web::{App, Context, Input, Problem, page};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/emergencies", get(list_page)).route("/emergencies/{id}", post(judge))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_api)).routes(routes!(judge_api))
}

/// Why access is needed at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EmergencyInput {
    /// The reason, at least a sentence.
    pub reason: String,
}

/// Whether there is such a person to take access to, in this organisation.
///
/// # Errors
/// The role does not allow it, no such person, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<(), Error> {
    viewer.require(Permission::BreakGlass)?;
    let exists = "SELECT count(*) FROM person WHERE organisation_id = $1 AND id = $2";
    if tx.count(exists, params![viewer.organisation, person])? == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Opens a person of the same organisation for some hours and alerts the supervisors.
///
/// # Errors
/// The role does not allow it, no reason, no such person, or the database failed.
pub fn break_glass(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    input: &EmergencyInput,
) -> Result<GrantId, Error> {
    find(tx, viewer, person)?;
    let reason = input.reason.trim();
    if reason.chars().count() < 10 {
        return Err(Error::field("reason", "invalid-reason"));
    }
    if reason.chars().count() > 2000 {
        return Err(Error::field("reason", "invalid-too-long"));
    }
    let hours = users::store::organisation(tx, viewer.organisation)?.settings.break_glass_hours.clamp(1, 168);
    let id = GrantId::new();
    let entry = Entry::new(Act::BrokeGlass, Kind::AccessGrant, id).about(person).because(reason);
    let pen = history::record(tx, viewer, entry)?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "INSERT INTO access_grant (organisation_id, id, user_id, person_id, reason, granted_at, until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![viewer.organisation, id, viewer.user, person, reason, now, now.plus_seconds(hours * 3600)],
    )?;
    let supervisors = alerted(tx, viewer)?;
    for supervisor in &supervisors {
        notify(tx, viewer, *supervisor, "break_glass", Some(person), &format!("{}: {reason}", viewer.name))?;
    }
    if supervisors.is_empty() {
        for watcher in watchers(tx, viewer)? {
            // Who it was about and why is nothing for those who see nobody's data.
            notify(tx, viewer, watcher, "break_glass_unjudged", None, &viewer.name)?;
        }
    }
    Ok(id)
}

fn notify(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    user: UserId,
    kind: &str,
    person: Option<PersonId>,
    text: &str,
) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Notice),
        "INSERT INTO notice (organisation_id, id, user_id, kind, person_id, text, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![viewer.organisation, NoticeId::new(), user, kind, person, text, Moment::now()],
    )?;
    Ok(())
}

/// The user's own supervisor; where there is none who works and judges, every other supervisor of
/// the organisation; never whoever took the access.
fn alerted(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<UserId>, Error> {
    let own = tx.one(
        "SELECT supervisor_id FROM user_account WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, viewer.user],
        |row| row.get::<Option<UserId>>(0),
    )?;
    let mut judges = users::store::who_may(tx, viewer.organisation, Permission::Approve)?;
    judges.retain(|judge| *judge != viewer.user);
    let own = own.flatten().filter(|own| judges.contains(own));
    Ok(own.map_or(judges, |own| vec![own]))
}

/// Those who answer for the organisation's users and its history: told where no supervisor is left
/// to judge, so that nobody opens a record unseen.
fn watchers(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<UserId>, Error> {
    let mut watchers = users::store::who_may(tx, viewer.organisation, Permission::ManageUsers)?;
    watchers.extend(users::store::who_may(tx, viewer.organisation, Permission::ReadHistory)?);
    Ok(watchers)
}

/// Emergency access as a supervisor judges it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Emergency {
    /// Its id.
    pub id: GrantId,
    /// To whom.
    pub person_id: PersonId,
    /// Their number in the organisation.
    pub person_number: i64,
    /// Who took it.
    pub user_name: Option<String>,
    /// Why, in their words.
    pub reason: String,
    /// When.
    pub granted_at: Moment,
    /// When it ends, or ended.
    pub until: Moment,
    /// When it was judged.
    pub reviewed_at: Option<Moment>,
    /// By whom.
    pub reviewer: Option<String>,
    /// Whether it was justified.
    pub justified: Option<bool>,
    /// The judgement in words.
    pub review: Option<String>,
}

/// A supervisor's judgement.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// Whether the access was justified; where it was not, it ends at once.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub justified: Option<bool>,
    /// Why.
    #[serde(default)]
    pub comment: String,
}

impl Emergency {
    /// The person's number as it is written.
    pub fn written_number(&self) -> String {
        super::number(self.person_number)
    }
}

/// Most of them at once.
const MOST: i64 = 100;

fn emergency_from(row: &Row<'_>) -> Result<Emergency, DbError> {
    Ok(Emergency {
        id: row.next()?,
        person_id: row.next()?,
        person_number: row.next()?,
        user_name: row.next()?,
        reason: row.next()?,
        granted_at: row.next()?,
        until: row.next()?,
        reviewed_at: row.next()?,
        reviewer: row.next()?,
        justified: row.next()?,
        review: row.next()?,
    })
}

/// Emergency access that this supervisor was told of, newest first. The person's number only: a
/// supervisor may judge a record they do not see.
fn told_of(tx: &mut Tx<'_>, viewer: &Viewer, further: &str) -> Result<Vec<Emergency>, Error> {
    let sql = format!(
        "SELECT g.id, g.person_id, p.number, u.name, g.reason, g.granted_at, g.until, g.reviewed_at, r.name, \
         g.justified, g.review FROM access_grant g \
         JOIN person p ON p.organisation_id = g.organisation_id AND p.id = g.person_id \
         JOIN user_account u ON u.organisation_id = g.organisation_id AND u.id = g.user_id \
         LEFT JOIN user_account r ON r.organisation_id = g.organisation_id AND r.id = g.reviewed_by \
         WHERE g.organisation_id = $1 AND g.user_id <> $2 {further} AND (u.supervisor_id = $2 \
           OR NOT EXISTS (SELECT 1 FROM user_account s WHERE s.organisation_id = u.organisation_id \
             AND s.id = u.supervisor_id AND s.active = 1 AND s.role = $3)) \
         ORDER BY g.granted_at DESC, g.id LIMIT {MOST}"
    );
    Ok(tx.query(&sql, params![viewer.organisation, viewer.user, Role::Supervisor], emergency_from)?)
}

/// What this supervisor has to judge.
///
/// # Errors
/// The database failed.
pub fn to_review(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Emergency>, Error> {
    told_of(tx, viewer, "AND g.reviewed_at IS NULL")
}

/// Judges emergency access, for once and all; not one's own. What was not justified ends at once.
///
/// # Errors
/// Not allowed, none that this supervisor has to judge, fields to correct, or the database failed.
pub fn review(tx: &mut Tx<'_>, viewer: &Viewer, id: GrantId, input: &Judgement) -> Result<(), Error> {
    viewer.require(Permission::Approve)?;
    let before = to_review(tx, viewer)?.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    let mut check = Check::default();
    check.that(input.justified.is_some(), "justified", "invalid-required");
    check.text(&input.comment, 2000, "comment");
    check.done()?;
    let justified = input.justified.unwrap_or_default();
    let now = Moment::now();
    let until = if justified { before.until } else { before.until.min(now) };
    let entry = Entry::changed(
        Kind::AccessGrant,
        id,
        &serde_json::json!({ "justified": null, "until": before.until }),
        &serde_json::json!({ "justified": justified, "until": until }),
    );
    let pen = history::record(tx, viewer, entry.about(before.person_id).because(input.comment.trim()))?;
    tx.execute(
        &pen,
        "UPDATE access_grant SET until = $3, reviewed_by = $4, reviewed_at = $5, justified = $6, review = $7 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, until, viewer.user, now, justified, input.comment.trim()],
    )?;
    let user = tx.one(
        "SELECT user_id FROM access_grant WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| row.get::<UserId>(0),
    )?;
    match user {
        Some(user) => notify(tx, viewer, user, "glass_judged", Some(before.person_id), input.comment.trim()),
        None => Ok(()),
    }
}

#[derive(Template)]
#[template(path = "people/templates/emergencies.html")]
struct ListPage {
    ui: Ui,
    emergencies: Vec<Emergency>,
    now: Moment,
    refill: Refill,
    /// The one whose judgement has to be corrected.
    wrong: Option<GrantId>,
}

impl ListPage {
    /// The form that was sent, and for the others one that was not.
    fn form(&self, id: &GrantId) -> &'static str {
        if self.wrong == Some(*id) { "judge" } else { "" }
    }
    fn comment(&self, id: &GrantId) -> String {
        if self.wrong == Some(*id) { "judge-comment".to_owned() } else { format!("judge-comment-{id}") }
    }
}

async fn show(ctx: &Context, refill: Refill, wrong: Option<GrantId>) -> Result<Html<String>, Error> {
    let emergencies = ctx.read(list).await?;
    page(ListPage { ui: ctx.ui(), emergencies, now: Moment::now(), refill, wrong })
}

fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Emergency>, Error> {
    viewer.require(Permission::Approve)?;
    told_of(tx, viewer, "")
}

async fn list_page(ctx: Context) -> Result<Html<String>, Error> {
    show(&ctx, Refill::default(), None).await
}

async fn judge(ctx: Context, Path(id): Path<GrantId>, Input(input): Input<Judgement>) -> Result<Response, Error> {
    let refill = Refill::of("judge", &input);
    match ctx.write(move |tx, viewer| review(tx, viewer, id, &input)).await {
        Ok(()) => Ok(Redirect::to("/emergencies").into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&ctx, refill.wrong(errors), Some(id)).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Emergency access that you were told of, newest first.
#[utoipa::path(get, path = "/emergencies", tag = "people",
    responses((status = 200, body = Vec<Emergency>), (status = 403, body = Problem)))]
async fn list_api(ctx: Context) -> Result<Json<Vec<Emergency>>, Error> {
    ctx.read(list).await.map(Json)
}

/// Judges emergency access; where it was not justified, it ends at once.
#[utoipa::path(post, path = "/emergencies/{id}/review", tag = "people", params(("id" = GrantId, Path)),
    request_body = Judgement,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn judge_api(ctx: Context, Path(id): Path<GrantId>, Input(input): Input<Judgement>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| review(tx, viewer, id, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}
