//! Family tracing: types and rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dates::{Day, Moment};
use crate::error::{Check, Error};
use crate::ids::{CandidateId, PersonId, TracingId, UserId};
use crate::people::likeness::Agreement;
use crate::people::{Birth, Name, Person, PersonInput, PersonSummary, Sex};
use crate::reference;
use crate::web::blank;

crate::codes! {
    /// How a tracing request stands, as the seeker's side may know it.
    "tracing-state" TracingState {
        /// The person is looked for.
        Open = "open",
        /// They were found and want to be.
        Located = "located",
        /// Nobody looks any more.
        Closed = "closed",
    }
}

crate::codes! {
    /// What a tracing request came to.
    "tracing-outcome" TracingOutcome {
        /// The family is together again.
        Reunited = "reunited",
        /// They are in touch.
        InContact = "in_contact",
        /// The seeker no longer wants to look.
        Withdrawn = "withdrawn",
        /// The person sought is known to have died.
        Died = "died",
        /// All that could be done was done.
        NotTraced = "not_traced",
    }
}

crate::codes! {
    /// How far it is known whether someone is the person sought, and whether they want to be found.
    "candidate-state" CandidateState {
        /// Found by comparing; nobody decided yet.
        Proposed = "proposed",
        /// Likely, to be looked into.
        Likely = "likely",
        /// Somebody else.
        NotThisPerson = "not_this_person",
        /// The person sought, as far as can be told without asking them.
        Confirmed = "confirmed",
        /// They are being asked whether they want to be found.
        Asked = "asked",
        /// They agreed.
        Agreed = "agreed",
        /// They refused: the seeker is not told that they were found.
        Refused = "refused",
    }
}

impl CandidateState {
    /// Whether one may follow the other. Nobody is asked who was not confirmed, and nothing is told
    /// to the seeker but after an answer; minds may change, a decision may have been wrong.
    pub fn may_become(self, next: CandidateState) -> bool {
        use CandidateState::{Agreed, Asked, Confirmed, Likely, NotThisPerson, Proposed, Refused};
        match self {
            Proposed => matches!(next, Likely | NotThisPerson | Confirmed),
            Likely => matches!(next, NotThisPerson | Confirmed),
            NotThisPerson => matches!(next, Likely | Confirmed),
            Confirmed => matches!(next, NotThisPerson | Asked),
            Asked => matches!(next, NotThisPerson | Agreed | Refused),
            Agreed => next == Refused,
            Refused => matches!(next, Asked | Agreed),
        }
    }

    /// Whether it is the person's own answer, or a decision of whoever sees both sides.
    pub fn is_answer(self) -> bool {
        matches!(self, CandidateState::Agreed | CandidateState::Refused)
    }
}

crate::codes! {
    /// What of a person found may be told to whoever seeks them.
    "share" Share {
        /// Only that they are alive.
        Alive = "alive",
        /// A message, and not where they are.
        Message = "message",
        /// How they can be reached.
        Contact = "contact",
    }
}

crate::codes! {
    /// What a tracing request and a person on record are compared by.
    "fact" Fact {
        /// The names of the person sought.
        Name = "name",
        /// Their birth.
        Birth = "birth",
        /// Their sex.
        Sex = "sex",
        /// Their nationalities.
        Nationality = "nationality",
        /// Whether the ages of both sides fit what they are to each other.
        Ages = "ages",
        /// Their family: parents' names, the seeker among those they name.
        Family = "family",
        /// With whom they were last seen.
        Company = "company",
        /// Where they were last seen, and their way since.
        Place = "place",
        /// Whether they look for the seeker too.
        Request = "request",
    }
}

/// How each fact of a request compares with a person on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facts {
    /// Names.
    pub name: Agreement,
    /// Birth.
    pub birth: Agreement,
    /// Sex.
    pub sex: Agreement,
    /// Nationalities.
    pub nationality: Agreement,
    /// Whether the ages fit the relation.
    pub ages: Agreement,
    /// Family.
    pub family: Agreement,
    /// With whom they were last seen.
    pub company: Agreement,
    /// Where they were last seen.
    pub place: Agreement,
    /// Whether they look for the seeker too.
    pub request: Agreement,
}

