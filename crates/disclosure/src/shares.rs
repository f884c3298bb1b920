//! Several organisations add up their tables without showing them to each other.
//!
//! Additive secret sharing modulo 2⁶⁴ (Cramer, Damgård and Nielsen, *Secure Multiparty Computation and Secret
//! Sharing*, 2015, chapter 3). Each party splits its counts into one [`Share`] for each party: random numbers, of which
//! only all together say anything. It keeps its own share and sends the others, each to its party and nobody else,
//! over a private channel. Each party adds up the shares that it has and publishes the [`Subtotal`]; all subtotals
//! together are the total.
//!
//! What it protects from: parties that follow the protocol and are curious. What it does not:
//! - Parties that pool what they know learn the total of the others. If all but one do, they learn its table. With two
//!   parties the total gives each the other's table, so that at least three are needed.
//! - The total itself. A count of 1 in the total is one person; [`noise_of_each`] is the remedy.
//! - A party that lies about its counts, or sends nothing. It spoils the total, which shows only in the second case.
//!
//! Whoever drops out makes the total impossible: it is refused rather than guessed, and the others begin again
//! without that party.

use serde::{Deserialize, Serialize};

use crate::account::Rho;
use crate::noise::{Gaussian, Ratio, ScaleError, Source};

/// Fewer would learn each other's tables from the total.
pub const FEWEST: usize = 3;

/// More have not been thought of in the bounds of [`noise_of_each`] and of [`LARGEST_COUNT`].
pub const MOST: usize = 1000;

/// Larger ones could go beyond 2⁶³ in the total.
pub const LARGEST_COUNT: u64 = 1 << 50;

/// What one party gives to another. It tells that one nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which addition it is for: the agreement, the table and its edition. All parties name it alike.
    pub round: String,
    /// How many parties there are.
    pub parties: usize,
    /// Whose counts were split, from 0.
    pub from: usize,
    /// For whom, from 0.
    pub to: usize,
    /// A number for each cell.
    pub numbers: Vec<u64>,
}

/// What one party publishes: the sum of the shares that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtotal {
    /// Which addition it is for.
    pub round: String,
    /// How many parties there are.
    pub parties: usize,
    /// Who adds up, from 0.
    pub of: usize,
    /// A number for each cell.
    pub numbers: Vec<u64>,
}

/// What cannot be shared or added up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Too few parties, or too many.
    #[error(
        "{0} parties cannot add up their tables in this way: at least {FEWEST} are needed, since two would learn \
         each other's from the total, and at most {MOST} can"
    )]
    Parties(usize),
    /// A party that does not exist.
    #[error("there is no party {party} among {parties}: they are numbered from 0")]
    Nobody {
        /// Its number.
        party: usize,
        /// How many there are.
        parties: usize,
    },
    /// A count that would not fit.
    #[error("the count in cell {cell} is {count}: it is more than can be added up without error")]
    TooLarge {
        /// The cell, from 0.
        cell: usize,
        /// Its count.
        count: i64,
    },
    /// A party's part has not come.
    #[error("nothing has come from party {0}: ask for it, or begin a new round without that party")]
    Missing(usize),
    /// A party's part has come twice.
    #[error("party {0} is in it twice: leave one out, the other party's is missing")]
    Twice(usize),
    /// Parts that do not belong together.
    #[error(
        "what came from party {0} is for another round, another number of parties or another table: ask for the right one"
    )]
    Mixed(usize),
    /// So many that pool what they know that nobody is left to protect.
    #[error("{colluding} of {parties} parties may pool what they know: at least two have to be trusted not to")]
    Colluding {
        /// How many may.
        colluding: usize,
        /// How many there are.
        parties: usize,
    },
    /// Noise that cannot be drawn.
    #[error(transparent)]
    Scale(#[from] ScaleError),
}

/// Splits the counts of party `from` into a share for each party. Counts can be below 0 where noise was added.
///
/// # Errors
/// Too few parties or too many, a number that is none of theirs, a count that would not fit.
pub fn split(
    round: &str,
    counts: &[i64],
    from: usize,
    parties: usize,
    source: &mut Source,
) -> Result<Vec<Share>, ShareError> {
    if !(FEWEST..=MOST).contains(&parties) {
        return Err(ShareError::Parties(parties));
    }
    if from >= parties {
        return Err(ShareError::Nobody { party: from, parties });
    }
    if let Some(cell) = counts.iter().position(|count| count.unsigned_abs() > LARGEST_COUNT) {
        return Err(ShareError::TooLarge { cell, count: counts.get(cell).copied().unwrap_or_default() });
    }
    let share = |to, numbers| Share { round: round.to_owned(), parties, from, to, numbers };
    let mut rest: Vec<u64> = counts.iter().map(|count| count.cast_unsigned()).collect();
    let others = (0..parties).filter(|to| *to != from);
    let mut shares: Vec<Share> = others.map(|to| share(to, random_part(&mut rest, source))).collect();
    shares.insert(from, share(from, rest));
    Ok(shares)
}

