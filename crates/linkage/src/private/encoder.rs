//! From a person to a code.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rustc_hash::FxHashMap;
use sha2::Sha256;
use smallvec::SmallVec;
use zeroize::Zeroizing;

use super::codes::Code;
use super::parameters::{Field, Hardening, Parameters, Salt, Weak, tells_apart};
use super::pieces;
use super::secret::Secret;
use crate::batch::{Order, parse_date};

/// Pieces of which it is remembered which bits they set.
const REMEMBERED: usize = 1 << 18;

/// Whoever reads these otherwise makes other codes of them.
const READ: &[(Field, &str)] = &[
    (Field::Name, "Abd al-Rahman bin Youssef Müller-Şahin"),
    (Field::Name, "عبد الرحمن محمد"),
    (Field::Name, "Олександра Щербаченко"),
    (Field::Name, "ተስፋዬ ገብረ"),
    (Field::Name, "မောင်အောင် កញ្ញា สมชาย"),
    (Field::Name, "김민준 王小明 さとう"),
    (Field::Name, "राजेश রহিম"),
    (Field::Birth, "3/4/1990"),
];

/// Makes codes with one secret and one set of parameters.
pub struct Encoder {
    parameters: Parameters,
    keys: Vec<(Field, u8, Hmac<Sha256>)>,
    /// Where each bit of a balanced code goes.
    places: Vec<u16>,
    check: String,
}

/// Which bits pieces set, so that a name that comes often is worked out once.
#[derive(Default)]
pub(super) struct Memory {
    bits: FxHashMap<(Field, String), SmallVec<[u16; 16]>>,
    piece: String,
}

impl Encoder {
    /// Derives the keys.
    ///
    /// # Errors
    /// The parameters are weak.
    pub fn new(secret: &Secret, parameters: &Parameters) -> Result<Encoder, Weak> {
        parameters.check()?;
        let derived = Hkdf::<Sha256>::new(Some(b"watari link"), secret.bytes());
        let agreed = parameters.to_string();
        let key = |purpose: &str| -> Result<Hmac<Sha256>, Weak> {
            let mut key = Zeroizing::new([0u8; 32]);
            let too_long = |_| Weak::new("the parameters are too long");
            derived
                .expand_multi_info(&[agreed.as_bytes(), b"\0", purpose.as_bytes()], key.as_mut_slice())
                .map_err(too_long)?;
            Hmac::new_from_slice(key.as_slice()).map_err(|_| Weak::new("the key has a wrong length"))
        };
        let fields = parameters.fields.iter();
        let keys =
            fields.map(|&(field, hashes)| Ok((field, hashes, key(field.word())?))).collect::<Result<_, Weak>>()?;
        let mut check = key("check")?;
        for &(field, value) in READ {
            pieces::of(field, value, &mut |piece| {
                check.update(piece.as_bytes());
                check.update(b"\0");
            });
        }
        let check = check.finalize().into_bytes();
        let places = match parameters.hardening {
            Hardening::Balanced => shuffled(parameters.bits * 2, Stream::new(key("places")?)),
            _ => Vec::new(),
        };
        let check = check.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Encoder { parameters: parameters.clone(), keys, places, check })
    }

    /// What was agreed on.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Tells whether codes were made with the same secret and parameters by a program that reads names in the same way,
    /// and nothing else of the secret.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// The code of a person of whom these values are known; none where too little is known: a name
    /// and something besides that not many share. Values that are missing are left out or empty; a birth
    /// date's day comes before its month where it does not begin with the year.
    pub fn encode<'a>(&self, values: impl IntoIterator<Item = (Field, &'a str)>) -> Option<Code> {
        let values: Vec<(Field, &str)> = values.into_iter().collect();
        let bits = self.fill(&values, &mut Memory::default())?;
        Some(Code(self.harden(&bits)))
    }

    /// The bits before hardening.
    pub(super) fn fill(&self, values: &[(Field, &str)], memory: &mut Memory) -> Option<Vec<u64>> {
        let salt = self.salt(values);
        let mut bits = vec![0u64; self.parameters.bits / 64];
        let (mut named, mut told_apart) = (false, false);
        for &(field, value) in values {
            let Some((_, hashes, key)) = self.keys.iter().find(|(known, ..)| *known == field) else { continue };
            pieces::of(field, value, &mut |piece| {
                named |= field == Field::Name;
                told_apart |= tells_apart(field);
                for &bit in memory.of(field, &salt, piece, || self.positions(key, *hashes, &salt, piece)) {
                    bits[usize::from(bit) / 64] |= 1 << (bit % 64);
                }
            });
        }
        (named && told_apart).then_some(bits)
    }

    /// Draws the bits that a piece sets (random hashing, Niedermeyer et al. 2014).
    fn positions(&self, key: &Hmac<Sha256>, hashes: u8, salt: &str, piece: &str) -> SmallVec<[u16; 16]> {
        let mut seeded = key.clone();
        seeded.update(salt.as_bytes());
        seeded.update(b"\0");
        seeded.update(piece.as_bytes());
        let mut stream = Stream::new(seeded);
        (0..hashes).map(|_| stream.below(self.parameters.bits)).collect()
    }

    fn salt(&self, values: &[(Field, &str)]) -> String {
        let known = |wanted: Field| values.iter().find(|(field, value)| *field == wanted && !value.is_empty());
        let mut salt = String::new();
        match self.parameters.salt {
            Salt::None => {}
            Salt::Sex => {
                if let Some((field, value)) = known(Field::Sex) {
                    pieces::of(*field, value, &mut |piece| salt.push_str(piece));
                }
            }
            Salt::BirthYear => {
                let date = known(Field::Birth).and_then(|(_, value)| parse_date(value, Order::DayFirst));
                salt = date.map(|date| date.year().to_string()).unwrap_or_default();
            }
        }
        salt
    }

    pub(super) fn harden(&self, bits: &[u64]) -> Vec<u64> {
        match self.parameters.hardening {
            // Refused before it comes here.
            Hardening::None => bits.to_vec(),
            Hardening::Folded => {
                let (one, other) = bits.split_at(bits.len() / 2);
                one.iter().zip(other).map(|(one, other)| one ^ other).collect()
            }
            Hardening::Balanced => {
                let mut code = vec![0u64; bits.len() * 2];
                let all = bits.iter().copied().chain(bits.iter().map(|word| !word));
                for (at, word) in all.enumerate() {
                    let places = &self.places[at * 64..(at + 1) * 64];
                    for (bit, &place) in places.iter().enumerate() {
                        code[usize::from(place) / 64] |= (word >> bit & 1) << (place % 64);
                    }
                }
                code
            }
        }
    }
}

