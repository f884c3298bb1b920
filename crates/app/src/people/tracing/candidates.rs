//! Queries of candidates and of what people who may have been found are asked. A candidate is there
//! only for those who decide and see both sides; a question for those who see whom it is put to.

use serde_json::json;

use super::model::{
    Answer, AnswerInput, Candidate, CandidateRecords, CandidateState, CandidateVerdict, Question, QuestionOptions,
    Questions, TracingRequest, TracingState,
};
use super::store::{self, input_from};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::history::{self, Actor, Entry, Kind, Pen};
use crate::ids::{CandidateId, PersonId, TracingId};
use crate::params;
use crate::people::store::{LONGEST_PAGE, SUMMARY, find as find_person, summary_from};
use crate::people::{PersonSummary, family};
use crate::reference;

/// As many of those waiting, the likeliest, are looked at for their number.
const COUNTED_AMONG: i64 = 1_000;
/// Most candidates of one request that are shown, and most questions to one person.
const SHOWN: i64 = 60;

/// Whoever decides sees seeker and candidate both: `k` is `tracing_candidate`, `r` its request.
fn visible(viewer: &Viewer) -> Filter {
    if !(viewer.may(Permission::ReadPeople) && viewer.may(Permission::DecideTracing)) {
        return Filter::new("1 = 0", []);
    }
    let seen = |side: &str| {
        let there = format!(
            "EXISTS (SELECT 1 FROM person p WHERE p.organisation_id = k.organisation_id AND p.id = {side}.person_id \
             AND p.merged_into IS NULL AND "
        );
        viewer.visible_people().inside(&there, ")")
    };
    // Where both were made one there is nobody left to find.
    Filter::new("k.organisation_id = ? AND k.person_id <> r.person_id", [viewer.organisation.into()])
        .and_filter(seen("k"))
        .and_filter(seen("r"))
}

/// Requests with a candidate who waits for this user's decision: `r` is `tracing_request`.
pub(super) fn waiting_for(viewer: &Viewer) -> Filter {
    let there = "EXISTS (SELECT 1 FROM tracing_candidate k WHERE k.organisation_id = r.organisation_id \
                 AND k.request_id = r.id AND k.state = 'proposed' AND ";
    visible(viewer).inside(there, ")")
}

/// Says of each request how many candidates wait, for those who decide.
pub(super) fn count_waiting(tx: &mut Tx<'_>, viewer: &Viewer, requests: &mut [TracingRequest]) -> Result<(), DbError> {
    if !viewer.may(Permission::DecideTracing) {
        return Ok(());
    }
    for request in requests {
        let filter = visible(viewer).and("k.request_id = ? AND k.state = 'proposed'", [request.id.into()]);
        let sql = format!(
            "SELECT count(*) FROM tracing_candidate k \
             JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id WHERE {}",
            filter.sql()
        );
        request.candidates = Some(tx.count(&sql, filter.params())?);
    }
    Ok(())
}

