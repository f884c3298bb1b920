//! Whether noise is what it is said to be.
//!
//! Each mechanism is drawn from 200,000 times and held against its law, computed from the definition: variance,
//! chi-square over bins of equal weight, tails, sign. Each time the same check has to find out a sampler whose scale
//! is wrong by 5%, up or down; a check that would not notice does not count. The bounds lie five standard errors
//! out, where a right sampler comes once in a million times.

use disclosure::account::{Epsilon, Rho};
use disclosure::noise::{Choice, Gaussian, Laplace, Ratio, Source};

const DRAWS: usize = 200_000;
const STANDARD_ERRORS: f64 = 5.0;

/// The probability of each number from `least` on.
struct Law {
    least: i64,
    probabilities: Vec<f64>,
}

impl Law {
    fn new(reach: f64, weight: impl Fn(f64) -> f64) -> Law {
        let reach = reach.ceil() as i64;
        let weights: Vec<f64> = (-reach..=reach).map(|number| weight(number as f64)).collect();
        let total: f64 = weights.iter().sum();
        Law { least: -reach, probabilities: weights.iter().map(|weight| weight / total).collect() }
    }

    fn gaussian(sigma: f64) -> Law {
        Law::new(12.0 * sigma + 10.0, |x| (-x * x / (2.0 * sigma * sigma)).exp())
    }

    fn laplace(scale: f64) -> Law {
        Law::new(40.0 * scale + 10.0, |x| (-x.abs() / scale).exp())
    }

    fn moment(&self, power: i32) -> f64 {
        (self.least..).zip(&self.probabilities).map(|(number, chance)| (number as f64).powi(power) * chance).sum()
    }

    fn chance(&self, holds: impl Fn(i64) -> bool) -> f64 {
        (self.least..).zip(&self.probabilities).filter(|(number, _)| holds(*number)).map(|(_, chance)| chance).sum()
    }

    /// Up to 64 bins of neighbouring numbers: the last number of each, and its probability.
    fn bins(&self) -> Vec<(i64, f64)> {
        let mut bins = Vec::new();
        let mut weight = 0.0;
        for (number, chance) in (self.least..).zip(&self.probabilities) {
            weight += chance;
            if weight >= 1.0 / 64.0 {
                bins.push((number, weight));
                weight = 0.0;
            }
        }
        if let Some(last) = bins.last_mut() {
            *last = (i64::MAX, last.1 + weight);
        }
        bins
    }
}

/// What is wrong with numbers that are said to follow a law.
fn faults(numbers: &[i64], law: &Law) -> Vec<String> {
    let mut faults = Vec::new();
    let count = numbers.len() as f64;
    let mut compare = |what: &str, found: f64, expected: f64, standard_error: f64| {
        if (found - expected).abs() > STANDARD_ERRORS * standard_error {
            faults.push(format!("{what}: {found}, expected {expected} ± {standard_error}"));
        }
    };
    let variance = law.moment(2);
    let error = |power: i32| (law.moment(2 * power) - law.moment(power).powi(2)).sqrt() / count.sqrt();
    compare("mean", numbers.iter().map(|x| *x as f64).sum::<f64>() / count, 0.0, error(1));
    compare("variance", numbers.iter().map(|x| (*x as f64).powi(2)).sum::<f64>() / count, variance, error(2));
    let wide = (3.0 * variance.sqrt()) as i64;
    let events: [(&str, &dyn Fn(i64) -> bool); 5] = [
        ("zero", &|x| x == 0),
        ("positive", &|x| x > 0),
        ("negative", &|x| x < 0),
        ("left tail", &|x| x < -wide),
        ("right tail", &|x| x > wide),
    ];
    for (what, holds) in events {
        let chance = law.chance(holds);
        let found = numbers.iter().filter(|x| holds(**x)).count() as f64 / count;
        // A tail in which hardly anything is expected is no normal variable: one more is allowed.
        compare(what, found, chance, (chance * (1.0 - chance) / count).sqrt() + 1.0 / count / STANDARD_ERRORS);
    }
    let bins = law.bins();
    let mut found = vec![0.0; bins.len()];
    for number in numbers {
        found[bins.partition_point(|(last, _)| last < number)] += 1.0;
    }
    let chi_square: f64 =
        bins.iter().zip(found).map(|((_, chance), found)| (found - chance * count).powi(2) / (chance * count)).sum();
    let freedom = bins.len() as f64 - 1.0;
    if freedom > 0.0 {
        // Beyond a normal variable's five, because chi-square leans to the right.
        compare("chi-square", chi_square, freedom, (2.0 * freedom).sqrt() + 2.0);
    }
    faults
}

fn draws(seed: u64, draw: impl Fn(&mut Source) -> i64) -> Vec<i64> {
    let mut source = Source::seeded_for_tests(seed);
    (0..DRAWS).map(|_| draw(&mut source)).collect()
}

fn thousandths(value: f64) -> Ratio {
    Ratio::new((value * 1_000_000.0).round() as u64, 1_000_000).unwrap()
}

fn gaussian(seed: u64, sigma: f64) -> Vec<i64> {
    let gaussian = Gaussian::new(thousandths(sigma * sigma));
    draws(seed, |source| gaussian.sample(source))
}

fn laplace(seed: u64, scale: f64) -> Vec<i64> {
    let laplace = Laplace::new(thousandths(scale));
    draws(seed, |source| laplace.sample(source))
}

