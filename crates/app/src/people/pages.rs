//! People as pages.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::consent::Latest;
use super::emergency::EmergencyInput;
use super::family::{self, Family, Member};
use super::merge::{Merge, MergeInput};
use super::model::{
    Birth, BirthKind, Contact, Decision, Document, Leg, Name, NameKind, Person, PersonInput, PersonSummary, Purpose,
    Safety, Sex, Stage,
};
use super::photo::{self, Photo, PhotoSize};
use super::search::Found;
use super::store::{ListOptions, People};
use super::tracing::{PersonTracing, tracing_number};
use super::{consent, emergency, merge, number, search, store, tracing};
use crate::access::{Permission, Viewer};
use crate::cases::progress::ProgressPicture;
use crate::cases::{self, CaseSummary, Goal};
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::{Error, FieldError, Stale};
use crate::history::Story;
use crate::ids::{HouseholdId, MergeId, PersonId};
use crate::ui::Ui;
use crate::ui::conflict::Conflict;
use crate::ui::refill::Refill;
use crate::web::{Context, Expected, Fields, Input, Sent, Typed, Unread, form, page};

#[derive(Template)]
#[template(path = "people/templates/list.html")]
struct ListPage {
    ui: Ui,
    people: People,
    options: ListOptions,
    next: Option<String>,
    today: Day,
}

pub(super) async fn list(ctx: Context, Query(options): Query<ListOptions>) -> Result<Html<String>, Error> {
    let wanted = options.clone();
    let people = ctx.read(move |tx, viewer| store::list_people(tx, viewer, &wanted)).await?;
    let next = people.next.as_ref().map(|after| next_page(&options, after));
    page(ListPage { ui: ctx.ui(), people, options, next, today: ctx.viewer.today })
}

fn next_page(options: &ListOptions, after: &str) -> String {
    let further = ListOptions { after: Some(after.to_owned()), ..options.clone() };
    format!("/people?{}", serde_qs::to_string(&further).unwrap_or_default())
}

/// An age as it is said: `34`, or `about 34`.
pub(crate) fn age(ui: &Ui, from: &Option<Day>, to: &Option<Day>, today: &Day) -> String {
    let (Some(from), Some(to)) = (from, to) else { return "–".to_owned() };
    let (youngest, oldest) = (to.years_until(*today).max(0), from.years_until(*today).max(0));
    if from == to { youngest.to_string() } else { ui.count("people-age-about", &((youngest + oldest) / 2)) }
}

/// What is known of a birth, as it is said: a day, a year, a span, an age on a day.
pub(crate) fn born(ui: &Ui, birth: &Birth) -> String {
    match (birth.kind, birth.from, birth.to, birth.age) {
        (BirthKind::Exact, Some(day), ..) | (BirthKind::Estimated, Some(day), None, _) => ui.day(&day),
        (BirthKind::Estimated, Some(from), Some(to), _) => from.year_until(to, ui.language).unwrap_or_else(|| {
            let days = [("from", ui.day(&from).into()), ("to", ui.day(&to).into())];
            ui.language.t_with("people-born-between", &days)
        }),
        (BirthKind::Age, _, _, Some(age)) => match birth.age_on {
            Some(day) => ui.language.t_with("people-age-on-day", &[("age", age.into()), ("day", ui.day(&day).into())]),
            None => age.to_string(),
        },
        _ => ui.t("unknown").to_owned(),
    }
}

impl ListPage {
    /// The same people as a file.
    fn exported(&self, format: &str) -> String {
        let all = ListOptions { after: None, limit: None, sort: None, ..self.options.clone() };
        format!("/people/export?format={format}&{}", serde_qs::to_string(&all).unwrap_or_default())
    }
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn needs(&self, person: &PersonSummary) -> String {
        self.ui.count("people-needs-count", &(person.needs.len() as i64))
    }
    fn sorts(&self) -> [&'static str; 3] {
        ["updated", "name", "vulnerability"]
    }
    fn is_sort(&self, sort: &str) -> bool {
        self.options.sort.as_deref().unwrap_or("updated") == sort
    }
}

/// A country or special nationality in words.
pub(crate) fn nationality<'c>(ui: &Ui, code: &'c str) -> &'c str {
    let list = if crate::reference::has("special_nationalities", code) { "special_nationalities" } else { "countries" };
    ui.entry(list, code)
}

