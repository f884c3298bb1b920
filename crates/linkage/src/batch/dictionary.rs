//! Texts kept once each: a value is a number from then on, and two values are equal where their
//! numbers are.

use hashbrown::HashTable;

/// The number of a value that is missing; it is the empty text's.
pub const MISSING: u32 = 0;

/// Texts one after another in one piece of memory.
#[derive(Default)]
pub struct Texts {
    text: String,
    /// Where each text ends; it begins where the one before it ends.
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// The text at a place.
    pub fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Bytes of memory they take.
    pub fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Distinct texts, numbered in the order they came.
pub struct Dictionary {
    texts: Texts,
    index: HashTable<Entry>,
}

/// A text's number and half of its hash: where the table grows no text is read again.
#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    id: u32,
}

impl Entry {
    /// The table asks for the lowest and the highest bits.
    fn hash(self) -> u64 {
        u64::from(self.hash) << 32 | u64::from(self.hash)
    }
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        let mut dictionary = Dictionary { texts: Texts::default(), index: HashTable::new() };
        dictionary.intern("");
        dictionary
    }
}

impl Dictionary {
    /// The number of a text, which is given one where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        let mut entry = Entry { hash: hash(text.as_bytes()) as u32, id: MISSING };
        if let Some(id) = self.look_up(text, entry) {
            return id;
        }
        entry.id = u32::try_from(self.texts.len()).unwrap_or(MISSING);
        self.texts.push(text);
        self.index.insert_unique(entry.hash(), entry, |entry| entry.hash());
        entry.id
    }

    /// The number of a text that is already known.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.look_up(text, Entry { hash: hash(text.as_bytes()) as u32, id: MISSING })
    }

    fn look_up(&self, text: &str, sought: Entry) -> Option<u32> {
        let same = |entry: &Entry| entry.hash == sought.hash && self.text(entry.id) == text;
        self.index.find(sought.hash(), same).map(|entry| entry.id)
    }

    /// The text of a number.
    pub fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize)
    }

    /// How many texts there are, the missing one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// All texts in the order of their numbers, the missing one first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// Bytes of memory they take, their index included.
    pub fn bytes(&self) -> usize {
        self.texts.bytes() + self.index.capacity() * (size_of::<Entry>() + 1)
    }

    /// Gives back the memory that only further texts would need.
    pub fn finish(&mut self) {
        self.index = HashTable::new();
        self.texts.shrink();
    }
}

/// A hash that depends on the bytes alone, so that a run can be repeated on any machine.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
        state = mix(state, word);
    }
    let last = chunks.remainder().iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
    mix(mix(state, last), 0x2545_f491_4f6c_dd1d)
}

/// Two hashes made one; the order matters.
pub fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one ^ 0xa076_1d64_78bd_642f) * u128::from(other ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ (product >> 64) as u64
}

/// Random numbers from a fixed seed (splitmix64, Steele, Lea and Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`, which must not be zero.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number_and_keep_their_letters() {
        let mut names = Dictionary::default();
        let amina = names.intern("Amina");
        assert_ne!(amina, MISSING);
        assert_eq!(names.intern("Amina"), amina);
        assert_ne!(names.intern("أمينة"), amina);
        assert_eq!(names.text(amina), "Amina");
        assert_eq!(names.intern(""), MISSING);
        assert_eq!(names.find("Nobody"), None);
    }
}
