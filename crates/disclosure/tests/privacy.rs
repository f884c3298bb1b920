//! Whether synthetic records keep the promise that is made for them: the game that differential privacy is defined by,
//! played two hundred times and more against the one person who is easiest to find.

use disclosure::account::{Delta, Epsilon};
use disclosure::attack::{Finding, Promise, game, most_exposed};
use disclosure::noise::Source;
use disclosure::synthesis::{Aggregates, marginals};
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

#[test]
fn nor_in_records_made_from_the_counts_of_all_combinations() {
    let data = village();
    let generate = |data: &Microdata, seed| {
        let (Promise { epsilon, delta }, mut source) = (promise(1.0), Source::seeded_for_tests(seed));
        Aggregates::with_noise(data, 2, epsilon, delta, &mut source)
            .and_then(|told| told.records(&mut source))
            .map_or_else(|_| Microdata::default(), |synthesis| synthesis.records)
    };
    let outcome = game(&data, 0, ROUNDS, Some(promise(1.0)), generate).unwrap();
    assert_ne!(outcome.finding, Finding::Broken, "{outcome:?}");
}

/// A threshold without noise promises nothing about one person: with the tenth of a group the group is told, without
/// it is not, so that whoever knows the nine others knows of the tenth.
#[test]
fn a_threshold_alone_gives_away_whoever_makes_a_group_large_enough() {
    let mut columns = village().columns().to_vec();
    for (row, code) in columns[2].codes.iter_mut().enumerate() {
        *code = if row < 10 { 3 } else { 1 + u16::from(row % 2 == 0) };
    }
    let data = Microdata::new(columns);
    let generate = |data: &Microdata, seed| {
        let told = Aggregates::with_threshold(data, 3, 10).unwrap();
        told.records(&mut Source::seeded_for_tests(seed)).unwrap().records
    };
    let outcome = game(&data, 0, ROUNDS, Some(promise(1.0)), generate).unwrap();
    assert_eq!(outcome.finding, Finding::Broken, "{outcome:?}");
}
