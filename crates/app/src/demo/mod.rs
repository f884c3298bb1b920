//! The demo's invented people: two organisations in two countries, every role, every state.

mod cases;
mod people;

use std::sync::Arc;

use crate::access::{Role, Scope, Viewer};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::history::Actor;
use crate::ids::{OrganisationId, UserId};
use crate::people::consent::{self, ConsentInput};
use crate::people::store::{self as people_store, Registration};
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

/// People registered, and cases carried on, in one transaction: enough to make its commit cheap,
/// few enough that the first requests need not wait for the last person.
const BATCH: [u32; 2] = [500, 50];
/// Batches made ready while another is written.
const AHEAD: usize = 4;

/// How many people and cases are there, while an empty database is filled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// People registered.
    pub people: u32,
    /// Cases opened and carried on.
    pub cases: u32,
}

/// Fills an empty database, and tells how far it is.
///
/// # Errors
/// The database failed.
pub fn fill(db: &Db, people: u32, cases: u32, mut tell: impl FnMut(Progress)) -> Result<(), Error> {
    let hash = passwords::hash_blocking(PASSWORD)?;
    let founded =
        db.write_blocking(move |tx| HOUSES.iter().map(|house| found(tx, house, &hash)).collect::<Result<Vec<_>, _>>())?;
    let mut progress = Progress::default();
    let mut inventor = Inventor::new();
    for (house, share) in founded.iter().zip([people - people / 4, people / 4]) {
        let workers = house.clone();
        let workers = db.read_blocking(move |tx| workers.workers(tx))?;
        std::thread::scope(|scope| {
            let (invented, batches) = flume::bounded(AHEAD);
            let (inventor, workers) = (&mut inventor, &workers);
            scope.spawn(move || invent(inventor, workers, share, &invented));
            for batch in batches {
                let batch = batch?;
                progress.people += batch.len() as u32;
                db.write_blocking(move |tx| register(tx, batch))?;
                tell(progress);
            }
            Ok::<_, Error>(())
        })?;
    }
    let mut caseload = Caseload::new()?;
    for (house, share) in founded.into_iter().zip([cases - cases / 4, cases / 4]) {
        let mut left = share;
        while left > 0 {
            let (house, batch) = (house.clone(), left.min(BATCH[1]));
            let opened;
            (caseload, opened) = db.write_blocking(move |tx| {
                let opened = caseload.fill(tx, &house, batch)?;
                Ok::<_, Error>((caseload, opened))
            })?;
            if opened == 0 {
                break;
            }
            left -= opened;
            progress.cases += opened;
            tell(progress);
        }
        caseload.begin_again();
    }
    Ok(())
}

/// The demo's log-ins.
pub fn users() -> Vec<DemoUser> {
    HOUSES.iter().flat_map(log_ins).collect()
}

/// Someone to be registered: in whose name, the record, what they decided.
type Newcomer = (Arc<Viewer>, Registration, Vec<ConsentInput>);

/// Invents people in batches, ready to be registered.
fn invent(
    inventor: &mut Inventor,
    workers: &[Arc<Viewer>],
    share: u32,
    to: &flume::Sender<Result<Vec<Newcomer>, Error>>,
) {
    let mut left = share;
    while left > 0 {
        let batch: Result<Vec<Newcomer>, Error> = (0..left.min(BATCH[0]))
            .map(|index| {
                let (worker, invented) = (&workers[index as usize % workers.len()], inventor.person());
                Ok((worker.clone(), Registration::of(worker, invented.record)?, invented.consents))
            })
            .collect();
        left -= left.min(BATCH[0]);
        if to.send(batch).is_err() {
            // Registering failed, and says so itself.
            return;
        }
    }
}

fn log_ins(house: &House) -> impl Iterator<Item = DemoUser> {
    house.users.iter().map(|(username, _, role, ..)| DemoUser {
        username: (*username).to_owned(),
        role: *role,
        organisation: house.name,
    })
}

/// Registers people in the names of the caseworkers and supervisors, with their consents.
fn register(tx: &mut Tx<'_>, batch: Vec<Newcomer>) -> Result<(), Error> {
    for (worker, registration, consents) in batch {
        let person = people_store::register(tx, &worker, registration)?;
        for consent in consents {
            consent::decide(tx, &worker, person, consent)?;
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

impl Founded {
    /// Those who register people.
    fn workers(&self, tx: &mut Tx<'_>) -> Result<Vec<Arc<Viewer>>, Error> {
        let works = |role: &Role| matches!(role, Role::Caseworker | Role::Supervisor);
        let workers = self.users.iter().filter(|(role, _)| works(role));
        workers.map(|(_, user)| sessions::viewer_of_user(tx, self.organisation, *user).map(Arc::new)).collect()
    }
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
            supervisor_id: None,
            sees_medical: sees,
            sees_trafficking: sees && *role != Role::Caseworker,
        };
        let id = store::create_user(tx, by, &user)?;
        store::set_password(tx, by, id, hash)?;
        users.push((*role, id));
    }
    Ok(Founded { organisation, users })
}
