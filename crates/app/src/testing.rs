//! An organisation with an empty database, for tests of what lies below the pages.

use crate::access::{Role, Scope, Via, Viewer};
use crate::db::{Db, Location, Tx};
use crate::error::Error;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::keys::DataKey;
use crate::users::{OrganisationSettings, store as users};

/// The organisation, and a data officer who sees all of it.
pub struct House {
    /// Where the database lies; gone with the house.
    pub folder: tempfile::TempDir,
    /// What opens it.
    pub key: DataKey,
    /// The database.
    pub db: Db,
    /// The data officer.
    pub viewer: Viewer,
}

impl House {
    pub fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let key = DataKey::generate();
        let db = Db::open(Location::Sqlite(folder.path().join("watari.db")), &key, 2).unwrap();
        let organisation = db
            .write_blocking(|tx| users::create_organisation(tx, "Bridge", "JO", &OrganisationSettings::default()))
            .unwrap();
        House { folder, key, db, viewer: viewer(organisation, Role::DataOfficer, Scope::Organisation) }
    }

    /// What the data officer writes.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let viewer = self.viewer.clone();
        self.db.write_blocking(move |tx| work(tx, &viewer)).unwrap()
    }
}

/// Someone logged in, who sees neither health nor trafficking.
pub fn viewer(organisation: OrganisationId, role: Role, scope: Scope) -> Viewer {
    Viewer {
        organisation,
        organisation_name: "Bridge".to_owned(),
        user: UserId::new(),
        name: "Data officer".to_owned(),
        language: "en".to_owned(),
        role,
        scope,
        team: None,
        sees_medical: false,
        sees_trafficking: false,
        via: Via::Session(SessionId::new()),
        time_zone: "UTC".to_owned(),
        today: "2026-11-24".parse().unwrap(),
    }
}
