//! A list and its codes: which column goes into which field.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::codes::Codes;
use super::encoder::{Encoder, Memory};
use super::parameters::{Field, Hardening, Parameters, Salt};
use super::secret::Secret;
use crate::batch::{Batch, Error, Kind, Order, Table, Texts, birth, normalise, recognise};

/// Rows that one thread encodes at a time.
const PIECE: usize = 512;
/// Bounds of the share of bits that are set, on average and before hardening: in emptier codes pieces stand
/// out, in fuller ones strangers look alike.
const FILL: std::ops::RangeInclusive<f64> = 0.15..=0.65;
/// Rows from which the order of a list is looked at, and the share of neighbours in order that is no accident.
const ORDERED_ROWS: usize = 20;
const ORDERED: f64 = 0.95;

/// What the user says of a list and of its codes.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What columns hold where recognition errs, by name.
    pub kinds: BTreeMap<String, Kind>,
    /// The column that names a record; without it the row's number does.
    pub id: Option<String>,
    /// The fields to encode; all that the list has where none is named.
    pub fields: Vec<Field>,
    /// Bits of a code before hardening; those usual for the fields where it is not said.
    pub bits: Option<usize>,
    /// Bits that one piece of a field sets, where they are others than usual.
    pub hashes: BTreeMap<Field, u8>,
    /// What is done to the bits.
    pub hardening: Hardening,
    /// What pieces are mixed with.
    pub salt: Salt,
}

impl Choice {
    /// The parameters for the fields that a list has.
    fn parameters(&self, fields: &[Field]) -> Parameters {
        let mut parameters = Parameters { hardening: self.hardening, salt: self.salt, ..Parameters::of(fields) };
        // Balanced codes are twice as long and need no reserve for folding.
        let usual = if self.hardening == Hardening::Balanced { parameters.bits / 2 } else { parameters.bits };
        parameters.bits = self.bits.unwrap_or(usual.max(Parameters::FEWEST_BITS));
        for (field, hashes) in &mut parameters.fields {
            *hashes = self.hashes.get(field).copied().unwrap_or(*hashes);
        }
        parameters
    }
}

/// One column on its way into the code.
struct Column {
    at: usize,
    field: Field,
    kind: Kind,
    order: Order,
}

