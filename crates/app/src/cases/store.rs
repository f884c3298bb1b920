//! Queries of the case itself: finding, opening, its steps, its owner.

use super::input::{Assignment, Closure, NewCase, RiskDecision, SHORT, TraffickingMark};
use super::lifecycle::{self, CaseWork, Facts, Refusal};
use super::model::{
    AfterClosure, ApprovalState, Case, CaseState, CaseSummary, Goal, Meetings, Risk, next_due, vulnerability,
};
use super::respondent::Respondent;
use super::{parts, plan, screenings};
use crate::access::{Filter, Permission, Role, Sensitivity, Viewer};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx, Value};
use crate::error::{Check, Error};
use crate::forms;
use crate::history::{self, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{CaseId, OrganisationId, PersonId, TeamId, UserId};
use crate::params;
use crate::people::{self, Decision};
use crate::users::{self, OrganisationSettings};

/// Joins the person, whom the condition of visibility asks about.
pub(super) const CASE_AND_PERSON: &str =
    "case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id";

/// Where cases are counted: with the person only for those whose condition of visibility asks about
/// them.
pub(super) fn cases_to_count(viewer: &Viewer) -> &'static str {
    if viewer.role == Role::LawEnforcementLiaison { CASE_AND_PERSON } else { "case_file c" }
}

const COLUMNS: &str = "c.id, c.number, c.person_id, c.state, c.risk, c.risk_proposed, c.risk_reason, c.trafficking, \
                       c.vulnerability, c.owner_id, c.supervisor_id, c.team_id, c.assigned_at, c.seen_at, \
                       c.opened_at, c.first_contact_at, c.assessed_at, c.planned_at, c.in_service_at, c.closed_at, \
                       c.closure_reason, c.closure_note, c.satisfaction, c.one_front_reason, c.due_kind, c.due_on, \
                       c.erase_from, c.created_at, c.updated_at, c.version";

/// The person as a case knows them.
#[derive(Clone, Debug)]
pub struct Whose {
    /// Their name, for those who may know it.
    pub name: Option<String>,
    /// Sex and age, for the choice of questions.
    pub respondent: Respondent,
    /// Whether they allow casework.
    pub consent: CaseWork,
    /// Whether they agree to be contacted after closure.
    pub may_contact: bool,
}

/// A case, its person and who carries it.
#[derive(Clone, Debug)]
pub struct File {
    /// The case.
    pub case: Case,
    /// Whose it is.
    pub person: Whose,
}

fn moment(row: &Row<'_>) -> Result<Option<Moment>, DbError> {
    row.next()
}

