//! Queries of the plan: goals and actions.

use super::input::{ActionChange, GoalChange, LONG, NewAction, NewGoal};
use super::lifecycle::Refusal;
use super::model::{Action, ActionState, Case, Doer, Goal, GoalState};
use super::store::{self, CASE_AND_PERSON};
use crate::access::{Filter, Sensitivity, Viewer};
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{ActionId, CaseId, GoalId, UserId};
use crate::params;

const GOAL: &str = "g.id, g.case_id, g.front, g.dimension, g.text, g.state, g.outcome, g.created_at, g.version";

fn goal_from(row: &Row<'_>, viewer: &Viewer) -> Result<Goal, DbError> {
    let knows = viewer.sees(Sensitivity::Identity);
    Ok(Goal {
        id: row.next()?,
        case_id: row.next()?,
        front: row.next()?,
        dimension: row.next()?,
        // Words may say who it is about.
        text: if knows { row.next()? } else { row.next::<String>().map(|_| String::new())? },
        state: row.next()?,
        outcome: row.next::<Option<String>>()?.filter(|_| knows),
        created_at: row.next()?,
        version: row.next()?,
    })
}

/// The goals of the cases that fit a condition over `case_file c` and `person p`.
pub(super) fn goals(tx: &mut Tx<'_>, viewer: &Viewer, cases: Filter) -> Result<Vec<Goal>, Error> {
    let sql = format!(
        "SELECT {GOAL} FROM {CASE_AND_PERSON} \
         JOIN goal g ON g.organisation_id = c.organisation_id AND g.case_id = c.id \
         WHERE {} ORDER BY g.created_at, g.id",
        cases.sql()
    );
    Ok(tx.query(&sql, cases.params(), |row| goal_from(row, viewer))?)
}

/// The goals of a case that was found for the user before.
///
/// # Errors
/// The database failed.
pub fn goals_of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Goal>, Error> {
    goals(tx, viewer, viewer.visible_cases().and("c.id = ?", [case.into()]))
}

/// The actions of a case that was found for the user before.
///
/// # Errors
/// The database failed.
pub fn actions_of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Action>, Error> {
    let knows = viewer.sees(Sensitivity::Identity);
    Ok(tx.query(
        "SELECT a.id, a.goal_id, a.text, a.who, a.user_id, u.name, a.provider_kind, a.due_on, a.state, a.outcome, \
         a.done_on, a.created_at, a.version FROM action a \
         LEFT JOIN user_account u ON u.organisation_id = a.organisation_id AND u.id = a.user_id \
         WHERE a.organisation_id = $1 AND a.case_id = $2 ORDER BY a.due_on, a.id",
        params![viewer.organisation, case],
        |row| {
            Ok(Action {
                id: row.next()?,
                goal_id: row.next()?,
                text: if knows { row.next()? } else { row.next::<String>().map(|_| String::new())? },
                who: row.next()?,
                user_id: row.next()?,
                user_name: row.next()?,
                provider_kind: row.next()?,
                due_on: row.next()?,
                state: row.next()?,
                outcome: row.next::<Option<String>>()?.filter(|_| knows),
                done_on: row.next()?,
                created_at: row.next()?,
                version: row.next()?,
            })
        },
    )?)
}

/// A goal of a case.
///
/// # Errors
/// It is not there, or the database failed.
pub fn goal(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: GoalId) -> Result<Goal, Error> {
    goals_of_case(tx, viewer, case)?.into_iter().find(|goal| goal.id == id).ok_or(Error::NotFound)
}

/// An action of a case.
///
/// # Errors
/// It is not there, or the database failed.
pub fn action(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: ActionId) -> Result<Action, Error> {
    actions_of_case(tx, viewer, case)?.into_iter().find(|action| action.id == id).ok_or(Error::NotFound)
}

