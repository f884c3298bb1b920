//! The pages of whoever prepares regional figures and whoever agrees to them.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::api;
use super::figures::Noise;
use super::file::File;
use super::model::{
    Agreement, AgreementInput, AgreementState, Consent, FEWEST_PARTIES, Giving, MOST_PARTIES, Party, Step,
};
use super::store;
use crate::access::Permission;
use crate::code::Code;
use crate::dates::Day;
use crate::error::{Error, FieldError};
use crate::ids::AgreementId;
use crate::statistics::releases::figures::Figure;
use crate::statistics::releases::model::{self as releases, Reason};
use crate::statistics::releases::pages::{
    TableForm, error_of_table, indicators_named, offered, offered_dimensions, period, said, summary, table_name,
    with_one_more,
};
use crate::statistics::releases::shown::Shown;
use crate::statistics::releases::{Licence, ReleaseFormat, TableInput};
use crate::statistics::{Dimension, IndicatorId, Period};
use crate::ui::Ui;
use crate::web::{Context, Expected, Fields, Input, Sent, Typed, page};

/// So many days others usually have to agree.
const DAYS_TO_REPLY: i64 = 30;

/// The badge of a state.
fn badge(state: AgreementState) -> &'static str {
    match state {
        AgreementState::Proposed | AgreementState::Joined => "waiting",
        AgreementState::Agreed | AgreementState::Given | AgreementState::Added => "",
        AgreementState::Complete => "done",
        AgreementState::Ended => "refused",
    }
}

#[derive(Template)]
#[template(path = "statistics/regional/templates/list.html")]
struct ListPage {
    ui: Ui,
    agreements: Vec<Agreement>,
    /// The file that was refused, and why.
    refused: Option<(String, &'static str)>,
}

impl ListPage {
    fn badge(&self, agreement: &Agreement) -> &'static str {
        badge(agreement.state)
    }
    fn indicators(&self, agreement: &Agreement) -> String {
        indicators_named(&self.ui, &agreement.input.as_release())
    }
}

pub(super) async fn list(ctx: Context) -> Result<Html<String>, Error> {
    let agreements = ctx.read(store::list).await?;
    page(ListPage { ui: ctx.ui(), agreements, refused: None })
}

/// The form of an agreement, as it is typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Form {
    #[serde(default)]
    title: String,
    #[serde(default)]
    purpose: String,
    /// One a line.
    #[serde(default)]
    parties: String,
    #[serde(default)]
    tables: Vec<TableForm>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    from: Option<Day>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    to: Option<Day>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    epsilon: Option<f64>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    known_to: Option<u64>,
    #[serde(default)]
    contact: String,
    #[serde(default, deserialize_with = "crate::web::blank")]
    reply_by: Option<Day>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    licence: Option<Licence>,
}

impl Form {
    /// The last whole year, which most reports are about.
    fn usual(ctx: &Context) -> Form {
        let today = ctx.viewer.today;
        let year = Period::year(today).before();
        Form {
            parties: format!("{}\n", ctx.viewer.organisation_name),
            from: Some(year.from),
            to: Some(year.to),
            epsilon: Some(0.5),
            known_to: Some(2),
            contact: ctx.viewer.name.clone(),
            reply_by: Some(today.plus_days(DAYS_TO_REPLY)),
            licence: Some(Licence::By),
            ..Form::default()
        }
    }

    /// What was agreed before, to be proposed anew.
    fn of(input: &AgreementInput, today: Day) -> Form {
        Form {
            title: input.title.clone(),
            purpose: input.purpose.clone(),
            parties: input.parties.join("\n"),
            tables: input.tables.iter().map(TableForm::of).collect(),
            from: Some(input.from),
            to: Some(input.to),
            epsilon: Some(input.epsilon),
            known_to: Some(input.known_to),
            contact: input.contact.clone(),
            reply_by: Some(today.plus_days(DAYS_TO_REPLY)),
            licence: Some(input.licence),
        }
    }

