//! Pages with one form: opening, assigning, closing, recording a follow-up.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::{after, shown_name, to_case, to_correct};
use crate::access::{Permission, Sensitivity};
use crate::cases::detail::{self, Detail};
use crate::cases::input::{Assignment, Closure, FollowUpRecord, NewCase, TraffickingMark};
use crate::cases::lifecycle::{self, CaseWork, Refusal};
use crate::cases::model::{AfterClosure, CaseState, FollowUp, Risk, Satisfaction};
use crate::cases::refill::Refill;
use crate::cases::{parts, store};
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::forms::{self, Form};
use crate::ids::{CaseId, FollowUpId, PersonId, SubmissionId};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

#[derive(Template)]
#[template(path = "cases/templates/new.html")]
struct NewCasePage {
    ui: Ui,
    person: PersonId,
    name: String,
    no_consent: bool,
    /// Why no case may be opened now: the code of the sentence in `locales/`.
    held: Option<&'static str>,
    risks: &'static [Risk],
    colleagues: Vec<store::Named>,
    sees_trafficking: bool,
    refill: Refill,
}

#[derive(Deserialize)]
pub(in crate::cases) struct ForPerson {
    person: PersonId,
}

async fn show_new(ctx: &Context, person: PersonId, refill: Refill) -> Result<Html<String>, Error> {
    let (whose, colleagues) = ctx
        .read(move |tx, viewer| {
            let found = store::person_for_case(tx, viewer, person)?;
            let assigns = viewer.may(Permission::AssignCases);
            Ok((found, if assigns { store::colleagues(tx, viewer)? } else { Vec::new() }))
        })
        .await?;
    page(NewCasePage {
        ui: ctx.ui(),
        person,
        name: whose.name.unwrap_or_default(),
        no_consent: whose.consent == CaseWork::NotAsked,
        held: lifecycle::work(CaseState::Open, whose.consent).err().map(Refusal::sentence),
        risks: Risk::ALL,
        colleagues,
        sees_trafficking: ctx.viewer.sees(Sensitivity::Trafficking),
        refill,
    })
}

pub(in crate::cases) async fn new(
    ctx: Context,
    Query(ForPerson { person }): Query<ForPerson>,
) -> Result<Html<String>, Error> {
    show_new(&ctx, person, Refill::default()).await
}

pub(in crate::cases) async fn create(ctx: Context, Input(input): Input<NewCase>) -> Result<Response, Error> {
    let (refill, person) = (Refill::of("case", &input), input.person_id);
    let saved = ctx.create(input, |tx, viewer, input| store::open(tx, viewer, &input)).await;
    let again = |errors| async { Ok(to_correct(show_new(&ctx, person, refill.wrong(errors)).await?)) };
    after(saved, |id| to_case(id, ""), again).await
}

#[derive(Template)]
#[template(path = "cases/templates/assign.html")]
struct AssignPage {
    ui: Ui,
    it: Detail,
    name: String,
    owner: String,
    supervisor: String,
    team: String,
    colleagues: Vec<store::Named>,
    supervisors: Vec<store::Named>,
    teams: Vec<store::Named>,
    refill: Refill,
    tab: &'static str,
}

async fn show_assign(ctx: &Context, id: CaseId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, colleagues, supervisors, teams) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            if !it.may_assign {
                return Err(Error::Forbidden(Permission::AssignCases));
            }
            let (colleagues, supervisors) = (store::colleagues(tx, viewer)?, store::supervisors(tx, viewer)?);
            Ok((it, colleagues, supervisors, store::teams(tx, viewer)?))
        })
        .await?;
    let ui = ctx.ui();
    let text = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    page(AssignPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        owner: text(it.case.owner_id.map(|id| id.0)),
        supervisor: text(it.case.supervisor_id.map(|id| id.0)),
        team: text(it.case.team_id.map(|id| id.0)),
        it,
        colleagues,
        supervisors,
        teams,
        refill,
        ui,
        tab: "overview",
    })
}

pub(in crate::cases) async fn assign_form(ctx: Context, Path(id): Path<CaseId>) -> Result<Html<String>, Error> {
    show_assign(&ctx, id, Refill::default()).await
}

pub(in crate::cases) async fn assign(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Assignment>,
) -> Result<Response, Error> {
    let refill = Refill::of("assign", &input);
    let saved = ctx.write(move |tx, viewer| store::assign(tx, viewer, id, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_assign(&ctx, id, refill.wrong(errors)).await?)) };
    // Whoever gives a case away may not see it any more: the list is there in any case.
    let next = |case: crate::cases::model::Case| match case.owner_id == Some(ctx.viewer.user) {
        true => to_case(id, ""),
        false => super::to_list(),
    };
    after(saved, next, again).await
}

