//! Agreements: types and rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::Shape;
use crate::code::Code;
use crate::codes;
use crate::dates::{Day, Moment};
use crate::error::{Check, Error};
use crate::ids::{AgreementId, UserId};
use crate::statistics::Period;
use crate::statistics::releases::{Licence, Method, ProtectionInput, ReleaseInput, TableInput, Title};
use crate::ui::Language;

/// The fewest organisations: two would learn each other's figures from the total.
pub const FEWEST_PARTIES: usize = disclosure::shares::FEWEST;
/// The most organisations: each seals a part for each other.
pub const MOST_PARTIES: usize = 50;
/// The most figures times organisations times organisations, so that a file stays small enough for bad lines.
const MOST_SEALED: usize = 400_000;

codes! {
    /// How far an agreement is in this house.
    "agreement-state" AgreementState {
        /// Waits for a second person of this house.
        Proposed = "proposed",
        /// This house has agreed; others are awaited.
        Agreed = "agreed",
        /// Every organisation has agreed.
        Joined = "joined",
        /// This house has given its part; others' are awaited.
        Given = "given",
        /// All parts are here and this house has given its subtotal; others' are awaited.
        Added = "added",
        /// The total is here.
        Complete = "complete",
        /// Ended before there was a total.
        Ended = "ended",
    }
}

/// What can be done with an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A second person agrees for this house.
    Agree,
    /// A file of the others is taken in.
    Take,
    /// This house counts, and gives its part.
    Give,
    /// It is ended.
    End,
}

/// A step that an agreement in this state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an agreement that is {state} allows no such step: {step:?}")]
pub struct IllegalStep {
    /// How far the agreement is.
    pub state: AgreementState,
    /// What was asked for.
    pub step: Step,
}

impl From<IllegalStep> for Error {
    fn from(illegal: IllegalStep) -> Error {
        Error::Refused(match (illegal.step, illegal.state) {
            (_, AgreementState::Ended) => "refused-regional-ended",
            (_, AgreementState::Complete) => "refused-regional-complete",
            (Step::Agree, _) => "refused-regional-agreed",
            (Step::Give, AgreementState::Proposed | AgreementState::Agreed) => "refused-regional-not-joined",
            (Step::Give, _) => "refused-regional-given",
            (Step::End | Step::Take, _) => "refused-regional-added",
        })
    }
}

impl AgreementState {
    /// Whether a step may be taken.
    ///
    /// # Errors
    /// It may not.
    pub fn allows(self, step: Step) -> Result<(), IllegalStep> {
        use AgreementState::{Added, Agreed, Given, Joined, Proposed};
        let allowed = match step {
            Step::Agree => self == Proposed,
            Step::Take => matches!(self, Proposed | Agreed | Joined | Given | Added),
            Step::Give => self == Joined,
            // Whoever gave its subtotal cannot take the total back from the others.
            Step::End => matches!(self, Proposed | Agreed | Joined | Given),
        };
        if allowed { Ok(()) } else { Err(IllegalStep { state: self, step }) }
    }

    /// Whether the others have something to get from this house.
    pub fn has_file(self) -> bool {
        self != AgreementState::Proposed
    }
}

/// What organisations agree to count together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgreementInput {
    /// What it is called.
    pub title: String,
    /// What the figures are for.
    pub purpose: String,
    /// The organisations, 3 to 50; the first is the one that proposes.
    #[serde(default)]
    pub parties: Vec<String>,
    /// What is counted: indicators of people, by dimensions whose values are known beforehand.
    #[serde(default)]
    pub tables: Vec<TableInput>,
    /// First day of the period.
    pub from: Day,
    /// Last day of the period, which has ended.
    pub to: Day,
    /// How much of its budget each organisation spends (ε), 0.05 to 2.
    pub epsilon: f64,
    /// By how many of the organisations one person may be counted: so many times wider is the noise.
    pub known_to: u64,
    /// Whom to ask, and how.
    pub contact: String,
    /// Until when everyone should have agreed.
    pub reply_by: Day,
    /// What others may do with the total, should it be published.
    pub licence: Licence,
}

impl AgreementInput {
    /// Without blanks, ready to be checked and kept. ε keeps two decimals, so that every house reads the same number.
    pub fn tidy(mut self) -> AgreementInput {
        for text in [&mut self.title, &mut self.purpose, &mut self.contact].into_iter().chain(&mut self.parties) {
            *text = text.trim().to_owned();
        }
        self.parties.retain(|name| !name.is_empty());
        self.epsilon = (self.epsilon * 100.0).round() / 100.0;
        self
    }

