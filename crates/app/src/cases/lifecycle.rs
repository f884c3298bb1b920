//! The life-cycle of a case: each step with its own rule on what must be there.

use super::model::{ApprovalState, CaseState};
use crate::error::Error;
use crate::ids::UserId;
use crate::people::Decision;

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The step does not follow from where the case stands.
    #[error("not from this state")]
    WrongState,
    /// The case is closed.
    #[error("the case is closed")]
    Closed,
    /// The person has not agreed to casework.
    #[error("no consent to casework")]
    NoConsent,
    /// The person took the consent back or refused it: only closing is possible.
    #[error("consent to casework withdrawn")]
    ConsentWithdrawn,
    /// The consent was given until a day that has passed.
    #[error("consent to casework lapsed")]
    ConsentLapsed,
    /// The specific-needs screening is missing.
    #[error("not screened")]
    NotScreened,
    /// The assessment on the seven dimensions is missing.
    #[error("not assessed")]
    NotAssessed,
    /// No goal has an action.
    #[error("no goal with an action")]
    NoGoal,
    /// One front is empty and nobody said why.
    #[error("one front is empty without a reason")]
    OneFront,
    /// The supervisor has not approved the plan.
    #[error("the plan is not approved")]
    PlanNotApproved,
    /// The supervisor has not approved the closure.
    #[error("the closure is not approved")]
    ClosureNotApproved,
    /// A decision has been asked for and not made.
    #[error("an approval is waiting")]
    ApprovalWaiting,
    /// Actions are open and nobody confirmed that they are dropped.
    #[error("actions are open")]
    OpenActions,
    /// No reason was given.
    #[error("no reason given")]
    NoReason,
    /// The decision was made already.
    #[error("this has been decided already")]
    AlreadyDecided,
    /// Nobody decides on what they asked for themselves.
    #[error("decided by the asker")]
    OwnRequest,
    /// Nobody decides on a case they carry.
    #[error("decided by who carries the case")]
    OwnCase,
    /// Four eyes are wanted, and the organisation has no others.
    #[error("nobody else may decide")]
    NobodyElse,
    /// It has ended already.
    #[error("it has ended already")]
    AlreadyDone,
    /// Only who wrote it may change it.
    #[error("written by someone else")]
    NotTheWriter,
    /// The person has a case that is not closed.
    #[error("the person has an open case")]
    OpenCaseThere,
    /// The person has not agreed to be contacted after closure.
    #[error("no consent to contact")]
    NoContact,
}

impl Refusal {
    /// The key of the sentence in `locales/`.
    pub fn sentence(self) -> &'static str {
        match self {
            Refusal::WrongState => "refused-case-wrong-state",
            Refusal::Closed => "refused-case-closed",
            Refusal::NoConsent => "refused-case-no-consent",
            Refusal::ConsentWithdrawn => "refused-case-consent-withdrawn",
            Refusal::ConsentLapsed => "refused-case-consent-lapsed",
            Refusal::NotScreened => "refused-case-not-screened",
            Refusal::NotAssessed => "refused-case-not-assessed",
            Refusal::NoGoal => "refused-case-no-goal",
            Refusal::OneFront => "refused-case-one-front",
            Refusal::PlanNotApproved => "refused-case-plan-not-approved",
            Refusal::ClosureNotApproved => "refused-case-closure-not-approved",
            Refusal::ApprovalWaiting => "refused-case-approval-waiting",
            Refusal::OpenActions => "refused-case-open-actions",
            Refusal::NoReason => "refused-case-no-reason",
            Refusal::AlreadyDecided => "refused-case-already-decided",
            Refusal::OwnRequest => "refused-case-own-request",
            Refusal::OwnCase => "refused-case-own-case",
            Refusal::NobodyElse => "refused-case-nobody-else",
            Refusal::AlreadyDone => "refused-case-already-done",
            Refusal::NotTheWriter => "refused-case-not-the-writer",
            Refusal::OpenCaseThere => "refused-case-open-case-there",
            Refusal::NoContact => "refused-case-no-contact",
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal.sentence())
    }
}

/// Whether the person allows casework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseWork {
    /// Agreed.
    Given,
    /// Not asked yet.
    NotAsked,
    /// Refused, or taken back.
    Withdrawn,
    /// Agreed until a day that has passed: nothing goes on before they are asked again.
    Lapsed,
}

