//! Synthetic records from counts of combinations that may be told: the aggregate-seeded scheme (Edge et al., *Design of
//! a Privacy-Preserving Data Platform for Collaboration Against Human Trafficking*, 2020), with records fitted to all
//! counts at once.

use serde::Serialize;

use super::fit::{Fit, Records};
use super::marginals::{Refused, Synthesis, cost, microdata, people, singles, told_people};
use super::measure::{Measurement, Query, with_noise};
use crate::account::{Delta, Epsilon, Rho};
use crate::count::{Combinations, Marginal, TooManyCells, binomial};
use crate::noise::{Gaussian, Source};
use crate::{Column, Microdata};

/// Parts of the budget, of 100: the number of people, single values, how much is known of a person, combinations.
const PEOPLE: u64 = 1;
const SINGLE: u64 = 20;
const KNOWN: u64 = 4;
const LONGER: u64 = 75;
const WHOLE: u64 = 100;
/// Combinations are told from so many standard deviations of their noise: of those that nobody has one in 740 passes.
const CLEAR: f64 = 3.0;
/// Records that stand for all at first.
const DRAFT: usize = 20_000;
/// How often the fit goes over the first records, and over all where there are more.
const SWEEPS: usize = 12;
const LAST_SWEEPS: usize = 4;

/// Counts of combinations of values as they may be told; 0 where one may not.
#[derive(Clone, Debug)]
pub struct Aggregates {
    /// The columns with the values that may be told.
    pub columns: Vec<Column>,
    /// The counts.
    pub counts: Combinations,
    /// How many people there are, as far as it may be told.
    pub people: usize,
    /// For each length, the noise's standard deviation (0: none) and the least count that is told.
    pub told: Vec<Told>,
    /// What differential privacy it cost; nothing, and no such privacy, for a threshold alone.
    pub rho: Option<Rho>,
    /// Whether the noise is from a generator that nobody can repeat.
    pub secure: bool,
    /// What records are fitted to: with noise, what noise made of all counts, those too that are not told.
    measured: Vec<Measurement>,
}

/// How the counts of one length are told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Told {
    /// How many values a combination has.
    pub length: usize,
    /// The noise's standard deviation; 0 is none.
    pub noise: f64,
    /// The least count that is told.
    pub least: u32,
}

impl Aggregates {
    /// Counts of combinations that at least `k` people share, rounded down to a multiple of `k`.
    ///
    /// Every combination up to the length stands for k people or more. That is k-anonymity of what is told, not
    /// differential privacy: somebody who knows everyone else in a group learns the last one, and two such releases
    /// may be subtracted.
    ///
    /// # Errors
    /// Too many combinations.
    pub fn with_threshold(data: &Microdata, length: usize, k: u32) -> Result<Aggregates, TooManyCells> {
        let k = k.max(1);
        let mut counts = Combinations::count(data, length)?;
        counts.change(|count| count / k * k);
        let sizes: Vec<usize> = data.columns().iter().map(Column::size).collect();
        let measured = (1..=counts.length()).flat_map(|length| counts.marginals(length)).map(|marginal| {
            let (query, answer) = exact(&marginal, &sizes);
            Measurement { query, answer, sigma: 1.0, weight: 1.0 }
        });
        Ok(Aggregates {
            measured: measured.collect(),
            columns: data.columns().iter().map(Column::shape).collect(),
            told: (1..=counts.length()).map(|length| Told { length, noise: 0.0, least: k }).collect(),
            counts,
            people: data.rows() / k as usize * k as usize,
            rho: None,
            secure: true,
        })
    }

