//! How far two values agree. Each kind of column has a few levels, from «different» (1) to «the
//! same» (the last); a value that is missing is no disagreement and has level 0.

use rapidfuzz::distance::jaro_winkler;

use super::columns::Kind;
use super::date::Date;
use super::lexicon::{Lexicon, Words};
use crate::short::is_short_form;

/// Level of a pair of which one value is missing.
pub const MISSING: u8 = 0;
/// Level of two different values, in each kind.
pub const DIFFERENT: u8 = 1;

/// Names: the parts of one are the other's, more or less.
pub const NEAR: u8 = 2;
/// Names: a slip of the pen apart.
pub const CLOSE: u8 = 3;
/// Names: all of one's parts stand in the other.
const PART: u8 = 4;
/// Names: where parts are not alike, one is a known short form of the other.
const SHORT: u8 = 5;
/// Names: they sound the same, whatever the script.
pub const SOUND: u8 = 6;

/// Dates: years that follow one another, and no more.
pub const YEAR_OFF: u8 = 2;
/// Dates: one year, and another day.
pub const SAME_YEAR: u8 = 3;
/// Dates: one year, and one of both a day that stands for a day nobody knows.
pub const GUESSED: u8 = 4;
/// Dates: one day and month, and a year that is easily mistaken.
pub const SAME_DAY: u8 = 5;
/// Dates: a slip of the pen apart.
pub const DIGIT: u8 = 6;
/// Dates: day and month stand in each other's place.
pub const SWAPPED: u8 = 7;

/// From here two spellings are a slip apart, from there they are near (after Winkler 1990; the
/// bounds are those commonly used for names).
const CLOSE_SPELLING: f64 = 0.92;
const NEAR_SPELLING: f64 = 0.8;

/// One level of a kind: its word in models and reports, and how often true matches have it before
/// anything has been learned from the data.
pub struct Level {
    /// Its word.
    pub word: &'static str,
    /// Share of matches, as a first guess.
    pub guess: f64,
}

const fn level(word: &'static str, guess: f64) -> Level {
    Level { word, guess }
}

const NAME: &[Level] = &[
    level("different", 0.05),
    level("near", 0.04),
    level("a slip apart", 0.1),
    level("one part of the other", 0.03),
    level("known short form", 0.01),
    level("same sound", 0.08),
    level("same", 0.69),
];
const FULL_NAME: &[Level] = &[
    level("different", 0.03),
    level("one part the same", 0.05),
    level("most parts the same", 0.05),
    level("all parts alike", 0.12),
    level("known short form", 0.01),
    level("same sound", 0.1),
    level("same", 0.64),
];
const DATE: &[Level] = &[
    level("different", 0.03),
    level("year one off", 0.02),
    level("same year", 0.02),
    level("same year, day a guess", 0.03),
    level("same day and month", 0.03),
    level("a digit wrong", 0.07),
    level("day and month swapped", 0.02),
    level("same", 0.78),
];
const AGE: &[Level] = &[
    level("different", 0.08),
    level("ten off", 0.04),
    level("three off", 0.13),
    level("one off", 0.25),
    level("same", 0.5),
];
const NUMBER: &[Level] =
    &[level("different", 0.08), level("same half", 0.03), level("a digit wrong", 0.07), level("same", 0.82)];
const ADDRESS: &[Level] = &[
    level("different", 0.15),
    level("some words the same", 0.07),
    level("most words the same", 0.08),
    level("all words alike", 0.15),
    level("same", 0.55),
];
const CODE: &[Level] = &[level("different", 0.08), level("same", 0.92)];
/// The order in which given and family name stand: a comparison of its own.
pub const ORDER: &[Level] = &[level("crossed", 0.05), level("straight", 0.95)];

/// How two people of one household agree where it is what households share; none where they are
/// no more alike than strangers, as in given name, birth date or a document's number. A first
/// guess, like those of matches.
pub fn of_relatives(kind: Kind) -> Option<&'static [f64]> {
    match kind {
        Kind::Family => Some(&[0.18, 0.02, 0.04, 0.029, 0.001, 0.08, 0.65]),
        Kind::Name => Some(&[0.32, 0.02, 0.04, 0.019, 0.001, 0.1, 0.5]),
        Kind::FullName => Some(&[0.18, 0.699, 0.1, 0.01, 0.001, 0.005, 0.005]),
        Kind::Phone => Some(&[0.28, 0.01, 0.01, 0.7]),
        Kind::Address => Some(&[0.13, 0.05, 0.06, 0.13, 0.63]),
        Kind::Postcode => Some(&[0.13, 0.01, 0.06, 0.8]),
        Kind::Place => Some(&[0.16, 0.02, 0.03, 0.019, 0.001, 0.17, 0.6]),
        Kind::Category => Some(&[0.1, 0.9]),
        Kind::Given | Kind::Date | Kind::Age | Kind::Sex | Kind::Number | Kind::Ignored => None,
    }
}

