//! What a case asks of its person's record. Stand-ins for `people::store` until the two meet.

use crate::access::Viewer;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Entry, Kind};
use crate::ids::{PersonId, TeamId, UserId};
use crate::params;
use serde_json::json;

/// Sets a person's needs (codes joined by commas) and vulnerability.
///
/// # Errors
/// The person is not there, or the database failed.
pub fn set_needs(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    needs: &str,
    vulnerability: i64,
) -> Result<(), Error> {
    let (old_needs, old): (String, i64) = tx
        .one(
            "SELECT needs, vulnerability FROM person WHERE organisation_id = $1 AND id = $2",
            params![viewer.organisation, person],
            |row| Ok((row.next()?, row.next()?)),
        )?
        .ok_or(Error::NotFound)?;
    if old_needs == needs && old == vulnerability {
        return Ok(());
    }
    let before = json!({ "needs": old_needs, "vulnerability": old });
    let after = json!({ "needs": needs, "vulnerability": vulnerability });
    let pen = history::record(tx, viewer, Entry::changed(Kind::Person, person, &before, &after).about(person))?;
    tx.execute(
        &pen,
        "UPDATE person SET needs = $3, vulnerability = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, person, needs, vulnerability, Moment::now()],
    )?;
    Ok(())
}

/// Sets who is responsible for a person.
///
/// # Errors
/// The person is not there, or the database failed.
pub fn set_responsible(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    owner: Option<UserId>,
    team: Option<TeamId>,
) -> Result<(), Error> {
    let (old_owner, old_team): (Option<UserId>, Option<TeamId>) = tx
        .one(
            "SELECT owner_id, team_id FROM person WHERE organisation_id = $1 AND id = $2",
            params![viewer.organisation, person],
            |row| Ok((row.next()?, row.next()?)),
        )?
        .ok_or(Error::NotFound)?;
    if (old_owner, old_team) == (owner, team) {
        return Ok(());
    }
    let before = json!({ "owner_id": old_owner, "team_id": old_team });
    let after = json!({ "owner_id": owner, "team_id": team });
    let pen = history::record(tx, viewer, Entry::changed(Kind::Person, person, &before, &after).about(person))?;
    tx.execute(
        &pen,
        "UPDATE person SET owner_id = $3, team_id = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, person, owner, team, Moment::now()],
    )?;
    Ok(())
}
