//! Pages of those who manage forms: the list, a form, the inbox.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::model::{Encryption, Form, FormChange, FormDetail, FormState, SUBJECT_FIELDS, VersionState};
use super::remarks::Remark;
use super::submissions::{self, CaseOfSubmission, Submission};
use super::{store, upload};
use crate::access::Sensitivity;
use crate::documents::download;
use crate::error::Error;
use crate::ids::{FormId, FormVersionId, SubmissionId};
use crate::ui::Ui;
use crate::ui::refill::{Refill, Weighed, Wrong};
use crate::web::{Context, Expected, Sent, Typed, page};

#[derive(Template)]
#[template(path = "forms/templates/list.html")]
struct ListPage {
    ui: Ui,
    forms: Vec<Form>,
    waiting: i64,
    /// What is wrong with the sheet just uploaded.
    remarks: Vec<Remark>,
    /// What else is wrong with it.
    error: Option<&'static str>,
}

async fn list_page(ctx: &Context, remarks: Vec<Remark>, error: Option<&'static str>) -> Result<Html<String>, Error> {
    let (forms, waiting) =
        ctx.read(|tx, viewer| Ok((store::list(tx, viewer)?, submissions::count_inbox(tx, viewer)?))).await?;
    page(ListPage { ui: ctx.ui(), forms, waiting, remarks, error })
}

/// How a form's state looks.
fn look(state: FormState) -> &'static str {
    match state {
        FormState::Draft | FormState::Closing => "waiting",
        FormState::Open => "done",
        FormState::Closed => "",
    }
}

impl ListPage {
    fn look(&self, form: &Form) -> &'static str {
        look(form.state)
    }
}

pub(super) async fn list(ctx: Context) -> Result<Html<String>, Error> {
    list_page(&ctx, Vec::new(), None).await
}

pub(super) async fn upload(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(crate::access::Permission::ManageForms)?;
    let (name, content) = (sent.file_name("file").unwrap_or_default(), sent.file("file").unwrap_or_default());
    let again = async |remarks, error| {
        let page = list_page(&ctx, remarks, error).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if content.is_empty() {
        return again(Vec::new(), Some(ctx.ui().t("invalid-required"))).await;
    }
    let read = tokio::task::spawn_blocking(move || upload::read(&name, content)).await;
    let sheet = match read.map_err(|error| Error::Internal(error.to_string()))? {
        Ok(sheet) => sheet,
        Err(remarks) => return again(remarks, None).await,
    };
    match ctx.write(move |tx, viewer| store::add(tx, viewer, &sheet)).await {
        Ok(form) => Ok(Redirect::to(&format!("/forms/{form}")).into_response()),
        Err(Error::Invalid(errors)) => {
            let words = errors.first().map(|error| ctx.ui().t(error.error));
            again(Vec::new(), words).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "forms/templates/show.html")]
struct ShowPage {
    ui: Ui,
    it: FormDetail,
    refill: Refill,
}

impl ShowPage {
    fn look(&self) -> &'static str {
        look(self.it.form.state)
    }
    fn version_look(&self, state: &VersionState) -> &'static str {
        match state {
            VersionState::Draft => "waiting",
            VersionState::Published => "done",
            VersionState::Retired => "",
        }
    }
    /// The states that may be chosen.
    fn states(&self) -> &'static [FormState] {
        match self.it.form.state {
            FormState::Draft => &[FormState::Draft],
            _ => &[FormState::Open, FormState::Closing, FormState::Closed],
        }
    }
    fn sensitivities(&self) -> &'static [Sensitivity] {
        &[Sensitivity::Case, Sensitivity::Medical, Sensitivity::Trafficking]
    }
    fn usual_subjects(&self) -> String {
        SUBJECT_FIELDS.join(", ")
    }
    fn questions(&self) -> Vec<(&str, &str)> {
        self.it.questions.iter().map(|name| (name.as_str(), name.as_str())).collect()
    }
    fn kilobytes(&self, size: &i64) -> String {
        kilobytes(&self.ui, *size)
    }
    /// What can be chosen for encryption: the other of the two.
    fn other_encryption(&self) -> Option<Encryption> {
        self.it.published()?;
        match self.it.encryption() {
            Encryption::None => Some(Encryption::House),
            Encryption::House => Some(Encryption::None),
            Encryption::Own => None,
        }
    }
}

