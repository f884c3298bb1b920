//! Submissions as CSV (`submissions.csv`), and in an archive with a table for each repeat and all files
//! (`submissions.csv.zip`). It is written as it is sent, table by table: neither rows nor files are ever all in memory.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use axum::extract::{Path, Query};
use axum::response::Response;
use tokio::runtime::Handle;
use xlsform::definition::{DataType, Definition, Field};
use xlsform::xpath::{NodeId, Tree};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::filter::Rows;
use super::table::{Version, below_root, filtered, read};
use super::{Named, form_named, not_here, number, review_word};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::documents::download;
use crate::documents::stream::{PIECE, written};
use crate::error::Error;
use crate::forms::export;
use crate::forms::store;
use crate::forms::submissions::{self, Kept, Submission};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::FormId;
use crate::web::Context;

/// What is wanted in which file.
#[derive(Clone, Debug)]
struct Wanted {
    filter: Option<String>,
    /// Whether a column is named by all groups around its question.
    names_groups: bool,
    with_files: bool,
}

impl Wanted {
    /// Reads the address; answers the name of what cannot be done.
    fn read(query: &HashMap<String, String>, is_archive: bool) -> Result<Wanted, String> {
        let says = |name: &str, word: &str| query.get(name).is_some_and(|text| text.eq_ignore_ascii_case(word));
        if let Some(strange) = query.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(strange.clone());
        }
        if let Some(further) = FURTHER.into_iter().find(|name| says(name, "true")) {
            return Err(further.to_owned());
        }
        Ok(Wanted {
            filter: query.get("$filter").filter(|text| !text.is_empty()).cloned(),
            names_groups: !says("groupPaths", "false"),
            with_files: is_archive && !says("attachments", "false"),
        })
    }
}

/// The parameters that are understood.
const KNOWN: [&str; 5] = ["$filter", "groupPaths", "attachments", "splitSelectMultiples", "deletedFields"];

/// What of them this house leaves as it is.
const FURTHER: [&str; 2] = ["splitSelectMultiples", "deletedFields"];

/// One column of a table, or the four of a place.
#[derive(Clone, Debug)]
struct Column {
    /// The question's path below the form's root.
    path: String,
    name: String,
    is_place: bool,
}

/// One table: the submissions, or the instances of a repeat.
#[derive(Clone, Debug)]
struct Table {
    /// The repeat's path below the form's root; none for the submissions.
    repeat: String,
    columns: Vec<Column>,
}

/// The tables of a form: that of its submissions first.
fn tables(definition: &Definition, names_groups: bool) -> Vec<Table> {
    let repeats: Vec<String> = store::repeats(definition).iter().map(|path| below_root(path)).collect();
    let around = |path: &str| {
        let around = repeats.iter().filter(|repeat| path.starts_with(&format!("{repeat}/")));
        around.max_by_key(|repeat| repeat.len()).map_or("", String::as_str)
    };
    let leaves: Vec<&Field> = export::in_order(definition)
        .into_iter()
        .filter(|field| field.children.is_empty() && !field.is_attribute && field.parent.is_some())
        .collect();
    let table = |repeat: &str| {
        let columns = leaves.iter().filter_map(|field| {
            let path = below_root(&field.path);
            let name = if repeat.is_empty() { path.as_str() } else { path.strip_prefix(repeat)?.strip_prefix('/')? };
            let name = if names_groups { name.replace('/', "-") } else { field.name.local.to_string() };
            let is_place = field.bind.data_type == DataType::Geopoint;
            (around(&path) == repeat).then_some(Column { name, is_place, path })
        });
        Table { repeat: repeat.to_owned(), columns: columns.collect() }
    };
    let mut tables = vec![table("")];
    let in_form = export::in_order(definition).into_iter().filter(|field| field.repeat.is_some());
    tables.extend(in_form.map(|field| table(&below_root(&field.path))));
    tables
}

/// What the columns of a place are called after its question.
const OF_PLACE: [&str; 4] = ["Latitude", "Longitude", "Altitude", "Accuracy"];

impl Table {
    fn head(&self) -> Vec<String> {
        let own = self.columns.iter().flat_map(|column| match column.is_place {
            true => OF_PLACE.map(|part| format!("{}-{part}", column.name)).to_vec(),
            false => vec![column.name.clone()],
        });
        let (before, after): (&[&str], &[&str]) = match self.repeat.is_empty() {
            true => (&["SubmissionDate"], &AFTER),
            false => (&[], &["PARENT_KEY", "KEY"]),
        };
        before
            .iter()
            .map(|name| (*name).to_owned())
            .chain(own)
            .chain(after.iter().map(|name| (*name).to_owned()))
            .collect()
    }

