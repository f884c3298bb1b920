//! The JSON API of cases: everything the pages do.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::detail::{self, Detail};
use super::input::{
    ActionChange, Answers, ApprovalDecision, Assignment, Because, Closure, FlagResolution, FollowUpRecord, GoalChange,
    NewAction, NewApproval, NewCase, NewFlag, NewFollowUp, NewGoal, NewNote, PlanAgreed, Reason, RiskDecision,
    TraffickingMark,
};
use super::list::{self, Asked, CasePage, CaseQuery};
use super::model::{Action, Approval, Attachment, Case, CaseSummary, Flag, FollowUp, Goal, Note, Screening};
use super::today::{self, Load, Today};
use super::{attachments, pages, parts, plan, reading, screenings, store};
use crate::access::{Permission, Sensitivity, Viewer};
use crate::db::Tx;
use crate::error::Error;
use crate::forms::{self, Questionnaire};
use crate::history::{Kind, Page, Story};
use crate::ids::{
    ActionId, ApprovalId, AttachmentId, CaseId, FlagId, FollowUpId, GoalId, NoteId, NoticeId, PersonId, ScreeningId,
};
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// What was made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Made {
    /// Its id.
    id: uuid::Uuid,
}

fn made(id: impl Into<uuid::Uuid>) -> (StatusCode, Json<Made>) {
    (StatusCode::CREATED, Json(Made { id: id.into() }))
}

/// The cases that are there for you.
#[utoipa::path(get, path = "/cases", tag = "cases", params(CaseQuery),
    responses((status = 200, body = CasePage), (status = 400, body = Problem)))]
pub(super) async fn list(ctx: Context, Query(query): Query<CaseQuery>) -> Result<Json<CasePage>, Error> {
    let ui = ctx.ui();
    ctx.read(move |tx, viewer| list::page_with_answers(tx, viewer, &ui, &query)).await.map(Json)
}

/// The questions of a form whose answers can be columns of the list of cases.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ColumnsOfForm {
    /// The form's title in your language.
    title: String,
    /// Its questions.
    columns: Vec<Asked>,
}

/// The questions whose answers can be columns of the list of cases: those that you may read.
#[utoipa::path(get, path = "/cases/columns", tag = "cases", operation_id = "case_columns",
    responses((status = 200, body = Vec<ColumnsOfForm>), (status = "4XX", body = Problem)))]
pub(super) async fn columns(ctx: Context) -> Result<Json<Vec<ColumnsOfForm>>, Error> {
    let ui = ctx.ui();
    let forms = ctx.read(move |tx, viewer| forms::columns(tx, viewer, &ui)).await?;
    let told = forms
        .into_iter()
        .map(|form| ColumnsOfForm { title: form.title, columns: form.columns.iter().map(Asked::from).collect() });
    Ok(Json(told.collect()))
}

/// Opens a case.
#[utoipa::path(post, path = "/cases", tag = "cases", request_body = NewCase,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn create(ctx: Context, Input(input): Input<NewCase>) -> Result<impl IntoResponse, Error> {
    ctx.create(input, |tx, viewer, input| store::open(tx, viewer, &input)).await.map(made)
}

/// A whole case; reading it is noted in the history.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Detail), (status = 404, body = Problem)))]
pub(super) async fn case(ctx: Context, Path(id): Path<CaseId>) -> Result<Versioned<Detail>, Error> {
    let it = ctx.read(move |tx, viewer| detail::read(tx, viewer, id)).await?;
    reading::note(&ctx, Kind::Case, id.0, it.case.person_id, id).await?;
    Ok(Versioned(it.case.version, it))
}

/// The story of a case.
#[utoipa::path(get, path = "/cases/{id}/history", tag = "cases", params(("id" = CaseId, Path), Page),
    responses((status = 200, body = Vec<Story>), (status = 404, body = Problem)))]
