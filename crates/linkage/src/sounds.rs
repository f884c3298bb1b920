//! How alike two parts are to the ear: their sounds, aligned.
//!
//! A [`Skeleton`](crate::Skeleton) says whether two parts may be one name at all. Many names share a
//! skeleton, though, and most of all those of scripts without vowels. So the spellings are read as
//! sounds (`ou`, `oo` and `u` are one, `sch` and `sh`, a letter and the same letter doubled) and aligned by
//! dynamic programming with costs for each pair (Wagner and Fischer 1974, weighted as in Kondrak's
//! ALINE of 2000: what languages swap is cheap, what they tell apart is dear).

use smallvec::SmallVec;

/// Sounds looked at: longer parts are told apart by their spelling.
const MOST: usize = 24;
/// What a vowel costs that only one has: some scripts write none.
const NO_VOWEL: u16 = 12;
/// What a vowel costs that is written as a long one: those scripts write it.
const NO_LONG_VOWEL: u16 = 28;
/// What a half-vowel or a breath costs that only one has.
const NO_GLIDE: u16 = 15;
/// What a consonant costs that only one has.
const NO_CONSONANT: u16 = 60;
/// What one sound costs in the place of another that nobody swaps.
const OTHER: u8 = 100;

/// The sounds of a part in Latin letters.
pub(crate) type Sounds = SmallVec<[u8; MOST]>;

/// How alike two parts sound, from 0 to 1.
pub(crate) fn likeness(one: &Sounds, other: &Sounds) -> f32 {
    let longest = one.len().max(other.len());
    let mut costs = [0_u16; MOST + 1];
    for (at, sound) in other.iter().enumerate() {
        costs[at + 1] = costs[at] + missing(*sound);
    }
    for mine in one {
        let (swapping, lacking) = (&SWAPPED[usize::from(*mine)], missing(*mine));
        let mut diagonal = costs[0];
        costs[0] += lacking;
        for (at, theirs) in other.iter().enumerate() {
            let best = (diagonal + u16::from(swapping[usize::from(*theirs)]))
                .min(costs[at] + missing(*theirs))
                .min(costs[at + 1] + lacking);
            diagonal = std::mem::replace(&mut costs[at + 1], best);
        }
    }
    // A part is a stranger's once half of it differs.
    (1.0 - 0.02 * f32::from(costs[other.len()]) / longest.max(1) as f32).max(0.0)
}

/// The sounds that letters stand for; those of several letters have capitals. Nothing for parts too long to be heard.
pub(crate) fn sounds(letters: &[u8]) -> Option<Sounds> {
    let mut sounds = Sounds::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let (sound, width) = sound(*letter, &letters[at + 1..]);
        at += width;
        if sounds.last() != Some(&sound) {
            if sounds.len() == MOST {
                return None;
            }
            sounds.push(sound & ASCII);
        }
    }
    Some(sounds)
}

fn sound(letter: u8, rest: &[u8]) -> (u8, usize) {
    let next = rest.first().copied().unwrap_or(0);
    match (letter, next) {
        (b't', b's') if rest.get(1..3) == Some(b"ch") => (b'C', 4),
        (b's', b'c') if rest.get(1) == Some(&b'h') => (b'S', 3),
        (b't', b'c') if rest.get(1) == Some(&b'h') => (b'C', 3),
        (b'd', b'z') if rest.get(1) == Some(&b'h') => (b'j', 3),
        (b's', b'h') => (b'S', 2),
        // French and English read it each in their way.
        (b'c', b'h') => (b'X', 2),
        (b'z', b'h') => (b'Z', 2),
        (b'd', b'j') => (b'j', 2),
        (b'k', b'h') => (b'K', 2),
        (b'g', b'h') => (b'G', 2),
        (b'p', b'h') => (b'f', 2),
        (b't', b'h') => (b'T', 2),
        (b'd', b'h') => (b'D', 2),
        (b'c', b'k') | (b'k', b'q') => (b'k', 2),
        (b'c', b'e' | b'i' | b'y') => (b's', 1),
        (b'c', _) => (b'k', 1),
        (b'o', b'u' | b'o' | b'w') | (b'u', b'u' | b'w') => (b'U', 2),
        (b'e', b'e') | (b'i', b'i' | b'e' | b'y') | (b'y', b'y') => (b'I', 2),
        (b'a', b'a') => (b'A', 2),
        (b'y', b'a' | b'e' | b'o' | b'u') => (b'y', 1),
        (b'y', _) => (b'i', 1),
        _ => (letter, 1),
    }
}

