//! Finds possible duplicates in the background: following the history, it looks whoever is new or
//! changed up in the index of names and by documents and phones, and keeps the pairs worth a look.
//! What it keeps is weighed anew where it is written.

use std::collections::{HashMap, HashSet};

use linkage::batch::Among;

use super::model::DuplicateDecision;
use crate::access::Filter;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::history::{Bookkeeping, Pen};
use crate::ids::{DuplicateId, HouseholdId, OrganisationId, PersonId};
use crate::params;
use crate::people::follow::{Follow, Found};
use crate::people::likeness::{Agreement, Likeness, compare};
use crate::people::search::{Known, keys};
use crate::people::store::record_from;
use crate::people::{Name, PersonInput};

/// Alike enough to be worth a look, in per mille. A person decides: better some pairs too many than one not seen.
const WORTH_A_LOOK: i64 = 300;
/// New pairs kept of one person looked at, the most alike.
const KEPT: usize = 5;
/// Names of one person looked up.
const NAMES: usize = 4;
/// A phone or number that more people have is a shelter's, or a form's example.
const SHARED_BY_FEW: usize = 10;
/// People looked at, and entries of the history passed, in one slice.
const SLICE: i64 = 10;
const STEP: i64 = 2_000;

/// Finds possible duplicates.
#[derive(Clone)]
pub(super) struct Duplicates {
    pub known: Known,
}

impl Follow for Duplicates {
    type Slice = Slice;
    const PLACE: &'static str = "duplicates";
    const BOOKKEEPING: Bookkeeping = Bookkeeping::Duplicate;

    fn is_ready(&self) -> bool {
        self.known.is_built()
    }

    fn look(&self, tx: &mut Tx<'_>, organisation: OrganisationId, after: i64) -> Result<Slice, DbError> {
        look(tx, &self.known, organisation, after)
    }

    fn keep(&self, tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, slice: &Slice) -> Result<(), DbError> {
        keep(tx, pen, &self.known, organisation, slice)
    }
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

impl Found for Slice {
    fn until(&self) -> i64 {
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
fn look(tx: &mut Tx<'_>, known: &Known, organisation: OrganisationId, after: i64) -> Result<Slice, DbError> {
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
    known.related(tx, organisation, names)
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
            let input = record_from(&row.next::<String>()?)?;
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

fn keep(tx: &mut Tx<'_>, pen: &Pen, known: &Known, organisation: OrganisationId, slice: &Slice) -> Result<(), DbError> {
    for people in &slice.pairs {
        keep_pair(tx, pen, known, organisation, *people)?;
    }
    for person in &slice.gone {
        tx.execute(
            pen,
            "DELETE FROM duplicate WHERE organisation_id = $1 AND (first_id = $2 OR second_id = $2) \
             AND NOT EXISTS (SELECT 1 FROM person WHERE organisation_id = $1 AND id = $2)",
            params![organisation, *person],
        )?;
    }
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
    let (vulnerability, compared) = (one.vulnerability.max(other.vulnerability), compared(tx, [one, other]));
    let kept = pairs_of(tx, organisation, first)?.into_iter().find(|pair| pair.people == people);
    if let Some(kept) = kept.as_ref().filter(|kept| kept.compared == compared) {
        tx.execute(
            pen,
            "UPDATE duplicate SET vulnerability = $3 WHERE organisation_id = $1 AND id = $2",
            params![organisation, kept.id, vulnerability],
        )?;
        return Ok(());
    }
    let weigh = |among: &Among<'_>| compare(&one.input, &[&other.input], among, Day::today("UTC")).pop();
    let Some(likeness) = known.among(organisation, weigh) else { return Ok(()) };
    let agreements = serde_json::to_string(&likeness.agreements).unwrap_or_default();
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