    fn input(&self) -> Result<AgreementInput, Error> {
        let needed = |field: &str| Error::field(field, "invalid-required");
        Ok(AgreementInput {
            title: self.title.clone(),
            purpose: self.purpose.clone(),
            parties: self.parties.lines().map(str::to_owned).collect(),
            tables: self.tables.iter().filter_map(TableForm::input).collect(),
            from: self.from.ok_or_else(|| needed("from"))?,
            to: self.to.ok_or_else(|| needed("to"))?,
            epsilon: self.epsilon.unwrap_or_default(),
            known_to: self.known_to.unwrap_or_default(),
            contact: self.contact.clone(),
            reply_by: self.reply_by.ok_or_else(|| needed("reply_by"))?,
            licence: self.licence.unwrap_or(Licence::By),
        })
    }
}

#[derive(Template)]
#[template(path = "statistics/regional/templates/form.html")]
struct FormPage {
    ui: Ui,
    form: Form,
    errors: Vec<FieldError>,
}

/// Whether figures of several houses may be told apart by it: its values are known beforehand.
fn may_break_down(dimension: Dimension) -> bool {
    releases::may_break_down(dimension) && !releases::is_open(dimension)
}

impl FormPage {
    fn indicators(&self) -> Vec<(IndicatorId, String, String)> {
        offered(&self.ui, may_break_down)
    }
    fn dimensions(&self) -> Vec<Dimension> {
        offered_dimensions(may_break_down)
    }
    fn tables(&self) -> Vec<TableForm> {
        with_one_more(&self.form.tables)
    }
    fn licences(&self) -> &'static [Licence] {
        Licence::ALL
    }
    fn is_chosen(&self, chosen: &Option<Dimension>, dimension: &Dimension) -> bool {
        chosen.as_ref() == Some(dimension)
    }
    fn is_licence(&self, licence: &Licence) -> bool {
        self.form.licence == Some(*licence)
    }
    fn day(&self, day: &Option<Day>) -> String {
        day.map_or_else(String::new, |day| day.to_string())
    }
    fn number<T: ToString>(&self, number: &Option<T>) -> String {
        number.as_ref().map_or_else(String::new, T::to_string)
    }
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
    fn table_error(&self, number: &usize) -> Option<&'static str> {
        error_of_table(&self.ui, &self.errors, *number)
    }
    fn most(&self) -> usize {
        MOST_PARTIES
    }
    fn fewest(&self) -> usize {
        FEWEST_PARTIES
    }
    fn summary(&self) -> Vec<(String, String)> {
        summary(&self.ui, "regional", &self.errors)
    }
}

/// Which agreement a new one begins with.
#[derive(Deserialize)]
pub(super) struct Begun {
    #[serde(default, deserialize_with = "crate::web::blank")]
    like: Option<AgreementId>,
}

pub(super) async fn new(ctx: Context, Query(begun): Query<Begun>) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let form = match begun.like {
        Some(id) => {
            let (agreement, _) = ctx.read(move |tx, viewer| store::agreement(tx, viewer, id)).await?;
            Form::of(&agreement.input, ctx.viewer.today)
        }
        None => Form::usual(&ctx),
    };
    page(FormPage { ui: ctx.ui(), form, errors: Vec::new() })
}

/// A form as it was typed with what it holds, or with what to correct.
type Read = Result<(Form, AgreementInput), (Form, Vec<FieldError>)>;

fn typed(ctx: &Context, fields: Fields) -> Result<Read, Error> {
    let typed: Typed<Form> = fields.read()?;
    let input = typed.read.input();
    let check = match &input {
        Ok(input) => input.clone().tidy().check(ctx.viewer.today),
        Err(Error::Invalid(errors)) => Err(Error::Invalid(errors.clone())),
        Err(_) => Ok(()),
    };
    let errors = typed.errors(check)?;
    Ok(match input {
        Ok(input) if errors.is_empty() => Ok((typed.read, input)),
        _ => Err((typed.read, errors)),
    })
}

