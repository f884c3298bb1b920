//! Results on their way out.

use std::io::Write;

use csv::WriterBuilder;

use super::decide::number;
use super::engine::Engine;
use super::error::Error;
use super::pairs::Pair;
use super::score::probability;
use super::table::{Batch, Table};

/// The column that names a person.
pub const CLUSTER: &str = "cluster_id";

/// Writes a file's rows again, each with the number of its person.
///
/// # Errors
/// The file has such a column already or cannot be read again, or the output cannot be written.
pub fn write_people(table: &Table, people: &[u32], out: impl Write) -> Result<(), Error> {
    refuse_cluster_column(table)?;
    let failed = |error: csv::Error| Error::file(table.path(), format!("the result cannot be written: {error}"));
    let mut writer = WriterBuilder::new().delimiter(table.delimiter()).buffer_capacity(1 << 20).from_writer(out);
    writer.write_record(table.header().iter().map(String::as_str).chain([CLUSTER])).map_err(failed)?;
    let numbers = number(people);
    let mut numbers = numbers.iter();
    let mut batches = table.batches()?;
    let mut batch = Batch::default();
    loop {
        batches.read(&mut batch)?;
        if batch.len() == 0 {
            break;
        }
        for row in 0..batch.len() {
            let person = numbers.next().map(ToString::to_string).unwrap_or_default();
            let cells = (0..table.header().len()).map(|column| batch.cell(row, column));
            writer.write_record(cells.chain([person.as_str()])).map_err(failed)?;
        }
    }
    writer.flush().map_err(|error| failed(error.into()))
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

/// Writes links as rows: the two records' names, the probability and the weight in bits.
///
/// # Errors
/// The output cannot be written.
pub fn write_links(engine: &Engine, links: &[Pair], out: impl Write) -> csv::Result<()> {
    let mut writer = WriterBuilder::new().buffer_capacity(1 << 20).from_writer(out);
    writer.write_record(["one", "other", "probability", "weight"])?;
    for link in links {
        let ids = &engine.records.ids;
        writer.write_record([
            ids.get(link.one as usize),
            ids.get(link.other as usize),
            &format!("{:.6}", probability(link.weight)),
            &format!("{:.2}", link.weight),
        ])?;
    }
    writer.flush()?;
    Ok(())
}
