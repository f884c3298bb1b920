//! Family tracing as pages: the queue, a request, the form, a candidate beside it, and the question
//! put to whoever may have been found.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{
    AnswerInput, Candidate, CandidateRecords, CandidateState, CandidateVerdict, Fact, Kin, Question, QuestionOptions,
    Questions, Share, TracingClosing, TracingInput, TracingOptions, TracingOutcome, TracingReopening, TracingRequest,
    TracingRequests, TracingState, candidates, store, tracing_number,
};
use crate::access::Permission;
use crate::code::Code;
use crate::dates::Day;
use crate::error::{Error, FieldError, Stale};
use crate::history::{Kind, words};
use crate::ids::{CandidateId, PersonId, TracingId};
use crate::people::likeness::{Agreement, look};
use crate::people::pages::{FormFields, age, blank_name, born, nationality, read_person, to_person};
use crate::people::{Birth, Name, NameKind, Person, PersonInput, PersonSummary, number};
use crate::ui::Ui;
use crate::ui::conflict::Conflict;
use crate::ui::refill::{Refill, Weighed, Wrong};
use crate::web::{Context, Expected, Fields, Sent, Typed, Unread, page};

#[derive(Template)]
#[template(path = "people/templates/tracing-list.html")]
struct ListPage {
    ui: Ui,
    requests: TracingRequests,
    options: TracingOptions,
    shown: TracingState,
    /// People to be asked whom this user sees.
    questions: i64,
    next: Option<String>,
    today: Day,
}

impl ListPage {
    fn states(&self) -> &'static [TracingState] {
        TracingState::ALL
    }
    fn number(&self, value: &i64) -> String {
        tracing_number(*value)
    }
    fn age(&self, birth: &Birth) -> String {
        let (from, to) = birth.range(self.today);
        age(&self.ui, &from, &to, &self.today)
    }
    fn place<'r>(&'r self, request: &'r TracingInput) -> Vec<&'r str> {
        place(&self.ui, request)
    }
    fn is_relation(&self, code: &str) -> bool {
        self.options.relation.as_deref() == Some(code)
    }
}

/// Where someone was last seen: place and country, each in its own direction of writing.
fn place<'r>(ui: &Ui, request: &'r TracingInput) -> Vec<&'r str> {
    let country = request.last_seen_country.as_deref().map(|code| ui.entry("countries", code));
    let parts = [Some(request.last_seen_place.trim()).filter(|place| !place.is_empty()), country];
    parts.into_iter().flatten().collect()
}

pub(super) async fn list(ctx: Context, Query(options): Query<TracingOptions>) -> Result<Html<String>, Error> {
    let wanted = options.clone();
    let (requests, waiting) =
        ctx.read(move |tx, viewer| Ok((store::list(tx, viewer, &wanted)?, store::waiting(tx, viewer)?))).await?;
    let next = requests.next.as_ref().map(|after| {
        let further = TracingOptions { after: Some(after.clone()), ..options.clone() };
        format!("/tracing?{}", serde_qs::to_string(&further).unwrap_or_default())
    });
    let shown = options.show.unwrap_or(TracingState::Open);
    let (ui, today, questions) = (ctx.ui(), ctx.viewer.today, waiting.questions);
    page(ListPage { ui, requests, options, shown, questions, next, today })
}

#[derive(Template)]
#[template(path = "people/templates/tracing-questions.html")]
struct QuestionsPage {
    ui: Ui,
    questions: Questions,
    options: QuestionOptions,
    next: Option<String>,
    today: Day,
}

impl QuestionsPage {
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
}

pub(super) async fn questions(ctx: Context, Query(options): Query<QuestionOptions>) -> Result<Html<String>, Error> {
    let wanted = options.clone();
    let questions = ctx.read(move |tx, viewer| candidates::questions(tx, viewer, &wanted)).await?;
    let next = questions.next.as_ref().map(|after| {
        let further = QuestionOptions { after: Some(after.clone()), ..options.clone() };
        format!("/tracing/questions?{}", serde_qs::to_string(&further).unwrap_or_default())
    });
    page(QuestionsPage { ui: ctx.ui(), questions, options, next, today: ctx.viewer.today })
}

// For as many nationalities and names of the company the form has room, at least.
const NATIONALITY_ROWS: usize = 2;
const COMPANY_ROWS: usize = 3;