fn case_from(row: &Row<'_>) -> Result<Case, DbError> {
    Ok(Case {
        id: row.next()?,
        number: row.next()?,
        person_id: row.next()?,
        state: row.next()?,
        risk: row.next()?,
        risk_proposed: row.next()?,
        risk_reason: row.next()?,
        trafficking: row.next()?,
        vulnerability: row.next()?,
        owner_id: row.next()?,
        supervisor_id: row.next()?,
        team_id: row.next()?,
        assigned_at: moment(row)?,
        seen_at: moment(row)?,
        opened_at: row.next()?,
        first_contact_at: moment(row)?,
        assessed_at: moment(row)?,
        planned_at: moment(row)?,
        in_service_at: moment(row)?,
        closed_at: moment(row)?,
        closure_reason: row.next()?,
        closure_note: row.next()?,
        satisfaction: row.next()?,
        one_front_reason: row.next()?,
        due_kind: row.next()?,
        due_on: row.next()?,
        erase_from: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

fn respondent_from(row: &Row<'_>, today: Day) -> Result<Respondent, DbError> {
    Ok(Respondent { sex: row.next()?, born_from: row.next()?, born_to: row.next()?, today: Some(today) })
}

/// The decision about casework and its last day, as it counts today.
fn consent_from(row: &Row<'_>, today: Day) -> Result<CaseWork, DbError> {
    let (decision, until): (Decision, Option<Day>) = (row.next()?, row.next()?);
    Ok(decision.on(today, until).into())
}

fn may_contact_from(row: &Row<'_>, today: Day) -> Result<bool, DbError> {
    let (decision, until): (Decision, Option<Day>) = (row.next()?, row.next()?);
    Ok(decision.on(today, until) == Decision::Given)
}

/// A case and its person, if it is there for this user.
///
/// # Errors
/// It is not there, the role does not read cases, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<File, Error> {
    viewer.require(Permission::ReadCases)?;
    let mut file = first(tx, viewer, viewer.visible_cases().and("c.id = ?", [id.into()]))?;
    if !viewer.sees(Sensitivity::Identity) {
        // What someone wrote in their own words may say who it is about.
        file.case.risk_reason = None;
        file.case.closure_note = None;
        file.case.one_front_reason = None;
    }
    Ok(file)
}

/// A case and its person, whoever asks: for what a rule changes, not for eyes.
pub(super) fn file(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<File, Error> {
    first(tx, viewer, Filter::new("c.organisation_id = ? AND c.id = ?", [viewer.organisation.into(), id.into()]))
}

fn first(tx: &mut Tx<'_>, viewer: &Viewer, filter: Filter) -> Result<File, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, p.display_name, p.sex, p.birth_from, p.birth_to, p.consent_case_work, \
         p.consent_case_work_until, p.consent_contact, p.consent_contact_until \
         FROM {CASE_AND_PERSON} WHERE {}",
        filter.sql()
    );
    let knows = viewer.sees(Sensitivity::Identity);
    let file = tx.one(&sql, filter.params(), |row| {
        let case = case_from(row)?;
        let name: String = row.next()?;
        let respondent = respondent_from(row, viewer.today)?;
        let consent = consent_from(row, viewer.today)?;
        let may_contact = may_contact_from(row, viewer.today)?;
        Ok(File { case, person: Whose { name: knows.then_some(name), respondent, consent, may_contact } })
    })?;
    file.ok_or(Error::NotFound)
}

/// A case to be worked on: there for this user, not closed, and allowed by the person.
///
/// # Errors
/// It is not there, or work on it is not allowed now.
pub(crate) fn find_for_work(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<File, Error> {
    viewer.require(Permission::WriteCases)?;
    let file = find(tx, viewer, id)?;
    lifecycle::work(file.case.state, file.person.consent)?;
    Ok(file)
}

/// A case in which a follow-up of a kind may be planned and kept: there for this user, and allowed by the person.
///
/// # Errors
/// It is not there, or the person or the case's state does not allow it now.
pub(crate) fn find_for_follow_up(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, kind: &str) -> Result<File, Error> {
    viewer.require(Permission::WriteCases)?;
    let file = find(tx, viewer, id)?;
    let asks_after_closure = AfterClosure::from_code(kind).is_some();
    lifecycle::follow_up(file.case.state, file.person.consent, asks_after_closure, file.person.may_contact)?;
    Ok(file)
}

/// A case to be worked on, by its number, for those who file what came in without one: they learn nothing else of it.
///
/// # Errors
/// The role does not file, work on the case is not allowed now, or the database failed.
pub(crate) fn find_to_file(tx: &mut Tx<'_>, viewer: &Viewer, number: i64) -> Result<Option<(CaseId, PersonId)>, Error> {
    viewer.require(Permission::ManageForms)?;
    let sql = format!(
        "SELECT c.id, c.person_id, c.state, p.consent_case_work, p.consent_case_work_until FROM {CASE_AND_PERSON} \
         WHERE c.organisation_id = $1 AND c.number = $2"
    );
    let found = tx.one(&sql, params![viewer.organisation, number], |row| {
        Ok((row.next()?, row.next()?, row.next::<CaseState>()?, consent_from(row, viewer.today)?))
    })?;
    let Some((case, person, state, consent)) = found else { return Ok(None) };
    lifecycle::work(state, consent)?;
    Ok(Some((case, person)))
}

/// A case to be changed from a version; `yours` is what the change says.
fn find_version(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CaseId,
    version: i64,
    yours: &impl serde::Serialize,
) -> Result<File, Error> {
    viewer.require(Permission::WriteCases)?;
    let file = find(tx, viewer, id)?;
    if file.case.version != version {
        return Err(Error::stale(yours, &file.case, file.case.version));
    }
    Ok(file)
}

/// The organisation's settings.
pub(super) fn settings(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<OrganisationSettings, Error> {
    Ok(users::store::organisation(tx, viewer.organisation)?.settings)
}

fn meetings(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<Meetings, Error> {
    let day = |tx: &mut Tx<'_>, what: &str| {
        let sql = format!("SELECT {what} FROM follow_up f WHERE f.organisation_id = $1 AND f.case_id = $2");
        tx.one(&sql, params![viewer.organisation, id], |row| row.next::<Option<Day>>()).map(Option::flatten)
    };
    Ok(Meetings {
        last_kept: day(tx, "max(f.done_on)")?,
        next_planned: day(tx, "min(CASE WHEN f.done_on IS NULL THEN f.due_on END)")?,
    })
}

/// From which day on the erasure of a closed case is offered.
fn erase_from(case: &Case, settings: &OrganisationSettings) -> Option<Day> {
    let closed = case.closed_at.filter(|_| case.state == CaseState::Closed)?;
    Some(closed.day(&settings.time_zone).plus_years(settings.retention_years))
}

/// Works out anew what is due on every case and from when on its erasure is offered: the
/// organisation changed its deadlines, its period or its time zone. The pen is that of the
/// settings' own entry.
///
/// # Errors
/// The database failed.
pub fn follow_settings(
    tx: &mut Tx<'_>,
    pen: &Pen,
    organisation: OrganisationId,
    settings: &OrganisationSettings,
) -> Result<(), Error> {
    let sql = format!(
        "SELECT {COLUMNS}, m.last_kept, m.next_planned FROM case_file c LEFT JOIN \
         (SELECT case_id, max(done_on) AS last_kept, min(CASE WHEN done_on IS NULL THEN due_on END) AS next_planned \
          FROM follow_up WHERE organisation_id = $1 GROUP BY case_id) m ON m.case_id = c.id \
         WHERE c.organisation_id = $1"
    );
    let mut changed = Vec::new();
    tx.each(&sql, params![organisation], |row| {
        let case = case_from(row)?;
        let meetings = Meetings { last_kept: row.next()?, next_planned: row.next()? };
        let (kind, on) = next_due(&case, &meetings, settings).unzip();
        let erased = erase_from(&case, settings);
        if (kind, on, erased) != (case.due_kind, case.due_on, case.erase_from) {
            changed.push((case.id, kind, on, erased));
        }
        Ok(true)
    })?;
    for (case, kind, on, erased) in changed {
        tx.execute(
            pen,
            "UPDATE case_file SET due_kind = $3, due_on = $4, erase_from = $5 WHERE organisation_id = $1 AND id = $2",
            params![organisation, case, kind, on, erased],
        )?;
    }
    Ok(())
}

/// After a part of the case changed: what is due next, and that something changed. The case's
/// version stays, so that a note does not make someone else's form stale.
pub(crate) fn touch(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, case: &Case) -> Result<(), Error> {
    let (meetings, settings) = (meetings(tx, viewer, case.id)?, settings(tx, viewer)?);
    let due = next_due(case, &meetings, &settings);
    tx.execute(
        pen,
        "UPDATE case_file SET due_kind = $3, due_on = $4, updated_at = $5 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, case.id, due.map(|due| due.0), due.map(|due| due.1), Moment::now()],
    )?;
    Ok(())
}

/// Writes a changed case with its history, what is due next worked out anew.
pub(super) fn save(tx: &mut Tx<'_>, viewer: &Viewer, before: &Case, after: Case, why: &str) -> Result<Case, Error> {
    let (meetings, settings) = (meetings(tx, viewer, after.id)?, settings(tx, viewer)?);
    let due = next_due(&after, &meetings, &settings);
    let after = Case {
        due_kind: due.map(|due| due.0),
        due_on: due.map(|due| due.1),
        updated_at: Moment::now(),
        version: before.version + 1,
        ..after
    };
    let entry = Entry::changed(Kind::Case, after.id, before, &after).about(after.person_id).in_case(after.id);
    let pen = history::record(tx, viewer, entry.because(why))?;
    let written = tx.execute(
        &pen,
        "UPDATE case_file SET state = $3, risk = $4, risk_proposed = $5, risk_reason = $6, trafficking = $7, \
         vulnerability = $8, owner_id = $9, supervisor_id = $10, team_id = $11, assigned_at = $12, seen_at = $13, \
         opened_at = $14, first_contact_at = $15, assessed_at = $16, planned_at = $17, in_service_at = $18, \
         closed_at = $19, closure_reason = $20, closure_note = $21, satisfaction = $22, one_front_reason = $23, \
         due_kind = $24, due_on = $25, erase_from = $26, updated_at = $27, version = $28 \
         WHERE organisation_id = $1 AND id = $2 AND version = $29",
        params![
            viewer.organisation,
            after.id,
            after.state,
            after.risk,
            after.risk_proposed,
            after.risk_reason.clone(),
            after.trafficking,
            after.vulnerability,
            after.owner_id,
            after.supervisor_id,
            after.team_id,
            after.assigned_at,
            after.seen_at,
            after.opened_at,
            after.first_contact_at,
            after.assessed_at,
            after.planned_at,
            after.in_service_at,
            after.closed_at,
            after.closure_reason.clone(),
            after.closure_note.clone(),
            after.satisfaction,
            after.one_front_reason.clone(),
            after.due_kind,
            after.due_on,
            after.erase_from,
            after.updated_at,
            after.version,
            before.version
        ],
    )?;
    if written == 0 {
        let now = find(tx, viewer, after.id)?.case;
        return Err(Error::stale(&after, &now, now.version));
    }
    Ok(after)
}

/// Someone who can be given work: active, in this organisation, working with cases.
struct Colleague {
    supervisor: Option<UserId>,
    team: Option<TeamId>,
}

fn colleague(tx: &mut Tx<'_>, viewer: &Viewer, user: UserId, field: &str) -> Result<Colleague, Error> {
    tx.one(
        "SELECT supervisor_id, team_id FROM user_account WHERE organisation_id = $1 AND id = $2 AND active = 1 \
         AND role IN ('caseworker', 'supervisor')",
        params![viewer.organisation, user],
        |row| Ok(Colleague { supervisor: row.next()?, team: row.next()? }),
    )?
    .ok_or_else(|| Error::field(field, "invalid-choice"))
}

/// Checks that a user can be given a part of the work.
pub(super) fn check_colleague(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    user: Option<UserId>,
    field: &str,
) -> Result<(), Error> {
    user.map_or(Ok(()), |user| colleague(tx, viewer, user, field).map(drop))
}

/// The person for whom a case may be opened, as the case would know them.
///
/// # Errors
/// The person is not there for this user, or the database failed.
pub fn person_for_case(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Whose, Error> {
    viewer.require(Permission::WriteCases)?;
    let filter = viewer.visible_people().and("p.id = ? AND p.merged_into IS NULL", [person.into()]);
    let sql = format!(
        "SELECT p.display_name, p.sex, p.birth_from, p.birth_to, p.consent_case_work, p.consent_case_work_until, \
         p.consent_contact, p.consent_contact_until FROM person p WHERE {}",
        filter.sql()
    );
    let found = tx.one(&sql, filter.params(), |row| {
        Ok(Whose {
            name: Some(row.next()?),
            respondent: respondent_from(row, viewer.today)?,
            consent: consent_from(row, viewer.today)?,
            may_contact: may_contact_from(row, viewer.today)?,
        })
    })?;
    found.ok_or(Error::NotFound)
}

/// Opens a case.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn open(tx: &mut Tx<'_>, viewer: &Viewer, input: &NewCase) -> Result<CaseId, Error> {
    let whose = person_for_case(tx, viewer, input.person_id)?;
    let risk = input.check()?;
    lifecycle::work(CaseState::Open, whose.consent)?;
    let others = tx.count(
        "SELECT count(*) FROM case_file c WHERE c.organisation_id = $1 AND c.person_id = $2 AND c.state <> 'closed'",
        params![viewer.organisation, input.person_id],
    )?;
    if others > 0 {
        return Err(Refusal::OpenCaseThere.into());
    }
    let owner = input.owner_id.unwrap_or(viewer.user);
    if owner != viewer.user {
        viewer.require(Permission::AssignCases)?;
    }
    let desk = colleague(tx, viewer, owner, "owner_id")?;
    let now = Moment::now();
    let mut case = Case {
        id: CaseId::new(),
        number: users::store::next_number(tx, viewer.organisation, "case")?,
        person_id: input.person_id,
        state: CaseState::Open,
        risk,
        risk_proposed: None,
        risk_reason: Some(input.why.trim().to_owned()).filter(|why| !why.is_empty()),
        trafficking: input.trafficking && viewer.sees(Sensitivity::Trafficking),
        vulnerability: vulnerability(risk, &whose.respondent, 0),
        owner_id: Some(owner),
        supervisor_id: desk.supervisor,
        team_id: desk.team,
        assigned_at: Some(now),
        seen_at: (owner == viewer.user).then_some(now),
        opened_at: now,
        first_contact_at: None,
        assessed_at: None,
        planned_at: None,
        in_service_at: None,
        closed_at: None,
        closure_reason: None,
        closure_note: None,
        satisfaction: None,
        one_front_reason: None,
        due_kind: None,
        due_on: None,
        erase_from: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let due = next_due(&case, &Meetings::default(), &settings(tx, viewer)?);
    case.due_kind = due.map(|due| due.0);
    case.due_on = due.map(|due| due.1);
    let entry = Entry::created(Kind::Case, case.id, &case).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry.because(&input.why))?;
    tx.execute(
        &pen,
        "INSERT INTO case_file (organisation_id, id, number, person_id, state, risk, risk_reason, trafficking, \
         vulnerability, owner_id, supervisor_id, team_id, assigned_at, seen_at, opened_at, due_kind, due_on, \
         created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1)",
        params![
            viewer.organisation,
            case.id,
            case.number,
            case.person_id,
            case.state,
            case.risk,
            case.risk_reason.clone(),
            case.trafficking,
            case.vulnerability,
            case.owner_id,
            case.supervisor_id,
            case.team_id,
            case.assigned_at,
            case.seen_at,
            case.opened_at,
            case.due_kind,
            case.due_on,
            case.created_at,
            case.updated_at
        ],
    )?;
    people::store::set_responsible(tx, viewer, case.person_id, case.owner_id, case.team_id)?;
    Ok(case.id)
}

/// What the rules of the life-cycle ask about a case.
///
/// # Errors
/// The database failed.
pub fn facts(tx: &mut Tx<'_>, viewer: &Viewer, file: &File) -> Result<Facts, Error> {
    let (case, settings) = (&file.case, settings(tx, viewer)?);
    let answered = |tx: &mut Tx<'_>, form: &str| screenings::answered_since(tx, viewer, case.id, form, case.opened_at);
    let (screened, assessed) = (answered(tx, forms::SPECIFIC_NEEDS)?, answered(tx, forms::SEVEN_DIMENSIONS)?);
    let (mut protecting, mut empowering) = (0, 0);
    tx.each(
        "SELECT g.front, count(*) FROM goal g WHERE g.organisation_id = $1 AND g.case_id = $2 \
         AND EXISTS (SELECT 1 FROM action a WHERE a.organisation_id = g.organisation_id AND a.case_id = g.case_id \
         AND a.goal_id = g.id) \
         GROUP BY g.front",
        params![viewer.organisation, case.id],
        |row| {
            let (front, goals): (String, i64) = (row.next()?, row.next()?);
            if front == "protect" {
                protecting = goals
            } else {
                empowering = goals
            }
            Ok(true)
        },
    )?;
    Ok(Facts {
        state: case.state,
        consent: file.person.consent,
        screened,
        assessed,
        protecting,
        empowering,
        one_front_said: case.one_front_reason.is_some(),
        plan_approval: settings.plan_approval,
        plan: plan_decision(tx, viewer, case)?,
        closure_approval: settings.closure_approval,
        closure: decision(tx, viewer, case, "closure", case.opened_at)?,
        waiting: tx.count(
            "SELECT count(*) FROM approval a WHERE a.organisation_id = $1 AND a.case_id = $2 AND a.state = 'waiting'",
            params![viewer.organisation, case.id],
        )? > 0,
        open_actions: tx.count(
            "SELECT count(*) FROM action a WHERE a.organisation_id = $1 AND a.case_id = $2 AND a.state = 'open'",
            params![viewer.organisation, case.id],
        )?,
    })
}

fn decision(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: &Case,
    kind: &str,
    since: Moment,
) -> Result<Option<ApprovalState>, Error> {
    let found = tx.one(
        "SELECT a.state FROM approval a WHERE a.organisation_id = $1 AND a.case_id = $2 AND a.kind = $3 \
         AND a.asked_at >= $4 ORDER BY a.asked_at DESC LIMIT 1",
        params![viewer.organisation, case.id, kind, since],
        |row| row.next(),
    )?;
    Ok(found)
}

/// A plan is approved as it stood: goals and actions set afterwards need a new decision. What came
/// afterwards is told by the history's order; a clock may have been set back.
fn plan_decision(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case) -> Result<Option<ApprovalState>, Error> {
    let set_since = tx.count(
        "SELECT count(*) FROM history h WHERE h.organisation_id = $1 AND h.case_id = $2 AND h.act = 'created' \
         AND h.kind IN ('goal', 'action') AND h.seq > (SELECT max(b.seq) FROM history b \
         JOIN approval a ON a.organisation_id = b.organisation_id AND a.id = b.record_id AND a.kind = 'plan' \
         WHERE b.organisation_id = $1 AND b.case_id = $2 AND b.act = 'created')",
        params![viewer.organisation, case.id],
    )?;
    if set_since > 0 { Ok(None) } else { decision(tx, viewer, case, "plan", case.opened_at) }
}

/// Open or reopened → assessed.
///
/// # Errors
/// A rule forbids it, someone else changed the case, or the database failed.
pub fn assess(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, version: i64) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, &())?;
    let state = lifecycle::assess(&facts(tx, viewer, &file)?)?;
    let after = Case { state, assessed_at: Some(Moment::now()), ..file.case.clone() };
    save(tx, viewer, &file.case, after, "")
}

/// Assessed → planned.
///
/// # Errors
/// A rule forbids it, someone else changed the case, or the database failed.
pub fn agree_plan(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CaseId,
    version: i64,
    one_front_reason: Option<String>,
) -> Result<Case, Error> {
    let yours = serde_json::json!({ "one_front_reason": one_front_reason });
    let mut file = find_version(tx, viewer, id, version, &yours)?;
    let before = file.case.clone();
    let given = one_front_reason.map(|why| why.trim().to_owned()).filter(|why| !why.is_empty());
    let mut check = Check::default();
    check.short(given.as_deref().unwrap_or_default(), SHORT, "one_front_reason");
    check.done()?;
    file.case.one_front_reason = given.or(file.case.one_front_reason);
    let state = lifecycle::plan(&facts(tx, viewer, &file)?)?;
    let after = Case { state, planned_at: Some(Moment::now()), ..file.case };
    save(tx, viewer, &before, after, "")
}

/// Planned → in service.
///
/// # Errors
/// A rule forbids it, someone else changed the case, or the database failed.
pub fn begin_service(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, version: i64) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, &())?;
    let state = lifecycle::begin(&facts(tx, viewer, &file)?)?;
    let after = Case { state, in_service_at: Some(Moment::now()), ..file.case.clone() };
    save(tx, viewer, &file.case, after, "")
}

