//! Figures in words.

use super::model::{Cell, Dimension, NONE, Period, Span, UNKNOWN};
use crate::cases::AfterClosure;
use crate::code::Code;
use crate::reference;
use crate::ui::Ui;

/// A value of a dimension.
pub(super) fn value(ui: &Ui, dimension: Dimension, value: &str) -> String {
    let listed = |list: &str| ui.entry(list, value).to_owned();
    let coded = |list: &str| ui.t(&format!("{list}-{}", value.replace('_', "-"))).to_owned();
    match (dimension, value) {
        (_, UNKNOWN) => ui.t("statistics-unknown").to_owned(),
        (_, NONE) => ui.t("statistics-none").to_owned(),
        (Dimension::Sex, _) => coded("sex"),
        (Dimension::Age, _) => value.to_owned(),
        (Dimension::Disability, _) => coded("statistics-disability"),
        (Dimension::Status, _) => listed("legal_statuses"),
        (Dimension::Nationality, _) => country(ui, value).to_owned(),
        (Dimension::Route, _) => route(ui, value),
        (Dimension::Front, _) => coded("front"),
        (Dimension::Security, _) => coded("dimension"),
        (Dimension::Need, _) => coded("need"),
        (Dimension::Exploitation, _) => coded("exploitation"),
        (Dimension::Provider, _) => listed("provider_kinds"),
        (Dimension::After, _) => AfterClosure::from_code(value)
            .map_or_else(String::new, |after| ui.count("statistics-months", &after.months())),
    }
}

/// A country, or that someone has none.
fn country<'c>(ui: &Ui, code: &'c str) -> &'c str {
    let list = if reference::has("countries", code) { "countries" } else { "special_nationalities" };
    ui.entry(list, code)
}

fn route(ui: &Ui, route: &str) -> String {
    let (origin, destination) = route.split_once('-').unwrap_or((route, ""));
    let names = [("origin", country(ui, origin).into()), ("destination", country(ui, destination).into())];
    ui.language.t_with("statistics-route", &names)
}

/// A period, such as «November 2026».
pub(super) fn period(ui: &Ui, period: &Period) -> String {
    let year = period.from.0.year().to_string();
    let month = period.from.0.month();
    let month_name = || ui.t(&format!("month-{month}"));
    match period.span() {
        Some(Span::Year) => ui.t("date-year").replace("%y", &year),
        Some(Span::Quarter) => {
            let quarter = ((month + 2) / 3).to_string();
            ui.language.t_with("statistics-quarter", &[("quarter", quarter.into()), ("year", year.into())])
        }
        Some(Span::Month) => {
            ui.language.t_with("statistics-month", &[("month", month_name().into()), ("year", year.into())])
        }
        None => {
            let days = [("from", ui.day(&period.from).into()), ("to", ui.day(&period.to).into())];
            ui.language.t_with("statistics-days", &days)
        }
    }
}

/// What a figure says in one word: its share, or how many.
pub(super) fn figure(ui: &Ui, cell: &Cell) -> String {
    match (cell.denominator, cell.share()) {
        (Some(_), Some(share)) => ui.language.t_with("statistics-share", &[("share", share.to_string().into())]),
        (Some(_), None) => "–".to_owned(),
        (None, _) => cell.numerator.to_string(),
    }
}

/// How many out of how many; nothing of a number alone.
pub(super) fn part(ui: &Ui, cell: &Cell) -> Option<String> {
    let all = cell.denominator?;
    let counts = [("part", cell.numerator.to_string().into()), ("all", all.to_string().into())];
    Some(ui.language.t_with("statistics-part", &counts))
}
