//! Writes an invented registry to standard output: `registry RECORDS [SEED]`.

mod names;
mod people;

use std::io::{BufWriter, Write};

fn main() -> std::io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.replace('_', "").parse().ok()).collect();
    let Some(&records) = numbers.first() else {
        eprintln!("usage: registry RECORDS [SEED]");
        std::process::exit(2);
    };
    let seed = numbers.get(1).copied().unwrap_or(2026);
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    writeln!(out, "{}", people::HEADER)?;
    let mut line = String::new();
    for record in 0..records {
        line.clear();
        people::write(seed, record, records, &mut line);
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}
