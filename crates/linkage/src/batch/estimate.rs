//! What agreement is worth, learned from the data without anybody telling which pairs match.
//!
//! The model is that of Fellegi and Sunter (1969): each level of each field has a probability
//! among matches, m, and among other pairs, u; a pair's weight is the sum of log2(m/u). As Splink
//! does (Linacre et al. 2022), u is measured on random pairs, which hardly ever match, and m by
//! expectation maximisation (Dempster, Laird and Rubin 1977; Winkler 1988 for linkage) on the
//! pairs of blocking rules, of which each tells only about the fields that it does not use. Unlike
//! Splink one run learns from all rules together, and a pair that several rules make counts once.
//! How many matches there are follows from how many the rules find and how many of those that
//! rules with other fields find each rule finds too (capture and recapture).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::blocking::{Blocks, Rule, sample};
use super::compare::{Pattern, levels_of, pattern, slots};
use super::dictionary::{Random, mix};
use super::levels;
use super::records::Records;

/// Random pairs on which u is measured.
const RANDOM_PAIRS: usize = 1_000_000;
/// Pairs of each rule from which m is learned.
const RULE_PAIRS: f64 = 250_000.0;
/// Largest block learned from.
const LARGEST_BLOCK: f64 = 2_000_000.0;
/// Most rounds of expectation and maximisation.
const ROUNDS: usize = 100;
/// Change of m at which they end.
const STILL: f64 = 1e-5;
/// How many matches and how many random pairs the first guess weighs.
const GUESS_MATCHES: f64 = 3.0;
const GUESS_OTHERS: f64 = 0.5;

/// Probabilities of each level (from 0, which is not used) of each place of a pattern.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Among matches.
    pub m: Vec<Vec<f64>>,
    /// Among pairs that do not match.
    pub u: Vec<Vec<f64>>,
    /// The share of matches among all pairs.
    pub prior: f64,
}

impl Parameters {
    /// What can be said before the data are seen.
    pub fn guess(records: &Records) -> Parameters {
        let of = |share: &dyn Fn(usize, &[levels::Level]) -> Vec<f64>| -> Vec<Vec<f64>> {
            (0..slots(records))
                .map(|slot| {
                    let levels = levels_of(records, slot);
                    std::iter::once(0.0).chain(share(slot, levels)).collect()
                })
                .collect()
        };
        let m = of(&|_, levels| levels.iter().map(|level| level.guess).collect());
        let u = of(&|slot, levels| {
            if slot == records.fields.len() {
                return vec![0.5, 0.5];
            }
            let rest = 0.1 / (levels.len() - 1) as f64;
            (0..levels.len()).map(|at| if at == 0 { 0.9 } else { rest }).collect()
        });
        let len = records.len().max(2) as f64;
        Parameters { m, u, prior: (0.1 / len).max(1e-12) }
    }

    /// The natural logarithm of m/u, by place and level.
    fn evidence(&self) -> Vec<[f64; 16]> {
        self.m
            .iter()
            .zip(&self.u)
            .map(|(m, u)| {
                let mut evidence = [0.0; 16];
                for level in 1..m.len() {
                    evidence[level] = (m[level].max(1e-9) / u[level].max(1e-12)).ln();
                }
                evidence
            })
            .collect()
    }
}

/// Pairs of one rule, counted by pattern and by the rules that make them.
struct Learned {
    groups: Vec<(Pattern, u32, f64)>,
    /// The places it says nothing about.
    slots: u32,
    /// Share of the rule's pairs that were looked at.
    share: f64,
    /// Share of matches among its pairs.
    matches: f64,
}

impl Learned {
    fn pairs(&self) -> f64 {
        self.groups.iter().map(|(_, _, count)| count).sum()
    }
}

/// What was learned, with the figures a user may want to see.
pub struct Estimate {
    /// The parameters.
    pub parameters: Parameters,
    /// Matches there are, by the estimate.
    pub matches: f64,
    /// Of each rule, the share of all matches that it finds.
    pub recall: Vec<f64>,
}

/// Learns the parameters from the records.
pub fn estimate(records: &Records, rules: &[Rule], progress: &mut dyn FnMut(&str)) -> Estimate {
    progress("comparing random pairs");
    let random = random_patterns(records);
    let mut parameters = Parameters::guess(records);
    measure_u(&mut parameters, &random, None);
    progress("comparing pairs to learn from");
    let mut learned = patterns(records, rules);
    progress("learning what agreement is worth");
    let mut estimate = maximise(records, &mut parameters, &mut learned);
    // Among random pairs are a few matches, which matter where values are rare.
    measure_u(&mut parameters, &random, Some(estimate.0));
    parameters.prior = estimate.0;
    estimate = maximise(records, &mut parameters, &mut learned);
    let (prior, recall) = estimate;
    parameters.prior = prior;
    Estimate { matches: prior * records.pairs(), parameters, recall }
}

