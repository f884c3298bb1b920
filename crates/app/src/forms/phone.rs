//! Who asks for forms and sends them filled in: a device, by the key in its address or by its user name and password.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::response::Response;

use super::openrosa::told;
use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::error::Error;
use crate::ids::DeviceId;
use crate::users::device_login::{self, Unknown};
use crate::users::sessions;
use crate::web::App;

/// Where devices with a user name and a password ask.
pub const WITH_PASSWORD: &str = "/openrosa";

/// A device at the door, and who stands behind it.
pub struct Phone {
    app: App,
    /// The folder that it was asked in, from which its further addresses lead on.
    folder: String,
    viewer: Arc<Viewer>,
    /// Which device.
    pub device: DeviceId,
}

impl FromRequestParts<App> for Phone {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Phone, Response> {
        Phone::of(parts, app).await.map_err(|Unknown { error, challenges }| {
            let wait = if let Error::TooMany(seconds) = error { Some(seconds) } else { None };
            // A device with a key has no other to try.
            let is_shut = matches!(error, Error::LoggedOut) && challenges.is_empty();
            let mut response = told(Err(error));
            if is_shut {
                *response.status_mut() = axum::http::StatusCode::FORBIDDEN;
            }
            for challenge in challenges.iter().filter_map(|challenge| HeaderValue::from_str(challenge).ok()) {
                response.headers_mut().append(WWW_AUTHENTICATE, challenge);
            }
            response.headers_mut().extend(wait.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds))));
            response
        })
    }
}

impl Phone {
    async fn of(parts: &mut Parts, app: &App) -> Result<Phone, Unknown> {
        let named = RawPathParams::from_request_parts(parts, app).await;
        let named = named.map_err(|_| Error::NotFound)?;
        let key = named.iter().find(|(name, _)| *name == "key").map(|(_, key)| key.to_owned());
        let ((viewer, device), folder) = match key {
            Some(key) => (sessions::viewer_of_device(app, &key).await?, format!("/key/{key}")),
            None => (device_login::device(app, parts).await?, WITH_PASSWORD.to_owned()),
        };
        viewer.require(Permission::WriteCases)?;
        Ok(Phone { app: app.clone(), folder, viewer: Arc::new(viewer), device })
    }

    /// An address on this server that the device may ask for.
    pub fn address(&self, rest: &str) -> String {
        format!("{}{}/{rest}", self.app.settings.public_url.trim_end_matches('/'), self.folder)
    }

    /// Reads as its user.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.app.read_as(&self.viewer, work).await
    }

    /// Writes as its user.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.app.write_as(&self.viewer, work).await
    }
}
