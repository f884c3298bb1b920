//! The page of the list of cases.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;

use super::shown_name;
use crate::cases::list::{self, CasePage, CaseQuery, CaseSort};
use crate::cases::model::{CaseState, Risk};
use crate::cases::store;
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::ui::Ui;
use crate::web::{Context, page};

#[derive(Template)]
#[template(path = "cases/templates/list.html")]
struct ListPage {
    ui: Ui,
    page: CasePage,
    query: CaseQuery,
    owner: String,
    team: String,
    colleagues: Vec<store::Named>,
    teams: Vec<store::Named>,
    states: &'static [CaseState],
    risks: &'static [Risk],
    sorts: &'static [CaseSort],
    today: Day,
}

impl ListPage {
    fn name(&self, case: &crate::cases::model::CaseSummary) -> String {
        shown_name(&self.ui, &case.person_name, &case.number)
    }

    fn days_late(&self, due: &Day) -> i64 {
        due.days_until(self.today)
    }
}

pub(in crate::cases) async fn list(ctx: Context, Query(query): Query<CaseQuery>) -> Result<Html<String>, Error> {
    let asked = query.clone();
    let (found, colleagues, teams) = ctx
        .read(move |tx, viewer| {
            Ok((list::page(tx, viewer, &asked)?, store::colleagues(tx, viewer)?, store::teams(tx, viewer)?))
        })
        .await?;
    page(ListPage {
        ui: ctx.ui(),
        page: found,
        owner: query.owner.map(|id| id.to_string()).unwrap_or_default(),
        team: query.team.map(|id| id.to_string()).unwrap_or_default(),
        query,
        colleagues,
        teams,
        states: CaseState::ALL,
        risks: Risk::ALL,
        sorts: CaseSort::ALL,
        today: ctx.viewer.today,
    })
}
