//! Attacks on a release, made before others make them.
//!
//! Each attack is played against people whose data went into the release and, alike, against people of a control:
//! others from the same population, held back before the release was made. An attack that succeeds as often against
//! those who are not in the data learns about groups, not about persons. What it achieves beyond is what the release
//! gives away of the people in it (Giomi, Boenisch, Wehmeyer and Tasnádi, *A unified framework for quantifying privacy
//! risk in synthetic data*, 2023).
//!
//! Where the release promises (ε, δ)-differential privacy, each attack has a bound: whatever is done to one person
//! succeeds at most e^ε times as often, and δ, as if that person had not been in the data. This rests on the control
//! being a random part of the same people, and on one row for each person.
//!
//! An attack that fails proves nothing: there may be a better one. One that breaks the bound proves that the promise
//! is not kept.

mod differencing;
mod inference;
mod linkage;
mod membership;
mod rate;
mod report;
mod scene;
mod singling_out;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::{Delta, Epsilon};
use crate::count::{Combinations, TooManyCells};
use crate::noise::Source;
use crate::{Column, Microdata};

pub use differencing::{Change, Differences, Found, difference};
use membership::Scored;
pub use rate::{Difference, Rate};
use scene::{People, Scene, Targets};

/// What a release promises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// ε of differential privacy.
    pub epsilon: Epsilon,
    /// Its δ.
    pub delta: Delta,
}

impl Promise {
    /// The most often an attack may succeed that succeeds so often against people who are not in the data.
    pub fn bound(&self, control: f64) -> f64 {
        let (factor, delta) = (self.epsilon.value().exp(), self.delta.value());
        let of_success = factor * control + delta;
        let of_failure = 1.0 - (1.0 - control - delta) / factor;
        of_success.min(of_failure).clamp(0.0, 1.0)
    }

    /// The most by which it may succeed more often, however often that is.
    pub fn advantage(&self) -> f64 {
        let (factor, delta) = (self.epsilon.value().exp(), self.delta.value());
        ((factor - 1.0 + 2.0 * delta) / (factor + 1.0)).min(1.0)
    }
}

/// How attacks are made.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many people of the original are attacked, and as many of the control.
    pub targets: usize,
    /// What the release promises; nothing for one without differential privacy.
    pub promise: Option<Promise>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { targets: 1000, promise: None }
    }
}

/// What is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Whether a person is in the data.
    Membership,
    /// A description that fits one person alone.
    SinglingOut,
    /// That two records are about one person.
    Linkage,
    /// What a person keeps to themselves.
    Inference,
}

/// What came of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Without a control nothing can be said of it.
    NoControl,
    /// It succeeds no more often against people in the data, as far as can be told.
    Nothing,
    /// It succeeds more often against people in the data.
    Leak,
    /// It succeeds more often than the promise allows.
    Broken,
}

/// How an attack fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Which.
    pub kind: Kind,
    /// How often it succeeded against people in the data.
    pub success: Rate,
    /// How often against others; nothing without a control.
    pub control: Option<Rate>,
    /// How much more often against people in the data.
    pub more: Option<Difference>,
    /// How often one succeeds who does not use what the release says of persons.
    pub baseline: f64,
    /// How often it may succeed by what the release promises.
    pub bound: Option<f64>,
    /// What came of it.
    pub finding: Finding,
}

/// How often one succeeds without the release, or with nothing of it but frequencies.
enum Baseline {
    /// As often as against the control.
    Control,
    /// As often as was measured.
    Measured(Rate),
    /// As often as by chance.
    Chance(f64),
}

impl Outcome {
    fn new(kind: Kind, success: Rate, control: Option<Rate>, baseline: Baseline) -> Outcome {
        let more = control.map(|control| success.more_than(control));
        let finding = match more {
            None => Finding::NoControl,
            Some(more) if more.low > 0.0 => Finding::Leak,
            Some(_) => Finding::Nothing,
        };
        let baseline = match baseline {
            Baseline::Control => control.map_or(0.5, |control| control.share),
            Baseline::Measured(rate) => rate.share,
            Baseline::Chance(chance) => chance,
        };
        Outcome { kind, success, control, more, baseline, bound: None, finding }
    }