fn random_patterns(records: &Records) -> Vec<(Pattern, f64)> {
    let mut some = sample(records);
    // Sorted by what they say, so that the order of rows does not matter.
    some.par_sort_by_cached_key(|&record| (side(records, record), mix(records.content(record as usize), 11)));
    let first = some.partition_point(|&record| !side(records, record));
    let (ones, others) = if records.split.is_some() { some.split_at(first) } else { (&some[..], &some[..]) };
    if ones.is_empty() || others.is_empty() || some.len() < 2 {
        return Vec::new();
    }
    let all = if records.split.is_some() { ones.len() * others.len() } else { some.len() * (some.len() - 1) / 2 };
    let pairs: Vec<(u32, u32)> = if all <= RANDOM_PAIRS {
        let pairs = ones.iter().enumerate().flat_map(|(at, &one)| {
            let rest = if records.split.is_some() { others } else { &others[at + 1..] };
            rest.iter().map(move |&other| (one, other))
        });
        pairs.collect()
    } else {
        let mut random = Random(42);
        let mut pairs = Vec::with_capacity(RANDOM_PAIRS);
        while pairs.len() < RANDOM_PAIRS {
            let (one, other) = (ones[random.below(ones.len())], others[random.below(others.len())]);
            if one != other {
                pairs.push((one, other));
            }
        }
        pairs
    };
    let counts = pairs
        .par_chunks(20_000)
        .map(|pairs| {
            let mut counts = FxHashMap::<Pattern, f64>::default();
            for &(one, other) in pairs {
                *counts.entry(pattern(records, one as usize, other as usize)).or_default() += 1.0;
            }
            counts
        })
        .reduce(FxHashMap::default, |mut all, some| {
            some.into_iter().for_each(|(pattern, count)| *all.entry(pattern).or_default() += count);
            all
        });
    let mut counts: Vec<(Pattern, f64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(pattern, _)| *pattern);
    counts
}

fn side(records: &Records, record: u32) -> bool {
    records.split.is_some_and(|split| record as usize >= split)
}

fn measure_u(parameters: &mut Parameters, random: &[(Pattern, f64)], prior: Option<f64>) {
    let evidence = parameters.evidence();
    let mut counts: Vec<[f64; 16]> = vec![[0.0; 16]; parameters.u.len()];
    for &(pattern, count) in random {
        let other = match prior {
            Some(prior) => 1.0 - posterior(prior, &evidence, pattern, 0),
            None => 1.0,
        };
        for (slot, counts) in counts.iter_mut().enumerate() {
            counts[usize::from(pattern.level(slot))] += count * other;
        }
    }
    let guess: Vec<Vec<f64>> = parameters.u.clone();
    for ((u, counts), guess) in parameters.u.iter_mut().zip(&counts).zip(&guess) {
        let total: f64 = counts[1..].iter().sum::<f64>() + GUESS_OTHERS;
        // The second time the guess is what was measured the first time; weigh the plain one again.
        let plain = if prior.is_some() { None } else { Some(guess) };
        for level in 1..u.len() {
            let share = plain.map_or(1.0 / (u.len() - 1) as f64 * 0.1, |guess| guess[level]);
            u[level] = (counts[level] + GUESS_OTHERS * share) / total;
        }
    }
}

fn posterior(prior: f64, evidence: &[[f64; 16]], pattern: Pattern, without: u32) -> f64 {
    let mut sum = (prior / (1.0 - prior)).ln();
    for (slot, evidence) in evidence.iter().enumerate() {
        if without >> slot & 1 == 0 {
            sum += evidence[usize::from(pattern.level(slot))];
        }
    }
    1.0 / (1.0 + (-sum).exp())
}

