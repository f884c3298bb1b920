//! Reading a case or a file leaves an entry in the history: once per user and record in a while.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::history::{self, Act, Entry, Kind};
use crate::ids::{CaseId, PersonId};
use crate::web::Context;

/// Reading on within this time is the same reading.
const SAME: Duration = Duration::from_secs(15 * 60);
/// Readings remembered; beyond, all are forgotten and a few entries come twice.
const MOST: usize = 100_000;

/// Notes in the history that the user read a record, unless they did so just before.
///
/// # Errors
/// The entry could not be written: then nothing may be shown.
pub async fn note(ctx: &Context, kind: Kind, record: uuid::Uuid, person: PersonId, case: CaseId) -> Result<(), Error> {
    let key = (ctx.viewer.user.0, record);
    if is_recent(ctx, key) {
        return Ok(());
    }
    ctx.write(move |tx, viewer| {
        history::record(tx, viewer, Entry::new(Act::Read, kind, record).about(person).in_case(case)).map(drop)
    })
    .await?;
    if let Ok(mut reads) = ctx.app.reads.lock() {
        if reads.len() >= MOST {
            reads.clear();
        }
        reads.insert(key, Instant::now());
    }
    Ok(())
}

fn is_recent(ctx: &Context, key: (uuid::Uuid, uuid::Uuid)) -> bool {
    ctx.app.reads.lock().is_ok_and(|reads| reads.get(&key).is_some_and(|at| at.elapsed() < SAME))
}
