//! Shuffling that gives the same order for the same seed on every device.

/// The generator of Park and Miller (1988), which the XForms specification names.
struct ParkMiller(i64);

const MODULUS: i64 = 2_147_483_647;
const MULTIPLIER: i64 = 16_807;

impl ParkMiller {
    fn new(seed: i64) -> ParkMiller {
        let seed = seed % MODULUS;
        ParkMiller(if seed <= 0 { seed + MODULUS - 1 } else { seed })
    }

    /// The next number, from 0 up to but not 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0 * MULTIPLIER % MODULUS;
        (self.0 - 1) as f64 / (MODULUS - 1) as f64
    }
}

/// Shuffles by a seed.
pub(super) fn seeded<T: Copy>(items: &[T], seed: i64) -> Vec<T> {
    let mut generator = ParkMiller::new(seed);
    shuffled(items, || generator.next())
}

/// Shuffles by chance: the inside-out way of Fisher and Yates.
pub(super) fn shuffled<T: Copy>(items: &[T], mut random: impl FnMut() -> f64) -> Vec<T> {
    let mut shuffled: Vec<T> = Vec::with_capacity(items.len());
    for (held, item) in items.iter().enumerate() {
        let at = ((random() * (held + 1) as f64) as usize).min(held);
        shuffled.push(*item);
        shuffled.swap(at, held);
    }
    shuffled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_order() {
        let people = ["Amina", "Bilal", "Chloé", "Dinh", "Esra"];
        let first = seeded(&people, 7);
        assert_eq!(first, seeded(&people, 7));
        assert_ne!(first, seeded(&people, 8));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, people);
    }

    #[test]
    fn the_generator_passes_its_authors_test() {
        // Park and Miller: from seed 1 the 10,000th number is 1043618065.
        let mut generator = ParkMiller::new(1);
        for _ in 0..10_000 {
            generator.next();
        }
        assert_eq!(generator.0, 1_043_618_065);
    }
}
