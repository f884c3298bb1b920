//! Moving everything from one database to another: the one mechanism behind `copy`, `backup`
//! and `restore`.

use rusqlite::Connection;

use super::{Db, DbError, TABLES, Tx, Value, sqlite};
use crate::history::{Bookkeeping, Pen};

/// Rows that travel in one transaction.
const BATCH_ROWS: usize = 2_000;

/// Bytes that travel in one transaction: a few attachments are as heavy as many people.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// How many rows of each table were copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Table and rows, in the order copied.
    pub tables: Vec<(&'static str, u64)>,
}

impl CopyReport {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Copies all rows of `from`, as they stand at one moment, into the empty `to`.
///
/// # Errors
/// `to` is not empty, or either database failed; what was copied by then stays incomplete and
/// `to` must be thrown away.
pub fn copy(from: &Db, to: &Db, progress: impl Fn(&'static str, u64) + Send + 'static) -> Result<CopyReport, DbError> {
    let held = to.read_blocking(|tx| {
        let any = |table: &&str| format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1) held");
        TABLES.iter().map(|table| tx.count(&any(&table), &[])).sum::<Result<i64, DbError>>()
    })?;
    if held > 0 {
        return Err(DbError::Other(
            "the target already holds data, perhaps half a copy: copy only into an empty database".to_owned(),
        ));
    }
    let to = to.clone();
    from.read_blocking(move |tx| copy_tables(tx, |insert, batch| write_batch(&to, insert, batch), &progress))
}

/// Copies all rows of `from`, as they stand at one moment, into a file that nobody else has
/// open, in one transaction.
pub(super) fn copy_into_file(
    from: &Db,
    to: Connection,
    progress: impl Fn(&'static str, u64) + Send + 'static,
) -> Result<(CopyReport, Connection), DbError> {
    from.read_blocking(move |tx| {
        sqlite::run(&to, "BEGIN IMMEDIATE", &[])?;
        let insert_all = |insert: &str, batch: Vec<Vec<Value>>| {
            for row in &batch {
                sqlite::run(&to, insert, row)?;
            }
            Ok(batch.len() as u64)
        };
        let report = copy_tables(tx, insert_all, &progress)?;
        sqlite::run(&to, "COMMIT", &[])?;
        Ok((report, to))
    })
}

fn copy_tables(
    from: &mut Tx<'_>,
    mut write: impl FnMut(&str, Vec<Vec<Value>>) -> Result<u64, DbError>,
    progress: &impl Fn(&'static str, u64),
) -> Result<CopyReport, DbError> {
    let mut report = CopyReport::default();
    for table in TABLES {
        let rows = copy_table(from, table, &mut write, progress)?;
        report.tables.push((table, rows));
    }
    Ok(report)
}

fn copy_table(
    from: &mut Tx<'_>,
    table: &'static str,
    write: &mut impl FnMut(&str, Vec<Vec<Value>>) -> Result<u64, DbError>,
    progress: &impl Fn(&'static str, u64),
) -> Result<u64, DbError> {
    let columns = columns(from, table)?;
    let list = columns.join(", ");
    let marks: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let insert = format!("INSERT INTO {table} ({list}) VALUES ({})", marks.join(", "));
    let (mut batch, mut bytes, mut rows) = (Vec::new(), 0, 0);
    from.each(&format!("SELECT {list} FROM {table}"), &[], |row| {
        let values: Vec<Value> = (0..columns.len()).map(|column| row.value(column)).collect::<Result<_, _>>()?;
        bytes += values.iter().map(weight).sum::<usize>();
        batch.push(values);
        if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            rows += write(&insert, std::mem::take(&mut batch))?;
            bytes = 0;
            progress(table, rows);
        }
        Ok(true)
    })?;
    rows += write(&insert, batch)?;
    progress(table, rows);
    Ok(rows)
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Null | Value::Int(_) | Value::Real(_) => 8,
    }
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
