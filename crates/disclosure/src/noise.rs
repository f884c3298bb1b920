//! Noise, drawn exactly.
//!
//! Textbook samplers of Laplace and Gaussian noise compute with floating-point numbers, whose gaps betray what
//! was added to what (Mironov, *On significance of the least significant bits for differential privacy*, 2012).
//! Here noise is a whole number, and between the random bits and the number there is only integer arithmetic: the
//! discrete Laplace and Gaussian of Canonne, Kamath and Steinke, *The Discrete Gaussian for Differential Privacy*
//! (2020), algorithms 1 to 3.
//!
//! Exact means: with the stated probabilities, given random bits. Three things stand between that and the world.
//! The bits come from a generator (ChaCha with 12 rounds), not from nature; and a whole number has to fit an `i64`, so that a
//! magnitude of more than 1,024 scales, which has a probability below e⁻¹⁰⁰⁰, is drawn anew. Time is not constant:
//! who can measure one draw on the machine learns something of it.
//!
//! OpenDP's sampler (0.16), which is proven, was tried first. Numbers of any length on the heap, and bits that are
//! asked of the system draw by draw, cost it 5 µs a number, here 0.2: a table of ten million cells would take a
//! minute instead of two seconds.

use rand::rngs::ChaCha12Rng;
use rand::{Rng, SeedableRng};

use crate::account::{Epsilon, Rho};

/// A generator of random bits.
#[derive(Debug)]
pub struct Source {
    bits: ChaCha12Rng,
    secure: bool,
}

impl Source {
    /// A generator seeded by the operating system: the one for figures that leave the house.
    pub fn secure() -> Source {
        Source { bits: ChaCha12Rng::from_rng(&mut rand::rng()), secure: true }
    }

    /// A generator that gives the same bits each time. Whoever knows or guesses the seed can take the noise away
    /// again: for tests only.
    pub fn seeded_for_tests(seed: u64) -> Source {
        Source { bits: ChaCha12Rng::seed_from_u64(seed), secure: false }
    }

    /// Whether what was drawn may leave the house.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// A generator of its own for another thread.
    pub fn split(&mut self) -> Source {
        Source { bits: ChaCha12Rng::from_rng(&mut self.bits), secure: self.secure }
    }

    /// Sixty-four random bits.
    pub fn bits(&mut self) -> u64 {
        self.bits.next_u64()
    }

    fn few_bits(&mut self) -> u32 {
        self.bits.next_u32()
    }

    /// A whole number from 0 to `limit` - 1, each as likely (Lemire, *Fast random integer generation in an interval*,
    /// 2019); 0 where `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit <= 1 {
            return 0;
        }
        loop {
            let product = u128::from(self.bits()) * u128::from(limit);
            let rest = product as u64;
            if rest >= limit || rest >= limit.wrapping_neg() % limit {
                return (product >> 64) as u64;
            }
        }
    }

    /// True with probability `a / b`, for `a` ≤ `b` < 2¹²⁶.
    ///
    /// A real number u between 0 and 1 is drawn 32 binary places at a time, as many as it takes to know whether
    /// u < a/b; the first 32 nearly always tell.
    fn happens(&mut self, mut a: u128, b: u128) -> bool {
        loop {
            match compare(self.few_bits(), a, b) {
                Comparison::Below => return true,
                Comparison::Above => return false,
                Comparison::Open(rest) => a = rest,
            }
        }
    }

    /// True with probability e^(-`a`/`b`), for `b` < 2¹²⁶ (algorithm 1).
    fn happens_exp(&mut self, mut a: u128, b: u128) -> bool {
        while a > b {
            if !self.happens_exp_within_one(1, 1) {
                return false;
            }
            a -= b;
        }
        self.happens_exp_within_one(a, b)
    }

    /// The same for `a` ≤ `b`: how many of the trials a/b, a/2b, a/3b … succeed before the first that fails is even
    /// with probability 1 - a/b + (a/b)²/2! - …
    fn happens_exp_within_one(&mut self, a: u128, b: u128) -> bool {
        if a == 0 {
            return true;
        }
        let mut trial = 1;
        while (trial == 1 || self.happens(1, trial)) && (a == b || self.happens(a, b)) {
            trial += 1;
        }
        trial % 2 == 1
    }

    /// How often e⁻¹ happens in a row; nothing where that is more often than `MOST_SCALES`.
    fn run(&mut self) -> Option<u64> {
        let mut length = 0;
        while self.happens_exp_within_one(1, 1) {
            length += 1;
        }
        (length < MOST_SCALES).then_some(length)
    }

    /// A magnitude x ≥ 0 with probability proportional to e^(-x/`scale`), a sign, and never minus zero (algorithm 2,
    /// before the division).
    fn magnitude(&mut self, scale: u64) -> u64 {
        loop {
            let within = self.below(scale);
            if self.happens_exp_within_one(u128::from(within), u128::from(scale))
                && let Some(scales) = self.run()
            {
                return scales * scale + within;
            }
        }
    }

    /// A magnitude with a random sign; nothing for a zero that came out negative, so that zero is not twice as
    /// likely.
    fn signed(&mut self, magnitude: u64) -> Option<i64> {
        let negative = self.few_bits() >> 31 == 1;
        let magnitude = i64::try_from(magnitude).ok()?;
        match (negative, magnitude) {
            (true, 0) => None,
            (true, _) => Some(-magnitude),
            (false, _) => Some(magnitude),
        }
    }
}

