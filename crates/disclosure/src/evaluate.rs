//! How well released records keep the figures of the original ones.

use serde::Serialize;

use crate::Microdata;
use crate::count::{Combinations, TooManyCells};
use crate::report::{Bar, Bars, Cell, Format, Page, Section, Table};

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

/// All combinations of both, the release in the columns and the codes of the original.
fn counted(
    original: &Microdata,
    released: &Microdata,
    length: usize,
) -> Result<(Combinations, Combinations), NotComparable> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for column in original.columns() {
        let other = released.column(&column.name).ok_or_else(|| NotComparable::Missing(column.name.clone()))?;
        let (own, [other]) = column.in_same_codes([Some(other)]);
        left.push(own);
        right.extend(other);
    }
    let [original, released] = [left, right].map(|columns| Combinations::count(&Microdata::new(columns), length));
    Ok((original?, released?))
}

/// How far two distributions are apart: half the sum of the differences of all shares, from 0 (the same) to 1 (nothing
/// in common); the total variation distance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Apart {
    /// Of which columns together.
    pub columns: Vec<String>,
    /// How far.
    pub distance: f64,
}

/// How combinations fared that so many people share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByCount {
    /// At least.
    pub from: u32,
    /// Combinations.
    pub combinations: u64,
    /// The sum of absolute differences as a share of the sum of the original's counts.
    pub relative_error: f64,
}

/// How well released records keep the figures of the original.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Utility {
    /// Rows of the original.
    pub original: usize,
    /// Rows of the release.
    pub released: usize,
    /// The error by length of combination.
    pub lengths: Vec<ByLength>,
    /// The error of the longest combinations by how many people share them.
    pub counts: Vec<ByCount>,
    /// How far each column's distribution is from the original, in the order of the file.
    pub columns: Vec<Apart>,
    /// The same for pairs of columns, the farthest first.
    pub pairs: Vec<Apart>,
}

/// Compares the counts of all combinations up to a length.
///
/// # Errors
/// The release lacks a column, or there are too many combinations.
pub fn utility(original: &Microdata, released: &Microdata, length: usize) -> Result<Utility, NotComparable> {
    let names: Vec<&str> = original.columns().iter().map(|column| column.name.as_str()).collect();
    let rows = (original.rows(), released.rows());
    let (original, released) = counted(original, released, length)?;
    let apart = |length| -> Vec<Apart> {
        let marginals = original.marginals(length).into_iter();
        marginals
            .map(|marginal| Apart {
                columns: marginal.columns.iter().map(|column| names[*column].to_owned()).collect(),
                distance: distance(marginal.counts, released.of(&marginal.columns), rows),
            })
            .collect()
    };
    let mut pairs = apart(2);
    pairs.sort_by(|one, other| other.distance.total_cmp(&one.distance));
    let longest = original.length();
    Ok(Utility {
        original: rows.0,
        released: rows.1,
        lengths: (1..=longest).map(|length| one_length(&original, &released, length)).collect(),
        counts: by_count(original.counts(longest), released.counts(longest)),
        columns: apart(1),
        pairs,
    })
}

/// The error by length of combination alone.
///
/// # Errors
/// As [`utility`].
pub fn by_length(original: &Microdata, released: &Microdata, length: usize) -> Result<Vec<ByLength>, NotComparable> {
    let (original, released) = counted(original, released, length)?;
    Ok((1..=original.length()).map(|length| one_length(&original, &released, length)).collect())
}

fn one_length(original: &Combinations, released: &Combinations, length: usize) -> ByLength {
    let pairs = original.counts(length).iter().zip(released.counts(length));
    let (mut either, mut combinations, mut lost, mut invented, mut sum, mut difference) = (0u64, 0, 0, 0, 0u64, 0u64);
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
}

fn by_count(original: &[u32], released: &[u32]) -> Vec<ByCount> {
    let classes = [1, 10, 100, 1_000, 10_000, u32::MAX];
    let class = |bounds: &[u32]| {
        let within = original.iter().zip(released).filter(|(was, _)| (bounds[0]..bounds[1]).contains(*was));
        let (mut combinations, mut sum, mut difference) = (0, 0u64, 0u64);
        for (was, is) in within {
            combinations += 1;
            sum += u64::from(*was);
            difference += u64::from(was.abs_diff(*is));
        }
        ByCount { from: bounds[0], combinations, relative_error: difference as f64 / sum.max(1) as f64 }
    };
    classes.windows(2).map(class).filter(|class| class.combinations > 0).collect()
}

