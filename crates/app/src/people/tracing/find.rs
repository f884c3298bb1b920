//! Finds candidates in the background: following the history, it looks whoever a family newly looks
//! for up in the index of names, and whoever is new or changed in an index of those who are looked
//! for. Two requests that meet are found from either side, whatever the sought are called. What it
//! keeps is weighed anew where it is written.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use linkage::Index;

use super::model::{CandidateState, TracingInput, urgency};
use super::store::{MOST_OF_ONE, input_from};
use super::weigh::{self, Seeking, WORTH_A_LOOK, Weight};
use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::history::{Bookkeeping, Kind, Pen};
use crate::ids::{CandidateId, HouseholdId, OrganisationId, PersonId, TracingId};
use crate::params;
use crate::people::follow::{Follow, Found};
use crate::people::model::own_names;
use crate::people::search::Known;
use crate::people::search::index::{LIKE_ONE_NAME, RELATED};
use crate::people::store::record_from;
use crate::people::{Name, PersonInput, family};

/// Names looked up of one person or request.
const NAMES: usize = 6;
/// Candidates without a decision kept of one request, the likeliest.
const KEPT: i64 = 20;
/// Entries looked at, and entries of the history passed, in one slice.
const SLICE: i64 = 10;
const STEP: i64 = 2_000;
/// Open requests read at once when the index is built.
const PAGE: usize = 500;

/// Finds who may be whom families look for.
#[derive(Clone)]
pub(super) struct Candidates {
    pub known: Known,
    pub sought: Sought,
}

/// Everyone looked for, by their names, in memory; nobody else is asked whether a request exists.
#[derive(Clone, Default)]
pub(super) struct Sought(Arc<Mutex<HashMap<OrganisationId, Index<TracingId>>>>);

impl Sought {
    /// Works with an organisation's index, built from the open requests where there is none yet.
    fn with<T>(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        work: impl FnOnce(&mut Index<TracingId>) -> T,
    ) -> Result<T, DbError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = match all.entry(organisation) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(built(tx, organisation)?),
        };
        Ok(work(index))
    }

    /// Requests in which someone with a name like one of these is looked for.
    fn like_any(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        names: &[String],
    ) -> Result<BTreeSet<TracingId>, DbError> {
        self.with(tx, organisation, |index| {
            let hits = names.iter().flat_map(|name| index.find(name, LIKE_ONE_NAME));
            hits.filter(|hit| hit.score >= RELATED).map(|hit| hit.id).collect()
        })
    }
}

fn built(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Index<TracingId>, DbError> {
    let (mut index, mut last) = (Index::new(), TracingId(uuid::Uuid::nil()));
    loop {
        let page = tx.query(
            &format!(
                "SELECT id, details FROM tracing_request WHERE organisation_id = $1 AND state = 'open' AND id > $2 \
                 ORDER BY id LIMIT {PAGE}"
            ),
            params![organisation, last],
            |row| Ok((row.next::<TracingId>()?, input_from(&row.next::<String>()?)?)),
        )?;
        for (id, request) in &page {
            insert(&mut index, *id, request);
        }
        match page.last() {
            Some((id, _)) if page.len() == PAGE => last = *id,
            _ => return Ok(index),
        }
    }
}

fn insert(index: &mut Index<TracingId>, id: TracingId, request: &TracingInput) {
    index.insert(id, names_of(&request.names).iter().map(String::as_str), []);
}

/// The names of a person themselves; those of their parents lead to others.
fn names_of(names: &[Name]) -> Vec<String> {
    own_names(names).filter(|name| name.chars().count() >= 2).take(NAMES).collect()
}

/// What a slice of the history came to.
#[derive(Default)]
pub(super) struct Slice {
    until: i64,
    /// To be weighed where they are written.
    pairs: BTreeSet<Pair>,
    /// Requests whose place in the queue may be another.
    moved: BTreeSet<TracingId>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    request: TracingId,
    person: PersonId,
}

impl Found for Slice {
    fn until(&self) -> i64 {
        self.until
    }
    fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.moved.is_empty()
    }
}

impl Follow for Candidates {
    type Slice = Slice;
    const PLACE: &'static str = "tracing";
    const BOOKKEEPING: Bookkeeping = Bookkeeping::Candidate;

    fn is_ready(&self) -> bool {
        self.known.is_built()
    }

    fn look(&self, tx: &mut Tx<'_>, organisation: OrganisationId, after: i64) -> Result<Slice, DbError> {
        Looking { finder: self, organisation, slice: Slice::default() }.look(tx, after)
    }

