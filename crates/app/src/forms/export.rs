//! The submissions of a form leaving as a file: one row each, and a table of its own for each repeat.

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use xlsform::definition::{DataType, Definition, Field, FieldId};
use xlsform::xpath::{NodeId, Tree};

use super::model::VersionState;
use super::review::ReviewState;
use super::{store, submissions, upload};
use crate::access::{Filter, Permission, Viewer};
use crate::cases::export::note_list;
use crate::db::Tx;
use crate::documents::download;
use crate::documents::stream::{PIECE, Piece, as_csv};
use crate::documents::table::{Cell, TableFormat};
use crate::error::Error;
use crate::ids::FormId;
use crate::web::{Context, Problem};

/// Which table of a form.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct Wanted {
    /// The path of a repeat, such as `/data/member`: one row for each of its instances. Without it one row for each
    /// submission.
    #[serde(default)]
    repeat: String,
    /// Only submissions in this review state.
    #[serde(default, deserialize_with = "crate::web::blank")]
    review_state: Option<ReviewState>,
}

/// The submissions of a form that this user sees, those in a review state where one is wanted.
fn wanted(viewer: &Viewer, form: FormId, review_state: Option<ReviewState>) -> Filter {
    let all = submissions::of_form_filter(viewer, form);
    match review_state {
        Some(state) => all.and("s.review_state = ?", [state.into()]),
        None => all,
    }
}

/// The columns of a table, by paths.
fn columns(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId, repeat: &str) -> Result<Vec<String>, Error> {
    let (mut columns, mut hidden): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    // The last version first; questions that only earlier ones asked come after.
    for version in store::versions(tx, viewer.organisation, form)? {
        if version.state == VersionState::Draft {
            continue;
        }
        let (_, xform) = store::version(tx, viewer.organisation, version.id)?;
        hidden.extend(store::meaning(tx, viewer.organisation, version.id)?.hidden_from(viewer));
        let definition = Definition::read(&xform, &upload::placeholders(&xform));
        let definition = definition.map_err(|error| Error::Internal(error.to_string()))?;
        let repeats = store::repeats(&definition);
        let nearest = |path: &str| {
            let around = repeats.iter().filter(|repeat| path.starts_with(&format!("{repeat}/")));
            around.max_by_key(|repeat| repeat.len()).map_or("", String::as_str).to_owned()
        };
        for field in in_order(&definition) {
            let is_answer = field.children.is_empty() && !field.is_attribute && !field.path.contains("/meta/");
            if is_answer && nearest(&field.path) == repeat && !columns.contains(&field.path) {
                columns.push(field.path.clone());
            }
        }
    }
    // What one version calls delicate leaves with no other.
    columns.retain(|path| !hidden.contains(path));
    if columns.is_empty() { Err(Error::NotFound) } else { Ok(columns) }
}

/// The fields in the order of the form.
pub(super) fn in_order(definition: &Definition) -> Vec<&Field> {
    let mut fields = Vec::new();
    let outermost = definition.fields().find(|(_, field)| field.parent.is_none()).map(|(id, _)| id);
    let mut open: Vec<FieldId> = outermost.into_iter().collect();
    while let Some(field) = open.pop().map(|id| definition.field(id)) {
        fields.push(field);
        open.extend(field.children.iter().rev());
    }
    fields
}

/// The elements at a path, all instances of the repeats on it among them.
pub(super) fn at(record: &Tree, path: &str) -> Vec<NodeId> {
    let mut nodes = vec![NodeId::DOCUMENT];
    for step in path.split('/').skip(1) {
        let local = step.rsplit(':').next().unwrap_or(step);
        nodes = nodes
            .into_iter()
            .flat_map(|node| record.elements(node).filter(|child| record.local(*child) == local).collect::<Vec<_>>())
            .collect();
    }
    nodes
}

/// The names of the files that a record names, in the order of the form.
pub(super) fn files_named(xform: &str, xml: &str) -> Vec<String> {
    let definition = Definition::read(xform, &upload::placeholders(xform));
    match (definition, Tree::from_xml(xml)) {
        (Ok(definition), Ok(record)) => files_named_in(&definition, &record),
        _ => Vec::new(),
    }
}

/// The same of what was read already.
pub(super) fn files_named_in(definition: &Definition, record: &Tree) -> Vec<String> {
    let files = in_order(definition).into_iter().filter(|field| field.bind.data_type == DataType::Binary);
    let named = files.flat_map(|field| at(record, &field.path)).map(|node| record.text(node).trim().to_owned());
    named.filter(|name| !name.is_empty()).collect()
}

