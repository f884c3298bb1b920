//! Finding people by any name in any script, by number, document or phone; and likely matches.

mod entry;
mod index;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Name, PersonInput, PersonSummary, Sex};
use super::store::{SUMMARY, summary_from};
use crate::access::{Filter, Permission, Viewer};
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::PersonId;
use crate::params;
use crate::web::Context;

pub use entry::{forget, note, note_everyone};
pub(crate) use index::Known;
pub use index::Search;

/// Alike enough to be shown as a likely match.
const LIKELY: f64 = 0.8;
/// Alike enough to ask before registering.
pub const STRONG: f64 = 0.9;
/// Results shown.
const SHOWN: usize = 50;
/// The score of a number, which comes before all names.
const EXACT: f64 = 2.0;
/// Alike enough to be shown at all.
const RELATED: f64 = 0.6;
/// Likely matches shown, and people whose birth is looked at for them.
const MATCHES: usize = 8;
const LOOKED_AT: usize = 24;

/// A person found, and how well they fit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Found {
    /// Who.
    #[serde(flatten)]
    pub person: PersonSummary,
    /// From 0 to 1.
    pub score: f64,
    /// Whether the record is open to this user; where not, only emergency access leads to it.
    pub visible: bool,
}

/// What someone searches by.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Query {
    /// A name, number, document or phone.
    #[serde(default)]
    pub q: String,
}

/// People of the organisation who fit, best first; those not open to the user are marked.
///
/// # Errors
/// The role does not allow it, the index is not built yet, or the database failed.
pub async fn search(ctx: &Context, query: String) -> Result<Vec<Found>, Error> {
    ctx.viewer.require(Permission::ReadPeople)?;
    let known = ctx.app.search.ready().await?;
    ctx.read(move |tx, viewer| search_in(tx, viewer, &known, &query)).await
}

/// People who may be the one being registered, best first.
///
/// # Errors
/// The role does not allow it, the index is not built yet, or the database failed.
pub async fn matches(ctx: &Context, input: PersonInput) -> Result<Vec<Found>, Error> {
    ctx.viewer.require(Permission::ReadPeople)?;
    let known = ctx.app.search.ready().await?;
    ctx.read(move |tx, viewer| matches_in(tx, viewer, &known, &input)).await
}

fn search_in(tx: &mut Tx<'_>, viewer: &Viewer, known: &Known, query: &str) -> Result<Vec<Found>, Error> {
    let query: String = query.trim().chars().take(200).collect();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut scores = HashMap::new();
    for hit in known.like(tx, viewer.organisation, &query, SHOWN)? {
        scores.insert(hit.id, hit.score);
    }
    scores.retain(|_, score| *score >= RELATED);
    let exact = by_number(tx, viewer, known, &query)?;
    scores.extend(exact.iter().map(|person| (*person, EXACT)));
    let mut found = summaries(tx, viewer, &scores)?;
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(SHOWN);
    for hit in &mut found {
        hit.score = hit.score.min(1.0);
    }
    veil(&mut found);
    Ok(found)
}

fn matches_in(tx: &mut Tx<'_>, viewer: &Viewer, known: &Known, input: &PersonInput) -> Result<Vec<Found>, Error> {
    let mut scores: HashMap<PersonId, f64> = HashMap::new();
    for name in input.names.iter().map(Name::full).filter(|name| name.chars().count() >= 3).take(4) {
        for hit in known.like(tx, viewer.organisation, &name, LOOKED_AT)? {
            let score = scores.entry(hit.id).or_default();
            *score = score.max(hit.score);
        }
    }
    scores.retain(|_, score| *score >= LIKELY);
    let birth = input.birth.range(viewer.today);
    let mut found = summaries(tx, viewer, &scores)?;
    for hit in &mut found {
        hit.score *= birth_fit(birth, (hit.person.birth_from, hit.person.birth_to));
    }
    found.retain(|hit| hit.score >= LIKELY);
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(MATCHES);
    veil(&mut found);
    Ok(found)
}

