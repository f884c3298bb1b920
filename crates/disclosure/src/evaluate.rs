//! How well released records keep the figures of the original ones.

use serde::Serialize;

use crate::Microdata;
use crate::count::{Combinations, TooManyCells};

/// How the combinations of one length fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByLength {
    /// How many values a combination has.
    pub length: usize,
    /// Combinations that occur in the original.
    pub combinations: u64,
    /// Mean of the original's counts.
    pub mean_count: f64,
    /// Mean absolute difference of counts, over all combinations that occur in either.
    pub mean_error: f64,
    /// The sum of absolute differences as a share of the sum of the original's counts.
    pub relative_error: f64,
    /// Combinations of the original that the release lacks.
    pub lost: u64,
    /// Combinations of the release that the original lacks.
    pub invented: u64,
}

/// What was compared does not have the same columns.
#[derive(Debug, thiserror::Error)]
pub enum NotComparable {
    /// A column of the original is not in the release.
    #[error("the released records have no column {0}")]
    Missing(String),
    /// Too many combinations.
    #[error(transparent)]
    TooManyCells(#[from] TooManyCells),
}

/// Released records with the columns and the codes of the original, so that both are counted alike. Values that only
/// the release has are added to both.
fn aligned(original: &Microdata, released: &Microdata) -> Result<(Microdata, Microdata), NotComparable> {
    let mut left = Vec::new();
    let mut right = Vec::new();
    for column in original.columns() {
        let other = released.column(&column.name).ok_or_else(|| NotComparable::Missing(column.name.clone()))?;
        let mut values = column.values.clone();
        let mut place = vec![0u16];
        for value in &other.values {
            let found = values.iter().position(|known| known == value).unwrap_or_else(|| {
                values.push(value.clone());
                values.len() - 1
            });
            place.push(u16::try_from(found + 1).unwrap_or(0));
        }
        let codes = other.codes.iter().map(|code| place[usize::from(*code)]).collect();
        left.push(crate::Column { values: values.clone(), ..column.clone() });
        right.push(crate::Column { values, codes, ..column.clone() });
    }
    Ok((Microdata::new(left), Microdata::new(right)))
}

/// Compares the counts of all combinations up to a length.
///
/// # Errors
/// The release lacks a column, or there are too many combinations.
pub fn by_length(original: &Microdata, released: &Microdata, length: usize) -> Result<Vec<ByLength>, NotComparable> {
    let (original, released) = aligned(original, released)?;
    let original = Combinations::count(&original, length)?;
    let released = Combinations::count(&released, length)?;
    let one = |length| {
        let pairs = original.counts(length).iter().zip(released.counts(length));
        let (mut either, mut combinations, mut lost, mut invented, mut sum, mut difference) =
            (0u64, 0, 0, 0, 0u64, 0u64);
        for (was, is) in pairs.filter(|(was, is)| **was > 0 || **is > 0) {
            either += 1;
            combinations += u64::from(*was > 0);
            lost += u64::from(*is == 0);
            invented += u64::from(*was == 0);
            sum += u64::from(*was);
            difference += u64::from(was.abs_diff(*is));
        }
        ByLength {
            length,
            combinations,
            mean_count: sum as f64 / combinations.max(1) as f64,
            mean_error: difference as f64 / either.max(1) as f64,
            relative_error: difference as f64 / sum.max(1) as f64,
            lost,
            invented,
        }
    };
    Ok((1..=original.length()).map(one).collect())
}
