//! What is counted, over which days, and how it is told apart.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Sensitivity;
use crate::code::Code;
use crate::codes;
use crate::dates::Day;
use crate::ui::Language;

codes! {
    /// What is counted; each is defined in `reference/indicators.toml`.
    "indicator" IndicatorId {
        /// People with whom or for whom something was done.
        PeopleReached = "people_reached",
        /// People whose first case was opened.
        NewPeople = "new_people",
        /// Refugees, asylum seekers and others in need of international protection among the people reached.
        ProtectionSeekers = "protection_seekers",
        /// People screened in whom a specific need was found.
        NeedsFound = "needs_found",
        /// Cases whose first service came within thirty days of opening.
        FirstService = "first_service",
        /// Actions by providers that were done.
        ProviderActions = "provider_actions",
        /// Closed cases whose goals were met.
        GoalsMet = "goals_met",
        /// People whose case is about trafficking.
        Trafficking = "trafficking",
        /// People asked after closure who were reached.
        OutcomesReached = "outcomes_reached",
        /// Of those who answered, for whom life is better than at closure.
        OutcomesBetter = "outcomes_better",
        /// Of those who answered, who feel safe.
        OutcomesSafe = "outcomes_safe",
        /// Of those who answered, whose legal status is secure.
        OutcomesLegal = "outcomes_legal",
    }
}

codes! {
    /// What one is in an indicator.
    "unit" Unit {
        /// A person, counted once however often they were helped.
        People = "people",
        /// A case.
        Cases = "cases",
        /// An action of a plan.
        Actions = "actions",
    }
}

codes! {
    /// By what figures are told apart.
    "by" Dimension {
        /// Sex.
        Sex = "sex",
        /// Age band on the last day of the period.
        Age = "age",
        /// Whether the Washington Group's questions found a disability.
        Disability = "disability",
        /// Legal status at the last place of the journey that has one.
        Status = "status",
        /// First nationality.
        Nationality = "nationality",
        /// From the country of origin to that of destination.
        Route = "route",
        /// The front of the goal that was served.
        Front = "front",
        /// The dimension of human security of the goal that was served.
        Security = "security",
        /// The specific need found.
        Need = "need",
        /// The form of exploitation that answers point to.
        Exploitation = "exploitation",
        /// The kind of provider.
        Provider = "provider",
        /// How long after closure.
        After = "after",
    }
}

codes! {
    /// The form of exploitation that an answer to the indicators of trafficking points to.
    "exploitation" Exploitation {
        /// Forced or bonded work.
        Labour = "labour",
        /// Sex for the profit of others.
        Sexual = "sexual",
        /// Begging, theft, carrying drugs for others.
        Criminal = "criminal",
        /// Sold, given or married to someone who decides over them.
        Servitude = "servitude",
    }
}

/// The most months that a line over time shows.
const MOST_STEPS: i64 = 36;

/// What stands in a cell where nothing is known.
pub const UNKNOWN: &str = "unknown";
/// What stands in a cell of someone to whom nothing of a dimension applies.
pub const NONE: &str = "none";

impl Dimension {
    /// How delicate it is to know it of someone.
    pub fn sensitivity(self) -> Sensitivity {
        match self {
            Dimension::Disability => Sensitivity::Medical,
            Dimension::Exploitation => Sensitivity::Trafficking,
            _ => Sensitivity::Case,
        }
    }

    /// Whether one unit may have several of its values, so that its cells add up to more than the total.
    pub fn overlaps(self) -> bool {
        matches!(self, Dimension::Front | Dimension::Security | Dimension::Need | Dimension::Exploitation)
    }
}

/// Words in every language, by its code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Text(BTreeMap<String, String>);

impl Text {
    /// The words in a language; the English ones where it has none.
    pub fn said(&self, language: &Language) -> &str {
        self.0.get(language.code()).or_else(|| self.0.get(Language::En.code())).map_or("", String::as_str)
    }

    /// Whether there are words in every language.
    pub fn is_whole(&self) -> bool {
        Language::ALL.iter().all(|language| self.0.get(language.code()).is_some_and(|words| !words.trim().is_empty()))
    }
}

/// What an indicator means: a row of `reference/indicators.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Which.
    pub id: IndicatorId,
    /// What one is.
    pub unit: Unit,
    /// How delicate the whole of it is.
    pub sensitivity: Sensitivity,
    /// By what it may be told apart, in the order in which it is offered.
    pub dimensions: Vec<Dimension>,
    /// Whether days are counted too: then their median is told.
    #[serde(default)]
    pub days: bool,
    /// The indicator of the Sustainable Development Goals to which it gives figures of this organisation.
    #[serde(default)]
    pub sdg: Option<String>,
    /// Its name.
    pub name: Text,
    /// What is counted.
    pub numerator: Text,
    /// Out of what; nothing where it is a number alone.
    #[serde(default)]
    pub denominator: Option<Text>,
    /// What it does not say.
    pub limits: Text,
    /// Where the definition comes from.
    pub source: String,
}

