//! The records of one file, or of two, as numbers: row after row, one number for each field.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::age::{Ages, birth, is_put_down};
use super::columns::{Kind, recognise, words_of};
use super::date::{self, Order};
use super::dictionary::{Dictionary, Texts, hash, mix};
use super::error::Error;
use super::lexicon::Lexicon;
use super::table::{Batch, Table};

/// Most fields compared; a pattern of agreement has room for one more, the order of names.
pub const MOST_FIELDS: usize = 15;

/// Records read and ready to be compared.
pub struct Records {
    /// What is compared.
    pub fields: Vec<Field>,
    lexicons: Vec<Lexicon>,
    rows: Vec<u32>,
    len: usize,
    /// Records from here on are the second file's.
    pub split: Option<usize>,
    /// What each record is called.
    pub ids: Texts,
    /// Which person each record is, where the file says so; 0 where it does not.
    pub truth: Vec<u32>,
    /// Given and family name, whose values may stand in each other's place.
    pub crossing: Option<(usize, usize)>,
    /// The field by which people are grouped: the category that most records have. People of one
    /// nationality, say, share more names and places than people at large.
    pub group: Option<usize>,
}

/// One compared field.
pub struct Field {
    /// The column's name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    lexicon: usize,
    /// How many records have each value.
    pub counts: Vec<u32>,
    /// How many records have a value of each value's sound.
    pub sounds: Vec<u32>,
    /// How many records have a value.
    pub present: u64,
    /// How often values stand in each group of people, where people are grouped.
    pub within: Option<Within>,
}

/// How many records of each group have each value of a field, and how many a value of its sound.
pub struct Within {
    values: Crossed,
    /// Each value's sound; sounds are numbered.
    sound_of: Vec<u32>,
    sounds: Crossed,
}

/// Counts of two numbers that stand together, by the first.
struct Crossed {
    starts: Vec<u32>,
    /// Group and count.
    counts: Vec<(u32, u32)>,
}

impl Crossed {
    fn of(mut together: Vec<u64>, firsts: usize) -> Crossed {
        together.par_sort_unstable();
        let (mut starts, mut counts) = (Vec::with_capacity(firsts + 1), Vec::new());
        for same in together.chunk_by(|a, b| a == b) {
            let (first, group) = ((same[0] >> 32) as usize, same[0] as u32);
            while starts.len() <= first {
                starts.push(counts.len() as u32);
            }
            counts.push((group, same.len() as u32));
        }
        starts.resize(firsts + 1, counts.len() as u32);
        Crossed { starts, counts }
    }

    fn count(&self, first: u32, group: u32) -> u32 {
        let first = first as usize;
        let groups = &self.counts[self.starts[first] as usize..self.starts[first + 1] as usize];
        groups.binary_search_by_key(&group, |(group, _)| *group).map_or(0, |at| groups[at].1)
    }
}

impl Within {
    /// How many records of a group have a value.
    pub fn value(&self, id: u32, group: u32) -> u32 {
        self.values.count(id, group)
    }

    /// How many records of a group have a value that sounds like this one.
    pub fn sound(&self, id: u32, group: u32) -> u32 {
        self.sounds.count(self.sound_of[id as usize], group)
    }
}

/// Which columns make up which field.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) fields: Vec<Planned>,
    pub(super) id: Vec<Option<usize>>,
    truth: Vec<Option<usize>>,
    /// What the user should know of the choice.
    pub remarks: Vec<String>,
    /// Bytes of memory beyond which reading ends with a refusal.
    pub memory: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// For each file the columns that make the value; several are put together.
    pub(super) columns: Vec<Vec<usize>>,
    /// For each file the ages that stand in for birth dates.
    pub(super) ages: Vec<Option<Ages>>,
}

/// What the user says of the columns.
#[derive(Default, Debug, Clone)]
pub struct Wishes {
    /// What columns hold where recognition errs, by name.
    pub kinds: BTreeMap<String, Kind>,
    /// The column that names a record.
    pub id: Option<String>,
    /// The column that says which person a record is.
    pub truth: Option<String>,
}

