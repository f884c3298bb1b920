//! Moving everything from one database to another: the one mechanism behind `copy`, `backup`
//! and `restore`.

use super::{Db, DbError, TABLES, Tx, Value};
use crate::history::{Bookkeeping, Pen};

/// Rows that travel in one transaction.
const BATCH: i64 = 2_000;

/// How many rows of each table were copied.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Table and rows, in the order copied.
    pub tables: Vec<(&'static str, u64)>,
}

/// Copies all rows of `from`, as they stand at one moment, into the empty `to`.
///
/// # Errors
/// `to` is not empty, or either database failed; what was copied by then stays incomplete and
/// `to` must be thrown away.
pub fn copy(from: &Db, to: &Db, progress: impl Fn(&'static str, u64) + Send + 'static) -> Result<CopyReport, DbError> {
    let held = to.read_blocking(|tx| tx.count("SELECT count(*) FROM organisation", &[]))?;
    if held > 0 {
        return Err(DbError::Other("the target already holds data: copy only into an empty database".to_owned()));
    }
    let to = to.clone();
    from.read_blocking(move |tx| {
        let mut report = CopyReport::default();
        for table in TABLES {
            let rows = copy_table(tx, &to, table, &progress)?;
            report.tables.push((table, rows));
        }
        Ok(report)
    })
}

fn copy_table(
    from: &mut Tx<'_>,
    to: &Db,
    table: &'static str,
    progress: &impl Fn(&'static str, u64),
) -> Result<u64, DbError> {
    let columns = columns(from, table)?;
    let list = columns.join(", ");
    let marks: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let insert = format!("INSERT INTO {table} ({list}) VALUES ({})", marks.join(", "));
    let mut batch: Vec<Vec<Value>> = Vec::new();
    let mut rows = 0;
    from.each(&format!("SELECT {list} FROM {table}"), &[], |row| {
        batch.push((0..columns.len()).map(|column| row.value(column)).collect::<Result<_, _>>()?);
        if batch.len() as i64 >= BATCH {
            rows += write_batch(to, &insert, std::mem::take(&mut batch))?;
            progress(table, rows);
        }
        Ok(true)
    })?;
    rows += write_batch(to, &insert, batch)?;
    progress(table, rows);
    Ok(rows)
}

fn write_batch(to: &Db, insert: &str, batch: Vec<Vec<Value>>) -> Result<u64, DbError> {
    let insert = insert.to_owned();
    to.write_blocking(move |tx| {
        let pen = Pen::unrecorded(Bookkeeping::Copy);
        for row in &batch {
            tx.execute(&pen, &insert, row)?;
        }
        Ok(batch.len() as u64)
    })
}

fn columns(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>, DbError> {
    let sql = if tx.is_postgres() {
        "SELECT column_name::text FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
    } else {
        "SELECT name FROM pragma_table_info($1)"
    };
    tx.query(sql, &[table.into()], |row| row.get(0))
}
