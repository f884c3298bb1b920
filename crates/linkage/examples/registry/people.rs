//! An invented registry of displaced people in several scripts, with the errors that real ones
//! have: the same seed and number give the same file on any machine.
//!
//! A fifth of the records are people registered once more, by somebody else: in another script or
//! spelling, with slips of the pen, names swapped, day and month swapped, a year guessed, things
//! left out. Families share name, place and telephone, so that brothers and sisters are near.

use super::names::*;

/// The columns.
pub const HEADER: &str =
    "record_id,given_name,family_name,father_name,sex,birth_date,nationality,place,phone,document,person";

/// A stream of random numbers (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, what: u64) -> Random {
        let mut random = Random(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(1000) < percent * 10
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// The first are picked much more often, as names are.
    fn common<T: Copy>(&mut self, all: &[T]) -> T {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        all[((share * share * all.len() as f64) as usize).min(all.len() - 1)]
    }
}

/// Numbers of one operator, and the first of its: Jordan's begin with 79, 78 and 77.
const BLOCK: u64 = 10_000_000;
const FIRST_BLOCK: u64 = 790_000_000;

/// Where somebody comes from, as an index of the tables.
const CULTURES: [usize; 20] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5];

/// A name before it is written down: the parts from which each spelling is put together.
#[derive(Clone)]
struct Name(Vec<&'static str>);

impl Name {
    fn known(entry: &'static str) -> Name {
        Name(vec![entry])
    }

    fn written(&self, native: bool, random: &mut Random) -> String {
        let parts = self.0.iter().map(|part| {
            let (latin, own) = part.split_once('|').unwrap_or((part, part));
            let spellings: Vec<&str> = latin.split('/').collect();
            // Most clerks write the usual spelling.
            if native {
                own
            } else if random.chance(55) {
                spellings[0]
            } else {
                spellings[random.below(spellings.len())]
            }
        });
        let text: String = parts.collect();
        capital(&text)
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

struct Person {
    culture: usize,
    given: Name,
    family: Name,
    second_family: Option<Name>,
    father: Name,
    woman: bool,
    /// Year, month, day.
    birth: (u32, u32, u32),
    nationality: &'static str,
    place: &'static str,
    phone: u64,
    document: u64,
}

fn given(culture: usize, woman: bool, random: &mut Random) -> Name {
    let all = match (culture, woman) {
        (0, false) => ARABIC_MEN,
        (0, true) => ARABIC_WOMEN,
        (1, false) => PERSIAN_MEN,
        (1, true) => PERSIAN_WOMEN,
        (2, false) => CYRILLIC_MEN,
        (2, true) => CYRILLIC_WOMEN,
        (3, false) => SPANISH_MEN,
        (3, true) => SPANISH_WOMEN,
        (4, false) => ETHIOPIC_MEN,
        (4, true) => ETHIOPIC_WOMEN,
        (_, false) => FRENCH_MEN,
        (_, true) => FRENCH_WOMEN,
    };
    Name::known(random.common(all))
}

fn family(culture: usize, random: &mut Random) -> Name {
    let known: &[&str] = match culture {
        0 => ARABIC_FAMILIES,
        1 => PERSIAN_FAMILIES,
        2 => CYRILLIC_FAMILIES,
        3 => SPANISH_FAMILIES,
        // Eritreans and Ethiopians bear their father's name.
        4 => ETHIOPIC_MEN,
        _ => FRENCH_FAMILIES,
    };
    if culture == 4 || random.chance(45) {
        return Name::known(random.common(known));
    }
    match culture {
        0 | 1 => {
            let mut consonant = || random.pick(ARABIC_CONSONANTS);
            let (a, b, c, d) = (consonant(), consonant(), consonant(), consonant());
            let end = if culture == 1 { "i/y|ی" } else { "i/y|ي" };
            match random.below(6) {
                0 => Name(vec!["Al-/Al/El |ال", a, "a/e|", b, "i/ee|ي", c, end]),
                1 => Name(vec![a, "a|ا", b, "i/e|", c, end]),
                2 => Name(vec![a, "a/e|", b, "a|ا", c, end]),
                3 => Name(vec![a, "u/ou/o|", b, "ay/ai/ei|ي", c]),
                4 => Name(vec!["Al-/Al/El |ال", a, "a/e|", b, c, "ou/u/oo|و", d]),
                _ => Name(vec![a, "a/e|", b, "d|د", "a|ا", c, end]),
            }
        }
        2 => Name(vec![random.pick(CYRILLIC_STEMS), random.pick(CYRILLIC_MIDDLES), random.pick(CYRILLIC_ENDS)]),
        _ => Name(vec![random.pick(LATIN_STEMS), random.pick(LATIN_MIDDLES), random.pick(LATIN_ENDS)]),
    }
}

impl Person {
    fn new(seed: u64, person: u64) -> Person {
        // Households of one to six share what families share.
        let mut house = Random::new(seed, person / 6);
        let size = 1 + house.below(6) as u64;
        let alone = person % 6 >= size;
        let mut own = Random::new(seed ^ 0xfeed, person);
        let random = if alone { &mut own } else { &mut house };
        let culture = random.pick(&CULTURES);
        let family_name = family(culture, random);
        let second_family = (culture == 3).then(|| family(culture, random));
        let father = given(culture, false, random);
        let place = random.pick(PLACES[culture]);
        let nationality = random.common(NATIONALITIES[culture]);
        let phone = subscriber(seed, if alone { person } else { person / 6 * 6 }, random);
        let random = &mut own;
        let woman = random.chance(50);
        let birth = (1946 + random.below(76) as u32, 1 + random.below(12) as u32, 1 + random.below(28) as u32);
        // Many know only the year, and clerks write the first of January.
        let birth = if random.chance(12) { (birth.0, 1, 1) } else { birth };
        let family = if culture == 4 { father.clone() } else { family_name };
        Person {
            culture,
            given: given(culture, woman, random),
            family,
            second_family,
            father,
            woman,
            birth,
            nationality,
            place,
            phone,
            document: random.next() % 1_000_000_000,
        }
    }
}

/// A subscriber's number of nine digits. A numbering plan gives none out twice (ITU-T E.164), and in no order that
/// shows: drawn at random of ten million, a third of ten million people's households would share theirs with strangers.
/// What is drawn is not used, so that all else is what a seed has always given.
fn subscriber(seed: u64, number: u64, random: &mut Random) -> u64 {
    random.next();
    let within = (seed % BLOCK + number % BLOCK) * 6_180_339 % BLOCK;
    FIRST_BLOCK - number / BLOCK * BLOCK + within
}

fn slip(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = 1 + random.below(letters.len() - 1);
    let other = letters[random.below(letters.len())].to_lowercase().next().unwrap_or('a');
    match random.below(4) {
        0 => letters[at] = other,
        1 => letters.insert(at, other),
        2 => drop(letters.remove(at)),
        _ => letters.swap(at - 1, at),
    }
    letters.into_iter().collect()
}

/// Writes a record: `record` counts the file's rows, `people` the persons behind them.
pub fn write(seed: u64, record: u64, records: u64, line: &mut String) {
    use std::fmt::Write as _;
    let people = records - records / 5;
    // The rows are shuffled by a step that has no divisor in common with their number.
    let step = (records as f64 * 0.618) as u64;
    let step = (step..).find(|step| gcd(*step, records) == 1).unwrap_or(1);
    let place_of = ((u128::from(record) * u128::from(step)) % u128::from(records)) as u64;
    let (person, copy) = match place_of.checked_sub(people) {
        None => (place_of, 0),
        Some(copy) => (Random::new(seed ^ 0xc0de, copy).next() % people, copy + 1),
    };
    let who = Person::new(seed, person);
    let random = &mut Random::new(seed ^ 0xabcd, person ^ copy << 34);
    let again = copy > 0;
    let native = random.chance(40);
    let mut given = who.given.written(native, random);
    let mut family = who.family.written(native, random);
    if let Some(second) = &who.second_family
        && random.chance(70)
    {
        family = format!("{family} {}", second.written(native, random));
    }
    let mut father = if random.chance(70) { who.father.written(native, random) } else { String::new() };
    let (mut year, mut month, mut day) = who.birth;
    let mut phone = if random.chance(80) { Some(who.phone) } else { None };
    let mut document = if random.chance(65) { Some(who.document) } else { None };
    let mut place = who.place;
    let mut woman = who.woman;
    let mut known_birth = true;
    if again {
        if random.chance(15) {
            given = slip(&given, random);
        }
        if random.chance(15) {
            family = slip(&family, random);
        }
        if random.chance(10) {
            father = slip(&father, random);
        }
        if random.chance(5) {
            std::mem::swap(&mut given, &mut family);
        }
        if random.chance(2) {
            family.clear();
        }
        match random.below(100) {
            0..7 => (day, month) = if day <= 12 { (month, day) } else { (day, month) },
            7..13 => year = if random.chance(50) { year + 1 } else { year - 1 },
            13..15 => year = if random.chance(50) { year + 10 } else { year - 10 },
            15..20 => (day, month) = (1, 1),
            20..23 => day = 1 + random.below(28) as u32,
            23..26 => known_birth = false,
            _ => {}
        }
        if random.chance(20) {
            phone = phone.map(|_| subscriber(seed, people + copy, random));
        } else if random.chance(4) {
            phone = phone.map(|phone| phone / 100 * 100 + (phone + 10) % 100);
        }
        if random.chance(5) {
            document = document.map(|document| document ^ 1);
        }
        if random.chance(15) {
            place = random.pick(PLACES[who.culture]);
        }
        woman ^= random.chance(1);
    }
    let place = Name::known(place).written(native, random);
    let sex = if random.chance(2) {
        ""
    } else if woman {
        "F"
    } else {
        "M"
    };
    let nationality = if random.chance(5) { "" } else { who.nationality };
    let _ = write!(line, "R{record},{given},{family},{father},{sex},");
    let _ = if known_birth { write!(line, "{year:04}-{month:02}-{day:02},") } else { write!(line, ",") };
    let _ = write!(line, "{nationality},{place},");
    let _ = match phone {
        Some(phone) if random.chance(50) => write!(line, "+962{phone:09},"),
        Some(phone) => write!(line, "0{phone:09},"),
        None => write!(line, ","),
    };
    let _ = match document {
        Some(document) => write!(line, "{}{document:09},", ["N", "P"][(who.document & 1) as usize]),
        None => write!(line, ","),
    };
    let _ = writeln!(line, "P{person}");
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}
