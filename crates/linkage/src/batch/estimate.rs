//! What agreement is worth, learned from the data without anybody telling which pairs match.
//!
//! The model is that of Fellegi and Sunter (1969): each level of each field has a probability
//! among matches, m, and among other pairs, u; a pair's weight is the sum of log2(m/u). As Splink
//! does (Linacre et al. 2022), u is measured on random pairs, which hardly ever match, and m by
//! expectation maximisation (Dempster, Laird and Rubin 1977; Winkler 1988 for linkage) on the
//! pairs of blocking rules, of which each tells only about the fields that it does not use. Unlike
//! Splink one run learns from all rules together, and a pair that several rules make counts once.
//! A pair that does not match is two strangers or two of one household, who share what households
//! share: without that third class brothers and sisters pass for one person, or teach the model
//! that one person's birth dates differ.
//! How many matches there are follows from how many the rules find and how many of those that
//! rules with other fields find each rule finds too (capture and recapture).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::blocking::{Blocks, Rule, Share, sample};
use super::columns::Kind;
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
const GUESS_RELATIVES: f64 = 30.0;
/// Share of matches among a rule's pairs from which it is learned from.
const PURE: f64 = 0.3;
/// Relatives for each match among them, at most.
const RELATED: f64 = 0.1;
const GUESS_STRANGERS: f64 = 50.0;
const GUESS_AMONG: f64 = 2_000.0;
/// How often two of a household are born on one day.
const TWINS: f64 = 0.01;
/// What a rule's pairs are before anything is known.
const START: Shares = Shares { matches: 0.1, relatives: 0.1 };

/// Probabilities of each level (from 0, which is not used) of each place of a pattern.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Among matches.
    pub m: Vec<Vec<f64>>,
    /// Among pairs of strangers.
    pub u: Vec<Vec<f64>>,
    /// Among pairs of one household.
    pub r: Vec<Vec<f64>>,
    /// Among strangers of one kind: the place by which people are grouped (nationality, say), if
    /// there is one, and how strangers agree who have the same value there. They share more names
    /// and places than strangers at large.
    pub among: Option<(usize, Vec<Vec<f64>>)>,
    /// The share of matches among all pairs.
    pub prior: f64,
    /// The share of pairs of one household.
    pub related: f64,
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
        let few = (0.1 / len).max(1e-12);
        let mut guess = Parameters { m, r: u.clone(), u, among: None, prior: few, related: few };
        guess.relate(records, None);
        guess
    }

    /// Puts down how relatives agree: as was counted in what households share, as strangers of one
    /// origin in the rest (were they taken for strangers at large, brothers of one given name would
    /// be matches whose birth dates differ); but twins are born on one day. How many of a household
    /// have its telephone is not counted: among pairs that other things brought together, namesakes
    /// who live elsewhere pass for relatives, and of millions they are more than brothers and
    /// sisters.
    fn relate(&mut self, records: &Records, counts: Option<&[[f64; 16]]>) {
        for (slot, r) in self.r.iter_mut().enumerate() {
            let kind = records.fields.get(slot).map(|field| field.kind);
            let shared = kind.and_then(levels::of_relatives);
            r.clone_from(self.among.as_ref().map_or(&self.u[slot], |(_, among)| &among[slot]));
            if let Some(guess) = shared {
                let counts = counts.filter(|_| !kind.is_some_and(Kind::is_a_households));
                let counted = |level: usize| counts.map_or(0.0, |counts| counts[slot][level]);
                let total: f64 = (1..r.len()).map(counted).sum::<f64>() + GUESS_RELATIVES;
                (1..r.len()).for_each(|level| r[level] = (counted(level) + GUESS_RELATIVES * guess[level - 1]) / total);
            } else if kind == Some(Kind::Date)
                && let Some(same) = r.last_mut()
            {
                *same = same.max(TWINS);
            }
        }
    }

    fn evidence(&self) -> Evidence {
        let mut evidence = self.evidence_over(&self.u);
        let among = |(slot, u): &(usize, Vec<Vec<f64>>)| {
            (*slot, (self.m[*slot].len() - 1) as u8, self.evidence_over(u).at_large)
        };
        evidence.among = self.among.as_ref().map(among);
        evidence
    }

    /// The same against strangers who agree as `u` says.
    fn evidence_over(&self, u: &[Vec<f64>]) -> Evidence {
        let over = |u: &[Vec<f64>]| {
            let of = |slot: usize| {
                let mut evidence = [(0.0, 0.0); 16];
                for level in 1..self.m[slot].len() {
                    let over = |share: f64| (share.max(1e-9) / u[slot][level].max(1e-12)).ln();
                    evidence[level] = (over(self.m[slot][level]), over(self.r[slot][level]));
                }
                evidence
            };
            (0..self.m.len()).map(of).collect::<Vec<_>>()
        };
        Evidence { at_large: over(u), among: None }
    }
}