#[derive(Template)]
#[template(path = "people/templates/tracing-form.html")]
struct FormPage {
    ui: Ui,
    /// Where the form goes, with its version or its `once`.
    action: String,
    /// Where it leads back to.
    back: String,
    title: &'static str,
    seeker: Person,
    input: TracingInput,
    unread: Vec<Unread>,
    errors: Vec<FieldError>,
    /// Both versions, where someone else was faster.
    conflict: Option<Conflict>,
    today: Day,
}

impl FormFields for FormPage {
    fn ui(&self) -> &Ui {
        &self.ui
    }
    fn errors(&self) -> &[FieldError] {
        &self.errors
    }
    fn unread(&self) -> &[Unread] {
        &self.unread
    }
}

impl FormPage {
    fn new(ctx: &Context, action: String, seeker: Person, back: String, input: TracingInput) -> FormPage {
        let ui = ctx.ui();
        let is_new = action.contains("once=");
        FormPage {
            title: ui.t(if is_new { "tracing-register" } else { "tracing-edit" }),
            ui,
            action,
            back,
            seeker,
            input: with_blank_rows(input),
            unread: Vec::new(),
            errors: Vec::new(),
            conflict: None,
            today: ctx.viewer.today,
        }
    }
    /// The form as it was sent.
    fn typed(ctx: &Context, action: String, seeker: Person, back: String, typed: &Typed<TracingInput>) -> FormPage {
        let unread = typed.unread.clone();
        FormPage { unread, ..FormPage::new(ctx, action, seeker, back, typed.read.clone()) }
    }
    fn seeker_may_be_child(&self) -> bool {
        self.seeker.record.birth.may_be_child(self.today)
    }
    fn nationality_rows(&self) -> std::ops::Range<usize> {
        0..self.input.nationalities.len().max(NATIONALITY_ROWS)
    }
    fn company_rows(&self) -> std::ops::Range<usize> {
        0..(self.input.company.len() + 1).max(COMPANY_ROWS)
    }
    fn companion<'c>(&'c self, index: &usize) -> &'c str {
        self.input.company.get(*index).map_or("", String::as_str)
    }

    /// The form again, with what to correct.
    fn wrong(mut self, errors: Vec<FieldError>) -> Result<Response, Error> {
        self.errors = errors;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page(self)?).into_response())
    }

    /// The form again beside what someone else saved meanwhile.
    fn stale(mut self, id: TracingId, stale: &Stale) -> Result<Response, Error> {
        self.action = format!("/tracing/{id}?version={}", stale.version);
        self.conflict = Some(Conflict::of(&self.ui, stale));
        Ok((StatusCode::PRECONDITION_FAILED, page(self)?).into_response())
    }
}

fn with_blank_rows(mut input: TracingInput) -> TracingInput {
    let kind = if input.names.is_empty() { NameKind::Main } else { NameKind::Also };
    input.names.push(blank_name(kind));
    input
}

fn registration(ctx: &Context, person: PersonId) -> String {
    format!("/people/{person}/tracing?once={}", ctx.ui().once)
}

pub(super) async fn blank_form(ctx: Context, Path(person): Path<PersonId>) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::RequestTracing)?;
    let seeker = read_person(&ctx, person).await?;
    let (action, back) = (registration(&ctx, person), format!("/people/{person}"));
    // The first guess: a child is of its parents' nationality.
    let input = TracingInput { nationalities: seeker.record.nationalities.clone(), ..TracingInput::default() };
    let input = TracingInput { consented_on: Some(ctx.viewer.today), ..input };
    page(FormPage::new(&ctx, action, seeker, back, input))
}

/// A request as typed.
fn typed_request(fields: &Fields) -> Result<Typed<TracingInput>, Error> {
    fields.clone().without_blank_rows(PersonInput::CHOSEN).read()
}

pub(super) async fn register(ctx: Context, Path(person): Path<PersonId>, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::RequestTracing)?;
    let seeker = read_person(&ctx, person).await?;
    let typed = typed_request(&sent.fields)?;
    let (action, back) = (registration(&ctx, person), format!("/people/{person}"));
    let again = FormPage::typed(&ctx, action, seeker, back, &typed);
    if !sent.fields.value("add").is_empty() {
        return Ok(page(again)?.into_response());
    }
    let errors = typed.errors(typed.read.check(ctx.viewer.today))?;
    if !errors.is_empty() {
        return again.wrong(errors);
    }
    match ctx.create(typed.read, move |tx, viewer, input| store::register(tx, viewer, person, input)).await {
        Ok::<TracingId, _>(id) => Ok(to_request(id).into_response()),
        Err(Error::Invalid(errors)) => again.wrong(errors),
        Err(error) => Err(error),
    }
}