    /// The answers of a submission or an instance, those among them that may be read.
    fn cells(&self, record: &Tree, instance: Option<NodeId>, read: &Version) -> Vec<String> {
        let mut cells = Vec::new();
        for column in &self.columns {
            let within = column.path.strip_prefix(&self.repeat).unwrap_or(&column.path);
            let node = instance.and_then(|node| at(record, node, within));
            let text = node.filter(|_| read.shows(&column.path)).map(|node| record.text(node).into_owned());
            let text = text.unwrap_or_default();
            match column.is_place {
                true => {
                    let mut parts = text.split_whitespace().map(str::to_owned);
                    cells.extend(OF_PLACE.map(|_| parts.next().unwrap_or_default()));
                }
                false => cells.push(text),
            }
        }
        cells
    }
}

/// What is told of a submission behind its answers.
const AFTER: [&str; 10] = [
    "KEY",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
];

/// The element at a path below another.
fn at(record: &Tree, from: NodeId, path: &str) -> Option<NodeId> {
    path.split('/')
        .filter(|step| !step.is_empty())
        .try_fold(from, |node, step| record.elements(node).find(|child| record.local(*child) == step))
}

/// An instance of a repeat: its key, that of what it stands in, and its element.
struct Instance {
    key: String,
    parent: String,
    node: NodeId,
}

/// The instances of a repeat in a record. Keys name the groups on the way too.
fn instances(record: &Tree, table: &Table, tables: &[Table], id: &str) -> Vec<Instance> {
    let Some(root) = record.root() else { return Vec::new() };
    let mut found = vec![Instance { key: id.to_owned(), parent: id.to_owned(), node: root }];
    let mut path = String::new();
    for step in table.repeat.split('/') {
        path = if path.is_empty() { step.to_owned() } else { format!("{path}/{step}") };
        let repeats = tables.iter().any(|table| table.repeat == path);
        let is_wanted = path == table.repeat;
        found = found
            .into_iter()
            .flat_map(|around| {
                let children = record.elements(around.node).filter(|child| record.local(*child) == step);
                let Instance { key, parent, .. } = around;
                let below = children.enumerate().map(move |(place, node)| {
                    let own = if repeats { format!("{key}/{step}[{}]", place + 1) } else { format!("{key}/{step}") };
                    // Of the repeat itself the parent is what it stands in; of what lies deeper, the nearest repeat.
                    let parent = if repeats && !is_wanted { own.clone() } else { parent.clone() };
                    Instance { key: own, parent, node }
                });
                below.collect::<Vec<_>>()
            })
            .collect();
    }
    found
}

pub(super) async fn csv(
    ctx: Context,
    Path(named): Path<Named>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    export(ctx, named, Wanted::read(&query, false), false).await
}

pub(super) async fn zip(
    ctx: Context,
    Path(named): Path<Named>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    export(ctx, named, Wanted::read(&query, true), true).await
}

async fn export(
    ctx: Context,
    named: Named,
    wanted: Result<Wanted, String>,
    is_archive: bool,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(feature) => return Ok(not_here(&feature)),
    };
    let asked = wanted.clone();
    let found = ctx.write(move |tx, viewer| begin(tx, viewer, &named.form, &asked)).await?;
    let (name, filter, tables) = match found {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let source = Source { ctx, runtime: Handle::current(), filter };
    if !is_archive {
        let body = written(move |sink| match tables.first() {
            Some(submissions) => source.table(sink, &tables, submissions),
            None => Ok(()),
        });
        return Ok(download(&format!("{name}.csv"), "text/csv; charset=utf-8", body));
    }
    let file = if wanted.with_files { format!("{name}.zip") } else { format!("{name}.csv.zip") };
    let body = written(move |sink| source.archive(sink, &name, &tables, wanted.with_files));
    Ok(download(&file, "application/zip", body))
}

type Found = (String, Filter, Vec<Table>);

