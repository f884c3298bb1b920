//! Codes, one or many, in memory and in files.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use csv::WriterBuilder;

use super::parameters::Parameters;
use crate::batch::{Batch, Error, Table, Texts};

/// The code of one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code(pub(super) Vec<u64>);

impl Code {
    /// How alike two codes are, from 0 to 1: twice the bits that both have, divided by the bits of each
    /// (Dice). Strangers' balanced codes share about half.
    pub fn similarity(&self, other: &Code) -> f64 {
        let ones = |words: &[u64]| words.iter().map(|word| word.count_ones()).sum::<u32>();
        let both: u32 = self.0.iter().zip(&other.0).map(|(one, other)| (one & other).count_ones()).sum();
        let all = ones(&self.0) + ones(&other.0);
        if all == 0 { 0.0 } else { f64::from(2 * both) / f64::from(all) }
    }

    /// How many bits are set.
    pub fn ones(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

/// The codes of a list, each with its record's name.
pub struct Codes {
    /// Where they came from, for messages.
    pub(super) path: PathBuf,
    pub(super) parameters: Parameters,
    /// See [`super::Encoder::check`].
    pub(super) check: String,
    pub(super) ids: Texts,
    /// Word after word, code after code.
    pub(super) words: Vec<u64>,
    /// Records that have no code because too little is known of them.
    pub left_out: usize,
    /// What the user should know.
    pub remarks: Vec<String>,
}

/// The column that names a record, and what the name of the other column ends with.
const ID: &str = "id";
const CHECK: &str = " check=";

impl Codes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How they were made.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What a record is called.
    pub fn id(&self, at: usize) -> &str {
        self.ids.get(at)
    }

    /// What the records are called, in the order of the list.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter()
    }

    pub(super) fn width(&self) -> usize {
        self.parameters.code_bits() / 64
    }

    pub(super) fn code(&self, at: usize) -> &[u64] {
        &self.words[at * self.width()..(at + 1) * self.width()]
    }

    /// Writes them as CSV: the record's name and its code in base64. The name of the code's column says
    /// how codes were made. Rows are in the order of codes, so that the list's own order is not told.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&self, out: impl Write) -> csv::Result<()> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by(|&one, &other| {
            self.code(one).cmp(self.code(other)).then_with(|| self.ids.get(one).cmp(self.ids.get(other)))
        });
        let mut writer = WriterBuilder::new().buffer_capacity(1 << 20).from_writer(out);
        writer.write_record([ID, &format!("{}{CHECK}{}", self.parameters, self.check)])?;
        let (mut bytes, mut coded) = (Vec::new(), String::new());
        for at in order {
            bytes.clear();
            coded.clear();
            self.code(at).iter().for_each(|word| bytes.extend(word.to_le_bytes()));
            STANDARD.encode_string(&bytes, &mut coded);
            writer.write_record([self.ids.get(at), &coded])?;
        }
        writer.flush()?;
        Ok(())
    }

    /// Reads codes that were written.
    ///
    /// # Errors
    /// The file cannot be read, holds no codes or codes of weak parameters; row and column are named.
    pub fn read(path: &Path) -> Result<Codes, Error> {
        let table = Table::open(path)?;
        let [_, made] = table.header() else {
            return Err(Error::row(
                path,
                1,
                "these are no codes: they have two columns; `watari link encode` writes them",
            ));
        };
        let (parameters, check) = made.split_once(CHECK).ok_or_else(|| {
            Error::row(path, 1, "the column's name does not say how codes were made; `watari link encode` writes it")
                .column(made)
        })?;
        let weak = |weak: super::Weak| Error::row(path, 1, weak.to_string()).column(made);
        let parameters: Parameters = parameters.parse().map_err(weak)?;
        let bytes = parameters.code_bits() / 8;
        let (mut ids, mut words) = (Texts::default(), Vec::new());
        let mut batches = table.batches()?;
        let mut batch = Batch::default();
        while batches.read(&mut batch)? {
            for row in 0..batch.len() {
                let wrong = |reason: String| Error::row(path, ids.len() as u64 + 2, reason).column(made);
                let code = STANDARD
                    .decode(batch.cell(row, 1))
                    .map_err(|error| wrong(format!("the code is no base64: {error}")))?;
                if code.len() != bytes {
                    return Err(wrong(format!("the code has {} bytes, not {bytes}", code.len())));
                }
                words.extend(code.as_chunks::<8>().0.iter().map(|chunk| u64::from_le_bytes(*chunk)));
                ids.push(batch.cell(row, 0));
            }
        }
        let (path, check) = (path.to_owned(), check.to_owned());
        Ok(Codes { path, parameters, check, ids, words, left_out: 0, remarks: Vec::new() })
    }
}