/// The natural logarithms of m/u and r/u, by level.
type ByLevel = [(f64, f64); 16];

/// What agreement says, by place and level.
struct Evidence {
    at_large: Vec<ByLevel>,
    /// The place by which people are grouped, its highest level, and the evidence where it agrees.
    among: Option<(usize, u8, Vec<ByLevel>)>,
}

impl Evidence {
    fn of(&self, pattern: Pattern) -> &[ByLevel] {
        match &self.among {
            Some((slot, same, among)) if pattern.level(*slot) == *same => among,
            _ => &self.at_large,
        }
    }
}

/// Shares of the three classes among some pairs, strangers being the rest.
#[derive(Clone, Copy, Debug)]
struct Shares {
    matches: f64,
    relatives: f64,
}

impl Shares {
    fn new(matches: f64, relatives: f64, pairs: f64) -> Shares {
        let share = |part: f64| ((part + 0.1) / (pairs + 1.0)).clamp(1e-12, 0.999_999);
        Shares { matches: share(matches), relatives: share(relatives) }
    }

    /// The same for a pattern: how likely it is a match's or a household's.
    fn given(self, evidence: &Evidence, pattern: Pattern, without: u32) -> Shares {
        let (mut matches, mut relatives) = (self.matches.ln(), self.relatives.ln());
        for (slot, evidence) in evidence.of(pattern).iter().enumerate() {
            if without >> slot & 1 == 0 {
                let (over_match, over_relative) = evidence[usize::from(pattern.level(slot))];
                matches += over_match;
                relatives += over_relative;
            }
        }
        let strangers = (1.0 - self.matches - self.relatives).max(1e-6).ln();
        let most = matches.max(relatives).max(strangers);
        let (m, r, s) = ((matches - most).exp(), (relatives - most).exp(), (strangers - most).exp());
        Shares { matches: m / (m + r + s), relatives: r / (m + r + s) }
    }
}

/// Pairs of one rule, counted by pattern and by the rules that make them.
struct Learned {
    groups: Vec<(Pattern, u32, f64)>,
    /// The rule's own bit.
    bit: u32,
    /// The places it says nothing about.
    slots: u32,
    /// How strangers agree among its pairs: who shares a street shares more than a street.
    u: Vec<Vec<f64>>,
    /// Share of the rule's pairs that were looked at.
    share: f64,
    /// What its pairs are.
    shares: Shares,
}

impl Learned {
    /// Strangers are taken to agree half as strangers at large do, half as all of the rule's pairs
    /// do: so nothing that those pairs share anyway makes a match.
    fn begin(&mut self, parameters: &Parameters) {
        let mut counts = vec![[0.0; 16]; parameters.u.len()];
        for &(pattern, _, count) in &self.groups {
            counts.iter_mut().enumerate().for_each(|(slot, counts)| counts[usize::from(pattern.level(slot))] += count);
        }
        self.u = smooth(&counts, &parameters.u, self.pairs().max(1.0));
    }

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
}