    fn keep(&self, tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, slice: &Slice) -> Result<(), DbError> {
        for request in &slice.moved {
            keep_urgency(tx, pen, organisation, *request)?;
        }
        for pair in &slice.pairs {
            keep_pair(tx, pen, &self.known, organisation, pair)?;
        }
        let requests: BTreeSet<TracingId> = slice.pairs.iter().map(|pair| pair.request).collect();
        for request in requests {
            keep_likeliest(tx, pen, organisation, request)?;
        }
        Ok(())
    }
}

/// One look at a slice of a history.
struct Looking<'f> {
    finder: &'f Candidates,
    organisation: OrganisationId,
    slice: Slice,
}

/// What the history says was written.
struct Written {
    seq: i64,
    kind: Kind,
    record: uuid::Uuid,
    person: Option<PersonId>,
}

impl Looking<'_> {
    fn look(mut self, tx: &mut Tx<'_>, after: i64) -> Result<Slice, DbError> {
        let head = tx.count("SELECT seq FROM history_head WHERE organisation_id = $1", params![self.organisation])?;
        let until = head.min(after + STEP);
        let written = self.written(tx, after, until)?;
        let is_full = written.len() as i64 == SLICE;
        self.slice.until = written.last().filter(|_| is_full).map_or(until, |last| last.seq);
        let mut seen = BTreeSet::new();
        for Written { kind, record, person, .. } in written {
            match (kind, person) {
                (Kind::Tracing, _) => self.look_for(tx, TracingId(record))?,
                (_, Some(person)) if seen.insert(person) => self.look_at(tx, person)?,
                _ => {}
            }
        }
        Ok(self.slice)
    }

    /// What was written after an entry: where nobody is looked for, only requests matter.
    fn written(&self, tx: &mut Tx<'_>, after: i64, until: i64) -> Result<Vec<Written>, DbError> {
        let is_anyone_sought = self.finder.sought.with(tx, self.organisation, |index| !index.is_empty())?;
        let kinds = match is_anyone_sought {
            true => "h.kind IN ('tracing', 'person', 'household', 'relation', 'merge')",
            false => "h.kind = 'tracing'",
        };
        tx.query(
            &format!(
                "SELECT h.seq, h.kind, h.record_id, h.person_id FROM history h \
                 WHERE h.organisation_id = $1 AND h.seq > $2 AND h.seq <= $3 AND {kinds} AND h.act <> 'read' \
                 ORDER BY h.seq LIMIT {SLICE}"
            ),
            params![self.organisation, after, until],
            |row| Ok(Written { seq: row.next()?, kind: row.next()?, record: row.next()?, person: row.next()? }),
        )
    }

    /// A request is new, changed, closed or gone.
    fn look_for(&mut self, tx: &mut Tx<'_>, id: TracingId) -> Result<(), DbError> {
        let request = request(tx, self.organisation, id)?;
        self.finder.sought.with(tx, self.organisation, |index| match &request {
            Some((_, input)) => insert(index, id, input),
            None => drop(index.remove(&id)),
        })?;
        match request {
            Some((seeker, input)) => self.seek(tx, id, seeker, &input),
            None => Ok(()),
        }
    }

    /// Who may be the one of an open request: people with such a name, and those who look for the seeker.
    fn seek(&mut self, tx: &mut Tx<'_>, id: TracingId, seeker: PersonId, input: &TracingInput) -> Result<(), DbError> {
        let named_so = self.finder.known.related(tx, self.organisation, names_of(&input.names))?;
        let mut people: BTreeSet<PersonId> = named_so.into_iter().collect();
        people.extend(kept_people(tx, self.organisation, id)?);
        if let Some(record) = record(tx, self.organisation, seeker)? {
            for theirs in self.finder.sought.like_any(tx, self.organisation, &names_of(&record.input.names))? {
                let Some((other, _)) = request(tx, self.organisation, theirs)? else { continue };
                people.insert(other);
                self.weigh(tx, theirs, seeker)?;
            }
        }
        for person in people {
            self.weigh(tx, id, person)?;
        }
        Ok(())
    }

    /// Someone is new, changed, or has family they had not: whom they look for, who looks for them.
    fn look_at(&mut self, tx: &mut Tx<'_>, person: PersonId) -> Result<(), DbError> {
        for (id, input) in open_requests(tx, self.organisation, person)? {
            self.slice.moved.insert(id);
            self.seek(tx, id, person, &input)?;
        }
        let Some(record) = record(tx, self.organisation, person)? else { return Ok(()) };
        let mut requests = self.finder.sought.like_any(tx, self.organisation, &names_of(&record.input.names))?;
        requests.extend(kept_requests(tx, self.organisation, person)?);
        requests.into_iter().try_for_each(|id| self.weigh(tx, id, person))
    }

    /// Weighs someone for a request, and takes them along where there is something to write.
    fn weigh(&mut self, tx: &mut Tx<'_>, request: TracingId, person: PersonId) -> Result<(), DbError> {
        let pair = Pair { request, person };
        if self.slice.pairs.contains(&pair) {
            return Ok(());
        }
        let weight = weight(tx, &self.finder.known, self.organisation, &pair)?;
        let is_news = match (kept(tx, self.organisation, &pair)?, weight) {
            (Some(kept), Some(weight)) => !kept.is_as_it_was(&weight),
            (Some(kept), None) => kept.is_untouched(),
            (None, weight) => weight.is_some_and(|weight| weight.per_mille >= WORTH_A_LOOK),
        };
        if is_news {
            self.slice.pairs.insert(pair);
        }
        Ok(())
    }
}

