//! Cases leaving as files: the list as CSV or XLSX, one case as PDF.

use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::CaseQuery;
use super::{document, list};
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::dates::{Day, Moment};
use crate::db::Tx;
use crate::documents::stream::{PIECE, Piece, as_csv};
use crate::documents::table::{Cell, Table, TableFormat};
use crate::documents::{Document, download};
use crate::error::Error;
use crate::forms::{self, Column};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::CaseId;
use crate::ui::{Language, Ui};
use crate::web::{App, Context, Problem};

/// Rows of one file; more than that is a copy of the database, not a list.
pub(crate) const MOST_ROWS: i64 = 100_000;

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/cases/export", get(export_list)).route("/cases/{id}/case.pdf", get(pdf))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export_list)).routes(routes!(pdf_api))
}

/// In which kind of file, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Wanted {
    /// `csv` or `xlsx`.
    format: TableFormat,
    /// Only cases from this number on: the next file after a full one.
    #[serde(default, deserialize_with = "crate::web::blank")]
    from: Option<i64>,
}

/// The cases this user sees, narrowed like the list, as a file by number. CSV holds them all; a workbook at most
/// 100,000.
#[utoipa::path(get, path = "/cases/export", tag = "cases", operation_id = "export_cases", params(Wanted, CaseQuery),
    responses((status = 200, description = "CSV or XLSX", content_type = "text/csv"), (status = 403, body = Problem)))]
async fn export_list(
    ctx: Context,
    Query(wanted): Query<Wanted>,
    Query(query): Query<CaseQuery>,
) -> Result<Response, Error> {
    let (format, language, from) = (wanted.format, ctx.language, wanted.from.unwrap_or(0));
    let most = if format == TableFormat::Xlsx { MOST_ROWS } else { i64::MAX };
    let narrowed = query.clone();
    let ui = ctx.ui();
    let columns = ctx
        .write(move |tx, viewer| {
            let count = count(tx, viewer, &narrowed, from)?.min(most);
            note_list(tx, viewer, "cases", format, count)?;
            forms::columns_named(tx, viewer, &ui, narrowed.columns.as_deref().unwrap_or_default())
        })
        .await?;
    let name = format!("cases-{}.{format}", ctx.viewer.today);
    let mut head = head(&ctx.viewer, language);
    head.extend(columns.iter().map(|column| column.label.clone()));
    let read = move |from, most| {
        let (ctx, query, columns) = (ctx.clone(), query.clone(), columns.clone());
        async move { ctx.read(move |tx, viewer| piece(tx, viewer, (&query, &columns), (from, most), language)).await }
    };
    let content = match format {
        TableFormat::Csv => as_csv(head, from, move |from| read(from, PIECE)),
        TableFormat::Xlsx => {
            let rows = read(from, MOST_ROWS).await?.rows;
            let table = Table {
                title: language.t("documents-cases").to_owned(),
                head,
                rows,
                right_to_left: language.direction() == "rtl",
            };
            in_background(move || table.write(format)).await?.into()
        }
    };
    Ok(download(&name, format.media_type(), content))
}

/// Work that holds a core for a while, off the threads that answer requests.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
}

/// Tells the history that a list left.
pub(crate) fn note_list(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    list: &str,
    format: TableFormat,
    count: i64,
) -> Result<(), Error> {
    let entry = Entry::new(Act::Exported, Kind::List, viewer.organisation)
        .noting("list", list)
        .noting("format", format.to_string())
        .noting("count", count);
    history::record(tx, viewer, entry).map(drop)
}

/// The columns, by the keys of their names in `locales/`.
fn head(viewer: &Viewer, language: Language) -> Vec<String> {
    let who: &[&str] = if viewer.sees(Sensitivity::Identity) { &["person-number", "name"] } else { &[] };
    let case: &[&str] =
        &["state", "risk", "vulnerability", "owner", "team", "opened", "due", "due-on", "closed", "closure-reason"];
    let keys = ["case-number"].iter().chain(who).chain(case);
    keys.map(|key| language.t(&format!("documents-{key}")).to_owned()).collect()
}

fn wanted_cases(viewer: &Viewer, query: &CaseQuery, from: i64) -> Result<Filter, Error> {
    viewer.require(Permission::ExportLists)?;
    viewer.require(Permission::ReadCases)?;
    Ok(list::narrowed(viewer.visible_cases_in_order(), viewer, query).and("c.number >= ?", [from.into()]))
}

fn count(tx: &mut Tx<'_>, viewer: &Viewer, query: &CaseQuery, from: i64) -> Result<i64, Error> {
    let filter = wanted_cases(viewer, query, from)?;
    let sql = format!(
        "SELECT count(*) FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id \
         AND p.id = c.person_id WHERE {}",
        filter.sql()
    );
    Ok(tx.count(&sql, filter.params())?)
}