/// Rows that lack one of the columns are one more value.
fn distance(original: &[u32], released: &[u32], rows: (usize, usize)) -> f64 {
    let share = |count: u64, of: usize| count as f64 / of.max(1) as f64;
    let sum = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum::<u64>();
    let known: f64 = original
        .iter()
        .zip(released)
        .map(|(was, is)| (share(u64::from(*was), rows.0) - share(u64::from(*is), rows.1)).abs())
        .sum();
    let lacking = (share(sum(original), rows.0) - share(sum(released), rows.1)).abs();
    (known + lacking) / 2.0
}

impl Utility {
    /// As a report.
    pub fn page(&self) -> Page {
        let bar = |value: f64| vec![Bar { value, interval: None, mark: None }];
        let bars = |heading: &str, note: &str, rows_are: &str, values_are: &str, rows: Vec<(String, Vec<Bar>)>| {
            Section::Bars(Bars {
                heading: heading.to_owned(),
                note: note.to_owned(),
                rows_are: rows_are.to_owned(),
                series: Vec::new(),
                values_are: values_are.to_owned(),
                format: Format::Percent,
                mark_is: String::new(),
                full: Some(1.0),
                rows,
            })
        };
        let apart = |apart: &Apart| (apart.columns.join(", "), bar(apart.distance));
        let lengths = self.lengths.iter().map(|line| {
            vec![
                Cell::Text(line.length.to_string()),
                Cell::Number(line.combinations as f64, Format::Whole),
                Cell::Number(line.mean_count, Format::Decimals(1)),
                Cell::Number(line.mean_error, Format::Decimals(1)),
                Cell::Number(line.relative_error, Format::Percent),
                Cell::Number(line.lost as f64, Format::Whole),
                Cell::Number(line.invented as f64, Format::Whole),
            ]
        });
        let heads =
            ["Values together", "Combinations", "Mean count", "Mean error", "Relative error", "Lost", "Invented"];
        Page {
            title: "How well the released records keep the figures".to_owned(),
            language: "en".to_owned(),
            sections: vec![
                Section::Warning {
                    text: "This report compares with the original records, and so tells about them: it is for those \
                           who may see the original."
                        .to_owned(),
                },
                Section::Text {
                    heading: String::new(),
                    paragraphs: vec![format!(
                        "{} original records, {} released ones. A combination is a choice of values of different \
                         columns; its count is how many records hold them all. The error is the difference of both \
                         counts.",
                        self.original, self.released
                    )],
                },
                Section::Table(Table {
                    heading: "Error by length of combination".to_owned(),
                    note: "Lost combinations occur in the original only, invented ones in the release only.".to_owned(),
                    columns: heads.map(str::to_owned).to_vec(),
                    rows: lengths.collect(),
                }),
                bars(
                    "Relative error by length",
                    "All differences, as a share of all counts.",
                    "Values together",
                    "Relative error",
                    self.lengths.iter().map(|line| (line.length.to_string(), bar(line.relative_error))).collect(),
                ),
                bars(
                    "Relative error by how many share a combination",
                    "Of the longest combinations. Small counts cannot be kept by anything that protects.",
                    "People, from",
                    "Relative error",
                    self.counts.iter().map(|line| (line.from.to_string(), bar(line.relative_error))).collect(),
                ),
                bars(
                    "Columns",
                    "How far the shares of all values are from the original: 0 is the same, 100 % nothing in common.",
                    "Column",
                    "Distance",
                    self.columns.iter().map(apart).collect(),
                ),
                bars(
                    "Pairs of columns that fared worst",
                    "The same for two columns together.",
                    "Columns",
                    "Distance",
                    self.pairs.iter().take(30).map(apart).collect(),
                ),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    fn data(rows: &[[&str; 2]]) -> Microdata {
        let column = |place: usize, name| Column::found(name, rows.iter().map(|row| row[place])).unwrap();
        Microdata::new(vec![column(0, "sex"), column(1, "country")])
    }

    #[test]
    fn what_is_lost_invented_and_moved_is_told() {
        let original = data(&[["f", "A"], ["f", "A"], ["m", "B"], ["m", ""]]);
        let released = data(&[["f", "A"], ["f", "C"], ["m", ""], ["m", ""]]);
        let told = utility(&original, &released, 2).unwrap();
        assert_eq!((told.lengths[0].lost, told.lengths[0].invented), (1, 1));
        assert_eq!(told.lengths[1].combinations, 2);
        assert_eq!((told.lengths[1].lost, told.lengths[1].invented), (1, 1));
        assert_eq!(told.columns[0].distance, 0.0);
        // A, B, C and nothing: 1/4 + 1/4 + 1/4 + 1/4, halved.
        assert_eq!(told.columns[1].distance, 0.5);
        assert!(told.page().html().contains("Lost"));
    }

    #[test]
    fn a_release_without_a_column_is_named() {
        let original = data(&[["f", "A"]]);
        let released = Microdata::new(vec![original.columns()[0].clone()]);
        assert!(utility(&original, &released, 2).unwrap_err().to_string().contains("country"));
    }
}
