//! The pages of retention.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::api::{read_place, write_place};
use super::{Due, Erasure, Overview, store};
use crate::access::Viewer;
use crate::db::Tx;
use crate::error::{Error, FieldError};
use crate::ids::PersonId;
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "retention/templates/list.html")]
struct ListPage {
    ui: Ui,
    due: Vec<Due>,
    next: Option<String>,
    erased: bool,
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default, deserialize_with = "crate::web::blank")]
    after: Option<String>,
    #[serde(default)]
    erased: bool,
}

pub(super) async fn list(ctx: Context, Query(query): Query<ListQuery>) -> Result<Html<String>, Error> {
    let after = query.after.as_deref().map(read_place).transpose()?;
    let (due, next) = ctx.read(move |tx, viewer| store::due(tx, viewer, after, PAGE)).await?;
    page(ListPage { ui: ctx.ui(), due, next: next.map(write_place), erased: query.erased })
}

#[derive(Template)]
#[template(path = "retention/templates/erase.html")]
struct ErasePage {
    ui: Ui,
    person: Overview,
    due: bool,
    form: Erasure,
    errors: Vec<FieldError>,
}

impl ErasePage {
    fn new(ctx: &Context, person: Overview, form: Erasure, errors: Vec<FieldError>) -> ErasePage {
        let due = person.allows(false, ctx.viewer.today).is_ok();
        ErasePage { ui: ctx.ui(), person, due, form, errors }
    }

    /// The sentence at a field.
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
}

pub(super) async fn ask(ctx: Context, Path(person): Path<PersonId>) -> Result<Html<String>, Error> {
    let person = ctx.read(move |tx, viewer| store::overview(tx, viewer, person)).await?;
    page(ErasePage::new(&ctx, person, Erasure::default(), Vec::new()))
}

pub(super) async fn erase(
    ctx: Context,
    Path(person): Path<PersonId>,
    Expected(version): Expected,
    Input(erasure): Input<Erasure>,
) -> Result<Response, Error> {
    let typed = erasure.clone();
    match ctx.write(move |tx, viewer| erase_version(tx, viewer, person, version, &erasure)).await {
        Ok(()) => Ok(Redirect::to("/retention?erased=true").into_response()),
        Err(Error::Invalid(errors)) => {
            let person = ctx.read(move |tx, viewer| store::overview(tx, viewer, person)).await?;
            let body = page(ErasePage::new(&ctx, person, typed, errors))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Erases a person who is still as the user saw them.
pub(super) fn erase_version(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    version: i64,
    erasure: &Erasure,
) -> Result<(), Error> {
    let overview = store::overview(tx, viewer, person)?;
    if overview.version != version {
        return Err(Error::stale(erasure, &overview, overview.version));
    }
    super::erase(tx, viewer, person, erasure)
}
