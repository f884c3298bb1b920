//! A file as rows: whatever a spreadsheet saved, as text with cells and the numbers of its rows.

use std::borrow::Cow;

use encoding_rs::{
    SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1256,
};

use super::{ImportError, workbook};
use crate::codes;

codes! {
    /// How the letters of a text file are written, where it does not say so itself.
    "text-encoding" TextEncoding {
        /// UTF-8.
        Utf8 = "utf-8",
        /// Arabic and Persian Windows.
        Arabic = "windows-1256",
        /// Western European Windows, Latin-1.
        Western = "windows-1252",
        /// Japanese Windows, Shift JIS.
        Japanese = "shift_jis",
        /// Cyrillic Windows.
        Cyrillic = "windows-1251",
        /// Central European Windows.
        Central = "windows-1250",
        /// Turkish Windows.
        Turkish = "windows-1254",
    }
}

impl TextEncoding {
    fn decoder(self) -> Option<&'static encoding_rs::Encoding> {
        Some(match self {
            TextEncoding::Utf8 => return None,
            TextEncoding::Arabic => WINDOWS_1256,
            TextEncoding::Western => WINDOWS_1252,
            TextEncoding::Japanese => SHIFT_JIS,
            TextEncoding::Cyrillic => WINDOWS_1251,
            TextEncoding::Central => WINDOWS_1250,
            TextEncoding::Turkish => WINDOWS_1254,
        })
    }
}

/// A file that holds rows.
pub(super) struct File<'b> {
    text: Cow<'b, [u8]>,
    delimiter: u8,
    /// Rows before the first of the text.
    skipped: u64,
}

impl<'b> File<'b> {
    /// Recognises text in UTF-8 or UTF-16, or in the encoding said, and workbooks.
    ///
    /// # Errors
    /// It is empty, or none of these.
    pub(super) fn read(bytes: &'b [u8], encoding: Option<TextEncoding>) -> Result<File<'b>, ImportError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(File { text: Cow::Owned(workbook::as_csv(bytes)?), delimiter: b',', skipped: 0 });
        }
        if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(ImportError::OldWorkbook);
        }
        let text = text(bytes, encoding)?;
        if text.trim_ascii().is_empty() {
            return Err(ImportError::Empty);
        }
        // Excel's own note of what parts the cells.
        let mark = text.strip_prefix(b"sep=").and_then(|rest| Some((*rest.first()?, rest.get(1)?)));
        if let Some((delimiter, b'\r' | b'\n')) = mark {
            let start = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
            let rest = match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
                Cow::Owned(text) => Cow::Owned(text[start..].to_vec()),
            };
            return Ok(File { text: rest, delimiter, skipped: 1 });
        }
        Ok(File { delimiter: delimiter(&text), text, skipped: 0 })
    }

    /// Its rows from the first on, the head included.
    pub(super) fn rows(&self) -> Rows<'_> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(self.text.as_ref());
        Rows { reader, row: self.skipped }
    }
}

fn text(bytes: &[u8], encoding: Option<TextEncoding>) -> Result<Cow<'_, [u8]>, ImportError> {
    let marked = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(decoder) = marked.or_else(|| encoding.and_then(TextEncoding::decoder)) {
        let (text, _, broken) = decoder.decode(bytes);
        return if broken { Err(ImportError::Encoding) } else { Ok(Cow::Owned(text.into_owned().into_bytes())) };
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.iter().take(4096).any(|byte| *byte == 0) { Err(ImportError::Binary) } else { Ok(Cow::Borrowed(text)) }
}

/// The character that parts the cells of the head, outside quotes.
fn delimiter(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.iter().take(64 * 1024) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                counts.iter_mut().filter(|(mark, _)| mark == byte).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| mark)
}

/// The rows of a file, one after the other.
pub(super) struct Rows<'f> {
    reader: csv::Reader<&'f [u8]>,
    row: u64,
}

impl Rows<'_> {
    /// Reads the next row with anything in it, and answers its number as a spreadsheet shows it.
    ///
    /// # Errors
    /// The reader gave up, which in memory it does not.
    pub(super) fn next(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u64>, csv::Error> {
        loop {
            let before = self.reader.position().line();
            if !self.reader.read_byte_record(record)? {
                return Ok(None);
            }
            // The reader passes empty lines over; a spreadsheet counts them.
            let passed = self.reader.position().line() - before;
            let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            self.row += 1 + passed.saturating_sub(inside + 1);
            if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(Some(self.row));
            }
        }
    }
}
