//! Releases: types and rules.

use serde::{Deserialize, Serialize};

use crate::access::Sensitivity;
use crate::codes;
use crate::dates::{Day, Moment};
use crate::error::{Check, Error};
use crate::ids::{ReleaseId, UserId};
use crate::statistics::{Dimension, Indicator, IndicatorId, Period, Unit};
use crate::ui::Language;

/// Most tables in one release.
pub const MOST_TABLES: usize = 6;
/// Most dimensions of one table: beyond, hardly a cell holds more than a few people.
pub const MOST_DIMENSIONS: usize = 3;
/// The threshold offered first: what the European Statistical System and most services of health publish from.
pub const USUAL_THRESHOLD: u64 = 10;
/// The lowest threshold that is taken: below, a reader who is one of two knows the other.
const LEAST_THRESHOLD: u64 = 3;
/// The bases that figures may be rounded to.
pub const ROUNDINGS: [u64; 3] = [3, 5, 10];
/// The largest ε of one release. Above, a membership attack may succeed nine times in ten.
pub const LARGEST_EPSILON: f64 = 2.0;
/// The smallest ε of one release. Below, the noise of a release is larger than what most houses count.
pub const SMALLEST_EPSILON: f64 = 0.05;

codes! {
    /// How far a release is.
    "release-state" ReleaseState {
        /// Being prepared.
        Draft = "draft",
        /// Counted, protected and frozen; waits for a second person.
        Submitted = "submitted",
        /// Sent back to whoever prepared it.
        Returned = "returned",
        /// On the public page.
        Published = "published",
        /// Was on the public page.
        Withdrawn = "withdrawn",
    }
}

/// What can be done to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What it holds is changed.
    Change,
    /// It is counted, protected and given to a second person.
    Submit,
    /// The second person puts it on the public page.
    Publish,
    /// The second person sends it back.
    Return,
    /// It is taken from the public page.
    Withdraw,
    /// It is thrown away.
    Discard,
}

/// A step that a release in this state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a release that is {state} allows no such step: {step:?}")]
pub struct IllegalStep {
    /// How far the release is.
    pub state: ReleaseState,
    /// What was asked for.
    pub step: Step,
}

impl From<IllegalStep> for Error {
    fn from(illegal: IllegalStep) -> Error {
        Error::Refused(match illegal.step {
            Step::Change | Step::Submit | Step::Discard => "refused-release-not-open",
            Step::Publish | Step::Return => "refused-release-not-submitted",
            Step::Withdraw => "refused-release-not-published",
        })
    }
}

impl ReleaseState {
    /// The state after a step; a discarded release has none.
    ///
    /// # Errors
    /// The state does not allow the step.
    pub fn after(self, step: Step) -> Result<Option<ReleaseState>, IllegalStep> {
        use ReleaseState::{Draft, Published, Returned, Submitted, Withdrawn};
        Ok(Some(match (self, step) {
            (Draft | Returned, Step::Change) => self,
            (Draft | Returned, Step::Submit) => Submitted,
            (Draft | Returned, Step::Discard) => return Ok(None),
            (Submitted, Step::Publish) => Published,
            (Submitted, Step::Return) => Returned,
            (Published, Step::Withdraw) => Withdrawn,
            (state, step) => return Err(IllegalStep { state, step }),
        }))
    }

    /// Whether the public sees it, or sees that it was there.
    pub fn is_public(self) -> bool {
        matches!(self, ReleaseState::Published | ReleaseState::Withdrawn)
    }

    /// Whether whoever prepares it may still change it.
    pub fn is_open(self) -> bool {
        matches!(self, ReleaseState::Draft | ReleaseState::Returned)
    }
}

codes! {
    /// How a release is protected.
    "release-method" Method {
        /// Small cells are left out, and as many others as it takes that none can be worked out.
        Suppression = "suppression",
        /// Noise is added to every cell: differential privacy, spent from the budget.
        Noise = "noise",
        /// Records of people who do not exist, drawn from noisy figures: differential privacy, spent from the budget.
        Records = "records",
    }
}

codes! {
    /// What others may do with what was published.
    "licence" Licence {
        /// Anything, naming the source.
        By = "cc-by",
        /// Anything, naming the source, under the same licence.
        BySa = "cc-by-sa",
        /// Anything.
        Zero = "cc0",
    }
}

impl Licence {
    /// Where its text stands.
    pub fn address(self) -> &'static str {
        match self {
            Licence::By => "https://creativecommons.org/licenses/by/4.0/",
            Licence::BySa => "https://creativecommons.org/licenses/by-sa/4.0/",
            Licence::Zero => "https://creativecommons.org/publicdomain/zero/1.0/",
        }
    }

    /// What it is called in every language.
    pub fn name(self) -> &'static str {
        match self {
            Licence::By => "CC BY 4.0",
            Licence::BySa => "CC BY-SA 4.0",
            Licence::Zero => "CC0 1.0",
        }
    }
}

/// Whether an indicator may be released: it counts people. Ten cases or actions may be one person's, so that no
/// threshold and no noise made for people would protect them.
pub fn may_be_released(indicator: &Indicator) -> bool {
    indicator.unit == Unit::People
}

