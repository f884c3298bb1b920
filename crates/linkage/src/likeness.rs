//! How alike two names are.

use rapidfuzz::distance::{jaro_winkler, osa};

use crate::names::{Skeleton, Words, without_article};
use crate::short::forms;
use crate::sounds::{self, Sounds, sounds};

/// What a part costs that the one asked for has and the other lacks.
const LACKING: f32 = 0.09;
/// What a part costs that comes besides those asked for.
const BESIDES: f32 = 0.05;
/// How alike a part is at least to two parts together that it stands for.
const JOINED: f32 = 0.9;
/// What a known short form is worth: less than the same sound.
const SHORT_FORM: f32 = 0.82;
/// What the same sounds in other letters are worth.
const HEARD: f32 = 0.95;
/// Letters of an article written together with the name.
const ARTICLE: usize = 2;
/// Spelt so alike that it is said to be so.
const SPELT_ALIKE: f32 = 0.75;
/// Letters of parts that one slip does not make another name of.
const SHORTEST_WITH_SLIP: usize = 3;
/// Letters from which a part can be taken for the beginning of another.
const BEGINNING: usize = 2;

/// How alike two names are, from 0 to 1, whatever the order of their parts; a part that one name
/// has and the other lacks costs little, one that differs costs much.
pub fn likeness(one: &str, other: &str) -> f64 {
    f64::from(readings(one, other).map(|reading| reading.pairing.fit()).fold(0.0, f32::max))
}

/// Why two names are as alike as [`likeness`] says: which part was taken for which, and how.
///
/// ```
/// use linkage::{How, explain_names};
///
/// let explained = explain_names("Khatib Mohamed", "محمد علي الخطيب");
/// assert!(explained.other_script && explained.score > 0.85);
/// let mohamed = &explained.parts[1];
/// assert_eq!((mohamed.known.as_deref(), mohamed.how), (Some("mhmd"), How::Heard));
/// assert_eq!(explained.parts[2].how, How::Besides);
/// ```
pub fn explain_names(asked: &str, known: &str) -> Explanation {
    // The plain reading stands first, and is left only for a better one.
    let best = readings(asked, known)
        .reduce(|best, other| if other.pairing.fit() > best.pairing.fit() { other } else { best })
        .unwrap_or_default();
    let parts: Vec<Part> = best.asked.iter().map(|part| Part::new(part, false)).collect();
    let known_parts: Vec<&str> = best.known.iter().map(String::as_str).collect();
    Explanation { other_script: is_latin(asked) != is_latin(known), ..explain(&parts, &known_parts, &best.pairing) }
}

/// An explanation part by part, in the order asked; what the other name has besides comes last.
pub(crate) fn explain(asked: &[Part], known: &[&str], pairing: &Pairing) -> Explanation {
    let mut parts: Vec<PartMatch> = Vec::new();
    for (at, part) in asked.iter().enumerate() {
        let matched = pairing.pairs().iter().find(|pair| usize::from(pair.asked) == at);
        parts.push(match matched {
            Some(pair) => {
                let other = known[usize::from(pair.known)];
                PartMatch {
                    asked: Some(part.text().to_owned()),
                    known: Some(other.to_owned()),
                    how: part.how(other, pair.likeness),
                    likeness: f64::from(pair.likeness),
                    is_moved: pairing.is_moved(pair),
                }
            }
            None => PartMatch { asked: Some(part.text().to_owned()), ..PartMatch::alone(How::Lacking) },
        });
    }
    let is_taken = |at: &usize| pairing.pairs().iter().any(|pair| usize::from(pair.known) == *at);
    let besides = (0..known.len()).filter(|at| !is_taken(at));
    parts.extend(besides.map(|at| PartMatch { known: Some(known[at].to_owned()), ..PartMatch::alone(How::Besides) }));
    Explanation { score: f64::from(pairing.fit()), other_script: false, parts }
}

