//! How long tables take to protect, release after release:
//! `cargo run --release -p disclosure --example publishing PEOPLE COUNTRIES RELEASES`.

use std::time::Instant;

use disclosure::tables::{Dimension, Figure, Protection, Published, Table, Zeros, protect_audited};
use rand::{RngExt, SeedableRng};

fn main() {
    let number =
        |place: usize, usual: usize| std::env::args().nth(place).and_then(|it| it.parse().ok()).unwrap_or(usual);
    let (people, countries, releases) = (number(1, 5_000), number(2, 30), number(3, 1));
    let sizes = [("sex", 3), ("age", 8), ("country", countries)];
    let dimension = |(name, size): (&str, usize)| Dimension {
        name: name.to_owned(),
        values: (0..size).map(|value| format!("{name} {value}")).collect(),
    };
    let dimensions = sizes.map(dimension).to_vec();
    for zeros in [Zeros::Published, Zeros::Protected] {
        let protection = Protection { threshold: 10, rounding: None, zeros, nestings: Vec::new() };
        let mut counts = vec![0u64; 24 * countries];
        let mut random = rand::rngs::StdRng::seed_from_u64(7);
        // Few countries have most of the people, as in life.
        let mut skewed = |size: usize| ((random.random::<f64>().powi(3) * size as f64) as usize).min(size - 1);
        let mut earlier: Vec<Published> = Vec::new();
        for release in 0..releases {
            // A tenth comes anew with each release.
            for _ in 0..if release == 0 { people } else { people / 10 } {
                counts[(skewed(3) * 8 + skewed(8)) * countries + skewed(countries)] += 1;
            }
            let table = Table {
                name: "people".to_owned(),
                population: String::new(),
                dimensions: dimensions.clone(),
                counts: counts.clone(),
            };
            let begun = Instant::now();
            match protect_audited(&[table], &earlier, &protection) {
                Ok((published, audit)) => {
                    let cells = published.iter().flat_map(|table| &table.cells);
                    let suppressed = cells.clone().filter(|cell| cell.figure == Figure::Suppressed).count();
                    let seconds = begun.elapsed().as_secs_f64();
                    println!(
                        "{zeros:?}, release {}: {suppressed} of {} suppressed, {seconds:.2} s",
                        release + 1,
                        cells.count()
                    );
                    println!(
                        "  {} small, {} checked, {} told before",
                        audit.small,
                        audit.checked,
                        audit.told_before.len()
                    );
                    earlier.extend(published);
                }
                Err(refusal) => println!("{refusal}"),
            }
        }
    }
}
