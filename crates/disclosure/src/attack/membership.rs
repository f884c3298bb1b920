//! Was this person among those whose data went into the release?

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::Microdata;
use crate::count::Combinations;

use super::scene::{People, Scene, Targets};
use super::{Baseline, Kind, Outcome, Rate, count_of, pairs_of, rows};

/// Says of each target how much the release speaks for it, in two ways, and takes the better one with the best
/// threshold, found on one half of the targets and tried on the other:
/// - how close the closest released record is (Yale et al., *Assessing privacy and quality of synthetic health data*,
///   2019);
/// - how much more frequent the person's pairs of values are in the release than among other people (after Homer et
///   al., *Resolving individuals contributing trace amounts of DNA*, 2008).
pub fn membership(scene: &Scene, targets: &Targets) -> Option<Outcome> {
    let control = scene.control.as_ref()?;
    let columns: Vec<usize> = (0..scene.width()).collect();
    let released = People::of(&scene.released, &columns);
    let closeness = |person: &[u16]| -f64::from(released.nearest(person).0);
    let pairs = Pairs::count(scene, control, targets);
    let frequency = |person: &[u16]| pairs.as_ref().map_or(0.0, |pairs| pairs.speaks_for(person));

    let members = picked(&scene.original, &columns, &targets.members);
    let strangers = picked(control, &columns, &targets.strangers);
    let scored = |score: &(dyn Fn(&[u16]) -> f64 + Sync)| Scored {
        members: members.par_iter().map(|person| score(person)).collect(),
        strangers: strangers.par_iter().map(|person| score(person)).collect(),
    };
    let (tried, found) = better(scored(&closeness), scored(&frequency))?;
    Some(Outcome::new(Kind::Membership, tried, Some(found), Baseline::Control))
}

fn picked(data: &Microdata, columns: &[usize], rows: &[usize]) -> Vec<Vec<u16>> {
    let people = People::of(data, columns);
    rows.iter().map(|row| people.person(*row)).collect()
}

/// How much the release speaks for each target.
pub struct Scored {
    pub members: Vec<f64>,
    pub strangers: Vec<f64>,
}

impl Scored {
    fn halves(&self) -> (Scored, Scored) {
        let split = |scores: &[f64]| {
            let (one, other) = scores.split_at(scores.len() / 2);
            (one.to_vec(), other.to_vec())
        };
        let ((one, other), (others_one, others_other)) = (split(&self.members), split(&self.strangers));
        (Scored { members: one, strangers: others_one }, Scored { members: other, strangers: others_other })
    }

    /// How often each is said to be a member, by a threshold.
    fn rates(&self, threshold: f64) -> (Rate, Rate) {
        let said = |scores: &[f64]| Rate::counted(scores.iter().map(|score| *score >= threshold));
        (said(&self.members), said(&self.strangers))
    }

    /// The threshold that tells members best, and by how much.
    fn threshold(&self) -> Option<(f64, f64)> {
        let mut scores: Vec<(f64, bool)> = self.members.iter().map(|score| (*score, true)).collect();
        scores.extend(self.strangers.iter().map(|score| (*score, false)));
        scores.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (members, strangers) = (self.members.len().max(1) as f64, self.strangers.len().max(1) as f64);
        let mut advantage = 0.0;
        let mut best = None;
        let mut scores = scores.into_iter().peekable();
        while let Some((score, member)) = scores.next() {
            advantage += if member { 1.0 / members } else { -1.0 / strangers };
            let ends = scores.peek().is_none_or(|(next, _)| *next < score);
            if ends && best.is_none_or(|(_, most)| advantage > most) {
                best = Some((score, advantage));
            }
        }
        best
    }
}

/// How often members and strangers are said to be members, by the better of two scores.
pub fn better(one: Scored, other: Scored) -> Option<(Rate, Rate)> {
    let tries = [one, other].into_iter().filter_map(|scored| {
        let (learn, test) = scored.halves();
        let (threshold, advantage) = learn.threshold()?;
        Some((advantage, test.rates(threshold)))
    });
    tries.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, rates)| rates)
}

/// How frequent pairs of values are in the release and among other people.
struct Pairs {
    released: Combinations,
    others: Combinations,
    rows: (f64, f64),
}

impl Pairs {
    /// Nothing where there are too many pairs to count. The other people are those of the control who are not
    /// targets.
    fn count(scene: &Scene, control: &Microdata, targets: &Targets) -> Option<Pairs> {
        let attacked: FxHashSet<usize> = targets.strangers.iter().copied().collect();
        let others = rows(control, |row| !attacked.contains(&row));
        let rows = (scene.released.rows() as f64, others.rows() as f64);
        let count = |data: &Microdata| Combinations::count(data, 2).ok();
        Some(Pairs { released: count(&scene.released)?, others: count(&others)?, rows })
    }

    /// The sum over all pairs of the person's values of the logarithm of how much more frequent they are in the
    /// release. One half is added to each count, so that a pair that nobody has is no proof.
    fn speaks_for(&self, person: &[u16]) -> f64 {
        let share = |counts, pair: &_, rows: f64| count_of(counts, pair) / rows.max(1.0);
        let pair = |pair: [(usize, u16); 2]| {
            let released: f64 = share(&self.released, &pair, self.rows.0);
            released.ln() - share(&self.others, &pair, self.rows.1).ln()
        };
        pairs_of(person).map(pair).sum()
    }
}
