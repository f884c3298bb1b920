//! What comes in from pages and API, the same types for both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{ActionState, AfterClosure, ApprovalKind, Dimension, Doer, Front, GoalState, Risk, Satisfaction};
use crate::access::Sensitivity;
use crate::dates::Day;
use crate::error::{Check, Error};
use crate::ids::{PersonId, TeamId, UserId};
use crate::reference;

/// What is needed to open a case.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewCase {
    /// Whose it is.
    pub person_id: PersonId,
    /// The first judgement of the risk.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub risk: Option<Risk>,
    /// Why, in words.
    #[serde(default)]
    pub why: String,
    /// Who will carry it; the one who opens it where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub owner_id: Option<UserId>,
    /// About trafficking.
    #[serde(default)]
    pub trafficking: bool,
}

/// Answers to a questionnaire.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answers {
    /// Answers by question.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// The day it was done; today where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub done_on: Option<Day>,
}

/// The worker's judgement of the risk.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RiskDecision {
    /// High, medium or low.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub risk: Option<Risk>,
    /// Needed where it differs from what the questionnaires propose.
    #[serde(default)]
    pub reason: String,
}

/// Whether the case is about trafficking.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TraffickingMark {
    /// Seen only by those who may see that.
    #[serde(default)]
    pub trafficking: bool,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// A goal.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewGoal {
    /// On which front.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub front: Option<Front>,
    /// In which dimension.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub dimension: Option<Dimension>,
    /// What will be true when it is reached.
    #[serde(default)]
    pub text: String,
    /// Its first actions; those without text are left out.
    #[serde(default)]
    pub actions: Vec<NewAction>,
}

/// A goal as it is to stand.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GoalChange {
    /// On which front.
    pub front: Front,
    /// In which dimension.
    pub dimension: Dimension,
    /// What will be true when it is reached.
    #[serde(default)]
    pub text: String,
    /// What became of it.
    pub state: GoalState,
    /// How it ended, in words.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub outcome: Option<String>,
}

/// An action.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewAction {
    /// What is to be done.
    #[serde(default)]
    pub text: String,
    /// Who does it; the one who sets it where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub who: Option<Doer>,
    /// Which user.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub user_id: Option<UserId>,
    /// What kind of provider: a code of `provider_kinds`.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub provider_kind: Option<String>,
    /// By when.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub due_on: Option<Day>,
}

/// An action as it is to stand.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActionChange {
    /// What, who, by when.
    #[serde(flatten)]
    pub action: NewAction,
    /// What became of it.
    pub state: ActionState,
    /// How it ended, in words.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub outcome: Option<String>,
    /// When it ended; today where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub done_on: Option<Day>,
}

/// A note.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewNote {
    /// A code of `note_kinds`.
    #[serde(default)]
    pub kind: String,
    /// Who may read it.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub sensitivity: Option<Sensitivity>,
    /// What was seen and heard.
    #[serde(default)]
    pub text: String,
}

/// Why a note is struck out or a file removed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Because {
    /// In words; it stays in the history.
    #[serde(default)]
    pub reason: String,
}

impl Because {
    /// Whether a reason is there.
    ///
    /// # Errors
    /// The field to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.reason, SHORT, "reason");
        check.done()
    }
}

/// A flag.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewFlag {
    /// A code of `flag_kinds`.
    #[serde(default)]
    pub kind: String,
    /// What it is about.
    #[serde(default)]
    pub text: String,
}

/// How a flag was resolved.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FlagResolution {
    /// In words.
    #[serde(default)]
    pub resolution: String,
}

/// A supervisor's decision asked for.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewApproval {
    /// On what.
    pub kind: ApprovalKind,
    /// Why the plan leaves one front empty, where it does.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub one_front_reason: Option<String>,
    /// What the supervisor should know.
    #[serde(default)]
    pub why: String,
}

/// A supervisor's decision.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApprovalDecision {
    /// Agreed or not.
    #[serde(default)]
    pub approve: bool,
    /// In words; needed where not agreed.
    #[serde(default)]
    pub comment: String,
}

/// A meeting to plan, or already kept where `done_on` is there.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewFollowUp {
    /// A code of `follow_up_kinds`.
    #[serde(default)]
    pub kind: String,
    /// By when.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub due_on: Option<Day>,
    /// Who keeps it; the one who plans it where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub user_id: Option<UserId>,
    /// When it was kept.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub done_on: Option<Day>,
    /// Whether the person was seen.
    #[serde(default)]
    pub person_seen: bool,
    /// What came of it.
    #[serde(default)]
    pub text: String,
}

/// What came of a meeting.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FollowUpRecord {
    /// When it was kept; today where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub done_on: Option<Day>,
    /// Whether the person was seen.
    #[serde(default)]
    pub person_seen: bool,
    /// What came of it.
    #[serde(default)]
    pub text: String,
}

