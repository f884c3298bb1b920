//! What came of an import, for people and for machines.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Field, Reason};
use crate::code::Code;
use crate::documents::table::{Table, TableFormat};
use crate::error::Error;
use crate::ui::Language;

/// Rejections kept; beyond, they are only counted.
const MOST_KEPT: usize = 100_000;

/// Characters of a cell that are repeated to show which row it was.
const SHOWN: usize = 1_000;

/// A column and what it was taken for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What it is; nothing, where it was left out.
    pub field: Option<Field>,
}

/// Why a row was not taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct Rejection {
    /// The row's number as a spreadsheet shows it: the head is row 1.
    pub row: u64,
    /// The column, where the reason lies in one.
    pub column: Option<String>,
    /// What is wrong, as a name for machines.
    pub code: String,
    /// What is wrong, in words.
    pub reason: String,
    /// The row as it was.
    #[serde(skip)]
    cells: Vec<String>,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// The language its reasons are in.
    pub language: Language,
    /// Nothing was written.
    pub dry_run: bool,
    /// Rows read, without the head.
    pub rows: u64,
    /// People who are new: registered, or in a dry run to be.
    pub created: u64,
    /// People whose record was brought in line with the file, where that was asked for.
    pub changed: u64,
    /// People who came from this source before; left as they are.
    pub known: u64,
    /// Rows not taken.
    pub rejected: u64,
    /// What each column was taken for.
    pub columns: Vec<Column>,
    /// Why rows were not taken; a row may have several reasons.
    pub rejections: Vec<Rejection>,
    /// Reasons beyond those kept.
    pub further_rejections: u64,
    #[serde(skip)]
    last_rejected: u64,
}

impl ImportReport {
    pub(super) fn new(dry_run: bool, language: Language, columns: &[Column]) -> ImportReport {
        ImportReport {
            language,
            dry_run,
            rows: 0,
            created: 0,
            changed: 0,
            known: 0,
            rejected: 0,
            columns: columns.to_vec(),
            rejections: Vec::new(),
            further_rejections: 0,
            last_rejected: 0,
        }
    }

    pub(super) fn reject(&mut self, row: u64, column: Option<&str>, reason: &Reason, record: &csv::ByteRecord) {
        if self.last_rejected != row {
            self.rejected += 1;
            self.last_rejected = row;
        }
        if self.rejections.len() >= MOST_KEPT {
            self.further_rejections += 1;
            return;
        }
        let shown = |cell: &[u8]| {
            let start = &cell[..cell.len().min(4 * SHOWN)];
            String::from_utf8_lossy(start).chars().take(SHOWN).collect::<String>()
        };
        let cells = record.iter().take(self.columns.len() + 8).map(shown).collect();
        let (code, reason) = (reason.code().to_owned(), reason.in_words(self.language));
        self.rejections.push(Rejection { row, column: column.map(str::to_owned), code, reason, cells });
    }

    /// The rejected rows as CSV, each with what is wrong: to be corrected and imported again.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn rejects_csv(&self) -> Result<Vec<u8>, Error> {
        let words = ["import-rejects-row", "import-rejects-column", "import-rejects-problem"];
        let mut head: Vec<String> = words.map(|key| self.language.t(key).to_owned()).to_vec();
        head.extend(self.columns.iter().map(|column| column.name.clone()));
        let width = head.len();
        let rows = self.rejections.iter().map(|rejection| {
            let mut cells =
                vec![(rejection.row as i64).into(), rejection.column.clone().into(), rejection.reason.as_str().into()];
            cells.extend(rejection.cells.iter().map(|cell| cell.as_str().into()));
            // Cells beyond the head would make the file ragged again.
            cells.resize(width, crate::documents::table::Cell::Empty);
            cells
        });
        Table { title: String::new(), head, rows: rows.collect(), right_to_left: false }.write(TableFormat::Csv)
    }
}

impl ImportReport {
    /// How many rows came to what, in one sentence.
    pub fn counts(&self) -> String {
        let key = if self.dry_run { "import-report-would" } else { "import-report-did" };
        let numbers = [
            ("rows", self.rows),
            ("created", self.created),
            ("changed", self.changed),
            ("known", self.known),
            ("rejected", self.rejected),
        ];
        self.language.t_with(key, &numbers.map(|(name, number)| (name, number.into())))
    }

    /// The same report with no more than so many reasons; the others are counted.
    pub(super) fn shortened(mut self, most: usize) -> ImportReport {
        let left_off = self.rejections.len().saturating_sub(most);
        self.rejections.truncate(most);
        self.further_rejections += left_off as u64;
        self
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say =
            |key: &str, values: &[(&'static str, fluent_bundle::FluentValue<'_>)]| self.language.t_with(key, values);
        if self.dry_run {
            writeln!(f, "{}", self.language.t("import-report-dry"))?;
        }
        writeln!(f, "{}", self.counts())?;
        for column in &self.columns {
            let name = ("column", column.name.as_str().into());
            let told = match column.field {
                Some(field) => say("import-report-column", &[name, ("field", self.language.t(&field.label()).into())]),
                None => say("import-report-column-left", &[name]),
            };
            writeln!(f, "  {told}")?;
        }
        for rejection in &self.rejections {
            let row = ("row", rejection.row.to_string().into());
            let place = match &rejection.column {
                Some(column) => say("import-report-cell", &[row, ("column", column.as_str().into())]),
                None => say("import-report-row", &[row]),
            };
            writeln!(f, "{place}: {}", rejection.reason)?;
        }
        if self.further_rejections > 0 {
            writeln!(f, "{}", say("import-report-more", &[("count", self.further_rejections.into())]))?;
        }
        Ok(())
    }
}
