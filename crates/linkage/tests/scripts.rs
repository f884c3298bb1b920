//! A name in its own script and as its bearer writes it in Latin letters are recognised as one.
//!
//! `cargo test -p linkage --test scripts -- --nocapture` prints how many of each script, and which are not.

use std::collections::BTreeMap;

use linkage::{Index, likeness};

/// From here on names are taken for alike wherever they are compared.
const ALIKE: f64 = 0.85;

const PAIRS: &str = include_str!("scripts.csv");

struct Pair {
    script: &'static str,
    own: &'static str,
    latin: &'static str,
}

fn pairs() -> impl Iterator<Item = Pair> + Clone {
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| {
        let [script, own, latin] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        Pair { script, own, latin }
    })
}

fn alike(one: &str, other: &str) -> bool {
    likeness(one, other).max(likeness(other, one)) >= ALIKE
}

/// How many pairs of a script may go unrecognised.
fn lost_at_most(script: &str) -> usize {
    match script {
        // What characters sound like elsewhere is known of family names only.
        "chinese_elsewhere" => 5,
        // How a Japanese reads the characters of his name nobody knows without asking him or a dictionary.
        "kanji" => usize::MAX,
        _ => 1,
    }
}

#[test]
fn names_are_recognised_across_scripts() {
    let mut by_script: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for Pair { script, own, latin } in pairs() {
        let (known, all) = by_script.entry(script).or_default();
        *all += 1;
        if alike(own, latin) {
            *known += 1;
        } else {
            println!(
                "{script}: {own} and {latin}, read as {:?} and {:?}",
                linkage::tokens(own),
                linkage::tokens(latin)
            );
        }
    }
    for (script, (known, all)) in by_script {
        println!("{script}: {known} of {all}");
        assert!(all >= 15 && all - known <= lost_at_most(script), "{script}: {known} of {all}");
    }
}

#[test]
fn strangers_of_one_script_are_told_apart() {
    let (mut taken, mut all) = (Vec::new(), 0);
    for one in pairs() {
        for other in pairs().filter(|other| other.script == one.script && other.own != one.own) {
            all += 1;
            if alike(one.own, other.latin) {
                taken.push((one.own, other.latin));
            }
        }
    }
    println!("{} of {all} strangers are taken for alike: {taken:?}", taken.len());
    assert!(taken.len() * 200 <= all, "{} of {all}: {taken:?}", taken.len());
}

#[test]
fn a_name_in_its_own_script_is_found_by_its_latin_spelling_and_the_other_way_round() {
    let (mut own, mut latin) = (Index::new(), Index::new());
    for (id, pair) in pairs().enumerate() {
        own.insert(id, [pair.own], []);
        latin.insert(id, [pair.latin], []);
    }
    for (id, pair) in pairs().enumerate().filter(|(_, pair)| alike(pair.own, pair.latin)) {
        for found in [own.find(pair.latin, 5), latin.find(pair.own, 5)] {
            assert!(found.iter().any(|hit| hit.id == id), "{} and {}: {found:?}", pair.own, pair.latin);
        }
    }
}
