//! Submissions as tables (OData): one row each, and a table of its own for each repeat. Rows leave as they are read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use xlsform::definition::{DataType, Definition, Field, FieldId};
use xlsform::xpath::{NodeId, Tree};

use super::filter::{self, Refused, Rows};
use super::{Named, form_named, not_here, number, review_word};
use crate::access::{Filter, Permission, Viewer};
use crate::db::Tx;
use crate::documents::stream::{PIECE, in_pieces};
use crate::error::Error;
use crate::forms::submissions::{self, Submission};
use crate::forms::{export, store, upload};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::{FormId, FormVersionId, UserId};
use crate::params;
use crate::web::Context;

/// What is wanted of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The path of the repeat below the form's root; none for the submissions themselves.
    repeat: String,
    pub(super) filter: Option<String>,
    pub(super) select: Vec<String>,
    expands: bool,
    as_text: bool,
    pub(super) skip: i64,
    pub(super) top: Option<i64>,
    counts: bool,
}

impl Wanted {
    /// Reads the address; answers what cannot be done.
    pub(super) fn read(table: &str, query: &HashMap<String, String>) -> Result<Result<Wanted, Response>, Error> {
        let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let count = |name: &str| match text(name) {
            "" => Ok(None),
            text => match text.parse::<i64>() {
                Ok(count) if count >= 0 => Ok(Some(count)),
                _ => Err(Error::BadRequest(format!("{name} is not a count"))),
            },
        };
        if let Some(strange) = query.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Ok(Err(not_here(strange)));
        }
        let (expand, select) = (text("$expand"), text("$select"));
        if !matches!(expand, "" | "*") || !expand.is_empty() && !select.is_empty() {
            return Ok(Err(not_here(&format!("$expand={expand} with $select={select}"))));
        }
        let repeat = match table.split_once('.') {
            None if table == "Submissions" => String::new(),
            Some(("Submissions", path)) => path.replace('.', "/"),
            _ => return Err(Error::NotFound),
        };
        Ok(Ok(Wanted {
            repeat,
            filter: Some(text("$filter").to_owned()).filter(|filter| !filter.is_empty()),
            select: select.split(',').map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect(),
            expands: expand == "*",
            as_text: text("$wkt").eq_ignore_ascii_case("true"),
            skip: count("$skip")?.unwrap_or_default(),
            top: count("$top")?,
            counts: text("$count").eq_ignore_ascii_case("true"),
        }))
    }
}

/// The parameters that are understood.
const KNOWN: [&str; 7] = ["$skip", "$top", "$count", "$wkt", "$filter", "$expand", "$select"];

pub(super) async fn show(
    ctx: Context,
    Path(named): Path<Named>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    let name = named.form.strip_suffix(".svc").ok_or(Error::NotFound)?.to_owned();
    let wanted = match Wanted::read(&named.table, &query)? {
        Ok(wanted) => wanted,
        Err(response) => return Ok(response),
    };
    let asked = wanted.clone();
    let found = ctx.write(move |tx, viewer| {
        for permission in [Permission::ExportLists, Permission::ReadCases, Permission::ReadPeople] {
            viewer.require(permission)?;
        }
        let form = form_named(tx, viewer, &name)?.id;
        let all = submissions::of_form_filter(viewer, form);
        let filter = match filtered(tx, viewer, Rows::Submissions, all, asked.filter.as_deref())? {
            Ok(filter) => filter,
            Err(refused) => return Ok(Err(refused)),
        };
        if !asked.repeat.is_empty() && !has_repeat(tx, viewer, form, &asked.repeat)? {
            return Err(Error::NotFound);
        }
        let all = count(tx, viewer, &filter, &asked.repeat)?;
        let told = Entry::new(Act::Exported, Kind::List, viewer.organisation)
            .noting("list", "submissions")
            .noting("format", "odata")
            .noting("count", all);
        history::record(tx, viewer, told)?;
        Ok(Ok((filter, all)))
    });
    let (filter, all) = match found.await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused.response()),
    };
    let house = ctx.app.settings.public_url.trim_end_matches('/');
    let service = format!("{house}/v1/projects/1/forms/{}", named.form);
    let head = head(&service, &named.table, &wanted, all);
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], body(ctx.clone(), head, filter, wanted)).into_response())
}

