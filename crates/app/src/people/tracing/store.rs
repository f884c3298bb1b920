//! Queries of tracing requests: the seeker's side. What stands here may be known to whoever sees the
//! seeker; of a candidate nothing passes but the answer of someone who wants to be found.

use serde_json::json;

use super::candidates;
use super::model::{
    Answer, LEAST_OF_A_CHILD, News, PersonTracing, TracingClosing, TracingInput, TracingOptions, TracingReopening,
    TracingRequest, TracingRequests, TracingState, TracingWaiting, urgency,
};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::history::{self, Entry, Kind};
use crate::ids::{PersonId, TracingId};
use crate::params;
use crate::people::store::{LONGEST_PAGE, SUMMARY, summary_from};
use crate::people::{Person, store};
use crate::users::store::next_number;

/// Most requests of one seeker that are shown and compared.
pub(super) const MOST_OF_ONE: i64 = 20;

/// Someone was found who wants to be: `r` is `tracing_request` in the query.
const IS_LOCATED: &str = "EXISTS (SELECT 1 FROM tracing_candidate k WHERE k.organisation_id = r.organisation_id \
                          AND k.request_id = r.id AND k.state = 'agreed')";

/// The requests whose seeker is there for this user: `r` is `tracing_request`, `p` its seeker.
fn visible(viewer: &Viewer) -> Filter {
    Filter::new("r.organisation_id = ? AND p.merged_into IS NULL", [viewer.organisation.into()])
        .and_filter(viewer.visible_people_in_order())
}

fn request_columns() -> String {
    format!(
        "{SUMMARY}, r.id, r.number, r.details, r.state, r.outcome, r.note, r.urgency, r.registered_by, u.name, \
         r.created_at, r.closed_at, r.version, (SELECT max(k.answer) FROM tracing_candidate k \
         WHERE k.organisation_id = r.organisation_id AND k.request_id = r.id AND k.state = 'agreed')"
    )
}

const REQUEST_AND_SEEKER: &str = "tracing_request r \
    JOIN person p ON p.organisation_id = r.organisation_id AND p.id = r.person_id \
    LEFT JOIN user_account u ON u.organisation_id = r.organisation_id AND u.id = r.registered_by";

fn request_from(row: &Row<'_>, viewer: &Viewer) -> Result<TracingRequest, DbError> {
    let seeker = summary_from(row, viewer)?;
    let (id, number, request) = (row.next()?, row.next()?, input_from(&row.next::<String>()?)?);
    let (state, outcome, note): (TracingState, _, _) = (row.next()?, row.next()?, row.next()?);
    let (urgency, registered_by, registrar) = (row.next()?, row.next()?, row.next()?);
    let (created_at, closed_at, version) = (row.next()?, row.next()?, row.next()?);
    let news = row.next::<Option<String>>()?.map(|answer| news_from(&answer)).transpose()?.flatten();
    Ok(TracingRequest {
        id,
        number,
        seeker,
        request,
        state: if state == TracingState::Open && news.is_some() { TracingState::Located } else { state },
        outcome,
        note,
        news,
        urgency,
        candidates: None,
        registered_by,
        registrar,
        created_at,
        closed_at,
        version,
    })
}

pub(super) fn input_from(details: &str) -> Result<TracingInput, DbError> {
    serde_json::from_str(details).map_err(|error| DbError::Other(format!("a tracing request is damaged: {error}")))
}

fn news_from(answer: &str) -> Result<Option<News>, DbError> {
    let answer: Answer = serde_json::from_str(answer)
        .map_err(|error| DbError::Other(format!("an answer of someone found is damaged: {error}")))?;
    let told = answer.share.zip(answer.answered_on);
    Ok(told.map(|(share, agreed_on)| News { share, words: answer.words, agreed_on }))
}

fn requests(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    filter: &Filter,
    order: &str,
    most: i64,
) -> Result<Vec<TracingRequest>, DbError> {
    let sql = format!(
        "SELECT {} FROM {REQUEST_AND_SEEKER} WHERE {} ORDER BY {order} LIMIT {most}",
        request_columns(),
        filter.sql()
    );
    let mut requests = tx.query(&sql, filter.params(), |row| request_from(row, viewer))?;
    candidates::count_waiting(tx, viewer, &mut requests)?;
    Ok(requests)
}