/// The levels of a kind, from «different» up.
pub fn of(kind: Kind) -> &'static [Level] {
    match kind {
        Kind::Given | Kind::Family | Kind::Name | Kind::Place => NAME,
        Kind::FullName => FULL_NAME,
        Kind::Date => DATE,
        Kind::Age => AGE,
        Kind::Number | Kind::Phone | Kind::Postcode => NUMBER,
        Kind::Address => ADDRESS,
        Kind::Sex | Kind::Category | Kind::Ignored => CODE,
    }
}

/// How far two values of one lexicon agree.
pub fn compare(kind: Kind, lexicon: &Lexicon, one: u32, other: u32) -> u8 {
    if one == 0 || other == 0 {
        return MISSING;
    }
    if one == other && (kind != Kind::Date || lexicon.day(one).is_whole()) {
        return of(kind).len() as u8;
    }
    match kind {
        Kind::Given | Kind::Family | Kind::Name | Kind::Place => name(lexicon.words(), lexicon, one, other),
        Kind::FullName => full_name(lexicon.words(), lexicon, one, other),
        Kind::Date => date(lexicon.day(one), lexicon.day(other)),
        Kind::Age => age(lexicon.day(one).0, lexicon.day(other).0),
        Kind::Number | Kind::Phone | Kind::Postcode if !lexicon.numbers_can_be_alike(one, other) => DIFFERENT,
        Kind::Number | Kind::Phone | Kind::Postcode => number(lexicon.bytes(one), lexicon.bytes(other)),
        Kind::Address => address(lexicon.words(), lexicon, one, other),
        Kind::Sex | Kind::Category | Kind::Ignored => DIFFERENT,
    }
}

fn name(words: &Words, lexicon: &Lexicon, one: u32, other: u32) -> u8 {
    if words.sound(one) == words.sound(other) {
        return SOUND;
    }
    if (words.parts(one) > 1 || words.parts(other) > 1 || words.is_initial(one) || words.is_initial(other))
        && one_is_part(words, lexicon, one, other, |_, _| false)
    {
        return PART;
    }
    if words.can_be_short(one, other) && one_is_part(words, lexicon, one, other, is_short_form) {
        return SHORT;
    }
    if !words.can_be_near(one, other) {
        return DIFFERENT;
    }
    spelling(lexicon.text(one), lexicon.text(other), words.bones(one), words.bones(other))
}

/// All parts of the shorter name stand in the longer; an initial stands for its name, and so does whatever `stands_for`
/// takes for it.
fn one_is_part(
    words: &Words,
    lexicon: &Lexicon,
    one: u32,
    other: u32,
    stands_for: impl Fn(&str, &str) -> bool,
) -> bool {
    let (fewer, more) = if words.parts(one) <= words.parts(other) { (one, other) } else { (other, one) };
    let bones = lexicon.text(fewer).split(' ').zip(words.bones(fewer).split(' '));
    bones.into_iter().all(|(text, bone)| {
        let candidates = lexicon.text(more).split(' ').zip(words.bones(more).split(' '));
        candidates.into_iter().any(|(t, b)| {
            bone == b
                || (text.len() == 1 && t.starts_with(text))
                || (t.len() == 1 && text.starts_with(t))
                || stands_for(text, t)
        })
    })
}

fn spelling(a: &str, b: &str, bones_a: &str, bones_b: &str) -> u8 {
    let alike = jaro_winkler::similarity(a.bytes(), b.bytes());
    if alike >= CLOSE_SPELLING || (a.len().min(b.len()) > 3 && one_slip(a.as_bytes(), b.as_bytes())) {
        CLOSE
    } else if bones_a.len().min(bones_b.len()) > 3 && one_slip(bones_a.as_bytes(), bones_b.as_bytes()) {
        // The consonants are a slip apart: Mokhamed and محمود are not, Oleksandr and Александр are.
        CLOSE
    } else if alike >= NEAR_SPELLING {
        NEAR
    } else {
        DIFFERENT
    }
}

