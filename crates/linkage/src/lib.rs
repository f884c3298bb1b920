//! Who is the same person? Names in any script, compared.
//!
//! A name becomes [`tokens`] in Latin letters; a token becomes a [`skeleton`] that survives the
//! ways one name is spelt across languages; [`likeness`] says how alike two names are, whatever
//! the order of their parts.

#![forbid(unsafe_code)]

pub mod batch;

use deunicode::deunicode_with_tofu;
use strsim::jaro_winkler;

/// Longest name looked at, in characters; longer input is junk.
const LONGEST: usize = 200;
/// Most parts of a name looked at.
const MOST_TOKENS: usize = 8;

/// Particles that come and go between spellings of one name.
const PARTICLES: &[&str] = &[
    "al", "el", "ad", "as", "ar", "an", "bin", "ibn", "ben", "bint", "abu", "abou", "umm", "de", "del", "de", "la",
    "las", "los", "da", "do", "dos", "di", "van", "von", "der", "den", "u", "ko", "daw", "ma", "maung",
];

/// The parts of a name in lower-case Latin letters, without particles where something is left.
pub fn tokens(name: &str) -> Vec<String> {
    let shortened: String = name.chars().take(LONGEST).collect();
    let latin = deunicode_with_tofu(&shortened, "").to_lowercase();
    let all: Vec<String> = latin
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '\'')
        .map(|part| part.replace('\'', ""))
        .filter(|part| !part.is_empty())
        .take(MOST_TOKENS)
        .collect();
    let named: Vec<String> = all.iter().filter(|part| !PARTICLES.contains(&part.as_str())).cloned().collect();
    if named.is_empty() { all } else { named }
}

/// The consonants of a token, with letters that languages swap made one: Yusuf, Youssef and يوسف
/// have the same skeleton. A vowel at the start counts as `a`.
pub fn skeleton(token: &str) -> String {
    // Inside a word «kh» is as often written «h»: Mokhammed, Muhammad.
    let (first, rest) = token.split_at(token.char_indices().nth(1).map_or(token.len(), |(at, _)| at));
    let folded = format!("{first}{}", if first == "k" { rest.to_owned() } else { rest.replace("kh", "h") });
    let folded = folded
        .replace("sch", "x")
        .replace("tch", "x")
        .replace("sh", "x")
        .replace("ch", "x")
        .replace("kh", "k")
        .replace("gh", "g")
        .replace("ph", "f")
        .replace("th", "t")
        .replace("dh", "d")
        .replace("zh", "j")
        .replace("ck", "k");
    let mut bones = String::new();
    for (index, letter) in folded.chars().enumerate() {
        let bone = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' if index == 0 => Some('a'),
            'a' | 'e' | 'i' | 'o' | 'u' | 'h' => None,
            'y' | 'w' if index > 0 => None,
            'q' | 'c' | 'k' => Some('k'),
            'j' | 'g' => Some('g'),
            'z' | 's' => Some('s'),
            'v' | 'b' | 'p' => Some('b'),
            't' | 'd' => Some('t'),
            other => Some(other),
        };
        if let Some(bone) = bone
            && !bones.ends_with(bone)
        {
            bones.push(bone);
        }
    }
    if bones.is_empty() { token.chars().take(3).collect() } else { bones }
}

/// How alike two names are, from 0 to 1, whatever the order of their parts; a part that one name
/// has and the other lacks costs little, one that differs costs much.
pub fn likeness(one: &str, other: &str) -> f64 {
    let (one, other) = (tokens(one), tokens(other));
    let (fewer, more) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if fewer.is_empty() {
        return 0.0;
    }
    let mut free = more.clone();
    let mut sum = 0.0;
    for token in &fewer {
        let best = free
            .iter()
            .enumerate()
            .map(|(index, candidate)| (index, token_likeness(token, candidate)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((index, score)) = best {
            sum += score;
            free.remove(index);
        }
    }
    let missing = (more.len() - fewer.len()) as f64;
    sum / fewer.len() as f64
        * (1.0 - 0.05 * missing.min(4.0))
        * if fewer.len() == 1 && more.len() > 1 { 0.9 } else { 1.0 }
}

fn token_likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let spelt = jaro_winkler(one, other);
    let heard = if skeleton(one) == skeleton(other) { 0.93 } else { 0.0 };
    spelt.max(heard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_across_scripts_has_one_skeleton() {
        for (one, other) in [("يوسف", "Youssef"), ("Yusuf", "Youssef"), ("Мохаммед", "Muhammad"), ("Olena", "Олена")]
        {
            let skeletons = |name: &str| tokens(name).iter().map(|token| skeleton(token)).collect::<Vec<_>>();
            assert_eq!(skeletons(one), skeletons(other), "{one} and {other}");
        }
    }

    #[test]
    fn order_does_not_matter_and_difference_does() {
        assert!(likeness("Amina Yusuf", "Yusuf Amina") > 0.99);
        assert!(likeness("Amina Yusuf", "Aminah Youssef") > 0.9);
        assert!(likeness("Amina Yusuf", "Carlos Pérez") < 0.6);
        assert_eq!(likeness("", "Amina"), 0.0);
    }

    #[test]
    fn junk_is_taken_calmly() {
        let junk = "\u{0}\u{202e}'".repeat(100_000);
        assert!(tokens(&junk).len() <= 8);
        assert!((0.0..=1.0).contains(&likeness(&junk, "Amina")));
    }
}
