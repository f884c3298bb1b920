//! Forms over the JSON API.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xlsform::fill::FillError;

use super::answers::Answer;
use super::edits::{self, SubmissionVersion};
use super::filling::{self, Asker, Question, Widget};
use super::model::{Form, FormChange, FormDetail};
use super::remarks::Remark;
use super::review::{self, Comment, NewComment, Review, ReviewState};
use super::submissions::{self, CaseOfSubmission, Draft, Found, Kept, NewDraft, Submission, SubmissionFile};
use super::{fill_pages, pages, store, upload};
use crate::access::Permission;
use crate::error::Error;
use crate::ids::{CaseId, CommentId, FormId, FormVersionId, SubmissionFileId, SubmissionId};
use crate::ui::Language;
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeForm {
    /// The form.
    id: FormId,
    /// What may not be meant as it is written.
    warnings: Vec<Remark>,
}

fn told(remarks: Vec<Remark>, language: Language) -> Vec<Remark> {
    remarks.into_iter().map(|remark| remark.told(language)).collect()
}

/// A form as the API tells it.
pub(super) fn answered(ctx: &Context, mut detail: FormDetail) -> Versioned<FormDetail> {
    let language = ctx.language;
    for version in &mut detail.versions {
        version.warnings = told(std::mem::take(&mut version.warnings), language);
    }
    Versioned(detail.form.version, detail)
}

/// What a file that is sent is called.
#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Called {
    /// The file's name, with its ending.
    name: String,
}

/// All forms.
#[utoipa::path(get, path = "/forms", tag = "forms", operation_id = "forms",
    responses((status = 200, body = Vec<Form>), (status = "4XX", body = Problem)))]
pub(super) async fn list(ctx: Context) -> Result<Json<Vec<Form>>, Error> {
    ctx.read(store::list).await.map(Json)
}

/// The forms that can be filled in.
#[utoipa::path(get, path = "/forms/open", tag = "forms", operation_id = "open_forms",
    responses((status = 200, body = Vec<Form>), (status = "4XX", body = Problem)))]
pub(super) async fn open(ctx: Context) -> Result<Json<Vec<Form>>, Error> {
    ctx.read(store::open_forms).await.map(Json)
}

/// Uploads a sheet (XLSForm as .xlsx, .xls, .csv or .md): a new form, or the next draft of one. What is wrong with it
/// is told with sheet, row and column, and nothing is kept.
#[utoipa::path(post, path = "/forms", tag = "forms", operation_id = "upload_form", params(Called),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = MadeForm), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn upload(
    ctx: Context,
    Query(called): Query<Called>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<MadeForm>), Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let body = body.map_err(|_| Error::TooLarge(upload::LARGEST_SHEET))?.to_vec();
    let language = ctx.language;
    let read = tokio::task::spawn_blocking(move || upload::read(&called.name, body)).await;
    let sheet = read.map_err(|error| Error::Internal(error.to_string()))?;
    let sheet = sheet.map_err(|remarks| Error::Sheet(told(remarks, language)))?;
    let warnings = told(sheet.warnings.clone(), language);
    let id = ctx.write(move |tx, viewer| store::add(tx, viewer, &sheet)).await?;
    Ok((StatusCode::CREATED, Json(MadeForm { id, warnings })))
}

/// A form with its versions and files.
#[utoipa::path(get, path = "/forms/{form}", tag = "forms", operation_id = "form", params(("form" = FormId, Path)),
    responses((status = 200, body = FormDetail), (status = "4XX", body = Problem)))]
pub(super) async fn show(ctx: Context, Path(id): Path<FormId>) -> Result<Versioned<FormDetail>, Error> {
    let detail = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    Ok(answered(&ctx, detail))
}

/// Changes whether a form can be filled in, and which of its questions holds the case.
#[utoipa::path(put, path = "/forms/{form}", tag = "forms", operation_id = "change_form", request_body = FormChange,
    params(("form" = FormId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = FormDetail), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn change(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
    Input(change): Input<FormChange>,
) -> Result<Versioned<FormDetail>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::change(tx, viewer, id, version, &change)?;
        store::find(tx, viewer, id)
    });
    changed.await.map(|detail| answered(&ctx, detail))
}

/// Publishes the draft of a form: from now on it is the version that is filled in, and it never changes.
#[utoipa::path(post, path = "/forms/{form}/publish", tag = "forms", operation_id = "publish_form",
    params(("form" = FormId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = FormDetail), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn publish(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
) -> Result<Versioned<FormDetail>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::publish(tx, viewer, id, version)?;
        store::find(tx, viewer, id)
    });
    changed.await.map(|detail| answered(&ctx, detail))
}

