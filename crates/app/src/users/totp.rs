//! The second factor: one-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, 6 digits,
//! 30 seconds, one step of tolerance). A code works once.

use totp_rs::{Builder, Secret, Totp};

use super::account::in_person;
use super::{pending, store};
use crate::access::Viewer;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Act, Actor, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{OrganisationId, UserId};
use crate::params;

/// What a secret that awaits its first code is kept under.
const PENDING: &str = "totp";

/// A new secret in the letters that people type into an app.
fn new_secret() -> String {
    let bytes: [u8; 20] = rand::random();
    Secret::new(Box::new(bytes)).to_base32()
}

/// What an authenticator app reads from the picture.
pub fn address(secret: &str, username: &str) -> String {
    format!("otpauth://totp/Watari:{username}?secret={secret}&issuer=Watari")
}

/// The picture for an authenticator app, as SVG.
///
/// # Errors
/// The address does not fit a QR code, which is a defect.
pub fn picture(secret: &str, username: &str) -> Result<String, Error> {
    picture_of(&address(secret, username))
}

/// A text as a QR code, as SVG.
///
/// # Errors
/// The text does not fit a QR code.
pub(crate) fn picture_of(text: &str) -> Result<String, Error> {
    let code = qrcode::QrCode::new(text).map_err(|error| Error::Internal(error.to_string()))?;
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(220, 220).build();
    // Inside a page the XML declaration has no place.
    Ok(svg.split_once("?>").map_or(svg.as_str(), |(_, picture)| picture).to_owned())
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// Seconds that a code is for.
const STEP: i64 = 30;

fn step_now() -> i64 {
    Moment::now().milliseconds() / 1000 / STEP
}

/// The step that a code belongs to, if it is right now.
fn step_of(secret: &str, code: &str) -> Option<i64> {
    let seconds = u64::try_from(Moment::now().milliseconds() / 1000).ok()?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    totp(secret)?.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

/// The secret that a session is setting up: the same until it is confirmed or too old.
///
/// # Errors
/// Asked with a token, codes are asked for already, or the database failed.
pub fn begin(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<String, Error> {
    let session = in_person(viewer)?;
    if store::user(tx, viewer.organisation, viewer.user)?.has_totp {
        return Err(Error::Refused("refused-totp-on"));
    }
    if let Some(secret) = pending::look(tx, session.0.as_bytes(), PENDING)? {
        return Ok(String::from_utf8_lossy(&secret).into_owned());
    }
    let secret = new_secret();
    pending::keep(tx, session.0.as_bytes(), PENDING, secret.as_bytes())?;
    Ok(secret)
}

/// Begins to ask for codes, once the user has shown that the app works.
///
/// # Errors
/// The code is wrong, nothing was begun, asked with a token, or the database failed.
pub fn turn_on(tx: &mut Tx<'_>, viewer: &Viewer, code: &str) -> Result<(), Error> {
    let session = in_person(viewer)?;
    let begun = pending::look(tx, session.0.as_bytes(), PENDING)?.ok_or(Error::Refused("refused-totp-old"))?;
    let step = step_of(&String::from_utf8_lossy(&begun), code).ok_or_else(|| Error::field("code", "invalid-code"))?;
    pending::take(tx, session.0.as_bytes(), PENDING)?;
    let sealed = tx.key().seal("totp", viewer.user.0.as_bytes(), &begun);
    let entry = Entry::new(Act::Changed, Kind::User, viewer.user).noting("fact", "totp_on");
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "UPDATE user_account SET totp_sealed = $3, totp_last_step = $4, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, viewer.user, sealed, step],
    )?;
    Ok(())
}

/// Stops asking for codes: by the user with a code, or by a link that an administrator made for it.
///
/// # Errors
/// The database failed.
pub fn turn_off(tx: &mut Tx<'_>, by: impl Into<Actor>, user: UserId) -> Result<(), Error> {
    let by = by.into();
    let pen = history::record(tx, by, Entry::new(Act::Changed, Kind::User, user).noting("fact", "totp_off"))?;
    tx.execute(
        &pen,
        "UPDATE user_account SET totp_sealed = NULL, totp_last_step = 0, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, user],
    )?;
    Ok(())
}

/// Whether a code is right and was not used before; it is used up by this.
///
/// # Errors
/// The database failed.
pub fn accept(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId, code: &str) -> Result<bool, Error> {
    let sealed = tx.one(
        "SELECT totp_sealed FROM user_account WHERE organisation_id = $1 AND id = $2",
        params![organisation, user],
        |row| row.get::<Option<Vec<u8>>>(0),
    )?;
    let Some(sealed) = sealed.flatten() else { return Ok(false) };
    let secret =
        tx.key().open("totp", user.0.as_bytes(), &sealed).map_err(|error| Error::Internal(error.to_string()))?;
    let Some(step) = step_of(&String::from_utf8_lossy(&secret), code) else { return Ok(false) };
    // What was used after the next step was used under a clock that has been set back: it would keep
    // the user out until that time comes again.
    let fresh = tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "UPDATE user_account SET totp_last_step = $3 WHERE organisation_id = $1 AND id = $2 \
         AND (totp_last_step < $3 OR totp_last_step > $4)",
        params![organisation, user, step, step_now() + 1],
    )?;
    Ok(fresh == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope};
    use crate::dates::as_if_at;
    use crate::testing::House;
    use crate::ui::Language;
    use crate::users::NewUser;

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out_and_no_code_works_twice() {
        let house = House::new();
        let user = NewUser {
            username: "nadia".to_owned(),
            name: "Nadia".to_owned(),
            email: None,
            language: Language::En,
            role: Role::Caseworker,
            scope: Scope::Own,
            team_id: None,
            supervisor_id: None,
            sees_medical: false,
            sees_trafficking: false,
        };
        let secret = new_secret();
        let kept = secret.clone();
        let user = house.write(move |tx, viewer| {
            let user = store::create_user(tx, viewer, &user)?;
            let sealed = tx.key().seal("totp", user.0.as_bytes(), kept.as_bytes());
            tx.execute(
                &Pen::unrecorded(Bookkeeping::Session),
                "UPDATE user_account SET totp_sealed = $3 WHERE organisation_id = $1 AND id = $2",
                params![viewer.organisation, user, sealed],
            )?;
            Ok(user)
        });
        // A code as the app shows it so many seconds from the clock's time.
        let now = Moment::now();
        let logs_in = |clock: i64, ahead: i64| {
            let at = now.plus_seconds(clock);
            let shown = u64::try_from(at.plus_seconds(ahead).milliseconds() / 1000).unwrap();
            let code = totp(&secret).unwrap().generate(shown).to_string();
            house.write(move |tx, viewer| as_if_at(at, || accept(tx, viewer.organisation, user, &code)))
        };
        let ahead = 3600;
        assert!(logs_in(ahead, 0) && !logs_in(ahead, 0), "each code once");
        assert!(logs_in(0, 0), "the clock was set back an hour");
        assert!(!logs_in(0, 0) && !logs_in(0, -STEP), "once, and none from before");
        assert!(logs_in(0, STEP) && !logs_in(0, STEP) && !logs_in(0, 0), "an app that runs ahead");
        assert!(logs_in(2 * STEP, 0), "and on it goes");
    }
}