/// What leaves, and that it does in the history.
fn begin(tx: &mut Tx<'_>, viewer: &Viewer, form: &str, wanted: &Wanted) -> Result<Result<Found, Response>, Error> {
    for permission in [Permission::ExportLists, Permission::ReadCases, Permission::ReadPeople] {
        viewer.require(permission)?;
    }
    let form = form_named(tx, viewer, form)?;
    let tables = tables_of(tx, viewer, form.id, wanted.names_groups)?;
    // What comes while the tables are written one after the other is in none of them.
    let all = submissions::of_form_filter(viewer, form.id).and("s.sent_at <= ?", [Moment::now().into()]);
    let filter = match filtered(tx, viewer, Rows::Submissions, all, wanted.filter.as_deref())? {
        Ok(filter) => filter,
        Err(refused) => return Ok(Err(refused.response())),
    };
    let told = Entry::new(Act::Exported, Kind::List, viewer.organisation)
        .noting("list", "submissions")
        .noting("format", if wanted.with_files { "zip" } else { "csv" })
        .noting("count", submissions::count_where(tx, &filter)?);
    history::record(tx, viewer, told)?;
    Ok(Ok((form.name, filter, tables)))
}

/// The tables of the version that is filled in.
fn tables_of(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId, names_groups: bool) -> Result<Vec<Table>, Error> {
    let (version, _) = store::published(tx, viewer, form)?;
    let mut known = HashMap::new();
    Ok(tables(&read(tx, viewer, version.id, &mut known)?.definition, names_groups))
}

/// Where rows and files come from, piece by piece.
struct Source {
    ctx: Context,
    runtime: Handle,
    filter: Filter,
}

impl Source {
    /// Reads on this thread, which may wait.
    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.runtime.block_on(self.ctx.read(work))
    }

    /// A table and its rows.
    fn table(&self, sink: &mut dyn Write, tables: &[Table], wanted: &Table) -> Result<(), Error> {
        write_rows(sink, vec![wanted.head()])?;
        for from in (0..).step_by(PIECE as usize) {
            let (filter, tables, wanted) = (self.filter.clone(), tables.to_vec(), wanted.clone());
            let (rows, is_last) = self.read(move |tx, viewer| piece(tx, viewer, &filter, (&tables, &wanted), from))?;
            write_rows(sink, rows)?;
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// All tables, and with them the files that the user may open.
    fn archive(&self, sink: &mut dyn Write, name: &str, tables: &[Table], with_files: bool) -> Result<(), Error> {
        let mut archive = ZipWriter::new_stream(sink);
        for (table, file) in tables.iter().zip(file_names(name, tables)) {
            archive.start_file(file, SimpleFileOptions::default()).map_err(broken)?;
            self.table(&mut archive, tables, table)?;
        }
        if with_files {
            self.files(&mut archive)?;
        }
        archive.finish().map(drop).map_err(broken)
    }

    fn files<W: Write + std::io::Seek>(&self, archive: &mut ZipWriter<W>) -> Result<(), Error> {
        let mut taken = HashSet::new();
        for from in (0..).step_by(PIECE as usize) {
            let filter = self.filter.clone();
            let named = self.read(move |tx, _| submissions::of_form_where(tx, &filter, (from, PIECE)))?;
            let ids: Vec<_> = named.iter().map(|(submission, ..)| submission.id).collect();
            let is_last = (ids.len() as i64) < PIECE;
            for id in ids {
                let files = self.read(move |tx, viewer| {
                    let kept: Kept = submissions::find(tx, viewer, id)?;
                    submissions::files_of(tx, viewer, &kept)
                });
                for file in files? {
                    let (of, held, content) =
                        self.read(move |tx, viewer| submissions::open_file(tx, viewer, id, file.id))?;
                    let place = in_media(&mut taken, &of.instance_id, &held.name);
                    archive.start_file(place, SimpleFileOptions::default()).map_err(broken)?;
                    archive.write_all(&content).map_err(broken)?;
                }
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("an archive broke off: {error}"))
}

/// Writes rows as they are: a script reads them, and what a spreadsheet takes for a formula is none for it.
fn write_rows(sink: &mut dyn Write, rows: Vec<Vec<String>>) -> Result<(), Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(broken)?;
    sink.write_all(&bytes).map_err(broken)
}

/// The names of the tables' files; of two repeats of the same name each has its number.
fn file_names(form: &str, tables: &[Table]) -> Vec<String> {
    let last = |table: &Table| table.repeat.rsplit('/').next().unwrap_or_default().to_owned();
    let form = plain(form);
    let mut names = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let name = last(table);
        let same = |tables: &[Table]| tables.iter().filter(|other| last(other) == name).count();
        names.push(match (name.as_str(), same(tables)) {
            ("", _) => format!("{form}.csv"),
            (_, 1) => format!("{form}-{name}.csv"),
            _ => format!("{form}-{name}~{}.csv", same(tables.get(..=place).unwrap_or_default())),
        });
    }
    names
}

/// Where a file lies in the archive: under its name, or where another of that name lies, in a folder of its submission.
fn in_media(taken: &mut HashSet<String>, instance_id: &str, name: &str) -> String {
    let (instance, name) = (plain(instance_id.trim_start_matches("uuid:")), plain(name));
    let own = [format!("media/{name}"), format!("media/{instance}/{name}")];
    let further = (2_u64..).map(|number| format!("media/{instance}/{number}-{name}"));
    own.into_iter().chain(further).find(|place| taken.insert(place.clone())).unwrap_or_default()
}

/// A name of a file that leads to no other folder.
fn plain(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control() && !"/\\?<>:*|\"".contains(*c)).collect();
    if plain.chars().all(|c| c == '.') { "_".to_owned() } else { plain }
}

