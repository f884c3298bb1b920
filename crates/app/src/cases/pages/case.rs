//! The page of a case, and the small forms on it.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};

use super::{after, shown_name, to_case, to_correct};
use crate::access::Sensitivity;
use crate::cases::attachments::{self, Upload};
use crate::cases::detail::{self, Detail};
use crate::cases::input::{
    ApprovalDecision, Because, FlagResolution, NewApproval, NewFlag, NewFollowUp, NewNote, Reason,
};
use crate::cases::model::{AfterClosure, CaseState, Front, Note};
use crate::cases::progress::ProgressPicture;
use crate::cases::refill::Refill;
use crate::cases::{parts, plan, reading, store};
use crate::code::Code;
use crate::error::Error;
use crate::forms;
use crate::history::{self, Kind, Story};
use crate::ids::{ApprovalId, AttachmentId, CaseId, FlagId, NoteId, PersonId};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

/// A step of the stepper.
pub(in crate::cases) struct Step {
    pub(in crate::cases) words: &'static str,
    pub(in crate::cases) done: bool,
    pub(in crate::cases) now: bool,
    pub(in crate::cases) when: String,
}

#[derive(Template)]
#[template(path = "cases/templates/case.html")]
struct CasePage {
    ui: Ui,
    it: Detail,
    name: String,
    steps: Vec<Step>,
    fronts: [Front; 2],
    /// Screenings that can be asked.
    offered: Vec<forms::Form>,
    colleagues: Vec<store::Named>,
    /// Forms that can be filled in, and what this user is filling in.
    open_forms: Vec<forms::Form>,
    drafts: Vec<forms::Draft>,
    sensitivities: Vec<Sensitivity>,
    today: crate::dates::Day,
    days_late: i64,
    progress: ProgressPicture,
    refill: Refill,
    me: crate::ids::UserId,
    reader: std::sync::Arc<crate::access::Viewer>,
    sees_trafficking: bool,
    tab: &'static str,
}

impl CasePage {
    /// Screenings that were not asked yet in this case.
    fn unasked(&self) -> Vec<&forms::Form> {
        let asked = |form: &&forms::Form| self.it.screenings.iter().any(|screening| screening.form == form.name);
        self.offered.iter().filter(|form| !asked(form)).collect()
    }
    /// The kinds of follow-ups that ask what became of someone after closure.
    fn after_closure(&self) -> Vec<(&'static str, &'static str)> {
        AfterClosure::ALL.iter().map(|it| (it.code(), self.ui.entry("follow_up_kinds", it.code()))).collect()
    }
    /// Forms filled in that no screening stands for.
    fn further_forms(&self) -> Vec<&forms::Submission> {
        self.it.submissions.iter().filter(|submission| !submission.judged).collect()
    }
}

#[derive(Template)]
#[template(path = "cases/templates/history.html")]
struct HistoryPage {
    ui: Ui,
    it: Detail,
    name: String,
    stories: Vec<Story>,
    tab: &'static str,
}

#[derive(Template)]
#[template(path = "cases/templates/person_progress.html")]
struct PersonProgressPage {
    ui: Ui,
    name: String,
    person: PersonId,
    progress: ProgressPicture,
}

fn steps(ui: &Ui, it: &Detail) -> Vec<Step> {
    let case = &it.case;
    let order = [CaseState::Open, CaseState::Assessed, CaseState::Planned, CaseState::InService, CaseState::Closed];
    let first = if case.state == CaseState::Reopened { CaseState::Reopened } else { CaseState::Open };
    let at = order.iter().position(|state| *state == case.state).unwrap_or(0);
    let moments = [Some(case.opened_at), case.assessed_at, case.planned_at, case.in_service_at, case.closed_at];
    // A service goes on from follow-up to follow-up: no day says when it is to be closed.
    let due_on = case.due_on.filter(|_| case.state != CaseState::InService);
    let due = due_on.map(|day| ui.name("case-due-by", &ui.short_day(&day)));
    order
        .iter()
        .enumerate()
        .map(|(place, state)| Step {
            words: ui.label(if place == 0 { &first } else { state }),
            done: place < at && moments[place].is_some(),
            now: place == at,
            when: match (moments[place], place == at + 1) {
                (Some(moment), _) if place <= at => ui.short_day(&ui.day_of(&moment)),
                // In service the follow-up is due, not the closure.
                (_, true) if *state != CaseState::Closed => due.clone().unwrap_or_default(),
                _ => String::new(),
            },
        })
        .collect()
}

