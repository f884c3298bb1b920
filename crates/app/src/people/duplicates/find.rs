//! Finds possible duplicates in the background. It follows each organisation's history from the
//! entry it came to, looks whoever is new or changed up in the index of names and by documents and
//! phones, and keeps the pairs worth a look. It works in small slices and rests longer than it
//! works, so that it stands in nobody's way. Whatever it does can be done again, by another server
//! on the same database too: what it keeps is weighed anew where it is written.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use linkage::batch::Among;

use super::model::DuplicateDecision;
use crate::access::Filter;
use crate::dates::{Day, Moment};
use crate::db::{Db, DbError, Tx};
use crate::history::{Bookkeeping, Pen};
use crate::ids::{DuplicateId, HouseholdId, OrganisationId, PersonId};
use crate::params;
use crate::people::likeness::{Agreement, Likeness, compare};
use crate::people::search::{Known, Search, keys};
use crate::people::{Name, PersonInput};

/// Alike enough to be worth a look, in per mille. A person decides: better some pairs too many than one not seen.
const WORTH_A_LOOK: i64 = 300;
/// New pairs kept of one person looked at, the most alike.
const KEPT: usize = 5;
/// Names of one person looked up, and people found by each.
const NAMES: usize = 4;
const LIKE_ONE_NAME: usize = 24;
/// Names found less alike than this lead to nobody.
const RELATED: f64 = 0.75;
/// A phone or number that more people have is a shelter's, or a form's example.
const SHARED_BY_FEW: usize = 10;
/// People looked at, and entries of the history passed, in one slice.
const SLICE: i64 = 10;
const STEP: i64 = 2_000;
/// Entries passed without finding anything before the place is written down.
const UNWRITTEN: i64 = 1_000;
/// How often it looks whether there is anything new.
const EVERY: Duration = Duration::from_secs(1);
/// How long it rests after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(30);
/// How much longer than it worked it rests.
const REST: u32 = 7;
/// The counter that holds the last entry it has passed.
const PLACE: &str = "duplicates";

