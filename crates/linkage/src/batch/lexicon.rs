//! The distinct values of a column with all that comparing and blocking ask of them, worked out
//! once for each value instead of once for each pair.

use rayon::prelude::*;

use super::columns::Kind;
use super::date::{self, Date, Order};
use super::dictionary::{Dictionary, hash};
use crate::patronymic::father;
use crate::{Skeleton, short, tokens};

/// Distinct dates that show which of day and month a column puts first.
pub const SHOW_ORDER: usize = 100_000;

/// Values that can be compared with each other, by number; 0 is the missing value.
pub struct Lexicon {
    text: Dictionary,
    hashes: Vec<u64>,
    forms: Forms,
}

enum Forms {
    Plain,
    Numbers(Numbers),
    Words(Words),
    /// Dates; ages too, as plain numbers.
    Days(Vec<Date>),
}

/// Numbers and codes.
#[derive(Default)]
struct Numbers {
    briefs: Vec<Brief>,
    ends: Vec<Ends>,
}

/// The first and the last three characters of a number. A slip, or a half in common, leaves one or the other as it
/// is: of most pairs these few bytes tell that the numbers are not alike, where the numbers themselves lie far away.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    first: u16,
    last: u16,
}

impl Ends {
    const LENGTH: usize = 3;
    /// Both ends of a shorter number could be changed by one slip: nothing is said of it.
    const SHORTEST: usize = 2 * Ends::LENGTH + 1;
    const UNKNOWN: Ends = Ends { first: 0, last: 0 };

    fn of(number: &[u8]) -> Ends {
        let told = |end: &[u8]| hash(end) as u16 | 1;
        match (number.first_chunk::<{ Ends::LENGTH }>(), number.last_chunk::<{ Ends::LENGTH }>()) {
            (Some(first), Some(last)) if number.len() >= Ends::SHORTEST => {
                Ends { first: told(first), last: told(last) }
            }
            _ => Ends::UNKNOWN,
        }
    }

    fn can_be_alike(self, other: Ends) -> bool {
        self.first == other.first || self.last == other.last || [self, other].contains(&Ends::UNKNOWN)
    }
}

/// A short text in its own place: the numbers of two records are read with one step each, where a look into the
/// dictionary takes three, and nothing else costs as much of a pair.
#[derive(Clone, Copy)]
struct Brief {
    bytes: [u8; Brief::LONGEST],
    len: u8,
}

impl Brief {
    const LONGEST: usize = 15;
    /// The length of what stands in the dictionary alone.
    const TOO_LONG: u8 = u8::MAX;

    fn of(text: &str) -> Brief {
        let mut bytes = [0; Brief::LONGEST];
        let len = match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                text.len() as u8
            }
            None => Brief::TOO_LONG,
        };
        Brief { bytes, len }
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.bytes.get(..usize::from(self.len))
    }
}

/// What is known of names and addresses besides their letters.
#[derive(Default)]
pub struct Words {
    /// Hash of the parts' skeletons, whatever their order where the kind's order says nothing.
    sounds: Vec<u64>,
    bones: String,
    ends: Vec<usize>,
    letters: Vec<u32>,
    heads: Vec<Head>,
    parts: Vec<u8>,
    /// A bit for each row of known short forms in which a part stands; several rows share a bit.
    short: Vec<u64>,
    /// Hashes of the sounds of the rarest and of the commonest part, where values have many.
    extremes: Vec<(u64, u64)>,
}

/// How many bytes a value has, and its first: with its letters enough to tell of most pairs that
/// they are not alike, without a look at the text.
#[derive(Clone, Copy)]
struct Head {
    len: u32,
    first: [u8; 4],
}

impl Head {
    fn of(text: &str) -> Head {
        let mut first = [0; 4];
        first.iter_mut().zip(text.bytes()).for_each(|(head, byte)| *head = byte);
        Head { len: text.len() as u32, first }
    }
}