/// The first action done or meeting kept begins the service by itself; `contact` notes that the
/// person was spoken to.
pub(super) fn progress(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, contact: bool) -> Result<Case, Error> {
    let now = Moment::now();
    let mut after = case.clone();
    if contact && case.first_contact_at.is_none() {
        after.first_contact_at = Some(now);
    }
    if case.state == CaseState::Planned {
        after.state = CaseState::InService;
        after.in_service_at = Some(now);
    }
    if after.state == case.state && after.first_contact_at == case.first_contact_at {
        return Ok(after);
    }
    save(tx, viewer, case, after, "")
}

/// Anything → closed.
///
/// # Errors
/// A rule forbids it, someone else changed the case, or the database failed.
pub fn close(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, version: i64, input: &Closure) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, input)?;
    input.check()?;
    if !input.ask_after.is_empty() && !file.person.may_contact {
        return Err(Error::field("ask_after", "invalid-no-contact"));
    }
    let state = lifecycle::close(&facts(tx, viewer, &file)?, !input.reason.is_empty(), input.drop_open_actions)?;
    plan::drop_open(tx, viewer, &file.case)?;
    let settings = settings(tx, viewer)?;
    let closed = Case { state, closed_at: Some(Moment::now()), ..file.case.clone() };
    let after = Case {
        closure_reason: Some(input.reason.clone()),
        closure_note: Some(input.note.trim().to_owned()).filter(|note| !note.is_empty()),
        satisfaction: input.satisfaction,
        erase_from: erase_from(&closed, &settings),
        ..closed
    };
    let closed = save(tx, viewer, &file.case, after, &input.note)?;
    parts::ask_after(tx, viewer, &closed, &input.ask_after)?;
    Ok(closed)
}