#[derive(Template)]
#[template(path = "people/templates/found.html")]
struct FoundPage {
    ui: Ui,
    q: String,
    found: Vec<Found>,
    today: Day,
}

impl FoundPage {
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
}

pub(super) async fn search(ctx: Context, Input(query): Input<search::Query>) -> Result<Html<String>, Error> {
    let q = query.q.clone();
    let found = search::search(&ctx, query.q).await?;
    page(FoundPage { ui: ctx.ui(), q, found, today: ctx.viewer.today })
}

/// What speaks for someone found being the one who is registered, in words; nothing where the
/// record is not open.
pub(crate) fn agreeing(ui: &Ui, hit: &Found) -> String {
    hit.agreements.as_ref().map(|agreements| agreements.in_words(ui)).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "people/templates/matches.html")]
struct MatchesPart {
    ui: Ui,
    found: Vec<Found>,
    today: Day,
}

impl MatchesPart {
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
}

pub(super) async fn matches(ctx: Context, request: axum::extract::Request) -> Result<Html<String>, Error> {
    // A form half filled in is no error: what cannot be read matches nobody.
    let input: PersonInput = form(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let found = search::matches(&ctx, input).await?;
    page(MatchesPart { ui: ctx.ui(), found, today: ctx.viewer.today })
}

// For as many nationalities and languages the form has room, at least.
const NATIONALITY_ROWS: usize = 2;
const LANGUAGE_ROWS: usize = 3;

#[derive(Template)]
#[template(path = "people/templates/form.html")]
struct FormPage {
    ui: Ui,
    /// Where the form goes, with its version or its `once`.
    action: String,
    title: &'static str,
    /// Whether a photo can be chosen here; later it is on the person's page.
    is_new: bool,
    /// A photo chosen before the form was shown again.
    photo_kept: Option<String>,
    /// The household a new person is registered into, and what they are to its head.
    household: Option<HouseholdId>,
    role_chosen: String,
    input: PersonInput,
    unread: Vec<Unread>,
    errors: Vec<FieldError>,
    /// Both versions, where someone else was faster.
    conflict: Option<Conflict>,
    found: Vec<Found>,
    today: Day,
}

/// A field of a form: `names[0].given` in errors is `names[0][given]` in the form.
pub(in crate::people) struct Field {
    pub path: String,
    pub name: String,
}

/// What the markup of a form's fields asks for (`templates/fields.html`).
pub(in crate::people) trait FormFields {
    fn ui(&self) -> &Ui;
    fn errors(&self) -> &[FieldError];
    fn unread(&self) -> &[Unread];

    fn field(&self, path: &str) -> Field {
        let name = path.replacen('.', "[", 1) + if path.contains('.') { "]" } else { "" };
        Field { path: path.to_owned(), name }
    }
    fn row(&self, list: &str, index: &usize) -> Field {
        Field { path: format!("{list}[{index}]"), name: format!("{list}[{index}]") }
    }
    fn at(&self, list: &str, index: impl std::fmt::Display, part: &str) -> Field {
        Field { path: format!("{list}[{index}].{part}"), name: format!("{list}[{index}][{part}]") }
    }
    fn error(&self, field: &Field) -> Option<&'static str> {
        self.errors().iter().find(|error| error.field == field.path).map(|error| self.ui().t(error.error))
    }
    /// What was typed where it could not be read, or else what stands on record.
    fn typed<T: ToString>(&self, field: &Field, given: &Option<T>) -> String {
        match self.unread().iter().find(|unread| unread.error.field == field.path) {
            Some(unread) => unread.text.clone(),
            None => given.as_ref().map(T::to_string).unwrap_or_default(),
        }
    }
    fn is(&self, chosen: &Option<String>, code: &str) -> bool {
        chosen.as_deref() == Some(code)
    }
    fn is_chosen(&self, codes: &[String], index: &usize, code: &str) -> bool {
        codes.get(*index).is_some_and(|chosen| chosen == code)
    }
    fn same(&self, chosen: &str, code: &str) -> bool {
        chosen == code
    }
    // A row that a script adds.
    fn blank_name(&self) -> Name {
        blank_name(NameKind::Also)
    }
    fn name_kinds(&self) -> &'static [NameKind] {
        NameKind::ALL
    }
    fn birth_kinds(&self) -> &'static [BirthKind] {
        BirthKind::ALL
    }
    fn sexes(&self) -> &'static [Sex] {
        Sex::ALL
    }
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
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn nationality_rows(&self) -> std::ops::Range<usize> {
        0..self.input.nationalities.len().max(NATIONALITY_ROWS)
    }
    fn language_rows(&self) -> std::ops::Range<usize> {
        0..self.input.languages.len().max(LANGUAGE_ROWS)
    }
    // Rows that a script adds.
    fn blank_contact(&self) -> Contact {
        blank_contact()
    }
    fn blank_document(&self) -> Document {
        Document::default()
    }
    fn blank_leg(&self) -> Leg {
        blank_leg(Stage::Transit)
    }
    fn safeties(&self) -> &'static [Safety] {
        Safety::ALL
    }
    fn stages(&self) -> &'static [Stage] {
        Stage::ALL
    }

    /// The form again with what was typed, beside what someone else saved meanwhile: saving it
    /// once more puts it in place of that.
    fn stale(mut self, id: PersonId, stale: &Stale) -> Result<Response, Error> {
        self.action = format!("/people/{id}?version={}", stale.version);
        self.conflict = Some(Conflict::of(&self.ui, stale));
        Ok((StatusCode::PRECONDITION_FAILED, page(self)?).into_response())
    }

    /// The form again, with what to correct.
    fn wrong(mut self, errors: Vec<FieldError>) -> Result<Response, Error> {
        self.errors = errors;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page(self)?).into_response())
    }
}

