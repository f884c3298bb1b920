//! Whether synthetic records keep the promise that is made for them: the game that differential privacy is defined by,
//! played two hundred times and more against the one person who is easiest to find.

use disclosure::account::{Delta, Epsilon};
use disclosure::attack::{Finding, Promise, game, most_exposed};
use disclosure::noise::Source;
use disclosure::synthesis::marginals;
use disclosure::{Column, Domain, Microdata};

const ROUNDS: u64 = 240;

/// Eighty people of a small place, much alike, and one whose values nobody shares.
fn village() -> Microdata {
    let mut source = Source::seeded_for_tests(1);
    let mut cells: Vec<Vec<String>> = vec![Vec::new(); 4];
    for person in 0..80 {
        for (column, cells) in cells.iter_mut().enumerate() {
            let value = if person == 0 { 9 } else { source.below([2, 3, 2, 3][column]) };
            cells.push(format!("v{value}"));
        }
    }
    let column = |(name, cells): (&str, &Vec<String>)| {
        // Declared, so that not even a value that one person alone has is left out.
        Column { domain: Domain::Declared, ..Column::found(name, cells.iter().map(String::as_str)).unwrap() }
    };
    Microdata::new(["sex", "age", "origin", "work"].into_iter().zip(&cells).map(column).collect())
}

fn promise(epsilon: f64) -> Promise {
    Promise { epsilon: Epsilon::new(epsilon).unwrap(), delta: Delta::new(1e-4).unwrap() }
}

/// Records made with this ε; none where there would be nothing but noise, as is told everybody.
fn synthesized(data: &Microdata, epsilon: f64, seed: u64) -> Microdata {
    let Promise { epsilon, delta } = promise(epsilon);
    marginals(data, epsilon, delta, &mut Source::seeded_for_tests(seed))
        .map_or_else(|_| Microdata::default(), |synthesis| synthesis.records)
}

#[test]
fn the_person_who_is_easiest_to_find_is_not_found_in_synthetic_records() {
    let data = village();
    let target = most_exposed(&data).unwrap();
    assert_eq!(target, 0);
    let outcome = game(&data, target, ROUNDS, Some(promise(1.0)), |data, seed| synthesized(data, 1.0, seed)).unwrap();
    assert_ne!(outcome.finding, Finding::Broken, "{outcome:?}");
}

/// The promise is made for one row a person. Were there sixty, the same attack would find it out.
#[test]
fn whoever_has_many_rows_is_found() {
    let data = village();
    let often = |data: &Microdata| {
        let column = |column: &Column| Column { codes: column.codes.repeat(60), ..column.clone() };
        Microdata::new(data.columns().iter().map(column).collect())
    };
    let generate = |data: &Microdata, seed| synthesized(&often(data), 1.0, seed);
    let outcome = game(&data, 0, ROUNDS, Some(promise(1.0)), generate).unwrap();
    assert_eq!(outcome.finding, Finding::Broken, "{outcome:?}");
}
