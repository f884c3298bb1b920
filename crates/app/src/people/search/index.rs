//! Who is known, in memory: for each organisation a projection of its history.
//!
//! Every write leaves an entry in the history, so the index follows that: it knows the last entry
//! it has seen, and before it answers it reads anew whom later ones name. No way of writing can
//! forget it, users find what they just wrote, and servers that share a database agree.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use linkage::batch::{Among, Kind};
use linkage::{Hit, Index};
use tokio::sync::watch;
use uuid::Uuid;

use super::entry::{self, Entry, document_key, phone_key};
use crate::db::{Db, DbError, Tx};
use crate::error::Error;
use crate::ids::{OrganisationId, PersonId};
use crate::params;

/// How long a search waits for the index to be built after a start.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the index follows the history by itself: who was erased leaves memory though nobody
/// searches, and the first search after many writes need not catch up with all of them.
const EVERY: Duration = Duration::from_secs(1);
/// People or requests found by one name, in the background.
pub(in crate::people) const LIKE_ONE_NAME: usize = 24;
/// Names found less alike than this lead to nobody there.
pub(in crate::people) const RELATED: f64 = 0.75;
/// Entries of the history followed at once.
const STEP: i64 = 5_000;
/// People of a small house are compared as if they were so many: they are drawn from a larger world.
const LEAST: u64 = 1_000;
/// Records changed while searches wait.
const SLICE: usize = 500;

