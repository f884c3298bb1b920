//! Invented cases on their way through months: registered, screened, planned, approved by someone
//! else, followed up, closed, opened again; some lag behind. Every step is made the way workers
//! make it, at the moment it is said to have been made. Texts from `demo/stories.toml` and
//! `demo/talks.toml`.

use std::collections::{BTreeMap, HashMap};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

use super::people::{Company, Inventor, Party, Profile};
use super::{Founded, Progress, forms as visits, outcomes, releases, tracing};
use crate::access::{Role, Scope, Sensitivity, Viewer};
use crate::cases::input::{
    ActionChange, Answers, ApprovalDecision, Assignment, Closure, FlagResolution, FollowUpRecord, GoalChange,
    NewAction, NewApproval, NewCase, NewFlag, NewFollowUp, NewGoal, NewNote, RiskDecision,
};
use crate::cases::{
    ActionState, ApprovalKind, CaseState, Doer, Front, GoalState, Risk, Satisfaction, Upload, add_attachment, parts,
    plan, store,
};
use crate::code::Code;
use crate::dates::{Day, Moment, as_if_at};
use crate::db::Tx;
use crate::documents::{Block, Document};
use crate::error::Error;
use crate::forms::{self, QuestionAsked, Questionnaire};
use crate::history::{Bookkeeping, Pen};
use crate::ids::{ApprovalId, CaseId, FollowUpId, PersonId};
use crate::params;
use crate::people::consent::ConsentInput;
use crate::people::emergency::{self, EmergencyInput};
use crate::people::family::{self, MemberInput};
use crate::people::{self, Decision, Purpose};
use crate::ui::{Language, Ui};
use crate::users::sessions;

const STORIES: &str = include_str!("../../../../demo/stories.toml");
const TALKS: &str = include_str!("../../../../demo/talks.toml");

/// Over how many days people came.
const DAYS: f64 = 420.0;
/// The first parties came so long ago that the erasure of their closed cases is offered.
const LONG_AGO: i64 = 6 * 365;
/// So many cases are carried on; of ten after them eight stay open, as where the workers are too few.
const CARRIED_ON: usize = 2_000;
/// Files are set in type, which takes its time: no more than these.
const MOST_LETTERS: usize = 6;

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
    #[serde(default)]
    who: String,
    #[serde(default)]
    stage: String,
}

#[derive(Deserialize)]
struct GoalStory {
    front: Front,
    dimension: crate::cases::Dimension,
    #[serde(default)]
    who: String,
    text: BTreeMap<String, String>,
    action: Vec<ActionStory>,
}

#[derive(Deserialize)]
struct ActionStory {
    service: String,
    text: BTreeMap<String, String>,
}

/// A text in the workers' languages, and what it is for.
#[derive(Clone, Deserialize)]
struct Talk {
    #[serde(default)]
    who: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    state: String,
    #[serde(default = "yes")]
    seen: bool,
    #[serde(flatten)]
    text: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

impl Talk {
    fn said(&self, viewer: &Viewer) -> String {
        self.text.get(&viewer.language).or(self.text.get("en")).cloned().unwrap_or_default()
    }
}

/// What happens next in a case.
#[derive(Clone, Copy, Debug)]
enum Step {
    Contact,
    Screen,
    Plan,
    Approve,
    Meet,
    AskToClose,
    Close,
    Reopen,
}

/// A case on its way.
struct Course {
    id: CaseId,
    profile: Profile,
    /// Who carries it.
    worker: usize,
    number: usize,
    risk: Risk,
    /// When it is to end, if it lasts as long.
    ends: Moment,
    meeting: Option<FollowUpId>,
    approval: Option<ApprovalId>,
}

/// What is still to happen, by moment.
enum Event {
    Arrival(usize),
    Case(Box<Course>, Step),
}

/// So many people are asked about every purpose; in a registry as large as a country's, those after
/// them only whether a case may be kept, as at a busy desk.
const ASKED_IN_FULL: usize = 5_000;

/// One organisation's months, told step by step.
pub(super) struct Chronicle {
    house: Founded,
    /// Who works with cases: first the caseworkers, at the end the supervisor.
    workers: Vec<Viewer>,
    /// What the house asks.
    questionnaires: Vec<Questionnaire>,
    inventor: Inventor,
    dice: StdRng,
    stories: Stories,
    talks: HashMap<String, Vec<Talk>>,
    now: Moment,
    agenda: BTreeMap<(Moment, usize), Event>,
    planned: usize,
    people: usize,
    cases: usize,
    registered: usize,
    opened: usize,
    closed: usize,
    letters: usize,
    /// People who agreed to casework and have no case yet.
    waiting: Vec<(PersonId, Profile, usize)>,
}

impl Chronicle {
    /// The months before now of an organisation that was just founded.
    pub(super) fn new(tx: &mut Tx<'_>, house: &Founded, people: u32, cases: u32) -> Result<Chronicle, Error> {
        let broken = |file: &str, error: toml::de::Error| Error::Internal(format!("demo/{file}: {error}"));
        let mut workers = Vec::new();
        for wanted in [Role::Caseworker, Role::Supervisor] {
            for (_, user) in house.users.iter().filter(|(role, _)| *role == wanted) {
                workers.push(sessions::viewer_of_user(tx, house.organisation, *user)?);
            }
        }
        let language = workers.last().and_then(|it| it.language.parse().ok()).unwrap_or(Language::En);
        let questionnaires = match workers.last() {
            Some(worker) => forms::questionnaires(tx, worker, &Ui::new(Language::En, None, ""))?,
            None => Vec::new(),
        };
        let mut chronicle = Chronicle {
            questionnaires,
            inventor: Inventor::new(2026 + house.seed, house.country, language),
            house: house.clone(),
            workers,
            dice: StdRng::seed_from_u64(7 + house.seed),
            stories: toml::from_str(STORIES).map_err(|error| broken("stories.toml", error))?,
            talks: toml::from_str(TALKS).map_err(|error| broken("talks.toml", error))?,
            now: Moment::now(),
            agenda: BTreeMap::new(),
            planned: 0,
            people: people as usize,
            cases: cases as usize,
            registered: 0,
            opened: 0,
            closed: 0,
            letters: 0,
            waiting: Vec::new(),
        };
        chronicle.plan_at(chronicle.now.plus_seconds(-LONG_AGO * 86_400), Event::Arrival(0));
        Ok(chronicle)
    }