fn to_request(id: TracingId) -> Redirect {
    Redirect::to(&format!("/tracing/{id}"))
}

/// A request with its seeker's record, to be changed.
async fn to_edit(ctx: &Context, id: TracingId) -> Result<(TracingRequest, Person), Error> {
    ctx.viewer.require(Permission::RequestTracing)?;
    let request = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    let seeker = read_person(ctx, request.seeker.id).await?;
    Ok((request, seeker))
}

pub(super) async fn edit(ctx: Context, Path(id): Path<TracingId>) -> Result<Html<String>, Error> {
    let (request, seeker) = to_edit(&ctx, id).await?;
    let action = format!("/tracing/{id}?version={}", request.version);
    page(FormPage::new(&ctx, action, seeker, format!("/tracing/{id}"), request.request))
}

pub(super) async fn change(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let (_, seeker) = to_edit(&ctx, id).await?;
    let typed = typed_request(&sent.fields)?;
    let (action, back) = (format!("/tracing/{id}?version={version}"), format!("/tracing/{id}"));
    let again = FormPage::typed(&ctx, action, seeker, back, &typed);
    if !sent.fields.value("add").is_empty() {
        return Ok(page(again)?.into_response());
    }
    let errors = typed.errors(typed.read.check(ctx.viewer.today))?;
    if !errors.is_empty() {
        return again.wrong(errors);
    }
    let input = typed.read;
    match ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, input)).await {
        Ok(()) => Ok(to_request(id).into_response()),
        Err(Error::Invalid(errors)) => again.wrong(errors),
        Err(Error::Stale(stale)) => again.stale(id, &stale),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "people/templates/tracing.html")]
struct ShowPage {
    ui: Ui,
    it: TracingRequest,
    /// Who may be the one, for those who decide and see both sides.
    candidates: Option<Vec<Candidate>>,
    refill: Refill,
    today: Day,
}

impl ShowPage {
    fn number(&self) -> String {
        tracing_number(self.it.number)
    }
    fn person_number(&self, value: &i64) -> String {
        number(*value)
    }
    fn age_of(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn age(&self) -> String {
        let (from, to) = self.it.request.birth.range(self.today);
        age(&self.ui, &from, &to, &self.today)
    }
    fn born(&self) -> String {
        born(&self.ui, &self.it.request.birth)
    }
    fn place(&self) -> Vec<&str> {
        place(&self.ui, &self.it.request)
    }
    fn nationality<'c>(&self, code: &'c str) -> &'c str {
        nationality(&self.ui, code)
    }
    fn is_closed(&self) -> bool {
        self.it.state == TracingState::Closed
    }
    fn state_look(&self) -> &'static str {
        match self.it.state {
            TracingState::Open => "waiting",
            TracingState::Located => "done",
            TracingState::Closed => "",
        }
    }
    fn outcomes(&self) -> &'static [TracingOutcome] {
        TracingOutcome::ALL
    }
    fn percent(&self, candidate: &Candidate) -> String {
        self.ui.count("duplicate-percent", &candidate.percent())
    }
    fn candidate_look(&self, candidate: &Candidate) -> &'static str {
        candidate_look(candidate.state)
    }
    fn agreeing(&self, candidate: &Candidate) -> String {
        let mut agreeing = candidate.facts.that_are(Agreement::Same);
        agreeing.extend(candidate.facts.that_are(Agreement::Alike));
        self.ui.listed(&agreeing)
    }
    fn differing(&self, candidate: &Candidate) -> String {
        self.ui.listed(&candidate.facts.that_are(Agreement::Different))
    }
}

fn candidate_look(state: CandidateState) -> &'static str {
    match state {
        CandidateState::Proposed | CandidateState::Likely | CandidateState::Asked => "waiting",
        CandidateState::Confirmed | CandidateState::Agreed => "done",
        CandidateState::NotThisPerson | CandidateState::Refused => "refused",
    }
}

