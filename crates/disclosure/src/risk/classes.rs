//! Rows that share the values of some columns.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::microdata::Column;

/// A mark of each row, which is the sum of a mark of each of its values: rows of equal values have equal marks, and
/// rows of different ones do not, but for a chance of less than one in 10^20 for a million rows. A column is left out
/// by subtracting its marks.
pub struct Marks<'a> {
    columns: Vec<(&'a Column, Vec<u128>)>,
    sums: Vec<u128>,
}

impl<'a> Marks<'a> {
    /// The marks of these columns.
    pub fn of(columns: &[&'a Column], rows: usize) -> Marks<'a> {
        let marks = |(place, column): (u64, &&'a Column)| {
            let marks = (0..column.size() as u64).map(|code| mark(place, code)).collect::<Vec<u128>>();
            (*column, marks)
        };
        let columns: Vec<(&Column, Vec<u128>)> = (0..).zip(columns).map(marks).collect();
        let mut sums = vec![0u128; rows];
        for (column, marks) in &columns {
            sums.par_iter_mut().zip(&column.codes).for_each(|(sum, code)| *sum = sum.wrapping_add(of(marks, *code)));
        }
        Marks { columns, sums }
    }

    /// The marks of all columns.
    pub fn all(&self) -> Vec<u128> {
        self.sums.clone()
    }

    /// The marks of all columns but one, for each of them.
    pub fn without(&self) -> impl IndexedParallelIterator<Item = Vec<u128>> {
        self.columns.par_iter().map(|(column, marks)| {
            let rest = |(sum, code): (&u128, &u16)| sum.wrapping_sub(of(marks, *code));
            self.sums.iter().zip(&column.codes).map(rest).collect()
        })
    }
}

fn of(marks: &[u128], code: u16) -> u128 {
    marks.get(usize::from(code)).copied().unwrap_or_default()
}

/// A number that looks drawn, by the finaliser of SplitMix64 (Steele, Lea and Flood 2014), twice.
fn mark(column: u64, code: u64) -> u128 {
    let mixed = |seed: u64| {
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let low = mixed(mixed(column) ^ code);
    let high = mixed(mixed(!column).wrapping_add(code));
    u128::from(high) << 64 | u128::from(low)
}

/// Rows sorted into classes.
pub struct Classes {
    of_rows: Vec<u32>,
    counts: Vec<u32>,
}

impl Classes {
    /// Rows of one mark are one class.
    pub fn of(marks: &[u128]) -> Classes {
        let mut places: FxHashMap<u128, u32> = FxHashMap::default();
        let mut counts: Vec<u32> = Vec::new();
        let of_rows = marks.iter().map(|mark| {
            let next = u32::try_from(counts.len()).unwrap_or(u32::MAX);
            let class = *places.entry(*mark).or_insert(next);
            if class == next {
                counts.push(0);
            }
            if let Some(count) = counts.get_mut(class as usize) {
                *count += 1;
            }
            class
        });
        let of_rows = of_rows.collect();
        Classes { of_rows, counts }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// The class of each row.
    pub fn of_rows(&self) -> &[u32] {
        &self.of_rows
    }

    /// The size of each class.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The size of each row's class.
    pub fn sizes(&self) -> impl Iterator<Item = u32> {
        self.of_rows.iter().map(|class| self.counts.get(*class as usize).copied().unwrap_or_default())
    }

    /// Rows in classes of fewer.
    pub fn below(&self, size: u64) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).filter(|count| *count < size).sum()
    }
}
