//! What is kept of releases.

use super::figures::{self, Frozen};
use super::ledger;
use super::model::{Method, Reason, Release, ReleaseInput, ReleaseState, Step};
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::history::{self, Entry, Kind};
use crate::ids::{OrganisationId, ReleaseId};
use crate::params;
use crate::statistics::IndicatorId;

/// The columns of a release, as [`read`] takes them; `r` is the release, `p` who prepared it and `d` who decided.
const COLUMNS: &str = "r.id, r.state, r.details, r.prepared_by, p.name, r.submitted_at, r.decided_by, d.name, \
                       r.decided_at, r.reason, r.withdrawn_at, r.version";
const FROM: &str = "release r JOIN user_account p ON p.organisation_id = r.organisation_id AND p.id = r.prepared_by \
                    LEFT JOIN user_account d ON d.organisation_id = r.organisation_id AND d.id = r.decided_by";

/// Those who see releases before the public does.
const READERS: [Permission; 2] = [Permission::PrepareReleases, Permission::ApproveReleases];

pub(super) fn read(row: &Row<'_>) -> Result<Release, DbError> {
    Ok(Release {
        id: row.next()?,
        state: row.next()?,
        input: json(&row.next::<String>()?)?,
        prepared_by: row.next()?,
        prepared_by_name: row.next()?,
        submitted_at: row.next()?,
        decided_by: row.next()?,
        decided_by_name: row.next()?,
        decided_at: row.next()?,
        reason: row.next()?,
        withdrawn_at: row.next()?,
        version: row.next()?,
    })
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Other(format!("a release cannot be read: {error}")))
}

/// The organisation's releases, the last changed first.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Release>, Error> {
    viewer.require_any(&READERS)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE r.organisation_id = $1 ORDER BY r.updated_at DESC, r.id DESC LIMIT 500"
    );
    Ok(tx.query(&sql, params![viewer.organisation], read)?)
}

/// A release, and its figures once they are frozen.
///
/// # Errors
/// The role does not allow it, it is not there, or the database failed.
pub fn release(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId) -> Result<(Release, Option<Frozen>), Error> {
    viewer.require_any(&READERS)?;
    let sql = format!("SELECT {COLUMNS}, r.figures FROM {FROM} WHERE r.organisation_id = $1 AND r.id = $2");
    tx.one(&sql, params![viewer.organisation, id], read_with_figures)?.ok_or(Error::NotFound)
}

pub(super) fn read_with_figures(row: &Row<'_>) -> Result<(Release, Option<Frozen>), DbError> {
    let release = read(row)?;
    let frozen = row.next::<Option<String>>()?.map(|text| json(&text)).transpose()?;
    Ok((release, frozen))
}

/// Begins a release.
///
/// # Errors
/// The role does not allow it, fields to correct, or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: ReleaseInput) -> Result<ReleaseId, Error> {
    viewer.require(Permission::PrepareReleases)?;
    let input = input.tidy();
    input.check(viewer.today)?;
    let (id, now) = (ReleaseId::new(), Moment::now());
    let pen = history::record(tx, viewer, Entry::created(Kind::Release, id, &Told::of(&input, ReleaseState::Draft)))?;
    tx.execute(
        &pen,
        "INSERT INTO release (organisation_id, id, state, details, prepared_by, reason, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, '', $6, $6, 1)",
        params![viewer.organisation, id, ReleaseState::Draft, written(&input)?, viewer.user, now],
    )?;
    Ok(id)
}

/// Changes what a release is to hold; whoever does so is its author from then on.
///
/// # Errors
/// The role or its state does not allow it, a stale version, fields to correct, or the database failed.
pub fn change(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64, input: ReleaseInput) -> Result<(), Error> {
    viewer.require(Permission::PrepareReleases)?;
    let input = input.tidy();
    let (before, _) = release(tx, viewer, id)?;
    before.state.after(Step::Change)?;
    if before.version != version {
        return Err(Error::stale(&input, &before.input, before.version));
    }
    input.check(viewer.today)?;
    let entry =
        Entry::changed(Kind::Release, id, &Told::of(&before.input, before.state), &Told::of(&input, before.state));
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "UPDATE release SET details = $3, figures = NULL, prepared_by = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, written(&input)?, viewer.user, Moment::now()],
    )?;
    Ok(())
}