/// Why two names are as alike as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// How alike they are together, from 0 to 1.
    pub score: f64,
    /// Whether one is written in Latin letters and the other is not. An [`Index`](crate::Index) keeps Latin letters
    /// only, and never says so.
    pub other_script: bool,
    /// The parts asked for in their order, then those that the other name has besides.
    pub parts: Vec<PartMatch>,
}

/// A part asked for and the part it was taken for, in Latin letters as they were read.
#[derive(Clone, Debug, PartialEq)]
pub struct PartMatch {
    /// The part asked for; none if the other name has one besides.
    pub asked: Option<String>,
    /// The part of the other name; none if that lacks it.
    pub known: Option<String>,
    /// What made them alike.
    pub how: How,
    /// How alike the two parts are, from 0 to 1.
    pub likeness: f64,
    /// Whether it stands in another place among the parts that both names have.
    pub is_moved: bool,
}

impl PartMatch {
    fn alone(how: How) -> PartMatch {
        PartMatch { asked: None, known: None, how, likeness: 0.0, is_moved: false }
    }
}

/// What makes two parts of names alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// The same letters.
    Same,
    /// The same [skeleton](crate::Skeleton), and sounds that languages swap.
    Heard,
    /// One slip: a letter more, less or other, or two swapped (Damerau 1964).
    Slip,
    /// A known short form, or one name's forms in two languages.
    ShortForm,
    /// One letter that the other begins with.
    Initial,
    /// What the other begins with, half typed.
    Begun,
    /// Much the same letters in much the same places (Jaro 1989, Winkler 1990).
    Spelt,
    /// Nothing: they are only what was left.
    Unlike,
    /// The other name lacks it.
    Lacking,
    /// The other name has it besides.
    Besides,
}

/// The parts of two names, and which was taken for which.
#[derive(Default)]
struct Reading {
    asked: Vec<String>,
    known: Vec<String>,
    pairing: Pairing,
}

impl Reading {
    fn new(asked: Vec<String>, known: Vec<String>) -> Reading {
        let pairing = pairing_of(&asked, &known);
        Reading { asked, known, pairing }
    }
}

/// The ways to read two names: as they are written, and where one has more parts with two of them as one, for what one
/// writes as two parts the other may write as one.
fn readings(one: &str, other: &str) -> impl Iterator<Item = Reading> {
    let (mut asked, mut known) = (Words::default(), Words::default());
    asked.read(one);
    known.read(other);
    let whole = |words: &Words| words.iter().map(str::to_owned).collect::<Vec<_>>();
    let (parts, known_parts) = (whole(&asked), whole(&known));
    let plain = Reading::new(parts.clone(), known_parts.clone());
    let (fewest, most) = (parts.len().min(known_parts.len()), parts.len().max(known_parts.len()));
    let joints = if fewest == 0 || fewest == most { 0 } else { most - 1 };
    let joined = (0..joints).filter_map(move |at| {
        let (reading, words, joined): (_, _, fn(&Pair) -> u8) = match parts.len() == most {
            true => (Reading::new(asked.joined(at), known_parts.clone()), &asked, |pair| pair.asked),
            false => (Reading::new(parts.clone(), known.joined(at)), &known, |pair| pair.known),
        };
        // Ana María is not Ana: but for two syllables, only a part that is surely both together stands for them.
        let least = if words.joints().any(|joint| joint == at) { SPELT_ALIKE } else { JOINED };
        let pair = reading.pairing.pairs().iter().find(|pair| usize::from(joined(pair)) == at);
        pair.is_some_and(|pair| pair.likeness >= least).then_some(reading)
    });
    std::iter::once(plain).chain(joined)
}

fn pairing_of(asked: &[String], known: &[String]) -> Pairing {
    let parts: Vec<Part> = asked.iter().map(|token| Part::new(token, false)).collect();
    let known: Vec<(&str, Skeleton)> = known.iter().map(|token| (token.as_str(), Skeleton::of(token))).collect();
    pair(parts.len(), known.len(), |asked, at| parts[asked].likeness(known[at].0.as_bytes(), known[at].1))
}