/// Whose case it becomes.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// Who carries it.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub owner_id: Option<UserId>,
    /// Who supervises it; the owner's supervisor where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub supervisor_id: Option<UserId>,
    /// Which team's it is; the owner's where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub team_id: Option<TeamId>,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// A plan that is agreed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanAgreed {
    /// Why it leaves one front empty, where it does.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub one_front_reason: Option<String>,
}

/// A closure.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Closure {
    /// A code of `closure_reasons`.
    #[serde(default)]
    pub reason: String,
    /// What to remember.
    #[serde(default)]
    pub note: String,
    /// How content the person was.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub satisfaction: Option<Satisfaction>,
    /// Confirms that open actions and meetings are dropped.
    #[serde(default)]
    pub drop_open_actions: bool,
    /// When to ask what became of the person, who agreed to be contacted: a follow-up is planned for each.
    #[serde(default)]
    pub ask_after: Vec<AfterClosure>,
}

/// Reasons of closure after which nobody is asked what became of the person.
const NOBODY_TO_ASK: [&str; 3] = ["deceased", "duplicate", "consent_withdrawn"];

/// A reason, where nothing else is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// Longest text of a note, an outcome, a comment.
pub const LONG: usize = 20_000;
/// Longest text of a goal, an action, a reason.
pub const SHORT: usize = 2_000;

fn coded(check: &mut Check, list: &str, code: &str, field: &str) {
    check.that(!code.is_empty(), field, "invalid-required");
    check.that(code.is_empty() || reference::has(list, code), field, "invalid-choice");
}

impl NewCase {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<Risk, Error> {
        let mut check = Check::default();
        check.short(&self.why, SHORT, "why");
        check.that(self.risk.is_some(), "risk", "invalid-required");
        check.done()?;
        self.risk.ok_or_else(|| Error::field("risk", "invalid-required"))
    }
}

impl NewGoal {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(Front, Dimension), Error> {
        let mut check = Check::default();
        check.that(self.front.is_some(), "front", "invalid-required");
        check.that(self.dimension.is_some(), "dimension", "invalid-required");
        check.text(&self.text, SHORT, "text");
        for (index, action) in self.actions.iter().enumerate().filter(|(_, action)| !action.is_empty()) {
            action.check_into(&mut check, &format!("actions[{index}]."));
        }
        check.done()?;
        self.front.zip(self.dimension).ok_or_else(|| Error::field("front", "invalid-required"))
    }
}

impl GoalChange {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.text, SHORT, "text");
        check.short(self.outcome.as_deref().unwrap_or_default(), LONG, "outcome");
        check.done()
    }
}

impl NewAction {
    /// Nothing written in its row.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.due_on.is_none()
    }

    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<Day, Error> {
        let mut check = Check::default();
        self.check_into(&mut check, "");
        check.done()?;
        self.due_on.ok_or_else(|| Error::field("due_on", "invalid-required"))
    }

    fn check_into(&self, check: &mut Check, prefix: &str) {
        check.text(&self.text, SHORT, &format!("{prefix}text"));
        check.that(self.due_on.is_some(), format!("{prefix}due_on"), "invalid-required");
        let kind = self.provider_kind.as_deref().unwrap_or_default();
        if self.who == Some(Doer::Provider) || !kind.is_empty() {
            coded(check, "provider_kinds", kind, &format!("{prefix}provider_kind"));
        }
    }
}

impl NewNote {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        coded(&mut check, "note_kinds", &self.kind, "kind");
        check.text(&self.text, LONG, "text");
        check.done()
    }
}

impl NewFlag {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        coded(&mut check, "flag_kinds", &self.kind, "kind");
        check.text(&self.text, SHORT, "text");
        check.done()
    }
}

impl NewFollowUp {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, today: Day) -> Result<Day, Error> {
        let mut check = Check::default();
        coded(&mut check, "follow_up_kinds", &self.kind, "kind");
        check.short(&self.text, LONG, "text");
        let due = self.due_on.or(self.done_on);
        check.that(due.is_some(), "due_on", "invalid-required");
        check.that(self.done_on.is_none_or(|day| day <= today), "done_on", "invalid-future");
        check.done()?;
        due.ok_or_else(|| Error::field("due_on", "invalid-required"))
    }
}

impl FollowUpRecord {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.text, LONG, "text");
        check.that(self.done_on.is_none_or(|day| day <= today), "done_on", "invalid-future");
        check.done()
    }
}

impl Closure {
    /// Whether what is there can be kept; the rules ask for the reason.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        coded(&mut check, "closure_reasons", &self.reason, "reason");
        check.short(&self.note, LONG, "note");
        let may_ask = self.ask_after.is_empty() || !NOBODY_TO_ASK.contains(&self.reason.as_str());
        check.that(may_ask, "ask_after", "invalid-nobody-to-ask");
        check.done()
    }
}
