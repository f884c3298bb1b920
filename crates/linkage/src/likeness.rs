//! How alike two names are.

use rapidfuzz::distance::jaro_winkler;

use crate::names::{Skeleton, Words, without_article};
use crate::short::forms;
use crate::sounds::{self, Sounds, sounds};

/// What a part costs that the one asked for has and the other lacks.
const LACKING: f32 = 0.09;
/// What a part costs that comes besides those asked for.
const BESIDES: f32 = 0.05;
/// What a known short form is worth: less than the same sound.
const SHORT_FORM: f32 = 0.82;
/// What the same sounds in other letters are worth.
const HEARD: f32 = 0.95;
/// Letters of an article written together with the name.
const ARTICLE: usize = 2;
/// Letters from which a part can be taken for the beginning of another.
const BEGINNING: usize = 2;

/// How alike two names are, from 0 to 1, whatever the order of their parts; a part that one name
/// has and the other lacks costs little, one that differs costs much.
pub fn likeness(one: &str, other: &str) -> f64 {
    let (mut asked, mut known) = (Words::default(), Words::default());
    asked.read(one);
    known.read(other);
    let mut best = fit_of(asked.iter(), known.iter());
    // What one writes as two parts the other may write as one.
    if asked.iter().len() > known.iter().len() {
        for at in 0..asked.iter().len() - 1 {
            best = best.max(fit_of(asked.joined(at).iter().map(String::as_str), known.iter()));
        }
    } else if known.iter().len() > asked.iter().len() {
        for at in 0..known.iter().len() - 1 {
            best = best.max(fit_of(asked.iter(), known.joined(at).iter().map(String::as_str)));
        }
    }
    f64::from(best)
}

fn fit_of<'n>(asked: impl Iterator<Item = &'n str>, known: impl Iterator<Item = &'n str>) -> f32 {
    let parts: Vec<Part> = asked.map(|token| Part::new(token, false)).collect();
    let known: Vec<(&str, Skeleton)> = known.map(|token| (token, Skeleton::of(token))).collect();
    fit(parts.len(), known.len(), |asked, at| parts[asked].likeness(known[at].0.as_bytes(), known[at].1))
}

/// How well the parts of a name fit those asked for, each to one, the most alike first.
pub(crate) fn fit(asked: usize, known: usize, likeness: impl Fn(usize, usize) -> f32) -> f32 {
    let pairs = asked.min(known);
    if pairs == 0 {
        return 0.0;
    }
    // Names have eight parts at most.
    let mut table = [[0.0_f32; 8]; 8];
    for (row, of_one) in table.iter_mut().enumerate().take(asked) {
        for (column, cell) in of_one.iter_mut().enumerate().take(known) {
            *cell = likeness(row, column);
        }
    }
    let (mut free_rows, mut free_columns) = (mask(asked), mask(known));
    let mut sum = 0.0;
    for _ in 0..pairs {
        let mut best = (-1.0, 0, 0);
        for (row, of_one) in table.iter().enumerate().filter(|(row, _)| free_rows >> row & 1 == 1) {
            for (column, cell) in of_one.iter().enumerate().filter(|(column, _)| free_columns >> column & 1 == 1) {
                if *cell > best.0 {
                    best = (*cell, row, column);
                }
            }
        }
        sum += best.0;
        free_rows &= !(1 << best.1);
        free_columns &= !(1 << best.2);
    }
    let lacking = (asked - pairs).min(4) as f32 * LACKING;
    let besides = (known - pairs).min(4) as f32 * BESIDES;
    let alone = if pairs == 1 && asked.max(known) > 1 { 0.9 } else { 1.0 };
    sum / pairs as f32 * (1.0 - lacking - besides) * alone
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
        if self.text.as_bytes() == other {
            return 1.0;
        }
        let spelt = self.spelling.similarity(other.iter().copied()) as f32;
        let heard = self.heard(other, skeleton, spelt);
        let begun = match self.half_typed && other.starts_with(self.text.as_bytes()) {
            true => 0.72 + 0.2 * self.text.len() as f32 / other.len() as f32,
            false => 0.0,
        };
        let short = if self.forms.iter().any(|form| form.as_bytes() == other) { SHORT_FORM } else { 0.0 };
        spelt.max(heard).max(begun).max(short)
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

    #[test]
    fn junk_is_taken_calmly() {
        let junk = "\u{0}\u{202e}'".repeat(100_000);
        assert!((0.0..=1.0).contains(&likeness(&junk, "Amina")));
    }
}