fn full_name(words: &Words, lexicon: &Lexicon, one: u32, other: u32) -> u8 {
    if words.sound(one) == words.sound(other) {
        return SOUND;
    }
    let (fewer, more) = if words.parts(one) <= words.parts(other) { (one, other) } else { (other, one) };
    let alike = parts_alike(words, lexicon, fewer, more, |_, _| false);
    let parts = usize::from(words.parts(fewer));
    let with_short =
        || words.can_be_short(fewer, more) && parts_alike(words, lexicon, fewer, more, is_short_form) == parts;
    match parts {
        _ if alike == parts && parts > 1 => PART,
        2.. if with_short() => SHORT,
        3.. if alike + 1 >= parts => CLOSE,
        _ if alike > 0 => NEAR,
        _ => DIFFERENT,
    }
}

/// How many parts of the shorter name have a part of the longer that sounds or is spelt like it, or that
/// `stands_for` takes for it.
fn parts_alike(
    words: &Words,
    lexicon: &Lexicon,
    fewer: u32,
    more: u32,
    stands_for: impl Fn(&str, &str) -> bool,
) -> usize {
    let mut taken = 0u64;
    let mut alike = 0;
    for (text, bone) in lexicon.text(fewer).split(' ').zip(words.bones(fewer).split(' ')) {
        let found = lexicon.text(more).split(' ').zip(words.bones(more).split(' ')).take(64).enumerate().find(
            |(index, (t, b))| {
                taken & (1 << index) == 0
                    && (bone == *b
                        || (can_be_close(text, t) && spelling(text, t, bone, b) >= CLOSE)
                        || stands_for(text, t))
            },
        );
        if let Some((index, _)) = found {
            taken |= 1 << index;
            alike += 1;
        }
    }
    alike
}

/// A slip changes few letters: a cheap look before the costly one.
fn can_be_close(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.bytes().fold(0u32, |letters, byte| letters | 1 << (byte % 32));
    a.len().abs_diff(b.len()) <= 3 && (letters(a) ^ letters(b)).count_ones() <= 4
}

fn address(words: &Words, lexicon: &Lexicon, one: u32, other: u32) -> u8 {
    if words.sound(one) == words.sound(other) {
        return 4;
    }
    let (fewer, more) = if words.parts(one) <= words.parts(other) { (one, other) } else { (other, one) };
    let alike = parts_alike(words, lexicon, fewer, more, |_, _| false);
    let (fewest, most) = (usize::from(words.parts(fewer)), usize::from(words.parts(more)));
    if alike == fewest && fewest > 1 && most - alike <= 1 {
        return 4;
    }
    let (a, b) = (lexicon.text(one), lexicon.text(other));
    if words.can_be_near(one, other) && jaro_winkler::similarity(a.bytes(), b.bytes()) >= CLOSE_SPELLING {
        return 4;
    }
    match alike {
        _ if alike * 3 >= most * 2 => 3,
        _ if alike * 3 >= most => 2,
        _ => DIFFERENT,
    }
}

fn date(one: Date, other: Date) -> u8 {
    let years = one.year().abs_diff(other.year());
    let by_year = |same| match years {
        0 => same,
        1 => YEAR_OFF,
        _ => DIFFERENT,
    };
    if !one.is_whole() || !other.is_whole() {
        // Somebody knew only the year: it can agree, and no more.
        return by_year(SAME_YEAR);
    }
    match (one.is_guess(), other.is_guess()) {
        // Guesses fall on one day: years alone are told.
        (true, true) => return by_year(GUESSED),
        (true, false) | (false, true) if years == 0 => return GUESSED,
        _ => {}
    }
    if years == 0 && one.month() == other.day() && one.day() == other.month() {
        return SWAPPED;
    }
    if one_digit(one.0, other.0) {
        return DIGIT;
    }
    if one.month() == other.month() && one.day() == other.day() && (years <= 2 || years.is_multiple_of(10)) {
        return SAME_DAY;
    }
    by_year(SAME_YEAR)
}

/// One digit differs, or two neighbours are exchanged.
fn one_digit(one: u32, other: u32) -> bool {
    let mut place = 1;
    let mut wrong = [(0, 0, 0); 3];
    let mut count = 0;
    for index in 0..8 {
        let (a, b) = (one / place % 10, other / place % 10);
        if a != b {
            if count == 2 {
                return false;
            }
            wrong[count] = (index, a, b);
            count += 1;
        }
        place = place.saturating_mul(10);
    }
    let [first, second, _] = wrong;
    count == 1 || (count == 2 && second.0 == first.0 + 1 && first.1 == second.2 && first.2 == second.1)
}

fn age(one: u32, other: u32) -> u8 {
    match one.abs_diff(other) {
        0 => 5,
        1 => 4,
        2 | 3 => 3,
        10 => 2,
        _ => DIFFERENT,
    }
}