/// Closed → reopened.
///
/// # Errors
/// A rule forbids it, someone else changed the case, or the database failed.
pub fn reopen(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, version: i64, why: &str) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, &serde_json::json!({ "why": why }))?;
    let mut check = Check::default();
    check.text(why, SHORT, "why");
    check.done()?;
    let state = lifecycle::reopen(&facts(tx, viewer, &file)?, true)?;
    let others = tx.count(
        "SELECT count(*) FROM case_file c WHERE c.organisation_id = $1 AND c.person_id = $2 AND c.state <> 'closed'",
        params![viewer.organisation, file.case.person_id],
    )?;
    if others > 0 {
        return Err(Refusal::OpenCaseThere.into());
    }
    // `created_at` keeps the first opening; every deadline counts from this one.
    let after = Case {
        state,
        opened_at: Moment::now(),
        first_contact_at: None,
        assessed_at: None,
        planned_at: None,
        in_service_at: None,
        closed_at: None,
        closure_reason: None,
        closure_note: None,
        satisfaction: None,
        one_front_reason: None,
        erase_from: None,
        ..file.case.clone()
    };
    save(tx, viewer, &file.case, after, why)
}

/// The worker's judgement of the risk.
///
/// # Errors
/// A field to correct, a rule forbids it, someone else changed the case, or the database failed.
pub fn decide_risk(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CaseId,
    version: i64,
    input: &RiskDecision,
) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, input)?;
    lifecycle::work(file.case.state, file.person.consent)?;
    let reason = input.reason.trim();
    let differs = file.case.risk_proposed.is_some_and(|proposed| Some(proposed) != input.risk);
    let mut check = Check::default();
    check.that(input.risk.is_some(), "risk", "invalid-required");
    check.that(!differs || !reason.is_empty(), "reason", "invalid-risk-reason");
    check.short(reason, SHORT, "reason");
    check.done()?;
    let risk = input.risk.unwrap_or(file.case.risk);
    rate(tx, viewer, &file, risk, Some(reason.to_owned()).filter(|reason| !reason.is_empty()))
}

