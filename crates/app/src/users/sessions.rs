//! Sessions and tokens: who stands behind a cookie or a bearer token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::access::{TokenScope, Via, Viewer};
use crate::dates::{Day, Moment};
use crate::db::{Row, Tx, Value};
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{DeviceId, OrganisationId, SessionId, TokenId, UserId};
use crate::params;
use crate::users::{OrganisationSettings, devices};
use crate::web::{App, Client};

/// Name of the session's cookie.
pub const COOKIE: &str = "watari";
/// A session ends this long after it was begun, in seconds.
pub(crate) const LONGEST: i64 = 12 * 3600;
/// A session ends this long after it was last used, in seconds.
pub(crate) const IDLE: i64 = 60 * 60;
/// How often the last use is written down, in milliseconds.
const SEEN_EVERY: i64 = 60_000;

/// A new secret and the digest it is found by; only the digest is stored.
pub fn new_secret() -> (String, [u8; 32]) {
    let secret: [u8; 32] = rand::random();
    let text = URL_SAFE_NO_PAD.encode(secret);
    let digest = digest(&text);
    (text, digest)
}

/// What a secret is found by.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Begins a session and answers the secret for its cookie.
///
/// # Errors
/// The database failed.
pub fn begin(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: UserId,
    client: &Client,
    second_factor_due: bool,
) -> Result<String, Error> {
    let (secret, digest) = new_secret();
    let now = Moment::now();
    let pen = Pen::unrecorded(Bookkeeping::Session);
    tx.execute(&pen, "DELETE FROM session WHERE expires_at < $1", params![now])?;
    tx.execute(
        &pen,
        "INSERT INTO session (token_hash, id, organisation_id, user_id, created_at, last_seen_at, expires_at, \
         address, user_agent, second_factor_due) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)",
        params![
            digest.as_slice(),
            SessionId::new(),
            organisation,
            user,
            now,
            now.plus_seconds(LONGEST),
            client.address.to_string(),
            client.user_agent.clone(),
            second_factor_due
        ],
    )?;
    Ok(secret)
}

/// What a browser keeps after a log-in: the secrets of its cookies.
pub struct LoggedIn {
    /// Of the session.
    pub session: String,
    /// Of the browser; none while a second factor is due.
    pub device: Option<String>,
}

/// Begins a session that needs nothing more.
///
/// # Errors
/// The database failed.
pub fn begin_whole(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: UserId,
    client: &Client,
) -> Result<LoggedIn, Error> {
    let session = begin(tx, organisation, user, client, false)?;
    Ok(LoggedIn { session, device: Some(devices::new_cookie(tx, user)) })
}

/// The viewer behind a session's cookie, second factor included.
///
/// # Errors
/// [`Error::LoggedOut`] where the session is unknown, ended, or still needs its second factor.
pub async fn viewer_of_session(app: &App, secret: &str) -> Result<Arc<Viewer>, Error> {
    let digest = digest(secret);
    if let Some(viewer) = app.sessions.get(&digest).filter(|viewer| matches!(viewer.via, Via::Session(_))) {
        return Ok(viewer);
    }
    let (viewer, seen) = app.db.read(move |tx| find_session(tx, &digest, false)).await?.ok_or(Error::LoggedOut)?;
    if Moment::now().milliseconds() - seen.milliseconds() > SEEN_EVERY {
        let db = app.db.clone();
        // Not worth waiting for: a missed note of use shortens the session by a minute at most.
        tokio::spawn(async move { drop(db.write::<_, Error, _>(move |tx| note_use(tx, &digest)).await) });
    }
    let viewer = Arc::new(viewer);
    app.sessions.put(digest, viewer.clone());
    Ok(viewer)
}

/// The viewer behind a token of the API.
///
/// # Errors
/// [`Error::LoggedOut`] where the token is unknown, ended or past its date.
pub async fn viewer_of_token(app: &App, secret: &str) -> Result<Arc<Viewer>, Error> {
    let digest = digest(secret);
    if let Some(viewer) = app.sessions.get(&digest).filter(|viewer| matches!(viewer.via, Via::Token(..))) {
        return Ok(viewer);
    }
    let viewer = app.db.read(move |tx| find_token(tx, &digest)).await?.ok_or(Error::LoggedOut)?;
    let viewer = Arc::new(viewer);
    app.sessions.put(digest, viewer.clone());
    Ok(viewer)
}

/// The viewer behind a bearer of Central's API: a token of ours, or a session that was begun there.
///
/// # Errors
/// [`Error::LoggedOut`] where it is neither.
pub async fn viewer_of_bearer(app: &App, secret: &str) -> Result<Arc<Viewer>, Error> {
    match viewer_of_token(app, secret).await {
        Err(Error::LoggedOut) => viewer_of_session(app, secret).await,
        found => found,
    }
}

/// The viewer behind the key of a device: its user, as far as filling in forms needs. Not remembered, so that a key is
/// never taken for a token of the API.
///
/// # Errors
/// [`Error::LoggedOut`] where the key is unknown or ended.
pub async fn viewer_of_device(app: &App, secret: &str) -> Result<(Viewer, DeviceId), Error> {
    let digest = digest(secret);
    let found = app.db.read(move |tx| find_device(tx, "d.token_hash = $1", digest.as_slice().into())).await?;
    found.map(|(viewer, device, _)| (viewer, device)).ok_or(Error::LoggedOut)
}