    /// Counts of combinations with noise, (ε, δ)-differentially private with respect to one person.
    ///
    /// Of a person who is known in more columns than nearly all others, some columns are left out at random, so that
    /// one person changes a bounded number of counts.
    ///
    /// # Errors
    /// Too few people for so much noise, or too many combinations.
    pub fn with_noise(
        data: &Microdata,
        length: usize,
        epsilon: Epsilon,
        delta: Delta,
        source: &mut Source,
    ) -> Result<Aggregates, Refused> {
        let rho = cost(data, epsilon, delta).rho;
        let asked = people(data, rho.share(PEOPLE, WHOLE), source)?;
        let width = data.columns().len() as u64;
        let (data, single) = singles(data, rho.share(SINGLE, WHOLE * width), delta.halved(), source)?;
        let people = told_people(&asked, &single)?;
        let most = most_known(&data, people, rho.share(KNOWN, WHOLE), source)?;
        let data = bounded(&data, most, source);
        let sizes: Vec<usize> = data.columns().iter().map(Column::size).collect();
        let mut counts = Combinations::count(&data, length)?;
        let mut told = vec![Told { length: 1, noise: single.first().map_or(0.0, |single| single.sigma), least: 1 }];
        let values = single.iter().zip(data.columns()).flat_map(|(single, column)| {
            single.weights(people, column.size()).into_iter().skip(1).map(|count| count.round() as u32)
        });
        counts.replace(1, values.collect());
        let mut measured = single;
        let longer = counts.length().saturating_sub(1).max(1) as u64;
        for length in 2..=counts.length() {
            let noise = Gaussian::with_rho(binomial(most, length).max(1) as u64, rho.share(LONGER, WHOLE * longer))?;
            let least = (CLEAR * noise.sigma()).ceil().max(1.0) as i64;
            let marginals = with_noise(counts.marginals(length), |marginal| exact(&marginal, &sizes), &noise, source);
            let tell = |count: &i64| u32::try_from(*count).ok().filter(|_| *count >= least).unwrap_or(0);
            counts.replace(length, marginals.iter().flat_map(|marginal| &marginal.answer).map(tell).collect());
            measured.extend(marginals);
            told.push(Told { length, noise: noise.sigma(), least: u32::try_from(least).unwrap_or(u32::MAX) });
        }
        counts.close();
        Ok(Aggregates {
            columns: data.columns().iter().map(Column::shape).collect(),
            counts,
            people,
            told,
            rho: Some(rho),
            secure: source.is_secure(),
            measured,
        })
    }

    /// Records that give these counts as nearly as can be. Without noise none holds a combination, up to the length
    /// that was counted, that is not told.
    ///
    /// # Errors
    /// There is nobody to make.
    pub fn records(&self, source: &mut Source) -> Result<Synthesis, Refused> {
        if self.people == 0 {
            return Err(Refused::TooFewPeople);
        }
        let sizes: Vec<usize> = self.columns.iter().map(Column::size).collect();
        let allows = |record: &[u16], column: usize, code: u16| self.rho.is_some() || self.tells(record, column, code);
        let mut fit = |records: Records, sweeps| {
            let scale = records.rows() as f64 / self.people as f64;
            Fit::new(records, &sizes, &self.measured, scale, &allows).run(sweeps, source.bits())
        };
        let empty = Records::of(&vec![vec![0; self.people.min(DRAFT)]; self.columns.len()]);
        let mut records = fit(empty, SWEEPS);
        if records.rows() < self.people {
            records = fit(records.repeated(self.people), LAST_SWEEPS);
        }
        Ok(Synthesis {
            records: microdata(&self.columns, &records),
            asked: Vec::new(),
            rho: self.rho.unwrap_or_default(),
            secure: self.secure,
        })
    }

    /// Whether every combination, up to the length, that a record would hold with this code is told.
    fn tells(&self, record: &[u16], column: usize, code: u16) -> bool {
        let Some(value) = code.checked_sub(1) else { return true };
        let others = record.iter().enumerate().filter(|(other, _)| *other != column);
        let others: Vec<(usize, u16)> =
            others.filter_map(|(other, code)| Some((other, code.checked_sub(1)?))).collect();
        self.all_told(&mut vec![(column, value)], &others)
    }

    /// Whether what is chosen is told, alone and with any of the rest.
    fn all_told(&self, chosen: &mut Vec<(usize, u16)>, rest: &[(usize, u16)]) -> bool {
        let mut ordered = chosen.clone();
        ordered.sort_unstable();
        if self.counts.of_values(&ordered) == 0 {
            return false;
        }
        if chosen.len() == self.counts.length() {
            return true;
        }
        (0..rest.len()).all(|place| {
            chosen.push(rest[place]);
            let told = self.all_told(chosen, &rest[place + 1..]);
            chosen.pop();
            told
        })
    }
}

/// In how many columns nearly everyone (99 of 100) is known at most.
fn most_known(data: &Microdata, people: usize, rho: Rho, source: &mut Source) -> Result<usize, Refused> {
    let mut people_by_known = vec![0i64; data.columns().len() + 1];
    for row in 0..data.rows() {
        people_by_known[data.columns().iter().filter(|column| column.codes[row] > 0).count()] += 1;
    }
    Gaussian::with_rho(1, rho)?.add_to(&mut people_by_known, source);
    let mut above = people as i64;
    let found = people_by_known.iter().position(|here| {
        above -= here;
        above * 100 <= people as i64
    });
    Ok(found.unwrap_or(data.columns().len()).max(1))
}

