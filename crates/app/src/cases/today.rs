//! What a user has before them today, and how their team is doing.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::model::{ApprovalKind, CaseState, CaseSummary, DueKind, Risk};
use super::parts;
use super::store::{self, CASE_AND_PERSON, cases_to_count};
use crate::access::{Filter, Permission, Role, Sensitivity, Via, Viewer};
use crate::dates::{Day, Moment};
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{CaseId, NoticeId, PersonId, UserId};
use crate::params;
use crate::people::consent::{self, Lapsing};
use crate::people::duplicates;
use crate::people::emergency::{self, Emergency};
use crate::people::tracing::{self, TracingWaiting};

/// Most rows of one section; beyond, the list of cases takes over.
const MOST: i64 = 100;

/// Why a case is before the user.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A step of the case is due.
    Step(DueKind),
    /// An action of the plan is due: what is to be done.
    Action(String),
    /// A follow-up is due: a code of `follow_up_kinds`.
    FollowUp(String),
}

/// Something that is due.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DueItem {
    /// In which case.
    pub case_id: CaseId,
    /// The case's number.
    pub number: i64,
    /// The person's name, for those who may know it.
    pub person_name: Option<String>,
    /// The risk.
    pub risk: Risk,
    /// From 0 to 99.
    pub vulnerability: i64,
    /// What is due.
    pub matter: Matter,
    /// By which day.
    pub due_on: Day,
    /// Days late; 0 where due today.
    pub days_late: i64,
}

/// An approval that waits for this user.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WaitingItem {
    /// In which case.
    pub case_id: CaseId,
    /// The case's number.
    pub number: i64,
    /// The person's name, for those who may know it.
    pub person_name: Option<String>,
    /// The risk.
    pub risk: Risk,
    /// On what.
    pub kind: ApprovalKind,
    /// Who asked.
    pub asker: Option<String>,
    /// When.
    pub asked_at: Moment,
}

/// A message to the user.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NoticeItem {
    /// Its id.
    pub id: NoticeId,
    /// What it is about, such as `break_glass`.
    pub kind: String,
    /// Further words.
    pub text: String,
    /// About whom.
    pub person_id: Option<PersonId>,
    /// About which case.
    pub case_id: Option<CaseId>,
    /// When.
    pub created_at: Moment,
}

/// Cases of one kind, counted.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CountByRisk {
    /// The risk.
    pub risk: Risk,
    /// Cases that are not closed.
    pub open: i64,
    /// Of them, those with something late.
    pub late: i64,
}

/// Cases in one state, counted.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CountByState {
    /// The state.
    pub state: CaseState,
    /// How many.
    pub cases: i64,
}

/// Figures without identity.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Numbers {
    /// By risk.
    pub by_risk: Vec<CountByRisk>,
    /// By state.
    pub by_state: Vec<CountByState>,
    /// Approvals that wait.
    pub waiting: i64,
    /// Cases opened in the last 30 days.
    pub opened: i64,
    /// Cases closed in the last 30 days.
    pub closed: i64,
}

impl Numbers {
    /// Cases that are not closed.
    pub fn open(&self) -> i64 {
        self.by_risk.iter().map(|row| row.open).sum()
    }

    /// Cases with something late.
    pub fn late(&self) -> i64 {
        self.by_risk.iter().map(|row| row.late).sum()
    }
}

/// A user's first page.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Today {
    /// Late, most vulnerable first.
    pub overdue: Vec<DueItem>,
    /// Due today, most vulnerable first.
    pub due_today: Vec<DueItem>,
    /// Approvals that wait for this user.
    pub waiting: Vec<WaitingItem>,
    /// Cases given to this user and not opened yet.
    pub newly_assigned: Vec<CaseSummary>,
    /// Consents that end soon or have ended, of people with an open case.
    pub lapsing: Vec<Lapsing>,
    /// Emergency access that waits for this user's judgement.
    pub emergencies: Vec<Emergency>,
    /// How many possible duplicates wait, for those who may merge; no more than a thousand are counted.
    pub possible_duplicates: i64,
    /// What of family tracing waits for this user.
    pub tracing: TracingWaiting,
    /// Unread notices.
    pub notices: Vec<NoticeItem>,
    /// Figures, for those who see no identity.
    pub numbers: Option<Numbers>,
    /// The team's load, for those who lead it.
    pub team: Vec<Load>,
}

