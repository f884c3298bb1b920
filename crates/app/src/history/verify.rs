//! Walking the chain: what was altered, is missing, or stands in another order.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Link, content_hash, head_mac};
use crate::db::{DbError, Tx};
use crate::ids::OrganisationId;
use crate::params;

/// One fault in the chain, with the number of its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry's fields do not give its hash, or it stands where another stood.
    Altered(i64),
    /// The entry's content does not give its content hash.
    ContentAltered(i64),
    /// The entry's content is gone, and no tombstone says why.
    ContentMissing(i64),
    /// Entries from the first to the second number are not there.
    Missing(i64, i64),
    /// The head does not belong to the last entry.
    Head,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Altered(seq) => write!(f, "entry {seq} was altered or moved"),
            Fault::ContentAltered(seq) => write!(f, "the content of entry {seq} was altered"),
            Fault::ContentMissing(seq) => write!(f, "the content of entry {seq} is missing and no erasure says why"),
            Fault::Missing(first, last) if first == last => write!(f, "entry {first} is missing"),
            Fault::Missing(first, last) => write!(f, "entries {first} to {last} are missing"),
            Fault::Head => write!(f, "the head of the chain does not belong to its last entry"),
        }
    }
}

/// The result for one organisation.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whose chain.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Entries read.
    pub entries: i64,
    /// Hash of the last entry in hexadecimal: write it down elsewhere, and a database set back to
    /// an earlier state is found too.
    pub head: String,
    /// What is wrong, in order.
    pub faults: Vec<Fault>,
}

/// Walks every organisation's chain.
///
/// # Errors
/// The database failed.
pub fn verify(tx: &mut Tx<'_>) -> Result<Vec<Verified>, DbError> {
    let organisations =
        tx.query("SELECT id, name FROM organisation ORDER BY id", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    organisations.into_iter().map(|(id, name)| verify_organisation(tx, id, name)).collect()
}

struct Stored {
    link: Link,
    content: Option<String>,
    salt: Option<Vec<u8>>,
    hash: Vec<u8>,
}

/// Walks one organisation's chain.
///
/// # Errors
/// The database failed.
pub fn verify_organisation(tx: &mut Tx<'_>, organisation: OrganisationId, name: String) -> Result<Verified, DbError> {
    let erased = erased_records(tx, organisation)?;
    let mut faults = Vec::new();
    let mut previous = vec![0; 32];
    let mut last = 0;
    let mut batch = entries_after(tx, organisation, last)?;
    while !batch.is_empty() {
        for entry in batch {
            let seq = entry.link.seq;
            let gap = seq != last + 1;
            if gap {
                faults.push(Fault::Missing(last + 1, seq - 1));
            }
            // After a gap the chain cannot be joined; the entry's own fields are taken on trust
            // of the next link.
            if !gap && entry.link.hash(tx, &previous).as_slice() != entry.hash {
                faults.push(Fault::Altered(seq));
            }
            faults.extend(content_fault(&entry, &erased));
            previous = entry.hash;
            last = seq;
        }
        batch = entries_after(tx, organisation, last)?;
    }
    let head =
        tx.one("SELECT seq, hash, mac FROM history_head WHERE organisation_id = $1", params![organisation], |row| {
            Ok((row.get::<i64>(0)?, row.get::<Vec<u8>>(1)?, row.get::<Vec<u8>>(2)?))
        })?;
    match head {
        Some((seq, hash, mac)) => {
            if seq > last {
                faults.push(Fault::Missing(last + 1, seq));
            }
            let genuine = head_mac(tx, organisation, seq, &hash).as_slice() == mac;
            if !genuine || seq < last || (seq == last && hash != previous) {
                faults.push(Fault::Head);
            }
        }
        None if last > 0 => faults.push(Fault::Head),
        None => {}
    }
    let head = previous.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Verified { organisation, name, entries: last, head, faults })
}

fn content_fault(entry: &Stored, erased: &HashSet<Uuid>) -> Option<Fault> {
    let seq = entry.link.seq;
    match (&entry.content, &entry.salt) {
        (Some(content), Some(salt)) => {
            (content_hash(salt, content) != entry.link.content_hash).then_some(Fault::ContentAltered(seq))
        }
        _ if belongs_to(&entry.link, erased) => None,
        _ => Some(Fault::ContentMissing(seq)),
    }
}

/// Whether the entry is about something that a tombstone stands for.
fn belongs_to(link: &Link, erased: &HashSet<Uuid>) -> bool {
    [link.person, link.case, Some(link.record)].into_iter().flatten().any(|id| erased.contains(&id))
}

fn erased_records(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<HashSet<Uuid>, DbError> {
    let ids = tx.query(
        "SELECT record_id FROM history WHERE organisation_id = $1 AND act = 'erased'",
        params![organisation],
        |row| row.get(0),
    )?;
    Ok(ids.into_iter().collect())
}

fn entries_after(tx: &mut Tx<'_>, organisation: OrganisationId, seq: i64) -> Result<Vec<Stored>, DbError> {
    tx.query(
        "SELECT seq, at, user_id, act, kind, record_id, person_id, case_id, content_hash, content, salt, hash \
         FROM history WHERE organisation_id = $1 AND seq > $2 ORDER BY seq LIMIT 5000",
        params![organisation, seq],
        |row| {
            Ok(Stored {
                link: Link {
                    organisation,
                    seq: row.next()?,
                    at: row.next()?,
                    user: row.next()?,
                    act: row.next::<String>()?.into(),
                    kind: row.next::<String>()?.into(),
                    record: row.next()?,
                    person: row.next()?,
                    case: row.next()?,
                    content_hash: row.next::<Vec<u8>>()?.try_into().unwrap_or_default(),
                },
                content: row.next()?,
                salt: row.next()?,
                hash: row.next()?,
            })
        },
    )
}