    /// Held against a promise. It counts as broken only where neither rate can be as it is by chance.
    fn against(self, promise: Option<Promise>) -> Outcome {
        let (Some(promise), Some(control)) = (promise, self.control) else { return self };
        let broken = self.success.low > promise.bound(control.high);
        let finding = if broken { Finding::Broken } else { self.finding };
        Outcome { bound: Some(promise.bound(control.share)), finding, ..self }
    }
}

/// All attacks on a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attacks {
    /// People in the original.
    pub people: usize,
    /// Records in the release.
    pub released: usize,
    /// People in the control; nothing without one.
    pub control: Option<usize>,
    /// The columns that all of them have.
    pub columns: Vec<String>,
    /// Columns of the original that could not be used, because another lacks them.
    pub left_out: Vec<String>,
    /// What the release promises.
    pub promise: Option<Promise>,
    /// How each attack fared.
    pub outcomes: Vec<Outcome>,
}

/// What cannot be attacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttackError {
    /// No column in common.
    #[error("the original, the control and the release have no column in common: give files about the same things")]
    NoCommonColumn,
    /// No rows.
    #[error("the original, the control or the release has no rows: there is nobody to attack")]
    Empty,
    /// Too many pairs of values.
    #[error(transparent)]
    TooManyCells(#[from] TooManyCells),
    /// A target that is not in the data.
    #[error("there is no row {row} among {rows}")]
    NoTarget {
        /// Its place, from 0.
        row: usize,
        /// How many there are.
        rows: usize,
    },
}

/// Makes all attacks.
///
/// # Errors
/// No column in common, or no rows.
pub fn run(
    original: &Microdata,
    control: Option<&Microdata>,
    released: &Microdata,
    settings: &Settings,
    source: &mut Source,
) -> Result<Attacks, AttackError> {
    let scene = Scene::new(original, control, released)?;
    let targets = Targets::choose(&scene, settings.targets, source);
    let outcomes = [
        membership::membership(&scene, &targets),
        Some(singling_out::singling_out(&scene, &targets, source)),
        linkage::linkage(&scene, &targets, source),
        inference::inference(&scene, &targets, source),
    ];
    let outcomes = outcomes.into_iter().flatten().map(|outcome| outcome.against(settings.promise)).collect();
    let name = |column: &Column| column.name.clone();
    let columns: Vec<String> = scene.original.columns().iter().map(name).collect();
    let left_out = original.columns().iter().map(name).filter(|name| !columns.contains(name)).collect();
    Ok(Attacks {
        people: original.rows(),
        released: released.rows(),
        control: control.map(Microdata::rows),
        columns,
        left_out,
        promise: settings.promise,
        outcomes,
    })
}

/// The game that differential privacy is defined by: releases are made again and again, half of them with a person and
/// half without, and the attacker says of each which it was. Needs the generator, but no control, and hits the one
/// person who is easiest to find (Stadler, Oprisanu and Troncoso, *Synthetic data – anonymisation groundhog day*,
/// 2022). `generate` makes a release from data and a number that is another each time.
///
/// # Errors
/// No such person, too many pairs of values, or a release without any of the columns.
pub fn game(
    data: &Microdata,
    target: usize,
    rounds: u64,
    promise: Option<Promise>,
    generate: impl Fn(&Microdata, u64) -> Microdata + Sync,
) -> Result<Outcome, AttackError> {
    if target >= data.rows() {
        return Err(AttackError::NoTarget { row: target, rows: data.rows() });
    }
    let person = rows(data, |row| row == target);
    let others = rows(data, |row| row != target);
    let known = Combinations::count(&others, 2)?;
    let scores = |data: &Microdata, first: u64| -> Result<Vec<(f64, f64)>, AttackError> {
        (0..rounds).into_par_iter().map(|round| score(&person, &known, &generate(data, first + round))).collect()
    };
    let (members, strangers): (Vec<_>, Vec<_>) = (scores(data, 0)?, scores(&others, rounds)?);
    let pick = |of: fn(&(f64, f64)) -> f64| Scored {
        members: members.iter().map(of).collect(),
        strangers: strangers.iter().map(of).collect(),
    };
    let (tried, found) =
        membership::better(pick(|score| score.0), pick(|score| score.1)).unwrap_or((Rate::of(0, 0), Rate::of(0, 0)));
    Ok(Outcome::new(Kind::Membership, tried, Some(found), Baseline::Control).against(promise))
}

