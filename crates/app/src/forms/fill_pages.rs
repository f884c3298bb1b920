//! Filling in as pages: trying a form out, a draft, and a submission as it is read.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use xlsform::fill::Filling;

use super::answers::{self, Told};
use super::edits::{self, SubmissionVersion};
use super::filling::{self, Act, Asker, Item, Page, Question, Showing, Widget};
use super::review::{self, Comment, Review, ReviewState};
use super::submissions::{self, Draft, Judged, Kept, NewDraft, NewFile, SubmissionFile};
use super::{entities, store};
use crate::access::Viewer;
use crate::cases::outcome::Need;
use crate::cases::{self, Risk, media_type, reading};
use crate::code::Code;
use crate::db::Tx;
use crate::documents::download;
use crate::error::Error;
use crate::history::{Bookkeeping, Kind, Pen};
use crate::ids::{CaseId, EntityId, FormId, FormVersionId, SubmissionFileId, SubmissionId};
use crate::ui::Ui;
use crate::ui::refill::{Refill, Weighed, Wrong};
use crate::web::{Context, Expected, Fields, Input, Sent, Typed, page};

/// Questions and groups, one within the other.
#[derive(Template)]
#[template(path = "forms/templates/items.html")]
struct Items<'i> {
    ui: &'i Ui,
    items: &'i [Item],
    /// Where pictures come from.
    media: &'i str,
    lang: &'i str,
    dir: &'i str,
}

impl Items<'_> {
    fn within(&self, items: &[Item]) -> String {
        let Items { ui, media, lang, dir, .. } = self;
        // Only a defect of the template can fail, and the outer one would have.
        Items { ui, items, media, lang, dir }.render().unwrap_or_default()
    }
    fn parts(&self) -> [(usize, &'static str); 4] {
        [(0, "form-latitude"), (1, "form-longitude"), (2, "form-altitude"), (3, "form-accuracy")]
    }
    fn ranks(&self, question: &Question) -> std::ops::Range<usize> {
        0..question.choices.len()
    }
    fn rank(&self, place: &usize) -> String {
        self.ui.count("form-rank", &i64::try_from(place + 1).unwrap_or(i64::MAX))
    }
    fn accepts<'a>(&self, accept: &'a str) -> &'a str {
        // What a form asks for is no more than a hint to the browser.
        accept.split(' ').next().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "forms/templates/fill.html")]
struct FillPage {
    ui: Ui,
    it: Page,
    questions: String,
    /// Where the page is sent.
    action: String,
    /// Where it leads back to, and how that is called.
    back: (String, String),
    /// The record of a form that is tried out: nothing is kept.
    record: Option<String>,
    /// The draft that is thrown away where wanted.
    draft: Option<SubmissionId>,
    /// Whether all was answered when it was tried out, and what the rule gave then.
    done: bool,
    result: Option<Tried>,
}

/// What the rule of a form that is tried out gives.
struct Tried {
    proposed: Option<Risk>,
    needs: Vec<Need>,
    /// Question, answer and weight.
    signs: Vec<(String, String, i64)>,
}

impl FillPage {
    fn new(ui: Ui, it: Page, action: String, media: &str, back: (String, String)) -> Result<FillPage, Error> {
        let questions = Items { ui: &ui, items: &it.items, media, lang: &it.lang, dir: it.dir }.render();
        let questions = questions.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(FillPage { ui, it, questions, action, back, record: None, draft: None, done: false, result: None })
    }
}

/// Where the pictures of a version come from, for those who fill it in.
fn pictures_of(form: FormId, version: FormVersionId) -> String {
    format!("/forms/{form}/versions/{version}/pictures")
}

/// Whether all of a page's own sending led anywhere: its next place, what is shown there, whether it is handed in.
struct Onward {
    at: usize,
    showing: Showing,
    sends: bool,
}

