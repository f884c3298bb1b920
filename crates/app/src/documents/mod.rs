//! Printable documents: a case file, a referral letter, a list, as PDF.
//!
//! A [`Document`] says what is on the page; how it looks is decided here, once,
//! for every script the house writes in. `fonts` holds the typefaces, `text`
//! turns strings into lines of glyphs, `layout` turns lines into pages, and
//! `pdf` writes the pages down.

mod download;
mod fonts;
mod layout;
mod pdf;
pub mod stream;
pub mod table;
mod text;

pub use download::download;

/// The most text a document may hold, in bytes; a few hundred pages. More is
/// an export, not something anybody prints, and would hold a core for long.
pub const LONGEST_TEXT: usize = 1_000_000;

/// The most columns that can still be read across an A4 page.
pub const MOST_COLUMNS: usize = 24;

/// What every block, cell and line costs beside its text, in bytes, so that a
/// million empty cells are refused like a million letters.
const COST_OF_A_PIECE: usize = 16;

/// A printable document: what is on the page, without how.
///
/// ```ignore
/// let pdf = Document {
///     title: "ملف الحالة".into(),
///     language: "ar".into(),
///     right_to_left: true,
///     blocks: vec![Block::Paragraph("مرحبا".into())],
///     ..Document::default()
/// }
/// .to_pdf()?;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Printed large on the first page, and the title of the file.
    pub title: String,
    /// Printed below the title; may be empty.
    pub subtitle: String,
    /// The main language as a BCP 47 tag, such as `ar` or `pt-BR`.
    pub language: String,
    /// Whether the page reads from right to left: text starts at the right
    /// margin and tables begin with their rightmost column.
    pub right_to_left: bool,
    /// Printed at the foot of every page beside the page number.
    pub footer: String,
    /// The contents, in reading order.
    pub blocks: Vec<Block>,
}

/// One piece of a document's contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Opens a section; never left alone at the foot of a page.
    Heading(String),
    /// Running text. Line breaks in the string are kept.
    Paragraph(String),
    /// Labels and what they say, such as a name or a date of birth.
    Facts(Vec<(String, String)>),
    /// Rows under a head that is repeated on every page. Short rows are
    /// filled up with empty cells.
    Table {
        /// The names of the columns.
        head: Vec<String>,
        /// The cells, row by row.
        rows: Vec<Vec<String>>,
    },
    /// Something the reader must not miss, in a frame.
    Warning(String),
}

/// Why a document could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is more text than anybody could print.
    #[error("the document holds {bytes} bytes of text; at most {LONGEST_TEXT} can be printed")]
    TooLong {
        /// How much there is, in bytes, with a little for every cell.
        bytes: usize,
    },
    /// A table has more columns than fit across a page.
    #[error("a table has {columns} columns; at most {MOST_COLUMNS} fit across a page")]
    TooWide {
        /// How many columns the table has.
        columns: usize,
    },
    /// A typeface inside the program could not be read.
    #[error("a typeface inside the program is damaged")]
    DamagedTypeface,
    /// The writer of the file refused its contents.
    #[error("the PDF could not be written: {0}")]
    Unwritable(String),
}

impl Document {
    /// Sets the document on A4 pages and writes them as a tagged PDF.
    ///
    /// # Errors
    ///
    /// When the document is too long or a table too wide to print, or when
    /// the file cannot be written.
    pub fn to_pdf(&self) -> Result<Vec<u8>, DocumentError> {
        self.refuse_too_long()?;
        self.refuse_too_wide()?;
        let shelf = fonts::Shelf::open().ok_or(DocumentError::DamagedTypeface)?;
        let pages = layout::compose(self, shelf);
        pdf::write(self, pages, shelf)
    }

    fn refuse_too_long(&self) -> Result<(), DocumentError> {
        let around = [&self.title, &self.subtitle, &self.footer];
        let around: usize = around.iter().map(|text| text.len()).sum();
        let bytes = around + self.blocks.iter().map(Block::weight).sum::<usize>();
        match bytes {
            0..=LONGEST_TEXT => Ok(()),
            _ => Err(DocumentError::TooLong { bytes }),
        }
    }

    fn refuse_too_wide(&self) -> Result<(), DocumentError> {
        let widest = self.blocks.iter().map(Block::columns).max().unwrap_or(0);
        match widest {
            0..=MOST_COLUMNS => Ok(()),
            columns => Err(DocumentError::TooWide { columns }),
        }
    }
}

impl Block {
    /// How much there is to set, in bytes.
    fn weight(&self) -> usize {
        match self {
            Self::Heading(text) | Self::Paragraph(text) | Self::Warning(text) => piece(text),
            Self::Facts(facts) => facts.iter().map(|(name, value)| piece(name) + piece(value)).sum(),
            Self::Table { head, rows } => row_weight(head) + rows.iter().map(|row| row_weight(row)).sum::<usize>(),
        }
    }

    /// How many columns the block has side by side.
    fn columns(&self) -> usize {
        match self {
            Self::Table { head, rows } => rows.iter().map(Vec::len).fold(head.len(), usize::max),
            Self::Facts(_) => 2,
            Self::Heading(_) | Self::Paragraph(_) | Self::Warning(_) => 1,
        }
    }
}

fn row_weight(cells: &[String]) -> usize {
    COST_OF_A_PIECE + cells.iter().map(|cell| piece(cell)).sum::<usize>()
}

fn piece(text: &str) -> usize {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    lines * COST_OF_A_PIECE + text.len()
}

#[cfg(test)]
mod tests;
