//! Records that give the answers that were measured, found by changing one value of one record at a time.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use smallvec::SmallVec;

use super::measure::{Counts, Measurement, Part};

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

/// One column's part in a target that counts every record.
struct Use {
    /// Where the target's gaps begin.
    base: usize,
    weight: f32,
    own: Part,
    others: SmallVec<[(u16, Part); 2]>,
}

/// A value that is known of a record: the column, and the code less one.
type Known = (u16, u16);

/// One column's part in all targets that count only records in which no column is empty: a tree of the other columns,
/// from left to right. Most columns of most records are empty, and what lies beyond them is not walked.
struct Tree {
    nodes: Vec<Node>,
    width: usize,
}

/// The target of one column and of those that lead here.
#[derive(Clone, Copy, Default)]
struct Node {
    /// Where its gaps begin.
    base: u32,
    /// 0: these columns are not asked about.
    weight: f32,
    /// How far apart neighbouring values of the column stand in it.
    own: u32,
    /// The same of the last column that leads here.
    last: u32,
    /// Where the nodes with one more column begin, one for each column there is; 0: there are none.
    next: u32,
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
    trees: Vec<Tree>,
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
        let mut trees: Vec<Tree> = sizes.iter().map(|_| Tree::new(sizes.len())).collect();
        let mut base = 0;
        for Measurement { query, weight, .. } in measured {
            let weight = (weight / scale / scale) as f32;
            for (column, own) in &query.parts {
                let others = query.parts.iter().filter(|(other, _)| other != column);
                match query.counts {
                    Counts::Known => trees[*column].add(base as u32, weight, *own, others),
                    Counts::All => {
                        let others = others.map(|(other, part)| (*other as u16, *part)).collect();
                        uses[*column].push(Use { base, weight, own: *own, others });
                    }
                }
            }
            base += query.cells;
        }
        let gaps = measured.par_iter().flat_map_iter(|measurement| gaps(measurement, &records, scale)).collect();
        Fit { records, sizes, gaps, uses, trees, allows }
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
            let record = self.records.row(row);
            let known = known(record);
            for column in 0..self.records.columns {
                let code = match self.sizes[column] {
                    2 => 1 - record[column],
                    // That of a record nearby, as likely as it is frequent; now and then any.
                    size if random.random_ratio(1, 4) => random.random_range(0..size as u16),
                    _ => self.records.row(random.random_range(begin..end))[column],
                };
                if code != record[column] && self.change(record, &known, column, code) < 0.0 {
                    changes.push(Change { row, column: column as u16, code });
                }
            }
        }
        changes
    }

    /// By how much the sum would grow.
    fn change(&self, record: &[u16], known: &[Known], column: usize, code: u16) -> f32 {
        let mut change = 0.0;
        self.touched(record, known, column, code, |place, by, weight| {
            change += weight * by * (by + 2.0 * self.gaps[place]);
        });
        change
    }

    /// Makes a change, if it is still one to gain from and is allowed.
    fn make(&mut self, change: &Change) -> bool {
        let (column, code) = (usize::from(change.column), change.code);
        let record = self.records.row(change.row);
        let known = known(record);
        if self.change(record, &known, column, code) >= 0.0 || !(self.allows)(record, column, code) {
            return false;
        }
        let mut gaps = std::mem::take(&mut self.gaps);
        self.touched(record, &known, column, code, |place, by, _| gaps[place] += by);
        self.gaps = gaps;
        self.records.codes[change.row * self.records.columns + column] = code;
        true
    }

    /// Each gap that another code would change, by how much it would, and what it weighs.
    fn touched(
        &self,
        record: &[u16],
        known: &[Known],
        column: usize,
        code: u16,
        mut touch: impl FnMut(usize, f32, f32),
    ) {
        let was = record[column];
        for use_ in &self.uses[column] {
            let (place, sign) = use_.others(record);
            match use_.own {
                Part::Sign => touch(place, if was == 0 { 2.0 } else { -2.0 } * sign, use_.weight),
                Part::Place(stride) => {
                    touch(place + at(was, stride), -sign, use_.weight);
                    touch(place + at(code, stride), sign, use_.weight);
                }
            }
        }
        let tree = &self.trees[column];
        let others: SmallVec<[Known; 64]> =
            known.iter().copied().filter(|(other, _)| usize::from(*other) != column).collect();
        tree.walk(&tree.nodes[0], 0, &others, &mut |node, place| {
            let place = node.base as usize + place;
            if let Some(was) = was.checked_sub(1) {
                touch(place + at(was, node.own), -1.0, node.weight);
            }
            if let Some(code) = code.checked_sub(1) {
                touch(place + at(code, node.own), 1.0, node.weight);
            }
        });
    }
}

/// What is known of a record, from left to right.
fn known(record: &[u16]) -> SmallVec<[Known; 64]> {
    (0..).zip(record).filter_map(|(column, code)| Some((column, code.checked_sub(1)?))).collect()
}