fn rate(tx: &mut Tx<'_>, viewer: &Viewer, file: &File, risk: Risk, reason: Option<String>) -> Result<Case, Error> {
    let found = screenings::combined(tx, viewer, &file.case)?;
    let vulnerability = vulnerability(risk, &file.person.respondent, found.weight());
    let why = reason.clone().unwrap_or_default();
    let after = Case { risk, risk_reason: reason, vulnerability, ..file.case.clone() };
    let after = save(tx, viewer, &file.case, after, &why)?;
    screenings::tell_person(tx, viewer, &after, &found)?;
    Ok(after)
}

/// Marks a case as about trafficking, or no longer.
///
/// # Errors
/// The user may not see such cases, someone else changed it, or the database failed.
pub fn mark_trafficking(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: CaseId,
    version: i64,
    input: &TraffickingMark,
) -> Result<Case, Error> {
    viewer.require(Permission::WriteCases)?;
    if !viewer.sees(Sensitivity::Trafficking) {
        return Err(Error::Forbidden(Permission::WriteCases));
    }
    let file = find_version(tx, viewer, id, version, input)?;
    lifecycle::work(file.case.state, file.person.consent)?;
    let mut check = Check::default();
    check.text(&input.why, SHORT, "why");
    check.done()?;
    let after = Case { trafficking: input.trafficking, ..file.case.clone() };
    save(tx, viewer, &file.case, after, &input.why)
}