fn number(a: &[u8], b: &[u8]) -> u8 {
    if one_slip(a, b) {
        return 3;
    }
    let half = a.len().max(b.len()) / 2;
    if half >= 2
        && a.len().abs_diff(b.len()) <= 1
        && (a.starts_with(&b[..half.min(b.len())]) || a.ends_with(&b[b.len() - half.min(b.len())..]))
    {
        return 2;
    }
    DIFFERENT
}

/// One character is wrong, missing or too many, or two neighbours are exchanged: a distance of at
/// most one after Damerau (1964).
pub fn one_slip(one: &[u8], other: &[u8]) -> bool {
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if longer.len() - shorter.len() > 1 {
        return false;
    }
    let head = shorter.iter().zip(longer).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (&shorter[head..], &longer[head..]);
    if longer.len() > shorter.len() {
        return shorter == &longer[1..];
    }
    match (shorter, longer) {
        ([], _) => true,
        ([_, rest @ ..], [_, others @ ..]) if rest == others => true,
        ([a, b, rest @ ..], [c, d, others @ ..]) => a == d && b == c && rest == others,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::dictionary::Dictionary;
    use super::*;

    /// How far two numbers agree, looked up as in a file, and by all of their characters.
    fn numbers_agree(one: &str, other: &str) -> (u8, u8) {
        let mut written = Dictionary::default();
        let mut lexicon = Lexicon::new(Kind::Number);
        let (a, b) = (written.intern(one), written.intern(other));
        let ids = lexicon.learn(Kind::Number, &written);
        let all = if one == other { of(Kind::Number).len() as u8 } else { number(one.as_bytes(), other.as_bytes()) };
        (compare(Kind::Number, &lexicon, ids[a as usize], ids[b as usize]), all)
    }

    proptest! {
        #[test]
        fn no_slip_of_a_number_hides_behind_its_ends(
            number in "[0-9a-c]{1,12}", at in 0..12usize, new in "[0-9a-c]", slip in 0..5u8, other in "[0-9a-c]{1,12}",
        ) {
            let mut slipped: Vec<char> = number.chars().collect();
            let at = at % slipped.len();
            let new = new.chars().next().unwrap_or('0');
            match slip {
                0 => slipped[at] = new,
                1 => slipped.insert(at, new),
                2 if slipped.len() > 1 => drop(slipped.remove(at)),
                3 if at > 0 => slipped.swap(at - 1, at),
                _ => slipped.truncate(at.max(1)),
            }
            for other in [slipped.iter().collect(), format!("{}{other}", &number[..number.len() / 2]), other] {
                let (told, all) = numbers_agree(&number, &other);
                prop_assert_eq!(told, all, "{} {}", number, other);
            }
        }
    }

    #[test]
    fn a_slip_is_one_edit_or_two_neighbours_exchanged() {
        for (one, other, slip) in [
            ("amina", "amina", true),
            ("amina", "amna", true),
            ("amina", "amiina", true),
            ("amina", "anima", false),
            ("amina", "maina", true),
            ("amina", "amine", true),
            ("amina", "omino", false),
            ("", "a", true),
            ("ab", "", false),
        ] {
            assert_eq!(one_slip(one.as_bytes(), other.as_bytes()), slip, "{one} {other}");
            assert_eq!(one_slip(other.as_bytes(), one.as_bytes()), slip, "{other} {one}");
        }
    }

    #[test]
    fn dates_agree_by_the_slip_that_made_them_differ() {
        let level = |one, other| DATE[usize::from(date(Date(one), Date(other))) - 1].word;
        assert_eq!(level(19_900_304, 19_900_403), "day and month swapped");
        assert_eq!(level(19_900_304, 19_900_309), "a digit wrong");
        assert_eq!(level(19_900_304, 19_090_304), "a digit wrong", "neighbours exchanged is one slip");
        assert_eq!(level(19_890_304, 19_900_304), "same day and month");
        assert_eq!(level(19_900_304, 19_900_000), "same year");
        assert_eq!(level(19_900_304, 19_900_101), "same year, day a guess");
        assert_eq!(level(19_900_111, 19_900_101), "same year, day a guess");
        assert_eq!(level(19_900_701, 19_900_101), "same year, day a guess");
        assert_eq!(level(19_900_101, 19_910_101), "year one off", "two guesses agree in nothing but the year");
        assert_eq!(level(19_900_101, 20_000_101), "different");
        assert_eq!(level(19_900_304, 19_911_125), "year one off");
        assert_eq!(level(19_900_304, 19_701_125), "different");
    }
}
