//! A privacy budget and what was spent of it.
//!
//! Every release about the same people costs some of one budget, whoever asks and whenever: together they give
//! away no more than it says. When it is spent there are no more releases about these people; a new budget for the
//! same data would be a larger ε under another name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Delta, Epsilon, Rho};

/// A budget and its releases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// What all releases together may cost.
    pub epsilon: Epsilon,
    /// With this δ.
    pub delta: Delta,
    /// What was spent, in the order of time.
    pub entries: Vec<Entry>,
}

/// What one release cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which release.
    pub what: String,
    /// When it was paid for, which is before it was made.
    pub when: Timestamp,
    /// What it cost.
    pub rho: Rho,
}

/// The budget does not suffice.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the privacy budget does not suffice for {what}: it costs ρ {}, which alone is ε {asked_epsilon:.3}, and of ε \
     {} only ρ {} is left, which alone is ε {left_epsilon:.3}. Ask for fewer figures or for more noise; a release \
     that was already paid for can be published again as it is", .asked.value(), .budget.value(), .left.value()
)]
pub struct Spent {
    /// Which release.
    pub what: String,
    /// What it would cost.
    pub asked: Rho,
    /// What it would cost as the only release.
    pub asked_epsilon: f64,
    /// What is left.
    pub left: Rho,
    /// What is left, as the only release.
    pub left_epsilon: f64,
    /// The whole budget.
    pub budget: Epsilon,
}

impl Ledger {
    /// A budget of which nothing is spent.
    pub fn new(epsilon: Epsilon, delta: Delta) -> Ledger {
        Ledger { epsilon, delta, entries: Vec::new() }
    }

    /// The whole budget.
    pub fn budget(&self) -> Rho {
        Rho::within(self.epsilon, self.delta)
    }

    /// What all releases cost.
    pub fn spent(&self) -> Rho {
        self.entries.iter().map(|entry| entry.rho).sum()
    }

    /// What is left.
    pub fn left(&self) -> Rho {
        self.budget().less(self.spent()).unwrap_or(Rho::ZERO)
    }

    /// Pays for a release, before it is made.
    ///
    /// # Errors
    /// What is left does not suffice; then nothing is spent.
    pub fn spend(&mut self, what: &str, rho: Rho) -> Result<&Entry, Spent> {
        let left = self.left();
        if rho > left {
            return Err(Spent {
                what: what.to_owned(),
                asked: rho,
                asked_epsilon: rho.epsilon(self.delta),
                left,
                left_epsilon: left.epsilon(self.delta),
                budget: self.epsilon,
            });
        }
        Ok(self.entries.push_mut(Entry { what: what.to_owned(), when: Timestamp::now(), rho }))
    }
}

/// A ledger in a file, locked against another run while it is open.
#[derive(Debug)]
pub struct LedgerFile {
    ledger: Ledger,
    path: PathBuf,
    _lock: File,
}

/// A ledger's file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is none.
    #[error("{0} does not exist: to begin a ledger, give the ε and δ of the whole budget")]
    Missing(PathBuf),
    /// There is one already.
    #[error("{0} exists: a ledger's budget is set once, when it is begun. Leave its ε and δ out")]
    Exists(PathBuf),
    /// Another run holds it.
    #[error("{0} is in use by another run: wait until it has ended")]
    Locked(PathBuf),
    /// It is no ledger.
    #[error("{0} is not a ledger: {1}. Restore it from a backup; without what was spent nothing may be released")]
    Malformed(PathBuf, serde_json::Error),
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Its budget does not suffice.
    #[error(transparent)]
    Spent(#[from] Spent),
}

impl LedgerFile {
    /// Begins one.
    ///
    /// # Errors
    /// There is one already, another run holds it, or it cannot be written.
    pub fn create(path: &Path, epsilon: Epsilon, delta: Delta) -> Result<LedgerFile, LedgerError> {
        let lock = lock(path)?;
        if path.exists() {
            return Err(LedgerError::Exists(path.to_owned()));
        }
        let file = LedgerFile { ledger: Ledger::new(epsilon, delta), path: path.to_owned(), _lock: lock };
        file.write()?;
        Ok(file)
    }