impl Facts {
    /// How a fact compares.
    pub fn of(&self, fact: Fact) -> Agreement {
        match fact {
            Fact::Name => self.name,
            Fact::Birth => self.birth,
            Fact::Sex => self.sex,
            Fact::Nationality => self.nationality,
            Fact::Ages => self.ages,
            Fact::Family => self.family,
            Fact::Company => self.company,
            Fact::Place => self.place,
            Fact::Request => self.request,
        }
    }

    /// The facts that compare so.
    pub fn that_are(&self, agreement: Agreement) -> Vec<Fact> {
        use crate::code::Code;
        Fact::ALL.iter().copied().filter(|fact| self.of(*fact) == agreement).collect()
    }
}

/// Longest text, in characters.
const LONGEST_TEXT: usize = 4000;
/// Longest name or place, in characters.
const LONGEST_NAME: usize = 200;
/// Most names, and most people of the company.
const MOST: usize = 30;

fn unknown_sex() -> Sex {
    Sex::Unknown
}

/// What a family tells of someone they look for.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct TracingInput {
    /// What the person sought is to the seeker (`relations`).
    #[serde(default)]
    pub relation: String,
    /// Names of the person sought, in any script, and those of their parents.
    #[serde(default)]
    pub names: Vec<Name>,
    /// Their sex.
    #[serde(default = "unknown_sex")]
    pub sex: Sex,
    /// Their birth, or a guess.
    #[serde(default)]
    pub birth: Birth,
    /// Their nationalities (`countries`, `special_nationalities`).
    #[serde(default)]
    pub nationalities: Vec<String>,
    /// The country where they were last seen (`countries`).
    #[serde(default, deserialize_with = "blank")]
    pub last_seen_country: Option<String>,
    /// The place where they were last seen.
    #[serde(default)]
    pub last_seen_place: String,
    /// The day on which they were last seen or heard of.
    #[serde(default, deserialize_with = "blank")]
    pub last_seen_on: Option<Day>,
    /// The names of those they were with.
    #[serde(default)]
    pub company: Vec<String>,
    /// How they were separated.
    #[serde(default)]
    pub circumstances: String,
    /// What else they may be known by: marks, clothes, a habit.
    #[serde(default)]
    pub marks: String,
    /// Whether the person sought may be told who looks for them.
    #[serde(default)]
    pub tell_name: bool,
    /// What may be told or read to the person sought.
    #[serde(default)]
    pub message: String,
    /// The words in which the seeker was asked and agreed to the search.
    #[serde(default)]
    pub wording: String,
    /// When the seeker agreed.
    #[serde(default, deserialize_with = "blank")]
    pub consented_on: Option<Day>,
    /// Who agreed with or for a child.
    #[serde(default)]
    pub guardian: String,
}

impl Default for TracingInput {
    fn default() -> TracingInput {
        TracingInput {
            relation: String::new(),
            names: PersonInput::default().names,
            sex: Sex::Unknown,
            birth: Birth::default(),
            nationalities: Vec::new(),
            last_seen_country: None,
            last_seen_place: String::new(),
            last_seen_on: None,
            company: Vec::new(),
            circumstances: String::new(),
            marks: String::new(),
            tell_name: false,
            message: String::new(),
            wording: String::new(),
            consented_on: None,
            guardian: String::new(),
        }
    }
}

impl TracingInput {
    /// The person sought, as far as known, as a record to be compared with others.
    pub fn sought(&self) -> PersonInput {
        PersonInput {
            names: self.names.clone(),
            sex: self.sex,
            birth: self.birth.clone(),
            nationalities: self.nationalities.clone(),
            ..PersonInput::default()
        }
    }

    /// Drops rows into which nothing was written, and keeps the day on which an age was said.
    pub fn settled(mut self, today: Day) -> TracingInput {
        self.names.retain(|name| !name.full().is_empty());
        self.nationalities.retain(|code| !code.is_empty());
        self.company.retain(|name| !name.trim().is_empty());
        if self.birth.age.is_some() {
            self.birth.age_on = self.birth.age_on.or(Some(today));
        }
        self.consented_on = self.consented_on.or(Some(today));
        self
    }

