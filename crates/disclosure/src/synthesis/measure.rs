//! What is asked of the original records: a few columns at a time, answered with noise.

use rayon::prelude::*;

use crate::Microdata;
use crate::account::Rho;
use crate::noise::{Gaussian, ScaleError, Source};

/// How a column takes part in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Rows that have its one value count 1, rows that have not count -1.
    Sign,
    /// Its code chooses the number that a row counts in: neighbouring codes are so far apart.
    Place(u32),
}

/// Which rows a question counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// Each.
    All,
    /// Those in which none of its columns is empty: the first value of a column counts where the empty cell would.
    Known,
}

/// A question: for each combination of what some columns hold, how many rows have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub counts: Counts,
    pub parts: Vec<(usize, Part)>,
    /// How many numbers answer it.
    pub cells: usize,
}

impl Query {
    /// The question about all combinations, those with empty cells too; `sizes` says how many codes each column has.
    ///
    /// Columns with one value besides the empty one do not split the rows but give them a sign, two such columns the
    /// product. A row still changes one number by one, so that the noise is the same, but a count of rows with the
    /// value comes out of it with half the noise, of rows with two values with a quarter: the coefficients of Walsh
    /// and Fourier (Barak et al., *Privacy, Accuracy, and Consistency Too*, PODS 2007).
    pub fn whole(columns: &[usize], sizes: &[usize]) -> Query {
        let mut cells = 1;
        let mut part = |column: usize| match sizes[column] {
            2 => (column, Part::Sign),
            size => (column, place(&mut cells, size)),
        };
        let parts = columns.iter().map(|column| part(*column)).collect();
        Query { counts: Counts::All, parts, cells }
    }

    /// The question about combinations of values only, as [`crate::count::Combinations`] orders them.
    pub fn known(columns: &[usize], sizes: &[usize]) -> Query {
        let mut cells = 1;
        let parts = columns.iter().map(|column| (*column, place(&mut cells, sizes[*column] - 1))).collect();
        Query { counts: Counts::Known, parts, cells }
    }

    /// The columns that it is about.
    pub fn columns(&self) -> Vec<usize> {
        self.parts.iter().map(|(column, _)| *column).collect()
    }

    /// The columns that choose a number, each with the code that leads to it.
    pub fn codes(&self, place: usize, sizes: &[usize]) -> impl Iterator<Item = (usize, usize)> {
        self.parts.iter().filter_map(move |(column, part)| match part {
            Part::Place(stride) => Some((*column, place / *stride as usize % sizes[*column])),
            _ => None,
        })
    }

    /// By how much the noise of an answer reaches the count of rows that have values in all columns.
    pub fn reach(&self) -> f64 {
        let signs = self.parts.iter().filter(|(_, part)| *part == Part::Sign).count();
        0.5f64.powi(signs as i32)
    }

    /// In which number a record counts, and whether 1 or -1.
    pub fn counts(&self, code: impl Fn(usize) -> u16) -> Option<(usize, i8)> {
        let first = u16::from(self.counts == Counts::Known);
        let (mut place, mut sign) = (0, 1);
        for (column, part) in &self.parts {
            part.count(code(*column).checked_sub(first)?, &mut place, &mut sign);
        }
        Some((place, sign))
    }

    fn answer(&self, data: &Microdata) -> Vec<i64> {
        let mut answer = vec![0; self.cells];
        for row in 0..data.rows() {
            if let Some((place, sign)) = self.counts(|column| data.columns()[column].codes[row]) {
                answer[place] += i64::from(sign);
            }
        }
        answer
    }
}

/// The part of one more column with so many codes.
fn place(cells: &mut usize, codes: usize) -> Part {
    let stride = *cells as u32;
    *cells *= codes;
    Part::Place(stride)
}

impl Part {
    /// Where a code leads from a place, and what it makes of a sign.
    pub fn count(self, code: u16, place: &mut usize, sign: &mut i8) {
        match self {
            Part::Sign if code == 0 => *sign = -*sign,
            Part::Sign => {}
            Part::Place(stride) => *place += usize::from(code) * stride as usize,
        }
    }
}

/// A question with its answer.
#[derive(Clone, Debug)]
pub(super) struct Measurement {
    pub query: Query,
    pub answer: Vec<i64>,
    /// The noise's standard deviation.
    pub sigma: f64,
    /// What a squared distance from it weighs where records are fitted: the more the less noise there is.
    pub weight: f64,
}

impl Measurement {
    /// Of a question about one column: how many of so many people hold each code, as far as it was told.
    pub fn weights(&self, people: usize, size: usize) -> Vec<f64> {
        let people = people as f64;
        let told = self.answer.iter().map(|answer| *answer as f64);
        let known: Vec<f64> = match self.query.parts.first() {
            Some((_, Part::Sign)) => told.map(|with_less_without| (people + with_less_without) / 2.0).collect(),
            _ => told.collect(),
        };
        let mut weights: Vec<f64> = known.into_iter().map(|count| count.max(0.0)).collect();
        if weights.len() < size {
            weights.insert(0, (people - weights.iter().sum::<f64>()).max(0.0));
        }
        weights
    }
}

/// Asks all questions, each for the same share of the budget: one person changes one number of each by one, so that
/// discrete Gaussian noise with variance 1/(2ρ) costs ρ (Canonne, Kamath, Steinke 2020, theorem 14).
///
/// # Errors
/// The share is too small for the noise to be drawn.
pub(super) fn ask(
    data: &Microdata,
    queries: Vec<Query>,
    each: Rho,
    source: &mut Source,
) -> Result<Vec<Measurement>, ScaleError> {
    let noise = Gaussian::with_rho(1, each)?;
    let exact = |query: Query| {
        let answer = query.answer(data);
        (query, answer)
    };
    Ok(with_noise(queries, exact, &noise, source))
}

/// Questions answered exactly, and noise added, side by side.
pub(super) fn with_noise<T: Send>(
    asked: Vec<T>,
    exact: impl Fn(T) -> (Query, Vec<i64>) + Sync,
    noise: &Gaussian,
    source: &mut Source,
) -> Vec<Measurement> {
    let sources: Vec<Source> = asked.iter().map(|_| source.split()).collect();
    let one = |(asked, mut source): (T, Source)| {
        let (query, mut answer) = exact(asked);
        noise.add_to(&mut answer, &mut source);
        Measurement { query, answer, sigma: noise.sigma(), weight: noise.sigma().powi(-2) }
    };
    asked.into_par_iter().zip(sources).map(one).collect()
}