/// Learns the parameters from the records.
pub fn estimate(records: &Records, rules: &[Rule], progress: &mut dyn FnMut(&str)) -> Estimate {
    progress("comparing random pairs");
    let random = random_patterns(records);
    let mut parameters = Parameters::guess(records);
    measure_u(records, &mut parameters, &random, false);
    progress("comparing pairs to learn from");
    let mut learned = patterns(records, rules);
    learned.iter_mut().for_each(|rule| rule.begin(&parameters));
    progress("learning what agreement is worth");
    maximise(records, &mut parameters, &mut learned, true);
    // Relatives are what loose rules find; they are known now.
    purge(&mut learned, parameters.m.len());
    // Among random pairs are a few matches, which matter where values are rare.
    measure_u(records, &mut parameters, &random, true);
    maximise(records, &mut parameters, &mut learned, false);
    Estimate { matches: parameters.prior * records.pairs(), parameters }
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

/// Counts how random pairs agree; the second time, when matches can be told, without those.
fn measure_u(records: &Records, parameters: &mut Parameters, random: &[(Pattern, f64)], again: bool) {
    let evidence = parameters.evidence();
    let shares = Shares { matches: parameters.prior, relatives: parameters.related };
    let group = records.group;
    let places = parameters.u.len();
    let (mut all, mut among) = (vec![[0.0; 16]; places], vec![[0.0; 16]; places]);
    for &(pattern, count) in random {
        let others = if again { 1.0 - shares.given(&evidence, pattern, 0).matches } else { 1.0 };
        let same = group.is_some_and(|slot| usize::from(pattern.level(slot)) == levels_of(records, slot).len());
        for slot in 0..places {
            all[slot][usize::from(pattern.level(slot))] += count * others;
            among[slot][usize::from(pattern.level(slot))] += if same { count * others } else { 0.0 };
        }
    }
    parameters.u = smooth(&all, &Parameters::guess(records).u, GUESS_OTHERS);
    parameters.among = group.map(|slot| {
        let mut u = smooth(&among, &parameters.u, GUESS_AMONG);
        // What the group itself is worth is counted once, against strangers at large.
        u[slot].clone_from(&parameters.u[slot]);
        (slot, u)
    });
    if !again {
        parameters.relate(records, None);
    }
}

/// Shares from counts, to which a guess is added that weighs as much as `weight` pairs.
fn smooth(counts: &[[f64; 16]], guess: &[Vec<f64>], weight: f64) -> Vec<Vec<f64>> {
    let smooth = |(counts, guess): (&[f64; 16], &Vec<f64>)| -> Vec<f64> {
        let total: f64 = counts[1..].iter().sum::<f64>() + weight;
        guess
            .iter()
            .zip(counts)
            .enumerate()
            .map(|(level, (guess, count))| if level == 0 { 0.0 } else { (count + weight * guess) / total })
            .collect()
    };
    counts.iter().zip(guess).map(smooth).collect()
}

fn patterns(records: &Records, rules: &[Rule]) -> Vec<Learned> {
    let mut blocks = Blocks::new(rules.to_vec());
    let mut learned = Vec::new();
    for rule in 0..rules.len() {
        let mut some = blocks.sort(records, rule, Share::WHOLE, LARGEST_BLOCK, |_| true);
        let share = some.thin(records, &rules[rule], RULE_PAIRS);
        let counts = some
            .pieces(records, 20_000.0)
            .into_par_iter()
            .map(|pieces| {
                let mut counts = FxHashMap::<(Pattern, u32), f64>::default();
                for piece in pieces {
                    some.each_pair(records, piece, |one, other| {
                        let pattern = pattern(records, one as usize, other as usize);
                        *counts.entry((pattern, blocks.rules_of(records, one, other))).or_default() += 1.0;
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
        let u = Vec::new();
        learned.push(Learned {
            groups,
            bit: 1 << rule,
            u,
            slots: rules[rule].slots(records),
            share: share.max(1e-9),
            shares: START,
        });
    }
    learned
}

/// Keeps the rules among whose pairs matches are many: where strangers are nearly all, the little
/// that is wrong about strangers outweighs the matches, and where relatives are a part of them, two
/// of one name would teach that birth dates of one person differ. Each place keeps two rules that
/// tell of it.
fn purge(learned: &mut Vec<Learned>, places: usize) {
    let purity = |rule: &Learned| rule.shares.matches - rule.shares.relatives;
    learned.sort_by(|a, b| purity(b).total_cmp(&purity(a)));
    let mut telling = vec![0; places];
    learned.retain(|rule| {
        let tells = |slot: &usize| rule.slots >> slot & 1 == 0;
        let is_pure = rule.shares.matches >= PURE && rule.shares.relatives <= RELATED * rule.shares.matches;
        let keep = is_pure || (0..places).filter(tells).any(|slot| telling[slot] < 2);
        if keep {
            (0..places).filter(tells).for_each(|slot| telling[slot] += 1);
        }
        keep
    });
}

/// What one rule's pairs add to the counts of matches and relatives.
struct Counts {
    matches: Vec<[f64; 16]>,
    strangers: Vec<[f64; 16]>,
    relatives: Vec<[f64; 16]>,
    shares: Shares,
}

impl Learned {
    fn count(&self, parameters: &Parameters, telling: &[u32]) -> Counts {
        let evidence = &parameters.evidence_over(&self.u);
        let places = self.u.len();
        let none = || vec![[0.0; 16]; places];
        let mut counts = Counts { matches: none(), strangers: none(), relatives: none(), shares: self.shares };
        let (mut matches, mut relatives) = (0.0, 0.0);
        for &(pattern, made_by, count) in &self.groups {
            let given = self.shares.given(evidence, pattern, self.slots);
            matches += count * given.matches;
            relatives += count * given.relatives;
            for slot in (0..places).filter(|slot| self.slots >> slot & 1 == 0) {
                let level = usize::from(pattern.level(slot));
                counts.strangers[slot][level] += count * (1.0 - given.matches - given.relatives);
                // A pair that several rules tell about counts once.
                let times = (made_by & telling[slot]).count_ones().max(1);
                let count = count / self.share / f64::from(times);
                counts.matches[slot][level] += count * given.matches;
                counts.relatives[slot][level] += count * given.relatives;
            }
        }
        counts.shares = Shares::new(matches, relatives, self.pairs());
        counts
    }
}

/// Expectation and maximisation over all rules' pairs.
fn maximise(records: &Records, parameters: &mut Parameters, learned: &mut [Learned], relatives_too: bool) {
    let places = parameters.m.len();
    let guess = Parameters::guess(records).m;
    let tells = |rule: &Learned, slot: usize| rule.slots >> slot & 1 == 0;
    // The rules that say something about a place, one bit each.
    let telling: Vec<u32> = (0..places)
        .map(|slot| learned.iter().filter(|rule| tells(rule, slot)).fold(0, |bits, rule| bits | rule.bit))
        .collect();
    for _ in 0..ROUNDS {
        let counts: Vec<Counts> = learned.par_iter().map(|rule| rule.count(parameters, &telling)).collect();
        for (rule, counts) in learned.iter_mut().zip(&counts) {
            rule.shares = counts.shares;
            rule.u = smooth(&counts.strangers, &parameters.u, GUESS_STRANGERS);
        }
        let sum = |of: fn(&Counts) -> &Vec<[f64; 16]>| -> Vec<[f64; 16]> {
            let at = |slot: usize, level: usize| counts.iter().map(|counts| of(counts)[slot][level]).sum();
            (0..places).map(|slot| std::array::from_fn(|level| at(slot, level))).collect()
        };
        let (matches, relatives) = (sum(|counts| &counts.matches), sum(|counts| &counts.relatives));
        let mut change: f64 = 0.0;
        for (slot, m) in parameters.m.iter_mut().enumerate() {
            let total: f64 = matches[slot][1..].iter().sum::<f64>() + GUESS_MATCHES;
            for level in 1..m.len() {
                let share = (matches[slot][level] + GUESS_MATCHES * guess[slot][level]) / total;
                change = change.max((share - m[level]).abs());
                m[level] = share;
            }
        }
        if relatives_too {
            parameters.relate(records, Some(&relatives));
        }
        if change < STILL {
            break;
        }
    }
    let matches = recapture(records, parameters, learned, |shares| shares.matches);
    if relatives_too {
        parameters.related = recapture(records, parameters, learned, |shares| shares.relatives);
    }
    parameters.prior = matches;
}

/// The share of pairs of one class: of those that rules with other fields find, each rule finds a
/// share, and so many are what it finds itself.
fn recapture(records: &Records, parameters: &Parameters, learned: &[Learned], class: fn(Shares) -> f64) -> f64 {
    let evidences: Vec<Evidence> = learned.iter().map(|rule| parameters.evidence_over(&rule.u)).collect();
    let (mut found, mut share_found) = (0.0, 0.0);
    let found_by = |rule: &Learned| class(rule.shares) * rule.pairs() / rule.share;
    for rule in learned {
        let (mut seen, mut again) = (0.0, 0.0);
        for (other, evidence) in learned.iter().zip(&evidences).filter(|(other, _)| other.slots & rule.slots == 0) {
            for &(pattern, made_by, count) in &other.groups {
                let expected = count * class(other.shares.given(evidence, pattern, other.slots)) / other.share;
                seen += expected;
                again += if made_by & rule.bit != 0 { expected } else { 0.0 };
            }
        }
        let recall = if seen > 1.0 { (again / seen).max(0.01) } else { f64::NAN };
        if recall.is_finite() {
            found += found_by(rule);
            share_found += recall;
        }
    }
    let all = if share_found > 0.0 { found / share_found } else { learned.iter().map(found_by).fold(0.0, f64::max) };
    (all.max(0.5) / records.pairs().max(1.0)).clamp(1e-15, 0.5)
}