impl Plan {
    /// Decides what is compared in one file, or between two.
    ///
    /// # Errors
    /// A named column is not there, or nothing is left to compare.
    pub fn new(tables: &[Table], wishes: &Wishes) -> Result<Plan, Error> {
        let mut kinds: Vec<Vec<Kind>> = Vec::new();
        let mut ids = Vec::new();
        let mut truths = Vec::new();
        let mut ages = Vec::new();
        for table in tables {
            let sample = table.sample()?;
            let mut found = recognise(table, &sample);
            let id = match &wishes.id {
                Some(name) => Some(table.column(name)?),
                None => id_column(table, &sample, &found),
            };
            let truth = wishes.truth.as_ref().map(|name| table.column(name)).transpose()?;
            for (column, name) in table.header().iter().enumerate() {
                if let Some(kind) = wishes.kinds.get(name) {
                    found[column] = *kind;
                }
            }
            id.iter().chain(&truth).for_each(|&column| found[column] = Kind::Ignored);
            ages.push(Ages::of(table, &sample, &found));
            kinds.push(found);
            ids.push(id);
            truths.push(truth);
        }
        if let Some(name) = wishes.kinds.keys().find(|name| tables.iter().all(|table| !table.header().contains(name))) {
            tables[0].column(name)?;
        }
        let mut plan = Plan { fields: Vec::new(), id: ids, truth: truths, remarks: Vec::new(), memory: usize::MAX };
        let births: Vec<Option<usize>> = tables.iter().zip(&kinds).map(|(table, kinds)| birth(table, kinds)).collect();
        if births.iter().all(Option::is_none) {
            ages.iter_mut().for_each(|ages| *ages = None);
        }
        // What stands in for a birth date is no field of its own: it would say the same twice.
        for (kinds, ages) in kinds.iter_mut().zip(&ages) {
            ages.iter().for_each(|ages| kinds[ages.column] = Kind::Ignored);
        }
        plan.join(tables, &kinds, &births, &ages);
        plan.stand_in(tables, &births, &ages);
        plan.fields.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        for dropped in plan.fields.drain(plan.fields.len().min(MOST_FIELDS)..) {
            plan.remarks.push(format!("«{}» is not compared: {MOST_FIELDS} fields are the most", dropped.name));
        }
        if plan.fields.is_empty() {
            let reason = "no column holds a name, date, number or place that could be compared; name some in a model";
            return Err(Error::file(tables[0].path(), reason));
        }
        Ok(plan)
    }

    /// A record's values in their own letters: row `row` of file `at`.
    pub fn written(&self, batch: &Batch, row: usize, at: usize) -> Vec<String> {
        let value = |field: &Planned| {
            let cells: Vec<&str> = field.columns[at].iter().map(|&column| batch.cell(row, column).trim()).collect();
            match (cells.concat().is_empty(), &field.ages[at]) {
                (true, Some(ages)) => batch.cell(row, ages.column).trim().to_owned(),
                _ => cells.join(" "),
            }
        };
        self.fields.iter().map(value).collect()
    }