pub(super) async fn show(ctx: Context, Path(id): Path<TracingId>) -> Result<Html<String>, Error> {
    show_page(&ctx, id, Refill::default()).await
}

async fn show_page(ctx: &Context, id: TracingId, refill: Refill) -> Result<Html<String>, Error> {
    let it = read_request(ctx, id).await?;
    let read = ctx.read(move |tx, viewer| {
        let decides = viewer.may(Permission::DecideTracing);
        decides.then(|| candidates::of_request(tx, viewer, id)).transpose()
    });
    let candidates = read.await?;
    page(ShowPage { ui: ctx.ui(), it, candidates, refill, today: ctx.viewer.today })
}

/// A form of a page that was sent: the page it leads to, or what it came from with what is wrong.
fn wrong(refill: Refill, error: Error) -> Result<(StatusCode, Refill), Error> {
    match error {
        Error::Invalid(errors) => Ok((StatusCode::UNPROCESSABLE_ENTITY, refill.wrong(errors))),
        Error::Stale(stale) => Ok((StatusCode::PRECONDITION_FAILED, refill.wrong(Wrong::Stale(Weighed::new(*stale))))),
        error => Err(error),
    }
}

/// The request with the form that was sent, and what is wrong with it.
async fn show_wrong(ctx: &Context, id: TracingId, refill: Refill, error: Error) -> Result<Response, Error> {
    let (status, refill) = wrong(refill, error)?;
    Ok((status, show_page(ctx, id, refill).await?).into_response())
}

pub(super) async fn close(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<TracingClosing> = sent.fields.read()?;
    let refill = Refill::of("close", &typed.read).unread(&typed.unread);
    let closing = typed.read;
    match ctx.write(move |tx, viewer| store::close(tx, viewer, id, version, &closing)).await {
        Ok(()) => Ok(to_request(id).into_response()),
        Err(error) => show_wrong(&ctx, id, refill, error).await,
    }
}

pub(super) async fn reopen(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<TracingReopening> = sent.fields.read()?;
    let refill = Refill::of("reopen", &typed.read).unread(&typed.unread);
    let reopening = typed.read;
    match ctx.write(move |tx, viewer| store::reopen(tx, viewer, id, version, &reopening)).await {
        Ok(()) => Ok(to_request(id).into_response()),
        Err(error) => show_wrong(&ctx, id, refill, error).await,
    }
}

/// A fact of the comparison: what the family told, and what stands in the record.
struct Row {
    fact: Fact,
    label: &'static str,
    agreement: Agreement,
    told: Vec<String>,
    stands: Vec<String>,
}

#[derive(Template)]
#[template(path = "people/templates/tracing-candidate.html")]
struct CandidatePage {
    ui: Ui,
    it: CandidateRecords,
    rows: Vec<Row>,
    refill: Refill,
    done: bool,
}

impl CandidatePage {
    fn new(ctx: &Context, it: CandidateRecords, refill: Refill, done: bool) -> CandidatePage {
        let ui = ctx.ui();
        let rows = rows(&ui, &it, ctx.viewer.today);
        CandidatePage { ui, it, rows, refill, done }
    }
    fn tracing_number(&self) -> String {
        tracing_number(self.it.request.number)
    }
    fn other_number(&self, value: &i64) -> String {
        tracing_number(*value)
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn how_likely(&self) -> String {
        self.ui.count("tracing-how-likely", &self.it.candidate.percent())
    }
    fn look(&self, agreement: &Agreement) -> (&'static str, &'static str) {
        look(*agreement)
    }
    fn state_look(&self) -> &'static str {
        candidate_look(self.it.candidate.state)
    }
    /// Ages and searches are not the same on both sides: they fit each other.
    fn agreement(&self, row: &Row) -> &'static str {
        match (row.fact, row.agreement) {
            (Fact::Ages | Fact::Request, Agreement::Same) => self.ui.t("tracing-fits"),
            (Fact::Ages, Agreement::Different) => self.ui.t("tracing-does-not-fit"),
            (_, agreement) => self.ui.label(&agreement),
        }
    }
    /// Whose words a column holds, for the phone, where columns stand one under the other.
    fn told_by(&self) -> String {
        format!("{} {}", self.ui.t("tracing-told"), number(self.it.seeker.number))
    }
    fn stands_of(&self) -> String {
        format!("{} {}", self.ui.t("tracing-stands"), number(self.it.record.number))
    }
    /// Whether a decision may still be made.
    fn may_become(&self, code: &str) -> bool {
        let is_open = self.it.request.state != TracingState::Closed;
        is_open && CandidateState::from_code(code).is_some_and(|next| self.it.candidate.state.may_become(next))
    }
    fn may_decide(&self) -> bool {
        ["likely", "not_this_person", "confirmed"].iter().any(|code| self.may_become(code))
    }
    fn is_answered(&self) -> bool {
        self.it.candidate.state.is_answer()
    }
    fn is_asked(&self) -> bool {
        self.it.candidate.state == CandidateState::Asked
    }
}