/// Years of birth that cannot meet make a match unlikely; a missing one says nothing.
fn birth_fit(one: (Option<Day>, Option<Day>), other: (Option<Day>, Option<Day>)) -> f64 {
    let ((Some(from), Some(to)), (Some(other_from), Some(other_to))) = (one, other) else { return 1.0 };
    let gap =
        if from <= other_to && other_from <= to { 0 } else { to.days_until(other_from).max(other_to.days_until(from)) };
    match gap {
        0 => 1.0,
        1..=800 => 0.95,
        801..=4000 => 0.88,
        _ => 0.75,
    }
}

/// The people whose number, document or phone this is.
fn by_number(tx: &mut Tx<'_>, viewer: &Viewer, known: &Known, query: &str) -> Result<Vec<PersonId>, Error> {
    let number = query.trim_start_matches(['P', 'p']).trim_start_matches('-');
    let mut people: Vec<PersonId> = Vec::new();
    if let Ok(number) = number.parse::<i64>() {
        people.extend(tx.query(
            "SELECT id FROM person WHERE organisation_id = $1 AND number = $2",
            params![viewer.organisation, number],
            |row| row.get::<PersonId>(0),
        )?);
    }
    // Shorter ones are anybody's.
    let keys = [entry::document_key(query), entry::phone_key(query)];
    for key in keys.into_iter().flatten().filter(|key| key.len() > 4) {
        people.extend(known.holders(tx, viewer.organisation, &key)?);
    }
    people.truncate(SHOWN);
    Ok(people)
}

/// Summaries of people of the organisation, with whether each is open to this user.
fn summaries(tx: &mut Tx<'_>, viewer: &Viewer, scores: &HashMap<PersonId, f64>) -> Result<Vec<Found>, Error> {
    let people: Vec<PersonId> = scores.keys().copied().collect();
    let mut found = Vec::new();
    for chunk in people.chunks(SHOWN) {
        let mut filter =
            Filter::new("p.organisation_id = ?", [viewer.organisation.into()]).and("p.merged_into IS NULL", []);
        // As many marks each time, so that the statement is prepared once.
        let padding = chunk.last().into_iter().cycle().take(chunk.len().next_multiple_of(10) - chunk.len());
        let marks: Vec<String> = chunk.iter().chain(padding).map(|id| filter.bind(*id)).collect();
        let base = filter.sql().to_owned();
        let mut params = filter.params().to_vec();
        let (condition, more) = shifted(&viewer.visible_people(), params.len());
        params.extend(more);
        let sql = format!(
            "SELECT {SUMMARY}, CASE WHEN {condition} THEN 1 ELSE 0 END FROM person p WHERE {base} AND p.id IN ({})",
            marks.join(", ")
        );
        found.extend(tx.query(&sql, &params, |row| {
            let person = summary_from(row, viewer)?;
            let score = scores.get(&person.id).copied().unwrap_or_default();
            Ok(Found { person, score, visible: row.get(10)? })
        })?);
    }
    Ok(found)
}

/// That someone is known here is told to every worker who may register people; who they are only
/// to those who may see them.
fn veil(found: &mut [Found]) {
    for hit in found.iter_mut().filter(|hit| !hit.visible) {
        hit.person.name = String::new();
        (hit.person.birth_from, hit.person.birth_to, hit.person.nationality) = (None, None, None);
        hit.person.sex = Sex::Unknown;
        hit.person.needs.clear();
        hit.person.vulnerability = 0;
        hit.person.photo_id = None;
    }
}

/// A filter's condition with its marks moved behind those already used.
fn shifted(filter: &Filter, by: usize) -> (String, Vec<crate::db::Value>) {
    let mut sql = String::new();
    for piece in filter.sql().split('$') {
        let digits: String = piece.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse::<usize>() {
            Ok(number) => sql.push_str(&format!("${}{}", number + by, &piece[digits.len()..])),
            Err(_) => sql.push_str(piece),
        }
    }
    (sql, filter.params().to_vec())
}