    /// The fields' names and kinds.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.kind))
    }

    fn add(&mut self, name: &str, kind: Kind, columns: Vec<Vec<usize>>) {
        let ages = vec![None; columns.len()];
        self.fields.push(Planned { name: name.to_owned(), kind, columns, ages });
    }

    /// Ages go where birth dates go.
    fn stand_in(&mut self, tables: &[Table], births: &[Option<usize>], ages: &[Option<Ages>]) {
        let is_birth = |field: &&mut Planned| {
            let mut columns = field.columns.iter().zip(births);
            columns.any(|(columns, birth)| birth.is_some_and(|birth| columns[..] == [birth]))
        };
        if let Some(field) = self.fields.iter_mut().find(is_birth) {
            field.ages = ages.to_vec();
            let told = tables.iter().zip(ages).filter_map(|(table, ages)| Some(ages.as_ref()?.remark(table)));
            self.remarks.extend(told);
        }
    }

    fn join(&mut self, tables: &[Table], kinds: &[Vec<Kind>], births: &[Option<usize>], ages: &[Option<Ages>]) {
        let [first, rest @ ..] = tables else { return };
        let Some(second) = rest.first() else {
            for (column, name) in
                first.header().iter().enumerate().filter(|(column, _)| kinds[0][*column] != Kind::Ignored)
            {
                self.add(name, kinds[0][column], vec![vec![column]]);
            }
            return;
        };
        let mut free: Vec<usize> =
            (0..second.header().len()).filter(|&column| kinds[1][column] != Kind::Ignored).collect();
        let mut open = Vec::new();
        for (column, name) in first.header().iter().enumerate().filter(|(column, _)| kinds[0][*column] != Kind::Ignored)
        {
            let same = free.iter().position(|&other| words_of(&second.header()[other]) == words_of(name));
            match same {
                Some(at) => {
                    self.add(name, kinds[0][column], vec![vec![column], vec![free.remove(at)]]);
                }
                None => open.push(column),
            }
        }
        open.retain(|&column| {
            // A day of birth is no day of registration.
            let born = |file: usize, column: usize| match births[file] {
                Some(birth) => birth == column,
                None => !is_put_down(&words_of(&tables[file].header()[column])),
            };
            let same = free.iter().position(|&other| {
                kinds[1][other] == kinds[0][column]
                    && (kinds[1][other] != Kind::Date || born(0, column) == born(1, other))
            });
            if let Some(at) = same {
                self.add(&first.header()[column], kinds[0][column], vec![vec![column], vec![free.remove(at)]]);
            }
            same.is_none()
        });
        self.join_names([first, second], kinds, &mut open, &mut free);
        // One file has birth dates, the other ages.
        if let Some(birth) = births[0].filter(|birth| open.contains(birth) && ages[1].is_some()) {
            self.add(&first.header()[birth], Kind::Date, vec![vec![birth], Vec::new()]);
            open.retain(|&column| column != birth);
        }
        if let Some(birth) = births[1].filter(|birth| free.contains(birth) && ages[0].is_some()) {
            self.add(&second.header()[birth], Kind::Date, vec![Vec::new(), vec![birth]]);
            free.retain(|&column| column != birth);
        }
        for (table, left) in [(first, open), (second, free)] {
            for column in left {
                let name = &table.header()[column];
                self.remarks
                    .push(format!("«{name}» of {} is not compared: the other file has none", table.path().display()));
            }
        }
    }

    /// One file has the whole name in one cell, the other its parts.
    fn join_names(&mut self, tables: [&Table; 2], kinds: &[Vec<Kind>], open: &mut Vec<usize>, free: &mut Vec<usize>) {
        let of = |kinds: &[Kind], left: &[usize], kind| left.iter().copied().find(|&column| kinds[column] == kind);
        for side in 0..2 {
            let (whole, parts) = if side == 0 { (&*open, &*free) } else { (&*free, &*open) };
            let full = of(&kinds[side], whole, Kind::FullName);
            let names: Vec<usize> =
                [Kind::Given, Kind::Family].into_iter().filter_map(|kind| of(&kinds[1 - side], parts, kind)).collect();
            if let (Some(full), false) = (full, names.is_empty()) {
                let mut columns = vec![vec![full], names.clone()];
                if side == 1 {
                    columns.reverse();
                }
                let name = tables[side].header()[full].clone();
                self.add(&name, Kind::FullName, columns);
                let (whole, parts) = if side == 0 { (&mut *open, &mut *free) } else { (&mut *free, &mut *open) };
                whole.retain(|&column| column != full);
                parts.retain(|column| !names.contains(column));
            }
        }
    }
}

/// The first column that is called an id and has no value twice.
fn id_column(table: &Table, sample: &Batch, kinds: &[Kind]) -> Option<usize> {
    let named = |column: &usize| {
        words_of(&table.header()[*column])
            .split(' ')
            .any(|word| ["id", "uuid", "rec", "record", "key", "no", "nr"].contains(&word))
    };
    let unique = |column: &usize| {
        let cells: std::collections::HashSet<_> = (0..sample.len()).map(|row| sample.cell(row, *column)).collect();
        cells.len() == sample.len()
    };
    (0..kinds.len()).filter(|&column| kinds[column] == Kind::Ignored).find(|column| named(column) && unique(column))
}