/// The load of one user.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Load {
    /// Who; none for cases without an owner.
    pub user_id: Option<UserId>,
    /// Their name.
    pub name: Option<String>,
    /// Cases that are not closed.
    pub open: i64,
    /// Of them, those of high risk.
    pub high_risk: i64,
    /// Of them, those with something late.
    pub late: i64,
}

/// Whose work stands on a user's first page: their own, and for supervisors what they supervise,
/// each in the order of its own index.
fn on_my_desk(viewer: &Viewer) -> Vec<Filter> {
    let open = || viewer.visible_cases_in_order().and("c.state <> 'closed'", []);
    let own = || open().and("c.owner_id = ?", [viewer.user.into()]);
    match viewer.role {
        Role::Supervisor => vec![own(), open().and("c.supervisor_id = ?", [viewer.user.into()])],
        Role::LawEnforcementLiaison => vec![open()],
        _ => vec![own()],
    }
}

/// What stands on this user's first page.
///
/// # Errors
/// The database failed.
pub fn today(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Today, Error> {
    let mut today = Today {
        notices: notices(tx, viewer)?,
        possible_duplicates: duplicates::count(tx, viewer)?,
        tracing: tracing::waiting(tx, viewer)?,
        ..Today::default()
    };
    if !viewer.may(Permission::ReadCases) {
        return Ok(today);
    }
    if !viewer.sees(Sensitivity::Identity) {
        today.numbers = Some(numbers(tx, viewer)?);
        if viewer.may(Permission::ReadTeam) {
            today.team = team(tx, viewer)?;
        }
        return Ok(today);
    }
    let due = due_items(tx, viewer)?;
    (today.overdue, today.due_today) = due.into_iter().partition(|item| item.days_late > 0);
    today.lapsing = consent::lapsing(tx, viewer)?;
    if viewer.may(Permission::Approve) {
        today.waiting = waiting(tx, viewer)?;
        today.emergencies = emergency::to_review(tx, viewer)?;
    }
    let new = viewer.visible_cases().and(
        "c.owner_id = ? AND c.state <> 'closed' AND c.assigned_at IS NOT NULL \
         AND (c.seen_at IS NULL OR c.seen_at < c.assigned_at)",
        [viewer.user.into()],
    );
    today.newly_assigned = store::summaries(tx, viewer, &new, "c.vulnerability DESC, c.id", MOST)?;
    if viewer.may(Permission::ReadTeam) {
        today.team = team(tx, viewer)?;
    }
    Ok(today)
}

fn due_items(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<DueItem>, Error> {
    let mut items = due_meetings(tx, viewer)?;
    let met: Vec<CaseId> = items.iter().map(|item| item.case_id).collect();
    items.extend(due_actions(tx, viewer)?);
    // A planned meeting says the same as the case's own follow-up deadline, and more.
    let steps = due_steps(tx, viewer)?;
    items.extend(
        steps
            .into_iter()
            .filter(|it| !matches!(it.matter, Matter::Step(DueKind::FollowUp)) || !met.contains(&it.case_id)),
    );
    items.sort_by_key(|item| (-item.vulnerability, item.due_on, item.number));
    Ok(items)
}

const ITEM: &str = "c.id, c.number, p.display_name, c.risk, c.vulnerability";

fn items(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    columns: &str,
    join: &str,
    filter: &Filter,
    due: &str,
    matter: impl Fn(&crate::db::Row<'_>) -> Result<Matter, crate::db::DbError>,
) -> Result<Vec<DueItem>, Error> {
    let sql = format!(
        "SELECT {ITEM}, {due}, {columns} FROM {CASE_AND_PERSON} {join} WHERE {} \
         ORDER BY c.vulnerability DESC, {due}, c.id LIMIT {MOST}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        let (case_id, number): (CaseId, i64) = (row.next()?, row.next()?);
        let name: String = row.next()?;
        let (risk, vulnerability) = (row.next()?, row.next()?);
        let due_on: Day = row.next()?;
        Ok(DueItem {
            case_id,
            number,
            person_name: viewer.sees(Sensitivity::Identity).then_some(name),
            risk,
            vulnerability,
            matter: matter(row)?,
            due_on,
            days_late: due_on.days_until(viewer.today).max(0),
        })
    })?)
}

fn due_steps(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<DueItem>, Error> {
    let (mut steps, mut met) = (Vec::new(), HashSet::new());
    for desk in on_my_desk(viewer) {
        let due = desk.and("c.due_on <= ?", [viewer.today.into()]);
        let found = items(tx, viewer, "c.due_kind", "", &due, "c.due_on", |row| Ok(Matter::Step(row.next()?)))?;
        steps.extend(found.into_iter().filter(|step| met.insert(step.case_id)));
    }
    Ok(steps)
}

fn due_actions(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<DueItem>, Error> {
    let filter = viewer
        .visible_cases()
        .and("c.state <> 'closed'", [])
        .and("a.user_id = ? AND a.state = 'open' AND a.due_on <= ?", [viewer.user.into(), viewer.today.into()]);
    let join = "JOIN action a ON a.organisation_id = c.organisation_id AND a.case_id = c.id";
    items(tx, viewer, "a.text", join, &filter, "a.due_on", |row| Ok(Matter::Action(row.next()?)))
}

fn due_meetings(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<DueItem>, Error> {
    let filter = parts::to_keep(viewer)
        .and("f.user_id = ? AND f.done_on IS NULL AND f.due_on <= ?", [viewer.user.into(), viewer.today.into()]);
    let join = "JOIN follow_up f ON f.organisation_id = c.organisation_id AND f.case_id = c.id";
    items(tx, viewer, "f.kind", join, &filter, "f.due_on", |row| Ok(Matter::FollowUp(row.next()?)))
}

fn waiting(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<WaitingItem>, Error> {
    // As `lifecycle::decide` says: what the user did not ask for themselves, in cases that others carry.
    let filter = viewer.visible_cases().and(
        "a.state = 'waiting' AND a.asked_by <> ? AND (c.owner_id IS NULL OR c.owner_id <> ?)",
        [viewer.user.into(), viewer.user.into()],
    );
    let sql = format!(
        "SELECT c.id, c.number, p.display_name, c.risk, a.kind, u.name, a.asked_at FROM {CASE_AND_PERSON} \
         JOIN approval a ON a.organisation_id = c.organisation_id AND a.case_id = c.id \
         LEFT JOIN user_account u ON u.organisation_id = a.organisation_id AND u.id = a.asked_by \
         WHERE {} ORDER BY c.vulnerability DESC, a.asked_at, a.id LIMIT {MOST}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        Ok(WaitingItem {
            case_id: row.next()?,
            number: row.next()?,
            person_name: Some(row.next::<String>()?).filter(|_| viewer.sees(Sensitivity::Identity)),
            risk: row.next()?,
            kind: row.next()?,
            asker: row.next()?,
            asked_at: row.next()?,
        })
    })?)
}

/// Notices are the user's own; they tell of people and cases, and a token that may not read of
/// those does not read them.
fn reads_notices(viewer: &Viewer) -> bool {
    matches!(viewer.via, Via::Session(_)) || viewer.may(Permission::ReadCases)
}

fn notices(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<NoticeItem>, Error> {
    if !reads_notices(viewer) {
        return Ok(Vec::new());
    }
    Ok(tx.query(
        "SELECT n.id, n.kind, n.text, n.person_id, n.case_id, n.created_at FROM notice n \
         WHERE n.organisation_id = $1 AND n.user_id = $2 AND n.read_at IS NULL ORDER BY n.created_at DESC LIMIT 50",
        params![viewer.organisation, viewer.user],
        |row| {
            Ok(NoticeItem {
                id: row.next()?,
                kind: row.next()?,
                text: row.next()?,
                person_id: row.next()?,
                case_id: row.next()?,
                created_at: row.next()?,
            })
        },
    )?)
}

/// Marks a notice of this user as read.
///
/// # Errors
/// It is not there, or the database failed.
pub fn mark_read(tx: &mut Tx<'_>, viewer: &Viewer, id: NoticeId) -> Result<(), Error> {
    if !reads_notices(viewer) {
        return Err(Error::NotFound);
    }
    let marked = tx.execute(
        &Pen::unrecorded(Bookkeeping::Notice),
        "UPDATE notice SET read_at = COALESCE(read_at, $4) WHERE organisation_id = $1 AND id = $2 AND user_id = $3",
        params![viewer.organisation, id, viewer.user, Moment::now()],
    )?;
    if marked == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Counts of the cases that are there for this user.
///
/// # Errors
/// The database failed.
pub fn numbers(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Numbers, Error> {
    let cases = cases_to_count(viewer);
    let mut filter = viewer.visible_cases();
    let (today, month_ago) = (filter.bind(viewer.today), filter.bind(Moment::now().plus_seconds(-30 * 86_400)));
    let sql = format!(
        "SELECT c.state, c.risk, count(*), count(CASE WHEN c.due_on < {today} THEN 1 END), \
         count(CASE WHEN c.created_at >= {month_ago} THEN 1 END), \
         count(CASE WHEN c.closed_at >= {month_ago} THEN 1 END) FROM {cases} \
         WHERE {} GROUP BY c.state, c.risk",
        filter.sql()
    );
    let (mut by_state, mut by_risk) = (BTreeMap::<CaseState, i64>::new(), BTreeMap::<Risk, (i64, i64)>::new());
    let mut numbers = Numbers::default();
    tx.each(&sql, filter.params(), |row| {
        let (state, risk, cases, late): (CaseState, Risk, i64, i64) =
            (row.next()?, row.next()?, row.next()?, row.next()?);
        *by_state.entry(state).or_default() += cases;
        if state != CaseState::Closed {
            let of_risk = by_risk.entry(risk).or_default();
            *of_risk = (of_risk.0 + cases, of_risk.1 + late);
        }
        numbers.opened += row.next::<i64>()?;
        numbers.closed += row.next::<i64>()?;
        Ok(true)
    })?;
    let waiting = viewer.visible_cases_in_order().and("a.state = 'waiting'", []);
    let sql = format!(
        "SELECT count(*) FROM {cases} \
         JOIN approval a ON a.organisation_id = c.organisation_id AND a.case_id = c.id WHERE {}",
        waiting.sql()
    );
    numbers.waiting = tx.count(&sql, waiting.params())?;
    numbers.by_state = by_state.into_iter().map(|(state, cases)| CountByState { state, cases }).collect();
    numbers.by_risk = by_risk.into_iter().map(|(risk, (open, late))| CountByRisk { risk, open, late }).collect();
    Ok(numbers)
}

/// The load and lateness of each caseworker whose cases are there for this user.
///
/// # Errors
/// The role does not lead, or the database failed.
pub fn team(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Load>, Error> {
    viewer.require(Permission::ReadTeam)?;
    let cases = cases_to_count(viewer);
    let mut filter = viewer.visible_cases().and("c.state <> 'closed'", []);
    let (today, organisation) = (filter.bind(viewer.today), filter.bind(viewer.organisation));
    let sql = format!(
        "SELECT c.owner_id, (SELECT u.name FROM user_account u WHERE u.organisation_id = {organisation} \
         AND u.id = c.owner_id), count(*), count(CASE WHEN c.risk = 'high' THEN 1 END), \
         count(CASE WHEN c.due_on < {today} THEN 1 END) FROM {cases} \
         WHERE {} GROUP BY c.owner_id",
        filter.sql()
    );
    let mut loads = tx.query(&sql, filter.params(), |row| {
        Ok(Load {
            user_id: row.next()?,
            name: row.next()?,
            open: row.next()?,
            high_risk: row.next()?,
            late: row.next()?,
        })
    })?;
    loads.sort_by_key(|load| (-load.late, -load.open));
    Ok(loads)
}