/// Does what a button of a page asks for.
fn go_on(filling: &mut Filling, ui: &Asker, at: usize, act: &Act) -> Result<Onward, Error> {
    filling::repeat(filling, act)?;
    let to = |at, showing| Onward { at, showing, sends: false };
    Ok(match act {
        Act::Next if filling::page(filling, ui, at, Showing::Everything)?.count() > 0 => to(at, Showing::Everything),
        Act::Next => to(filling::beside(filling, ui, at, true)?, Showing::Answered),
        Act::Back => to(filling::beside(filling, ui, at, false)?, Showing::Answered),
        Act::Go(place) => to(*place, Showing::Answered),
        Act::Send => match filling::first_wrong(filling, ui)? {
            Some(place) => to(place, Showing::Everything),
            None => Onward { at, showing: Showing::Everything, sends: true },
        },
        Act::Look | Act::Save | Act::Add(..) | Act::Remove(_) => to(at, Showing::Answered),
    })
}

/// Where a page stands and what its button asks for.
fn asked(fields: &Fields) -> (usize, Act) {
    (fields.value("at").parse().unwrap_or_default(), Act::of(fields.value("act")))
}

/// Which step is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    step: usize,
}

pub(super) async fn preview(
    ctx: Context,
    Path((form, version)): Path<(FormId, FormVersionId)>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (held, xform) = store::managed(tx, viewer, form, version)?;
        let definition = store::definition_to_try(tx, viewer, held.id, &xform)?;
        let filling = filling::begin(definition, viewer, language)?;
        Ok((filling::page(&filling, &ui, wanted.step, Showing::Nothing)?, filling.draft()))
    });
    let (it, record) = read.await?;
    tried_out(&ctx, (form, version), it, record, (false, None))
}

fn tried_out(
    ctx: &Context,
    (form, version): (FormId, FormVersionId),
    it: Page,
    record: String,
    (done, result): (bool, Option<Tried>),
) -> Result<Html<String>, Error> {
    let ui = ctx.ui();
    let back = (format!("/forms/{form}"), it.title.clone());
    let action = format!("/forms/{form}/versions/{version}/preview");
    page(FillPage {
        record: Some(record),
        done,
        result,
        ..FillPage::new(ui, it, action, &format!("/forms/{form}/versions/{version}/files"), back)?
    })
}

pub(super) async fn try_out(
    ctx: Context,
    Path((form, version)): Path<(FormId, FormVersionId)>,
    sent: Sent,
) -> Result<Html<String>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (held, xform) = store::managed(tx, viewer, form, version)?;
        let definition = store::definition_to_try(tx, viewer, held.id, &xform)?;
        let mut filling = match sent.fields.value("record") {
            "" => filling::begin(definition, viewer, language)?,
            record => filling::resume(definition, viewer, language, record)?,
        };
        filling::take(&mut filling, &ui, sent.fields.pairs(), &filling::zone(viewer))?;
        for path in sent.file_fields() {
            if let Some(node) = filling::takes_file(&filling, path) {
                filling.answer(node, &sent.file_name(path).unwrap_or_default())?;
            }
        }
        let (at, act) = asked(&sent.fields);
        let onward = go_on(&mut filling, &ui, at, &act)?;
        let result = match onward.sends {
            true => tried(tx, viewer, &ui, version, &filling)?,
            false => None,
        };
        let it = filling::page(&filling, &ui, onward.at, onward.showing)?;
        Ok((it, filling.draft(), (onward.sends, result)))
    });
    let (it, record, done) = read.await?;
    tried_out(&ctx, (form, version), it, record, done)
}

/// What the rule gives for the answers tried, where the form has one.
fn tried(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    ui: &Ui,
    version: FormVersionId,
    filling: &Filling,
) -> Result<Option<Tried>, Error> {
    let meaning = store::meaning(tx, viewer.organisation, version)?;
    if !meaning.judges() {
        return Ok(None);
    }
    let outcome = meaning.judge(filling)?;
    let (_, xform) = store::version(tx, viewer.organisation, version)?;
    let definition = store::definition_to_try(tx, viewer, version, &xform)?;
    let told = answers::tell(definition, viewer, ui, &filling.draft(), (&[], &[]), &|_| true)?.answers();
    let signs = answers::reasons(&outcome, &told);
    Ok(Some(Tried { proposed: outcome.proposed, needs: outcome.needs().into_iter().collect(), signs }))
}

#[derive(Template)]
#[template(path = "forms/templates/print.html")]
struct PrintPage {
    ui: Ui,
    title: String,
    version: String,
    questions: String,
}

