//! What looking at pairs costs: `hot TRUTH FILE` prints pairs looked at in a second, the bytes of records that this
//! touches and what the machine's memory delivers; the column TRUTH (`-` for none) says who is who and is not compared.
//! bench/linkage/README.md tells how instructions are counted.

use std::time::Instant;

use linkage::batch::{Engine, Settings, Wishes};
use rayon::prelude::*;

/// Numbers read to measure memory: far more than any cache holds.
const NUMBERS: usize = 1 << 26;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let truth = words.next().filter(|truth| truth != "-");
    let files: Vec<std::path::PathBuf> = words.map(Into::into).collect();
    if files.is_empty() {
        return Err("usage: hot TRUTH FILE [FILE], where TRUTH is the column that says who is who, or -".into());
    }
    let wishes = Wishes { truth, ..Wishes::default() };
    let engine = Engine::open(&files, &wishes, None, Settings::default(), &mut |_| {})?;
    let mut looked_at = 0.0;
    let started = Instant::now();
    let likely = engine.pairs(0.5, &mut |text| {
        if let Some(pairs) = text.strip_suffix(" likely").and_then(|text| text.split(' ').next()) {
            looked_at = pairs.parse().unwrap_or(0.0);
        }
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let row = engine.records.fields.len() * size_of::<u32>();
    println!("{looked_at:.0} pairs looked at in {seconds:.2} s, {:.2} million a second", looked_at / seconds / 1e6);
    println!("{} likely", likely.len());
    println!("at least {} bytes of records a pair, {:.2} GB/s", 2 * row, looked_at * 2.0 * row as f64 / seconds / 1e9);
    if let Some(bandwidth) = bandwidth() {
        println!("memory delivers {bandwidth:.1} GB/s to a reader of everything in order");
    }
    Ok(())
}

/// The best of five sums over more numbers than caches hold, on all cores, in GB/s.
fn bandwidth() -> Option<f64> {
    let numbers: Vec<u64> = (0..NUMBERS as u64).collect();
    let best = (0..5).filter_map(|_| {
        let started = Instant::now();
        let sum: u64 = numbers.par_chunks(1 << 16).map(|some| some.iter().sum::<u64>()).sum();
        let seconds = started.elapsed().as_secs_f64();
        (sum > 0).then_some((NUMBERS * size_of::<u64>()) as f64 / seconds / 1e9)
    });
    best.max_by(f64::total_cmp)
}