/// An open request: its seeker and what they told.
fn request(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    id: TracingId,
) -> Result<Option<(PersonId, TracingInput)>, DbError> {
    tx.one(
        "SELECT person_id, details FROM tracing_request WHERE organisation_id = $1 AND id = $2 AND state = 'open'",
        params![organisation, id],
        |row| Ok((row.next()?, input_from(&row.next::<String>()?)?)),
    )
}

/// The open requests of one seeker, and what they told in each.
fn open_requests(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    seeker: PersonId,
) -> Result<Vec<(TracingId, TracingInput)>, DbError> {
    tx.query(
        &format!(
            "SELECT id, details FROM tracing_request WHERE organisation_id = $1 AND person_id = $2 AND state = 'open' \
             ORDER BY id LIMIT {MOST_OF_ONE}"
        ),
        params![organisation, seeker],
        |row| Ok((row.next()?, input_from(&row.next::<String>()?)?)),
    )
}

fn kept_people(tx: &mut Tx<'_>, organisation: OrganisationId, id: TracingId) -> Result<Vec<PersonId>, DbError> {
    tx.query(
        "SELECT person_id FROM tracing_candidate WHERE organisation_id = $1 AND request_id = $2",
        params![organisation, id],
        |row| row.get(0),
    )
}

fn kept_requests(tx: &mut Tx<'_>, organisation: OrganisationId, id: PersonId) -> Result<Vec<TracingId>, DbError> {
    tx.query(
        "SELECT request_id FROM tracing_candidate WHERE organisation_id = $1 AND person_id = $2 ORDER BY id LIMIT 100",
        params![organisation, id],
        |row| row.get(0),
    )
}

/// What of a person is compared, with whom they live, and what a request's place in the queue hangs on.
struct Record {
    input: PersonInput,
    household: Option<HouseholdId>,
    vulnerability: i64,
}

fn record(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId) -> Result<Option<Record>, DbError> {
    tx.one(
        "SELECT details, household_id, vulnerability FROM person WHERE organisation_id = $1 AND id = $2 AND merged_into IS NULL",
        params![organisation, person],
        |row| {
            let input = record_from(&row.next::<String>()?)?;
            Ok(Record { input, household: row.next()?, vulnerability: row.next()? })
        },
    )
}

/// How likely someone is the one of a request; nothing where either is there no more, they are one
/// and the same, or live together already.
fn weight(
    tx: &mut Tx<'_>,
    known: &Known,
    organisation: OrganisationId,
    pair: &Pair,
) -> Result<Option<Weight>, DbError> {
    let Some((seeker, input)) = request(tx, organisation, pair.request)? else { return Ok(None) };
    let (ones, others) = (record(tx, organisation, seeker)?, record(tx, organisation, pair.person)?);
    let Some((one, other)) = ones.zip(others).filter(|_| seeker != pair.person) else { return Ok(None) };
    if one.household.is_some() && one.household == other.household {
        return Ok(None);
    }
    let looks_for = open_requests(tx, organisation, pair.person)?;
    let looks_for = looks_for.into_iter().map(|(_, told)| told).collect();
    let kin = family::store::kin(tx, organisation, pair.person)?;
    let candidate = weigh::Candidate { record: other.input, kin, looks_for };
    let seeking = Seeking { seeker: &one.input, request: &input };
    Ok(known.among(organisation, |among| weigh::weigh(&seeking, &candidate, among, Day::today("UTC"))))
}

/// A candidate kept before.
struct Kept {
    id: CandidateId,
    likeness: i64,
    facts: String,
    state: CandidateState,
    was_decided: bool,
}

impl Kept {
    fn is_as_it_was(&self, weight: &Weight) -> bool {
        self.likeness == weight.per_mille && self.facts == written_out(weight)
    }

    /// Whether nobody ever decided, so that it can go as it came.
    fn is_untouched(&self) -> bool {
        self.state == CandidateState::Proposed && !self.was_decided
    }
}

fn written_out(weight: &Weight) -> String {
    serde_json::to_string(&weight.facts).unwrap_or_default()
}

