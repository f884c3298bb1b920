//! Records as a database compares them: each field in its common form and with all that comparing asks
//! of one value alone, as columns. What transliterates and listens is done here, once for each row and
//! without looking at any other, so that parts of a list can be prepared apart; the SQL of [`super::sql`] then
//! needs equality and arithmetic, and asks [`answer`] about pairs of values where letters are compared.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::columns::Kind;
use super::date::Order;
use super::dictionary::hash;
use super::error::Error;
use super::levels::compare;
use super::lexicon::{Lexicon, SHOW_ORDER};
use super::model::Model;
use super::records::{Plan, Planned, Wishes, Written};
use super::sheet::{Form, Out, Sheet, Values};
use super::table::{Batch, Table};

/// Distinct values of a field that are remembered at a time.
const REMEMBERED: usize = 1 << 20;

/// What is put down of a field's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Derived {
    /// The value in its common form.
    Value,
    /// A number for its sound.
    Sound,
    /// Its length in bytes.
    Length,
    /// How many parts it has.
    Parts,
    /// A bit for each letter.
    Letters,
    /// A bit for each row of short forms.
    Short,
    /// Numbers for the sounds of its parts.
    Words,
}

impl Derived {
    /// What is put down of fields of a kind.
    pub(super) fn of(kind: Kind) -> &'static [Derived] {
        use Derived::{Length, Letters, Parts, Short, Sound, Value, Words};
        match kind {
            Kind::Given | Kind::Family | Kind::Name | Kind::Place => &[Value, Sound, Length, Parts, Letters, Short],
            Kind::FullName | Kind::Address => &[Value, Sound, Words],
            Kind::Date
            | Kind::Age
            | Kind::Sex
            | Kind::Phone
            | Kind::Number
            | Kind::Postcode
            | Kind::Category
            | Kind::Ignored => &[Value],
        }
    }

    /// The name of the column, for the model's field of this number, counted from 0.
    pub(super) fn column(self, slot: usize) -> String {
        let word = match self {
            Derived::Value => "value",
            Derived::Sound => "sound",
            Derived::Length => "length",
            Derived::Parts => "parts",
            Derived::Letters => "letters",
            Derived::Short => "short",
            Derived::Words => "words",
        };
        format!("{word}_{}", slot + 1)
    }

    fn values(self, kind: Kind, lexicon: &Lexicon, ids: &[u32]) -> Values {
        let words = lexicon.words();
        let whole = |of: &dyn Fn(u32) -> i64| Values::Whole(ids.iter().map(|&id| (id != 0).then(|| of(id))).collect());
        let text = |of: &dyn Fn(u32) -> String| Values::Text(ids.iter().map(|&id| (id != 0).then(|| of(id))).collect());
        match self {
            Derived::Value if matches!(kind, Kind::Date | Kind::Age) => whole(&|id| i64::from(lexicon.day(id).0)),
            Derived::Value => text(&|id| lexicon.text(id).to_owned()),
            Derived::Sound => whole(&|id| ordered(lexicon.sound(id))),
            Derived::Length => whole(&|id| lexicon.text(id).len() as i64),
            Derived::Parts => whole(&|id| words.parts(id).into()),
            Derived::Letters => whole(&|id| words.letters(id).into()),
            Derived::Short => whole(&|id| words.short(id).cast_signed()),
            Derived::Words => text(&|id| {
                let sounds = words.bones(id).split(' ').map(|bone| ordered(hash(bone.as_bytes())).to_string());
                sounds.collect::<Vec<String>>().join(" ")
            }),
        }
    }
}

/// Hashes as a database has numbers, with a sign, in the same order.
fn ordered(hash: u64) -> i64 {
    (hash ^ 1 << 63).cast_signed()
}