/// One page of the tracing requests that are there for this user.
///
/// # Errors
/// The role does not allow it, a cursor that is none, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer, options: &TracingOptions) -> Result<TracingRequests, Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::RequestTracing)?;
    let limit = options.limit.unwrap_or(50).clamp(1, LONGEST_PAGE);
    let shown = options.show.unwrap_or(TracingState::Open);
    let mut filter = match shown {
        TracingState::Open => visible(viewer).and("r.state = 'open'", []).and(&format!("NOT {IS_LOCATED}"), []),
        TracingState::Located => visible(viewer).and("r.state = 'open'", []).and(IS_LOCATED, []),
        TracingState::Closed => visible(viewer).and("r.closed_at IS NOT NULL", []),
    };
    if options.child == Some(true) {
        filter = filter.and("r.urgency >= ?", [LEAST_OF_A_CHILD.into()]);
    }
    if options.mine == Some(true) {
        filter = filter.and("p.owner_id = ?", [viewer.user.into()]);
    }
    if options.waiting == Some(true) {
        filter = filter.and_filter(candidates::waiting_for(viewer));
    }
    if let Some(relation) = &options.relation {
        filter = filter.and("r.relation = ?", [relation.into()]);
    }
    if let Some(after) = &options.after {
        filter = filter.and_filter(beyond(shown, after)?);
    }
    let column = ordered_by(shown);
    let mut items = requests(tx, viewer, &filter, &format!("{column} DESC, r.id DESC"), limit + 1)?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| place(shown, last));
    Ok(TracingRequests { items, next })
}

fn ordered_by(shown: TracingState) -> &'static str {
    if shown == TracingState::Closed { "r.closed_at" } else { "r.urgency" }
}

/// Where a request stands in its list.
fn place(shown: TracingState, last: &TracingRequest) -> String {
    let at = match shown {
        TracingState::Closed => last.closed_at.map_or(0, Moment::milliseconds),
        _ => last.urgency,
    };
    format!("{at}~{}", last.id)
}

/// Where a cursor says the last page ended: the column it is ordered by, and the id.
pub(super) fn place_of<I: std::str::FromStr>(cursor: &str) -> Result<(i64, I), Error> {
    let place = cursor.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    place.ok_or_else(|| Error::BadRequest("`after` is not a cursor of this list".to_owned()))
}

/// Requests after the one a cursor names.
fn beyond(shown: TracingState, cursor: &str) -> Result<Filter, Error> {
    let (at, id) = place_of::<TracingId>(cursor)?;
    Ok(Filter::new(&format!("({}, r.id) < (?, ?)", ordered_by(shown)), [at.into(), id.into()]))
}

/// A tracing request that is there for this user.
///
/// # Errors
/// The role does not allow it, there is none for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: TracingId) -> Result<TracingRequest, Error> {
    viewer.require(Permission::ReadPeople)?;
    viewer.require(Permission::RequestTracing)?;
    let filter = visible(viewer).and("r.id = ?", [id.into()]);
    requests(tx, viewer, &filter, "r.id", 1)?.pop().ok_or(Error::NotFound)
}

