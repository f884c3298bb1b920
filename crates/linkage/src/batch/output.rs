//! Results on their way out.

use std::fmt::Display;
use std::io;

use csv::WriterBuilder;

use super::decide::number;
use super::engine::Engine;
use super::error::Error;
use super::pairs::Pair;
use super::score::probability;
use super::sheet::{Form, Out, Sheet, Values, with_column};
use super::table::{Batch, Table};

/// The column that names a person.
pub const CLUSTER: &str = "cluster_id";

/// Writes a file's rows again, each with the number of its person. From Parquet to Parquet columns keep
/// their types.
///
/// # Errors
/// The file has such a column already or cannot be read again, or the output cannot be written.
pub fn write_people(table: &Table, people: &[u32], form: Form, out: Out<'_>) -> Result<(), Error> {
    refuse_cluster_column(table)?;
    let failed = |error: &dyn Display| Error::file(table.path(), format!("the result cannot be written: {error}"));
    let numbers = number(people);
    match (form, table.parquet()) {
        (Form::Csv, _) => {
            let mut writer =
                WriterBuilder::new().delimiter(table.delimiter()).buffer_capacity(1 << 20).from_writer(out);
            let header = table.header().iter().map(String::as_str).chain([CLUSTER]);
            writer.write_record(header).map_err(|error| failed(&error))?;
            each_batch(table, &numbers, |batch, numbers| {
                for (row, person) in numbers.iter().enumerate() {
                    let cells = (0..table.header().len()).map(|column| batch.cell(row, column));
                    writer.write_record(cells.chain([person.to_string().as_str()])).map_err(|error| failed(&error))?;
                }
                Ok(())
            })?;
            writer.flush().map_err(|error| failed(&error))
        }
        (Form::Parquet, Some(opened)) => {
            with_column(table.path(), opened, CLUSTER, numbers.into_iter().map(i64::from), out)
                .map_err(|error| failed(&error))
        }
        (Form::Parquet, None) => {
            let texts = table.header().iter().map(|name| (name.clone(), Values::Text(Vec::new())));
            let columns = texts.chain([(CLUSTER.to_owned(), Values::Whole(Vec::new()))]).collect();
            let mut sheet = Sheet::new(form, columns, out).map_err(|error| failed(&error))?;
            each_batch(table, &numbers, |batch, numbers| {
                let cell = |row: usize, column: usize| Some(batch.cell(row, column)).filter(|cell| !cell.is_empty());
                let text = |column| (0..batch.len()).map(|row| cell(row, column).map(str::to_owned)).collect();
                let mut columns: Vec<Values> =
                    (0..table.header().len()).map(|column| Values::Text(text(column))).collect();
                columns.push(Values::Whole(numbers.iter().map(|&number| Some(number.into())).collect()));
                sheet.write(columns).map_err(|error| failed(&error))
            })?;
            sheet.finish().map_err(|error| failed(&error))
        }
    }
}

fn each_batch(
    table: &Table,
    mut numbers: &[u32],
    mut visit: impl FnMut(&Batch, &[u32]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut batches = table.batches()?;
    let mut batch = Batch::default();
    while batches.read(&mut batch)? {
        let (these, rest) = numbers
            .split_at_checked(batch.len())
            .ok_or_else(|| Error::file(table.path(), "the file has grown since it was read; run again"))?;
        visit(&batch, these)?;
        numbers = rest;
    }
    Ok(())
}

/// The result would have two columns of one name.
///
/// # Errors
/// The file has the column already.
pub fn refuse_cluster_column(table: &Table) -> Result<(), Error> {
    if table.header().iter().any(|name| name == CLUSTER) {
        let reason = "the file has this column already; rename it or leave it out";
        return Err(Error::row(table.path(), 1, reason).column(CLUSTER));
    }
    Ok(())
}

/// Links that are put down at a time.
const LINKS: usize = 65_536;

/// Writes links as rows: the two records' names, the probability and the weight in bits.
///
/// # Errors
/// The output cannot be written.
pub fn write_links(engine: &Engine, links: &[Pair], form: Form, out: Out<'_>) -> io::Result<()> {
    let columns = |links: &[Pair]| {
        let ids = |record: fn(&Pair) -> u32| {
            Values::Text(
                links.iter().map(|link| Some(engine.records.ids.get(record(link) as usize).to_owned())).collect(),
            )
        };
        let probabilities = links.iter().map(|link| probability(link.weight)).collect();
        let weights = links.iter().map(|link| f64::from(link.weight)).collect();
        [
            ("one", ids(|link| link.one)),
            ("other", ids(|link| link.other)),
            ("probability", Values::Real(probabilities, 6)),
            ("weight", Values::Real(weights, 2)),
        ]
    };
    let none = columns(&[]).into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
    let mut sheet = Sheet::new(form, none, out)?;
    for links in links.chunks(LINKS) {
        sheet.write(columns(links).into_iter().map(|(_, values)| values).collect())?;
    }
    sheet.finish()
}