/// Writes the records of one file, or of two, as columns of the model's fields. Each is numbered from
/// `first` on; the second file's follow the first's.
///
/// # Errors
/// A file lacks a field of the model, a row cannot be read, or the result cannot be written.
pub fn prepare(
    tables: &[Table],
    model: &Model,
    wishes: &Wishes,
    first: i64,
    form: Form,
    out: Out<'_>,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Error> {
    let plan = plan(tables, model, wishes, progress)?;
    let mut preparing = Preparing {
        orders: orders(tables, &plan)?,
        lexicons: plan.fields.iter().map(|field| Lexicon::new(field.kind)).collect(),
        plan,
    };
    let failed =
        |error: std::io::Error| Error::file(tables[0].path(), format!("the result cannot be written: {error}"));
    let none = preparing.columns(&Batch::default(), 0, first);
    let mut sheet = Sheet::new(form, preparing.named(none), out).map_err(failed)?;
    let mut next = first;
    for (at, table) in tables.iter().enumerate() {
        let mut batches = table.batches()?;
        let mut batch = Batch::default();
        while batches.read(&mut batch)? {
            sheet.write(preparing.columns(&batch, at, next)).map_err(failed)?;
            let before = next;
            next += batch.len() as i64;
            if before >> 20 != next >> 20 {
                progress(&format!("{} records prepared", next - first));
            }
        }
    }
    progress(&format!("{} records prepared", next - first));
    sheet.finish().map_err(failed)
}

