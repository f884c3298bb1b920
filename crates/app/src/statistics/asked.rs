//! What an address asks of figures.

use serde::Deserialize;

use super::model::{Dimension, IndicatorId, Period, Question};
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::web::blank;

/// The period of someone who chose days of their own.
pub(super) const DAYS: &str = "days";

/// Over which days, and by what.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// `2026`, `2026-Q4`, `2026-11` or `2026-11-01/2026-11-24`; without it this year.
    #[serde(default, deserialize_with = "blank")]
    pub(super) period: Option<String>,
    /// The first day, with `to` in place of `period` or beside `days`.
    #[serde(default, deserialize_with = "blank")]
    pub(super) from: Option<Day>,
    /// The last day.
    #[serde(default, deserialize_with = "blank")]
    pub(super) to: Option<Day>,
    /// By what figures are told apart: dimensions with commas between, at most four.
    #[serde(default, deserialize_with = "blank")]
    pub(super) by: Option<String>,
    /// One more dimension, as a page's second choice.
    #[serde(default, deserialize_with = "blank")]
    pub(super) and: Option<String>,
}

/// Only units with these values: a code of the dimension, or `unknown` or `none`.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Only {
    /// `female`, `male`, `other`.
    #[serde(default, deserialize_with = "blank")]
    sex: Option<String>,
    /// An age band, such as `12-17`.
    #[serde(default, deserialize_with = "blank")]
    age: Option<String>,
    /// `yes` or `no`.
    #[serde(default, deserialize_with = "blank")]
    disability: Option<String>,
    /// A legal status.
    #[serde(default, deserialize_with = "blank")]
    status: Option<String>,
    /// A country.
    #[serde(default, deserialize_with = "blank")]
    nationality: Option<String>,
    /// Two countries with a dash between.
    #[serde(default, deserialize_with = "blank")]
    route: Option<String>,
    /// `protect` or `empower`.
    #[serde(default, deserialize_with = "blank")]
    front: Option<String>,
    /// A dimension of human security.
    #[serde(default, deserialize_with = "blank")]
    security: Option<String>,
    /// A specific need.
    #[serde(default, deserialize_with = "blank")]
    need: Option<String>,
    /// A form of exploitation.
    #[serde(default, deserialize_with = "blank")]
    exploitation: Option<String>,
    /// A kind of provider.
    #[serde(default, deserialize_with = "blank")]
    provider: Option<String>,
    /// How long after closure.
    #[serde(default, deserialize_with = "blank")]
    after: Option<String>,
}

impl Only {
    /// The value asked for of a dimension.
    pub(super) fn of(&self, dimension: Dimension) -> Option<&str> {
        let value = match dimension {
            Dimension::Sex => &self.sex,
            Dimension::Age => &self.age,
            Dimension::Disability => &self.disability,
            Dimension::Status => &self.status,
            Dimension::Nationality => &self.nationality,
            Dimension::Route => &self.route,
            Dimension::Front => &self.front,
            Dimension::Security => &self.security,
            Dimension::Need => &self.need,
            Dimension::Exploitation => &self.exploitation,
            Dimension::Provider => &self.provider,
            Dimension::After => &self.after,
        };
        value.as_deref()
    }

    /// What of it is about these dimensions.
    pub(super) fn narrowed(&self, offered: &[Dimension]) -> Only {
        let of = |dimension: Dimension| self.of(dimension).filter(|_| offered.contains(&dimension)).map(str::to_owned);
        Only {
            sex: of(Dimension::Sex),
            age: of(Dimension::Age),
            disability: of(Dimension::Disability),
            status: of(Dimension::Status),
            nationality: of(Dimension::Nationality),
            ..Only::default()
        }
    }

    /// All that is asked for.
    pub(super) fn pairs(&self) -> Vec<(Dimension, String)> {
        let asked = Dimension::ALL.iter().filter_map(|dimension| Some((*dimension, self.of(*dimension)?.to_owned())));
        asked.collect()
    }
}

impl Asked {
    /// The period.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn period(&self, today: Day) -> Result<Period, Error> {
        match (self.period.as_deref(), self.from, self.to) {
            (Some(period), ..) if period != DAYS => {
                period.parse().map_err(|_| Error::field("period", "invalid-period"))
            }
            (_, Some(from), Some(to)) if from <= to => Ok(Period { from, to }),
            (_, Some(_), Some(_)) => Err(Error::field("to", "invalid-order")),
            (_, Some(_), None) => Err(Error::field("to", "invalid-date")),
            (Some(_), None, _) | (None, None, Some(_)) => Err(Error::field("from", "invalid-date")),
            (None, None, None) => Ok(Period::year(today)),
        }
    }

    /// The dimensions, in the order asked for.
    ///
    /// # Errors
    /// One that does not exist.
    pub(super) fn by(&self) -> Result<Vec<Dimension>, Error> {
        let named = self.by.iter().chain(&self.and).flat_map(|by| by.split(',')).map(str::trim);
        let read = |code: &str| Dimension::from_code(code).ok_or_else(|| Error::field("by", "invalid-choice"));
        let mut by = Vec::new();
        for dimension in named.filter(|code| !code.is_empty()).map(read) {
            let dimension = dimension?;
            if !by.contains(&dimension) {
                by.push(dimension);
            }
        }
        Ok(by)
    }

    /// All of the question.
    ///
    /// # Errors
    /// The fields that cannot be read.
    pub(super) fn question(&self, only: &Only, indicator: &str, today: Day) -> Result<Question, Error> {
        let indicator = IndicatorId::from_code(indicator).ok_or(Error::NotFound)?;
        Ok(Question { indicator, period: self.period(today)?, by: self.by()?, only: only.pairs() })
    }
}