    /// Whether it can be recorded.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        check.that(reference::has("relations", &self.relation), "relation", "invalid-choice");
        // The names, birth and nationalities of someone sought follow the rules of those on record.
        match self.sought().check(today) {
            Ok(()) => {}
            Err(Error::Invalid(errors)) => {
                errors.into_iter().for_each(|wrong| check.that(false, wrong.field, wrong.error))
            }
            Err(error) => return Err(error),
        }
        check.that(self.names.len() <= MOST, "names[0].given", "invalid-too-many");
        let known = self.last_seen_country.as_deref().is_none_or(|code| reference::has("countries", code));
        check.that(known, "last_seen_country", "invalid-choice");
        check.short(&self.last_seen_place, LONGEST_NAME, "last_seen_place");
        check.that(self.last_seen_on.is_none_or(|day| day <= today), "last_seen_on", "invalid-future");
        check.that(self.company.len() <= MOST, "company[0]", "invalid-too-many");
        for (index, name) in self.company.iter().enumerate() {
            check.short(name, LONGEST_NAME, &format!("company[{index}]"));
        }
        check.short(&self.circumstances, LONGEST_TEXT, "circumstances");
        check.short(&self.marks, LONGEST_TEXT, "marks");
        check.short(&self.message, LONGEST_TEXT, "message");
        check.text(&self.wording, LONGEST_TEXT, "wording");
        check.that(self.consented_on.is_none_or(|day| day <= today), "consented_on", "invalid-future");
        check.short(&self.guardian, LONGEST_NAME, "guardian");
        check.done()
    }
}

/// Where a request stands in the queue: children first, whether they are sought or seek, then women
/// and girls, then whoever is most vulnerable by the one rule of cases.
pub fn urgency(request: &TracingInput, seeker: &PersonInput, vulnerability: i64, today: Day) -> i64 {
    let is_about_child = request.birth.may_be_child(today) || seeker.birth.may_be_child(today);
    let is_about_woman = [request.sex, seeker.sex].contains(&Sex::Female);
    let rank = match () {
        () if is_about_child => 2,
        () if is_about_woman => 1,
        () => 0,
    };
    rank * RANK + vulnerability.clamp(0, RANK - 1)
}

/// More than any vulnerability.
const RANK: i64 = 1_000;
/// The least urgency of a request in which a child is sought or seeks.
pub(super) const LEAST_OF_A_CHILD: i64 = 2 * RANK;

/// Whether an urgency is that of a request about a child.
fn is_about_child(urgency: i64) -> bool {
    urgency >= LEAST_OF_A_CHILD
}

/// How a request's number is written.
pub fn tracing_number(number: i64) -> String {
    format!("T-{number:06}")
}

/// What the person found lets the seeker know.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct News {
    /// How much.
    pub share: Share,
    /// In their words.
    pub words: String,
    /// When they agreed.
    pub agreed_on: Day,
}

/// A tracing request on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TracingRequest {
    /// Id.
    pub id: TracingId,
    /// Number inside the organisation, written `T-000123`.
    pub number: i64,
    /// Who looks.
    pub seeker: PersonSummary,
    /// What they told.
    #[serde(flatten)]
    pub request: TracingInput,
    /// How it stands.
    pub state: TracingState,
    /// What it came to.
    pub outcome: Option<TracingOutcome>,
    /// In words.
    pub note: Option<String>,
    /// What the person found lets the seeker know.
    pub news: Option<News>,
    /// Children first, then women and girls, then the most vulnerable.
    pub urgency: i64,
    /// Candidates without a decision, for those who may decide and see them.
    pub candidates: Option<i64>,
    /// Who registered it.
    pub registered_by: UserId,
    /// Their name.
    pub registrar: Option<String>,
    /// When.
    pub created_at: Moment,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// Version of the record.
    pub version: i64,
}

impl TracingRequest {
    /// The name by which the person sought is called.
    pub fn sought_name(&self) -> String {
        self.request.sought().display_name()
    }

    /// Whether a child is sought or seeks.
    pub fn is_about_child(&self) -> bool {
        is_about_child(self.urgency)
    }
}