/// Encodes a list: the fields it has, or those that were chosen. `progress` is told the number of rows so far.
///
/// # Errors
/// The list cannot be read, has no column for a chosen field, is in an order that row numbers would
/// tell, or parameters are weak for it.
pub fn encode(
    table: &Table,
    choice: &Choice,
    secret: &Secret,
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<Codes, Error> {
    let refused = |weak: super::Weak| Error::file(table.path(), weak.to_string());
    let sample = table.sample()?;
    let id = choice.id.as_ref().map(|name| table.column(name)).transpose()?;
    let (columns, remarks) = columns(table, &sample, choice, id)?;
    if let (None, Some(name)) = (id, ordered_by(table, &sample, &columns)) {
        let reason = "the list is in this column's order, and row numbers would tell it; put the rows in another order, or \
                      name with --id a column whose values say nothing";
        return Err(Error::file(table.path(), reason).column(name));
    }
    let parameters = choice.parameters(&columns.iter().map(|column| column.field).collect::<Vec<Field>>());
    let encoder = Encoder::new(secret, &parameters).map_err(refused)?;
    let mut codes = Codes {
        path: table.path().to_owned(),
        check: encoder.check().to_owned(),
        parameters,
        ids: Texts::default(),
        words: Vec::new(),
        left_out: 0,
        remarks,
    };
    let mut ones = 0u64;
    let mut rows = 0;
    let mut batches = table.batches()?;
    let mut batch = Batch::default();
    while batches.read(&mut batch)? {
        let numbers: Vec<usize> = (0..batch.len()).collect();
        let filled: Vec<Option<(Vec<u64>, u32)>> = numbers
            .par_chunks(PIECE)
            .flat_map_iter(|rows| {
                let mut memory = Memory::default();
                let encoded = |&row: &usize| encode_row(&encoder, &columns, &batch, row, &mut memory);
                rows.iter().map(encoded).collect::<Vec<_>>()
            })
            .collect();
        for (row, filled) in filled.into_iter().enumerate() {
            rows += 1;
            let Some((code, filled)) = filled else {
                codes.left_out += 1;
                continue;
            };
            ones += u64::from(filled);
            codes.words.extend(code);
            match id {
                Some(column) => codes.ids.push(batch.cell(row, column)),
                None => codes.ids.push(&rows.to_string()),
            }
        }
        progress(rows);
    }
    refuse_unlikely_fill(&codes, ones)?;
    Ok(codes)
}

fn encode_row(
    encoder: &Encoder,
    columns: &[Column],
    batch: &Batch,
    row: usize,
    memory: &mut Memory,
) -> Option<(Vec<u64>, u32)> {
    let values: Vec<(Field, String)> = columns
        .iter()
        .map(|column| (column.field, column.value(batch.cell(row, column.at))))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let values: Vec<(Field, &str)> = values.iter().map(|(field, value)| (*field, value.as_str())).collect();
    let bits = encoder.fill(&values, memory)?;
    let ones = bits.iter().map(|word| word.count_ones()).sum();
    Some((encoder.harden(&bits), ones))
}

impl Column {
    /// A cell in the form that pieces are taken from; empty where it means nothing.
    fn value(&self, cell: &str) -> String {
        let plain = normalise(self.kind, self.order, cell);
        // Only of dates the column knows more than the cell: which of day and month comes first.
        if plain.is_empty() || self.kind == Kind::Date { plain } else { cell.trim().to_owned() }
    }
}

fn columns(
    table: &Table,
    sample: &Batch,
    choice: &Choice,
    id: Option<usize>,
) -> Result<(Vec<Column>, Vec<String>), Error> {
    if let Some(name) = choice.kinds.keys().find(|name| !table.header().contains(name)) {
        table.column(name)?;
    }
    let mut kinds = recognise(table, sample);
    for (kind, name) in kinds.iter_mut().zip(table.header()) {
        *kind = choice.kinds.get(name).copied().unwrap_or(*kind);
    }
    if let Some(id) = id {
        kinds[id] = Kind::Ignored;
    }
    let born = birth(table, &kinds);
    let mut remarks = Vec::new();
    let mut columns = Vec::new();
    for (at, (&kind, name)) in kinds.iter().zip(table.header()).enumerate() {
        let field = field_of(kind).filter(|field| *field != Field::Birth || Some(at) == born);
        match field {
            Some(field) if choice.fields.is_empty() || choice.fields.contains(&field) => {
                let order = Order::of((0..sample.len()).map(|row| sample.cell(row, at)));
                columns.push(Column { at, field, kind, order });
                remarks.push(format!("«{name}» is encoded as {}", field.word()));
            }
            _ if kind == Kind::Ignored => {}
            _ => remarks.push(format!("«{name}» is not encoded")),
        }
    }
    let missing = choice.fields.iter().find(|wanted| !columns.iter().any(|column| column.field == **wanted));
    if let Some(field) = missing {
        let reason = format!("no column holds «{}»; name it with --column \"NAME=KIND\"", field.word());
        return Err(Error::file(table.path(), reason));
    }
    Ok((columns, remarks))
}

/// Categories have few values: they tell more to who reads codes than to who compares them.
fn field_of(kind: Kind) -> Option<Field> {
    match kind {
        Kind::Given | Kind::Family | Kind::FullName => Some(Field::Name),
        Kind::Name => Some(Field::Relative),
        Kind::Date => Some(Field::Birth),
        Kind::Sex => Some(Field::Sex),
        Kind::Phone => Some(Field::Phone),
        Kind::Number => Some(Field::Number),
        Kind::Address => Some(Field::Address),
        Kind::Postcode => Some(Field::Postcode),
        Kind::Place => Some(Field::Place),
        Kind::Age | Kind::Category | Kind::Ignored => None,
    }
}

/// The name of a column in whose order the rows are, if any.
fn ordered_by<'a>(table: &'a Table, sample: &Batch, columns: &[Column]) -> Option<&'a str> {
    let ordered = |column: &&Column| {
        let values: Vec<String> = (0..sample.len())
            .map(|row| normalise(column.kind, column.order, sample.cell(row, column.at)))
            .filter(|value| !value.is_empty())
            .collect();
        let distinct = values.iter().collect::<BTreeSet<_>>().len();
        let share = |fits: fn(&String, &String) -> bool| {
            values.windows(2).filter(|pair| fits(&pair[0], &pair[1])).count() as f64 / (values.len() - 1) as f64
        };
        values.len() >= ORDERED_ROWS
            && distinct * 2 >= ORDERED_ROWS
            && (share(|one, next| one <= next) >= ORDERED || share(|one, next| one >= next) >= ORDERED)
    };
    let mut telling = columns.iter().filter(|column| matches!(column.field, Field::Name | Field::Birth));
    telling.find(ordered).map(|column| table.header()[column.at].as_str())
}

fn refuse_unlikely_fill(codes: &Codes, ones: u64) -> Result<(), Error> {
    if codes.is_empty() {
        let reason = "nobody can be encoded: each record needs a name and a birth date, a relative's name, a telephone, \
                      an address or a document's number";
        return Err(Error::file(&codes.path, reason));
    }
    let fill = ones as f64 / (codes.len() * codes.parameters.bits) as f64;
    if FILL.contains(&fill) {
        return Ok(());
    }
    let (share, bits) = (fill * 100.0, codes.parameters.bits);
    let advice = if fill < *FILL.start() {
        format!("pieces of names stand out in them; encode more fields, or choose fewer bits than {bits}")
    } else {
        format!("strangers look alike in them; encode fewer fields, or choose more bits than {bits}")
    };
    Err(Error::file(&codes.path, format!("{share:.0} % of the codes' bits are set, not 15 to 65 %: {advice}")))
}