/// Throws a release away that the public never saw. What it spent stays in the ledger.
///
/// # Errors
/// The role or its state does not allow it, a stale version, or the database failed.
pub fn discard(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64) -> Result<(), Error> {
    viewer.require(Permission::PrepareReleases)?;
    let before = at_version(tx, viewer, id, version)?;
    before.state.after(Step::Discard)?;
    let pen = history::record(tx, viewer, Entry::removed(Kind::Release, id, &Told::of(&before.input, before.state)))?;
    tx.execute(&pen, "DELETE FROM release WHERE organisation_id = $1 AND id = $2", params![viewer.organisation, id])?;
    Ok(())
}

/// Keeps the figures that were counted and protected, spends what they cost and gives the release to a second person.
///
/// # Errors
/// The role or its state does not allow it, a stale version, a budget that does not suffice, or the database failed.
pub fn submit(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64, frozen: &Frozen) -> Result<(), Error> {
    viewer.require(Permission::PrepareReleases)?;
    let before = at_version(tx, viewer, id, version)?;
    before.state.after(Step::Submit)?;
    let mut entry = moved(&before, ReleaseState::Submitted);
    if let Some(noise) = &frozen.noise {
        entry = entry.noting("epsilon", noise.epsilon);
    }
    let pen = history::record(tx, viewer, entry)?;
    ledger::spend(tx, viewer, &pen, id, before.input.protection.method, frozen.cost())?;
    tx.execute(
        &pen,
        "UPDATE release SET state = $3, figures = $4, prepared_by = $5, submitted_at = $6, decided_by = NULL, \
         decided_at = NULL, reason = '', updated_at = $6, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            id,
            ReleaseState::Submitted,
            serde_json::to_string(frozen).map_err(|error| Error::Internal(error.to_string()))?,
            viewer.user,
            Moment::now()
        ],
    )?;
    Ok(())
}

/// Puts a release on the public page.
///
/// # Errors
/// The role or its state does not allow it, the viewer prepared it, something was published since it was counted, a
/// stale version, or the database failed.
pub fn publish(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64) -> Result<(), Error> {
    let before = to_decide(tx, viewer, id, version, Step::Publish)?;
    let entry = moved(&before, ReleaseState::Published);
    // The chain is taken first, so that two who publish side by side see each other.
    let pen = history::record(tx, viewer, entry)?;
    let (_, frozen) = release(tx, viewer, id)?;
    let considered = frozen.map(|frozen| frozen.earlier).unwrap_or_default();
    let known = figures::published_before(tx, viewer, &before.input)?;
    if known.iter().any(|(earlier, _)| !considered.contains(earlier)) {
        return Err(Error::Refused("refused-release-others-since"));
    }
    decide(tx, viewer, &pen, id, ReleaseState::Published, "")
}

/// Sends a release back to whoever prepared it.
///
/// # Errors
/// As [`publish`], or the reason is missing.
pub fn send_back(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64, why: &Reason) -> Result<(), Error> {
    let before = to_decide(tx, viewer, id, version, Step::Return)?;
    why.check()?;
    let pen = history::record(tx, viewer, moved(&before, ReleaseState::Returned).because(why.reason.trim()))?;
    decide(tx, viewer, &pen, id, ReleaseState::Returned, why.reason.trim())
}

fn to_decide(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64, step: Step) -> Result<Release, Error> {
    viewer.require(Permission::ApproveReleases)?;
    let before = at_version(tx, viewer, id, version)?;
    before.state.after(step)?;
    // Roles change: whoever prepared it may decide on others' now, and still not on this one.
    if before.prepared_by == viewer.user {
        return Err(Error::Refused("refused-release-own"));
    }
    Ok(before)
}

fn decide(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &history::Pen,
    id: ReleaseId,
    state: ReleaseState,
    reason: &str,
) -> Result<(), Error> {
    tx.execute(
        pen,
        "UPDATE release SET state = $3, decided_by = $4, decided_at = $5, reason = $6, updated_at = $5, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, state, viewer.user, Moment::now(), reason],
    )?;
    Ok(())
}

/// Takes a release from the public page; that it was there, and why it is not, stays. One person is enough: less is
/// told after it.
///
/// # Errors
/// The role or its state does not allow it, a stale version, the reason is missing, or the database failed.
pub fn withdraw(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64, why: &Reason) -> Result<(), Error> {
    let before = at_version(tx, viewer, id, version)?;
    before.state.after(Step::Withdraw)?;
    why.check()?;
    let pen = history::record(tx, viewer, moved(&before, ReleaseState::Withdrawn).because(why.reason.trim()))?;
    tx.execute(
        &pen,
        "UPDATE release SET state = $3, reason = $4, withdrawn_at = $5, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, ReleaseState::Withdrawn, why.reason.trim(), Moment::now()],
    )?;
    Ok(())
}