/// A blank form, to be printed and filled in by hand.
pub(super) async fn print(ctx: Context, Path(form): Path<FormId>) -> Result<Html<String>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (_, held, xform) = submissions::offered(tx, viewer, form)?;
        // Nobody's name goes on a blank form.
        let definition = store::definition_for_all(tx, viewer, held.id, &xform)?;
        let filling = filling::begin(definition, viewer, language)?;
        let (items, (lang, dir)) = (filling::whole(&filling, &ui)?, filling::tongue(&filling, &ui));
        let media = pictures_of(form, held.id);
        let questions = Items { ui: &ui, items: &items, media: &media, lang: &lang, dir }.render();
        Ok((held, questions.map_err(|error| Error::Internal(error.to_string()))?))
    });
    let (held, questions) = read.await?;
    page(PrintPage { ui: ctx.ui(), title: held.title, version: held.name, questions })
}

pub(super) async fn begin(
    ctx: Context,
    Path(case): Path<CaseId>,
    Input(new): Input<NewDraft>,
) -> Result<Response, Error> {
    let language = ctx.language;
    let made = ctx
        .create((case, new), move |tx, viewer, (case, new)| submissions::begin_draft(tx, viewer, case, new, language));
    Ok(Redirect::to(&format!("/drafts/{}", made.await?)).into_response())
}

/// How a case is called on the pages of its drafts and submissions.
fn name_of_case(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui, case: CaseId) -> Result<String, Error> {
    let file = cases::store::find(tx, viewer, case)?;
    Ok(file.person.name.unwrap_or_else(|| ui.name("case-number", &file.case.number.to_string())))
}

pub(super) async fn draft(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
        let (ui, filling) = (ui.for_case(&draft.fixed), filling::resume(definition, viewer, language, &xml)?);
        let it = filling::page(&filling, &ui, wanted.step, Showing::Answered)?;
        Ok((it, name_of_case(tx, viewer, &ui, draft.case_id)?, draft))
    });
    let (it, case, draft) = read.await?;
    draft_page(&ctx, it, &draft, case)
}

fn draft_page(ctx: &Context, it: Page, draft: &Draft, case: String) -> Result<Html<String>, Error> {
    let back = (format!("/cases/{}", draft.case_id), case);
    let (action, media) = (format!("/drafts/{}", draft.id), pictures_of(draft.form_id, draft.form_version_id));
    page(FillPage { draft: Some(draft.id), ..FillPage::new(ctx.ui(), it, action, &media, back)? })
}

/// What came of a page that was sent.
struct Taken {
    draft: Draft,
    case: String,
    it: Page,
    xml: String,
    /// The record to hand in, and what the form says to it.
    handed_in: Option<(String, Judged)>,
    files: TakenFiles,
}

fn to_correct(body: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
}

