//! Tables counted from microdata.

use std::collections::BTreeMap;

use crate::microdata::{Column, Microdata};

use super::{Dimension, Nesting, Table};

/// The value of an empty cell in a table.
pub const NOT_STATED: &str = "not stated";
/// Whether a table has a place for empty cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotStated {
    /// Where there are any.
    WhereThereAre,
    /// In any case: that there are none may not be told.
    Always,
}

/// A table of more cells than this nobody reads.
const MOST_CELLS: usize = 10_000_000;

/// Why a table cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncounted {
    /// There is no such column.
    #[error("there is no column «{column}»{}; columns are: {columns}", .near.as_ref().map(|near| format!(" (is «{near}» meant?)")).unwrap_or_default())]
    Column {
        /// The name.
        column: String,
        /// The column that is most like it.
        near: Option<String>,
        /// Those there are.
        columns: String,
    },
    /// A column stands in the table twice.
    #[error("the table is counted by «{0}» twice; name it once")]
    Twice(String),
    /// The table would have too many cells.
    #[error("a table by {0} has too many cells; name fewer columns, or put their values into wider ones")]
    TooLarge(String),
    /// A value lies in two.
    #[error("«{value}» of «{fine}» lies in «{one}» and in «{other}» of «{coarse}»: they are not nested")]
    NotNested {
        /// The column with the narrower values.
        fine: String,
        /// The column with the wider values.
        coarse: String,
        /// The narrower value.
        value: String,
        /// A wider value it lies in.
        one: String,
        /// Another.
        other: String,
    },
}

/// The values of a column in a table, with a place for empty cells.
fn values(column: &Column, not_stated: NotStated) -> Vec<String> {
    let there_is = not_stated == NotStated::Always || column.codes.contains(&0);
    let not_stated = there_is.then(|| NOT_STATED.to_owned());
    column.values.iter().cloned().chain(not_stated).collect()
}

fn column<'a>(microdata: &'a Microdata, name: &str) -> Result<&'a Column, Uncounted> {
    microdata.column(name).ok_or_else(|| {
        let names: Vec<&str> = microdata.columns().iter().map(|column| column.name.as_str()).collect();
        let near = crate::describe::nearest(name, names.iter().copied());
        Uncounted::Column { column: name.to_owned(), near, columns: names.join(", ") }
    })
}

impl Table {
    /// Counts people by these columns.
    ///
    /// # Errors
    /// A column is not there or named twice, or the table would be too large.
    pub fn count(
        microdata: &Microdata,
        by: &[&str],
        population: &str,
        not_stated: NotStated,
    ) -> Result<Table, Uncounted> {
        let name = by.join(", ");
        let mut columns: Vec<&Column> = Vec::new();
        for column_name in by {
            let column = column(microdata, column_name)?;
            if columns.iter().any(|known| known.name == column.name) {
                return Err(Uncounted::Twice(column.name.clone()));
            }
            columns.push(column);
        }
        let dimension = |column: &&Column| Dimension { name: column.name.clone(), values: values(column, not_stated) };
        let dimensions: Vec<Dimension> = columns.iter().map(dimension).collect();
        let cells = dimensions.iter().try_fold(1usize, |cells, it| cells.checked_mul(it.values.len()));
        let cells = cells.filter(|cells| *cells <= MOST_CELLS).ok_or_else(|| Uncounted::TooLarge(name.clone()))?;
        let mut places = vec![0usize; microdata.rows()];
        for (column, dimension) in columns.iter().zip(&dimensions) {
            let size = dimension.values.len();
            for (place, code) in places.iter_mut().zip(&column.codes) {
                *place = *place * size + usize::from(*code).checked_sub(1).unwrap_or(size - 1);
            }
        }
        let mut counts = vec![0u64; cells];
        for place in places {
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
        Ok(Table { name, population: population.to_owned(), dimensions, counts })
    }
}

impl Nesting {
    /// How the values of one column lie in those of another.
    ///
    /// # Errors
    /// A column is not there, or a value lies in two.
    pub fn found(microdata: &Microdata, fine: &str, coarse: &str) -> Result<Nesting, Uncounted> {
        let (narrow, wide) = (column(microdata, fine)?, column(microdata, coarse)?);
        let word = |column: &Column, code: u16| match column.value(code) {
            "" => NOT_STATED.to_owned(),
            value => value.to_owned(),
        };
        let mut into: BTreeMap<u16, u16> = BTreeMap::new();
        for (narrower, wider) in narrow.codes.iter().zip(&wide.codes) {
            let known = *into.entry(*narrower).or_insert(*wider);
            if known != *wider {
                return Err(Uncounted::NotNested {
                    fine: fine.to_owned(),
                    coarse: coarse.to_owned(),
                    value: word(narrow, *narrower),
                    one: word(wide, known),
                    other: word(wide, *wider),
                });
            }
        }
        let into = into.into_iter().map(|(narrower, wider)| (word(narrow, narrower), word(wide, wider))).collect();
        Ok(Nesting { fine: fine.to_owned(), coarse: coarse.to_owned(), into })
    }
}
