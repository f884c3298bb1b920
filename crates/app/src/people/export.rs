//! The list of people leaving as a file.

use axum::Router;
use axum::extract::Query;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{ListOptions, narrowed};
use crate::access::{Filter, Permission, Viewer};
use crate::cases::export::{MOST_ROWS, in_background, note_list};
use crate::cases::outcome::may_know_need;
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::Tx;
use crate::documents::download;
use crate::documents::stream::{PIECE, Piece, as_csv};
use crate::documents::table::{Table, TableFormat};
use crate::error::Error;
use crate::people::{Decision, PersonInput, Safety};
use crate::reference;
use crate::ui::Language;
use crate::web::{App, Context, Problem};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/people/export", get(list))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// In which kind of file, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Wanted {
    /// `csv` or `xlsx`.
    format: TableFormat,
    /// Only people from this number on: the next file after a full one.
    #[serde(default, deserialize_with = "crate::web::blank")]
    from: Option<i64>,
}

/// The people this user sees, narrowed like the list, as a file by number. CSV holds them all; a workbook at most
/// 100,000. Contacts that are not marked safe stay out, and so do the names of people whose records are protected.
#[utoipa::path(get, path = "/people/export", tag = "people", operation_id = "export_people", params(Wanted, ListOptions),
    responses((status = 200, description = "CSV or XLSX", content_type = "text/csv"), (status = 403, body = Problem)))]
async fn list(
    ctx: Context,
    Query(wanted): Query<Wanted>,
    Query(options): Query<ListOptions>,
) -> Result<Response, Error> {
    let (format, language, from) = (wanted.format, ctx.language, wanted.from.unwrap_or(0));
    let most = if format == TableFormat::Xlsx { MOST_ROWS } else { i64::MAX };
    let narrowed = options.clone();
    ctx.write(move |tx, viewer| {
        let count = count(tx, viewer, &narrowed, from)?.min(most);
        note_list(tx, viewer, "people", format, count)
    })
    .await?;
    let name = format!("people-{}.{format}", ctx.viewer.today);
    let read = move |from, most| {
        let (ctx, options) = (ctx.clone(), options.clone());
        async move { ctx.read(move |tx, viewer| piece(tx, viewer, &options, (from, most), language)).await }
    };
    let content = match format {
        TableFormat::Csv => as_csv(head(language), from, move |from| read(from, PIECE)),
        TableFormat::Xlsx => {
            let rows = read(from, MOST_ROWS).await?.rows;
            let table = Table {
                title: language.t("documents-people").to_owned(),
                head: head(language),
                rows,
                right_to_left: language.direction() == "rtl",
            };
            in_background(move || table.write(format)).await?.into()
        }
    };
    Ok(download(&name, format.media_type(), content))
}

/// The columns, by the keys of their names in `locales/`.
const HEAD: [&str; 13] = [
    "person-number",
    "name",
    "sex",
    "born-from",
    "born-to",
    "nationality",
    "needs",
    "vulnerability",
    "safe-contacts",
    "consent-case-work",
    "owner",
    "team",
    "registered",
];

fn head(language: Language) -> Vec<String> {
    HEAD.into_iter().map(|key| language.t(&format!("documents-{key}")).to_owned()).collect()
}

fn wanted_people(viewer: &Viewer, options: &ListOptions, from: i64) -> Result<Filter, Error> {
    viewer.require(Permission::ExportLists)?;
    viewer.require(Permission::ReadPeople)?;
    Ok(narrowed(viewer.visible_people_in_order(), viewer, options).and("p.number >= ?", [from.into()]))
}

fn count(tx: &mut Tx<'_>, viewer: &Viewer, options: &ListOptions, from: i64) -> Result<i64, Error> {
    let filter = wanted_people(viewer, options, from)?;
    Ok(tx.count(&format!("SELECT count(*) FROM person p WHERE {}", filter.sql()), filter.params())?)
}

/// So many people from a number on.
fn piece(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    options: &ListOptions,
    (from, most): (i64, i64),
    language: Language,
) -> Result<Piece, Error> {
    let filter = wanted_people(viewer, options, from)?;
    let mut last = None;
    let sql = format!(
        "SELECT p.number, p.display_name, p.protected, p.sex, p.birth_from, p.birth_to, p.nationality, p.needs, \
         p.vulnerability, p.details, p.consent_case_work, p.consent_case_work_until, u.name, t.name, p.created_at FROM person p \
         LEFT JOIN user_account u ON u.organisation_id = p.organisation_id AND u.id = p.owner_id \
         LEFT JOIN team t ON t.organisation_id = p.organisation_id AND t.id = p.team_id \
         WHERE {} ORDER BY p.number LIMIT {most}",
        filter.sql()
    );
    let coded = |list: &str, code: &str| language.t(&format!("{list}-{}", code.replace('_', "-"))).to_owned();
    let consent_in_words =
        |decision: Decision, until: Option<Day>| coded("decision", decision.on(viewer.today, until).code());
    let rows = tx.query(&sql, filter.params(), |row| {
        let number: i64 = row.next()?;
        last = Some(number + 1);
        let (name, protected): (String, bool) = (row.next()?, row.next()?);
        let sex = coded("sex", &row.next::<String>()?);
        let (from, to): (Option<Day>, Option<Day>) = (row.next()?, row.next()?);
        let nationality = row.next::<Option<String>>()?.map(|code| nationality(&code, language));
        let needs: String = row.next()?;
        let needs: Vec<String> = needs
            .split(',')
            .filter(|code| !code.is_empty() && may_know_need(viewer, code))
            .map(|code| coded("need", code))
            .collect();
        let vulnerability: i64 = row.next()?;
        let details: String = row.next()?;
        let contacts = if protected { String::new() } else { safe_contacts(&details) };
        Ok(vec![
            super::number(number).into(),
            (!protected).then_some(name).into(),
            sex.into(),
            from.into(),
            to.into(),
            nationality.into(),
            needs.join(", ").into(),
            vulnerability.into(),
            contacts.into(),
            consent_in_words(row.next()?, row.next()?).into(),
            row.next::<Option<String>>()?.into(),
            row.next::<Option<String>>()?.into(),
            row.next::<Moment>()?.day(&viewer.time_zone).into(),
        ])
    })?;
    let next = last.filter(|_| rows.len() as i64 == most);
    Ok(Piece { rows, next })
}

fn nationality(code: &str, language: Language) -> String {
    let list = if reference::has("countries", code) { "countries" } else { "special_nationalities" };
    reference::label(list, code, language).to_owned()
}

/// Contacts the person said are safe; one nobody asked about is not taken for safe.
fn safe_contacts(details: &str) -> String {
    let Ok(person) = serde_json::from_str::<PersonInput>(details) else { return String::new() };
    let safe = person.contacts.into_iter().filter(|contact| contact.safety == Safety::Safe);
    safe.map(|contact| contact.value).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Contact;

    #[test]
    fn only_contacts_marked_safe_leave() {
        let contact = |value: &str, safety| {
            let (value, note) = (value.to_owned(), String::new());
            Contact { kind: "mobile".to_owned(), value, safety, note }
        };
        let contacts = vec![
            contact("+962 1", Safety::Safe),
            contact("+962 2", Safety::Unsafe),
            contact("+962 3", Safety::Unknown),
            contact("+962 4", Safety::Safe),
        ];
        let details = serde_json::to_string(&PersonInput { contacts, ..PersonInput::default() }).unwrap();
        assert_eq!(safe_contacts(&details), "+962 1; +962 4");
        assert_eq!(safe_contacts("no json"), "");
    }
}
