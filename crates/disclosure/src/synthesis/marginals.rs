//! Synthetic records from marginals that are chosen, measured and fitted in turn: the adaptive scheme of AIM (McKenna
//! et al., *AIM: An Adaptive and Iterative Mechanism for Differentially Private Synthetic Data*, VLDB 2022), with
//! records in place of a graphical model (as Zhang et al., *PrivSyn*, USENIX Security 2021), so that no choice of
//! marginals is too tangled.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::Serialize;

use super::choose::choose;
use super::fit::{Fit, Records};
use super::measure::{Counts, Measurement, Part, Query, ask};
use crate::account::{Cost, Delta, Epsilon, Rho};
use crate::count::{Combinations, Marginal, TooManyCells};
use crate::noise::{Gaussian, ScaleError, Source};
use crate::{Column, Domain, Microdata};

/// Parts of the budget, of 100: the number of people, single columns, pairs of columns, choosing more, asking them.
const PEOPLE: u64 = 1;
const SINGLE: u64 = 42;
const PAIRS: u64 = 39;
const CHOOSING: u64 = 3;
const CHOSEN: u64 = 15;
const WHOLE: u64 = 100;

/// How often more is chosen, and how much each time for each column.
const ROUNDS: usize = 4;
const EACH_ROUND: usize = 1;
/// A question with more answers is not asked.
const MOST_CELLS: usize = 50_000;
/// Single values weigh more in the fit than their noise says: of a rare value's many noisy pairs those that noise
/// raised attract records, those that it lowered cannot hold fewer than none, so that pairs make rare values frequent.
const TRUST: f64 = 6.0;
/// Records that stand for all while more is chosen.
const DRAFT: usize = 40_000;

/// Why no records are made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The noise would drown everything.
    #[error("there are too few people for this ε: nothing but noise would be left. Take a larger ε, or publish tables")]
    TooFewPeople,
    /// More noise than can be drawn.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// More combinations than can be counted.
    #[error(transparent)]
    TooManyCells(#[from] TooManyCells),
}

/// A question that was asked, as the method note names it.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// The columns.
    pub columns: Vec<String>,
    /// The standard deviation of the noise on a count of people who have a value in each.
    pub noise: f64,
}

/// Synthetic records, and what they cost.
#[derive(Clone, Debug)]
pub struct Synthesis {
    /// As many as there are people, but for noise.
    pub records: Microdata,
    /// What was asked of the original.
    pub asked: Vec<Asked>,
    /// The cost: all of what ε and δ allow.
    pub rho: Rho,
    /// Whether the noise is from a generator that nobody can repeat.
    pub secure: bool,
}

/// Makes records by asking noisy questions: how many people hold each value, each pair of values, and what the records
/// so far tell worst, up to three columns at a time.
///
/// The records are (ε, δ)-differentially private with respect to adding or removing one person: where columns do not
/// declare their values, half of δ is spent on finding which occur; a value that few hold is left out (Korolova et
/// al. 2009; Wilkins et al., *Exact Privacy Analysis of the Gaussian Sparse Histogram Mechanism*, 2024).
///
/// # Errors
/// Too few people for so much noise.
pub fn marginals(data: &Microdata, epsilon: Epsilon, delta: Delta, source: &mut Source) -> Result<Synthesis, Refused> {
    let rho = cost(data, epsilon, delta).rho;
    let width = data.columns().len() as u64;
    let asked = people(data, rho.share(PEOPLE, WHOLE), source)?;
    let single = rho.share(SINGLE, WHOLE * width);
    let (data, measured) = singles(data, single, delta.halved(), source)?;
    let rows = told_people(&asked, &measured)?;
    if data.columns().iter().all(|column| column.values.is_empty()) {
        return Err(Refused::TooFewPeople);
    }
    let run = Run { data: &data, sizes: data.columns().iter().map(Column::size).collect(), rows, rho };
    run.make(measured, source)
}

