//! The data folder: `key.toml`, the wrapped key, and `watari.db`, the encrypted database.

use std::fs::{File, TryLockError};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use app::db::{Db, DbError, Location};
use app::keys::{DataKey, Unlock, WrappedKey};
use zeroize::Zeroizing;

use crate::options::Store;

/// An opened installation.
pub struct Installation {
    /// Its database.
    pub db: Db,
    /// Its data key.
    pub key: DataKey,
    /// The key as it lies on disk.
    pub wrapped: WrappedKey,
}

pub fn key_path(data: &Path) -> PathBuf {
    data.join("key.toml")
}

/// Holds a data folder for one server, until dropped.
pub struct Lock(#[allow(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// Takes a data folder for one server.
///
/// # Errors
/// Another server has it.
pub fn lock(data: &Path) -> Result<Lock> {
    let path = data.join("lock");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("{} cannot be made", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            bail!("another server is running on {}; stop it first, or choose another --data", data.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

impl Store {
    /// Takes the data folder for one server, where the database is in it. On PostgreSQL several
    /// servers may share one database.
    ///
    /// # Errors
    /// Another server has it.
    pub fn lock(&self) -> Result<Option<Lock>> {
        self.wrapped_key_path()?;
        self.database_url.is_none().then(|| lock(&self.data)).transpose()
    }

    /// Where the database is.
    pub fn location(&self) -> Location {
        match &self.database_url {
            Some(address) => Location::Postgres(address.clone()),
            None => Location::Sqlite(self.data.join("watari.db")),
        }
    }

    /// What opens the key: a key file, a passphrase from a file or the environment, or asked for.
    pub fn unlock(&self, question: &str) -> Result<Unlock> {
        if let Some(file) = &self.key_file {
            let content =
                std::fs::read(file).with_context(|| format!("the key file {} cannot be read", file.display()))?;
            return Ok(Unlock::KeyFile(Zeroizing::new(content)));
        }
        if let Some(file) = &self.passphrase_file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the passphrase file {} cannot be read", file.display()))?;
            return Ok(Unlock::Passphrase(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())));
        }
        if let Some(words) = &self.passphrase {
            return Ok(Unlock::Passphrase(Zeroizing::new(words.clone())));
        }
        if !std::io::stdin().is_terminal() {
            bail!("no key was given: use --key-file, --passphrase-file or WATARI_PASSPHRASE");
        }
        Ok(Unlock::Passphrase(Zeroizing::new(rpassword::prompt_password(question)?)))
    }

    /// Makes the folder and its key. One that was made and never filled, because the machine went
    /// down in between, is taken again.
    ///
    /// # Errors
    /// There is an installation already, or the key given is too weak.
    pub fn create(&self) -> Result<DataKey> {
        let path = key_path(&self.data);
        if path.exists() {
            let taken = || {
                format!(
                    "{} already holds an installation; start it with `watari serve --data {0}`",
                    self.data.display()
                )
            };
            let key = WrappedKey::load(&path)?.unwrap(&self.unlock("Passphrase: ")?).with_context(taken)?;
            let db = Db::open(self.location(), &key, 1).map_err(|error| self.unopened(error))?;
            let organisations = db.read_blocking(|tx| tx.count("SELECT count(*) FROM organisation", &[]))?;
            return if organisations == 0 { Ok(key) } else { bail!(taken()) };
        }
        if let Some(file) = self.key_file.as_ref().filter(|file| !file.exists()) {
            new_key_file(file)?;
        }
        let unlock = self.unlock("Choose a passphrase (it cannot be recovered): ")?;
        if let Unlock::Passphrase(words) = &unlock
            && words.chars().count() < 12
        {
            bail!("the passphrase is too short: use at least 12 characters, best several words");
        }
        std::fs::create_dir_all(&self.data).with_context(|| format!("{} cannot be made", self.data.display()))?;
        let key = DataKey::generate();
        key.wrap(&unlock).store(&path)?;
        Ok(key)
    }

    fn wrapped_key_path(&self) -> Result<PathBuf> {
        let path = key_path(&self.data);
        if !path.exists() {
            bail!("{} holds no installation; make one with `watari init --data {0}`", self.data.display());
        }
        Ok(path)
    }

    /// Which database does not open, and what to look at.
    fn unopened(&self, error: DbError) -> anyhow::Error {
        let place = match &self.database_url {
            Some(_) => "the PostgreSQL database".to_owned(),
            None => format!("the database in {}", self.data.display()),
        };
        let look = match &error {
            error if error.is_not_durable() => ": may this user write there, and has the disk room?",
            error if error.is_unavailable() => ": is it running, and not held by another program?",
            _ => "",
        };
        anyhow::Error::new(error).context(format!("{place} does not open{look}"))
    }

    /// Opens an installation.
    ///
    /// # Errors
    /// There is none, the key is wrong, or the database does not open.
    pub fn open(&self, readers: usize) -> Result<Installation> {
        let wrapped = WrappedKey::load(&self.wrapped_key_path()?)?;
        let key = wrapped.unwrap(&self.unlock("Passphrase: ")?)?;
        let db = Db::open(self.location(), &key, readers).map_err(|error| self.unopened(error))?;
        Ok(Installation { db, key, wrapped })
    }
}

/// A folder that is being filled, marked so: what lies in it is half done and may go.
pub struct Unfinished {
    data: PathBuf,
    mark: PathBuf,
}

impl Unfinished {
    /// Marks a folder in which nothing is yet, or in which the same was begun and never ended.
    ///
    /// # Errors
    /// There is an installation, or the folder cannot be written.
    pub fn begin(data: &Path) -> Result<Unfinished> {
        std::fs::create_dir_all(data).with_context(|| format!("{} cannot be made", data.display()))?;
        let mark = data.join("unfinished");
        if !mark.exists() && (key_path(data).exists() || data.join("watari.db").exists()) {
            bail!("{} already holds an installation; choose a folder that is empty or not there yet", data.display());
        }
        std::fs::write(&mark, "").with_context(|| format!("{} cannot be written", data.display()))?;
        let it = Unfinished { data: data.to_owned(), mark };
        it.clear()?;
        Ok(it)
    }

    /// All is there.
    pub fn finish(self) -> Result<()> {
        Ok(std::fs::remove_file(&self.mark)?)
    }

    fn clear(&self) -> std::io::Result<()> {
        let ours = |name: &str| name.starts_with("key.toml") || name.starts_with("watari.db");
        for entry in std::fs::read_dir(&self.data)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(ours) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Finished, it has no mark any more.
        if self.mark.exists() {
            drop(self.clear().and_then(|()| std::fs::remove_file(&self.mark)));
        }
    }
}

/// The key file of a demo that is kept: its people are invented, so it may lie beside the data.
const DEMO_KEY: &str = "demo.key";

/// The database of a demo, and whether it is filled already.
pub struct DemoFolder {
    /// Its database.
    pub db: Db,
    /// Filled by an earlier start.
    pub filled: bool,
    folder: PathBuf,
    key: DataKey,
}

impl DemoFolder {
    /// Opens a folder: what a demo left there, or an empty database.
    ///
    /// # Errors
    /// What is there is no whole demo, or the database does not open.
    pub fn open(folder: &Path, elsewhere: Option<Location>, readers: usize) -> Result<DemoFolder> {
        let file = folder.join("watari.db");
        let kept = key_path(folder).exists();
        // The wrapped key is written last, when all is there.
        if elsewhere.is_none() && !kept && file.exists() {
            bail!("the demo in {} was not filled to its end: remove it, or choose another --data", folder.display());
        }
        let key = match kept {
            true => WrappedKey::load(&key_path(folder))?.unwrap(&demo_key(folder)?)?,
            false => DataKey::generate(),
        };
        let db = Db::open(elsewhere.unwrap_or(Location::Sqlite(file)), &key, readers)?;
        let filled = db.read_blocking(|tx| tx.count("SELECT count(*) FROM organisation", &[]))? > 0;
        if filled && !kept {
            bail!(
                "the database already holds data: empty it, or give --data with the folder of the demo that filled it"
            );
        }
        Ok(DemoFolder { db, filled, folder: folder.to_owned(), key })
    }

    /// Notes that the folder is filled, and how it is opened again.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn keep(&self) -> Result<()> {
        if key_path(&self.folder).exists() {
            return Ok(());
        }
        let file = self.folder.join(DEMO_KEY);
        write_new_key(&file)?;
        Ok(self.key.wrap(&demo_key(&self.folder)?).store(&key_path(&self.folder))?)
    }
}

fn demo_key(folder: &Path) -> Result<Unlock> {
    let file = folder.join(DEMO_KEY);
    let content = std::fs::read(&file).with_context(|| format!("{} is not a demo's folder", folder.display()))?;
    Ok(Unlock::KeyFile(Zeroizing::new(content)))
}

fn new_key_file(file: &Path) -> Result<()> {
    write_new_key(file)?;
    eprintln!(
        "A new key file was made: {}. Keep it apart from the data and keep a copy: without it the data are lost.",
        file.display()
    );
    Ok(())
}

fn write_new_key(file: &Path) -> Result<()> {
    use std::io::Write;
    let secret: [u8; 32] = rand::random();
    let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).with_context(|| format!("the key file {} cannot be made", file.display()))?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    Ok(())
}