/// Each list ends with an empty row to fill in, so that the form works without a script.
fn with_blank_rows(mut input: PersonInput) -> PersonInput {
    let kind = if input.names.is_empty() { NameKind::Main } else { NameKind::Also };
    input.names.push(blank_name(kind));
    input.documents.push(Document::default());
    input.contacts.push(blank_contact());
    let stage = match input.journey.len() {
        0 => Stage::Origin,
        1 => Stage::Transit,
        _ => Stage::Destination,
    };
    input.journey.push(blank_leg(stage));
    input
}

pub(in crate::people) fn blank_name(kind: NameKind) -> Name {
    Name { kind, given: String::new(), family: String::new(), family_first: false }
}

fn blank_contact() -> Contact {
    Contact { kind: "mobile".to_owned(), value: String::new(), safety: Safety::Unknown, note: String::new() }
}

fn blank_leg(stage: Stage) -> Leg {
    Leg {
        stage,
        country: None,
        place: String::new(),
        from: None,
        until: None,
        legal_status: None,
        cause: None,
        reason: None,
    }
}

/// Where a new person belongs.
#[derive(Deserialize)]
pub(super) struct Into {
    #[serde(default, deserialize_with = "crate::web::blank")]
    household: Option<HouseholdId>,
}

pub(super) async fn blank_form(ctx: Context, Query(into): Query<Into>) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let form = form_page(&ctx, registration(&ctx), "people-register", PersonInput::default());
    page(FormPage { household: into.household, ..form })
}

fn registration(ctx: &Context) -> String {
    format!("/people?once={}", ctx.ui().once)
}

fn form_page(ctx: &Context, action: String, title: &'static str, input: PersonInput) -> FormPage {
    let ui = ctx.ui();
    FormPage {
        is_new: title == "people-register",
        title: ui.t(title),
        ui,
        action,
        photo_kept: None,
        household: None,
        role_chosen: String::new(),
        input: with_blank_rows(input),
        unread: Vec::new(),
        errors: Vec::new(),
        conflict: None,
        found: Vec::new(),
        today: ctx.viewer.today,
    }
}

/// A person as typed, and the form to show again.
fn typed_person(
    ctx: &Context,
    action: String,
    title: &'static str,
    fields: &Fields,
) -> Result<(Typed<PersonInput>, FormPage), Error> {
    let typed: Typed<PersonInput> = fields.clone().without_blank_rows(PersonInput::CHOSEN).read()?;
    let again = form_page(ctx, action, title, typed.read.clone());
    let again = FormPage { unread: typed.unread.clone(), ..again };
    Ok((typed, again))
}

