//! `watari stats risk`: who is recognised, and by what.

use std::io::Write;

use anyhow::{Context, Result};
use disclosure::risk::{Chance, Person, Question, Risk, assess as answer, report};
use serde_json::json;

use crate::options::AssessRisk;
use crate::output::Output;

/// Says how easily people are recognised.
pub fn assess(options: &AssessRisk) -> Result<()> {
    let records = &options.records;
    let inputs: Vec<_> = [Some(&records.file), records.columns.as_ref()].into_iter().flatten().collect();
    let out = Output::new(options.output.as_deref(), &inputs)?;
    let ending = out.ending(&["html", "csv", "json"])?;
    let microdata = records.read()?;
    let question = Question { threshold: options.k, population: options.population, length: options.length };
    let (risk, people) = answer(&microdata, &question).with_context(|| records.file.display().to_string())?;
    match ending {
        Some("csv") => out.write(|out| write_people(&people, out))?,
        Some("html") => {
            let file = records.file.file_name().unwrap_or_default().to_string_lossy();
            out.write(|out| Ok(out.write_all(report(&file, &risk).html().as_bytes())?))?;
        }
        Some(_) => out.write(|out| {
            let whole = json!({ "risk": risk, "people": people });
            Ok(serde_json::to_writer_pretty(out, &whole)?)
        })?,
        None => {}
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&risk)?);
    } else {
        print!("{}", in_words(&risk));
    }
    Ok(())
}

fn write_people(people: &[Person], out: &mut (dyn Write + Send)) -> Result<()> {
    writeln!(out, "row,class,chance,score")?;
    // The header is row 1.
    for (row, person) in (2..).zip(people) {
        writeln!(out, "{row},{},{:.6},{}", person.class, person.chance, person.score)?;
    }
    Ok(())
}

fn in_words(risk: &Risk) -> String {
    let mut lines = vec![
        format!("{} people, recognised by: {}", risk.people, risk.quasi_identifiers.join(", ")),
        format!("{} groups of the same values; the smallest has {} (k-anonymity)", risk.classes, risk.smallest),
        format!("{} people share their values with nobody", risk.unique),
        format!("{} people share them with fewer than {} in all", risk.small, risk.threshold),
        format!("Known to be in the file: {}", chance(&risk.prosecutor)),
    ];
    if let Some(journalist) = &risk.journalist {
        lines.push(format!("Known to be of the population: {}", chance(journalist)));
    }
    for column in &risk.sensitive {
        lines.push(format!(
            "{}: {} different values in a group at least, as uncertain as {:.2} (l-diversity); {:.2} from the file at \
             most (t-closeness); told of {} people who are not found",
            column.column, column.distinct, column.entropy, column.distance, column.told
        ));
    }
    if let Some(special) = &risk.special {
        for (columns, people) in (1..).zip(&special.people) {
            lines.push(format!("{people} people stand out by {columns} of the columns, and by no fewer"));
        }
        for combination in special.combinations.iter().take(10) {
            lines.push(format!("  {} by {}", combination.people, combination.columns.join(", ")));
        }
        if !special.complete {
            lines.push("  and more: not all sets of columns were looked at".to_owned());
        }
    }
    let mut without = risk.without.clone();
    without.sort_by_key(|without| without.small);
    for column in &without {
        lines.push(format!(
            "Without {}: {} alone, {} with fewer than {}",
            column.column, column.unique, column.small, risk.threshold
        ));
    }
    lines.join("\n") + "\n"
}

fn chance(chance: &Chance) -> String {
    format!(
        "recognised with {:.1}% at most, {:.1}% on average; {:.0} people if all were tried",
        chance.highest * 100.0,
        chance.average * 100.0,
        chance.expected
    )
}