/// A column on its way in: distinct cells, and which cell each record has.
#[derive(Default)]
pub(super) struct Written {
    pub(super) cells: Dictionary,
    pub(super) rows: Vec<u32>,
    joined: String,
}

impl Written {
    fn bytes(&self) -> usize {
        self.cells.bytes() + self.rows.capacity() * size_of::<u32>()
    }

    pub(super) fn take(&mut self, batch: &Batch, columns: &[usize], ages: Option<&Ages>) {
        for row in 0..batch.len() {
            let id = match columns {
                _ if ages.is_some() && !holds_date(batch, row, columns) => {
                    self.cells.intern(&ages.map(|ages| ages.born(batch, row)).unwrap_or_default())
                }
                [] => 0,
                [column] => self.cells.intern(batch.cell(row, *column)),
                several => {
                    self.joined.clear();
                    for &column in several {
                        self.joined.push_str(batch.cell(row, column));
                        self.joined.push(' ');
                    }
                    self.cells.intern(self.joined.trim())
                }
            };
            self.rows.push(id);
        }
    }
}

fn holds_date(batch: &Batch, row: usize, columns: &[usize]) -> bool {
    columns.iter().any(|&column| date::parse(batch.cell(row, column), Order::default()).is_some())
}

impl Records {
    /// Reads one file, or two after one another, as planned. `progress` is told the number of
    /// rows read so far.
    ///
    /// # Errors
    /// A row cannot be read; file, row and column are named.
    pub fn read(tables: &[Table], plan: &Plan, progress: &mut (dyn FnMut(usize) + Send)) -> Result<Records, Error> {
        let mut written: Vec<Written> = plan.fields.iter().map(|_| Written::default()).collect();
        let mut ids = Texts::default();
        let mut truths = Dictionary::default();
        let mut truth = Vec::new();
        let mut split = None;
        for (at, table) in tables.iter().enumerate() {
            if at == 1 {
                split = Some(ids.len());
            }
            let start = ids.len();
            let mut batches = table.batches()?;
            let (mut batch, mut next) = (Batch::default(), Batch::default());
            batches.read(&mut batch)?;
            while !batch.is_empty() {
                // The next rows are read while these are taken in.
                let (read, ()) = rayon::join(
                    || batches.read(&mut next),
                    || {
                        written.par_iter_mut().zip(&plan.fields).for_each(|(column, field)| {
                            column.take(&batch, &field.columns[at], field.ages[at].as_ref())
                        });
                    },
                );
                for row in 0..batch.len() {
                    match plan.id[at] {
                        Some(column) => ids.push(batch.cell(row, column)),
                        None => ids.push(&(ids.len() - start + 1).to_string()),
                    }
                    if let Some(column) = plan.truth[at] {
                        truth.push(truths.intern(batch.cell(row, column).trim()));
                    }
                }
                read?;
                let cells: usize = written.iter().map(Written::bytes).sum();
                refuse_too_many(table, plan.memory, ids.len(), cells + ids.bytes() + truth.len() * size_of::<u32>())?;
                progress(ids.len());
                std::mem::swap(&mut batch, &mut next);
            }
        }
        if ids.len() >= u32::MAX as usize {
            return Err(Error::file(tables[0].path(), "the files have more than four thousand million rows"));
        }
        let mut records = Records::assemble(plan, written, ids, truth, split);
        records.count();
        records.group_by(records.grouping());
        Ok(records)
    }

    /// A few records that stand in no file, row by row the values as written, among `many` of whom so many have a value
    /// as `holders` says for its field.
    pub fn few<'f>(
        fields: impl Iterator<Item = (&'f str, Kind)>,
        rows: &[Vec<&str>],
        many: u64,
        holders: impl Fn(usize, &str) -> u64,
    ) -> Records {
        let mut plan =
            Plan { fields: Vec::new(), id: Vec::new(), truth: Vec::new(), remarks: Vec::new(), memory: usize::MAX };
        fields.for_each(|(name, kind)| plan.add(name, kind, Vec::new()));
        let mut written: Vec<Written> = plan.fields.iter().map(|_| Written::default()).collect();
        let mut ids = Texts::default();
        for (at, row) in rows.iter().enumerate() {
            ids.push(&(at + 1).to_string());
            for (column, cell) in written.iter_mut().zip(row) {
                let id = column.cells.intern(cell);
                column.rows.push(id);
            }
        }
        let mut records = Records::assemble(&plan, written, ids, Vec::new(), None);
        for (slot, field) in records.fields.iter_mut().enumerate() {
            let lexicon = &records.lexicons[field.lexicon];
            let count = |id: u32| u32::try_from(holders(slot, lexicon.text(id))).unwrap_or(u32::MAX);
            field.counts = (0..lexicon.len() as u32).map(count).collect();
            if lexicon.has_sounds() {
                field.sounds.clone_from(&field.counts);
            }
            field.present = many;
        }
        records
    }

