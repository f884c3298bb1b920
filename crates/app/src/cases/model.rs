//! Types and rules of a case: what it is, what is due next, how vulnerable the person is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::respondent::Respondent;
use crate::code::Code;
use crate::codes;
use crate::dates::{Day, Moment};
use crate::history::Kind;
use crate::ids::{
    ActionId, ApprovalId, AttachmentId, CaseId, FlagId, FollowUpId, GoalId, NoteId, PersonId, ScreeningId,
    SubmissionId, TeamId, UserId,
};
use crate::ui::Language;
use crate::users::OrganisationSettings;

codes! {
    /// How much danger the person is in.
    "risk" Risk {
        /// Harm is happening or near.
        High = "high",
        /// Harm is likely without help.
        Medium = "medium",
        /// Needs help, no danger seen.
        Low = "low",
    }
}

codes! {
    /// Where a case stands.
    "case-state" CaseState {
        /// The file is there.
        Open = "open",
        /// Screened and assessed.
        Assessed = "assessed",
        /// A plan is agreed.
        Planned = "planned",
        /// The plan is being carried out.
        InService = "in_service",
        /// Work has ended.
        Closed = "closed",
        /// Work has begun again.
        Reopened = "reopened",
    }
}

codes! {
    /// The two fronts of human security.
    "front" Front {
        /// Keep harm away.
        Protect = "protect",
        /// Make the person stronger.
        Empower = "empower",
    }
}

codes! {
    /// The seven dimensions of human security (UNDP, 1994).
    "dimension" Dimension {
        /// Work and income.
        Economic = "economic",
        /// Enough to eat.
        Food = "food",
        /// Body and mind.
        Health = "health",
        /// Home, air, water, disasters.
        Environmental = "environmental",
        /// Freedom from violence.
        Personal = "personal",
        /// Belonging.
        Community = "community",
        /// Rights and status.
        Political = "political",
    }
}

codes! {
    /// What became of a goal.
    "goal-state" GoalState {
        /// Nothing done yet.
        Planned = "planned",
        /// Under way.
        Begun = "begun",
        /// It came true.
        Reached = "reached",
        /// It did not.
        Missed = "missed",
    }
}

codes! {
    /// What became of an action.
    "action-state" ActionState {
        /// To do.
        Open = "open",
        /// Done.
        Done = "done",
        /// Tried without success.
        Failed = "failed",
        /// Given up.
        Dropped = "dropped",
    }
}

codes! {
    /// Who does an action.
    "doer" Doer {
        /// A user of this organisation.
        User = "user",
        /// The person.
        Person = "person",
        /// A service provider.
        Provider = "provider",
    }
}

codes! {
    /// What is due next on a case.
    "due-kind" DueKind {
        /// Speak with the person.
        FirstContact = "first_contact",
        /// Screen and assess.
        Assessment = "assessment",
        /// Agree on a plan.
        Plan = "plan",
        /// See how it goes.
        FollowUp = "follow_up",
    }
}

codes! {
    /// What a supervisor decides on.
    "approval-kind" ApprovalKind {
        /// The plan.
        Plan = "plan",
        /// The closure.
        Closure = "closure",
    }
}

codes! {
    /// Where a decision stands.
    "approval-state" ApprovalState {
        /// Asked, not decided.
        Waiting = "waiting",
        /// Agreed.
        Approved = "approved",
        /// Not agreed.
        Refused = "refused",
    }
}

codes! {
    /// How content the person was at the end.
    "satisfaction" Satisfaction {
        /// Very content.
        VerySatisfied = "very_satisfied",
        /// Content.
        Satisfied = "satisfied",
        /// Neither.
        Neutral = "neutral",
        /// Not content.
        Dissatisfied = "dissatisfied",
        /// Not asked, or no answer.
        NotAsked = "not_asked",
    }
}

codes! {
    /// When it is asked what became of someone after their case was closed: kinds of `follow_up_kinds`.
    "after-closure" AfterClosure {
        /// After three months.
        Months3 = "outcome_3_months",
        /// After six months.
        Months6 = "outcome_6_months",
        /// After twelve months.
        Months12 = "outcome_12_months",
    }
}

impl AfterClosure {
    /// How many months after closure.
    pub fn months(self) -> i64 {
        match self {
            AfterClosure::Months3 => 3,
            AfterClosure::Months6 => 6,
            AfterClosure::Months12 => 12,
        }
    }
}

