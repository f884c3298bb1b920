//! `watari link prepare`, `sql` and `levels`: linkage by a database.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use linkage::batch::{Dialect, Form, Model, Script, Step, Table, Wishes, answer, prepare};

use super::{files, probability, progress, said};
use crate::options::{Levels, Prepare, Sql};
use crate::output::Output;

pub fn prepare_list(options: &Prepare) -> Result<()> {
    let files: Vec<&PathBuf> = files(&options.file, options.other.as_ref());
    let out = Output::new(options.output.as_deref(), &files)?;
    let model = Model::read(&options.model)?;
    let tables = files.iter().map(|file| Table::open(file)).collect::<Result<Vec<Table>, _>>()?;
    let wishes = Wishes { id: options.id.clone(), ..Wishes::default() };
    let (form, mut say) = (Form::of(out.path()), progress(options.quiet));
    out.write(|out| Ok(prepare(&tables, &model, &wishes, options.first, form, out, &mut say)?))
}

pub fn write_sql(options: &Sql) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.model])?;
    let model = Model::read(&options.model)?;
    let script = Script {
        table: &options.table,
        dialect: said::<Dialect>("--dialect", &options.dialect)?,
        step: said::<Step>("--step", &options.step)?,
        threshold: probability(options.threshold)?,
        pairs_per_record: f64::from(options.pairs_per_record.max(1)),
    };
    let text = script.write(&model).map_err(|reason| anyhow!("{}: {reason}", options.model.display()))?;
    out.write(|out| Ok(out.write_all(text.as_bytes())?))
}

pub fn answer_met(options: &Levels) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.file])?;
    let model = Model::read(&options.model)?;
    let met = Table::open(&options.file)?;
    let (form, mut say) = (Form::of(out.path()), progress(options.quiet));
    let mut answered = 0;
    out.write(|out| {
        answered = answer(&met, &model, form, out)?;
        Ok(())
    })?;
    say(&format!("{answered} pairs of values answered"));
    Ok(())
}