async fn show(ctx: &Context, id: CaseId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, colleagues, offered, open_forms, drafts) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            if !it.may_work {
                return Ok((it, Vec::new(), Vec::new(), Vec::new(), Vec::new()));
            }
            let drafts = forms::drafts_of_case(tx, viewer, id)?;
            let offers = forms::offers(tx, viewer, &it.respondent)?;
            Ok((it, store::colleagues(tx, viewer)?, offers.screenings, offers.further, drafts))
        })
        .await?;
    reading::note(ctx, Kind::Case, id.0, it.case.person_id, id).await?;
    let case = &it.case;
    let is_new = case.owner_id == Some(ctx.viewer.user)
        && case.assigned_at.is_some_and(|assigned| case.seen_at.is_none_or(|seen| seen < assigned));
    if is_new {
        ctx.write(move |tx, viewer| store::mark_seen(tx, viewer, id)).await?;
    }
    let ui = ctx.ui();
    page(CasePage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        steps: steps(&ui, &it),
        fronts: [Front::Protect, Front::Empower],
        offered,
        colleagues,
        open_forms,
        drafts,
        sensitivities: noted_as(ctx),
        today: ctx.viewer.today,
        days_late: it.case.due_on.map_or(0, |due| due.days_until(ctx.viewer.today).max(0)),
        progress: ProgressPicture::of(&ui, &it.goals),
        refill,
        me: ctx.viewer.user,
        reader: ctx.viewer.clone(),
        sees_trafficking: ctx.viewer.sees(Sensitivity::Trafficking),
        it,
        ui,
        tab: "overview",
    })
}

/// How delicate this user may call what they write.
fn noted_as(ctx: &Context) -> Vec<Sensitivity> {
    [Sensitivity::Case, Sensitivity::Medical, Sensitivity::Trafficking]
        .into_iter()
        .filter(|sensitivity| ctx.viewer.sees(*sensitivity))
        .collect()
}

pub(in crate::cases) async fn case(ctx: Context, Path(id): Path<CaseId>) -> Result<Html<String>, Error> {
    show(&ctx, id, Refill::default()).await
}

async fn again(ctx: &Context, id: CaseId, refill: Refill) -> Result<Response, Error> {
    Ok(to_correct(show(ctx, id, refill).await?))
}

pub(in crate::cases) async fn history(ctx: Context, Path(id): Path<CaseId>) -> Result<Html<String>, Error> {
    let (it, stories) = ctx
        .read(move |tx, viewer| {
            let it = detail::read(tx, viewer, id)?;
            Ok((it, story(tx, viewer, id, history::Page::default())?))
        })
        .await?;
    let ui = ctx.ui();
    page(HistoryPage { name: shown_name(&ui, &it.person_name, &it.case.number), it, stories, ui, tab: "history" })
}

/// The story of a case; it tells names and words, and is for those who may know them.
pub(in crate::cases) fn story(
    tx: &mut crate::db::Tx<'_>,
    viewer: &crate::access::Viewer,
    id: CaseId,
    page: history::Page,
) -> Result<Vec<Story>, Error> {
    store::find(tx, viewer, id)?;
    if !viewer.sees(Sensitivity::Identity) {
        return Err(Error::NotFound);
    }
    let stories = history::page_of_case(tx, viewer.organisation, id, page)?;
    Ok(stories.into_iter().map(|story| parts::told_to(viewer, story)).collect())
}

pub(in crate::cases) async fn person_progress(
    ctx: Context,
    Path(person): Path<PersonId>,
) -> Result<Html<String>, Error> {
    let (name, goals) = ctx
        .read(move |tx, viewer| {
            let name = store::whose(tx, viewer, person)?;
            Ok((name, store::goals_of_person(tx, viewer, person)?))
        })
        .await?;
    let ui = ctx.ui();
    page(PersonProgressPage { name, person, progress: ProgressPicture::of(&ui, &goals), ui })
}

