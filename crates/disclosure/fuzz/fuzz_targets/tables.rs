//! Tables of two dimensions, release after release: whatever is counted, no small figure is published.

#![no_main]

use disclosure::tables::{Dimension, Figure, Protection, Table, Zeros, protect, risk_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [threshold, rows, columns, zeros, counts @ ..] = bytes else { return };
    let (rows, columns) = (usize::from(rows % 4) + 1, usize::from(columns % 4) + 1);
    let dimension = |name: &str, size| Dimension {
        name: name.to_owned(),
        values: (0..size).map(|value| value.to_string()).collect(),
    };
    let zeros = if zeros % 2 == 0 { Zeros::Protected } else { Zeros::Published };
    let threshold = u64::from(threshold % 12);
    let protection = Protection { threshold, rounding: None, zeros, nestings: Vec::new() };
    let mut earlier = Vec::new();
    for counts in counts.chunks(rows * columns).take(3) {
        let table = Table {
            name: "people".to_owned(),
            population: String::new(),
            dimensions: vec![dimension("row", rows), dimension("column", columns)],
            counts: counts.iter().map(|count| u64::from(*count)).collect(),
        };
        let risk = risk_of(std::slice::from_ref(&table), threshold);
        assert!(risk.iter().all(|risk| risk.by_difference <= risk.small));
        let Ok(published) = protect(&[table], &earlier, &protection) else { return };
        for cell in &published[0].cells {
            if let Figure::Count(count) = cell.figure {
                assert!(count >= threshold || count == 0 && zeros == Zeros::Published);
            }
        }
        earlier.extend(published);
    }
});