    /// Whether it can be proposed today.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        check.that(self.to < today, "to", "invalid-regional-period");
        check.that(self.reply_by >= today, "reply_by", "invalid-regional-reply-by");
        let dated = check.done();
        joined(self.check_lasting(), dated)
    }

    /// What holds on every day and in every house.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check_lasting(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.title, 200, "title");
        check.text(&self.purpose, 1000, "purpose");
        check.text(&self.contact, 200, "contact");
        let parties = self.parties.len();
        check.that((FEWEST_PARTIES..=MOST_PARTIES).contains(&parties), "parties", "invalid-regional-parties");
        for name in &self.parties {
            check.text(name, 200, "parties");
        }
        let mut names: Vec<String> = self.parties.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        check.that(names.len() == parties, "parties", "invalid-regional-twice");
        let known_to = usize::try_from(self.known_to).unwrap_or(usize::MAX);
        check.that((1..=parties).contains(&known_to), "known_to", "invalid-regional-known-to");
        let own = check.done();
        let release = match self.as_release().check(self.to) {
            Err(Error::Invalid(errors)) => Err(Error::Invalid(
                errors
                    .into_iter()
                    .map(|error| crate::error::FieldError { field: renamed(error.field), ..error })
                    .collect(),
            )),
            other => other,
        };
        joined(own, release)
    }

    /// The release with noise that a single house would make of it: the same rules hold.
    pub fn as_release(&self) -> ReleaseInput {
        ReleaseInput {
            titles: vec![Title { language: Language::En, text: self.title.clone() }],
            tables: self.tables.clone(),
            columns: Vec::new(),
            from: self.from,
            to: self.to,
            protection: ProtectionInput {
                method: Method::Noise,
                threshold: None,
                rounding: None,
                epsilon: Some(self.epsilon),
            },
            licence: self.licence,
        }
    }

    /// The period counted.
    pub fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }
}

/// A field of a release, as an agreement calls it.
fn renamed(field: String) -> String {
    match field.as_str() {
        "protection.epsilon" => "epsilon".to_owned(),
        "titles" => "title".to_owned(),
        _ => field,
    }
}

/// All fields to correct, each once.
fn joined(one: Result<(), Error>, other: Result<(), Error>) -> Result<(), Error> {
    match (one, other) {
        (Err(Error::Invalid(mut errors)), Err(Error::Invalid(more))) => {
            let new: Vec<_> =
                more.into_iter().filter(|new| errors.iter().all(|known| known.field != new.field)).collect();
            errors.extend(new);
            Err(Error::Invalid(errors))
        }
        (one, other) => one.and(other),
    }
}

/// What every organisation signs: what is counted, how its cells lie, and how it is protected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The agreement's id, the same in every house.
    pub id: AgreementId,
    /// What was proposed.
    pub input: AgreementInput,
    /// δ that goes with ε.
    pub delta: f64,
    /// The values of each table, which must be the same in every house.
    pub shapes: Vec<Shape>,
}

impl Terms {
    /// How many figures each house splits.
    pub fn cells(&self) -> usize {
        self.shapes.iter().map(Shape::cells).fold(0, usize::saturating_add)
    }

    /// How many organisations take part.
    pub fn parties(&self) -> usize {
        self.input.parties.len()
    }

    /// Whether the parts of all fit into a file.
    ///
    /// # Errors
    /// The field to correct.
    pub fn check_size(&self) -> Result<(), Error> {
        let sealed = self.cells().saturating_mul(self.parties()).saturating_mul(self.parties());
        let mut check = Check::default();
        let fits = self.shapes.len() == self.input.tables.len() && (1..=MOST_SEALED).contains(&sealed);
        check.that(fits, "tables", "invalid-regional-too-large");
        check.done()
    }
}

/// One organisation, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Whether it is this house.
    pub own: bool,
    /// Whether it has agreed.
    pub agreed: bool,
    /// Whether its part is here.
    pub part: bool,
    /// Whether its subtotal is here.
    pub subtotal: bool,
}

/// An agreement as this house has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agreement {
    /// Its id, the same in every house.
    pub id: AgreementId,
    /// How far it is.
    pub state: AgreementState,
    /// What was proposed.
    #[serde(flatten)]
    pub input: AgreementInput,
    /// δ that goes with ε.
    pub delta: f64,
    /// Which of the organisations this house is, from 0; nothing before it has agreed to what another proposed.
    pub party: Option<usize>,
    /// Who proposed it or took it in.
    pub prepared_by: UserId,
    /// Their name.
    pub prepared_by_name: String,
    /// The second person who agreed.
    pub agreed_by_name: Option<String>,
    /// Why it was ended.
    pub reason: String,
    /// When something last came of it.
    pub updated_at: Moment,
    /// Version of the record.
    pub version: i64,
}

