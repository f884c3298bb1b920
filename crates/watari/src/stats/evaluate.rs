//! `watari stats evaluate`: how well released records keep the figures of the original.

use anyhow::{Context, Result};
use disclosure::evaluate::{Utility, utility};

use super::report::Report;
use crate::options::EvaluateRelease;

/// Compares a release with its original.
pub fn evaluate(options: &EvaluateRelease) -> Result<()> {
    let records = &options.records;
    let mut inputs = vec![&records.file, &options.released];
    inputs.extend(records.columns.as_ref());
    let report = Report::new(options.output.as_deref(), &inputs, options.json)?;
    let original = records.read()?;
    let released = records.read_release(&options.released)?;
    records.say("Comparing all combinations …");
    let told = utility(&original, &released, options.length).with_context(|| options.released.display().to_string())?;
    report.write(&told, &told.page(), &in_words(&told))
}

fn in_words(told: &Utility) -> Vec<String> {
    let mut lines = vec![format!("{} original records, {} released", told.original, told.released)];
    for line in &told.lengths {
        lines.push(format!(
            "Combinations of {}: {} with {:.1} people on average; error {:.1} on average, {:.1}% in all; {} lost, {} \
             invented",
            line.length,
            line.combinations,
            line.mean_count,
            line.mean_error,
            line.relative_error * 100.0,
            line.lost,
            line.invented
        ));
    }
    if let Some(worst) = told.pairs.first() {
        lines.push(format!("Farthest apart: {} ({:.1}%)", worst.columns.join(", "), worst.distance * 100.0));
    }
    lines
}
