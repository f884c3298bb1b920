//! A pair's weight: how much more likely it is under «one person» than under «two», in bits.

use rayon::prelude::*;

use super::columns::Kind;
use super::compare::{CROSSED, Pattern, STRAIGHT, levels_of, pattern, slots};
use super::estimate::Parameters;
use super::levels;
use super::records::{Field, Records};

/// How many records the average frequency of a value within a group weighs, beside those counted.
pub(super) const BELIEF: f32 = 2.0;

/// Weights ready to be summed.
pub struct Scorer<'a> {
    pub(super) records: &'a Records,
    /// By place and level.
    weights: Vec<[f32; 16]>,
    /// The place by which people are grouped, and what is added where it agrees: strangers of one
    /// group agree more often.
    among: Option<(usize, Vec<[f32; 16]>)>,
    /// By place the best that two different values can bring.
    best_different: Vec<f32>,
    /// log2 of m of «the same» and of «the same sound», for values' own frequencies.
    same: Vec<f32>,
    sound: Vec<f32>,
    /// Highest frequency-adjusted weight, a floor for what may be divided by.
    rarest: Vec<f32>,
    /// By field and value, what agreeing on this very value weighs, and on a value of its sound.
    same_of: Vec<Vec<f32>>,
    sound_of: Vec<Vec<f32>>,
    /// By place and level, against two of one household.
    relatives: Vec<[f32; 16]>,
    /// The places that say of two of one household what they say of two strangers.
    as_strangers: Vec<bool>,
    prior: f32,
    related: f32,
}

/// The weights of one place, by level.
pub(super) struct ByLevel {
    /// Against two strangers.
    pub strangers: [f32; 16],
    /// Against two of one household.
    pub relatives: [f32; 16],
    /// What is added where both are of one group.
    pub less_among: Option<[f32; 16]>,
    /// What «the same» weighs before the value's frequency is taken away.
    pub same: f32,
    /// The same for «the same sound».
    pub sound: f32,
    /// The least frequency of a number that few share.
    pub rarest: f32,
    /// Whether it says of two of one household what it says of two strangers.
    pub as_strangers: bool,
}

