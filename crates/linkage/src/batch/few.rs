//! A few records weighed as if they stood among many: while one is being typed, or when one has changed.

use super::columns::Kind;
use super::estimate::Parameters;
use super::model::Model;
use super::records::Records;
use super::score::Scorer;

/// The many that a few records stand among.
pub struct Among<'a> {
    /// How many they are.
    pub records: u64,
    /// How many of them have a value of a kind, in whatever spelling it is heard the same: a name in Latin letters, a
    /// code, a day as eight digits. None where nobody counted; then the model tells how often two agree by chance.
    pub holders: &'a dyn Fn(Kind, &str) -> Option<u64>,
}

/// A few records that stand in no file, ready to be weighed by a model that was learned elsewhere.
pub struct Few {
    records: Records,
    parameters: Parameters,
}

impl Few {
    /// Each row has a value for every field of the model, as written, empty where none is known.
    pub fn new(model: &Model, rows: &[Vec<&str>], among: &Among<'_>) -> Few {
        let mut records = Records::few(model.kinds(), rows, among.records, |slot, value| {
            let field = &model.fields[slot];
            let by_chance = || field.levels.last().map_or(0.0, |same| same.u * among.records as f64) as u64;
            (among.holders)(field.kind, value).unwrap_or_else(by_chance)
        });
        records.group = model.group(&records);
        let share = |per_record: f64| (2.0 * per_record / among.records.max(2) as f64).clamp(1e-15, 0.5);
        let parameters = Parameters {
            prior: share(model.matches_per_record),
            related: share(model.relatives_per_record),
            ..model.parameters(&records)
        };
        Few { records, parameters }
    }

    /// Explains why two of them are, or are not, taken for one person.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.records, &self.parameters)
    }
}