/// Right noise passes, and noise that is 5% too much or too little does not.
fn holds(seed: u64, scale: f64, law: fn(f64) -> Law, draw: fn(u64, f64) -> Vec<i64>) {
    let law = law(scale);
    let found = faults(&draw(seed, scale), &law);
    assert!(found.is_empty(), "scale {scale}: {found:?}");
    for wrong in [scale * 1.05, scale / 1.05] {
        assert!(!faults(&draw(seed, wrong), &law).is_empty(), "{wrong} passed for {scale}");
    }
}

#[test]
fn gaussian_noise_is_what_it_is_said_to_be() {
    for scale in [0.3, 1.0, 3.0, 44.7, 1e4] {
        holds(1, scale, Law::gaussian, gaussian);
    }
}

#[test]
fn laplace_noise_is_what_it_is_said_to_be() {
    for scale in [0.3, 1.0, 3.0, 44.7, 1e4] {
        holds(2, scale, Law::laplace, laplace);
    }
}

#[test]
fn a_share_of_the_budget_buys_the_noise_that_the_theorem_asks_for() {
    let rho = Rho::rounded_up(0.001_234_567_891);
    let mechanism = Gaussian::with_rho(7, rho).unwrap();
    let numbers = draws(3, |source| mechanism.sample(source));
    let sigma = (7.0 / (2.0 * rho.value())).sqrt();
    assert_eq!(faults(&numbers, &Law::gaussian(sigma)), Vec::<String>::new());
    assert!(!faults(&numbers, &Law::gaussian(sigma * 1.05)).is_empty());

    let mechanism = Laplace::with_epsilon(3, Epsilon::new(0.7).unwrap()).unwrap();
    let numbers = draws(4, |source| mechanism.sample(source));
    assert_eq!(faults(&numbers, &Law::laplace(3.0 / 0.7)), Vec::<String>::new());
    assert!(!faults(&numbers, &Law::laplace(3.0 / 0.7 * 1.05)).is_empty());
}

#[test]
fn faults_other_than_of_scale_are_found_too() {
    let law = Law::gaussian(3.0);
    let right = gaussian(5, 3.0);
    let named = |numbers: &[i64]| faults(numbers, &law).join(" ");
    let zero_twice: Vec<i64> = right.iter().map(|x| if *x == -1 { 0 } else { *x }).collect();
    assert!(named(&zero_twice).contains("zero"));
    let absolute: Vec<i64> = right.iter().map(|x| x.abs()).collect();
    assert!(named(&absolute).contains("negative"));
    let cut: Vec<i64> = right.iter().map(|x| (*x).clamp(-9, 9)).collect();
    assert!(named(&cut).contains("tail"));
    let even: Vec<i64> = right.iter().map(|x| x / 2 * 2).collect();
    assert!(named(&even).contains("chi-square"));
    let moved: Vec<i64> = right.iter().enumerate().map(|(place, x)| x + i64::from(place % 20 == 0)).collect();
    assert!(named(&moved).contains("mean"));
}

/// How often each score was chosen, held against e^(score/scale).
fn choice_faults(seed: u64, scale: f64, claimed: f64) -> bool {
    let scores = [0i64, 1, 2, -2, 2, 0, 3].map(|score| score * claimed as i64);
    let choice = Choice::new(thousandths(scale));
    let mut source = Source::seeded_for_tests(seed);
    let mut found = [0.0f64; 7];
    for _ in 0..DRAWS {
        found[choice.choose(&scores, &mut source).unwrap()] += 1.0;
    }
    let weights = scores.map(|score| (score as f64 / claimed).exp());
    let total: f64 = weights.iter().sum();
    let chances = weights.map(|weight| weight / total);
    chances.iter().zip(found).any(|(chance, found)| {
        let (expected, count) = (chance * DRAWS as f64, DRAWS as f64);
        (found - expected).abs() > STANDARD_ERRORS * (count * chance * (1.0 - chance)).sqrt() + 1.0
    })
}

#[test]
fn the_exponential_mechanism_chooses_as_often_as_it_is_said_to() {
    for scale in [1.0, 4.0, 30.0] {
        assert!(!choice_faults(6, scale, scale), "scale {scale}");
    }
    for scale in [1.0, 4.0, 30.0] {
        assert!(choice_faults(6, scale * 1.05, scale), "scale {scale}, 5% too much");
        assert!(choice_faults(6, scale / 1.05, scale), "scale {scale}, 5% too little");
    }
}

#[test]
fn a_number_below_a_limit_is_each_as_likely() {
    for limit in [3u64, 1000, (1 << 63) + 1] {
        let mut source = Source::seeded_for_tests(7);
        let mut thirds = [0.0f64; 3];
        for _ in 0..DRAWS {
            let number = source.below(limit);
            assert!(number < limit);
            thirds[(u128::from(number) * 3 / u128::from(limit)) as usize] += 1.0;
        }
        let expected = DRAWS as f64 / 3.0;
        let chi_square: f64 = thirds.iter().map(|found| (found - expected).powi(2) / expected).sum();
        assert!(chi_square < 30.0, "limit {limit}: {thirds:?}");
    }
}

#[test]
#[ignore = "minutes: shows that the bounds are not tuned to one seed"]
fn right_noise_passes_for_nearly_every_seed() {
    let mut failures = 0;
    for seed in 100..200 {
        for scale in [0.3, 1.0, 3.0, 44.7, 1e4] {
            failures += usize::from(!faults(&gaussian(seed, scale), &Law::gaussian(scale)).is_empty());
            failures += usize::from(!faults(&laplace(seed, scale), &Law::laplace(scale)).is_empty());
        }
    }
    println!("{failures} of 1000 failed");
    assert!(failures <= 1);
}