fn again(ctx: &Context, form: Form, errors: Vec<FieldError>) -> Result<Response, Error> {
    let body = page(FormPage { ui: ctx.ui(), form, errors })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

pub(super) async fn create(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let (form, input) = match typed(&ctx, sent.fields)? {
        Ok(read) => read,
        Err((form, errors)) => return again(&ctx, form, errors),
    };
    match api::propose(&ctx, input).await {
        Ok(id) => Ok(to_agreement(id)),
        Err(Error::Invalid(errors)) => again(&ctx, form, errors),
        Err(error) => Err(error),
    }
}

/// Takes in one or several files; where one is refused, none is taken, and the page names it.
pub(super) async fn take(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let chosen: Vec<(&str, &[u8])> =
        sent.files().filter(|(_, _, content)| !content.is_empty()).map(|(_, name, content)| (name, content)).collect();
    let name = |number: usize| chosen.get(number).map_or_else(String::new, |(name, _)| (*name).to_owned());
    let mut files = Vec::new();
    for (number, (_, content)) in chosen.iter().enumerate() {
        match File::read(content).map_err(Error::from) {
            Ok(file) => files.push(file),
            Err(Error::Refused(why)) => return refused(&ctx, name(number), why).await,
            Err(error) => return Err(error),
        }
    }
    if files.is_empty() {
        return refused(&ctx, String::new(), "invalid-regional-no-file").await;
    }
    match api::take_in(&ctx, files, in_file).await {
        Ok(taken) => Ok(taken.last().map_or_else(|| Redirect::to("/regional").into_response(), |id| to_agreement(*id))),
        Err(Error::Invalid(errors)) => {
            let Some(FieldError { field, error }) = errors.into_iter().next() else { return Err(Error::NotFound) };
            refused(&ctx, name(field.parse().unwrap_or_default()), error).await
        }
        Err(error) => Err(error),
    }
}

/// A refusal as a slip in the file with that number.
fn in_file((number, error): (usize, Error)) -> Error {
    match error {
        Error::Refused(why) => Error::field(number.to_string(), why),
        other => other,
    }
}

async fn refused(ctx: &Context, name: String, why: &'static str) -> Result<Response, Error> {
    let agreements = ctx.read(store::list).await?;
    let ui = ctx.ui();
    let refused = Some((name, ui.t(why)));
    let body = page(ListPage { ui, agreements, refused })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[derive(Template)]
#[template(path = "statistics/regional/templates/show.html")]
struct ShowPage {
    ui: Ui,
    agreement: Agreement,
    progress: Vec<Party>,
    code: Option<String>,
    within: u64,
    tables: Vec<Shown>,
    note: Vec<String>,
    reason: String,
    errors: Vec<FieldError>,
}

impl ShowPage {
    fn badge(&self) -> &'static str {
        badge(self.agreement.state)
    }
    fn said(&self, figure: &Figure) -> String {
        said(figure)
    }
    fn files(&self) -> Option<String> {
        Some(format!("/regional/{}", self.agreement.id))
    }
    fn formats(&self) -> &'static [ReleaseFormat] {
        ReleaseFormat::ALL
    }
    fn table_name(&self, table: &TableInput) -> String {
        table_name(&self.ui, table)
    }
    fn period(&self) -> String {
        period(&self.ui, self.agreement.input.period())
    }
    /// What is to be done now, in this house.
    fn next(&self) -> &'static str {
        self.ui.t(&format!("regional-next-{}", self.agreement.state))
    }
    /// What is missing from an organisation.
    fn missing(&self, party: &Party) -> &'static str {
        let all = |has: fn(&Party) -> bool| self.progress.iter().all(has);
        self.ui.t(match () {
            () if !party.agreed => "regional-missing-answer",
            () if all(|it| it.agreed) && !party.part => "regional-missing-part",
            () if all(|it| it.part) && !party.subtotal => "regional-missing-subtotal",
            () => "regional-missing-nothing",
        })
    }
    fn is(&self, state: &str) -> bool {
        self.agreement.state.code() == state
    }
    fn may_take(&self) -> bool {
        self.may_prepare() && self.agreement.state.allows(Step::Take).is_ok()
    }
    fn may_give(&self) -> bool {
        self.may_prepare() && self.agreement.state.allows(Step::Give).is_ok()
    }
    fn may_end(&self) -> bool {
        self.agreement.state.allows(Step::End).is_ok()
    }
    fn may_prepare(&self) -> bool {
        self.ui.may(Permission::PrepareReleases.code())
    }
    fn may_agree(&self) -> bool {
        let own = self.ui.viewer.as_ref().is_some_and(|viewer| viewer.user == self.agreement.prepared_by);
        self.ui.may(Permission::ApproveReleases.code()) && !own && self.is("proposed")
    }
    fn has_file(&self) -> bool {
        self.agreement.state.has_file() && self.progress.first().is_some_and(|first| first.agreed)
    }
    /// The organisations that this house may be, the one with its name chosen.
    fn choices(&self) -> Vec<(usize, &str, bool)> {
        let own = self.ui.viewer.as_ref().map(|viewer| viewer.organisation_name.to_lowercase());
        let open = self.progress.iter().enumerate().filter(|(_, party)| !party.agreed);
        open.map(|(number, party)| (number, party.name.as_str(), own == Some(party.name.to_lowercase()))).collect()
    }
    fn decimal(&self, number: &f64) -> String {
        self.ui.language.decimal(*number, 2)
    }
    fn noise(&self) -> String {
        self.ui.language.t_with("regional-within", &[("within", self.within.into())])
    }
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
}