/// Whether this user may give the case to someone else.
pub fn may_assign(viewer: &Viewer, case: &Case) -> bool {
    viewer.may(Permission::AssignCases) || (viewer.may(Permission::WriteCases) && case.owner_id == Some(viewer.user))
}

/// Gives the case to someone, who sees it as newly assigned.
///
/// # Errors
/// A field to correct, not allowed, someone else changed the case, or the database failed.
pub fn assign(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId, version: i64, input: &Assignment) -> Result<Case, Error> {
    let file = find_version(tx, viewer, id, version, input)?;
    if !may_assign(viewer, &file.case) {
        return Err(Error::Forbidden(Permission::AssignCases));
    }
    if file.case.state == CaseState::Closed {
        return Err(Refusal::Closed.into());
    }
    let mut check = Check::default();
    check.that(input.owner_id.is_some(), "owner_id", "invalid-required");
    check.short(&input.why, SHORT, "why");
    check.done()?;
    let owner = input.owner_id.ok_or_else(|| Error::field("owner_id", "invalid-required"))?;
    let desk = colleague(tx, viewer, owner, "owner_id")?;
    check_colleague(tx, viewer, input.supervisor_id, "supervisor_id")?;
    if let Some(team) = input.team_id {
        let there = tx.count(
            "SELECT count(*) FROM team WHERE organisation_id = $1 AND id = $2",
            params![viewer.organisation, team],
        )?;
        if there == 0 {
            return Err(Error::field("team_id", "invalid-choice"));
        }
    }
    let changed = file.case.owner_id != Some(owner);
    let now = Moment::now();
    let after = Case {
        owner_id: Some(owner),
        supervisor_id: input.supervisor_id.or(desk.supervisor),
        team_id: input.team_id.or(desk.team),
        assigned_at: if changed { Some(now) } else { file.case.assigned_at },
        seen_at: match changed {
            true => (owner == viewer.user).then_some(now),
            false => file.case.seen_at,
        },
        ..file.case.clone()
    };
    let after = save(tx, viewer, &file.case, after, &input.why)?;
    people::store::set_responsible(tx, viewer, after.person_id, after.owner_id, after.team_id)?;
    Ok(after)
}

