//! What was begun and awaits an answer: a second factor's secret, a passkey's challenge, a file to import. Kept on
//! the server, sealed, for a short time.

use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::params;

/// Time to answer, in seconds.
pub(super) const PATIENCE: i64 = 10 * 60;

/// Keeps what was begun by a session or a browser, instead of what it began before.
///
/// # Errors
/// The database failed.
pub(super) fn keep(tx: &mut Tx<'_>, holder: &[u8], kind: &str, content: &[u8]) -> Result<(), Error> {
    keep_for(tx, holder, kind, content, PATIENCE)
}

/// Like [`keep`], for as many seconds as are said.
///
/// # Errors
/// The database failed.
pub(crate) fn keep_for(tx: &mut Tx<'_>, holder: &[u8], kind: &str, content: &[u8], seconds: i64) -> Result<(), Error> {
    let pen = Pen::unrecorded(Bookkeeping::Session);
    let sealed = tx.key().seal("pending", holder, content);
    let now = Moment::now();
    tx.execute(&pen, "DELETE FROM pending WHERE expires_at < $1", params![now])?;
    tx.execute(
        &pen,
        "INSERT INTO pending (holder, kind, sealed, expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (holder, kind) DO UPDATE SET sealed = $3, expires_at = $4",
        params![holder, kind, sealed, now.plus_seconds(seconds)],
    )?;
    Ok(())
}

/// What was begun, left where it is.
///
/// # Errors
/// The database failed.
pub(crate) fn look(tx: &mut Tx<'_>, holder: &[u8], kind: &str) -> Result<Option<Vec<u8>>, Error> {
    let sealed = tx.one(
        "SELECT sealed FROM pending WHERE holder = $1 AND kind = $2 AND expires_at > $3",
        params![holder, kind, Moment::now()],
        |row| row.get::<Vec<u8>>(0),
    )?;
    sealed
        .map(|sealed| tx.key().open("pending", holder, &sealed))
        .transpose()
        .map_err(|error| Error::Internal(error.to_string()))
}

/// What was begun, taken away: it works once.
///
/// # Errors
/// The database failed.
pub(crate) fn take(tx: &mut Tx<'_>, holder: &[u8], kind: &str) -> Result<Option<Vec<u8>>, Error> {
    let content = look(tx, holder, kind)?;
    let taken = tx.execute(
        &Pen::unrecorded(Bookkeeping::Session),
        "DELETE FROM pending WHERE holder = $1 AND kind = $2",
        params![holder, kind],
    )?;
    Ok(content.filter(|_| taken == 1))
}
