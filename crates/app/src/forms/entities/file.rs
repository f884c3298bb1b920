//! A list as CSV: for phones and forms, for spreadsheets, and back.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, Terminator, WriterBuilder};
use xlsform::entities::random_uuid;

use super::model::{Entity, EntityList};
use super::store::{self, Content, Origin};
use crate::access::{Permission, Viewer};
use crate::cases::export::note_list;
use crate::db::Tx;
use crate::documents::table::{Cell, Table, TableFormat};
use crate::error::Error;
use crate::forms::lists::MOST;
use crate::forms::remarks::{HouseKind, Remark};
use crate::ids::{EntityId, EntityListId};

/// A list as forms read it: `name`, `label`, `__version` and its properties, of the rows that this user sees.
pub(crate) fn for_forms(tx: &mut Tx<'_>, viewer: &Viewer, list: &EntityList) -> Result<String, Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let broken = |error: csv::Error| Error::Internal(error.to_string());
    // As they are: what a spreadsheet takes for a formula is none for a form.
    writer.write_record(head(list)).map_err(broken)?;
    for entity in store::rows(tx, viewer, list.id, MOST)? {
        writer.write_record(cells(list, &entity)).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
}

/// What forms get of a list before anybody fills them in: its columns.
pub(crate) fn blank(list: &EntityList) -> String {
    format!("{}\r\n", head(list).join(","))
}

fn head(list: &EntityList) -> Vec<String> {
    ["name", "label", "__version"].into_iter().map(str::to_owned).chain(list.properties.iter().cloned()).collect()
}

fn cells(list: &EntityList, entity: &Entity) -> Vec<String> {
    let known = [entity.id.to_string(), entity.label.clone(), entity.number.to_string()];
    let own = list.properties.iter().map(|name| entity.properties.get(name).cloned().unwrap_or_default());
    known.into_iter().chain(own).collect()
}

/// The rows of a list that this user sees, for a spreadsheet; that they left is in the history.
///
/// # Errors
/// The role takes no lists out, no such list, or the database failed.
pub(super) fn download(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityListId) -> Result<(String, Vec<u8>), Error> {
    viewer.require(Permission::ExportLists)?;
    let list = store::list(tx, viewer, id)?;
    let rows = store::rows(tx, viewer, id, i64::from(i32::MAX))?;
    note_list(tx, viewer, &list.name, TableFormat::Csv, i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
    let rows = rows.iter().map(|entity| cells(&list, entity).into_iter().map(Cell::from).collect());
    let table = Table { title: list.name.clone(), head: head(&list), rows: rows.collect(), right_to_left: false };
    Ok((list.name, table.write(TableFormat::Csv)?))
}

/// A row of a file.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// The row in the file, from 1.
    number: u32,
    id: Option<EntityId>,
    label: String,
    /// The version that the row was made from.
    base: Option<i64>,
    properties: BTreeMap<String, String>,
}

fn remark(row: u32, column: &str, kind: &HouseKind) -> Remark {
    Remark { row: Some(row), column: Some(column.to_owned()), ..Remark::of_file(kind) }
}

/// Reads a file by a list's columns, or says of each row what cannot be.
fn read(list: &EntityList, content: &[u8]) -> Result<Vec<Line>, Vec<Remark>> {
    let whole = |kind: HouseKind| vec![Remark::of_file(&kind)];
    let unreadable = |error: csv::Error| HouseKind::RowsUnreadable { reason: error.to_string() };
    let text = std::str::from_utf8(content).map_err(|_| whole(HouseKind::RowsNotUtf8))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => return Err(whole(unreadable(error))),
    };
    let mut remarks: Vec<Remark> = unknown(list, &headers);
    let mut lines = Vec::new();
    let mut taken = BTreeSet::new();
    for (at, record) in reader.records().enumerate() {
        let number = u32::try_from(at + 2).unwrap_or(u32::MAX);
        let record = match record {
            Ok(record) if record.len() == headers.len() => record,
            Ok(record) => {
                let kind = HouseKind::RowLength { cells: record.len(), columns: headers.len() };
                remarks.push(Remark { column: None, ..remark(number, "", &kind) });
                continue;
            }
            Err(error) => {
                remarks.push(Remark { column: None, ..remark(number, "", &unreadable(error)) });
                continue;
            }
        };
        match line(number, &headers, record.iter()) {
            Ok(line) if line.id.is_some_and(|id| !taken.insert(id)) => {
                remarks.push(remark(number, "name", &HouseKind::RowTwice));
            }
            Ok(line) => lines.push(line),
            Err(told) => remarks.extend(told),
        }
    }
    if lines.len() as i64 > MOST {
        remarks.push(Remark::of_file(&HouseKind::RowsTooMany { most: MOST }));
    }
    if remarks.is_empty() { Ok(lines) } else { Err(remarks) }
}

fn unknown(list: &EntityList, headers: &[String]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let known =
        |name: &String| ["name", "label", "__version"].contains(&name.as_str()) || list.properties.contains(name);
    for (at, name) in headers.iter().enumerate() {
        if !known(name) {
            remarks.push(remark(1, name, &HouseKind::RowsUnknownProperty));
        } else if headers.iter().take(at).any(|before| before == name) {
            remarks.push(remark(1, name, &HouseKind::RowsColumnTwice));
        }
    }
    if !headers.iter().any(|name| name == "label") {
        remarks.push(remark(1, "label", &HouseKind::RowsNoLabelColumn));
    }
    remarks
}