pub(super) async fn fill_in(ctx: Context, Path(id): Path<SubmissionId>, sent: Sent) -> Result<Response, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let (at, act) = asked(&sent.fields);
    let asked_for = act.clone();
    let taken = ctx
        .read(move |tx, viewer| {
            let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
            let ui = ui.for_case(&draft.fixed);
            let mut filling = filling::resume(definition.clone(), viewer, language, &xml)?;
            filling::take(&mut filling, &ui, sent.fields.pairs(), &filling::zone(viewer))?;
            let files = take_files(&mut filling, &sent)?;
            let onward = match files.refused.is_empty() {
                true => go_on(&mut filling, &ui, at, &asked_for)?,
                false => Onward { at, showing: Showing::Everything, sends: false },
            };
            let xml = filling.draft();
            let mut it = filling::page(&filling, &ui, onward.at, onward.showing)?;
            for (path, key) in &files.refused {
                it.refuse(path, ui.t(key));
            }
            let handed_in = match onward.sends {
                true => {
                    let record = filling.submission()?;
                    let judged = submissions::judge_draft(tx, viewer, &draft, &definition, &record)?;
                    Some((record, judged))
                }
                false => None,
            };
            let case = name_of_case(tx, viewer, &ui, draft.case_id)?;
            Ok(Taken { draft, case, it, xml, handed_in, files })
        })
        .await?;
    let Taken { draft, case, it, xml, handed_in, files } = taken;
    let is_refused = !files.refused.is_empty();
    let (of, is_look) = (draft.clone(), act == Act::Look && files.is_empty());
    let shown_at = handed_in.as_ref().map(|(_, judged)| match &judged.result {
        // Where a rule gave something, the worker decides on it.
        Some(_) => format!("/cases/{}/results/{id}", draft.case_id),
        None => format!("/submissions/{id}?done=true"),
    });
    ctx.write(move |tx, viewer| {
        if is_look {
            return submissions::save_look(tx, viewer, &of, &xml);
        }
        keep_draft(tx, viewer, &of, &xml, files)?;
        match handed_in {
            Some((record, judged)) => submissions::send_draft(tx, viewer, id, record, judged),
            None => Ok(()),
        }
    })
    .await?;
    if let Some(path) = shown_at {
        return Ok(Redirect::to(&path).into_response());
    }
    Ok(match act {
        Act::Save => Redirect::to(&format!("/cases/{}#forms", draft.case_id)).into_response(),
        Act::Look => draft_page(&ctx, it, &draft, case)?.into_response(),
        // Not handed in, or not gone on: the page says what to correct.
        Act::Send => to_correct(draft_page(&ctx, it, &draft, case)?),
        _ if is_refused || act == Act::Next && it.at == at && it.count() > 0 => {
            to_correct(draft_page(&ctx, it, &draft, case)?)
        }
        _ => Redirect::to(&format!("/drafts/{id}?step={}", it.at)).into_response(),
    })
}

/// Keeps a draft as it stands, with the files that came.
pub(super) fn keep_draft(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    draft: &Draft,
    xml: &str,
    files: TakenFiles,
) -> Result<(), Error> {
    submissions::save_draft(tx, viewer, draft.id, xml)?;
    for name in files.drop {
        submissions::drop_file(tx, viewer, draft.id, &name)?;
    }
    let pen = Pen::unrecorded(Bookkeeping::Draft);
    let of = Some((draft.case_id, draft.person_id));
    for (name, content) in files.keep {
        let file = NewFile::seal(tx.key(), &name, &content);
        submissions::keep_file(tx, viewer, &pen, (draft.id, 1), of, file)?;
    }
    Ok(())
}