/// One page of tracing requests.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TracingRequests {
    /// Children first, then women and girls, then the most vulnerable; of those closed the last first.
    pub items: Vec<TracingRequest>,
    /// Send this as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// Which tracing requests are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TracingOptions {
    /// `open` (without it, too), `located` or `closed`.
    #[serde(deserialize_with = "blank")]
    #[param(value_type = Option<String>)]
    pub show: Option<TracingState>,
    /// Only those in which a child is sought or seeks.
    #[serde(deserialize_with = "blank")]
    pub child: Option<bool>,
    /// Only those of seekers this user is responsible for.
    #[serde(deserialize_with = "blank")]
    pub mine: Option<bool>,
    /// Only those with a candidate who waits for this user's decision.
    #[serde(deserialize_with = "blank")]
    pub waiting: Option<bool>,
    /// Only this relation (`relations`).
    #[serde(deserialize_with = "blank")]
    pub relation: Option<String>,
    /// Where the last page ended.
    #[serde(deserialize_with = "blank")]
    pub after: Option<String>,
    /// Requests on a page, 1 to 200; 50 without it.
    #[serde(deserialize_with = "blank")]
    pub limit: Option<i64>,
}

/// Why nobody looks any more.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TracingClosing {
    /// What it came to.
    #[serde(default, deserialize_with = "blank")]
    pub outcome: Option<TracingOutcome>,
    /// In words.
    #[serde(default)]
    pub note: String,
}

impl TracingClosing {
    /// Whether it can be recorded: what it came to.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<TracingOutcome, Error> {
        let mut check = Check::default();
        check.that(self.outcome.is_some(), "outcome", "invalid-choice");
        check.short(&self.note, LONGEST_TEXT, "note");
        check.done()?;
        self.outcome.ok_or_else(|| Error::field("outcome", "invalid-choice"))
    }
}

/// Why it is looked for again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TracingReopening {
    /// The reason.
    #[serde(default)]
    pub why: String,
}

impl TracingReopening {
    /// Whether it can be recorded.
    ///
    /// # Errors
    /// The field to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.why, LONGEST_TEXT, "why");
        check.done()
    }
}

/// Someone on record who may be the person sought.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Candidate {
    /// Id.
    pub id: CandidateId,
    /// For which request.
    pub request_id: TracingId,
    /// Who.
    pub person: PersonSummary,
    /// How likely they are the one, in per mille.
    pub likeness: i64,
    /// How each fact compares.
    pub facts: Facts,
    /// How far it is known.
    pub state: CandidateState,
    /// When they were found to be alike.
    pub found_at: Moment,
    /// Who decided last.
    pub decided_by: Option<UserId>,
    /// Their name.
    pub decider: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why, in their words.
    pub why: Option<String>,
    /// What the person answered.
    pub answer: Option<Answer>,
    /// Changes with each decision, and while it waits when a fact changes.
    pub version: i64,
}

impl Candidate {
    /// The likeness in per cent, for people.
    pub fn percent(&self) -> i64 {
        self.likeness / 10
    }
}

/// A request beside someone who may be the person sought.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CandidateRecords {
    /// The candidate.
    #[serde(flatten)]
    pub candidate: Candidate,
    /// What the family told.
    pub request: TracingRequest,
    /// The seeker's record.
    pub seeker: Person,
    /// The candidate's record.
    pub record: Person,
    /// Those whom the candidate names as family.
    pub kin: Vec<Kin>,
    /// Whom the candidate looks for.
    pub looks_for: Vec<TracingRequest>,
}

/// Someone a person names as family, or lives with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Kin {
    /// What they are to the person (`relations`).
    pub relation: String,
    /// Their name.
    pub name: String,
    /// Who they are, where they are on record.
    #[serde(skip)]
    pub person: Option<PersonId>,
}

/// A decision of whoever sees both sides.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CandidateVerdict {
    /// `likely`, `not_this_person`, `confirmed`, or `asked` to have the person asked.
    #[serde(default, deserialize_with = "blank")]
    pub decision: Option<CandidateState>,
    /// Why; not needed to have someone asked.
    #[serde(default)]
    pub why: String,
}

impl CandidateVerdict {
    /// Whether it can be taken down: the state it leads to.
    ///
    /// # Errors
    /// The fields to correct, or what may not follow on how it stands.
    pub fn check(&self, before: CandidateState) -> Result<CandidateState, Error> {
        let mut check = Check::default();
        let next = self.decision.filter(|next| !next.is_answer() && *next != CandidateState::Proposed);
        check.that(next.is_some(), "decision", "invalid-choice");
        if next != Some(CandidateState::Asked) {
            check.text(&self.why, LONGEST_TEXT, "why");
        } else {
            check.short(&self.why, LONGEST_TEXT, "why");
        }
        check.done()?;
        next.filter(|next| before.may_become(*next)).ok_or(Error::Refused("refused-candidate"))
    }
}

