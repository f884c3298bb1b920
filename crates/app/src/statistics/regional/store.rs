//! What is kept of agreements.

use disclosure::account::Cost;
use zeroize::Zeroizing;

use super::figures::{self, Shape};
use super::file::{File, FileError, Messages, Secrets};
use super::model::{Agreement, AgreementInput, AgreementState, Consent, Giving, Step, Terms, Told};
use crate::access::{Permission, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::Error;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{AgreementId, ReleaseId};
use crate::params;
use crate::statistics::releases::Method;
use crate::statistics::releases::ledger;
use crate::statistics::releases::model::Reason;

/// The columns of an agreement, as [`read`] takes them; `a` is the agreement, `p` who prepared it and `s` the second
/// person.
const COLUMNS: &str =
    "a.id, a.state, a.terms, a.party, a.prepared_by, p.name, s.name, a.reason, a.updated_at, a.version";
const FROM: &str = "agreement a JOIN user_account p ON p.organisation_id = a.organisation_id AND p.id = a.prepared_by \
                    LEFT JOIN user_account s ON s.organisation_id = a.organisation_id AND s.id = a.agreed_by";

/// Those who see agreements.
const READERS: [Permission; 2] = [Permission::PrepareReleases, Permission::ApproveReleases];
/// What the secrets are sealed for.
const SECRETS: &str = "regional agreement";

fn read(row: &Row<'_>) -> Result<(Agreement, Terms), DbError> {
    let (id, state) = (row.next()?, row.next()?);
    let terms: Terms = json(&row.next::<String>()?)?;
    let party = row.next::<Option<i64>>()?.and_then(|party| usize::try_from(party).ok());
    let agreement = Agreement {
        id,
        state,
        input: terms.input.clone(),
        delta: terms.delta,
        party,
        prepared_by: row.next()?,
        prepared_by_name: row.next()?,
        agreed_by_name: row.next()?,
        reason: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    };
    Ok((agreement, terms))
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Other(format!("an agreement cannot be read: {error}")))
}

fn written(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

/// What an agreement with such terms is called, for the ledger.
pub fn title_of(terms: &str) -> Option<String> {
    serde_json::from_str::<Terms>(terms).ok().map(|terms| terms.input.title)
}

/// The organisation's agreements, the last changed first.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Agreement>, Error> {
    viewer.require_any(&READERS)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE a.organisation_id = $1 ORDER BY a.updated_at DESC, a.id DESC LIMIT 500"
    );
    Ok(tx.query(&sql, params![viewer.organisation], |row| read(row).map(|(agreement, _)| agreement))?)
}

/// An agreement with all that is known of it.
///
/// # Errors
/// The role does not allow it, it is not there, or the database failed.
pub fn agreement(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId) -> Result<(Agreement, File), Error> {
    viewer.require_any(&READERS)?;
    find(tx, viewer, id)?.ok_or(Error::NotFound)
}

fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId) -> Result<Option<(Agreement, File)>, Error> {
    let sql = format!("SELECT {COLUMNS}, a.messages FROM {FROM} WHERE a.organisation_id = $1 AND a.id = $2");
    let found = tx.one(&sql, params![viewer.organisation, id], |row| {
        let (agreement, terms) = read(row)?;
        Ok((agreement, File::new(terms, json(&row.next::<String>()?)?)))
    })?;
    Ok(found)
}

/// The agreement, as it was when the viewer saw it.
fn at_version(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId, version: i64) -> Result<(Agreement, File), Error> {
    let (found, file) = agreement(tx, viewer, id)?;
    if found.version != version {
        return Err(Error::stale(&serde_json::Value::Null, &found.input, found.version));
    }
    Ok((found, file))
}