/// The photo chosen for a registration, or the one chosen before the form was shown again.
async fn photo_of(sent: &Sent) -> Result<Option<Photo>, Error> {
    let kept = || BASE64.decode(sent.fields.value("photo_kept")).ok().filter(|kept| !kept.is_empty());
    match sent.file("photo").or_else(kept) {
        Some(file) => photo::read_in_background(file).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn register(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let (typed, mut again) = typed_person(&ctx, registration(&ctx), "people-register", &sent.fields)?;
    let mut errors = typed.errors(typed.read.check(ctx.viewer.today))?;
    let (photo, no_photo) = match photo_of(&sent).await {
        Ok(photo) => (photo, Vec::new()),
        Err(Error::Invalid(errors)) => (None, errors),
        Err(error) => return Err(error),
    };
    again.photo_kept = photo.as_ref().map(|photo| BASE64.encode(photo.size(PhotoSize::Large)));
    again.household = sent.fields.value("household").parse().ok();
    again.role_chosen = sent.fields.value("role").to_owned();
    if !sent.fields.value("add").is_empty() {
        // What is not typed yet is no error; a file that cannot be kept is one, and would be missed.
        return if no_photo.is_empty() { Ok(page(again)?.into_response()) } else { again.wrong(no_photo) };
    }
    errors.extend(no_photo);
    if !errors.is_empty() {
        return again.wrong(errors);
    }
    let input = typed.read;
    if sent.fields.value("confirm").is_empty() {
        let mut found = search::matches(&ctx, input.clone()).await?;
        found.retain(|hit| hit.score >= search::STRONG);
        if !found.is_empty() {
            again.found = found;
            return Ok(page(again)?.into_response());
        }
    }
    let (household, role) = (again.household, again.role_chosen.clone());
    let ready = store::Registration::of(&ctx.viewer, input.clone());
    let create = move |tx: &mut Tx<'_>, viewer: &Viewer, _| {
        let id = match household {
            Some(household) => family::store::register_into(tx, viewer, household, &role, ready?)?,
            None => store::register(tx, viewer, ready?)?,
        };
        photo.map(|photo| photo::put(tx, viewer, id, &photo)).transpose()?;
        Ok(id)
    };
    match ctx.create(input, create).await {
        Ok::<PersonId, _>(id) => Ok(Redirect::to(&format!("/people/{id}")).into_response()),
        Err(Error::Invalid(errors)) => again.wrong(errors),
        Err(error) => Err(error),
    }
}

pub(super) async fn edit(ctx: Context, Path(id): Path<PersonId>) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let person = read_person(&ctx, id).await?;
    page(form_page(&ctx, format!("/people/{id}?version={}", person.version), "people-edit", person.record))
}

pub(super) async fn change(
    ctx: Context,
    Path(id): Path<PersonId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let action = format!("/people/{id}?version={version}");
    let (typed, again) = typed_person(&ctx, action, "people-edit", &sent.fields)?;
    if !sent.fields.value("add").is_empty() {
        return Ok(page(again)?.into_response());
    }
    let errors = typed.errors(typed.read.check(ctx.viewer.today))?;
    if !errors.is_empty() {
        return again.wrong(errors);
    }
    let input = typed.read;
    match ctx.write(move |tx, viewer| store::update(tx, viewer, id, version, input)).await {
        Ok(()) => Ok(Redirect::to(&format!("/people/{id}")).into_response()),
        Err(Error::Invalid(errors)) => again.wrong(errors),
        Err(Error::Stale(stale)) => again.stale(id, &stale),
        Err(error) => Err(error),
    }
}

/// Reads a person; that a protected one was read is durable before anything is shown.
pub(in crate::people) async fn read_person(ctx: &Context, id: PersonId) -> Result<Person, Error> {
    let person = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    note_reading(ctx, &person).await?;
    Ok(person)
}

/// Entries of the history on a person's page; its own page has all.
const RECENT: usize = 5;

async fn note_reading(ctx: &Context, person: &Person) -> Result<(), Error> {
    let id = person.id;
    match person.record.protected {
        true => ctx.write(move |tx, viewer| store::note_reading(tx, viewer, id)).await,
        false => Ok(()),
    }
}

#[derive(Template)]
#[template(path = "people/templates/show.html")]
struct ShowPage {
    ui: Ui,
    person: Person,
    consents: Vec<Latest>,
    shared: Vec<Story>,
    merges: Vec<Merge>,
    stories: Vec<Story>,
    cases: Vec<CaseSummary>,
    progress: Option<ProgressPicture>,
    today: Day,
    refill: Refill,
    family: Family,
    tracing: PersonTracing,
}