    /// The records with their values, whose frequencies nobody has counted yet.
    fn assemble(plan: &Plan, written: Vec<Written>, ids: Texts, truth: Vec<u32>, split: Option<usize>) -> Records {
        let (len, width) = (ids.len(), plan.fields.len());
        let mut rows = vec![0u32; len * width];
        let mut lexicons: Vec<Lexicon> = Vec::new();
        let mut names = None;
        let mut fields: Vec<Field> = Vec::new();
        for (at, (column, planned)) in written.into_iter().zip(&plan.fields).enumerate() {
            let kind = planned.kind;
            // Given and family names are compared with each other too.
            let shared = if matches!(kind, Kind::Given | Kind::Family) { names } else { None };
            let lexicon = shared.unwrap_or_else(|| {
                lexicons.push(Lexicon::new(kind));
                lexicons.len() - 1
            });
            if matches!(kind, Kind::Given | Kind::Family) {
                names = Some(lexicon);
            }
            let values = lexicons[lexicon].learn(kind, &column.cells);
            rows.par_chunks_mut(width)
                .zip(column.rows.par_iter())
                .for_each(|(row, &cell)| row[at] = values[cell as usize]);
            fields.push(Field {
                name: planned.name.clone(),
                kind,
                lexicon,
                counts: Vec::new(),
                sounds: Vec::new(),
                present: 0,
                within: None,
            });
        }
        lexicons.iter_mut().for_each(Lexicon::finish);
        let crossing = crossing(&fields);
        Records { fields, lexicons, rows, len, split, ids, truth, crossing, group: None }
    }

    fn count(&mut self) {
        let (rows, width, lexicons) = (&self.rows, self.fields.len(), &self.lexicons);
        self.fields.par_iter_mut().enumerate().for_each(|(at, field)| {
            let lexicon = &lexicons[field.lexicon];
            let mut counts = vec![0u32; lexicon.len()];
            rows.iter().skip(at).step_by(width).for_each(|&id| counts[id as usize] += 1);
            field.present = counts.iter().skip(1).map(|&count| u64::from(count)).sum();
            if lexicon.has_sounds() {
                let mut sounds = rustc_hash::FxHashMap::<u64, u32>::default();
                for (id, &count) in counts.iter().enumerate().skip(1).filter(|(_, count)| **count > 0) {
                    *sounds.entry(lexicon.sound(id as u32)).or_default() += count;
                }
                field.sounds =
                    (0..counts.len() as u32).map(|id| sounds.get(&lexicon.sound(id)).copied().unwrap_or(0)).collect();
            }
            field.counts = counts;
        });
    }

    /// No records, but of these fields: what a model says can be asked without a file.
    pub fn none(fields: impl Iterator<Item = (String, Kind)>) -> Records {
        let none = |(at, (name, kind)): (usize, (String, Kind))| {
            (
                Field { name, kind, lexicon: at, counts: Vec::new(), sounds: Vec::new(), present: 0, within: None },
                Lexicon::new(kind),
            )
        };
        let (fields, lexicons): (Vec<Field>, Vec<Lexicon>) = fields.enumerate().map(none).unzip();
        let crossing = crossing(&fields);
        let (ids, truth) = (Texts::default(), Vec::new());
        Records { fields, lexicons, rows: Vec::new(), len: 0, split: None, ids, truth, crossing, group: None }
    }

