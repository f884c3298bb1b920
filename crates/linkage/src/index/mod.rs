//! Who of many is called like this? An index in memory that changes with its records.
//!
//! Millions of people have some hundred thousand name parts among them, most of them rare and a
//! few very common (Zipf's law). So a question is first put to the dictionary of parts: which of
//! them are spelt or heard like the ones asked for? Then to the people behind those parts: a rare
//! part gives its people at once, of common ones only people who share two are looked at. What is
//! left is compared part by part and ranked.
//!
//! Nothing is ever rebuilt: a record's parts know their people in sorted lists, and a part that
//! nobody has any more is gone. A number is given to each record for as long as it is there.

mod dictionary;
mod find;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::names::Words;
use dictionary::Dictionary;
pub use find::Hit;

/// Marks the last part of a name among a record's parts.
const LAST: u32 = 1 << 31;
/// Names of one record looked at.
const MOST_NAMES: usize = 64;

/// Records by their names and by exact keys; `I` is the caller's id of a record.
pub struct Index<I> {
    records: Vec<Record<I>>,
    /// Numbers of records that were removed.
    free: Vec<u32>,
    numbers: HashTable<u32>,
    /// Each record's name parts, then its keys' hashes in two halves.
    held: Vec<u32>,
    /// Places in `held` that no record has any more.
    abandoned: usize,
    dictionary: Dictionary,
    keys: HashTable<Key>,
    secret: RandomState,
}

/// Where a record's own lie in `held`.
struct Record<I> {
    id: Option<I>,
    start: u32,
    parts: u16,
    keys: u16,
}

/// A key's hash in two halves, and who has it.
struct Key {
    hash: [u32; 2],
    number: u32,
}

impl Key {
    fn hash(&self) -> u64 {
        whole(self.hash)
    }
}