pub(super) async fn history(
    ctx: Context,
    Path(id): Path<CaseId>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Story>>, Error> {
    ctx.read(move |tx, viewer| pages::case::story(tx, viewer, id, page)).await.map(Json)
}

fn versioned(case: Case) -> Versioned<Case> {
    Versioned(case.version, case)
}

/// Open or reopened → assessed.
#[utoipa::path(post, path = "/cases/{id}/assessed", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Case), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn assess(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::assess(tx, viewer, id, version)).await.map(versioned)
}

/// Assessed → planned.
#[utoipa::path(post, path = "/cases/{id}/planned", tag = "cases", params(("id" = CaseId, Path)),
    request_body = PlanAgreed,
    responses((status = 200, body = Case), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn agree(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<PlanAgreed>,
) -> Result<Versioned<Case>, Error> {
    let reason = input.one_front_reason;
    ctx.write(move |tx, viewer| store::agree_plan(tx, viewer, id, version, reason)).await.map(versioned)
}

/// Planned → in service.
#[utoipa::path(post, path = "/cases/{id}/in-service", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Case), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn begin(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::begin_service(tx, viewer, id, version)).await.map(versioned)
}

/// Anything → closed.
#[utoipa::path(post, path = "/cases/{id}/closed", tag = "cases", params(("id" = CaseId, Path)),
    request_body = Closure,
    responses((status = 200, body = Case), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn close(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Closure>,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::close(tx, viewer, id, version, &input)).await.map(versioned)
}

/// Closed → reopened.
#[utoipa::path(post, path = "/cases/{id}/reopened", tag = "cases", params(("id" = CaseId, Path)),
    request_body = Reason,
    responses((status = 200, body = Case), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn reopen(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Reason>,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::reopen(tx, viewer, id, version, &input.why)).await.map(versioned)
}

/// Decides on the risk.
#[utoipa::path(put, path = "/cases/{id}/risk", tag = "cases", params(("id" = CaseId, Path)),
    request_body = RiskDecision,
    responses((status = 200, body = Case), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn decide_risk(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<RiskDecision>,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::decide_risk(tx, viewer, id, version, &input)).await.map(versioned)
}

/// Marks a case as about trafficking, or no longer.
#[utoipa::path(put, path = "/cases/{id}/trafficking", tag = "cases", params(("id" = CaseId, Path)),
    request_body = TraffickingMark,
    responses((status = 200, body = Case), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn mark_trafficking(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<TraffickingMark>,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::mark_trafficking(tx, viewer, id, version, &input)).await.map(versioned)
}

/// Gives a case to someone.
#[utoipa::path(put, path = "/cases/{id}/assignment", tag = "cases", params(("id" = CaseId, Path)),
    request_body = Assignment,
    responses((status = 200, body = Case), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn assign(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Assignment>,
) -> Result<Versioned<Case>, Error> {
    ctx.write(move |tx, viewer| store::assign(tx, viewer, id, version, &input)).await.map(versioned)
}

/// A screening as the API tells it: a form with a rule.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FormInWords {
    /// The form's name.
    id: String,
    /// Its version.
    version: String,
    /// Its title in your language.
    title: String,
    /// Its questions.
    questions: Vec<QuestionInWords>,
}

/// A question as the API tells it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct QuestionInWords {
    /// Its name in the form.
    id: String,
    /// The question in your language.
    label: String,
    /// What helps to ask it.
    hint: String,
    /// True where there is nothing to choose from.
    in_words: bool,
    /// Answers to choose from, and their words.
    choices: Vec<(String, String)>,
}

impl From<Questionnaire> for FormInWords {
    fn from(asked: Questionnaire) -> FormInWords {
        let questions = asked.questions.into_iter().map(|question| QuestionInWords {
            in_words: question.choices.is_empty(),
            id: question.name,
            label: question.label,
            hint: question.hint,
            choices: question.choices,
        });
        FormInWords { id: asked.form.name, version: asked.version, title: asked.title, questions: questions.collect() }
    }
}

