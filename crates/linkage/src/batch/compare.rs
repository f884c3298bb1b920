//! A pair of records as a pattern: how far each field agrees.

use super::levels::{self, CLOSE, MISSING, NEAR, SOUND, compare};
use super::records::Records;

/// Four bits for each field's level, the first field's lowest; the order of names follows the
/// fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pattern(pub u64);

/// Given and family name stand in each other's place.
pub const CROSSED: u8 = 1;
/// Given and family name stand where they stand in the other record.
pub const STRAIGHT: u8 = 2;

impl Pattern {
    /// The level of one field.
    pub fn level(self, slot: usize) -> u8 {
        (self.0 >> (4 * slot) & 15) as u8
    }

    fn with(self, slot: usize, level: u8) -> Pattern {
        Pattern(self.0 | u64::from(level) << (4 * slot))
    }
}

/// How far two records agree in each field.
pub fn pattern(records: &Records, one: usize, other: usize) -> Pattern {
    let (a, b) = (records.row(one), records.row(other));
    let mut pattern = Pattern::default();
    for (slot, field) in records.fields.iter().enumerate() {
        if records.crossing.is_none_or(|(given, family)| slot != given && slot != family) {
            pattern = pattern.with(slot, compare(field.kind, records.lexicon(slot), a[slot], b[slot]));
        }
    }
    if let Some((given, family)) = records.crossing {
        let (first, second, order) = names(records, a, b);
        pattern = pattern.with(given, first).with(family, second).with(records.fields.len(), order);
    }
    pattern
}

/// The levels of given and family name and the order in which they agree best. The order counts
/// where names agree; where they do not it says nothing.
fn names(records: &Records, a: &[u32], b: &[u32]) -> (u8, u8, u8) {
    let Some((given, family)) = records.crossing else { return (MISSING, MISSING, MISSING) };
    let (kind, lexicon) = (records.fields[given].kind, records.lexicon(given));
    let straight = (compare(kind, lexicon, a[given], b[given]), compare(kind, lexicon, a[family], b[family]));
    if straight.0 >= CLOSE && straight.1 >= CLOSE {
        return (straight.0, straight.1, STRAIGHT);
    }
    if straight.0.max(straight.1) >= SOUND && straight.0.min(straight.1) > MISSING {
        return (straight.0, straight.1, MISSING);
    }
    let crossed = (compare(kind, lexicon, a[given], b[family]), compare(kind, lexicon, a[family], b[given]));
    let both =
        crossed.0.min(crossed.1) >= NEAR && crossed.0.max(crossed.1) >= CLOSE && straight.0.max(straight.1) < CLOSE;
    let alone = straight.0.max(straight.1) == MISSING && crossed.0.max(crossed.1) >= SOUND;
    if both || alone { (crossed.0, crossed.1, CROSSED) } else { (straight.0, straight.1, MISSING) }
}

/// How many places a pattern has.
pub fn slots(records: &Records) -> usize {
    records.fields.len() + usize::from(records.crossing.is_some())
}

/// The levels of a place, from «different» up.
pub fn levels_of(records: &Records, slot: usize) -> &'static [levels::Level] {
    records.fields.get(slot).map_or(levels::ORDER, |field| levels::of(field.kind))
}
