//! Invented people of five columns, some of whom are in the data; releases that keep a promise and releases that do
//! not.

use super::*;
use crate::Role;
use crate::account::Rho;
use crate::noise::{Gaussian, Laplace};

/// People whose columns hang together a little, as in life: of each, sex, age, place, work, and what they were
/// forced to do.
fn people(number: usize, seed: u64) -> Microdata {
    let mut source = Source::seeded_for_tests(seed);
    let mut cells: Vec<Vec<String>> = vec![Vec::new(); 6];
    for _ in 0..number {
        let sex = source.below(2);
        let age = source.below(9);
        let place = source.below(40);
        let work = (place + source.below(12)) % 30;
        let form = if source.below(3) == 0 { source.below(5) } else { (sex + place) % 5 };
        for (column, value) in cells.iter_mut().zip([sex, age, place, work, source.below(20), form]) {
            column.push(format!("v{value}"));
        }
    }
    let names = ["sex", "age", "place", "work", "language", "form"];
    let column = |(name, cells): (&str, &Vec<String>)| {
        let role = if name == "form" { Role::Sensitive } else { Role::QuasiIdentifier };
        Column { role, ..Column::found(name, cells.iter().map(String::as_str)).unwrap() }
    };
    Microdata::new(names.into_iter().zip(&cells).map(column).collect())
}

fn promise(epsilon: f64) -> Promise {
    Promise { epsilon: Epsilon::new(epsilon).unwrap(), delta: Delta::new(1e-5).unwrap() }
}

/// Each column by itself with noise, and nothing of how they hang together: as private as it says.
fn private(data: &Microdata, epsilon: f64, source: &mut Source) -> Microdata {
    let delta = Delta::new(1e-5).unwrap();
    let share = Rho::within(Epsilon::new(epsilon).unwrap(), delta).share(1, data.columns().len() as u64);
    let noise = Gaussian::with_rho(1, share).unwrap();
    let mut drawn = |column: &Column| {
        let mut counts = vec![0i64; column.size()];
        column.codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
        noise.add_to(&mut counts, source);
        let counts: Vec<u64> = counts.into_iter().map(|count| count.max(0).unsigned_abs()).collect();
        let total: u64 = counts.iter().sum();
        let mut code = || {
            let mut left = source.below(total);
            counts
                .iter()
                .position(|count| {
                    if left < *count {
                        true
                    } else {
                        left -= count;
                        false
                    }
                })
                .unwrap() as u16
        };
        Column { codes: (0..400).map(|_| code()).collect(), ..column.clone() }
    };
    Microdata::new(data.columns().iter().map(&mut drawn).collect())
}

fn attacks(released: &Microdata, promise: Option<Promise>) -> Attacks {
    let (original, control) = halves();
    let settings = Settings { targets: 400, promise };
    run(&original, Some(&control), released, &settings, &mut Source::seeded_for_tests(9)).unwrap()
}

fn halves() -> (Microdata, Microdata) {
    let all = people(1600, 1);
    (rows(&all, |row| row < 800), rows(&all, |row| row >= 800))
}

#[test]
fn the_data_themselves_give_everybody_away() {
    let attacks = attacks(&halves().0, Some(promise(1.0)));
    assert_eq!(attacks.outcomes.len(), 4);
    for outcome in &attacks.outcomes {
        assert_eq!(outcome.finding, Finding::Broken, "{outcome:?}");
    }
    let html = attacks.page().html();
    assert!(html.contains("Do not publish") && html.contains("Attribute inference"));
    let json = serde_json::to_value(&attacks).unwrap();
    assert_eq!(json["outcomes"][0]["finding"], "broken");
}

#[test]
fn people_who_have_nothing_to_do_with_it_are_not_found() {
    let attacks = attacks(&people(800, 2), Some(promise(1.0)));
    for outcome in &attacks.outcomes {
        assert!(outcome.more.unwrap().low < 0.05, "{outcome:?}");
        assert_ne!(outcome.finding, Finding::Broken, "{outcome:?}");
    }
    let inference = attacks.outcomes.last().unwrap();
    assert!(inference.success.share > inference.baseline, "groups are learnt about: {inference:?}");
}

