//! The answers of a form leaving without identity: of people who agreed to be counted, and of them only what is chosen,
//! counted or dated.
//!
//! What a row may still tell, its page and SECURITY.md say.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use xlsform::definition::{DataType, Definition};
use xlsform::xpath::Tree;

use super::export::{at, in_order};
use super::model::{Form, VersionState};
use super::{store, upload};
use crate::access::{Permission, Viewer};
use crate::cases::export::{MOST_ROWS, in_background};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::Tx;
use crate::documents::download;
use crate::documents::table::{Cell, Table, TableFormat};
use crate::error::Error;
use crate::history::{self, Act, Entry, Kind};
use crate::ids::{CaseId, FormId};
use crate::people::{Sex, age};
use crate::ui::Ui;
use crate::web::{Context, Problem, page};

/// The longest number that leaves: a longer one may be a telephone's or a document's.
const MOST_DIGITS: usize = 6;

/// How an answer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    /// As the codes that were chosen.
    Chosen,
    /// As the number.
    Number,
    /// As its month.
    Month,
    /// As the age band of whoever was born then.
    Born,
    /// As the age band.
    Age,
}

/// A question whose answers leave.
#[derive(Clone, Debug)]
struct Column {
    path: String,
    leaves: Leaves,
}

/// How the answers to a question leave, by its name and the kind of its answers.
fn how(name: &str, data: DataType) -> Leaves {
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    let says = |any: &[&str]| words.iter().any(|word| any.contains(&word.to_ascii_lowercase().as_str()));
    match data {
        DataType::Date if says(&["birth", "born", "birthday", "birthdate", "dob"]) => Leaves::Born,
        DataType::Date => Leaves::Month,
        DataType::Int | DataType::Decimal if says(&["age", "ages"]) => Leaves::Age,
        DataType::Int | DataType::Decimal => Leaves::Number,
        _ => Leaves::Chosen,
    }
}