/// How many candidates wait for this user, among the likeliest of their organisation.
pub(super) fn count(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<i64, DbError> {
    if !viewer.may(Permission::DecideTracing) {
        return Ok(0);
    }
    let mut filter = visible(viewer).and("r.state = 'open'", []);
    let house = filter.bind(viewer.organisation);
    let sql = format!(
        "SELECT count(*) FROM (SELECT k.* FROM tracing_candidate k WHERE k.organisation_id = {house} \
         AND k.state = 'proposed' ORDER BY k.likeness DESC, k.id DESC LIMIT {COUNTED_AMONG}) k \
         JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id WHERE {}",
        filter.sql()
    );
    tx.count(&sql, filter.params())
}

const CANDIDATE: &str = "k.id, k.request_id, k.likeness, k.facts, k.state, k.found_at, k.decided_by, u.name, \
                         k.decided_at, k.why, k.answer, k.version";

fn candidates(tx: &mut Tx<'_>, viewer: &Viewer, filter: &Filter, most: i64) -> Result<Vec<Candidate>, DbError> {
    let summary = SUMMARY.replace("p.", "o.");
    let sql = format!(
        "SELECT {summary}, {CANDIDATE} FROM tracing_candidate k \
         JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id \
         JOIN person o ON o.organisation_id = k.organisation_id AND o.id = k.person_id \
         LEFT JOIN user_account u ON u.organisation_id = k.organisation_id AND u.id = k.decided_by \
         WHERE {} ORDER BY CASE k.state WHEN 'not_this_person' THEN 1 ELSE 0 END, k.likeness DESC, k.id DESC LIMIT {most}",
        filter.sql()
    );
    tx.query(&sql, filter.params(), |row| candidate_from(row, viewer))
}

fn candidate_from(row: &Row<'_>, viewer: &Viewer) -> Result<Candidate, DbError> {
    Ok(Candidate {
        person: summary_from(row, viewer)?,
        id: row.next()?,
        request_id: row.next()?,
        likeness: row.next()?,
        facts: serde_json::from_str(&row.next::<String>()?)
            .map_err(|error| DbError::Other(format!("how a candidate compares is damaged: {error}")))?,
        state: row.next()?,
        found_at: row.next()?,
        decided_by: row.next()?,
        decider: row.next()?,
        decided_at: row.next()?,
        why: row.next()?,
        answer: answer_from(row.next()?)?,
        version: row.next()?,
    })
}

fn answer_from(answer: Option<String>) -> Result<Option<Answer>, DbError> {
    let read = answer.map(|answer| serde_json::from_str(&answer)).transpose();
    read.map_err(|error| DbError::Other(format!("an answer of someone found is damaged: {error}")))
}

fn require(viewer: &Viewer) -> Result<(), Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::DecideTracing)
}

/// The candidates of a request that are there for this user, the likeliest first; those who are
/// somebody else last.
///
/// # Errors
/// The role does not allow it, the request is not there for this user, or the database failed.
pub fn of_request(tx: &mut Tx<'_>, viewer: &Viewer, request: TracingId) -> Result<Vec<Candidate>, Error> {
    require(viewer)?;
    store::find(tx, viewer, request)?;
    let filter = visible(viewer).and("k.request_id = ?", [request.into()]);
    Ok(candidates(tx, viewer, &filter, SHOWN)?)
}

/// A candidate that is there for this user.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, request: TracingId, id: CandidateId) -> Result<Candidate, Error> {
    require(viewer)?;
    let filter = visible(viewer).and("k.id = ? AND k.request_id = ?", [id.into(), request.into()]);
    candidates(tx, viewer, &filter, 1)?.pop().ok_or(Error::NotFound)
}

/// A candidate beside what the family told, with what both sides say of each other.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn records(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    request: TracingId,
    id: CandidateId,
) -> Result<CandidateRecords, Error> {
    let candidate = find(tx, viewer, request, id)?;
    let request = store::find(tx, viewer, request)?;
    let seeker = find_person(tx, viewer, request.seeker.id)?;
    let record = find_person(tx, viewer, candidate.person.id)?;
    let family = family::store::family(tx, viewer, &record)?;
    let kin = super::kin_of(&record, &family);
    let looks_for = store::requests_of(tx, viewer, record.id)?;
    let looks_for = looks_for.into_iter().filter(|request| request.state != TracingState::Closed).collect();
    Ok(CandidateRecords { candidate, request, seeker, record, kin, looks_for })
}

/// Decides on a candidate. Nothing of it changes the request, its version or the seeker's story:
/// who sees only the seeker learns nothing.
///
/// # Errors
/// Not there for this user, the request is closed, decided or changed by someone else meanwhile,
/// not a state that may follow, fields to correct, or the database failed.
pub fn decide(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    request: TracingId,
    id: CandidateId,
    expected: i64,
    verdict: &CandidateVerdict,
) -> Result<(), Error> {
    let before = find(tx, viewer, request, id)?;
    if before.version != expected {
        return Err(Error::stale(verdict, &before, before.version));
    }
    let next = verdict.check(before.state)?;
    if store::find(tx, viewer, request)?.state == TracingState::Closed {
        return Err(Error::Refused("refused-tracing-closed"));
    }
    let why = verdict.why.trim();
    let entry = Entry::changed(Kind::Candidate, id, &json!({ "state": before.state }), &json!({ "state": next }));
    // From when on they are asked, their own story tells of it; before, it would tell that someone looks.
    let entry = match before.state == CandidateState::Asked || next == CandidateState::Asked {
        true => entry.about(before.person.id),
        false => entry.because(why),
    };
    let pen = history::record(tx, viewer, entry)?;
    let asked_at = (next == CandidateState::Asked).then(Moment::now);
    tx.execute(
        &pen,
        "UPDATE tracing_candidate SET state = $3, decided_by = $4, decided_at = $5, why = $6, asked_at = $7, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, next, viewer.user, Moment::now(), why, asked_at],
    )?;
    Ok(())
}

