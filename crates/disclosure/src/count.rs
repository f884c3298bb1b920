//! How many rows share a combination of values, for all combinations up to a length at once.

use rayon::prelude::*;
use serde::Serialize;

use crate::Microdata;

/// The most cells that are counted at once: 4 bytes each.
const MOST_CELLS: u64 = 1 << 28;

/// There are too many combinations to count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there are {cells} combinations of {length} values, more than can be counted: ask for shorter ones, leave columns \
     out, or put their values into broader groups (most values has {largest})"
)]
pub struct TooManyCells {
    /// How many combinations of values there can be.
    pub cells: u64,
    /// Their length.
    pub length: usize,
    /// The column with the most values.
    pub largest: String,
}

/// The counts of all combinations of values up to a length: of sex and age, of sex, age and country, and so on for
/// every choice of columns. Empty cells take part in none: a combination says what is known of a person.
///
/// The counts of one choice of columns lie together, the first column's value varying fastest.
#[derive(Debug, Clone)]
pub struct Combinations {
    /// Values of each column, the empty one left out.
    sizes: Vec<usize>,
    /// For each length, by the rank of its columns, where their counts begin; one more entry for the end.
    starts: Vec<Vec<usize>>,
    /// For each length, all counts.
    counts: Vec<Vec<u32>>,
}

/// One choice of columns with its counts.
#[derive(Debug, Clone, Serialize)]
pub struct Marginal<'a> {
    /// The places of its columns, from left to right.
    pub columns: Vec<usize>,
    /// One count for each combination of values, the first column's value varying fastest.
    pub counts: &'a [u32],
}

/// The rank of a choice of columns among all of its length: combinations in colexicographic order (Knuth, *The Art of
/// Computer Programming* 4A, 7.2.1.3), so that all with the same last column follow one another.
fn rank(columns: impl IntoIterator<Item = usize>) -> usize {
    columns.into_iter().zip(1..).map(|(column, place)| binomial(column, place)).sum()
}

/// How many choices of `k` there are among `n`.
pub(crate) fn binomial(n: usize, k: usize) -> usize {
    if k > n { 0 } else { (0..k).fold(1, |product, i| product * (n - i) / (i + 1)) }
}

/// The next choice of columns in colexicographic order, or none.
fn advance(columns: &mut [usize], of: usize) -> bool {
    for place in 0..columns.len() {
        let end = columns.get(place + 1).copied().unwrap_or(of);
        if columns[place] + 1 < end {
            columns[place] += 1;
            for (before, column) in columns[..place].iter_mut().enumerate() {
                *column = before;
            }
            return true;
        }
    }
    false
}

/// What is known of each row: the columns that are not empty, with their values.
struct Known {
    ends: Vec<usize>,
    cells: Vec<(u16, u16)>,
}

impl Known {
    fn of(data: &Microdata) -> Known {
        let mut ends = Vec::with_capacity(data.rows());
        let mut cells = Vec::with_capacity(data.rows() * data.columns().len() / 2);
        for row in 0..data.rows() {
            for (place, column) in (0u16..).zip(data.columns()) {
                if let Some(value) = column.codes[row].checked_sub(1) {
                    cells.push((place, value));
                }
            }
            ends.push(cells.len());
        }
        Known { ends, cells }
    }

    fn rows(&self) -> impl Iterator<Item = &[(u16, u16)]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.cells[begin..*end])
    }
}

/// The counts of the choices of columns that end in the same one.
struct Unit<'a> {
    last: usize,
    length: usize,
    /// By rank, less that of the first choice of this unit.
    starts: &'a [usize],
    sizes: &'a [usize],
    counts: &'a mut [u32],
}

impl Unit<'_> {
    fn count(&mut self, known: &Known) {
        let base = self.starts[0];
        for row in known.rows() {
            let Some(place) = row.iter().position(|(column, _)| usize::from(*column) == self.last) else { continue };
            let value = usize::from(row[place].1);
            match self.length {
                1 => self.counts[value] += 1,
                length => self.add(&row[..place], length - 1, 0, value, base),
            }
        }
    }

    /// Adds the row to each choice of `left` more columns among those before. `cell` is the place among the values
    /// chosen so far, which vary slower than those to come.
    fn add(&mut self, before: &[(u16, u16)], left: usize, rank: usize, cell: usize, base: usize) {
        if left == 1 {
            for (column, value) in before {
                let column = usize::from(*column);
                let start = self.starts[rank + column] - base;
                self.counts[start + cell * self.sizes[column] + usize::from(*value)] += 1;
            }
            return;
        }
        for (place, (column, value)) in before.iter().enumerate().skip(left - 1) {
            let column = usize::from(*column);
            let cell = cell * self.sizes[column] + usize::from(*value);
            self.add(&before[..place], left - 1, rank + binomial(column, left), cell, base);
        }
    }
}