const fn is_vowel(sound: u8) -> bool {
    matches!(sound, b'a' | b'e' | b'i' | b'o' | b'u' | b'A' | b'I' | b'U')
}

fn missing(sound: u8) -> u16 {
    MISSING[usize::from(sound)]
}

/// Sounds are letters and digits.
const ASCII: u8 = 127;
/// What each sound costs that only one has.
static MISSING: [u16; 128] = {
    let mut table = [0; 128];
    let mut sound = 0;
    while sound < 128 {
        table[sound] = cost_of_missing(sound as u8);
        sound += 1;
    }
    table
};
/// What each sound costs in the place of another.
static SWAPPED: [[u8; 128]; 128] = {
    let mut table = [[0; 128]; 128];
    let mut at = 0;
    while at < 128 * 128 {
        table[at / 128][at % 128] = cost_of_swapping((at / 128) as u8, (at % 128) as u8);
        at += 1;
    }
    table
};

const fn cost_of_missing(sound: u8) -> u16 {
    match sound {
        b'a' | b'e' | b'i' | b'o' | b'u' => NO_VOWEL,
        b'A' | b'I' | b'U' => NO_LONG_VOWEL,
        b'y' | b'w' | b'h' => NO_GLIDE,
        _ => NO_CONSONANT,
    }
}

/// What one sound costs in the place of another.
const fn cost_of_swapping(one: u8, other: u8) -> u8 {
    if one == other {
        return 0;
    }
    match if one < other { (one, other) } else { (other, one) } {
        (b'A', b'a') | (b'I', b'i') | (b'U', b'u') => 2,
        (b'I' | b'i', b'y') | (b'U' | b'u', b'w') | (b'k', b'q') => 5,
        (b'T', b't') | (b'D', b'd') | (b'S', b'X') | (b'C', b'X') | (b'o', b'w') | (b'e', b'y') | (b'Z', b'j') => 10,
        (b'A' | b'a', b'e')
        | (b'I', b'e')
        | (b'e', b'i')
        | (b'U', b'o')
        | (b'o', b'u')
        | (b'b', b'v')
        | (b'v', b'w') => 12,
        (b'K', b'h') | (b'G', b'g') | (b'C', b'S') | (b'K', b'k') | (b'a', b'h') => 15,
        (b's', b'z') | (b'D', b'z') | (b'T', b's') | (b'g', b'j') | (b'g', b'k' | b'q') | (b'G', b'j') => 25,
        (b'd', b't')
        | (b'b', b'p')
        | (b'd', b'z')
        | (b'D', b'T' | b't')
        | (b'T', b'd')
        | (b'p', b'v')
        | (b'b', b'w')
        | (b'f', b'v') => 35,
        _ if is_vowel(one) && is_vowel(other) => 40,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alike(one: &str, other: &str) -> f32 {
        likeness(&sounds(one.as_bytes()).unwrap(), &sounds(other.as_bytes()).unwrap())
    }

    #[test]
    fn spellings_of_one_name_are_nearer_than_names_of_one_skeleton() {
        for (asked, same, other) in [
            ("mhmd", "mohammed", "mahmoud"),
            ("mhmud", "mahmoud", "mohammed"),
            ("krim", "kareem", "gram"),
            ("youssef", "yusuf", "yassif"),
            ("chokri", "shukri", "chakra"),
            ("schewtschenko", "shevchenko", "shavachenka"),
        ] {
            assert!(alike(asked, same) > alike(asked, other) + 0.02, "{asked}, {same}, {other}");
        }
        assert!(alike("nour", "nur") > 0.98);
        assert_eq!(alike("", ""), 1.0);
    }

    #[test]
    fn what_is_too_long_is_not_heard() {
        assert_eq!(sounds("barata".repeat(20).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn it_is_a_share_and_the_same_both_ways(one in "[a-z0-9]{0,30}", other in "[a-z0-9]{0,30}") {
            let (Some(one), Some(other)) = (sounds(one.as_bytes()), sounds(other.as_bytes())) else { return Ok(()) };
            prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
            prop_assert!((0.0..=1.0).contains(&likeness(&one, &other)));
            prop_assert_eq!(likeness(&one, &one), 1.0);
        }
    }
}