/// Who sees a person may know what that person is asked: `k` is `tracing_candidate`, `p` the person.
fn visible_questions(viewer: &Viewer) -> Filter {
    if !(viewer.may(Permission::ReadPeople) && viewer.may(Permission::RequestTracing)) {
        return Filter::new("1 = 0", []);
    }
    // Few are asked among many people: whoever is met is tested.
    Filter::new("k.organisation_id = ? AND p.merged_into IS NULL", [viewer.organisation.into()])
        .and_filter(viewer.visible_people_in_order())
        .and("k.asked_at IS NOT NULL AND k.state IN ('asked', 'agreed', 'refused') AND k.person_id <> r.person_id", [])
        // What was answered stays on record; nobody is asked for a family that no longer looks.
        .and("r.state = 'open' OR k.state <> 'asked'", [])
}

const QUESTION_AND_PERSON: &str = "tracing_candidate k \
    JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id \
    JOIN person s ON s.organisation_id = r.organisation_id AND s.id = r.person_id \
    JOIN person p ON p.organisation_id = k.organisation_id AND p.id = k.person_id";

fn questions_where(tx: &mut Tx<'_>, viewer: &Viewer, filter: &Filter, most: i64) -> Result<Vec<Question>, DbError> {
    let sql = format!(
        "SELECT {SUMMARY}, k.id, r.details, s.display_name, k.state, k.asked_at, k.answer, k.version, \
         CASE WHEN r.state = 'open' THEN 1 ELSE 0 END \
         FROM {QUESTION_AND_PERSON} WHERE {} ORDER BY k.asked_at DESC, k.id DESC LIMIT {most}",
        filter.sql()
    );
    tx.query(&sql, filter.params(), |row| question_from(row, viewer))
}

fn question_from(row: &Row<'_>, viewer: &Viewer) -> Result<Question, DbError> {
    let person: PersonSummary = summary_from(row, viewer)?;
    let (id, request, seeker) = (row.next()?, input_from(&row.next::<String>()?)?, row.next::<String>()?);
    Ok(Question {
        id,
        may_be_child: may_be_child(&person, viewer.today),
        person,
        relation: reference::inverse("relations", &request.relation).unwrap_or("other_relative").to_owned(),
        seeker: Some(seeker).filter(|_| request.tell_name),
        message: request.message,
        state: row.next()?,
        asked_at: row.next()?,
        answer: answer_from(row.next()?)?,
        version: row.next()?,
        is_open: row.next()?,
    })
}

fn may_be_child(person: &PersonSummary, today: Day) -> bool {
    person.birth_to.is_some_and(|day| day.years_until(today) < 18)
}

