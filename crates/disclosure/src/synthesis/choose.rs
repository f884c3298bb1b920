//! Choosing what to ask next, privately.

use crate::account::Rho;
use crate::noise::Source;

/// Chooses `number` of these, the higher the score the likelier, without the scores being told. One person changes
/// a score by at most one.
///
/// The exponential mechanism (McSherry and Talwar 2007) with probability proportional to e^(ε score / 2), one after the
/// other; each costs ρ = ε²/8 (Cesar and Rogers, *Bounding, Concentrating, and Truncating*, 2021). Drawn exactly, by
/// trying any of them and accepting it with probability e^(-ε (best - score) / 2).
pub(super) fn choose(scores: &[i64], number: usize, each: Rho, source: &mut Source) -> Vec<usize> {
    const PARTS: u128 = 1 << 40;
    let epsilon = ((8.0 * each.value()).sqrt() * PARTS as f64).floor() as u128;
    let mut left: Vec<usize> = (0..scores.len()).collect();
    let mut chosen = Vec::new();
    while chosen.len() < number
        && let Some(best) = left.iter().map(|place| scores[*place]).max()
    {
        let place = loop {
            let place = source.below(left.len() as u64) as usize;
            let behind = u128::from(best.abs_diff(scores[left[place]]));
            if source.happens_exp(epsilon * behind, 2 * PARTS) {
                break place;
            }
        };
        chosen.push(left.swap_remove(place));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_score_is_likelier_by_what_the_budget_allows() {
        // ρ = ε²/8 with ε = 1: a score ahead by 2 is e times as likely.
        let (rho, mut source) = (Rho::rounded_up(0.125), Source::seeded_for_tests(2));
        let rounds = 40_000;
        let ahead = (0..rounds).filter(|_| choose(&[5, 3], 1, rho, &mut source) == [0]).count();
        let expected = f64::from(rounds) / (1.0 + (-1.0f64).exp());
        let deviation = (f64::from(rounds) * 0.731 * 0.269).sqrt();
        assert!((ahead as f64 - expected).abs() < 4.0 * deviation, "{ahead} of {rounds}, {expected} expected");
        // 5% more of ε would be seen.
        let wrong = f64::from(rounds) / (1.0 + (-1.05f64).exp());
        assert!((ahead as f64 - wrong).abs() > 2.0 * deviation);
    }

    #[test]
    fn none_is_chosen_twice() {
        let mut chosen = choose(&[1, 2, 3, 4], 9, Rho::rounded_up(0.1), &mut Source::seeded_for_tests(4));
        chosen.sort_unstable();
        assert_eq!(chosen, [0, 1, 2, 3]);
    }
}
