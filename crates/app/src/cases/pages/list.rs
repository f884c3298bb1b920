//! The page of the list of cases.

use askama::Template;
use axum::extract::Query;
use axum::response::{Html, Redirect};

use super::shown_name;
use crate::access::Permission;
use crate::cases::list::{self, CasePage, CaseQuery, CaseSort};
use crate::cases::model::{CaseState, Risk};
use crate::cases::store;
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::forms::{self, Column, FormColumns};
use crate::ui::Ui;
use crate::web::{Context, Sent, page};

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

    fn label(&self, place: &usize) -> &str {
        self.page.columns.get(*place).map_or("", |column| column.label.as_str())
    }

    fn days_late(&self, due: &Day) -> i64 {
        due.days_until(self.today)
    }
}

pub(in crate::cases) async fn list(ctx: Context, Query(query): Query<CaseQuery>) -> Result<Html<String>, Error> {
    let asked = query.clone();
    let ui = ctx.ui();
    let (found, colleagues, teams) = ctx
        .read(move |tx, viewer| {
            Ok((
                list::page_with_answers(tx, viewer, &ui, &asked)?,
                store::colleagues(tx, viewer)?,
                store::teams(tx, viewer)?,
            ))
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

#[derive(Template)]
#[template(path = "cases/templates/columns.html")]
struct ColumnsPage {
    ui: Ui,
    query: CaseQuery,
    forms: Vec<FormColumns>,
    chosen: Vec<String>,
}

impl ColumnsPage {
    fn is_chosen(&self, column: &Column) -> bool {
        self.chosen.contains(&column.key)
    }
}

/// Which answers can be columns.
pub(in crate::cases) async fn columns(ctx: Context, Query(query): Query<CaseQuery>) -> Result<Html<String>, Error> {
    let ui = ctx.ui();
    let forms = ctx.read(move |tx, viewer| forms::columns(tx, viewer, &ui)).await?;
    let chosen = query.columns.iter().flat_map(|keys| keys.split(',')).map(str::to_owned).collect();
    page(ColumnsPage { ui: ctx.ui(), query, forms, chosen })
}

/// The list with the answers chosen: they stand in its address.
pub(in crate::cases) async fn choose_columns(
    ctx: Context,
    Query(query): Query<CaseQuery>,
    sent: Sent,
) -> Result<Redirect, Error> {
    ctx.viewer.require(Permission::ReadCases)?;
    let chosen: Vec<&str> =
        sent.fields.pairs().iter().filter(|(name, _)| name == "column").map(|(_, key)| key.as_str()).collect();
    Ok(Redirect::to(&format!("/cases?{}", query.with_columns(&chosen.join(",")))))
}
