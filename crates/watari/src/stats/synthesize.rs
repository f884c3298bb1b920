//! `watari stats synthesize`: records of people who do not exist, with the figures of those who do.

use anyhow::{Context, Result, bail};
use disclosure::account::{Delta, Epsilon};
use disclosure::synthesis::{Aggregates, Synthesis, cost, marginals};
use serde_json::{Value, json};

use crate::options::{Method, SynthesizeRecords};
use crate::output::Output;

/// Writes synthetic records, and beside them how they were made.
pub fn synthesize(options: &SynthesizeRecords) -> Result<()> {
    let (records, budget) = (&options.records, &options.budget);
    let inputs: Vec<_> = [Some(&records.file), records.columns.as_ref()].into_iter().flatten().collect();
    let out = Output::new(options.output.as_deref(), &inputs)?;
    let note = match out.path() {
        Some(path) => Some(Output::new(Some(&path.with_extension("method.json")), &inputs)?),
        None => None,
    };
    let data = records.read()?;
    let noise = budget.noise(data.rows())?;
    let mut source = budget.source();
    let file = records.file.display();
    let (made, method) = match (noise, options.k) {
        (Some((epsilon, delta)), None) => {
            budget.pay(&format!("synthetic records of {file}"), cost(&data, epsilon, delta))?;
            records.say("Counting, adding noise, fitting records …");
            let made = match options.method {
                Method::Marginals => marginals(&data, epsilon, delta, &mut source),
                Method::Seeded => Aggregates::with_noise(&data, options.length, epsilon, delta, &mut source)
                    .and_then(|told| told.records(&mut source)),
            };
            let made = made.with_context(|| file.to_string())?;
            let method = private(options, &made, epsilon, delta);
            (made, method)
        }
        (None, Some(k)) => {
            records.say("Counting, leaving out what is rare, fitting records …");
            let told = Aggregates::with_threshold(&data, options.length, k).with_context(|| file.to_string())?;
            let made = told.records(&mut source).with_context(|| file.to_string())?;
            records.say(
                "These records are not differentially private: somebody who knows nearly everyone in a group may \
                 learn of the rest. Use --epsilon and --delta for what anybody may see.",
            );
            (made, threshold(options, k))
        }
        (Some(_), Some(_)) => bail!("--k is a threshold without noise; give it, or --epsilon and --delta, not both"),
        (None, None) => bail!("say how people are protected: --epsilon and --delta (noise), or --k (a threshold)"),
    };
    let released = if budget.seed.is_some() {
        records.say("Made with --seed: for tests only. Whoever guesses the seed takes the noise away.");
        // Where it cannot be overlooked: a file that is renamed keeps its columns.
        made.records.marked("unsafe_made_with_seed", "1")
    } else {
        made.records
    };
    out.write(|out| Ok(released.write_csv(out)?))?;
    match note {
        Some(note) => note.write(|out| Ok(serde_json::to_writer_pretty(out, &method)?)),
        None => Ok(()),
    }
}

/// The method note of records with noise. It tells nothing of the original but what was paid for.
fn private(options: &SynthesizeRecords, made: &Synthesis, epsilon: Epsilon, delta: Delta) -> Value {
    json!({
        "records": made.records.rows(),
        "protection": "differential privacy",
        "unit": "one row of the original, added or removed",
        "method": options.method.name(),
        "length": (options.method == Method::Seeded).then_some(options.length),
        "epsilon": epsilon.value(),
        "delta": delta.value(),
        "rho": made.rho.value(),
        "asked": made.asked,
        "safe_to_release": made.secure,
    })
}

fn threshold(options: &SynthesizeRecords, k: u32) -> Value {
    json!({
        "protection": "k-anonymity of combinations",
        "k": k,
        "length": options.length,
        "weakness": "not differentially private: somebody who knows all but one of a group learns of the last, and two \
                     releases may be subtracted",
        "safe_to_release": options.budget.seed.is_none(),
    })
}
