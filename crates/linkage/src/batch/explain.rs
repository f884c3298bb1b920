//! Why two records are, or are not, taken for one person: field by field, as text and as a picture.

use std::fmt;

use serde::Serialize;

use super::compare::{levels_of, pattern, slots};
use super::engine::Engine;
use super::error::Error;
use super::levels::{DIFFERENT, MISSING};
use super::picture::{self, Bar};
use super::score::{Scorer, probability};
use super::table::Batch;

/// What one field says.
#[derive(Clone, Debug, Serialize)]
pub struct Contribution {
    /// The field.
    pub field: String,
    /// The first record's value in the form in which it is compared.
    pub one: String,
    /// The other's.
    pub other: String,
    /// The values in their own letters, where the file was asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<[String; 2]>,
    /// How far they agree, in words; «missing» where one has no value.
    pub level: &'static str,
    /// The same, told roughly.
    pub agreement: Agreement,
    /// Bits for one person, or against.
    pub weight: f32,
}

/// How two values agree, whatever they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// One of both is not known.
    Missing,
    /// They say different things.
    Different,
    /// They are not the same, and yet may mean the same.
    Alike,
    /// They are the same.
    Same,
}

impl Agreement {
    fn of(level: u8, highest: usize) -> Agreement {
        match level {
            MISSING => Agreement::Missing,
            DIFFERENT => Agreement::Different,
            same if usize::from(same) == highest => Agreement::Same,
            _ => Agreement::Alike,
        }
    }
}

/// Two records weighed.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// What they are called.
    pub records: [String; 2],
    /// What they would be if not one person: strangers, or two of one household, whichever is likelier.
    pub otherwise: &'static str,
    /// Bits before anything is compared: how rare it is that two records are one person.
    pub start: f32,
    /// Field by field.
    pub contributions: Vec<Contribution>,
    /// The sum, with what the less likely alternative takes away.
    pub weight: f32,
    /// The probability that it means.
    pub probability: f64,
}

impl Scorer<'_> {
    /// Weighs two records field by field.
    pub fn explain(&self, one: usize, other: usize) -> Explanation {
        let records = self.records;
        let agreed = pattern(records, one, other);
        let (group, _) = self.against_strangers(one, other, agreed);
        let strangers: Vec<f32> = self.parts(one, other, agreed, group).collect();
        let relatives: Vec<f32> = self.against_relatives(one, other, agreed).collect();
        let related = self.related() + relatives.iter().sum::<f32>() < self.prior() + strangers.iter().sum::<f32>();
        let (start, weights) = if related { (self.related(), relatives) } else { (self.prior(), strangers) };
        let value = |record: usize, slot: usize| match records.fields.get(slot) {
            Some(_) => records.lexicon(slot).text(records.row(record)[slot]).to_owned(),
            None => String::new(),
        };
        let contributions = (0..slots(records)).map(|slot| Contribution {
            field: records.fields.get(slot).map_or("order of names", |field| &field.name).to_owned(),
            one: value(one, slot),
            other: value(other, slot),
            written: None,
            level: match agreed.level(slot) {
                MISSING => "missing",
                level => levels_of(records, slot)[usize::from(level) - 1].word,
            },
            agreement: Agreement::of(agreed.level(slot), levels_of(records, slot).len()),
            weight: weights[slot],
        });
        let weight = self.weight(one, other, f32::MIN).unwrap_or(f32::MIN);
        Explanation {
            records: [records.ids.get(one).to_owned(), records.ids.get(other).to_owned()],
            otherwise: if related { "two of one household" } else { "two strangers" },
            start,
            contributions: contributions.collect(),
            weight,
            probability: probability(weight),
        }
    }
}

impl Engine {
    /// Weighs two records field by field.
    pub fn explain(&self, one: usize, other: usize) -> Explanation {
        self.scorer().explain(one, other)
    }

    /// The same, with the values in their own letters, for which the files are read again.
    ///
    /// # Errors
    /// A file cannot be read any more.
    pub fn explain_as_written(&self, one: usize, other: usize) -> Result<Explanation, Error> {
        let mut explanation = self.explain(one, other);
        let [ones, others] = [self.written(one)?, self.written(other)?];
        for (part, values) in explanation.contributions.iter_mut().zip(ones.into_iter().zip(others)) {
            part.written = Some(values.into());
        }
        Ok(explanation)
    }

    fn written(&self, record: usize) -> Result<Vec<String>, Error> {
        let (file, mut row) = match self.records.split {
            Some(split) if record >= split => (1, record - split),
            _ => (0, record),
        };
        let mut batches = self.tables[file].batches()?;
        let mut batch = Batch::default();
        while batches.read(&mut batch)? {
            if row < batch.len() {
                return Ok(self.plan.written(&batch, row, file));
            }
            row -= batch.len();
        }
        Err(Error::file(self.tables[file].path(), "the file has changed since it was read"))
    }
}

impl Contribution {
    /// A value as it stands in the file, and as it is compared where that is another form.
    fn value(&self, at: usize) -> String {
        let compared = [&self.one, &self.other][at];
        match self.written.as_ref().map(|written| &written[at]) {
            Some(written) if written != compared => format!("«{written}» ({compared})"),
            _ => format!("«{compared}»"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.records;
        writeln!(out, "{one} and {other}: one person, or {}?", self.otherwise)?;
        writeln!(out, "{:>8.2}  before anything is compared", self.start)?;
        for part in &self.contributions {
            let values = if part.one.is_empty() && part.other.is_empty() {
                String::new()
            } else {
                format!(": {}, {}", part.value(0), part.value(1))
            };
            writeln!(out, "{:>+8.2}  {}, {}{values}", part.weight, part.field, part.level)?;
        }
        writeln!(out, "{:>8.2}  bits, a probability of {:.6}", self.weight, self.probability)
    }
}

impl Explanation {
    /// A waterfall as SVG.
    pub fn to_svg(&self) -> String {
        let mut bars = vec![Bar { label: "before".into(), from: 0.0, to: self.start }];
        let mut sum = self.start;
        for part in self.contributions.iter().filter(|part| part.weight != 0.0) {
            bars.push(Bar { label: format!("{}: {}", part.field, part.level), from: sum, to: sum + part.weight });
            sum += part.weight;
        }
        bars.push(Bar { label: format!("probability {:.4}", self.probability), from: 0.0, to: self.weight });
        picture::waterfall(
            &format!("{} and {}: one person, or {}?", self.records[0], self.records[1], self.otherwise),
            &bars,
        )
    }
}
