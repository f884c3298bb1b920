//! Both sides of the rule on a small world of people and cases, for every role.

use rusqlite::Connection;

use super::*;
use crate::code::Code;

const WORLD: &str = "
    CREATE TABLE person (organisation_id, id, owner_id, team_id, consent_law_enforcement, consent_law_enforcement_until);
    CREATE TABLE case_file (organisation_id, id, person_id, owner_id, supervisor_id, team_id, trafficking);
    CREATE TABLE access_grant (organisation_id, user_id, person_id, until);";

struct World {
    connection: Connection,
    organisation: OrganisationId,
    me: UserId,
    team: TeamId,
}

impl World {
    /// People `mine`, `team`, `other`, `granted`, `lapsed`, `agreed` and `elsewhere`, each with a
    /// plain case (`…`) and a trafficking case (`…!`).
    fn new() -> World {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(WORLD).unwrap();
        let (organisation, elsewhere) = (OrganisationId::new(), OrganisationId::new());
        let (me, someone) = (UserId::new(), UserId::new());
        let (team, another) = (TeamId::new(), TeamId::new());
        let world = World { connection, organisation, me, team };
        world.add(organisation, "mine", me, another, "unknown");
        world.add(organisation, "team", someone, team, "refused");
        world.add(organisation, "other", someone, another, "withdrawn");
        world.add(organisation, "granted", someone, another, "unknown");
        world.add(organisation, "lapsed", someone, another, "unknown");
        world.add(organisation, "agreed", someone, another, "given");
        world.add(elsewhere, "elsewhere", me, team, "given");
        world.grant(organisation, "granted", 3600);
        world.grant(organisation, "lapsed", -1);
        world.grant(elsewhere, "other", 3600);
        world
    }

    fn add(&self, organisation: OrganisationId, id: &str, owner: UserId, team: TeamId, consent: &str) {
        let (organisation, owner, team) = (organisation.0, owner.0, team.0);
        self.connection
            .execute(
                "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, NULL)",
                rusqlite::params![organisation.as_bytes(), id, owner.as_bytes(), team.as_bytes(), consent],
            )
            .unwrap();
        for (case, trafficking) in [(id.to_owned(), 0), (format!("{id}!"), 1)] {
            self.connection
                .execute(
                    "INSERT INTO case_file VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6)",
                    rusqlite::params![
                        organisation.as_bytes(),
                        case,
                        id,
                        owner.as_bytes(),
                        team.as_bytes(),
                        trafficking
                    ],
                )
                .unwrap();
        }
    }

    fn grant(&self, organisation: OrganisationId, person: &str, seconds: i64) {
        let until = Moment::now().plus_seconds(seconds).milliseconds();
        self.connection
            .execute(
                "INSERT INTO access_grant VALUES (?1, ?2, ?3, ?4)",
                rusqlite::params![organisation.0.as_bytes(), self.me.0.as_bytes(), person, until],
            )
            .unwrap();
    }

    fn viewer(&self, role: Role, scope: Scope) -> Viewer {
        Viewer {
            organisation: self.organisation,
            organisation_name: String::new(),
            user: self.me,
            name: String::new(),
            language: "en".to_owned(),
            role,
            scope,
            team: Some(self.team),
            sees_medical: true,
            sees_trafficking: false,
            via: Via::Session(SessionId::new()),
            time_zone: "UTC".to_owned(),
            today: Day::today("UTC"),
        }
    }

