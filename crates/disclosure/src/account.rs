//! What a release costs in privacy.
//!
//! A mechanism is (ε, δ)-differentially private if adding or removing one person changes the probability of any
//! outcome by a factor of at most e^ε, but for δ (Dwork and Roth, *The Algorithmic Foundations of Differential
//! Privacy*, 2014). Costs of several releases are added up as ρ, of zero-concentrated differential privacy (Bun and
//! Steinke, *Concentrated Differential Privacy*, 2016), because ρ simply adds and wastes little; ε and δ are what
//! people set and are told.

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// ε of differential privacy: above 0, at most 20.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Epsilon(f64);

/// δ of differential privacy: above 0, at most 0.001.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Delta(f64);

/// ρ of zero-concentrated differential privacy, in whole 10⁻¹² so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rho(u64);

/// A number that is no budget.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum BudgetError {
    /// ε is not above 0.
    #[error("ε is {0}, but must be above 0: with 0 a release says nothing at all. From 0.5 to 5 is usual")]
    EpsilonTooSmall(f64),
    /// ε is above 20.
    #[error(
        "ε is {0}, but at most 20 makes sense: beyond, what is released may give a person away as surely as without \
         any protection. From 0.5 to 5 is usual"
    )]
    EpsilonTooLarge(f64),
    /// δ is not above 0, or above 0.001.
    #[error(
        "δ is {0}, but must be above 0 and at most 0.001: it is the chance that the promise fails for a person, and \
         should be well below 1 divided by the number of people"
    )]
    Delta(f64),
    /// ρ is not a number from 0 to 10,000.
    #[error("ρ is {0}, but must be a number from 0 to 10,000")]
    Rho(f64),
    /// δ is not below one in the number of people.
    #[error(
        "δ is {delta}, but with {people} people must be below {limit}: a release that gives one of them away \
         entirely would pass. Take {advice:e}"
    )]
    DeltaForPeople {
        /// δ.
        delta: f64,
        /// How many people the data are about.
        people: usize,
        /// One divided by them.
        limit: f64,
        /// What to take: a tenth of that, a power of ten.
        advice: f64,
    },
}

impl Epsilon {
    /// The largest that is accepted.
    pub const LARGEST: f64 = 20.0;

