//! The demo's invented people: two organisations in two countries, every role, every state.

mod cases;
mod people;

use crate::access::{Role, Scope};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::history::Actor;
use crate::ids::{OrganisationId, UserId};
use crate::ui::Language;
use crate::users::{NewUser, OrganisationSettings, passwords, sessions, store};
use cases::Caseload;
use people::Inventor;

/// The password of every user of the demo.
pub const PASSWORD: &str = "crossing-the-river";

/// A log-in of the demo.
pub struct DemoUser {
    /// What to type.
    pub username: String,
    /// The user's role.
    pub role: Role,
    /// The organisation's name.
    pub organisation: &'static str,
}

struct House {
    name: &'static str,
    country: &'static str,
    time_zone: &'static str,
    team: &'static str,
    users: &'static [(&'static str, &'static str, Role, Scope, Language)],
}

const HOUSES: [House; 2] = [
    House {
        name: "Casa del Puente",
        country: "MX",
        time_zone: "America/Mexico_City",
        team: "Tapachula",
        // The supervisor first.
        users: &[
            ("lucia", "Lucía Ortega", Role::Supervisor, Scope::Team, Language::Es),
            ("amal", "Amal Haddad", Role::Caseworker, Scope::Team, Language::En),
            ("pierre", "Pierre Lubin", Role::ProgrammeManager, Scope::Organisation, Language::Fr),
            ("daniela", "Daniela Ríos", Role::DataOfficer, Scope::Organisation, Language::Es),
            ("omar", "Omar Reyes", Role::LawEnforcementLiaison, Scope::Organisation, Language::En),
            ("admin", "Inés Castro", Role::Administrator, Scope::Organisation, Language::En),
            ("audit", "Akiko Mori", Role::Auditor, Scope::Organisation, Language::Ja),
        ],
    },
    House {
        name: "Jisr Centre",
        country: "JO",
        time_zone: "Asia/Amman",
        team: "Amman",
        users: &[("salma", "سلمى الخطيب", Role::Supervisor, Scope::Team, Language::Ar)],
    },
];

/// Fills an empty database; answers the log-ins.
///
/// # Errors
/// The database failed.
pub fn fill(db: &Db, people: u32, cases: u32) -> Result<Vec<DemoUser>, Error> {
    let hash = passwords::hash_blocking(PASSWORD)?;
    let founded =
        db.write_blocking(move |tx| HOUSES.iter().map(|house| found(tx, house, &hash)).collect::<Result<Vec<_>, _>>())?;
    let shares = [people - people / 4, people / 4];
    let mut inventor = Inventor::new();
    for (house, share) in founded.iter().zip(shares) {
        // In batches, so that the first requests need not wait for the last person.
        let mut left = share;
        while left > 0 {
            let batch: Vec<_> = (0..left.min(100)).map(|_| inventor.person()).collect();
            left -= batch.len() as u32;
            let house = house.clone();
            db.write_blocking(move |tx| register(tx, &house, batch))?;
        }
    }
    let mut caseload = Caseload::new()?;
    for (house, share) in founded.into_iter().zip([cases - cases / 4, cases / 4]) {
        caseload = db.write_blocking(move |tx| {
            caseload.fill(tx, &house, share)?;
            Ok::<_, Error>(caseload)
        })?;
    }
    Ok(HOUSES.iter().flat_map(log_ins).collect())
}

fn log_ins(house: &House) -> impl Iterator<Item = DemoUser> {
    house.users.iter().map(|(username, _, role, ..)| DemoUser {
        username: (*username).to_owned(),
        role: *role,
        organisation: house.name,
    })
}

/// Registers people in the names of the caseworkers and supervisors, with their consents.
fn register(tx: &mut Tx<'_>, house: &Founded, batch: Vec<people::Invented>) -> Result<(), Error> {
    let workers: Vec<UserId> = house
        .users
        .iter()
        .filter(|(role, _)| matches!(role, Role::Caseworker | Role::Supervisor))
        .map(|(_, user)| *user)
        .collect();
    for (index, invented) in batch.into_iter().enumerate() {
        let viewer = sessions::viewer_of_user(tx, house.organisation, workers[index % workers.len()])?;
        let person = crate::people::store::create(tx, &viewer, invented.record)?;
        for consent in invented.consents {
            crate::people::consent::decide(tx, &viewer, person, consent)?;
        }
    }
    Ok(())
}

/// An organisation with its users.
#[derive(Clone)]
struct Founded {
    organisation: OrganisationId,
    users: Vec<(Role, UserId)>,
}

fn found(tx: &mut Tx<'_>, house: &House, hash: &str) -> Result<Founded, Error> {
    // Nobody approves their own plan: where one person does everything, approval is off.
    let alone = house.users.len() == 1;
    let settings = OrganisationSettings {
        time_zone: house.time_zone.to_owned(),
        plan_approval: !alone,
        closure_approval: !alone,
        ..OrganisationSettings::default()
    };
    let organisation = store::create_organisation(tx, house.name, house.country, &settings)?;
    let by = Actor { organisation, user: None };
    let team = store::create_team(tx, by, house.team)?;
    let mut users: Vec<(Role, UserId)> = Vec::new();
    for (username, name, role, scope, language) in house.users {
        let sees = matches!(role, Role::Caseworker | Role::Supervisor | Role::LawEnforcementLiaison);
        let user = NewUser {
            username: (*username).to_owned(),
            name: (*name).to_owned(),
            email: None,
            language: *language,
            role: *role,
            scope: *scope,
            team_id: Some(team),
            supervisor_id: users.first().filter(|_| *role == Role::Caseworker).map(|(_, supervisor)| *supervisor),
            sees_medical: sees,
            sees_trafficking: sees && *role != Role::Caseworker,
        };
        let id = store::create_user(tx, by, &user)?;
        store::set_password(tx, by, id, hash)?;
        users.push((*role, id));
    }
    Ok(Founded { organisation, users })
}