/// Whether a name has letters of no other script.
fn is_latin(name: &str) -> bool {
    let is_latin = |letter: char| matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    name.chars().filter(|letter| letter.is_alphabetic()).all(is_latin)
}

/// Which part of one name was taken for which of another.
#[derive(Default)]
pub(crate) struct Pairing {
    pairs: [Pair; 8],
    asked: usize,
    known: usize,
}

/// Two parts taken for one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pair {
    asked: u8,
    known: u8,
    likeness: f32,
}

impl Pairing {
    fn pairs(&self) -> &[Pair] {
        &self.pairs[..self.asked.min(self.known)]
    }

    /// How well the names fit together.
    pub(crate) fn fit(&self) -> f32 {
        let pairs = self.pairs().len();
        if pairs == 0 {
            return 0.0;
        }
        let sum: f32 = self.pairs().iter().map(|pair| pair.likeness).sum();
        let lacking = (self.asked - pairs).min(4) as f32 * LACKING;
        let besides = (self.known - pairs).min(4) as f32 * BESIDES;
        let alone = if pairs == 1 && self.asked.max(self.known) > 1 { 0.9 } else { 1.0 };
        sum / pairs as f32 * (1.0 - lacking - besides) * alone
    }

    fn is_moved(&self, pair: &Pair) -> bool {
        let place = |of: &dyn Fn(&Pair) -> u8| self.pairs().iter().filter(|other| of(other) < of(pair)).count();
        place(&|pair| pair.asked) != place(&|pair| pair.known)
    }
}

/// Pairs the parts of a name with those asked for, each with one, the most alike first.
pub(crate) fn pair(asked: usize, known: usize, likeness: impl Fn(usize, usize) -> f32) -> Pairing {
    // Names have eight parts at most.
    let (asked, known) = (asked.min(8), known.min(8));
    let mut table = [[0.0_f32; 8]; 8];
    for (row, of_one) in table.iter_mut().enumerate().take(asked) {
        for (column, cell) in of_one.iter_mut().enumerate().take(known) {
            *cell = likeness(row, column);
        }
    }
    let mut pairing = Pairing { asked, known, ..Pairing::default() };
    let (mut free_rows, mut free_columns) = (mask(asked), mask(known));
    for pair in &mut pairing.pairs[..asked.min(known)] {
        let mut best = (-1.0, 0, 0);
        for (row, of_one) in table.iter().enumerate().filter(|(row, _)| free_rows >> row & 1 == 1) {
            for (column, cell) in of_one.iter().enumerate().filter(|(column, _)| free_columns >> column & 1 == 1) {
                if *cell > best.0 {
                    best = (*cell, row, column);
                }
            }
        }
        *pair = Pair { asked: best.1 as u8, known: best.2 as u8, likeness: best.0 };
        free_rows &= !(1 << best.1);
        free_columns &= !(1 << best.2);
    }
    pairing
}

fn mask(bits: usize) -> u8 {
    u8::try_from((1_u16 << bits.min(8)) - 1).unwrap_or(u8::MAX)
}

/// One part of a name, ready to be compared with many.
pub(crate) struct Part {
    text: String,
    skeleton: Skeleton,
    sounds: Option<Sounds>,
    /// The same without an article.
    bare: Option<Skeleton>,
    bare_sounds: Option<Sounds>,
    /// Its known short forms, and what it is a short form of.
    forms: Vec<&'static str>,
    half_typed: bool,
    spelling: jaro_winkler::BatchComparator<u8>,
}

