//! Work that follows the histories in the background: each organisation's, from the entry it came
//! to, in small slices, resting longer than it works, so that it stands in nobody's way. Whatever it
//! does can be done again, by another server on the same database too.

use std::collections::HashMap;
use std::convert::Infallible;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::db::{Db, DbError, Tx};
use crate::history::{Bookkeeping, Pen};
use crate::ids::OrganisationId;
use crate::params;

/// Entries passed without finding anything before the place is written down.
const UNWRITTEN: i64 = 1_000;
/// How often it looks whether there is anything new.
const EVERY: Duration = Duration::from_secs(1);
/// How long it rests after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(30);
/// How much longer than it worked it rests.
const REST: u32 = 7;

/// What follows the histories.
pub(super) trait Follow: Clone + Send + 'static {
    /// What a slice of a history came to.
    type Slice: Found;
    /// The counter that holds the last entry it has passed; also the name of its thread.
    const PLACE: &'static str;
    /// What it writes is the machine's own bookkeeping.
    const BOOKKEEPING: Bookkeeping;

    /// Whether it can begin.
    fn is_ready(&self) -> bool;
    /// Looks at what the history says after an entry.
    fn look(&self, tx: &mut Tx<'_>, organisation: OrganisationId, after: i64) -> Result<Self::Slice, DbError>;
    /// Writes down what a slice came to, weighed anew as the records stand now.
    fn keep(
        &self,
        tx: &mut Tx<'_>,
        pen: &Pen,
        organisation: OrganisationId,
        slice: &Self::Slice,
    ) -> Result<(), DbError>;
}

/// What a slice of a history came to.
pub(super) trait Found: Send + 'static {
    /// The last entry it passed.
    fn until(&self) -> i64;
    /// Whether there is nothing to write down.
    fn is_empty(&self) -> bool;
}

/// Follows the histories while it lives.
pub struct Finder {
    /// Dropping it ends the thread.
    stop: Option<flume::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Finder {
    /// Begins to follow the histories.
    pub(super) fn start<F: Follow>(db: &Db, follow: F) -> Finder {
        let (stop, stopped) = flume::bounded(0);
        let follower = Follower { db: db.clone(), follow, passed: HashMap::new() };
        let thread = std::thread::Builder::new().name(F::PLACE.to_owned()).spawn(move || follower.live(&stopped));
        if let Err(error) = &thread {
            tracing::error!(%error, "{} cannot be found: no thread could be started", F::PLACE);
        }
        Finder { stop: Some(stop), thread: thread.ok() }
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        self.stop = None;
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// How far an organisation's history was followed: in memory, and as written down.
#[derive(Clone, Copy)]
struct Passed {
    until: i64,
    written: i64,
}

struct Follower<F> {
    db: Db,
    follow: F,
    passed: HashMap<OrganisationId, Passed>,
}

impl<F: Follow> Follower<F> {
    fn live(mut self, stop: &flume::Receiver<Infallible>) {
        let mut rest = EVERY;
        while let Err(flume::RecvTimeoutError::Timeout) = stop.recv_timeout(rest) {
            let begun = Instant::now();
            rest = match self.follow() {
                Ok(true) => begun.elapsed() * REST,
                Ok(false) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, "{} could not be looked for", F::PLACE);
                    AFTER_FAILURE
                }
            };
        }
    }

    /// One slice of each organisation's history, and whether any has more.
    fn follow(&mut self) -> Result<bool, DbError> {
        if !self.follow.is_ready() {
            return Ok(false);
        }
        let mut more = false;
        for (organisation, head, written) in self.db.read_blocking(|tx| heads(tx, F::PLACE))? {
            let Passed { until, written } =
                *self.passed.entry(organisation).or_insert(Passed { until: written, written });
            if until >= head {
                continue;
            }
            let follow = self.follow.clone();
            let slice = self.db.read_blocking(move |tx| follow.look(tx, organisation, until))?;
            let until = slice.until();
            let written = match slice.is_empty() && until < written + UNWRITTEN {
                true => written,
                false => {
                    let follow = self.follow.clone();
                    self.db.write_blocking(move |tx| keep(tx, &follow, organisation, &slice))?;
                    until
                }
            };
            self.passed.insert(organisation, Passed { until, written });
            more |= until < head;
        }
        Ok(more)
    }
}

/// Each organisation's last entry, and the one passed last.
fn heads(tx: &mut Tx<'_>, place: &str) -> Result<Vec<(OrganisationId, i64, i64)>, DbError> {
    tx.query(
        "SELECT h.organisation_id, h.seq, COALESCE(c.value, 0) FROM history_head h \
         LEFT JOIN counter c ON c.organisation_id = h.organisation_id AND c.name = $1",
        params![place],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )
}

/// Follows an organisation's history from where it was passed to its end.
#[cfg(test)]
pub(super) fn to_the_end<F: Follow>(db: &Db, follow: &F, organisation: OrganisationId, passed: &std::cell::Cell<i64>) {
    loop {
        let (looking, keeping, after) = (follow.clone(), follow.clone(), passed.get());
        let slice = db.read_blocking(move |tx| looking.look(tx, organisation, after)).unwrap();
        let until = slice.until();
        db.write_blocking(move |tx| keep(tx, &keeping, organisation, &slice)).unwrap();
        passed.set(until);
        if until == after {
            return;
        }
    }
}

/// Writes down what a slice of the history came to, and how far it went.
pub(super) fn keep<F: Follow>(
    tx: &mut Tx<'_>,
    follow: &F,
    organisation: OrganisationId,
    slice: &F::Slice,
) -> Result<(), DbError> {
    let pen = Pen::unrecorded(F::BOOKKEEPING);
    follow.keep(tx, &pen, organisation, slice)?;
    tx.execute(
        &pen,
        "INSERT INTO counter (organisation_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (organisation_id, name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value",
        params![organisation, F::PLACE, slice.until()],
    )?;
    Ok(())
}
