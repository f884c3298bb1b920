//! Break-glass: emergency access to one person, with a written reason, under the supervisor's eyes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Permission, Role, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Act, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{GrantId, NoticeId, PersonId, UserId};
use crate::params;
use crate::users;

/// Why access is needed at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EmergencyInput {
    /// The reason, at least a sentence.
    pub reason: String,
}

/// Whether there is such a person to take access to, in this organisation.
///
/// # Errors
/// The role does not allow it, no such person, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<(), Error> {
    viewer.require(Permission::BreakGlass)?;
    let exists = "SELECT count(*) FROM person WHERE organisation_id = $1 AND id = $2";
    if tx.count(exists, params![viewer.organisation, person])? == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Opens a person of the same organisation for some hours and alerts the supervisors.
///
/// # Errors
/// The role does not allow it, no reason, no such person, or the database failed.
pub fn break_glass(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    input: &EmergencyInput,
) -> Result<GrantId, Error> {
    find(tx, viewer, person)?;
    let reason = input.reason.trim();
    if reason.chars().count() < 10 {
        return Err(Error::field("reason", "invalid-reason"));
    }
    if reason.chars().count() > 2000 {
        return Err(Error::field("reason", "invalid-too-long"));
    }
    let hours = users::store::organisation(tx, viewer.organisation)?.settings.break_glass_hours.clamp(1, 168);
    let id = GrantId::new();
    let entry = Entry::new(Act::BrokeGlass, Kind::AccessGrant, id).about(person).because(reason);
    let pen = history::record(tx, viewer, entry)?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "INSERT INTO access_grant (organisation_id, id, user_id, person_id, reason, granted_at, until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![viewer.organisation, id, viewer.user, person, reason, now, now.plus_seconds(hours * 3600)],
    )?;
    for supervisor in alerted(tx, viewer)? {
        tx.execute(
            &Pen::unrecorded(Bookkeeping::Notice),
            "INSERT INTO notice (organisation_id, id, user_id, kind, person_id, text, created_at) \
             VALUES ($1, $2, $3, 'break_glass', $4, $5, $6)",
            params![
                viewer.organisation,
                NoticeId::new(),
                supervisor,
                person,
                format!("{}: {reason}", viewer.name),
                now
            ],
        )?;
    }
    Ok(id)
}

/// The user's own supervisor; where there is none, every other supervisor of the organisation.
fn alerted(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<UserId>, Error> {
    let own = tx.one(
        "SELECT supervisor_id FROM user_account WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, viewer.user],
        |row| row.get::<Option<UserId>>(0),
    )?;
    if let Some(Some(supervisor)) = own {
        return Ok(vec![supervisor]);
    }
    Ok(tx.query(
        "SELECT id FROM user_account WHERE organisation_id = $1 AND role = $2 AND active = 1 AND id <> $3",
        params![viewer.organisation, Role::Supervisor, viewer.user],
        |row| row.get(0),
    )?)
}
