//! Possible duplicates as pages: the queue, and two records side by side.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::store;
use super::{
    Compared, Duplicate, DuplicateDecision, DuplicateOptions, DuplicateRecords, DuplicateVerdict, Duplicates,
    DuplicatesShown,
};
use crate::code::Code;
use crate::dates::Day;
use crate::error::{Error, FieldError};
use crate::history::{Kind, words};
use crate::ids::{DuplicateId, PersonId};
use crate::people::likeness::{Agreement, Trait, look};
use crate::people::pages::{age, nationality};
use crate::people::{Document, Leg, Name, PersonSummary, Safety, number};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

#[derive(Template)]
#[template(path = "people/templates/duplicates.html")]
struct ListPage {
    ui: Ui,
    duplicates: Duplicates,
    shown: DuplicatesShown,
    next: Option<String>,
    today: Day,
    /// What was decided last, where nothing is left to decide.
    done: Option<(DuplicateId, DuplicateDecision)>,
}

impl ListPage {
    fn ways(&self) -> &'static [DuplicatesShown] {
        DuplicatesShown::ALL
    }
    fn number(&self, person: &PersonSummary) -> String {
        number(person.number)
    }
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn people<'d>(&self, duplicate: &'d Duplicate) -> [&'d PersonSummary; 2] {
        [&duplicate.first, &duplicate.second]
    }
    fn percent(&self, duplicate: &Duplicate) -> String {
        self.ui.count("duplicate-percent", &duplicate.percent())
    }
    fn agreeing(&self, duplicate: &Duplicate) -> String {
        let mut agreeing = duplicate.agreements.that_are(Agreement::Same);
        agreeing.extend(duplicate.agreements.that_are(Agreement::Alike));
        self.ui.listed(&agreeing)
    }
    fn differing(&self, duplicate: &Duplicate) -> String {
        self.ui.listed(&duplicate.agreements.that_are(Agreement::Different))
    }
}

/// What was decided on the page before.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default, deserialize_with = "crate::web::blank")]
    done: Option<DuplicateId>,
    #[serde(default, deserialize_with = "crate::web::blank")]
    decision: Option<DuplicateDecision>,
}

impl Done {
    fn told(self) -> Option<(DuplicateId, DuplicateDecision)> {
        self.done.zip(self.decision)
    }
}