impl<'a> Scorer<'a> {
    /// Weights from parameters; the records give the values' frequencies.
    pub fn new(records: &'a Records, parameters: &Parameters) -> Scorer<'a> {
        let places = slots(records);
        let mut weights = vec![[0f32; 16]; places];
        let mut relatives = vec![[0f32; 16]; places];
        let (mut best_different, mut same, mut sound, mut rarest) = (vec![], vec![], vec![], vec![]);
        for slot in 0..places {
            let (m, u) = (&parameters.m[slot], &parameters.u[slot]);
            for level in 1..m.len() {
                weights[slot][level] = (m[level].max(1e-9) / u[level].max(1e-12)).log2() as f32;
                relatives[slot][level] = (m[level].max(1e-9) / parameters.r[slot][level].max(1e-12)).log2() as f32;
            }
            let top = levels_of(records, slot).len();
            // To agree never speaks against.
            relatives[slot][top] = relatives[slot][top].max(0.0);
            best_different.push(weights[slot][1..top].iter().copied().fold(f32::MIN, f32::max));
            same.push(m[top].max(1e-9).log2() as f32);
            sound.push(m.get(usize::from(levels::SOUND)).copied().unwrap_or(1.0).max(1e-9).log2() as f32);
            rarest.push((u[top].max(1e-12)).log2() as f32);
        }
        let among = parameters.among.as_ref().map(|(slot, u)| {
            let less = |(at_large, among): (&Vec<f64>, &Vec<f64>)| {
                std::array::from_fn(|level| match (at_large.get(level), among.get(level)) {
                    (Some(at_large), Some(among)) if level > 0 => {
                        (at_large.max(1e-12) / among.max(1e-12)).log2() as f32
                    }
                    _ => 0.0,
                })
            };
            (*slot, parameters.u.iter().zip(u).map(less).collect())
        });
        let as_strangers = records.fields.iter().map(|field| levels::of_relatives(field.kind).is_none()).collect();
        let of_each = |counts: fn(&Field) -> &[u32], weight: &(dyn Fn(usize, u32) -> f32 + Sync)| {
            let of = |(slot, field)| counts(field).par_iter().map(|&count| weight(slot, count)).collect();
            records.fields.iter().enumerate().map(of).collect::<Vec<Vec<f32>>>()
        };
        let same_of = of_each(|field| &field.counts, &|slot, count| {
            same[slot] - rarity(&records.fields[slot], count, rarest[slot])
        });
        let sound_of =
            of_each(|field| &field.sounds, &|slot, count| sound[slot] - log_frequency(&records.fields[slot], count));
        let prior = (parameters.prior / (1.0 - parameters.prior)).log2() as f32;
        let related = (parameters.prior / parameters.related.max(1e-15)).log2() as f32;
        Scorer {
            records,
            weights,
            among,
            best_different,
            same,
            sound,
            rarest,
            same_of,
            sound_of,
            relatives,
            as_strangers,
            prior,
            related,
        }
    }

    /// What a place's levels weigh where no value's frequency is asked.
    pub(super) fn by_level(&self, slot: usize) -> ByLevel {
        ByLevel {
            strangers: self.weights[slot],
            relatives: self.relatives[slot],
            less_among: self.among.as_ref().map(|(_, less)| less[slot]),
            same: self.same[slot],
            sound: self.sound[slot],
            rarest: self.rarest[slot],
            as_strangers: self.is_as_of_strangers(slot),
        }
    }

    fn is_as_of_strangers(&self, slot: usize) -> bool {
        self.as_strangers.get(slot) == Some(&true)
    }

    /// The place by which people are grouped, if there is one.
    pub(super) fn grouped_by(&self) -> Option<usize> {
        self.among.as_ref().map(|(slot, _)| *slot)
    }

    /// The weight of the prior: what speaks against a match before anything is compared.
    pub fn prior(&self) -> f32 {
        self.prior
    }

    /// The same against two of one household.
    pub fn related(&self) -> f32 {
        self.related
    }

    /// The weight that belongs to a probability.
    pub fn weight_of(probability: f64) -> f32 {
        let probability = probability.clamp(1e-9, 1.0 - 1e-9);
        (probability / (1.0 - probability)).log2() as f32
    }

    /// The pair's weight, prior included, if it reaches `floor`.
    pub fn weight(&self, one: usize, other: usize, floor: f32) -> Option<f32> {
        if self.most(one, other) < floor {
            return None;
        }
        let pattern = pattern(self.records, one, other);
        let relatives = self.related + self.against_relatives(one, other, pattern).sum::<f32>();
        if relatives < floor {
            return None;
        }
        let strangers = self.prior + self.against_strangers(one, other, pattern).1;
        let weight = over_both(strangers, relatives);
        (weight >= floor).then_some(weight)
    }

    /// The contribution of each place against their being two of one household.
    pub fn against_relatives(&self, one: usize, other: usize, pattern: Pattern) -> impl Iterator<Item = f32> + '_ {
        let group = self.group_of(one, other).0;
        self.relatives.iter().enumerate().map(move |(slot, weights)| {
            let weight = weights[usize::from(pattern.level(slot))];
            if self.is_as_of_strangers(slot) { weight.min(self.part(one, other, pattern, slot, group)) } else { weight }
        })
    }

    /// The sum of what speaks against two strangers, and the group of which they then were: where it
    /// is known of one of them alone, whichever explains better that strangers are so alike.
    pub fn against_strangers(&self, one: usize, other: usize, pattern: Pattern) -> (Option<u32>, f32) {
        let sum = |group| self.parts(one, other, pattern, group).sum::<f32>();
        match self.group_of(one, other) {
            (group, true) => (group, sum(group)),
            (None, false) => (None, sum(None)),
            (group, false) => {
                let (at_large, within) = (sum(None), sum(group));
                if within < at_large { (group, within) } else { (None, at_large) }
            }
        }
    }

    /// The group of both, or of the one of which it is known; and whether it is known of both.
    fn group_of(&self, one: usize, other: usize) -> (Option<u32>, bool) {
        let Some(slot) = self.records.group else { return (None, true) };
        match (self.records.row(one)[slot], self.records.row(other)[slot]) {
            (0, 0) => (None, true),
            (0, group) | (group, 0) => (Some(group), false),
            (group, same) if group == same => (Some(group), true),
            _ => (None, true),
        }
    }

