//! Published tables as CSV.

use std::io::Write;

use super::protect::totals;
use super::{Dimension, Figure, Noisy, Published};

/// Writes a row for each figure: the table, a column for each dimension of any table, the count and how it is to be
/// read. A total is called so; a dimension that a table does not have is empty.
///
/// # Errors
/// The output cannot be written.
pub fn write_csv(published: &[Published], out: impl Write) -> Result<(), csv::Error> {
    let mut writer = Rows::begin(published.iter().map(|table| table.dimensions.as_slice()), out)?;
    for table in published {
        for cell in &table.cells {
            let (count, status) = match cell.figure {
                Figure::Count(count) => (count.to_string(), ""),
                Figure::Rounded(count) => (count.to_string(), "rounded"),
                Figure::Suppressed => (String::new(), "suppressed"),
            };
            writer.write(&table.table, &table.dimensions, &cell.coordinates, &count, status)?;
        }
    }
    writer.end()
}

/// Writes tables with noise in the same way, totals included.
///
/// # Errors
/// The output cannot be written.
pub fn write_noisy_csv(tables: &[Noisy], out: impl Write) -> Result<(), csv::Error> {
    let mut writer = Rows::begin(tables.iter().map(|noisy| noisy.table.dimensions.as_slice()), out)?;
    for Noisy { table, secure, .. } in tables {
        let status = if *secure { "noisy" } else { "unsafe: noise for tests" };
        for (coordinates, count) in totals(&table.dimensions, &table.counts) {
            writer.write(&table.name, &table.dimensions, &coordinates, &count.to_string(), status)?;
        }
    }
    writer.end()
}

/// Rows on their way out, with a column for each dimension of any table.
struct Rows<'a, W: Write> {
    writer: csv::Writer<W>,
    dimensions: Vec<&'a str>,
}

impl<'a, W: Write> Rows<'a, W> {
    fn begin(tables: impl Iterator<Item = &'a [Dimension]>, out: W) -> Result<Rows<'a, W>, csv::Error> {
        let mut dimensions: Vec<&str> = Vec::new();
        for dimension in tables.flatten() {
            if !dimensions.contains(&dimension.name.as_str()) {
                dimensions.push(&dimension.name);
            }
        }
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(["table"].iter().chain(&dimensions).chain(&["count", "status"]))?;
        Ok(Rows { writer, dimensions })
    }

    fn write(
        &mut self,
        table: &str,
        dimensions: &[Dimension],
        coordinates: &[Option<u16>],
        count: &str,
        status: &str,
    ) -> Result<(), csv::Error> {
        let value = |name: &&str| match dimensions.iter().zip(coordinates).find(|(it, _)| it.name == **name) {
            None => "",
            Some((_, None)) => "total",
            Some((it, Some(value))) => it.values.get(usize::from(*value)).map_or("", String::as_str),
        };
        let values = self.dimensions.iter().map(value);
        self.writer.write_record([table].into_iter().chain(values).chain([count, status]))
    }

    fn end(mut self) -> Result<(), csv::Error> {
        Ok(self.writer.flush()?)
    }
}