async fn show_page(
    ctx: &Context,
    id: AgreementId,
    reason: String,
    errors: Vec<FieldError>,
) -> Result<Html<String>, Error> {
    let (agreement, file) = ctx.read(move |tx, viewer| store::agreement(tx, viewer, id)).await?;
    let noise = Noise::of(&file.terms)?;
    let tables = api::total(&file, &noise);
    page(ShowPage {
        ui: ctx.ui(),
        progress: api::progress(&agreement, &file),
        code: file.code(),
        within: noise.within(),
        note: api::note(&agreement, &noise, ctx.language),
        tables: tables.iter().map(|table| Shown::of(table, ctx.language)).collect(),
        agreement,
        reason,
        errors,
    })
}

pub(super) async fn show(ctx: Context, Path(id): Path<AgreementId>) -> Result<Html<String>, Error> {
    show_page(&ctx, id, String::new(), Vec::new()).await
}

fn to_agreement(id: AgreementId) -> Response {
    Redirect::to(&format!("/regional/{id}")).into_response()
}

/// Back to the agreement, with what to correct where there is something.
async fn after(ctx: &Context, id: AgreementId, reason: String, done: Result<(), Error>) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(to_agreement(id)),
        Err(Error::Invalid(errors)) => {
            let body = show_page(ctx, id, reason, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn agree(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(consent): Input<Consent>,
) -> Result<Response, Error> {
    let done = ctx.write(move |tx, viewer| store::agree(tx, viewer, id, version, consent)).await;
    after(&ctx, id, String::new(), done).await
}

pub(super) async fn give(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(giving): Input<Giving>,
) -> Result<Response, Error> {
    let done = api::give_part(&ctx, id, version, giving).await;
    after(&ctx, id, String::new(), done).await
}

pub(super) async fn end(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<Response, Error> {
    let typed = why.reason.clone();
    let done = ctx.write(move |tx, viewer| store::end(tx, viewer, id, version, &why)).await;
    after(&ctx, id, typed, done).await
}