impl Lexicon {
    /// A lexicon of values of one kind, still empty.
    pub fn new(kind: Kind) -> Lexicon {
        let forms = match kind {
            Kind::Given | Kind::Family | Kind::FullName | Kind::Name | Kind::Place | Kind::Address => {
                Forms::Words(Words::default())
            }
            Kind::Date | Kind::Age => Forms::Days(Vec::new()),
            Kind::Number | Kind::Phone | Kind::Postcode => Forms::Numbers(Numbers::default()),
            Kind::Sex | Kind::Category | Kind::Ignored => Forms::Plain,
        };
        Lexicon { text: Dictionary::default(), hashes: Vec::new(), forms }
    }

    /// Takes in a column's distinct values as they were written and says which number each has
    /// here; several spellings may be one value, and what means nothing is missing.
    pub fn learn(&mut self, kind: Kind, written: &Dictionary) -> Vec<u32> {
        let order = if kind == Kind::Date { Order::of(written.texts().take(SHOW_ORDER)) } else { Order::default() };
        self.learn_ordered(kind, order, written)
    }

    /// The same where it is known which of day and month stands first.
    pub fn learn_ordered(&mut self, kind: Kind, order: Order, written: &Dictionary) -> Vec<u32> {
        let raw: Vec<u32> = (0..written.len() as u32).collect();
        let plain: Vec<String> = raw.par_iter().map(|&id| normalise(kind, order, written.text(id))).collect();
        let ids: Vec<u32> = plain.iter().map(|text| self.text.intern(text)).collect();
        drop(plain);
        self.grow(kind);
        ids
    }

    /// Takes in values that are in their common form already and says which number each has here.
    pub fn take<'a>(&mut self, kind: Kind, values: impl Iterator<Item = &'a str>) -> Vec<u32> {
        let ids = values.map(|text| self.text.intern(text)).collect();
        self.grow(kind);
        ids
    }

    fn grow(&mut self, kind: Kind) {
        let known = self.hashes.len() as u32;
        let new: Vec<u32> = (known..self.text.len() as u32).collect();
        self.hashes.par_extend(new.par_iter().map(|&id| hash(self.text.text(id).as_bytes())));
        match &mut self.forms {
            Forms::Plain => {}
            Forms::Numbers(numbers) => {
                numbers.briefs.extend(new.iter().map(|&id| Brief::of(self.text.text(id))));
                numbers.ends.extend(new.iter().map(|&id| Ends::of(self.text.text(id).as_bytes())));
            }
            Forms::Days(days) => {
                days.extend(new.iter().map(|&id| Date(self.text.text(id).parse().unwrap_or_default())));
            }
            Forms::Words(words) => {
                let forms: Vec<Form> = new.par_iter().map(|&id| Form::of(kind, self.text.text(id))).collect();
                forms.into_iter().for_each(|form| words.push(form));
            }
        }
    }

    /// Ends the learning: what depends on all values is worked out, and memory given back.
    pub fn finish(&mut self) {
        self.text.finish();
        if let Forms::Words(words) = &mut self.forms
            && words.parts.iter().any(|parts| *parts > 1)
        {
            words.find_extremes();
        }
    }

    /// Whether values have sounds.
    pub fn has_sounds(&self) -> bool {
        matches!(self.forms, Forms::Words(_))
    }

    /// A hash of the sound of the rarest part; 0 where the value is missing.
    pub fn rare(&self, id: u32) -> u64 {
        if id == 0 { 0 } else { self.words().extremes.get(id as usize).map_or(self.sound(id), |pair| pair.0) }
    }

    /// A hash of the sound of the commonest part; 0 where the value is missing.
    pub fn common(&self, id: u32) -> u64 {
        if id == 0 { 0 } else { self.words().extremes.get(id as usize).map_or(self.sound(id), |pair| pair.1) }
    }

    /// How many values there are, the missing one included.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// A value in its common form.
    pub fn text(&self, id: u32) -> &str {
        self.text.text(id)
    }

    /// A number's characters, all of them ASCII; any value's bytes.
    pub fn bytes(&self, id: u32) -> &[u8] {
        let brief = match &self.forms {
            Forms::Numbers(numbers) => numbers.briefs[id as usize].bytes(),
            _ => None,
        };
        brief.unwrap_or_else(|| self.text(id).as_bytes())
    }

    /// Whether two numbers can have a half in common or be a slip apart.
    pub fn numbers_can_be_alike(&self, one: u32, other: u32) -> bool {
        match &self.forms {
            Forms::Numbers(numbers) => numbers.ends[one as usize].can_be_alike(numbers.ends[other as usize]),
            _ => true,
        }
    }

    /// A hash of the value, which does not depend on its number; 0 where it is missing.
    pub fn hash(&self, id: u32) -> u64 {
        if id == 0 { 0 } else { self.hashes[id as usize] }
    }

    /// A hash of the value's sound; of the value itself where it has none.
    pub fn sound(&self, id: u32) -> u64 {
        match &self.forms {
            Forms::Words(words) if id != 0 => words.sound(id),
            _ => self.hash(id),
        }
    }

    /// The date or age that the value is; zero where it is none.
    pub fn day(&self, id: u32) -> Date {
        match &self.forms {
            Forms::Days(days) => days[id as usize],
            _ => Date(0),
        }
    }

    pub(super) fn words(&self) -> &Words {
        static NONE: std::sync::LazyLock<Words> = std::sync::LazyLock::new(Words::default);
        match &self.forms {
            Forms::Words(words) => words,
            _ => &NONE,
        }
    }
}