/// What records of these data cost, by either method. Where values have to be found, half of δ is kept for that, and the
/// other half turns ρ into ε.
pub fn cost(data: &Microdata, epsilon: Epsilon, delta: Delta) -> Cost {
    if data.columns().iter().any(|column| column.domain == Domain::Found) {
        Cost { rho: Rho::within(epsilon, delta.halved()), delta: delta.halved().value() }
    } else {
        Cost::of(Rho::within(epsilon, delta))
    }
}

/// The standard deviation of the noise that [`marginals`] puts on how many people hold each value of a column: to know
/// before anything is asked.
///
/// # Errors
/// The budget is too small for the noise to be drawn.
pub fn noise_of_a_column(data: &Microdata, epsilon: Epsilon, delta: Delta) -> Result<f64, ScaleError> {
    let rho = cost(data, epsilon, delta).rho;
    Ok(Gaussian::with_rho(1, rho.share(SINGLE, WHOLE * data.columns().len().max(1) as u64))?.sigma())
}

/// Asks how many people there are.
pub(super) fn people(data: &Microdata, rho: Rho, source: &mut Source) -> Result<Measurement, ScaleError> {
    ask(data, vec![Query::whole(&[], &[])], rho, source).map(|mut asked| asked.swap_remove(0))
}

/// How many people there are by all that was told: each column that everybody has a place in adds up to them. A sum of
/// n numbers has n times the variance of one, and sums count by the inverse of theirs.
///
/// # Errors
/// Nobody is told of.
pub(super) fn told_people(asked: &Measurement, singles: &[Measurement]) -> Result<usize, Refused> {
    let is_whole = |query: &Query| query.counts == Counts::All && query.parts.iter().all(|(_, it)| *it != Part::Sign);
    let whole = singles.iter().filter(|single| is_whole(&single.query));
    let (mut sum, mut weights) = (0.0, 0.0);
    for Measurement { answer, sigma, .. } in whole.chain([asked]) {
        let weight = 1.0 / (sigma * sigma * answer.len() as f64);
        sum += weight * answer.iter().sum::<i64>() as f64;
        weights += weight;
    }
    let people = (sum / weights).round();
    if people >= 1.0 { Ok(people as usize) } else { Err(Refused::TooFewPeople) }
}

/// Asks for each column how many hold each value. Values of columns that do not declare theirs are kept where enough
/// hold them that one person makes no difference.
pub(super) fn singles(
    data: &Microdata,
    each: Rho,
    delta: Delta,
    source: &mut Source,
) -> Result<(Microdata, Vec<Measurement>), ScaleError> {
    let sizes: Vec<usize> = data.columns().iter().map(Column::size).collect();
    let query = |place: usize| match data.columns()[place].domain {
        Domain::Declared => Query::whole(&[place], &sizes),
        Domain::Found => Query::known(&[place], &sizes),
    };
    let mut measured = ask(data, (0..sizes.len()).map(query).collect(), each, source)?;
    let mut columns = data.columns().to_vec();
    let found = columns.iter().filter(|column| column.domain == Domain::Found).count().max(1);
    let delta = delta.value() / found as f64;
    for (column, measurement) in columns.iter_mut().zip(&mut measured) {
        if column.domain == Domain::Found {
            let least = (2.0 + measurement.sigma * upper_quantile(delta)).ceil() as i64;
            let kept: Vec<bool> = measurement.answer.iter().map(|count| *count >= least).collect();
            keep(column, &kept);
            measurement.answer.retain(|count| *count >= least);
            measurement.query.cells = measurement.answer.len();
        }
    }
    Ok((Microdata::new(columns), measured))
}

/// Leaves values out of a column: their cells become empty.
fn keep(column: &mut Column, kept: &[bool]) {
    let mut codes = vec![0u16];
    let mut next = 0;
    for kept in kept {
        next += u16::from(*kept);
        codes.push(if *kept { next } else { 0 });
    }
    let mut kept = kept.iter();
    column.values.retain(|_| kept.next().copied().unwrap_or(false));
    column.codes.iter_mut().for_each(|code| *code = codes[usize::from(*code)]);
}

