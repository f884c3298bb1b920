//! A whole case as pages and API show it.

use serde::Serialize;

use super::model::{
    Action, ActionState, AfterClosure, Approval, ApprovalState, Attachment, Case, CaseState, Flag, FollowUp, Front,
    Goal, Note, Screening,
};
use super::respondent::Respondent;
use super::{attachments, lifecycle, parts, plan, screenings, store};
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::forms::{self, Submission};
use crate::ids::{CaseId, UserId};

/// Follow-ups shown at once: some hundred lie in a long case.
const LATEST: usize = 6;

/// A case with everything in it that this user may read.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Detail {
    /// The case.
    pub case: Case,
    /// The person's name, for those who may know it.
    pub person_name: Option<String>,
    /// Who carries it.
    pub owner_name: Option<String>,
    /// Who supervises it.
    pub supervisor_name: Option<String>,
    /// Which team's it is.
    pub team_name: Option<String>,
    /// The goals of the plan.
    pub goals: Vec<Goal>,
    /// The actions of the plan.
    pub actions: Vec<Action>,
    /// Notes, newest first.
    pub notes: Vec<Note>,
    /// Files, newest first.
    pub attachments: Vec<Attachment>,
    /// Flags, those to resolve first.
    pub flags: Vec<Flag>,
    /// Approvals, newest first.
    pub approvals: Vec<Approval>,
    /// Follow-ups: planned ones, then kept ones, the last first.
    pub follow_ups: Vec<FollowUp>,
    /// Screenings answered, newest first.
    pub screenings: Vec<Screening>,
    /// Forms filled in, newest first.
    pub submissions: Vec<Submission>,
    /// Whether this user may change anything in it now.
    pub may_work: bool,
    /// Whether this user may ask, after it was closed, what became of the person.
    pub may_contact: bool,
    /// Whether this user may give it to someone else.
    pub may_assign: bool,
    /// Whether this user may decide on the approval that waits.
    pub may_decide: bool,
    /// Why someone who decides on others does not on this: the code of the sentence in `locales/`.
    #[serde(skip)]
    pub undecided_because: Option<&'static str>,
    /// Sex and age of the person, for the choice of screenings.
    #[serde(skip)]
    pub respondent: Respondent,
    /// Why nothing can be changed: the code of the sentence in `locales/`.
    #[serde(skip)]
    pub held_because: Option<&'static str>,
}

/// Everything in a case that this user may read.
///
/// # Errors
/// It is not there for this user, or the database failed.
pub fn read(tx: &mut Tx<'_>, viewer: &Viewer, id: CaseId) -> Result<Detail, Error> {
    let file = store::find(tx, viewer, id)?;
    let team = file.case.team_id.map(|team| team.to_string());
    let team_name = store::teams(tx, viewer)?.into_iter().find(|(id, _)| Some(id) == team.as_ref()).map(|it| it.1);
    let held = lifecycle::work(file.case.state, file.person.consent).err();
    let approvals = parts::approvals(tx, viewer, id)?;
    let (may_decide, undecided_because) = match waiting_of(&approvals) {
        Some(waiting) => match parts::check_decider(tx, viewer, &file.case, waiting.asked_by) {
            Ok(()) => (true, None),
            Err(Error::Refused(key)) => (false, Some(key)),
            Err(Error::Forbidden(_)) => (false, None),
            Err(error) => return Err(error),
        },
        None => (false, None),
    };
    Ok(Detail {
        owner_name: store::user_name(tx, viewer, file.case.owner_id)?,
        supervisor_name: store::user_name(tx, viewer, file.case.supervisor_id)?,
        team_name,
        goals: plan::goals_of_case(tx, viewer, id)?,
        actions: plan::actions_of_case(tx, viewer, id)?,
        notes: parts::notes(tx, viewer, id)?,
        attachments: attachments::of_case(tx, viewer, id)?,
        flags: parts::flags(tx, viewer, id)?,
        approvals,
        follow_ups: parts::follow_ups(tx, viewer, id)?,
        screenings: screenings::of_case(tx, viewer, id)?,
        submissions: forms::of_case(tx, viewer, id)?,
        may_work: viewer.may(Permission::WriteCases) && held.is_none(),
        may_contact: viewer.may(Permission::WriteCases)
            && file.case.state == CaseState::Closed
            && file.person.may_contact,
        may_assign: store::may_assign(viewer, &file.case) && file.case.state != CaseState::Closed,
        may_decide,
        undecided_because,
        held_because: held.and_then(|refusal| match Error::from(refusal) {
            Error::Refused(key) if file.case.state != CaseState::Closed => Some(key),
            _ => None,
        }),
        respondent: file.person.respondent,
        person_name: file.person.name,
        case: file.case,
    })
}

fn waiting_of(approvals: &[Approval]) -> Option<&Approval> {
    approvals.iter().find(|approval| approval.state == ApprovalState::Waiting)
}

impl Detail {
    /// The goals on a front.
    pub fn goals_on(&self, front: &Front) -> Vec<&Goal> {
        self.goals.iter().filter(|goal| goal.front == *front).collect()
    }

    /// The actions towards a goal.
    pub fn actions_for(&self, goal: &Goal) -> Vec<&Action> {
        self.actions.iter().filter(|action| action.goal_id == goal.id).collect()
    }

    /// Whether this user may strike out or remove what someone kept: their own, or a supervisor.
    pub fn may_put_right(&self, viewer: &Viewer, keeper: &UserId) -> bool {
        viewer.may(Permission::WriteCases) && (*keeper == viewer.user || viewer.may(Permission::Approve))
    }

    /// Whether this user may say now what came of a planned follow-up.
    pub fn may_keep(&self, follow_up: &FollowUp) -> bool {
        let is_asked_after = AfterClosure::from_code(&follow_up.kind).is_some();
        follow_up.done_on.is_none() && (self.may_work || self.may_contact && is_asked_after)
    }

    /// The form that was filled in for a follow-up, where this user may read it.
    pub fn evidence(&self, follow_up: &FollowUp) -> Option<&Submission> {
        self.submissions.iter().find(|submission| Some(submission.id) == follow_up.submission_id)
    }

    /// The follow-ups to be shown at once.
    pub fn latest_follow_ups(&self) -> &[FollowUp] {
        &self.follow_ups[..self.follow_ups.len().min(LATEST)]
    }

    /// The others, to be opened.
    pub fn earlier_follow_ups(&self) -> &[FollowUp] {
        self.follow_ups.get(LATEST..).unwrap_or_default()
    }

    /// Actions not ended.
    pub fn open_actions(&self) -> usize {
        self.actions.iter().filter(|action| action.state == ActionState::Open).count()
    }

    /// The approval that waits.
    pub fn waiting(&self) -> Option<&Approval> {
        waiting_of(&self.approvals)
    }

    /// Flags not resolved.
    pub fn open_flags(&self) -> usize {
        self.flags.iter().filter(|flag| flag.resolved_at.is_none()).count()
    }

    /// The front on which nothing is planned, where only one is.
    pub fn empty_front(&self) -> Option<Front> {
        match (self.goals_on(&Front::Protect).is_empty(), self.goals_on(&Front::Empower).is_empty()) {
            (true, false) => Some(Front::Protect),
            (false, true) => Some(Front::Empower),
            _ => None,
        }
    }

    /// Where the case is closed.
    pub fn is_closed(&self) -> bool {
        self.case.state == CaseState::Closed
    }
}