/// One person's file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its number in the organisation.
    pub number: i64,
    /// Whose it is.
    pub person_id: PersonId,
    /// Where it stands.
    pub state: CaseState,
    /// The risk the worker decided.
    pub risk: Risk,
    /// The risk the screenings propose.
    pub risk_proposed: Option<Risk>,
    /// Why the worker decided so.
    pub risk_reason: Option<String>,
    /// About trafficking: seen only by those who may see that.
    pub trafficking: bool,
    /// From 0 to 99, for the order of lists.
    pub vulnerability: i64,
    /// Who carries it.
    pub owner_id: Option<UserId>,
    /// Who supervises it.
    pub supervisor_id: Option<UserId>,
    /// Which team's it is.
    pub team_id: Option<TeamId>,
    /// When it came to its owner.
    pub assigned_at: Option<Moment>,
    /// When the owner first opened it after that.
    #[serde(skip)]
    pub seen_at: Option<Moment>,
    /// When it was opened, or opened again.
    pub opened_at: Moment,
    /// When someone first spoke with the person.
    pub first_contact_at: Option<Moment>,
    /// When the assessment was done.
    pub assessed_at: Option<Moment>,
    /// When the plan was agreed.
    pub planned_at: Option<Moment>,
    /// When the plan began.
    pub in_service_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// Why it was closed: a code of `closure_reasons`.
    pub closure_reason: Option<String>,
    /// What to remember of the closure.
    pub closure_note: Option<String>,
    /// How content the person was.
    pub satisfaction: Option<Satisfaction>,
    /// Why the plan leaves one front empty.
    pub one_front_reason: Option<String>,
    /// What is due next.
    pub due_kind: Option<DueKind>,
    /// By which day.
    pub due_on: Option<Day>,
    /// From when on its erasure is offered.
    pub erase_from: Option<Day>,
    /// When the file was made.
    pub created_at: Moment,
    /// When anything in it last changed.
    pub updated_at: Moment,
    /// Version of the record.
    pub version: i64,
}

/// A case with the words around it: whose, whose desk.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub number: i64,
    /// Whose it is.
    pub person_id: PersonId,
    /// The person's name, for those who may know it.
    pub person_name: Option<String>,
    /// Where it stands.
    pub state: CaseState,
    /// The risk the worker decided.
    pub risk: Risk,
    /// From 0 to 99.
    pub vulnerability: i64,
    /// Who carries it.
    pub owner_id: Option<UserId>,
    /// Their name.
    pub owner_name: Option<String>,
    /// Which team's it is.
    pub team_id: Option<TeamId>,
    /// The team's name.
    pub team_name: Option<String>,
    /// What is due next.
    pub due_kind: Option<DueKind>,
    /// By which day.
    pub due_on: Option<Day>,
    /// When anything in it last changed.
    pub updated_at: Moment,
    /// Answers that were asked for as columns, in words and in their order; empty where there is none, or none to read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
}

/// A goal of a plan.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Goal {
    /// Its id.
    pub id: GoalId,
    /// The case it belongs to.
    pub case_id: CaseId,
    /// On which front.
    pub front: Front,
    /// In which dimension.
    pub dimension: Dimension,
    /// What will be true when it is reached.
    pub text: String,
    /// What became of it.
    pub state: GoalState,
    /// How it ended, in words.
    pub outcome: Option<String>,
    /// When it was set.
    pub created_at: Moment,
    /// Version of the record.
    pub version: i64,
}

/// A step towards a goal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// The goal it serves.
    pub goal_id: GoalId,
    /// What is to be done.
    pub text: String,
    /// Who does it.
    pub who: Doer,
    /// Which user, where a user does it or looks after it.
    pub user_id: Option<UserId>,
    /// Their name.
    pub user_name: Option<String>,
    /// What kind of provider: a code of `provider_kinds`.
    pub provider_kind: Option<String>,
    /// By when.
    pub due_on: Day,
    /// What became of it.
    pub state: ActionState,
    /// How it ended, in words.
    pub outcome: Option<String>,
    /// When it ended.
    pub done_on: Option<Day>,
    /// When it was set.
    pub created_at: Moment,
    /// Version of the record.
    pub version: i64,
}

