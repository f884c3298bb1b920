//! The pages of a questionnaire and of its result.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, Response};

use super::{after, shown_name, to_case, to_correct};
use crate::access::Permission;
use crate::cases::detail::{self, Detail};
use crate::cases::input::{Answers, RiskDecision};
use crate::cases::model::{Risk, Screening};
use crate::cases::questionnaire::{Form, NOT_SAID, Question};
use crate::cases::refill::Refill;
use crate::cases::{screenings, store};
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::history::Kind;
use crate::ids::{CaseId, ScreeningId};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

/// Questions that belong together.
struct Group {
    title: String,
    questions: Vec<Asked>,
}

/// A question as the page asks it.
struct Asked {
    label: String,
    question: &'static Question,
    field: String,
    id: String,
    choices: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "cases/templates/screening.html")]
struct ScreeningPage {
    ui: Ui,
    it: Detail,
    name: String,
    form: &'static Form,
    groups: Vec<Group>,
    count: i64,
    today: Day,
    refill: Refill,
    tab: &'static str,
}

/// Questions of one dimension, or else about one need, stand together.
fn groups(ui: &Ui, questions: Vec<&'static Question>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, question) in questions.into_iter().enumerate() {
        let title = match (question.dimension, question.need) {
            (_, Some(need)) => ui.label(&need),
            (Some(dimension), None) => ui.label(&dimension),
            _ => ui.t("screening-other"),
        };
        let asked = Asked {
            label: format!("{}. {}", place + 1, question.label(ui.language)),
            question,
            field: format!("answers[{}]", question.id),
            id: crate::cases::refill::element("answers", &format!("answers[{}]", question.id)),
            choices: question.choices(ui),
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.questions.push(asked),
            None => groups.push(Group { title: title.to_owned(), questions: vec![asked] }),
        }
    }
    groups
}

async fn show(ctx: &Context, id: CaseId, form: &'static Form, refill: Refill) -> Result<Html<String>, Error> {
    let (it, respondent) = ctx
        .read(move |tx, viewer| {
            let file = store::find_for_work(tx, viewer, id)?;
            Ok((detail::read(tx, viewer, id)?, file.person.respondent))
        })
        .await?;
    let ui = ctx.ui();
    let questions = form.questions_for(&respondent);
    page(ScreeningPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        it,
        form,
        count: i64::try_from(questions.len()).unwrap_or_default(),
        groups: groups(&ui, questions),
        today: ctx.viewer.today,
        refill,
        ui,
        tab: "screening",
    })
}

pub(in crate::cases) async fn ask(
    ctx: Context,
    Path((id, form)): Path<(CaseId, String)>,
) -> Result<Html<String>, Error> {
    let form = Form::find(&form).ok_or(Error::NotFound)?;
    show(&ctx, id, form, Refill::default()).await
}

pub(in crate::cases) async fn answer(
    ctx: Context,
    Path((id, form)): Path<(CaseId, String)>,
    Input(input): Input<Answers>,
) -> Result<Response, Error> {
    let form = Form::find(&form).ok_or(Error::NotFound)?;
    let refill = Refill::of("answers", &input);
    let saved = ctx.create(input, move |tx, viewer, input| screenings::answer(tx, viewer, id, &form.id, &input)).await;
    let again = |errors| async { Ok(to_correct(show(&ctx, id, form, refill.wrong(errors)).await?)) };
    after(saved, |screening| to_case(id, &format!("/results/{screening}")), again).await
}

#[derive(Template)]
#[template(path = "cases/templates/result.html")]
struct ResultPage {
    ui: Ui,
    it: Detail,
    name: String,
    screening: Screening,
    title: String,
    signs: Vec<(String, String, i64)>,
    answers: Vec<(String, String)>,
    proposed: Risk,
    suggested: String,
    risks: &'static [Risk],
    refill: Refill,
    tab: &'static str,
}

async fn show_result(ctx: &Context, id: CaseId, screening: ScreeningId, refill: Refill) -> Result<Html<String>, Error> {
    let (it, screening) = ctx
        .read(move |tx, viewer| {
            viewer.require(Permission::ReadCases)?;
            Ok((detail::read(tx, viewer, id)?, screenings::find(tx, viewer, id, screening)?))
        })
        .await?;
    crate::cases::reading::note(ctx, Kind::Screening, screening.id.0, it.case.person_id, id).await?;
    let ui = ctx.ui();
    let form = Form::find(&screening.form);
    let words = |question: &str, answer: &str| {
        let known = form.and_then(|form| form.question(question));
        known.map_or_else(
            || (question.to_owned(), answer.to_owned()),
            |question| (question.label(ui.language).to_owned(), question.answer_in_words(answer, &ui)),
        )
    };
    let signs: Vec<(String, String, i64)> = screening
        .result
        .signs
        .iter()
        .map(|sign| {
            let (question, answer) = words(&sign.question, &sign.answer);
            (question, answer, sign.weight)
        })
        .collect();
    let answers = form.into_iter().flat_map(|form| &form.questions).filter_map(|question| {
        let answer = screening.answers.get(&question.id)?;
        (answer != NOT_SAID).then(|| words(&question.id, answer))
    });
    let proposed = it.case.risk_proposed.or(screening.result.proposed).unwrap_or(it.case.risk);
    page(ResultPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        title: form.map_or_else(|| screening.form.clone(), |form| form.title(ui.language).to_owned()),
        signs,
        answers: answers.collect(),
        proposed,
        suggested: match refill.value("risk", "risk") {
            chosen if chosen.is_empty() => proposed.to_string(),
            chosen => chosen,
        },
        risks: Risk::ALL,
        screening,
        it,
        refill,
        ui,
        tab: "screening",
    })
}

pub(in crate::cases) async fn result(
    ctx: Context,
    Path((id, screening)): Path<(CaseId, ScreeningId)>,
) -> Result<Html<String>, Error> {
    show_result(&ctx, id, screening, Refill::default()).await
}

/// The worker decides on the risk, from the page of a result.
pub(in crate::cases) async fn decide_risk(
    ctx: Context,
    Path((id, screening)): Path<(CaseId, ScreeningId)>,
    Expected(version): Expected,
    Input(input): Input<RiskDecision>,
) -> Result<Response, Error> {
    let refill = Refill::of("risk", &input);
    let saved = ctx
        .write(move |tx, viewer| {
            store::find(tx, viewer, id)?;
            screenings::find(tx, viewer, id, screening)?;
            store::decide_risk(tx, viewer, id, version, &input)
        })
        .await;
    let again = |errors| async { Ok(to_correct(show_result(&ctx, id, screening, refill.wrong(errors)).await?)) };
    after(saved, |_| to_case(id, ""), again).await
}
