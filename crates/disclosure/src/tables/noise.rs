//! Tables with noise: differentially private, whatever an attacker knows.
//!
//! Each count without totals gets discrete Gaussian noise. A person stands in one cell of each table, so that one
//! person more or less changes the squares by as many as there are tables. What follows costs nothing, because it
//! looks at noisy figures only: all tables of a population are brought to one total, the mean of theirs, the more
//! certain ones counting more; figures are set to the nearest that are not below 0 and add up to it (Euclidean
//! projection onto the simplex, Duchi et al. 2008); and they are rounded so that they still do.

use serde::{Deserialize, Serialize};

use super::Table;
use crate::account::Rho;
use crate::noise::{Gaussian, ScaleError, Source};

/// A table with noise. Its counts are whole, not below 0, and add up to its totals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noisy {
    /// The table as it may be published.
    pub table: Table,
    /// The standard deviation of the noise in each count: two counts out of three are closer to the truth than this,
    /// nineteen out of twenty closer than twice as much.
    pub sigma: f64,
    /// Whether the noise was drawn from a cryptographic source. Else it can be repeated, and protects nobody.
    pub secure: bool,
}

/// The tables with noise that costs so much in all. The values of their dimensions have to be public: which values
/// occur is told as they are.
///
/// # Errors
/// Noise beyond all use.
pub fn noisy(tables: &[Table], rho: Rho, source: &mut Source) -> Result<Vec<Noisy>, ScaleError> {
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let gaussian = Gaussian::with_rho(tables.len() as u64, rho)?;
    let secure = source.is_secure();
    let drawn: Vec<Vec<i64>> = tables.iter().map(|table| with_noise(table, &gaussian, source)).collect();
    let release = |(table, counts): (&Table, &Vec<i64>)| {
        let linked = tables.iter().zip(&drawn).filter(|(other, _)| other.population == table.population);
        let total = common_total(linked.map(|(_, counts)| counts.as_slice()));
        let table = Table { counts: fitted(counts, total), ..table.clone() };
        Noisy { table, sigma: gaussian.sigma(), secure }
    };
    Ok(tables.iter().zip(&drawn).map(release).collect())
}

fn with_noise(table: &Table, gaussian: &Gaussian, source: &mut Source) -> Vec<i64> {
    let mut counts: Vec<i64> = table.counts.iter().map(|count| i64::try_from(*count).unwrap_or(i64::MAX)).collect();
    gaussian.add_to(&mut counts, source);
    counts
}

/// The mean of tables' totals, weighted by how certain each is: a sum of n counts has n times their variance.
fn common_total<'a>(tables: impl Iterator<Item = &'a [i64]>) -> u64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for counts in tables {
        let weight = 1.0 / counts.len().max(1) as f64;
        sum += weight * counts.iter().map(|count| *count as f64).sum::<f64>();
        weights += weight;
    }
    let total: f64 = sum / weights;
    // A table of noise alone may add up to less than nobody.
    total.max(0.0).round() as u64
}

/// The nearest whole figures that are not below 0 and add up to the total.
fn fitted(counts: &[i64], total: u64) -> Vec<u64> {
    let exact = projected(counts, total as f64);
    let mut whole: Vec<u64> = exact.iter().map(|figure| figure.floor() as u64).collect();
    // The largest remainders are rounded up, the first of equal ones first.
    let mut order: Vec<(usize, f64)> = exact.iter().map(|figure| figure - figure.floor()).enumerate().collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1));
    let missing = total.saturating_sub(whole.iter().sum());
    for (place, _) in order.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        whole.iter_mut().skip(place).take(1).for_each(|figure| *figure += 1);
    }
    whole
}

/// What is left of each count above a level, which is chosen so that it adds up to the total.
fn projected(counts: &[i64], total: f64) -> Vec<f64> {
    let mut sorted: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let mut sum = 0.0;
    let mut level = 0.0;
    for (place, count) in (1..).zip(&sorted) {
        sum += count;
        let here = (sum - total) / f64::from(place);
        if *count <= here {
            break;
        }
        level = here;
    }
    counts.iter().map(|count| (*count as f64 - level).max(0.0)).collect()
}
