//! How often a secret may be guessed, and by whom.
//!
//! A stranger's tries are counted by user name and address together, and by address. A browser
//! that the user logged in with before has a count of its own (OWASP, «device cookies»): a flood
//! from elsewhere never keeps the user out.

use std::time::Duration;

use super::devices::Device;
use crate::error::Error;
use crate::ids::UserId;
use crate::web::{App, Client, Name};

/// Tries for one user before they must wait.
const MOST: u32 = 10;
/// Tries from one address, whoever for: a whole office may share it.
const MOST_OF_ADDRESS: u32 = 100;
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What a try counts against.
pub(super) struct Tries {
    own: Option<Name>,
    address: Option<Name>,
}

impl Tries {
    /// Of a password when logging in.
    pub(super) fn of_password(username: &str, client: &Client, device: Option<Device>) -> Tries {
        let place = client.place();
        match device {
            Some(device) => Tries { own: Some(("password-device", device.to_string())), address: None },
            None => Tries {
                own: Some(("password", format!("{username}\n{place}"))),
                address: Some(("password-address", place)),
            },
        }
    }

    /// Of the password of a device, which comes with each of its requests.
    pub(super) fn of_device(username: &str, client: &Client) -> Tries {
        let place = client.place();
        Tries {
            own: Some(("device-password", format!("{username}\n{place}"))),
            address: Some(("password-address", place)),
        }
    }

    /// Of a code when logging in: six digits are few, so strangers share one count wherever they
    /// are; they know the password already.
    pub(super) fn of_code(user: UserId, device: Option<Device>) -> Tries {
        let own = match device {
            Some(device) => ("code-device", device.to_string()),
            None => ("code", user.to_string()),
        };
        Tries { own: Some(own), address: None }
    }

    /// Of a passkey when logging in: nobody guesses one, but each challenge is kept for a while.
    pub(super) fn of_passkey(client: &Client) -> Tries {
        Tries { own: None, address: Some(("passkey-address", client.place())) }
    }

    /// Of a user's own secret in their own session.
    pub(super) fn in_session(user: UserId) -> Tries {
        Tries { own: Some(("session", user.to_string())), address: None }
    }

    /// Takes a try, before it is known whether it is right.
    ///
    /// # Errors
    /// [`Error::TooMany`] where none is left.
    pub(super) fn take(&self, app: &App) -> Result<(), Error> {
        for (name, most) in [(&self.own, MOST), (&self.address, MOST_OF_ADDRESS)] {
            if let Some(name) = name {
                app.throttle.take(name.clone(), most, WINDOW).map_err(Error::TooMany)?;
            }
        }
        Ok(())
    }

    /// The try was right: the user's count begins anew. The address only gets this one back, or
    /// an account of one's own would buy endless tries on others'.
    pub(super) fn were_right(&self, app: &App) {
        if let Some(own) = &self.own {
            app.throttle.forget(own);
        }
        if let Some(address) = &self.address {
            app.throttle.give_back(address);
        }
    }
}
