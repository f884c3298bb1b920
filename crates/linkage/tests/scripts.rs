//! A name in its own script and as its bearer writes it in Latin letters are recognised as one.
//!
//! `cargo test -p linkage --test scripts -- --nocapture` prints how many of each script, and which are not.

use std::collections::BTreeMap;

use linkage::likeness;

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

#[test]
fn names_are_recognised_across_scripts() {
    let mut by_script: BTreeMap<&str, (usize, usize, f64)> = BTreeMap::new();
    for Pair { script, own, latin } in pairs() {
        let alike = likeness(own, latin).max(likeness(latin, own));
        let (known, all, sum) = by_script.entry(script).or_default();
        *known += usize::from(alike >= ALIKE);
        *all += 1;
        *sum += alike;
        if alike < ALIKE {
            println!("{alike:.3} {script} {own} {latin}: {:?} {:?}", linkage::tokens(own), linkage::tokens(latin));
        }
    }
    for (script, (known, all, sum)) in &by_script {
        println!("{script} {known} of {all}, on average {:.3}", sum / *all as f64);
    }
}
