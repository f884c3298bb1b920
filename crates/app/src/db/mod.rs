//! The database: SQLite (SQLCipher) on one machine, PostgreSQL where one machine is outgrown.
//!
//! Every query is written once, in the SQL both engines speak, with `$1` placeholders.
//! Work is a closure over a [`Tx`]; it runs on a thread that owns a connection. On SQLite all
//! writes pass through one writer that groups waiting requests into one durable commit, each in
//! its own savepoint, and answers after that commit.

mod backup;
mod copy;
mod load;
mod migrate;
mod postgres;
mod sqlite;
mod tls;
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::history::Pen;
use crate::keys::DataKey;
pub use backup::{BackupError, BackupReport, Restored, backup, restore};
pub use copy::{CopyReport, copy};
pub use load::Load;
use load::Stopwatch;
pub use migrate::TABLES;
pub use sqlite::is_encrypted_file;
pub use value::{FromColumn, Row, Value};

/// What went wrong below the rules: the engine, the disk, the connection.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// SQLite refused or failed.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or failed.
    #[error("postgresql: {}", postgres::told(.0))]
    Postgres(#[from] ::postgres::Error),
    /// A column held something the type cannot be.
    #[error("column {column}: expected {expected}")]
    Column {
        /// Position in the row, from 0.
        column: usize,
        /// The type asked for.
        expected: &'static str,
    },
    /// The work panicked; its changes were rolled back.
    #[error("the request failed unexpectedly and was rolled back")]
    Panicked,
    /// The database is closing.
    #[error("the database is closing")]
    Closed,
    /// The commit failed: disk full, read-only, or lost connection.
    #[error("the change could not be made durable: {0}")]
    Commit(String),
    /// The database is held by another program or out of reach; nothing was begun.
    #[error("the database cannot be used now: {0}")]
    Unavailable(String),
    /// The schema is newer than this program.
    #[error("the database has schema {found}, this program knows up to {known}: use a newer Watari")]
    TooNew {
        /// Schema version in the database.
        found: i64,
        /// Highest version this program knows.
        known: i64,
    },
    /// Anything the caller must be told in words.
    #[error("{0}")]
    Other(String),
}

impl DbError {
    /// Whether the disk did not take a change: full, read-only, damaged, or no word of the commit.
    pub fn is_not_durable(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure};
        match self {
            DbError::Commit(_) => true,
            DbError::Sqlite(error) => error.sqlite_error_code().is_some_and(|code| {
                matches!(code, CannotOpen | DiskFull | PermissionDenied | ReadOnly | SystemIoFailure)
            }),
            DbError::Postgres(error) => postgres::is_disk(error),
            _ => false,
        }
    }

    /// Whether the database cannot be used just now: held by another program, or out of reach.
    pub fn is_unavailable(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        match self {
            DbError::Unavailable(_) | DbError::Closed => true,
            DbError::Sqlite(error) => {
                error.sqlite_error_code().is_some_and(|code| matches!(code, DatabaseBusy | DatabaseLocked))
            }
            DbError::Postgres(error) => postgres::is_away(error),
            _ => false,
        }
    }

    /// The same for each of those who waited for one transaction that could not begin.
    fn refusal(&self) -> DbError {
        if self.is_not_durable() { DbError::Commit(self.to_string()) } else { DbError::Unavailable(self.to_string()) }
    }
}

/// One transaction: reads see one moment, writes are all kept or none.
pub struct Tx<'c> {
    engine: Engine<'c>,
    key: &'c DataKey,
}

enum Engine<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(::postgres::Transaction<'c>),
}

impl<'c> Tx<'c> {
    /// Rows of a query, each mapped.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.each(sql, params, |row| {
            found.push(map(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The first row of a query, mapped.
    pub fn one<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(map(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// Calls `visit` for each row until it answers `false`; holds one row at a time.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        visit: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::each(connection, sql, params, visit),
            Engine::Postgres(transaction) => postgres::each(transaction, sql, params, visit),
        }
    }

    /// A single number, 0 where there is no row.
    pub fn count(&mut self, sql: &str, params: &[Value]) -> Result<i64, DbError> {
        Ok(self.one(sql, params, |row| row.get(0))?.unwrap_or(0))
    }

    /// Changes rows and answers how many. The [`Pen`] proves that the history knows of it.
    pub fn execute(&mut self, _pen: &Pen, sql: &str, params: &[Value]) -> Result<u64, DbError> {
        self.run(sql, params)
    }

    /// Changes rows and maps those it returns. The [`Pen`] proves that the history knows of it.
    pub fn execute_returning<T>(
        &mut self,
        _pen: &Pen,
        sql: &str,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        self.query(sql, params, map)
    }

    /// The installation's data key: for sealing content and for the history's chain.
    pub fn key(&self) -> &'c DataKey {
        self.key
    }

    /// True on PostgreSQL: for the few statements the engines spell differently.
    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, DbError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::run(connection, sql, params),
            Engine::Postgres(transaction) => postgres::run(transaction, sql, params),
        }
    }

    fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(transaction) => Ok(transaction.batch_execute(sql)?),
        }
    }
}

