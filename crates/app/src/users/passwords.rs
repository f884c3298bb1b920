//! Passwords: argon2id (RFC 9106) with the OWASP parameters (46 MiB, 1 pass, 1 lane).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::Error;
use crate::web::App;

/// Shortest password accepted (NIST SP 800-63B asks for at least 8 with a second factor, 15
/// without).
const SHORTEST: usize = 12;
/// Longest password hashed; longer ones only cost time.
const LONGEST: usize = 256;

fn argon2id() -> Argon2<'static> {
    let params = Params::new(46 * 1024, 1, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a password may be chosen by this user.
///
/// # Errors
/// Too short, too long, or the name itself.
pub fn check(password: &str, username: &str) -> Result<(), Error> {
    let length = password.chars().count();
    let reason = match length {
        _ if length < SHORTEST => "invalid-password-short",
        _ if length > LONGEST => "invalid-too-long",
        _ if password.to_lowercase().contains(&username.to_lowercase()) => "invalid-password-name",
        _ => return Ok(()),
    };
    Err(Error::field("password", reason))
}

/// Hashes a password; 46 MiB and some 30 ms, so call it through [`hash`] from a request.
pub fn hash_blocking(password: &str) -> Result<String, Error> {
    argon2id()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("a password could not be hashed: {error}")))
}

/// Hashes a password, at most two at a time on the whole server.
///
/// # Errors
/// The server is stopping.
pub async fn hash(app: &App, password: String) -> Result<String, Error> {
    gated(app, move || hash_blocking(&password)).await?
}

/// Whether a password fits a hash. Without a hash it works as long and answers no, so that time
/// does not tell whether a user exists.
///
/// # Errors
/// The server is stopping.
pub async fn fits(app: &App, password: String, hash: Option<String>) -> Result<bool, Error> {
    gated(app, move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let shortened: String = password.chars().take(LONGEST + 1).collect();
        let matches =
            PasswordHash::new(&hash).is_ok_and(|hash| argon2id().verify_password(shortened.as_bytes(), &hash).is_ok());
        known && matches
    })
    .await
}

/// The hash of a password that nobody has.
const NOBODY: &str =
    "$argon2id$v=19$m=47104,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Yj0mEKLNBmLSLtfTkTyVPZkpcZv3ngKnkgkGm6fkE2g";

async fn gated<T: Send + 'static>(app: &App, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let permit = app.passwords.clone().acquire_owned().await.map_err(|error| Error::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    })
    .await
    .map_err(|error| Error::Internal(error.to_string()))
}