/// The owner has opened the case: it is not new any more.
///
/// # Errors
/// The database failed.
pub fn mark_seen(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Seen),
        "UPDATE case_file SET seen_at = $4 WHERE organisation_id = $1 AND id = $2 AND owner_id = $3",
        params![viewer.organisation, id, viewer.user, Moment::now()],
    )?;
    Ok(())
}

const SUMMARY: &str = "c.id, c.number, c.person_id, p.display_name, c.state, c.risk, c.vulnerability, c.owner_id, \
                       u.name, c.team_id, t.name, c.due_kind, c.due_on, c.updated_at";

pub(super) const SUMMARY_FROM: &str = "case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
     LEFT JOIN user_account u ON u.organisation_id = c.organisation_id AND u.id = c.owner_id \
     LEFT JOIN team t ON t.organisation_id = c.organisation_id AND t.id = c.team_id";

pub(super) fn summary_from(row: &Row<'_>, viewer: &Viewer) -> Result<CaseSummary, DbError> {
    Ok(CaseSummary {
        id: row.next()?,
        number: row.next()?,
        person_id: row.next()?,
        person_name: Some(row.next::<String>()?).filter(|_| viewer.sees(Sensitivity::Identity)),
        state: row.next()?,
        risk: row.next()?,
        vulnerability: row.next()?,
        owner_id: row.next()?,
        owner_name: row.next()?,
        team_id: row.next()?,
        team_name: row.next()?,
        due_kind: row.next()?,
        due_on: row.next()?,
        updated_at: row.next()?,
        answers: Vec::new(),
    })
}

