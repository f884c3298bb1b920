//! `watari link`: the linkage engine on files alone.

mod database;
mod private;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use linkage::batch::{
    Engine, Form, Kind, Links, Model, Settings, Table, Wishes, refuse_cluster_column, sizes, write_links, write_people,
};
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::options::{Dedupe, Evaluate, Explain, Link, LinkCommand, Linkage, Match, Train};
use crate::output::Output;

/// Runs the sub-command.
pub fn run(options: &Link) -> Result<()> {
    match &options.command {
        LinkCommand::Dedupe(dedupe) => self::dedupe(dedupe),
        LinkCommand::Match(two) => self::match_files(two),
        LinkCommand::Train(train) => self::train(train),
        LinkCommand::Explain(explain) => self::explain(explain),
        LinkCommand::Evaluate(evaluate) => self::evaluate(evaluate),
        LinkCommand::Prepare(list) => database::prepare_list(list),
        LinkCommand::Sql(sql) => database::write_sql(sql),
        LinkCommand::Levels(met) => database::answer_met(met),
        LinkCommand::Secret(secret) => private::make_secret(secret),
        LinkCommand::Encode(list) => private::encode_list(list),
        LinkCommand::Compare(lists) => private::compare_lists(lists),
    }
}

fn dedupe(options: &Dedupe) -> Result<()> {
    let table = Table::open(&options.file)?;
    refuse_cluster_column(&table)?;
    let out = Output::new(options.output.as_deref(), &[&options.file])?;
    let threshold = probability(options.threshold)?;
    let engine = options.linkage.open(&[&options.file])?;
    let mut say = options.linkage.progress();
    let mut pairs = engine.pairs(threshold, &mut say)?;
    let people = engine.cluster(&mut pairs, threshold)?;
    let sizes = sizes(&people);
    let persons: usize = sizes.values().sum();
    let to_file = out.is_file();
    let form = Form::of(out.path());
    out.write(|out| Ok(write_people(&table, &people, form, out)?))?;
    if options.linkage.json && to_file {
        let by_size: Vec<_> =
            sizes.iter().map(|(size, people)| serde_json::json!({"records": size, "people": people})).collect();
        let summary = serde_json::json!({"records": people.len(), "people": persons, "by_size": by_size});
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        say(&format!("{} records are {persons} people", people.len()));
    }
    Ok(())
}

fn match_files(options: &Match) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.file, &options.other])?;
    let (threshold, links) = (probability(options.threshold)?, links(&options.links)?);
    let engine = options.linkage.open(&[&options.file, &options.other])?;
    let mut say = options.linkage.progress();
    let mut pairs = engine.pairs(threshold, &mut say)?;
    let found = engine.link(&mut pairs, threshold, links)?;
    let to_file = out.is_file();
    let form = Form::of(out.path());
    out.write(|out| Ok(write_links(&engine, &found, form, out)?))?;
    if options.linkage.json && to_file {
        let summary = serde_json::json!({"records": engine.records.len(), "links": found.len()});
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        say(&format!("{} links", found.len()));
    }
    Ok(())
}

fn train(options: &Train) -> Result<()> {
    let files = files(&options.file, options.other.as_ref());
    let out = Output::new(options.output.as_deref(), &files)?;
    let engine = options.linkage.open(&files)?;
    let text = if options.linkage.json { serde_json::to_string_pretty(&engine.model)? } else { engine.model.to_text() };
    out.write(|out| Ok(out.write_all(text.as_bytes())?))
}

fn explain(options: &Explain) -> Result<()> {
    let files = files(&options.file, options.other.as_ref());
    let engine = options.linkage.open(&files)?;
    let find = |id: &str, second: bool| {
        let file = if second { files[1] } else { files[0] };
        engine
            .records
            .find(id, second)
            .with_context(|| format!("{}: there is no record «{id}»; --id names the column to look in", file.display()))
    };
    let (first, second) = (find(&options.first, false)?, find(&options.second, options.other.is_some())?);
    let explanation = engine.explain_as_written(first, second)?;
    if let Some(svg) = &options.svg {
        std::fs::write(svg, explanation.to_svg()).with_context(|| format!("{} cannot be written", svg.display()))?;
    }
    if options.linkage.json {
        println!("{}", serde_json::to_string_pretty(&explanation)?);
    } else {
        print!("{explanation}");
    }
    Ok(())
}