    /// Tells up to so many steps; whether any is left.
    pub(super) fn tell(&mut self, tx: &mut Tx<'_>, steps: usize) -> Result<bool, Error> {
        for _ in 0..steps {
            let Some(((moment, _), event)) = self.agenda.pop_first() else { return Ok(false) };
            as_if_at(moment, || match event {
                Event::Arrival(place) => self.arrive(tx, moment, place),
                Event::Case(course, step) => self.go_on(tx, moment, *course, step),
            })?;
        }
        Ok(!self.agenda.is_empty())
    }

    /// How far the telling has come.
    pub(super) fn progress(&self) -> Progress {
        Progress { people: self.registered, cases: self.opened }
    }

    /// What stands on the first pages today: a case just handed over, an emergency to judge.
    pub(super) fn end(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        while self.opened < self.cases
            && let Some((person, profile, worker)) = self.waiting.pop()
        {
            as_if_at(self.now, || self.open(tx, self.now, person, profile, worker))?;
        }
        while self.tell(tx, 100)? {}
        let workers: Vec<Viewer> = self.workers.iter().map(|worker| self.on(worker, self.now)).collect();
        tracing::tell(tx, &mut self.inventor, &workers)?;
        visits::tell(tx, &workers)?;
        outcomes::tell(tx, &workers)?;
        let (Some(first), Some(supervisor)) = (self.workers.first(), self.workers.last()) else { return Ok(()) };
        if first.user == supervisor.user {
            return Ok(());
        }
        let (first, supervisor) = (self.on(first, self.now), self.on(supervisor, self.now));
        self.hand_over(tx, &supervisor, &first)?;
        self.wait_for_today(tx, &first)?;
        self.take_emergency_access(tx)?;
        self.publish(tx)
    }

    fn publish(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let who = |wanted| self.house.users.iter().find(|(role, _)| *role == wanted);
        let Some(((_, officer), (_, manager))) = who(Role::DataOfficer).zip(who(Role::ProgrammeManager)) else {
            return Ok(());
        };
        if self.people < releases::FEWEST {
            return Ok(());
        }
        let officer = sessions::viewer_of_user(tx, self.house.organisation, *officer)?;
        let manager = sessions::viewer_of_user(tx, self.house.organisation, *manager)?;
        releases::tell(tx, &officer, &manager)
    }

    fn hand_over(&self, tx: &mut Tx<'_>, supervisor: &Viewer, to: &Viewer) -> Result<(), Error> {
        let theirs: Vec<CaseId> = tx.query(
            "SELECT id FROM case_file WHERE organisation_id = $1 AND owner_id = $2 AND state <> 'closed' \
             AND trafficking = 0 ORDER BY created_at DESC, id LIMIT 2",
            params![supervisor.organisation, supervisor.user],
            |row| row.get(0),
        )?;
        for id in theirs {
            let version = store::find(tx, supervisor, id)?.case.version;
            let assignment = Assignment {
                owner_id: Some(to.user),
                supervisor_id: Some(supervisor.user),
                team_id: None,
                why: String::new(),
            };
            store::assign(tx, supervisor, id, version, &assignment)?;
        }
        Ok(())
    }

