//! Changes made offline whose predecessor has not come: whoever sent one sees it, applies it to what stands, or discards
//! it, with a reason.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::apply::{self, Held};
use super::{pages, store};
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::{CaseId, EntityHeldId, EntityId, EntityListId, PersonId, SubmissionId};
use crate::params;
use crate::ui::refill::Refill;
use crate::web::{Context, Input, Problem, Sent, Typed};

/// A change that waits for the one before it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldChange {
    /// Id.
    pub id: EntityHeldId,
    /// The entity that it changes.
    pub entity_id: EntityId,
    /// What that is called; none where it is not there for you, or has not come itself.
    pub label: Option<String>,
    /// The submission that brought it.
    pub submission_id: SubmissionId,
    /// When it came.
    pub held_at: Moment,
}

crate::codes! {
    /// What is done with a change that waits.
    "held-act" HeldAct {
        /// It is made to what stands, as if it had been made from that.
        Apply = "apply",
        /// It is given up; the submission stays.
        Discard = "discard",
    }
}

/// What is done with a change that waits, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HeldDecision {
    /// What is done.
    pub act: HeldAct,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// The changes of a list that this user sent and that wait, the oldest first.
pub(super) fn of_list(tx: &mut Tx<'_>, viewer: &Viewer, list: EntityListId) -> Result<Vec<HeldChange>, Error> {
    let mut held = tx.query(
        "SELECT h.id, h.entity_id, h.submission_id, h.held_at FROM entity_held h \
         WHERE h.organisation_id = $1 AND h.list_id = $2 AND h.held_by = $3 ORDER BY h.held_at, h.id LIMIT 100",
        params![viewer.organisation, list, viewer.user],
        |row| {
            let (id, entity_id) = (row.next()?, row.next()?);
            Ok(HeldChange { id, entity_id, label: None, submission_id: row.next()?, held_at: row.next()? })
        },
    )?;
    for change in &mut held {
        if store::sees(tx, viewer, change.entity_id)? {
            change.label = store::held_entity(tx, viewer, change.entity_id)?.map(|entity| entity.label);
        }
    }
    Ok(held)
}

/// Applies or discards a change that waits.
fn decide(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    list: EntityListId,
    id: EntityHeldId,
    input: &HeldDecision,
) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    let found = tx.one(
        "SELECT h.entity_id, h.case_id, h.person_id, h.submission_id, h.number, h.path FROM entity_held h \
         WHERE h.organisation_id = $1 AND h.list_id = $2 AND h.id = $3 AND h.held_by = $4",
        params![viewer.organisation, list, id, viewer.user],
        |row| {
            let (entity, case, person): (EntityId, Option<CaseId>, Option<PersonId>) =
                (row.next()?, row.next()?, row.next()?);
            let held = Held { submission: row.next()?, number: row.next()?, path: row.next()? };
            Ok((entity, case, person, held))
        },
    )?;
    let (entity, case, person, held) = found.ok_or(Error::NotFound)?;
    let mut check = Check::default();
    check.text(&input.reason, 500, "reason");
    check.done()?;
    let entry = Entry::new(Act::Changed, Kind::Entity, entity).noting("held_change", input.act.code());
    let pen = history::record(tx, viewer, store::entry_about(entry, case, person).because(input.reason.trim()))?;
    tx.execute(
        &pen,
        "DELETE FROM entity_held WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
    )?;
    match input.act {
        HeldAct::Apply => apply::apply_now(tx, viewer, &pen, &held),
        HeldAct::Discard => apply::discard(tx, viewer, &pen, &held),
    }
}

pub(crate) async fn decide_on_page(
    ctx: Context,
    Path((list, held)): Path<(EntityListId, EntityHeldId)>,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<HeldDecision> = sent.fields.read()?;
    let refill = Refill::of("held", &typed.read);
    let input = typed.read;
    match ctx.write(move |tx, viewer| decide(tx, viewer, list, held, &input)).await {
        Ok(()) => Ok(Redirect::to(&format!("/lists/{list}")).into_response()),
        Err(Error::Invalid(errors)) => {
            let page = pages::used_page(&ctx, list, refill.wrong(errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Applies a change that waits for one before it to what stands, or discards it; only your own.
#[utoipa::path(post, path = "/lists/{list}/held/{held}", tag = "forms", operation_id = "decide_on_held_change",
    request_body = HeldDecision, params(("list" = EntityListId, Path), ("held" = EntityHeldId, Path)),
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(crate) async fn api_decide(
    ctx: Context,
    Path((list, held)): Path<(EntityListId, EntityHeldId)>,
    Input(input): Input<HeldDecision>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| decide(tx, viewer, list, held, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}