/// The screenings of your organisation, in your language.
#[utoipa::path(get, path = "/questionnaires", tag = "cases", responses((status = 200, body = Vec<FormInWords>)))]
pub(super) async fn forms(ctx: Context) -> Result<Json<Vec<FormInWords>>, Error> {
    let ui = ctx.ui();
    let asked = ctx.read(move |tx, viewer| forms::questionnaires(tx, viewer, &ui)).await?;
    Ok(Json(asked.into_iter().map(FormInWords::from).collect()))
}

/// The screenings of a case.
#[utoipa::path(get, path = "/cases/{id}/screenings", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Screening>), (status = 404, body = Problem)))]
pub(super) async fn screenings(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Screening>>, Error> {
    parts_of(&ctx, id, screenings::of_case).await
}

/// What gathers in a case; reading it is reading the case.
async fn parts_of<T: Send + 'static>(
    ctx: &Context,
    id: CaseId,
    read: fn(&mut Tx<'_>, &Viewer, CaseId) -> Result<Vec<T>, Error>,
) -> Result<Json<Vec<T>>, Error> {
    let (person, found) = ctx
        .read(move |tx, viewer| {
            let person = store::find(tx, viewer, id)?.case.person_id;
            Ok((person, read(tx, viewer, id)?))
        })
        .await?;
    reading::note(ctx, Kind::Case, id.0, person, id).await?;
    Ok(Json(found))
}

/// The goals of a case.
#[utoipa::path(get, path = "/cases/{id}/goals", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Goal>)))]
pub(super) async fn goals(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Goal>>, Error> {
    parts_of(&ctx, id, plan::goals_of_case).await
}

/// The actions of a case, due first.
#[utoipa::path(get, path = "/cases/{id}/actions", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Action>)))]
pub(super) async fn actions(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Action>>, Error> {
    parts_of(&ctx, id, plan::actions_of_case).await
}

/// The notes of a case that you may read, newest first.
#[utoipa::path(get, path = "/cases/{id}/notes", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Note>)))]
pub(super) async fn notes(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Note>>, Error> {
    parts_of(&ctx, id, parts::notes).await
}

/// The flags of a case, those to resolve first.
#[utoipa::path(get, path = "/cases/{id}/flags", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Flag>)))]
pub(super) async fn flags(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Flag>>, Error> {
    parts_of(&ctx, id, parts::flags).await
}

/// The approvals of a case, newest first.
#[utoipa::path(get, path = "/cases/{id}/approvals", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Approval>)))]
pub(super) async fn approvals(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Approval>>, Error> {
    parts_of(&ctx, id, parts::approvals).await
}

/// The follow-ups of a case: planned ones, then kept ones.
#[utoipa::path(get, path = "/cases/{id}/follow-ups", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<FollowUp>)))]
pub(super) async fn follow_ups(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<FollowUp>>, Error> {
    parts_of(&ctx, id, parts::follow_ups).await
}

/// The files of a case that you may read, newest first.
#[utoipa::path(get, path = "/cases/{id}/attachments", tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = Vec<Attachment>)))]
pub(super) async fn files(ctx: Context, Path(id): Path<CaseId>) -> Result<Json<Vec<Attachment>>, Error> {
    parts_of(&ctx, id, attachments::of_case).await
}

/// A follow-up.
#[utoipa::path(get, path = "/cases/{id}/follow-ups/{follow_up}", tag = "cases",
    params(("id" = CaseId, Path), ("follow_up" = FollowUpId, Path)),
    responses((status = 200, body = FollowUp)))]
pub(super) async fn follow_up(
    ctx: Context,
    Path((id, meeting)): Path<(CaseId, FollowUpId)>,
) -> Result<Versioned<FollowUp>, Error> {
    let found = ctx
        .read(move |tx, viewer| {
            store::find(tx, viewer, id)?;
            parts::follow_up(tx, viewer, id, meeting)
        })
        .await?;
    Ok(Versioned(found.version, found))
}

/// The cases of a person that are there for you, newest first.
#[utoipa::path(get, path = "/people/{id}/cases", tag = "cases", params(("id" = PersonId, Path)),
    responses((status = 200, body = Vec<CaseSummary>)))]
pub(super) async fn person_cases(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Vec<CaseSummary>>, Error> {
    ctx.read(move |tx, viewer| {
        store::whose(tx, viewer, id)?;
        store::of_person(tx, viewer, id)
    })
    .await
    .map(Json)
}

/// Someone, or some team, to choose.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Choice {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
}

/// To whom cases, actions and follow-ups can be given.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Colleagues {
    /// Those who can carry a case.
    colleagues: Vec<Choice>,
    /// Those who can supervise one.
    supervisors: Vec<Choice>,
    /// The teams.
    teams: Vec<Choice>,
}

/// To whom work can be given.
#[utoipa::path(get, path = "/colleagues", tag = "cases", responses((status = 200, body = Colleagues)))]
pub(super) async fn colleagues(ctx: Context) -> Result<Json<Colleagues>, Error> {
    let choices = |named: Vec<store::Named>| named.into_iter().map(|(id, name)| Choice { id, name }).collect();
    ctx.read(move |tx, viewer| {
        viewer.require(Permission::WriteCases)?;
        Ok(Colleagues {
            colleagues: choices(store::colleagues(tx, viewer)?),
            supervisors: choices(store::supervisors(tx, viewer)?),
            teams: choices(store::teams(tx, viewer)?),
        })
    })
    .await
    .map(Json)
}

/// A screening of a case.
#[utoipa::path(get, path = "/cases/{id}/screening-results/{screening}", tag = "cases",
    params(("id" = CaseId, Path), ("screening" = ScreeningId, Path)),
    responses((status = 200, body = Screening), (status = 404, body = Problem)))]
