//! Who may see and do what: the only place that decides.
//!
//! Two questions, each with one answer for page and API, list and single read alike:
//! [`Viewer::require`], may this role (and this token) do such a thing at all; and the
//! `visible_…` filters, which records are there for this user. A record outside the filter does
//! not exist for the user: reading, changing and listing all go through the same condition.

mod filter;
mod matrix;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashSet;

use uuid::Uuid;

use crate::codes;
use crate::dates::{Day, Moment};
use crate::db::Value;
use crate::error::Error;
use crate::ids::{OrganisationId, SessionId, TeamId, TokenId, UserId};

pub use filter::Filter;

codes! {
    /// What someone does in the organisation.
    "role" Role {
        /// Works with people, from registration to closure.
        Caseworker = "caseworker",
        /// Leads a team: assigns, approves, reviews.
        Supervisor = "supervisor",
        /// Answers for a programme: sees cases and figures, not who they are about.
        ProgrammeManager = "programme_manager",
        /// Keeps the data right: imports, exports, merges.
        DataOfficer = "data_officer",
        /// Works with police and courts, for people who agreed to it.
        LawEnforcementLiaison = "law_enforcement_liaison",
        /// Manages users and settings; sees nobody's data.
        Administrator = "administrator",
        /// Reads the history; sees nobody's data.
        Auditor = "auditor",
    }
}

impl Role {
    /// Whether the role allows this.
    pub fn may(self, permission: Permission) -> bool {
        matrix::allows(self, permission)
    }
}

codes! {
    /// How far someone sees.
    "scope" Scope {
        /// Their own people and cases.
        Own = "own",
        /// Their team's.
        Team = "team",
        /// The whole organisation's.
        Organisation = "organisation",
    }
}

codes! {
    /// How delicate a piece of information is.
    "sensitivity" Sensitivity {
        /// Who someone is.
        Identity = "identity",
        /// What their case is about.
        Case = "case",
        /// Their health.
        Medical = "medical",
        /// What traffickers did to them.
        Trafficking = "trafficking",
    }
}

codes! {
    /// What can be allowed.
    "permission" Permission {
        /// See people.
        ReadPeople = "read_people",
        /// Register and change people, their consents, households, photo.
        WritePeople = "write_people",
        /// Make two records one, and undo it.
        MergePeople = "merge_people",
        /// Register tracing requests, and ask people whether they want to be found.
        RequestTracing = "request_tracing",
        /// See who may be the person sought, and decide.
        DecideTracing = "decide_tracing",
        /// See cases.
        ReadCases = "read_cases",
        /// Work on cases.
        WriteCases = "write_cases",
        /// Assign and transfer cases.
        AssignCases = "assign_cases",
        /// Decide on plans and closures; review emergency access.
        Approve = "approve",
        /// See the team's load and lateness.
        ReadTeam = "read_team",
        /// Take lists out as files.
        ExportLists = "export_lists",
        /// Take the answers of forms out without identity.
        ExportDeidentified = "export_deidentified",
        /// Take one case out as a document.
        ExportCase = "export_case",
        /// Bring people in from a file.
        ImportPeople = "import_people",
        /// Take emergency access to one person.
        BreakGlass = "break_glass",
        /// Erase people whose time has come.
        Erase = "erase",
        /// Manage users and teams.
        ManageUsers = "manage_users",
        /// Change the organisation's settings.
        ManageSettings = "manage_settings",
        /// Upload, publish and close forms; assign what devices sent without a case.
        ManageForms = "manage_forms",
        /// Read the organisation's whole history.
        ReadHistory = "read_history",
        /// Prepare figures for the public.
        PrepareReleases = "prepare_releases",
        /// Decide, as the second person, what figures the public sees.
        ApproveReleases = "approve_releases",
        /// Read figures of the whole organisation, exact ones.
        ReadStatistics = "read_statistics",
    }
}

codes! {
    /// What a token of the API may be limited to.
    "token-scope" TokenScope {
        /// Read people.
        PeopleRead = "people:read",
        /// Register and change people.
        PeopleWrite = "people:write",
        /// Read cases.
        CasesRead = "cases:read",
        /// Work on cases.
        CasesWrite = "cases:write",
        /// Export.
        Export = "export",
        /// Manage users, settings and forms.
        Administration = "administration",
        /// Read the history.
        HistoryRead = "history:read",
        /// Read figures.
        StatisticsRead = "statistics:read",
    }
}