impl Combinations {
    /// Counts all combinations up to a length, on all cores.
    ///
    /// # Errors
    /// More combinations than can be counted.
    pub fn count(data: &Microdata, length: usize) -> Result<Combinations, TooManyCells> {
        let sizes: Vec<usize> = data.columns().iter().map(|column| column.values.len()).collect();
        let length = length.min(sizes.len());
        let known = Known::of(data);
        let mut all = Combinations { sizes, starts: Vec::new(), counts: Vec::new() };
        for length in 1..=length {
            let starts = all.places(length).map_err(|cells| TooManyCells {
                cells,
                length,
                largest: data.columns().iter().max_by_key(|c| c.values.len()).map_or(String::new(), |c| c.name.clone()),
            })?;
            let mut counts = vec![0; starts.last().copied().unwrap_or(0)];
            all.units(length, &starts, &mut counts).into_par_iter().for_each(|mut unit| unit.count(&known));
            all.starts.push(starts);
            all.counts.push(counts);
        }
        Ok(all)
    }

    /// Where the counts of each choice of columns begin, and where all end; too many cells as an error.
    fn places(&self, length: usize) -> Result<Vec<usize>, u64> {
        let mut starts = vec![0];
        let mut cells = 0u64;
        let mut columns: Vec<usize> = (0..length).collect();
        loop {
            cells += columns.iter().map(|column| self.sizes[*column] as u64).product::<u64>();
            if cells > MOST_CELLS {
                return Err(cells);
            }
            starts.push(cells as usize);
            if !advance(&mut columns, self.sizes.len()) {
                return Ok(starts);
            }
        }
    }