/// Whom a person looks for, and what they are to be asked; nothing for those who may not know.
///
/// # Errors
/// The person is not there for this user, or the database failed.
pub fn of_person(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<PersonTracing, Error> {
    viewer.require(Permission::RequestTracing)?;
    store::find(tx, viewer, person)?;
    told_of(tx, viewer, person)
}

/// The same of someone who was found for the user before.
pub(in crate::people) fn told_of(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<PersonTracing, Error> {
    if !viewer.may(Permission::RequestTracing) {
        return Ok(PersonTracing::default());
    }
    Ok(PersonTracing {
        requests: requests_of(tx, viewer, person)?,
        questions: candidates::questions_to(tx, viewer, person)?,
    })
}

/// Requests of one seeker that are there for this user, the latest first.
pub(super) fn requests_of(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Vec<TracingRequest>, DbError> {
    let filter = visible(viewer).and("r.person_id = ?", [person.into()]);
    requests(tx, viewer, &filter, "r.created_at DESC, r.id DESC", MOST_OF_ONE)
}

/// What of family tracing waits for this user.
///
/// # Errors
/// The database failed.
pub fn waiting(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<TracingWaiting, Error> {
    if !(viewer.may(Permission::ReadPeople) && viewer.may(Permission::RequestTracing)) {
        return Ok(TracingWaiting::default());
    }
    // From the few who agreed, not from the many who are looked for.
    let mine = Filter::new("p.owner_id = ? AND r.state = 'open'", [viewer.user.into()]);
    let located = visible(viewer).and_filter(mine.tested());
    let located = located.and("k.organisation_id = ? AND k.state = 'agreed'", [viewer.organisation.into()]);
    let located_sql = format!(
        "SELECT count(DISTINCT r.id) FROM tracing_candidate k \
         JOIN tracing_request r ON r.organisation_id = k.organisation_id AND r.id = k.request_id \
         JOIN person p ON p.organisation_id = r.organisation_id AND p.id = r.person_id WHERE {}",
        located.sql()
    );
    Ok(TracingWaiting {
        candidates: candidates::count(tx, viewer)?,
        questions: candidates::count_questions(tx, viewer)?,
        located: tx.count(&located_sql, located.params())?,
    })
}

/// The seeker, whose record must not have ended in another.
fn seeker(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Person, Error> {
    viewer.require(Permission::RequestTracing)?;
    let person = store::find(tx, viewer, person)?;
    if person.merged_into.is_some() { Err(Error::Refused("refused-merged")) } else { Ok(person) }
}

/// Registers a tracing request.
///
/// # Errors
/// The role does not allow it, the seeker is not there for this user, fields to correct, or the
/// database failed.
pub fn register(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId, input: TracingInput) -> Result<TracingId, Error> {
    let seeker = seeker(tx, viewer, person)?;
    let input = input.settled(viewer.today);
    input.check(viewer.today)?;
    let id = TracingId::new();
    let number = next_number(tx, viewer.organisation, "tracing")?;
    let urgency = urgency(&input, &seeker.record, seeker.vulnerability, viewer.today);
    let pen = history::record(tx, viewer, Entry::created(Kind::Tracing, id, &input).about(person))?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "INSERT INTO tracing_request (organisation_id, id, number, person_id, relation, details, state, urgency, \
         registered_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $9, 1)",
        params![
            viewer.organisation,
            id,
            number,
            person,
            input.relation.as_str(),
            serde_json::to_string(&input).unwrap_or_default(),
            urgency,
            viewer.user,
            now
        ],
    )?;
    Ok(id)
}

/// A request as it is changed: open, and of the version that was read.
fn to_change(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: TracingId,
    expected: i64,
    sent: &impl serde::Serialize,
) -> Result<TracingRequest, Error> {
    let before = find(tx, viewer, id)?;
    if before.version != expected {
        return Err(Error::stale(sent, &before.request, before.version));
    }
    Ok(before)
}

/// Changes what the family told.
///
/// # Errors
/// Not there for this user, closed, changed by someone else meanwhile, fields to correct, or the
/// database failed.
pub fn change(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: TracingId,
    expected: i64,
    input: TracingInput,
) -> Result<(), Error> {
    let input = input.settled(viewer.today);
    let before = to_change(tx, viewer, id, expected, &input)?;
    if before.state == TracingState::Closed {
        return Err(Error::Refused("refused-tracing-closed"));
    }
    input.check(viewer.today)?;
    let seeker = seeker(tx, viewer, before.seeker.id)?;
    let urgency = urgency(&input, &seeker.record, seeker.vulnerability, viewer.today);
    let entry = Entry::changed(Kind::Tracing, id, &before.request, &input).about(seeker.id);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "UPDATE tracing_request SET relation = $3, details = $4, urgency = $5, updated_at = $6, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            id,
            input.relation.as_str(),
            serde_json::to_string(&input).unwrap_or_default(),
            urgency,
            Moment::now()
        ],
    )?;
    Ok(())
}

/// Ends the search.
///
/// # Errors
/// Not there for this user, closed already, changed by someone else meanwhile, fields to correct,
/// or the database failed.
pub fn close(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: TracingId,
    expected: i64,
    closing: &TracingClosing,
) -> Result<(), Error> {
    let before = to_change(tx, viewer, id, expected, closing)?;
    if before.state == TracingState::Closed {
        return Err(Error::Refused("refused-tracing-closed"));
    }
    let outcome = closing.check()?;
    let note = closing.note.trim();
    let is = json!({ "state": TracingState::Closed, "outcome": outcome, "note": note });
    let entry = Entry::changed(Kind::Tracing, id, &json!({ "state": before.state }), &is).about(before.seeker.id);
    let pen = history::record(tx, viewer, entry)?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "UPDATE tracing_request SET state = 'closed', outcome = $3, note = $4, closed_at = $5, updated_at = $5, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, outcome, note, now],
    )?;
    Ok(())
}

/// Takes the search up again.
///
/// # Errors
/// Not there for this user, not closed, changed by someone else meanwhile, no reason, or the
/// database failed.
pub fn reopen(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: TracingId,
    expected: i64,
    reopening: &TracingReopening,
) -> Result<(), Error> {
    let before = to_change(tx, viewer, id, expected, reopening)?;
    if before.state != TracingState::Closed {
        return Err(Error::Refused("refused-tracing-open"));
    }
    reopening.check()?;
    let was = json!({ "state": before.state, "outcome": before.outcome, "note": before.note });
    let entry = Entry::changed(Kind::Tracing, id, &was, &json!({ "state": TracingState::Open }));
    let pen = history::record(tx, viewer, entry.about(before.seeker.id).because(reopening.why.trim()))?;
    tx.execute(
        &pen,
        "UPDATE tracing_request SET state = 'open', outcome = NULL, note = NULL, closed_at = NULL, updated_at = $3, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, Moment::now()],
    )?;
    Ok(())
}
