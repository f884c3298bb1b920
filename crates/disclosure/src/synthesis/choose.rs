//! Choosing what to ask next, privately.

use crate::account::Rho;
use crate::noise::{Choice, ScaleError, Source};

/// Chooses `number` of these by the exponential mechanism, one after the other: the higher the score the likelier,
/// without the scores being told. One person changes a score by at most one; each choice costs `each`.
///
/// # Errors
/// The share is so small that the choice would be pure chance.
pub(super) fn choose(scores: &[i64], number: usize, each: Rho, source: &mut Source) -> Result<Vec<usize>, ScaleError> {
    let choice = Choice::with_rho(1, each)?;
    let mut scores = scores.to_vec();
    let mut places: Vec<usize> = (0..scores.len()).collect();
    let mut chosen = Vec::new();
    while chosen.len() < number
        && let Some(place) = choice.choose(&scores, source)
    {
        scores.swap_remove(place);
        chosen.push(places.swap_remove(place));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_chosen_twice_and_the_best_comes_first_where_it_is_far_ahead() {
        let mut chosen = choose(&[1, 2, 3_000, 4], 9, Rho::rounded_up(0.1), &mut Source::seeded_for_tests(4)).unwrap();
        assert_eq!(chosen[0], 2);
        chosen.sort_unstable();
        assert_eq!(chosen, [0, 1, 2, 3]);
    }
}
