//! CSV as programs and spreadsheets write it, read in blocks that are parsed side by side.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use rayon::prelude::*;

use crate::describe::Description;

use super::dictionary::{Batch, Gathered};
use super::{Raw, Refused, judge_header};

/// How much is parsed at a time by one processor.
const BLOCK: usize = 4 << 20;
/// A record longer than this is no row of a table.
const LONGEST: usize = 64 << 20;
/// Rows of the wrong length that are told before it is enough.
const MOST_TOLD: usize = 20;

/// The columns of a CSV file.
pub fn gather(path: &Path, description: &Description) -> Result<Raw, Vec<Refused>> {
    let unreadable = |error: &dyn std::fmt::Display| vec![Refused::File(format!("cannot be read: {error}"))];
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    from(BufReader::with_capacity(1 << 16, file), description, BLOCK)
}

/// The columns of CSV from anywhere, in blocks of about this many bytes.
fn from(mut input: impl BufRead, description: &Description, block: usize) -> Result<Raw, Vec<Refused>> {
    let unreadable = |error: std::io::Error| vec![Refused::File(format!("cannot be read: {error}"))];
    let start = input.fill_buf().map_err(unreadable)?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(vec![Refused::File("is written in UTF-16; save it as CSV UTF-8".to_owned())]);
    }
    let mark = if start.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    input.consume(mark);
    let mut blocks = Blocks { input, block, delimiter: b',', rest: Vec::new(), ended: false };
    blocks.delimiter = delimiter(blocks.peek().map_err(unreadable)?);
    let mut columns: Vec<Gathered> = Vec::new();
    let (mut rows, mut reasons) = (0u64, Vec::new());
    let at_once = rayon::current_num_threads().max(1) * 2;
    loop {
        let mut several = Vec::with_capacity(at_once);
        while several.len() < at_once {
            match blocks.next()? {
                Some(block) => several.push(block),
                None => break,
            }
        }
        if several.is_empty() {
            break;
        }
        let mut texts = several.iter().map(Vec::as_slice).collect::<Vec<&[u8]>>();
        if columns.is_empty() {
            let Some(first) = texts.first_mut() else { break };
            let (header, after) = header(first, blocks.delimiter)?;
            judge_header(&header, description)?;
            let about = |name: &String| description.columns.get(name).cloned().unwrap_or_default();
            columns = header.into_iter().map(|name| (about(&name), name)).map(|it| Gathered::new(it.1, it.0)).collect();
            *first = first.get(after..).unwrap_or_default();
        }
        let read: Vec<bool> = columns.iter().map(Gathered::is_read).collect();
        let parsed: Vec<Parsed> = texts.par_iter().map(|text| Parsed::from(text, blocks.delimiter, &read)).collect();
        for parsed in &parsed {
            reasons.extend(parsed.uneven.iter().map(|(row, cells)| uneven(rows + row + 2, *cells, columns.len())));
        }
        let firsts = parsed.iter().scan(rows, |row, parsed| Some(std::mem::replace(row, *row + parsed.rows)));
        let firsts: Vec<u64> = firsts.collect();
        columns.par_iter_mut().enumerate().for_each(|(place, column)| {
            for (parsed, first) in parsed.iter().zip(&firsts) {
                if let Some(batch) = parsed.columns.get(place) {
                    column.join(batch, first + 2);
                }
            }
        });
        rows += parsed.iter().map(|parsed| parsed.rows).sum::<u64>();
        if reasons.len() >= MOST_TOLD {
            reasons.truncate(MOST_TOLD);
            reasons.push(Refused::File("and more; the file is read no further".to_owned()));
            break;
        }
    }
    if columns.is_empty() {
        return Err(vec![Refused::File("is empty; its first row names the columns".to_owned())]);
    }
    if reasons.is_empty() { Ok(Raw { columns, rows }) } else { Err(reasons) }
}

fn uneven(row: u64, cells: usize, columns: usize) -> Refused {
    let reason =
        format!("has {cells} cells where the header names {columns} columns; quote cells that hold separators");
    Refused::Row { row, reason }
}

/// What separates cells: whichever of the usual signs is most frequent in the header.
fn delimiter(start: &[u8]) -> u8 {
    let mut quoted = false;
    let outside = |byte: &&u8| {
        quoted ^= **byte == b'"';
        !quoted
    };
    let line: Vec<u8> = start.iter().filter(outside).take_while(|byte| **byte != b'\n').copied().collect();
    let often = |sign: &u8| line.iter().filter(|byte| *byte == sign).count();
    // The last of the most frequent is taken, so that a comma wins a tie.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',')
}