#[derive(Deserialize)]
struct Definitions {
    indicator: Vec<Indicator>,
}

static INDICATORS: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    let text = include_str!("../../../../reference/indicators.toml");
    let read: Result<Definitions, _> = toml::from_str(text);
    read.map(|definitions| definitions.indicator).unwrap_or_else(|error| {
        tracing::error!(%error, "reference/indicators.toml has errors");
        Vec::new()
    })
});

impl Indicator {
    /// All of them, in the order shown.
    pub fn all() -> &'static [Indicator] {
        &INDICATORS
    }

    /// The definition of one. A test sees to it that every one has a definition.
    pub fn of(id: IndicatorId) -> Option<&'static Indicator> {
        INDICATORS.iter().find(|indicator| indicator.id == id)
    }
}

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

codes! {
    /// How long a stretch of the calendar is.
    "span" Span {
        /// A calendar month.
        Month = "month",
        /// Three months, from January, April, July or October on.
        Quarter = "quarter",
        /// A calendar year.
        Year = "year",
    }
}

impl Span {
    fn months(self) -> i64 {
        match self {
            Span::Month => 1,
            Span::Quarter => 3,
            Span::Year => 12,
        }
    }
}

impl Period {
    /// The stretch of the calendar in which a day lies.
    pub fn around(day: Day, span: Span) -> Period {
        let months = i64::from(day.0.month() - 1) % span.months();
        let from = Day(day.0.first_of_month()).plus_months(-months);
        Period { from, to: from.plus_months(span.months()).plus_days(-1) }
    }

    /// The calendar year in which a day lies.
    pub fn year(day: Day) -> Period {
        Period::around(day, Span::Year)
    }

    /// The quarter in which a day lies.
    pub fn quarter(day: Day) -> Period {
        Period::around(day, Span::Quarter)
    }

    /// The month in which a day lies.
    pub fn month(day: Day) -> Period {
        Period::around(day, Span::Month)
    }

    /// Whether a day lies in it.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether it is a whole stretch of the calendar.
    pub fn span(&self) -> Option<Span> {
        Span::ALL.iter().copied().find(|span| Period::around(self.from, *span) == *self)
    }

    /// The period just before, of the same length.
    pub fn before(&self) -> Period {
        let last = self.from.plus_days(-1);
        match self.span() {
            Some(span) => Period::around(last, span),
            None => Period { from: last.plus_days(-self.from.days_until(self.to)), to: last },
        }
    }

    /// The period just after, of the same length.
    pub fn next(&self) -> Period {
        let first = self.to.plus_days(1);
        match self.span() {
            Some(span) => Period::around(first, span),
            None => Period { from: first, to: first.plus_days(self.from.days_until(self.to)) },
        }
    }

    /// The steps of a line over time that ends with this period: its months where it is a year or days of choice, else
    /// the periods of the same length up to it, a year of months or two of quarters. None begins after `today`.
    pub fn steps(&self, today: Day) -> Vec<Period> {
        let (span, from) = match self.span() {
            Some(Span::Month) => (Span::Month, self.from.plus_months(-11)),
            Some(Span::Quarter) => (Span::Quarter, self.from.plus_months(-21)),
            _ => (Span::Month, self.from.max(self.to.plus_months(-MOST_STEPS + 1))),
        };
        let first = Period::around(from, span);
        let next = |step: &Period| Some(Period::around(step.to.plus_days(1), span));
        std::iter::successors(Some(first), next).take_while(|step| step.from <= self.to.min(today)).collect()
    }

    /// The same days a year earlier.
    pub fn a_year_ago(&self) -> Period {
        match self.span() {
            Some(span) => Period::around(self.from.plus_years(-1), span),
            None => Period { from: self.from.plus_years(-1), to: self.to.plus_years(-1) },
        }
    }
}

impl fmt::Display for Period {
    /// `2026`, `2026-Q4`, `2026-11`, or two days with a stroke between (ISO 8601; quarters as is usual).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.from.0.year(), self.from.0.month());
        match self.span() {
            Some(Span::Year) => write!(f, "{year:04}"),
            Some(Span::Quarter) => write!(f, "{year:04}-Q{}", (month + 2) / 3),
            Some(Span::Month) => write!(f, "{year:04}-{month:02}"),
            None => write!(f, "{}/{}", self.from, self.to),
        }
    }
}

/// A text that is no period.
#[derive(Debug, thiserror::Error)]
#[error("not a period: write it as 2026, 2026-Q4, 2026-11 or 2026-11-01/2026-11-24")]
pub struct NoPeriod;