/// Sets a goal, with its first actions.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn add_goal(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, input: &NewGoal) -> Result<GoalId, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let (front, dimension) = input.check()?;
    let goal = Goal {
        id: GoalId::new(),
        case_id: case,
        front,
        dimension,
        text: input.text.trim().to_owned(),
        state: GoalState::Planned,
        outcome: None,
        created_at: Moment::now(),
        version: 1,
    };
    let entry = Entry::created(Kind::Goal, goal.id, &goal).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO goal (organisation_id, id, case_id, person_id, front, dimension, text, state, created_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        params![
            viewer.organisation,
            goal.id,
            case,
            file.case.person_id,
            front,
            dimension,
            goal.text.as_str(),
            goal.state,
            goal.created_at
        ],
    )?;
    for (index, action) in input.actions.iter().enumerate().filter(|(_, action)| !action.is_empty()) {
        let due_on = action.check()?;
        insert_action(tx, viewer, &file.case, goal.id, action, due_on, &format!("actions[{index}].user_id"))?;
    }
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(goal.id)
}

/// Changes a goal.
///
/// # Errors
/// Fields to correct, a rule forbids it, someone else changed it, or the database failed.
pub fn change_goal(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: GoalId,
    version: i64,
    input: &GoalChange,
) -> Result<Goal, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let before = goal(tx, viewer, case, id)?;
    if before.version != version {
        return Err(Error::stale(input, &before, before.version));
    }
    input.check()?;
    let after = Goal {
        front: input.front,
        dimension: input.dimension,
        text: input.text.trim().to_owned(),
        state: input.state,
        outcome: input.outcome.clone(),
        version: version + 1,
        ..before.clone()
    };
    save_goal(tx, viewer, &file.case, &before, &after)?;
    Ok(after)
}

fn save_goal(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, before: &Goal, after: &Goal) -> Result<(), Error> {
    let entry = Entry::changed(Kind::Goal, after.id, before, after).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry)?;
    let written = tx.execute(
        &pen,
        "UPDATE goal SET front = $3, dimension = $4, text = $5, state = $6, outcome = $7, version = $8 \
         WHERE organisation_id = $1 AND id = $2 AND version = $9",
        params![
            viewer.organisation,
            after.id,
            after.front,
            after.dimension,
            after.text.as_str(),
            after.state,
            after.outcome.clone(),
            after.version,
            before.version
        ],
    )?;
    if written == 0 {
        let now = goal(tx, viewer, case.id, after.id)?;
        return Err(Error::stale(after, &now, now.version));
    }
    store::touch(tx, viewer, &pen, case)
}

/// Sets an action towards a goal.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn add_action(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    goal_id: GoalId,
    input: &NewAction,
) -> Result<ActionId, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let goal = goal(tx, viewer, case, goal_id)?;
    let due_on = input.check()?;
    insert_action(tx, viewer, &file.case, goal.id, input, due_on, "user_id")
}

/// Who does it and who answers for it in the organisation.
fn doer(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: &Case,
    input: &NewAction,
    field: &str,
) -> Result<(Doer, UserId, Option<String>), Error> {
    store::check_colleague(tx, viewer, input.user_id, field)?;
    let who = input.who.unwrap_or(Doer::User);
    // What the person or a provider does is still looked after by someone here.
    let user = input.user_id.or(case.owner_id).unwrap_or(viewer.user);
    Ok((who, user, input.provider_kind.clone().filter(|_| who == Doer::Provider)))
}

fn insert_action(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: &Case,
    goal: GoalId,
    input: &NewAction,
    due_on: Day,
    field: &str,
) -> Result<ActionId, Error> {
    let (who, user, provider_kind) = doer(tx, viewer, case, input, field)?;
    let id = ActionId::new();
    let told = serde_json::json!({
        "text": input.text.trim(), "who": who, "user_id": user, "provider_kind": provider_kind, "due_on": due_on,
    });
    let entry = Entry::created(Kind::Action, id, &told).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO action (organisation_id, id, goal_id, case_id, person_id, text, who, user_id, provider_kind, \
         due_on, state, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11, 1)",
        params![
            viewer.organisation,
            id,
            goal,
            case.id,
            case.person_id,
            input.text.trim(),
            who,
            user,
            provider_kind,
            due_on,
            Moment::now()
        ],
    )?;
    store::touch(tx, viewer, &pen, case)?;
    Ok(id)
}