/// The condition of the rows: all that the user sees, and what was asked for.
pub(super) fn filtered(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    rows: Rows,
    all: Filter,
    text: Option<&str>,
) -> Result<Result<Filter, Refused>, Error> {
    let Some(text) = text else { return Ok(Ok(all)) };
    let users = tx.query(
        "SELECT u.id FROM user_account u WHERE u.organisation_id = $1",
        params![viewer.organisation],
        |row| row.get::<UserId>(0),
    )?;
    Ok(filter::condition(text, rows, &users).map(|asked| all.and_filter(asked)))
}

/// What stands around the rows.
pub(super) fn head(service: &str, table: &str, wanted: &Wanted, all: i64) -> Map<String, Value> {
    let mut head = Map::from_iter([("@odata.context".to_owned(), format!("{service}/$metadata#{table}").into())]);
    let end = wanted.top.map(|top| wanted.skip.saturating_add(top));
    if let (Some(top), Some(end)) = (wanted.top, end.filter(|end| *end < all)) {
        head.insert("@odata.nextLink".to_owned(), format!("{service}/{table}?%24skip={end}&%24top={top}").into());
    }
    if wanted.counts {
        head.insert("@odata.count".to_owned(), all.into());
    }
    head
}

/// The whole document, its rows read piece by piece.
fn body(ctx: Context, head: Map<String, Value>, filter: Filter, wanted: Wanted) -> Body {
    let opening = Value::Object(head).to_string();
    let opening = format!("{},\"value\":[", opening.trim_end_matches('}'));
    // Rows of a repeat are more or fewer than submissions: they are counted as they pass.
    let passed = Arc::new(AtomicI64::new(0));
    let (filter, wanted) = (Arc::new(filter), Arc::new(wanted));
    let read = move |from: i64| {
        let (ctx, filter, wanted, passed) = (ctx.clone(), filter.clone(), wanted.clone(), passed.clone());
        async move {
            let read = ctx.read(move |tx, viewer| piece(tx, viewer, &filter, &wanted, (from, &passed)));
            read.await.map(|(rows, next)| (Bytes::from(rows), next))
        }
    };
    in_pieces(Ok(Bytes::from(opening)), 0, read)
}

/// The rows of some submissions as JSON, and from where to go on.
fn piece(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    filter: &Filter,
    wanted: &Wanted,
    (from, passed): (i64, &AtomicI64),
) -> Result<(String, Option<i64>), Error> {
    let kept = submissions::of_form_where(tx, filter, (from, PIECE))?;
    let mut known = HashMap::new();
    let end = wanted.top.map_or(i64::MAX, |top| wanted.skip.saturating_add(top));
    let mut written = String::new();
    for (submission, _, xml) in &kept {
        let Ok(record) = Tree::from_xml(xml) else { continue };
        let read = read(tx, viewer, submission.form_version_id, &mut known)?;
        let writer = Writer { read: &read, record: &record, wanted };
        let rows = match wanted.repeat.is_empty() {
            true => {
                let named = export::files_named_in(&read.definition, &record);
                let there = submissions::count_files(tx, viewer, submission, &named)?;
                vec![writer.submission(submission, (there, named.len()))]
            }
            false => writer.instances(&submission.instance_id),
        };
        for row in rows {
            let place = passed.fetch_add(1, Ordering::Relaxed);
            if place >= wanted.skip && place < end {
                written.push_str(if place == wanted.skip { "" } else { "," });
                written.push_str(&Value::Object(selected(row, &wanted.select)).to_string());
            }
        }
    }
    let is_last = (kept.len() as i64) < PIECE || passed.load(Ordering::Relaxed) >= end;
    written.push_str(if is_last { "]}" } else { "" });
    Ok((written, (!is_last).then_some(from + PIECE)))
}

/// A version of a form as it is read here.
pub(super) struct Version {
    pub(super) definition: Definition,
    /// The paths of answers that this user may not read.
    hidden: Vec<String>,
}

impl Version {
    /// Whether this user may read what stands at a path below the form's root.
    pub(super) fn shows(&self, path: &str) -> bool {
        shows(&self.hidden, path)
    }
}