    /// This ε.
    ///
    /// # Errors
    /// 0, negative, not a number, or above 20.
    pub fn new(value: f64) -> Result<Epsilon, BudgetError> {
        if value > Epsilon::LARGEST {
            Err(BudgetError::EpsilonTooLarge(value))
        } else if value > 0.0 {
            Ok(Epsilon(value))
        } else {
            Err(BudgetError::EpsilonTooSmall(value))
        }
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The ρ of what is ε-differentially private without a δ: ε²/2, rounded up (Bun and Steinke 2016, proposition
    /// 1.4).
    pub fn rho(self) -> Rho {
        Rho::rounded_up(self.0 * self.0 / 2.0)
    }
}

impl Delta {
    /// This δ.
    ///
    /// # Errors
    /// 0, negative, not a number, or above 0.001.
    pub fn new(value: f64) -> Result<Delta, BudgetError> {
        if value > 0.0 && value <= 1e-3 { Ok(Delta(value)) } else { Err(BudgetError::Delta(value)) }
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.0
    }

    /// Half of it: for what spends δ twice.
    pub fn halved(self) -> Delta {
        Delta(self.0 / 2.0)
    }

    /// That it is small enough for data about so many people.
    ///
    /// # Errors
    /// It is not below one divided by their number.
    pub fn check(self, people: usize) -> Result<(), BudgetError> {
        let limit = 1.0 / people.max(1) as f64;
        if self.0 < limit {
            return Ok(());
        }
        let advice = 10f64.powf((limit / 10.0).min(1e-3).log10().floor());
        Err(BudgetError::DeltaForPeople { delta: self.0, people, limit, advice })
    }
}

impl Rho {
    /// Nothing.
    pub const ZERO: Rho = Rho(0);

    /// How many of its parts make up 1.
    pub const PARTS: u64 = 1_000_000_000_000;

    /// From whole 10⁻¹².
    pub const fn from_parts(parts: u64) -> Rho {
        Rho(parts)
    }

    /// In whole 10⁻¹².
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.0 as f64 / Rho::PARTS as f64
    }

    /// At least this: for what is spent.
    pub fn rounded_up(value: f64) -> Rho {
        Rho((value * Rho::PARTS as f64).ceil() as u64)
    }

    /// At most this: for what may be spent.
    pub fn rounded_down(value: f64) -> Rho {
        Rho((value * Rho::PARTS as f64).floor() as u64)
    }

    /// The `part`-th of `whole` equal parts of it, rounded down: `rho.share(1, 3)` is a third.
    pub fn share(self, part: u64, whole: u64) -> Rho {
        let share = u128::from(self.0) * u128::from(part) / u128::from(whole.max(1));
        Rho(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// So many times as much.
    pub fn times(self, number: u64) -> Rho {
        Rho(self.0.saturating_mul(number))
    }

    /// What is left of it after this is spent; nothing where it does not suffice.
    pub fn less(self, spent: Rho) -> Option<Rho> {
        self.0.checked_sub(spent.0).map(Rho)
    }

    /// The largest ρ that satisfies (ε, δ)-differential privacy.
    pub fn within(epsilon: Epsilon, delta: Delta) -> Rho {
        let fits = |rho: f64| log_delta(rho, epsilon.0) <= delta.0.ln();
        // Only where ε is as good as 0 would δ allow for a ρ above ε; the search may stop short of it.
        Rho::rounded_down(last_where(fits, 0.0, epsilon.0) * (1.0 - SLACK))
    }

    /// The smallest ε such that it satisfies (ε, δ)-differential privacy.
    pub fn epsilon(self, delta: Delta) -> f64 {
        if self == Rho::ZERO {
            return 0.0;
        }
        let rho = self.value();
        // Bun and Steinke 2016, proposition 1.3: a bound, from which the search begins.
        let bound = rho + 2.0 * (rho * -delta.0.ln()).sqrt();
        let exceeds = |epsilon: f64| log_delta(rho, epsilon) > delta.0.ln();
        (last_where(exceeds, 0.0, bound) + bound * 2f64.powi(-50)) * (1.0 + SLACK)
    }
}

/// What a release costs: ρ for its noise, and δ for finding out which values occur, the probability with which one is
/// told that a single person has. Costs of all releases about the same people add up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// For noise.
    pub rho: Rho,
    /// For finding values; 0 where all are known beforehand.
    #[serde(default)]
    pub delta: f64,
}

impl Cost {
    /// Of a release without noise.
    pub const NOTHING: Cost = Cost { rho: Rho::ZERO, delta: 0.0 };

    /// Of noise alone.
    pub const fn of(rho: Rho) -> Cost {
        Cost { rho, delta: 0.0 }
    }

    /// What is left of a budget once this is spent: ρ, and the ε of a single release that takes all of it. δ that was
    /// spent on values is no more there to turn ρ into ε, and nothing is left once it is more than half.
    pub fn leaves(self, epsilon: Epsilon, delta: Delta) -> (Rho, f64) {
        match Delta::new(delta.0 - self.delta) {
            Ok(rest) if rest.0 * 2.0 >= delta.0 => {
                let left = Rho::within(epsilon, rest).less(self.rho).unwrap_or(Rho::ZERO);
                (left, left.epsilon(rest))
            }
            _ => (Rho::ZERO, 0.0),
        }
    }
}

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost { rho: self.rho + other.rho, delta: self.delta + other.delta }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::NOTHING, Add::add)
    }
}

/// Far more than floating-point arithmetic errs in `log_delta`, far less than anybody notices.
const SLACK: f64 = 1e-9;

/// The logarithm of the smallest δ for which ρ satisfies (ε, δ)-differential privacy, as far as is known: the least,
/// over α > 1, of e^((α-1)(αρ-ε)) (1-1/α)^α / (α-1) (Canonne, Kamath and Steinke 2020, proposition 7). Every α gives a
/// bound that holds, so that an α found only nearly costs tightness, not truth.
fn log_delta(rho: f64, epsilon: f64) -> f64 {
    let falls = |alpha: f64| (2.0 * alpha - 1.0) * rho - epsilon + (-1.0 / alpha).ln_1p() < 0.0;
    // Where the slope is 0, (2α-1)ρ - ε = -ln(1-1/α), which is below 1 for α ≥ 2.
    let alpha = last_where(falls, 1.0, (epsilon + 1.0) / (2.0 * rho) + 2.0).max(1.0 + 1e-6);
    ((alpha - 1.0) * (alpha * rho - epsilon) + alpha * (-1.0 / alpha).ln_1p() - (alpha - 1.0).ln()).min(0.0)
}