/// The questions whose answers leave, in the order of the form, those that only earlier versions asked last. One that any
/// version calls delicate, or answers in words, leaves of none.
fn columns(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<Vec<Column>, Error> {
    let (mut columns, mut stays): (Vec<Column>, Vec<String>) = (Vec::new(), Vec::new());
    for version in store::versions(tx, viewer.organisation, form)? {
        if version.state == VersionState::Draft {
            continue;
        }
        let meaning = store::meaning(tx, viewer.organisation, version.id)?;
        let (_, xform) = store::version(tx, viewer.organisation, version.id)?;
        let definition = Definition::read(&xform, &upload::placeholders(&xform));
        let definition = definition.map_err(|error| Error::Internal(error.to_string()))?;
        let repeats = store::repeats(&definition);
        for field in in_order(&definition) {
            let Some(known) = meaning.questions.get(&field.path) else { continue };
            let repeated = repeats.iter().any(|repeat| field.path.starts_with(&format!("{repeat}/")));
            if !known.closed || repeated || !viewer.takes_out_deidentified(known.sensitivity) {
                stays.push(field.path.clone());
            } else if columns.iter().all(|column| column.path != field.path) {
                let leaves = how(&field.name.local, field.bind.data_type);
                columns.push(Column { path: field.path.clone(), leaves });
            }
        }
    }
    columns.retain(|column| !stays.contains(&column.path));
    Ok(columns)
}

fn month(day: Day) -> String {
    day.to_string().chars().take(7).collect()
}

/// An answer as it leaves; nothing where it might say who someone is.
fn told(leaves: Leaves, value: &str, on: Day) -> String {
    let as_day = || value.parse::<Day>().ok();
    let number = || value.parse::<f64>().ok().filter(|number| number.is_finite());
    let short = value.chars().filter(char::is_ascii_digit).count() <= MOST_DIGITS;
    match leaves {
        // Rows of lists are chosen by ids that are the same in every file.
        Leaves::Chosen => {
            let codes = value.split_whitespace().filter(|code| code.parse::<uuid::Uuid>().is_err());
            codes.collect::<Vec<_>>().join(" ")
        }
        Leaves::Number => number().filter(|_| short).map(|_| value.to_owned()).unwrap_or_default(),
        Leaves::Month => as_day().map(month).unwrap_or_default(),
        Leaves::Born => as_day().map(|born| age::band_of_born([Some(born); 2], on)).unwrap_or_default().to_owned(),
        Leaves::Age => number().map(|years| age::band(years as i64)).unwrap_or_default().to_owned(),
    }
}

/// What stands for a case in one file and in no other.
struct Aliases([u8; 32]);

impl Aliases {
    fn new() -> Aliases {
        Aliases(rand::random())
    }

    fn of(&self, case: CaseId) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(case.0.as_bytes()).finalize();
        digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A submission and whose it is, on the way out.
struct Leaving {
    case: CaseId,
    sent_at: Moment,
    sex: Sex,
    born: [Option<Day>; 2],
    xml: String,
}

/// Takes out the answers of a form, and tells the history.
fn take_out(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    format: TableFormat,
) -> Result<(Form, Vec<Column>, Vec<Leaving>), Error> {
    let form = open(tx, viewer, form)?;
    let columns = columns(tx, viewer, form.id)?;
    let filter = viewer.deidentified_submissions().and("s.form_id = ?", [form.id.into()]);
    let sql = format!(
        "SELECT s.case_id, s.sent_at, p.sex, p.birth_from, p.birth_to, s.xml FROM submission s \
         JOIN case_file c ON c.organisation_id = s.organisation_id AND c.id = s.case_id \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} ORDER BY s.sent_at DESC, s.id LIMIT {MOST_ROWS}",
        filter.sql()
    );
    let leaving = tx.query(&sql, filter.params(), |row| {
        Ok(Leaving {
            case: row.next()?,
            sent_at: row.next()?,
            sex: row.next()?,
            born: [row.next()?, row.next()?],
            xml: row.next()?,
        })
    })?;
    let count = i64::try_from(leaving.len()).unwrap_or(i64::MAX);
    let entry = Entry::new(Act::Exported, Kind::Form, form.id)
        .noting("list", "deidentified")
        .noting("format", format.to_string())
        .noting("count", count);
    history::record(tx, viewer, entry)?;
    Ok((form, columns, leaving))
}

/// A form whose answers may leave without identity.
fn open(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<Form, Error> {
    viewer.require(Permission::ExportDeidentified)?;
    let form = store::form(tx, viewer, form)?;
    match viewer.takes_out_deidentified(form.sensitivity) {
        true => Ok(form),
        false => Err(Error::Refused("refused-deidentified-delicate")),
    }
}

/// The table: one row a submission, in an order that tells nothing.
fn table(title: String, columns: &[Column], leaving: &[Leaving], zone: &str) -> Table {
    let aliases = Aliases::new();
    let below_root = |column: &Column| column.path.split('/').skip(2).collect::<Vec<_>>().join("/");
    let head = ["case", "month", "sex", "age"].map(str::to_owned).into_iter().chain(columns.iter().map(below_root));
    let mut rows: Vec<(String, u64, Vec<Cell>)> = Vec::new();
    let mut known: HashMap<CaseId, String> = HashMap::new();
    for one in leaving {
        let Ok(record) = Tree::from_xml(&one.xml) else { continue };
        let (on, alias) = (one.sent_at.day(zone), known.entry(one.case).or_insert_with(|| aliases.of(one.case)));
        let mut cells: Vec<Cell> = vec![
            alias.as_str().into(),
            month(on).into(),
            one.sex.code().into(),
            age::band_of_born(one.born, on).into(),
        ];
        cells.extend(columns.iter().map(|column| {
            let node = at(&record, &column.path).into_iter().next();
            Cell::from(node.map(|node| told(column.leaves, record.text(node).trim(), on)).unwrap_or_default())
        }));
        rows.push((alias.clone(), rand::random(), cells));
    }
    rows.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    let rows = rows.into_iter().map(|(.., cells)| cells).collect();
    Table { title, head: head.collect(), rows, right_to_left: false }
}

/// In which kind of file.
#[derive(Clone, Copy, Deserialize, utoipa::IntoParams)]
pub(super) struct Wanted {
    /// `csv` or `xlsx`.
    format: TableFormat,
}

/// The answers of a form without identity, of people who agreed to be counted, as CSV or XLSX: what was chosen, counted or
/// dated, nothing said in words, nothing delicate; at most 100,000, the latest. It stands in the history.
#[utoipa::path(get, path = "/forms/{form}/deidentified", tag = "forms", operation_id = "export_deidentified",
    params(("form" = FormId, Path), Wanted),
    responses((status = 200, description = "CSV or XLSX", content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub(super) async fn export(
    ctx: Context,
    Path(form): Path<FormId>,
    Query(Wanted { format }): Query<Wanted>,
) -> Result<Response, Error> {
    let (form, columns, leaving) = ctx.write(move |tx, viewer| take_out(tx, viewer, form, format)).await?;
    let name = format!("{}-deidentified-{}.{format}", form.name, ctx.viewer.today);
    let (title, zone) = (form.title_in(ctx.language).to_owned(), ctx.viewer.time_zone.clone());
    let content = in_background(move || table(title, &columns, &leaving, &zone).write(format)).await?;
    Ok(download(&name, format.media_type(), content))
}

#[derive(Template)]
#[template(path = "forms/templates/deidentified.html")]
struct DeidentifiedPage {
    ui: Ui,
    form: Form,
    /// The names of the questions whose answers leave.
    columns: Vec<String>,
    bands: Vec<&'static str>,
    manages: bool,
}

pub(super) async fn show(ctx: Context, Path(form): Path<FormId>) -> Result<Html<String>, Error> {
    let read = ctx.read(move |tx, viewer| {
        let form = open(tx, viewer, form)?;
        let columns = columns(tx, viewer, form.id)?;
        Ok((form, columns))
    });
    let (form, columns) = read.await?;
    let name = |column: Column| column.path.rsplit('/').next().unwrap_or_default().to_owned();
    page(DeidentifiedPage {
        ui: ctx.ui(),
        form,
        columns: columns.into_iter().map(name).collect(),
        bands: age::BANDS.iter().map(|(_, band)| *band).collect(),
        manages: ctx.viewer.may(Permission::ManageForms),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn ages_leave_as_bands() {
        let on = day("2026-11-24");
        let born = |text: &str| age::band_of_born([Some(day(text)); 2], on);
        assert_eq!((born("2021-11-25"), born("2021-11-24"), born("2008-11-24")), ("0-4", "5-11", "18-59"));
        assert_eq!(born("1966-11-24"), "60+");
        assert_eq!(
            age::band_of_born([Some(day("2008-01-01")), Some(day("2009-12-31"))], on),
            "",
            "a child or not: not told"
        );
        assert_eq!(age::band_of_born([None, Some(day("2008-01-01"))], on), "");
        assert_eq!(told(Leaves::Age, "17", on), "12-17");
        assert_eq!(told(Leaves::Born, "2020-02-02", on), "5-11");
    }

    #[test]
    fn what_may_name_someone_stays() {
        let on = day("2026-11-24");
        assert_eq!(told(Leaves::Number, "120", on), "120");
        assert_eq!(told(Leaves::Number, "5512345678", on), "", "a telephone number is a number too");
        assert_eq!(told(Leaves::Number, "Amal", on), "");
        assert_eq!(told(Leaves::Month, "2026-11-03", on), "2026-11");
        let row = "0190b0b0-0000-7000-8000-000000000000";
        assert_eq!(told(Leaves::Chosen, &format!("tin {row} mud"), on), "tin mud");
        assert_eq!(how("date_of_birth", DataType::Date), Leaves::Born);
        assert_eq!(how("visited_on", DataType::Date), Leaves::Month);
        assert_eq!((how("age", DataType::Int), how("village", DataType::Int)), (Leaves::Age, Leaves::Number));
    }

    #[test]
    fn a_case_has_another_number_in_every_file() {
        let (case, other) = (CaseId::new(), CaseId::new());
        let (first, second) = (Aliases::new(), Aliases::new());
        assert_eq!(first.of(case), first.of(case));
        assert_ne!(first.of(case), first.of(other));
        assert_ne!(first.of(case), second.of(case));
    }
}
