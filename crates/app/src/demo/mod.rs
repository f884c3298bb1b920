//! The demo's invented people: two organisations in two countries, every role, every state.

mod cases;
mod forms;
mod outcomes;
mod people;
mod releases;
mod tracing;

use crate::access::{Role, Scope};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::history::Actor;
use crate::ids::{OrganisationId, UserId};
use crate::ui::Language;
use crate::users::{NewUser, OrganisationSettings, passwords, store};
use cases::Chronicle;

/// The password of every user of the demo.
pub const PASSWORD: &str = "crossing-the-river";

/// Steps of the chronicle in one write.
const BATCH: usize = 150;

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
        users: &[
            ("lucia", "Lucía Ortega", Role::Supervisor, Scope::Team, Language::Es),
            ("amal", "Amal Haddad", Role::Caseworker, Scope::Team, Language::En),
            ("mateo", "Mateo Cruz", Role::Caseworker, Scope::Own, Language::Es),
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

/// How many people and cases are there, while an empty database is filled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// People registered.
    pub people: usize,
    /// Cases opened and carried on.
    pub cases: usize,
}

/// Fills an empty database, and tells how far it is.
///
/// # Errors
/// The database failed.
pub fn fill(db: &Db, people: u32, cases: u32, mut tell: impl FnMut(Progress)) -> Result<(), Error> {
    let hash = passwords::hash_blocking(PASSWORD)?;
    let founded =
        db.write_blocking(move |tx| HOUSES.iter().map(|house| found(tx, house, &hash)).collect::<Result<Vec<_>, _>>())?;
    let shares = [(people - people / 4, cases - cases / 4), (people / 4, cases / 4)];
    let mut before = Progress::default();
    for (house, (people, cases)) in founded.into_iter().zip(shares) {
        let mut chronicle = db.write_blocking(move |tx| Chronicle::new(tx, &house, people, cases))?;
        let mut left = true;
        // In batches, so that the first requests need not wait for the last person.
        while left {
            (chronicle, left) = db.write_blocking(move |tx| {
                let left = chronicle.tell(tx, BATCH)?;
                Ok::<_, Error>((chronicle, left))
            })?;
            let Progress { people, cases } = chronicle.progress();
            tell(Progress { people: before.people + people, cases: before.cases + cases });
        }
        let Progress { people, cases } = chronicle.progress();
        before = Progress { people: before.people + people, cases: before.cases + cases };
        db.write_blocking(move |tx| chronicle.end(tx))?;
    }
    Ok(())
}

/// The demo's log-ins.
pub fn users() -> Vec<DemoUser> {
    HOUSES.iter().flat_map(log_ins).collect()
}

fn log_ins(house: &House) -> impl Iterator<Item = DemoUser> {
    house.users.iter().map(|(username, _, role, ..)| DemoUser {
        username: (*username).to_owned(),
        role: *role,
        organisation: house.name,
    })
}

/// An organisation with its users.
#[derive(Clone)]
struct Founded {
    organisation: OrganisationId,
    country: &'static str,
    time_zone: &'static str,
    /// What makes its dice fall otherwise than those of the other.
    seed: u64,
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
    let mut users = Vec::new();
    let mut supervisor_id = None;
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
            supervisor_id,
            sees_medical: sees,
            // The caseworker who sees only their own is trusted with what traffickers did.
            sees_trafficking: sees && (*role != Role::Caseworker || *scope == Scope::Own),
        };
        let id = store::create_user(tx, by, &user)?;
        store::set_password(tx, by, id, hash)?;
        if *role == Role::Supervisor {
            supervisor_id = Some(id);
        }
        users.push((*role, id));
    }
    let seed = house.users.len() as u64;
    Ok(Founded { organisation, country: house.country, time_zone: house.time_zone, seed, users })
}
