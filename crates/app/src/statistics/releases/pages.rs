//! The pages of whoever prepares releases and whoever decides on them.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::figures::{self, Figure, Frozen};
use super::ledger::{self, Lasts, Ledger, Proposal, Terms};
use super::model::{
    self, Licence, MOST_TABLES, Method, ProtectionInput, ROUNDINGS, Reason, Release, ReleaseInput, ReleaseState,
    TableInput, Title,
};
use super::note::{self, Paragraph};
use super::records::Alone;
use super::shown::{CONFIDENTIAL, RecordsFormat, ReleaseFormat, Shown, ShownRecords, name_of};
use super::store;
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::{Error, FieldError};
use crate::ids::{BudgetId, ReleaseId};
use crate::statistics::{Dimension, Indicator, IndicatorId, Period};
use crate::ui::refill::element;
use crate::ui::{Language, Ui};
use crate::web::{Context, Expected, Fields, Input, Sent, Typed, page};

/// A figure in few signs.
pub(in crate::statistics) fn said(figure: &Figure) -> String {
    match figure {
        Figure::Count { value } | Figure::Rounded { value } | Figure::Synthetic { value } => value.to_string(),
        Figure::Noisy { value, within } => format!("{value} ± {within}"),
        Figure::Suppressed => format!("[{CONFIDENTIAL}]"),
    }
}

/// The days that are counted, in words.
pub(in crate::statistics) fn period(ui: &Ui, period: Period) -> String {
    let day = |day: Day| ui.day(&day).into();
    ui.language.t_with("release-period-words", &[("from", day(period.from)), ("to", day(period.to))])
}

/// What is counted, by name.
pub(in crate::statistics) fn indicators_named(ui: &Ui, input: &ReleaseInput) -> String {
    let names = input.indicators().into_iter().map(|indicator| name_of(indicator, ui.language));
    names.collect::<Vec<_>>().join(ui.t("list-comma"))
}

/// What a table tells.
pub(in crate::statistics) fn table_name(ui: &Ui, table: &TableInput) -> String {
    let name = name_of(table.indicator, ui.language);
    if table.by.is_empty() { name } else { format!("{name} · {}", ui.listed(&table.by)) }
}

/// The indicators to choose from, each with its name and the dimensions that it may be told apart by.
pub(in crate::statistics) fn offered(ui: &Ui, may: fn(Dimension) -> bool) -> Vec<(IndicatorId, String, String)> {
    let row = |indicator: &Indicator| {
        let by: Vec<Dimension> = indicator.dimensions.iter().copied().filter(|it| may(*it)).collect();
        (indicator.id, indicator.name.said(&ui.language).to_owned(), ui.listed(&by))
    };
    Indicator::all().iter().filter(|indicator| model::may_be_released(indicator)).map(row).collect()
}

/// The dimensions to choose from: those of any indicator that is offered.
pub(in crate::statistics) fn offered_dimensions(may: fn(Dimension) -> bool) -> Vec<Dimension> {
    let has = |dimension: &Dimension| {
        let has = |indicator: &Indicator| model::may_be_released(indicator) && indicator.dimensions.contains(dimension);
        may(*dimension) && Indicator::all().iter().any(has)
    };
    Dimension::ALL.iter().copied().filter(has).collect()
}

/// The tables, and one more to be added.
pub(in crate::statistics) fn with_one_more(tables: &[TableForm]) -> Vec<TableForm> {
    let blank = (tables.len() < MOST_TABLES).then(TableForm::default);
    tables.iter().copied().chain(blank).collect()
}

/// What is wrong with a table.
pub(in crate::statistics) fn error_of_table(ui: &Ui, errors: &[FieldError], number: usize) -> Option<&'static str> {
    let own = |error: &&FieldError| error.field.starts_with(&format!("tables[{number}]"));
    errors.iter().find(own).map(|error| ui.t(error.error))
}