fn rows(ui: &Ui, it: &CandidateRecords, today: Day) -> Vec<Row> {
    let (told, seeker, record) = (&it.request.request, &it.seeker.record, &it.record.record);
    let names = |names: &[Name]| -> Vec<String> {
        let own = names.iter().filter(|name| name.kind.is_own());
        own.map(Name::full).collect()
    };
    let birth = |birth: &Birth| match birth.range(today) {
        (Some(from), to) => {
            vec![born(ui, birth), format!("{}: {}", ui.t("people-age"), age(ui, &Some(from), &to, &today))]
        }
        _ => Vec::new(),
    };
    let nationalities = |codes: &[String]| codes.iter().map(|code| nationality(ui, code).to_owned()).collect();
    let kin = |relation: &str, name: &str| format!("{}: {name}", ui.entry("relations", relation));
    let parents = |names: &[Name]| -> Vec<String> {
        let parents = names.iter().filter(|name| !name.kind.is_own());
        parents.map(|name| format!("{}: {}", ui.label(&name.kind), name.full())).collect()
    };
    let back = crate::reference::inverse("relations", &told.relation).unwrap_or("other_relative");
    let mut expected = parents(&told.names);
    expected.push(kin(back, &seeker.display_name()));
    let way = |leg: &crate::people::Leg| {
        words::say(ui, Kind::Person, "journey", &serde_json::to_value([leg]).unwrap_or_default())
    };
    let seen =
        [place(ui, told).join(ui.t("list-comma")), told.last_seen_on.map(|day| ui.day(&day)).unwrap_or_default()];
    let age_of = |birth: &Birth| {
        let (from, to) = birth.range(today);
        age(ui, &from, &to, &today)
    };
    let looks_for = |relation: &str, name: &str| {
        let words = [("relation", ui.entry("relations", relation).into()), ("name", name.into())];
        ui.language.t_with("tracing-looks-for", &words)
    };
    let facts: [(Fact, Vec<String>, Vec<String>); 9] = [
        (Fact::Name, names(&told.names), names(&record.names)),
        (Fact::Birth, birth(&told.birth), birth(&record.birth)),
        (Fact::Sex, vec![ui.label(&told.sex).to_owned()], vec![ui.label(&record.sex).to_owned()]),
        (Fact::Nationality, nationalities(&told.nationalities), nationalities(&record.nationalities)),
        (
            Fact::Ages,
            vec![
                ui.name("tracing-age-of-seeker", &age_of(&seeker.birth)),
                ui.entry("relations", &told.relation).to_owned(),
            ],
            vec![age_of(&record.birth)],
        ),
        (Fact::Family, expected, it.kin.iter().map(|one: &Kin| kin(&one.relation, &one.name)).collect()),
        (Fact::Company, told.company.clone(), it.kin.iter().map(|one| one.name.clone()).collect()),
        (
            Fact::Place,
            seen.into_iter().filter(|part| !part.is_empty()).collect(),
            record.journey.iter().map(way).collect(),
        ),
        (
            Fact::Request,
            vec![looks_for(&told.relation, &it.request.sought_name())],
            it.looks_for.iter().map(|one| looks_for(&one.request.relation, &one.sought_name())).collect(),
        ),
    ];
    let row = |(fact, told, stands)| {
        let (label, agreement) = (ui.t(heading(fact)), it.candidate.facts.of(fact));
        Row { fact, label, agreement, told, stands }
    };
    facts.into_iter().map(row).collect()
}

/// The words of a fact where it heads a row.
fn heading(fact: Fact) -> &'static str {
    match fact {
        Fact::Name => "people-names",
        Fact::Birth => "people-born",
        Fact::Sex => "people-sex",
        Fact::Nationality => "people-nationality",
        Fact::Ages => "tracing-ages",
        Fact::Family => "family",
        Fact::Company => "field-company",
        Fact::Place => "tracing-places",
        Fact::Request => "tracing-each-other",
    }
}