    fn units<'a>(&'a self, length: usize, starts: &'a [usize], counts: &'a mut [u32]) -> Vec<Unit<'a>> {
        let mut rest = counts;
        (length - 1..self.sizes.len())
            .map(|last| {
                let starts = &starts[binomial(last, length)..=binomial(last + 1, length)];
                let cells = starts[starts.len() - 1] - starts[0];
                let (counts, after) = std::mem::take(&mut rest).split_at_mut(cells);
                rest = after;
                Unit { last, length, starts, sizes: &self.sizes, counts }
            })
            .collect()
    }

    /// The longest combinations that were counted.
    pub fn length(&self) -> usize {
        self.counts.len()
    }

    /// How many values each column has, the empty one left out.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// All counts of one length, choice after choice.
    pub fn counts(&self, length: usize) -> &[u32] {
        length.checked_sub(1).and_then(|place| self.counts.get(place)).map_or(&[], Vec::as_slice)
    }

    /// The counts of one choice of columns, which are named from left to right; none for longer ones than were
    /// counted.
    pub fn of(&self, columns: &[usize]) -> &[u32] {
        let Some(starts) = columns.len().checked_sub(1).and_then(|place| self.starts.get(place)) else { return &[] };
        let rank = rank(columns.iter().copied());
        match (starts.get(rank), starts.get(rank + 1)) {
            (Some(start), Some(end)) => &self.counts[columns.len() - 1][*start..*end],
            _ => &[],
        }
    }

    /// The count of one combination of values, given as columns from left to right with their values.
    pub(crate) fn of_values(&self, values: &[(usize, u16)]) -> u32 {
        let rank = rank(values.iter().map(|(column, _)| *column));
        let cell =
            values.iter().rev().fold(0, |cell, (column, value)| cell * self.sizes[*column] + usize::from(*value));
        let start =
            values.len().checked_sub(1).and_then(|place| self.starts.get(place)).and_then(|starts| starts.get(rank));
        start.and_then(|start| self.counts[values.len() - 1].get(start + cell)).copied().unwrap_or(0)
    }

    /// Changes every count.
    pub(crate) fn change(&mut self, change: impl Fn(u32) -> u32 + Sync) {
        self.counts.iter_mut().for_each(|counts| counts.par_iter_mut().for_each(|count| *count = change(*count)));
    }

    /// Puts other counts of one length in place.
    pub(crate) fn replace(&mut self, length: usize, counts: Vec<u32>) {
        self.counts[length - 1] = counts;
    }

    /// Takes away what contradicts itself: no combination is more frequent than a part of it.
    pub(crate) fn close(&mut self) {
        for length in 2..=self.length() {
            let (shorter, longer) = self.counts.split_at_mut(length - 1);
            let parts = &shorter[length - 2];
            let starts = &self.starts[length - 1];
            let mut columns: Vec<usize> = (0..length).collect();
            for start in starts.windows(2) {
                let sizes: Vec<usize> = columns.iter().map(|column| self.sizes[*column]).collect();
                for left_out in 0..length {
                    let part = [&columns[..left_out], &columns[left_out + 1..]].concat();
                    let part_start = self.starts[length - 2][rank(part)];
                    let below: usize = sizes[..left_out].iter().product();
                    let own = sizes[left_out];
                    for (cell, count) in longer[0][start[0]..start[1]].iter_mut().enumerate() {
                        let part_cell = cell % below + cell / (below * own) * below;
                        *count = (*count).min(parts[part_start + part_cell]);
                    }
                }
                advance(&mut columns, self.sizes.len());
            }
        }
    }

    /// All choices of columns of one length with their counts.
    pub fn marginals(&self, length: usize) -> Vec<Marginal<'_>> {
        let mut columns: Vec<usize> = (0..length).collect();
        let Some(starts) = length.checked_sub(1).and_then(|place| self.starts.get(place)) else { return Vec::new() };
        let marginal = |(start, end): (&usize, &usize)| {
            let marginal = Marginal { columns: columns.clone(), counts: &self.counts[length - 1][*start..*end] };
            advance(&mut columns, self.sizes.len());
            marginal
        };
        starts.iter().zip(&starts[1..]).map(marginal).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Column;

    fn data(rows: &[[u8; 4]]) -> Microdata {
        let column = |place: usize| {
            let cells: Vec<String> = rows
                .iter()
                .map(|row| if row[place] == 0 { String::new() } else { format!("v{}", row[place]) })
                .collect();
            Column::found(&format!("c{place}"), cells.iter().map(String::as_str)).unwrap()
        };
        Microdata::new((0..4).map(column).collect())
    }

    proptest! {
        #[test]
        fn every_combination_is_counted_as_one_would_by_hand(rows in prop::collection::vec([0u8..4, 0u8..3, 0u8..2, 0u8..6], 1..60)) {
            let data = data(&rows);
            let all = Combinations::count(&data, 4).unwrap();
            for length in 1..=4 {
                prop_assert_eq!(all.marginals(length).len(), binomial(4, length));
                for marginal in all.marginals(length) {
                    let mut by_hand = vec![0; marginal.counts.len()];
                    for row in 0..data.rows() {
                        let mut cell = Some(0);
                        for column in marginal.columns.iter().rev() {
                            let column = &data.columns()[*column];
                            let value = usize::from(column.codes[row]).checked_sub(1);
                            cell = cell.zip(value).map(|(cell, value)| cell * column.values.len() + value);
                        }
                        if let Some(cell) = cell {
                            by_hand[cell] += 1;
                        }
                    }
                    prop_assert_eq!(marginal.counts, by_hand.as_slice());
                    prop_assert_eq!(all.of(&marginal.columns), marginal.counts);
                }
            }
        }
    }

    #[test]
    fn more_combinations_than_can_be_counted_are_refused_with_the_column_to_look_at() {
        let wide = |name: &str| {
            let values: Vec<String> = (0..9_000).map(|value| value.to_string()).collect();
            Column::found(name, values.iter().map(String::as_str)).unwrap()
        };
        let data = Microdata::new(vec![wide("village"), wide("street"), wide("school"), wide("clinic"), wide("camp")]);
        let refused = Combinations::count(&data, 2).unwrap_err();
        assert!(refused.to_string().contains("broader groups"), "{refused}");
        assert!(Combinations::count(&data, 1).is_ok());
    }
}
