//! `watari stats tables`: tables in which no small figure can be worked out.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use disclosure::account::{Cost, Rho};
use disclosure::tables::{
    Audit, Nesting, NotStated, Protection, Published, Table, Zeros, noisy, protect_audited, write_csv, write_noisy_csv,
};
use disclosure::{Domain, Microdata};

use crate::options::PublishTables;
use crate::output::Output;

/// Writes tables as they may be published.
pub fn publish(options: &PublishTables) -> Result<()> {
    let records = &options.records;
    let mut inputs: Vec<_> = [Some(&records.file), records.columns.as_ref()].into_iter().flatten().collect();
    inputs.extend(&options.earlier);
    let out = Output::new(options.output.as_deref(), &inputs)?;
    let is_json = out.ending(&["csv", "json"])?.map_or(options.json, |ending| ending == "json");
    let microdata = records.read()?;
    if let Some((epsilon, delta)) = options.budget.noise(microdata.rows())? {
        return publish_noisy(options, &microdata, Rho::within(epsilon, delta), out, is_json);
    }
    let earlier = read_published(&options.earlier)?;
    let tables = tables(options, &microdata, NotStated::WhereThereAre)?;
    let zeros = if options.zeros { Zeros::Published } else { Zeros::Protected };
    let nestings = options.nested.iter().map(|pair| nesting(pair, &microdata)).collect::<Result<Vec<Nesting>>>()?;
    let protection = Protection { threshold: options.k, rounding: options.round, zeros, nestings };
    let (published, audit) = protect_audited(&tables, &earlier, &protection)
        .with_context(|| format!("{}: the tables are not published", records.file.display()))?;
    let to_file = out.is_file();
    out.write(|out| if is_json { write_json(&published, out) } else { Ok(write_csv(&published, out)?) })?;
    if options.json && to_file {
        println!("{}", serde_json::to_string_pretty(&audit)?);
    } else {
        records.say(&in_words(&audit));
    }
    Ok(())
}

/// Tables with noise, which are paid for before it is drawn.
fn publish_noisy(options: &PublishTables, microdata: &Microdata, rho: Rho, out: Output, is_json: bool) -> Result<()> {
    if options.round.is_some() || options.zeros || !options.earlier.is_empty() || !options.nested.is_empty() {
        bail!("tables with noise need no --round, --zeros, --nested or --earlier; leave them out");
    }
    let tables = tables(options, microdata, NotStated::Always)?;
    refuse_found_values(&tables, microdata)?;
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    options
        .budget
        .pay(&format!("tables of {}: {}", options.records.file.display(), names.join("; ")), Cost::of(rho))?;
    let released = noisy(&tables, rho, &mut options.budget.source())?;
    out.write(|out| {
        if is_json {
            serde_json::to_writer_pretty(&mut *out, &released)?;
            Ok(writeln!(out)?)
        } else {
            Ok(write_noisy_csv(&released, out)?)
        }
    })?;
    let sigma = released.first().map_or(0.0, |noisy| noisy.sigma);
    options.records.say(&format!(
        "{} tables; nineteen of twenty counts without totals are closer to the truth than {:.0}",
        released.len(),
        (sigma * 2.0).ceil()
    ));
    Ok(())
}

/// Which values occur is told by a table with noise as it is, so they have to be public.
fn refuse_found_values(tables: &[Table], microdata: &Microdata) -> Result<()> {
    let dimensions = tables.iter().flat_map(|table| &table.dimensions).filter_map(|it| microdata.column(&it.name));
    let found: BTreeSet<&str> =
        dimensions.filter(|column| column.domain == Domain::Found).map(|column| column.name.as_str()).collect();
    if found.is_empty() {
        return Ok(());
    }
    bail!(
        "noise does not hide which values there are: name those there can be, or bands of numbers, in the description \
         (--columns) of {}",
        found.into_iter().collect::<Vec<&str>>().join(", ")
    )
}

fn tables(options: &PublishTables, microdata: &Microdata, not_stated: NotStated) -> Result<Vec<Table>> {
    let names: Vec<&str> = microdata.columns().iter().map(|column| column.name.as_str()).collect();
    let by: Vec<Vec<&str>> = match options.length {
        Some(_) if !options.by.is_empty() => bail!("name tables with --by, or all up to --length, not both"),
        Some(0) => bail!("--length: write 1 at least"),
        Some(length) => (1..=length.min(names.len())).flat_map(|size| sets(&names, size)).collect(),
        None if options.by.is_empty() => bail!("name a table, such as --by sex,age, or all with --length 2"),
        None => options.by.iter().map(|by| by.split(',').map(str::trim).collect()).collect(),
    };
    let count = |by: &Vec<&str>| Table::count(microdata, by, "", not_stated).context(format!("--by {}", by.join(",")));
    by.iter().map(count).collect()
}

/// All sets of so many.
fn sets<'a>(names: &[&'a str], size: usize) -> Vec<Vec<&'a str>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let begin = |(place, name): (usize, &&'a str)| {
        let name = *name;
        let rest = names.get(place + 1..).unwrap_or_default();
        sets(rest, size - 1).into_iter().map(move |set| [vec![name], set].concat())
    };
    names.iter().enumerate().flat_map(begin).collect()
}

fn nesting(pair: &str, microdata: &Microdata) -> Result<Nesting> {
    let (fine, coarse) = pair
        .split_once('=')
        .with_context(|| format!("--nested {pair}: write the narrower and the wider column, such as country=region"))?;
    Nesting::found(microdata, fine.trim(), coarse.trim()).with_context(|| format!("--nested {pair}"))
}

/// Tables as they were published, which were written as JSON.
pub fn read_published(files: &[PathBuf]) -> Result<Vec<Published>> {
    let mut all = Vec::new();
    for path in files {
        let unreadable = || format!("{} is no release that was written as JSON", path.display());
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let published: Vec<Published> = serde_json::from_str(&text).with_context(unreadable)?;
        all.extend(published);
    }
    Ok(all)
}

fn write_json(published: &[Published], out: &mut (dyn Write + Send)) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, published)?;
    Ok(writeln!(out)?)
}

fn in_words(audit: &Audit) -> String {
    let mut lines = vec![format!(
        "{} figures are small and {} more are left out on their account; {} were checked: whoever knows all that is \
         published has to leave each in an interval of {} people at least",
        audit.small, audit.on_their_account, audit.checked, audit.width
    )];
    if !audit.told_before.is_empty() {
        lines.push(format!("Told by earlier releases, whatever is published now: {}", audit.told_before.join("; ")));
    }
    lines.join("\n")
}