/// Finds people; while it lives, a thread keeps its index in step with the history.
pub struct Search {
    known: Known,
    /// Dropping it ends the thread.
    stop: Option<flume::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Search {
    /// Begins to build the index and answers at once.
    pub fn start(db: &Db) -> Search {
        let known = Known::default();
        let (stop, stopped) = flume::bounded(0);
        let (db, followed) = (db.clone(), known.clone());
        let thread = std::thread::Builder::new().name("search".to_owned()).spawn(move || followed.live(&db, &stopped));
        if let Err(error) = &thread {
            tracing::error!(%error, "the index of names cannot be built: no thread could be started");
        }
        Search { known, stop: Some(stop), thread: thread.ok() }
    }

    /// The index as far as it is built.
    pub(in crate::people) fn known(&self) -> Known {
        self.known.clone()
    }

    /// The index once it is built.
    ///
    /// # Errors
    /// [`Error::NotReady`] where that takes too long.
    pub(super) async fn ready(&self) -> Result<Known, Error> {
        self.known.built_within(PATIENCE).await?;
        Ok(self.known.clone())
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.stop = None;
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Everyone known, of all organisations.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Shared>);

#[derive(Default)]
struct Shared {
    organisations: RwLock<HashMap<OrganisationId, Arc<Projection>>>,
    built: watch::Sender<bool>,
}

/// One organisation's people, as its history says up to an entry.
#[derive(Default)]
struct Projection {
    state: RwLock<State>,
    /// Held by whoever catches up with the history, for all others.
    catching_up: Mutex<()>,
}

#[derive(Default)]
struct State {
    index: Index<PersonId>,
    seen: i64,
}

impl Known {
    pub(super) async fn built_within(&self, patience: Duration) -> Result<(), Error> {
        let mut built = self.0.built.subscribe();
        match tokio::time::timeout(patience, built.wait_for(|built| *built)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Error::NotReady),
        }
    }

    /// Whether everyone on record is known.
    pub(in crate::people) fn is_built(&self) -> bool {
        *self.0.built.borrow()
    }

    /// People of an organisation whose names are like this one, as they stand in this transaction.
    pub(in crate::people) fn like(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        name: &str,
        most: usize,
    ) -> Result<Vec<Hit<PersonId>>, DbError> {
        let projection = self.caught_up(tx, organisation)?;
        let state = projection.state.read().unwrap_or_else(PoisonError::into_inner);
        Ok(state.index.find(name, most))
    }

    /// People with a name like any of these, each with how like the most alike is.
    pub(in crate::people) fn like_any(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        names: impl IntoIterator<Item = String>,
        most_of_each: usize,
    ) -> Result<HashMap<PersonId, f64>, DbError> {
        let mut best: HashMap<PersonId, f64> = HashMap::new();
        for name in names {
            for hit in self.like(tx, organisation, &name, most_of_each)? {
                let score = best.entry(hit.id).or_default();
                *score = score.max(hit.score);
            }
        }
        Ok(best)
    }

    /// People with a name related to any of these.
    pub(in crate::people) fn related(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        names: impl IntoIterator<Item = String>,
    ) -> Result<HashSet<PersonId>, DbError> {
        let found = self.like_any(tx, organisation, names, LIKE_ONE_NAME)?;
        Ok(found.into_iter().filter(|(_, score)| *score >= RELATED).map(|(person, _)| person).collect())
    }

    /// People of an organisation with a document or phone, as they stand in this transaction.
    pub(in crate::people) fn holders(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        key: &str,
    ) -> Result<Vec<PersonId>, DbError> {
        let projection = self.caught_up(tx, organisation)?;
        let state = projection.state.read().unwrap_or_else(PoisonError::into_inner);
        Ok(state.index.holders(key))
    }

    /// What a comparison asks of everyone on record: how many they are, and how many have a name or a number. It is as
    /// the index stands, a moment behind perhaps.
    pub(in crate::people) fn among<T>(&self, organisation: OrganisationId, work: impl FnOnce(&Among<'_>) -> T) -> T {
        let projection = self.projection(organisation);
        let state = projection.state.read().unwrap_or_else(PoisonError::into_inner);
        let holders = |kind: Kind, value: &str| match kind {
            Kind::Given | Kind::Family | Kind::Name => Some(state.index.namesakes(value) as u64),
            Kind::Number => Some(state.index.holders(&document_key(value)?).len() as u64),
            Kind::Phone => Some(state.index.holders(&phone_key(value)?).len() as u64),
            _ => None,
        };
        work(&Among { records: (state.index.len() as u64).max(LEAST), holders: &holders })
    }

    /// How many people and different parts of names are in memory.
    #[cfg(test)]
    pub(crate) fn size(&self, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(usize, usize), DbError> {
        let projection = self.caught_up(tx, organisation)?;
        let state = projection.state.read().unwrap_or_else(PoisonError::into_inner);
        Ok((state.index.len(), state.index.distinct_parts()))
    }

    fn live(&self, db: &Db, stop: &flume::Receiver<Infallible>) {
        let is_stopped = || stop.is_disconnected();
        let begun = Instant::now();
        while !is_stopped() && !self.is_built() {
            match self.build(db, is_stopped) {
                Ok(true) => {
                    tracing::info!(milliseconds = begun.elapsed().as_millis() as u64, "the index of names is built");
                    self.0.built.send_replace(true);
                }
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "the index of names could not be built; trying again");
                    let _ = stop.recv_timeout(EVERY);
                }
            }
        }
        while let Err(flume::RecvTimeoutError::Timeout) = stop.recv_timeout(EVERY) {
            if let Err(error) = self.follow(db, is_stopped) {
                tracing::warn!(%error, "the index of names could not follow the history");
            }
        }
    }

    /// Reads every entry, page by page: what changes behind its back is named by the history after
    /// the entries it began at. False where it was stopped.
    fn build(&self, db: &Db, is_stopped: impl Fn() -> bool) -> Result<bool, DbError> {
        let heads = db.read_blocking(heads)?;
        let mut states: HashMap<OrganisationId, State> = HashMap::new();
        let mut last = (OrganisationId(Uuid::nil()), PersonId(Uuid::nil()));
        loop {
            if is_stopped() {
                return Ok(false);
            }
            let page = db.read_blocking(move |tx| entry::page(tx, last))?;
            for (organisation, person, entry) in &page {
                states.entry(*organisation).or_default().index.insert(*person, entry.names(), entry.keys());
            }
            match page.last() {
                Some((organisation, person, _)) if page.len() == entry::PAGE => last = (*organisation, *person),
                _ => break,
            }
        }
        for (organisation, seen) in heads {
            states.entry(organisation).or_default().seen = seen;
        }
        let built = states.into_iter().map(|(organisation, mut state)| {
            state.index.shrink();
            (organisation, Arc::new(Projection { state: RwLock::new(state), catching_up: Mutex::default() }))
        });
        *self.0.organisations.write().unwrap_or_else(PoisonError::into_inner) = built.collect();
        Ok(true)
    }

    fn follow(&self, db: &Db, is_stopped: impl Fn() -> bool) -> Result<(), DbError> {
        for (organisation, _) in db.read_blocking(heads)? {
            let mut behind = true;
            while behind && !is_stopped() {
                let known = self.clone();
                behind = db.read_blocking(move |tx| known.step(tx, organisation))?;
            }
        }
        Ok(())
    }

    /// The projection with all that this transaction sees.
    fn caught_up(&self, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Arc<Projection>, DbError> {
        while self.step(tx, organisation)? {}
        Ok(self.projection(organisation))
    }

    /// Follows the history by some entries, and says whether there are more.
    fn step(&self, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool, DbError> {
        let head = tx.count("SELECT seq FROM history_head WHERE organisation_id = $1", params![organisation])?;
        let projection = self.projection(organisation);
        if projection.seen() >= head {
            return Ok(false);
        }
        let _alone = projection.catching_up.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = projection.seen();
        if seen >= head {
            return Ok(false);
        }
        let until = head.min(seen + STEP);
        let changed = entry::changed(tx, organisation, seen, until)?;
        projection.apply(&changed, until);
        Ok(until < head)
    }

    fn projection(&self, organisation: OrganisationId) -> Arc<Projection> {
        let known = self.0.organisations.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(projection) = known.get(&organisation).filter(|projection| !projection.state.is_poisoned()) {
            return projection.clone();
        }
        drop(known);
        // One that is new, or was left half changed, begins at the beginning of the history.
        let mut known = self.0.organisations.write().unwrap_or_else(PoisonError::into_inner);
        let projection = known.entry(organisation).or_default();
        if projection.state.is_poisoned() {
            *projection = Arc::default();
        }
        projection.clone()
    }
}

impl Projection {
    fn seen(&self) -> i64 {
        self.state.read().unwrap_or_else(PoisonError::into_inner).seen
    }

    fn apply(&self, changed: &[(PersonId, Option<Entry>)], until: i64) {
        for slice in changed.chunks(SLICE) {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            for (person, entry) in slice {
                match entry {
                    Some(entry) => state.index.insert(*person, entry.names(), entry.keys()),
                    None => drop(state.index.remove(person)),
                }
            }
        }
        self.state.write().unwrap_or_else(PoisonError::into_inner).seen = until;
    }
}

fn heads(tx: &mut Tx<'_>) -> Result<Vec<(OrganisationId, i64)>, DbError> {
    tx.query("SELECT organisation_id, seq FROM history_head", &[], |row| Ok((row.next()?, row.next()?)))
}