/// Where the data are.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLCipher file.
    Sqlite(std::path::PathBuf),
    /// A `postgres://` address.
    Postgres(String),
}

/// A handle to the open database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: flume::Sender<ReadJob>,
    writer: flume::Sender<WriteJob>,
    location: Location,
    load: Load,
    /// Last, so that the queues are closed when it waits for their threads.
    _threads: Arc<Threads>,
}

/// The threads that own the connections. The last handle to the database waits for them: a program
/// that ends while the writer still tidies up takes the encryption's memory away under it.
#[derive(Default)]
pub(crate) struct Threads(Vec<JoinHandle<()>>);

impl Threads {
    fn spawn(&mut self, name: String, work: impl FnOnce() + Send + 'static) -> Result<(), DbError> {
        let spawned = std::thread::Builder::new().name(name).spawn(work);
        self.0.push(spawned.map_err(|error| DbError::Other(format!("no thread could be started: {error}")))?);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let current = std::thread::current().id();
        for thread in self.0.drain(..).filter(|thread| thread.thread().id() != current) {
            drop(thread.join());
        }
    }
}

type ReadJob = Box<dyn FnOnce(Result<&mut Tx<'_>, DbError>) + Send>;

/// A write: runs in its own savepoint, says whether to keep it, and is told the commit's fate.
pub(crate) type WriteJob = Box<dyn FnOnce(Result<&mut Tx<'_>, DbError>) -> Written + Send>;

/// What a write job leaves behind.
pub(crate) struct Written {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), DbError>) + Send>,
}

impl Db {
    /// Opens the database, creating it and migrating it where needed.
    ///
    /// # Errors
    /// A wrong key, a schema newer than this program, or an engine that does not answer.
    pub fn open(location: Location, key: &DataKey, readers: usize) -> Result<Db, DbError> {
        // Before the queues, which must close first where opening fails half-way.
        let mut threads = Threads::default();
        let (read_jobs, read_queue) = flume::bounded(4096);
        let (write_jobs, write_queue) = flume::bounded(4096);
        match &location {
            Location::Sqlite(file) => sqlite::start(&mut threads, file, key, readers, read_queue, write_queue)?,
            Location::Postgres(address) => {
                postgres::start(&mut threads, address, key, readers, read_queue, write_queue)?
            }
        }
        Ok(Db { readers: read_jobs, writer: write_jobs, location, load: Load::default(), _threads: Arc::new(threads) })
    }

    /// Where this database is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// How busy it is.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// How many writes wait.
    pub fn waiting_writes(&self) -> usize {
        self.writer.len()
    }

    /// Reads at one moment in time.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let _stopwatch = Stopwatch::start(&self.load.reads);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let job = read_job(work, move |answer| drop(sender.send(answer)));
        self.readers.send_async(job).await.map_err(|_| DbError::Closed)?;
        receiver.await.map_err(|_| DbError::Closed)?
    }

    /// Reads from a plain thread (command line, start-up).
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (sender, receiver) = flume::bounded(1);
        let job = read_job(work, move |answer| drop(sender.send(answer)));
        self.readers.send(job).map_err(|_| DbError::Closed)?;
        receiver.recv().map_err(|_| DbError::Closed)?
    }

    /// Writes; answers once the change is durable on disk, or with nothing changed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let _stopwatch = Stopwatch::start(&self.load.writes);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let job = write_job(work, move |answer| drop(sender.send(answer)));
        self.writer.send_async(job).await.map_err(|_| DbError::Closed)?;
        receiver.await.map_err(|_| DbError::Closed)?
    }

    /// Writes from a plain thread (command line, start-up).
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (sender, receiver) = flume::bounded(1);
        let job = write_job(work, move |answer| drop(sender.send(answer)));
        self.writer.send(job).map_err(|_| DbError::Closed)?;
        receiver.recv().map_err(|_| DbError::Closed)?
    }
}

fn read_job<T, E>(
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    reply: impl FnOnce(Result<T, E>) + Send + 'static,
) -> ReadJob
where
    E: From<DbError>,
{
    Box::new(move |tx| {
        reply(match tx {
            Ok(tx) => guarded(|| work(tx)),
            Err(error) => Err(error.into()),
        });
    })
}

fn write_job<T, E>(
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    reply: impl FnOnce(Result<T, E>) + Send + 'static,
) -> WriteJob
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    Box::new(move |tx| {
        let answer = match tx {
            Ok(tx) => guarded(|| work(tx)),
            Err(error) => Err(error.into()),
        };
        Written {
            keep: answer.is_ok(),
            answer: Box::new(move |commit| {
                reply(match (answer, commit) {
                    (Ok(_), Err(error)) => Err(error.into()),
                    (answer, _) => answer,
                });
            }),
        }
    })
}

/// A panic in one request must not take the connection's thread, or its neighbours, along.
fn guarded<T, E: From<DbError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(DbError::Panicked.into()))
}

/// Positional parameters of a query, each turned into a [`Value`].
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}