/// How large something is, in words.
pub(super) fn kilobytes(ui: &Ui, size: i64) -> String {
    ui.name("file-size", &(size / 1024 + 1).to_string())
}

pub(super) async fn show(ctx: Context, Path(id): Path<FormId>) -> Result<Html<String>, Error> {
    show_page(&ctx, id, Refill::default()).await
}

async fn show_page(ctx: &Context, id: FormId, refill: Refill) -> Result<Html<String>, Error> {
    let it = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    page(ShowPage { ui: ctx.ui(), it, refill })
}

/// The form's page again, with what is wrong.
async fn show_wrong(ctx: &Context, id: FormId, refill: Refill, error: Error) -> Result<Response, Error> {
    let (status, wrong) = match error {
        Error::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, Wrong::Fields(errors)),
        Error::Stale(stale) => (StatusCode::PRECONDITION_FAILED, Wrong::Stale(Weighed::new(*stale))),
        error => return Err(error),
    };
    Ok((status, show_page(ctx, id, refill.wrong(wrong)).await?).into_response())
}

fn to_form(id: FormId) -> Response {
    Redirect::to(&format!("/forms/{id}")).into_response()
}

pub(super) async fn change(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    ctx.viewer.require(crate::access::Permission::ManageForms)?;
    let typed: Typed<FormChange> = sent.fields.read()?;
    let refill = Refill::of("form", &typed.read).unread(&typed.unread);
    let change = typed.read;
    match ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, &change)).await {
        Ok(()) => Ok(to_form(id)),
        Err(error) => show_wrong(&ctx, id, refill, error).await,
    }
}

pub(super) async fn publish(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| store::publish(tx, viewer, id, version)).await?;
    Ok(to_form(id))
}

pub(super) async fn add_file(ctx: Context, Path(id): Path<FormId>, sent: Sent) -> Result<Response, Error> {
    let name = sent.fields.value("name").to_owned();
    let refill = Refill::of("media", &serde_json::json!({ "name": name }));
    let content = sent.file("file").unwrap_or_default();
    match ctx.write(move |tx, viewer| store::add_file(tx, viewer, id, &name, &content)).await {
        Ok(()) => Ok(Redirect::to(&format!("/forms/{id}#files")).into_response()),
        Err(error) => show_wrong(&ctx, id, refill, error).await,
    }
}

pub(super) async fn sheet(
    ctx: Context,
    Path((form, version)): Path<(FormId, FormVersionId)>,
) -> Result<Response, Error> {
    let (name, content) = ctx.read(move |tx, viewer| store::sheet(tx, viewer, form, version)).await?;
    Ok(download(&name, "application/octet-stream", content))
}

pub(super) async fn xform(
    ctx: Context,
    Path((form, version)): Path<(FormId, FormVersionId)>,
) -> Result<Response, Error> {
    let (version, xform) = ctx.read(move |tx, viewer| store::managed(tx, viewer, form, version)).await?;
    Ok(download(&format!("form-{}.xml", version.number), "text/xml; charset=utf-8", xform))
}

pub(super) async fn file(
    ctx: Context,
    Path((form, version, name)): Path<(FormId, FormVersionId, String)>,
) -> Result<Response, Error> {
    let read = ctx.read(move |tx, viewer| {
        store::managed(tx, viewer, form, version)?;
        store::file_content(tx, viewer.organisation, version, &name).map(|found| (found, name))
    });
    let (file, name) = read.await?;
    Ok(as_file(&name, file))
}

