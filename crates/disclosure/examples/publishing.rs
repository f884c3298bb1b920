//! How long tables take to protect: `cargo run --release -p disclosure --example publishing ROWS COUNTRIES`.

use std::time::Instant;

use disclosure::tables::{Dimension, Figure, Protection, Table, Zeros, protect_audited};
use rand::RngExt;
use rand::SeedableRng;

fn main() {
    let number =
        |place: usize, usual: usize| std::env::args().nth(place).and_then(|it| it.parse().ok()).unwrap_or(usual);
    let (rows, countries) = (number(1, 5_000), number(2, 30));
    let sizes = [("sex", 3), ("age", 8), ("country", countries)];
    let dimension = |(name, size): (&str, usize)| Dimension {
        name: name.to_owned(),
        values: (0..size).map(|value| format!("{name} {value}")).collect(),
    };
    let dimensions = sizes.map(dimension).to_vec();
    let mut counts = vec![0u64; 24 * countries];
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    // Few countries have most of the people, as in life.
    let mut skewed = |size: usize| ((random.random::<f64>().powi(3) * size as f64) as usize).min(size - 1);
    for _ in 0..rows {
        let place = (skewed(3) * 8 + skewed(8)) * countries + skewed(countries);
        counts[place] += 1;
    }
    let table = Table { name: "people".to_owned(), population: String::new(), dimensions, counts };
    for zeros in [Zeros::Published, Zeros::Protected] {
        let protection = Protection { threshold: 10, rounding: None, zeros, nestings: Vec::new() };
        let begun = Instant::now();
        match protect_audited(std::slice::from_ref(&table), &[], &protection) {
            Ok((published, audit)) => {
                let cells = published.iter().flat_map(|table| &table.cells);
                let suppressed = cells.clone().filter(|cell| cell.figure == Figure::Suppressed).count();
                let all = cells.count();
                println!(
                    "{zeros:?}: {suppressed} of {all} suppressed, {audit:?}, {:.2} s",
                    begun.elapsed().as_secs_f64()
                );
            }
            Err(refusal) => println!("{refusal}"),
        }
    }
}