pub(in crate::cases) async fn add_note(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewNote>,
) -> Result<Response, Error> {
    let refill = Refill::of("note", &input);
    let saved = ctx.create(input, move |tx, viewer, input| parts::add_note(tx, viewer, id, &input)).await;
    after(saved, |_| to_case(id, "#notes"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

/// The page of one note, to put it right or strike it out.
#[derive(Template)]
#[template(path = "cases/templates/note.html")]
struct NotePage {
    ui: Ui,
    it: Detail,
    name: String,
    note: Note,
    may_change: bool,
    may_strike: bool,
    sensitivities: Vec<Sensitivity>,
    refill: Refill,
    tab: &'static str,
}

async fn show_note(ctx: &Context, id: CaseId, note: NoteId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, note) =
        ctx.read(move |tx, viewer| Ok((detail::read(tx, viewer, id)?, parts::note(tx, viewer, id, note)?))).await?;
    reading::note(ctx, Kind::Case, id.0, it.case.person_id, id).await?;
    let ui = ctx.ui();
    let (mine, stands) = (note.written_by == ctx.viewer.user, note.struck_at.is_none());
    page(NotePage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        may_change: mine && stands && it.may_work,
        may_strike: stands && it.may_put_right(&ctx.viewer, &note.written_by),
        it,
        note,
        sensitivities: noted_as(ctx),
        refill,
        ui,
        tab: "overview",
    })
}

pub(in crate::cases) async fn note(
    ctx: Context,
    Path((id, note)): Path<(CaseId, NoteId)>,
) -> Result<Html<String>, Error> {
    show_note(&ctx, id, note, Refill::default()).await
}

pub(in crate::cases) async fn change_note(
    ctx: Context,
    Path((id, note)): Path<(CaseId, NoteId)>,
    Expected(version): Expected,
    Input(input): Input<NewNote>,
) -> Result<Response, Error> {
    let refill = Refill::of("note", &input);
    let saved = ctx.write(move |tx, viewer| parts::change_note(tx, viewer, id, note, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_note(&ctx, id, note, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "#notes"), again).await
}

pub(in crate::cases) async fn strike_note(
    ctx: Context,
    Path((id, note)): Path<(CaseId, NoteId)>,
    Expected(version): Expected,
    Input(input): Input<Because>,
) -> Result<Response, Error> {
    let refill = Refill::of("strike", &input);
    let saved = ctx.write(move |tx, viewer| parts::strike_note(tx, viewer, id, note, version, &input)).await;
    let again = |errors| async { Ok(to_correct(show_note(&ctx, id, note, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, "#notes"), again).await
}

pub(in crate::cases) async fn remove_file(
    ctx: Context,
    Path((id, attachment)): Path<(CaseId, AttachmentId)>,
    Input(input): Input<Because>,
) -> Result<Response, Error> {
    let refill = Refill::of("remove", &input);
    let saved = ctx.write(move |tx, viewer| attachments::remove(tx, viewer, id, attachment, &input)).await;
    after(saved, |()| to_case(id, "#files"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn raise_flag(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewFlag>,
) -> Result<Response, Error> {
    let refill = Refill::of("flag", &input);
    let saved = ctx.create(input, move |tx, viewer, input| parts::raise_flag(tx, viewer, id, &input)).await;
    after(saved, |_| to_case(id, "#flags"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn resolve_flag(
    ctx: Context,
    Path((id, flag)): Path<(CaseId, FlagId)>,
    Input(input): Input<FlagResolution>,
) -> Result<Response, Error> {
    let refill = Refill::of("resolve", &input);
    let saved = ctx.write(move |tx, viewer| parts::resolve_flag(tx, viewer, id, flag, &input)).await;
    after(saved, |()| to_case(id, "#flags"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn ask_approval(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewApproval>,
) -> Result<Response, Error> {
    let refill = Refill::of("approval", &input);
    let saved = ctx.create(input, move |tx, viewer, input| parts::ask_approval(tx, viewer, id, &input)).await;
    after(saved, |_| to_case(id, "#approvals"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn decide(
    ctx: Context,
    Path((id, approval)): Path<(CaseId, ApprovalId)>,
    Input(input): Input<ApprovalDecision>,
) -> Result<Response, Error> {
    let refill = Refill::of("decide", &input);
    let saved = ctx.write(move |tx, viewer| parts::decide(tx, viewer, id, approval, &input)).await;
    after(saved, |()| to_case(id, "#approvals"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn add_follow_up(
    ctx: Context,
    Path(id): Path<CaseId>,
    Input(input): Input<NewFollowUp>,
) -> Result<Response, Error> {
    let refill = Refill::of("follow-up", &input);
    let saved = ctx.create(input, move |tx, viewer, input| parts::add_follow_up(tx, viewer, id, &input)).await;
    after(saved, |_| to_case(id, "#follow"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn assess(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| store::assess(tx, viewer, id, version)).await?;
    Ok(to_case(id, ""))
}

pub(in crate::cases) async fn begin(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| store::begin_service(tx, viewer, id, version)).await?;
    Ok(to_case(id, ""))
}

pub(in crate::cases) async fn reopen(
    ctx: Context,
    Path(id): Path<CaseId>,
    Expected(version): Expected,
    Input(input): Input<Reason>,
) -> Result<Response, Error> {
    let refill = Refill::of("reopen", &input).keeping(format!("/cases/{id}"));
    let saved = ctx.write(move |tx, viewer| store::reopen(tx, viewer, id, version, &input.why)).await;
    after(saved, |_| to_case(id, ""), |errors| again(&ctx, id, refill.wrong(errors))).await
}

pub(in crate::cases) async fn upload(ctx: Context, Path(id): Path<CaseId>, form: Multipart) -> Result<Response, Error> {
    let upload = read_upload(form).await?;
    let refill = Refill::of("file", &serde_json::json!({ "sensitivity": upload.sensitivity }));
    let saved = ctx.create(upload, move |tx, viewer, upload| attachments::add(tx, viewer, id, &upload)).await;
    after(saved, |_| to_case(id, "#files"), |errors| again(&ctx, id, refill.wrong(errors))).await
}

async fn read_upload(mut form: Multipart) -> Result<Upload, Error> {
    let broken = |error: axum::extract::multipart::MultipartError| match error.status().as_u16() {
        413 => Error::TooLarge(attachments::LARGEST),
        _ => Error::BadRequest("the upload broke off".to_owned()),
    };
    let mut upload = Upload { name: String::new(), sensitivity: Sensitivity::Case, content: Vec::new() };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("file") => {
                upload.name = field.file_name().unwrap_or_default().to_owned();
                upload.content = field.bytes().await.map_err(broken)?.to_vec();
            }
            Some("sensitivity") => {
                let code = field.text().await.map_err(broken)?;
                upload.sensitivity =
                    Sensitivity::from_code(&code).ok_or_else(|| Error::field("sensitivity", "invalid-choice"))?;
            }
            _ => {}
        }
    }
    Ok(upload)
}

/// A file as a download: never shown as a page of this site.
pub(in crate::cases) async fn download(
    ctx: Context,
    Path((id, attachment)): Path<(CaseId, AttachmentId)>,
) -> Result<Response, Error> {
    let (file, content, person) = ctx.read(move |tx, viewer| attachments::open(tx, viewer, id, attachment)).await?;
    reading::note(&ctx, Kind::Attachment, attachment.0, person, id).await?;
    let encoded: String = file
        .name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let headers =
        [(CONTENT_TYPE, file.media_type), (CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{encoded}"))];
    Ok((headers, content).into_response())
}

/// Removes an action from a plan not yet agreed.
pub(in crate::cases) async fn remove_action(
    ctx: Context,
    Path((id, action)): Path<(CaseId, crate::ids::ActionId)>,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| plan::remove_action(tx, viewer, id, action)).await?;
    Ok(to_case(id, "/plan"))
}