/// The rows of one record.
fn rows(record: &Tree, repeat: &str, columns: &[String], head: &[Cell]) -> Vec<Vec<Cell>> {
    let instances = if repeat.is_empty() { record.root().into_iter().collect() } else { at(record, repeat) };
    let row = |(place, instance): (usize, NodeId)| {
        let mut cells = head.to_vec();
        if !repeat.is_empty() {
            cells.push(Cell::Number(i64::try_from(place + 1).unwrap_or(i64::MAX)));
        }
        cells.extend(columns.iter().map(|path| {
            let found = at(record, path).into_iter();
            let within = found.filter(|node| record.ancestors(*node).any(|above| above == instance));
            let values: Vec<String> = within.map(|node| record.text(node).trim().to_owned()).collect();
            Cell::from(values.join(" "))
        }));
        cells
    };
    instances.into_iter().enumerate().map(row).collect()
}

/// The submissions of a form that you see, as CSV: those of cases, and those that wait for one. Values stand as they
/// were sent.
#[utoipa::path(get, path = "/forms/{form}/export", tag = "forms", operation_id = "export_submissions",
    params(("form" = FormId, Path), Wanted),
    responses((status = 200, description = "CSV", content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub(super) async fn export(
    ctx: Context,
    Path(form): Path<FormId>,
    Query(Wanted { repeat, review_state }): Query<Wanted>,
) -> Result<Response, Error> {
    let table = repeat.clone();
    let (name, columns) = ctx
        .write(move |tx, viewer| {
            viewer.require(Permission::ExportLists)?;
            viewer.require(Permission::ReadCases)?;
            viewer.require(Permission::ReadPeople)?;
            let held = store::form(tx, viewer, form)?;
            let columns = columns(tx, viewer, form, &table)?;
            let count = submissions::count_where(tx, &wanted(viewer, form, review_state))?;
            note_list(tx, viewer, "submissions", TableFormat::Csv, count)?;
            Ok((held.name, columns))
        })
        .await?;
    let root = |path: &String| path.split('/').skip(2).collect::<Vec<_>>().join("/");
    let mut head = ["submission", "sent_at", "review_state", "case", "sent_by", "marked"].map(str::to_owned).to_vec();
    if !repeat.is_empty() {
        head.push("instance".to_owned());
    }
    head.extend(columns.iter().map(root));
    let file = format!("{name}-{}.csv", ctx.viewer.today);
    let read = move |from: i64| {
        let (ctx, repeat, columns) = (ctx.clone(), repeat.clone(), columns.clone());
        async move {
            ctx.read(move |tx, viewer| piece(tx, &wanted(viewer, form, review_state), (&repeat, &columns), from)).await
        }
    };
    Ok(download(&file, TableFormat::Csv.media_type(), as_csv(head, 0, read)))
}

fn piece(tx: &mut Tx<'_>, filter: &Filter, (repeat, columns): (&str, &[String]), from: i64) -> Result<Piece, Error> {
    let kept = submissions::of_form_where(tx, filter, (from, PIECE))?;
    let next = (kept.len() as i64 == PIECE).then_some(from + PIECE);
    let mut found = Vec::new();
    for (submission, case, xml) in kept {
        let head = [
            Cell::from(submission.id.to_string()),
            Cell::from(submission.sent_at.to_string()),
            Cell::from(submission.review_state.to_string()),
            Cell::from(case),
            Cell::from(submission.sender.unwrap_or_default()),
            Cell::from(submission.found),
        ];
        if let Ok(record) = Tree::from_xml(&xml) {
            found.extend(rows(&record, repeat, columns, &head));
        }
    }
    Ok(Piece { rows: found, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_has_rows_of_its_own() {
        let record = Tree::from_xml(
            "<data><town>Kakuma</town><member><age>3</age></member><member><age>40</age></member></data>",
        );
        let record = record.unwrap();
        let whole = rows(&record, "", &["/data/town".to_owned()], &[]);
        assert_eq!(whole, [vec![Cell::from("Kakuma")]]);
        let each = rows(&record, "/data/member", &["/data/member/age".to_owned()], &[]);
        assert_eq!(each, [vec![Cell::Number(1), Cell::from("3")], vec![Cell::Number(2), Cell::from("40")]]);
    }
}
