//! `watari form`: the questionnaire engine on files alone.

mod open;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use xlsform::definition::{Definition, DefinitionError, External, InstanceError};
use xlsform::fill::{Finding, FindingKind, ProblemKind, Surroundings, check};
use xlsform::form::{self, Place, Problem, Warning};
use xlsform::workbook::Workbook;
use xlsform::xform;

use crate::options::{CheckForm, ConvertForm, Form, FormCommand, JudgeAnswers};
use crate::output::Output;

/// Runs the sub-command.
pub fn run(options: &Form) -> Result<()> {
    match &options.command {
        FormCommand::Check(form) => check_form(form),
        FormCommand::Convert(form) => convert(form),
        FormCommand::Judge(answers) => judge(answers),
        FormCommand::Open(submissions) => open::open(submissions),
    }
}

/// A questionnaire as XForm, and what may not be meant as it is written.
struct Written {
    xform: String,
    itemsets: Option<String>,
    warnings: Vec<Warning>,
}

/// Reads a questionnaire; an XForm is one already.
fn read(path: &Path) -> Result<Result<Written, Vec<Problem>>> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) {
        let xform = text(path)?;
        return Ok(Ok(Written { xform, itemsets: None, warnings: Vec::new() }));
    }
    let workbook = Workbook::open(path).with_context(|| path.display().to_string())?;
    Ok(form::Form::read(&workbook).map(|(form, warnings)| Written {
        xform: xform::write(&form),
        itemsets: xform::itemsets(&form),
        warnings,
    }))
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// The form as it is evaluated, with the files it names, which stand beside it.
fn definition(path: &Path, written: &Written) -> Result<Definition> {
    let mut files = External::new();
    if let Some(itemsets) = &written.itemsets {
        files.insert("jr://file/itemsets.csv".to_owned(), itemsets.clone());
    }
    loop {
        match Definition::read(&written.xform, &files) {
            Err(DefinitionError::UnreadableInstance(InstanceError::Missing(address)))
                if !files.contains_key(&address) =>
            {
                let name = address.rsplit('/').next().unwrap_or_default();
                let file = path.with_file_name(name);
                let content = text(&file).with_context(|| format!("{} needs {address}", path.display()))?;
                files.insert(address, content);
            }
            read => return read.with_context(|| path.display().to_string()),
        }
    }
}

fn refuse(path: &Path, problems: &[Problem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}, {problem}", path.display())).collect();
    anyhow::anyhow!("{}", lines.join("\n"))
}

fn check_form(options: &CheckForm) -> Result<()> {
    let path = &options.file;
    let (problems, warnings) = match read(path)? {
        Ok(written) => {
            definition(path, &written)?;
            (Vec::new(), written.warnings)
        }
        Err(problems) => (problems, Vec::new()),
    };
    if options.json {
        let problem = |problem: &Problem| told(&problem.place, &problem.kind.to_string());
        let warning = |warning: &Warning| told(&warning.place, &warning.kind.to_string());
        let said = json!({
            "problems": problems.iter().map(problem).collect::<Vec<Json>>(),
            "warnings": warnings.iter().map(warning).collect::<Vec<Json>>(),
        });
        println!("{}", serde_json::to_string_pretty(&said)?);
        return if problems.is_empty() { Ok(()) } else { bail!("{} cannot be used yet", path.display()) };
    }
    if !problems.is_empty() {
        return Err(refuse(path, &problems));
    }
    for warning in &warnings {
        println!("{}, {warning}", path.display());
    }
    println!("{} can be used", path.display());
    Ok(())
}

fn told(place: &Place, message: &str) -> Json {
    json!({ "sheet": place.sheet, "row": place.row, "column": place.column, "message": message })
}

fn convert(options: &ConvertForm) -> Result<()> {
    let path = &options.file;
    let out = Output::new(options.output.as_deref(), &[path])?;
    let written = read(path)?.map_err(|problems| refuse(path, &problems))?;
    if !options.quiet {
        for warning in &written.warnings {
            eprintln!("{}, {warning}", path.display());
        }
    }
    // Beside a form on the standard output there is no place for them.
    if let (Some(itemsets), Some(file)) = (&written.itemsets, out.path()) {
        let beside = file.with_file_name("itemsets.csv");
        let choices = Output::new(Some(&beside), &[path])?;
        choices.write(|out| Ok(out.write_all(itemsets.as_bytes())?))?;
    }
    out.write(|out| Ok(out.write_all(written.xform.as_bytes())?))
}

fn judge(options: &JudgeAnswers) -> Result<()> {
    let zone = TimeZone::get(&options.time_zone).with_context(|| {
        format!("--time-zone: «{}» is no time zone; write one such as Asia/Amman", options.time_zone)
    })?;
    let written = read(&options.file)?.map_err(|problems| refuse(&options.file, &problems))?;
    let definition = Arc::new(definition(&options.file, &written)?);
    let answers = &options.answers;
    let judged =
        check(definition, Surroundings::here(zone), &text(answers)?).with_context(|| answers.display().to_string())?;
    if options.json {
        let findings: Vec<Json> = judged.findings.iter().map(found).collect();
        println!("{}", serde_json::to_string_pretty(&json!({ "findings": findings }))?);
        return Ok(());
    }
    for finding in &judged.findings {
        let (_, what) = in_words(finding);
        println!("{}, {}: «{}» {what}", answers.display(), finding.path, finding.value);
    }
    if judged.findings.is_empty() {
        println!("{}: the form would have allowed all of it", answers.display());
    }
    Ok(())
}

fn found(finding: &Finding) -> Json {
    let (kind, what) = in_words(finding);
    json!({ "path": finding.path, "value": finding.value, "kind": kind, "message": what })
}

/// What the form would not have allowed, as a code and in words.
fn in_words(finding: &Finding) -> (&'static str, String) {
    let (code, words) = match &finding.kind {
        FindingKind::Unknown => ("unknown", "is an answer to no question of the form".to_owned()),
        FindingKind::NotRelevant => ("not_relevant", "answers a question that would not have been asked".to_owned()),
        FindingKind::CalculatedOtherwise { calculated } => {
            ("calculated_otherwise", format!("is not what the form calculates: «{calculated}»"))
        }
        FindingKind::Instances { counted } => ("instances", format!("repetitions, where the form counts {counted}")),
        FindingKind::OtherVersion { expected } => {
            ("other_version", format!("is another version of the form than «{expected}»"))
        }
        FindingKind::Problem(problem) => match problem {
            ProblemKind::Required => ("required", "is no answer, and one is needed".to_owned()),
            ProblemKind::Constraint => ("constraint", "is not allowed".to_owned()),
            ProblemKind::Type => ("type", "is not of the kind that is asked for".to_owned()),
            ProblemKind::NotOffered => ("not_offered", "is not among the choices, or chosen twice".to_owned()),
            ProblemKind::Range => ("range", "is not on the scale".to_owned()),
            ProblemKind::Rank => ("rank", "does not give every choice its rank".to_owned()),
        },
    };
    match &finding.message {
        Some(said) => (code, format!("{words}: {said}")),
        None => (code, words),
    }
}