pub(super) async fn screening(
    ctx: Context,
    Path((id, screening)): Path<(CaseId, ScreeningId)>,
) -> Result<Versioned<Screening>, Error> {
    let (person, found) = ctx
        .read(move |tx, viewer| {
            let person = store::find(tx, viewer, id)?.case.person_id;
            Ok((person, screenings::find(tx, viewer, id, screening)?))
        })
        .await?;
    reading::note(&ctx, found.kind(), screening.0, person, id).await?;
    // What was answered never changes.
    Ok(Versioned(1, found))
}

/// Answers a screening in one go, by the names of its questions: it becomes a submission of the form.
#[utoipa::path(post, path = "/cases/{id}/screenings/{form}", tag = "cases",
    params(("id" = CaseId, Path), ("form" = String, Path)), request_body = Answers,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn answer(
    ctx: Context,
    Path((id, form)): Path<(CaseId, String)>,
    Input(input): Input<Answers>,
) -> Result<impl IntoResponse, Error> {
    let answered = ctx.create(input, move |tx, viewer, input| forms::answer_screening(tx, viewer, id, &form, &input));
    answered.await.map(made)
}

/// The goals of a person over all cases that are there for you: the progress picture.
#[utoipa::path(get, path = "/people/{id}/progress", tag = "cases", params(("id" = PersonId, Path)),
    responses((status = 200, body = Vec<Goal>)))]
pub(super) async fn person_progress(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<Vec<Goal>>, Error> {
    ctx.read(move |tx, viewer| {
        store::whose(tx, viewer, id)?;
        store::goals_of_person(tx, viewer, id)
    })
    .await
    .map(Json)
}

/// Sets a goal.
#[utoipa::path(post, path = "/cases/{id}/goals", tag = "cases", params(("id" = CaseId, Path)), request_body = NewGoal,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn add_goal(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewGoal>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| plan::add_goal(tx, viewer, id, &input)).await.map(made)
}