    /// The contribution of each place against their being two strangers, at large or of one group.
    pub fn parts(
        &self,
        one: usize,
        other: usize,
        pattern: Pattern,
        group: Option<u32>,
    ) -> impl Iterator<Item = f32> + '_ {
        (0..self.weights.len()).map(move |slot| self.part(one, other, pattern, slot, group))
    }

    fn part(&self, one: usize, other: usize, pattern: Pattern, slot: usize, group: Option<u32>) -> f32 {
        let level = pattern.level(slot);
        if level > levels::DIFFERENT && slot < self.records.fields.len() && self.is_said_already(one, other, slot) {
            return 0.0;
        }
        let (Some(group), Some((by, less))) = (group, &self.among) else {
            return self.part_at_large(one, other, pattern, slot);
        };
        if slot == *by && level == 0 {
            // As if it were known to be the same.
            return self.same_weight(slot, group).max(0.0);
        }
        let less = less[slot][usize::from(level)];
        let weight = match self.frequency_within(one, other, pattern, slot, group, less) {
            Some(weight) => weight.min(self.part_at_large(one, other, pattern, slot)),
            None => self.part_at_large(one, other, pattern, slot) + less,
        };
        self.never_against(slot, level, weight)
    }

    /// To agree never speaks against.
    fn never_against(&self, slot: usize, level: u8, weight: f32) -> f32 {
        if usize::from(level) == levels_of(self.records, slot).len() { weight.max(0.0) } else { weight }
    }

    /// The weight of values that are, or sound, the same, by how often the group has them. Of a rare
    /// value that says little; then it is taken to be more frequent within the group by as much as
    /// values are on the average.
    fn frequency_within(
        &self,
        one: usize,
        other: usize,
        pattern: Pattern,
        slot: usize,
        group: u32,
        less: f32,
    ) -> Option<f32> {
        let field = self.records.fields.get(slot)?;
        let within = field.within.as_ref()?;
        let level = pattern.level(slot);
        let (a, b) = (self.records.row(one), self.records.row(other));
        let (left, right) = self.compared(slot, pattern);
        let size = self.records.fields[self.records.group?].counts[group as usize].max(1) as f32;
        let frequency = |all: u32, there: u32| {
            let usual = (others(all) / field.present.max(1) as f32 * (-less).exp2()).min(1.0);
            (there.saturating_sub(1) as f32 + BELIEF) / (size + BELIEF / usual)
        };
        if usize::from(level) == levels::of(field.kind).len() {
            let frequency = frequency(field.counts[a[left] as usize], within.value(a[left], group));
            Some(self.same[slot] - frequency.log2())
        } else if level == levels::SOUND && !field.sounds.is_empty() && field.kind != Kind::Address {
            let of = |id: u32| frequency(field.sounds[id as usize], within.sound(id, group));
            Some(self.sound[slot] - of(a[left]).max(of(b[right])).log2())
        } else {
            None
        }
    }

    /// A father's name that is a family name too, as where people are called after their fathers,
    /// agrees because that agrees, and says nothing more.
    fn is_said_already(&self, one: usize, other: usize, slot: usize) -> bool {
        let (Some((given, family)), Kind::Name) = (self.records.crossing, self.records.fields[slot].kind) else {
            return false;
        };
        [one, other].into_iter().any(|record| {
            let row = self.records.row(record);
            let sound = self.records.lexicon(slot).sound(row[slot]);
            row[slot] != 0
                && [given, family].into_iter().any(|name| self.records.lexicon(name).sound(row[name]) == sound)
        })
    }

    fn part_at_large(&self, one: usize, other: usize, pattern: Pattern, slot: usize) -> f32 {
        self.never_against(slot, pattern.level(slot), self.by_frequency(one, other, pattern, slot))
    }

    fn by_frequency(&self, one: usize, other: usize, pattern: Pattern, slot: usize) -> f32 {
        let level = pattern.level(slot);
        let Some(field) = self.records.fields.get(slot) else { return self.weights[slot][usize::from(level)] };
        let top = levels::of(field.kind).len() as u8;
        if level == 0 || (level != top && level != levels::SOUND) || field.kind == Kind::Age {
            return self.weights[slot][usize::from(level)];
        }
        let (a, b) = (self.records.row(one), self.records.row(other));
        let (left, right) = self.compared(slot, pattern);
        if level == top {
            self.same_weight(slot, a[left]).min(if left == right {
                f32::MAX
            } else {
                self.same_weight(right, b[right])
            })
        } else if !field.sounds.is_empty() && field.kind != Kind::Address {
            self.sound_weight(slot, a[left]).min(self.sound_weight(slot, b[right]))
        } else {
            self.weights[slot][usize::from(level)]
        }
    }

    /// The fields whose values the pattern compares at a place: names may be crossed.
    fn compared(&self, slot: usize, pattern: Pattern) -> (usize, usize) {
        match self.records.crossing {
            Some((given, family)) if pattern.level(self.records.fields.len()) == CROSSED => {
                if slot == given {
                    (given, family)
                } else if slot == family {
                    (family, given)
                } else {
                    (slot, slot)
                }
            }
            _ => (slot, slot),
        }
    }

    fn same_weight(&self, slot: usize, id: u32) -> f32 {
        self.same_of[slot][id as usize]
    }

    fn sound_weight(&self, slot: usize, id: u32) -> f32 {
        self.sound_of[slot][id as usize]
    }

    /// At most this much can come out, told from equal numbers alone.
    fn most(&self, one: usize, other: usize) -> f32 {
        let (a, b) = (self.records.row(one), self.records.row(other));
        let mut most = self.prior;
        let crossing = self.records.crossing;
        for (slot, (&left, &right)) in a.iter().zip(b).enumerate() {
            if left == 0 || right == 0 {
                continue;
            }
            most += if left == right {
                self.same_weight(slot, left).max(self.best_different[slot])
            } else if self.sounds_alike(slot, left, right) {
                self.best_different[slot].max(self.sound_weight(slot, left).min(self.sound_weight(slot, right)))
            } else {
                self.best_different[slot]
            };
        }
        if let Some((given, family)) = crossing {
            let order = &self.weights[self.records.fields.len()];
            most += order[usize::from(CROSSED)].max(order[usize::from(STRAIGHT)]).max(0.0);
            if a[given] != b[given] || a[family] != b[family] {
                // Crossed they may say more; the names' own weights bound it.
                for (slot, left, right) in [(given, a[given], b[family]), (family, a[family], b[given])] {
                    if left != 0 && right != 0 && self.sounds_alike(given, left, right) {
                        most += (self.same_weight(slot, left).max(self.sound_weight(slot, left))
                            - self.best_different[slot].min(0.0))
                        .max(0.0);
                    }
                }
            }
        }
        most
    }

    fn sounds_alike(&self, slot: usize, left: u32, right: u32) -> bool {
        let lexicon = self.records.lexicon(slot);
        !self.records.fields[slot].sounds.is_empty() && lexicon.sound(left) == lexicon.sound(right)
    }
}

/// How rare agreeing on this very value is by chance: the rarer the value, the more it says (Winkler 1989).
fn rarity(field: &Field, count: u32, rarest: f32) -> f32 {
    let frequency = log_frequency(field, count);
    match field.kind {
        // Numbers are meant to be one person's alone; a few that share one are that person.
        Kind::Number | Kind::Phone if count <= 4 => rarest.min(frequency),
        _ => frequency,
    }
}

/// log2 of how frequent a value is. The record itself does not count among those that have it by chance.
fn log_frequency(field: &Field, count: u32) -> f32 {
    (others(count) / field.present.max(1) as f32).log2()
}

/// How many have a value besides the record itself.
fn others(count: u32) -> f32 {
    count.saturating_sub(1).max(1) as f32
}

/// The weight against two alternatives of which either may be true.
fn over_both(one: f32, other: f32) -> f32 {
    let least = one.min(other);
    least - (1.0 + (least - one.max(other)).exp2()).log2()
}

/// The probability that a weight means.
pub fn probability(weight: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight)).exp2())
}