/// The z above which a standard normal number lies with this probability: bisection on the tail's upper bound
/// e^(-z²/2) / (z √2π).
fn upper_quantile(probability: f64) -> f64 {
    let tail = |z: f64| (-z * z / 2.0).exp() / (z * (2.0 * std::f64::consts::PI).sqrt());
    let (mut low, mut high) = (1.0, 40.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if tail(middle) > probability { low = middle } else { high = middle }
    }
    high
}

struct Run<'a> {
    /// The original, without the values that were left out.
    data: &'a Microdata,
    sizes: Vec<usize>,
    rows: usize,
    rho: Rho,
}

impl Run<'_> {
    fn make(&self, mut measured: Vec<Measurement>, source: &mut Source) -> Result<Synthesis, Refused> {
        measured.iter_mut().for_each(|single| single.weight *= TRUST);
        let singles: Vec<Vec<f64>> =
            measured.iter().zip(&self.sizes).map(|(single, size)| single.weights(self.rows, *size)).collect();
        let mut records = self.independent(&singles, source);
        let pairs = self.pairs(&records);
        if !pairs.is_empty() {
            let each = self.rho.share(PAIRS, WHOLE * pairs.len() as u64);
            measured.extend(self.ask(pairs, each, &singles, source)?);
        }
        let original = self.longest(self.data);
        for round in 0..ROUNDS {
            records = self.fit(records, &measured, if round == 0 { 6 } else { 2 }, source);
            let queries = self.worst(&original, &records, &measured, source)?;
            if queries.is_empty() {
                break;
            }
            let each = self.rho.share(CHOSEN, WHOLE * (ROUNDS * queries.len()) as u64);
            measured.extend(self.ask(queries, each, &singles, source)?);
        }
        records = self.fit(records.repeated(self.rows), &measured, 6, source);
        let columns = self.data.columns();
        let asked = |measurement: &Measurement| Asked {
            columns: measurement.query.parts.iter().map(|(column, _)| columns[*column].name.clone()).collect(),
            noise: measurement.sigma * measurement.query.reach(),
        };
        Ok(Synthesis {
            records: self.microdata(&records),
            asked: measured.iter().map(asked).collect(),
            rho: self.rho,
            secure: source.is_secure(),
        })
    }

    /// Asks, and takes from the answers what cannot be: no combination is more frequent than one of its values. Noise
    /// that says so would make rare values frequent.
    fn ask(
        &self,
        queries: Vec<Query>,
        each: Rho,
        singles: &[Vec<f64>],
        source: &mut Source,
    ) -> Result<Vec<Measurement>, ScaleError> {
        let mut measured = ask(self.data, queries, each, source)?;
        for Measurement { query, answer, .. } in &mut measured {
            let signed = query.reach() < 1.0;
            for (place, answer) in answer.iter_mut().enumerate() {
                let codes = query.codes(place, &self.sizes);
                let counts = codes.map(|(column, code)| singles[column].get(code).copied().unwrap_or(0.0));
                let most = counts.fold(self.rows as f64, f64::min).round() as i64;
                *answer = (*answer).min(most).max(if signed { -most } else { i64::MIN });
            }
        }
        Ok(measured)
    }

    fn fit(&self, records: Records, measured: &[Measurement], sweeps: usize, source: &mut Source) -> Records {
        let scale = records.rows() as f64 / self.rows as f64;
        Fit::new(records, &self.sizes, measured, scale, &|_, _, _| true).run(sweeps, source.bits())
    }

    /// Records whose columns have nothing to do with one another.
    fn independent(&self, singles: &[Vec<f64>], source: &mut Source) -> Records {
        let rows = self.rows.min(DRAFT);
        let column = |weights: &Vec<f64>| {
            let total: f64 = weights.iter().sum::<f64>().max(1.0);
            let (mut codes, mut sum) = (Vec::with_capacity(rows), 0.0);
            for (code, weight) in (0u16..).zip(weights) {
                sum += weight / total * rows as f64;
                codes.resize((sum.round() as usize).clamp(codes.len(), rows), code);
            }
            codes.resize(rows, 0);
            for row in (1..rows).rev() {
                codes.swap(row, source.below(row as u64 + 1) as usize);
            }
            codes
        };
        Records::of(&singles.iter().map(column).collect::<Vec<_>>())
    }

    /// Pairs of columns of which more than noise can be learnt.
    fn pairs(&self, records: &Records) -> Vec<Query> {
        let width = self.sizes.len();
        let Ok(drafted) = Combinations::count(&self.microdata(records), 2) else { return Vec::new() };
        let sigma = self.sigma(PAIRS, width * (width - 1) / 2);
        let scale = self.rows as f64 / records.rows() as f64;
        let learnt = |marginal: &Marginal<'_>| {
            let query = Query::whole(&marginal.columns, &self.sizes);
            let tells =
                !marginal.counts.is_empty() && noise(&query, marginal.counts, scale, sigma) < self.rows as f64 / 2.0;
            tells.then_some(query)
        };
        drafted.marginals(2).iter().filter_map(learnt).collect()
    }

    /// The noise of so many questions that share a part of the budget.
    fn sigma(&self, part: u64, questions: usize) -> f64 {
        (questions.max(1) as f64 / (2.0 * self.rho.share(part, WHOLE).value())).sqrt()
    }

    fn longest(&self, data: &Microdata) -> Option<Combinations> {
        Combinations::count(data, 3).or_else(|_| Combinations::count(data, 2)).ok()
    }

    /// What the records so far tell worst, chosen privately.
    fn worst(
        &self,
        original: &Option<Combinations>,
        records: &Records,
        measured: &[Measurement],
        source: &mut Source,
    ) -> Result<Vec<Query>, ScaleError> {
        let Some(original) = original else { return Ok(Vec::new()) };
        let drafted = self.microdata(records);
        let Ok(drafted) = Combinations::count(&drafted, original.length()) else { return Ok(Vec::new()) };
        let number = EACH_ROUND * self.sizes.len();
        let asked: HashSet<Vec<usize>> = measured.iter().map(|measurement| measurement.query.columns()).collect();
        let sigma = self.sigma(CHOSEN, ROUNDS * number);
        let scale = self.rows as f64 / records.rows() as f64;
        let marginals: Vec<Marginal<'_>> =
            (2..=original.length()).flat_map(|length| original.marginals(length)).collect();
        let score = |marginal: &Marginal<'_>| {
            let query = Query::whole(&marginal.columns, &self.sizes);
            if query.cells > MOST_CELLS || marginal.counts.is_empty() || asked.contains(&marginal.columns) {
                return None;
            }
            let drafted = drafted.of(&marginal.columns);
            let apart: i64 = marginal
                .counts
                .iter()
                .zip(drafted)
                .map(|(was, is)| (i64::from(*was) - (f64::from(*is) * scale).round() as i64).abs())
                .sum();
            Some((apart - noise(&query, drafted, scale, sigma) as i64, query))
        };
        let (scores, queries): (Vec<i64>, Vec<Query>) = marginals.par_iter().filter_map(score).unzip();
        let each = self.rho.share(CHOOSING, WHOLE * (ROUNDS * number) as u64);
        let chosen: HashSet<usize> = choose(&scores, number, each, source)?.into_iter().collect();
        Ok(queries
            .into_iter()
            .enumerate()
            .filter(|(place, _)| chosen.contains(place))
            .map(|(_, query)| query)
            .collect())
    }

    fn microdata(&self, records: &Records) -> Microdata {
        microdata(self.data.columns(), records)
    }
}