/// A goal.
#[utoipa::path(get, path = "/cases/{id}/goals/{goal}", tag = "cases",
    params(("id" = CaseId, Path), ("goal" = GoalId, Path)),
    responses((status = 200, body = Goal), (status = 404, body = Problem)))]
pub(super) async fn goal(ctx: Context, Path((id, goal)): Path<(CaseId, GoalId)>) -> Result<Versioned<Goal>, Error> {
    let found = ctx
        .read(move |tx, viewer| {
            store::find(tx, viewer, id)?;
            plan::goal(tx, viewer, id, goal)
        })
        .await?;
    Ok(Versioned(found.version, found))
}

/// Changes a goal.
#[utoipa::path(put, path = "/cases/{id}/goals/{goal}", tag = "cases",
    params(("id" = CaseId, Path), ("goal" = GoalId, Path)), request_body = GoalChange,
    responses((status = 200, body = Goal), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn change_goal(
    ctx: Context,
    Path((id, goal)): Path<(CaseId, GoalId)>,
    Expected(version): Expected,
    Input(input): Input<GoalChange>,
) -> Result<Versioned<Goal>, Error> {
    let goal = ctx.write(move |tx, viewer| plan::change_goal(tx, viewer, id, goal, version, &input)).await?;
    Ok(Versioned(goal.version, goal))
}

/// Sets an action towards a goal.
#[utoipa::path(post, path = "/cases/{id}/goals/{goal}/actions", tag = "cases",
    params(("id" = CaseId, Path), ("goal" = GoalId, Path)), request_body = NewAction,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn add_action(
    ctx: Context,
    Path((id, goal)): Path<(CaseId, GoalId)>,
    Input(input): Input<NewAction>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| plan::add_action(tx, viewer, id, goal, &input)).await.map(made)
}

/// An action.
#[utoipa::path(get, path = "/cases/{id}/actions/{action}", tag = "cases",
    params(("id" = CaseId, Path), ("action" = ActionId, Path)),
    responses((status = 200, body = Action), (status = 404, body = Problem)))]
pub(super) async fn action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, ActionId)>,
) -> Result<Versioned<Action>, Error> {
    let found = ctx
        .read(move |tx, viewer| {
            store::find(tx, viewer, id)?;
            plan::action(tx, viewer, id, action)
        })
        .await?;
    Ok(Versioned(found.version, found))
}

/// Changes an action, or ends it.
#[utoipa::path(put, path = "/cases/{id}/actions/{action}", tag = "cases",
    params(("id" = CaseId, Path), ("action" = ActionId, Path)), request_body = ActionChange,
    responses((status = 200, body = Action), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn change_action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, ActionId)>,
    Expected(version): Expected,
    Input(input): Input<ActionChange>,
) -> Result<Versioned<Action>, Error> {
    let action = ctx.write(move |tx, viewer| plan::change_action(tx, viewer, id, action, version, &input)).await?;
    Ok(Versioned(action.version, action))
}

/// Removes an action from a plan not yet agreed.
#[utoipa::path(delete, path = "/cases/{id}/actions/{action}", tag = "cases",
    params(("id" = CaseId, Path), ("action" = ActionId, Path)),
    responses((status = 204), (status = 409, body = Problem)))]
pub(super) async fn remove_action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, ActionId)>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| plan::remove_action(tx, viewer, id, action)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a note.
#[utoipa::path(post, path = "/cases/{id}/notes", tag = "cases", params(("id" = CaseId, Path)), request_body = NewNote,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn add_note(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewNote>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| parts::add_note(tx, viewer, id, &input)).await.map(made)
}

/// A note.
#[utoipa::path(get, path = "/cases/{id}/notes/{note}", tag = "cases",
    params(("id" = CaseId, Path), ("note" = NoteId, Path)),
    responses((status = 200, body = Note), (status = 404, body = Problem)))]