    /// Opens one.
    ///
    /// # Errors
    /// There is none, another run holds it, or it cannot be read.
    pub fn open(path: &Path) -> Result<LedgerFile, LedgerError> {
        if !path.exists() {
            return Err(LedgerError::Missing(path.to_owned()));
        }
        let lock = lock(path)?;
        let text = std::fs::read(path).map_err(|error| LedgerError::File(path.to_owned(), error))?;
        let ledger = serde_json::from_slice(&text).map_err(|error| LedgerError::Malformed(path.to_owned(), error))?;
        Ok(LedgerFile { ledger, path: path.to_owned(), _lock: lock })
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Pays for a release: what was spent is on the disk when this returns.
    ///
    /// # Errors
    /// What is left does not suffice, or the file cannot be written; then nothing may be released.
    pub fn spend(&mut self, what: &str, rho: Rho) -> Result<(), LedgerError> {
        self.ledger.spend(what, rho)?;
        self.write()
    }

    /// Writes a new file beside the old one and puts it in its place, so that no power cut leaves half of one.
    fn write(&self) -> Result<(), LedgerError> {
        let new = beside(&self.path, "new");
        let write = || -> io::Result<()> {
            let mut file = File::create(&new)?;
            serde_json::to_writer_pretty(&mut file, &self.ledger)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|error| LedgerError::File(self.path.clone(), error))
    }
}

/// A lock of its own, because the ledger's file is replaced by each write. The system lets go of it when a run ends,
/// however it ends.
fn lock(path: &Path) -> Result<File, LedgerError> {
    let name = beside(path, "lock");
    let failed = |error| LedgerError::File(name.clone(), error);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn epsilon(value: f64) -> Epsilon {
        Epsilon::new(value).unwrap()
    }

    fn delta(value: f64) -> Delta {
        Delta::new(value).unwrap()
    }

    #[test]
    fn a_release_after_the_budget_is_spent_is_refused_and_told_what_is_left() {
        let mut ledger = Ledger::new(epsilon(2.0), delta(1e-6));
        let half = ledger.budget().share(1, 2);
        ledger.spend("people reached in 2025", half).unwrap();
        ledger.spend("people reached in 2026", half).unwrap();
        let refusal = ledger.spend("referrals completed", half).unwrap_err();
        assert!(refusal.left < Rho::from_parts(2));
        assert!(refusal.to_string().contains("does not suffice for referrals completed"), "{refusal}");
        assert_eq!(ledger.entries.len(), 2);
        let smaller = Ledger::new(epsilon(1.0), delta(1e-6)).budget();
        assert!(half > smaller, "two halves of a budget are more than two of half its ε");
    }

    #[test]
    fn a_ledger_survives_in_its_file_and_keeps_a_second_run_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.json");
        assert!(matches!(LedgerFile::open(&path), Err(LedgerError::Missing(_))));
        let mut file = LedgerFile::create(&path, epsilon(1.0), delta(1e-6)).unwrap();
        file.spend("specific needs", Rho::rounded_up(0.001)).unwrap();
        assert!(matches!(LedgerFile::open(&path), Err(LedgerError::Locked(_))));
        let before = file.ledger().clone();
        drop(file);
        assert!(matches!(LedgerFile::create(&path, epsilon(9.0), delta(1e-6)), Err(LedgerError::Exists(_))));
        let mut again = LedgerFile::open(&path).unwrap();
        assert_eq!(again.ledger(), &before);
        assert!(matches!(again.spend("everything", Rho::rounded_up(1.0)), Err(LedgerError::Spent(_))));
        drop(again);
        std::fs::write(&path, "{\"epsilon\": 0}").unwrap();
        let refusal = LedgerFile::open(&path).unwrap_err().to_string();
        assert!(refusal.contains("above 0") && refusal.contains("backup"), "{refusal}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn whatever_is_asked_never_more_than_the_budget_is_spent(
            asked in prop::collection::vec(0f64..0.02, 0..50),
        ) {
            let mut ledger = Ledger::new(epsilon(1.0), delta(1e-6));
            for rho in asked {
                let left = ledger.left();
                let rho = Rho::rounded_up(rho);
                prop_assert_eq!(ledger.spend("a release", rho).is_ok(), rho <= left);
                prop_assert_eq!(ledger.spent() + ledger.left(), ledger.budget());
            }
            let read: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
            prop_assert_eq!(read, ledger);
        }
    }
}