impl From<Decision> for CaseWork {
    fn from(decision: Decision) -> CaseWork {
        match decision {
            Decision::Given => CaseWork::Given,
            Decision::Refused | Decision::Withdrawn => CaseWork::Withdrawn,
            Decision::Lapsed => CaseWork::Lapsed,
            Decision::NotAsked => CaseWork::NotAsked,
        }
    }
}

/// What is on record about a case, as far as the rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Where the case stands.
    pub state: CaseState,
    /// Whether the person allows casework.
    pub consent: CaseWork,
    /// The specific-needs screening was done since the case was opened.
    pub screened: bool,
    /// The seven dimensions were assessed since the case was opened.
    pub assessed: bool,
    /// Goals that protect and have an action.
    pub protecting: i64,
    /// Goals that empower and have an action.
    pub empowering: i64,
    /// Why one front is empty was said.
    pub one_front_said: bool,
    /// The organisation wants plans approved.
    pub plan_approval: bool,
    /// The last decision about the plan as it stands.
    pub plan: Option<ApprovalState>,
    /// The organisation wants closures approved.
    pub closure_approval: bool,
    /// The last decision about closing.
    pub closure: Option<ApprovalState>,
    /// Some decision is waiting.
    pub waiting: bool,
    /// Actions not ended.
    pub open_actions: i64,
}

/// Any work on the case: not when closed, not against the person's will, and beyond `open` only
/// with their consent.
///
/// # Errors
/// Why not.
pub fn work(state: CaseState, consent: CaseWork) -> Result<(), Refusal> {
    match (state, consent) {
        (CaseState::Closed, _) => Err(Refusal::Closed),
        (_, CaseWork::Withdrawn) => Err(Refusal::ConsentWithdrawn),
        (_, CaseWork::Lapsed) => Err(Refusal::ConsentLapsed),
        (CaseState::Open, _) | (_, CaseWork::Given) => Ok(()),
        (_, CaseWork::NotAsked) => Err(Refusal::NoConsent),
    }
}

/// A follow-up planned or kept: as any work, and after closure to ask what became of the person, who agreed to it.
///
/// # Errors
/// Why not.
pub fn follow_up(
    state: CaseState,
    consent: CaseWork,
    asks_after_closure: bool,
    may_contact: bool,
) -> Result<(), Refusal> {
    match (state, asks_after_closure, may_contact) {
        (CaseState::Closed, true, true) => Ok(()),
        (CaseState::Closed, true, false) => Err(Refusal::NoContact),
        _ => work(state, consent),
    }
}

fn advance(facts: &Facts) -> Result<(), Refusal> {
    match (facts.state, facts.consent) {
        (CaseState::Closed, _) => Err(Refusal::Closed),
        (_, CaseWork::Withdrawn) => Err(Refusal::ConsentWithdrawn),
        (_, CaseWork::Lapsed) => Err(Refusal::ConsentLapsed),
        (_, CaseWork::NotAsked) => Err(Refusal::NoConsent),
        (_, CaseWork::Given) => Ok(()),
    }
}

/// Open or reopened → assessed.
///
/// # Errors
/// Screening or assessment is missing, or the step does not follow.
pub fn assess(facts: &Facts) -> Result<CaseState, Refusal> {
    advance(facts)?;
    match facts.state {
        CaseState::Open | CaseState::Reopened => {}
        _ => return Err(Refusal::WrongState),
    }
    match (facts.screened, facts.assessed) {
        (false, _) => Err(Refusal::NotScreened),
        (_, false) => Err(Refusal::NotAssessed),
        _ => Ok(CaseState::Assessed),
    }
}

/// Whether the plan is complete, approval aside.
///
/// # Errors
/// What it lacks.
pub fn plan_is_complete(facts: &Facts) -> Result<(), Refusal> {
    advance(facts)?;
    if facts.state != CaseState::Assessed {
        return Err(Refusal::WrongState);
    }
    match (facts.protecting, facts.empowering) {
        (0, 0) => Err(Refusal::NoGoal),
        (0, _) | (_, 0) if !facts.one_front_said => Err(Refusal::OneFront),
        _ => Ok(()),
    }
}

/// Assessed → planned.
///
/// # Errors
/// The plan is not complete or not approved.
pub fn plan(facts: &Facts) -> Result<CaseState, Refusal> {
    plan_is_complete(facts)?;
    if facts.plan_approval && facts.plan != Some(ApprovalState::Approved) {
        return Err(Refusal::PlanNotApproved);
    }
    Ok(CaseState::Planned)
}