/// Takes a random part out of each number.
fn random_part(rest: &mut [u64], source: &mut Source) -> Vec<u64> {
    let take = |number: &mut u64| {
        let part = source.bits();
        *number = number.wrapping_sub(part);
        part
    };
    rest.iter_mut().map(take).collect()
}

/// Adds up what party `of` was given, its own share included.
///
/// # Errors
/// A share that is missing, comes twice, or belongs elsewhere.
pub fn subtotal(of: usize, shares: &[Share]) -> Result<Subtotal, ShareError> {
    let first = shares.first().ok_or(ShareError::Missing(0))?;
    let belongs = |share: &Share| {
        share.to == of
            && share.round == first.round
            && share.parties == first.parties
            && share.numbers.len() == first.numbers.len()
    };
    if let Some(stranger) = shares.iter().find(|share| !belongs(share)) {
        return Err(ShareError::Mixed(stranger.from));
    }
    each_once(first.parties, shares.iter().map(|share| share.from))?;
    let numbers = sums(first.numbers.len(), shares.iter().map(|share| &share.numbers));
    Ok(Subtotal { round: first.round.clone(), parties: first.parties, of, numbers })
}

/// The total of all parties' counts.
///
/// # Errors
/// A subtotal that is missing, comes twice, or belongs elsewhere.
pub fn total(subtotals: &[Subtotal]) -> Result<Vec<i64>, ShareError> {
    let first = subtotals.first().ok_or(ShareError::Missing(0))?;
    let belongs = |subtotal: &Subtotal| {
        subtotal.round == first.round
            && subtotal.parties == first.parties
            && subtotal.numbers.len() == first.numbers.len()
    };
    if let Some(stranger) = subtotals.iter().find(|subtotal| !belongs(subtotal)) {
        return Err(ShareError::Mixed(stranger.of));
    }
    each_once(first.parties, subtotals.iter().map(|subtotal| subtotal.of))?;
    let numbers = sums(first.numbers.len(), subtotals.iter().map(|subtotal| &subtotal.numbers));
    Ok(numbers.into_iter().map(u64::cast_signed).collect())
}

/// That each of the parties is there, once.
fn each_once(parties: usize, found: impl Iterator<Item = usize>) -> Result<(), ShareError> {
    if !(FEWEST..=MOST).contains(&parties) {
        return Err(ShareError::Parties(parties));
    }
    let mut seen = vec![false; parties];
    for party in found {
        match seen.get_mut(party) {
            None => return Err(ShareError::Nobody { party, parties }),
            Some(true) => return Err(ShareError::Twice(party)),
            Some(seen) => *seen = true,
        }
    }
    seen.iter().position(|seen| !seen).map_or(Ok(()), |party| Err(ShareError::Missing(party)))
}

fn sums<'a>(cells: usize, tables: impl Iterator<Item = &'a Vec<u64>>) -> Vec<u64> {
    let mut sums = vec![0u64; cells];
    for table in tables {
        for (sum, number) in sums.iter_mut().zip(table) {
            *sum = sum.wrapping_add(*number);
        }
    }
    sums
}