/// Files that came with a page.
#[derive(Default)]
pub(super) struct TakenFiles {
    pub(super) keep: Vec<(String, Vec<u8>)>,
    pub(super) drop: Vec<String>,
    /// Questions whose file is not taken, and why.
    pub(super) refused: Vec<(String, &'static str)>,
}

impl TakenFiles {
    fn is_empty(&self) -> bool {
        self.keep.is_empty() && self.drop.is_empty()
    }
}

fn take_files(filling: &mut Filling, sent: &Sent) -> Result<TakenFiles, Error> {
    let mut files = TakenFiles::default();
    let removed = sent.fields.pairs().iter().filter_map(|(name, _)| name.strip_suffix("|remove"));
    for path in removed {
        if let Some(node) = filling::takes_file(filling, path) {
            files.drop.push(filling.value(node).into_owned());
            filling.answer(node, "")?;
        }
    }
    for path in sent.file_fields() {
        if let Some(content) = sent.file(path) {
            take_file(filling, path, &sent.file_name(path).unwrap_or_default(), content, &mut files)?;
        }
    }
    Ok(files)
}

/// Answers a question with a file, under a name of its own: what a phone calls a file may name someone.
pub(super) fn take_file(
    filling: &mut Filling,
    path: &str,
    name: &str,
    content: Vec<u8>,
    files: &mut TakenFiles,
) -> Result<(), Error> {
    let Some(node) = filling::takes_file(filling, path) else { return Ok(()) };
    let ending: String = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default().to_ascii_lowercase();
    let is_sound_or_film = ["m4a", "mp3", "ogg", "amr", "wav", "mp4", "3gp", "webm"].contains(&ending.as_str());
    let refused = match () {
        () if content.len() > store::LARGEST_FILE => Some("invalid-file-large"),
        () if media_type(&content).is_none() && !is_sound_or_film => Some("invalid-file-type"),
        () => None,
    };
    if let Some(key) = refused {
        files.refused.push((path.to_owned(), key));
        return Ok(());
    }
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let called = format!("{}.{ending}", SubmissionFileId::new());
    files.drop.push(filling.value(node).into_owned());
    filling.answer(node, &called)?;
    files.keep.push((called, content));
    Ok(())
}

pub(super) async fn discard(ctx: Context, Path(id): Path<SubmissionId>) -> Result<Response, Error> {
    let case = ctx
        .write(move |tx, viewer| {
            let case = submissions::case_of_draft(tx, viewer, id)?;
            submissions::discard_draft(tx, viewer, id)?;
            Ok(case)
        })
        .await?;
    Ok(Redirect::to(&format!("/cases/{case}#forms")).into_response())
}

#[derive(Template)]
#[template(path = "forms/templates/submission.html")]
struct SubmissionPage {
    ui: Ui,
    it: Kept,
    case: Option<String>,
    told: Told,
    /// The files of one that is encrypted, and those that have not come.
    files: Vec<SubmissionFile>,
    missing: Vec<String>,
    /// The rows of lists that it made or changed.
    entities: Vec<(EntityId, String)>,
    /// Whether all of it may be read, and so leave as it was sent.
    whole: bool,
    done: bool,
    /// What it said before it was edited.
    versions: Vec<SubmissionVersion>,
    comments: Vec<Comment>,
    may_review: bool,
    refill: Refill,
}

impl SubmissionPage {
    fn kilobytes(&self, size: &i64) -> String {
        super::pages::kilobytes(&self.ui, *size)
    }
    /// How a repeat is called: the last name of its path.
    fn last<'p>(&self, path: &'p str) -> &'p str {
        path.rsplit('/').next().unwrap_or(path)
    }
    /// What can be said of it: that it was edited says itself.
    fn review_states(&self) -> &'static [ReviewState] {
        match self.it.submission.review_state {
            ReviewState::Edited => ReviewState::ALL,
            _ => &[ReviewState::Received, ReviewState::HasIssues, ReviewState::Approved, ReviewState::Rejected],
        }
    }
}

/// Whether something was just done.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: bool,
}

/// Reads a submission; that it was read is durable before anything is shown.
pub(super) async fn read(ctx: &Context, id: SubmissionId) -> Result<(Kept, Vec<SubmissionFile>), Error> {
    let read = ctx.read(move |tx, viewer| {
        let kept = submissions::find(tx, viewer, id)?;
        let files = submissions::files_of(tx, viewer, &kept)?;
        Ok((kept, files))
    });
    let (kept, files) = read.await?;
    note(ctx, &kept.submission).await?;
    Ok((kept, files))
}

/// Writes down that a submission was read, where it belongs to a case.
pub(super) async fn note(ctx: &Context, submission: &submissions::Submission) -> Result<(), Error> {
    match submission.case_id.zip(submission.person_id) {
        Some((case, person)) => reading::note(ctx, Kind::Submission, submission.id.0, person, case).await,
        None => Ok(()),
    }
}

/// A submission in words.
pub(super) async fn told(ctx: &Context, kept: &Kept, files: Vec<SubmissionFile>) -> Result<Told, Error> {
    if kept.submission.encrypted.is_some() {
        return Ok(Told::default());
    }
    let (ui, version, xml) = (ctx.ui(), kept.submission.form_version_id, kept.xml.clone());
    let (findings, meaning) = (kept.findings.clone(), kept.meaning.clone());
    let read = ctx.read(move |tx, viewer| {
        let (_, xform) = store::version(tx, viewer.organisation, version)?;
        let definition = store::definition_for_all(tx, viewer, version, &xform)?;
        let may_read = |path: &str| meaning.may_read(viewer, path);
        answers::tell(definition, viewer, &ui, &xml, (&findings, &files), &may_read)
    });
    read.await
}

/// The files of an encrypted submission that have not come.
pub(super) async fn missing(ctx: &Context, kept: &Kept) -> Result<Vec<String>, Error> {
    let submission = kept.submission.clone();
    ctx.read(move |tx, viewer| submissions::missing(tx, viewer, &submission)).await
}

