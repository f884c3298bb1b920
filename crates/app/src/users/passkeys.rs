//! Passkeys (WebAuthn): instead of password and code, or after the password. Every one must verify
//! its user, by finger, face or PIN. A challenge stays on the server, ends soon and works once,
//! whether its answer is right or wrong.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::{
    AuthenticationResult, CreationChallengeResponse, DiscoverableAuthentication, Passkey as Credential,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    RequestChallengeResponse, Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::account::in_person;
use super::{pending, store};
use crate::access::Viewer;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Actor, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{OrganisationId, PasskeyId, UserId};
use crate::params;

/// What a registration that awaits its answer is kept under.
const REGISTRATION: &str = "passkey";
/// What a log-in that awaits its answer is kept under.
const LOGIN: &str = "passkey_login";
/// Most passkeys of one user.
const MOST: usize = 20;

/// Who asks for passkeys: this installation, at the address people type. None where that is no
/// name, such as a bare IP address, to which no passkey can be bound.
pub(crate) fn party(public_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(public_url).ok()?;
    let name = origin.domain()?;
    WebauthnBuilder::new(name, &origin).ok()?.rp_name("Watari").build().ok()
}

/// A passkey, without its key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Passkey {
    /// Id.
    pub id: PasskeyId,
    /// Its name, in the user's words.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last used.
    pub used_at: Option<Moment>,
}

/// The name of a passkey.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyName {
    /// In the user's words, such as «my phone».
    pub name: String,
}

impl PasskeyName {
    fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.name, 100, "name");
        check.done()
    }
}

/// An answer that does not fit is no defect, and its reason is nothing to tell a stranger.
fn refused(error: WebauthnError) -> Error {
    tracing::info!(%error, "a passkey was refused");
    Error::Refused("refused-passkey")
}