fn patterns(records: &Records, rules: &[Rule]) -> Vec<Learned> {
    let mut blocks = Blocks::new(records, rules.to_vec(), |_| true);
    let mut learned = Vec::new();
    let sorted: Vec<_> = (0..rules.len()).map(|rule| blocks.sort(records, rule, LARGEST_BLOCK)).collect();
    for (rule, sorted) in sorted.into_iter().enumerate() {
        let (some, share) = sorted.some(&blocks, records, rule, RULE_PAIRS);
        let counts = some
            .pieces(records, 20_000.0)
            .into_par_iter()
            .map(|pieces| {
                let mut counts = FxHashMap::<(Pattern, u32), f64>::default();
                for piece in pieces {
                    blocks.each_pair(records, 0, &some, piece, |one, other| {
                        let pattern = pattern(records, one as usize, other as usize);
                        *counts.entry((pattern, blocks.rules_of(one, other))).or_default() += 1.0;
                    });
                }
                counts
            })
            .reduce(FxHashMap::default, |mut all, some| {
                some.into_iter().for_each(|(key, count)| *all.entry(key).or_default() += count);
                all
            });
        let mut groups: Vec<(Pattern, u32, f64)> =
            counts.into_iter().map(|((pattern, rules), count)| (pattern, rules, count)).collect();
        groups.sort_unstable_by_key(|(pattern, rules, _)| (*pattern, *rules));
        learned.push(Learned { groups, slots: rules[rule].slots(records), share: share.max(1e-9), matches: 0.1 });
    }
    learned
}

/// Expectation and maximisation over all rules' pairs; the prior and each rule's recall.
fn maximise(records: &Records, parameters: &mut Parameters, learned: &mut [Learned]) -> (f64, Vec<f64>) {
    let places = parameters.m.len();
    let guess = Parameters::guess(records).m;
    let silent: Vec<u32> = learned.iter().map(|rule| rule.slots).collect();
    // Which rules say something about a place.
    let telling: Vec<u32> = (0..places)
        .map(|slot| {
            silent.iter().enumerate().filter(|(_, slots)| *slots >> slot & 1 == 0).fold(0, |bits, (rule, _)| bits | 1 << rule)
        })
        .collect();
    for _ in 0..ROUNDS {
        let evidence = parameters.evidence();
        let sums: Vec<(Vec<[f64; 16]>, f64, f64)> = learned
            .par_iter()
            .map(|rule| {
                let mut counts = vec![[0.0; 16]; places];
                let (mut matches, mut pairs) = (0.0, 0.0);
                for &(pattern, made_by, count) in &rule.groups {
                    let expected = count * posterior(rule.matches, &evidence, pattern, rule.slots);
                    matches += expected;
                    pairs += count;
                    for slot in 0..places {
                        if rule.slots >> slot & 1 == 0 {
                            let times = (made_by & telling[slot]).count_ones().max(1);
                            counts[slot][usize::from(pattern.level(slot))] += expected / rule.share / f64::from(times);
                        }
                    }
                }
                (counts, matches, pairs)
            })
            .collect();
        let mut change: f64 = 0.0;
        for (rule, (_, matches, pairs)) in learned.iter_mut().zip(&sums) {
            rule.matches = ((matches + 0.1) / (pairs + 1.0)).clamp(1e-9, 1.0 - 1e-6);
        }
        for slot in 0..places {
            let count = |level: usize| sums.iter().map(|(counts, ..)| counts[slot][level]).sum::<f64>();
            let total: f64 = (1..parameters.m[slot].len()).map(count).sum::<f64>() + GUESS_MATCHES;
            for level in 1..parameters.m[slot].len() {
                let share = (count(level) + GUESS_MATCHES * guess[slot][level]) / total;
                change = change.max((share - parameters.m[slot][level]).abs());
                parameters.m[slot][level] = share;
            }
        }
        if change < STILL {
            break;
        }
    }
    recapture(records, parameters, learned)
}

/// How many matches there are: of those that rules with other fields find, each rule finds a
/// share, and so many are what it finds itself.
fn recapture(records: &Records, parameters: &Parameters, learned: &[Learned]) -> (f64, Vec<f64>) {
    let evidence = parameters.evidence();
    let (mut found, mut share_found) = (0.0, 0.0);
    let mut recalls = Vec::new();
    for (at, rule) in learned.iter().enumerate() {
        let matches = rule.matches * rule.pairs() / rule.share;
        let (mut seen, mut again) = (0.0, 0.0);
        for other in learned.iter().filter(|other| other.slots & rule.slots == 0) {
            for &(pattern, made_by, count) in &other.groups {
                let expected = count * posterior(other.matches, &evidence, pattern, other.slots) / other.share;
                seen += expected;
                again += if made_by >> at & 1 == 1 { expected } else { 0.0 };
            }
        }
        let recall = if seen > 1.0 { (again / seen).max(0.01) } else { f64::NAN };
        recalls.push(recall);
        if recall.is_finite() {
            found += matches;
            share_found += recall;
        }
    }
    let matches = if share_found > 0.0 {
        found / share_found
    } else {
        learned.iter().map(|rule| rule.matches * rule.pairs() / rule.share).fold(0.0, f64::max)
    };
    let pairs = records.pairs().max(1.0);
    ((matches.max(0.5) / pairs).clamp(1e-15, 0.5), recalls)
}