/// Proposes an agreement: its cells lie as they lie in this house, its δ is that of this house's budget, in round.
///
/// # Errors
/// The role does not allow it, fields to correct, or the database failed.
pub fn create(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    input: AgreementInput,
    shapes: Vec<Shape>,
) -> Result<AgreementId, Error> {
    viewer.require(Permission::PrepareReleases)?;
    let input = input.tidy();
    input.check(viewer.today)?;
    let delta = rounded_down(ledger::terms(tx, viewer)?.0.delta);
    let terms = Terms { id: AgreementId::new(), input, delta, shapes };
    terms.check_size()?;
    keep_new(tx, viewer, &File::new(terms, Messages::default()), Some(0))
}

/// δ as the power of ten at or below it, which every house writes and reads alike.
fn rounded_down(delta: f64) -> f64 {
    let written = format!("{delta:e}");
    let power = written.split_once('e').and_then(|(_, exponent)| format!("1e{exponent}").parse().ok());
    power.unwrap_or(delta)
}

/// Keeps an agreement that is new in this house.
fn keep_new(tx: &mut Tx<'_>, viewer: &Viewer, file: &File, party: Option<usize>) -> Result<AgreementId, Error> {
    let (id, state) = (file.terms.id, file.state(party));
    let entry = Entry::created(Kind::Agreement, id, &Told::of(&file.terms, state, file.counts()));
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO agreement (organisation_id, id, state, terms, messages, party, prepared_by, reason, created_at, \
         updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)",
        params![
            viewer.organisation,
            id,
            state,
            written(&file.terms)?,
            written(&file.messages)?,
            number(party),
            viewer.user,
            file.end().map_or("", |(_, reason)| reason),
            Moment::now()
        ],
    )?;
    Ok(id)
}

fn number(party: Option<usize>) -> Option<i64> {
    party.and_then(|party| i64::try_from(party).ok())
}

/// What of an agreement changes with a step.
struct Change<'c> {
    before: &'c Agreement,
    /// What was known before: answers, parts and subtotals.
    counts: [usize; 3],
    file: &'c File,
    state: AgreementState,
    party: Option<usize>,
    secrets: Option<&'c Secrets>,
    reason: &'c str,
}

/// Notes a change in the history and keeps it; whoever spends does so with the pen.
fn keep(tx: &mut Tx<'_>, viewer: &Viewer, change: &Change<'_>) -> Result<Pen, Error> {
    let Change { before, counts, file, state, party, secrets, reason } = change;
    let told = |state, counts| Told::of(&file.terms, state, counts);
    let entry = Entry::changed(Kind::Agreement, before.id, &told(before.state, *counts), &told(*state, file.counts()));
    let pen = history::record(tx, viewer, entry.because(*reason))?;
    let sealed = match secrets {
        Some(secrets) => {
            let content = serde_json::to_vec(secrets).map_err(|error| Error::Internal(error.to_string()))?;
            Some(tx.key().seal(SECRETS, &sealed_for(viewer, before.id), &Zeroizing::new(content)))
        }
        None => None,
    };
    tx.execute(
        &pen,
        "UPDATE agreement SET state = $3, messages = $4, party = $5, secrets = $6, reason = $7, updated_at = $8, \
         version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            before.id,
            *state,
            written(&file.messages)?,
            number(*party),
            sealed,
            *reason,
            Moment::now()
        ],
    )?;
    Ok(pen)
}

fn sealed_for(viewer: &Viewer, id: AgreementId) -> Vec<u8> {
    [viewer.organisation.0.as_bytes().as_slice(), id.0.as_bytes()].concat()
}

/// This house's secrets; nothing before it has agreed and after its subtotal.
fn secrets(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId) -> Result<Option<Secrets>, Error> {
    let sql = "SELECT secrets FROM agreement WHERE organisation_id = $1 AND id = $2";
    let sealed = tx.one(sql, params![viewer.organisation, id], |row| row.get::<Option<Vec<u8>>>(0))?.flatten();
    let Some(sealed) = sealed else { return Ok(None) };
    let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("secrets of {id}: {error}"));
    let opened = tx.key().open(SECRETS, &sealed_for(viewer, id), &sealed).map_err(|error| broken(&error))?;
    serde_json::from_slice(&Zeroizing::new(opened)).map(Some).map_err(|error| broken(&error))
}