/// The candidate of a pair; of two that a merge made one person, that with a decision.
fn kept(tx: &mut Tx<'_>, organisation: OrganisationId, pair: &Pair) -> Result<Option<Kept>, DbError> {
    tx.one(
        "SELECT id, likeness, facts, state, decided_at FROM tracing_candidate \
         WHERE organisation_id = $1 AND request_id = $2 AND person_id = $3 \
         ORDER BY CASE WHEN decided_at IS NULL THEN 1 ELSE 0 END, decided_at DESC, id LIMIT 1",
        params![organisation, pair.request, pair.person],
        |row| {
            Ok(Kept {
                id: row.next()?,
                likeness: row.next()?,
                facts: row.next()?,
                state: row.next()?,
                was_decided: row.next::<Option<Moment>>()?.is_some(),
            })
        },
    )
}

/// Weighs someone as everything stands now, and keeps them, changes how they compare or lets them go.
fn keep_pair(
    tx: &mut Tx<'_>,
    pen: &Pen,
    known: &Known,
    organisation: OrganisationId,
    pair: &Pair,
) -> Result<(), DbError> {
    let weight = weight(tx, known, organisation, pair)?;
    let is_worth_a_look = weight.is_some_and(|weight| weight.per_mille >= WORTH_A_LOOK);
    let kept = kept(tx, organisation, pair)?;
    if let Some(kept) = kept.as_ref().filter(|kept| kept.is_untouched() && !is_worth_a_look) {
        return remove(tx, pen, organisation, kept.id);
    }
    let Some(weight) = weight else { return Ok(()) };
    let Some(kept) = kept else {
        return if is_worth_a_look { add(tx, pen, organisation, pair, &weight) } else { Ok(()) };
    };
    if !kept.is_as_it_was(&weight) {
        // Who reads it now is told that a fact is no longer what they read; an answer stands for itself.
        tx.execute(
            pen,
            "UPDATE tracing_candidate SET likeness = $3, facts = $4, \
             version = version + CASE WHEN state IN ('proposed', 'likely') AND facts <> $4 THEN 1 ELSE 0 END \
             WHERE organisation_id = $1 AND id = $2",
            params![organisation, kept.id, weight.per_mille, written_out(&weight)],
        )?;
    }
    // What a merge made one person is one candidate.
    tx.execute(
        pen,
        "DELETE FROM tracing_candidate WHERE organisation_id = $1 AND request_id = $2 AND person_id = $3 AND id <> $4 \
         AND state = 'proposed' AND decided_at IS NULL",
        params![organisation, pair.request, pair.person, kept.id],
    )?;
    Ok(())
}

fn add(tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, pair: &Pair, weight: &Weight) -> Result<(), DbError> {
    tx.execute(
        pen,
        "INSERT INTO tracing_candidate (organisation_id, id, request_id, person_id, found_id, likeness, facts, state, \
         found_at, version) VALUES ($1, $2, $3, $4, $4, $5, $6, 'proposed', $7, 1) \
         ON CONFLICT (organisation_id, request_id, found_id) DO NOTHING",
        params![
            organisation,
            CandidateId::new(),
            pair.request,
            pair.person,
            weight.per_mille,
            written_out(weight),
            Moment::now()
        ],
    )?;
    Ok(())
}

fn remove(tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, id: CandidateId) -> Result<(), DbError> {
    tx.execute(
        pen,
        "DELETE FROM tracing_candidate WHERE organisation_id = $1 AND id = $2 AND state = 'proposed' \
         AND decided_at IS NULL",
        params![organisation, id],
    )?;
    Ok(())
}

/// Of the candidates of a request without a decision, the likeliest stay.
fn keep_likeliest(tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, id: TracingId) -> Result<(), DbError> {
    let beyond: Vec<CandidateId> = tx.query(
        &format!(
            "SELECT id FROM tracing_candidate WHERE organisation_id = $1 AND request_id = $2 AND state = 'proposed' \
             AND decided_at IS NULL ORDER BY likeness DESC, id LIMIT 1000 OFFSET {KEPT}"
        ),
        params![organisation, id],
        |row| row.get(0),
    )?;
    for candidate in beyond {
        remove(tx, pen, organisation, candidate)?;
    }
    Ok(())
}

/// Writes down where a request stands in the queue, if it is not where it stood.
fn keep_urgency(tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, id: TracingId) -> Result<(), DbError> {
    let Some((seeker, input)) = request(tx, organisation, id)? else { return Ok(()) };
    let Some(record) = record(tx, organisation, seeker)? else { return Ok(()) };
    let urgency = urgency(&input, &record.input, record.vulnerability, Day::today("UTC"));
    tx.execute(
        pen,
        "UPDATE tracing_request SET urgency = $3 WHERE organisation_id = $1 AND id = $2 AND urgency <> $3",
        params![organisation, id, urgency],
    )?;
    Ok(())
}
