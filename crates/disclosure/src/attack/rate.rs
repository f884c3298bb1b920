//! How often something succeeded, and how sure that is.

use serde::Serialize;

/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_985;

/// So many successes in so many tries, with a 95 % interval (Wilson, *Probable inference*, 1927), which keeps its
/// promise near 0 and 1 too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Successes.
    pub hits: usize,
    /// Tries.
    pub tries: usize,
    /// Their share.
    pub share: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl Rate {
    /// From counts. Of no tries at all nothing is known: from 0 to 1.
    pub fn of(hits: usize, tries: usize) -> Rate {
        if tries == 0 {
            return Rate { hits, tries, share: 0.0, low: 0.0, high: 1.0 };
        }
        let n = tries as f64;
        let share = hits as f64 / n;
        let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let reach = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let low = if hits == 0 { 0.0 } else { (middle - reach).max(0.0) };
        let high = if hits == tries { 1.0 } else { (middle + reach).min(1.0) };
        Rate { hits, tries, share, low, high }
    }

    /// How often something held.
    pub fn counted(outcomes: impl IntoIterator<Item = bool>) -> Rate {
        let (mut hits, mut tries) = (0, 0);
        for outcome in outcomes {
            hits += usize::from(outcome);
            tries += 1;
        }
        Rate::of(hits, tries)
    }

    /// How much more often than another, with a 95 % interval (Newcombe, *Interval estimation for the difference
    /// between independent proportions*, 1998, method 10).
    pub fn more_than(self, other: Rate) -> Difference {
        let value = self.share - other.share;
        let below = (self.share - self.low).hypot(other.high - other.share);
        let above = (self.high - self.share).hypot(other.share - other.low);
        Difference { value, low: (value - below).max(-1.0), high: (value + above).min(1.0) }
    }
}

/// The difference of two rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What was found.
    pub value: f64,
    /// Where the 95 % interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Source;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-4, "{found}, expected {expected}");
    }

    /// The examples of Newcombe's papers of 1998.
    #[test]
    fn intervals_are_those_of_the_literature() {
        let rate = Rate::of(81, 263);
        near(rate.low, 0.2553);
        near(rate.high, 0.3662);
        let difference = Rate::of(56, 70).more_than(Rate::of(48, 80));
        near(difference.low, 0.0524);
        near(difference.high, 0.3339);
        let none = Rate::of(0, 20);
        near(none.low, 0.0);
        near(none.high, 0.1611);
        near(Rate::of(0, 0).high, 1.0);
    }

    #[test]
    fn nineteen_intervals_of_twenty_hold_the_truth() {
        let mut source = Source::seeded_for_tests(1);
        for percent in [2, 30, 50] {
            let holding = (0..2000).filter(|_| {
                let rate = Rate::counted((0..150).map(|_| source.below(100) < percent));
                (rate.low..=rate.high).contains(&(percent as f64 / 100.0))
            });
            let holding = holding.count();
            assert!((1850..=1970).contains(&holding), "{percent} %: {holding} of 2000");
        }
    }
}