impl Memory {
    fn of(&mut self, field: Field, salt: &str, piece: &str, positions: impl FnOnce() -> SmallVec<[u16; 16]>) -> &[u16] {
        if self.bits.len() > REMEMBERED {
            self.bits.clear();
        }
        let mut key = (field, std::mem::take(&mut self.piece));
        key.1.clear();
        key.1.push_str(salt);
        key.1.push('\0');
        key.1.push_str(piece);
        if !self.bits.contains_key(&key) {
            let bits = positions();
            self.bits.insert((field, key.1.clone()), bits);
        }
        let bits = self.bits.get(&key);
        self.piece = key.1;
        bits.map_or(&[], |bits| bits.as_slice())
    }
}

/// Random numbers that only the key gives.
struct Stream {
    keyed: Hmac<Sha256>,
    block: [u8; 32],
    used: usize,
    blocks: u32,
}

impl Stream {
    fn new(keyed: Hmac<Sha256>) -> Stream {
        Stream { keyed, block: [0; 32], used: 32, blocks: 0 }
    }

    fn next(&mut self) -> u32 {
        if self.used == self.block.len() {
            let mut keyed = self.keyed.clone();
            keyed.update(b"\0");
            keyed.update(&self.blocks.to_le_bytes());
            self.block = keyed.finalize().into_bytes().into();
            (self.used, self.blocks) = (0, self.blocks.wrapping_add(1));
        }
        let number = self.block[self.used..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        self.used += 4;
        number
    }

    /// A number below `end`, which is at most 16,384: some are likelier by one in 200,000 at most.
    fn below(&mut self, end: usize) -> u16 {
        ((u64::from(self.next()) * end as u64) >> 32) as u16
    }
}

/// The numbers up to `len` in an order that only the key gives (Fisher and Yates).
fn shuffled(len: usize, mut stream: Stream) -> Vec<u16> {
    let mut places: Vec<u16> = (0..len as u16).collect();
    for at in (1..len).rev() {
        places.swap(at, usize::from(stream.below(at + 1)));
    }
    places
}