/// A picture that a form shows those who fill it in.
pub(super) async fn picture(
    ctx: Context,
    Path((form, version, name)): Path<(FormId, FormVersionId, String)>,
) -> Result<Response, Error> {
    let read = ctx.read(move |tx, viewer| {
        store::given_out(tx, viewer, form, version)?;
        store::file_content(tx, viewer.organisation, version, &name).map(|found| (found, name))
    });
    let (file, name) = read.await?;
    Ok(as_file(&name, file))
}

/// A picture to be seen, or anything else to be saved.
fn as_file(name: &str, (content, media_type): (Vec<u8>, String)) -> Response {
    match media_type.starts_with("image/") {
        true => ([(CONTENT_TYPE, media_type)], content).into_response(),
        false => download(name, "application/octet-stream", content),
    }
}

#[derive(Template)]
#[template(path = "forms/templates/inbox.html")]
struct InboxPage {
    ui: Ui,
    waiting: Vec<Submission>,
    /// Those that are not read.
    encrypted: Vec<Submission>,
    refill: Refill,
    /// Whether the answers may be read: those who manage forms only see that something waits.
    reads: bool,
}

impl InboxPage {
    /// Where the form of a submission goes.
    fn action(&self, submission: &Submission) -> String {
        let Submission { id, version, .. } = submission;
        match self.reads {
            true => format!("/submissions/{id}/case?version={version}"),
            false => format!("/forms/inbox/{id}?version={version}"),
        }
    }
    fn kilobytes(&self, size: &Option<i64>) -> String {
        kilobytes(&self.ui, size.unwrap_or_default())
    }
}

pub(super) async fn inbox(ctx: Context) -> Result<Html<String>, Error> {
    inbox_page(&ctx, Refill::default()).await
}

async fn inbox_page(ctx: &Context, refill: Refill) -> Result<Html<String>, Error> {
    let (waiting, encrypted) = ctx
        .read(|tx, viewer| Ok((submissions::inbox(tx, viewer)?, submissions::encrypted_in_inbox(tx, viewer)?)))
        .await?;
    page(InboxPage { ui: ctx.ui(), waiting, encrypted, refill, reads: false })
}

pub(super) async fn waiting(ctx: Context) -> Result<Html<String>, Error> {
    waiting_page(&ctx, Refill::default()).await
}

async fn waiting_page(ctx: &Context, refill: Refill) -> Result<Html<String>, Error> {
    let (waiting, encrypted) = ctx
        .read(|tx, viewer| Ok((submissions::waiting(tx, viewer)?, submissions::encrypted_waiting(tx, viewer)?)))
        .await?;
    page(InboxPage { ui: ctx.ui(), waiting, encrypted, refill, reads: true })
}

fn case_typed(sent: Sent) -> Result<(CaseOfSubmission, Refill), Error> {
    let typed: Typed<CaseOfSubmission> = sent.fields.read()?;
    let refill = Refill::of("assign", &typed.read);
    Ok((typed.read, refill))
}

pub(super) async fn file_away(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let (input, refill) = case_typed(sent)?;
    match ctx.write(move |tx, viewer| submissions::file_away(tx, viewer, id, version, &input)).await {
        Ok(()) => Ok(Redirect::to("/forms/inbox").into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, inbox_page(&ctx, refill.wrong(errors)).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn assign(
    ctx: Context,
    Path(id): Path<SubmissionId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let (input, refill) = case_typed(sent)?;
    match ctx.write(move |tx, viewer| submissions::assign(tx, viewer, id, version, &input)).await {
        Ok(()) => Ok(Redirect::to(&format!("/submissions/{id}")).into_response()),
        Err(Error::Invalid(errors)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, waiting_page(&ctx, refill.wrong(errors)).await?).into_response())
        }
        Err(error) => Err(error),
    }
}