/// Whether what stands at a path below the form's root may be read by whom these answers are hidden from. What is said of
/// the record itself may be made of any of them: its name, the labels of entities.
fn shows(hidden: &[String], path: &str) -> bool {
    let steps: Vec<&str> = path.split('/').collect();
    let is_id = matches!(steps.last(), Some(&"instanceID" | &"deprecatedID"));
    let is_made_of_answers = steps.contains(&"meta") && !is_id;
    !hidden.iter().any(|hidden| below_root(hidden) == path) && (hidden.is_empty() || !is_made_of_answers)
}

pub(super) fn read(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    known: &mut HashMap<FormVersionId, Arc<Version>>,
) -> Result<Arc<Version>, Error> {
    if let Some(read) = known.get(&version) {
        return Ok(read.clone());
    }
    let (_, xform) = store::version(tx, viewer.organisation, version)?;
    let definition = Definition::read(&xform, &upload::placeholders(&xform));
    let definition = definition.map_err(|error| Error::Internal(error.to_string()))?;
    let hidden = store::meaning(tx, viewer.organisation, version)?.hidden_from(viewer);
    let read = Arc::new(Version { definition, hidden });
    known.insert(version, read.clone());
    Ok(read)
}

/// Whether a version that was given out has this repeat.
fn has_repeat(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId, repeat: &str) -> Result<bool, Error> {
    let mut known = HashMap::new();
    for version in store::versions(tx, viewer.organisation, form)? {
        let read = read(tx, viewer, version.id, &mut known)?;
        if store::repeats(&read.definition).iter().any(|path| below_root(path) == repeat) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many rows there are.
fn count(tx: &mut Tx<'_>, viewer: &Viewer, filter: &Filter, repeat: &str) -> Result<i64, Error> {
    if repeat.is_empty() {
        return submissions::count_where(tx, filter);
    }
    let (mut known, mut from, mut all) = (HashMap::new(), 0, 0);
    let wanted = Wanted { repeat: repeat.to_owned(), ..Wanted::default() };
    loop {
        let kept = submissions::of_form_where(tx, filter, (from, PIECE))?;
        for (submission, _, xml) in &kept {
            let Ok(record) = Tree::from_xml(xml) else { continue };
            let read = read(tx, viewer, submission.form_version_id, &mut known)?;
            let writer = Writer { read: &read, record: &record, wanted: &wanted };
            all += writer.instances("").len() as i64;
        }
        from += PIECE;
        if (kept.len() as i64) < PIECE {
            return Ok(all);
        }
    }
}

/// A path without the form's root.
pub(super) fn below_root(path: &str) -> String {
    path.split('/').skip(2).map(|step| step.rsplit(':').next().unwrap_or(step)).collect::<Vec<_>>().join("/")
}

/// Only what was asked for.
pub(super) fn selected(row: Map<String, Value>, select: &[String]) -> Map<String, Value> {
    if select.is_empty() {
        return row;
    }
    let mut kept = Map::new();
    for (name, value) in row {
        let inner: Vec<String> =
            select.iter().filter_map(|path| path.strip_prefix(&format!("{name}/"))).map(str::to_owned).collect();
        let value = match value {
            whole if select.contains(&name) => whole,
            Value::Object(group) if !inner.is_empty() => Value::Object(selected(group, &inner)),
            _ => continue,
        };
        kept.insert(name, value);
    }
    kept
}

/// Writes the rows of one record.
struct Writer<'r> {
    read: &'r Version,
    record: &'r Tree,
    wanted: &'r Wanted,
}

impl Writer<'_> {
    fn root(&self) -> Option<&Field> {
        self.read.definition.fields().find(|(_, field)| field.parent.is_none()).map(|(_, field)| field)
    }

    /// The row of a submission, of whose files some came.
    fn submission(&self, submission: &Submission, (there, named): (usize, usize)) -> Map<String, Value> {
        let id = &submission.instance_id;
        let mut row = Map::from_iter([
            ("__id".to_owned(), id.as_str().into()),
            (
                "__system".to_owned(),
                json!({
                    "submissionDate": submission.sent_at, "updatedAt": submission.updated_at, "deletedAt": null,
                    "submitterId": number(submission.sent_by.0).to_string(), "submitterName": submission.sender,
                    "attachmentsPresent": there, "attachmentsExpected": named,
                    "status": null, "reviewState": review_word(submission.review_state), "deviceId": submission.device,
                    "edits": submission.number - 1, "formVersion": submission.form_version,
                }),
            ),
        ]);
        if let Some(root) = self.root() {
            row.extend(self.answers(root, self.record.root(), (id, "Submissions", "")));
        }
        row
    }

    /// What stands in a group or an instance. `id` is the row's, `table` its table and `path` the groups below it.
    fn answers(
        &self,
        field: &Field,
        node: Option<NodeId>,
        (id, table, path): (&str, &str, &str),
    ) -> Map<String, Value> {
        let mut answers = Map::new();
        for child in self.children(field) {
            let name = child.name.local.to_string();
            let there = self.elements(node, &name);
            let value = if child.repeat.is_some() {
                if !self.wanted.expands {
                    let link = format!("{table}('{id}')/{path}{name}");
                    answers.insert(format!("{name}@odata.navigationLink"), link.into());
                    continue;
                }
                let table = format!("{table}.{}{name}", path.replace('/', "."));
                let rows = there.into_iter().enumerate().map(|(place, instance)| {
                    let id = instance_id(id, &name, place);
                    let mut row = Map::from_iter([("__id".to_owned(), id.as_str().into())]);
                    row.extend(self.answers(child, Some(instance), (&id, &table, "")));
                    Value::Object(row)
                });
                rows.collect()
            } else if child.children.is_empty() {
                let shown = there.first().filter(|_| self.read.shows(&below_root(&child.path)));
                let text = shown.map(|node| self.record.text(*node).trim().to_owned()).unwrap_or_default();
                typed(child.bind.data_type, &text, self.wanted.as_text)
            } else {
                let inner = format!("{path}{name}/");
                Value::Object(self.answers(child, there.first().copied(), (id, table, &inner)))
            };
            answers.insert(name, value);
        }
        answers
    }

    fn children<'d>(&'d self, field: &'d Field) -> impl Iterator<Item = &'d Field> {
        let all = field.children.iter().map(|id: &FieldId| self.read.definition.field(*id));
        all.filter(|child| !child.is_attribute)
    }

    fn elements(&self, node: Option<NodeId>, name: &str) -> Vec<NodeId> {
        let Some(node) = node else { return Vec::new() };
        self.record.elements(node).filter(|child| self.record.local(*child) == name).collect()
    }

    /// The rows of the repeat that is wanted.
    fn instances(&self, id: &str) -> Vec<Map<String, Value>> {
        let mut rows = Vec::new();
        if let Some(root) = self.root() {
            self.look(root, self.record.root(), (id, "Submissions"), &mut rows);
        }
        rows
    }

    fn look(&self, field: &Field, node: Option<NodeId>, (id, table): (&str, &str), rows: &mut Vec<Map<String, Value>>) {
        for child in self.children(field) {
            let path = below_root(&child.path);
            let is_it = path == self.wanted.repeat;
            if !is_it && !self.wanted.repeat.starts_with(&format!("{path}/")) {
                continue;
            }
            let name = child.name.local.to_string();
            for (place, instance) in self.elements(node, &name).into_iter().enumerate() {
                if child.repeat.is_none() {
                    self.look(child, Some(instance), (id, table), rows);
                    continue;
                }
                let own = instance_id(id, &name, place);
                let inner = format!("Submissions.{}", path.replace('/', "."));
                if !is_it {
                    self.look(child, Some(instance), (&own, &inner), rows);
                    continue;
                }
                let mut row = Map::from_iter([
                    ("__id".to_owned(), own.as_str().into()),
                    (format!("__{}-id", table.replace('.', "-")), id.into()),
                ]);
                row.extend(self.answers(child, Some(instance), (&own, &inner, "")));
                rows.push(row);
            }
        }
    }
}