fn reader(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// The names of the columns, and where the rows begin.
fn header(text: &[u8], delimiter: u8) -> Result<(Vec<String>, usize), Vec<Refused>> {
    let mut reader = reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    let reason = "is not written in UTF-8; save the file as CSV UTF-8".to_owned();
    reader.read_record(&mut record).map_err(|_| vec![Refused::Row { row: 1, reason }])?;
    let after = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    Ok((record.iter().map(|name| name.trim().to_owned()).collect(), after))
}

/// Whole rows, some megabytes at a time.
struct Blocks<R> {
    input: R,
    block: usize,
    delimiter: u8,
    rest: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Blocks<R> {
    fn fill(&mut self, most: usize) -> std::io::Result<()> {
        let wanted = most.saturating_sub(self.rest.len());
        let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut self.rest)?;
        self.ended |= read < wanted;
        Ok(())
    }

    fn peek(&mut self) -> std::io::Result<&[u8]> {
        self.fill(self.block)?;
        Ok(&self.rest)
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, Vec<Refused>> {
        let mut most = self.block;
        loop {
            self.fill(most).map_err(|error| vec![Refused::File(format!("cannot be read: {error}"))])?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            if self.ended {
                return Ok(Some(std::mem::take(&mut self.rest)));
            }
            if let Some(end) = end_of_rows(&self.rest, self.delimiter) {
                let after = self.rest.split_off(end);
                return Ok(Some(std::mem::replace(&mut self.rest, after)));
            }
            if most >= LONGEST {
                let reason = "a row is longer than 64 megabytes; a quotation mark may be missing".to_owned();
                return Err(vec![Refused::File(reason)]);
            }
            most *= 2;
        }
    }
}

/// Where the last whole row ends. A quotation mark opens a cell only where a cell begins.
fn end_of_rows(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    let mut end = None;
    loop {
        let outside = text.get(at..)?;
        let quote = memchr::memchr(b'"', outside).unwrap_or(outside.len());
        let plain = outside.get(..quote)?;
        end = memchr::memrchr(b'\n', plain).map(|line| at + line + 1).or(end);
        if quote == outside.len() {
            return end;
        }
        let before = (at + quote).checked_sub(1).and_then(|before| text.get(before));
        let opens = before.is_none_or(|before| *before == delimiter || *before == b'\n' || *before == b'\r');
        at += quote + 1;
        if opens {
            loop {
                let Some(close) = text.get(at..).and_then(|inside| memchr::memchr(b'"', inside)) else { return end };
                at += close + 1;
                // Two in a row are one that was meant.
                if text.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
    }
}

/// A block, parsed.
struct Parsed {
    columns: Vec<Batch>,
    rows: u64,
    /// Rows of another length than the header: which, and how long.
    uneven: Vec<(u64, usize)>,
}

impl Parsed {
    fn from(text: &[u8], delimiter: u8, read: &[bool]) -> Parsed {
        let mut parsed =
            Parsed { columns: read.iter().map(|_| Batch::default()).collect(), rows: 0, uneven: Vec::new() };
        let mut reader = reader(text, delimiter);
        let mut record = csv::ByteRecord::new();
        // Bytes in memory are always read.
        while let Ok(true) = reader.read_byte_record(&mut record) {
            if record.len() == read.len() {
                for ((batch, read), cell) in parsed.columns.iter_mut().zip(read).zip(&record) {
                    if *read {
                        batch.push(cell);
                    }
                }
            } else if parsed.uneven.len() < MOST_TOLD {
                parsed.uneven.push((parsed.rows, record.len()));
            }
            parsed.rows += 1;
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "[a-c]{1,2}", "[a,;\"\n\t é]{0,6}"]
    }

    proptest! {
        #[test]
        fn however_a_file_is_cut_into_blocks_its_cells_stay_the_same(
            rows in prop::collection::vec(prop::collection::vec(cell(), 3), 1..40),
            block in 1usize..60,
            separator in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
            writer.write_record(["one", "two", "three"]).unwrap();
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = writer.into_inner().unwrap();
            let raw = from(text.as_slice(), &Description::default(), block.max(20)).unwrap();
            prop_assert_eq!(raw.rows, rows.len() as u64);
            for (place, column) in raw.columns.iter().enumerate() {
                for (row, code) in rows.iter().zip(&column.codes) {
                    let value = usize::from(*code).checked_sub(1).map_or("", |at| column.values[at].as_str());
                    prop_assert_eq!(value, row[place].trim());
                }
            }
        }
    }
}
