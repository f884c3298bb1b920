//! Makes synthetic records as the benchmarks name them.

use disclosure::Microdata;
use disclosure::account::{Delta, Epsilon};
use disclosure::noise::Source;
use disclosure::synthesis::{Aggregates, marginals};

/// By `marginals`, by `seeded`, or by a threshold without noise, which is its number; nobody where there would be nothing
/// but noise.
pub fn make(data: &Microdata, method: &str, epsilon: &str, delta: &str, source: &mut Source) -> Microdata {
    let epsilon = Epsilon::new(epsilon.parse().unwrap()).unwrap();
    let delta = Delta::new(delta.parse().unwrap()).unwrap();
    let made = match method {
        "marginals" => marginals(data, epsilon, delta, source),
        "seeded" => Aggregates::with_noise(data, 3, epsilon, delta, source).and_then(|told| told.records(source)),
        k => Aggregates::with_threshold(data, 3, k.parse().unwrap()).unwrap().records(source),
    };
    made.map_or_else(|_| Microdata::default(), |made| made.records)
}