/// The id of an instance of a repeat: that of the row around it, and its place.
fn instance_id(around: &str, name: &str, place: usize) -> String {
    format!("{around}/{name}[{}]", place + 1)
}

/// An answer as JSON has it: numbers as numbers, places as GeoJSON or as text (WKT).
fn typed(kind: DataType, text: &str, as_text: bool) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let value = match kind {
        DataType::Int => text.parse::<i64>().ok().map(Value::from),
        DataType::Decimal => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        DataType::Geopoint | DataType::Geotrace | DataType::Geoshape => place(kind, text, as_text),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

/// A place: points of latitude, longitude, altitude and accuracy, separated by semicolons.
fn place(kind: DataType, text: &str, as_text: bool) -> Option<Value> {
    let numbers = |point: &str| point.split_whitespace().map(|part| part.parse().ok()).collect::<Option<Vec<f64>>>();
    let points = text.split(';').map(str::trim).filter(|point| !point.is_empty()).map(numbers);
    let points: Vec<Vec<f64>> = points.collect::<Option<_>>()?;
    let turned = points.iter().map(|point| match point.as_slice() {
        [latitude, longitude, altitude, ..] => Some(vec![*longitude, *latitude, *altitude]),
        [latitude, longitude] => Some(vec![*longitude, *latitude]),
        _ => None,
    });
    let turned: Vec<Vec<f64>> = turned.collect::<Option<_>>()?;
    let first = turned.first()?;
    if as_text {
        let words = |point: &Vec<f64>| point.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        let all = turned.iter().map(words).collect::<Vec<_>>().join(",");
        return Some(Value::from(match kind {
            DataType::Geopoint => format!("POINT ({})", words(first)),
            DataType::Geotrace => format!("LINESTRING ({all})"),
            _ => format!("POLYGON (({all}))"),
        }));
    }
    let accuracies: Vec<Option<f64>> = points.iter().map(|point| point.get(3).copied()).collect();
    Some(match kind {
        DataType::Geopoint => {
            json!({ "type": "Point", "coordinates": first, "properties": { "accuracy": accuracies.first() } })
        }
        DataType::Geotrace => {
            json!({ "type": "LineString", "coordinates": turned, "properties": { "accuracies": accuracies } })
        }
        _ => json!({ "type": "Polygon", "coordinates": [turned], "properties": { "accuracies": [accuracies] } }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_types() {
        assert_eq!(typed(DataType::Int, "7", false), json!(7));
        assert_eq!(typed(DataType::Int, "seven", false), json!("seven"), "nothing that was sent is lost");
        assert_eq!(typed(DataType::Decimal, "1.5", false), json!(1.5));
        assert_eq!(typed(DataType::Text, "", false), Value::Null);
        let point = typed(DataType::Geopoint, "3.7 34.85 600 5", false);
        assert_eq!((&point["type"], &point["coordinates"]), (&json!("Point"), &json!([34.85, 3.7, 600.0])));
        assert_eq!(typed(DataType::Geopoint, "3.7 34.85 600 5", true), json!("POINT (34.85 3.7 600)"));
        assert_eq!(typed(DataType::Geotrace, "1 2; 3 4", true), json!("LINESTRING (2 1,4 3)"));
        assert_eq!(typed(DataType::Geopoint, "north", false), json!("north"));
    }

    #[test]
    fn what_is_made_of_hidden_answers_is_hidden_with_them() {
        let hidden = ["/data/asked/hurt".to_owned()];
        let shown = |hidden: &[String]| {
            let paths = ["asked/hurt", "asked/where", "meta/instanceName", "home/meta/entity/label", "meta/instanceID"];
            paths.into_iter().filter(|path| shows(hidden, path)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&hidden), ["asked/where", "meta/instanceID"]);
        assert_eq!(shown(&[]).len(), 5);
    }

    #[test]
    fn only_what_is_selected_is_left() {
        let row =
            json!({ "__id": "a", "__system": { "status": null, "edits": 0 }, "home": { "roof": "tin", "people": 3 } });
        let select = ["__id", "home/roof"].map(str::to_owned);
        let kept = selected(row.as_object().unwrap().clone(), &select);
        assert_eq!(Value::Object(kept), json!({ "__id": "a", "home": { "roof": "tin" } }));
    }
}