/// A note. Its writer may put it right, and the history keeps what it said; it is struck out, never
/// removed.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// A code of `note_kinds`.
    pub kind: String,
    /// Who may read it.
    pub sensitivity: crate::access::Sensitivity,
    /// What was seen and heard.
    pub text: String,
    /// Who wrote it.
    pub written_by: UserId,
    /// Their name.
    pub writer: Option<String>,
    /// When.
    pub created_at: Moment,
    /// When its writer last put it right.
    pub changed_at: Option<Moment>,
    /// When it was struck out: it is on record, and not to be relied on.
    pub struck_at: Option<Moment>,
    /// By whom.
    pub struck_by: Option<String>,
    /// Why.
    pub struck_because: Option<String>,
    /// Version of the record.
    pub version: i64,
}

/// A file kept with a case, without its content.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Its media type, found in its content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who may read it.
    pub sensitivity: crate::access::Sensitivity,
    /// Who kept it.
    pub uploaded_by: UserId,
    /// When it came.
    pub created_at: Moment,
}

/// Something that needs attention.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Flag {
    /// Its id.
    pub id: FlagId,
    /// A code of `flag_kinds`.
    pub kind: String,
    /// What it is about.
    pub text: String,
    /// Who raised it.
    pub raised_by: Option<String>,
    /// When.
    pub created_at: Moment,
    /// When it was resolved.
    pub resolved_at: Option<Moment>,
    /// How.
    pub resolution: Option<String>,
}

/// A supervisor's decision.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// On what.
    pub kind: ApprovalKind,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who asked.
    pub asked_by: UserId,
    /// Their name.
    pub asker: Option<String>,
    /// When.
    pub asked_at: Moment,
    /// Who decided.
    pub decider: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
    /// In their words.
    pub comment: Option<String>,
}

/// A planned or kept meeting.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// A code of `follow_up_kinds`.
    pub kind: String,
    /// By when.
    pub due_on: Day,
    /// Who keeps it.
    pub user_id: Option<UserId>,
    /// Their name.
    pub user_name: Option<String>,
    /// When it was kept.
    pub done_on: Option<Day>,
    /// Whether the person was seen.
    pub person_seen: Option<bool>,
    /// What came of it.
    pub text: Option<String>,
    /// The form that was filled in for it.
    pub submission_id: Option<SubmissionId>,
    /// Version of the record.
    pub version: i64,
}

/// A screening: a form with a rule, answered, and what the rule gave.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Screening {
    /// Its id.
    pub id: ScreeningId,
    /// The form's name.
    pub form: String,
    /// The form's title.
    pub title: String,
    /// What it is called, by language codes, where that differs.
    pub titles: BTreeMap<String, String>,
    /// What the form calls the version that was answered.
    pub form_version: String,
    /// Answers by question, those this user may read.
    pub answers: BTreeMap<String, String>,
    /// What the rule made of them, as far as this user may know.
    pub result: Outcome,
    /// The day it was done.
    pub done_on: Day,
    /// By whom.
    pub done_by: Option<String>,
    /// The submission that it is; none where it was answered before screenings were submissions.
    pub submission_id: Option<SubmissionId>,
    /// When it came.
    #[serde(skip)]
    pub at: Moment,
}

impl Screening {
    /// What the history calls it.
    pub fn kind(&self) -> Kind {
        if self.submission_id.is_some() { Kind::Submission } else { Kind::Screening }
    }

    /// The form's title in a language.
    pub fn title_in(&self, language: Language) -> &str {
        self.titles.get(language.code()).unwrap_or(&self.title)
    }
}

/// What is known about deadlines besides the case itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Meetings {
    /// The last one kept.
    pub last_kept: Option<Day>,
    /// The next one planned.
    pub next_planned: Option<Day>,
}

/// What is due next on a case, and by which day.
pub fn next_due(case: &Case, meetings: &Meetings, settings: &OrganisationSettings) -> Option<(DueKind, Day)> {
    let (deadlines, zone) = (&settings.deadlines, settings.time_zone.as_str());
    let after = |from: Moment, days: [i64; 3]| from.day(zone).plus_days(days[case.risk as usize]);
    let contact_due = after(case.opened_at, deadlines.first_contact);
    match case.state {
        CaseState::Closed => None,
        CaseState::Open | CaseState::Reopened if case.first_contact_at.is_none() => {
            Some((DueKind::FirstContact, contact_due))
        }
        CaseState::Open | CaseState::Reopened => {
            Some((DueKind::Assessment, after(case.opened_at, deadlines.assessment)))
        }
        CaseState::Assessed => Some((DueKind::Plan, after(case.assessed_at.unwrap_or(case.opened_at), deadlines.plan))),
        CaseState::Planned | CaseState::InService => {
            let agreed = case.planned_at.unwrap_or(case.opened_at).day(zone);
            let last = meetings.last_kept.map_or(agreed, |kept| kept.max(agreed));
            let latest = last.plus_days(deadlines.follow_up[case.risk as usize]);
            let due = meetings.next_planned.map_or(latest, |planned| planned.min(latest));
            Some((DueKind::FollowUp, due))
        }
    }
}