impl Words {
    fn push(&mut self, form: Form) {
        self.sounds.push(form.sound);
        self.bones.push_str(&form.bones);
        self.ends.push(self.bones.len());
        self.letters.push(form.letters);
        self.heads.push(form.head);
        self.parts.push(form.parts);
        self.short.push(form.short);
    }

    /// The hash of the sound.
    pub fn sound(&self, id: u32) -> u64 {
        self.sounds[id as usize]
    }

    /// The parts' skeletons, a space between them, in the order of the parts.
    pub fn bones(&self, id: u32) -> &str {
        let id = id as usize;
        &self.bones[if id == 0 { 0 } else { self.ends[id - 1] }..self.ends[id]]
    }

    /// How many parts.
    pub fn parts(&self, id: u32) -> u8 {
        self.parts[id as usize]
    }

    /// A bit for each letter that stands in the value.
    pub fn letters(&self, id: u32) -> u32 {
        self.letters[id as usize]
    }

    /// A bit for each row of known short forms in which a part stands.
    pub fn short(&self, id: u32) -> u64 {
        self.short[id as usize]
    }

    /// Whether the value is a single byte: an initial.
    pub fn is_initial(&self, id: u32) -> bool {
        self.heads[id as usize].len == 1
    }

    /// Whether a part of one can be a short form of a part of the other.
    pub fn can_be_short(&self, one: u32, other: u32) -> bool {
        self.short[one as usize] & self.short[other as usize] != 0
    }

    fn find_extremes(&mut self) {
        let sounds = |id: usize| self.bones(id as u32).split(' ').map(|bone| hash(bone.as_bytes()));
        let mut counts = rustc_hash::FxHashMap::<u64, u32>::default();
        (0..self.ends.len()).flat_map(sounds).for_each(|sound| *counts.entry(sound).or_default() += 1);
        let extremes = (0..self.ends.len()).into_par_iter().map(|id| {
            let by_count = |sound: &u64| (counts.get(sound).copied().unwrap_or(0), *sound);
            (sounds(id).min_by_key(by_count).unwrap_or(0), sounds(id).max_by_key(by_count).unwrap_or(0))
        });
        self.extremes = extremes.collect();
    }

    /// Whether two names' spellings can be near at all: a bound of the Jaro-Winkler similarity
    /// from the letters that only one of them has, so that most pairs need no more than this.
    pub fn can_be_near(&self, one: u32, other: u32) -> bool {
        let (these, those) = (self.letters[one as usize], self.letters[other as usize]);
        let (a, b) = (self.heads[one as usize], self.heads[other as usize]);
        let (la, lb) = (a.len as f32, b.len as f32);
        let only_a = (these & !those).count_ones() as f32;
        let only_b = (those & !these).count_ones() as f32;
        let common = (la - only_a).min(lb - only_b);
        if common <= 0.0 {
            return false;
        }
        let jaro = (common / la + common / lb + 1.0) / 3.0;
        let head = a.first.iter().zip(b.first).take_while(|(a, b)| **a == *b && *b != 0).count() as f32;
        jaro + head * 0.1 * (1.0 - jaro) >= 0.8
    }
}