/// The model's fields in the model's order.
fn plan(
    tables: &[Table],
    model: &Model,
    wishes: &Wishes,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Plan, Error> {
    let mut plan = Plan::new(tables, &model.wishes(wishes, tables))?;
    let mut planned: Vec<Planned> = std::mem::take(&mut plan.fields);
    for field in &model.fields {
        let at = planned.iter().position(|planned| planned.name == field.name).ok_or_else(|| {
            Error::file(tables[0].path(), "the model compares a field that the file does not have").column(&field.name)
        })?;
        plan.fields.push(planned.remove(at));
    }
    for field in &planned {
        progress(&format!("«{}» is not in the model and is left out", field.name));
    }
    plan.remarks.iter().for_each(|remark| progress(remark));
    Ok(plan)
}

/// Which of day and month each field of dates puts first, told by the dates of both files as the engine
/// tells it.
fn orders(tables: &[Table], plan: &Plan) -> Result<Vec<Order>, Error> {
    let mut written: Vec<Option<Written>> =
        plan.fields.iter().map(|field| (field.kind == Kind::Date).then(Written::default)).collect();
    for (at, table) in tables.iter().enumerate() {
        let shown = |written: &Vec<Option<Written>>| written.iter().flatten().all(|it| it.cells.len() >= SHOW_ORDER);
        let mut batches = table.batches()?;
        let mut batch = Batch::default();
        while !shown(&written) {
            batches.read(&mut batch)?;
            if batch.is_empty() {
                break;
            }
            for (written, field) in written.iter_mut().zip(&plan.fields) {
                if let Some(written) = written {
                    written.take(&batch, &field.columns[at], field.ages[at].as_ref());
                    written.rows.clear();
                }
            }
        }
    }
    let order = |written: &Option<Written>| {
        written.as_ref().map_or(Order::default(), |written| Order::of(written.cells.texts().take(SHOW_ORDER)))
    };
    Ok(written.iter().map(order).collect())
}

struct Preparing {
    plan: Plan,
    orders: Vec<Order>,
    lexicons: Vec<Lexicon>,
}

impl Preparing {
    fn named(&self, values: Vec<Values>) -> Vec<(String, Values)> {
        let fields = self.plan.fields.iter().enumerate();
        let derived = fields.flat_map(|(slot, field)| Derived::of(field.kind).iter().map(move |it| it.column(slot)));
        ["record", "file", "id"].map(str::to_owned).into_iter().chain(derived).zip(values).collect()
    }

    fn columns(&mut self, batch: &Batch, file: usize, from: i64) -> Vec<Values> {
        let id = |row: usize| match self.plan.id[file] {
            Some(column) => batch.cell(row, column).to_owned(),
            None => (from + row as i64).to_string(),
        };
        let numbers = Values::Whole((from..from + batch.len() as i64).map(Some).collect());
        let files = Values::Whole(vec![Some(file as i64 + 1); batch.len()]);
        let ids = Values::Text((0..batch.len()).map(|row| Some(id(row))).collect());
        let fields = self.lexicons.par_iter_mut().zip(&self.orders).zip(&self.plan.fields);
        let derived = fields.flat_map_iter(|((lexicon, &order), field)| {
            let mut written = Written::default();
            written.take(batch, &field.columns[file], field.ages[file].as_ref());
            if lexicon.len() > REMEMBERED {
                *lexicon = Lexicon::new(field.kind);
            }
            let known = lexicon.learn_ordered(field.kind, order, &written.cells);
            let ids: Vec<u32> = written.rows.iter().map(|&cell| known[cell as usize]).collect();
            let values: Vec<Values> =
                Derived::of(field.kind).iter().map(|it| it.values(field.kind, lexicon, &ids)).collect();
            values
        });
        let derived: Vec<Values> = derived.collect();
        [numbers, files, ids].into_iter().chain(derived).collect()
    }
}

/// Says how far pairs of values agree that a database met: reads the columns `field` (the number of the
/// model's field, from 1), `one` and `other`, and writes them again with `level`.
///
/// # Errors
/// A row cannot be read or names no field of the model, or the result cannot be written.
pub fn answer(met: &Table, model: &Model, form: Form, out: Out<'_>) -> Result<u64, Error> {
    let [field, one, other] = ["field", "one", "other"].map(|name| met.column(name));
    let (field, one, other) = (field?, one?, other?);
    let failed = |error: std::io::Error| Error::file(met.path(), format!("the result cannot be written: {error}"));
    let columns = ["field", "one", "other", "level"].map(str::to_owned);
    let types = [Values::Whole(vec![]), Values::Text(vec![]), Values::Text(vec![]), Values::Whole(vec![])];
    let mut sheet = Sheet::new(form, columns.into_iter().zip(types).collect(), out).map_err(failed)?;
    let mut batches = met.batches()?;
    let mut batch = Batch::default();
    let mut lexicons: Vec<Lexicon> = model.fields.iter().map(|field| Lexicon::new(field.kind)).collect();
    let mut answered = 0u64;
    while batches.read(&mut batch)? {
        let slot = |row: usize| {
            let cell = batch.cell(row, field);
            let slot = cell.parse().ok().and_then(|number: usize| number.checked_sub(1));
            slot.filter(|slot| *slot < model.fields.len()).ok_or_else(|| {
                let reason =
                    format!("«{cell}» is the number of no field of the model, which has {}", model.fields.len());
                Error::row(met.path(), answered + row as u64 + 2, reason).column("field")
            })
        };
        let slots = (0..batch.len()).map(slot).collect::<Result<Vec<usize>, Error>>()?;
        let mut known = vec![(0, 0); batch.len()];
        for &slot in &slots.iter().copied().collect::<BTreeSet<usize>>() {
            let rows: Vec<usize> = (0..batch.len()).filter(|&row| slots[row] == slot).collect();
            let lexicon = &mut lexicons[slot];
            let kind = model.fields[slot].kind;
            if lexicon.len() > REMEMBERED {
                *lexicon = Lexicon::new(kind);
            }
            let mut take = |column| lexicon.take(kind, rows.iter().map(|&row| batch.cell(row, column)));
            let (ones, others) = (take(one), take(other));
            rows.iter().zip(ones.into_iter().zip(others)).for_each(|(&row, ids)| known[row] = ids);
        }
        let level = |(&slot, &(one, other)): (&usize, &(u32, u32))| {
            Some(i64::from(compare(model.fields[slot].kind, &lexicons[slot], one, other)))
        };
        let levels = slots.par_iter().zip(&known).map(level).collect();
        let text =
            |column| Values::Text((0..batch.len()).map(|row| Some(batch.cell(row, column).to_owned())).collect());
        let fields = Values::Whole(slots.iter().map(|&slot| Some(slot as i64 + 1)).collect());
        sheet.write(vec![fields, text(one), text(other), Values::Whole(levels)]).map_err(failed)?;
        answered += batch.len() as u64;
    }
    sheet.finish().map_err(failed)?;
    Ok(answered)
}
