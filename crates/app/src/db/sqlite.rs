//! SQLite through SQLCipher: reader threads, and the one writer that groups commits.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, params_from_iter};

use super::{DbError, Engine, ReadJob, Row, Threads, Tx, Value, WriteJob, Written, migrate};
use crate::keys::DataKey;

/// Requests that may share one commit: enough to amortise a disk flush, few enough that the
/// first does not wait long for the last.
const GROUP: usize = 256;

/// Decrypted pages a reader keeps, in KiB.
const READERS_CACHE: i64 = 16_000;

/// Decrypted pages the writer keeps, in KiB: new rows go to many places of many indexes.
const WRITERS_CACHE: i64 = 32_000;

/// Pages in the log after which the writer moves them to the database: pages written again and
/// again, as the last of each table, are moved once.
const CHECKPOINT: i64 = 4_000;

pub(super) fn start(
    threads: &mut Threads,
    file: &Path,
    key: &DataKey,
    readers: usize,
    read_queue: flume::Receiver<ReadJob>,
    write_queue: flume::Receiver<WriteJob>,
) -> Result<(), DbError> {
    let writer = open(file, key)?;
    writer.pragma_update(None, "cache_size", -WRITERS_CACHE)?;
    writer.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    migrate::run(&mut Tx { engine: Engine::Sqlite(&writer), key })?;
    tell_selectivity(&writer)?;
    for number in 0..readers {
        let connection = open(file, key)?;
        connection.pragma_update(None, "query_only", "ON")?;
        let (queue, key) = (read_queue.clone(), key.clone());
        threads.spawn(format!("read-{number}"), move || read_loop(&connection, &key, &queue))?;
    }
    let key = key.clone();
    threads.spawn("write".to_owned(), move || write_loop(&writer, &key, &write_queue))
}

/// Opens an encrypted file and proves the key by reading it.
pub(super) fn open(file: &Path, key: &DataKey) -> Result<Connection, DbError> {
    let connection = Connection::open(file)?;
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.hex().as_str()))?;
    // The processors of today hash SHA-256 in hardware: a page takes a third of the time.
    connection.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // Without it, a table with a partial index has its statements planned anew for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    let opened = connection.execute_batch(
        "PRAGMA cipher_memory_security = OFF; PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA journal_size_limit = 67108864; SELECT count(*) FROM sqlite_schema;",
    );
    match opened {
        Ok(()) => {}
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(DbError::Other(format!("{} is damaged, or locked with another key", file.display())));
        }
        Err(error) => return Err(error.into()),
    }
    connection.pragma_update(None, "cache_size", -READERS_CACHE)?;
    Ok(connection)
}

/// Rows of a table, as the planner is to think: no house is planned for as a small one.
const MANY: u64 = 1_000_000;
/// Rows in a partial index: fewer, and not so few that one that only leads to the organisation looks good.
const FEWER: u64 = MANY / 4;
/// Rows of one house that share a further column.
const SOME: u64 = 100;

/// Tells the planner what it cannot see in the schema: that every key begins with the organisation,
/// which picks out nobody, and that each further column picks out much. Without it an index that
/// only leads to the organisation looks as good as one that leads to the person. The figures are
/// fixed instead of counted, so that every installation runs the plans that were tried.
fn tell_selectivity(connection: &Connection) -> Result<(), DbError> {
    let told = selectivity(connection)?;
    if told_before(connection)? == told {
        return Ok(());
    }
    // Makes the table where there is none, and afterwards has it read.
    connection.execute_batch("ANALYZE sqlite_schema; BEGIN IMMEDIATE; DELETE FROM sqlite_stat1")?;
    for line in &told {
        connection.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)", params_from_iter(line))?;
    }
    Ok(connection.execute_batch("COMMIT; ANALYZE sqlite_schema")?)
}

fn told_before(connection: &Connection) -> Result<Vec<[String; 3]>, DbError> {
    if !connection.table_exists(None::<&str>, "sqlite_stat1")? {
        return Ok(Vec::new());
    }
    let mut lines = connection.prepare("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx")?;
    let lines = lines.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    Ok(lines.collect::<Result<_, _>>()?)
}