/// What someone answered who was asked whether they want to be found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Answer {
    /// How much the seeker may know; nothing where they refused.
    #[serde(default, deserialize_with = "blank")]
    pub share: Option<Share>,
    /// What the seeker is told, in their words.
    #[serde(default)]
    pub words: String,
    /// In which words they were asked.
    #[serde(default)]
    pub wording: String,
    /// Who decided with or for a child.
    #[serde(default)]
    pub guardian: String,
    /// When; today without it.
    #[serde(default, deserialize_with = "blank")]
    pub answered_on: Option<Day>,
}

/// An answer to be recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerInput {
    /// `agreed` or `refused`.
    #[serde(default, deserialize_with = "blank")]
    pub decision: Option<CandidateState>,
    /// How much the seeker may know, where they agreed.
    #[serde(default, deserialize_with = "blank")]
    pub share: Option<Share>,
    /// What the seeker is told, in their words; needed unless only that they are alive.
    #[serde(default)]
    pub words: String,
    /// In which words they were asked.
    #[serde(default)]
    pub wording: String,
    /// Who decided with or for a child.
    #[serde(default)]
    pub guardian: String,
    /// When; today without it.
    #[serde(default, deserialize_with = "blank")]
    pub answered_on: Option<Day>,
}

impl AnswerInput {
    /// Whether it can be recorded: the state it leads to and the answer to keep.
    ///
    /// # Errors
    /// The fields to correct, or what may not follow on how it stands.
    pub fn check(
        &self,
        before: CandidateState,
        may_be_child: bool,
        today: Day,
    ) -> Result<(CandidateState, Answer), Error> {
        let mut check = Check::default();
        let next = self.decision.filter(|next| next.is_answer());
        let agreed = next == Some(CandidateState::Agreed);
        check.that(next.is_some(), "decision", "invalid-choice");
        check.that(!agreed || self.share.is_some(), "share", "invalid-choice");
        let only_alive = self.share == Some(Share::Alive);
        check.that(!agreed || only_alive || !self.words.trim().is_empty(), "words", "invalid-required");
        check.short(&self.words, LONGEST_TEXT, "words");
        check.that(!agreed || !self.wording.trim().is_empty(), "wording", "invalid-required");
        check.short(&self.wording, LONGEST_TEXT, "wording");
        check.that(!(agreed && may_be_child && self.guardian.trim().is_empty()), "guardian", "invalid-guardian");
        check.short(&self.guardian, LONGEST_NAME, "guardian");
        check.that(self.answered_on.is_none_or(|day| day <= today), "answered_on", "invalid-future");
        check.done()?;
        let next = next.filter(|next| before.may_become(*next)).ok_or(Error::Refused("refused-candidate"))?;
        let kept = |text: &str| if agreed { text.trim().to_owned() } else { String::new() };
        let answer = Answer {
            share: self.share.filter(|_| agreed),
            words: kept(&self.words),
            wording: self.wording.trim().to_owned(),
            guardian: self.guardian.trim().to_owned(),
            answered_on: Some(self.answered_on.unwrap_or(today)),
        };
        Ok((next, answer))
    }
}

/// What the worker of someone who may have been found has to ask them: no more of the seeker than
/// the seeker lets be told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Question {
    /// Id.
    pub id: CandidateId,
    /// Who is to be asked.
    pub person: PersonSummary,
    /// Whether they may be under 18.
    pub may_be_child: bool,
    /// What the seeker is to them (`relations`).
    pub relation: String,
    /// The seeker's name, where it may be told.
    pub seeker: Option<String>,
    /// What may be told or read to them.
    pub message: String,
    /// `asked`, `agreed` or `refused`.
    pub state: CandidateState,
    /// Since when they are to be asked.
    pub asked_at: Moment,
    /// What they answered.
    pub answer: Option<Answer>,
    /// Changes with each answer.
    pub version: i64,
    /// Whether the family still looks.
    #[serde(skip)]
    pub is_open: bool,
}

