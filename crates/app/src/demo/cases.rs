//! Invented cases in every state, made the way workers make them: screened, assessed, planned,
//! approved by someone else, followed up, closed, reopened. Goals and notes from
//! `demo/stories.toml`.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

use super::Founded;
use crate::access::{Role, Viewer};
use crate::cases::input::{
    ActionChange, Answers, ApprovalDecision, Closure, FollowUpRecord, NewAction, NewApproval, NewCase, NewFollowUp,
    NewGoal, NewNote, RiskDecision,
};
use crate::cases::questionnaire::Form;
use crate::cases::{
    ActionState, ApprovalKind, CaseState, Dimension, Doer, Front, Risk, Satisfaction, parts, plan, screenings, store,
};
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Bookkeeping, Pen};
use crate::ids::{CaseId, PersonId};
use crate::params;
use crate::users::sessions;

const STORIES: &str = include_str!("../../../../demo/stories.toml");

#[derive(Deserialize)]
struct Stories {
    note: Vec<NoteStory>,
    goal: Vec<GoalStory>,
}

#[derive(Deserialize)]
struct NoteStory {
    lang: String,
    kind: String,
    text: String,
}

#[derive(Deserialize)]
struct GoalStory {
    front: Front,
    dimension: Dimension,
    text: BTreeMap<String, String>,
    action: Vec<ActionStory>,
}

#[derive(Deserialize)]
struct ActionStory {
    service: String,
    text: BTreeMap<String, String>,
}

/// How far a case has come, in turn.
const STATES: [CaseState; 8] = [
    CaseState::Open,
    CaseState::Assessed,
    CaseState::Planned,
    CaseState::InService,
    CaseState::InService,
    CaseState::Closed,
    CaseState::InService,
    CaseState::Reopened,
];

/// So many cases are carried on in turn; of ten after them eight stay open, as where the workers are
/// too few.
const CARRIED_ON: usize = 2_000;

fn state(number: usize) -> CaseState {
    if number > CARRIED_ON && number % 10 < 8 { CaseState::Open } else { STATES[number % STATES.len()] }
}

pub(super) struct Caseload {
    dice: StdRng,
    stories: Stories,
    made: usize,
    /// The number of the last person a case was opened for: newest first.
    last: i64,
}

impl Caseload {
    pub(super) fn new() -> Result<Caseload, Error> {
        let stories =
            toml::from_str(STORIES).map_err(|error| Error::Internal(format!("demo/stories.toml: {error}")))?;
        Ok(Caseload { dice: StdRng::seed_from_u64(7), stories, made: 0, last: i64::MAX })
    }

    /// Begins with the newest person of another house.
    pub(super) fn begin_again(&mut self) {
        self.last = i64::MAX;
    }