    fn grouping(&self) -> Option<usize> {
        let categories = self.fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Category);
        let several =
            categories.filter(|(_, field)| field.counts.iter().skip(1).filter(|count| **count > 0).count() > 1);
        several.max_by_key(|(slot, field)| (field.present, std::cmp::Reverse(*slot))).map(|(slot, _)| slot)
    }

    /// Counts anew how often values stand in each group of people.
    pub fn group_by(&mut self, group: Option<usize>) {
        self.group = group;
        let Some(group) = group else {
            self.fields.iter_mut().for_each(|field| field.within = None);
            return;
        };
        let (rows, width, lexicons) = (&self.rows, self.fields.len(), &self.lexicons);
        let counted = |field: &Field| !field.sounds.is_empty() || field.kind == Kind::Date;
        self.fields.iter_mut().enumerate().filter(|(_, field)| counted(field)).for_each(|(at, field)| {
            let lexicon = &lexicons[field.lexicon];
            let mut numbers = rustc_hash::FxHashMap::<u64, u32>::default();
            let sounding = if lexicon.has_sounds() { lexicon.len() as u32 } else { 0 };
            let sound_of: Vec<u32> = (0..sounding)
                .map(|id| {
                    let next = numbers.len() as u32;
                    *numbers.entry(lexicon.sound(id)).or_insert(next)
                })
                .collect();
            let together = |number: &(dyn Fn(u32) -> u32 + Sync)| -> Vec<u64> {
                rows.par_chunks(width)
                    .filter(|row| row[at] != 0 && row[group] != 0)
                    .map(|row| u64::from(number(row[at])) << 32 | u64::from(row[group]))
                    .collect()
            };
            field.within = Some(Within {
                values: Crossed::of(together(&|id| id), lexicon.len()),
                sounds: match sounding {
                    0 => Crossed::of(Vec::new(), 0),
                    _ => Crossed::of(together(&|id| sound_of[id as usize]), numbers.len()),
                },
                sound_of,
            });
        });
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many pairs of records there are that could be one person.
    pub fn pairs(&self) -> f64 {
        let len = self.len as f64;
        match self.split {
            Some(split) => split as f64 * (len - split as f64),
            None => len * (len - 1.0) / 2.0,
        }
    }

    /// The numbers of a record's values.
    pub fn row(&self, record: usize) -> &[u32] {
        let width = self.fields.len();
        &self.rows[record * width..(record + 1) * width]
    }

    /// The values of a field.
    pub fn lexicon(&self, field: usize) -> &Lexicon {
        &self.lexicons[self.fields[field].lexicon]
    }

    /// The record of a name, among those of one file where there are two.
    pub fn find(&self, id: &str, second: bool) -> Option<usize> {
        let split = self.split.unwrap_or(if second { 0 } else { self.len });
        let range = if second { split..self.len } else { 0..split };
        range.into_iter().find(|&record| self.ids.get(record) == id)
    }

    /// A hash of what a record says; the same for any order of rows and columns.
    pub fn content(&self, record: usize) -> u64 {
        self.row(record).iter().zip(&self.fields).fold(0, |sum: u64, (&id, field)| {
            let value = self.lexicons[field.lexicon].hash(id);
            if value == 0 { sum } else { sum.wrapping_add(mix(value, hash(field.name.as_bytes()))) }
        })
    }
}

/// The one given and the one family name, which may stand in each other's place.
fn crossing(fields: &[Field]) -> Option<(usize, usize)> {
    let only = |kind| {
        let mut of_kind = fields.iter().enumerate().filter(|(_, field)| field.kind == kind).map(|(at, _)| at);
        of_kind.next().filter(|_| of_kind.next().is_none())
    };
    only(Kind::Given).zip(only(Kind::Family))
}

/// Records are held in memory, once as they come and once as they are compared; the rest goes to
/// disk where it has to.
fn refuse_too_many(table: &Table, memory: usize, rows: usize, read: usize) -> Result<(), Error> {
    let held = 2 * read;
    if held <= memory {
        return Ok(());
    }
    let (held, memory) = (held >> 20, memory >> 20);
    let reason = format!(
        "the first {rows} rows take {held} MiB of memory, more than the {memory} MiB allowed; allow more with --memory, \
         or leave out columns that tell nobody apart"
    );
    Err(Error::file(table.path(), reason))
}
