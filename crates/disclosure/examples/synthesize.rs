//! Makes synthetic records, for the benchmark:
//! `synthesize ORIGINAL.csv OUT.csv EPSILON DELTA found|declared marginals|seeded|K`.
//!
//! With `declared` the values that occur count as public; K is a threshold without noise. Prints one line of JSON.

use std::time::Instant;

use disclosure::Domain;
use disclosure::noise::Source;
use maker::make;
use reader::read;
use serde_json::json;

mod maker;
mod reader;

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
    let made = make(&original, method, epsilon, delta, &mut Source::secure());
    made.write_csv(std::fs::File::create(target).unwrap()).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let (processor, mib) = used();
    let peer = match method.parse::<u32>() {
        Ok(k) => format!("Watari, threshold {k}"),
        Err(_) => format!("Watari, {method}, values {domain}"),
    };
    println!("{}", json!({ "peer": peer, "seconds": seconds, "processor": processor, "mib": mib }));
}