/// Some of the rows.
fn rows(data: &Microdata, chosen: impl Fn(usize) -> bool) -> Microdata {
    let some = |column: &Column| {
        let codes = column.codes.iter().enumerate().filter(|(row, _)| chosen(*row)).map(|(_, code)| *code).collect();
        Column { codes, ..column.clone() }
    };
    Microdata::new(data.columns().iter().map(some).collect())
}

/// How much a release speaks for a person: by the closest record, and by how often the person's values and pairs of
/// values occur. The fewer others are known to have one, the more weight it has: the attacker knows everybody else.
fn score(person: &Microdata, known: &Combinations, released: &Microdata) -> Result<(f64, f64), AttackError> {
    if released.rows() == 0 {
        return Ok((f64::NEG_INFINITY, f64::NEG_INFINITY));
    }
    let scene = Scene::new(person, None, released)?;
    let columns: Vec<usize> = (0..scene.width()).collect();
    let person = People::of(&scene.original, &columns).person(0);
    let (distance, _) = People::of(&scene.released, &columns).nearest(&person);
    let released = Combinations::count(&scene.released, 2)?;
    let weight = |values: &[(usize, u16)]| count_of(&released, values) / count_of(known, values);
    let singles = values_of(&person).map(|value| weight(&[value]));
    let pairs = pairs_of(&person).map(|pair| weight(&pair));
    Ok((-f64::from(distance), singles.chain(pairs).sum()))
}

/// A person's values: their columns, and their codes less one.
fn values_of(person: &[u16]) -> impl Iterator<Item = (usize, u16)> {
    person.iter().enumerate().filter_map(|(column, code)| Some((column, code.checked_sub(1)?)))
}

/// The pairs of a person's values.
fn pairs_of(person: &[u16]) -> impl Iterator<Item = [(usize, u16); 2]> {
    let known: Vec<(usize, u16)> = values_of(person).collect();
    let pairs = |(place, second): (usize, &(usize, u16))| {
        let pair = |first: &(usize, u16)| [*first, *second];
        known.iter().take(place).map(pair).collect::<Vec<_>>()
    };
    known.iter().enumerate().flat_map(pairs).collect::<Vec<_>>().into_iter()
}

/// How often values occur together, and one half, so that what nobody has is no proof.
fn count_of(counts: &Combinations, values: &[(usize, u16)]) -> f64 {
    f64::from(counts.of_values(values)) + 0.5
}

/// The person who is easiest to find: whose values, taken in pairs, are the rarest.
pub fn most_exposed(data: &Microdata) -> Option<usize> {
    let columns: Vec<usize> = (0..data.columns().len()).collect();
    let counts = Combinations::count(data, 2).ok()?;
    let commonness = |person: &[u16]| -> f64 { pairs_of(person).map(|pair| count_of(&counts, &pair).ln()).sum() };
    let people = People::of(data, &columns);
    let all = (0..people.number()).map(|row| (row, commonness(&people.person(row))));
    all.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(row, _)| row)
}

#[cfg(test)]
mod tests;
