//! A row becomes a person.

use super::Reason;
use crate::access::Viewer;
use crate::db::Tx;
use crate::error::Error;
use crate::params;
use crate::people::PersonInput;
use crate::people::store::{self, Upserted};

/// A person as a row tells of them.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    /// What is the same when the file comes again.
    pub source: String,
    /// What is to be recorded.
    pub person: PersonInput,
}

/// What became of a row.
pub(super) enum Saved {
    /// The person is new.
    Created,
    /// The person's record was brought in line with the file.
    Changed,
    /// The person came from this source before.
    Known,
    /// A rule of the record forbids it.
    Refused(Reason),
}

/// What a row would come to, with nothing written.
pub(super) fn look(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming) -> Result<Saved, Error> {
    if let Err(error) = incoming.person.check(viewer.today) {
        return refused(error);
    }
    let known = tx.count(
        "SELECT count(*) FROM person WHERE organisation_id = $1 AND source = $2",
        params![viewer.organisation, incoming.source.as_str()],
    )?;
    Ok(if known > 0 { Saved::Known } else { Saved::Created })
}

/// Registers the person. Who came from this source before is left as they are, or brought in
/// line with the file where that was asked for.
pub(super) fn save(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming, update: bool) -> Result<Saved, Error> {
    let looked = look(tx, viewer, incoming)?;
    match looked {
        Saved::Created => {}
        Saved::Known if update => {}
        _ => return Ok(looked),
    }
    match store::upsert_by_source(tx, viewer, &incoming.source, incoming.person.clone()) {
        Ok(Upserted::Created) => Ok(Saved::Created),
        Ok(Upserted::Changed) => Ok(Saved::Changed),
        Ok(Upserted::Unchanged) => Ok(Saved::Known),
        Err(error) => refused(error),
    }
}

/// Rules are checked before anything is written, so the transaction is still whole.
fn refused(error: Error) -> Result<Saved, Error> {
    match error {
        Error::Invalid(fields) => Ok(Saved::Refused(Reason::Fields(fields))),
        Error::Refused(why) => Ok(Saved::Refused(Reason::Said(why, Vec::new()))),
        Error::NotFound => Ok(Saved::Refused(Reason::new("import-reason-not-yours"))),
        error => Err(error),
    }
}
