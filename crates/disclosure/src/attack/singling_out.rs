//! Can someone be described by the release so that the description fits one person alone?

use rustc_hash::FxHashSet;

use crate::Microdata;
use crate::noise::Source;

use super::scene::{People, Scene, Targets, below, on_each, some_of};
use super::{Baseline, Kind, Outcome, Rate};

/// A description: what the cells of some columns have to be.
type Predicate = Vec<(usize, u16)>;

/// Predicates tried for each person attacked.
const PREDICATES: usize = 5;

/// Describes released records by as few values as fit no other released record, and looks whom the descriptions fit
/// among the targets: people of the original and as many others. A person is singled out if a description fits
/// nobody else (Cohen and Nissim, *Towards formalizing the GDPR's notion of singling out*, 2020; found as by Giomi et
/// al., *A unified framework for quantifying privacy risk in synthetic data*, 2023). The baseline describes by the same
/// columns with values from different records, which says nothing of anybody.
pub fn singling_out(scene: &Scene, targets: &Targets, source: &mut Source) -> Outcome {
    let tries = vec![(); targets.members.len() * PREDICATES];
    let predicates: Vec<Predicate> =
        on_each(&tries, source, |(), source| unique(&scene.released, source)).into_iter().flatten().collect();
    let scattered = on_each(&predicates, source, |predicate, source| scatter(predicate, &scene.released, source));

    let columns: Vec<usize> = (0..scene.width()).collect();
    let members = People::of(&scene.original, &columns);
    let strangers = scene.control.as_ref().map(|control| People::of(control, &columns));
    let mut people: Vec<&[u16]> = targets.members.iter().map(|row| members.row(*row)).collect();
    people.extend(strangers.iter().flat_map(|strangers| targets.strangers.iter().map(|row| strangers.row(*row))));

    let number = targets.members.len();
    let found = singled_out(&predicates, &people, source);
    let member = |found: &FxHashSet<usize>| found.iter().filter(|place| **place < number).count();
    let success = Rate::of(member(&found), number);
    let control = scene.control.as_ref().map(|_| Rate::of(found.len() - member(&found), targets.strangers.len()));
    let chance = Rate::of(member(&singled_out(&scattered, &people, source)), number);
    Outcome::new(Kind::SinglingOut, success, control, Baseline::Measured(chance))
}

/// A description of a random record that fits no other; nothing where another is just like it.
fn unique(released: &Microdata, source: &mut Source) -> Option<Predicate> {
    let row = below(released.rows(), source);
    let mut fitting: Option<Vec<usize>> = None;
    let mut predicate = Vec::new();
    for place in some_of(released.columns().len(), released.columns().len(), source) {
        let codes = released.columns().get(place)?.codes.as_slice();
        let code = codes.get(row).copied().filter(|code| *code != 0);
        let Some(code) = code else { continue };
        predicate.push((place, code));
        let fits = |row: &usize| codes.get(*row) == Some(&code);
        let left: Vec<usize> = match fitting {
            None => codes.iter().enumerate().filter(|(_, other)| **other == code).map(|(row, _)| row).collect(),
            Some(rows) => rows.into_iter().filter(fits).collect(),
        };
        if left.len() == 1 {
            return Some(predicate);
        }
        fitting = Some(left);
    }
    None
}

/// The same columns, each with the value of a random record.
fn scatter(predicate: &Predicate, released: &Microdata, source: &mut Source) -> Predicate {
    let value = |(place, code): &(usize, u16)| {
        let row = below(released.rows(), source);
        let other = released.columns().get(*place).and_then(|column| column.codes.get(row)).copied();
        (*place, other.filter(|code| *code != 0).unwrap_or(*code))
    };
    predicate.iter().map(value).collect()
}

/// Whom descriptions fit alone.
fn singled_out(predicates: &[Predicate], people: &[&[u16]], source: &mut Source) -> FxHashSet<usize> {
    let alone = |predicate: &Predicate, _: &mut Source| {
        let fits = |person: &&[u16]| predicate.iter().all(|(place, code)| person.get(*place) == Some(code));
        let mut fitting = people.iter().enumerate().filter(|(_, person)| fits(person)).map(|(place, _)| place);
        fitting.next().filter(|_| fitting.next().is_none())
    };
    on_each(predicates, source, alone).into_iter().flatten().collect()
}
