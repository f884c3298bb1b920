//! Makes a release and attacks it, for the benchmark: `attack ORIGINAL.csv CONTROL.csv marginals|seeded|K EPSILON DELTA`.
//!
//! CONTROL has others from the same population. Last comes the game that differential privacy is defined by, against
//! one of the first thousand people: whoever is easiest to find, or with a threshold whoever makes the most groups just
//! large enough. Prints rows of a Markdown table.

use disclosure::account::{Delta, Epsilon};
use disclosure::attack::{Outcome, Promise, Rate, Settings, game, most_exposed, run};
use disclosure::count::Combinations;
use disclosure::noise::Source;
use disclosure::{Column, Domain, Microdata};
use maker::make;
use reader::read;

mod maker;
mod reader;

const TARGETS: usize = 5_000;
const PLAYERS: usize = 1_000;
const ROUNDS: u64 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [original, control, method, epsilon, delta] = arguments.as_slice() else {
        panic!("ORIGINAL.csv CONTROL.csv marginals|seeded|K EPSILON DELTA")
    };
    let threshold: Option<u32> = method.parse().ok();
    let promise = Promise {
        epsilon: Epsilon::new(epsilon.parse().unwrap()).unwrap(),
        delta: Delta::new(delta.parse().unwrap()).unwrap(),
    };
    let name = threshold.map_or_else(|| format!("{method}, ε {epsilon}"), |k| format!("threshold {k}, no noise"));
    let promise = threshold.is_none().then_some(promise);
    let mut source = Source::secure();
    let original = read(original, Domain::Found);
    let released = make(&original, method, epsilon, delta, &mut source);
    let settings = Settings { targets: TARGETS, promise };
    let control = read(control, Domain::Found);
    for outcome in run(&original, Some(&control), &released, &settings, &mut source).unwrap().outcomes {
        tell(&name, &format!("{:?}", outcome.kind), &outcome);
    }
    let few = first(&original, PLAYERS);
    let target = threshold.map_or_else(|| most_exposed(&few).unwrap(), |k| decides(&few, k));
    let generate = |data: &Microdata, _| make(data, method, epsilon, delta, &mut Source::secure());
    tell(&name, "Game", &game(&few, target, ROUNDS, promise, generate).unwrap());
}

fn tell(name: &str, attack: &str, outcome: &Outcome) {
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    let rate = |rate: Rate| format!("{} ({} to {})", percent(rate.share), percent(rate.low), percent(rate.high));
    let more = outcome.more.unwrap();
    let bound = outcome.bound.map_or("none".to_owned(), percent);
    println!(
        "| {name} | {attack} | {} | {} | {} ({} to {}) | {bound} | {:?} |",
        rate(outcome.success),
        rate(outcome.control.unwrap()),
        percent(more.value),
        percent(more.low),
        percent(more.high),
        outcome.finding
    );
}

fn first(data: &Microdata, rows: usize) -> Microdata {
    let column = |column: &Column| Column { codes: column.codes[..rows].to_vec(), ..column.clone() };
    Microdata::new(data.columns().iter().map(column).collect())
}

/// Who is one of just so many in the most pairs of values.
fn decides(data: &Microdata, k: u32) -> usize {
    let pairs = Combinations::count(data, 2).unwrap();
    let code = |column: usize, row: usize| usize::from(data.columns()[column].codes[row]).checked_sub(1);
    let decided = |row: &usize| {
        let holds = |columns: &[usize], counts: &[u32]| {
            let (one, other) = (code(columns[0], *row)?, code(columns[1], *row)?);
            Some(counts[one + other * pairs.sizes()[columns[0]]] == k)
        };
        let pairs = pairs.marginals(2);
        pairs.iter().filter(|pair| holds(&pair.columns, pair.counts) == Some(true)).count()
    };
    (0..data.rows()).max_by_key(decided).unwrap()
}
