//! Backups: the whole installation in one encrypted file, made while it runs.
//!
//! The file begins with a line that says what it is, the length of a header and the header
//! (TOML: the wrapped key, how many rows there are, the database's digest); after it comes an
//! SQLCipher database under the installation's own key. The passphrase or key file that opens
//! the installation opens its backups, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::copy::copy_into_file;
use super::{CopyReport, Db, DbError, Engine, Location, TABLES, Tx, copy, migrate, sqlite};
use crate::dates::Moment;
use crate::history::{self, Bookkeeping, Pen};
use crate::keys::{DataKey, KeyError, Unlock, WrappedKey};

const MAGIC: &str = "watari backup 1\n";

/// A header is some kilobytes; more is not one.
const LARGEST_HEADER: usize = 64 * 1024;

/// Why a backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{}: {error}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file to write is there already.
    #[error("{} is there already: nothing was overwritten", .0.display())]
    Exists(PathBuf),
    /// The file is not a backup, or not a whole one.
    #[error("{}: {reason}", file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The passphrase or key file does not fit.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct BackupReport {
    /// Table and rows.
    pub tables: CopyReport,
    /// Size of the file in bytes.
    pub size: u64,
    /// What is wrong with the history that was backed up, in words: nothing, if all is well.
    pub faults: Vec<String>,
}

/// What came back from a backup.
#[derive(Debug)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Moment,
    /// The wrapped key, to be stored beside the data.
    pub wrapped: WrappedKey,
    /// The key itself, to open the data with.
    pub key: DataKey,
    /// Table and rows.
    pub rows: BTreeMap<String, u64>,
    /// What is wrong with the history that was restored, in words.
    pub faults: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    made_at: Moment,
    size: u64,
    sha256: String,
    key: WrappedKey,
    rows: BTreeMap<String, u64>,
}

/// Backs a running installation up into one new file, as it stands at one moment, and verifies
/// it: the file appears under its name only when it is whole.
///
/// # Errors
/// The file is there already, the disk is full, or either database failed.
pub fn backup(
    db: &Db,
    key: &DataKey,
    wrapped: &WrappedKey,
    file: &Path,
    progress: impl Fn(&'static str, u64) + Send + 'static,
) -> Result<BackupReport, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    sweep(file);
    let (name, _lock) = begun(file)?;
    let database = Draft::of(&name, "database");
    let (tables, faults) = copied(db, key, &database, progress)?;
    let whole = Draft::of(&name, "backup");
    let header = Header {
        made_at: Moment::now(),
        size: database.path().metadata().map_err(|error| failed(database.path(), error))?.len(),
        sha256: digest(database.path(), 0)?,
        key: wrapped.clone(),
        rows: tables.tables.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect(),
    };
    let start = assemble(&whole, &header, &database)?;
    if digest(whole.path(), start)? != header.sha256 {
        return Err(damaged(file, "what was written does not read back the same: check the disk"));
    }
    let size = start + header.size;
    whole.keep_as(file)?;
    Ok(BackupReport { tables, size, faults })
}