/// The release, as it was when the viewer saw it.
fn at_version(tx: &mut Tx<'_>, viewer: &Viewer, id: ReleaseId, version: i64) -> Result<Release, Error> {
    let (found, _) = release(tx, viewer, id)?;
    if found.version != version {
        return Err(Error::stale(&serde_json::Value::Null, &found.input, found.version));
    }
    Ok(found)
}

fn written(input: &ReleaseInput) -> Result<String, Error> {
    serde_json::to_string(input).map_err(|error| Error::Internal(error.to_string()))
}

/// What the history says of a release.
#[derive(serde::Serialize)]
struct Told<'r> {
    release_state: ReleaseState,
    titles: Vec<&'r str>,
    indicators: Vec<&'r str>,
    columns: Vec<&'r str>,
    first_on: crate::dates::Day,
    last_on: crate::dates::Day,
    release_method: Method,
    threshold: Option<u64>,
    rounding: Option<u64>,
    epsilon: Option<f64>,
}

impl Told<'_> {
    fn of(input: &ReleaseInput, state: ReleaseState) -> Told<'_> {
        Told {
            release_state: state,
            titles: input.titles.iter().map(|title| title.text.as_str()).collect(),
            indicators: input.indicators().into_iter().map(IndicatorId::code).collect(),
            columns: input.columns.iter().map(|column| column.code()).collect(),
            first_on: input.from,
            last_on: input.to,
            release_method: input.protection.method,
            threshold: input.protection.threshold,
            rounding: input.protection.rounding,
            epsilon: input.protection.epsilon,
        }
    }
}

fn moved(before: &Release, state: ReleaseState) -> Entry {
    let told = |state| Told::of(&before.input, state);
    Entry::changed(Kind::Release, before.id, &told(before.state), &told(state))
}

/// A release as the public may see it.
pub struct Public {
    /// The release.
    pub release: Release,
    /// Its figures; none of one that was withdrawn.
    pub frozen: Option<Frozen>,
    /// Who publishes.
    pub organisation: String,
    /// Where days begin for them.
    pub time_zone: String,
}

/// The releases of organisations that have a public page, the latest first, without their figures.
///
/// # Errors
/// The database failed.
pub fn public_list(tx: &mut Tx<'_>) -> Result<Vec<Public>, Error> {
    let houses = houses(tx)?;
    let sql = format!(
        "SELECT {COLUMNS}, r.organisation_id FROM {FROM} WHERE r.state IN ('published', 'withdrawn') \
         ORDER BY r.decided_at DESC, r.id DESC LIMIT 500"
    );
    let rows = tx.query(&sql, &[], |row| Ok((read(row)?, row.next::<OrganisationId>()?)))?;
    let public = |(release, house): (Release, OrganisationId)| {
        let (_, organisation, time_zone) = houses.iter().find(|(id, ..)| *id == house)?.clone();
        Some(Public { release, frozen: None, organisation, time_zone })
    };
    Ok(rows.into_iter().filter_map(public).collect())
}

/// A release that was published, for whoever asks.
///
/// # Errors
/// It is not there, its organisation has no public page, or the database failed.
pub fn public(tx: &mut Tx<'_>, id: ReleaseId) -> Result<Public, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, r.figures, r.organisation_id FROM {FROM} \
         WHERE r.id = $1 AND r.state IN ('published', 'withdrawn')"
    );
    let found = tx.one(&sql, params![id], |row| Ok((read_with_figures(row)?, row.next::<OrganisationId>()?)))?;
    let ((release, frozen), house) = found.ok_or(Error::NotFound)?;
    let (_, organisation, time_zone) = houses(tx)?.into_iter().find(|(id, ..)| *id == house).ok_or(Error::NotFound)?;
    let frozen = frozen.filter(|_| release.state == ReleaseState::Published);
    Ok(Public { release, frozen, organisation, time_zone })
}

/// The organisations with a public page: id, name, time zone.
fn houses(tx: &mut Tx<'_>) -> Result<Vec<(OrganisationId, String, String)>, Error> {
    let all = tx.query("SELECT id, name, settings FROM organisation", &[], |row| {
        let (id, name) = (row.next()?, row.next()?);
        let settings: crate::users::OrganisationSettings =
            serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
        Ok((id, name, settings))
    })?;
    let shown = |(id, name, settings): (OrganisationId, String, crate::users::OrganisationSettings)| {
        settings.public_page.then_some((id, name, settings.time_zone))
    };
    Ok(all.into_iter().filter_map(shown).collect())
}
