//! Records that give the answers that were measured, found by changing one value of one record at a time.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use smallvec::SmallVec;

use super::measure::{Measurement, Part, counted};

/// Synthetic records as codes, record after record.
#[derive(Clone, Debug)]
pub(super) struct Records {
    codes: Vec<u16>,
    columns: usize,
}

impl Records {
    /// Records from columns of one length.
    pub fn of(columns: &[Vec<u16>]) -> Records {
        let rows = columns.first().map_or(0, Vec::len);
        let codes = (0..rows).flat_map(|row| columns.iter().map(move |codes| codes[row])).collect();
        Records { codes, columns: columns.len() }
    }

    pub fn rows(&self) -> usize {
        self.codes.len() / self.columns.max(1)
    }

    fn row(&self, row: usize) -> &[u16] {
        &self.codes[row * self.columns..(row + 1) * self.columns]
    }

    /// The codes of one column.
    pub fn column(&self, column: usize) -> Vec<u16> {
        self.codes.iter().skip(column).step_by(self.columns.max(1)).copied().collect()
    }

    /// As many records as asked for, each as often as any other but for one.
    pub fn repeated(&self, rows: usize) -> Records {
        let codes = self.codes.iter().copied().cycle().take(rows * self.columns).collect();
        Records { codes, columns: self.columns }
    }
}

/// One column's part in a target.
struct Use {
    /// Where the target's gaps begin.
    base: u32,
    weight: f32,
    own: Part,
    others: SmallVec<[(u16, Part); 2]>,
}

/// A change that a record would gain from.
struct Change {
    row: usize,
    column: u16,
    code: u16,
}

/// Records looked at side by side before what they would gain from is changed, one after the other.
const BATCH: usize = 4096;
/// Records that one thread looks at in a row.
const PIECE: usize = 512;

/// Records on their way to what was measured. The sum of squared distances, each weighed by its noise, falls with
/// every change: the least-squares estimate among tables of whole, consistent, non-negative counts.
pub(super) struct Fit<'a> {
    records: Records,
    sizes: &'a [usize],
    /// What the records give, less what was measured, of all targets.
    gaps: Vec<f32>,
    uses: Vec<Vec<Use>>,
    /// What a record may hold besides.
    allows: &'a (dyn Fn(&[u16], usize, u16) -> bool + Sync),
}