/// Restores a backup to a place where nothing is yet. Everyone must log in again: sessions that
/// were ended after the backup must not come back to life.
///
/// # Errors
/// The file is damaged, the passphrase or key file does not fit, the place is taken, or the
/// database failed.
pub fn restore(
    file: &Path,
    unlock: &Unlock,
    target: &Location,
    progress: impl Fn(&'static str, u64) + Send + 'static,
) -> Result<Restored, BackupError> {
    let (header, start) = read_header(file)?;
    let key = header.key.unwrap(unlock)?;
    let draft = match target {
        Location::Sqlite(path) if path.exists() => return Err(BackupError::Exists(path.clone())),
        Location::Sqlite(path) => Draft::beside(path, "restore"),
        Location::Postgres(_) => Draft::beside(&std::env::temp_dir().join("watari"), "restore"),
    };
    extract(file, start, &header, &draft)?;
    let faults = opened_whole(file, &draft, &key, &header)?;
    match target {
        Location::Sqlite(path) => draft.keep_as(path)?,
        Location::Postgres(_) => {
            let from = Db::open(Location::Sqlite(draft.path().to_owned()), &key, 1)?;
            let to = Db::open(target.clone(), &key, 1)?;
            copy(&from, &to, progress)?;
        }
    }
    Ok(Restored { made_at: header.made_at, wrapped: header.key, key, rows: header.rows, faults })
}

/// The database of a backup, checked, closed and in one file.
fn copied(
    db: &Db,
    key: &DataKey,
    database: &Draft,
    progress: impl Fn(&'static str, u64) + Send + 'static,
) -> Result<(CopyReport, Vec<String>), BackupError> {
    // Made first, so that nobody else can ever read it.
    drop(private(database.path())?);
    let connection = sqlite::open(database.path(), key)?;
    in_one_file(&connection)?;
    migrate::run(&mut Tx { engine: Engine::Sqlite(&connection), key })?;
    let (report, connection) = copy_into_file(db, connection, progress)?;
    drop(connection);
    let connection = sqlite::open(database.path(), key)?;
    in_one_file(&connection)?;
    sound(&connection).map_err(|reason| damaged(database.path(), reason))?;
    let mut tx = Tx { engine: Engine::Sqlite(&connection), key };
    for (table, rows) in &report.tables {
        let found = tx.count(&format!("SELECT count(*) FROM {table}"), &[])?;
        if found != *rows as i64 {
            return Err(damaged(database.path(), format!("{table} has {found} rows instead of {rows}")));
        }
    }
    let faults = history_faults(&mut tx)?;
    Ok((report, faults))
}

/// Opens what was extracted, proves it whole, brings its schema up to date, ends its sessions.
fn opened_whole(file: &Path, draft: &Draft, key: &DataKey, header: &Header) -> Result<Vec<String>, BackupError> {
    let connection = sqlite::open(draft.path(), key)?;
    in_one_file(&connection)?;
    sound(&connection).map_err(|reason| damaged(file, reason))?;
    let mut tx = Tx { engine: Engine::Sqlite(&connection), key };
    migrate::run(&mut tx)?;
    for table in TABLES {
        let found = tx.count(&format!("SELECT count(*) FROM {table}"), &[])?;
        let noted = header.rows.get(*table).copied().unwrap_or(0);
        if found != noted as i64 {
            return Err(damaged(file, format!("{table} has {found} rows instead of {noted}")));
        }
    }
    let faults = history_faults(&mut tx)?;
    tx.execute(&Pen::unrecorded(Bookkeeping::Session), "DELETE FROM session", &[])?;
    Ok(faults)
}

/// Without a write-ahead log, so that closing leaves one file.
fn in_one_file(connection: &Connection) -> Result<(), DbError> {
    Ok(connection.execute_batch("PRAGMA journal_mode = DELETE")?)
}

/// Every page is as the key's holder wrote it, and every tree and index holds together.
fn sound(connection: &Connection) -> Result<(), String> {
    let lines = |pragma: &str| -> Result<Vec<String>, rusqlite::Error> {
        connection.prepare(pragma)?.query_map([], |row| row.get(0))?.collect()
    };
    let mut faults = lines("PRAGMA cipher_integrity_check").map_err(|error| error.to_string())?;
    faults.extend(lines("PRAGMA integrity_check").map_err(|error| error.to_string())?);
    faults.retain(|line| line != "ok");
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(format!("the database is damaged: {fault}")),
    }
}

fn history_faults(tx: &mut Tx<'_>) -> Result<Vec<String>, DbError> {
    let verified = history::verify(tx)?;
    let told = |chain: history::Verified| {
        chain.faults.into_iter().map(move |fault| format!("{}: {fault}", chain.name)).collect::<Vec<_>>()
    };
    Ok(verified.into_iter().flat_map(told).collect())
}

/// Writes header and database, and answers where the database begins.
fn assemble(whole: &Draft, header: &Header, database: &Draft) -> Result<u64, BackupError> {
    let text = toml::to_string(header).map_err(|error| damaged(whole.path(), error.to_string()))?;
    let head = format!("{MAGIC}{}\n{text}", text.len());
    let mut out = private(whole.path())?;
    let mut body = File::open(database.path()).map_err(|error| failed(database.path(), error))?;
    out.write_all(head.as_bytes())
        .and_then(|()| std::io::copy(&mut body, &mut out))
        .and_then(|_| out.sync_all())
        .map_err(|error| failed(whole.path(), error))?;
    Ok(head.len() as u64)
}

fn read_header(file: &Path) -> Result<(Header, u64), BackupError> {
    let mut input = BufReader::new(File::open(file).map_err(|error| failed(file, error))?);
    let no_backup = || damaged(file, "this is not a backup made by Watari");
    let mut magic = vec![0; MAGIC.len()];
    input.read_exact(&mut magic).map_err(|_| no_backup())?;
    if magic != MAGIC.as_bytes() {
        return Err(no_backup());
    }
    let mut number = String::new();
    input.by_ref().take(20).read_line(&mut number).map_err(|_| no_backup())?;
    let length: usize = number.trim().parse().map_err(|_| no_backup())?;
    if length > LARGEST_HEADER {
        return Err(no_backup());
    }
    let mut text = vec![0; length];
    input.read_exact(&mut text).map_err(|_| damaged(file, "the file ends inside its header"))?;
    let text = String::from_utf8(text).map_err(|_| no_backup())?;
    let header =
        toml::from_str(&text).map_err(|error| damaged(file, format!("its header is damaged: {}", error.message())))?;
    Ok((header, (MAGIC.len() + number.len() + length) as u64))
}

/// Takes the database out of a backup, and out of nothing but a whole one.
fn extract(file: &Path, start: u64, header: &Header, draft: &Draft) -> Result<(), BackupError> {
    let mut input = File::open(file).map_err(|error| failed(file, error))?;
    input.seek(SeekFrom::Start(start)).map_err(|error| failed(file, error))?;
    let mut out = private(draft.path())?;
    let size = std::io::copy(&mut input, &mut out).map_err(|error| failed(draft.path(), error))?;
    out.sync_all().map_err(|error| failed(draft.path(), error))?;
    if size != header.size {
        return Err(damaged(file, format!("{size} bytes instead of {}: it was cut off or added to", header.size)));
    }
    if digest(draft.path(), 0)? != header.sha256 {
        return Err(damaged(file, "it was altered: its content does not match its digest"));
    }
    Ok(())
}

/// The digest of a file from a position on, in hexadecimal.
fn digest(file: &Path, start: u64) -> Result<String, BackupError> {
    let read = || -> std::io::Result<String> {
        let mut input = File::open(file)?;
        input.seek(SeekFrom::Start(start))?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; 128 * 1024]);
        loop {
            match input.read(&mut piece)? {
                0 => break,
                size => hash.update(&piece[..size]),
            }
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    };
    read().map_err(|error| failed(file, error))
}