fn whole([high, low]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn halves(hash: u64) -> [u32; 2] {
    [(hash >> 32) as u32, hash as u32]
}

impl<I> Default for Index<I> {
    fn default() -> Index<I> {
        Index {
            records: Vec::new(),
            free: Vec::new(),
            numbers: HashTable::new(),
            held: Vec::new(),
            abandoned: 0,
            dictionary: Dictionary::default(),
            keys: HashTable::new(),
            secret: RandomState::new(),
        }
    }
}

impl<I: Copy + Eq + Hash> Index<I> {
    /// An index of nobody.
    pub fn new() -> Index<I> {
        Index::default()
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many different name parts all records have together.
    pub fn distinct_parts(&self) -> usize {
        self.dictionary.len()
    }

    /// Adds a record, or replaces what was known of it: its names in any script, and keys by which
    /// it is found exactly, such as a document's number.
    pub fn insert<'a>(
        &mut self,
        id: I,
        names: impl IntoIterator<Item = &'a str>,
        keys: impl IntoIterator<Item = &'a str>,
    ) {
        self.remove(&id);
        let start = self.held.len();
        self.add_names(names);
        let parts = self.held.len() - start;
        self.add_keys(start + parts, keys);
        let record = Record {
            id: Some(id),
            start: start as u32,
            parts: parts as u16,
            keys: ((self.held.len() - start - parts) / 2) as u16,
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.records[number as usize] = record;
                number
            }
            None => {
                self.records.push(record);
                (self.records.len() - 1) as u32
            }
        };
        for part in distinct(&self.held[start..start + parts]) {
            self.dictionary.add(part, number);
        }
        for key in self.held[start + parts..].chunks_exact(2) {
            let key = Key { hash: [key[0], key[1]], number };
            self.keys.insert_unique(key.hash(), key, Key::hash);
        }
        let records = &self.records;
        self.numbers.insert_unique(hash(&id), number, |number| hash_of(records, *number));
    }

    /// Forgets a record, and whether it was there.
    pub fn remove(&mut self, id: &I) -> bool {
        let records = &self.records;
        let known = self.numbers.find_entry(hash(id), |number| records[*number as usize].id.as_ref() == Some(id));
        let Ok(entry) = known else { return false };
        let (number, _) = entry.remove();
        let record = &mut self.records[number as usize];
        record.id = None;
        let start = record.start as usize;
        let (parts, keys) = (usize::from(record.parts), 2 * usize::from(record.keys));
        (record.parts, record.keys) = (0, 0);
        let (parts, keys) = self.held[start..start + parts + keys].split_at_mut(parts);
        for part in distinct(parts) {
            self.dictionary.remove(part, number);
        }
        for key in keys.chunks_exact(2) {
            let hash = [key[0], key[1]];
            let has = |key: &Key| key.hash == hash && key.number == number;
            if let Ok(entry) = self.keys.find_entry(whole(hash), has) {
                entry.remove();
            }
        }
        parts.fill(0);
        keys.fill(0);
        self.abandoned += parts.len() + keys.len();
        self.free.push(number);
        self.tidy();
        true
    }

    /// How many records have a name that is heard like this one, as far as its rarest part tells.
    pub fn namesakes(&self, name: &str) -> usize {
        let mut words = Words::default();
        words.read(name);
        words.iter().map(|word| self.dictionary.heard(word)).min().unwrap_or(0)
    }

    /// Whoever has a key, exactly as it was given.
    pub fn holders(&self, key: &str) -> Vec<I> {
        let hash = self.secret.hash_one(key);
        self.keys
            .iter_hash(hash)
            .filter(|key| key.hash() == hash)
            .filter_map(|key| self.records[key.number as usize].id)
            .collect()
    }

    /// Gives back memory that growing took in advance; worth its time after many records at once.
    pub fn shrink(&mut self) {
        self.move_together();
        self.records.shrink_to_fit();
        self.free.shrink_to_fit();
        let records = &self.records;
        self.numbers.shrink_to_fit(|number| hash_of(records, *number));
        self.keys.shrink_to_fit(Key::hash);
        self.dictionary.shrink();
    }

    fn add_names<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let start = self.held.len();
        let mut words = Words::default();
        for name in names.into_iter().take(MOST_NAMES) {
            words.read(name);
            let from = self.held.len();
            for word in words.iter() {
                let part = self.dictionary.intern(word);
                self.held.push(part);
            }
            if let Some(last) = self.held[from..].last_mut() {
                *last |= LAST;
            }
            let (earlier, this) = self.held[start..].split_at(from - start);
            if names_in(earlier).any(|name| name == this) {
                self.held.truncate(from);
            }
        }
    }

    fn add_keys<'a>(&mut self, from: usize, keys: impl IntoIterator<Item = &'a str>) {
        for key in keys.into_iter().take(usize::from(u16::MAX)) {
            let hash = halves(self.secret.hash_one(key));
            if !self.held[from..].chunks_exact(2).any(|known| *known == hash) {
                self.held.extend(hash);
            }
        }
    }

    fn names_of(&self, number: u32) -> impl Iterator<Item = &[u32]> {
        let record = &self.records[number as usize];
        let start = record.start as usize;
        names_in(&self.held[start..start + usize::from(record.parts)])
    }

    /// Moves records together once half of the room is nobody's.
    fn tidy(&mut self) {
        if self.abandoned > self.held.len() / 2 + 1024 {
            self.move_together();
        }
    }

    fn move_together(&mut self) {
        let mut moved = Vec::with_capacity(self.held.len() - self.abandoned);
        for record in &mut self.records {
            let length = usize::from(record.parts) + 2 * usize::from(record.keys);
            let start = record.start as usize;
            record.start = moved.len() as u32;
            moved.extend_from_slice(&self.held[start..start + length]);
        }
        self.held = moved;
        self.abandoned = 0;
    }
}

fn hash<I: Hash>(id: &I) -> u64 {
    FxBuildHasher.hash_one(id)
}

fn hash_of<I: Hash>(records: &[Record<I>], number: u32) -> u64 {
    records[number as usize].id.as_ref().map_or(0, hash)
}

/// The names among a record's parts.
fn names_in(parts: &[u32]) -> impl Iterator<Item = &[u32]> {
    parts.split_inclusive(|part| part & LAST != 0)
}

/// The different parts of a record.
fn distinct(parts: &[u32]) -> Vec<u32> {
    let mut distinct: Vec<u32> = parts.iter().map(|part| part & !LAST).collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