impl ShowPage {
    fn tracing_number(&self, value: &i64) -> String {
        tracing_number(*value)
    }
    fn household_number(&self, value: &i64) -> String {
        family::household_number(*value)
    }
    fn role<'m>(&self, member: &'m Member) -> &'m str {
        family::role(&self.ui, member.role.as_deref())
    }
    fn number(&self) -> String {
        number(self.person.number)
    }
    fn age(&self) -> String {
        let (from, to) = self.person.record.birth.range(self.today);
        age(&self.ui, &from, &to, &self.today)
    }
    fn nationality<'c>(&self, code: &'c str) -> &'c str {
        nationality(&self.ui, code)
    }
    /// The name as otherwise written, for the line below it.
    fn other_names(&self) -> Vec<String> {
        let written = |name: &&Name| matches!(name.kind, NameKind::Also | NameKind::Nickname);
        self.person.record.names.iter().filter(written).map(Name::full).collect()
    }
    fn born(&self) -> String {
        born(&self.ui, &self.person.record.birth)
    }
    /// From when until when someone was in a place, as far as known.
    fn span(&self, leg: &Leg) -> String {
        let ui = &self.ui;
        match (leg.from, leg.until) {
            (Some(from), Some(until)) => format!("{} – {}", ui.short_day(&from), ui.short_day(&until)),
            (Some(from), None) => ui.name("people-since-day", &ui.short_day(&from)),
            (None, Some(until)) => ui.name("people-until-day", &ui.short_day(&until)),
            (None, None) => String::new(),
        }
    }
    fn decision_look(&self, purpose: &Purpose) -> &'static str {
        match self.person.consents.of(*purpose) {
            Decision::Given => "done",
            Decision::Refused | Decision::Withdrawn | Decision::Lapsed => "refused",
            Decision::NotAsked => "",
        }
    }
    fn purposes(&self) -> &'static [Purpose] {
        Purpose::ALL
    }
    fn decision(&self, purpose: &Purpose) -> &'static str {
        self.ui.label(&self.person.consents.of(*purpose))
    }
    fn latest(&self, purpose: &Purpose) -> Option<&Latest> {
        self.consents.iter().find(|latest| latest.purpose == *purpose)
    }
    fn merged_number(&self, merge: &Merge) -> String {
        number(merge.merged_number)
    }
    fn may_be_child(&self) -> bool {
        self.person.record.birth.may_be_child(self.today)
    }
    /// Until when the decision holds, or when it lapsed.
    fn until(&self, purpose: &Purpose) -> Option<String> {
        let day = self.ui.day(&self.latest(purpose)?.valid_until?);
        match self.person.consents.of(*purpose) {
            Decision::Given => Some(self.ui.name("people-consent-until", &day)),
            Decision::Lapsed => Some(self.ui.name("people-consent-lapsed-on", &day)),
            _ => None,
        }
    }
    /// A list that left is not known to name this person, only likely to.
    fn is_list(&self, story: &Story) -> bool {
        story.person_id.is_none()
    }
    fn need(&self, code: &str) -> &'static str {
        self.ui.t(&format!("need-{}", code.replace('_', "-")))
    }
}

/// Back to a person's page.
pub(in crate::people) fn to_person(id: PersonId, part: &str) -> Redirect {
    Redirect::to(&format!("/people/{id}{part}"))
}

pub(super) async fn show(ctx: Context, Path(id): Path<PersonId>) -> Result<Response, Error> {
    show_page(&ctx, id, Refill::default()).await
}

