//! Ranking who is called like this.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::dictionary::{ALIKE, Near};
use super::{Index, LAST, hash};
use crate::likeness::{Explanation, Pairing, Part, explain, pair};
use crate::names::Words;

/// Most records of one part's likes that are compared one by one, whatever their other parts.
const DIRECT: usize = 1_000;
/// Most records compared because they share two parts' likes.
const SHARED: usize = 1_000;
/// A fit from which nobody is sought under another way to write the same name.
const SURE: f32 = 0.97;
/// Records compared before it is asked anew how well one has to fit.
const AT_ONCE: usize = 64;
/// How many times longer a list is when it is searched for each of a few records, and not read.
const MUCH_LONGER: usize = 32;

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
/// What a part is at most like each part asked for, if it is none of their likes.
const UNSEEN: Row = [0.85; 8];

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
        let mut words = Words::default();
        words.read(name);
        let mut ranked = self.rank(parts_asked(words.iter()), limit);
        if reached(&mut ranked, 1) < SURE {
            for joint in words.joints() {
                ranked.extend(self.rank(parts_asked(words.joined(joint).iter().map(String::as_str)), limit));
            }
        }
        self.best(ranked, limit)
    }

    /// Why a record was found: its name that fits best, part by part in Latin letters, the last part perhaps half typed;
    /// nothing if it is not there. Its score is the hit's, or higher where two syllables are better read as one part and
    /// enough others fitted without. [`crate::explain_names`] tells the same of names as they are written.
    pub fn explain(&self, name: &str, id: &I) -> Option<Explanation> {
        let is_it = |number: &u32| self.records[*number as usize].id.as_ref() == Some(id);
        let number = *self.numbers.find(hash(id), is_it)?;
        let mut words = Words::default();
        words.read(name);
        let plain = std::iter::once(parts_asked(words.iter()));
        let joined = words.joints().map(|at| parts_asked(words.joined(at).iter().map(String::as_str)));
        let readings = plain.chain(joined).flat_map(|asked| {
            let parts: Vec<&Part> = asked.iter().collect();
            let explained = self.names_of(number).map(|name| {
                let texts: Vec<&str> = name.iter().map(|part| self.dictionary.text(part & !LAST)).collect();
                explain(&asked, &texts, &pairing(name, asked.len(), &mut |part| self.row(part, &parts)))
            });
            explained.collect::<Vec<_>>()
        });
        readings.reduce(|best, other| if other.score > best.score { other } else { best })
    }

    /// What [`Index::find`] finds, from a comparison with every record: slow, and what [`Index::find`] is measured by.
    pub fn find_among_all(&self, name: &str, limit: usize) -> Vec<Hit<I>> {
        let mut words = Words::default();
        words.read(name);
        let mut ranked = self.rank_all(&parts_asked(words.iter()));
        for joint in words.joints() {
            ranked.extend(self.rank_all(&parts_asked(words.joined(joint).iter().map(String::as_str))));
        }
        self.best(ranked, limit)
    }

    fn rank_all(&self, asked: &[Part]) -> Vec<(f32, u32)> {
        let asked: Vec<&Part> = asked.iter().collect();
        let mut rows: FxHashMap<u32, Row> = FxHashMap::default();
        let numbers = (0..self.records.len() as u32).filter(|number| self.records[*number as usize].id.is_some());
        numbers.map(|number| (self.compare(number, &asked, &mut rows), number)).collect()
    }

    /// Records that may be most like what is asked, with their fit.
    fn rank(&self, asked: Vec<Part>, limit: usize) -> Vec<(f32, u32)> {
        let asked: Vec<Asked> = asked.into_iter().map(|part| self.ask(part)).collect();
        let parts: Vec<&Part> = asked.iter().map(|asked| &asked.part).collect();
        let most = most_alike(&asked);
        let mut rows: FxHashMap<u32, Row> = FxHashMap::default();
        let mut ranked: Vec<(f32, u32)> = Vec::new();
        for step in self.steps(&asked, limit) {
            if reached(&mut ranked, limit) >= step.bound {
                continue;
            }
            let mut found = (step.records)();
            found.sort_unstable();
            found.dedup();
            for few in found.chunks(AT_ONCE) {
                self.fetch(few);
                let least = reached(&mut ranked, limit);
                ranked.extend(few.iter().filter_map(|number| {
                    let can_fit = self.fit(*number, parts.len(), |part| most.get(&part).copied().unwrap_or(UNSEEN));
                    (can_fit >= least).then(|| (self.compare(*number, &parts, &mut rows), *number))
                }));
            }
        }
        ranked
    }

    /// Those that fit best, in order.
    fn best(&self, mut ranked: Vec<(f32, u32)>, limit: usize) -> Vec<Hit<I>> {
        ranked.sort_unstable_by(|one, other| one.1.cmp(&other.1).then(other.0.total_cmp(&one.0)));
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

    /// Looks at records all at once: memory answers many such questions together, and one by one as slowly each.
    fn fetch(&self, numbers: &[u32]) {
        let starts = numbers.iter().map(|number| self.records[*number as usize].start as usize);
        std::hint::black_box(starts.fold(0_u32, |sum, start| sum ^ self.held.get(start).copied().unwrap_or(0)));
    }

    fn holders_of<'i>(&'i self, asked: &'i Asked) -> impl Iterator<Item = u32> + 'i {
        asked.near.iter().flat_map(|near| self.dictionary.holders(near.part).iter().copied())
    }

    /// Where records worth a comparison come from: all behind rare parts; then, behind common parts, those who share
    /// two, and at last the first of them.
    fn steps<'i>(&'i self, asked: &'i [Asked], limit: usize) -> [Step<'i>; 3] {
        let mut rare: Vec<&Asked> = asked.iter().filter(|asked| asked.volume > 0).collect();
        rare.sort_by_key(|asked| asked.volume);
        let common = rare.split_off(rare.partition_point(|asked| asked.volume <= DIRECT));
        let first = common.first().copied();
        // Whoever is not yet compared has likes of common parts alone.
        let (parts, commons) = (asked.len() as f32, common.len() as f32);
        let likest = common.iter().filter_map(|asked| asked.near.first()).map(|near| near.likeness);
        let shared = (likest.clone().sum::<f32>() + (parts - commons) * ALIKE) / parts;
        let alone = (likest.fold(0.0, f32::max) + (parts - 1.0) * ALIKE) / parts;
        let behind_rare = move || rare.iter().flat_map(|asked| self.holders_of(asked)).collect();
        let sharing = move || self.sharing(&common);
        let behind_common =
            move || first.into_iter().flat_map(|asked| self.holders_of(asked)).take(DIRECT.max(limit)).collect();
        [
            Step { bound: f32::INFINITY, records: Box::new(behind_rare) },
            Step { bound: shared, records: Box::new(sharing) },
            Step { bound: alone, records: Box::new(behind_common) },
        ]
    }

    /// Records that have likes of two of the parts or more, the most alike first.
    fn sharing(&self, asked: &[&Asked]) -> Vec<u32> {
        let [first, others @ ..] = asked else { return Vec::new() };
        if others.is_empty() {
            return Vec::new();
        }
        let (mut marks, mut met) = (Marks::new(self.records.len()), Marks::new(self.records.len()));
        self.mark(first, &mut marks);
        let mut volume = first.volume;
        let mut shelves = Shelves::default();
        for (at, one) in others.iter().enumerate() {
            // Whoever shares a third part stands above all who share two.
            let third = if at == 0 { 0 } else { CLOSEST };
            let few = self.few(&asked[..=at], volume, one);
            for near in &one.near {
                let closeness = closeness(near.likeness);
                if shelves.are_full_from(closeness + CLOSEST + third) {
                    break;
                }
                self.meeting(near.part, &few, |number| {
                    let Some(other) = marks.at(number) else { return };
                    let third = if met.at(number).is_some_and(|earlier| earlier <= at) { third } else { 0 };
                    met.set_first(number, at + 1);
                    shelves.put(number, closeness + other + third);
                });
            }
            if at + 1 < others.len() {
                self.mark(one, &mut marks);
                volume += one.volume;
            }
        }
        shelves.best()
    }

    /// The records behind parts, in order, if they are so few that it is better to look each up in another's lists.
    fn few(&self, asked: &[&Asked], volume: usize, other: &Asked) -> Vec<u32> {
        let longest = other.near.iter().map(|near| self.dictionary.holders(near.part).len()).max().unwrap_or(0);
        if volume.saturating_mul(MUCH_LONGER) > longest {
            return Vec::new();
        }
        let mut few: Vec<u32> = asked.iter().flat_map(|asked| self.holders_of(asked)).collect();
        few.sort_unstable();
        few.dedup();
        few
    }

    /// Calls `visit` with the holders of a part; with those among the few alone, where there are few and many holders.
    fn meeting(&self, part: u32, few: &[u32], mut visit: impl FnMut(u32)) {
        let mut holders = self.dictionary.holders(part);
        if few.is_empty() || holders.len() < few.len().saturating_mul(MUCH_LONGER) {
            holders.iter().copied().for_each(visit);
            return;
        }
        for one in few {
            holders = &holders[holders.partition_point(|holder| holder < one)..];
            if holders.first() == Some(one) {
                visit(*one);
            }
        }
    }

    fn mark(&self, asked: &Asked, marks: &mut Marks) {
        for near in &asked.near {
            let closeness = closeness(near.likeness);
            self.dictionary.holders(near.part).iter().for_each(|number| marks.raise(*number, closeness));
        }
    }

    /// The fit of a record's best name.
    fn compare(&self, number: u32, asked: &[&Part], rows: &mut FxHashMap<u32, Row>) -> f32 {
        self.fit(number, asked.len(), |part| *rows.entry(part).or_insert_with(|| self.row(part, asked)))
    }

    fn fit(&self, number: u32, asked: usize, mut row: impl FnMut(u32) -> Row) -> f32 {
        let fits = self.names_of(number).map(|name| pairing(name, asked, &mut row).fit());
        fits.fold(0.0, f32::max)
    }

    fn row(&self, part: u32, asked: &[&Part]) -> Row {
        let mut row = Row::default();
        for (cell, asked) in row.iter_mut().zip(asked) {
            *cell = self.dictionary.likeness(part, asked);
        }
        row
    }
}