/// What to correct in a form, each with the element that it is about.
pub(in crate::statistics) fn summary(ui: &Ui, form: &str, errors: &[FieldError]) -> Vec<(String, String)> {
    let line = |error: &FieldError| {
        let shown = error.field.split(']').next().unwrap_or_default();
        (element(form, shown), ui.wrong(&error.field, error.error))
    };
    errors.iter().map(line).collect()
}

/// The badge of a state.
fn badge(state: ReleaseState) -> &'static str {
    match state {
        ReleaseState::Draft => "",
        ReleaseState::Submitted => "waiting",
        ReleaseState::Published => "done",
        ReleaseState::Returned | ReleaseState::Withdrawn => "refused",
    }
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/list.html")]
struct ListPage {
    ui: Ui,
    releases: Vec<Release>,
}

impl ListPage {
    fn badge(&self, release: &Release) -> &'static str {
        badge(release.state)
    }
    fn indicators(&self, release: &Release) -> String {
        indicators_named(&self.ui, &release.input)
    }
}

pub(super) async fn list(ctx: Context) -> Result<Html<String>, Error> {
    let releases = ctx.read(store::list).await?;
    page(ListPage { ui: ctx.ui(), releases })
}

/// The form of a release, as it is typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Form {
    #[serde(default)]
    titles: Vec<Title>,
    #[serde(default)]
    tables: Vec<TableForm>,
    #[serde(default)]
    columns: Vec<Dimension>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    from: Option<Day>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    to: Option<Day>,
    #[serde(default)]
    protection: ProtectionInput,
    #[serde(default, deserialize_with = "crate::web::blank")]
    licence: Option<Licence>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(in crate::statistics) struct TableForm {
    #[serde(default, deserialize_with = "crate::web::blank")]
    indicator: Option<IndicatorId>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    first: Option<Dimension>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    second: Option<Dimension>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    third: Option<Dimension>,
}

impl TableForm {
    pub(in crate::statistics) fn of(table: &TableInput) -> TableForm {
        let at = |place: usize| table.by.get(place).copied();
        TableForm { indicator: Some(table.indicator), first: at(0), second: at(1), third: at(2) }
    }

    /// The table; nothing where nothing was chosen.
    pub(in crate::statistics) fn input(&self) -> Option<TableInput> {
        let by = self.by().into_iter().filter_map(|(_, dimension)| dimension).collect();
        self.indicator.map(|indicator| TableInput { indicator, by })
    }

    pub(in crate::statistics) fn by(&self) -> [(&'static str, Option<Dimension>); 3] {
        [("first", self.first), ("second", self.second), ("third", self.third)]
    }

    pub(in crate::statistics) fn is(&self, indicator: &IndicatorId) -> bool {
        self.indicator == Some(*indicator)
    }
}

impl Form {
    /// The last whole year, which most reports are about.
    fn usual(today: Day) -> Form {
        let year = Period::year(today).before();
        Form { from: Some(year.from), to: Some(year.to), licence: Some(Licence::By), ..Form::default() }
    }

    fn of(input: &ReleaseInput) -> Form {
        Form {
            titles: input.titles.clone(),
            tables: input.tables.iter().map(TableForm::of).collect(),
            columns: input.columns.clone(),
            from: Some(input.from),
            to: Some(input.to),
            protection: input.protection.clone(),
            licence: Some(input.licence),
        }
    }