struct Form {
    sound: u64,
    bones: String,
    letters: u32,
    head: Head,
    parts: u8,
    short: u64,
}

impl Form {
    fn of(kind: Kind, text: &str) -> Form {
        let mut bones: Vec<String> = text.split(' ').filter(|part| !part.is_empty()).map(bones).collect();
        let joined = bones.join(" ");
        let parts = bones.len().min(usize::from(u8::MAX)) as u8;
        if matches!(kind, Kind::FullName | Kind::Address) {
            bones.sort_unstable();
        }
        let letters = text.bytes().fold(0u32, |letters, byte| letters | 1 << (byte % 32));
        let short = match kind {
            Kind::Place | Kind::Address => 0,
            _ => text.split(' ').flat_map(short::rows).fold(0, |short, row| short | 1 << (row % 64)),
        };
        Form { sound: hash(bones.join("").as_bytes()), bones: joined, letters, head: Head::of(text), parts, short }
    }
}

/// What is heard of a part, its article aside; the part itself where that is nothing.
pub fn bones(part: &str) -> String {
    let article = part.strip_prefix("al").or_else(|| part.strip_prefix("el"));
    let bare = article.filter(|rest| rest.len() > 2 && !rest.starts_with(['a', 'e', 'i', 'o', 'u'])).unwrap_or(part);
    let heard: String = Skeleton::of(bare).letters().collect();
    if heard.is_empty() { part.to_owned() } else { heard }
}

/// The form of a value in which it is compared; empty where it means nothing.
pub fn normalise(kind: Kind, order: Order, written: &str) -> String {
    let written = written.trim();
    if written.is_empty() || is_nothing(written) {
        return String::new();
    }
    match kind {
        Kind::Given | Kind::Family | Kind::Place => tokens(written).join(" "),
        Kind::Name => {
            let mut parts = tokens(written);
            parts.iter_mut().for_each(|part| *part = father(part).unwrap_or(part).to_owned());
            parts.join(" ")
        }
        Kind::FullName | Kind::Address => {
            let mut parts = tokens(written);
            parts.sort_unstable();
            parts.join(" ")
        }
        Kind::Date => date::parse(written, order).map(|date| date.0.to_string()).unwrap_or_default(),
        Kind::Age => {
            latin(written).parse::<u32>().ok().filter(|age| *age < 130).map(|age| age.to_string()).unwrap_or_default()
        }
        Kind::Phone => {
            let digits: String = latin(written).chars().filter(char::is_ascii_digit).collect();
            // Prefixes of countries and trunks come and go.
            digits[digits.len().saturating_sub(9)..].to_owned()
        }
        Kind::Sex => sex(&latin(written)),
        Kind::Number | Kind::Postcode | Kind::Category | Kind::Ignored => {
            latin(written).chars().filter(char::is_ascii_alphanumeric).take(64).collect()
        }
    }
}

fn latin(written: &str) -> String {
    let short: String = written.chars().take(200).collect();
    deunicode::deunicode_with_tofu(&short, "").to_lowercase()
}

/// What clerks write where they know nothing.
fn is_nothing(written: &str) -> bool {
    matches!(
        written.to_lowercase().as_str(),
        "-" | "--"
            | "?"
            | "."
            | "n/a"
            | "na"
            | "n.a."
            | "nan"
            | "null"
            | "none"
            | "nil"
            | "unknown"
            | "inconnu"
            | "inconnue"
            | "desconocido"
            | "desconocida"
            | "غير معروف"
            | "مجهول"
            | "不明"
            | "неизвестно"
            | "невідомо"
    )
}

fn sex(latin: &str) -> String {
    let word = match latin {
        "f" | "female" | "woman" | "girl" | "femme" | "feminin" | "femenino" | "mujer" | "w" | "2" | "nu" | "nv" => "f",
        "m" | "male" | "man" | "boy" | "homme" | "masculin" | "masculino" | "hombre" | "h" | "1" | "nan" => "m",
        other => other,
    };
    word.to_owned()
}