fn line<'c>(number: u32, headers: &[String], cells: impl Iterator<Item = &'c str>) -> Result<Line, Vec<Remark>> {
    let mut line = Line { number, id: None, label: String::new(), base: None, properties: BTreeMap::new() };
    let mut remarks = Vec::new();
    for (name, cell) in headers.iter().zip(cells) {
        let cell = plain(cell);
        match name.as_str() {
            "name" if cell.is_empty() => {}
            "name" => match random_uuid(cell) {
                Some(id) => line.id = Some(EntityId(id)),
                None => remarks.push(remark(number, name, &HouseKind::RowBadId)),
            },
            "label" => line.label = cell.to_owned(),
            "__version" if cell.is_empty() => {}
            "__version" => match cell.parse() {
                Ok(base) => line.base = Some(base),
                Err(_) => remarks.push(remark(number, name, &HouseKind::RowBadVersion)),
            },
            _ => drop(line.properties.insert(name.clone(), cell.to_owned())),
        }
    }
    if line.label.is_empty() {
        remarks.push(remark(number, "label", &HouseKind::RowNoLabel));
    }
    if remarks.is_empty() { Ok(line) } else { Err(remarks) }
}

/// A cell without the mark that keeps a spreadsheet from taking it for a formula.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    let marked = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
    marked.unwrap_or(cell)
}

/// What an upload did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Uploaded {
    /// Entities made.
    pub made: i64,
    /// Entities changed.
    pub changed: i64,
    /// Rows that say what stands already.
    pub same: i64,
}

/// Takes the rows of a file into a list: those with the id of an entity change it, all others are made. All or none.
///
/// # Errors
/// The role does not manage forms, no such list, rows that cannot be taken, or the database failed.
pub(super) fn upload(tx: &mut Tx<'_>, viewer: &Viewer, id: EntityListId, content: &[u8]) -> Result<Uploaded, Error> {
    viewer.require(Permission::ManageForms)?;
    let list = store::list(tx, viewer, id)?;
    let lines = read(&list, content).map_err(Error::Sheet)?;
    let (mut done, mut remarks) = (Uploaded::default(), Vec::new());
    for line in lines {
        match take(tx, viewer, &list, line)? {
            Ok(Taken::Made) => done.made += 1,
            Ok(Taken::Changed) => done.changed += 1,
            Ok(Taken::Same) => done.same += 1,
            Err(remark) => remarks.push(remark),
        }
    }
    // The error gives the whole transaction up.
    if remarks.is_empty() { Ok(done) } else { Err(Error::Sheet(remarks)) }
}

enum Taken {
    Made,
    Changed,
    Same,
}

fn take(tx: &mut Tx<'_>, viewer: &Viewer, list: &EntityList, line: Line) -> Result<Result<Taken, Remark>, Error> {
    let there = match line.id {
        Some(id) => store::held_entity(tx, viewer, id)?,
        None => None,
    };
    let Some(there) = there else {
        let id = line.id.unwrap_or_else(|| EntityId(uuid::Uuid::new_v4()));
        let content = Content { label: Some(line.label), properties: line.properties };
        store::insert_of_house(tx, viewer, (list, id), &content, &Origin::default())?;
        return Ok(Ok(Taken::Made));
    };
    if there.list_id != list.id || there.deleted_at.is_some() || !store::sees(tx, viewer, there.id)? {
        return Ok(Err(remark(line.number, "name", &HouseKind::RowIdTaken)));
    }
    if line.base.is_some_and(|base| base != there.number) {
        return Ok(Err(remark(line.number, "__version", &HouseKind::RowChanged { version: there.number })));
    }
    let stands = |name: &str| there.properties.get(name).map_or("", String::as_str);
    let changed = line.properties.iter().filter(|(name, value)| stands(name) != value.as_str());
    let properties: BTreeMap<String, String> = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    let label = Some(line.label).filter(|label| *label != there.label);
    if label.is_none() && properties.is_empty() {
        return Ok(Ok(Taken::Same));
    }
    let origin = Origin { base: Some(there.number), ..Origin::default() };
    store::write(tx, viewer, &there, there.sensitivity, &Content { label, properties }, &origin)?;
    Ok(Ok(Taken::Changed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::Moment;
    use crate::forms::Reach;

    fn list() -> EntityList {
        EntityList {
            id: EntityListId::new(),
            name: "water_points".to_owned(),
            properties: vec!["place".to_owned(), "litres".to_owned()],
            reach: Reach::House,
            count: 0,
            held: 0,
            created_at: Moment::now(),
            updated_at: Moment::now(),
            version: 1,
        }
    }

    #[test]
    fn rows_are_read_by_their_columns() {
        let file = "\u{feff}label,litres,name\r\nWell,'-40,\r\nSpring,7,7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10\r\n";
        let lines = read(&list(), file.as_bytes()).unwrap();
        assert_eq!((lines[0].number, lines[0].label.as_str(), lines[0].id), (2, "Well", None));
        assert_eq!(lines[0].properties["litres"], "-40", "what was defused for a spreadsheet comes back as it was");
        assert!(lines[1].id.is_some() && !lines[1].properties.contains_key("place"));
    }

    #[test]
    fn each_row_that_cannot_be_is_told_with_its_column() {
        let file = "label,depth,name,__version\n,3,x,\nWell,3\nA,1,7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10,two\n\
                    B,1,7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b11,\nC,1,7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b11,\n";
        let remarks = read(&list(), file.as_bytes()).unwrap_err();
        let told: Vec<(Option<u32>, Option<&str>)> =
            remarks.iter().map(|remark| (remark.row, remark.column.as_deref())).collect();
        let wanted = [
            (Some(1), Some("depth")),
            (Some(2), Some("name")),
            (Some(2), Some("label")),
            (Some(3), None),
            (Some(4), Some("__version")),
            (Some(6), Some("name")),
        ];
        assert_eq!(told, wanted);
        assert!(read(&list(), b"\xff").is_err() && read(&list(), b"place\nx\n").is_err());
    }
}
