//! Ranking who is called like this.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::dictionary::Near;
use super::{Index, LAST};
use crate::likeness::{Part, fit};
use crate::names::Words;

/// Most records of one part's likes that are compared one by one, whatever their other parts.
const DIRECT: usize = 1_000;
/// Most records compared because they share two parts' likes.
const SHARED: usize = 600;
/// A fit after which nobody is sought among the common parts any more.
const GOOD: f32 = 0.9;

/// A record found, and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<I> {
    /// The caller's id.
    pub id: I,
    /// From 0 to 1, as [`crate::likeness`] says; what may be only half typed counts as begun.
    pub score: f64,
}

/// How alike a part is to each part asked for.
type Row = [f32; 8];

/// A part asked for, with its likes.
struct Asked {
    part: Part,
    near: Vec<Near>,
    /// Records behind the likes together; some may count more than once.
    volume: usize,
}

impl<I: Copy + Eq + Hash> Index<I> {
    /// The records whose names are most like this one, best first: misspelt, from another script,
    /// in another order, with parts missing, the last part perhaps half typed.
    pub fn find(&self, name: &str, limit: usize) -> Vec<Hit<I>> {
        let asked: Vec<Asked> = parts_asked(name).into_iter().map(|part| self.ask(part)).collect();
        let parts: Vec<&Part> = asked.iter().map(|asked| &asked.part).collect();
        let mut rows: FxHashMap<u32, Row> = FxHashMap::default();
        let mut ranked: Vec<(f32, u32)> = Vec::new();
        for candidates in self.candidates(&asked, limit) {
            if ranked.iter().any(|(score, _)| *score >= GOOD) {
                break;
            }
            ranked.extend(candidates.into_iter().map(|number| (self.compare(number, &parts, &mut rows), number)));
        }
        self.best(ranked, limit)
    }

    /// The same from a comparison with every record: slow, and what [`Index::find`] is measured by.
    pub fn find_among_all(&self, name: &str, limit: usize) -> Vec<Hit<I>> {
        let asked = parts_asked(name);
        let asked: Vec<&Part> = asked.iter().collect();
        let mut rows: FxHashMap<u32, Row> = FxHashMap::default();
        let numbers = (0..self.records.len() as u32).filter(|number| self.records[*number as usize].id.is_some());
        let ranked = numbers.map(|number| (self.compare(number, &asked, &mut rows), number)).collect();
        self.best(ranked, limit)
    }