/// Agrees for this house, which a second person does: its keys are made.
///
/// # Errors
/// The role or the state does not allow it, the viewer prepared it, no organisation or one that has agreed already was
/// chosen, a stale version, or the database failed.
pub fn agree(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId, version: i64, consent: Consent) -> Result<(), Error> {
    viewer.require(Permission::ApproveReleases)?;
    let (before, mut file) = at_version(tx, viewer, id, version)?;
    before.state.allows(Step::Agree)?;
    // Roles change: whoever prepared it may agree to others' now, and still not to this one.
    if before.prepared_by == viewer.user {
        return Err(Error::Refused("refused-regional-own"));
    }
    let party = before.party.or(consent.party).ok_or_else(|| Error::field("party", "invalid-required"))?;
    if party >= file.terms.parties() || file.came_from(party)[0] {
        return Err(Error::field("party", "invalid-regional-party"));
    }
    let counts = file.counts();
    let secrets = file.agree(party);
    let state = file.state(Some(party));
    let change =
        Change { before: &before, counts, file: &file, state, party: Some(party), secrets: Some(&secrets), reason: "" };
    let pen = keep(tx, viewer, &change)?;
    tx.execute(
        &pen,
        "UPDATE agreement SET agreed_by = $3 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, viewer.user],
    )?;
    Ok(())
}

/// A part that was counted, split and sealed, and is not kept yet.
pub struct Prepared {
    file: File,
    secrets: Secrets,
    noise: figures::Noise,
}

/// Counts, adds noise, splits and seals, without keeping anything.
///
/// # Errors
/// The role or the state does not allow it, a stale version, the code was not compared, the period has not ended here,
/// this house knows other values, or the database failed.
pub fn prepare(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: AgreementId,
    version: i64,
    giving: Giving,
) -> Result<Prepared, Error> {
    viewer.require(Permission::PrepareReleases)?;
    let (before, mut file) = at_version(tx, viewer, id, version)?;
    before.state.allows(Step::Give)?;
    if giving.compared != Some(true) {
        return Err(Error::field("compared", "invalid-regional-compared"));
    }
    if file.terms.input.to >= viewer.today {
        return Err(Error::Refused("refused-regional-period"));
    }
    let noise = figures::Noise::of(&file.terms)?;
    let counts = figures::noisy_counts(tx, viewer, &file.terms, &noise)?;
    let (mut secrets, party) =
        secrets(tx, viewer, id)?.zip(before.party).ok_or(Error::Refused("refused-regional-lost"))?;
    file.give(party, &mut secrets, &counts)?;
    Ok(Prepared { file, secrets, noise })
}

/// Keeps a part and spends what it costs. Where it completes the parts, the subtotal is made with it.
///
/// # Errors
/// As [`prepare`], or the budget does not suffice.
pub fn give(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId, version: i64, prepared: Prepared) -> Result<(), Error> {
    viewer.require(Permission::PrepareReleases)?;
    let (before, known) = at_version(tx, viewer, id, version)?;
    before.state.allows(Step::Give)?;
    let Prepared { mut file, secrets, noise } = prepared;
    let kept = add_up(&mut file, before.party, Some(secrets))?;
    let state = file.state(before.party);
    let (counts, party) = (known.counts(), before.party);
    let change = Change { before: &before, counts, file: &file, state, party, secrets: kept.as_ref(), reason: "" };
    let pen = keep(tx, viewer, &change)?;
    ledger::spend(tx, viewer, &pen, ReleaseId(id.0), Method::Noise, Cost::of(noise.rho))
}

