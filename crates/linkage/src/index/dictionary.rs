//! The parts that names are made of, and who has them.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use crate::likeness::Part;
use crate::names::{Skeleton, without_article};

/// Alike enough to be taken for a misspelling.
const ALIKE: f32 = 0.75;
/// Parts followed for one part asked for.
const MOST_NEAR: usize = 250;
/// Parts that begin alike and are compared; fewer are followed for one that is half typed.
const MOST_BEGUN: usize = 3000;
/// Letters at the start of which misspelt parts are sought too, and those that must come besides.
const HEAD: usize = 4;

/// All name parts, each with the numbers of the records that have it.
#[derive(Default)]
pub(super) struct Dictionary {
    entries: Vec<Entry>,
    /// Places of parts that nobody has any more.
    free: Vec<u32>,
    by_text: HashTable<u32>,
    /// By the first eight letters.
    by_start: BTreeSet<(u64, Sketch, u32)>,
    /// By what is heard, with and without an article.
    by_sound: FxHashMap<Skeleton, SmallVec<[(Sketch, u32); 2]>>,
}

#[derive(Default)]
struct Entry {
    text: SmallVec<[u8; 16]>,
    holders: SmallVec<[u32; 4]>,
    skeleton: Skeleton,
}

/// A part like the one asked for.
#[derive(Clone, Copy)]
pub(super) struct Near {
    pub(super) part: u32,
    pub(super) likeness: f32,
}

impl Dictionary {
    /// How many parts there are.
    pub(super) fn len(&self) -> usize {
        self.by_text.len()
    }