/// A person's page with one of its forms as it was typed, and what to correct in it.
pub(in crate::people) async fn show_again(ctx: &Context, id: PersonId, refill: Refill) -> Result<Response, Error> {
    let mut response = show_page(ctx, id, refill).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What a person's page shows around their record.
struct Around {
    family: Family,
    consents: Vec<Latest>,
    shared: Vec<Story>,
    merges: Vec<Merge>,
    stories: Vec<Story>,
    cases: Vec<CaseSummary>,
    goals: Vec<Goal>,
    tracing: PersonTracing,
}

fn around(tx: &mut Tx<'_>, viewer: &Viewer, person: &Person) -> Result<Around, Error> {
    let id = person.id;
    let cases = cases::store::of_person(tx, viewer, id)?;
    Ok(Around {
        family: family::store::family(tx, viewer, person)?,
        consents: consent::latest(tx, viewer, id)?,
        shared: consent::shared(tx, viewer, id, &cases)?,
        merges: merge::into_person(tx, viewer, id)?,
        stories: store::newest(tx, viewer, id, RECENT)?,
        tracing: tracing::told_of(tx, viewer, id)?,
        goals: if cases.is_empty() { Vec::new() } else { cases::store::goals_of_person(tx, viewer, id)? },
        cases,
    })
}

async fn show_page(ctx: &Context, id: PersonId, refill: Refill) -> Result<Response, Error> {
    let (person, around) = ctx
        .read(move |tx, viewer| {
            let person = store::find(tx, viewer, id)?;
            let around = around(tx, viewer, &person)?;
            Ok((person, around))
        })
        .await?;
    note_reading(ctx, &person).await?;
    if let Some(kept) = person.merged_into {
        return Ok(Redirect::to(&format!("/people/{kept}")).into_response());
    }
    let ui = ctx.ui();
    let progress = (!around.goals.is_empty()).then(|| ProgressPicture::of(&ui, &around.goals));
    let Around { family, consents, shared, merges, stories, cases, tracing, .. } = around;
    let today = ctx.viewer.today;
    let shown =
        ShowPage { ui, person, consents, shared, merges, stories, cases, progress, today, refill, family, tracing };
    Ok(page(shown)?.into_response())
}

#[derive(Template)]
#[template(path = "people/templates/merge.html")]
struct ComparePage {
    ui: Ui,
    kept: Person,
    q: String,
    found: Vec<Found>,
    other: Option<Person>,
    today: Day,
}

impl ComparePage {
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn age(&self, person: &Person) -> String {
        let (from, to) = person.record.birth.range(self.today);
        age(&self.ui, &from, &to, &self.today)
    }
    fn both<'p>(&'p self, other: &'p Person) -> [&'p Person; 2] {
        [&self.kept, other]
    }
    fn nationalities(&self, person: &Person) -> String {
        person.record.nationalities.iter().map(|code| nationality(&self.ui, code)).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Deserialize)]
pub(super) struct CompareWith {
    #[serde(default, deserialize_with = "crate::web::blank")]
    with: Option<PersonId>,
}

pub(super) async fn compare(
    ctx: Context,
    Path(id): Path<PersonId>,
    Query(CompareWith { with }): Query<CompareWith>,
) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::MergePeople)?;
    let kept = read_person(&ctx, id).await?;
    let other = match with {
        Some(other) => Some(read_person(&ctx, other).await?),
        None => None,
    };
    let q = kept.record.display_name();
    let mut found = search::search(&ctx, q.clone()).await?;
    found.retain(|hit| hit.person.id != id && hit.visible);
    page(ComparePage { ui: ctx.ui(), kept, q, found, other, today: ctx.viewer.today })
}

pub(super) async fn merge(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<MergeInput>,
) -> Result<Redirect, Error> {
    ctx.create(input, move |tx, viewer, input| merge::merge(tx, viewer, id, &input)).await?;
    Ok(Redirect::to(&format!("/people/{id}")))
}

pub(super) async fn undo_merge(ctx: Context, Path(id): Path<MergeId>) -> Result<Redirect, Error> {
    let person = ctx.write(move |tx, viewer| merge::undo(tx, viewer, id)).await?;
    Ok(Redirect::to(&format!("/people/{person}")))
}

#[derive(Template)]
#[template(path = "people/templates/emergency.html")]
struct EmergencyPage {
    ui: Ui,
    id: PersonId,
}

pub(super) async fn emergency(ctx: Context, Path(id): Path<PersonId>) -> Result<Html<String>, Error> {
    ctx.read(move |tx, viewer| emergency::find(tx, viewer, id)).await?;
    page(EmergencyPage { ui: ctx.ui(), id })
}

pub(super) async fn break_glass(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<EmergencyInput>,
) -> Result<Redirect, Error> {
    ctx.create(input, move |tx, viewer, input| emergency::break_glass(tx, viewer, id, &input)).await?;
    Ok(Redirect::to(&format!("/people/{id}")))
}

#[derive(Template)]
#[template(path = "people/templates/history.html")]
struct HistoryPage {
    ui: Ui,
    person: Person,
    stories: Vec<Story>,
}

pub(super) async fn history(ctx: Context, Path(id): Path<PersonId>) -> Result<Html<String>, Error> {
    let person = read_person(&ctx, id).await?;
    let stories = ctx.read(move |tx, viewer| store::story(tx, viewer, id, 500)).await?;
    page(HistoryPage { ui: ctx.ui(), person, stories })
}
