//! Makes synthetic records, for the benchmark:
//! `synthesize ORIGINAL.csv OUT.csv EPSILON DELTA found|declared marginals|seeded|K`.
//!
//! With `declared` the values that occur count as public; K is a threshold without noise. Prints one line of JSON.

use std::time::Instant;

use disclosure::account::{Delta, Epsilon};
use disclosure::noise::Source;
use disclosure::synthesis::{self, Aggregates};
use disclosure::{Column, Domain, Microdata};
use serde_json::json;

fn read(path: &str, domain: Domain) -> Microdata {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |(place, name): (usize, &String)| Column {
        domain,
        ..Column::found(name, rows.iter().map(|row| &row[place])).unwrap()
    };
    Microdata::new(names.iter().enumerate().map(column).collect())
}

/// Seconds of all processors spent in this process, where the system tells (it counts in hundredths), and the peak of
/// memory in MiB.
fn used() -> (f64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let peak = peak.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which stands in brackets, user and system time are the twelfth and thirteenth.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>();
    (ticks / 100.0, peak / 1024)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [original, target, epsilon, delta, domain, method] = arguments.as_slice() else {
        panic!("ORIGINAL.csv OUT.csv EPSILON DELTA found|declared marginals|seeded|K")
    };
    let begun = Instant::now();
    let original = read(original, if domain == "declared" { Domain::Declared } else { Domain::Found });
    let epsilon = Epsilon::new(epsilon.parse().unwrap()).unwrap();
    let delta = Delta::new(delta.parse().unwrap()).unwrap();
    let mut source = Source::secure();
    let made = match method.as_str() {
        "marginals" => synthesis::marginals(&original, epsilon, delta, &mut source).unwrap(),
        "seeded" => Aggregates::with_noise(&original, 3, epsilon, delta, &mut source)
            .and_then(|told| told.records(&mut source))
            .unwrap(),
        k => Aggregates::with_threshold(&original, 3, k.parse().unwrap()).unwrap().records(&mut source).unwrap(),
    };
    made.records.write_csv(std::fs::File::create(target).unwrap()).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let (processor, mib) = used();
    let peer = format!("Watari, {method}, values {domain}");
    println!("{}", json!({ "peer": peer, "seconds": seconds, "processor": processor, "mib": mib }));
}
