//! Does the release tell what somebody keeps to themselves?

use crate::Role;
use crate::noise::Source;

use super::scene::{People, Scene, Targets, on_each};
use super::{Baseline, Kind, Outcome, Rate};

/// The attacker knows all that others may know of a person, and takes for the rest what most of the closest released
/// records have (Giomi et al. 2023). Where no column is sensitive each is taken for one in turn. The baseline
/// guesses the commonest value.
///
/// What is true of a group can be guessed of each of its members, whether or not they are in the data; that is what
/// statistics are for. What counts is how much more is guessed right of those who are.
pub fn inference(scene: &Scene, targets: &Targets, source: &mut Source) -> Option<Outcome> {
    let sensitive = scene.with_role(Role::Sensitive);
    let secrets = if sensitive.is_empty() { (0..scene.width()).collect() } else { sensitive.clone() };
    let mut tries = Tries::default();
    for (turn, secret) in secrets.iter().enumerate() {
        let known: Vec<usize> =
            (0..scene.width()).filter(|place| place != secret && !sensitive.contains(place)).collect();
        if known.is_empty() {
            continue;
        }
        let released = (People::of(&scene.released, &known), People::of(&scene.released, &[*secret]));
        let commonest = most(released.1.rows().flatten().copied());
        let mut attack = |data, rows: &[usize]| -> Vec<(bool, bool)> {
            let people = (People::of(data, &known), People::of(data, &[*secret]));
            let rows: Vec<usize> = rows.iter().copied().skip(turn).step_by(secrets.len()).collect();
            let guesses = on_each(&rows, source, |row, _| {
                let truth = people.1.row(*row).first().copied().filter(|code| *code != 0)?;
                let (_, nearest) = released.0.nearest(people.0.row(*row));
                let guess = most(nearest.into_iter().flat_map(|place| released.1.row(place)).copied());
                Some((guess == Some(truth), commonest == Some(truth)))
            });
            guesses.into_iter().flatten().collect()
        };
        tries.members.extend(attack(&scene.original, &targets.members));
        if let Some(control) = &scene.control {
            tries.strangers.extend(attack(control, &targets.strangers));
        }
    }
    if tries.members.is_empty() {
        return None;
    }
    let right = |tries: &[(bool, bool)]| Rate::counted(tries.iter().map(|(right, _)| *right));
    let baseline = Rate::counted(tries.members.iter().map(|(_, commonest)| *commonest));
    let control = scene.control.as_ref().map(|_| right(&tries.strangers));
    Some(Outcome::new(Kind::Inference, right(&tries.members), control, Baseline::Measured(baseline)))
}

/// Whether each guess was right, and whether the commonest value would have been.
#[derive(Default)]
struct Tries {
    members: Vec<(bool, bool)>,
    strangers: Vec<(bool, bool)>,
}

/// The commonest code, empty cells apart; of several the smallest.
fn most(codes: impl Iterator<Item = u16>) -> Option<u16> {
    let mut counts: Vec<usize> = Vec::new();
    for code in codes {
        let place = usize::from(code);
        if place >= counts.len() {
            counts.resize(place + 1, 0);
        }
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    let counted = counts.into_iter().zip(0u16..).skip(1).filter(|(count, _)| *count > 0);
    counted.max_by_key(|(count, code)| (*count, std::cmp::Reverse(*code))).map(|(_, code)| code)
}