/// The same people, none known in more columns than told.
fn bounded(data: &Microdata, most: usize, source: &mut Source) -> Microdata {
    let mut columns = data.columns().to_vec();
    for row in 0..data.rows() {
        let mut known: Vec<usize> = (0..columns.len()).filter(|column| columns[*column].codes[row] > 0).collect();
        while known.len() > most {
            let left_out = known.swap_remove(source.below(known.len() as u64) as usize);
            columns[left_out].codes[row] = 0;
        }
    }
    Microdata::new(columns)
}

/// A choice of columns as a question with its answer.
fn exact(marginal: &Marginal<'_>, sizes: &[usize]) -> (Query, Vec<i64>) {
    let answer = marginal.counts.iter().map(|count| i64::from(*count)).collect();
    (Query::known(&marginal.columns, sizes), answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invented people of five villages, each with a trade of its own and a few who have another.
    fn people(rows: usize) -> Microdata {
        let mut source = Source::seeded_for_tests(21);
        let mut cells = vec![Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..rows {
            let village = source.below(5);
            let trade = if source.below(8) == 0 { source.below(5) } else { village };
            cells[0].push(format!("village {village}"));
            cells[1].push(if source.below(10) == 0 { String::new() } else { format!("trade {trade}") });
            cells[2].push(if source.below(3) == 0 { "alone".to_owned() } else { String::new() });
        }
        let columns = ["village", "trade", "travels"].iter().zip(&cells);
        let columns = columns.map(|(name, cells)| Column::found(name, cells.iter().map(String::as_str)).unwrap());
        Microdata::new(columns.collect())
    }

    #[test]
    fn with_a_threshold_every_combination_of_the_records_is_shared_by_as_many_people() {
        let data = people(3_000);
        let told = Aggregates::with_threshold(&data, 3, 20).unwrap();
        let made = told.records(&mut Source::seeded_for_tests(1)).unwrap();
        let original = Combinations::count(&data, 3).unwrap();
        let records = Combinations::count(&made.records, 3).unwrap();
        for length in 1..=3 {
            for (was, is) in original.counts(length).iter().zip(records.counts(length)) {
                assert!(*is == 0 || *was >= 20, "{was} people became {is}");
            }
        }
        let kept = crate::evaluate::by_length(&data, &made.records, 2).unwrap();
        assert!(kept[0].relative_error < 0.05 && kept[1].relative_error < 0.15, "{kept:?}");
    }

    #[test]
    fn with_noise_the_counts_are_told_with_it_and_no_part_is_rarer_than_the_whole() {
        let data = people(20_000);
        let (epsilon, delta) = (Epsilon::new(2.0).unwrap(), Delta::new(1e-6).unwrap());
        let mut source = Source::seeded_for_tests(4);
        let told = Aggregates::with_noise(&data, 3, epsilon, delta, &mut source).unwrap();
        assert!(told.rho.is_some() && !told.secure);
        let original = Combinations::count(&data, 3).unwrap();
        for Told { length, noise, .. } in told.told.clone() {
            for (was, is) in original.counts(length).iter().zip(told.counts.counts(length)) {
                assert!(*is == 0 || f64::from(was.abs_diff(*is)) < 6.0 * noise.max(1.0), "{was} {is} {noise}");
            }
        }
        for pair in told.counts.marginals(2) {
            let first = told.counts.of(&pair.columns[..1]);
            for (cell, count) in pair.counts.iter().enumerate() {
                assert!(*count <= first[cell % first.len()]);
            }
        }
        let made = told.records(&mut source).unwrap();
        for line in crate::evaluate::by_length(&data, &made.records, 3).unwrap() {
            assert!(line.relative_error < 0.05, "{line:?}");
        }
    }

    #[test]
    fn of_people_known_in_most_columns_some_are_left_out() {
        let data = people(500);
        let bounded = bounded(&data, 2, &mut Source::seeded_for_tests(9));
        for row in 0..500 {
            let known = |data: &Microdata| data.columns().iter().filter(|column| column.codes[row] > 0).count();
            assert_eq!(known(&bounded), known(&data).min(2));
        }
    }
}