    /// Those that fit best, in order.
    fn best(&self, mut ranked: Vec<(f32, u32)>, limit: usize) -> Vec<Hit<I>> {
        ranked.sort_unstable_by_key(|(_, number)| *number);
        ranked.dedup_by_key(|(_, number)| *number);
        let order = |one: &(f32, u32), other: &(f32, u32)| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1));
        if ranked.len() > limit && limit > 0 {
            ranked.select_nth_unstable_by(limit - 1, order);
        }
        ranked.truncate(limit);
        ranked.sort_unstable_by(order);
        let hit = |(score, number): (f32, u32)| {
            self.records[number as usize].id.map(|id| Hit { id, score: f64::from(score) })
        };
        ranked.into_iter().filter_map(hit).collect()
    }

    fn ask(&self, part: Part) -> Asked {
        let near = self.dictionary.near(&part);
        let volume = near.iter().map(|near| self.dictionary.holders(near.part).len()).sum();
        Asked { part, near, volume }
    }

    fn holders_of<'i>(&'i self, asked: &'i Asked) -> impl Iterator<Item = u32> + 'i {
        asked.near.iter().flat_map(|near| self.dictionary.holders(near.part).iter().copied())
    }

    /// Records worth a comparison: all behind rare parts; then, where these were the wrong ones, behind common parts
    /// those who share two, and at last the first of them.
    fn candidates<'i>(&'i self, asked: &'i [Asked], limit: usize) -> impl Iterator<Item = Vec<u32>> + 'i {
        let mut rare: Vec<&Asked> = asked.iter().filter(|asked| asked.volume > 0).collect();
        rare.sort_by_key(|asked| asked.volume);
        let common = rare.split_off(rare.partition_point(|asked| asked.volume <= DIRECT));
        let first = common.first().copied();
        let behind_rare = move || rare.iter().flat_map(|asked| self.holders_of(asked)).collect();
        let sharing = move || self.sharing(&common);
        let behind_common =
            move || first.into_iter().flat_map(|asked| self.holders_of(asked)).take(DIRECT.max(limit)).collect();
        let steps: [Box<dyn Fn() -> Vec<u32> + 'i>; 3] =
            [Box::new(behind_rare), Box::new(sharing), Box::new(behind_common)];
        steps.into_iter().map(|step| {
            let mut found = step();
            found.sort_unstable();
            found.dedup();
            found
        })
    }

    /// Records that have likes of two of the parts or more: first those with more, then those with the most alike.
    fn sharing(&self, asked: &[&Asked]) -> Vec<u32> {
        let [first, others @ ..] = asked else { return Vec::new() };
        if others.is_empty() {
            return Vec::new();
        }
        let (mut once, mut twice) = (Marks::new(self.records.len()), Marks::new(self.records.len()));
        // First who shares more than two, then by how far both parts together are from what was asked.
        let mut shelves: [Vec<u32>; 6] = Default::default();
        self.mark(first, &mut once);
        for (at, one) in others.iter().enumerate() {
            for near in &one.near {
                let distance = distance(near.likeness);
                for number in self.dictionary.holders(near.part) {
                    let Some(other) = once.distance(*number) else { continue };
                    let shelf = if twice.distance(*number).is_some_and(|earlier| earlier < at) {
                        0
                    } else {
                        1 + distance + other
                    };
                    twice.set(*number, at.min(2));
                    if shelves[shelf].len() < SHARED {
                        shelves[shelf].push(*number);
                    }
                }
            }
            if at + 1 < others.len() {
                self.mark(one, &mut once);
            }
        }
        let mut found = Vec::new();
        for shelf in shelves {
            found.extend(shelf.into_iter().take(SHARED.saturating_sub(found.len())));
        }
        found
    }

    fn mark(&self, asked: &Asked, marks: &mut Marks) {
        for near in &asked.near {
            let distance = distance(near.likeness);
            self.dictionary.holders(near.part).iter().for_each(|number| marks.set(*number, distance));
        }
    }

    /// The fit of a record's best name.
    fn compare(&self, number: u32, asked: &[&Part], rows: &mut FxHashMap<u32, Row>) -> f32 {
        let mut best = 0.0_f32;
        for name in self.names_of(number) {
            let mut known: [Row; 8] = [[0.0; 8]; 8];
            for (known, part) in known.iter_mut().zip(name) {
                *known = *rows.entry(part & !LAST).or_insert_with_key(|part| self.row(*part, asked));
            }
            best = best.max(fit(asked.len(), name.len(), |asked, at| known[at][asked]));
        }
        best
    }

    fn row(&self, part: u32, asked: &[&Part]) -> Row {
        let mut row = Row::default();
        for (cell, asked) in row.iter_mut().zip(asked) {
            *cell = self.dictionary.likeness(part, asked);
        }
        row
    }
}

/// The parts of a name asked for, of which the last may be half typed.
fn parts_asked(name: &str) -> Vec<Part> {
    let mut words = Words::default();
    words.read(name);
    let last = words.iter().len().wrapping_sub(1);
    words.iter().enumerate().map(|(at, word)| Part::new(word, at == last)).collect()
}

/// A part itself, one that is close, one that is far.
fn distance(likeness: f32) -> usize {
    match likeness {
        1.0.. => 0,
        0.88.. => 1,
        _ => 2,
    }
}

/// Records that have a part's like, and at what distance: two bits each.
struct Marks(Vec<u64>);

impl Marks {
    fn new(records: usize) -> Marks {
        Marks(vec![0; records / 32 + 1])
    }

    /// Marks a record, unless it is marked as closer.
    fn set(&mut self, number: u32, distance: usize) {
        let (place, mark) = (&mut self.0[number as usize / 32], 3 - distance as u64);
        let shift = number % 32 * 2;
        if *place >> shift & 3 < mark {
            *place = *place & !(3 << shift) | mark << shift;
        }
    }

    fn distance(&self, number: u32) -> Option<usize> {
        match self.0[number as usize / 32] >> (number % 32 * 2) & 3 {
            0 => None,
            mark => Some(3 - mark as usize),
        }
    }
}
