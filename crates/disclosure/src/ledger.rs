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

use crate::account::{Cost, Delta, Epsilon, Rho};

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which release.
    pub what: String,
    /// When it was paid for, which is before it was made.
    pub when: Timestamp,
    /// What it cost.
    #[serde(flatten)]
    pub cost: Cost,
}

/// The budget does not suffice.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the privacy budget does not suffice for {what}: it costs ρ {}, which alone is ε {asked_epsilon:.3}, and δ {} for \
     finding values, and of ε {} only ρ {} is left, which alone is ε {left_epsilon:.3}. Ask for fewer figures, for more \
     noise or for a smaller δ, or declare the values; a release that was already paid for can be published again as it is",
    .asked.rho.value(), .asked.delta, .budget.value(), .left.value()
)]
pub struct Spent {
    /// Which release.
    pub what: String,
    /// What it would cost.
    pub asked: Cost,
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
    pub fn spent(&self) -> Cost {
        self.entries.iter().map(|entry| entry.cost).sum()
    }

    /// What is left: ρ, and the ε of a single release that takes all of it.
    pub fn left(&self) -> (Rho, f64) {
        self.spent().leaves(self.epsilon, self.delta)
    }

    /// Pays for a release, before it is made.
    ///
    /// # Errors
    /// What is left does not suffice; then nothing is spent.
    pub fn spend(&mut self, what: &str, cost: Cost) -> Result<&Entry, Spent> {
        let values = Cost { rho: Rho::ZERO, ..cost };
        let (left, left_epsilon) = (self.spent() + values).leaves(self.epsilon, self.delta);
        if cost.rho > left {
            return Err(Spent {
                what: what.to_owned(),
                asked: cost,
                asked_epsilon: cost.rho.epsilon(self.delta),
                left,
                left_epsilon,
                budget: self.epsilon,
            });
        }
        Ok(self.entries.push_mut(Entry { what: what.to_owned(), when: Timestamp::now(), cost }))
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
    pub fn spend(&mut self, what: &str, cost: Cost) -> Result<(), LedgerError> {
        self.ledger.spend(what, cost)?;
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
        let half = Cost::of(ledger.budget().share(1, 2));
        ledger.spend("people reached in 2025", half).unwrap();
        ledger.spend("people reached in 2026", half).unwrap();
        let refusal = ledger.spend("referrals completed", half).unwrap_err();
        assert!(refusal.left < Rho::from_parts(2));
        assert!(refusal.to_string().contains("does not suffice for referrals completed"), "{refusal}");
        assert_eq!(ledger.entries.len(), 2);
        let smaller = Ledger::new(epsilon(1.0), delta(1e-6)).budget();
        assert!(half.rho > smaller, "two halves of a budget are more than two of half its ε");
    }

    #[test]
    fn a_ledger_survives_in_its_file_and_keeps_a_second_run_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.json");
        assert!(matches!(LedgerFile::open(&path), Err(LedgerError::Missing(_))));
        let mut file = LedgerFile::create(&path, epsilon(1.0), delta(1e-6)).unwrap();
        file.spend("specific needs", Cost::of(Rho::rounded_up(0.001))).unwrap();
        assert!(matches!(LedgerFile::open(&path), Err(LedgerError::Locked(_))));
        let before = file.ledger().clone();
        drop(file);
        assert!(matches!(LedgerFile::create(&path, epsilon(9.0), delta(1e-6)), Err(LedgerError::Exists(_))));
        let mut again = LedgerFile::open(&path).unwrap();
        assert_eq!(again.ledger(), &before);
        assert!(matches!(again.spend("everything", Cost::of(Rho::rounded_up(1.0))), Err(LedgerError::Spent(_))));
        drop(again);
        std::fs::write(&path, "{\"epsilon\": 0}").unwrap();
        let refusal = LedgerFile::open(&path).unwrap_err().to_string();
        assert!(refusal.contains("above 0") && refusal.contains("backup"), "{refusal}");
    }

    /// Two files of records whose values have to be found, each with a fifth of the budget's δ; the third would leave
    /// less than half.
    #[test]
    fn what_finding_values_costs_of_delta_adds_up_too() {
        let mut ledger = Ledger::new(epsilon(4.0), delta(1e-6));
        let (before, _) = ledger.left();
        let records = Cost { rho: before.share(1, 10), delta: 0.2e-6 };
        ledger.spend("records of 2025", records).unwrap();
        let (after, _) = ledger.left();
        assert!(after < before.less(records.rho).unwrap(), "with less δ the same ε allows less ρ");
        ledger.spend("records of 2026", records).unwrap();
        let refusal = ledger.spend("records of 2027", records).unwrap_err();
        assert!(refusal.to_string().contains("smaller δ"), "{refusal}");
        ledger.spend("tables of 2027", Cost::of(records.rho)).unwrap();
        let before =
            r#"{"epsilon":1.0,"delta":1e-6,"entries":[{"what":"a","when":"2026-01-01T00:00:00Z","rho":0.25}]}"#;
        let read: Ledger = serde_json::from_str(before).unwrap();
        assert_eq!(read.spent(), Cost::of(Rho::from_parts(Rho::PARTS / 4)), "entries from before δ was written down");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn whatever_is_asked_never_more_than_the_budget_is_spent(
            asked in prop::collection::vec(0f64..0.02, 0..50),
        ) {
            let mut ledger = Ledger::new(epsilon(1.0), delta(1e-6));
            for rho in asked {
                let (left, _) = ledger.left();
                let rho = Rho::rounded_up(rho);
                prop_assert_eq!(ledger.spend("a release", Cost::of(rho)).is_ok(), rho <= left);
                prop_assert_eq!(ledger.spent().rho + ledger.left().0, ledger.budget());
            }
            let read: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
            prop_assert_eq!(read, ledger);
        }
    }
}