/// The person agreed to police and courts being told, and the last day of that has not passed.
const AGREED_TO_POLICE: &str = "p.consent_law_enforcement = 'given' \
                                AND COALESCE(p.consent_law_enforcement_until, '9999-12-31') >= ?";

/// The person, `p` in the query, agrees on a day to be contacted after their case was closed.
const AGREED_TO_CONTACT: &str = "p.consent_contact = 'given' AND COALESCE(p.consent_contact_until, '9999-12-31') >= ?";

/// The person, `p` in the query, agreed on a day to be counted.
const AGREED_TO_STATISTICS: &str = "p.consent_statistics = 'given' \
                                    AND COALESCE(p.consent_statistics_until, '9999-12-31') >= ?";

/// How the request came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// From a logged-in browser.
    Session(SessionId),
    /// With a token of the API, limited to scopes.
    Token(TokenId, Vec<TokenScope>),
}

/// One of the ways in which records are there for a user.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its condition.
    pub filter: Filter,
    /// Whether it names records one by one: these are sooner sorted than met in the order of all.
    pub few: bool,
}

fn any(ways: Vec<Way>) -> Filter {
    Filter::any(ways.into_iter().map(|way| way.filter).collect())
}

fn apart(house: &Filter, ways: Vec<Way>) -> Vec<Way> {
    ways.into_iter().map(|way| Way { filter: house.clone().and_filter(way.filter), ..way }).collect()
}

/// One page of what any way leads to, the latest first by a whole number in a column and then by id.
/// Each way is read in the order of its own index, by a condition and the words to order it by; once
/// the page is full, further ones are only asked for what is newer than its end.
///
/// # Errors
/// Those of `read`.
pub fn latest<T>(
    ways: Vec<Way>,
    (column, id): (&str, &str),
    most: usize,
    place: impl Fn(&T) -> (i64, Uuid),
    mut read: impl FnMut(Filter, &str) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let (mut page, mut met) = (Vec::<T>::new(), HashSet::new());
    for way in ways {
        // A sum is in no index: so the engine does not walk one in search of the few.
        let by = if way.few { format!("{column} + 0") } else { column.to_owned() };
        let filter = match page.get(most - 1).map(&place) {
            Some((at, last)) => way.filter.and(&format!("({by}, {id}) > (?, ?)"), [at.into(), last.into()]),
            None => way.filter,
        };
        page.extend(read(filter, &by)?.into_iter().filter(|row| met.insert(place(row).1)));
        page.sort_by_key(|row| Reverse(place(row)));
        page.truncate(most);
    }
    Ok(page)
}

/// Who is asking.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Whose data.
    pub organisation: OrganisationId,
    /// The organisation's name, for the page's head.
    pub organisation_name: String,
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The language they chose.
    pub language: String,
    /// Their role.
    pub role: Role,
    /// How far they see.
    pub scope: Scope,
    /// Their team.
    pub team: Option<TeamId>,
    /// May see medical information.
    pub sees_medical: bool,
    /// May see trafficking information.
    pub sees_trafficking: bool,
    /// How the request came in.
    pub via: Via,
    /// The organisation's time zone (IANA name).
    pub time_zone: String,
    /// The organisation's calendar day now.
    pub today: Day,
}