/// Where a real number u, of which the first 32 binary places are known, lies from `a / b`.
#[derive(Debug, PartialEq, Eq)]
enum Comparison {
    Below,
    Above,
    /// The further places of u decide, as they lie from this over `b`.
    Open(u128),
}

/// Compares without a division: u < a/b where `digits` and what follows, times b, is less than a 2³².
fn compare(digits: u32, a: u128, b: u128) -> Comparison {
    let low = (b & u128::from(u32::MAX)) * u128::from(digits);
    let high = (b >> 32) * u128::from(digits) + (low >> 32);
    if high >= a {
        return Comparison::Above;
    }
    let gap = a - high;
    if gap > (b >> 32) + 1 {
        return Comparison::Below;
    }
    let rest = (gap << 32) - (low & u128::from(u32::MAX));
    if rest >= b { Comparison::Below } else { Comparison::Open(rest) }
}

/// Numerators and denominators are at most this, so that products of two fit 128 bits.
const LARGEST: u64 = 1 << 50;

/// Magnitudes beyond so many scales are drawn anew.
const MOST_SCALES: u64 = 1 << 10;

/// A positive fraction: the scale of a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

/// A scale that cannot be drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// A share of the budget, or a sensitivity, of 0.
    #[error("noise needs a sensitivity and a share of the privacy budget above 0: ask for fewer figures or a larger ε")]
    Zero,
    /// More noise than can be drawn, and far more than a count survives.
    #[error(
        "so small a share of the privacy budget would need noise beyond 10^15: ask for fewer figures or a larger ε"
    )]
    TooLarge,
}

impl Ratio {
    /// `numerator / denominator`, rounded up (by less than 1 part in 2⁴⁸, for ratios above 1) where the terms are too
    /// large.
    ///
    /// # Errors
    /// A term of 0, or a ratio above 2⁴⁹.
    pub fn new(numerator: u64, denominator: u64) -> Result<Ratio, ScaleError> {
        Ratio::rounded_up(u128::from(numerator), denominator)
    }

    fn rounded_up(numerator: u128, denominator: u64) -> Result<Ratio, ScaleError> {
        if numerator == 0 || denominator == 0 {
            return Err(ScaleError::Zero);
        }
        let denominator = u128::from(denominator);
        let common = common_divisor(numerator, denominator);
        let (numerator, denominator) = (numerator / common, denominator / common);
        let (whole, rest) = (numerator / denominator, numerator % denominator);
        if whole > u128::from(LARGEST / 2) {
            return Err(ScaleError::TooLarge);
        }
        let fitting = |term: u128| u64::try_from(term).ok().filter(|term| *term <= LARGEST);
        if let (Some(numerator), Some(denominator)) = (fitting(numerator), fitting(denominator)) {
            return Ok(Ratio { numerator, denominator });
        }
        let places = LARGEST.ilog2() - 1 - whole.checked_ilog2().unwrap_or(0);
        let numerator = (whole << places) + (rest << places).div_ceil(denominator);
        Ok(Ratio { numerator: fitting(numerator).ok_or(ScaleError::TooLarge)?, denominator: 1 << places })
    }

    /// The nearest floating-point number.
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

fn common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// The discrete Gaussian: x with probability proportional to e^(-x²/2σ²).
///
/// Added to each of many counts of which one person changes some, so that the squares of the changes add up to at
/// most Δ², it satisfies Δ²/2σ²-zCDP (Canonne et al. 2020, theorem 4 and its form for many counts). Its variance is
/// at most σ², and for σ ≥ 1 the difference is below a millionth.
#[derive(Clone, Copy, Debug)]
pub struct Gaussian {
    sigma_squared: Ratio,
    scale: u64,
}

impl Gaussian {
    /// With this σ².
    pub fn new(sigma_squared: Ratio) -> Gaussian {
        let scale = (sigma_squared.numerator / sigma_squared.denominator).isqrt() + 1;
        Gaussian { sigma_squared, scale }
    }