pub(super) async fn list(
    ctx: Context,
    Query(options): Query<DuplicateOptions>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Error> {
    let wanted = options.clone();
    let duplicates = ctx.read(move |tx, viewer| store::list(tx, viewer, &wanted)).await?;
    let next = duplicates.next.as_ref().map(|after| {
        let further = DuplicateOptions { after: Some(after.clone()), ..options.clone() };
        format!("/people/duplicates?{}", serde_qs::to_string(&further).unwrap_or_default())
    });
    let shown = options.show.unwrap_or(DuplicatesShown::Waiting);
    page(ListPage { ui: ctx.ui(), duplicates, shown, next, today: ctx.viewer.today, done: done.told() })
}

/// A row of the comparison.
struct Row {
    label: &'static str,
    /// How the two compare, where they are compared in it.
    agreement: Option<Agreement>,
    /// What stands in each record.
    sides: [Vec<Line>; 2],
    /// Whether the lines are numbers, which keep their direction.
    are_numbers: bool,
    /// Numbers and addresses that are not known to be safe.
    unsafe_sides: [Vec<Line>; 2],
}

/// A line in a cell, and of what kind it is where there are several.
struct Line {
    kind: String,
    text: String,
}

impl Line {
    fn of(text: impl Into<String>) -> Line {
        Line { kind: String::new(), text: text.into() }
    }
}

/// What was sent and is not accepted.
#[derive(Default)]
struct Wrong {
    verdict: Option<DuplicateVerdict>,
    errors: Vec<FieldError>,
    /// Someone else decided, or changed a record.
    stale: bool,
}

#[derive(Template)]
#[template(path = "people/templates/duplicate.html")]
struct ShowPage {
    ui: Ui,
    duplicate: Duplicate,
    records: Vec<Compared>,
    rows: Vec<Row>,
    kept: PersonId,
    /// Why they are one person, as proposed or as typed.
    why: String,
    why_not: String,
    errors: Vec<FieldError>,
    stale: bool,
    done: Option<(DuplicateId, DuplicateDecision)>,
}

impl ShowPage {
    fn new(ctx: &Context, it: DuplicateRecords, wrong: Wrong, done: Done) -> ShowPage {
        let (ui, DuplicateRecords { duplicate, records }) = (ctx.ui(), it);
        let (mut why, mut why_not) = (duplicate.agreements.in_words(&ui), String::new());
        let mut kept = duplicate.first.id;
        if let Some(verdict) = wrong.verdict {
            kept = verdict.kept_of(&duplicate);
            match verdict.decision {
                DuplicateDecision::Same => why = verdict.why,
                _ => why_not = verdict.why,
            }
        }
        let rows = rows(&ui, &duplicate, &records, ctx.viewer.today);
        let (errors, stale, done) = (wrong.errors, wrong.stale, done.told());
        ShowPage { ui, duplicate, records, rows, kept, why, why_not, errors, stale, done }
    }
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn how_alike(&self) -> String {
        self.ui.count("duplicate-how-alike", &self.duplicate.percent())
    }
    /// Whether there is still something to decide: a merge is undone, not decided otherwise.
    fn is_open(&self) -> bool {
        self.duplicate.decision != DuplicateDecision::Same
    }
    fn is_decided(&self) -> bool {
        self.duplicate.decision != DuplicateDecision::Waiting
    }
    fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| self.ui.t(error.error))
    }
    fn look(&self, agreement: &Agreement) -> (&'static str, &'static str) {
        look(*agreement)
    }
    fn side<'r>(&self, row: &'r Row, at: &usize) -> &'r [Line] {
        &row.sides[*at]
    }
    fn unsafe_side<'r>(&self, row: &'r Row, at: &usize) -> &'r [Line] {
        &row.unsafe_sides[*at]
    }
}

fn rows(ui: &Ui, duplicate: &Duplicate, records: &[Compared], today: Day) -> Vec<Row> {
    let sides = |lines: &dyn Fn(&Compared) -> Vec<Line>| {
        let mut sides = records.iter().map(lines);
        [sides.next().unwrap_or_default(), sides.next().unwrap_or_default()]
    };
    let compared = |field: Trait| Some(duplicate.agreements.of(field));
    let row = |label: &str, agreement, sides| Row {
        label: ui.t(label),
        agreement,
        sides,
        are_numbers: false,
        unsafe_sides: Default::default(),
    };
    let numbers = |row: Row| Row { are_numbers: true, ..row };
    let name = |name: &Name| Line { kind: ui.label(&name.kind).to_owned(), text: name.full() };
    let document = |document: &Document| Line {
        kind: ui.entry("document_kinds", &document.kind).to_owned(),
        text: document.number.clone(),
    };
    let contacts = |it: &Compared, safe: bool| {
        let of_such = it.person.record.contacts.iter().filter(|contact| (contact.safety == Safety::Safe) == safe);
        of_such
            .map(|contact| Line {
                kind: ui.entry("contact_kinds", &contact.kind).to_owned(),
                text: contact.value.clone(),
            })
            .collect()
    };
    let coded = |codes: &[String], say: &dyn Fn(&str) -> String| codes.iter().map(|code| Line::of(say(code))).collect();
    vec![
        row("people-names", compared(Trait::Name), sides(&|it| it.person.record.names.iter().map(name).collect())),
        row("people-born", compared(Trait::Birth), sides(&|it| birth(ui, it, today))),
        row("people-sex", compared(Trait::Sex), sides(&|it| vec![Line::of(ui.label(&it.person.record.sex))])),
        row(
            "people-nationality",
            compared(Trait::Nationality),
            sides(&|it| coded(&it.person.record.nationalities, &|code| nationality(ui, code).to_owned())),
        ),
        numbers(row(
            "people-documents",
            compared(Trait::Document),
            sides(&|it| it.person.record.documents.iter().map(document).collect()),
        )),
        Row {
            unsafe_sides: sides(&|it| contacts(it, false)),
            ..numbers(row("people-contacts", compared(Trait::Phone), sides(&|it| contacts(it, true))))
        },
        row(
            "people-language",
            None,
            sides(&|it| coded(&it.person.record.languages, &|code| ui.entry("languages", code).to_owned())),
        ),
        row("people-journey", None, sides(&|it| it.person.record.journey.iter().map(|leg| journey(ui, leg)).collect())),
        row("duplicate-registered", None, sides(&|it| vec![Line::of(ui.moment(&it.registered_at))])),
        row("nav-cases", None, sides(&|it| it.cases.map(|cases| Line::of(cases.to_string())).into_iter().collect())),
        row("people-consent", None, sides(&|it| vec![Line::of(it.consents.to_string())])),
    ]
}

