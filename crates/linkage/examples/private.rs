//! Judges private comparison: `private TRUTH A.csv B.csv [hardening=H] [bits=N] [salt=S] [fields=F,F] [all]`
//! encodes both files, compares the codes and prints precision, recall and F1 by threshold. TRUTH is the
//! column that says who is who; each file has a person once. `all` looks at all pairs.

use std::collections::HashSet;
use std::time::Instant;

use linkage::batch::Table;
use linkage::private::{Choice, Field, Search, Secret, compare, encode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [truth, one, other, options @ ..] = words.as_slice() else {
        return Err("usage: private TRUTH A.csv B.csv [OPTION…]".into());
    };
    let mut choice = Choice { id: Some(truth.clone()), ..Choice::default() };
    let (mut all_pairs_up_to, mut lowest) = (Search::FEW, 0.6);
    for option in options {
        match option.split_once('=') {
            Some(("hardening", word)) => choice.hardening = word.parse()?,
            Some(("bits", word)) => choice.bits = Some(word.parse()?),
            Some(("salt", word)) => choice.salt = word.parse()?,
            Some(("fields", words)) => choice.fields = words.split(',').map(str::parse).collect::<Result<_, _>>()?,
            Some(("from", word)) => lowest = word.parse()?,
            Some((field, word)) => drop(choice.hashes.insert(field.parse::<Field>()?, word.parse()?)),
            None if option == "all" => all_pairs_up_to = u64::MAX,
            None => return Err(format!("«{option}» is no option").into()),
        }
    }
    let secret = Secret::generate();
    let started = Instant::now();
    let mut encoded = [one, other].into_iter().map(|path| {
        let codes = encode(&Table::open(path.as_ref())?, &choice, &secret, &mut |_| {})?;
        Ok::<_, Box<dyn std::error::Error>>(codes)
    });
    let (Some(one), Some(other)) = (encoded.next(), encoded.next()) else { return Err("two files".into()) };
    let (one, other) = (one?, other?);
    println!("{}", one.parameters());
    let secs = started.elapsed().as_secs_f64();
    println!("encoded {} and {} in {secs:.2} s, {} left out", one.len(), other.len(), one.left_out + other.left_out);
    let names: HashSet<&str> = one.ids().collect();
    let both = other.ids().filter(|id| names.contains(id)).count();
    let started = Instant::now();
    let compared = compare(&one, &other, Search { threshold: lowest, all_pairs_up_to })?;
    let (seconds, looked_at) = (started.elapsed().as_secs_f64(), compared.looked_at);
    println!(
        "compared from {lowest} in {seconds:.2} s, {looked_at} pairs looked at, expected {:.3}",
        compared.expected
    );
    let (mut right, mut best) = (0usize, (0.0, 0.0, 0.0, 0.0));
    let mut next = 0.95;
    for (at, pair) in compared.pairs.iter().enumerate() {
        while f64::from(pair.similarity) < next {
            let (precision, recall) = (right as f64 / at.max(1) as f64, right as f64 / both.max(1) as f64);
            println!("{next:.2}  precision {precision:.4}  recall {recall:.4}  F1 {:.4}", harmonic(precision, recall));
            next -= 0.01;
        }
        right += usize::from(one.id(pair.one as usize) == other.id(pair.other as usize));
        let (precision, recall) = (right as f64 / (at + 1) as f64, right as f64 / both.max(1) as f64);
        let f1 = harmonic(precision, recall);
        if f1 > best.3 {
            best = (f64::from(pair.similarity), precision, recall, f1);
        }
    }
    let (threshold, precision, recall, f1) = best;
    println!("best: threshold {threshold:.3} precision {precision:.4} recall {recall:.4} F1 {f1:.4} ({both} in both)");
    Ok(())
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}