    fn input(&self) -> Result<ReleaseInput, Error> {
        let needed = |field: &str| Error::field(field, "invalid-required");
        Ok(ReleaseInput {
            titles: self.titles.clone(),
            tables: self.tables.iter().filter_map(TableForm::input).collect(),
            columns: self.columns.clone(),
            from: self.from.ok_or_else(|| needed("from"))?,
            to: self.to.ok_or_else(|| needed("to"))?,
            protection: self.protection.clone(),
            licence: self.licence.unwrap_or(Licence::By),
        })
    }
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/form.html")]
struct FormPage {
    ui: Ui,
    /// The release that is changed, and its version; nothing where a new one is begun.
    release: Option<(ReleaseId, i64)>,
    form: Form,
    errors: Vec<FieldError>,
}

impl FormPage {
    fn indicators(&self) -> Vec<(IndicatorId, String, String)> {
        offered(&self.ui, model::may_break_down)
    }
    fn dimensions(&self) -> Vec<Dimension> {
        offered_dimensions(model::may_break_down)
    }
    fn title(&self, language: &Language) -> &str {
        self.form.titles.iter().find(|title| title.language == *language).map_or("", |title| title.text.as_str())
    }
    fn tables(&self) -> Vec<TableForm> {
        with_one_more(&self.form.tables)
    }
    fn columns(&self) -> Vec<Dimension> {
        Dimension::ALL.iter().copied().filter(|it| model::may_be_a_column(*it)).collect()
    }
    fn is_column(&self, dimension: &Dimension) -> bool {
        self.form.columns.contains(dimension)
    }
    fn method(&self, method: &str) -> bool {
        self.form.protection.method.code() == method
    }
    fn roundings(&self) -> [u64; 3] {
        ROUNDINGS
    }
    fn licences(&self) -> &'static [Licence] {
        Licence::ALL
    }
    fn is_chosen(&self, chosen: &Option<Dimension>, dimension: &Dimension) -> bool {
        chosen.as_ref() == Some(dimension)
    }
    fn is_base(&self, base: &u64) -> bool {
        self.form.protection.rounding == Some(*base)
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
    fn summary(&self) -> Vec<(String, String)> {
        summary(&self.ui, "release", &self.errors)
    }
}

pub(super) async fn new(ctx: Context) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let form = Form::usual(ctx.viewer.today);
    page(FormPage { ui: ctx.ui(), release: None, form, errors: Vec::new() })
}

pub(super) async fn edit(ctx: Context, Path(id): Path<ReleaseId>) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let (release, _) = ctx.read(move |tx, viewer| store::release(tx, viewer, id)).await?;
    release.state.after(model::Step::Change)?;
    let form = Form::of(&release.input);
    page(FormPage { ui: ctx.ui(), release: Some((id, release.version)), form, errors: Vec::new() })
}

/// A form as it was typed with what it holds, or with what to correct.
type Read = Result<(Form, ReleaseInput), (Form, Vec<FieldError>)>;

/// What was typed, read.
fn typed(ctx: &Context, fields: Fields) -> Result<Read, Error> {
    let typed: Typed<Form> = fields.read()?;
    let input = typed.read.input();
    let check = match &input {
        Ok(input) => input.clone().tidy().check(ctx.viewer.today),
        Err(_) => Ok(()),
    };
    let mut errors = typed.errors(check)?;
    match input {
        Ok(input) if errors.is_empty() => Ok(Ok((typed.read, input))),
        Ok(_) => Ok(Err((typed.read, errors))),
        Err(Error::Invalid(more)) => {
            errors.extend(
                more.into_iter().filter(|new| errors.iter().all(|old| old.field != new.field)).collect::<Vec<_>>(),
            );
            Ok(Err((typed.read, errors)))
        }
        Err(error) => Err(error),
    }
}