    /// Opens cases for the next people who agreed to it, carries each on, and answers how many.
    pub(super) fn fill(&mut self, tx: &mut Tx<'_>, house: &Founded, cases: u32) -> Result<u32, Error> {
        let worker = house.viewer(tx, &[Role::Caseworker, Role::Supervisor])?;
        let supervisor = house.viewer(tx, &[Role::Supervisor])?;
        let people: Vec<(PersonId, i64)> = tx.query(
            &format!(
                "SELECT id, number FROM person WHERE organisation_id = $1 AND consent_case_work = 'given' \
                 AND number < $2 ORDER BY number DESC LIMIT {cases}"
            ),
            params![house.organisation, self.last],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        for (person, number) in &people {
            let state = state(self.made);
            self.made += 1;
            self.last = *number;
            self.carry(tx, &worker, &supervisor, *person, state)?;
        }
        Ok(people.len() as u32)
    }

    fn carry(
        &mut self,
        tx: &mut Tx<'_>,
        worker: &Viewer,
        supervisor: &Viewer,
        person: PersonId,
        to: CaseState,
    ) -> Result<(), Error> {
        let id = store::open(
            tx,
            worker,
            &NewCase {
                person_id: person,
                risk: Some(Risk::Medium),
                why: String::new(),
                owner_id: None,
                trafficking: false,
            },
        )?;
        self.note(tx, worker, id)?;
        if to == CaseState::Open {
            return Ok(());
        }
        self.screen(tx, worker, id)?;
        let version = store::find(tx, worker, id)?.case.version;
        store::assess(tx, worker, id, version)?;
        if to == CaseState::Assessed {
            return Ok(());
        }
        self.plan(tx, worker, supervisor, id)?;
        let due = [0, 0, 2, 5, 9][self.made % 5];
        if to != CaseState::Planned {
            let kept = planned("home_visit", worker, 0);
            let follow_up = parts::add_follow_up(tx, worker, id, &kept)?;
            let version = parts::follow_up(tx, worker, id, follow_up)?.version;
            let record = FollowUpRecord {
                done_on: Some(worker.today),
                person_seen: true,
                text: "Met at home; all well.".into(),
            };
            parts::record_follow_up(tx, worker, id, follow_up, version, &record)?;
            self.finish_some_actions(tx, worker, id)?;
        }
        let next = planned("office", worker, due);
        parts::add_follow_up(tx, worker, id, &next)?;
        if matches!(to, CaseState::Closed | CaseState::Reopened) {
            close(tx, worker, supervisor, id)?;
        }
        if to == CaseState::Reopened {
            let version = store::find(tx, worker, id)?.case.version;
            store::reopen(tx, worker, id, version, "The landlord gave notice; a new place is needed.")?;
        }
        Ok(())
    }

    fn note(&mut self, tx: &mut Tx<'_>, worker: &Viewer, id: CaseId) -> Result<(), Error> {
        let fitting: Vec<&NoteStory> = self
            .stories
            .note
            .iter()
            .filter(|note| {
                note.lang == worker.language && matches!(note.kind.as_str(), "general" | "contact" | "legal")
            })
            .collect();
        if fitting.is_empty() {
            return Ok(());
        }
        let story = fitting[self.dice.random_range(0..fitting.len())];
        let note = NewNote { kind: story.kind.clone(), sensitivity: None, text: story.text.clone() };
        parts::add_note(tx, worker, id, &note).map(drop)
    }

    fn screen(&mut self, tx: &mut Tx<'_>, worker: &Viewer, id: CaseId) -> Result<(), Error> {
        for form in Form::all() {
            let respondent = store::find(tx, worker, id)?.person.respondent;
            let mut answers = BTreeMap::new();
            for question in form.questions_for(&respondent) {
                if question.is_text() {
                    continue;
                }
                let often = self.dice.random_range(0..100);
                let answer = match question.options.len() {
                    0 if often < 12 => "yes".to_owned(),
                    0 => "no".to_owned(),
                    options => {
                        let worse = if often < 70 { 0 } else { self.dice.random_range(0..options) };
                        question.options[worse].value.clone()
                    }
                };
                answers.insert(question.id.clone(), answer);
            }
            screenings::answer(tx, worker, id, &form.id, &Answers { answers, done_on: Some(worker.today) })?;
        }
        let file = store::find(tx, worker, id)?;
        let risk = file.case.risk_proposed.unwrap_or(file.case.risk);
        store::decide_risk(tx, worker, id, file.case.version, &RiskDecision { risk: Some(risk), reason: String::new() })
            .map(drop)
    }

    fn plan(&mut self, tx: &mut Tx<'_>, worker: &Viewer, supervisor: &Viewer, id: CaseId) -> Result<(), Error> {
        for front in [Front::Protect, Front::Empower, Front::Empower] {
            let fitting: Vec<&GoalStory> = self.stories.goal.iter().filter(|goal| goal.front == front).collect();
            if fitting.is_empty() {
                continue;
            }
            let story = fitting[self.dice.random_range(0..fitting.len())];
            let said = |words: &BTreeMap<String, String>| {
                words.get(&worker.language).or(words.get("en")).cloned().unwrap_or_default()
            };
            let actions = story
                .action
                .iter()
                .enumerate()
                .map(|(index, action)| NewAction {
                    text: said(&action.text),
                    who: Some(if index == 0 { Doer::User } else { Doer::Provider }),
                    user_id: (index == 0).then_some(worker.user),
                    provider_kind: Some(action.service.clone()),
                    due_on: Some(worker.today.plus_days(self.dice.random_range(0..30))),
                })
                .collect();
            let goal = NewGoal {
                front: Some(story.front),
                dimension: Some(story.dimension),
                text: said(&story.text),
                actions,
            };
            plan::add_goal(tx, worker, id, &goal)?;
        }
        if worker.user == supervisor.user {
            let version = store::find(tx, worker, id)?.case.version;
            return store::agree_plan(tx, worker, id, version, None).map(drop);
        }
        approve(tx, worker, supervisor, id, ApprovalKind::Plan)
    }

    fn finish_some_actions(&mut self, tx: &mut Tx<'_>, worker: &Viewer, id: CaseId) -> Result<(), Error> {
        for action in plan::actions_of_case(tx, worker, id)? {
            if self.dice.random_range(0..3) > 0 {
                continue;
            }
            let change = ActionChange {
                action: NewAction {
                    text: action.text.clone(),
                    who: Some(action.who),
                    user_id: action.user_id,
                    provider_kind: action.provider_kind.clone(),
                    due_on: Some(action.due_on),
                },
                state: ActionState::Done,
                outcome: Some("Done as agreed.".into()),
                done_on: Some(worker.today),
            };
            plan::change_action(tx, worker, id, action.id, action.version, &change)?;
        }
        Ok(())
    }
}

fn planned(kind: &str, worker: &Viewer, days: i64) -> NewFollowUp {
    NewFollowUp {
        kind: kind.to_owned(),
        due_on: Some(worker.today.plus_days(days)),
        user_id: Some(worker.user),
        done_on: None,
        person_seen: false,
        text: String::new(),
    }
}

fn approve(tx: &mut Tx<'_>, worker: &Viewer, supervisor: &Viewer, id: CaseId, kind: ApprovalKind) -> Result<(), Error> {
    let asked = NewApproval { kind, one_front_reason: None, why: "Ready from my side.".into() };
    let approval = parts::ask_approval(tx, worker, id, &asked)?;
    parts::decide(tx, supervisor, id, approval, &ApprovalDecision { approve: true, comment: String::new() })?;
    // Read long ago, as in life: the first page is for what is new.
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Notice),
        "UPDATE notice SET read_at = created_at WHERE organisation_id = $1 AND case_id = $2",
        params![worker.organisation, id],
    )?;
    Ok(())
}

fn close(tx: &mut Tx<'_>, worker: &Viewer, supervisor: &Viewer, id: CaseId) -> Result<(), Error> {
    if worker.user != supervisor.user {
        approve(tx, worker, supervisor, id, ApprovalKind::Closure)?;
    }
    let version = store::find(tx, worker, id)?.case.version;
    let closure = Closure {
        reason: "goals_met".into(),
        note: "The goals of the plan were reached.".into(),
        satisfaction: Some(Satisfaction::Satisfied),
        drop_open_actions: true,
    };
    store::close(tx, worker, id, version, &closure).map(drop)
}

impl Founded {
    /// The first user with one of these roles, in the order of the roles.
    fn viewer(&self, tx: &mut Tx<'_>, roles: &[Role]) -> Result<Viewer, Error> {
        let user =
            roles.iter().find_map(|role| self.users.iter().find(|(known, _)| known == role)).ok_or(Error::NotFound)?;
        sessions::viewer_of_user(tx, self.organisation, user.1)
    }
}