/// Planned → in service.
///
/// # Errors
/// The step does not follow.
pub fn begin(facts: &Facts) -> Result<CaseState, Refusal> {
    advance(facts)?;
    match facts.state {
        CaseState::Planned => Ok(CaseState::InService),
        _ => Err(Refusal::WrongState),
    }
}

/// Anything but closed → closed; possible without consent too.
///
/// # Errors
/// A reason, a decision or an end of actions is missing.
pub fn close(facts: &Facts, has_reason: bool, drop_open_actions: bool) -> Result<CaseState, Refusal> {
    if facts.state == CaseState::Closed {
        return Err(Refusal::Closed);
    }
    if !has_reason {
        return Err(Refusal::NoReason);
    }
    if facts.waiting {
        return Err(Refusal::ApprovalWaiting);
    }
    if facts.closure_approval && facts.closure != Some(ApprovalState::Approved) {
        return Err(Refusal::ClosureNotApproved);
    }
    if facts.open_actions > 0 && !drop_open_actions {
        return Err(Refusal::OpenActions);
    }
    Ok(CaseState::Closed)
}

/// Closed → reopened.
///
/// # Errors
/// Not closed, no reason, or no consent.
pub fn reopen(facts: &Facts, has_reason: bool) -> Result<CaseState, Refusal> {
    if facts.state != CaseState::Closed {
        return Err(Refusal::WrongState);
    }
    match (facts.consent, has_reason) {
        (CaseWork::Withdrawn, _) => Err(Refusal::ConsentWithdrawn),
        (CaseWork::Lapsed, _) => Err(Refusal::ConsentLapsed),
        (CaseWork::NotAsked, _) => Err(Refusal::NoConsent),
        (CaseWork::Given, false) => Err(Refusal::NoReason),
        (CaseWork::Given, true) => Ok(CaseState::Reopened),
    }
}