pub(super) async fn submission(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Query(Done { done }): Query<Done>,
) -> Result<Html<String>, Error> {
    submission_page(&ctx, id, done, Refill::default()).await
}

async fn submission_page(ctx: &Context, id: SubmissionId, done: bool, refill: Refill) -> Result<Html<String>, Error> {
    let (it, files) = read(ctx, id).await?;
    let told = told(ctx, &it, files.clone()).await?;
    let missing = missing(ctx, &it).await?;
    let (ui, case) = (ctx.ui(), it.submission.case_id);
    let read = ctx.read(move |tx, viewer| {
        let named = case.map(|case| name_of_case(tx, viewer, &ui, case)).transpose()?;
        let entities = entities::store::of_submission(tx, viewer, id)?;
        let (comments, may_review) = (review::comments(tx, viewer, id)?, review::may(tx, viewer, id)?);
        Ok((named, entities, edits::versions(tx, viewer, id)?, comments, may_review))
    });
    let (case, entities, versions, comments, may_review) = read.await?;
    let whole = it.submission.encrypted.is_none() && it.meaning.may_read_all(&ctx.viewer);
    let ui = ctx.ui();
    page(SubmissionPage {
        ui,
        case,
        it,
        told,
        files,
        missing,
        entities,
        whole,
        done,
        versions,
        comments,
        may_review,
        refill,
    })
}

#[derive(Template)]
#[template(path = "forms/templates/submission_version.html")]
struct VersionPage {
    ui: Ui,
    it: Kept,
    told: Told,
}

/// Reads a version of a submission; that it was read is durable before anything is shown.
pub(super) async fn read_version(
    ctx: &Context,
    id: SubmissionId,
    number: i64,
) -> Result<(Kept, Vec<SubmissionFile>), Error> {
    let read = ctx.read(move |tx, viewer| {
        let kept = edits::find(tx, viewer, id, number)?;
        let files = submissions::files_of(tx, viewer, &kept)?;
        Ok((kept, files))
    });
    let (kept, files) = read.await?;
    note(ctx, &kept.submission).await?;
    Ok((kept, files))
}

pub(super) async fn version(
    ctx: Context,
    Path((id, number)): Path<(SubmissionId, i64)>,
) -> Result<Html<String>, Error> {
    let (it, files) = read_version(&ctx, id, number).await?;
    let told = told(&ctx, &it, files).await?;
    page(VersionPage { ui: ctx.ui(), it, told })
}

pub(super) async fn review(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<Review> = sent.fields.read()?;
    let refill = Refill::of("review", &typed.read);
    let review = typed.read;
    let (status, wrong) = match ctx.write(move |tx, viewer| review::review(tx, viewer, id, version, &review)).await {
        Ok(()) => return Ok(Redirect::to(&format!("/submissions/{id}#review")).into_response()),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, Wrong::Fields(errors)),
        Err(Error::Stale(stale)) => (StatusCode::PRECONDITION_FAILED, Wrong::Stale(Weighed::new(*stale))),
        Err(error) => return Err(error),
    };
    let refill = refill.wrong(wrong).keeping(format!("/submissions/{id}"));
    Ok((status, submission_page(&ctx, id, false, refill).await?).into_response())
}

pub(super) async fn record(ctx: Context, Path(id): Path<SubmissionId>) -> Result<Response, Error> {
    let (kept, _) = read(&ctx, id).await?;
    // Whoever may not read all of it reads what they may on its page.
    if !kept.meaning.may_read_all(&ctx.viewer) || kept.submission.encrypted.is_some() {
        return Err(Error::NotFound);
    }
    Ok(download(&format!("{id}.xml"), "text/xml; charset=utf-8", kept.xml))
}

pub(super) async fn file(
    ctx: Context,
    Path((id, file)): Path<(SubmissionId, SubmissionFileId)>,
) -> Result<Response, Error> {
    let read = ctx.read(move |tx, viewer| submissions::open_file(tx, viewer, id, file));
    let (submission, held, content) = read.await?;
    note(&ctx, &submission).await?;
    Ok(download(&held.name, "application/octet-stream", content))
}