    /// Two meetings are for today, and two requests wait for the supervisor.
    fn wait_for_today(&self, tx: &mut Tx<'_>, worker: &Viewer) -> Result<(), Error> {
        let serving: Vec<CaseId> = tx.query(
            "SELECT id FROM case_file WHERE organisation_id = $1 AND owner_id = $2 AND state = 'in_service' \
             AND due_on > $3 ORDER BY due_on DESC, id LIMIT 4",
            params![worker.organisation, worker.user, worker.today],
            |row| row.get(0),
        )?;
        for (place, id) in serving.into_iter().enumerate() {
            let done = match place {
                0 | 1 => {
                    let kind = ["phone", "home_visit"][place].to_owned();
                    let (due_on, user_id) = (Some(worker.today), Some(worker.user));
                    let meeting =
                        NewFollowUp { kind, due_on, user_id, done_on: None, person_seen: false, text: String::new() };
                    parts::add_follow_up(tx, worker, id, &meeting).map(drop)
                }
                _ => {
                    let why = "All goals but one are reached.".to_owned();
                    let asked = NewApproval { kind: ApprovalKind::Closure, one_front_reason: None, why };
                    parts::ask_approval(tx, worker, id, &asked).map(drop)
                }
            };
            match done {
                Err(Error::Refused(_)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Whoever sees only their own opened someone else's record last night.
    fn take_emergency_access(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let Some(alone) = self.workers.iter().find(|worker| worker.scope == Scope::Own) else { return Ok(()) };
        let other = tx.one(
            "SELECT person_id FROM case_file WHERE organisation_id = $1 AND owner_id <> $2 AND state = 'in_service' \
             ORDER BY vulnerability DESC, id LIMIT 1",
            params![alone.organisation, alone.user],
            |row| row.get::<PersonId>(0),
        )?;
        let last_night = self.now.plus_seconds(-10 * 3600);
        let reason = "Llamó de noche desde el hospital; su trabajadora no estaba de turno.".to_owned();
        match other {
            Some(person) => as_if_at(last_night, || {
                let viewer = self.on(alone, last_night);
                emergency::break_glass(tx, &viewer, person, &EmergencyInput { reason }).map(drop)
            }),
            None => Ok(()),
        }
    }

    /// A worker on the day of a moment.
    fn on(&self, worker: &Viewer, moment: Moment) -> Viewer {
        Viewer { today: moment.day(&worker.time_zone), ..worker.clone() }
    }

    /// Puts a step on the agenda; what lies ahead of us has not happened.
    fn plan_at(&mut self, moment: Moment, event: Event) {
        if moment <= self.now {
            self.planned += 1;
            self.agenda.insert((moment, self.planned), event);
        }
    }

    /// Some days later, in office hours of a working day.
    fn later(&mut self, from: Moment, days: std::ops::RangeInclusive<i64>) -> Moment {
        let zone = self.house.time_zone;
        let days = self.dice.random_range(days);
        let day = working_day(from.day(zone).plus_days(days));
        let at = day.begins(zone).plus_seconds(8 * 3600 + self.dice.random_range(0..9 * 3600));
        at.max(from.plus_seconds(600))
    }

    fn pick(&mut self, list: &str, profile: &Profile, wanted: impl Fn(&Talk) -> bool) -> Option<Talk> {
        let fitting: Vec<&Talk> =
            self.talks.get(list)?.iter().filter(|talk| profile.fits(&talk.who) && wanted(talk)).collect();
        // What is said of few is said of them before what is said of all.
        let special: Vec<&Talk> = fitting.iter().copied().filter(|talk| !talk.who.is_empty()).collect();
        let choice = if special.is_empty() { fitting } else { special };
        (!choice.is_empty()).then(|| choice[self.dice.random_range(0..choice.len())].clone())
    }

    fn say(&mut self, list: &str, profile: &Profile, viewer: &Viewer, wanted: impl Fn(&Talk) -> bool) -> String {
        self.pick(list, profile, wanted).map(|talk| talk.said(viewer)).unwrap_or_default()
    }

    // --- People ---

    /// Someone comes, alone or with others; the next ones come later.
    fn arrive(&mut self, tx: &mut Tx<'_>, moment: Moment, place: usize) -> Result<(), Error> {
        // Nobody but the supervisor approves: they take new cases and hand them over soon.
        let new = moment.plus_seconds(5 * 86_400) > self.now;
        let worker = match self.workers.len() {
            1 => 0,
            all if new && place.is_multiple_of(3) => all - 1,
            all => place % (all - 1),
        };
        let viewer = self.on(&self.workers[worker], moment);
        let left = self.people - self.registered;
        let again = (left <= self.doubles()).then(|| self.inventor.doubly_registered(left, viewer.today)).flatten();
        let party = again.unwrap_or_else(|| {
            let mut party = self.inventor.party(viewer.today);
            // Those registered twice come last.
            let most = if left > self.doubles() { left - self.doubles() } else { left };
            party.members.truncate(most);
            party
        });
        self.register(tx, &viewer, worker, &party)?;
        self.registered += party.members.len();
        // As many cases as people so far, in proportion.
        while self.opened * self.people < self.cases * self.registered
            && let Some((person, profile, worker)) = self.waiting.pop()
        {
            self.open(tx, moment, person, profile, worker)?;
        }
        self.waiting.truncate(50);
        if self.registered < self.people {
            let part = self.registered as f64 / self.people as f64;
            // More of them lately than long ago.
            let days = (DAYS * (1.0 - part).powi(2)) as i64;
            let next = if place == 0 { -LONG_AGO + 20 } else { -days };
            let next = self.later(self.now.plus_seconds(next * 86_400), 0..=0);
            self.plan_at(next.max(moment).min(self.now), Event::Arrival(place + 1));
        }
        Ok(())
    }

    /// How many of these people are registered twice: some in a whole house, few at a lone desk.
    fn doubles(&self) -> usize {
        (self.people / 10).min(if self.workers.len() == 1 { 2 } else { 4 })
    }

    fn register(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, worker: usize, party: &Party) -> Result<(), Error> {
        let mut household = None;
        let mut agreed = Vec::new();
        for member in &party.members {
            let person = people::store::create(tx, viewer, member.record.clone())?;
            let asked = if self.registered > ASKED_IN_FULL { 1 } else { member.consents.len() };
            for consent in self.with_last_days(&member.consents[..asked.min(member.consents.len())], viewer.today) {
                people::consent::decide(tx, viewer, person, consent)?;
            }
            match household {
                None if party.members.len() > 1 => {
                    household = Some(family::store::create_household(tx, viewer, person)?)
                }
                Some(household) => {
                    let role = member.role.to_owned();
                    family::store::join(tx, viewer, household, &MemberInput { person_id: person, role })?;
                }
                None => {}
            }
            let agrees = |it: &ConsentInput| it.purpose == Purpose::CaseWork && it.decision == Decision::Given;
            if member.consents.iter().any(agrees) {
                agreed.push((person, member.profile, worker));
            }
        }
        // The head first: whoever waits is taken from the end.
        self.waiting.extend(agreed.into_iter().rev());
        Ok(())
    }

    /// Consent for a year is common; some ends about now.
    fn with_last_days(&mut self, consents: &[ConsentInput], today: Day) -> Vec<ConsentInput> {
        let now = self.now.day(self.house.time_zone);
        let mut consents = consents.to_vec();
        for consent in consents.iter_mut().filter(|it| it.decision == Decision::Given) {
            let drawn = self.dice.random_range(0..100);
            let until = match (consent.purpose, drawn) {
                (_, 0..3) => Some(now.plus_days(self.dice.random_range(2..13))),
                (Purpose::Referral | Purpose::CaseWork, 3..5) => Some(now.plus_days(-self.dice.random_range(1..5))),
                (Purpose::Referral, 5..35) => Some(today.plus_years(1)),
                _ => None,
            };
            consent.valid_until = until.filter(|until| *until > today);
        }
        consents
    }

    // --- Cases ---

    fn open(
        &mut self,
        tx: &mut Tx<'_>,
        moment: Moment,
        person: PersonId,
        profile: Profile,
        worker: usize,
    ) -> Result<(), Error> {
        let viewer = self.on(&self.workers[worker], moment);
        let number = self.opened;
        let risk = [Risk::Medium, Risk::High, Risk::Medium, Risk::Low, Risk::Medium][number % 5];
        let case = NewCase {
            person_id: person,
            risk: Some(if profile.fits("child_alone") { Risk::High } else { risk }),
            why: self.say("opening", &profile, &viewer, |_| true),
            owner_id: None,
            trafficking: viewer.sees(Sensitivity::Trafficking) && number.is_multiple_of(4) && profile.fits("adult"),
        };
        let id = store::open(tx, &viewer, &case)?;
        self.opened += 1;
        if case.trafficking {
            self.agree_to_police(tx, &viewer, person, &profile)?;
        }
        let lasts = self.dice.random_range(70..260);
        let ends = moment.plus_seconds(lasts * 86_400);
        let course = Course { id, profile, worker, number, risk, ends, meeting: None, approval: None };
        let next = self.later(moment, 0..=2);
        self.next(next, course, Step::Contact);
        Ok(())
    }

    /// Some people want what was done to them told.
    fn agree_to_police(
        &mut self,
        tx: &mut Tx<'_>,
        viewer: &Viewer,
        person: PersonId,
        profile: &Profile,
    ) -> Result<(), Error> {
        if profile.is_child() || self.dice.random_range(0..2) == 0 {
            return Ok(());
        }
        let wording = viewer.language.parse().unwrap_or(crate::ui::Language::En).t("consent-wording-law-enforcement");
        let consent = ConsentInput {
            purpose: Purpose::LawEnforcement,
            decision: Decision::Given,
            provider_kinds: Vec::new(),
            decided_on: None,
            valid_until: None,
            wording: wording.to_owned(),
            witness: String::new(),
            guardian: String::new(),
        };
        people::consent::decide(tx, viewer, person, consent).map(drop)
    }

    fn next(&mut self, moment: Moment, course: Course, step: Step) {
        self.plan_at(moment, Event::Case(Box::new(course), step));
    }

    /// A step, and what follows it. What a rule refuses, such as work without consent, is not done.
    fn go_on(&mut self, tx: &mut Tx<'_>, moment: Moment, course: Course, step: Step) -> Result<(), Error> {
        // One in a dozen lags behind for some weeks, and shows as late.
        let recent = moment.plus_seconds(25 * 86_400) > self.now;
        let overburdened = course.number > CARRIED_ON && course.number % 10 < 8;
        if overburdened || (recent && course.number % 12 == 7) {
            return Ok(());
        }
        let viewer = self.on(&self.workers[course.worker], moment);
        let taken = match step {
            Step::Contact => self.contact(tx, moment, course, &viewer),
            Step::Screen => self.screen(tx, moment, course, &viewer),
            Step::Plan => self.make_plan(tx, moment, course, &viewer),
            Step::Approve => self.approve(tx, moment, course),
            Step::Meet => self.meet(tx, moment, course, &viewer),
            Step::AskToClose => self.ask_to_close(tx, moment, course, &viewer),
            Step::Close => self.close(tx, moment, course, &viewer),
            Step::Reopen => self.reopen(tx, &course, &viewer),
        };
        match taken {
            Err(Error::Refused(_)) => Ok(()),
            other => other,
        }
    }

    fn contact(&mut self, tx: &mut Tx<'_>, moment: Moment, course: Course, viewer: &Viewer) -> Result<(), Error> {
        let kind = ["office", "outreach", "phone", "home_visit"][course.number % 4];
        let talk = NewFollowUp {
            kind: kind.to_owned(),
            due_on: Some(viewer.today),
            user_id: None,
            done_on: Some(viewer.today),
            person_seen: true,
            text: self.say("opening", &course.profile, viewer, |_| true),
        };
        parts::add_follow_up(tx, viewer, course.id, &talk)?;
        self.note(tx, viewer, &course, "first")?;
        if course.number % 6 == 2 {
            self.flag(tx, viewer, &course)?;
        }
        let next = self.later(moment, 1..=4);
        self.next(next, course, Step::Screen);
        Ok(())
    }

    fn screen(&mut self, tx: &mut Tx<'_>, moment: Moment, mut course: Course, viewer: &Viewer) -> Result<(), Error> {
        let file = store::find(tx, viewer, course.id)?;
        // Some carry little, most some, a quarter much.
        let burden = [1, 0, 1, 3, 0, 0, 2, 0][course.number % 8];
        let questionnaires = std::mem::take(&mut self.questionnaires);
        for form in forms::offers(tx, viewer, &file.person.respondent)?.screenings {
            let asks = form.sensitivity != Sensitivity::Trafficking || file.case.trafficking;
            let Some(asked) = questionnaires.iter().find(|asked| asks && asked.form.id == form.id) else { continue };
            let mut answers = BTreeMap::new();
            let mut grave = burden;
            for question in &asked.questions {
                if let Some(answer) = self.answer(&course.profile, viewer, &form.name, question, burden, &mut grave) {
                    answers.insert(question.name.clone(), answer);
                }
            }
            let answers = Answers { answers, done_on: Some(viewer.today) };
            forms::answer_screening(tx, viewer, course.id, &form.name, &answers)?;
        }
        self.questionnaires = questionnaires;
        let file = store::find(tx, viewer, course.id)?;
        let proposed = file.case.risk_proposed.unwrap_or(file.case.risk);
        let differs = course.number % 11 == 4 && proposed == Risk::High;
        course.risk = if differs { Risk::Medium } else { proposed };
        let reason = match differs {
            true => self.say("talk", &course.profile, viewer, |talk| talk.seen),
            false => String::new(),
        };
        let decision = RiskDecision { risk: Some(course.risk), reason };
        let case = store::decide_risk(tx, viewer, course.id, file.case.version, &decision)?;
        store::assess(tx, viewer, course.id, case.version)?;
        let next = self.later(moment, 2..=6);
        self.next(next, course, Step::Plan);
        Ok(())
    }

    fn answer(
        &mut self,
        profile: &Profile,
        viewer: &Viewer,
        form: &str,
        question: &QuestionAsked,
        burden: i64,
        grave: &mut i64,
    ) -> Option<String> {
        let drawn: i64 = self.dice.random_range(0..100);
        let option = |place: usize| question.choices.get(place).map(|(value, _)| value.clone());
        match option(0).as_deref() {
            None if drawn < 35 => Some(self.say("strength", profile, viewer, |_| true)),
            None => None,
            Some("yes") => Some(if drawn < likely(&question.name, profile, burden) { "yes" } else { "no" }.into()),
            Some(_) if form == "washington-group" => {
                let (some, much) = if profile.age >= 60 { (45, 12) } else { (8, burden / 3) };
                option(if drawn < much { 2 } else { usize::from(drawn < some) })
            }
            Some(_) => option(match drawn {
                0..18 if *grave > 0 => {
                    *grave -= 1;
                    if burden > 3 && drawn < 3 { 3 } else { 2 }
                }
                0..50 => 1,
                _ => 0,
            }),
        }
    }

    fn make_plan(&mut self, tx: &mut Tx<'_>, moment: Moment, mut course: Course, viewer: &Viewer) -> Result<(), Error> {
        let one_sided = course.number % 14 == 9;
        let fronts: &[Front] = match (one_sided, course.number % 3) {
            (true, _) => &[Front::Protect, Front::Protect],
            (_, 0) => &[Front::Protect, Front::Empower, Front::Empower],
            (_, 1) => &[Front::Protect, Front::Protect, Front::Empower, Front::Empower],
            _ => &[Front::Protect, Front::Empower],
        };
        let mut chosen: Vec<usize> = Vec::new();
        for front in fronts {
            let fitting = |index: &usize| {
                let goal = &self.stories.goal[*index];
                goal.front == *front && course.profile.fits(&goal.who) && !chosen.contains(index)
            };
            let fitting: Vec<usize> = (0..self.stories.goal.len()).filter(fitting).collect();
            if !fitting.is_empty() {
                chosen.push(fitting[self.dice.random_range(0..fitting.len())]);
            }
        }
        for index in chosen {
            let goal = self.goal(index, viewer);
            plan::add_goal(tx, viewer, course.id, &goal)?;
        }
        if course.number % 5 == 1 && self.letters < MOST_LETTERS {
            self.keep_letter(tx, viewer, &course)?;
        }
        let reason = one_sided.then(|| self.say("one_front", &course.profile, viewer, |_| true));
        if !self.asks_approval() {
            let version = store::find(tx, viewer, course.id)?.case.version;
            store::agree_plan(tx, viewer, course.id, version, reason)?;
            return self.plan_meeting(tx, moment, course, viewer);
        }
        let asked = NewApproval {
            kind: ApprovalKind::Plan,
            one_front_reason: reason,
            why: self.say("asking", &course.profile, viewer, |_| true),
        };
        course.approval = Some(parts::ask_approval(tx, viewer, course.id, &asked)?);
        let next = self.later(moment, 1..=3);
        self.next(next, course, Step::Approve);
        Ok(())
    }

    /// Nobody approves their own plan: where one person does everything, approval is off.
    fn asks_approval(&self) -> bool {
        self.workers.len() > 1
    }

    fn goal(&mut self, index: usize, viewer: &Viewer) -> NewGoal {
        let story = &self.stories.goal[index];
        let said = |words: &BTreeMap<String, String>| {
            words.get(&viewer.language).or(words.get("en")).cloned().unwrap_or_default()
        };
        let actions = story.action.iter().enumerate().map(|(place, action)| NewAction {
            text: said(&action.text),
            who: Some([Doer::User, Doer::Provider, Doer::Person][(index + place) % 3]),
            user_id: None,
            provider_kind: Some(action.service.clone()),
            due_on: Some(viewer.today.plus_days(self.dice.random_range(7..75))),
        });
        NewGoal {
            front: Some(story.front),
            dimension: Some(story.dimension),
            text: said(&story.text),
            actions: actions.collect(),
        }
    }

    /// The supervisor decides; who carries their own cases asks the first colleague who may.
    fn decider(&self, course: &Course, moment: Moment) -> Option<Viewer> {
        let carrier = &self.workers[course.worker];
        let other = |it: &&Viewer| it.role == Role::Supervisor && it.user != carrier.user;
        self.workers.iter().find(other).map(|it| self.on(it, moment))
    }

    fn approve(&mut self, tx: &mut Tx<'_>, moment: Moment, mut course: Course) -> Result<(), Error> {
        let (Some(decider), Some(approval)) = (self.decider(&course, moment), course.approval.take()) else {
            return Ok(());
        };
        let comment = match course.number % 4 {
            0 => self.say("answering", &course.profile, &decider, |_| true),
            _ => String::new(),
        };
        parts::decide(tx, &decider, course.id, approval, &ApprovalDecision { approve: true, comment })?;
        self.read_notices(tx, &course, moment)?;
        let worker = self.on(&self.workers[course.worker], moment);
        match store::find(tx, &worker, course.id)?.case.state {
            CaseState::Planned => self.plan_meeting(tx, moment, course, &worker),
            _ => {
                let next = self.later(moment, 0..=2);
                self.next(next, course, Step::Close);
                Ok(())
            }
        }
    }

    /// Read long ago, as in life: the first page is for what is new.
    fn read_notices(&self, tx: &mut Tx<'_>, course: &Course, moment: Moment) -> Result<(), Error> {
        if moment.plus_seconds(3 * 86_400) > self.now {
            return Ok(());
        }
        tx.execute(
            &Pen::unrecorded(Bookkeeping::Notice),
            "UPDATE notice SET read_at = created_at WHERE organisation_id = $1 AND case_id = $2 AND person_id = \
             (SELECT person_id FROM case_file WHERE organisation_id = $1 AND id = $2)",
            params![self.house.organisation, course.id],
        )?;
        Ok(())
    }

    /// Days between two meetings, as the risk asks for.
    fn rhythm(risk: Risk) -> i64 {
        match risk {
            Risk::High => 7,
            Risk::Medium => 14,
            Risk::Low => 28,
        }
    }

    fn plan_meeting(
        &mut self,
        tx: &mut Tx<'_>,
        moment: Moment,
        mut course: Course,
        viewer: &Viewer,
    ) -> Result<(), Error> {
        let days = Self::rhythm(course.risk) - self.dice.random_range(0..3);
        let due = self.later(moment, days..=days);
        let kinds = ["home_visit", "office", "phone", "home_visit", "with_provider", "video"];
        let kind = match (course.profile.is_child(), self.dice.random_range(0..kinds.len())) {
            (true, 0) => "school_visit",
            (_, drawn) => kinds[drawn],
        };
        let meeting = NewFollowUp {
            kind: kind.to_owned(),
            due_on: Some(due.day(self.house.time_zone)),
            user_id: None,
            done_on: None,
            person_seen: false,
            text: String::new(),
        };
        course.meeting = Some(parts::add_follow_up(tx, viewer, course.id, &meeting)?);
        // Now and then a worker is a day or two late.
        let late = if self.dice.random_range(0..6) == 0 { 2 } else { 0 };
        let kept = self.later(due, late..=late);
        self.next(kept, course, Step::Meet);
        Ok(())
    }

    fn meet(&mut self, tx: &mut Tx<'_>, moment: Moment, mut course: Course, viewer: &Viewer) -> Result<(), Error> {
        let Some(meeting) = course.meeting.take() else { return Ok(()) };
        let version = parts::follow_up(tx, viewer, course.id, meeting)?.version;
        let missed = self.dice.random_range(0..8) == 0;
        let record = FollowUpRecord {
            done_on: Some(viewer.today),
            person_seen: !missed,
            text: self.say("talk", &course.profile, viewer, |talk| talk.seen != missed),
        };
        parts::record_follow_up(tx, viewer, course.id, meeting, version, &record)?;
        self.end_actions(tx, viewer, &course)?;
        self.reach_goals(tx, viewer, &course, moment)?;
        if self.dice.random_range(0..3) == 0 {
            self.note(tx, viewer, &course, "later")?;
        }
        self.resolve_flags(tx, viewer, &course)?;
        if moment < course.ends {
            return self.plan_meeting(tx, moment, course, viewer);
        }
        self.note(tx, viewer, &course, "last")?;
        let next = self.later(moment, 1..=3);
        let step = if self.asks_approval() { Step::AskToClose } else { Step::Close };
        self.next(next, course, step);
        Ok(())
    }

    /// Most of what fell due is done, some failed, some takes longer.
    fn end_actions(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course) -> Result<(), Error> {
        let soon = viewer.today.plus_days(Self::rhythm(course.risk));
        for action in plan::actions_of_case(tx, viewer, course.id)? {
            if action.state != ActionState::Open || action.due_on > soon {
                continue;
            }
            let (state, due_on) = match self.dice.random_range(0..20) {
                0 | 1 => (ActionState::Failed, action.due_on),
                2..5 => (ActionState::Open, soon.plus_days(self.dice.random_range(3..20))),
                _ => (ActionState::Done, action.due_on),
            };
            let outcome = (state != ActionState::Open)
                .then(|| self.say("outcome", &course.profile, viewer, |talk| talk.state == state.code()));
            let change = ActionChange {
                action: NewAction {
                    text: action.text.clone(),
                    who: Some(action.who),
                    user_id: action.user_id,
                    provider_kind: action.provider_kind.clone(),
                    due_on: Some(due_on),
                },
                state,
                outcome,
                done_on: (state != ActionState::Open).then_some(viewer.today),
            };
            plan::change_action(tx, viewer, course.id, action.id, action.version, &change)?;
        }
        Ok(())
    }

    /// A goal is reached when nothing is left to do for it, and at the end the others are not.
    fn reach_goals(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course, moment: Moment) -> Result<(), Error> {
        let actions = plan::actions_of_case(tx, viewer, course.id)?;
        for goal in plan::goals_of_case(tx, viewer, course.id)? {
            let mut own = actions.iter().filter(|action| action.goal_id == goal.id).peekable();
            let left = own.peek().is_some() && own.clone().any(|action| action.state == ActionState::Open);
            let failed = own.all(|action| action.state != ActionState::Done);
            let ended = matches!(goal.state, GoalState::Reached | GoalState::Missed);
            if ended || (left && moment < course.ends) {
                continue;
            }
            let state = if left || failed { GoalState::Missed } else { GoalState::Reached };
            let change = GoalChange {
                front: goal.front,
                dimension: goal.dimension,
                text: goal.text.clone(),
                state,
                outcome: None,
            };
            plan::change_goal(tx, viewer, course.id, goal.id, goal.version, &change)?;
        }
        Ok(())
    }

    fn ask_to_close(
        &mut self,
        tx: &mut Tx<'_>,
        moment: Moment,
        mut course: Course,
        viewer: &Viewer,
    ) -> Result<(), Error> {
        let why = self.say("asking", &course.profile, viewer, |_| true);
        let asked = NewApproval { kind: ApprovalKind::Closure, one_front_reason: None, why };
        course.approval = Some(parts::ask_approval(tx, viewer, course.id, &asked)?);
        let next = self.later(moment, 1..=3);
        self.next(next, course, Step::Approve);
        Ok(())
    }

    fn close(&mut self, tx: &mut Tx<'_>, moment: Moment, course: Course, viewer: &Viewer) -> Result<(), Error> {
        let version = store::find(tx, viewer, course.id)?.case.version;
        let goals = plan::goals_of_case(tx, viewer, course.id)?;
        let reached = goals.iter().filter(|goal| goal.state == GoalState::Reached).count();
        let reason = match (reached * 2 > goals.len(), self.closed % 5) {
            (true, 0..4) => "goals_met",
            (true, _) => "resettled",
            (false, 0) => "no_contact",
            (false, 1) => "moved_away",
            (false, 2) => "transferred",
            (false, 3) => "returned_home",
            (false, _) => "declined",
        };
        let satisfaction = match (reason, self.dice.random_range(0..10)) {
            ("no_contact" | "moved_away", _) => Satisfaction::NotAsked,
            (_, 0) => Satisfaction::Neutral,
            (_, 1) => Satisfaction::Dissatisfied,
            (_, 2..5) => Satisfaction::VerySatisfied,
            _ => Satisfaction::Satisfied,
        };
        let closure = Closure {
            reason: reason.to_owned(),
            note: self.say("closing", &course.profile, viewer, |talk| talk.reason == reason),
            satisfaction: Some(satisfaction),
            drop_open_actions: true,
            ask_after: Vec::new(),
        };
        store::close(tx, viewer, course.id, version, &closure)?;
        self.closed += 1;
        // The third of them, and every sixth, comes back.
        if self.closed % 6 == 3 {
            let days = self.dice.random_range(0..7);
            let lately = self.now.plus_seconds(-days * 86_400 - 3600);
            self.next(lately.max(moment.plus_seconds(86_400)), course, Step::Reopen);
        }
        Ok(())
    }

    /// Whoever came back lately is to be screened anew.
    fn reopen(&mut self, tx: &mut Tx<'_>, course: &Course, viewer: &Viewer) -> Result<(), Error> {
        let version = store::find(tx, viewer, course.id)?.case.version;
        let why = self.say("reopening", &course.profile, viewer, |_| true);
        store::reopen(tx, viewer, course.id, version, &why).map(drop)
    }

    // --- What gathers in a case ---

    fn note(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course, stage: &str) -> Result<(), Error> {
        let fits = |note: &&NoteStory| {
            let written = if note.stage.is_empty() { "later" } else { &note.stage };
            note.lang == viewer.language
                && written == stage
                && course.profile.fits(&note.who)
                && (note.kind != "trafficking" || viewer.sees(Sensitivity::Trafficking))
                && note.kind != "supervision"
        };
        let written: Vec<String> = parts::notes(tx, viewer, course.id)?.into_iter().map(|note| note.text).collect();
        let fitting: Vec<&NoteStory> =
            self.stories.note.iter().filter(fits).filter(|note| !written.contains(&note.text)).collect();
        if fitting.is_empty() {
            return Ok(());
        }
        let story = fitting[self.dice.random_range(0..fitting.len())];
        let note = NewNote {
            kind: story.kind.clone(),
            sensitivity: Sensitivity::from_code(&story.kind),
            text: story.text.clone(),
        };
        parts::add_note(tx, viewer, course.id, &note).map(drop)
    }

    fn flag(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course) -> Result<(), Error> {
        let Some(talk) = self.pick("flag", &course.profile, |_| true) else { return Ok(()) };
        parts::raise_flag(tx, viewer, course.id, &NewFlag { kind: talk.kind.clone(), text: talk.said(viewer) })
            .map(drop)
    }

    fn resolve_flags(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course) -> Result<(), Error> {
        if course.number % 12 == 2 {
            return Ok(());
        }
        for flag in parts::flags(tx, viewer, course.id)?.into_iter().filter(|flag| flag.resolved_at.is_none()) {
            let resolution = self.say("resolution", &course.profile, viewer, |_| true);
            parts::resolve_flag(tx, viewer, course.id, flag.id, &FlagResolution { resolution })?;
        }
        Ok(())
    }

    fn keep_letter(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, course: &Course) -> Result<(), Error> {
        let words = self.say("letter", &course.profile, viewer, |_| true);
        let letter = Document {
            title: viewer.organisation_name.clone(),
            language: viewer.language.clone(),
            right_to_left: viewer.language == "ar",
            blocks: vec![Block::Paragraph(words)],
            ..Document::default()
        };
        let content = letter.to_pdf().map_err(|error| Error::Internal(error.to_string()))?;
        self.letters += 1;
        let name = if viewer.language == "ar" { "رسالة.pdf" } else { "carta-letter.pdf" };
        let upload = Upload { name: name.to_owned(), sensitivity: Sensitivity::Case, content };
        add_attachment(tx, viewer, course.id, &upload).map(drop)
    }
}

/// How likely someone says yes, in a hundred, after what is true of their life.
fn likely(question: &str, profile: &Profile, burden: i64) -> i64 {
    let child = profile.is_child();
    let heavy = burden.min(3);
    match question {
        "child_alone" => i64::from(profile.company == Company::Alone) * 100,
        "child_separated" => i64::from(profile.company == Company::Relative) * 100,
        "child_heads_household" => i64::from(profile.company == Company::Siblings) * 100,
        "child_works" => either(profile.age >= 13, 12, 0),
        "child_married_or_parent" => either(profile.age >= 15 && profile.is_female, 5, 0),
        "child_out_of_school" => either(profile.age >= 6, 45, 0),
        "child_armed_group" => either(profile.age >= 14, 4, 0),
        "woman_alone" => i64::from(profile.company == Company::Alone && !child) * 55,
        "woman_pregnant" => either((18..45).contains(&profile.age), 9, 0),
        "woman_unsafe" => 6 * heavy,
        "older_alone" => i64::from(profile.company == Company::Alone) * 90,
        "older_daily_care" => either(profile.age >= 72, 45, 12),
        "older_cares_children" => i64::from(profile.company == Company::Children) * 100,
        "single_parent" => i64::from(profile.company == Company::Children && profile.age < 60) * 100,
        "single_carer" => i64::from(profile.company == Company::Children && profile.age >= 60) * 100,
        "disability_barriers" | "disability_aid_missing" => either(profile.age >= 60, 22, 3),
        "illness_treatment" => either(profile.age >= 50, 35, 6),
        "illness_urgent" => 2,
        "distress" => 3 * heavy,
        "no_documents" => either(profile.has_papers, 2, 85),
        "risk_of_return" | "threats_now" => 3 * heavy,
        "torture_harm" => either(child, 0, 2 * heavy),
        "torture_witness" => either(child, 1, 3 * heavy),
        "family_tracing" => either(profile.company == Company::Alone, 14, 3),
        "family_reunion" => either(profile.company == Company::Alone, 18, 5),
        "gbv_harm" => either(profile.is_female && !child, 4 * heavy, 1),
        "controlled_by_others" | "gbv_survival" | "gbv_forced_marriage" => either(profile.age >= 15, heavy, 0),
        _ => 3,
    }
}

fn either(is: bool, yes: i64, no: i64) -> i64 {
    if is { yes } else { no }
}

/// Offices are closed on two days of the week; which, a demo need not know.
fn working_day(day: Day) -> Day {
    match day.0.weekday() {
        jiff::civil::Weekday::Saturday => day.plus_days(2),
        jiff::civil::Weekday::Sunday => day.plus_days(1),
        _ => day,
    }
}