/// So many cases from a number on.
fn piece(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    (query, columns): (&CaseQuery, &[Column]),
    (from, most): (i64, i64),
    language: Language,
) -> Result<Piece, Error> {
    let filter = wanted_cases(viewer, query, from)?;
    let mut last = None;
    let sql = format!(
        "SELECT c.number, p.number, p.display_name, p.protected, c.state, c.risk, c.vulnerability, u.name, t.name, \
         c.opened_at, c.due_kind, c.due_on, c.closed_at, c.closure_reason, c.id \
         FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         LEFT JOIN user_account u ON u.organisation_id = c.organisation_id AND u.id = c.owner_id \
         LEFT JOIN team t ON t.organisation_id = c.organisation_id AND t.id = c.team_id \
         WHERE {} ORDER BY c.number LIMIT {most}",
        filter.sql()
    );
    let knows = viewer.sees(Sensitivity::Identity);
    let coded = |list: &str, code: Option<String>| Cell::from(code.map(|code| coded(language, list, &code)));
    let day = |moment: Option<Moment>| Cell::from(moment.map(|moment| moment.day(&viewer.time_zone)));
    let mut cases: Vec<CaseId> = Vec::new();
    let mut rows = tx.query(&sql, filter.params(), |row| {
        let number: i64 = row.next()?;
        last = Some(number + 1);
        let mut cells = vec![Cell::Number(number)];
        let (number, name, protected): (i64, String, bool) = (row.next()?, row.next()?, row.next()?);
        if knows {
            cells.push(crate::people::number(number).into());
            cells.push((!protected).then_some(name).into());
        }
        cells.push(coded("case-state", row.next()?));
        cells.push(coded("risk", row.next()?));
        cells.push(Cell::Number(row.next()?));
        cells.push(row.next::<Option<String>>()?.into());
        cells.push(row.next::<Option<String>>()?.into());
        cells.push(day(row.next()?));
        cells.push(coded("due-kind", row.next()?));
        cells.push(row.next::<Option<Day>>()?.into());
        cells.push(day(row.next()?));
        let reason: Option<String> = row.next()?;
        cells.push(reason.map(|code| crate::reference::label("closure_reasons", &code, language).to_owned()).into());
        cases.push(row.next()?);
        Ok(cells)
    })?;
    // So many at once as the list itself shows.
    for (rows, cases) in rows.chunks_mut(200).zip(cases.chunks(200)) {
        let mut answers = forms::answers_of_cases(tx, viewer, &Ui::new(language, None, ""), cases, columns)?;
        for (cells, case) in rows.iter_mut().zip(cases) {
            let said = answers.remove(case).unwrap_or_else(|| vec![String::new(); columns.len()]);
            cells.extend(said.into_iter().map(Cell::from));
        }
    }
    let next = last.filter(|_| rows.len() as i64 == most);
    Ok(Piece { rows, next })
}

/// The words of a stored code.
pub(super) fn coded(language: Language, list: &str, code: &str) -> String {
    language.t(&format!("{list}-{}", code.replace('_', "-"))).to_owned()
}

async fn pdf(ctx: Context, Path(case): Path<CaseId>) -> Result<Response, Error> {
    printed(ctx, case).await
}

/// One case as a document, in the language asked for, with what this user may read of it.
#[utoipa::path(get, path = "/cases/{id}/pdf", tag = "cases", operation_id = "export_case",
    params(("id" = CaseId, Path)),
    responses((status = 200, description = "PDF", content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn pdf_api(ctx: Context, Path(case): Path<CaseId>) -> Result<Response, Error> {
    printed(ctx, case).await
}

async fn printed(ctx: Context, case: CaseId) -> Result<Response, Error> {
    let language = ctx.language;
    let found = ctx.read(move |tx, viewer| document::of_case(tx, viewer, case, language)).await?;
    let (number, person) = (found.number, found.person);
    let bytes = in_background(move || to_pdf(&found.document)).await?;
    ctx.write(move |tx, viewer| {
        let entry = Entry::new(Act::Exported, Kind::Case, case).about(person).in_case(case).noting("format", "pdf");
        history::record(tx, viewer, entry).map(drop)
    })
    .await?;
    Ok(download(&format!("case-{number}.pdf"), "application/pdf", bytes))
}

fn to_pdf(document: &Document) -> Result<Vec<u8>, Error> {
    use crate::documents::DocumentError;
    document.to_pdf().map_err(|error| match error {
        DocumentError::TooLong { .. } | DocumentError::TooWide { .. } => Error::Refused("refused-document-too-long"),
        other => Error::Internal(other.to_string()),
    })
}