/// What one person is asked, or was.
pub(super) fn questions_to(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Vec<Question>, DbError> {
    let filter = visible_questions(viewer).and("k.person_id = ?", [person.into()]);
    questions_where(tx, viewer, &filter, SHOWN)
}

/// Those of them that wait are for whoever is responsible for the person, and for those who decide.
fn on_my_desk(viewer: &Viewer) -> Filter {
    let waiting = visible_questions(viewer).and("k.state = 'asked'", []);
    match viewer.may(Permission::DecideTracing) {
        true => waiting,
        false => waiting.and("p.owner_id = ? OR p.owner_id IS NULL", [viewer.user.into()]),
    }
}

/// How many people wait to be asked by this user.
pub(super) fn count_questions(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<i64, DbError> {
    let filter = on_my_desk(viewer);
    tx.count(&format!("SELECT count(*) FROM {QUESTION_AND_PERSON} WHERE {}", filter.sql()), filter.params())
}

/// One page of what people are to be asked who are there for this user, the last asked first.
///
/// # Errors
/// The role does not allow it, a cursor that is none, or the database failed.
pub fn questions(tx: &mut Tx<'_>, viewer: &Viewer, options: &QuestionOptions) -> Result<Questions, Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::RequestTracing)?;
    let limit = options.limit.unwrap_or(50).clamp(1, LONGEST_PAGE);
    let mut filter = visible_questions(viewer);
    if options.answered != Some(true) {
        filter = filter.and("k.state = 'asked'", []);
    }
    if let Some(after) = &options.after {
        let (at, id) = store::place_of::<CandidateId>(after)?;
        filter = filter.and("(k.asked_at, k.id) < (?, ?)", [at.into(), id.into()]);
    }
    let mut items = questions_where(tx, viewer, &filter, limit + 1)?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| format!("{}~{}", last.asked_at.milliseconds(), last.id));
    Ok(Questions { items, next })
}

/// What someone is asked who is there for this user.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn question(tx: &mut Tx<'_>, viewer: &Viewer, id: CandidateId) -> Result<Question, Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::RequestTracing)?;
    let filter = visible_questions(viewer).and("k.id = ?", [id.into()]);
    questions_where(tx, viewer, &filter, 1)?.pop().ok_or(Error::NotFound)
}

/// Records what someone answered who was asked whether they want to be found. Only an agreement,
/// and the end of one, reaches the seeker's side.
///
/// # Errors
/// Not there for this user, answered by someone else meanwhile, not an answer that may follow,
/// fields to correct, or the database failed.
pub fn answer(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CandidateId,
    expected: i64,
    input: &AnswerInput,
) -> Result<(), Error> {
    let before = question(tx, viewer, id)?;
    if before.version != expected {
        return Err(Error::stale(input, &before, before.version));
    }
    let (next, answer) = input.check(before.state, before.may_be_child, viewer.today)?;
    if next == CandidateState::Agreed && !before.is_open {
        return Err(Error::Refused("refused-tracing-closed"));
    }
    let is = json!({ "state": next, "share": answer.share, "words": answer.words, "wording": answer.wording,
        "guardian": answer.guardian, "answered_on": answer.answered_on });
    let entry = Entry::changed(Kind::Candidate, id, &json!({ "state": before.state }), &is).about(before.person.id);
    let mut pen = history::record(tx, viewer, entry)?;
    if next == CandidateState::Agreed || before.state == CandidateState::Agreed {
        pen = tell_seeker(tx, viewer, id, next, &answer)?;
    }
    tx.execute(
        &pen,
        "UPDATE tracing_candidate SET state = $3, answer = $4, answered_by = $5, answered_at = $6, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            id,
            next,
            serde_json::to_string(&answer).unwrap_or_default(),
            viewer.user,
            Moment::now()
        ],
    )?;
    Ok(())
}

/// The seeker's story tells what the one found lets them know, and nothing else. It is an entry of
/// the candidate, so that it is erased with them too.
fn tell_seeker(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CandidateId,
    next: CandidateState,
    answer: &Answer,
) -> Result<Pen, Error> {
    let seeker = tx.one(
        "SELECT r.person_id FROM tracing_candidate k \
         JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id \
         WHERE k.organisation_id = $1 AND k.id = $2",
        params![viewer.organisation, id],
        |row| row.get::<PersonId>(0),
    )?;
    let (open, located) = (
        json!({ "tracing_state": "open" }),
        json!({ "tracing_state": "located",
        "share": answer.share, "words": answer.words }),
    );
    let (was, is) = if next == CandidateState::Agreed { (open, located) } else { (located, open) };
    let entry = Entry::changed(Kind::Candidate, id, &was, &is).about(seeker.ok_or(Error::NotFound)?);
    // Whoever asked is known to work somewhere: their name would tell where the one found is.
    history::record(tx, Actor { organisation: viewer.organisation, user: None }, entry)
}