/// The user's passkeys, newest first.
///
/// # Errors
/// Asked with a token, or the database failed.
pub fn of_viewer(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Passkey>, Error> {
    in_person(viewer)?;
    Ok(tx.query(
        "SELECT id, name, created_at, used_at FROM passkey WHERE organisation_id = $1 AND user_id = $2 \
         ORDER BY created_at DESC",
        params![viewer.organisation, viewer.user],
        |row| Ok(Passkey { id: row.next()?, name: row.next()?, created_at: row.next()?, used_at: row.next()? }),
    )?)
}

/// Whether a user has any.
///
/// # Errors
/// The database failed.
pub fn any(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId) -> Result<bool, Error> {
    let sql = "SELECT count(*) FROM passkey WHERE organisation_id = $1 AND user_id = $2";
    Ok(tx.count(sql, params![organisation, user])? > 0)
}

fn credentials(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId) -> Result<Vec<Credential>, Error> {
    let kept: Vec<String> = tx.query(
        "SELECT credential FROM passkey WHERE organisation_id = $1 AND user_id = $2",
        params![organisation, user],
        |row| row.get(0),
    )?;
    kept.iter().map(|text| read(text.as_bytes())).collect()
}

fn read<T: DeserializeOwned>(kept: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(kept).map_err(|error| Error::Internal(format!("a kept passkey cannot be read: {error}")))
}

fn keep(tx: &mut Tx<'_>, holder: &[u8], kind: &str, state: &impl Serialize) -> Result<(), Error> {
    let state = serde_json::to_vec(state).map_err(|error| Error::Internal(error.to_string()))?;
    pending::keep(tx, holder, kind, &state)
}

fn take<T: DeserializeOwned>(tx: &mut Tx<'_>, holder: &[u8], kind: &str) -> Result<T, Error> {
    read(&pending::take(tx, holder, kind)?.ok_or(Error::Refused("refused-passkey-old"))?)
}

/// Asks the browser for a new passkey.
///
/// # Errors
/// Asked with a token, too many passkeys, or the database failed.
pub fn begin_registration(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    party: &Webauthn,
) -> Result<CreationChallengeResponse, Error> {
    let session = in_person(viewer)?;
    let user = store::user(tx, viewer.organisation, viewer.user)?;
    let known = credentials(tx, viewer.organisation, viewer.user)?;
    if known.len() >= MOST {
        return Err(Error::Refused("refused-passkeys-many"));
    }
    let known = known.iter().map(|credential| credential.cred_id().clone()).collect();
    let (mut challenge, state) =
        party.start_passkey_registration(viewer.user.0, &user.username, &user.name, Some(known)).map_err(refused)?;
    // One that the authenticator keeps itself can log in without a user name.
    if let Some(selection) = &mut challenge.public_key.authenticator_selection {
        selection.resident_key = Some(webauthn_rs_proto::ResidentKeyRequirement::Preferred);
    }
    keep(tx, session.0.as_bytes(), REGISTRATION, &state)?;
    Ok(challenge)
}

/// What a session's new passkey was asked for with; gone from here on.
///
/// # Errors
/// Nothing was begun, or too long ago, or the database failed.
pub fn take_registration(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<PasskeyRegistration, Error> {
    take(tx, in_person(viewer)?.0.as_bytes(), REGISTRATION)
}

/// Keeps a new passkey.
///
/// # Errors
/// The answer does not fit, a name to correct, the passkey is known already, or the database failed.
pub fn register(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    party: &Webauthn,
    name: &PasskeyName,
    (answer, state): (&RegisterPublicKeyCredential, &PasskeyRegistration),
) -> Result<PasskeyId, Error> {
    name.check()?;
    let credential = party.finish_passkey_registration(answer, state).map_err(refused)?;
    let credential_id: &[u8] = credential.cred_id();
    if tx.count("SELECT count(*) FROM passkey WHERE credential_id = $1", params![credential_id])? > 0 {
        return Err(Error::Refused("refused-passkey"));
    }
    let id = PasskeyId::new();
    let kept = serde_json::to_string(&credential).map_err(|error| Error::Internal(error.to_string()))?;
    let pen = history::record(tx, viewer, Entry::created(Kind::Passkey, id, name))?;
    tx.execute(
        &pen,
        "INSERT INTO passkey (organisation_id, id, user_id, name, credential_id, credential, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![viewer.organisation, id, viewer.user, name.name.trim(), credential_id, kept, Moment::now()],
    )?;
    Ok(id)
}

/// Gives a passkey of the user another name.
///
/// # Errors
/// Asked with a token, a name to correct, no such passkey of theirs, or the database failed.
pub fn rename(tx: &mut Tx<'_>, viewer: &Viewer, id: PasskeyId, name: &PasskeyName) -> Result<(), Error> {
    name.check()?;
    let before = of_viewer(tx, viewer)?.into_iter().find(|passkey| passkey.id == id).ok_or(Error::NotFound)?;
    let entry = Entry::changed(Kind::Passkey, id, &PasskeyName { name: before.name }, name);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "UPDATE passkey SET name = $3 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, name.name.trim()],
    )?;
    Ok(())
}

/// Removes a passkey of the user.
///
/// # Errors
/// Asked with a token, no such passkey of theirs, or the database failed.
pub fn remove(tx: &mut Tx<'_>, viewer: &Viewer, id: PasskeyId) -> Result<(), Error> {
    let passkey = of_viewer(tx, viewer)?.into_iter().find(|passkey| passkey.id == id).ok_or(Error::NotFound)?;
    let pen = history::record(tx, viewer, Entry::removed(Kind::Passkey, id, &PasskeyName { name: passkey.name }))?;
    tx.execute(&pen, "DELETE FROM passkey WHERE organisation_id = $1 AND id = $2", params![viewer.organisation, id])?;
    Ok(())
}

/// Removes all passkeys of a user: by a link that an administrator made for it.
///
/// # Errors
/// The database failed.
pub fn forget_all(tx: &mut Tx<'_>, by: Actor, user: UserId) -> Result<(), Error> {
    let entry = Entry::new(history::Act::Changed, Kind::User, user).noting("fact", "passkeys_off");
    let pen = history::record(tx, by, entry)?;
    tx.execute(
        &pen,
        "DELETE FROM passkey WHERE organisation_id = $1 AND user_id = $2",
        params![by.organisation, user],
    )?;
    Ok(())
}

/// Asks a browser, whoever uses it, for a passkey that says who they are.
///
/// # Errors
/// The database failed.
pub fn begin_login(tx: &mut Tx<'_>, party: &Webauthn, holder: &[u8]) -> Result<RequestChallengeResponse, Error> {
    let (mut challenge, state) = party.start_discoverable_authentication().map_err(refused)?;
    challenge.mediation = None;
    keep(tx, holder, LOGIN, &state)?;
    Ok(challenge)
}

/// What a browser was asked with; gone from here on.
///
/// # Errors
/// Nothing was begun, or too long ago, or the database failed.
pub fn take_login(tx: &mut Tx<'_>, holder: &[u8]) -> Result<DiscoverableAuthentication, Error> {
    take(tx, holder, LOGIN)
}

/// Whose passkey an answer claims to be made with, and that passkey.
///
/// # Errors
/// Nobody's who may log in, or the database failed.
pub fn claimed(
    tx: &mut Tx<'_>,
    party: &Webauthn,
    answer: &PublicKeyCredential,
) -> Result<(OrganisationId, UserId, Credential), Error> {
    let (user, credential_id) = party.identify_discoverable_authentication(answer).map_err(refused)?;
    let found = tx.one(
        "SELECT k.organisation_id, k.user_id, k.credential FROM passkey k \
         JOIN user_account u ON u.organisation_id = k.organisation_id AND u.id = k.user_id \
         WHERE k.credential_id = $1 AND k.user_id = $2 AND u.active = 1",
        params![credential_id, user],
        |row| Ok((row.next()?, row.next()?, row.next::<String>()?)),
    )?;
    let (organisation, user, credential) = found.ok_or(Error::Refused("refused-passkey"))?;
    Ok((organisation, user, read(credential.as_bytes())?))
}

/// Whether an answer is right.
///
/// # Errors
/// It is not.
pub fn check_login(
    party: &Webauthn,
    answer: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    credential: &Credential,
) -> Result<AuthenticationResult, Error> {
    party.finish_discoverable_authentication_v2(answer, state, credential).map_err(refused)
}

/// Asks for one of a user's passkeys after the password.
///
/// # Errors
/// They have none, or the database failed.
pub fn begin_second(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    party: &Webauthn,
    holder: &[u8],
) -> Result<RequestChallengeResponse, Error> {
    let known = credentials(tx, viewer.organisation, viewer.user)?;
    let (challenge, state) = party.start_passkey_authentication(&known).map_err(refused)?;
    keep(tx, holder, LOGIN, &state)?;
    Ok(challenge)
}

/// What a half session was asked with; gone from here on.
///
/// # Errors
/// Nothing was begun, or too long ago, or the database failed.
pub fn take_second(tx: &mut Tx<'_>, holder: &[u8]) -> Result<PasskeyAuthentication, Error> {
    take(tx, holder, LOGIN)
}

/// Whether an answer is right.
///
/// # Errors
/// It is not.
pub fn check_second(
    party: &Webauthn,
    answer: &PublicKeyCredential,
    state: &PasskeyAuthentication,
) -> Result<AuthenticationResult, Error> {
    party.finish_passkey_authentication(answer, state).map_err(refused)
}

/// Writes down that a passkey was used, and how often it says it was.
///
/// # Errors
/// It was removed meanwhile, it did not verify its user, or the database failed.
pub fn note_use(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: UserId,
    result: &AuthenticationResult,
) -> Result<(), Error> {
    let credential_id: &[u8] = result.cred_id();
    let kept = tx.one(
        "SELECT credential FROM passkey WHERE organisation_id = $1 AND user_id = $2 AND credential_id = $3",
        params![organisation, user, credential_id],
        |row| row.get::<String>(0),
    )?;
    let mut credential: Credential =
        read(kept.filter(|_| result.user_verified()).ok_or(Error::Refused("refused-passkey"))?.as_bytes())?;
    credential.update_credential(result);
    let kept = serde_json::to_string(&credential).map_err(|error| Error::Internal(error.to_string()))?;
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "UPDATE passkey SET credential = $3, used_at = $4 WHERE organisation_id = $1 AND credential_id = $2",
        params![organisation, credential_id, kept, Moment::now()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_bound_to_a_name() {
        assert!(party("https://cases.example.org").is_some() && party("http://localhost:8080").is_some());
        assert!(party("http://192.0.2.1:8080").is_none() && party("not an address").is_none());
    }
}