/// A new file that only its owner can read.
fn private(file: &Path) -> Result<File, BackupError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| failed(file, error))
}

fn failed(file: &Path, error: std::io::Error) -> BackupError {
    BackupError::File { file: file.to_owned(), error }
}

fn damaged(file: &Path, reason: impl Into<String>) -> BackupError {
    BackupError::Damaged { file: file.to_owned(), reason: reason.into() }
}

/// What the drafts of one backup begin with.
fn draft_name(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    name.into()
}

/// The name of a backup's drafts, and a lock that says for as long as it is held that someone is at
/// it; the system lets go of it however the program ends.
fn begun(file: &Path) -> Result<(PathBuf, (Draft, File)), BackupError> {
    let name = draft_name(file);
    let draft = Draft::of(&name, LOCK);
    let lock = private(draft.path())?;
    // Where the disk knows no locks, nobody takes the drafts for left behind either.
    drop(lock.try_lock());
    Ok((name, (draft, lock)))
}

const LOCK: &str = "lock";

fn draft_of(name: &Path, what: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(format!(".{what}"));
    name.into()
}

/// Removes the drafts that backups into this folder left behind when they were killed.
fn sweep(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let drafts: BTreeSet<PathBuf> =
        entries.filter_map(|entry| Some(folder.join(drafts_of(entry.file_name().to_str()?)?))).collect();
    for name in drafts {
        let held = File::open(draft_of(&name, LOCK)).is_ok_and(|lock| lock.try_lock().is_err());
        if !held {
            drop(["database", "backup", LOCK].map(|what| Draft::of(&name, what)));
        }
    }
}

