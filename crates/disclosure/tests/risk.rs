//! Before a file is shared, a data officer asks who would be recognised in it, and by what.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::risk::{Combination, Question, Unanswered, assess};
use disclosure::{Column, Microdata, Role};
use proptest::prelude::*;

fn column(name: &str, cells: &[&str]) -> Column {
    Column::found(name, cells.iter().copied()).unwrap()
}

fn sensitive(name: &str, cells: &[&str]) -> Column {
    Column { role: Role::Sensitive, ..column(name, cells) }
}

fn question(threshold: u64) -> Question {
    Question { threshold, population: None, length: 3 }
}

fn shelter() -> Microdata {
    Microdata::new(vec![
        column("sex", &["f", "f", "f", "f", "m", "m", "m", "f"]),
        column("age", &["18-59", "18-59", "0-17", "0-17", "0-17", "0-17", "60+", "18-59"]),
        column("country", &["Iraq", "Iraq", "Iraq", "Iraq", "Iraq", "Iraq", "Iraq", "Chad"]),
        sensitive("trafficked", &["yes", "yes", "no", "yes", "no", "no", "no", "no"]),
    ])
}

#[test]
fn the_officer_sees_who_is_alone_and_by_what() {
    let (risk, people) = assess(&shelter(), &question(3)).unwrap();
    assert_eq!((risk.people, risk.classes, risk.smallest, risk.unique, risk.small), (8, 5, 1, 2, 8));
    assert_eq!(people.iter().map(|person| person.class).collect::<Vec<u32>>(), [2, 2, 2, 2, 2, 2, 1, 1]);
    assert!((risk.prosecutor.average - 5.0 / 8.0).abs() < 1e-12 && risk.prosecutor.highest == 1.0);
    assert!((risk.prosecutor.expected - 5.0).abs() < 1e-12);
    let special = risk.special.unwrap();
    assert_eq!(special.people, [2, 0, 0], "the man over 60 by his age, the woman from Chad by her country");
    let by = |name: &str| Combination { columns: vec![name.to_owned()], people: 1 };
    assert_eq!(special.combinations.iter().collect::<Vec<_>>(), [&by("age"), &by("country")]);
    assert!(people[6].score > 0.0 && people[7].score > 0.0 && people[0].score == 0.0);
    let without = |name: &str| risk.without.iter().find(|without| without.column == name).unwrap().unique;
    assert_eq!((without("country"), without("age"), without("sex")), (1, 1, 2));
}

#[test]
fn a_class_that_agrees_tells_its_secret_without_being_found() {
    let (risk, _) = assess(&shelter(), &question(2)).unwrap();
    let trafficked = &risk.sensitive[0];
    assert_eq!(trafficked.distinct, 1);
    assert_eq!(trafficked.told, 4, "two women who were trafficked, and two boys who were not");
    assert!((trafficked.entropy - 1.0).abs() < 1e-12);
    assert!((trafficked.distance - 5.0 / 8.0).abs() < 1e-12, "all yes, where 3 of 8 are");
    let even = Microdata::new(vec![column("sex", &["f", "f", "m", "m"]), sensitive("need", &["a", "b", "a", "b"])]);
    let (risk, _) = assess(&even, &question(2)).unwrap();
    assert_eq!((risk.sensitive[0].distinct, risk.sensitive[0].told), (2, 0));
    assert!((risk.sensitive[0].entropy - 2.0).abs() < 1e-12 && risk.sensitive[0].distance < 1e-12);
}

#[test]
fn whoever_is_one_of_many_is_harder_to_recognise() {
    let asked = Question { population: Some(80), ..question(2) };
    let (risk, people) = assess(&shelter(), &asked).unwrap();
    let journalist = risk.journalist.unwrap();
    // A tenth of the population: 1/9 times the logarithm of 10 for someone alone.
    assert!((people[7].chance - 10f64.ln() / 9.0).abs() < 1e-12);
    assert!((people[0].chance - (1.0 / 9.0 - 10f64.ln() / 81.0)).abs() < 1e-12);
    assert!(journalist.average < risk.prosecutor.average && journalist.highest < 1.0);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let none = Microdata::new(vec![sensitive("need", &["a"])]);
    assert_eq!(assess(&none, &question(2)).unwrap_err(), Unanswered::NoQuasiIdentifier);
    assert_eq!(assess(&shelter(), &question(1)).unwrap_err(), Unanswered::Threshold(1));
    assert!(assess(&shelter(), &Question { population: Some(7), ..question(2) }).is_err());
    assert!(assess(&shelter(), &Question { length: 4, ..question(2) }).is_err());
}

proptest! {
    #[test]
    fn special_uniques_are_those_that_a_look_at_every_set_of_columns_finds(
        cells in prop::collection::vec(prop::collection::vec(0usize..4, 12), 1..6),
    ) {
        let names = ["a", "b", "c", "d"];
        let columns: Vec<Column> = cells.iter().enumerate()
            .map(|(place, cells)| column(&format!("c{place}"), &cells.iter().map(|cell| names[*cell]).collect::<Vec<_>>()))
            .collect();
        let (risk, people) = assess(&Microdata::new(columns), &question(2)).unwrap();
        let alone = |row: usize, set: &BTreeSet<usize>| {
            (0..12).filter(|other| set.iter().all(|at| cells[*at][row] == cells[*at][*other])).count() == 1
        };
        let sets: Vec<BTreeSet<usize>> = (1u32..1 << cells.len())
            .map(|bits| (0..cells.len()).filter(|at| bits >> at & 1 == 1).collect::<BTreeSet<usize>>())
            .filter(|set| set.len() <= 3)
            .collect();
        let mut expected: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        for (row, person) in people.iter().enumerate() {
            let mut any = false;
            for set in sets.iter().filter(|set| alone(row, set)) {
                let smaller = set.iter().any(|left_out| {
                    let rest: BTreeSet<usize> = set.iter().filter(|at| *at != left_out).copied().collect();
                    !rest.is_empty() && alone(row, &rest)
                });
                if !smaller {
                    any = true;
                    *expected.entry(set.iter().map(|at| format!("c{at}")).collect()).or_default() += 1;
                }
            }
            prop_assert_eq!(any, person.score > 0.0);
            let all: BTreeSet<usize> = (0..cells.len()).collect();
            prop_assert_eq!(person.class == 1, alone(row, &all));
        }
        let found: BTreeMap<Vec<String>, u64> =
            risk.special.unwrap().combinations.into_iter().map(|it| (it.columns, it.people)).collect();
        if expected.len() <= 20 {
            prop_assert_eq!(found, expected);
        }
    }
}