/// The parts of a known name beside those asked for.
fn pairing(name: &[u32], asked: usize, row: &mut impl FnMut(u32) -> Row) -> Pairing {
    let mut known: [Row; 8] = [[0.0; 8]; 8];
    for (known, part) in known.iter_mut().zip(name) {
        *known = row(part & !LAST);
    }
    pair(asked, name.len(), |asked, at| known[at][asked])
}

/// How alike the likes of each part can be to all parts asked for.
fn most_alike(asked: &[Asked]) -> FxHashMap<u32, Row> {
    let mut most: FxHashMap<u32, Row> = FxHashMap::default();
    for (at, asked) in asked.iter().enumerate() {
        asked.near.iter().for_each(|near| most.entry(near.part).or_insert(UNSEEN)[at] = near.likeness);
    }
    most
}

/// The parts of a name asked for, of which the last may be half typed.
fn parts_asked<'w>(words: impl ExactSizeIterator<Item = &'w str>) -> Vec<Part> {
    let last = words.len().wrapping_sub(1);
    words.enumerate().map(|(at, word)| Part::new(word, at == last)).collect()
}

/// Records to compare, unless enough are known that fit as well as any of these can.
struct Step<'i> {
    bound: f32,
    records: Box<dyn FnOnce() -> Vec<u32> + 'i>,
}

