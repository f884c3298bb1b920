//! Device cookies: how a browser that a user logged in with before is known again, so that its
//! tries are counted apart from a stranger's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::db::Tx;
use crate::ids::UserId;

/// Name of the cookie.
pub const COOKIE: &str = "watari-device";
/// How long a browser is known, in seconds.
pub const LIFE: i64 = 365 * 86_400;

/// A browser's number.
pub type Device = uuid::Uuid;

/// A cookie for a browser that a user has just logged in with.
pub fn new_cookie(tx: &Tx<'_>, user: UserId) -> String {
    let device = Device::new_v4();
    URL_SAFE_NO_PAD.encode(tx.key().seal("device", user.0.as_bytes(), device.as_bytes()))
}

/// The browser behind a cookie, where the cookie is genuine and this user's.
pub fn known(tx: &Tx<'_>, user: UserId, cookie: &str) -> Option<Device> {
    let sealed = URL_SAFE_NO_PAD.decode(cookie).ok()?;
    let number = tx.key().open("device", user.0.as_bytes(), &sealed).ok()?;
    Device::from_slice(&number).ok()
}
