//! Tables are published, and somebody who knows all of them tries to work out what was left out.

use std::collections::BTreeMap;

use disclosure::tables::{
    Dimension, Figure, Nesting, Protection, Published, Refusal, Table, Zeros, protect, protect_audited, risk_of,
};
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use proptest::prelude::*;

fn dimension(name: &str, values: &[&str]) -> Dimension {
    Dimension { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn table(name: &str, dimensions: &[Dimension], counts: &[u64]) -> Table {
    let (name, population) = (name.to_owned(), "people reached".to_owned());
    Table { name, population, dimensions: dimensions.to_vec(), counts: counts.to_vec() }
}

fn protection(threshold: u64, zeros: Zeros) -> Protection {
    Protection { threshold, rounding: None, zeros, nestings: Vec::new() }
}

/// Someone who knows everything published, and thinks in people: each atom is a combination of all dimensions.
struct Attacker {
    /// For each edition and cell: the dimension's values that it fixes, and what was published.
    facts: Vec<(usize, BTreeMap<String, String>, Figure)>,
    dimensions: Vec<Dimension>,
    editions: usize,
}

impl Attacker {
    fn new(published: &[Vec<Published>]) -> Attacker {
        let mut dimensions: Vec<Dimension> = Vec::new();
        let mut facts = Vec::new();
        for (edition, tables) in published.iter().enumerate() {
            for table in tables {
                for dimension in &table.dimensions {
                    if !dimensions.iter().any(|known| known.name == dimension.name) {
                        dimensions.push(dimension.clone());
                    }
                }
                for cell in &table.cells {
                    let fixed = table.dimensions.iter().zip(&cell.coordinates).filter_map(|(dimension, value)| {
                        value.map(|value| (dimension.name.clone(), dimension.values[usize::from(value)].clone()))
                    });
                    facts.push((edition, fixed.collect(), cell.figure));
                }
            }
        }
        Attacker { facts, dimensions, editions: published.len() }
    }

    fn atoms(&self) -> Vec<BTreeMap<String, String>> {
        self.dimensions.iter().fold(vec![BTreeMap::new()], |atoms, dimension| {
            let with = |atom: &BTreeMap<String, String>, value: &String| {
                let mut atom = atom.clone();
                atom.insert(dimension.name.clone(), value.clone());
                atom
            };
            atoms.iter().flat_map(|atom| dimension.values.iter().map(move |value| with(atom, value))).collect()
        })
    }

    /// The interval of a sum over editions with these signs, in whole people; nobody ever leaves.
    fn interval(&self, fixed: &BTreeMap<String, String>, signs: &[f64]) -> (f64, f64) {
        let atoms = self.atoms();
        let within = |atom: &BTreeMap<String, String>, fixed: &BTreeMap<String, String>| {
            fixed.iter().all(|(name, value)| atom.get(name) == Some(value))
        };
        let end = |direction: OptimizationDirection| {
            let mut problem = Problem::new(direction);
            // By edition: who has come since the one before.
            let come: Vec<Vec<_>> = (0..self.editions)
                .map(|edition| {
                    let sign: f64 = signs[edition..].iter().sum();
                    let weight = |atom| if within(atom, fixed) { sign } else { 0.0 };
                    atoms.iter().map(|atom| problem.add_integer_var(weight(atom), (0, 500))).collect()
                })
                .collect();
            for (edition, cell, figure) in &self.facts {
                if let Figure::Count(count) = figure {
                    let these = come[..=*edition].iter().flat_map(|come| {
                        come.iter().zip(&atoms).filter(|(_, atom)| within(atom, cell)).map(|(it, _)| (*it, 1.0))
                    });
                    problem.add_constraint(these.collect::<Vec<_>>(), ComparisonOp::Eq, *count as f64);
                }
            }
            problem.solve().unwrap().into_solution().unwrap().objective().round()
        };
        (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
    }
}

fn figure<'a>(published: &'a Published, values: &[Option<&str>]) -> &'a Figure {
    let cell = published.cells.iter().find(|cell| {
        cell.coordinates.iter().zip(&published.dimensions).zip(values).all(|((value, dimension), wanted)| {
            value.map(|value| dimension.values[usize::from(value)].as_str()) == *wanted
        })
    });
    &cell.unwrap().figure
}

fn sex() -> Dimension {
    dimension("sex", &["female", "male"])
}

fn age() -> Dimension {
    dimension("age", &["0-17", "18-59", "60+"])
}

#[test]
fn a_small_figure_takes_others_along_so_that_subtracting_does_not_find_it() {
    let reached = table("reached", &[sex(), age()], &[40, 3, 25, 30, 60, 20]);
    let risk = &risk_of(std::slice::from_ref(&reached), 10)[0];
    assert_eq!((risk.small, risk.people, risk.by_difference), (1, 3, 1), "alone it would be 68 less 40 less 25");
    let (published, audit) = protect_audited(&[reached], &[], &protection(10, Zeros::Protected)).unwrap();
    assert_eq!(*figure(&published[0], &[Some("female"), Some("18-59")]), Figure::Suppressed);
    assert_eq!(*figure(&published[0], &[None, None]), Figure::Count(178), "what tells nothing stays");
    assert_eq!((audit.small, audit.width), (1, 10));
    assert_eq!(audit.on_their_account, 3, "the smallest way round is a square");
    let attacker = Attacker::new(&[published]);
    let small = BTreeMap::from([("sex".to_owned(), "female".to_owned()), ("age".to_owned(), "18-59".to_owned())]);
    let (least, most) = attacker.interval(&small, &[1.0]);
    assert!(most - least >= 10.0, "{least} to {most}");
}

#[test]
fn what_is_safe_is_published_whole() {
    let reached = table("reached", &[sex(), age()], &[40, 30, 25, 30, 60, 20]);
    let published = protect(&[reached], &[], &protection(10, Zeros::Protected)).unwrap();
    assert!(published[0].cells.iter().all(|cell| matches!(cell.figure, Figure::Count(_))));
    assert_eq!(published[0].cells.len(), 12);
}

#[test]
fn another_table_about_the_same_people_gives_nothing_away() {
    let country = dimension("country", &["Iraq", "Syria", "Sudan"]);
    let by_age = table("by age", &[sex(), age()], &[40, 3, 25, 30, 60, 20]);
    let by_country = table("by country", &[sex(), country], &[30, 34, 4, 50, 40, 20]);
    let published = protect(&[by_age, by_country], &[], &protection(10, Zeros::Protected)).unwrap();
    let attacker = Attacker::new(std::slice::from_ref(&published));
    for (name, value) in [("age", "18-59"), ("country", "Sudan")] {
        let small = BTreeMap::from([("sex".to_owned(), "female".to_owned()), (name.to_owned(), value.to_owned())]);
        let (least, most) = attacker.interval(&small, &[1.0]);
        assert!(most - least >= 10.0, "{name}: {least} to {most}");
    }
    let shared = |at: usize| *figure(&published[at], &[Some("female"), None]);
    assert_eq!(shared(0), shared(1), "one figure is published in both or in neither");
}

#[test]
fn next_years_release_does_not_tell_who_came_in_between() {
    let first = table("reached", &[sex(), age()], &[40, 30, 25, 30, 60, 20]);
    let then = protect(&[first], &[], &protection(10, Zeros::Protected)).unwrap();
    assert_eq!(then[0].edition, 1);
    // Two women over 60 have come, and thirty boys.
    let second = table("reached", &[sex(), age()], &[40, 30, 27, 60, 60, 20]);
    let (now, audit) = protect_audited(&[second], &then, &protection(10, Zeros::Protected)).unwrap();
    assert_eq!(now[0].edition, 2);
    assert!(audit.told_before.is_empty(), "{audit:?}");
    let attacker = Attacker::new(&[then, now]);
    for values in [[Some("female"), Some("60+")], [Some("female"), None], [None, Some("60+")]] {
        let names = ["sex", "age"].iter().zip(values);
        let fixed = names.filter_map(|(name, value)| value.map(|value| ((*name).to_owned(), value.to_owned())));
        let (least, most) = attacker.interval(&fixed.collect(), &[-1.0, 1.0]);
        assert!(most - least >= 10.0, "{values:?}: {least} to {most} came");
    }
}

#[test]
fn the_same_figures_again_tell_nothing_new_and_are_published_again() {
    let reached = table("reached", &[sex(), age()], &[40, 3, 25, 30, 60, 20]);
    let first = protect(std::slice::from_ref(&reached), &[], &protection(10, Zeros::Protected)).unwrap();
    let again = protect(&[reached], &first, &protection(10, Zeros::Protected)).unwrap();
    let suppressed = |published: &Published| -> Vec<bool> {
        published.cells.iter().map(|cell| cell.figure == Figure::Suppressed).collect()
    };
    assert!(suppressed(&first[0]).iter().zip(suppressed(&again[0])).all(|(then, now)| !then || now));
}

#[test]
fn wider_values_do_not_give_narrower_ones_away() {
    let country = dimension("country", &["Iraq", "Syria", "Sudan", "Chad"]);
    let region = dimension("region", &["Asia", "Africa"]);
    let into = [("Iraq", "Asia"), ("Syria", "Asia"), ("Sudan", "Africa"), ("Chad", "Africa")];
    let into = into.map(|(fine, coarse)| (fine.to_owned(), coarse.to_owned())).into();
    let nestings = vec![Nesting { fine: "country".to_owned(), coarse: "region".to_owned(), into }];
    let by_country = table("by country", &[country], &[30, 20, 25, 4]);
    let by_region = table("by region", &[region], &[50, 29]);
    let nested = Protection { nestings, ..protection(10, Zeros::Protected) };
    let published = protect(&[by_country, by_region], &[], &nested).unwrap();
    assert_eq!(*figure(&published[0], &[Some("Chad")]), Figure::Suppressed);
    let sudan = *figure(&published[0], &[Some("Sudan")]);
    let africa = *figure(&published[1], &[Some("Africa")]);
    assert!(sudan == Figure::Suppressed || africa == Figure::Suppressed, "{published:?}");
    assert_eq!(sudan, Figure::Suppressed, "without it the total less the others finds Chad");
}

#[test]
fn three_tables_in_a_circle_are_looked_at_together() {
    let country = dimension("country", &["Iraq", "Syria"]);
    let tables = [
        table("sex and age", &[sex(), age()], &[40, 12, 25, 30, 60, 20]),
        table("sex and country", &[sex(), country.clone()], &[37, 40, 50, 60]),
        table("age and country", &[age(), country], &[40, 30, 22, 50, 25, 20]),
    ];
    let small = BTreeMap::from([("sex".to_owned(), "female".to_owned()), ("age".to_owned(), "18-59".to_owned())]);
    let published = protect(&tables, &[], &protection(15, Zeros::Protected)).unwrap();
    let (least, most) = Attacker::new(&[published]).interval(&small, &[1.0]);
    assert!(most - least >= 15.0, "{least} to {most}");
}

#[test]
fn what_was_already_told_is_said_and_does_not_hinder() {
    let before = Published {
        table: "reached".to_owned(),
        population: "people reached".to_owned(),
        edition: 1,
        rounding: None,
        dimensions: vec![sex()],
        cells: [(None, 40), (Some(0), 38), (Some(1), 2)]
            .map(|(value, count)| disclosure::tables::Cell { coordinates: vec![value], figure: Figure::Count(count) })
            .to_vec(),
    };
    let now = table("reached", &[sex()], &[38, 2]);
    let (_, audit) = protect_audited(&[now], &[before], &protection(10, Zeros::Protected)).unwrap();
    assert!(audit.told_before.iter().any(|words| words.contains("sex male")), "{audit:?}");
}

#[test]
fn tables_that_do_not_fit_are_refused_with_the_reason() {
    let refused =
        |tables: &[Table], threshold| protect(tables, &[], &protection(threshold, Zeros::Protected)).unwrap_err();
    let right = table("reached", &[sex()], &[40, 30]);
    assert!(matches!(refused(std::slice::from_ref(&right), 1), Refusal::Threshold(1)));
    assert!(matches!(refused(&[table("reached", &[sex()], &[40])], 10), Refusal::Shape { counts: 1, cells: 2, .. }));
    let other = table("other", &[sex()], &[41, 29]);
    assert!(refused(&[right.clone(), other], 10).to_string().contains("sex female: 40 and 41"));
    let renamed = table("other", &[dimension("sex", &["women", "men"])], &[40, 30]);
    assert!(matches!(refused(&[right.clone(), renamed], 10), Refusal::Values { .. }));
    let twice = table("twice", &[dimension("sex", &["female", "female"])], &[40, 30]);
    assert!(matches!(refused(&[twice], 10), Refusal::Twice { .. }));
    let many: Vec<String> = (0..200).map(|value| format!("v{value}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let wide = table("wide", &[dimension("one", &many), dimension("two", &many)], &[5; 40_000]);
    assert!(matches!(refused(&[wide], 10), Refusal::TooLarge { .. }));
}

#[test]
fn rounded_figures_are_multiples_and_hide_small_differences() {
    let reached = table("reached", &[sex(), age()], &[40, 33, 27, 30, 61, 20]);
    let rounded = Protection { rounding: Some(5), ..protection(10, Zeros::Protected) };
    let published = protect(&[reached], &[], &rounded).unwrap();
    assert_eq!(*figure(&published[0], &[Some("female"), Some("60+")]), Figure::Rounded(25));
    assert_eq!(published[0].rounding, Some(5));
}

fn counts(cells: usize) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![Just(0u64), 0u64..6, 0u64..40], cells)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn nobody_works_out_a_small_figure_of_linked_tables(
        joint in counts(12),
        threshold in 3u64..8,
        zeros in prop::sample::select(vec![Zeros::Protected, Zeros::Published]),
        linked in 1usize..4,
    ) {
        // Sex, age, and whether alone; tables of two of them each.
        let alone = dimension("alone", &["yes", "no"]);
        let cell = |s: usize, a: usize, l: usize| joint[s * 6 + a * 2 + l];
        let sum = |of: &dyn Fn(usize, usize) -> u64, rows: usize, columns: usize| -> Vec<u64> {
            (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| of(r, c)).collect()
        };
        let all = [
            table("sex and age", &[sex(), age()], &sum(&|s, a| cell(s, a, 0) + cell(s, a, 1), 2, 3)),
            table("sex and alone", &[sex(), alone.clone()], &sum(&|s, l| (0..3).map(|a| cell(s, a, l)).sum(), 2, 2)),
            table("age and alone", &[age(), alone], &sum(&|a, l| cell(0, a, l) + cell(1, a, l), 3, 2)),
        ];
        let tables = &all[..linked];
        let published = protect(tables, &[], &protection(threshold, zeros)).unwrap();
        let attacker = Attacker::new(std::slice::from_ref(&published));
        for (table, known) in tables.iter().zip(&published) {
            for cell in &known.cells {
                let fixed: BTreeMap<String, String> = known.dimensions.iter().zip(&cell.coordinates)
                    .filter_map(|(it, value)| value.map(|value| (it.name.clone(), it.values[usize::from(value)].clone())))
                    .collect();
                let width = usize::from(table.dimensions[1].values.len() as u16);
                let count: u64 = table.counts.iter().enumerate()
                    .filter(|(at, _)| {
                        [at / width, at % width].iter().zip(&cell.coordinates)
                            .all(|(at, value)| value.is_none_or(|value| usize::from(value) == *at))
                    })
                    .map(|(_, count)| count).sum();
                let small = count < threshold && (count > 0 || zeros == Zeros::Protected);
                match cell.figure {
                    Figure::Count(told) => {
                        prop_assert_eq!(told, count);
                        prop_assert!(!small);
                    }
                    Figure::Suppressed if small => {
                        let (least, most) = attacker.interval(&fixed, &[1.0]);
                        prop_assert!(most - least >= threshold as f64, "{:?}: {} to {}", fixed, least, most);
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn nobody_works_out_who_came_between_two_releases(
        before in counts(6),
        come in prop::collection::vec(prop_oneof![Just(0u64), 0u64..4, 0u64..30], 6),
        threshold in 3u64..8,
    ) {
        let after: Vec<u64> = before.iter().zip(&come).map(|(before, come)| before + come).collect();
        let protection = protection(threshold, Zeros::Protected);
        let then = protect(&[table("reached", &[sex(), age()], &before)], &[], &protection).unwrap();
        let (now, audit) =
            protect_audited(&[table("reached", &[sex(), age()], &after)], &then, &protection).unwrap();
        prop_assert!(audit.told_before.is_empty(), "{:?}", audit);
        let attacker = Attacker::new(&[then.clone(), now.clone()]);
        for cell in &now[0].cells {
            let fixed: BTreeMap<String, String> = now[0].dimensions.iter().zip(&cell.coordinates)
                .filter_map(|(it, value)| value.map(|value| (it.name.clone(), it.values[usize::from(value)].clone())))
                .collect();
            let within = |counts: &[u64]| -> u64 {
                counts.iter().enumerate()
                    .filter(|(at, _)| {
                        [at / 3, at % 3].iter().zip(&cell.coordinates)
                            .all(|(at, value)| value.is_none_or(|value| usize::from(value) == *at))
                    })
                    .map(|(_, count)| count).sum()
            };
            let threshold = threshold as f64;
            for (signs, count) in [([0.0, 1.0], within(&after)), ([1.0, 0.0], within(&before)), ([-1.0, 1.0], within(&come))] {
                let (least, most) = attacker.interval(&fixed, &signs);
                let is_difference = signs[0] < 0.0;
                if (count as f64) < threshold && !(is_difference && count == 0) {
                    prop_assert!(most - least >= threshold, "{:?} {:?}: {} to {}", fixed, signs, least, most);
                }
            }
        }
    }
}
