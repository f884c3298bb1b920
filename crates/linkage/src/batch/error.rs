//! What goes wrong with a file, said so that its owner can mend it.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a file or a model was not taken.
#[derive(Debug)]
pub struct Error {
    file: PathBuf,
    row: Option<u64>,
    group: Option<usize>,
    column: Option<String>,
    reason: String,
}

impl Error {
    /// The whole file is at fault.
    pub fn file(file: &Path, reason: impl Into<String>) -> Error {
        Error { file: file.to_owned(), row: None, group: None, column: None, reason: reason.into() }
    }

    /// One row is at fault; rows are counted as a spreadsheet does, the header being row 1.
    pub fn row(file: &Path, row: u64, reason: impl Into<String>) -> Error {
        Error { row: Some(row), ..Error::file(file, reason) }
    }

    /// Names the row group of a Parquet file as well, counted from 1.
    #[must_use]
    pub fn group(self, group: usize) -> Error {
        Error { group: Some(group), ..self }
    }

    /// Names the column as well.
    #[must_use]
    pub fn column(self, column: &str) -> Error {
        Error { column: Some(column.to_owned()), ..self }
    }

    /// The file that is at fault.
    pub fn path(&self) -> &Path {
        &self.file
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        if let Some(row) = self.row {
            write!(out, ", row {row}")?;
        }
        if let Some(group) = self.group {
            write!(out, ", row group {group}")?;
        }
        if let Some(column) = &self.column {
            write!(out, ", column «{column}»")?;
        }
        write!(out, ": {}", self.reason)
    }
}

impl std::error::Error for Error {}
