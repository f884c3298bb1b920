//! Does the release tell that two things known apart are about one person?

use crate::noise::Source;

use super::scene::{People, Scene, Targets, below, distance, on_each};
use super::{Baseline, Kind, Outcome, Rate};

/// Records a person may be, among whom the attacker chooses.
const POOL: usize = 20;

/// Released records that are looked at for one person.
const MOST_CANDIDATES: usize = 1000;

/// The attacker knows a person by every other column, and has records of twenty people in the columns between, one of
/// whom it is. It takes the released records that are closest to what it knows, and chooses the one whose record is closest to
/// any of these (after Giomi et al. 2023). By chance it is right once in twenty times.
pub fn linkage(scene: &Scene, targets: &Targets, source: &mut Source) -> Option<Outcome> {
    let known: Vec<usize> = (0..scene.width()).step_by(2).collect();
    let unknown: Vec<usize> = (1..scene.width()).step_by(2).collect();
    if unknown.is_empty() || targets.members.len() < 2 {
        return None;
    }
    let sides = |data| (People::of(data, &known), People::of(data, &unknown));
    let released = sides(&scene.released);
    let members = sides(&scene.original);
    let strangers = scene.control.as_ref().map(sides);
    let half = |people: &(People, People), rows: &[usize]| -> Vec<(Vec<u16>, Vec<u16>)> {
        rows.iter().map(|row| (people.0.row(*row).to_vec(), people.1.row(*row).to_vec())).collect()
    };
    let mut people = half(&members, &targets.members);
    people.extend(strangers.iter().flat_map(|strangers| half(strangers, &targets.strangers)));

    let places: Vec<usize> = (0..people.len()).collect();
    let right = on_each(&places, source, |target, source| {
        let (_, candidates) = people.get(*target).map(|(known, _)| released.0.nearest(known)).unwrap_or_default();
        let step = candidates.len().div_ceil(MOST_CANDIDATES).max(1);
        let closeness = |person: usize| {
            let record = people.get(person).map_or(&[][..], |(_, unknown)| unknown);
            candidates.iter().step_by(step).map(|row| distance(released.1.row(*row), record)).min()
        };
        let others = std::iter::repeat_with(|| below(people.len() - 1, source));
        let others: Vec<usize> = others.map(|place| place + usize::from(place >= *target)).take(POOL - 1).collect();
        let own = closeness(*target);
        let closest: Vec<_> = others.into_iter().map(closeness).collect();
        // Among those just as close, any may be chosen.
        let closer = closest.iter().any(|other| *other < own);
        let equal = closest.iter().filter(|other| **other == own).count();
        !closer && below(equal + 1, source) == 0
    });
    let (members, strangers) = right.split_at(targets.members.len());
    let rate = |right: &[bool]| Rate::counted(right.iter().copied());
    let control = scene.control.as_ref().map(|_| rate(strangers));
    Some(Outcome::new(Kind::Linkage, rate(members), control, Baseline::Chance(1.0 / POOL as f64)))
}
