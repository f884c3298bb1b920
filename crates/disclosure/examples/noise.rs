//! What one draw of noise costs: `cargo run --release -p disclosure --example noise`.

use std::time::Instant;

use disclosure::noise::{Gaussian, Laplace, Ratio, ScaleError, Source};

fn main() -> Result<(), ScaleError> {
    let mut source = Source::secure();
    for (numerator, denominator) in [(9, 100), (1, 1), (9, 1), (1998, 1), (500_000_000_003, 271_828_183)] {
        let ratio = Ratio::new(numerator, denominator)?;
        let (gaussian, laplace) = (Gaussian::new(ratio), Laplace::new(ratio));
        let mut counts = vec![0; 2_000_000];
        let begin = Instant::now();
        gaussian.add_to(&mut counts, &mut source);
        let gauss = begin.elapsed().as_nanos() / 2_000_000;
        let begin = Instant::now();
        laplace.add_to(&mut counts, &mut source);
        let lap = begin.elapsed().as_nanos() / 2_000_000;
        println!("σ² {:.2}: Gaussian {gauss} ns; b {:.2}: Laplace {lap} ns", ratio.value(), ratio.value());
    }
    Ok(())
}
