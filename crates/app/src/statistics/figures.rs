//! Counting.

use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::error::Error;

use super::model::{Figures, Period, Question};

/// Counts what is asked, as far as this user may know it.
///
/// # Errors
/// The user may not read such figures, the indicator is not told apart like this, or the database failed.
pub fn answer(tx: &mut Tx<'_>, viewer: &Viewer, question: &Question) -> Result<Figures, Error> {
    viewer.require(Permission::ReadStatistics)?;
    let _ = (tx, question);
    Err(Error::NotFound)
}

/// The people reached in a period who agreed to be counted, a row each, with the dimensions of a person as columns,
/// delicate ones included: for what a protection makes of them, never for eyes.
///
/// # Errors
/// The user may not read figures, or the database failed.
pub fn records(tx: &mut Tx<'_>, viewer: &Viewer, period: &Period) -> Result<disclosure::Microdata, Error> {
    viewer.require(Permission::ReadStatistics)?;
    let _ = (tx, period);
    Err(Error::NotFound)
}