fn again(
    ctx: &Context,
    release: Option<(ReleaseId, i64)>,
    form: Form,
    errors: Vec<FieldError>,
) -> Result<Response, Error> {
    let body = page(FormPage { ui: ctx.ui(), release, form, errors })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

pub(super) async fn create(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let (form, input) = match typed(&ctx, sent.fields)? {
        Ok(read) => read,
        Err((form, errors)) => return again(&ctx, None, form, errors),
    };
    match ctx.create(input, store::create).await {
        Ok(id) => Ok(Redirect::to(&format!("/releases/{id}")).into_response()),
        Err(Error::Invalid(errors)) => again(&ctx, None, form, errors),
        Err(error) => Err(error),
    }
}

pub(super) async fn change(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::PrepareReleases)?;
    let (form, input) = match typed(&ctx, sent.fields)? {
        Ok(read) => read,
        Err((form, errors)) => {
            // Whoever may not see it is not told what to correct.
            ctx.read(move |tx, viewer| store::release(tx, viewer, id)).await?;
            return again(&ctx, Some((id, version)), form, errors);
        }
    };
    match ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, input)).await {
        Ok(()) => Ok(Redirect::to(&format!("/releases/{id}")).into_response()),
        Err(Error::Invalid(errors)) => again(&ctx, Some((id, version)), form, errors),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/show.html")]
struct ShowPage {
    ui: Ui,
    it: Detail,
    tables: Vec<Shown>,
    notes: Vec<Paragraph>,
    reason: String,
    errors: Vec<FieldError>,
}

/// A release as its page shows it.
struct Detail {
    release: Release,
    /// As it is frozen, or as it would be now.
    frozen: Option<Frozen>,
    /// Why it cannot be protected now.
    refusal: Option<&'static str>,
    /// What was published of the same figures before: id and input.
    earlier: Vec<(ReleaseId, ReleaseInput)>,
    /// ε that is left.
    left: f64,
}

fn detail(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId) -> Result<Detail, Error> {
    let (release, kept) = store::release(tx, viewer, id)?;
    let (mut frozen, mut refusal) = (kept, None);
    if release.state.is_open() {
        match figures::preview(tx, viewer, &release.input) {
            Ok(preview) => frozen = Some(preview),
            Err(Error::Refused(why)) => (frozen, refusal) = (None, Some(why)),
            Err(error) => return Err(error),
        }
    }
    let mut earlier = Vec::new();
    if !release.state.is_public() {
        let before = figures::published_before(tx, viewer, &release.input)?;
        earlier = before.into_iter().map(|(id, before)| (id, before.input)).collect();
    }
    let left = ledger::ledger(tx, viewer)?.left_epsilon;
    Ok(Detail { release, frozen, refusal, earlier, left })
}

impl ShowPage {
    fn badge(&self) -> &'static str {
        badge(self.it.release.state)
    }
    fn said(&self, figure: &Figure) -> String {
        said(figure)
    }
    /// Where the public finds the tables as files; nowhere before it is published.
    fn files(&self) -> Option<String> {
        let is_published = self.it.release.state == ReleaseState::Published;
        is_published.then(|| format!("/published/{}", self.it.release.id))
    }
    fn formats(&self) -> &'static [ReleaseFormat] {
        ReleaseFormat::ALL
    }
    fn records_formats(&self) -> &'static [RecordsFormat] {
        RecordsFormat::ALL
    }
    fn columns(&self) -> String {
        self.ui.listed(&self.it.release.input.columns)
    }
    fn risks(&self) -> Vec<(String, &disclosure::tables::TableRisk)> {
        let Some(frozen) = &self.it.frozen else { return Vec::new() };
        let names = self.it.release.input.tables.iter().map(|table| self.table_name(table));
        names.zip(&frozen.risks).collect()
    }
    fn table_name(&self, table: &TableInput) -> String {
        table_name(&self.ui, table)
    }
    fn has_risk(&self) -> bool {
        self.risks().iter().any(|(_, risk)| risk.small > 0)
    }
    fn suppressed(&self) -> i64 {
        self.it.frozen.as_ref().map_or(0, |frozen| i64::try_from(frozen.suppressed()).unwrap_or(i64::MAX))
    }
    fn told_before(&self) -> i64 {
        self.it.frozen.as_ref().map_or(0, |frozen| i64::try_from(frozen.told_before).unwrap_or(i64::MAX))
    }
    fn protection(&self) -> String {
        let ProtectionInput { threshold, rounding, epsilon, .. } = self.it.release.input.protection;
        let decimal = |number: Option<f64>| self.ui.language.decimal(number.unwrap_or_default(), 2);
        match self.it.release.input.protection.method {
            Method::Noise => self.ui.language.t_with("release-with-noise", &[("epsilon", decimal(epsilon).into())]),
            Method::Records => self.ui.language.t_with("release-with-records", &[("epsilon", decimal(epsilon).into())]),
            Method::Suppression => {
                let values =
                    [("threshold", threshold.unwrap_or_default().into()), ("base", rounding.unwrap_or(1).into())];
                let key = if rounding.is_some() { "release-with-rounding" } else { "release-with-threshold" };
                self.ui.language.t_with(key, &values)
            }
        }
    }
    /// What is drawn at random when it is submitted.
    fn drawn(&self) -> Option<String> {
        let noise = self.it.frozen.as_ref()?.noise?;
        let within = figures::within(noise.sigma);
        let values = [("within", within.into()), ("left", self.ui.language.decimal(self.it.left, 2).into())];
        let words = match self.it.release.input.protection.method {
            Method::Records => "release-records-preview",
            _ => "release-noise-preview",
        };
        Some(self.ui.language.t_with(words, &values))
    }
    fn records(&self) -> Option<ShownRecords<'_>> {
        let records = self.it.frozen.as_ref()?.records.as_ref().filter(|records| records.rows() > 0)?;
        Some(ShownRecords::of(records, self.ui.language))
    }
    fn alone(&self) -> Option<&Alone> {
        self.it.frozen.as_ref()?.records.as_ref()?.alone.as_ref()
    }
    /// How far records are from the people, in per cent by the number of columns.
    fn apart(&self) -> Vec<(usize, String)> {
        let records = self.it.frozen.as_ref().and_then(|frozen| frozen.records.as_ref());
        let apart = records.map(|records| records.apart.as_slice()).unwrap_or_default();
        (1..).zip(apart).map(|(length, share)| (length, self.ui.language.decimal(share * 100.0, 1))).collect()
    }
    fn may_prepare(&self) -> bool {
        self.ui.may(Permission::PrepareReleases.code())
    }
    fn may_decide(&self) -> bool {
        let own = self.ui.viewer.as_ref().is_some_and(|viewer| viewer.user == self.it.release.prepared_by);
        self.ui.may(Permission::ApproveReleases.code()) && !own && self.it.release.state == ReleaseState::Submitted
    }
    fn is(&self, state: &str) -> bool {
        self.it.release.state.code() == state
    }
    fn is_open(&self) -> bool {
        self.it.release.state.is_open()
    }
    fn period(&self, input: &ReleaseInput) -> String {
        period(&self.ui, input.period())
    }
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
}