/// The last number between two for which something holds that holds up to some number and not beyond, found by
/// halving.
fn last_where(holds: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..100 {
        let middle = low + (high - low) / 2.0;
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

impl Add for Rho {
    type Output = Rho;

    fn add(self, other: Rho) -> Rho {
        Rho(self.0.saturating_add(other.0))
    }
}

impl Sum for Rho {
    fn sum<I: Iterator<Item = Rho>>(costs: I) -> Rho {
        costs.fold(Rho::ZERO, Add::add)
    }
}

impl TryFrom<f64> for Epsilon {
    type Error = BudgetError;

    fn try_from(value: f64) -> Result<Epsilon, BudgetError> {
        Epsilon::new(value)
    }
}

impl From<Epsilon> for f64 {
    fn from(epsilon: Epsilon) -> f64 {
        epsilon.0
    }
}

impl TryFrom<f64> for Delta {
    type Error = BudgetError;

    fn try_from(value: f64) -> Result<Delta, BudgetError> {
        Delta::new(value)
    }
}

impl From<Delta> for f64 {
    fn from(delta: Delta) -> f64 {
        delta.0
    }
}

/// To the nearest 10⁻¹², so that what was written is read back unchanged.
impl TryFrom<f64> for Rho {
    type Error = BudgetError;

    fn try_from(value: f64) -> Result<Rho, BudgetError> {
        if (0.0..=10_000.0).contains(&value) {
            Ok(Rho((value * Rho::PARTS as f64).round() as u64))
        } else {
            Err(BudgetError::Rho(value))
        }
    }
}

impl From<Rho> for f64 {
    fn from(rho: Rho) -> f64 {
        rho.value()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_budget_that_makes_no_sense_is_refused_with_the_reason() {
        for (value, says) in [(0.0, "above 0"), (-1.0, "above 0"), (f64::NAN, "above 0"), (100.0, "at most 20")] {
            let refusal = Epsilon::new(value).unwrap_err().to_string();
            assert!(refusal.contains(says) && refusal.contains("0.5 to 5"), "{refusal}");
        }
        assert!(Epsilon::new(f64::INFINITY).is_err());
        for value in [0.0, -1e-9, 0.01, f64::NAN] {
            assert!(Delta::new(value).unwrap_err().to_string().contains("number of people"));
        }
        let refusal = Delta::new(1e-4).unwrap().check(50_000).unwrap_err().to_string();
        assert!(refusal.contains("below 0.00002") && refusal.contains("Take 1e-6"), "{refusal}");
        assert!(Delta::new(1e-6).unwrap().check(50_000).is_ok());
    }

    /// Values computed with 60 digits in Python's `mpmath`, minimising over α.
    #[test]
    fn the_conversion_agrees_with_one_computed_with_more_digits() {
        for (rho, delta, epsilon) in KNOWN {
            let found = Rho::rounded_up(rho).epsilon(Delta::new(delta).unwrap());
            assert!(found >= epsilon && found < epsilon * 1.000_001, "{rho} {delta}: {found}, not {epsilon}");
        }
    }

    const KNOWN: [(f64, f64, f64); 6] = [
        (0.5, 1e-6, 5.221_534_444_53),
        (0.1, 1e-9, 2.715_481_886_73),
        (2.0, 1e-5, 10.724_824_112_9),
        (0.000_1, 1e-6, 0.053_727_120_634_9),
        (8.0, 1e-3, 21.412_972_320_6),
        (0.000_002, 1e-8, 0.008_810_511_391_33),
    ];

    proptest! {
        #[test]
        fn what_fits_a_budget_is_within_it_and_uses_it_up(
            epsilon in 0.01f64..20.0, exponent in 3f64..12.0,
        ) {
            let delta = Delta::new(10f64.powf(-exponent)).unwrap();
            let rho = Rho::within(Epsilon::new(epsilon).unwrap(), delta);
            let spent = rho.epsilon(delta);
            prop_assert!(spent <= epsilon * (1.0 + 3e-9), "{spent}");
            prop_assert!(spent > epsilon * 0.999, "{spent}");
        }

        #[test]
        fn the_tight_conversion_is_below_the_simple_bound(rho in 1e-6f64..20.0, exponent in 3f64..12.0) {
            let delta = Delta::new(10f64.powf(-exponent)).unwrap();
            let simple = rho + 2.0 * (rho * -delta.value().ln()).sqrt();
            prop_assert!(Rho::rounded_down(rho).epsilon(delta) < simple);
        }

        #[test]
        fn shares_never_add_up_to_more_than_the_whole(parts in 0u64..1 << 60, number in 1u64..10_000) {
            let whole = Rho::from_parts(parts);
            prop_assert!(whole.share(1, number).times(number) <= whole);
        }

        #[test]
        fn what_is_written_is_read_back(parts in 0u64..1 << 50) {
            let rho = Rho::from_parts(parts);
            let json = serde_json::to_string(&rho).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rho>(&json).unwrap(), rho);
        }
    }
}
