//! `watari stats`: figures that expose nobody, on files alone.

mod attack;
mod budget;
mod evaluate;
mod report;
mod risk;
mod synthesize;
mod tables;

use std::path::Path;

use anyhow::{Context, Result};
use disclosure::Microdata;
use disclosure::describe::Description;
use disclosure::read;

use crate::options::{DescribeRecords, Records, Stats, StatsCommand};
use crate::output::Output;

/// Runs the sub-command.
pub fn run(options: &Stats) -> Result<()> {
    match &options.command {
        StatsCommand::Describe(file) => describe(file),
        StatsCommand::Risk(risk) => risk::assess(risk),
        StatsCommand::Tables(tables) => tables::publish(tables),
        StatsCommand::Synthesize(records) => synthesize::synthesize(records),
        StatsCommand::Evaluate(release) => evaluate::evaluate(release),
        StatsCommand::Attack(release) => attack::attack(release),
        StatsCommand::Difference(tables) => attack::difference(tables),
        StatsCommand::Ledger(ledger) => budget::keep(ledger),
    }
}

fn describe(options: &DescribeRecords) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.file])?;
    let description = read::guess(&options.file)?;
    out.write(|out| Ok(out.write_all(description.as_bytes())?))
}

impl Records {
    /// Reads the file, and says what may not be meant as it is.
    pub fn read(&self) -> Result<Microdata> {
        self.read_as(&self.file, &self.description()?)
    }

    /// Reads others from the same population, described as these are.
    pub fn read_control(&self, path: &Path) -> Result<Microdata> {
        self.read_as(path, &self.description()?)
    }

    /// Reads a release of the file.
    pub fn read_release(&self, path: &Path) -> Result<Microdata> {
        self.read_as(path, &self.description()?.of_release())
    }

    fn description(&self) -> Result<Description> {
        let Some(path) = &self.columns else { return Ok(Description::default()) };
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Description::read(&text).map_err(|wrong| {
            let lines: Vec<String> = wrong.iter().map(|it| format!("{}, {it}", path.display())).collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        })
    }

    fn read_as(&self, path: &Path, description: &Description) -> Result<Microdata> {
        let read = read::read(path, description)?;
        for warning in &read.warnings {
            self.say(&format!("{}, {warning}", path.display()));
        }
        self.say(&format!("{} people, {} columns", read.microdata.rows(), read.microdata.columns().len()));
        Ok(read.microdata)
    }

    /// Says what is being done, on standard error.
    pub fn say(&self, words: &str) {
        if !self.quiet {
            eprintln!("{words}");
        }
    }
}
