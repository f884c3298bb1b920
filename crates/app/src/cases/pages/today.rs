//! Today and the team.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::shown_name;
use crate::access::{Permission, Sensitivity};
use crate::cases::today::{self, DueItem, Load, Matter, Today};
use crate::dates::Day;
use crate::error::Error;
use crate::forms;
use crate::ids::NoticeId;
use crate::ui::Ui;
use crate::web::{Context, page};

/// A bar of the team's chart.
struct Bar {
    load: Load,
    open: i64,
    late: i64,
}

#[derive(Template)]
#[template(path = "cases/templates/today.html")]
struct TodayPage {
    ui: Ui,
    it: Today,
    greeting: String,
    today: Day,
    works_with_cases: bool,
    /// Forms that phones sent without a case.
    unassigned: usize,
    bars: Vec<Bar>,
}

#[derive(Template)]
#[template(path = "cases/templates/team.html")]
struct TeamPage {
    ui: Ui,
    bars: Vec<Bar>,
}

fn bars(loads: Vec<Load>) -> Vec<Bar> {
    let most = loads.iter().map(|load| load.open).max().unwrap_or(1).max(1);
    loads.into_iter().map(|load| Bar { open: load.open * 100 / most, late: load.late * 100 / most, load }).collect()
}

impl TodayPage {
    fn name(&self, name: &Option<String>, number: &i64) -> String {
        shown_name(&self.ui, name, number)
    }

    fn matter(&self, item: &DueItem) -> String {
        match &item.matter {
            Matter::Step(kind) => self.ui.label(kind).to_owned(),
            Matter::Action(text) => text.clone(),
            Matter::FollowUp(kind) => self.ui.entry("follow_up_kinds", kind).to_owned(),
        }
    }

    fn notice(&self, kind: &str) -> &'static str {
        self.ui.t(&format!("notice-{}", kind.replace('_', "-")))
    }
}

pub(in crate::cases) async fn today(ctx: Context) -> Result<Html<String>, Error> {
    let read = ctx.read(|tx, viewer| {
        let waiting = if viewer.may(Permission::WriteCases) { forms::waiting(tx, viewer)?.len() } else { 0 };
        Ok((today::today(tx, viewer)?, waiting))
    });
    let (mut it, unassigned) = read.await?;
    let ui = ctx.ui();
    page(TodayPage {
        greeting: ui.name("today-greeting", &ctx.viewer.name),
        today: ctx.viewer.today,
        works_with_cases: ctx.viewer.may(Permission::ReadCases) && ctx.viewer.sees(Sensitivity::Identity),
        bars: bars(std::mem::take(&mut it.team)),
        unassigned,
        it,
        ui,
    })
}

pub(in crate::cases) async fn team(ctx: Context) -> Result<Html<String>, Error> {
    let loads = ctx.read(today::team).await?;
    page(TeamPage { ui: ctx.ui(), bars: bars(loads) })
}

pub(in crate::cases) async fn mark_read(ctx: Context, Path(id): Path<NoticeId>) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| today::mark_read(tx, viewer, id)).await?;
    Ok(Redirect::to("/").into_response())
}
