//! A file of comma-separated values, or of Parquet: what it is, its header, its rows in batches.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::error::Error;
use super::parquet::{self, Opened, Rows};

/// Rows read at a time.
const BATCH: usize = 16_384;
/// Bytes looked at to find the delimiter.
const GLANCE: usize = 65_536;

/// A file whose header has been read.
pub struct Table {
    path: PathBuf,
    form: Form,
    header: Vec<String>,
}

enum Form {
    /// With what stands between two cells.
    Csv(u8),
    Parquet(Opened),
}

/// Cells of some rows, one after another.
#[derive(Default)]
pub struct Batch {
    text: String,
    ends: Vec<usize>,
    width: usize,
}

impl Batch {
    /// How many rows these are.
    pub fn len(&self) -> usize {
        self.ends.len() / self.width.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One cell.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    fn push(&mut self, cells: &str, record: &ByteRecord) {
        let base = self.text.len();
        self.text.push_str(cells);
        let mut end = base;
        for cell in record {
            end += cell.len();
            self.ends.push(end);
        }
    }

    fn push_columns(&mut self, columns: &[Vec<String>]) {
        for row in 0..columns.first().map_or(0, Vec::len) {
            for column in columns {
                self.text.push_str(&column[row]);
                self.ends.push(self.text.len());
            }
        }
    }

    fn clear(&mut self, width: usize) {
        self.text.clear();
        self.ends.clear();
        self.width = width;
    }
}

impl Table {
    /// Reads a file's header: Parquet's where the file is called so, and else that of a CSV file, whose
    /// delimiter it finds: comma, semicolon, tab or bar.
    ///
    /// # Errors
    /// The file cannot be read, is empty, is no UTF-8, or has a column twice.
    pub fn open(path: &Path) -> Result<Table, Error> {
        if parquet::is_named(path) { Table::open_parquet(path) } else { Table::open_csv(path) }
    }

    fn open_parquet(path: &Path) -> Result<Table, Error> {
        let opened = Opened::open(path)?;
        let header: Vec<String> = opened.header().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(Error::file(path, "no column holds one value a row; lists and structures are not compared"));
        }
        let twice = |name: &&String| header.iter().filter(|other| other == name).count() > 1;
        if let Some(name) = header.iter().find(twice) {
            return Err(Error::file(path, "two columns have this name; give each its own").column(name));
        }
        Ok(Table { path: path.to_owned(), form: Form::Parquet(opened), header })
    }

    fn open_csv(path: &Path) -> Result<Table, Error> {
        let glance = glance(path)?;
        if glance.starts_with(&[0xff, 0xfe]) || glance.starts_with(&[0xfe, 0xff]) {
            return Err(Error::file(path, "the file is in UTF-16; save it as CSV in UTF-8"));
        }
        if glance.starts_with(parquet::MAGIC) {
            return Err(Error::file(path, "this is a Parquet file; give it a name that ends in .parquet"));
        }
        let text = glance.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&glance);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::file(path, "the file is empty; its first row must name the columns"));
        }
        let delimiter = delimiter(text);
        let mut table = Table { path: path.to_owned(), form: Form::Csv(delimiter), header: Vec::new() };
        let mut record = ByteRecord::new();
        table
            .reader(delimiter)?
            .read_byte_record(&mut record)
            .map_err(|error| Error::row(path, 1, error.to_string()))?;
        for (index, cell) in record.iter().enumerate() {
            let name = std::str::from_utf8(cell).map_err(|error| not_utf8(path, 1, &(index + 1).to_string(), error))?;
            let name = name.trim_start_matches('\u{feff}').trim();
            let name = if name.is_empty() { format!("column {}", index + 1) } else { name.to_owned() };
            if table.header.contains(&name) {
                let reason = "two columns have this name; give each its own";
                return Err(Error::row(path, 1, reason).column(&name));
            }
            table.header.push(name);
        }
        Ok(table)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands between two cells; a comma where the file is no CSV.
    pub fn delimiter(&self) -> u8 {
        match self.form {
            Form::Csv(delimiter) => delimiter,
            Form::Parquet(_) => b',',
        }
    }

    /// The file as Parquet, if it is that.
    pub(super) fn parquet(&self) -> Option<&Opened> {
        match &self.form {
            Form::Csv(_) => None,
            Form::Parquet(opened) => Some(opened),
        }
    }

    /// The columns' names.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Where a column stands.
    ///
    /// # Errors
    /// There is none of this name; the message lists those there are.
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        self.header.iter().position(|column| column == name).ok_or_else(|| {
            let there = self.header.join(", ");
            Error::file(&self.path, format!("there is no such column; the file has: {there}")).column(name)
        })
    }

    /// The first rows.
    ///
    /// # Errors
    /// As [`Table::batches`].
    pub fn sample(&self) -> Result<Batch, Error> {
        let mut batches = self.batches()?;
        let mut batch = Batch::default();
        batches.read(&mut batch)?;
        Ok(batch)
    }

    /// All rows from the first on, a batch at a time.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn batches(&self) -> Result<Batches<'_>, Error> {
        Ok(match &self.form {
            Form::Csv(delimiter) => {
                let mut reader = self.reader(*delimiter)?;
                let mut record = ByteRecord::new();
                reader.read_byte_record(&mut record).map_err(|error| Error::row(&self.path, 1, error.to_string()))?;
                Batches::Csv(Lines { table: self, reader, record, row: 1 })
            }
            Form::Parquet(opened) => Batches::Parquet(self.header.len(), opened.rows(&self.path)),
        })
    }

    fn reader(&self, delimiter: u8) -> Result<Reader<File>, Error> {
        let file = File::open(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        Ok(ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(1 << 20)
            .from_reader(file))
    }
}