/// Gives the subtotal where all parts are here; the secrets have done their work then and are gone.
fn add_up(file: &mut File, party: Option<usize>, secrets: Option<Secrets>) -> Result<Option<Secrets>, FileError> {
    match (party, secrets) {
        (Some(party), Some(secrets)) if file.end().is_none() && file.has_all_parts() => {
            file.add_up(party, &secrets).map(|()| None)
        }
        (_, secrets) => Ok(secrets.filter(|_| file.end().is_none())),
    }
}

/// Takes in files of others, all of them or none; some may hold nothing new, as long as one does. What is new in this
/// house waits for a second person.
///
/// # Errors
/// Which file, from 0, and why: the role does not allow it, an agreement's state does not, a file does not fit, nothing is
/// new in any of them, or the database failed.
pub fn take(tx: &mut Tx<'_>, viewer: &Viewer, files: &[File]) -> Result<Vec<AgreementId>, (usize, Error)> {
    viewer.require(Permission::PrepareReleases).map_err(|error| (0, error))?;
    let (mut taken, mut idle) = (0, None);
    for (number, file) in files.iter().enumerate() {
        match take_one(tx, viewer, file).map_err(|error| (number, error))? {
            None => taken += 1,
            Some(why) => idle = Some((number, why)),
        }
    }
    match idle {
        Some(refusal) if taken == 0 => Err(refusal),
        _ => Ok(files.iter().map(|file| file.terms.id).collect()),
    }
}

/// Takes in a file, or says why there was nothing to be taken.
fn take_one(tx: &mut Tx<'_>, viewer: &Viewer, new: &File) -> Result<Option<Error>, Error> {
    let id = new.terms.id;
    let Some((before, mut file)) = find(tx, viewer, id)? else {
        keep_new(tx, viewer, new, None)?;
        return Ok(None);
    };
    if let Err(illegal) = before.state.allows(Step::Take) {
        return Ok(Some(illegal.into()));
    }
    let counts = file.counts();
    match file.join(new, before.party) {
        Err(FileError::NothingNew) => return Ok(Some(FileError::NothingNew.into())),
        joined => joined?,
    }
    let known = secrets(tx, viewer, id)?;
    let kept = add_up(&mut file, before.party, known)?;
    let (state, party) = (file.state(before.party), before.party);
    let reason = file.end().map(|(_, reason)| reason.to_owned()).unwrap_or_default();
    let change = Change { before: &before, counts, file: &file, state, party, secrets: kept.as_ref(), reason: &reason };
    keep(tx, viewer, &change)?;
    Ok(None)
}

/// Whether files fit this house: looked at before the one writer is asked.
///
/// # Errors
/// Which file, from 0, and why: the role does not allow it, or this house knows other values than whoever proposed.
pub fn check(tx: &mut Tx<'_>, viewer: &Viewer, files: &[File]) -> Result<(), (usize, Error)> {
    files.iter().enumerate().try_for_each(|(number, file)| {
        let allowed = viewer.require(Permission::PrepareReleases);
        let fits = allowed.and_then(|()| figures::check_shapes(tx, viewer, &file.terms));
        fits.map_err(|error| (number, error))
    })
}