impl<'a> Fit<'a> {
    /// Begins with these records, whose answers should be `scale` times those that were measured.
    pub fn new(
        records: Records,
        sizes: &'a [usize],
        measured: &[Measurement],
        scale: f64,
        allows: &'a (dyn Fn(&[u16], usize, u16) -> bool + Sync),
    ) -> Fit<'a> {
        let mut uses: Vec<Vec<Use>> = sizes.iter().map(|_| Vec::new()).collect();
        let mut base = 0;
        for measurement in measured {
            let weight = (measurement.sigma * scale).powi(-2) as f32;
            for (column, own) in &measurement.query.parts {
                let others = measurement.query.parts.iter().filter(|(other, _)| other != column);
                let others = others.map(|(other, part)| (*other as u16, *part)).collect();
                uses[*column].push(Use { base, weight, own: *own, others });
            }
            base += measurement.query.cells as u32;
        }
        let gaps = measured.par_iter().flat_map_iter(|measurement| gaps(measurement, &records, scale)).collect();
        Fit { records, sizes, gaps, uses, allows }
    }

    /// Goes over all records as often as told, or until hardly any gains from a change.
    pub fn run(mut self, sweeps: usize, seed: u64) -> Records {
        let mut seeds = SmallRng::seed_from_u64(seed);
        for _ in 0..sweeps {
            let mut changed = 0;
            for begin in (0..self.records.rows()).step_by(BATCH) {
                let end = (begin + BATCH).min(self.records.rows());
                let pieces: Vec<(usize, u64)> =
                    (begin..end).step_by(PIECE).map(|piece| (piece, seeds.random())).collect();
                let changes: Vec<Change> = pieces
                    .into_par_iter()
                    .flat_map_iter(|(piece, seed)| self.changes(piece, (piece + PIECE).min(end), seed))
                    .collect();
                changed += changes.into_iter().filter(|change| self.make(change)).count();
            }
            if changed * 200 < self.records.rows() {
                break;
            }
        }
        self.records
    }

    /// What the records from `begin` to `end` would gain from, as things stand.
    fn changes(&self, begin: usize, end: usize, seed: u64) -> Vec<Change> {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut changes = Vec::new();
        for row in begin..end {
            for column in 0..self.records.columns {
                let record = self.records.row(row);
                let code = match self.sizes[column] {
                    2 => 1 - record[column],
                    // That of a record nearby, as likely as it is frequent; now and then any.
                    size if random.random_ratio(1, 4) => random.random_range(0..size as u16),
                    _ => self.records.row(random.random_range(begin..end))[column],
                };
                if code != record[column] && self.change(record, column, code) < 0.0 {
                    changes.push(Change { row, column: column as u16, code });
                }
            }
        }
        changes
    }

    /// By how much the sum would grow.
    fn change(&self, record: &[u16], column: usize, code: u16) -> f32 {
        let was = record[column];
        let mut change = 0.0;
        for use_ in &self.uses[column] {
            let Some((place, sign)) = use_.others(record) else { continue };
            let sign = f32::from(sign);
            let gap = |place: usize| self.gaps[place];
            change += use_.weight
                * match use_.own {
                    Part::Sign => 4.0 - 4.0 * sign * gap(place) * if was == 0 { -1.0 } else { 1.0 },
                    Part::Place(stride) => {
                        let (old, new) = (place + at(was, stride), place + at(code, stride));
                        2.0 + 2.0 * sign * (gap(new) - gap(old))
                    }
                    Part::Known(stride) => {
                        let leaves = was.checked_sub(1).map(|was| gap(place + at(was, stride)));
                        let comes = code.checked_sub(1).map(|code| gap(place + at(code, stride)));
                        leaves.map_or(0.0, |gap| 1.0 - 2.0 * sign * gap)
                            + comes.map_or(0.0, |gap| 1.0 + 2.0 * sign * gap)
                    }
                };
        }
        change
    }

    /// Makes a change, if it is still one to gain from and is allowed.
    fn make(&mut self, change: &Change) -> bool {
        let (column, code) = (usize::from(change.column), change.code);
        let record = self.records.row(change.row);
        let was = record[column];
        if self.change(record, column, code) >= 0.0 || !(self.allows)(record, column, code) {
            return false;
        }
        for use_ in &self.uses[column] {
            let Some((place, sign)) = use_.others(record) else { continue };
            let sign = f32::from(sign);
            match use_.own {
                Part::Sign => self.gaps[place] -= 2.0 * sign * if was == 0 { -1.0 } else { 1.0 },
                Part::Place(stride) => {
                    self.gaps[place + at(was, stride)] -= sign;
                    self.gaps[place + at(code, stride)] += sign;
                }
                Part::Known(stride) => {
                    if let Some(was) = was.checked_sub(1) {
                        self.gaps[place + at(was, stride)] -= sign;
                    }
                    if let Some(code) = code.checked_sub(1) {
                        self.gaps[place + at(code, stride)] += sign;
                    }
                }
            }
        }
        self.records.codes[change.row * self.records.columns + column] = code;
        true
    }
}

impl Use {
    /// The place and sign that the other columns give, this one left out.
    fn others(&self, record: &[u16]) -> Option<(usize, i8)> {
        let parts = self.others.iter().map(|(column, part)| (*part, record[usize::from(*column)]));
        counted(parts).map(|(place, sign)| (self.base as usize + place, sign))
    }
}

fn at(code: u16, stride: u32) -> usize {
    usize::from(code) * stride as usize
}

fn gaps(measurement: &Measurement, records: &Records, scale: f64) -> Vec<f32> {
    let mut gaps: Vec<f32> = measurement.answer.iter().map(|answer| (-scale * *answer as f64) as f32).collect();
    for row in 0..records.rows() {
        let record = records.row(row);
        if let Some((place, sign)) = measurement.query.counts(|column| record[column]) {
            gaps[place] += f32::from(sign);
        }
    }
    gaps
}