/// The viewer behind the user name of a device, and what is kept of its password.
pub(super) fn find_device_named(tx: &mut Tx<'_>, username: &str) -> Result<Option<(Viewer, DeviceId, String)>, Error> {
    let Some((viewer, device, Some(sealed))) = find_device(tx, "d.username = $1", username.into())? else {
        return Ok(None);
    };
    let opened = tx.key().open(DEVICE_PASSWORD, device.0.as_bytes(), &sealed).ok();
    let ha1 = opened.and_then(|ha1| String::from_utf8(ha1).ok());
    let ha1 = ha1.ok_or_else(|| Error::Internal(format!("the password of device {device} cannot be opened")))?;
    Ok(Some((viewer, device, ha1)))
}

/// What the password of a device is sealed for.
pub(crate) const DEVICE_PASSWORD: &str = "device password";

/// A device with its viewer, and its sealed password where it has one.
type FoundDevice = (Viewer, DeviceId, Option<Vec<u8>>);

fn find_device(tx: &mut Tx<'_>, which: &str, value: Value) -> Result<Option<FoundDevice>, Error> {
    let found = tx.one(
        &format!(
            "SELECT {VIEWER}, d.id, d.ha1 FROM device d \
             JOIN user_account u ON u.organisation_id = d.organisation_id AND u.id = d.user_id \
             JOIN organisation o ON o.id = d.organisation_id \
             WHERE {which} AND d.ended_at IS NULL AND u.active = 1"
        ),
        &[value],
        |row| Ok((viewer(row)?, row.next()?)),
    )?;
    let scopes = vec![TokenScope::PeopleRead, TokenScope::CasesRead, TokenScope::CasesWrite];
    Ok(found.and_then(|(mut viewer, sealed)| match viewer.via {
        Via::Session(SessionId(id)) => {
            viewer.via = Via::Token(TokenId(id), scopes);
            Some((viewer, DeviceId(id), sealed))
        }
        Via::Token(..) => None,
    }))
}

const VIEWER: &str = "u.organisation_id, o.name, o.settings, u.id, u.name, u.language, u.role, u.scope, u.team_id, \
                      u.sees_medical, u.sees_trafficking";

fn viewer(row: &Row<'_>) -> Result<Viewer, crate::db::DbError> {
    let organisation = row.next()?;
    let organisation_name = row.next()?;
    let settings: OrganisationSettings = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
    Ok(Viewer {
        organisation,
        organisation_name,
        user: row.next()?,
        name: row.next()?,
        language: row.next()?,
        role: row.next()?,
        scope: row.next()?,
        team: row.next()?,
        sees_medical: row.next()?,
        sees_trafficking: row.next()?,
        via: Via::Session(row.next()?),
        today: Day::today(&settings.time_zone),
        time_zone: settings.time_zone,
    })
}

/// The viewer of a session; with `half` also one whose second factor is still due.
pub(crate) fn find_session(tx: &mut Tx<'_>, digest: &[u8; 32], half: bool) -> Result<Option<(Viewer, Moment)>, Error> {
    let now = Moment::now();
    let found = tx.one(
        &format!(
            "SELECT {VIEWER}, s.id, s.last_seen_at FROM session s \
             JOIN user_account u ON u.organisation_id = s.organisation_id AND u.id = s.user_id \
             JOIN organisation o ON o.id = s.organisation_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND u.active = 1 \
             AND s.second_factor_due <= $4 AND s.expires_at <= $5"
        ),
        // A session that would last longer than any was begun on a clock that has since been set back.
        params![digest.as_slice(), now, now.plus_seconds(-IDLE), half, now.plus_seconds(LONGEST + IDLE)],
        |row| Ok((viewer(row)?, row.next()?)),
    )?;
    Ok(found)
}

/// A user as a viewer without a session: for the command line, which acts in a user's name.
///
/// # Errors
/// No such active user, or the database failed.
pub fn viewer_of_user(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId) -> Result<Viewer, Error> {
    tx.one(
        &format!(
            "SELECT {VIEWER}, u.id FROM user_account u JOIN organisation o ON o.id = u.organisation_id \
             WHERE u.organisation_id = $1 AND u.id = $2 AND u.active = 1"
        ),
        params![organisation, user],
        viewer,
    )?
    .ok_or(Error::NotFound)
}

fn note_use(tx: &mut Tx<'_>, digest: &[u8; 32]) -> Result<(), Error> {
    let pen = Pen::unrecorded(Bookkeeping::Session);
    tx.execute(
        &pen,
        "UPDATE session SET last_seen_at = $2 WHERE token_hash = $1",
        params![digest.as_slice(), Moment::now()],
    )?;
    Ok(())
}

fn find_token(tx: &mut Tx<'_>, digest: &[u8; 32]) -> Result<Option<Viewer>, Error> {
    let found = tx.one(
        &format!(
            "SELECT {VIEWER}, t.id, t.scopes FROM api_token t \
             JOIN user_account u ON u.organisation_id = t.organisation_id AND u.id = t.user_id \
             JOIN organisation o ON o.id = t.organisation_id \
             WHERE t.token_hash = $1 AND t.ended_at IS NULL AND t.expires_at > $2 AND u.active = 1"
        ),
        params![digest.as_slice(), Moment::now()],
        |row| {
            let mut viewer = viewer(row)?;
            if let Via::Session(SessionId(id)) = viewer.via {
                let scopes: String = row.next()?;
                let scopes = scopes.split(' ').filter_map(<TokenScope as crate::code::Code>::from_code).collect();
                viewer.via = Via::Token(crate::ids::TokenId(id), scopes);
            }
            Ok(viewer)
        },
    )?;
    Ok(found)
}

/// Ends the session behind a cookie.
///
/// # Errors
/// The database failed.
pub fn end(tx: &mut Tx<'_>, secret: &str) -> Result<(), Error> {
    let pen = Pen::unrecorded(Bookkeeping::Session);
    tx.execute(&pen, "DELETE FROM session WHERE token_hash = $1", params![digest(secret).as_slice()])?;
    Ok(())
}