/// Ends an agreement before this house's subtotal is given. One person is enough: less is told after it.
///
/// # Errors
/// The role or the state does not allow it, a stale version, the reason is missing, or the database failed.
pub fn end(tx: &mut Tx<'_>, viewer: &Viewer, id: AgreementId, version: i64, why: &Reason) -> Result<(), Error> {
    let (before, mut file) = at_version(tx, viewer, id, version)?;
    before.state.allows(Step::End)?;
    why.check()?;
    let (reason, counts, party) = (why.reason.trim(), file.counts(), before.party);
    if let Some((secrets, party)) = secrets(tx, viewer, id)?.zip(party) {
        file.end_by(party, &secrets, reason);
    }
    let state = AgreementState::Ended;
    keep(tx, viewer, &Change { before: &before, counts, file: &file, state, party, secrets: None, reason })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::input;
    use super::*;
    use crate::access::{Role, Scope};
    use crate::history::Actor;
    use crate::testing::{self, House};
    use crate::ui::Language;
    use crate::users::{NewUser, store as users};

    fn user(house: &House, name: &str, role: Role) -> Viewer {
        let organisation = house.viewer.organisation;
        let new = NewUser {
            username: name.to_owned(),
            name: name.to_owned(),
            email: None,
            language: Language::En,
            role,
            scope: Scope::Organisation,
            team_id: None,
            supervisor_id: None,
            sees_medical: false,
            sees_trafficking: false,
        };
        let id = house.write(move |tx, _| users::create_user(tx, Actor { organisation, user: None }, &new));
        Viewer { user: id, ..testing::viewer(organisation, role, Scope::Organisation) }
    }

    /// Whether keys or a share are kept.
    fn has_secrets(tx: &mut Tx<'_>, id: AgreementId) -> Result<bool, Error> {
        Ok(tx.count("SELECT count(*) FROM agreement WHERE id = $1 AND secrets IS NOT NULL", params![id])? == 1)
    }

    #[test]
    fn delta_is_a_power_of_ten() {
        let rounded = [1e-6, 2.5e-6, 9.99e-7, 0.001, 1.234e-12].map(rounded_down);
        assert_eq!(rounded, [1e-6, 1e-6, 1e-7, 0.001, 1e-12]);
    }

    #[test]
    fn keys_and_the_own_share_are_gone_with_the_subtotal() {
        let house = House::new();
        let (officer, manager) =
            (user(&house, "officer", Role::DataOfficer), user(&house, "manager", Role::ProgrammeManager));
        house.write(move |tx, _| {
            let shapes = figures::shapes(tx, &officer, &input())?;
            let id = create(tx, &officer, input(), shapes)?;
            assert!(matches!(agree(tx, &officer, id, 1, Consent::default()), Err(Error::Forbidden(_))));
            agree(tx, &manager, id, 1, Consent::default())?;
            assert!(has_secrets(tx, id)?);
            let (_, proposal) = agreement(tx, &officer, id)?;
            // The other two live elsewhere.
            let mut others = proposal.clone();
            let mut keys = [others.agree(1), others.agree(2)];
            take(tx, &officer, &[others.clone()]).map_err(|(_, error)| error)?;
            let giving = Giving { compared: Some(true) };
            let prepared = prepare(tx, &officer, id, 3, giving)?;
            give(tx, &officer, id, 3, prepared)?;
            assert!(has_secrets(tx, id)?, "the own share is still needed");
            assert!(matches!(prepare(tx, &officer, id, 4, giving), Err(Error::Refused("refused-regional-given"))));
            let counts = vec![5; others.terms.cells()];
            for (party, keys) in [1, 2].into_iter().zip(&mut keys) {
                others.give(party, keys, &counts)?;
            }
            take(tx, &officer, &[others.clone()]).map_err(|(_, error)| error)?;
            let (before, mut file) = agreement(tx, &officer, id)?;
            assert_eq!(before.state, AgreementState::Added);
            assert!(!has_secrets(tx, id)?, "the subtotal is given");
            for (party, keys) in [1, 2].into_iter().zip(&keys) {
                file.add_up(party, keys)?;
            }
            take(tx, &officer, &[file]).map_err(|(_, error)| error)?;
            let (after, file) = agreement(tx, &officer, id)?;
            assert_eq!(after.state, AgreementState::Complete);
            let noise = figures::Noise::of(&file.terms)?;
            // Nobody lives here: the total is ten, and noise of six standard deviations at most.
            let far = |figure: &i64| (figure - 10).unsigned_abs() > 4 * noise.within();
            assert!(!file.total().unwrap().iter().any(far), "{:?}", file.total());
            Ok(())
        });
    }
}