/// From 0 to 99: the risk decides; within it the weight of what was found, and that children, women
/// and older people come first. Every queue and list that says «most vulnerable first» sorts by it.
pub fn vulnerability(risk: Risk, respondent: &Respondent, weight: i64) -> i64 {
    let step = match risk {
        Risk::High => 67,
        Risk::Medium => 34,
        Risk::Low => 0,
    };
    step + (respondent.precedence() + weight).clamp(0, 32)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::cases) fn moment(day: &str) -> Moment {
        Moment(format!("{day}T12:00:00Z").parse().unwrap())
    }

    pub(in crate::cases) fn case(state: CaseState) -> Case {
        let opened = moment("2026-11-01");
        Case {
            id: CaseId::new(),
            number: 1,
            person_id: PersonId::new(),
            state,
            risk: Risk::High,
            risk_proposed: None,
            risk_reason: None,
            trafficking: false,
            vulnerability: 66,
            owner_id: None,
            supervisor_id: None,
            team_id: None,
            assigned_at: None,
            seen_at: None,
            opened_at: opened,
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
            created_at: opened,
            updated_at: opened,
            version: 1,
        }
    }

    fn due(case: &Case, meetings: &Meetings) -> Option<(DueKind, String)> {
        next_due(case, meetings, &OrganisationSettings::default()).map(|(kind, day)| (kind, day.to_string()))
    }

    #[test]
    fn each_step_has_its_deadline() {
        let mut it = case(CaseState::Open);
        let none = Meetings::default();
        assert_eq!(due(&it, &none), Some((DueKind::FirstContact, "2026-11-02".to_owned())));
        it.first_contact_at = Some(moment("2026-11-01"));
        assert_eq!(due(&it, &none), Some((DueKind::Assessment, "2026-11-04".to_owned())));
        it.risk = Risk::Low;
        assert_eq!(due(&it, &none), Some((DueKind::Assessment, "2026-11-15".to_owned())));
        it.state = CaseState::Assessed;
        it.assessed_at = Some(moment("2026-11-10"));
        assert_eq!(due(&it, &none), Some((DueKind::Plan, "2026-12-01".to_owned())));
        it.state = CaseState::Closed;
        assert_eq!(due(&it, &none), None);
    }

    #[test]
    fn a_planned_meeting_may_come_earlier_but_not_later_than_the_rule() {
        let mut it = case(CaseState::InService);
        it.planned_at = Some(moment("2026-11-10"));
        let kept = Meetings { last_kept: "2026-11-12".parse().ok(), next_planned: None };
        assert_eq!(due(&it, &kept), Some((DueKind::FollowUp, "2026-11-19".to_owned())));
        let early = Meetings { next_planned: "2026-11-15".parse().ok(), ..kept.clone() };
        assert_eq!(due(&it, &early), Some((DueKind::FollowUp, "2026-11-15".to_owned())));
        let late = Meetings { next_planned: "2026-12-24".parse().ok(), ..kept };
        assert_eq!(due(&it, &late), Some((DueKind::FollowUp, "2026-11-19".to_owned())));
    }

    #[test]
    fn risk_orders_before_weight() {
        let man = Respondent { sex: "male".to_owned(), ..Respondent::default() };
        let woman = Respondent { sex: "female".to_owned(), ..Respondent::default() };
        assert!(vulnerability(Risk::High, &man, 0) > vulnerability(Risk::Medium, &woman, 33));
        assert!(vulnerability(Risk::Medium, &man, 1) > vulnerability(Risk::Medium, &man, 0));
        assert!(vulnerability(Risk::Medium, &woman, 1) > vulnerability(Risk::Medium, &man, 1));
        assert_eq!(vulnerability(Risk::High, &man, 500), 99);
    }
}
