//! `watari stats attack` and `watari stats difference`: releases and tables attacked before others do it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use disclosure::account::{Delta, Epsilon};
use disclosure::attack::{Attacks, Differences, Promise, Settings, difference as worked_out, run};
use disclosure::noise::Source;

use super::report::Report;
use crate::options::{AttackRelease, DifferenceTables};

/// Attacks a release, as somebody would who knows some of the people.
pub fn attack(options: &AttackRelease) -> Result<()> {
    let records = &options.records;
    let mut inputs = vec![&records.file, &options.released];
    inputs.extend(records.columns.iter().chain(&options.control));
    let report = Report::new(options.output.as_deref(), &inputs, options.json)?;
    let promise = promise(options.epsilon, options.delta)?;
    if options.targets == 0 {
        bail!("--targets: write 1 at least; from some hundred on, rates can be told from chance");
    }
    let original = records.read()?;
    let released = records.read_release(&options.released)?;
    let control = options.control.as_ref().map(|path| records.read_control(path)).transpose()?;
    let settings = Settings { targets: options.targets, promise };
    let attacks = run(&original, control.as_ref(), &released, &settings, &mut Source::secure())
        .with_context(|| options.released.display().to_string())?;
    report.write(&attacks, &Attacks::page(&attacks), &attacks.words())
}

fn promise(epsilon: Option<f64>, delta: Option<f64>) -> Result<Option<Promise>> {
    match (epsilon, delta) {
        (None, None) => Ok(None),
        (Some(epsilon), Some(delta)) => {
            let epsilon = Epsilon::new(epsilon).context("--epsilon")?;
            Ok(Some(Promise { epsilon, delta: Delta::new(delta).context("--delta")? }))
        }
        _ => bail!("--epsilon and --delta belong together: give both as the release promises them, or neither"),
    }
}

/// Works out what published tables leave out.
pub fn difference(options: &DifferenceTables) -> Result<()> {
    let inputs: Vec<&PathBuf> = options.files.iter().collect();
    let report = Report::new(options.output.as_deref(), &inputs, options.json)?;
    if inputs.is_empty() {
        bail!("name tables, as `watari stats tables -o FILE.json` writes them");
    }
    let found = worked_out(&super::tables::read_published(&options.files)?, options.k);
    report.write(&found, &Differences::page(&found), &found.words())
}