fn evaluate(options: &Evaluate) -> Result<()> {
    if options.linkage.truth.is_none() {
        bail!("say with --truth which column tells who is who");
    }
    let (threshold, links) = (probability(options.threshold)?, links(&options.links)?);
    let engine = options.linkage.open(&files(&options.file, options.other.as_ref()))?;
    let evaluation = engine.evaluate(threshold, links, &mut options.linkage.progress())?;
    if let Some(svg) = &options.svg {
        std::fs::write(svg, evaluation.to_svg()).with_context(|| format!("{} cannot be written", svg.display()))?;
    }
    if options.linkage.json {
        println!("{}", serde_json::to_string_pretty(&evaluation)?);
    } else {
        print!("{evaluation}");
    }
    Ok(())
}

fn files<'a>(file: &'a PathBuf, other: Option<&'a PathBuf>) -> Vec<&'a PathBuf> {
    std::iter::once(file).chain(other).collect()
}

impl Linkage {
    fn open(&self, files: &[&PathBuf]) -> Result<Engine> {
        let files: Vec<PathBuf> = files.iter().map(|file| (*file).clone()).collect();
        let model = self.model.as_deref().map(Model::read).transpose()?;
        let wishes = Wishes { kinds: columns(&self.column)?, id: self.id.clone(), truth: self.truth.clone() };
        let settings =
            Settings { memory: bytes(&self.memory)?, pairs_per_record: f64::from(self.pairs_per_record.max(1)) };
        Ok(Engine::open(&files, &wishes, model, settings, &mut self.progress())?)
    }

    fn progress(&self) -> impl FnMut(&str) + Send + use<> {
        progress(self.quiet)
    }
}

fn progress(quiet: bool) -> impl FnMut(&str) + Send {
    let started = std::time::Instant::now();
    move |text: &str| {
        if !quiet {
            eprintln!("{:>7.1} s  {text}", started.elapsed().as_secs_f64());
        }
    }
}

/// What columns hold, from `NAME=KIND`.
fn columns(wishes: &[String]) -> Result<BTreeMap<String, Kind>> {
    let read = |wish: &String| {
        let (name, kind) = wish.rsplit_once('=').with_context(|| format!("--column {wish}: write NAME=KIND"))?;
        Ok((name.to_owned(), self::kind(kind)?))
    };
    wishes.iter().map(read).collect()
}

fn kind(word: &str) -> Result<Kind> {
    said("--column", word)
}

/// What a word means as the value of an option; the error names those there are.
fn said<T: DeserializeOwned>(option: &str, word: &str) -> Result<T> {
    let read: StrDeserializer<'_, WordError> = word.into_deserializer();
    T::deserialize(read).map_err(|error| anyhow::anyhow!("{option}: {error}"))
}

fn links(word: &str) -> Result<Links> {
    match word {
        "one-to-one" => Ok(Links::OneToOne),
        "one-to-many" => Ok(Links::OneToMany),
        "all" => Ok(Links::All),
        _ => bail!("--links is one-to-one, one-to-many or all, not «{word}»"),
    }
}

fn probability(threshold: f64) -> Result<f64> {
    if !(0.0..=1.0).contains(&threshold) {
        bail!("--threshold is a number from 0 to 1, not {threshold}");
    }
    Ok(threshold)
}

/// A size such as 500M or 8G.
fn bytes(size: &str) -> Result<usize> {
    let digits = size.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match size[digits.len()..].to_ascii_uppercase().trim_end_matches('B') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => bail!("--memory is a size such as 500M or 8G, not «{size}»"),
    };
    let number: usize =
        digits.parse().with_context(|| format!("--memory is a size such as 500M or 8G, not «{size}»"))?;
    number.checked_shl(unit).filter(|bytes| bytes >> unit == number).context("--memory is more than there can be")
}