impl Viewer {
    /// Whether the role, and the token where there is one, allow this.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
            && match &self.via {
                Via::Session(_) => true,
                Via::Token(_, scopes) => matrix::scope_of(permission).is_some_and(|scope| scopes.contains(&scope)),
            }
    }

    /// Refuses what [`Viewer::may`] does not allow.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the permission that is missing.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden(permission)) }
    }

    /// Refuses what none of these permissions allows.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the first of them.
    pub fn require_any(&self, permissions: &[Permission]) -> Result<(), Error> {
        match permissions.first() {
            Some(first) if !permissions.iter().any(|permission| self.may(*permission)) => Err(Error::Forbidden(*first)),
            _ => Ok(()),
        }
    }

    /// What a token of this user may be limited to: never more than their role allows.
    pub fn token_scopes(&self) -> Vec<TokenScope> {
        matrix::token_scopes(self.role)
    }

    /// Who counts for a release: the whole house, delicate answers too, because nobody sees what is counted before it is
    /// protected.
    ///
    /// # Errors
    /// The viewer neither prepares releases nor decides on them.
    pub fn counting(&self) -> Result<Viewer, Error> {
        self.require_any(&[Permission::PrepareReleases, Permission::ApproveReleases])?;
        Ok(Viewer {
            role: Role::Supervisor,
            scope: Scope::Organisation,
            sees_medical: true,
            sees_trafficking: true,
            via: Via::Session(SessionId::new()),
            ..self.clone()
        })
    }

    /// Whether information of this sensitivity is shown.
    pub fn sees(&self, sensitivity: Sensitivity) -> bool {
        match sensitivity {
            Sensitivity::Identity => self.may(Permission::ReadPeople),
            Sensitivity::Case => self.may(Permission::ReadCases),
            Sensitivity::Medical => {
                self.may(Permission::ReadCases) && self.sees_medical && matrix::sees_medical(self.role)
            }
            Sensitivity::Trafficking => self.may(Permission::ReadCases) && self.sees_trafficking,
        }
    }

    /// The people who are there for this user. `p` is `person` in the query.
    pub fn visible_people(&self) -> Filter {
        self.of_the_house().and_filter(any(self.ways_to_people()))
    }

    /// The same people, for a list in an order of the whole house: whoever is met in it is tested,
    /// so that no engine gathers and sorts all of a large team for one page.
    pub fn visible_people_in_order(&self) -> Filter {
        self.of_the_house().and_filter(any(self.ways_to_people()).tested())
    }

    /// The same people, way by way; some are there by more than one. For a list in the order of
    /// each way's own index: a few of a million are found without walking past the others.
    pub fn visible_people_apart(&self) -> Vec<Way> {
        apart(&self.of_the_house(), self.ways_to_people())
    }

    fn of_the_house(&self) -> Filter {
        Filter::new("p.organisation_id = ?", [self.organisation.into()])
    }

    /// Any of these is enough for a person to be there.
    fn ways_to_people(&self) -> Vec<Way> {
        let way = |condition: &str, params: Vec<Value>| Way { filter: Filter::new(condition, params), few: false };
        let owned = way("p.owner_id = ?", vec![self.user.into()]);
        let granted = way(
            "p.id IN (SELECT g.person_id FROM access_grant g WHERE g.organisation_id = ? AND g.user_id = ? AND g.until > ?)",
            vec![self.organisation.into(), self.user.into(), Moment::now().into()],
        );
        let granted = Way { few: true, ..granted };
        if !self.may(Permission::ReadPeople) {
            return Vec::new();
        }
        match (self.role, self.scope, self.team) {
            // Consent alone does not open every record: only those that a trafficking case made their work.
            (Role::LawEnforcementLiaison, ..) if !self.sees_trafficking => Vec::new(),
            (Role::LawEnforcementLiaison, ..) => vec![way(
                &format!(
                    "{AGREED_TO_POLICE} AND EXISTS (SELECT 1 FROM case_file l \
                     WHERE l.organisation_id = p.organisation_id AND l.person_id = p.id AND l.trafficking = 1)"
                ),
                vec![self.today.into()],
            )],
            (_, Scope::Organisation, _) => vec![way("1 = 1", Vec::new())],
            (_, Scope::Team, Some(team)) => vec![way("p.team_id = ?", vec![team.into()]), owned, granted],
            _ => vec![owned, granted],
        }
    }

    /// The cases that are there for this user. `c` is `case_file`, `p` its `person` in the query,
    /// joined on organisation and person.
    pub fn visible_cases(&self) -> Filter {
        self.cases_of_the_house().and_filter(any(self.ways_to_cases()))
    }

    /// The same cases, for a list in an order of the whole house; see
    /// [`Viewer::visible_people_in_order`].
    pub fn visible_cases_in_order(&self) -> Filter {
        self.cases_of_the_house().and_filter(any(self.ways_to_cases()).tested())
    }

    /// The same cases, way by way; see [`Viewer::visible_people_apart`].
    pub fn visible_cases_apart(&self) -> Vec<Way> {
        apart(&self.cases_of_the_house(), self.ways_to_cases())
    }

    fn cases_of_the_house(&self) -> Filter {
        let filter = Filter::new("c.organisation_id = ?", [self.organisation.into()]);
        if self.sees_trafficking {
            return filter;
        }
        let granted = "EXISTS (SELECT 1 FROM access_grant g WHERE g.organisation_id = c.organisation_id \
                       AND g.person_id = c.person_id AND g.user_id = ? AND g.until > ?)";
        let params = [self.user.into(), Moment::now().into()];
        filter.and(&format!("c.trafficking = 0 OR {granted}"), params)
    }

    /// Any of these is enough for a case to be there.
    fn ways_to_cases(&self) -> Vec<Way> {
        let way = |condition: &str, params: Vec<Value>| Way { filter: Filter::new(condition, params), few: false };
        let owned = way("c.owner_id = ?", vec![self.user.into()]);
        let supervised = way("c.supervisor_id = ?", vec![self.user.into()]);
        let granted = way(
            "c.person_id IN (SELECT g.person_id FROM access_grant g WHERE g.organisation_id = ? AND g.user_id = ? AND g.until > ?)",
            vec![self.organisation.into(), self.user.into(), Moment::now().into()],
        );
        let granted = Way { few: true, ..granted };
        if !self.may(Permission::ReadCases) {
            return Vec::new();
        }
        match (self.role, self.scope, self.team) {
            (Role::LawEnforcementLiaison, ..) if !self.sees_trafficking => Vec::new(),
            (Role::LawEnforcementLiaison, ..) => {
                vec![way(&format!("{AGREED_TO_POLICE} AND c.trafficking = 1"), vec![self.today.into()])]
            }
            (_, Scope::Organisation, _) => vec![way("1 = 1", Vec::new())],
            (_, Scope::Team, Some(team)) => vec![way("c.team_id = ?", vec![team.into()]), owned, supervised, granted],
            _ => vec![owned, supervised, granted],
        }
    }

    /// The follow-ups of such kinds that are to be kept, in the cases that are there for this user: all that are planned
    /// in open cases; in closed ones those that ask what became of someone, `after_closure`, who agrees to be contacted.
    /// `f` is `follow_up` in the query, `c` its case and `p` that case's person.
    pub fn follow_ups_to_keep(&self, after_closure: &[&str]) -> Filter {
        let asked_after = vec!["?"; after_closure.len()].join(", ");
        let kinds = after_closure.iter().map(|kind| Value::from(*kind));
        self.visible_cases().and("f.done_on IS NULL", []).and(
            &format!("c.state <> 'closed' OR (f.kind IN ({asked_after}) AND {AGREED_TO_CONTACT})"),
            kinds.chain([self.today.into()]),
        )
    }

    /// The submissions that are there for this user: those of cases they see, and those without a case that they
    /// sent or answer for. `s` is `submission` in the query; `c` its case, `p` that case's person and `u` who sent it,
    /// each joined where there is one.
    pub fn visible_submissions(&self) -> Filter {
        if !self.sees(Sensitivity::Identity) || !self.sees(Sensitivity::Case) {
            return Filter::new("1 = 0", []);
        }
        let assigned = self.visible_cases().and_filter(self.visible_parts("s"));
        let mut ways = vec![assigned, self.waiting(Filter::new("s.sent_by = ?", [self.user.into()]))];
        if self.may(Permission::AssignCases) {
            ways.extend(match (self.scope, self.team) {
                (Scope::Organisation, _) => Some(self.waiting(Filter::new("1 = 1", []))),
                (Scope::Team, Some(team)) => Some(self.waiting(Filter::new("u.team_id = ?", [team.into()]))),
                _ => None,
            });
        }
        Filter::new("s.organisation_id = ?", [self.organisation.into()]).and_filter(Filter::any(ways))
    }

    /// The submissions whose answers this user may take out without identity: of people who agreed to be counted, as far
    /// as the user's scope reaches, nothing of trafficking. `s` is `submission` in the query, `c` its case and `p` that
    /// case's person.
    pub fn deidentified_submissions(&self) -> Filter {
        if !self.may(Permission::ExportDeidentified) {
            return Filter::new("1 = 0", []);
        }
        let reach = match (self.scope, self.team) {
            (Scope::Organisation, _) => Filter::new("1 = 1", []),
            (Scope::Team, Some(team)) => Filter::new("c.team_id = ?", [team.into()]),
            _ => Filter::new("c.owner_id = ?", [self.user.into()]),
        };
        Filter::new(
            "s.organisation_id = ? AND s.sensitivity = 'case' AND c.trafficking = 0",
            [self.organisation.into()],
        )
        .and_filter(reach)
        .and(AGREED_TO_STATISTICS, [self.today.into()])
    }

    /// The people who are counted in figures: all of the house who agreed to be, whoever they are with. `p` is `person` in
    /// the query.
    pub fn counted_people(&self) -> Filter {
        if !self.may(Permission::ReadStatistics) {
            return Filter::new("1 = 0", []);
        }
        self.of_the_house().and("p.merged_into IS NULL", []).and(AGREED_TO_STATISTICS, [self.today.into()])
    }

    /// Whether this user may read figures told apart by something of this sensitivity: exact ones tell of the few what an
    /// answer would, so only those whose role may read such answers.
    pub fn counts(&self, sensitivity: Sensitivity) -> bool {
        self.may(Permission::ReadStatistics) && (sensitivity == Sensitivity::Case || self.sees(sensitivity))
    }

    /// Whether this user may take out answers of this sensitivity without identity: nothing delicate, whoever may read it,
    /// because few share it.
    pub fn takes_out_deidentified(&self, sensitivity: Sensitivity) -> bool {
        self.may(Permission::ExportDeidentified) && sensitivity == Sensitivity::Case
    }

    /// Submissions that wait for a case.
    fn waiting(&self, whose: Filter) -> Filter {
        Filter::new("s.case_id IS NULL", []).and_filter(self.visible_parts("s")).and_filter(whose)
    }

    /// The entities that are there for this user: those of cases they see, the house's, and those that they made and
    /// that wait for a case. Whoever manages forms sees the house's that are no more delicate than a case. `e` is
    /// `entity` in the query, `l` its list; `c` its case and `p` that case's person, each joined where there is one.
    pub fn visible_entities(&self) -> Filter {
        let of_house = || Filter::new("e.case_id IS NULL AND e.waits = 0", []);
        let mut ways = Vec::new();
        if self.sees(Sensitivity::Identity) && self.sees(Sensitivity::Case) {
            ways.push(self.visible_cases().and_filter(self.visible_parts("e")));
            ways.push(of_house().and_filter(self.visible_parts("e")));
            let own = "e.case_id IS NULL AND e.waits = 1 AND e.made_by = ?";
            ways.push(Filter::new(own, [self.user.into()]).and_filter(self.visible_parts("e")));
        }
        if self.may(Permission::ManageForms) {
            ways.push(of_house().and("e.sensitivity = 'case'", []));
        }
        Filter::new("e.organisation_id = ?", [self.organisation.into()])
            .and_filter(Filter::any(ways))
            .and("l.reach = 'house' OR e.made_by = ?", [self.user.into()])
    }

    /// The parts of a case (notes, attachments, screenings) this user may read; `alias` is the
    /// part's table in the query. To be used only beside [`Viewer::visible_cases`].
    pub fn visible_parts(&self, alias: &str) -> Filter {
        let seen: Vec<String> =
            [Sensitivity::Identity, Sensitivity::Case, Sensitivity::Medical, Sensitivity::Trafficking]
                .into_iter()
                .filter(|sensitivity| self.sees(*sensitivity))
                .map(|sensitivity| format!("'{sensitivity}'"))
                .collect();
        let condition = match seen.is_empty() {
            true => "1 = 0".to_owned(),
            false => format!("{alias}.sensitivity IN ({})", seen.join(", ")),
        };
        Filter::new(&format!("{alias}.organisation_id = ?"), [self.organisation.into()]).and(&condition, [])
    }
}