/// Whether a release may be broken down by a dimension. After closure someone is asked several times, each time out of
/// others, so that no total would hold them together.
pub fn may_break_down(dimension: Dimension) -> bool {
    dimension != Dimension::After
}

/// Whether the values of a dimension are too many to name all: those of few people are told together.
pub fn is_open(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Nationality | Dimension::Route)
}

/// Fewest columns of synthetic records: of one, a table tells the same with less noise.
const LEAST_COLUMNS: usize = 2;

/// Whether synthetic records may have a dimension as a column: what is known of a person, or was done for them.
pub fn may_be_a_column(dimension: Dimension) -> bool {
    !matches!(dimension, Dimension::After | Dimension::Provider)
}

/// How a release is to be protected.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, utoipa::ToSchema)]
pub struct ProtectionInput {
    /// The method.
    pub method: Method,
    /// With suppression: counts of people below it are left out, 3 to 100.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub threshold: Option<u64>,
    /// With suppression: what figures are rounded to, 3, 5 or 10; exact where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub rounding: Option<u64>,
    /// With noise, and of synthetic records: how much of the budget it takes, 0.05 to 2.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub epsilon: Option<f64>,
}

impl Default for ProtectionInput {
    fn default() -> ProtectionInput {
        ProtectionInput {
            method: Method::Suppression,
            threshold: Some(USUAL_THRESHOLD),
            rounding: Some(5),
            epsilon: Some(0.5),
        }
    }
}

/// One table of a release.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct TableInput {
    /// What is counted: an indicator of people.
    pub indicator: IndicatorId,
    /// What it is broken down by; a table of the total alone has none.
    #[serde(default)]
    pub by: Vec<Dimension>,
}

/// A title in one language.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Title {
    /// The language.
    pub language: Language,
    /// The title in it.
    #[serde(default)]
    pub text: String,
}

/// What a release is to hold.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, utoipa::ToSchema)]
pub struct ReleaseInput {
    /// Its title; the first one stands where a reader's language has none.
    #[serde(default)]
    pub titles: Vec<Title>,
    /// Its tables; none of synthetic records.
    #[serde(default)]
    pub tables: Vec<TableInput>,
    /// What synthetic records tell of each of the people reached; nothing with the other methods.
    #[serde(default)]
    pub columns: Vec<Dimension>,
    /// First day of the period.
    pub from: Day,
    /// Last day of the period.
    pub to: Day,
    /// How it is protected.
    #[serde(default)]
    pub protection: ProtectionInput,
    /// What others may do with it.
    pub licence: Licence,
}

impl ReleaseInput {
    /// Without what was left empty, ready to be checked and kept.
    pub fn tidy(mut self) -> ReleaseInput {
        self.titles.retain_mut(|title| {
            title.text = title.text.trim().to_owned();
            !title.text.is_empty()
        });
        match self.protection.method {
            Method::Suppression => self.protection.epsilon = None,
            Method::Noise | Method::Records => (self.protection.threshold, self.protection.rounding) = (None, None),
        }
        match self.protection.method {
            Method::Records => self.tables.clear(),
            Method::Suppression | Method::Noise => self.columns.clear(),
        }
        self
    }