/// Reads a request; that one of a protected person was read is durable before anything is shown.
pub(super) async fn read_request(ctx: &Context, id: TracingId) -> Result<TracingRequest, Error> {
    let request = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    read_person(ctx, request.seeker.id).await?;
    Ok(request)
}

/// The same of a question.
pub(super) async fn read_question(ctx: &Context, id: CandidateId) -> Result<Question, Error> {
    let question = ctx.read(move |tx, viewer| candidates::question(tx, viewer, id)).await?;
    read_person(ctx, question.person.id).await?;
    Ok(question)
}

/// Reads a candidate; that a protected record was read is durable before anything is shown.
pub(super) async fn read(ctx: &Context, request: TracingId, id: CandidateId) -> Result<CandidateRecords, Error> {
    let records = ctx.read(move |tx, viewer| candidates::records(tx, viewer, request, id)).await?;
    for record in [&records.seeker, &records.record].into_iter().filter(|person| person.record.protected) {
        let person = record.id;
        ctx.write(move |tx, viewer| crate::people::store::note_reading(tx, viewer, person)).await?;
    }
    Ok(records)
}

/// Whether something was just done.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: bool,
}

pub(super) async fn candidate(
    ctx: Context,
    Path((request, id)): Path<(TracingId, CandidateId)>,
    Query(Done { done }): Query<Done>,
) -> Result<Html<String>, Error> {
    let it = read(&ctx, request, id).await?;
    page(CandidatePage::new(&ctx, it, Refill::default(), done))
}

pub(super) async fn decide(
    ctx: Context,
    Path((request, id)): Path<(TracingId, CandidateId)>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<CandidateVerdict> = sent.fields.read()?;
    let refill = Refill::of("decide", &typed.read).unread(&typed.unread);
    let verdict = typed.read;
    match ctx.write(move |tx, viewer| candidates::decide(tx, viewer, request, id, version, &verdict)).await {
        Ok(()) => Ok(Redirect::to(&format!("/tracing/{request}/candidates/{id}?done=true")).into_response()),
        Err(error) => {
            let (status, refill) = wrong(refill, error)?;
            let it = read(&ctx, request, id).await?;
            Ok((status, page(CandidatePage::new(&ctx, it, refill, false))?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "people/templates/tracing-question.html")]
struct QuestionPage {
    ui: Ui,
    it: Question,
    refill: Refill,
    today: Day,
}

impl QuestionPage {
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn age(&self) -> String {
        age(&self.ui, &self.it.person.birth_from, &self.it.person.birth_to, &self.today)
    }
    fn shares(&self) -> &'static [Share] {
        Share::ALL
    }
    fn state_look(&self) -> &'static str {
        candidate_look(self.it.state)
    }
    fn may_become(&self, code: &str) -> bool {
        CandidateState::from_code(code).is_some_and(|next| self.it.state.may_become(next))
    }
}

pub(super) async fn question(ctx: Context, Path(id): Path<CandidateId>) -> Result<Html<String>, Error> {
    question_page(&ctx, id, Refill::default()).await
}

async fn question_page(ctx: &Context, id: CandidateId, refill: Refill) -> Result<Html<String>, Error> {
    let it = read_question(ctx, id).await?;
    page(QuestionPage { ui: ctx.ui(), it, refill, today: ctx.viewer.today })
}

pub(super) async fn answer(
    ctx: Context,
    Path(id): Path<CandidateId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<AnswerInput> = sent.fields.read()?;
    let refill = Refill::of("answer", &typed.read).unread(&typed.unread);
    let unread = typed.errors(Ok(()))?;
    let input = typed.read;
    let answered = match unread.is_empty() {
        true => {
            let answered = ctx.write(move |tx, viewer| {
                candidates::answer(tx, viewer, id, version, &input)?;
                candidates::question(tx, viewer, id)
            });
            answered.await
        }
        false => Err(Error::Invalid(unread)),
    };
    match answered {
        Ok(question) => Ok(to_person(question.person.id, "#tracing").into_response()),
        Err(error) => {
            let (status, refill) = wrong(refill, error)?;
            Ok((status, question_page(&ctx, id, refill).await?).into_response())
        }
    }
}