    /// The number of a part; a new one waits for [`Dictionary::add`].
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known(text) {
            return known;
        }
        let entry = Entry {
            text: SmallVec::from_slice(text.as_bytes()),
            holders: SmallVec::new(),
            skeleton: Skeleton::of(text),
        };
        let text = text.as_bytes();
        let part = self.free.last().copied().unwrap_or(self.entries.len() as u32);
        for skeleton in sounds(text) {
            self.by_sound.entry(skeleton).or_default().push((Sketch::of(text), part));
        }
        self.by_start.insert((start(text), Sketch::of(text), part));
        match self.free.pop() {
            Some(place) => self.entries[place as usize] = entry,
            None => self.entries.push(entry),
        }
        let entries = &self.entries;
        self.by_text.insert_unique(hash(text), part, |part| hash_of(entries, *part));
        part
    }

    /// A record has this part.
    pub(super) fn add(&mut self, part: u32, number: u32) {
        let holders = &mut self.entries[part as usize].holders;
        match holders.last() {
            Some(last) if *last >= number => {
                if let Err(at) = holders.binary_search(&number) {
                    holders.insert(at, number);
                }
            }
            _ => holders.push(number),
        }
    }

    /// A record has this part no more; a part that nobody has is forgotten.
    pub(super) fn remove(&mut self, part: u32, number: u32) {
        let entry = &mut self.entries[part as usize];
        if let Ok(at) = entry.holders.binary_search(&number) {
            entry.holders.remove(at);
        }
        if entry.holders.is_empty() {
            self.forget(part);
        } else if entry.holders.len() * 4 < entry.holders.capacity() {
            entry.holders.shrink_to_fit();
        }
    }

    fn forget(&mut self, part: u32) {
        let mut entry = std::mem::take(&mut self.entries[part as usize]);
        if let Ok(known) = self.by_text.find_entry(hash(&entry.text), |known| *known == part) {
            known.remove();
        }
        self.by_start.remove(&(start(&entry.text), Sketch::of(&entry.text), part));
        for skeleton in sounds(&entry.text) {
            if let Some(parts) = self.by_sound.get_mut(&skeleton) {
                parts.retain(|(_, known)| *known != part);
                if parts.is_empty() {
                    self.by_sound.remove(&skeleton);
                }
            }
        }
        // Not only given back: overwritten.
        entry.text.fill(0);
        self.free.push(part);
    }

    pub(super) fn shrink(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.holders.shrink_to_fit());
        self.entries.shrink_to_fit();
        self.free.shrink_to_fit();
        let entries = &self.entries;
        self.by_text.shrink_to_fit(|part| hash_of(entries, *part));
        self.by_sound.values_mut().for_each(SmallVec::shrink_to_fit);
        self.by_sound.shrink_to_fit();
    }

    /// Who has a part, in order.
    pub(super) fn holders(&self, part: u32) -> &[u32] {
        &self.entries[part as usize].holders
    }

    /// How many have a part that is heard like this one.
    pub(super) fn heard(&self, text: &str) -> usize {
        self.heard_as(Skeleton::of(text)).map(|(_, part)| self.holders(part).len()).sum()
    }

    /// How alike a part is to one asked for.
    pub(super) fn likeness(&self, part: u32, asked: &Part) -> f32 {
        let entry = &self.entries[part as usize];
        asked.likeness(&entry.text, entry.skeleton)
    }

    /// The parts that are spelt or heard like one asked for, the most alike first.
    pub(super) fn near(&self, asked: &Part) -> Vec<Near> {
        let mut seen: Vec<u32> = Vec::new();
        let sketch = Sketch::of(asked.text().as_bytes());
        for skeleton in asked.skeletons() {
            seen.extend(self.heard_as(skeleton).map(|(_, part)| part));
            // One bone away from a single one is anything.
            if skeleton.len() > 1 {
                skeleton.neighbours(|skeleton| {
                    let alike = self.heard_as(skeleton).filter(|(other, _)| sketch.may_be(*other));
                    seen.extend(alike.map(|(_, part)| part));
                });
            }
        }
        if asked.text().len() >= HEAD + 2 {
            let alike = |(other, _): &(Sketch, u32)| sketch.may_be(*other);
            seen.extend(self.begun(&asked.text()[..HEAD]).take(MOST_BEGUN).filter(alike).map(|(_, part)| part));
        }
        if asked.is_half_typed() {
            seen.extend(self.begun(asked.text()).take(MOST_BEGUN).map(|(_, part)| part));
        }
        seen.extend(asked.forms().iter().filter_map(|form| self.known(form)));
        seen.sort_unstable();
        seen.dedup();
        let mut near: Vec<Near> = seen
            .into_iter()
            .map(|part| Near { part, likeness: self.likeness(part, asked) })
            .filter(|near| near.likeness >= ALIKE || self.is_begun(near.part, asked))
            .collect();
        near.sort_unstable_by(|one, other| other.likeness.total_cmp(&one.likeness).then(one.part.cmp(&other.part)));
        near.truncate(if asked.is_half_typed() { MOST_BEGUN / 2 } else { MOST_NEAR });
        near
    }

    /// The number of a part that somebody has.
    fn known(&self, text: &str) -> Option<u32> {
        let is_text = |part: &u32| self.entries[*part as usize].text.as_slice() == text.as_bytes();
        self.by_text.find(hash(text.as_bytes()), is_text).copied()
    }

    fn heard_as(&self, skeleton: Skeleton) -> impl Iterator<Item = (Sketch, u32)> {
        self.by_sound.get(&skeleton).into_iter().flatten().copied()
    }

    fn begun(&self, head: &str) -> impl Iterator<Item = (Sketch, u32)> {
        let from = start(head.as_bytes());
        let room = u64::BITS - 8 * head.len().min(8) as u32;
        let to = from | u64::MAX.checked_shr(u64::BITS - room).unwrap_or(0);
        let bounds = (from, Sketch::default(), 0)..=(to, Sketch(u32::MAX), u32::MAX);
        let begun = self.by_start.range(bounds).map(|(_, sketch, part)| (*sketch, *part));
        // Beyond the eighth letter the text itself tells.
        begun.filter(move |(_, part)| head.len() <= 8 || self.has_head(*part, head))
    }

    fn has_head(&self, part: u32, head: &str) -> bool {
        self.entries[part as usize].text.starts_with(head.as_bytes())
    }

    fn is_begun(&self, part: u32, asked: &Part) -> bool {
        asked.is_half_typed() && self.has_head(part, asked.text())
    }
}

/// Which letters a part has and how many: a quick look that spares most comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Sketch(u32);

impl Sketch {
    const LETTERS: u32 = (1 << 27) - 1;

    fn of(text: &[u8]) -> Sketch {
        let letters = text.iter().fold(0, |letters, letter| match letter {
            b'a'..=b'z' => letters | 1 << (letter - b'a'),
            _ => letters | 1 << 26,
        });
        Sketch(letters | (text.len() as u32).min(31) << 27)
    }

    /// Whether two slips can make one of the other; in a short part, one.
    fn may_be(self, other: Sketch) -> bool {
        let slips = if self.0 >> 27 > 5 { 2 } else { 1 };
        ((self.0 ^ other.0) & Sketch::LETTERS).count_ones() <= 2 * slips
            && (self.0 >> 27).abs_diff(other.0 >> 27) <= slips
    }
}

/// The skeletons under which a part is found.
fn sounds(text: &[u8]) -> impl Iterator<Item = Skeleton> {
    std::iter::once(Skeleton::of_letters(text)).chain(without_article(text))
}

/// The first eight letters as a number that sorts like them.
fn start(text: &[u8]) -> u64 {
    let mut start = [0; 8];
    for (place, letter) in start.iter_mut().zip(text) {
        *place = *letter;
    }
    u64::from_be_bytes(start)
}

fn hash(text: &[u8]) -> u64 {
    FxBuildHasher.hash_one(text)
}

fn hash_of(entries: &[Entry], part: u32) -> u64 {
    hash(&entries[part as usize].text)
}