async fn show_page(
    ctx: &Context,
    id: ReleaseId,
    reason: String,
    errors: Vec<FieldError>,
) -> Result<Html<String>, Error> {
    let it = ctx.read(move |tx, viewer| detail(tx, viewer, id)).await?;
    let shown = |frozen: &Frozen| frozen.tables.iter().map(|table| Shown::of(table, ctx.language)).collect();
    let tables = it.frozen.as_ref().map(shown).unwrap_or_default();
    let noted = it.frozen.as_ref().map(|frozen| note::note(&it.release, frozen, ctx.language));
    page(ShowPage { ui: ctx.ui(), tables, notes: noted.unwrap_or_default(), it, reason, errors })
}

pub(super) async fn show(ctx: Context, Path(id): Path<ReleaseId>) -> Result<Html<String>, Error> {
    show_page(&ctx, id, String::new(), Vec::new()).await
}

/// Counts and protects a release outside the one writer, then keeps it.
///
/// # Errors
/// As [`figures::prepare`] and [`store::submit`].
pub(super) async fn submit_release(ctx: &Context, id: ReleaseId, version: i64) -> Result<(), Error> {
    let prepared = ctx.read(move |tx, viewer| {
        viewer.require(Permission::PrepareReleases)?;
        let (release, _) = store::release(tx, viewer, id)?;
        release.state.after(model::Step::Submit)?;
        if release.version != version {
            return Err(Error::stale(&serde_json::Value::Null, &release.input, release.version));
        }
        figures::prepare(tx, viewer, &release.input)
    });
    let frozen = prepared.await?;
    ctx.write(move |tx, viewer| store::submit(tx, viewer, id, version, &frozen)).await
}