/// Uploads a file that the draft of a form asks for.
#[utoipa::path(post, path = "/forms/{form}/files", tag = "forms", operation_id = "upload_form_file",
    params(("form" = FormId, Path), Called),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn add_file(
    ctx: Context,
    Path(id): Path<FormId>,
    Query(called): Query<Called>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Error> {
    let body = body.map_err(|_| Error::TooLarge(store::LARGEST_FILE))?;
    ctx.write(move |tx, viewer| store::add_file(tx, viewer, id, &called.name, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sheet of a version as it was uploaded.
#[utoipa::path(get, path = "/forms/{form}/versions/{version}/sheet", tag = "forms", operation_id = "form_sheet",
    params(("form" = FormId, Path), ("version" = FormVersionId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub(super) async fn sheet(ctx: Context, path: Path<(FormId, FormVersionId)>) -> Result<Response, Error> {
    pages::sheet(ctx, path).await
}

/// The XForm of a version.
#[utoipa::path(get, path = "/forms/{form}/versions/{version}/xform", tag = "forms", operation_id = "form_xform",
    params(("form" = FormId, Path), ("version" = FormVersionId, Path)),
    responses((status = 200, content_type = "text/xml"), (status = "4XX", body = Problem)))]
pub(super) async fn xform(ctx: Context, path: Path<(FormId, FormVersionId)>) -> Result<Response, Error> {
    pages::xform(ctx, path).await
}

/// A file of a version.
#[utoipa::path(get, path = "/forms/{form}/versions/{version}/files/{name}", tag = "forms", operation_id = "form_file",
    params(("form" = FormId, Path), ("version" = FormVersionId, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub(super) async fn file(ctx: Context, path: Path<(FormId, FormVersionId, String)>) -> Result<Response, Error> {
    pages::file(ctx, path).await
}

/// A picture that a form shows those who fill it in.
#[utoipa::path(get, path = "/forms/{form}/versions/{version}/pictures/{name}", tag = "forms",
    operation_id = "form_picture",
    params(("form" = FormId, Path), ("version" = FormVersionId, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub(super) async fn picture(ctx: Context, path: Path<(FormId, FormVersionId, String)>) -> Result<Response, Error> {
    pages::picture(ctx, path).await
}

/// All submissions that wait for a case, without an answer; after them those that are not read because they are
/// encrypted.
#[utoipa::path(get, path = "/forms/inbox", tag = "forms", operation_id = "inbox",
    responses((status = 200, body = Vec<Submission>), (status = "4XX", body = Problem)))]
pub(super) async fn inbox(ctx: Context) -> Result<Json<Vec<Submission>>, Error> {
    let read = ctx.read(|tx, viewer| {
        let mut waiting = submissions::inbox(tx, viewer)?;
        waiting.extend(submissions::encrypted_in_inbox(tx, viewer)?);
        Ok(waiting)
    });
    read.await.map(Json)
}

/// Gives a submission of the inbox to the case of a number.
#[utoipa::path(post, path = "/forms/inbox/{submission}", tag = "forms", operation_id = "file_submission",
    request_body = CaseOfSubmission,
    params(("submission" = SubmissionId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 204), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(super) async fn file_away(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    Input(input): Input<CaseOfSubmission>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| submissions::file_away(tx, viewer, id, version, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What you sent, or answer for, and waits for a case; after that what is not read because it is encrypted.
#[utoipa::path(get, path = "/submissions/waiting", tag = "forms", operation_id = "waiting_submissions",
    responses((status = 200, body = Vec<Submission>), (status = "4XX", body = Problem)))]
pub(super) async fn waiting(ctx: Context) -> Result<Json<Vec<Submission>>, Error> {
    let read = ctx.read(|tx, viewer| {
        let mut waiting = submissions::waiting(tx, viewer)?;
        waiting.extend(submissions::encrypted_waiting(tx, viewer)?);
        Ok(waiting)
    });
    read.await.map(Json)
}

/// Gives a submission that waits to a case that you see.
#[utoipa::path(post, path = "/submissions/{submission}/case", tag = "forms", operation_id = "assign_submission",
    request_body = CaseOfSubmission,
    params(("submission" = SubmissionId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 204), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(super) async fn assign(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    Input(input): Input<CaseOfSubmission>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| submissions::assign(tx, viewer, id, version, &input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which submissions.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct Reviewed {
    /// Only those in this review state.
    #[serde(default, deserialize_with = "crate::web::blank")]
    review_state: Option<ReviewState>,
}

/// The submissions of a case.
#[utoipa::path(get, path = "/cases/{case}/submissions", tag = "forms", operation_id = "submissions_of_case",
    params(("case" = CaseId, Path), Reviewed),
    responses((status = 200, body = Vec<Submission>), (status = "4XX", body = Problem)))]
pub(super) async fn of_case(
    ctx: Context,
    Path(case): Path<CaseId>,
    Query(Reviewed { review_state }): Query<Reviewed>,
) -> Result<Json<Vec<Submission>>, Error> {
    let read = ctx.read(move |tx, viewer| {
        crate::cases::store::find(tx, viewer, case)?;
        let mut all = submissions::of_case(tx, viewer, case)?;
        all.retain(|submission| review_state.is_none_or(|wanted| submission.review_state == wanted));
        Ok(all)
    });
    read.await.map(Json)
}

/// What you are filling in for a case.
#[utoipa::path(get, path = "/cases/{case}/drafts", tag = "forms", operation_id = "drafts_of_case",
    params(("case" = CaseId, Path)),
    responses((status = 200, body = Vec<Draft>), (status = "4XX", body = Problem)))]
pub(super) async fn drafts(ctx: Context, Path(case): Path<CaseId>) -> Result<Json<Vec<Draft>>, Error> {
    let read = ctx.read(move |tx, viewer| {
        viewer.require(Permission::WriteCases)?;
        crate::cases::store::find(tx, viewer, case)?;
        submissions::drafts_of_case(tx, viewer, case)
    });
    read.await.map(Json)
}

/// The id of what was begun.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeDraft {
    /// The draft, and the submission it will be.
    id: SubmissionId,
}

/// Begins to fill in a form for a case, or for one of its follow-ups.
#[utoipa::path(post, path = "/cases/{case}/drafts", tag = "forms", operation_id = "begin_draft", request_body = NewDraft,
    params(("case" = CaseId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating it gets the first answer")),
    responses((status = 201, body = MadeDraft), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn begin(
    ctx: Context,
    Path(case): Path<CaseId>,
    Input(input): Input<NewDraft>,
) -> Result<(StatusCode, Json<MadeDraft>), Error> {
    let language = ctx.language;
    let begun = ctx.create(input, move |tx, viewer, new| submissions::begin_draft(tx, viewer, case, new, language));
    Ok((StatusCode::CREATED, Json(MadeDraft { id: begun.await? })))
}

/// A question that is asked now.
#[derive(Serialize, ToSchema)]
pub(super) struct Asked {
    /// Its path, with its place in each repeat.
    path: String,
    /// What is asked.
    label: String,
    /// What helps to answer.
    hint: String,
    /// Whether an answer is needed.
    required: bool,
    /// Whether it only tells something.
    readonly: bool,
    /// The answer as it stands.
    value: String,
    /// What can be chosen, and what it is called.
    choices: Vec<(String, String)>,
    /// What is wrong with the answer.
    problem: Option<String>,
}

impl From<Question> for Asked {
    fn from(question: Question) -> Asked {
        Asked {
            path: question.path,
            label: question.label,
            hint: question.hint,
            required: question.required,
            readonly: question.widget == Widget::Note,
            value: question.value,
            choices: question.choices.into_iter().map(|choice| (choice.value, choice.label)).collect(),
            problem: question.error,
        }
    }
}

/// A draft with its questions.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftDetail {
    /// The draft.
    draft: Draft,
    /// What is asked now, in order, in your language.
    questions: Vec<Asked>,
    /// The record as it stands.
    xml: String,
}

async fn read_draft(ctx: &Context, id: SubmissionId) -> Result<Json<DraftDetail>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
        let (ui, filling) = (ui.for_case(&draft.fixed), filling::resume(definition, viewer, language, &xml)?);
        Ok(DraftDetail { draft, questions: asked(&filling, &ui)?, xml })
    });
    read.await.map(Json)
}

fn asked(filling: &xlsform::fill::Filling, ui: &Asker) -> Result<Vec<Asked>, Error> {
    Ok(filling::questions(filling, ui)?.into_iter().map(Asked::from).collect())
}

/// A draft of yours, with what is asked now.
#[utoipa::path(get, path = "/drafts/{draft}", tag = "forms", operation_id = "draft",
    params(("draft" = SubmissionId, Path)),
    responses((status = 200, body = DraftDetail), (status = "4XX", body = Problem)))]
pub(super) async fn draft(ctx: Context, Path(id): Path<SubmissionId>) -> Result<Json<DraftDetail>, Error> {
    read_draft(&ctx, id).await
}

/// What is answered, and how often what repeats.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct Answers {
    /// Answers by path, written as the form's data types are; an empty one takes the answer back.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// Instances of repeats to remove first, by path.
    #[serde(default)]
    remove: Vec<String>,
    /// Repeats to add an instance to first, by path.
    #[serde(default)]
    add: Vec<String>,
}

/// Writes answers into a draft of yours.
#[utoipa::path(put, path = "/drafts/{draft}", tag = "forms", operation_id = "fill_in_draft", request_body = Answers,
    params(("draft" = SubmissionId, Path)),
    responses((status = 200, body = DraftDetail), (status = "4XX", body = Problem)))]