impl FromStr for Period {
    type Err = NoPeriod;
    fn from_str(text: &str) -> Result<Period, NoPeriod> {
        let day = |text: &str| text.parse::<Day>().map_err(|_| NoPeriod);
        let text = text.trim();
        if let Some((from, to)) = text.split_once('/') {
            let (from, to) = (day(from)?, day(to)?);
            return if from <= to { Ok(Period { from, to }) } else { Err(NoPeriod) };
        }
        match text.split_once('-') {
            None => Ok(Period::year(day(&format!("{text}-01-01"))?)),
            Some((year, part)) => match part.strip_prefix('Q').map(str::parse::<u8>) {
                Some(Ok(quarter @ 1..=4)) => Ok(Period::quarter(day(&format!("{year}-{:02}-01", quarter * 3))?)),
                Some(_) => Err(NoPeriod),
                None => Ok(Period::month(day(&format!("{year}-{part}-01"))?)),
            },
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// What to count.
    pub indicator: IndicatorId,
    /// Over which days.
    pub period: Period,
    /// By what to tell it apart.
    pub by: Vec<Dimension>,
    /// Only units with these values.
    pub only: Vec<(Dimension, String)>,
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// By what it is told apart.
    pub by: Vec<Dimension>,
    /// One for each combination of values that occurs; of a single dimension whose values are few, for each of them.
    pub cells: Vec<Cell>,
    /// All of it, whoever it is about: where cells overlap, less than their sum.
    pub total: Cell,
    /// How many people something was done for in the period who are not counted, because they did not agree to be.
    pub left_out: u64,
}

/// One figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cell {
    /// A value for each dimension: its code, `unknown` or `none`; of a route both countries with a dash between.
    pub values: Vec<String>,
    /// How many.
    pub numerator: u64,
    /// Out of how many; none where it is a number alone.
    pub denominator: Option<u64>,
    /// The median of the days it took, of those that happened; a half is rounded up.
    pub median_days: Option<u64>,
}

impl Cell {
    /// In per cent, rounded; none without a denominator or of nobody.
    pub fn share(&self) -> Option<u64> {
        let all = self.denominator.filter(|all| *all > 0)?;
        Some((self.numerator * 200 + all) / (2 * all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn periods_follow_the_calendar() {
        let day: Day = "2026-08-31".parse().unwrap();
        assert_eq!(Period::month(day), period("2026-08-01", "2026-08-31"));
        assert_eq!(Period::quarter(day), period("2026-07-01", "2026-09-30"));
        assert_eq!(Period::year(day), period("2026-01-01", "2026-12-31"));
        assert_eq!(Period::month(day).before(), period("2026-07-01", "2026-07-31"));
        assert_eq!(Period::quarter(day).before(), period("2026-04-01", "2026-06-30"));
        assert_eq!(period("2026-02-01", "2026-02-28").a_year_ago(), period("2025-02-01", "2025-02-28"));
        assert_eq!(period("2025-02-01", "2025-02-28").a_year_ago(), period("2024-02-01", "2024-02-29"));
        assert_eq!(period("2026-03-02", "2026-03-11").before(), period("2026-02-20", "2026-03-01"));
        assert_eq!(period("2026-02-20", "2026-03-01").next(), period("2026-03-02", "2026-03-11"));
        assert_eq!(period("2026-10-01", "2026-12-31").next(), period("2027-01-01", "2027-03-31"));
    }

    #[test]
    fn a_period_is_written_as_it_is_read() {
        for text in ["2026", "2026-Q1", "2026-Q4", "2026-11", "2026-11-02/2026-11-24"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert_eq!("2026-11-01/2026-11-30".parse::<Period>().unwrap().to_string(), "2026-11");
        for text in ["", "26", "2026-Q5", "2026-13", "2026-Q", "2026-11-24/2026-11-01", "soon", "2026-11-24"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_over_time_ends_with_the_period_and_not_after_today() {
        let today: Day = "2026-11-24".parse().unwrap();
        let steps = |text: &str| -> Vec<String> {
            text.parse::<Period>().unwrap().steps(today).iter().map(Period::to_string).collect()
        };
        assert_eq!((steps("2026").len(), steps("2026")[10].as_str()), (11, "2026-11"));
        assert_eq!((steps("2025-Q4").len(), steps("2025-Q4")[0].as_str()), (8, "2024-Q1"));
        assert_eq!((steps("2026-03").len(), steps("2026-03")[0].as_str()), (12, "2025-04"));
        assert_eq!(steps("2026-01-15/2026-03-02"), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(steps("1900-01-01/2026-03-02").len(), 36);
    }

    #[test]
    fn every_indicator_is_defined_in_every_language() {
        for id in IndicatorId::ALL {
            let Some(indicator) = Indicator::of(*id) else { panic!("{id} is not defined") };
            let texts = [&indicator.name, &indicator.numerator, &indicator.limits];
            assert!(texts.into_iter().chain(&indicator.denominator).all(Text::is_whole), "{id}");
            assert!(!indicator.source.is_empty() && indicator.dimensions.contains(&Dimension::Sex), "{id}");
        }
        assert_eq!(Indicator::all().len(), IndicatorId::ALL.len());
    }

    #[test]
    fn a_share_is_rounded() {
        let share = |numerator, denominator| Cell { numerator, denominator, ..Cell::default() }.share();
        assert_eq!((share(1, Some(3)), share(2, Some(3)), share(1, Some(200))), (Some(33), Some(67), Some(1)));
        assert_eq!((share(0, Some(0)), share(4, None)), (None, None));
    }
}