/// For whom a second person agrees.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Which of the organisations this house is, from 0; not needed of what it proposed itself.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub party: Option<usize>,
}

/// That a part is given.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Giving {
    /// That the code of the agreement was compared with every other organisation, not over the way the files take.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub compared: Option<bool>,
}

/// What the history says of an agreement.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    pub agreement_state: AgreementState,
    pub titles: [&'a str; 1],
    pub parties: &'a [String],
    pub indicators: Vec<&'a str>,
    pub first_on: Day,
    pub last_on: Day,
    pub epsilon: f64,
    pub answers: usize,
    pub parts: usize,
    pub subtotals: usize,
}

impl<'a> Told<'a> {
    pub fn of(terms: &'a Terms, state: AgreementState, [answers, parts, subtotals]: [usize; 3]) -> Told<'a> {
        let input = &terms.input;
        Told {
            agreement_state: state,
            titles: [&input.title],
            parties: &input.parties,
            indicators: input.tables.iter().map(|table| table.indicator.code()).collect(),
            first_on: input.from,
            last_on: input.to,
            epsilon: input.epsilon,
            answers,
            parts,
            subtotals,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::statistics::{Dimension, IndicatorId};

    /// Three shelters count new people by sex.
    pub fn input() -> AgreementInput {
        AgreementInput {
            title: "People on the southern route".to_owned(),
            purpose: "To plan shelters".to_owned(),
            parties: ["Casa del Puente", "Albergue Norte", "Refugio Sur"].map(str::to_owned).to_vec(),
            tables: vec![TableInput { indicator: IndicatorId::NewPeople, by: vec![Dimension::Sex] }],
            from: "2025-01-01".parse().unwrap(),
            to: "2025-12-31".parse().unwrap(),
            epsilon: 1.0,
            known_to: 2,
            contact: "Daniela, by phone".to_owned(),
            reply_by: "2026-12-31".parse().unwrap(),
            licence: Licence::By,
        }
    }

    fn wrong(change: impl FnOnce(&mut AgreementInput)) -> Vec<(String, &'static str)> {
        let mut input = input();
        change(&mut input);
        match input.tidy().check("2026-11-24".parse().unwrap()) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| (error.field, error.error)).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn an_agreement_that_exposes_someone_or_never_ends_is_refused() {
        assert!(wrong(|_| {}).is_empty());
        let only = |field: &str, error: &'static str| vec![(field.to_owned(), error)];
        assert_eq!(wrong(|it| it.parties.truncate(2)), only("parties", "invalid-regional-parties"));
        assert_eq!(wrong(|it| it.parties[2] = "casa del puente".into()), only("parties", "invalid-regional-twice"));
        assert_eq!(wrong(|it| it.to = "2026-11-24".parse().unwrap()), only("to", "invalid-regional-period"));
        assert_eq!(wrong(|it| it.known_to = 4), only("known_to", "invalid-regional-known-to"));
        assert_eq!(wrong(|it| it.epsilon = 3.0), only("epsilon", "invalid-release-epsilon"));
        assert_eq!(
            wrong(|it| it.tables[0].by = vec![Dimension::Nationality]),
            only("tables[0].by", "invalid-release-open-dimension")
        );
        assert_eq!(
            wrong(|it| it.tables[0].indicator = IndicatorId::FirstService),
            only("tables[0].indicator", "invalid-release-unit")
        );
        let several = wrong(|it| {
            it.title.clear();
            it.reply_by = "2026-01-01".parse().unwrap();
        });
        assert_eq!(several.len(), 2, "{several:?}");
    }

    #[test]
    fn nothing_is_given_before_all_agreed_and_nothing_taken_back_after_the_subtotal() {
        for state in AgreementState::ALL {
            let may = |step| state.allows(step).is_ok();
            assert_eq!(may(Step::Give), *state == AgreementState::Joined, "{state}");
            assert_eq!(may(Step::Agree), *state == AgreementState::Proposed, "{state}");
            let is_over = matches!(state, AgreementState::Complete | AgreementState::Ended);
            assert_eq!(may(Step::Take), !is_over, "{state}");
            assert_eq!(may(Step::End), !is_over && *state != AgreementState::Added, "{state}");
        }
        let illegal = AgreementState::Ended.allows(Step::Take).unwrap_err();
        assert!(matches!(Error::from(illegal), Error::Refused("refused-regional-ended")));
    }
}
