//! Queries of users and organisations.

use crate::access::{Permission, Role};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::forms;
use crate::history::{self, Actor, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{OrganisationId, TeamId, UserId};
use crate::params;
use crate::users::{NewUser, Organisation, OrganisationSettings, User, passkeys, sessions, totp};

/// Makes an organisation, with the forms that come with Watari.
///
/// # Errors
/// The database failed.
pub fn create_organisation(
    tx: &mut Tx<'_>,
    name: &str,
    country: &str,
    settings: &OrganisationSettings,
) -> Result<OrganisationId, Error> {
    let organisation = Organisation {
        id: OrganisationId::new(),
        name: name.to_owned(),
        country: country.to_owned(),
        settings: settings.clone(),
        version: 1,
    };
    let by = Actor { organisation: organisation.id, user: None };
    let pen = history::record(tx, by, Entry::created(Kind::Organisation, organisation.id, &organisation))?;
    tx.execute(
        &pen,
        "INSERT INTO organisation (id, name, country, settings, created_at, version) VALUES ($1, $2, $3, $4, $5, 1)",
        params![organisation.id, name, country, serde_json::to_string(settings).unwrap_or_default(), Moment::now()],
    )?;
    forms::ship(tx, organisation.id)?;
    Ok(organisation.id)
}

/// The organisation on record.
///
/// # Errors
/// It is not there, or the database failed.
pub fn organisation(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Organisation, Error> {
    tx.one("SELECT id, name, country, settings, version FROM organisation WHERE id = $1", params![id], |row| {
        Ok(Organisation {
            id: row.next()?,
            name: row.next()?,
            country: row.next()?,
            settings: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
            version: row.next()?,
        })
    })?
    .ok_or(Error::NotFound)
}

/// Makes a team.
///
/// # Errors
/// The database failed.
pub fn create_team(tx: &mut Tx<'_>, by: impl Into<Actor>, name: &str) -> Result<TeamId, Error> {
    let by = by.into();
    let id = TeamId::new();
    let pen = history::record(tx, by, Entry::created(Kind::Team, id, &serde_json::json!({ "name": name })))?;
    tx.execute(
        &pen,
        "INSERT INTO team (organisation_id, id, name, version) VALUES ($1, $2, $3, 1)",
        params![by.organisation, id, name],
    )?;
    Ok(id)
}

/// Makes a user, who cannot log in until they have a password or a one-time link.
///
/// # Errors
/// Fields to correct, the name is taken, or the database failed.
pub fn create_user(tx: &mut Tx<'_>, by: impl Into<Actor>, user: &NewUser) -> Result<UserId, Error> {
    let by = by.into();
    user.check()?;
    check_place(tx, by.organisation, None, user.team_id, user.supervisor_id)?;
    let username = user.username.to_lowercase();
    if tx.count("SELECT count(*) FROM user_account WHERE username = $1", params![username.as_str()])? > 0 {
        return Err(Error::field("username", "invalid-username-taken"));
    }
    let id = UserId::new();
    let pen = history::record(tx, by, Entry::created(Kind::User, id, user))?;
    tx.execute(
        &pen,
        "INSERT INTO user_account (organisation_id, id, username, name, email, language, role, scope, team_id, \
         supervisor_id, sees_medical, sees_trafficking, active, created_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, 1)",
        params![
            by.organisation,
            id,
            username,
            user.name.trim(),
            user.email.clone(),
            user.language,
            user.role,
            user.scope,
            user.team_id,
            user.supervisor_id,
            user.sees_medical,
            user.sees_trafficking,
            Moment::now()
        ],
    )?;
    Ok(id)
}

/// Whether a user's team and supervisor are the organisation's own, the supervisor someone else
/// who works there.
///
/// # Errors
/// The fields to correct, or the database failed.
pub fn check_place(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    user: Option<UserId>,
    team: Option<TeamId>,
    supervisor: Option<UserId>,
) -> Result<(), Error> {
    let mut check = Check::default();
    if let Some(team) = team {
        let own = "SELECT count(*) FROM team WHERE organisation_id = $1 AND id = $2";
        check.that(tx.count(own, params![organisation, team])? == 1, "team_id", "invalid-choice");
    }
    if let Some(supervisor) = supervisor {
        let own = "SELECT count(*) FROM user_account WHERE organisation_id = $1 AND id = $2 AND active = 1";
        let there = tx.count(own, params![organisation, supervisor])? == 1;
        check.that(there && user != Some(supervisor), "supervisor_id", "invalid-supervisor");
    }
    check.done()
}

/// The columns of [`user_from`], of `user_account u`.
pub const USER: &str = "u.id, u.username, u.name, u.email, u.language, u.role, u.scope, u.team_id, u.supervisor_id, \
                        u.sees_medical, u.sees_trafficking, u.active, u.totp_sealed, u.version";

/// A user from a row of [`USER`].
///
/// # Errors
/// A column holds something else.
pub fn user_from(row: &Row<'_>) -> Result<User, DbError> {
    Ok(User {
        id: row.next()?,
        username: row.next()?,
        name: row.next()?,
        email: row.next()?,
        language: row.next()?,
        role: row.next()?,
        scope: row.next()?,
        team_id: row.next()?,
        supervisor_id: row.next()?,
        sees_medical: row.next()?,
        sees_trafficking: row.next()?,
        active: row.next()?,
        has_totp: row.next::<Option<Vec<u8>>>()?.is_some(),
        version: row.next()?,
    })
}

/// Sets a password and ends every session of the user.
///
/// # Errors
/// The database failed.
pub fn set_password(tx: &mut Tx<'_>, by: impl Into<Actor>, user: UserId, hash: &str) -> Result<(), Error> {
    let by = by.into();
    let pen = history::record(tx, by, Entry::new(history::Act::Changed, Kind::User, user).noting("fact", "password"))?;
    tx.execute(
        &pen,
        "UPDATE user_account SET password_hash = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, user, hash],
    )?;
    tx.execute(
        &pen,
        "DELETE FROM session WHERE organisation_id = $1 AND user_id = $2",
        params![by.organisation, user],
    )?;
    Ok(())
}

/// How long a one-time link works, in seconds.
const LINK_LIFE: i64 = 72 * 3600;

/// A one-time link that was not used yet.
pub struct LoginLink {
    /// Whose user.
    pub organisation: OrganisationId,
    /// Who may use it.
    pub user: UserId,
    /// What they type to log in.
    pub username: String,
    /// Whether using it forgets the second factor.
    pub forgets_second_factor: bool,
}

/// Makes a one-time link with which a user chooses a password; answers its secret. The second
/// factor is forgotten only where the link says so, and only when it is used.
///
/// # Errors
/// The database failed.
pub fn create_login_link(
    tx: &mut Tx<'_>,
    by: impl Into<Actor>,
    user: UserId,
    forgets_second_factor: bool,
) -> Result<String, Error> {
    let by = by.into();
    let (secret, digest) = sessions::new_secret();
    let fact = if forgets_second_factor { "login_link_forgetting_second_factor" } else { "login_link" };
    let pen = history::record(tx, by, Entry::new(history::Act::Changed, Kind::User, user).noting("fact", fact))?;
    tx.execute(
        &pen,
        "INSERT INTO login_link (token_hash, organisation_id, user_id, forgets_second_factor, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
        params![digest.as_slice(), by.organisation, user, forgets_second_factor, Moment::now().plus_seconds(LINK_LIFE)],
    )?;
    Ok(secret)
}

/// Whose unused link this is.
///
/// # Errors
/// The database failed.
pub fn login_link(tx: &mut Tx<'_>, secret: &str) -> Result<Option<LoginLink>, Error> {
    let found = tx.one(
        "SELECT l.organisation_id, l.user_id, u.username, l.forgets_second_factor FROM login_link l \
         JOIN user_account u ON u.organisation_id = l.organisation_id AND u.id = l.user_id \
         WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND u.active = 1",
        params![sessions::digest(secret).as_slice(), Moment::now()],
        |row| {
            Ok(LoginLink {
                organisation: row.next()?,
                user: row.next()?,
                username: row.next()?,
                forgets_second_factor: row.next()?,
            })
        },
    )?;
    Ok(found)
}

/// Whether something besides the password is asked of a user.
///
/// # Errors
/// The database failed.
pub fn has_second_factor(tx: &mut Tx<'_>, organisation: OrganisationId, user: UserId) -> Result<bool, Error> {
    Ok(self::user(tx, organisation, user)?.has_totp || passkeys::any(tx, organisation, user)?)
}

/// Forgets all that is asked of a user besides the password.
///
/// # Errors
/// The database failed.
pub fn forget_second_factor(tx: &mut Tx<'_>, by: Actor, user: UserId) -> Result<(), Error> {
    if self::user(tx, by.organisation, user)?.has_totp {
        totp::turn_off(tx, by, user)?;
    }
    if passkeys::any(tx, by.organisation, user)? {
        passkeys::forget_all(tx, by, user)?;
    }
    Ok(())
}

/// Marks a link as used; `false` where another request was first.
///
/// # Errors
/// The database failed.
pub fn use_login_link(tx: &mut Tx<'_>, secret: &str) -> Result<bool, Error> {
    let pen = Pen::unrecorded(Bookkeeping::Session);
    let used = tx.execute(
        &pen,
        "UPDATE login_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL",
        params![sessions::digest(secret).as_slice(), Moment::now()],
    )?;
    Ok(used == 1)
}

/// The next number of a series, such as people or cases.
///
/// # Errors
/// The database failed.
pub fn next_number(tx: &mut Tx<'_>, organisation: OrganisationId, series: &str) -> Result<i64, Error> {
    let pen = Pen::unrecorded(Bookkeeping::Counter);
    let taken = tx.execute_returning(
        &pen,
        "INSERT INTO counter (organisation_id, name, value) VALUES ($1, $2, 1) \
         ON CONFLICT (organisation_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        params![organisation, series],
        |row| row.get(0),
    )?;
    taken.into_iter().next().ok_or_else(|| Error::Internal("no number was handed out".to_owned()))
}

/// The user of a log-in name, whatever the organisation: for the command line only.
///
/// # Errors
/// The database failed.
pub fn id_of_username(tx: &mut Tx<'_>, username: &str) -> Result<Option<(OrganisationId, UserId)>, Error> {
    let found =
        tx.one("SELECT organisation_id, id FROM user_account WHERE username = $1", params![username], |row| {
            Ok((row.next()?, row.next()?))
        })?;
    Ok(found)
}

/// A user of an organisation.
///
/// # Errors
/// No such user, or the database failed.
pub fn user(tx: &mut Tx<'_>, organisation: OrganisationId, id: UserId) -> Result<User, Error> {
    tx.one(
        &format!("SELECT {USER} FROM user_account u WHERE u.organisation_id = $1 AND u.id = $2"),
        params![organisation, id],
        user_from,
    )?
    .ok_or(Error::NotFound)
}

/// The hash of a user's password, where they have one.
///
/// # Errors
/// The database failed.
pub fn password_hash(tx: &mut Tx<'_>, organisation: OrganisationId, id: UserId) -> Result<Option<String>, Error> {
    let hash = tx.one(
        "SELECT password_hash FROM user_account WHERE organisation_id = $1 AND id = $2",
        params![organisation, id],
        |row| row.get::<Option<String>>(0),
    )?;
    Ok(hash.flatten())
}

/// Those who work in the organisation and whose role allows this.
///
/// # Errors
/// The database failed.
pub fn who_may(tx: &mut Tx<'_>, organisation: OrganisationId, permission: Permission) -> Result<Vec<UserId>, Error> {
    let users: Vec<(UserId, Role)> = tx.query(
        "SELECT id, role FROM user_account WHERE organisation_id = $1 AND active = 1 ORDER BY id",
        params![organisation],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(users.into_iter().filter(|(_, role)| role.may(permission)).map(|(id, _)| id).collect())
}

/// The organisation's teams by name.
///
/// # Errors
/// The database failed.
pub fn teams(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<(TeamId, String)>, Error> {
    Ok(tx.query(
        "SELECT id, name FROM team WHERE organisation_id = $1 ORDER BY name",
        params![organisation],
        |row| Ok((row.next()?, row.next()?)),
    )?)
}