/// Changes an action, or ends it. The first one done begins the service.
///
/// # Errors
/// Fields to correct, a rule forbids it, someone else changed it, or the database failed.
pub fn change_action(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: ActionId,
    version: i64,
    input: &ActionChange,
) -> Result<Action, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let before = action(tx, viewer, case, id)?;
    if before.version != version {
        return Err(Error::stale(input, &before, before.version));
    }
    let due_on = input.action.check()?;
    let mut check = Check::default();
    let outcome = input.outcome.as_deref().unwrap_or_default();
    let failed = matches!(input.state, ActionState::Failed | ActionState::Dropped);
    check.that(!failed || !outcome.trim().is_empty(), "outcome", "invalid-outcome-needed");
    check.short(outcome, LONG, "outcome");
    check.that(input.done_on.is_none_or(|day| day <= viewer.today), "done_on", "invalid-future");
    check.done()?;
    let (who, user, provider_kind) = doer(tx, viewer, &file.case, &input.action, "user_id")?;
    let after = Action {
        text: input.action.text.trim().to_owned(),
        who,
        user_id: Some(user),
        provider_kind,
        due_on,
        state: input.state,
        outcome: input.outcome.clone(),
        done_on: (input.state != ActionState::Open).then(|| input.done_on.unwrap_or(viewer.today)),
        version: version + 1,
        ..before.clone()
    };
    let case = match (before.state, after.state) {
        (before, ActionState::Done) if before != ActionState::Done => {
            begin_goal(tx, viewer, &file.case, after.goal_id)?;
            store::progress(tx, viewer, &file.case, false)?
        }
        _ => file.case,
    };
    save_action(tx, viewer, &case, &before, &after)?;
    Ok(after)
}

/// A goal with something done is under way.
fn begin_goal(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, id: GoalId) -> Result<(), Error> {
    let before = goal(tx, viewer, case.id, id)?;
    if before.state != GoalState::Planned {
        return Ok(());
    }
    let after = Goal { state: GoalState::Begun, version: before.version + 1, ..before.clone() };
    save_goal(tx, viewer, case, &before, &after)
}

fn save_action(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, before: &Action, after: &Action) -> Result<(), Error> {
    let entry = Entry::changed(Kind::Action, after.id, before, after).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry)?;
    let written = tx.execute(
        &pen,
        "UPDATE action SET text = $3, who = $4, user_id = $5, provider_kind = $6, due_on = $7, state = $8, \
         outcome = $9, done_on = $10, version = $11 WHERE organisation_id = $1 AND id = $2 AND version = $12",
        params![
            viewer.organisation,
            after.id,
            after.text.as_str(),
            after.who,
            after.user_id,
            after.provider_kind.clone(),
            after.due_on,
            after.state,
            after.outcome.clone(),
            after.done_on,
            after.version,
            before.version
        ],
    )?;
    if written == 0 {
        let now = action(tx, viewer, case.id, after.id)?;
        return Err(Error::stale(after, &now, now.version));
    }
    store::touch(tx, viewer, &pen, case)
}

/// Ends what is open when a case is closed: actions dropped, planned meetings removed.
pub(super) fn drop_open(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case) -> Result<(), Error> {
    let open = actions_of_case(tx, viewer, case.id)?.into_iter().filter(|action| action.state == ActionState::Open);
    for before in open {
        let after = Action {
            state: ActionState::Dropped,
            done_on: Some(viewer.today),
            version: before.version + 1,
            ..before.clone()
        };
        save_action(tx, viewer, case, &before, &after)?;
    }
    super::parts::cancel_planned(tx, viewer, case)
}

/// Removes an action that was set by mistake; only before the plan is agreed.
///
/// # Errors
/// A rule forbids it, or the database failed.
pub fn remove_action(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: ActionId) -> Result<(), Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let before = action(tx, viewer, case, id)?;
    if file.case.planned_at.is_some() {
        return Err(Refusal::WrongState.into());
    }
    let entry = Entry::removed(Kind::Action, id, &before).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(&pen, "DELETE FROM action WHERE organisation_id = $1 AND id = $2", params![viewer.organisation, id])?;
    store::touch(tx, viewer, &pen, &file.case)
}