/// What the drafts begin with of which a file of this name is one.
fn drafts_of(name: &str) -> Option<&str> {
    let whole = ["-wal", "-shm", "-journal"].into_iter().find_map(|ending| name.strip_suffix(ending));
    let (drafts, what) = whole.unwrap_or(name).rsplit_once('.')?;
    let (_, id) = drafts.rsplit_once('.')?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_id && ["database", "backup", LOCK].contains(&what)).then_some(drafts)
}

/// A file in the making: gone when dropped, unless it was kept.
struct Draft(PathBuf);

impl Draft {
    fn beside(file: &Path, what: &str) -> Draft {
        Draft::of(&draft_name(file), what)
    }

    fn of(name: &Path, what: &str) -> Draft {
        Draft(draft_of(name, what))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// Gives the file its name, durably. A hard link never overwrites; where the disk has none,
    /// a rename does the same work.
    fn keep_as(self, file: &Path) -> Result<(), BackupError> {
        match std::fs::hard_link(&self.0, file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(file.to_owned()));
            }
            Err(_) => std::fs::rename(&self.0, file).map_err(|error| failed(file, error))?,
        }
        #[cfg(unix)]
        if let Some(folder) = file.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, error))?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(ending);
            drop(std::fs::remove_file(PathBuf::from(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::users::{OrganisationSettings, store};

    struct Installation {
        folder: tempfile::TempDir,
        key: DataKey,
        wrapped: WrappedKey,
        db: Db,
    }

    fn unlock() -> Unlock {
        Unlock::KeyFile(Zeroizing::new(b"the content of a key file".to_vec()))
    }

    fn installation() -> Installation {
        let folder = tempfile::tempdir().unwrap();
        let key = DataKey::generate();
        let wrapped = key.wrap(&unlock());
        let db = Db::open(Location::Sqlite(folder.path().join("watari.db")), &key, 2).unwrap();
        db.write_blocking(|tx| store::create_organisation(tx, "Bridge", "JO", &OrganisationSettings::default()))
            .unwrap();
        Installation { folder, key, wrapped, db }
    }

    impl Installation {
        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn backup(&self, name: &str) -> Result<BackupReport, BackupError> {
            backup(&self.db, &self.key, &self.wrapped, &self.file(name), |_, _| {})
        }

        fn restore(&self, name: &str, unlock: &Unlock) -> Result<Restored, BackupError> {
            restore(&self.file(name), unlock, &Location::Sqlite(self.file("restored.db")), |_, _| {})
        }
    }

    #[test]
    fn a_backup_comes_back_whole() {
        let it = installation();
        let report = it.backup("one.backup").unwrap();
        assert!(report.faults.is_empty());
        assert!(report.tables.rows() >= 3, "organisation, history and its head");
        let restored = it.restore("one.backup", &unlock()).unwrap();
        assert_eq!(restored.key.hex(), it.key.hex());
        assert!(restored.faults.is_empty());
        let db = Db::open(Location::Sqlite(it.file("restored.db")), &restored.key, 1).unwrap();
        let name: Option<String> =
            db.read_blocking(|tx| tx.one("SELECT name FROM organisation", &[], |row| row.get(0))).unwrap();
        assert_eq!(name.as_deref(), Some("Bridge"));
    }

    #[test]
    fn no_drafts_are_left_behind_and_nothing_is_overwritten() {
        let it = installation();
        it.backup("one.backup").unwrap();
        assert!(matches!(it.backup("one.backup"), Err(BackupError::Exists(_))));
        it.restore("one.backup", &unlock()).unwrap();
        assert!(matches!(it.restore("one.backup", &unlock()), Err(BackupError::Exists(_))));
        let mut names: Vec<String> = std::fs::read_dir(it.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("watari.db"))
            .collect();
        names.sort();
        assert_eq!(names, ["one.backup", "restored.db"]);
    }

    #[test]
    fn what_a_killed_backup_left_goes_with_the_next_and_nothing_else_does() {
        let it = installation();
        let (killed, running) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
        let left = [
            format!("monday.watari.{killed}.database"),
            format!("monday.watari.{killed}.database-wal"),
            format!("monday.watari.{killed}.backup"),
            format!("monday.watari.{killed}.lock"),
        ];
        let kept = [
            format!("tuesday.watari.{running}.database"),
            format!("tuesday.watari.{running}.lock"),
            "letter.0123.backup".to_owned(),
            "monday.watari".to_owned(),
            format!("monday.watari.{killed}.txt"),
        ];
        for name in left.iter().chain(&kept) {
            std::fs::write(it.file(name), "").unwrap();
        }
        let lock = File::open(it.file(&kept[1])).unwrap();
        lock.lock().unwrap();
        it.backup("wednesday.watari").unwrap();
        let there = |names: &[String]| names.iter().filter(|name| it.file(name).exists()).count();
        assert_eq!((there(&left), there(&kept)), (0, kept.len()));
        drop(lock);
        it.backup("thursday.watari").unwrap();
        assert_eq!(there(&kept), 3, "killed too");
    }

    #[test]
    fn a_backup_shows_nothing_to_who_lacks_the_key() {
        let it = installation();
        it.backup("one.backup").unwrap();
        let bytes = std::fs::read(it.file("one.backup")).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"Bridge"));
        let wrong = Unlock::KeyFile(Zeroizing::new(b"another".to_vec()));
        assert!(matches!(it.restore("one.backup", &wrong), Err(BackupError::Key(KeyError::Wrong(_)))));
        assert!(!it.file("restored.db").exists());
    }

    #[test]
    fn a_damaged_backup_is_refused() {
        let it = installation();
        it.backup("one.backup").unwrap();
        let whole = std::fs::read(it.file("one.backup")).unwrap();
        let mut altered = whole.clone();
        *altered.last_mut().unwrap() ^= 1;
        let mut longer = whole.clone();
        longer.push(0);
        let cases: [&[u8]; 7] = [
            b"",
            b"watari",
            b"watari backup 1\n99999999999\n",
            &whole[..40],
            &whole[..whole.len() - 9],
            &altered,
            &longer,
        ];
        for bytes in cases {
            std::fs::write(it.file("bad.backup"), bytes).unwrap();
            assert!(matches!(it.restore("bad.backup", &unlock()), Err(BackupError::Damaged { .. })));
            assert!(!it.file("restored.db").exists());
        }
    }

    #[test]
    fn a_tampered_history_is_told() {
        let it = installation();
        it.db
            .write_blocking(|tx| {
                tx.execute(
                    &Pen::unrecorded(Bookkeeping::Copy),
                    "UPDATE history SET act = 'changed' WHERE kind = 'organisation'",
                    &[],
                )
            })
            .unwrap();
        assert_eq!(it.backup("one.backup").unwrap().faults, ["Bridge: entry 1 was altered or moved"]);
    }
}