/// What is known of a birth, and the age it makes.
fn birth(ui: &Ui, it: &Compared, today: Day) -> Vec<Line> {
    let birth = &it.person.record.birth;
    let (from, to) = birth.range(today);
    let told = words::say(ui, Kind::Person, "birth", &serde_json::to_value(birth).unwrap_or_default());
    match from.is_some() {
        true => vec![Line::of(told), Line::of(format!("{}: {}", ui.t("people-age"), age(ui, &from, &to, &today)))],
        false => Vec::new(),
    }
}

fn journey(ui: &Ui, leg: &Leg) -> Line {
    let told = words::say(ui, Kind::Person, "journey", &serde_json::to_value([leg]).unwrap_or_default());
    Line::of(told)
}

/// Reads a pair; that a protected record was read is durable before anything is shown.
pub(super) async fn read(ctx: &Context, id: DuplicateId) -> Result<DuplicateRecords, Error> {
    let records = ctx.read(move |tx, viewer| store::records(tx, viewer, id)).await?;
    for record in records.records.iter().filter(|record| record.person.record.protected) {
        let person = record.person.id;
        ctx.write(move |tx, viewer| crate::people::store::note_reading(tx, viewer, person)).await?;
    }
    Ok(records)
}

pub(super) async fn show(
    ctx: Context,
    Path(id): Path<DuplicateId>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Error> {
    let records = read(&ctx, id).await?;
    page(ShowPage::new(&ctx, records, Wrong::default(), done))
}

pub(super) async fn decide(
    ctx: Context,
    Path(id): Path<DuplicateId>,
    Expected(version): Expected,
    Input(verdict): Input<DuplicateVerdict>,
) -> Result<Response, Error> {
    let (sent, decision) = (verdict.clone(), verdict.decision);
    let decided = ctx.write(move |tx, viewer| {
        store::decide(tx, viewer, id, version, &verdict)?;
        store::next(tx, viewer)
    });
    let wrong = match decided.await {
        Ok(next) => {
            let place = next.map_or_else(String::new, |next| format!("/{next}"));
            let path = format!("/people/duplicates{place}?done={id}&decision={decision}");
            return Ok(Redirect::to(&path).into_response());
        }
        Err(Error::Invalid(errors)) => Wrong { errors, ..Wrong::default() },
        Err(Error::Stale(_)) => Wrong { stale: true, ..Wrong::default() },
        Err(error) => return Err(error),
    };
    let status = if wrong.stale { StatusCode::PRECONDITION_FAILED } else { StatusCode::UNPROCESSABLE_ENTITY };
    let records = read(&ctx, id).await?;
    let shown = ShowPage::new(&ctx, records, Wrong { verdict: Some(sent), ..wrong }, Done::default());
    Ok((status, page(shown)?).into_response())
}