/// The noise that each party adds to its counts before it splits them, so that the total satisfies `rho`-zCDP even
/// towards `colluding` of the parties, who know their own noise: σ² = Δ²/2ρ(n-c) each. One person may change the total
/// by `sensitivity_squared`, the sum of the squared changes of its cells: whoever k parties count in one cell, by k².
///
/// A sum of discrete Gaussians is not quite one, but for σ² ≥ 4 each, which this never goes below, so nearly that ρ
/// changes by less than its last place (Kairouz, Liu and Steinke, *The Distributed Discrete Gaussian Mechanism*, 2021,
/// theorem 1).
///
/// # Errors
/// Too few parties or too many, fewer than two who do not collude, or noise beyond all use.
pub fn noise_of_each(
    sensitivity_squared: u64,
    rho: Rho,
    parties: usize,
    colluding: usize,
) -> Result<Gaussian, ShareError> {
    if !(FEWEST..=MOST).contains(&parties) {
        return Err(ShareError::Parties(parties));
    }
    if colluding + 2 > parties {
        return Err(ShareError::Colluding { colluding, parties });
    }
    let honest = (parties - colluding) as u64;
    let mechanism = Gaussian::with_rho(sensitivity_squared, rho.times(honest))?;
    let least = Gaussian::new(Ratio::new(4, 1)?);
    Ok(if mechanism.sigma() < least.sigma() { least } else { mechanism })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shared(tables: &[Vec<i64>], seed: u64) -> Vec<Vec<Share>> {
        let mut source = Source::seeded_for_tests(seed);
        let split =
            |(from, counts): (usize, &Vec<i64>)| split("2026", counts, from, tables.len(), &mut source).unwrap();
        tables.iter().enumerate().map(split).collect()
    }

    fn given_to(party: usize, shared: &[Vec<Share>]) -> Vec<Share> {
        shared.iter().map(|shares| shares[party].clone()).collect()
    }

    fn subtotals(shared: &[Vec<Share>]) -> Vec<Subtotal> {
        (0..shared.len()).map(|party| subtotal(party, &given_to(party, shared)).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_of_all_tables(
            tables in (3usize..8, 0usize..20).prop_flat_map(|(parties, cells)| {
                let largest = LARGEST_COUNT.cast_signed();
                prop::collection::vec(prop::collection::vec(-largest..=largest, cells), parties)
            }),
            seed: u64,
        ) {
            let cells = tables[0].len();
            let sums: Vec<i64> = (0..cells).map(|cell| tables.iter().map(|counts| counts[cell]).sum()).collect();
            prop_assert_eq!(total(&subtotals(&shared(&tables, seed))).unwrap(), sums);
        }

        #[test]
        fn what_others_hold_does_not_depend_on_the_counts(
            counts in prop::collection::vec(0i64..1000, 5), other in prop::collection::vec(0i64..1000, 5), seed: u64,
        ) {
            let zero = vec![0; 5];
            let one = shared(&[counts, zero.clone(), zero.clone()], seed);
            let another = shared(&[other, zero.clone(), zero], seed);
            prop_assert_eq!(&one[0][1..], &another[0][1..]);
        }
    }

    /// Three shelters add up whom they reached; whatever goes amiss is refused.
    #[test]
    fn who_drops_out_or_is_counted_twice_is_named() {
        let shared = shared(&[vec![5, 0], vec![7, 1], vec![2, 2]], 1);
        let given = given_to(1, &shared);
        assert_eq!(subtotal(1, &given[..2]), Err(ShareError::Missing(2)));
        assert_eq!(subtotal(1, &[]), Err(ShareError::Missing(0)));
        let twice = [given[0].clone(), given[1].clone(), given[1].clone()];
        assert_eq!(subtotal(1, &twice), Err(ShareError::Twice(1)));
        assert_eq!(subtotal(0, &given), Err(ShareError::Mixed(0)));
        let mut older = given.clone();
        older[2].round = "2025".to_owned();
        assert_eq!(subtotal(1, &older), Err(ShareError::Mixed(2)));
        let mut shorter = given;
        shorter[1].numbers.pop();
        assert_eq!(subtotal(1, &shorter), Err(ShareError::Mixed(1)));

        let subtotals = subtotals(&shared);
        assert_eq!(total(&subtotals), Ok(vec![14, 3]));
        assert_eq!(total(&subtotals[1..]), Err(ShareError::Missing(0)));
        let mut older = subtotals;
        older[2].round = "2025".to_owned();
        assert_eq!(total(&older), Err(ShareError::Mixed(2)));
    }

    #[test]
    fn two_parties_and_counts_beyond_reason_are_refused() {
        let mut source = Source::seeded_for_tests(1);
        assert_eq!(split("2026", &[1], 0, 2, &mut source), Err(ShareError::Parties(2)));
        assert_eq!(split("2026", &[1], 3, 3, &mut source), Err(ShareError::Nobody { party: 3, parties: 3 }));
        let refusal = split("2026", &[1, i64::MIN], 0, 3, &mut source);
        assert_eq!(refusal, Err(ShareError::TooLarge { cell: 1, count: i64::MIN }));
    }

    /// One share of a thousand cells of 5 is as good as coin tosses: of 64,000 bits half are set, give or take five
    /// standard deviations, and no number comes twice.
    #[test]
    fn a_share_looks_like_chance_alone() {
        let shares = shared(&[vec![5; 1000], vec![0; 1000], vec![0; 1000]], 3).swap_remove(0);
        for share in &shares {
            let ones: u32 = share.numbers.iter().map(|number| number.count_ones()).sum();
            assert!(ones.abs_diff(32_000) < 633, "{ones}");
            let mut numbers = share.numbers.clone();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 1000);
        }
    }

    #[test]
    fn the_noise_of_those_who_do_not_collude_is_enough() {
        let rho = Rho::rounded_up(0.01);
        let each = noise_of_each(1, rho, 5, 2).unwrap();
        assert!(3.0 * each.sigma().powi(2) >= 50.0 * (1.0 - 1e-12));
        assert!(noise_of_each(1, Rho::rounded_up(10.0), 5, 2).unwrap().sigma() >= 2.0);
        assert_eq!(noise_of_each(1, rho, 5, 4).unwrap_err(), ShareError::Colluding { colluding: 4, parties: 5 });

        let mut source = Source::seeded_for_tests(4);
        let mut tables = vec![vec![0i64; 20_000]; 5];
        for counts in &mut tables {
            each.add_to(counts, &mut source);
        }
        let total = total(&subtotals(&shared(&tables, 5))).unwrap();
        let variance = total.iter().map(|count| (*count as f64).powi(2)).sum::<f64>() / 20_000.0;
        let expected = 5.0 * each.sigma().powi(2);
        assert!((variance / expected - 1.0).abs() < 0.05, "{variance}, expected {expected}");
    }
}
