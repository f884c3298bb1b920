//! The page of the plan, of a goal, of an action.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, Response};

use super::{after, shown_name, to_case, to_correct};
use crate::cases::detail::{self, Detail};
use crate::cases::input::{ActionChange, GoalChange, NewAction, NewGoal, PlanAgreed};
use crate::cases::model::{Action, ActionState, ApprovalKind, CaseState, Dimension, Doer, Front, Goal, GoalState};
use crate::cases::progress::ProgressPicture;
use crate::cases::refill::Refill;
use crate::cases::{plan, store};
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::ids::{ActionId, CaseId, GoalId};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

#[derive(Template)]
#[template(path = "cases/templates/plan.html")]
struct PlanPage {
    ui: Ui,
    it: Detail,
    name: String,
    fronts: [Front; 2],
    dimensions: &'static [Dimension],
    doers: &'static [Doer],
    colleagues: Vec<store::Named>,
    owner: String,
    today: Day,
    progress: ProgressPicture,
    rows: Vec<usize>,
    needs_approval: bool,
    refill: Refill,
    tab: &'static str,
}

impl PlanPage {
    fn is_assessed(&self) -> bool {
        self.it.case.state == CaseState::Assessed
    }

    fn waits_for_plan(&self) -> bool {
        self.it.waiting().is_some_and(|approval| approval.kind == ApprovalKind::Plan)
    }
}

async fn show(ctx: &Context, id: CaseId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, colleagues, needs_approval) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            let approval = store::settings(tx, viewer)?.plan_approval;
            Ok((it, store::colleagues(tx, viewer)?, approval))
        })
        .await?;
    crate::cases::reading::note(ctx, crate::history::Kind::Case, id.0, it.case.person_id, id).await?;
    let ui = ctx.ui();
    page(PlanPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        fronts: [Front::Protect, Front::Empower],
        dimensions: Dimension::ALL,
        doers: Doer::ALL,
        colleagues,
        owner: it.case.owner_id.map(|id| id.to_string()).unwrap_or_default(),
        today: ctx.viewer.today,
        progress: ProgressPicture::of(&ui, &it.goals),
        rows: (0..3).collect(),
        needs_approval,
        it,
        refill,
        ui,
        tab: "plan",
    })
}

pub(in crate::cases) async fn plan_page(ctx: Context, Path(id): Path<CaseId>) -> Result<Html<String>, Error> {
    show(&ctx, id, Refill::default()).await
}

async fn again(ctx: &Context, id: CaseId, refill: Refill) -> Result<Response, Error> {
    Ok(to_correct(show(ctx, id, refill).await?))
}

pub(in crate::cases) async fn agree(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<PlanAgreed>,
) -> Result<Response, Error> {
    let refill = Refill::of("agree", &input);
    let saved = ctx.write(move |tx, viewer| store::agree_plan(tx, viewer, id, version, input.one_front_reason)).await;
    after(saved, |_| to_case(id, "/plan"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn add_goal(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewGoal>,
) -> Result<Response, Error> {
    let refill = Refill::of("goal", &input);
    let saved = ctx.create(input, move |tx, viewer, input| plan::add_goal(tx, viewer, id, &input)).await;
    after(saved, |_| to_case(id, "/plan"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

#[derive(Template)]
#[template(path = "cases/templates/goal.html")]
struct GoalPage {
    ui: Ui,
    it: Detail,
    name: String,
    goal: Goal,
    fronts: &'static [Front],
    dimensions: &'static [Dimension],
    states: &'static [GoalState],
    doers: &'static [Doer],
    colleagues: Vec<store::Named>,
    refill: Refill,
    tab: &'static str,
}

async fn show_goal(ctx: &Context, id: CaseId, goal: GoalId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, goal, colleagues) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            Ok((it, plan::goal(tx, viewer, id, goal)?, store::colleagues(tx, viewer)?))
        })
        .await?;
    let ui = ctx.ui();
    page(GoalPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        it,
        goal,
        fronts: Front::ALL,
        dimensions: Dimension::ALL,
        states: GoalState::ALL,
        doers: Doer::ALL,
        colleagues,
        refill,
        ui,
        tab: "plan",
    })
}

pub(in crate::cases) async fn goal(
    ctx: Context,
    Path((id, goal)): Path<(CaseId, GoalId)>,
) -> Result<Html<String>, Error> {
    show_goal(&ctx, id, goal, Refill::default()).await
}

pub(in crate::cases) async fn change_goal(
    ctx: Context,
    Path((id, goal)): Path<(CaseId, GoalId)>,
    Expected(version): Expected,
    Input(input): Input<GoalChange>,
) -> Result<Response, Error> {
    let refill = Refill::of("goal", &input);
    let saved = ctx.write(move |tx, viewer| plan::change_goal(tx, viewer, id, goal, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_goal(&ctx, id, goal, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "/plan"), again).await
}

pub(in crate::cases) async fn add_action(
    ctx: Context,
    Path((id, goal)): Path<(CaseId, GoalId)>,
    Input(input): Input<NewAction>,
) -> Result<Response, Error> {
    let refill = Refill::of("action", &input);
    let saved = ctx.create(input, move |tx, viewer, input| plan::add_action(tx, viewer, id, goal, &input)).await;
    let again = |errors| async { Ok(to_correct(show_goal(&ctx, id, goal, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "/plan"), again).await
}

#[derive(Template)]
#[template(path = "cases/templates/action.html")]
struct ActionPage {
    ui: Ui,
    it: Detail,
    name: String,
    action: Action,
    user: String,
    provider: String,
    ended: String,
    states: &'static [ActionState],
    doers: &'static [Doer],
    colleagues: Vec<store::Named>,
    refill: Refill,
    tab: &'static str,
}

async fn show_action(ctx: &Context, id: CaseId, action: ActionId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, action, colleagues) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            Ok((it, plan::action(tx, viewer, id, action)?, store::colleagues(tx, viewer)?))
        })
        .await?;
    let ui = ctx.ui();
    page(ActionPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        it,
        user: action.user_id.map(|id| id.to_string()).unwrap_or_default(),
        provider: action.provider_kind.clone().unwrap_or_default(),
        ended: action.done_on.map(|day| day.to_string()).unwrap_or_default(),
        action,
        states: ActionState::ALL,
        doers: Doer::ALL,
        colleagues,
        refill,
        ui,
        tab: "plan",
    })
}

pub(in crate::cases) async fn action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, ActionId)>,
) -> Result<Html<String>, Error> {
    show_action(&ctx, id, action, Refill::default()).await
}

pub(in crate::cases) async fn change_action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, ActionId)>,
    Expected(version): Expected,
    Input(input): Input<ActionChange>,
) -> Result<Response, Error> {
    let refill = Refill::of("action", &input);
    let saved = ctx.write(move |tx, viewer| plan::change_action(tx, viewer, id, action, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_action(&ctx, id, action, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "/plan"), again).await
}
