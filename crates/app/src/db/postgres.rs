//! PostgreSQL, and engines that speak its protocol: a few threads, each with a connection.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::{Client, Statement, Transaction};

use super::tls::Address;
use super::{DbError, Engine, ReadJob, Row, Threads, Tx, Value, WriteJob, migrate};
use crate::keys::DataKey;

/// Writers beside each other; one organisation's history is a chain, so they wait for each
/// other only inside one organisation.
const WRITERS: usize = 4;

/// After so long without use, a connection is asked whether it still stands.
const QUIET: Duration = Duration::from_secs(1);
/// How long it may take to answer that, or to be made.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn start(
    threads: &mut Threads,
    address: &str,
    key: &DataKey,
    readers: usize,
    read_queue: flume::Receiver<ReadJob>,
    write_queue: flume::Receiver<WriteJob>,
) -> Result<(), DbError> {
    let address = Address::parse(address)?;
    let mut client = address.connect()?;
    let transaction = client.transaction()?;
    let mut tx = Tx { engine: Engine::Postgres(transaction), key };
    tx.batch("SELECT pg_advisory_xact_lock(7236641)")?;
    migrate::run(&mut tx)?;
    commit(tx)?;
    // This thread may open another database later; its connection knows nothing of these.
    STATEMENTS.with_borrow_mut(HashMap::clear);
    for number in 0..readers {
        let (address, key, queue) = (address.clone(), key.clone(), read_queue.clone());
        let client = address.connect()?;
        threads.spawn(format!("read-{number}"), move || read_loop(client, &address, &key, &queue))?;
    }
    for number in 0..WRITERS {
        let (address, key, queue) = (address.clone(), key.clone(), write_queue.clone());
        let client = address.connect()?;
        threads.spawn(format!("write-{number}"), move || write_loop(client, &address, &key, &queue))?;
    }
    Ok(())
}

pub(super) fn commit(tx: Tx<'_>) -> Result<(), DbError> {
    match tx.engine {
        Engine::Postgres(transaction) => Ok(transaction.commit()?),
        Engine::Sqlite(_) => Ok(()),
    }
}

/// What went wrong, for the log: never the `DETAIL` of a message, in which values of rows may stand.
pub(super) fn told(error: &::postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => format!("{}: {} ({})", refusal.severity(), refusal.message(), refusal.code().code()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// Whether the server's disk is full or fails, or it takes no writes.
pub(super) fn is_disk(error: &::postgres::Error) -> bool {
    error.code().is_some_and(|state| matches!(state.code(), "53100" | "58030" | "25006"))
}

/// Whether the same can succeed a moment later. The server is not reached, shutting down, starting or full of
/// connections; another change holds a lock, or was first with the same id: whoever looked before writing, and did not
/// see it, sees it then.
pub(super) fn is_away(error: &::postgres::Error) -> bool {
    match error.code() {
        Some(state) => {
            let code = state.code();
            code.starts_with("08")
                || code.starts_with("57P")
                || matches!(code, "53300" | "40001" | "40P01" | "55P03" | "23505")
        }
        None => {
            let is_io = std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>());
            error.is_closed() || is_io || error.to_string().starts_with("error connecting")
        }
    }
}

fn read_loop(mut client: Client, address: &Address, key: &DataKey, queue: &flume::Receiver<ReadJob>) {
    while let Ok(job) = queue.recv() {
        reconnect(&mut client, address);
        let opened = client
            .build_transaction()
            .isolation_level(::postgres::IsolationLevel::RepeatableRead)
            .read_only(true)
            .start();
        match opened {
            Ok(transaction) => job(Ok(&mut Tx { engine: Engine::Postgres(transaction), key })),
            Err(error) => job(Err(error.into())),
        }
    }
}

fn write_loop(mut client: Client, address: &Address, key: &DataKey, queue: &flume::Receiver<WriteJob>) {
    while let Ok(job) = queue.recv() {
        reconnect(&mut client, address);
        let transaction = match client.transaction() {
            Ok(transaction) => transaction,
            Err(error) => {
                let error = DbError::from(error);
                tracing::error!(%error, "no change can be written");
                (job(Err(error.refusal())).answer)(Err(error.refusal()));
                continue;
            }
        };
        let mut tx = Tx { engine: Engine::Postgres(transaction), key };
        let written = job(Ok(&mut tx));
        let ended = if written.keep {
            commit(tx)
        } else {
            drop(tx);
            Ok(())
        };
        (written.answer)(ended.map_err(|error| DbError::Commit(error.to_string())));
    }
}

/// A server that was restarted is found again at the next request. A connection that nobody used
/// for a moment does not know that it is gone; asking it is cheap beside losing a request.
fn reconnect(client: &mut Client, address: &Address) {
    let quiet = LAST_USED.get().is_none_or(|at| at.elapsed() > QUIET);
    LAST_USED.set(Some(Instant::now()));
    if (client.is_closed() || quiet && client.is_valid(PATIENCE).is_err())
        && let Ok(fresh) = address.connect()
    {
        *client = fresh;
        STATEMENTS.with_borrow_mut(HashMap::clear);
    }
}

thread_local! {
    /// When this thread's connection was used last.
    static LAST_USED: Cell<Option<Instant>> = const { Cell::new(None) };
    /// Prepared statements of this thread's connection.
    static STATEMENTS: std::cell::RefCell<HashMap<String, Statement>> = std::cell::RefCell::default();
}

fn prepared(transaction: &mut Transaction<'_>, sql: &str) -> Result<Statement, DbError> {
    if let Some(statement) = STATEMENTS.with_borrow(|known| known.get(sql).cloned()) {
        return Ok(statement);
    }
    let statement = transaction.prepare(sql)?;
    STATEMENTS.with_borrow_mut(|known| {
        if known.len() >= 1024 {
            known.clear();
        }
        known.insert(sql.to_owned(), statement.clone());
    });
    Ok(statement)
}

pub(super) fn each(
    transaction: &mut Transaction<'_>,
    sql: &str,
    params: &[Value],
    mut visit: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    let statement = prepared(transaction, sql)?;
    let mut rows = transaction.query_raw(&statement, params)?;
    while let Some(row) = rows.next()? {
        if !visit(&Row::Postgres(&row, Cell::new(0)))? {
            break;
        }
    }
    Ok(())
}

pub(super) fn run(transaction: &mut Transaction<'_>, sql: &str, params: &[Value]) -> Result<u64, DbError> {
    let statement = prepared(transaction, sql)?;
    let params: Vec<&(dyn ::postgres::types::ToSql + Sync)> =
        params.iter().map(|value| value as &(dyn ::postgres::types::ToSql + Sync)).collect();
    Ok(transaction.execute(&statement, &params)?)
}