/// Records with the names of their columns and values.
pub(super) fn microdata(columns: &[Column], records: &Records) -> Microdata {
    let columns = columns.iter().enumerate();
    Microdata::new(columns.map(|(place, column)| Column { codes: records.column(place), ..column.shape() }).collect())
}

/// What noise would do to counts that are drafted so: the mean of a normal number's magnitude is σ √(2/π), but a count
/// that noise drowns is at most lost here and found elsewhere.
fn noise(query: &Query, drafted: &[u32], scale: f64, sigma: f64) -> f64 {
    let one = (2.0 / std::f64::consts::PI).sqrt() * sigma * query.reach();
    drafted.iter().map(|count| one.min(2.0 * f64::from(*count) * scale)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invented people: the second column repeats the first for nine of ten, the third is a flag that one in four has.
    fn people(rows: usize, domain: Domain) -> Microdata {
        let mut source = Source::seeded_for_tests(11);
        let mut cells = vec![Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..rows {
            let first = source.below(4);
            let second = if source.below(10) == 0 { source.below(4) } else { first };
            cells[0].push(format!("place {first}"));
            cells[1].push(format!("tongue {second}"));
            cells[2].push(if source.below(4) == 0 { "yes".to_owned() } else { String::new() });
        }
        let columns = ["place", "tongue", "alone"]
            .iter()
            .zip(&cells)
            .map(|(name, cells)| Column { domain, ..Column::found(name, cells.iter().map(String::as_str)).unwrap() });
        Microdata::new(columns.collect())
    }

    fn made(data: &Microdata, epsilon: f64, seed: u64) -> Result<Synthesis, Refused> {
        let (epsilon, delta) = (Epsilon::new(epsilon).unwrap(), Delta::new(1e-6).unwrap());
        marginals(data, epsilon, delta, &mut Source::seeded_for_tests(seed))
    }

    #[test]
    fn the_records_tell_what_belongs_together() {
        for domain in [Domain::Found, Domain::Declared] {
            let data = people(20_000, domain);
            let made = made(&data, 2.0, 5).unwrap();
            assert!(!made.secure);
            assert!(made.records.rows().abs_diff(20_000) < 100);
            for line in crate::evaluate::by_length(&data, &made.records, 3).unwrap() {
                assert!(line.relative_error < 0.05, "{domain:?} {line:?}");
                assert_eq!(line.lost, 0, "{line:?}");
            }
        }
    }

    /// Asked alone, the number of people would be 29 off, give or take.
    #[test]
    fn how_many_people_there_are_is_told_by_every_column() {
        let data = people(200, Domain::Declared);
        let off = |seed| made(&data, 2.0, seed).unwrap().records.rows().abs_diff(200);
        let mean = (0..30).map(off).sum::<usize>() as f64 / 30.0;
        assert!((3.0..15.0).contains(&mean), "{mean}");
    }

    #[test]
    fn a_value_that_few_hold_is_never_told() {
        let mut data = people(5_000, Domain::Found);
        let mut columns = data.columns().to_vec();
        columns[0].values.push("the only one from there".to_owned());
        columns[0].codes[77] = 5;
        data = Microdata::new(columns);
        for seed in 0..20 {
            let made = made(&data, 4.0, seed).unwrap();
            assert!(!made.records.columns()[0].values.iter().any(|value| value == "the only one from there"));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_records_and_too_few_people_are_refused() {
        let data = people(800, Domain::Declared);
        let codes = |made: Synthesis| made.records.columns().iter().map(|c| c.codes.clone()).collect::<Vec<_>>();
        assert_eq!(codes(made(&data, 1.0, 3).unwrap()), codes(made(&data, 1.0, 3).unwrap()));
        assert!(matches!(made(&people(0, Domain::Found), 1.0, 3), Err(Refused::TooFewPeople)));
    }

    #[test]
    fn the_tail_of_the_normal_distribution_is_where_tables_have_it() {
        for (probability, z) in [(1e-3, 3.090), (1e-6, 4.753), (1e-9, 5.998)] {
            let found = upper_quantile(probability);
            assert!(found >= z && found < z + 0.05, "{probability}: {found}");
        }
    }
}
