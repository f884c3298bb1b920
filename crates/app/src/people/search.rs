//! Finding people by any name in any script, by number, document or phone; and likely matches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Name, PersonInput, PersonSummary, Sex};
use super::store::{SUMMARY, summary_from};
use crate::access::{Permission, Viewer};
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{OrganisationId, PersonId};
use crate::params;

/// Candidates fetched for each key; common names have more people than anyone reads.
const CANDIDATES: i64 = 150;
/// Alike enough to be shown as a likely match.
const LIKELY: f64 = 0.8;
/// Alike enough to ask before registering.
pub const STRONG: f64 = 0.9;
/// Results shown.
const SHOWN: usize = 50;

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

/// Writes a person's search keys anew.
///
/// # Errors
/// The database failed.
pub fn index(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    input: &PersonInput,
) -> Result<(), Error> {
    let pen = Pen::unrecorded(Bookkeeping::SearchKeys);
    tx.execute(
        &pen,
        "DELETE FROM person_key WHERE organisation_id = $1 AND person_id = $2",
        params![organisation, person],
    )?;
    for key in keys(input) {
        tx.execute(
            &pen,
            "INSERT INTO person_key (organisation_id, key, person_id) VALUES ($1, $2, $3)",
            params![organisation, key, person],
        )?;
    }
    Ok(())
}

/// `n:` a name's token, `s:` its skeleton, `p:` two skeletons, `d:` a document, `t:` a phone.
fn keys(input: &PersonInput) -> Vec<String> {
    let mut keys = Vec::new();
    for name in input.names.iter().map(Name::full) {
        let tokens = linkage::tokens(&name);
        keys.extend(pairs(&tokens));
        for token in tokens {
            keys.push(format!("s:{}", linkage::skeleton(&token)));
            keys.push(format!("n:{token}"));
        }
    }
    keys.extend(input.documents.iter().map(|document| format!("d:{}", plain(&document.number))));
    keys.extend(input.contacts.iter().filter_map(|contact| phone_key(&contact.value)));
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn pairs(tokens: &[String]) -> Vec<String> {
    let mut bones: Vec<String> = tokens.iter().map(|token| linkage::skeleton(token)).collect();
    bones.sort_unstable();
    bones.dedup();
    let mut pairs = Vec::new();
    for (index, one) in bones.iter().enumerate().take(5) {
        pairs.extend(bones.iter().skip(index + 1).take(4).map(|other| format!("p:{one}|{other}")));
    }
    pairs
}

fn plain(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(60).collect()
}

/// The last nine digits, which stay the same with and without a country's code.
fn phone_key(value: &str) -> Option<String> {
    let digits: String = value.chars().filter_map(|c| c.to_digit(10)).map(|digit| digit.to_string()).collect();
    (digits.len() >= 6).then(|| format!("t:{}", &digits[digits.len().saturating_sub(9)..]))
}

/// People of the organisation who fit, best first; those not open to the user are marked.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn search(tx: &mut Tx<'_>, viewer: &Viewer, query: &str) -> Result<Vec<Found>, Error> {
    viewer.require(Permission::ReadPeople)?;
    let query: String = query.trim().chars().take(200).collect();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let exact = by_number(tx, viewer, &query)?;
    let mut found = rank(tx, viewer, &query)?;
    found.retain(|hit| hit.score >= 0.6 && !exact.iter().any(|known| known.person.id == hit.person.id));
    let mut all = exact;
    all.extend(found);
    all.truncate(SHOWN);
    veil(&mut all);
    Ok(all)
}

/// People who may be the one being registered, best first.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn matches(tx: &mut Tx<'_>, viewer: &Viewer, input: &PersonInput) -> Result<Vec<Found>, Error> {
    viewer.require(Permission::ReadPeople)?;
    let (from, to) = input.birth.range(viewer.today);
    let mut best: Vec<Found> = Vec::new();
    for name in input.names.iter().map(Name::full).filter(|name| name.chars().count() >= 3).take(4) {
        for mut hit in rank(tx, viewer, &name)? {
            hit.score *= birth_fit((from, to), (hit.person.birth_from, hit.person.birth_to));
            match best.iter_mut().find(|known| known.person.id == hit.person.id) {
                Some(known) => known.score = known.score.max(hit.score),
                None => best.push(hit),
            }
        }
    }
    best.retain(|hit| hit.score >= LIKELY);
    best.sort_by(|a, b| b.score.total_cmp(&a.score));
    best.truncate(8);
    veil(&mut best);
    Ok(best)
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

