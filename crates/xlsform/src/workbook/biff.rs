//! How much an `.xls` would unpack to, looked up before it is read.
//!
//! calamine lays each sheet out as a full rectangle. One cell in the last corner of each of a hundred sheets makes 1.6
//! thousand million empty cells out of a few kilobytes, so the corners are added up first: [MS-XLS] 2.1.4, records of
//! a type, a length and their data, in which all cell records begin with row and column.

use std::io::{Cursor, Read};

use super::{Error, Limits};

/// A sheet, or something within it, begins.
const BOF: u16 = 0x0809;
/// It ends.
const EOF: u16 = 0x000a;
/// Where a sheet begins.
const SHEET: u16 = 0x0085;
/// The rectangle that a sheet says it fills; calamine makes room for all of it.
const DIMENSIONS: u16 = 0x0200;
/// Records that hold a cell: formula, labels, numbers, errors, rich text, blanks and their runs.
const CELLS: [u16; 9] = [0x0006, 0x0204, 0x0203, 0x027e, 0x00fd, 0x0205, 0x00d6, 0x00bd, 0x0201];
/// Runs of numbers: their last column stands at their end.
const RUN: u16 = 0x00bd;

/// Refuses a file whose sheets, as rectangles, hold more cells than `limits` allow four times over.
pub(super) fn refuse_wide(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    let damaged = |error: std::io::Error| Error::Damaged(error.to_string());
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let path = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    let declared = file.open_stream(path).map_err(damaged)?;
    declared.take(limits.file).read_to_end(&mut stream).map_err(damaged)?;
    let mut allowed = (limits.cells as u64).saturating_mul(4);
    for start in sheets(&stream) {
        let area = area(stream.get(start..).unwrap_or_default()).ok_or(Error::Unpacked(limits.unpacked))?;
        allowed = allowed.checked_sub(area).ok_or(Error::Unpacked(limits.unpacked))?;
    }
    Ok(())
}

/// Where the sheets begin, by what the workbook says.
fn sheets(stream: &[u8]) -> Vec<usize> {
    let mut rest = stream;
    let mut starts = Vec::new();
    while let Some((kind, data)) = record(&mut rest).filter(|(kind, _)| *kind != EOF) {
        if kind == SHEET {
            starts.extend(data.first_chunk().map(|start| u32::from_le_bytes(*start) as usize));
        }
    }
    starts
}

/// How many cells the larger of two rectangles has: the one that a sheet says it fills, and the one around its cells.
/// None when the sheet ends before it begins.
fn area(mut rest: &[u8]) -> Option<u64> {
    let mut corners: Option<Corners> = None;
    let (mut said, mut depth) = (0_u64, 0_usize);
    while let Some((kind, data)) = record(&mut rest) {
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            DIMENSIONS => said = said.max(said_area(data)?),
            _ if CELLS.contains(&kind) => {
                let Some((row, column)) = pair(data) else { continue };
                let end = data.last_chunk().map_or(column, |end| u16::from_le_bytes(*end));
                let last = if kind == RUN { end } else { column };
                let corners = corners.get_or_insert(Corners { top: row, bottom: row, left: column, right: last });
                corners.take_in(row, column, last);
            }
            _ => {}
        }
    }
    Some(said.max(corners.map_or(0, |corners| corners.area())))
}

/// The area that a record of dimensions gives; none when it ends before it begins.
fn said_area(data: &[u8]) -> Option<u64> {
    let short = |at: usize| data.get(at..).and_then(|data| data.first_chunk()).map(|bytes| u16::from_le_bytes(*bytes));
    let long = |at: usize| data.get(at..).and_then(|data| data.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
    let (first, end, columns) = match data.len() {
        10 => (short(0)?.into(), short(2)?.into(), short(6)?),
        14 | 16 => (long(0)?, long(4)?, short(10)?),
        _ => return Some(0),
    };
    if end == 0 || columns == 0 {
        return Some(0);
    }
    Some(u64::from(end.checked_sub(first).filter(|rows| *rows > 0)?) * u64::from(columns))
}

/// The rectangle around a sheet's cells.
struct Corners {
    top: u16,
    bottom: u16,
    left: u16,
    right: u16,
}

impl Corners {
    fn take_in(&mut self, row: u16, column: u16, last: u16) {
        self.top = self.top.min(row);
        self.bottom = self.bottom.max(row);
        self.left = self.left.min(column);
        self.right = self.right.max(last).max(column);
    }

    fn area(&self) -> u64 {
        let side = |from: u16, to: u16| u64::from(to.saturating_sub(from)) + 1;
        side(self.top, self.bottom) * side(self.left, self.right)
    }
}

/// The next record's type and data.
fn record<'a>(rest: &mut &'a [u8]) -> Option<(u16, &'a [u8])> {
    let (kind, length) = pair(rest)?;
    let (data, after) = rest.get(4..)?.split_at_checked(usize::from(length))?;
    *rest = after;
    Some((kind, data))
}

fn pair(data: &[u8]) -> Option<(u16, u16)> {
    let (first, rest) = data.split_first_chunk()?;
    let (second, _) = rest.split_first_chunk()?;
    Some((u16::from_le_bytes(*first), u16::from_le_bytes(*second)))
}