#[test]
fn a_private_release_keeps_its_promise() {
    let released = private(&halves().0, 1.0, &mut Source::seeded_for_tests(3));
    for outcome in attacks(&released, Some(promise(1.0))).outcomes {
        assert_ne!(outcome.finding, Finding::Broken, "{outcome:?}");
        assert!(outcome.success.low <= outcome.bound.unwrap());
    }
}

#[test]
fn without_a_control_nothing_is_claimed() {
    let (original, _) = halves();
    let attacks = run(&original, None, &original, &Settings::default(), &mut Source::seeded_for_tests(9)).unwrap();
    assert_eq!(attacks.outcomes.len(), 3, "membership needs a control");
    assert!(attacks.outcomes.iter().all(|outcome| outcome.finding == Finding::NoControl && outcome.bound.is_none()));
    assert!(attacks.page().html().contains("There is no control"));
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let (original, _) = halves();
    let other = Microdata::new(vec![Column::found("colour", ["red"]).unwrap()]);
    let nobody = rows(&original, |_| false);
    let attack = |released| run(&original, None, released, &Settings::default(), &mut Source::seeded_for_tests(9));
    assert_eq!(attack(&other).unwrap_err(), AttackError::NoCommonColumn);
    assert_eq!(attack(&nobody).unwrap_err(), AttackError::Empty);
}

#[test]
fn the_bound_is_that_of_differential_privacy() {
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
    let promise = promise(1.0);
    near(promise.bound(0.1), 0.2718);
    near(promise.bound(0.9), 0.9632);
    near(promise.bound(1.0), 1.0);
    near(promise.advantage(), 0.4621);
    let widest = (0..=1000).map(|step| f64::from(step) / 1000.0).map(|control| promise.bound(control) - control);
    near(widest.fold(0.0, f64::max), promise.advantage());
}

/// A release of counts with Laplace noise for ε = 1 stays within the bound in the game; the same with noise for a
/// fifth of the scale that it claims does not.
#[test]
fn the_game_tells_who_promises_too_much() {
    let data = rows(&people(60, 4), |_| true);
    let data = Microdata::new(data.columns().iter().take(2).cloned().collect());
    let target = most_exposed(&data).unwrap();
    let generate = |epsilon: f64| {
        move |data: &Microdata, seed: u64| {
            let mut source = Source::seeded_for_tests(seed);
            let noise = Laplace::with_epsilon(1, Epsilon::new(epsilon).unwrap()).unwrap();
            let counts = Combinations::count(data, 2).unwrap();
            let size = counts.sizes()[0];
            let mut noisy: Vec<i64> = counts.of(&[0, 1]).iter().map(|count| i64::from(*count)).collect();
            noise.add_to(&mut noisy, &mut source);
            let mut columns = data.columns().to_vec();
            columns.iter_mut().for_each(|column| column.codes.clear());
            for (cell, count) in noisy.iter().enumerate() {
                for _ in 0..(*count).max(0) {
                    columns[0].codes.push((cell % size) as u16 + 1);
                    columns[1].codes.push((cell / size) as u16 + 1);
                }
            }
            Microdata::new(columns)
        }
    };
    let kept = game(&data, target, 1500, Some(promise(1.0)), generate(1.0)).unwrap();
    assert_ne!(kept.finding, Finding::Broken, "{kept:?}");
    assert_eq!(kept.finding, Finding::Leak, "the attack is worth something: {kept:?}");
    let broken = game(&data, target, 1500, Some(promise(1.0)), generate(5.0)).unwrap();
    assert_eq!(broken.finding, Finding::Broken, "{broken:?}");
    assert!(game(&data, 60, 1, None, generate(1.0)).is_err());
}