pub(super) async fn fill_in(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Input(input): Input<Answers>,
) -> Result<Json<DraftDetail>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
        let ui = ui.for_case(&draft.fixed);
        let mut filling = filling::resume(definition, viewer, language, &xml)?;
        for path in &input.remove {
            let instance = filling.at(path)?;
            filling.remove_repeat(instance)?;
        }
        for path in &input.add {
            filling::add_at(&mut filling, path)?;
        }
        for (path, value) in &input.answers {
            let node = filling.at(path)?;
            if ui.has_answered(&filling, node) {
                return Err(FillError::ReadOnly(path.clone()).into());
            }
            filling.answer(node, value)?;
        }
        Ok(filling.draft())
    });
    let xml = read.await?;
    ctx.write(move |tx, viewer| submissions::save_draft(tx, viewer, id, &xml)).await?;
    read_draft(&ctx, id).await
}

/// Throws a draft of yours away.
#[utoipa::path(delete, path = "/drafts/{draft}", tag = "forms", operation_id = "discard_draft",
    params(("draft" = SubmissionId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn discard(ctx: Context, Path(id): Path<SubmissionId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| submissions::discard_draft(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which question a file answers, and what the file is called.
#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Attached {
    /// The question's path.
    path: String,
    /// The file's name, with its ending.
    name: String,
}

/// Answers a question of a draft of yours with a file.
#[utoipa::path(post, path = "/drafts/{draft}/files", tag = "forms", operation_id = "attach_to_draft",
    params(("draft" = SubmissionId, Path), Attached),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = DraftDetail), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn attach(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Query(attached): Query<Attached>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<DraftDetail>, Error> {
    let body = body.map_err(|_| Error::TooLarge(store::LARGEST_FILE))?.to_vec();
    let language = ctx.language;
    let read = ctx.read(move |tx, viewer| {
        let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
        let mut filling = filling::resume(definition, viewer, language, &xml)?;
        let mut files = fill_pages::TakenFiles::default();
        if filling::takes_file(&filling, &attached.path).is_none() {
            return Err(Error::field("path", "invalid-choice"));
        }
        fill_pages::take_file(&mut filling, &attached.path, &attached.name, body, &mut files)?;
        match files.refused.pop() {
            Some((_, key)) => Err(Error::field("file", key)),
            None => Ok((draft, filling.draft(), files)),
        }
    });
    let (draft, xml, files) = read.await?;
    ctx.write(move |tx, viewer| fill_pages::keep_draft(tx, viewer, &draft, &xml, files)).await?;
    read_draft(&ctx, id).await
}

/// Hands a draft of yours in: it becomes a submission of its case. What the form does not allow is told first.
#[utoipa::path(post, path = "/drafts/{draft}/send", tag = "forms", operation_id = "send_draft",
    params(("draft" = SubmissionId, Path)),
    responses((status = 200, body = SubmissionDetail), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn send(ctx: Context, Path(id): Path<SubmissionId>) -> Result<Versioned<SubmissionDetail>, Error> {
    let (ui, language) = (Asker::new(ctx.ui()), ctx.language);
    let read = ctx.read(move |tx, viewer| {
        let (draft, xml, definition) = submissions::draft(tx, viewer, id)?;
        let mut filling = filling::resume(definition.clone(), viewer, language, &xml)?;
        let wrong = filling::questions(&filling, &ui)?.into_iter().filter(|question| question.error.is_some());
        let wrong: Vec<_> = wrong
            .map(|question| crate::error::FieldError { field: question.path, error: "form-wrong-constraint" })
            .collect();
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let record = filling.submission()?;
        let judged = submissions::judge_draft(tx, viewer, &draft, &definition, &record)?;
        Ok((record, judged))
    });
    let (record, judged) = read.await?;
    ctx.write(move |tx, viewer| submissions::send_draft(tx, viewer, id, record, judged)).await?;
    detail(&ctx, id).await
}

/// A submission in words.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionDetail {
    /// The submission.
    submission: Submission,
    /// Its answers in order, in your language.
    answers: Vec<Answer>,
    /// What the form would not have allowed: it is kept as it was sent.
    findings: Vec<Found>,
    /// Its files; as they came where it is encrypted.
    files: Vec<SubmissionFile>,
    /// Files of an encrypted submission that have not come.
    missing: Vec<String>,
    /// What it was before it was edited, the last first.
    versions: Vec<SubmissionVersion>,
    /// What was written about it, the last first.
    comments: Vec<Comment>,
}

async fn detail(ctx: &Context, id: SubmissionId) -> Result<Versioned<SubmissionDetail>, Error> {
    tell(ctx, fill_pages::read(ctx, id).await?).await
}

async fn tell(ctx: &Context, (kept, files): (Kept, Vec<SubmissionFile>)) -> Result<Versioned<SubmissionDetail>, Error> {
    let id = kept.submission.id;
    let answers = fill_pages::told(ctx, &kept, files.clone()).await?.answers();
    let missing = fill_pages::missing(ctx, &kept).await?;
    let read = ctx.read(move |tx, viewer| Ok((edits::versions(tx, viewer, id)?, review::comments(tx, viewer, id)?)));
    let (versions, comments) = read.await?;
    let Kept { submission, findings, .. } = kept;
    let detail = SubmissionDetail { submission, answers, findings, files, missing, versions, comments };
    Ok(Versioned(detail.submission.version, detail))
}

/// A submission as it was in one of its versions. That it was read is written down.
#[utoipa::path(get, path = "/submissions/{submission}/versions/{number}", tag = "forms",
    operation_id = "submission_version", params(("submission" = SubmissionId, Path), ("number" = i64, Path)),
    responses((status = 200, body = SubmissionDetail), (status = "4XX", body = Problem)))]
pub(super) async fn submission_version(
    ctx: Context,
    Path((id, number)): Path<(SubmissionId, i64)>,
) -> Result<Json<SubmissionDetail>, Error> {
    let Versioned(_, detail) = tell(&ctx, fill_pages::read_version(&ctx, id, number).await?).await?;
    Ok(Json(detail))
}

/// Says what came of looking at a submission, and why.
#[utoipa::path(put, path = "/submissions/{submission}/review", tag = "forms", operation_id = "review_submission",
    request_body = Review,
    params(("submission" = SubmissionId, Path),
        ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = SubmissionDetail), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(super) async fn review(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    Input(input): Input<Review>,
) -> Result<Versioned<SubmissionDetail>, Error> {
    ctx.write(move |tx, viewer| review::review(tx, viewer, id, version, &input)).await?;
    detail(&ctx, id).await
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeComment {
    /// The comment.
    id: CommentId,
}

/// Writes a comment on a submission; it never changes.
#[utoipa::path(post, path = "/submissions/{submission}/comments", tag = "forms", operation_id = "comment_on_submission",
    request_body = NewComment,
    params(("submission" = SubmissionId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating it gets the first answer")),
    responses((status = 201, body = MadeComment), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn comment(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Input(input): Input<NewComment>,
) -> Result<(StatusCode, Json<MadeComment>), Error> {
    let made = ctx.create(input, move |tx, viewer, input| review::comment(tx, viewer, id, &input)).await?;
    Ok((StatusCode::CREATED, Json(MadeComment { id: made })))
}

/// A submission with its questions and answers in words. That it was read is written down.
#[utoipa::path(get, path = "/submissions/{submission}", tag = "forms", operation_id = "submission",
    params(("submission" = SubmissionId, Path)),
    responses((status = 200, body = SubmissionDetail), (status = "4XX", body = Problem)))]
pub(super) async fn submission(
    ctx: Context,
    Path(id): Path<SubmissionId>,
) -> Result<Versioned<SubmissionDetail>, Error> {
    detail(&ctx, id).await
}

/// The record of a submission as it was sent.
#[utoipa::path(get, path = "/submissions/{submission}/xml", tag = "forms", operation_id = "submission_xml",
    params(("submission" = SubmissionId, Path)),
    responses((status = 200, content_type = "text/xml"), (status = "4XX", body = Problem)))]
pub(super) async fn record(ctx: Context, path: Path<SubmissionId>) -> Result<Response, Error> {
    fill_pages::record(ctx, path).await
}

/// A file of a submission.
#[utoipa::path(get, path = "/submissions/{submission}/files/{file}", tag = "forms", operation_id = "submission_file",
    params(("submission" = SubmissionId, Path), ("file" = SubmissionFileId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub(super) async fn submission_file(
    ctx: Context,
    path: Path<(SubmissionId, SubmissionFileId)>,
) -> Result<Response, Error> {
    fill_pages::file(ctx, path).await
}
