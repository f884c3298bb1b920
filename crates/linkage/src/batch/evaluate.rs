//! How well a run did, where a column tells who is who.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::decide::Links;
use super::engine::{Engine, Progress};
use super::pairs::Pairs;

/// The least probability at which a run is judged.
pub const LEAST_JUDGED: f64 = 0.01;
/// Probabilities at which a run is judged.
const THRESHOLDS: [f64; 11] = [LEAST_JUDGED, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999];

/// Pairs of records said to be one person, and those that are, at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The probability from which pairs were taken.
    pub threshold: f64,
    /// Pairs that were said to match and do.
    pub right: u64,
    /// Pairs that were said to match and do not.
    pub wrong: u64,
    /// Pairs that match and were not found.
    pub missed: u64,
    /// Share of the pairs said to match that do.
    pub precision: f64,
    /// Share of the matching pairs that were found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// A run judged at several thresholds.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// By rising threshold.
    pub points: Vec<Point>,
}

impl Point {
    fn new(threshold: f64, right: u64, said: u64, matching: u64) -> Point {
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let (precision, recall) = (share(right, said), share(right, matching));
        let f1 = if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
        Point { threshold, right, wrong: said - right, missed: matching - right, precision, recall, f1 }
    }
}

impl std::fmt::Display for Evaluation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "threshold  precision  recall      F1       right       wrong      missed")?;
        for point in &self.points {
            writeln!(
                out,
                "{:<9}  {:>9.4}  {:>6.4}  {:>6.4}  {:>10}  {:>10}  {:>10}",
                point.threshold, point.precision, point.recall, point.f1, point.right, point.wrong, point.missed
            )?;
        }
        Ok(())
    }
}

impl Evaluation {
    /// Precision, recall and F1 by threshold as SVG.
    pub fn to_svg(&self) -> String {
        super::picture::curve("Precision, recall and F1 by threshold", &self.points)
    }

    /// The point of the highest F1.
    pub fn best(&self) -> Option<&Point> {
        self.points.iter().max_by(|a, b| a.f1.total_cmp(&b.f1))
    }
}

impl Engine {
    /// Judges people (one file) or links (two files) against the truth column, at usual
    /// thresholds and at `threshold`.
    ///
    /// # Errors
    /// As [`Engine::pairs`].
    pub fn evaluate(&self, threshold: f64, links: Links, progress: Progress<'_>) -> std::io::Result<Evaluation> {
        let mut pairs = self.pairs(threshold.min(LEAST_JUDGED), progress)?;
        self.judge(&mut pairs, threshold, links)
    }

    /// The same of pairs that were looked for before, down to [`LEAST_JUDGED`].
    ///
    /// # Errors
    /// As [`Engine::pairs`].
    pub fn judge(&self, pairs: &mut Pairs, threshold: f64, links: Links) -> std::io::Result<Evaluation> {
        let mut thresholds = THRESHOLDS.to_vec();
        if !thresholds.contains(&threshold) {
            thresholds.push(threshold);
        }
        thresholds.sort_by(f64::total_cmp);
        let truth = &self.records.truth;
        let mut points = Vec::new();
        for threshold in thresholds {
            let point = if let Some(split) = self.records.split {
                let said = self.link(pairs, threshold, links)?;
                let right = said
                    .iter()
                    .filter(|pair| {
                        truth[pair.one as usize] != 0 && truth[pair.one as usize] == truth[pair.other as usize]
                    })
                    .count();
                Point::new(threshold, right as u64, said.len() as u64, matching(&truth[..split], &truth[split..]))
            } else {
                let people = self.cluster(pairs, threshold)?;
                let both = people.iter().zip(truth).filter(|(_, truth)| **truth != 0);
                let right = pairs_within(both.map(|(person, truth)| u64::from(*person) << 32 | u64::from(*truth)));
                let said = pairs_within(people.iter().map(|person| u64::from(*person)));
                let matching = pairs_within(truth.iter().filter(|truth| **truth != 0).map(|truth| u64::from(*truth)));
                Point::new(threshold, right, said, matching)
            };
            points.push(point);
        }
        Ok(Evaluation { points })
    }
}

/// How many pairs have the same key.
fn pairs_within(keys: impl Iterator<Item = u64>) -> u64 {
    let mut counts = FxHashMap::<u64, u64>::default();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts.into_values().map(|count| count * (count - 1) / 2).sum()
}

fn matching(ones: &[u32], others: &[u32]) -> u64 {
    let mut counts = FxHashMap::<u32, u64>::default();
    ones.iter().filter(|truth| **truth != 0).for_each(|truth| *counts.entry(*truth).or_default() += 1);
    others.iter().map(|truth| counts.get(truth).copied().unwrap_or(0)).sum()
}