/// A file's rows on their way in.
pub enum Batches<'a> {
    /// Of a CSV file.
    Csv(Lines<'a>),
    /// Of a Parquet file with so many columns.
    Parquet(usize, Rows<'a>),
}

/// The lines of a CSV file.
pub struct Lines<'a> {
    table: &'a Table,
    reader: Reader<File>,
    record: ByteRecord,
    row: u64,
}

impl Batches<'_> {
    /// Fills a batch with the next rows, and whether there were any.
    ///
    /// # Errors
    /// A row has more or fewer cells than the header, or is no UTF-8; row and column are named.
    pub fn read(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        match self {
            Batches::Csv(lines) => lines.read(batch)?,
            Batches::Parquet(width, rows) => {
                batch.clear(*width);
                batch.push_columns(&rows.read(BATCH)?);
            }
        }
        Ok(!batch.is_empty())
    }
}

impl Lines<'_> {
    fn read(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let (path, header) = (&self.table.path, &self.table.header);
        batch.clear(header.len());
        while batch.len() < BATCH {
            let more = self.reader.read_byte_record(&mut self.record);
            self.row += 1;
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(Error::row(path, self.row, error.to_string())),
            }
            if self.record.len() != header.len() {
                let reason = format!(
                    "the row has {} cells, the header {}; is a quotation mark or a delimiter missing?",
                    self.record.len(),
                    header.len()
                );
                return Err(Error::row(path, self.row, reason));
            }
            match std::str::from_utf8(self.record.as_slice()) {
                // Cells that are whole only together are none.
                Ok(cells) if self.record.iter().all(|cell| std::str::from_utf8(cell).is_ok()) => {
                    batch.push(cells, &self.record);
                }
                _ => return Err(self.wrong_cell()),
            }
        }
        Ok(())
    }

    fn wrong_cell(&self) -> Error {
        let cells = self.record.iter().zip(&self.table.header);
        let wrong = cells.filter_map(|(cell, name)| std::str::from_utf8(cell).err().map(|error| (name, error))).next();
        match wrong {
            Some((name, error)) => not_utf8(&self.table.path, self.row, name, error),
            None => Error::row(&self.table.path, self.row, "the row is no UTF-8"),
        }
    }
}

fn glance(path: &Path) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    BufReader::new(file).take(GLANCE as u64).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

/// What stands most often in the header, quoted cells aside.
fn delimiter(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            _ if !quoted => counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // The comma where nothing is said: `max_by_key` takes the last of equals.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| *mark)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::file(path, format!("the file cannot be read: {error}"))
}

fn not_utf8(path: &Path, row: u64, column: &str, error: std::str::Utf8Error) -> Error {
    let reason = format!("the cell is not UTF-8 after its byte {}; save the file as CSV in UTF-8", error.valid_up_to());
    Error::row(path, row, reason).column(column)
}
