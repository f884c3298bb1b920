//! An `.xls` made harmless before it is read.
//!
//! calamine lays each sheet out as a full rectangle. One cell in the last corner of each of a hundred sheets makes 1.6
//! thousand million empty cells out of a few kilobytes, so the corners are added up first: [MS-XLS] 2.1.4, records of
//! a type, a length and their data, in which all cell records begin with row and column. It also sets room aside for
//! what a sheet only says that it fills, which some programs exaggerate to ten gigabytes; that record is blanked. What
//! calamine gets is the workbook alone, without macros.

use std::io::{Cursor, Read, Write};

use super::{Error, Limits};

/// A sheet, or something within it, begins.
const BOF: u16 = 0x0809;
/// It ends.
const EOF: u16 = 0x000a;
/// Where a sheet begins.
const SHEET: u16 = 0x0085;
/// The rectangle that a sheet says it fills.
const DIMENSIONS: u16 = 0x0200;
/// Records that hold a cell: formula, labels, numbers, errors, rich text, blanks and their runs.
const CELLS: [u16; 9] = [0x0006, 0x0204, 0x0203, 0x027e, 0x00fd, 0x0205, 0x00d6, 0x00bd, 0x0201];
/// Runs of numbers: their last column stands at their end.
const RUN: u16 = 0x00bd;

/// The workbook of a file, unless its sheets, as rectangles, hold more cells than `limits` allow four times over.
pub(super) fn tamed(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    let damaged = |error: std::io::Error| Error::Damaged(error.to_string());
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let path = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    let declared = file.open_stream(path).map_err(damaged)?;
    declared.take(limits.file).read_to_end(&mut stream).map_err(damaged)?;
    let mut allowed = (limits.cells as u64).saturating_mul(4);
    for start in sheets(&stream) {
        let area = blank_dimensions(stream.get_mut(start..).unwrap_or_default());
        allowed = allowed.checked_sub(area).ok_or(Error::UnpacksTooLarge(limits.unpacked))?;
    }
    let mut tamed =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).map_err(damaged)?;
    tamed.create_stream(path).and_then(|mut copy| copy.write_all(&stream)).map_err(damaged)?;
    tamed.flush().map_err(damaged)?;
    Ok(tamed.into_inner().into_inner())
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

/// Blanks what a sheet says that it fills; gives how many cells the rectangle around its cells has.
fn blank_dimensions(sheet: &mut [u8]) -> u64 {
    let mut corners: Option<Corners> = None;
    let (mut depth, mut at) = (0_usize, 0_usize);
    while let Some((kind, data)) = record(&mut sheet.get(at..).unwrap_or_default()) {
        let (start, length) = (at + 4, data.len());
        at = start + length;
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            DIMENSIONS => sheet.get_mut(start..at).unwrap_or_default().fill(0),
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
    corners.map_or(0, |corners| corners.area())
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