pub(super) async fn note(ctx: Context, Path((id, note)): Path<(CaseId, NoteId)>) -> Result<Versioned<Note>, Error> {
    let (person, found) = ctx
        .read(move |tx, viewer| {
            let person = store::find(tx, viewer, id)?.case.person_id;
            Ok((person, parts::note(tx, viewer, id, note)?))
        })
        .await?;
    reading::note(&ctx, Kind::Case, id.0, person, id).await?;
    Ok(Versioned(found.version, found))
}

/// Puts a note right; only who wrote it.
#[utoipa::path(put, path = "/cases/{id}/notes/{note}", tag = "cases",
    params(("id" = CaseId, Path), ("note" = NoteId, Path)), request_body = NewNote,
    responses((status = 200, body = Note), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change_note(
    ctx: Context,
    Path((id, note)): Path<(CaseId, NoteId)>,
    Expected(version): Expected,
    Input(input): Input<NewNote>,
) -> Result<Versioned<Note>, Error> {
    let note = ctx.write(move |tx, viewer| parts::change_note(tx, viewer, id, note, version, &input)).await?;
    Ok(Versioned(note.version, note))
}

/// Strikes a note out, with the reason; who wrote it, or a supervisor.
#[utoipa::path(post, path = "/cases/{id}/notes/{note}/strike", tag = "cases",
    params(("id" = CaseId, Path), ("note" = NoteId, Path)), request_body = Because,
    responses((status = 200, body = Note), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn strike_note(
    ctx: Context,
    Path((id, note)): Path<(CaseId, NoteId)>,
    Expected(version): Expected,
    Input(input): Input<Because>,
) -> Result<Versioned<Note>, Error> {
    let note = ctx.write(move |tx, viewer| parts::strike_note(tx, viewer, id, note, version, &input)).await?;
    Ok(Versioned(note.version, note))
}

/// Raises a flag.
#[utoipa::path(post, path = "/cases/{id}/flags", tag = "cases", params(("id" = CaseId, Path)), request_body = NewFlag,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn raise_flag(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewFlag>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| parts::raise_flag(tx, viewer, id, &input)).await.map(made)
}

/// Resolves a flag.
#[utoipa::path(post, path = "/cases/{id}/flags/{flag}/resolve", tag = "cases",
    params(("id" = CaseId, Path), ("flag" = FlagId, Path)), request_body = FlagResolution,
    responses((status = 204), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn resolve_flag(
    ctx: Context,
    Path((id, flag)): Path<(CaseId, FlagId)>,
    Input(input): Input<FlagResolution>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| parts::resolve_flag(tx, viewer, id, flag, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the supervisor to decide.
#[utoipa::path(post, path = "/cases/{id}/approvals", tag = "cases", params(("id" = CaseId, Path)),
    request_body = NewApproval,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn ask_approval(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewApproval>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| parts::ask_approval(tx, viewer, id, &input)).await.map(made)
}

/// Decides. An approved plan is agreed at once.
#[utoipa::path(post, path = "/cases/{id}/approvals/{approval}", tag = "cases",
    params(("id" = CaseId, Path), ("approval" = ApprovalId, Path)), request_body = ApprovalDecision,
    responses((status = 204), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn decide(
    ctx: Context,
    Path((id, approval)): Path<(CaseId, ApprovalId)>,
    Input(input): Input<ApprovalDecision>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| parts::decide(tx, viewer, id, approval, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Plans a follow-up, or records one that was kept.
#[utoipa::path(post, path = "/cases/{id}/follow-ups", tag = "cases", params(("id" = CaseId, Path)),
    request_body = NewFollowUp,
    responses((status = 201, body = Made), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn add_follow_up(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewFollowUp>,
) -> Result<impl IntoResponse, Error> {
    ctx.create(input, move |tx, viewer, input| parts::add_follow_up(tx, viewer, id, &input)).await.map(made)
}

/// Records what came of a planned follow-up.
#[utoipa::path(put, path = "/cases/{id}/follow-ups/{follow_up}", tag = "cases",
    params(("id" = CaseId, Path), ("follow_up" = FollowUpId, Path)), request_body = FollowUpRecord,
    responses((status = 200, body = FollowUp), (status = 422, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn record_follow_up(
    ctx: Context,
    Path((id, meeting)): Path<(CaseId, FollowUpId)>,
    Expected(version): Expected,
    Input(input): Input<FollowUpRecord>,
) -> Result<Versioned<FollowUp>, Error> {
    let kept = ctx.write(move |tx, viewer| parts::record_follow_up(tx, viewer, id, meeting, version, &input)).await?;
    Ok(Versioned(kept.version, kept))
}

/// How a file is to be kept.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Keeping {
    /// The file's name.
    name: String,
    /// Who may read it; `case` where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    sensitivity: Option<Sensitivity>,
}

/// Keeps a file with a case; the body is its content.
#[utoipa::path(post, path = "/cases/{id}/attachments", tag = "cases", params(("id" = CaseId, Path), Keeping),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Made), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn upload(
    ctx: Context,
    Path(id): Path<CaseId>,
    Query(keeping): Query<Keeping>,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse, Error> {
    let body = body.map_err(|_| Error::TooLarge(attachments::LARGEST))?;
    let upload = attachments::Upload {
        name: keeping.name,
        sensitivity: keeping.sensitivity.unwrap_or(Sensitivity::Case),
        content: body.to_vec(),
    };
    ctx.create(upload, move |tx, viewer, upload| attachments::add(tx, viewer, id, &upload)).await.map(made)
}

/// Removes a file: its content is gone, the history says why.
#[utoipa::path(post, path = "/cases/{id}/attachments/{attachment}/remove", tag = "cases",
    params(("id" = CaseId, Path), ("attachment" = AttachmentId, Path)), request_body = Because,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn remove_file(
    ctx: Context,
    Path((id, attachment)): Path<(CaseId, AttachmentId)>,
    Input(input): Input<Because>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| attachments::remove(tx, viewer, id, attachment, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file's content.
#[utoipa::path(get, path = "/cases/{id}/attachments/{attachment}", tag = "cases",
    params(("id" = CaseId, Path), ("attachment" = AttachmentId, Path)),
    responses((status = 200, description = "The content"), (status = 404, body = Problem)))]
pub(super) async fn download(
    ctx: Context,
    Path((id, attachment)): Path<(CaseId, AttachmentId)>,
) -> Result<Response, Error> {
    let (file, content, person) = ctx.read(move |tx, viewer| attachments::open(tx, viewer, id, attachment)).await?;
    reading::note(&ctx, Kind::Attachment, attachment.0, person, id).await?;
    let tag = format!("\"{attachment}\"");
    let headers = [(CONTENT_TYPE, file.media_type), (CONTENT_DISPOSITION, "attachment".to_owned()), (ETAG, tag)];
    Ok((headers, content).into_response())
}

/// What is before you today.
#[utoipa::path(get, path = "/today", tag = "cases", responses((status = 200, body = Today)))]
pub(super) async fn today(ctx: Context) -> Result<Json<Today>, Error> {
    ctx.read(today::today).await.map(Json)
}

/// The load and lateness of your team.
#[utoipa::path(get, path = "/team", tag = "cases", responses((status = 200, body = Vec<Load>)))]
pub(super) async fn team(ctx: Context) -> Result<Json<Vec<Load>>, Error> {
    ctx.read(today::team).await.map(Json)
}

/// Marks a notice as read.
#[utoipa::path(post, path = "/notices/{id}/read", tag = "cases", params(("id" = NoticeId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn mark_read(ctx: Context, Path(id): Path<NoticeId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| today::mark_read(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