    fn ask(&self, from: &str, filter: &Filter) -> Vec<String> {
        let mut statement = self.connection.prepare(&format!("{from} WHERE {} ORDER BY 1", filter.sql())).unwrap();
        let rows = statement.query_map(rusqlite::params_from_iter(filter.params()), |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn people(&self, viewer: &Viewer) -> Vec<String> {
        self.ask("SELECT p.id FROM person p", &viewer.visible_people())
    }

    fn cases(&self, viewer: &Viewer) -> Vec<String> {
        let from = "SELECT c.id FROM case_file c \
                    JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id";
        self.ask(from, &viewer.visible_cases())
    }
}

const EVERYONE: [&str; 6] = ["agreed", "granted", "lapsed", "mine", "other", "team"];
const NOBODY: [&str; 0] = [];

#[test]
fn the_scope_decides_which_people_are_there() {
    let world = World::new();
    for role in [Role::Caseworker, Role::Supervisor, Role::DataOfficer] {
        assert_eq!(world.people(&world.viewer(role, Scope::Own)), ["granted", "mine"]);
        assert_eq!(world.people(&world.viewer(role, Scope::Team)), ["granted", "mine", "team"]);
        assert_eq!(world.people(&world.viewer(role, Scope::Organisation)), EVERYONE);
    }
}

#[test]
fn a_team_scope_without_a_team_is_no_more_than_ones_own() {
    let world = World::new();
    let viewer = Viewer { team: None, ..world.viewer(Role::Caseworker, Scope::Team) };
    assert_eq!(world.people(&viewer), ["granted", "mine"]);
    assert_eq!(world.cases(&viewer), ["granted", "granted!", "mine"]);
}

#[test]
fn roles_without_identity_find_nobody_whatever_their_scope() {
    let world = World::new();
    for role in [Role::ProgrammeManager, Role::Administrator, Role::Auditor] {
        for scope in [Scope::Own, Scope::Team, Scope::Organisation] {
            assert_eq!(world.people(&world.viewer(role, scope)), NOBODY, "{role} {scope}");
            assert!(!world.viewer(role, scope).sees(Sensitivity::Identity));
        }
    }
}

#[test]
fn trafficking_cases_are_there_only_for_those_allowed() {
    let world = World::new();
    let viewer = world.viewer(Role::Supervisor, Scope::Organisation);
    // Emergency access opens the one person's.
    assert_eq!(world.cases(&viewer), ["agreed", "granted", "granted!", "lapsed", "mine", "other", "team"]);
    assert_eq!(world.cases(&Viewer { sees_trafficking: true, ..viewer }).len(), 12);
}

#[test]
fn roles_without_cases_find_none() {
    let world = World::new();
    for role in [Role::DataOfficer, Role::Administrator, Role::Auditor] {
        let viewer = Viewer { sees_trafficking: true, ..world.viewer(role, Scope::Organisation) };
        assert_eq!(world.cases(&viewer), NOBODY, "{role}");
        assert!(!viewer.sees(Sensitivity::Case) && !viewer.sees(Sensitivity::Medical));
    }
}

#[test]
fn the_liaison_finds_trafficking_cases_of_people_who_agreed_and_no_other() {
    let world = World::new();
    for scope in [Scope::Own, Scope::Team, Scope::Organisation] {
        let viewer = world.viewer(Role::LawEnforcementLiaison, scope);
        assert_eq!((world.people(&viewer), world.cases(&viewer)), (Vec::new(), Vec::new()));
        let viewer = Viewer { sees_trafficking: true, ..viewer };
        assert_eq!(world.people(&viewer), ["agreed"]);
        assert_eq!(world.cases(&viewer), ["agreed!"]);
        assert!(!viewer.sees(Sensitivity::Medical));
    }
}

#[test]
fn a_withdrawn_consent_closes_the_liaisons_eyes_at_once() {
    let world = World::new();
    let viewer = Viewer { sees_trafficking: true, ..world.viewer(Role::LawEnforcementLiaison, Scope::Organisation) };
    world.connection.execute("UPDATE person SET consent_law_enforcement = 'withdrawn'", []).unwrap();
    assert_eq!((world.people(&viewer), world.cases(&viewer)), (Vec::new(), Vec::new()));
}

#[test]
fn a_consent_past_its_last_day_closes_them_too() {
    let world = World::new();
    let viewer = Viewer { sees_trafficking: true, ..world.viewer(Role::LawEnforcementLiaison, Scope::Organisation) };
    for (last, open) in [(viewer.today, true), (viewer.today.plus_days(-1), false)] {
        world.connection.execute("UPDATE person SET consent_law_enforcement_until = ?1", [last.to_string()]).unwrap();
        assert_eq!((world.people(&viewer).is_empty(), world.cases(&viewer).is_empty()), (!open, !open), "{last}");
    }
}

#[test]
fn a_token_reaches_no_further_than_its_scopes() {
    let world = World::new();
    let with = |scopes: &[TokenScope]| Viewer {
        via: Via::Token(TokenId::new(), scopes.to_vec()),
        ..world.viewer(Role::Supervisor, Scope::Organisation)
    };
    let cases_only = with(&[TokenScope::CasesRead]);
    assert_eq!(world.people(&cases_only), NOBODY);
    assert!(!world.cases(&cases_only).is_empty() && !cases_only.sees(Sensitivity::Identity));
    let people_only = with(&[TokenScope::PeopleRead]);
    assert_eq!(world.people(&people_only), EVERYONE);
    assert_eq!(world.cases(&people_only), NOBODY);
    // A scope that the role does not have gives nothing.
    assert!(!with(&[TokenScope::Administration, TokenScope::HistoryRead]).may(Permission::ManageUsers));
    for permission in Permission::ALL.iter().copied() {
        assert!(!with(&[]).may(permission), "{permission}");
    }
}

#[test]
fn tokens_are_offered_only_what_the_role_has() {
    let world = World::new();
    let scopes = |role| world.viewer(role, Scope::Organisation).token_scopes();
    assert_eq!(scopes(Role::Administrator), [TokenScope::Administration]);
    assert_eq!(scopes(Role::Auditor), [TokenScope::HistoryRead]);
    assert_eq!(scopes(Role::ProgrammeManager), [TokenScope::CasesRead, TokenScope::Export, TokenScope::StatisticsRead]);
}

#[test]
fn parts_follow_what_the_viewer_sees() {
    let world = World::new();
    let parts = |viewer: &Viewer| viewer.visible_parts("n").sql().to_owned();
    let worker = world.viewer(Role::Caseworker, Scope::Own);
    assert!(parts(&worker).contains("'identity', 'case', 'medical')"));
    assert!(parts(&Viewer { sees_medical: false, ..worker.clone() }).contains("'identity', 'case')"));
    assert!(parts(&world.viewer(Role::ProgrammeManager, Scope::Organisation)).contains("('case', 'medical')"));
    assert!(parts(&world.viewer(Role::Auditor, Scope::Organisation)).contains("1 = 0"));
}

impl World {
    /// Rows of a list for every person's plain case; of the house; one that waits, mine and another's; a medical one.
    fn with_entities() -> World {
        let world = World::new();
        let table = "CREATE TABLE entity_list (organisation_id, id, reach); \
                     CREATE TABLE entity (organisation_id, id, case_id, waits, sensitivity, made_by);";
        world.connection.execute_batch(table).unwrap();
        let (me, someone) = (world.me, UserId::new());
        for case in EVERYONE {
            world.row(case, Some(case), false, "case", someone);
        }
        world.row("house", None, false, "case", someone);
        world.row("house, mine", None, false, "case", me);
        world.row("house, medical", None, false, "medical", someone);
        world.row("waits, mine", None, true, "case", me);
        world.row("waits", None, true, "case", someone);
        world.reach("house");
        world
    }

    fn row(&self, id: &str, case: Option<&str>, waits: bool, sensitivity: &str, by: UserId) {
        let row = rusqlite::params![self.organisation.0.as_bytes(), id, case, waits, sensitivity, by.0.as_bytes()];
        self.connection.execute("INSERT INTO entity VALUES (?1, ?2, ?3, ?4, ?5, ?6)", row).unwrap();
    }

    fn reach(&self, reach: &str) {
        self.connection.execute("DELETE FROM entity_list", []).unwrap();
        let row = rusqlite::params![self.organisation.0.as_bytes(), reach];
        self.connection.execute("INSERT INTO entity_list VALUES (?1, 1, ?2)", row).unwrap();
    }

    fn entities(&self, viewer: &Viewer) -> Vec<String> {
        let from = "SELECT e.id FROM entity e JOIN entity_list l ON l.organisation_id = e.organisation_id \
                    LEFT JOIN case_file c ON c.organisation_id = e.organisation_id AND c.id = e.case_id \
                    LEFT JOIN person p ON p.organisation_id = e.organisation_id AND p.id = c.person_id";
        self.ask(from, &viewer.visible_entities())
    }
}

#[test]
fn rows_of_lists_follow_their_cases() {
    let world = World::with_entities();
    let worker = world.viewer(Role::Caseworker, Scope::Own);
    assert_eq!(world.entities(&worker), ["granted", "house", "house, medical", "house, mine", "mine", "waits, mine"]);
    let blind = Viewer { sees_medical: false, ..worker.clone() };
    assert_eq!(world.entities(&blind), ["granted", "house", "house, mine", "mine", "waits, mine"]);
    // Kept to those who made them, cases make no difference.
    world.reach("maker");
    assert_eq!(world.entities(&worker), ["house, mine", "waits, mine"]);
}

#[test]
fn who_manages_forms_sees_no_row_about_a_case() {
    let world = World::with_entities();
    for role in [Role::DataOfficer, Role::Administrator] {
        assert_eq!(world.entities(&world.viewer(role, Scope::Organisation)), ["house", "house, mine"], "{role}");
    }
    for role in [Role::ProgrammeManager, Role::Auditor] {
        assert_eq!(world.entities(&world.viewer(role, Scope::Organisation)), NOBODY, "{role}");
    }
}