fn by_number(tx: &mut Tx<'_>, viewer: &Viewer, query: &str) -> Result<Vec<Found>, Error> {
    let number = query.trim_start_matches(['P', 'p']).trim_start_matches('-');
    let number: Option<i64> = number.parse().ok();
    let mut ids: Vec<PersonId> = Vec::new();
    if let Some(number) = number {
        ids.extend(tx.query(
            "SELECT id FROM person WHERE organisation_id = $1 AND number = $2",
            params![viewer.organisation, number],
            |row| row.get::<PersonId>(0),
        )?);
    }
    let keys = [Some(format!("d:{}", plain(query))), phone_key(query)];
    for key in keys.into_iter().flatten().filter(|key| key.len() > 4) {
        ids.extend(holders(tx, viewer, &key)?);
    }
    let mut found = summaries(tx, viewer, &ids, "")?;
    found.iter_mut().for_each(|hit| hit.score = 1.0);
    Ok(found)
}

fn holders(tx: &mut Tx<'_>, viewer: &Viewer, key: &str) -> Result<Vec<PersonId>, Error> {
    Ok(tx.query(
        &format!("SELECT person_id FROM person_key WHERE organisation_id = $1 AND key = $2 LIMIT {CANDIDATES}"),
        params![viewer.organisation, key],
        |row| row.get(0),
    )?)
}

/// People who share the rarest keys of a name: two parts together, then single parts, then parts
/// that begin alike (the last may be half typed).
fn candidates(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Vec<PersonId>, Error> {
    let tokens = linkage::tokens(name);
    let mut ids = Vec::new();
    for pair in pairs(&tokens) {
        ids.extend(holders(tx, viewer, &pair)?);
    }
    if ids.len() < SHOWN {
        for token in &tokens {
            ids.extend(holders(tx, viewer, &format!("n:{token}"))?);
            ids.extend(holders(tx, viewer, &format!("s:{}", linkage::skeleton(token)))?);
        }
    }
    if ids.len() < SHOWN
        && let Some(last) = tokens.last().filter(|token| token.len() >= 2)
    {
        ids.extend(tx.query(
            &format!("SELECT person_id FROM person_key WHERE organisation_id = $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT {CANDIDATES}"),
            params![viewer.organisation, format!("n:{last}"), format!("n:{last}~")],
            |row| row.get::<PersonId>(0),
        )?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn rank(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Vec<Found>, Error> {
    let ids = candidates(tx, viewer, name)?;
    let mut found = summaries(tx, viewer, &ids, name)?;
    for hit in &mut found {
        let half_typed = linkage::tokens(&hit.person.name).iter().any(|token| {
            linkage::tokens(name).last().is_some_and(|last| last.len() >= 2 && token.starts_with(last.as_str()))
        });
        hit.score = hit.score.max(if half_typed { 0.65 } else { 0.0 });
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// Summaries of people of the organisation, with whether each is open to this user; scored by the
/// best of their other names.
fn summaries(tx: &mut Tx<'_>, viewer: &Viewer, ids: &[PersonId], name: &str) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for chunk in ids.chunks(100) {
        let visible = viewer.visible_people();
        let mut filter = crate::access::Filter::new("p.organisation_id = ?", [viewer.organisation.into()])
            .and("p.merged_into IS NULL", []);
        let marks: Vec<String> = chunk.iter().map(|id| filter.bind(*id)).collect();
        let base = filter.sql().to_owned();
        let mut params = filter.params().to_vec();
        let (condition, more) = shifted(&visible, params.len());
        params.extend(more);
        let sql = format!(
            "SELECT {SUMMARY}, CASE WHEN {condition} THEN 1 ELSE 0 END, p.details FROM person p \
             WHERE {base} AND p.id IN ({})",
            marks.join(", ")
        );
        found.extend(tx.query(&sql, &params, |row| {
            let (person, visible) = (summary_from(row, viewer)?, row.get(10)?);
            let score =
                names(&row.get::<String>(11)?).iter().map(|known| linkage::likeness(name, known)).fold(0.0, f64::max);
            Ok(Found { person, visible, score })
        })?);
    }
    Ok(found)
}

/// All names of a person, out of the details.
fn names(details: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Names {
        names: Vec<Name>,
    }
    serde_json::from_str::<Names>(details)
        .map(|details| details.names.iter().map(Name::full).collect())
        .unwrap_or_default()
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
fn shifted(filter: &crate::access::Filter, by: usize) -> (String, Vec<crate::db::Value>) {
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
