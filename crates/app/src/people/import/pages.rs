//! Importing people as pages: choose a file, see what would come of it, import, read what came of it.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::api::rejects;
use super::draft::{self, Choices, Draft, State};
use super::{DateOrder, Field, TextEncoding};
use crate::access::Permission;
use crate::code::Code;
use crate::error::{Error, FieldError};
use crate::ids::ImportId;
use crate::ui::Ui;
use crate::web::{App, Context, Sent, page};

/// Room for the form around the file.
const REQUEST: usize = draft::LARGEST + 64 * 1024;

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people/import", get(choose).post(send).layer(DefaultBodyLimit::max(REQUEST)))
        .route("/people/import/{id}", get(show))
        .route("/people/import/{id}/look", post(look))
        .route("/people/import/{id}/run", post(run))
        .route("/people/import/{id}/rejects", get(rejects))
        .route("/people/import/{id}/discard", post(discard))
}

#[derive(Template)]
#[template(path = "people/templates/import.html")]
struct ChoosePage {
    ui: Ui,
    choices: Choices,
    error: Option<&'static str>,
}

impl ChoosePage {
    fn encodings(&self) -> &'static [TextEncoding] {
        TextEncoding::ALL
    }
    fn orders(&self) -> &'static [DateOrder] {
        DateOrder::ALL
    }
}

async fn choose(ctx: Context) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::ImportPeople)?;
    page(ChoosePage { ui: ctx.ui(), choices: Choices::default(), error: None })
}

async fn send(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ImportPeople)?;
    let choices: Choices = sent.fields.clone().read()?.read;
    let again = choices.clone();
    let name = sent.file_name("file").unwrap_or_default();
    match draft::begin(&ctx, &name, sent.file("file").unwrap_or_default(), choices).await {
        Ok(draft) => Ok(to(draft.id).into_response()),
        Err(Error::Invalid(errors)) => {
            let error = errors.first().map(|FieldError { error, .. }| ctx.ui().t(error));
            let page = page(ChoosePage { ui: ctx.ui(), choices: again, error })?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

fn to(id: ImportId) -> Redirect {
    Redirect::to(&format!("/people/import/{id}"))
}

#[derive(Template)]
#[template(path = "people/templates/import-file.html")]
struct DraftPage {
    ui: Ui,
    draft: Draft,
}

impl DraftPage {
    fn encodings(&self) -> &'static [TextEncoding] {
        TextEncoding::ALL
    }
    fn orders(&self) -> &'static [DateOrder] {
        DateOrder::ALL
    }
    fn fields(&self) -> &'static [Field] {
        Field::ALL
    }
    fn is(&self, state: &str) -> bool {
        self.draft.state.code() == state
    }
    /// What a column is taken for: as chosen, or as its name says.
    fn field_of(&self, index: &usize) -> Option<Field> {
        let chosen = self.draft.choices.columns.get(*index).map(|column| column.field);
        chosen.unwrap_or_else(|| {
            let known = self.draft.report.as_ref().and_then(|report| report.columns.get(*index));
            known.map_or_else(|| super::fields::known(self.draft.head.get(*index)?), |column| column.field)
        })
    }
    fn is_field(&self, index: &usize, field: &Field) -> bool {
        self.field_of(index) == Some(*field)
    }
    /// What stands in the first rows of a column.
    fn examples(&self, index: &usize) -> Vec<&str> {
        let cells = self.draft.sample.iter().filter_map(|row| row.get(*index));
        cells.map(String::as_str).filter(|cell| !cell.trim().is_empty()).take(3).collect()
    }
    fn may_run(&self) -> bool {
        let would = self.draft.report.as_ref().is_some_and(|report| report.created + report.known > 0);
        matches!(self.draft.state, State::Looked | State::Stopped) && would
    }
    fn registered(&self) -> String {
        self.draft.report.as_ref().map(|report| report.counts()).unwrap_or_default()
    }
}

async fn show(ctx: Context, Path(id): Path<ImportId>) -> Result<Response, Error> {
    let draft = draft::show(&ctx, id).await?;
    let running = draft.state == State::Running;
    let page = page(DraftPage { ui: ctx.ui(), draft })?;
    // Without script a page can still look again by itself.
    if running { Ok(([("refresh", "2")], page).into_response()) } else { Ok(page.into_response()) }
}

async fn look(ctx: Context, Path(id): Path<ImportId>, sent: Sent) -> Result<Redirect, Error> {
    draft::look(&ctx, id, sent.fields.read()?.read).await?;
    Ok(to(id))
}

async fn run(ctx: Context, Path(id): Path<ImportId>) -> Result<Redirect, Error> {
    draft::run(&ctx, id).await?;
    Ok(to(id))
}

async fn discard(ctx: Context, Path(id): Path<ImportId>) -> Result<Redirect, Error> {
    draft::discard(&ctx, id).await?;
    Ok(Redirect::to("/people/import"))
}