    /// Whether it can be kept.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        check.that(!self.titles.is_empty(), "titles", "invalid-release-title");
        for title in &self.titles {
            check.short(&title.text, 200, "titles");
        }
        let mut languages: Vec<Language> = self.titles.iter().map(|title| title.language).collect();
        languages.sort_unstable();
        languages.dedup();
        check.that(languages.len() == self.titles.len(), "titles", "invalid-release-title-twice");
        match self.protection.method {
            Method::Records => self.check_columns(&mut check),
            Method::Suppression | Method::Noise => {
                check.that(!self.tables.is_empty(), "tables", "invalid-release-tables");
            }
        }
        check.that(self.tables.len() <= MOST_TABLES, "tables", "invalid-release-too-many-tables");
        for (number, table) in self.tables.iter().enumerate() {
            self.check_table(&mut check, number, table);
        }
        check.that(self.from <= self.to, "to", "invalid-release-period");
        check.that(self.to <= today, "to", "invalid-release-period-open");
        self.check_protection(&mut check);
        check.done()
    }

    fn check_table(&self, check: &mut Check, number: usize, table: &TableInput) {
        let field = format!("tables[{number}]");
        let Some(indicator) = Indicator::of(table.indicator).filter(|it| may_be_released(it)) else {
            return check.that(false, format!("{field}.indicator"), "invalid-release-unit");
        };
        let by = format!("{field}.by");
        let delicate = [indicator.sensitivity].into_iter().chain(table.by.iter().map(|it| it.sensitivity()));
        let is_delicate = delicate.into_iter().any(|it| matches!(it, Sensitivity::Medical | Sensitivity::Trafficking));
        let low = self.protection.threshold.is_some_and(|threshold| threshold < USUAL_THRESHOLD);
        check.that(!(is_delicate && low), "protection.threshold", "invalid-release-delicate");
        let overlapping = table.by.iter().filter(|it| it.overlaps()).count();
        check.that(overlapping <= 1, by.as_str(), "invalid-release-overlapping");
        let open = self.protection.method == Method::Noise && table.by.iter().any(|it| is_open(*it));
        check.that(!open, by.as_str(), "invalid-release-open-dimension");
        check.that(table.by.len() <= MOST_DIMENSIONS, by.as_str(), "invalid-release-dimensions");
        let fits = |it: &Dimension| may_break_down(*it) && indicator.dimensions.contains(it);
        check.that(table.by.iter().all(fits), by.as_str(), "invalid-release-by");
        let twice = (1..table.by.len()).any(|at| table.by[..at].contains(&table.by[at]));
        check.that(!twice && !self.tables[..number].contains(table), by, "invalid-release-twice");
    }

    fn check_columns(&self, check: &mut Check) {
        check.that(self.columns.len() >= LEAST_COLUMNS, "columns", "invalid-release-columns");
        check.that(self.columns.iter().all(|it| may_be_a_column(*it)), "columns", "invalid-choice");
        let twice = (1..self.columns.len()).any(|at| self.columns[..at].contains(&self.columns[at]));
        check.that(!twice, "columns", "invalid-release-twice");
    }

    fn check_protection(&self, check: &mut Check) {
        let ProtectionInput { method, threshold, rounding, epsilon } = self.protection;
        match method {
            Method::Suppression => {
                let fits = threshold.is_some_and(|threshold| (LEAST_THRESHOLD..=100).contains(&threshold));
                check.that(fits, "protection.threshold", "invalid-release-threshold");
                let fits = rounding.is_none_or(|base| ROUNDINGS.contains(&base));
                check.that(fits, "protection.rounding", "invalid-choice");
            }
            Method::Noise | Method::Records => {
                let fits = epsilon.is_some_and(|epsilon| (SMALLEST_EPSILON..=LARGEST_EPSILON).contains(&epsilon));
                check.that(fits, "protection.epsilon", "invalid-release-epsilon");
            }
        }
    }

    /// What is counted, each once. Synthetic records are of the people reached.
    pub fn indicators(&self) -> Vec<IndicatorId> {
        if self.protection.method == Method::Records {
            return vec![IndicatorId::PeopleReached];
        }
        let mut indicators: Vec<IndicatorId> = Vec::new();
        for table in &self.tables {
            if !indicators.contains(&table.indicator) {
                indicators.push(table.indicator);
            }
        }
        indicators
    }

    /// The period counted.
    pub fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }

    /// The title in a language, or the first one.
    pub fn title(&self, language: &Language) -> &str {
        let own = self.titles.iter().find(|title| title.language == *language);
        own.or(self.titles.first()).map_or("", |title| title.text.as_str())
    }
}

/// A release.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// How far it is.
    pub state: ReleaseState,
    /// What it holds.
    #[serde(flatten)]
    pub input: ReleaseInput,
    /// Who prepared it.
    pub prepared_by: UserId,
    /// Their name.
    pub prepared_by_name: String,
    /// When it was counted, protected and submitted.
    pub submitted_at: Option<Moment>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// Their name.
    pub decided_by_name: Option<String>,
    /// When they decided.
    pub decided_at: Option<Moment>,
    /// Why it was sent back or withdrawn.
    pub reason: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Moment>,
    /// Version of the record.
    pub version: i64,
}

/// Why a release is sent back or withdrawn.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// In words; those of a withdrawal are read by the public.
    #[serde(default)]
    pub reason: String,
}

impl Reason {
    /// Whether it is there.
    ///
    /// # Errors
    /// The field to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.reason, 500, "reason");
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    const STEPS: [Step; 6] = [Step::Change, Step::Submit, Step::Publish, Step::Return, Step::Withdraw, Step::Discard];

    #[test]
    fn only_what_was_submitted_is_published_and_only_what_was_published_withdrawn() {
        for state in ReleaseState::ALL {
            let may = |step| state.after(step).is_ok();
            assert_eq!(may(Step::Publish), *state == ReleaseState::Submitted, "{state}");
            assert_eq!(may(Step::Return), *state == ReleaseState::Submitted, "{state}");
            assert_eq!(may(Step::Withdraw), *state == ReleaseState::Published, "{state}");
            assert_eq!(may(Step::Change), state.is_open(), "{state}");
        }
    }

    #[test]
    fn what_was_public_never_becomes_a_draft_again() {
        let mut reached = vec![ReleaseState::Published];
        while let Some(state) = reached.pop() {
            assert!(state.is_public(), "{state}");
            reached.extend(STEPS.iter().filter_map(|step| state.after(*step).ok().flatten()));
        }
    }

    #[test]
    fn an_illegal_step_says_what_the_release_would_have_to_be() {
        let illegal = ReleaseState::Draft.after(Step::Publish).unwrap_err();
        assert_eq!(illegal, IllegalStep { state: ReleaseState::Draft, step: Step::Publish });
        assert!(matches!(Error::from(illegal), Error::Refused("refused-release-not-submitted")));
    }
}