/// Questions to people who may have been found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Questions {
    /// Those without an answer first, then the last asked first.
    pub items: Vec<Question>,
    /// Send this as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// Which questions are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct QuestionOptions {
    /// Also those that were answered.
    #[serde(deserialize_with = "blank")]
    pub answered: Option<bool>,
    /// Where the last page ended.
    #[serde(deserialize_with = "blank")]
    pub after: Option<String>,
    /// Questions on a page, 1 to 200; 50 without it.
    #[serde(deserialize_with = "blank")]
    pub limit: Option<i64>,
}

/// Family tracing as it concerns one person.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct PersonTracing {
    /// Whom they look for.
    pub requests: Vec<TracingRequest>,
    /// What they are to be asked, or were.
    pub questions: Vec<Question>,
}

impl PersonTracing {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.questions.is_empty()
    }
}

/// What of family tracing waits for a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TracingWaiting {
    /// Candidates without a decision, for those who decide; no more than a thousand are looked at.
    pub candidates: i64,
    /// People to be asked whether they want to be found.
    pub questions: i64,
    /// Requests of this user's people of whom someone was found who wants to be.
    pub located: i64,
}

impl TracingWaiting {
    /// Whether anything waits.
    pub fn is_anything(&self) -> bool {
        *self != TracingWaiting::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::people::BirthKind;

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
    }

    #[test]
    fn nobody_is_asked_before_a_human_confirmed_and_nothing_is_told_before_an_answer() {
        use CandidateState::*;
        let from = |next: CandidateState| -> Vec<CandidateState> {
            CandidateState::ALL.iter().copied().filter(|before| before.may_become(next)).collect()
        };
        assert_eq!(from(Asked), [Confirmed, Refused]);
        assert_eq!(from(Agreed), [Asked, Refused]);
        assert_eq!(from(Refused), [Asked, Agreed]);
        assert_eq!(from(Proposed), []);
        for state in CandidateState::ALL.iter().copied() {
            assert!(!state.may_become(state), "{state}");
        }
    }

    #[test]
    fn children_come_first_then_women_then_the_vulnerable() {
        let person = |sex: Sex, age: i64| PersonInput {
            sex,
            birth: Birth { kind: BirthKind::Age, age: Some(age), age_on: Some(today()), ..Birth::default() },
            ..PersonInput::default()
        };
        let order = |seeker: PersonInput, sought: PersonInput, vulnerability: i64| {
            let request = TracingInput { sex: sought.sex, birth: sought.birth, ..TracingInput::default() };
            urgency(&request, &seeker, vulnerability, today())
        };
        let man = || person(Sex::Male, 40);
        let boy_sought = order(man(), person(Sex::Male, 9), 0);
        let boy_seeking = order(person(Sex::Male, 15), man(), 0);
        let woman = order(man(), person(Sex::Female, 30), 99);
        let men = [order(man(), man(), 99), order(man(), man(), 3)];
        assert!(boy_sought > woman && boy_seeking > woman && woman > men[0] && men[0] > men[1]);
        assert!(is_about_child(boy_sought) && is_about_child(boy_seeking) && !is_about_child(woman));
    }

    #[test]
    fn what_is_missing_is_named() {
        let Err(Error::Invalid(fields)) = TracingInput::default().check(today()) else { panic!("accepted") };
        let named: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(named, ["relation", "names[0].given", "wording"]);
    }

    #[test]
    fn a_refusal_keeps_nothing_for_the_seeker() {
        let input = AnswerInput {
            decision: Some(CandidateState::Refused),
            share: Some(Share::Contact),
            words: "I live at the river".into(),
            wording: "Someone looks for you".into(),
            guardian: String::new(),
            answered_on: None,
        };
        let (state, answer) = input.check(CandidateState::Asked, false, today()).unwrap();
        assert_eq!((state, answer.share, answer.words.as_str()), (CandidateState::Refused, None, ""));
        let agreed = AnswerInput { decision: Some(CandidateState::Agreed), ..input.clone() };
        assert!(agreed.check(CandidateState::Asked, true, today()).is_err(), "a child without a guardian");
        assert!(agreed.check(CandidateState::Confirmed, false, today()).is_err(), "nobody asked");
        let silent = AnswerInput { words: String::new(), ..agreed };
        assert!(silent.check(CandidateState::Asked, false, today()).is_err());
        let alive = AnswerInput { share: Some(Share::Alive), ..silent };
        assert!(alive.check(CandidateState::Asked, false, today()).is_ok());
    }
}
