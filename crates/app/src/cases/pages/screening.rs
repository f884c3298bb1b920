//! The page of a screening's result.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, Response};

use super::{after, shown_name, to_case, to_correct};
use crate::access::Permission;
use crate::cases::detail::{self, Detail};
use crate::cases::input::RiskDecision;
use crate::cases::model::{Risk, Screening};
use crate::cases::outcome::Need;
use crate::cases::refill::Refill;
use crate::cases::{screenings, store};
use crate::code::Code;
use crate::error::Error;
use crate::forms::{self, Answer as FormAnswer};
use crate::ids::{CaseId, ScreeningId};
use crate::ui::Ui;
use crate::web::{Context, Expected, Input, page};

/// The answer of someone who would rather not say.
pub(in crate::cases) const NOT_SAID: &str = "unknown";

#[derive(Template)]
#[template(path = "cases/templates/result.html")]
struct ResultPage {
    ui: Ui,
    it: Detail,
    name: String,
    screening: Screening,
    title: String,
    /// Question, answer and weight.
    signs: Vec<(String, String, i64)>,
    needs: Vec<Need>,
    answers: Vec<FormAnswer>,
    proposed: Risk,
    suggested: String,
    risks: &'static [Risk],
    refill: Refill,
    tab: &'static str,
}

async fn show_result(ctx: &Context, id: CaseId, screening: ScreeningId, refill: Refill) -> Result<Html<String>, Error> {
    let ui = ctx.ui();
    let (it, screening, told) = ctx
        .read(move |tx, viewer| {
            viewer.require(Permission::ReadCases)?;
            let it = detail::read(tx, viewer, id)?;
            let screening = screenings::find(tx, viewer, id, screening)?;
            let told = forms::screening_in_words(tx, viewer, &ui, &screening)?;
            Ok((it, screening, told))
        })
        .await?;
    crate::cases::reading::note(ctx, screening.kind(), screening.id.0, it.case.person_id, id).await?;
    let ui = ctx.ui();
    let proposed = it.case.risk_proposed.or(screening.result.proposed).unwrap_or(it.case.risk);
    page(ResultPage {
        name: shown_name(&ui, &it.person_name, &it.case.number),
        title: screening.title_in(ui.language).to_owned(),
        signs: forms::reasons(&screening.result, &told),
        needs: screening.result.needs().into_iter().collect(),
        answers: told.into_iter().filter(|answer| answer.value != NOT_SAID).collect(),
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
