//! Published tables as CSV.

use std::io::Write;

use super::{Figure, Published};

/// Writes a row for each figure: the table, a column for each dimension of any table, the count and how it is to be
/// read. A total is called so; a dimension that a table does not have is empty.
///
/// # Errors
/// The output cannot be written.
pub fn write_csv(published: &[Published], out: impl Write) -> Result<(), csv::Error> {
    let mut dimensions: Vec<&str> = Vec::new();
    for dimension in published.iter().flat_map(|table| &table.dimensions) {
        if !dimensions.contains(&dimension.name.as_str()) {
            dimensions.push(&dimension.name);
        }
    }
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["table"].iter().chain(&dimensions).chain(&["count", "status"]))?;
    for table in published {
        for cell in &table.cells {
            let value = |name: &&str| {
                let here = table.dimensions.iter().zip(&cell.coordinates).find(|(it, _)| it.name == **name);
                match here {
                    None => "",
                    Some((_, None)) => "total",
                    Some((it, Some(value))) => it.values.get(usize::from(*value)).map_or("", String::as_str),
                }
            };
            let (count, status) = match cell.figure {
                Figure::Count(count) => (count.to_string(), ""),
                Figure::Rounded(count) => (count.to_string(), "rounded"),
                Figure::Suppressed => (String::new(), "suppressed"),
            };
            let values = dimensions.iter().map(value);
            let row = [table.table.as_str()].into_iter().chain(values).chain([count.as_str(), status]);
            writer.write_record(row)?;
        }
    }
    Ok(writer.flush()?)
}
