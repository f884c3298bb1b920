//! Figures over the API, and leaving as a file.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::asked::{Asked, Only};
use super::figures::{self, Answer};
use super::model::{Figures, Indicator};
use super::words;
use crate::access::{Permission, Viewer};
use crate::cases::export::note_list;
use crate::db::Tx;
use crate::documents::download;
use crate::documents::table::{Cell as TableCell, Table, TableFormat};
use crate::error::Error;
use crate::ui::Ui;
use crate::web::{Context, Problem};

/// What can be counted, and what it means: for everyone, so that whoever reads a figure can look it up.
#[utoipa::path(get, path = "/statistics/indicators", tag = "statistics", operation_id = "indicators",
    responses((status = 200, body = Vec<Indicator>), (status = "4XX", body = Problem)))]
pub(super) async fn indicators(_: Context) -> Json<&'static [Indicator]> {
    Json(Indicator::all())
}

/// Figures of one indicator, over the whole organisation, of people who agreed to be counted. They are exact and tell
/// of the few: they are not for publication. A code of `only` that nobody has asks for nobody.
#[utoipa::path(get, path = "/statistics/{indicator}", tag = "statistics", operation_id = "figures",
    params(("indicator" = String, Path, description = "Its id in the list of indicators"), Asked, Only),
    responses((status = 200, body = Answer), (status = "4XX", body = Problem)))]
pub(super) async fn show(
    ctx: Context,
    Path(indicator): Path<String>,
    Query(asked): Query<Asked>,
    Query(only): Query<Only>,
) -> Result<Json<Answer>, Error> {
    ctx.viewer.require(Permission::ReadStatistics)?;
    let question = asked.question(&only, &indicator, ctx.viewer.today)?;
    ctx.read(move |tx, viewer| figures::compared(tx, viewer, &question)).await.map(Json)
}

/// In which kind of file.
#[derive(Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `csv` or `xlsx`.
    format: TableFormat,
}

/// The same figures as CSV or XLSX, in words of the language asked for; the history says that they left.
#[utoipa::path(get, path = "/statistics/{indicator}/export", tag = "statistics", operation_id = "export_figures",
    params(("indicator" = String, Path, description = "Its id in the list of indicators"), Wanted, Asked, Only),
    responses((status = 200, description = "CSV or XLSX", content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub(super) async fn export(
    ctx: Context,
    Path(indicator): Path<String>,
    Query(Wanted { format }): Query<Wanted>,
    Query(asked): Query<Asked>,
    Query(only): Query<Only>,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ReadStatistics)?;
    let question = asked.question(&only, &indicator, ctx.viewer.today)?;
    let (id, period) = (question.indicator, question.period);
    let figures = ctx.write(move |tx, viewer| take_out(tx, viewer, &question, format)).await?;
    let content = table(&ctx.ui(), Indicator::of(id).ok_or(Error::NotFound)?, &figures).write(format)?;
    let name = format!("{id}-{}.{format}", period.to_string().replace('/', "-"));
    Ok(download(&name, format.media_type(), content))
}

fn take_out(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    question: &super::Question,
    format: TableFormat,
) -> Result<Figures, Error> {
    viewer.require(Permission::ExportLists)?;
    let figures = figures::answer(tx, viewer, question)?;
    note_list(tx, viewer, "statistics", format, i64::try_from(figures.cells.len() + 1).unwrap_or(i64::MAX))?;
    Ok(figures)
}

/// Figures as a table, the total last.
fn table(ui: &Ui, indicator: &Indicator, figures: &Figures) -> Table {
    let counted = |count: u64| TableCell::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let numbers = |cell: &super::Cell| {
        let mut cells = vec![counted(cell.numerator)];
        if indicator.denominator.is_some() {
            cells.push(cell.denominator.map(counted).unwrap_or(TableCell::Empty));
            cells.push(cell.share().map(counted).unwrap_or(TableCell::Empty));
        }
        if indicator.days {
            cells.push(cell.median_days.map(counted).unwrap_or(TableCell::Empty));
        }
        cells
    };
    let row = |cell: &super::Cell| {
        let values = figures.by.iter().zip(&cell.values).map(|(by, value)| words::value(ui, *by, value).into());
        values.chain(numbers(cell)).collect::<Vec<TableCell>>()
    };
    let last = figures.by.iter().enumerate().map(|(place, _)| match place {
        0 => ui.t("statistics-total").into(),
        _ => TableCell::Empty,
    });
    let head = figures.by.iter().map(|by| ui.label(by)).chain([indicator.name.said(&ui.language)]);
    let share: &[&str] =
        if indicator.denominator.is_some() { &["statistics-out-of", "statistics-per-cent"] } else { &[] };
    let days: &[&str] = if indicator.days { &["statistics-median"] } else { &[] };
    Table {
        title: indicator.name.said(&ui.language).to_owned(),
        head: head.chain(share.iter().chain(days).map(|key| ui.t(key))).map(str::to_owned).collect(),
        rows: figures.cells.iter().map(row).chain([last.chain(numbers(&figures.total)).collect()]).collect(),
        right_to_left: ui.language.direction() == "rtl",
    }
}