impl Part {
    /// A part; the last one of a name being typed may be only begun.
    pub(crate) fn new(token: &str, half_typed: bool) -> Part {
        Part {
            text: token.to_owned(),
            skeleton: Skeleton::of(token),
            sounds: sounds(token.as_bytes()),
            bare: Skeleton::without_article(token),
            bare_sounds: token.as_bytes().get(ARTICLE..).and_then(sounds),
            forms: forms(token).collect(),
            half_typed: half_typed && token.len() >= BEGINNING,
            spelling: jaro_winkler::BatchComparator::new(token.bytes()),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// As it is spelt, with an article and without.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        let bare = self.bare.and_then(|_| self.text.as_bytes().get(ARTICLE..));
        std::iter::once(self.text.as_bytes()).chain(bare)
    }

    /// What is heard of it, with an article and without.
    pub(crate) fn skeletons(&self) -> impl Iterator<Item = Skeleton> {
        std::iter::once(self.skeleton).chain(self.bare)
    }

    /// Its known short forms, and what it is a short form of.
    pub(crate) fn forms(&self) -> &[&'static str] {
        &self.forms
    }

    /// Whether another part may begin like this one.
    pub(crate) fn is_half_typed(&self) -> bool {
        self.half_typed
    }

    /// How alike another part is, from 0 to 1: as it is spelt (Jaro and Winkler's distance), as it
    /// is heard, as this one goes on, or as a known short form.
    pub(crate) fn likeness(&self, other: &[u8], skeleton: Skeleton) -> f32 {
        self.likeness_from(0.0, other, skeleton)
    }

    /// The same; a part spelt less alike than `least` may count as spelt otherwise altogether, which is found out sooner.
    pub(crate) fn likeness_from(&self, least: f64, other: &[u8], skeleton: Skeleton) -> f32 {
        if self.text.as_bytes() == other {
            return 1.0;
        }
        let least = jaro_winkler::Args::default().score_cutoff(least);
        let spelt = self.spelling.similarity_with_args(other.iter().copied(), &least).unwrap_or(0.0) as f32;
        let heard = self.heard(other, skeleton, spelt);
        let begun = match self.half_typed && other.starts_with(self.text.as_bytes()) {
            true => 0.72 + 0.2 * self.text.len() as f32 / other.len() as f32,
            false => 0.0,
        };
        let short = if self.forms.iter().any(|form| form.as_bytes() == other) { SHORT_FORM } else { 0.0 };
        spelt.max(heard).max(begun).max(short)
    }

    /// What makes another part as alike as it is.
    fn how(&self, other: &str, likeness: f32) -> How {
        let (mine, theirs) = (self.text.as_bytes(), other.as_bytes());
        let is_initial = mine.len().min(theirs.len()) == 1 && mine.first() == theirs.first();
        let one_slip = osa::Args::default().score_cutoff(1);
        let is_slip = mine.len().min(theirs.len()) >= SHORTEST_WITH_SLIP
            && osa::distance_with_args(mine.iter().copied(), theirs.iter().copied(), &one_slip).is_some();
        match () {
            () if mine == theirs => How::Same,
            () if is_initial => How::Initial,
            () if self.heard(theirs, Skeleton::of(other), 0.0) > 0.0 => How::Heard,
            () if is_slip => How::Slip,
            () if self.forms.contains(&other) => How::ShortForm,
            () if self.half_typed && theirs.starts_with(mine) => How::Begun,
            () if likeness >= SPELT_ALIKE => How::Spelt,
            () => How::Unlike,
        }
    }

    /// How alike another part sounds, with an article or without; nothing if it cannot be the same.
    fn heard(&self, other: &[u8], skeleton: Skeleton, spelt: f32) -> f32 {
        let bare = without_article(other);
        let (mine, theirs) = match () {
            () if self.skeleton == skeleton => (&self.sounds, other),
            () if self.bare == Some(skeleton) => (&self.bare_sounds, other),
            () if bare == Some(self.skeleton) => (&self.sounds, &other[ARTICLE..]),
            () if bare.is_some() && bare == self.bare => (&self.bare_sounds, &other[ARTICLE..]),
            () => return 0.0,
        };
        let least = match self.skeleton.len() {
            0 | 1 => 0.66,
            2 => 0.74,
            _ => 0.80,
        };
        let alike = mine.as_ref().zip(sounds(theirs)).map(|(mine, theirs)| sounds::likeness(mine, &theirs));
        least + (HEARD - least) * alike.unwrap_or(spelt)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn order_does_not_matter_and_difference_does() {
        assert!(likeness("Amina Yusuf", "Yusuf Amina") > 0.99);
        assert!(likeness("Amina Yusuf", "Aminah Youssef") > 0.9);
        assert!(likeness("Amina Yusuf", "Carlos Pérez") < 0.6);
        assert_eq!(likeness("", "Amina"), 0.0);
    }

    #[test]
    fn scripts_do_not_matter() {
        for (one, other) in [
            ("محمد الخطيب", "Mohammed Al-Khatib"),
            ("Олена Шевченко", "Olena Shevchenko"),
            ("عبد الرحمن", "Abdurahman"),
        ] {
            assert!(likeness(one, other) > 0.9, "{one} and {other}: {}", likeness(one, other));
        }
    }

    #[test]
    fn a_short_form_is_less_than_the_name_and_more_than_a_stranger() {
        let known = likeness("Sasha Kovalenko", "Олександр Коваленко");
        assert!(known > 0.85 && known < likeness("Oleksandr Kovalenko", "Олександр Коваленко"), "{known}");
        assert!(likeness("Sasha Kovalenko", "Serhii Kovalenko") < known - 0.05);
    }

    fn ways(asked: &str, known: &str) -> Vec<(How, bool)> {
        explain_names(asked, known).parts.iter().map(|part| (part.how, part.is_moved)).collect()
    }

    #[test]
    fn what_was_taken_for_what_is_told() {
        assert_eq!(ways("Amina Yusuf", "Amina Youssef"), [(How::Same, false), (How::Heard, false)]);
        assert_eq!(ways("Yusuf Amina", "Amina Yusuf"), [(How::Same, true), (How::Same, true)]);
        assert_eq!(ways("Sasha Kovalenko", "Olexandr Kovalenkp")[1], (How::Slip, false));
        assert_eq!(ways("Pepe Ruiz", "José Ruiz"), [(How::ShortForm, false), (How::Same, false)]);
        assert_eq!(ways("J. Smith", "John Smith"), [(How::Initial, false), (How::Same, false)]);
        assert_eq!(ways("Carla Pérez", "Quentin Pérez"), [(How::Unlike, false), (How::Same, false)]);
        assert_eq!(ways("Ana María Ruiz", "Ana Ruiz"), [(How::Same, false), (How::Lacking, false), (How::Same, false)]);
        assert_eq!(ways("Ana Ruiz", "Ana María Ruiz")[2], (How::Besides, false));
        assert_eq!(ways("Minjun Kim", "Kim Min-jun"), [(How::Same, true), (How::Same, true)], "two parts read as one");
        assert!(ways("", "").is_empty());
    }

    #[test]
    fn an_explanation_says_what_the_likeness_is() {
        for (one, other) in [("محمد الخطيب", "Mohammed Al-Khatib"), ("김민준", "Kim Min-jun"), ("Ana", "Ana Ruiz")]
        {
            let explained = explain_names(one, other);
            assert_eq!(explained.score, likeness(one, other));
            assert_eq!(explained.other_script, one != "Ana");
        }
    }

    proptest! {
        #[test]
        fn an_explanation_names_each_part_once(one in "[\\PC ]{0,40}", other in "[\\PC ]{0,40}") {
            let Explanation { score, parts, .. } = explain_names(&one, &other);
            prop_assert_eq!(score, likeness(&one, &other));
            prop_assert!((0.0..=1.0).contains(&score));
            prop_assert!(parts.len() <= 16 && parts.iter().all(|part| part.asked.is_some() || part.known.is_some()));
            let letters = |side: fn(&PartMatch) -> &Option<String>| -> usize {
                parts.iter().filter_map(|part| side(part).as_ref()).map(String::len).sum()
            };
            let read = |name: &str| crate::tokens(name).iter().map(String::len).sum::<usize>();
            prop_assert!(letters(|part| &part.asked) <= read(&one) && letters(|part| &part.known) <= read(&other));
        }
    }

    #[test]
    fn junk_is_taken_calmly() {
        let junk = "\u{0}\u{202e}'".repeat(100_000);
        assert!((0.0..=1.0).contains(&likeness(&junk, "Amina")));
    }
}