fn to_release(id: ReleaseId) -> Response {
    Redirect::to(&format!("/releases/{id}")).into_response()
}

pub(super) async fn submit(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    submit_release(&ctx, id, version).await?;
    Ok(to_release(id))
}

pub(super) async fn publish(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| store::publish(tx, viewer, id, version)).await?;
    Ok(to_release(id))
}

pub(super) async fn send_back(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<Response, Error> {
    let typed = why.reason.clone();
    let done = ctx.write(move |tx, viewer| store::send_back(tx, viewer, id, version, &why)).await;
    with_reason(&ctx, id, typed, done).await
}

pub(super) async fn withdraw(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<Response, Error> {
    let typed = why.reason.clone();
    let done = ctx.write(move |tx, viewer| store::withdraw(tx, viewer, id, version, &why)).await;
    with_reason(&ctx, id, typed, done).await
}

async fn with_reason(ctx: &Context, id: ReleaseId, reason: String, done: Result<(), Error>) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(to_release(id)),
        Err(Error::Invalid(errors)) => {
            let body = show_page(ctx, id, reason, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn discard(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| store::discard(tx, viewer, id, version)).await?;
    Ok(Redirect::to("/releases"))
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/ledger.html")]
struct LedgerPage {
    ui: Ui,
    ledger: Ledger,
    typed: Terms,
    errors: Vec<FieldError>,
}

impl LedgerPage {
    fn decimal(&self, number: &f64) -> String {
        self.ui.language.decimal(*number, 2)
    }
    fn delta(&self, delta: &f64) -> String {
        format!("{delta:e}")
    }
    fn rho(&self, rho: &u64) -> String {
        self.ui.language.decimal(*rho as f64 / 1e12, 5)
    }
    fn lasts(&self) -> &'static [Lasts] {
        Lasts::ALL
    }
    fn may_propose(&self) -> bool {
        self.ui.viewer.as_ref().is_some_and(|viewer| ledger::may_propose(viewer))
    }
    fn may_confirm(&self, proposal: &Proposal) -> bool {
        self.ui.viewer.as_ref().is_some_and(|viewer| ledger::may_confirm(viewer, proposal))
    }
    fn may_read_releases(&self) -> bool {
        self.ui.may(Permission::PrepareReleases.code()) || self.ui.may(Permission::ApproveReleases.code())
    }
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
}

async fn ledger_page(ctx: &Context, typed: Option<Terms>, errors: Vec<FieldError>) -> Result<Html<String>, Error> {
    let ledger = ctx.read(ledger::ledger).await?;
    page(LedgerPage { ui: ctx.ui(), typed: typed.unwrap_or(ledger.terms), ledger, errors })
}

pub(super) async fn ledger(ctx: Context) -> Result<Html<String>, Error> {
    ledger_page(&ctx, None, Vec::new()).await
}

/// A budget as it is typed: numbers come as text.
#[derive(Deserialize)]
pub(super) struct TermsForm {
    #[serde(default, deserialize_with = "crate::web::blank")]
    epsilon: Option<f64>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    delta: Option<f64>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    lasts: Option<Lasts>,
}

pub(super) async fn propose(ctx: Context, Input(form): Input<TermsForm>) -> Result<Response, Error> {
    let terms = Terms {
        epsilon: form.epsilon.unwrap_or_default(),
        delta: form.delta.unwrap_or_default(),
        lasts: form.lasts.unwrap_or(Lasts::Ever),
    };
    match ctx.create(terms, |tx, viewer, terms| ledger::propose(tx, viewer, &terms)).await {
        Ok(_) => Ok(Redirect::to("/releases/ledger").into_response()),
        Err(Error::Invalid(errors)) => {
            let body = ledger_page(&ctx, Some(terms), errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn confirm(ctx: Context, Path(id): Path<BudgetId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| ledger::confirm(tx, viewer, id)).await?;
    Ok(Redirect::to("/releases/ledger"))
}
