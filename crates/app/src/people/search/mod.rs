//! Finding people by any name in any script, by number, document or phone; and likely matches.

mod entry;
pub(in crate::people) mod index;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::likeness::{Agreements, compare};
use super::model::{Name, PersonInput, PersonSummary, Sex};
use super::store::{SUMMARY, summary_from};
use crate::access::{Filter, Permission, Viewer};
use crate::db::Tx;
use crate::error::Error;
use crate::ids::PersonId;
use crate::params;
use crate::web::Context;

pub(in crate::people) use entry::{document_key, keys, phone_key};
pub use entry::{forget, note, note_everyone};
pub(crate) use index::Known;
pub use index::Search;

/// Alike enough to be shown as a likely match.
const LIKELY: f64 = 0.3;
/// Alike enough to ask before registering: rather one person than two.
pub const STRONG: f64 = 0.5;
/// Results shown.
const SHOWN: usize = 50;
/// The score of a number, which comes before all names.
const EXACT: f64 = 2.0;
/// Alike enough to be shown at all.
const RELATED: f64 = 0.6;
/// Likely matches shown, and people whose records are compared for them.
const MATCHES: usize = 8;
const LOOKED_AT: usize = 24;
/// Keys as short as this are anybody's.
const SHORTEST_KEY: usize = 4;

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
    /// Why they may be the one being registered: how each field compares, where the record is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreements: Option<Agreements>,
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
    let names = input.names.iter().map(Name::full).filter(|name| name.chars().count() >= 3).take(4);
    let scores = known.like_any(tx, viewer.organisation, names, LOOKED_AT)?;
    let mut heard: Vec<(PersonId, f64)> = scores.into_iter().filter(|(_, score)| *score >= RELATED).collect();
    heard.sort_by(|(one, score), (other, others)| others.total_cmp(score).then(one.cmp(other)));
    heard.truncate(LOOKED_AT);
    let mut scores: HashMap<PersonId, f64> = heard.into_iter().collect();
    for holder in holders(tx, viewer, known, input)? {
        scores.entry(holder).or_insert(0.0);
    }
    let records = records(tx, viewer, &scores)?;
    let mut found = summaries(tx, viewer, &scores)?;
    found.retain(|hit| records.contains_key(&hit.person.id));
    let compared: Vec<&PersonInput> = found.iter().filter_map(|hit| records.get(&hit.person.id)).collect();
    let likenesses = known.among(viewer.organisation, |among| compare(input, &compared, among, viewer.today));
    for (hit, likeness) in found.iter_mut().zip(likenesses) {
        hit.score = likeness.per_mille() as f64 / 1000.0;
        hit.agreements = Some(likeness.agreements);
    }
    found.retain(|hit| hit.score >= LIKELY);
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(MATCHES);
    veil(&mut found);
    Ok(found)
}

/// People with one of the documents or phones typed in.
fn holders(tx: &mut Tx<'_>, viewer: &Viewer, known: &Known, input: &PersonInput) -> Result<Vec<PersonId>, Error> {
    let mut people = Vec::new();
    for key in keys(&input.documents, &input.contacts).filter(|key| key.len() > SHORTEST_KEY) {
        people.extend(known.holders(tx, viewer.organisation, &key)?.into_iter().take(LOOKED_AT));
    }
    people.truncate(LOOKED_AT);
    Ok(people)
}

/// The records of these people of the organisation: what of them is told is decided by [`veil`].
fn records(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    people: &HashMap<PersonId, f64>,
) -> Result<HashMap<PersonId, PersonInput>, Error> {
    let people: Vec<PersonId> = people.keys().copied().collect();
    let mut records = HashMap::new();
    for chunk in people.chunks(SHOWN) {
        let filter = Filter::new("organisation_id = ?", [viewer.organisation.into()]).among("id", chunk);
        let sql = format!("SELECT id, details FROM person WHERE {}", filter.sql());
        let found = tx.query(&sql, filter.params(), |row| Ok((row.next::<PersonId>()?, row.next::<String>()?)))?;
        records.extend(found.into_iter().filter_map(|(id, details)| Some((id, serde_json::from_str(&details).ok()?))));
    }
    Ok(records)
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
    let keys = [document_key(query), phone_key(query)];
    for key in keys.into_iter().flatten().filter(|key| key.len() > SHORTEST_KEY) {
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
        let mut filter = Filter::new("p.organisation_id = ?", [viewer.organisation.into()])
            .and("p.merged_into IS NULL", [])
            .among("p.id", chunk);
        let visible = filter.bind_filter(viewer.visible_people());
        let sql =
            format!("SELECT {SUMMARY}, CASE WHEN {visible} THEN 1 ELSE 0 END FROM person p WHERE {}", filter.sql());
        found.extend(tx.query(&sql, filter.params(), |row| {
            let person = summary_from(row, viewer)?;
            let score = scores.get(&person.id).copied().unwrap_or_default();
            Ok(Found { person, score, visible: row.get(10)?, agreements: None })
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
        hit.agreements = None;
    }
}