/// The fit that so many records have reached.
fn reached(ranked: &mut [(f32, u32)], limit: usize) -> f32 {
    if limit == 0 || ranked.len() < limit {
        return 0.0;
    }
    ranked.select_nth_unstable_by(limit - 1, |one, other| other.0.total_cmp(&one.0)).1.0
}

/// The closeness of a part itself.
const CLOSEST: usize = 15;

/// A shelf for each closeness of three parts together.
const SHELVES: usize = 3 * CLOSEST + 1;

/// How close a like is, from 1 to [`CLOSEST`].
fn closeness(likeness: f32) -> usize {
    let above = ((likeness - ALIKE) / (1.0 - ALIKE)).clamp(0.0, 1.0);
    1 + (above * (CLOSEST - 1) as f32) as usize
}

/// A number from 1 to 15 for some of the records.
struct Marks(Vec<u64>);

impl Marks {
    fn new(records: usize) -> Marks {
        Marks(vec![0; records / 16 + 1])
    }

    fn at(&self, number: u32) -> Option<usize> {
        match self.0[number as usize / 16] >> (number % 16 * 4) & 15 {
            0 => None,
            mark => Some(mark as usize),
        }
    }

    /// Marks a record, unless its mark is higher.
    fn raise(&mut self, number: u32, mark: usize) {
        if self.at(number).is_none_or(|earlier| earlier < mark) {
            let (place, shift) = (&mut self.0[number as usize / 16], number % 16 * 4);
            *place = *place & !(15 << shift) | (mark as u64) << shift;
        }
    }

    /// Marks a record, unless it has a mark.
    fn set_first(&mut self, number: u32, mark: usize) {
        if self.at(number).is_none() {
            self.raise(number, mark);
        }
    }
}

/// Records by how close their parts are together.
struct Shelves([Vec<u32>; SHELVES]);

impl Default for Shelves {
    fn default() -> Shelves {
        Shelves([const { Vec::new() }; SHELVES])
    }
}

impl Shelves {
    fn put(&mut self, number: u32, closeness: usize) {
        if self.0[closeness].len() < SHARED {
            self.0[closeness].push(number);
        }
    }

    /// Whether as many as are compared stand at this closeness or above.
    fn are_full_from(&self, closeness: usize) -> bool {
        self.0[closeness..].iter().map(Vec::len).sum::<usize>() >= SHARED
    }

    fn best(self) -> Vec<u32> {
        let mut best: Vec<u32> = self.0.into_iter().rev().flatten().take(SHARED).collect();
        best.sort_unstable();
        best
    }
}