impl Use {
    /// The place and sign that the other columns give, this one left out.
    fn others(&self, record: &[u16]) -> (usize, f32) {
        let (mut place, mut sign) = (self.base, 1);
        for (column, part) in &self.others {
            part.count(record[usize::from(*column)], &mut place, &mut sign);
        }
        (place, f32::from(sign))
    }
}

impl Tree {
    fn new(width: usize) -> Tree {
        Tree { nodes: vec![Node::default()], width }
    }

    fn add<'a>(&mut self, base: u32, weight: f32, own: Part, others: impl Iterator<Item = &'a (usize, Part)>) {
        let mut node = 0;
        for (column, part) in others {
            if self.nodes[node].next == 0 {
                self.nodes[node].next = self.nodes.len() as u32;
                self.nodes.resize(self.nodes.len() + self.width, Node::default());
            }
            node = self.nodes[node].next as usize + column;
            self.nodes[node].last = stride(*part);
        }
        self.nodes[node] = Node { base, weight, own: stride(own), ..self.nodes[node] };
    }

    /// Each target of which these columns, or some of them, are the others, and the place that they give in it.
    #[inline(always)]
    fn walk(&self, node: &Node, place: usize, known: &[Known], see: &mut impl FnMut(&Node, usize)) {
        if node.weight > 0.0 {
            see(node, place);
        }
        if node.next > 0 {
            self.walk_on(node.next as usize, place, known, see);
        }
    }

    fn walk_on(&self, next: usize, place: usize, known: &[Known], see: &mut impl FnMut(&Node, usize)) {
        for (number, (column, value)) in known.iter().enumerate() {
            let node = &self.nodes[next + usize::from(*column)];
            self.walk(node, place + at(*value, node.last), &known[number + 1..], see);
        }
    }
}

fn stride(part: Part) -> u32 {
    match part {
        Part::Place(stride) => stride,
        Part::Sign => 0,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::measure::Query;
    use super::*;

    const SIZES: [usize; 4] = [2, 4, 2, 3];

    /// The sum of squared distances, each weighed by its noise, counted anew.
    fn sum(measured: &[Measurement], records: &Records) -> f64 {
        let squares = |measurement: &Measurement| {
            let gaps = gaps(measurement, records, 1.0);
            gaps.iter().map(|gap| f64::from(*gap).powi(2)).sum::<f64>() * measurement.weight
        };
        measured.iter().map(squares).sum()
    }

    fn some_answers(columns: &[usize], known: bool, numbers: &[i64]) -> Measurement {
        let query = if known { Query::known(columns, &SIZES) } else { Query::whole(columns, &SIZES) };
        let answer = numbers.iter().copied().cycle().skip(columns.len()).take(query.cells).collect();
        Measurement { query, answer, sigma: 1.0, weight: 1.0 / columns.len() as f64 }
    }

    proptest! {
        #[test]
        fn a_change_is_worth_what_counting_anew_says(
            rows in prop::collection::vec((0u16..2, 0u16..4, 0u16..2, 0u16..3), 1..12),
            asked in prop::collection::vec((prop::sample::subsequence(vec![0usize, 1, 2, 3], 1..=4), any::<bool>()), 1..8),
            numbers in prop::collection::vec(-9i64..9, 7),
            (row, column, code) in (0usize..12, 0usize..4, 0u16..4),
        ) {
            let codes: Vec<u16> = rows.iter().flat_map(|(a, b, c, d)| [*a, *b, *c, *d]).collect();
            let records = Records { codes, columns: 4 };
            // Each set of columns once, as all combinations are asked about.
            let asked: std::collections::BTreeMap<Vec<usize>, bool> = asked.into_iter().collect();
            let measured: Vec<Measurement> =
                asked.iter().map(|(columns, known)| some_answers(columns, *known, &numbers)).collect();
            let change = Change { row: row % rows.len(), column: column as u16, code: code % SIZES[column] as u16 };
            prop_assume!(records.row(change.row)[column] != change.code);
            let mut fit = Fit::new(records.clone(), &SIZES, &measured, 1.0, &|_, _, _| true);
            let record = fit.records.row(change.row);
            let worth = fit.change(record, &known(record), column, change.code);
            let mut changed = records.clone();
            changed.codes[change.row * 4 + column] = change.code;
            let difference = sum(&measured, &changed) - sum(&measured, &records);
            prop_assert!((f64::from(worth) - difference).abs() < 1e-3, "{worth} {difference}");
            if fit.make(&change) {
                let anew = Fit::new(changed, &SIZES, &measured, 1.0, &|_, _, _| true);
                prop_assert_eq!(fit.gaps, anew.gaps);
            } else {
                prop_assert!(difference > -1e-3);
            }
        }
    }
}