    /// The one that spends `rho` on counts whose changes by one person, squared, add up to at most
    /// `sensitivity_squared`: σ² = Δ²/2ρ.
    ///
    /// # Errors
    /// A sensitivity or a share of 0, or noise beyond all use.
    pub fn with_rho(sensitivity_squared: u64, rho: Rho) -> Result<Gaussian, ScaleError> {
        let numerator = u128::from(sensitivity_squared) * u128::from(Rho::PARTS / 2);
        Ratio::rounded_up(numerator, rho.parts()).map(Gaussian::new)
    }

    /// σ, for what is told of the noise.
    pub fn sigma(&self) -> f64 {
        self.sigma_squared.value().sqrt()
    }

    /// One number (algorithm 3).
    pub fn sample(&self, source: &mut Source) -> i64 {
        let Ratio { numerator, denominator } = self.sigma_squared;
        let (numerator, denominator, scale) = (u128::from(numerator), u128::from(denominator), u128::from(self.scale));
        let bound = 2 * numerator * denominator * scale * scale;
        loop {
            let magnitude = source.magnitude(self.scale);
            let Some(candidate) = source.signed(magnitude) else { continue };
            let distance = (u128::from(magnitude) * denominator * scale).abs_diff(numerator);
            if source.happens_exp(distance * distance, bound) {
                return candidate;
            }
        }
    }

    /// Adds one number to each.
    pub fn add_to(&self, counts: &mut [i64], source: &mut Source) {
        for count in counts {
            *count = count.saturating_add(self.sample(source));
        }
    }
}

/// The discrete Laplace: x with probability proportional to e^(-|x|/b).
///
/// Added to counts of which one person changes at most Δ in all, it satisfies Δ/b-differential privacy (Ghosh,
/// Roughgarden and Sundararajan, *Universally utility-maximizing privacy mechanisms*, 2009).
#[derive(Clone, Copy, Debug)]
pub struct Laplace {
    scale: Ratio,
}

impl Laplace {
    /// With this b.
    pub fn new(scale: Ratio) -> Laplace {
        Laplace { scale }
    }

    /// The one that spends `epsilon` on counts of which one person changes at most `sensitivity` in all: b = Δ/ε.
    ///
    /// # Errors
    /// A sensitivity of 0, or noise beyond all use.
    pub fn with_epsilon(sensitivity: u64, epsilon: Epsilon) -> Result<Laplace, ScaleError> {
        let parts = (epsilon.value() * Rho::PARTS as f64).floor() as u64;
        Ratio::rounded_up(u128::from(sensitivity) * u128::from(Rho::PARTS), parts).map(Laplace::new)
    }

    /// b, for what is told of the noise.
    pub fn scale(&self) -> f64 {
        self.scale.value()
    }

    /// One number (algorithm 2).
    pub fn sample(&self, source: &mut Source) -> i64 {
        loop {
            let magnitude = source.magnitude(self.scale.numerator) / self.scale.denominator;
            if let Some(number) = source.signed(magnitude) {
                return number;
            }
        }
    }

    /// Adds one number to each.
    pub fn add_to(&self, counts: &mut [i64], source: &mut Source) {
        for count in counts {
            *count = count.saturating_add(self.sample(source));
        }
    }
}

/// The exponential mechanism: chooses one of several with probability proportional to e^(score/b) (McSherry and
/// Talwar, *Mechanism design via differential privacy*, 2007), exactly, by trying one at random until it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    scale: Ratio,
}

impl Choice {
    /// With this b.
    pub fn new(scale: Ratio) -> Choice {
        Choice { scale }
    }

    /// The one that spends `rho` on scores that one person changes by at most `sensitivity` each. It is
    /// 2Δ/b-differentially private and of bounded range, hence ε²/8-zCDP (Cesar and Rogers, *Bounding, concentrating,
    /// and truncating*, 2021): b = Δ/√2ρ.
    ///
    /// # Errors
    /// A sensitivity or a share of 0, or a choice that would be pure chance.
    pub fn with_rho(sensitivity: u64, rho: Rho) -> Result<Choice, ScaleError> {
        let millionths = (2 * u128::from(rho.parts()) * 1_000_000).isqrt();
        let root = u64::try_from(millionths).map_err(|_| ScaleError::Zero)?;
        let unit = (u128::from(Rho::PARTS) * 1_000_000).isqrt();
        Ratio::rounded_up(u128::from(sensitivity) * unit, root).map(Choice::new)
    }

