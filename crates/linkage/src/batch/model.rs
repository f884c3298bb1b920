//! What was learned, in a file that a person can read and change.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::blocking::Rule;
use super::columns::Kind;
use super::compare::{levels_of, slots};
use super::error::Error;
use super::estimate::Parameters;
use super::records::{Records, Wishes};
use super::table::Table;

/// The version of the format that this program writes and reads.
const FORMAT: u32 = 1;

/// A trained model.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Version of the format.
    pub format: u32,
    /// Matching pairs there are for each record: with it the prior follows for any number of records.
    pub matches_per_record: f64,
    /// Pairs of one household there are for each record.
    #[serde(default)]
    pub relatives_per_record: f64,
    /// Keys that two records must share all of to be looked at, rule by rule.
    pub rules: Vec<Vec<String>>,
    /// The compared fields.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Whether given and family name stand in their places, if both are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<Level>,
}

/// One field of a model.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// From «different» to «same».
    #[serde(default, rename = "level", skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

/// One level of agreement.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// How often matches have it.
    pub m: f64,
    /// How often other pairs have it.
    pub u: f64,
    /// How often two of one household have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r: Option<f64>,
    /// log2(m/u), for the reader; it is worked out anew.
    #[serde(default)]
    pub weight: f64,
}

impl Default for Model {
    /// A model that says nothing.
    fn default() -> Model {
        Model {
            format: FORMAT,
            matches_per_record: 0.1,
            relatives_per_record: 0.1,
            rules: Vec::new(),
            fields: Vec::new(),
            order: Vec::new(),
        }
    }
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// The file cannot be read or is no model of this version; the message says where.
    pub fn read(path: &Path) -> Result<Model, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::file(path, format!("the model cannot be read: {error}")))?;
        Model::parse(&text).map_err(|reason| Error::file(path, reason))
    }

    /// Reads a model from its text.
    ///
    /// # Errors
    /// It is no model of this version; the reason says where.
    pub fn parse(text: &str) -> Result<Model, String> {
        let model: Model = toml::from_str(text).map_err(|error| format!("this is no model: {error}"))?;
        if model.format != FORMAT {
            let reason = format!("the model has format {}, this program reads {FORMAT}; train it anew", model.format);
            return Err(reason);
        }
        let levels = model.fields.iter().flat_map(|field| &field.levels).chain(&model.order);
        let fits = |share: f64| (0.0..=1.0).contains(&share);
        let wrong = |level: &&Level| !fits(level.m) || !fits(level.u) || !level.r.is_none_or(fits);
        if let Some(level) = levels.into_iter().find(wrong) {
            return Err(format!("level «{}»: m, u and r are shares from 0 to 1", level.name));
        }
        let counts =
            [("matches_per_record", model.matches_per_record), ("relatives_per_record", model.relatives_per_record)];
        if let Some((name, _)) = counts.iter().find(|(_, count)| !count.is_finite() || *count < 0.0) {
            return Err(format!("{name} is a number from 0 up"));
        }
        Ok(model)
    }

    /// The model as text.
    pub fn to_text(&self) -> String {
        let head = "# What agreement is worth, learned by `watari link train`. Numbers may be changed by hand:\n\
                    # m is how often matches have a level, u how often other pairs have it.\n";
        format!("{head}{}", toml::to_string_pretty(self).unwrap_or_default())
    }

    /// The fields' names and kinds.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.kind))
    }

    /// What the model says of columns, beside what the user says.
    pub fn wishes(&self, wishes: &Wishes, tables: &[Table]) -> Wishes {
        let mut wishes = wishes.clone();
        let there = |field: &&Field| tables.iter().any(|table| table.header().contains(&field.name));
        for field in self.fields.iter().filter(there) {
            wishes.kinds.entry(field.name.clone()).or_insert(field.kind);
        }
        wishes
    }

    /// Puts down what was learned.
    pub fn of(records: &Records, parameters: &Parameters, rules: &[Rule]) -> Model {
        let levels = |slot: usize| {
            let (m, u) = (&parameters.m[slot], &parameters.u[slot]);
            let words = levels_of(records, slot).iter().enumerate();
            words
                .map(|(at, level)| Level {
                    name: level.word.to_owned(),
                    m: round(m[at + 1]),
                    u: round(u[at + 1]),
                    r: (parameters.r[slot] != *u).then(|| round(parameters.r[slot][at + 1])),
                    weight: ((m[at + 1] / u[at + 1]).log2() * 100.0).round() / 100.0,
                })
                .collect::<Vec<Level>>()
        };
        let fields = records.fields.iter().enumerate().map(|(slot, field)| Field {
            name: field.name.clone(),
            kind: field.kind,
            levels: levels(slot),
        });
        Model {
            format: FORMAT,
            matches_per_record: round(parameters.prior * records.pairs() / records.len().max(1) as f64),
            relatives_per_record: round(parameters.related * records.pairs() / records.len().max(1) as f64),
            rules: rules.iter().map(|rule| rule.words(records)).collect(),
            fields: fields.collect(),
            order: if slots(records) > records.fields.len() { levels(records.fields.len()) } else { Vec::new() },
        }
    }

    /// The model's parameters for some records; a level that the model does not name keeps the
    /// first guess.
    pub fn parameters(&self, records: &Records) -> Parameters {
        let mut parameters = Parameters::guess(records);
        for slot in 0..slots(records) {
            let known = match records.fields.get(slot) {
                Some(field) => self.fields.iter().find(|known| known.name == field.name).map(|known| &known.levels),
                None => Some(&self.order),
            };
            for (at, level) in levels_of(records, slot).iter().enumerate() {
                if let Some(known) = known.and_then(|levels| levels.iter().find(|known| known.name == level.word)) {
                    parameters.m[slot][at + 1] = known.m.max(1e-9);
                    parameters.u[slot][at + 1] = known.u.max(1e-12);
                    parameters.r[slot][at + 1] = known.r.unwrap_or(known.u).max(1e-9);
                }
            }
        }
        let pairs = records.pairs().max(1.0);
        let share = |per_record: f64| (per_record * records.len() as f64 / pairs).clamp(1e-15, 0.5);
        parameters.prior = share(self.matches_per_record);
        parameters.related = share(self.relatives_per_record);
        parameters
    }

    /// The model's blocking rules for some records; those whose fields are missing are left out.
    pub fn rules(&self, records: &Records) -> Vec<Rule> {
        self.rules.iter().filter_map(|words| Rule::read(words, records)).collect()
    }
}

/// Five digits that count.
fn round(share: f64) -> f64 {
    format!("{share:.5e}").parse().unwrap_or(share)
}