/// Four eyes: nobody decides on what they asked for, nor on a case they carry.
///
/// # Errors
/// Which of them it is.
pub fn decide(decider: UserId, asker: UserId, owner: Option<UserId>) -> Result<(), Refusal> {
    match (decider == asker, owner == Some(decider)) {
        (true, _) => Err(Refusal::OwnRequest),
        (_, true) => Err(Refusal::OwnCase),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    fn ready(state: CaseState) -> Facts {
        Facts {
            state,
            consent: CaseWork::Given,
            screened: true,
            assessed: true,
            protecting: 1,
            empowering: 1,
            one_front_said: false,
            plan_approval: true,
            plan: Some(ApprovalState::Approved),
            closure_approval: true,
            closure: Some(ApprovalState::Approved),
            waiting: false,
            open_actions: 0,
        }
    }

    /// Where a step leads from each state, in the order of `CaseState::ALL`.
    fn from_each(step: impl Fn(&Facts) -> Result<CaseState, Refusal>) -> Vec<Option<CaseState>> {
        CaseState::ALL.iter().map(|state| step(&ready(*state)).ok()).collect()
    }

    #[test]
    fn each_step_follows_only_from_its_states() {
        let (assessed, planned) = (Some(CaseState::Assessed), Some(CaseState::Planned));
        let (served, closed, again) = (Some(CaseState::InService), Some(CaseState::Closed), Some(CaseState::Reopened));
        assert_eq!(from_each(assess), [assessed, None, None, None, None, assessed]);
        assert_eq!(from_each(plan), [None, planned, None, None, None, None]);
        assert_eq!(from_each(begin), [None, None, served, None, None, None]);
        assert_eq!(from_each(|it| close(it, true, false)), [closed, closed, closed, closed, None, closed]);
        assert_eq!(from_each(|it| reopen(it, true)), [None, None, None, None, again, None]);
    }

    #[test]
    fn assessing_needs_both_questionnaires() {
        let open = ready(CaseState::Open);
        assert_eq!(assess(&Facts { screened: false, ..open }), Err(Refusal::NotScreened));
        assert_eq!(assess(&Facts { assessed: false, ..open }), Err(Refusal::NotAssessed));
    }

    #[test]
    fn a_plan_needs_goals_on_both_fronts_or_a_reason() {
        let assessed = ready(CaseState::Assessed);
        assert_eq!(plan(&Facts { protecting: 0, empowering: 0, ..assessed }), Err(Refusal::NoGoal));
        assert_eq!(plan(&Facts { empowering: 0, ..assessed }), Err(Refusal::OneFront));
        assert_eq!(plan(&Facts { protecting: 0, ..assessed }), Err(Refusal::OneFront));
        assert!(plan(&Facts { protecting: 0, one_front_said: true, ..assessed }).is_ok());
    }

    #[test]
    fn approvals_are_asked_for_where_the_organisation_wants_them() {
        let assessed = ready(CaseState::Assessed);
        for decision in [None, Some(ApprovalState::Waiting), Some(ApprovalState::Refused)] {
            assert_eq!(plan(&Facts { plan: decision, ..assessed }), Err(Refusal::PlanNotApproved));
            assert!(plan(&Facts { plan: decision, plan_approval: false, ..assessed }).is_ok());
            let served = Facts { closure: decision, ..ready(CaseState::InService) };
            assert_eq!(close(&served, true, false), Err(Refusal::ClosureNotApproved));
            assert!(close(&Facts { closure_approval: false, ..served }, true, false).is_ok());
        }
    }

    #[test]
    fn closing_leaves_nothing_hanging() {
        let served = ready(CaseState::InService);
        assert_eq!(close(&served, false, false), Err(Refusal::NoReason));
        assert_eq!(close(&Facts { waiting: true, ..served }, true, false), Err(Refusal::ApprovalWaiting));
        assert_eq!(close(&Facts { open_actions: 2, ..served }, true, false), Err(Refusal::OpenActions));
        assert!(close(&Facts { open_actions: 2, ..served }, true, true).is_ok());
    }

    #[test]
    fn without_consent_nothing_goes_beyond_open() {
        for state in CaseState::ALL {
            let asked = Facts { consent: CaseWork::NotAsked, ..ready(*state) };
            for step in [assess, plan, begin] {
                assert!(step(&asked).is_err());
            }
        }
        assert_eq!(work(CaseState::Open, CaseWork::NotAsked), Ok(()));
        assert_eq!(work(CaseState::InService, CaseWork::NotAsked), Err(Refusal::NoConsent));
        assert_eq!(work(CaseState::Closed, CaseWork::Given), Err(Refusal::Closed));
    }

    #[test]
    fn after_closure_only_those_who_agreed_are_asked() {
        let closed = |asks_after_closure, may_contact| {
            follow_up(CaseState::Closed, CaseWork::Given, asks_after_closure, may_contact)
        };
        assert_eq!(closed(true, true), Ok(()));
        assert_eq!(closed(true, false), Err(Refusal::NoContact));
        assert_eq!(closed(false, true), Err(Refusal::Closed));
        assert_eq!(follow_up(CaseState::InService, CaseWork::Withdrawn, true, true), Err(Refusal::ConsentWithdrawn));
        assert_eq!(follow_up(CaseState::InService, CaseWork::Given, false, false), Ok(()));
    }

    #[test]
    fn after_withdrawal_only_closing_is_possible() {
        for state in CaseState::ALL {
            let gone = Facts { consent: CaseWork::Withdrawn, ..ready(*state) };
            for step in [assess, plan, begin] {
                assert!(step(&gone).is_err());
            }
            assert!(work(*state, CaseWork::Withdrawn).is_err());
            assert_eq!(close(&gone, true, false).is_ok(), *state != CaseState::Closed);
        }
        let closed = Facts { consent: CaseWork::Withdrawn, ..ready(CaseState::Closed) };
        assert_eq!(reopen(&closed, true), Err(Refusal::ConsentWithdrawn));
    }

    #[test]
    fn after_the_last_day_of_a_consent_nothing_but_closing_goes_on() {
        for state in CaseState::ALL {
            let lapsed = Facts { consent: CaseWork::Lapsed, ..ready(*state) };
            for step in [assess, plan, begin] {
                assert!(step(&lapsed).is_err());
            }
            assert!(work(*state, CaseWork::Lapsed).is_err());
            assert_eq!(close(&lapsed, true, false).is_ok(), *state != CaseState::Closed);
        }
        assert_eq!(work(CaseState::Open, CaseWork::Lapsed), Err(Refusal::ConsentLapsed));
    }

    #[test]
    fn two_others_than_the_decider_ask_and_carry() {
        let [decider, asker, owner] = [(); 3].map(|()| UserId::new());
        assert_eq!(decide(decider, asker, Some(owner)), Ok(()));
        assert_eq!(decide(decider, asker, None), Ok(()));
        assert_eq!(decide(decider, decider, Some(owner)), Err(Refusal::OwnRequest));
        assert_eq!(decide(decider, asker, Some(decider)), Err(Refusal::OwnCase));
    }

    #[test]
    fn reopening_needs_a_reason() {
        assert_eq!(reopen(&ready(CaseState::Closed), false), Err(Refusal::NoReason));
    }
}