/// Finds possible duplicates while it lives.
pub struct Finder {
    /// Dropping it ends the thread.
    stop: Option<flume::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Finder {
    /// Begins to follow the histories, once the index of names is built.
    pub fn start(db: &Db, search: &Search) -> Finder {
        let (stop, stopped) = flume::bounded(0);
        let follower = Follower { db: db.clone(), known: search.known(), passed: HashMap::new() };
        let thread = std::thread::Builder::new().name("duplicates".to_owned()).spawn(move || follower.live(&stopped));
        if let Err(error) = &thread {
            tracing::error!(%error, "possible duplicates cannot be found: no thread could be started");
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

struct Follower {
    db: Db,
    known: Known,
    passed: HashMap<OrganisationId, Passed>,
}

impl Follower {
    fn live(mut self, stop: &flume::Receiver<Infallible>) {
        let mut rest = EVERY;
        while let Err(flume::RecvTimeoutError::Timeout) = stop.recv_timeout(rest) {
            let begun = Instant::now();
            rest = match self.follow() {
                Ok(true) => begun.elapsed() * REST,
                Ok(false) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, "possible duplicates could not be looked for");
                    AFTER_FAILURE
                }
            };
        }
    }

    /// One slice of each organisation's history, and whether any has more.
    fn follow(&mut self) -> Result<bool, DbError> {
        if !self.known.is_built() {
            return Ok(false);
        }
        let mut more = false;
        for (organisation, head, written) in self.db.read_blocking(heads)? {
            let Passed { until, written } =
                *self.passed.entry(organisation).or_insert(Passed { until: written, written });
            if until >= head {
                continue;
            }
            let known = self.known.clone();
            let slice = self.db.read_blocking(move |tx| look(tx, &known, organisation, until))?;
            let until = slice.until();
            let written = match slice.is_empty() && until < written + UNWRITTEN {
                true => written,
                false => {
                    let known = self.known.clone();
                    self.db.write_blocking(move |tx| keep(tx, &known, organisation, &slice))?;
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
fn heads(tx: &mut Tx<'_>) -> Result<Vec<(OrganisationId, i64, i64)>, DbError> {
    tx.query(
        "SELECT h.organisation_id, h.seq, COALESCE(c.value, 0) FROM history_head h \
         LEFT JOIN counter c ON c.organisation_id = h.organisation_id AND c.name = $1",
        params![PLACE],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )
}

/// What a slice of the history came to.
#[derive(Default)]
pub(super) struct Slice {
    until: i64,
    /// Pairs to be weighed where they are written.
    pairs: Vec<[PersonId; 2]>,
    /// People who are there no more.
    gone: Vec<PersonId>,
}

impl Slice {
    /// The last entry it passed.
    pub(super) fn until(&self) -> i64 {
        self.until
    }

    fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.gone.is_empty()
    }
}

/// Two people who may be one, as a pair is kept.
fn pair(one: PersonId, other: PersonId) -> [PersonId; 2] {
    [one.min(other), one.max(other)]
}

/// Looks at whoever the history says is new or changed after an entry.
pub(super) fn look(tx: &mut Tx<'_>, known: &Known, organisation: OrganisationId, after: i64) -> Result<Slice, DbError> {
    let head = tx.count("SELECT seq FROM history_head WHERE organisation_id = $1", params![organisation])?;
    let until = head.min(after + STEP);
    // Whoever changed again later is looked at then.
    let changed = tx.query(
        &format!(
            "SELECT h.seq, h.person_id FROM history h \
             WHERE h.organisation_id = $1 AND h.seq > $2 AND h.seq <= $3 AND h.kind = 'person' AND h.act <> 'read' \
             AND h.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM history n \
               WHERE n.organisation_id = h.organisation_id AND n.person_id = h.person_id AND n.seq > h.seq \
               AND n.kind = 'person' AND n.act <> 'read') \
             ORDER BY h.seq LIMIT {SLICE}"
        ),
        params![organisation, after, until],
        |row| Ok((row.next::<i64>()?, row.next::<PersonId>()?)),
    )?;
    let is_full = changed.len() as i64 == SLICE;
    let mut slice =
        Slice { until: changed.last().filter(|_| is_full).map_or(until, |(seq, _)| *seq), ..Slice::default() };
    for (_, person) in changed {
        look_at(tx, known, organisation, person, &mut slice)?;
    }
    Ok(slice)
}

fn look_at(
    tx: &mut Tx<'_>,
    known: &Known,
    organisation: OrganisationId,
    person: PersonId,
    slice: &mut Slice,
) -> Result<(), DbError> {
    let kept = pairs_of(tx, organisation, person)?;
    let Some(own) = records(tx, organisation, &[person])?.remove(&person) else {
        // A merged one stays on record: their pairs come back with them.
        if !kept.is_empty() {
            slice.gone.push(person);
        }
        return Ok(());
    };
    let mut asked = namesakes(tx, known, organisation, &own.input)?;
    asked.extend(holders(tx, known, organisation, &own.input)?);
    asked.extend(kept.iter().map(|pair| pair.other(person)));
    asked.remove(&person);
    let others = records(tx, organisation, &asked.into_iter().collect::<Vec<_>>())?;
    let mut new = Vec::new();
    for (other, record) in &others {
        let Some(kept) = kept.iter().find(|kept| kept.other(person) == *other) else {
            new.push((*other, record));
            continue;
        };
        let compared = compared(tx, in_order(person, &own, *other, record));
        if kept.compared != compared || kept.vulnerability != own.vulnerability.max(record.vulnerability) {
            slice.pairs.push(kept.people);
        }
    }
    let inputs: Vec<&PersonInput> = new.iter().map(|(_, record)| &record.input).collect();
    let likenesses = known.among(organisation, |among| compare(&own.input, &inputs, among, Day::today("UTC")));
    let weighed = new.into_iter().zip(likenesses);
    let mut alike: Vec<(i64, [PersonId; 2])> = weighed
        .filter(|((_, record), likeness)| is_worth_a_look(&own, record, likeness))
        .map(|((other, _), likeness)| (likeness.per_mille(), pair(person, other)))
        .collect();
    alike.sort_by_key(|(likeness, people)| (-likeness, *people));
    slice.pairs.extend(alike.into_iter().take(KEPT).map(|(_, people)| people));
    Ok(())
}

/// People with a name like one of this person's.
fn namesakes(
    tx: &mut Tx<'_>,
    known: &Known,
    organisation: OrganisationId,
    input: &PersonInput,
) -> Result<HashSet<PersonId>, DbError> {
    let names = input.names.iter().map(Name::full).filter(|name| name.chars().count() >= 2).take(NAMES);
    let found = known.like_any(tx, organisation, names, LIKE_ONE_NAME)?;
    Ok(found.into_iter().filter(|(_, score)| *score >= RELATED).map(|(person, _)| person).collect())
}

/// People with one of this person's documents or phones.
fn holders(
    tx: &mut Tx<'_>,
    known: &Known,
    organisation: OrganisationId,
    input: &PersonInput,
) -> Result<Vec<PersonId>, DbError> {
    let mut people = Vec::new();
    for key in keys(&input.documents, &input.contacts) {
        let holders = known.holders(tx, organisation, &key)?;
        if holders.len() <= SHARED_BY_FEW {
            people.extend(holders);
        }
    }
    Ok(people)
}

/// What of a person is compared, and what their place in the queue hangs on.
struct Record {
    input: PersonInput,
    vulnerability: i64,
    household: Option<HouseholdId>,
}

/// Of one household, people with different names were told apart by whoever registered them.
fn is_worth_a_look(one: &Record, other: &Record, likeness: &Likeness) -> bool {
    let live_together = one.household.is_some() && one.household == other.household;
    likeness.per_mille() >= WORTH_A_LOOK && !(live_together && likeness.agreements.name == Agreement::Different)
}

/// The records of those of these people who are there and not merged.
fn records(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Record>, DbError> {
    let mut records = HashMap::new();
    for chunk in people.chunks(50) {
        let filter =
            Filter::new("organisation_id = ? AND merged_into IS NULL", [organisation.into()]).among("id", chunk);
        let sql = format!("SELECT id, details, vulnerability, household_id FROM person WHERE {}", filter.sql());
        records.extend(tx.query(&sql, filter.params(), |row| {
            let id: PersonId = row.next()?;
            let input = serde_json::from_str(&row.next::<String>()?)
                .map_err(|error| DbError::Other(format!("a person's details are damaged: {error}")))?;
            Ok((id, Record { input, vulnerability: row.next()?, household: row.next()? }))
        })?);
    }
    Ok(records)
}

/// A pair kept before.
struct Kept {
    id: DuplicateId,
    people: [PersonId; 2],
    compared: Vec<u8>,
    vulnerability: i64,
    decision: DuplicateDecision,
    was_decided: bool,
}

impl Kept {
    fn other(&self, person: PersonId) -> PersonId {
        if self.people[0] == person { self.people[1] } else { self.people[0] }
    }
}

fn pairs_of(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId) -> Result<Vec<Kept>, DbError> {
    tx.query(
        "SELECT id, first_id, second_id, compared, vulnerability, decision, decided_at FROM duplicate \
         WHERE organisation_id = $1 AND (first_id = $2 OR second_id = $2)",
        params![organisation, person],
        |row| {
            Ok(Kept {
                id: row.next()?,
                people: [row.next()?, row.next()?],
                compared: row.next()?,
                vulnerability: row.next()?,
                decision: row.next()?,
                was_decided: row.next::<Option<Moment>>()?.is_some(),
            })
        },
    )
}

/// Two records in the order in which a pair is kept.
fn in_order<'r>(one: PersonId, record: &'r Record, other: PersonId, others: &'r Record) -> [&'r Record; 2] {
    if one < other { [record, others] } else { [others, record] }
}

/// What was compared, as a digest: a change of anything else is no reason to ask again.
fn compared(tx: &Tx<'_>, records: [&Record; 2]) -> Vec<u8> {
    let traits = records.map(|Record { input, .. }| {
        let numbers: Vec<&str> = input.contacts.iter().map(|contact| contact.value.as_str()).collect();
        (&input.names, input.sex, &input.birth, &input.nationalities, &input.documents, numbers)
    });
    tx.key().digest("possible duplicate", &serde_json::to_vec(&traits).unwrap_or_default()).to_vec()
}

/// Writes down what a slice of the history came to, and how far it went.
pub(super) fn keep(tx: &mut Tx<'_>, known: &Known, organisation: OrganisationId, slice: &Slice) -> Result<(), DbError> {
    let pen = Pen::unrecorded(Bookkeeping::Duplicate);
    for people in &slice.pairs {
        keep_pair(tx, &pen, known, organisation, *people)?;
    }
    for person in &slice.gone {
        tx.execute(
            &pen,
            "DELETE FROM duplicate WHERE organisation_id = $1 AND (first_id = $2 OR second_id = $2) \
             AND NOT EXISTS (SELECT 1 FROM person WHERE organisation_id = $1 AND id = $2)",
            params![organisation, *person],
        )?;
    }
    tx.execute(
        &pen,
        "INSERT INTO counter (organisation_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (organisation_id, name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value",
        params![organisation, PLACE, slice.until],
    )?;
    Ok(())
}

/// Weighs a pair as both records stand now, and keeps it, changes it or lets it go.
fn keep_pair(
    tx: &mut Tx<'_>,
    pen: &Pen,
    known: &Known,
    organisation: OrganisationId,
    people: [PersonId; 2],
) -> Result<(), DbError> {
    let [first, second] = people;
    let records = records(tx, organisation, &people)?;
    let (Some(one), Some(other)) = (records.get(&first), records.get(&second)) else { return Ok(()) };
    let weigh = |among: &Among<'_>| compare(&one.input, &[&other.input], among, Day::today("UTC")).pop();
    let Some(likeness) = known.among(organisation, weigh) else { return Ok(()) };
    let (vulnerability, compared) = (one.vulnerability.max(other.vulnerability), compared(tx, [one, other]));
    let agreements = serde_json::to_string(&likeness.agreements).unwrap_or_default();
    let kept = pairs_of(tx, organisation, first)?.into_iter().find(|pair| pair.people == people);
    let Some(kept) = kept else {
        if is_worth_a_look(one, other, &likeness) && !are_told_apart(tx, organisation, people)? {
            tx.execute(
                pen,
                "INSERT INTO duplicate (organisation_id, id, first_id, second_id, likeness, agreements, compared, \
                 vulnerability, found_at, decision, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 1) \
                 ON CONFLICT (organisation_id, first_id, second_id) DO NOTHING",
                params![
                    organisation,
                    DuplicateId::new(),
                    first,
                    second,
                    likeness.per_mille(),
                    agreements,
                    compared,
                    vulnerability,
                    Moment::now()
                ],
            )?;
        }
        return Ok(());
    };
    if kept.compared == compared {
        tx.execute(
            pen,
            "UPDATE duplicate SET vulnerability = $3 WHERE organisation_id = $1 AND id = $2",
            params![organisation, kept.id, vulnerability],
        )?;
        return Ok(());
    }
    let is_over = kept.decision == DuplicateDecision::Waiting && !kept.was_decided;
    if is_over && !is_worth_a_look(one, other, &likeness) {
        tx.execute(
            pen,
            "DELETE FROM duplicate WHERE organisation_id = $1 AND id = $2 AND decision = 'waiting' AND decided_at IS NULL",
            params![organisation, kept.id],
        )?;
        return Ok(());
    }
    // Who was unsure may know better now.
    tx.execute(
        pen,
        "UPDATE duplicate SET likeness = $3, agreements = $4, compared = $5, vulnerability = $6, version = version + 1, \
         decision = CASE WHEN decision = 'unsure' THEN 'waiting' ELSE decision END \
         WHERE organisation_id = $1 AND id = $2 AND compared <> $5",
        params![organisation, kept.id, likeness.per_mille(), agreements, compared, vulnerability],
    )?;
    Ok(())
}

/// Whether records that are now part of these were decided to be two people's.
fn are_told_apart(tx: &mut Tx<'_>, organisation: OrganisationId, people: [PersonId; 2]) -> Result<bool, DbError> {
    let (ones, others) = (made_one(tx, organisation, people[0])?, made_one(tx, organisation, people[1])?);
    for one in &ones {
        for other in &others {
            let apart = tx.count(
                "SELECT count(*) FROM duplicate \
                 WHERE organisation_id = $1 AND first_id = $2 AND second_id = $3 AND decision = 'not_same'",
                params![organisation, *one.min(other), *one.max(other)],
            )?;
            if apart > 0 {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A person and all whose records were merged into theirs.
fn made_one(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId) -> Result<Vec<PersonId>, DbError> {
    let mut people = vec![person];
    let mut at = 0;
    while let Some(kept) = people.get(at).copied() {
        let merged = tx.query(
            "SELECT merged_id FROM merge WHERE organisation_id = $1 AND kept_id = $2 AND undone_at IS NULL",
            params![organisation, kept],
            |row| row.get::<PersonId>(0),
        )?;
        people.extend(merged.into_iter().filter(|id| *id != person));
        at += 1;
    }
    Ok(people)
}