/// Summaries that fit a condition, in an order.
pub(super) fn summaries(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    filter: &Filter,
    order: &str,
    most: i64,
) -> Result<Vec<CaseSummary>, Error> {
    let sql = format!("SELECT {SUMMARY} FROM {SUMMARY_FROM} WHERE {} ORDER BY {order} LIMIT {most}", filter.sql());
    Ok(tx.query(&sql, filter.params(), |row| summary_from(row, viewer))?)
}

/// The cases of a person that are there for this user, newest first.
///
/// # Errors
/// The database failed.
pub fn of_person(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Vec<CaseSummary>, Error> {
    if !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_cases().and("c.person_id = ?", [person.into()]);
    summaries(tx, viewer, &filter, "c.created_at DESC, c.id", 100)
}

/// The name of a person who is there for a user who reads cases.
///
/// # Errors
/// The role does not read cases, the person is not there for this user, or the database failed.
pub fn whose(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<String, Error> {
    viewer.require(Permission::ReadCases)?;
    let filter = viewer.visible_people().and("p.id = ?", [person.into()]);
    let sql = format!("SELECT p.display_name FROM person p WHERE {}", filter.sql());
    tx.one(&sql, filter.params(), |row| row.next())?.ok_or(Error::NotFound)
}

/// The goals of a person over all their cases that are there for this user.
///
/// # Errors
/// The database failed.
pub fn goals_of_person(tx: &mut Tx<'_>, viewer: &Viewer, person: PersonId) -> Result<Vec<Goal>, Error> {
    if !viewer.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    // Asked of both tables, so that the few goals of the person are found by their own index.
    let theirs = viewer.visible_cases().and("c.person_id = ? AND g.person_id = ?", [person.into(), person.into()]);
    plan::goals(tx, viewer, theirs)
}

/// A user or a team to choose from: id and name.
pub type Named = (String, String);

/// Those who can carry a case.
///
/// # Errors
/// The database failed.
pub fn colleagues(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Named>, Error> {
    named(
        tx,
        "SELECT id, name FROM user_account WHERE organisation_id = $1 AND active = 1 \
         AND role IN ('caseworker', 'supervisor') ORDER BY name, id",
        viewer,
    )
}

/// Those who can supervise a case.
///
/// # Errors
/// The database failed.
pub fn supervisors(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Named>, Error> {
    named(
        tx,
        "SELECT id, name FROM user_account WHERE organisation_id = $1 AND active = 1 AND role = 'supervisor' \
         ORDER BY name, id",
        viewer,
    )
}

/// The teams of the organisation.
///
/// # Errors
/// The database failed.
pub fn teams(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Named>, Error> {
    named(tx, "SELECT id, name FROM team WHERE organisation_id = $1 ORDER BY name, id", viewer)
}

fn named(tx: &mut Tx<'_>, sql: &str, viewer: &Viewer) -> Result<Vec<Named>, Error> {
    Ok(tx.query(sql, &[Value::from(viewer.organisation)], |row| {
        Ok((row.next::<uuid::Uuid>()?.to_string(), row.next()?))
    })?)
}

/// The name of a user of the organisation.
///
/// # Errors
/// The database failed.
pub fn user_name(tx: &mut Tx<'_>, viewer: &Viewer, user: Option<UserId>) -> Result<Option<String>, Error> {
    let Some(user) = user else { return Ok(None) };
    Ok(tx.one(
        "SELECT name FROM user_account WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, user],
        |row| row.next(),
    )?)
}