#[derive(Template)]
#[template(path = "cases/templates/close.html")]
struct ClosePage {
    ui: Ui,
    it: Detail,
    name: String,
    needs_approval: bool,
    /// Whether the person agreed to be contacted, and when they may be asked what became of them.
    may_contact: bool,
    after_closure: &'static [AfterClosure],
    satisfactions: &'static [Satisfaction],
    today: Day,
    refill: Refill,
    tab: &'static str,
}

impl ClosePage {
    /// Whether a box is ticked: all are proposed, and what was unticked stays so.
    fn is_ticked(&self, after: &AfterClosure) -> bool {
        !self.refill.is_wrong("close")
            || (0..3).any(|at| self.refill.chose("close", &format!("ask_after[{at}]"), after.code()))
    }
    fn kind(&self, after: &AfterClosure) -> &'static str {
        self.ui.entry("follow_up_kinds", after.code())
    }
    fn due(&self, after: &AfterClosure) -> String {
        self.ui.day(&self.today.plus_months(after.months()))
    }
}

async fn show_close(ctx: &Context, id: CaseId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, needs_approval, may_contact) = ctx
        .read(move |tx, viewer| {
            viewer.require(Permission::WriteCases)?;
            let file = store::find(tx, viewer, id)?;
            let facts = store::facts(tx, viewer, &file)?;
            let approved = facts.closure == Some(crate::cases::model::ApprovalState::Approved);
            let may_contact = file.person.may_contact;
            Ok((detail::read(tx, viewer, id)?, facts.closure_approval && !approved, may_contact))
        })
        .await?;
    let ui = ctx.ui();
    page(ClosePage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        it,
        needs_approval,
        may_contact,
        after_closure: AfterClosure::ALL,
        satisfactions: Satisfaction::ALL,
        today: ctx.viewer.today,
        refill,
        ui,
        tab: "overview",
    })
}

pub(in crate::cases) async fn close_form(ctx: Context, Path(id): Path<CaseId>) -> Result<Html<String>, Error> {
    show_close(&ctx, id, Refill::default()).await
}

pub(in crate::cases) async fn close(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Closure>,
) -> Result<Response, Error> {
    let refill = Refill::of("close", &input);
    let saved = ctx.write(move |tx, viewer| store::close(tx, viewer, id, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_close(&ctx, id, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, ""), again).await
}

#[derive(Template)]
#[template(path = "cases/templates/follow_up.html")]
struct FollowUpPage {
    ui: Ui,
    it: Detail,
    name: String,
    follow_up: FollowUp,
    /// The form that is filled in for it, and what this user began of it.
    form: Option<Form>,
    draft: Option<SubmissionId>,
    today: Day,
    refill: Refill,
    tab: &'static str,
}

async fn show_follow_up(ctx: &Context, id: CaseId, meeting: FollowUpId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, follow_up, form, draft) = ctx
        .read(move |tx, viewer| {
            let (it, follow_up) = (detail::read(tx, viewer, id)?, parts::follow_up(tx, viewer, id, meeting)?);
            if !it.may_keep(&follow_up) {
                return Ok((it, follow_up, None, None));
            }
            let form = forms::form_of_follow_up(tx, viewer, &follow_up.kind)?;
            let drafts = forms::drafts_of_case(tx, viewer, id)?;
            let draft = drafts.into_iter().find(|draft| draft.follow_up_id == Some(meeting)).map(|draft| draft.id);
            Ok((it, follow_up, form, draft))
        })
        .await?;
    let ui = ctx.ui();
    page(FollowUpPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        it,
        follow_up,
        form,
        draft,
        today: ctx.viewer.today,
        refill,
        ui,
        tab: "overview",
    })
}

pub(in crate::cases) async fn follow_up_form(
    ctx: Context,
    Path((id, meeting)): Path<(CaseId, FollowUpId)>,
) -> Result<Html<String>, Error> {
    show_follow_up(&ctx, id, meeting, Refill::default()).await
}

pub(in crate::cases) async fn record_follow_up(
    ctx: Context,
    Path((id, meeting)): Path<(CaseId, FollowUpId)>,
    Expected(version): Expected,
    Input(input): Input<FollowUpRecord>,
) -> Result<Response, Error> {
    let refill = Refill::of("kept", &input);
    let saved = ctx.write(move |tx, viewer| parts::record_follow_up(tx, viewer, id, meeting, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_follow_up(&ctx, id, meeting, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "#follow"), again).await
}

pub(in crate::cases) async fn mark_trafficking(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<TraffickingMark>,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| store::mark_trafficking(tx, viewer, id, version, &input)).await?;
    Ok(to_case(id, ""))
}