/// The rows of some submissions, and whether they are the last.
fn piece(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    filter: &Filter,
    (tables, wanted): (&[Table], &Table),
    from: i64,
) -> Result<(Vec<Vec<String>>, bool), Error> {
    let kept = submissions::of_form_where(tx, filter, (from, PIECE))?;
    let (mut known, mut rows) = (HashMap::new(), Vec::new());
    for (submission, _, xml) in &kept {
        let Ok(record) = Tree::from_xml(xml) else { continue };
        let read = read(tx, viewer, submission.form_version_id, &mut known)?;
        if !wanted.repeat.is_empty() {
            for Instance { key, parent, node } in instances(&record, wanted, tables, &submission.instance_id) {
                let mut row = wanted.cells(&record, Some(node), &read);
                row.extend([parent, key]);
                rows.push(row);
            }
            continue;
        }
        let named = export::files_named_in(&read.definition, &record);
        let there = submissions::count_files(tx, viewer, submission, &named)?;
        let mut row = vec![submission.sent_at.to_string()];
        row.extend(wanted.cells(&record, record.root(), &read));
        row.extend(after(submission, (there, named.len())));
        rows.push(row);
    }
    Ok((rows, (kept.len() as i64) < PIECE))
}

/// What is told of a submission behind its answers, of whose files some came.
fn after(submission: &Submission, (there, named): (usize, usize)) -> [String; 10] {
    [
        submission.instance_id.clone(),
        number(submission.sent_by.0).to_string(),
        submission.sender.clone().unwrap_or_default(),
        there.to_string(),
        named.to_string(),
        String::new(),
        review_word(submission.review_state).unwrap_or_default().to_owned(),
        submission.device.clone().unwrap_or_default(),
        (submission.number - 1).to_string(),
        submission.form_version.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(repeat: &str) -> Table {
        Table { repeat: repeat.to_owned(), columns: Vec::new() }
    }

    #[test]
    fn instances_are_told_with_what_they_stand_in() {
        let xml = "<data><home><child><toy/><toy/></child><child><box><toy/></box></child></home></data>";
        let record = Tree::from_xml(xml).unwrap();
        let tables = [table(""), table("home/child"), table("home/child/toy"), table("home/child/box/toy")];
        let told = |at: usize| {
            let found = instances(&record, &tables[at], &tables, "uuid:a").into_iter();
            found.map(|it| (it.parent, it.key)).collect::<Vec<_>>()
        };
        let pair = |parent: &str, key: &str| (format!("uuid:a{parent}"), format!("uuid:a{key}"));
        assert_eq!(told(1), [pair("", "/home/child[1]"), pair("", "/home/child[2]")]);
        let toys = [1, 2].map(|toy| pair("/home/child[1]", &format!("/home/child[1]/toy[{toy}]")));
        assert_eq!(told(2), toys);
        assert_eq!(told(3), [pair("/home/child[2]", "/home/child[2]/box/toy[1]")]);
    }

    #[test]
    fn files_lie_where_they_belong_and_are_told_apart() {
        let tables = [table(""), table("child"), table("home/child"), table("pet")];
        assert_eq!(
            file_names("visit", &tables),
            ["visit.csv", "visit-child~1.csv", "visit-child~2.csv", "visit-pet.csv"]
        );
        let mut taken = HashSet::new();
        let mut places = |name: &str| in_media(&mut taken, "uuid:a", name);
        assert_eq!(
            ["roof.png", "roof.png", "roof.png"].map(&mut places),
            ["media/roof.png", "media/a/roof.png", "media/a/2-roof.png"]
        );
        assert_eq!(["../../etc/passwd", ".."].map(&mut places), ["media/....etcpasswd", "media/_"]);
    }
}
