//! A device that gives its user name and password with each request.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::digest::{self, Credentials, challenge};
use super::sessions;
use super::tries::Tries;
use crate::access::Viewer;
use crate::error::Error;
use crate::ids::DeviceId;
use crate::web::{App, Client};

/// A request that was not let in.
pub struct Unknown {
    /// Why.
    pub error: Error,
    /// Values of `WWW-Authenticate`: how to ask again. None where asking again is of no use now.
    pub challenges: Vec<String>,
}

impl From<Error> for Unknown {
    fn from(error: Error) -> Unknown {
        Unknown { error, challenges: Vec::new() }
    }
}

/// The device that a request names, and who stands behind it.
///
/// # Errors
/// With a challenge where there is no password, a wrong one, or one for a nonce that is past its time; without where
/// too many were wrong, or the database failed.
pub async fn device(app: &App, parts: &Parts) -> Result<(Viewer, DeviceId), Unknown> {
    let client = Client::of(parts, app);
    // Basic sends the password itself.
    let basic = app.settings.public_url.starts_with("https:") || client.address.is_loopback();
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = header.and_then(Credentials::read).filter(|given| basic || matches!(given, Credentials::Digest(_)));
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let (house, method) = (app.clone(), parts.method.clone());
    let tried = app.db.read(move |tx| -> Result<_, Error> {
        let Some(given) = given else { return Ok(Err(challenge(tx.key(), false, basic))) };
        let found = sessions::find_device_named(tx, given.username())?;
        let tries = Tries::of_device(given.username(), &client);
        tries.take(&house)?;
        // A name that is not there takes as long as one that is.
        let nobody = || digest::ha1(given.username(), "");
        let kept = found.as_ref().map_or_else(nobody, |(.., ha1)| ha1.clone());
        let is_right = given.fit(&kept, &method, &target);
        let Some((viewer, device, _)) = found.filter(|_| is_right) else {
            return Ok(Err(challenge(tx.key(), false, basic)));
        };
        tries.were_right(&house);
        match &given {
            Credentials::Digest(answer) if !house.nonces.take(tx.key(), answer) => {
                Ok(Err(challenge(tx.key(), true, basic)))
            }
            _ => Ok(Ok((viewer, device))),
        }
    });
    tried.await?.map_err(|challenges| Unknown { error: Error::LoggedOut, challenges })
}