    /// The place of the one chosen; nothing where there is none to choose.
    pub fn choose(&self, scores: &[i64], source: &mut Source) -> Option<usize> {
        let best = scores.iter().copied().max()?;
        let number = u64::try_from(scores.len()).ok()?;
        loop {
            let place = usize::try_from(source.below(number)).ok()?;
            let behind = u128::from(best.abs_diff(*scores.get(place)?));
            if source.happens_exp(behind * u128::from(self.scale.denominator), u128::from(self.scale.numerator)) {
                return Some(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_comparison_is_what_it_is_in_exact_arithmetic(
            digits: u32, b in 1u64..1 << 60, portion in 0f64..=1.0, near in prop::bool::ANY, shift in 0u32..66,
        ) {
            let wide = u128::from(b);
            let portion = if near { f64::from(digits) / 2f64.powi(32) } else { portion };
            let a = ((b as f64 * portion) as u128).min(wide);
            let (scaled, product) = (a << 32, u128::from(digits) * wide);
            let expected = if product >= scaled {
                Comparison::Above
            } else if product + wide <= scaled {
                Comparison::Below
            } else {
                Comparison::Open((scaled - product) << shift)
            };
            prop_assert_eq!(compare(digits, a << shift, wide << shift), expected);
        }

        #[test]
        fn a_ratio_is_never_rounded_down_and_hardly_up(numerator: u64, denominator: u64) {
            match Ratio::new(numerator, denominator) {
                Err(ScaleError::Zero) => prop_assert!(numerator == 0 || denominator == 0),
                Err(ScaleError::TooLarge) => prop_assert!(numerator / denominator > LARGEST / 2),
                Ok(ratio) => {
                    prop_assert!(ratio.numerator <= LARGEST && ratio.denominator <= LARGEST);
                    let given = u128::from(numerator) * u128::from(ratio.denominator);
                    let kept = u128::from(ratio.numerator) * u128::from(denominator);
                    prop_assert!(kept >= given, "{ratio:?}");
                    prop_assert!(numerator < denominator || (kept - given) >> 4 <= given >> 48, "{ratio:?}");
                }
            }
        }

        #[test]
        fn any_scale_can_be_drawn_from(numerator in 1u64.., denominator in 1u64.., seed: u64) {
            let mut source = Source::seeded_for_tests(seed);
            if let Ok(ratio) = Ratio::new(numerator, denominator) {
                let gaussian = Gaussian::new(ratio);
                let most = gaussian.sigma() * 20.0 + 20.0;
                prop_assert!((gaussian.sample(&mut source).unsigned_abs() as f64) < most);
                prop_assert!((Laplace::new(ratio).sample(&mut source).unsigned_abs() as f64) < ratio.value() * 100.0 + 100.0);
            }
        }

        #[test]
        fn a_share_of_the_budget_buys_no_less_than_its_noise(sensitivity in 1u64..1 << 30, parts in 1u64..1 << 50) {
            let rho = Rho::from_parts(parts);
            if let Ok(gaussian) = Gaussian::with_rho(sensitivity, rho) {
                let due = sensitivity as f64 / (2.0 * rho.value());
                prop_assert!(gaussian.sigma().powi(2) > due * (1.0 - 1e-12));
                prop_assert!(gaussian.sigma().powi(2) < due * (1.0 + 1e-9) + 1e-12);
            }
        }
    }

    #[test]
    fn a_seeded_source_and_what_is_split_from_it_are_marked_and_repeat() {
        let mut one = Source::seeded_for_tests(1);
        let mut same = Source::seeded_for_tests(1);
        let (mut split, mut again) = (one.split(), same.split());
        assert!(!one.is_secure() && !split.is_secure());
        assert_eq!((one.bits(), split.bits()), (same.bits(), again.bits()));
        assert_ne!(one.bits(), split.bits());
        let mut secure = Source::secure();
        assert!(secure.is_secure() && secure.split().is_secure());
        assert_ne!(secure.bits(), Source::secure().bits());
    }

    #[test]
    fn no_budget_buys_no_noise() {
        assert_eq!(Gaussian::with_rho(1, Rho::ZERO).unwrap_err(), ScaleError::Zero);
        assert_eq!(Gaussian::with_rho(0, Rho::from_parts(1)).unwrap_err(), ScaleError::Zero);
        assert_eq!(Gaussian::with_rho(u64::MAX, Rho::from_parts(1)).unwrap_err(), ScaleError::TooLarge);
        assert_eq!(Source::seeded_for_tests(1).below(0), 0);
        let chance = Choice::with_rho(1, Rho::from_parts(1)).unwrap();
        assert_eq!(chance.choose(&[], &mut Source::seeded_for_tests(1)), None);
    }
}
