//! Rounding of counts.

/// The multiple of the base that is nearest; of two that are equally near the one that is an even multiple, so that
/// sums are not pulled up.
pub fn nearest(count: u64, base: u64) -> u64 {
    let base = base.max(1);
    let (whole, rest) = (count / base, count % base);
    let up = rest * 2 > base || (rest * 2 == base && whole % 2 == 1);
    (whole + u64::from(up)).saturating_mul(base)
}