/// Table, index, and how many rows share its first columns: all, one, two, …
fn selectivity(connection: &Connection) -> Result<Vec<[String; 3]>, DbError> {
    let mut indexes = connection.prepare(
        "SELECT t.name, i.name, i.\"unique\", i.partial, (SELECT count(*) FROM pragma_index_info(i.name)) \
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' \
         AND (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0) = 'organisation_id' ORDER BY t.name, i.name",
    )?;
    let lines = indexes.query_map([], |row| {
        let (is_unique, is_partial, columns): (bool, bool, u32) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let (rows, mut alike) = if is_partial { (FEWER, SOME / 10) } else { (MANY, SOME) };
        let mut stat = vec![rows, rows];
        for _ in 1..columns {
            stat.push(alike);
            alike = (alike / 10).max(1);
        }
        if let Some(last) = stat.last_mut().filter(|_| is_unique) {
            *last = 1;
        }
        let stat: Vec<String> = stat.iter().map(u64::to_string).collect();
        Ok([row.get(0)?, row.get(1)?, stat.join(" ")])
    })?;
    Ok(lines.collect::<Result<_, _>>()?)
}

/// True where the file is there and is not a plain SQLite database.
pub fn is_encrypted_file(file: &Path) -> std::io::Result<bool> {
    use std::io::Read;
    let mut head = [0; 16];
    std::fs::File::open(file)?.read_exact(&mut head)?;
    Ok(&head != b"SQLite format 3\0")
}

fn read_loop(connection: &Connection, key: &DataKey, queue: &flume::Receiver<ReadJob>) {
    while let Ok(job) = queue.recv() {
        match run(connection, "BEGIN", &[]) {
            Ok(_) => {
                job(Ok(&mut Tx { engine: Engine::Sqlite(connection), key }));
                if let Err(error) = run(connection, "COMMIT", &[]) {
                    tracing::error!(%error, "a read could not be ended");
                    drop(connection.execute_batch("ROLLBACK"));
                }
            }
            Err(error) => job(Err(error)),
        }
    }
}

fn write_loop(connection: &Connection, key: &DataKey, queue: &flume::Receiver<WriteJob>) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = run(connection, "BEGIN IMMEDIATE", &[]) {
            tracing::error!(%error, "no change can be written");
            // Whoever waits behind would wait as long for the same answer.
            std::iter::once(first).chain(queue.drain()).for_each(|job| refuse(job, &error));
            continue;
        }
        let mut group = vec![savepoint(connection, key, first)];
        while group.len() < GROUP && is_open(connection) {
            let Ok(job) = queue.try_recv() else { break };
            group.push(savepoint(connection, key, job));
        }
        let committed = if is_open(connection) { run(connection, "COMMIT", &[]) } else { Err(rolled_back()) };
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
            if is_open(connection) {
                drop(connection.execute_batch("ROLLBACK"));
            }
        }
        for written in group {
            (written.answer)(match &committed {
                Ok(_) => Ok(()),
                Err(error) => Err(DbError::Commit(error.to_string())),
            });
        }
    }
    drop(connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
}

/// On a full disk SQLite gives the whole transaction up by itself. A savepoint set after that
/// would be a transaction of its own, kept although its neighbours are told that nothing was.
fn is_open(connection: &Connection) -> bool {
    !connection.is_autocommit()
}

fn rolled_back() -> DbError {
    DbError::Commit("the transaction was rolled back: the disk is full or fails".to_owned())
}

fn refuse(job: WriteJob, error: &DbError) {
    (job(Err(error.refusal())).answer)(Err(error.refusal()));
}

fn savepoint(connection: &Connection, key: &DataKey, job: WriteJob) -> Written {
    let mut tx = Tx { engine: Engine::Sqlite(connection), key };
    let written = match run(connection, "SAVEPOINT request", &[]) {
        Ok(_) => job(Ok(&mut tx)),
        Err(error) => return job(Err(error)),
    };
    if !is_open(connection) {
        // What the work itself said of the disk tells more than that its savepoint is gone.
        return Written { keep: false, ..written };
    }
    let ending = if written.keep { "RELEASE request" } else { "ROLLBACK TO request" };
    let ended = run(connection, ending, &[])
        .and_then(|_| if written.keep { Ok(0) } else { run(connection, "RELEASE request", &[]) });
    match ended {
        Ok(_) => written,
        Err(error) => Written {
            keep: false,
            answer: Box::new(move |_| (written.answer)(Err(DbError::Commit(error.to_string())))),
        },
    }
}

pub(super) fn each(
    connection: &Connection,
    sql: &str,
    params: &[Value],
    mut visit: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let mut rows = statement.query(params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        if !visit(&Row::Sqlite(row, Cell::new(0)))? {
            break;
        }
    }
    Ok(())
}

pub(super) fn run(connection: &Connection, sql: &str, params: &[Value]) -> Result<u64, DbError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    Ok(statement.execute(params_from_iter(params))? as u64)
}

/// SQLite numbers `$1` by order of appearance, `?1` by its number: PostgreSQL's meaning.
fn numbered(sql: &str) -> std::borrow::Cow<'_, str> {
    if sql.contains('$') { sql.replace('$', "?").into() } else { sql.into() }
}
