//! Days and moments: the one place that knows how they are stored, sent and shown.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::db::{DbError, FromColumn, Row, Value};
use crate::ui::Language;

/// A calendar day, written `2026-11-24` (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub Date);

/// A moment in time, kept to the millisecond in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub Timestamp);

impl Day {
    /// The day now in a time zone such as `Asia/Amman`; UTC where the name is unknown.
    pub fn today(time_zone: &str) -> Day {
        Moment::now().day(time_zone)
    }

    /// The day a number of days later, or earlier where negative.
    pub fn plus_days(self, days: i64) -> Day {
        Day(self.0.saturating_add(days.days()))
    }

    /// The day a number of years later, or earlier where negative.
    pub fn plus_years(self, years: i64) -> Day {
        Day(self.0.saturating_add(years.years()))
    }

    /// The moment the day begins in a time zone.
    pub fn begins(self, time_zone: &str) -> Moment {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let midnight = self.0.to_datetime(jiff::civil::Time::midnight());
        Moment(zone.to_timestamp(midnight).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Days from this one until another; negative where the other is earlier.
    pub fn days_until(self, other: Day) -> i64 {
        i64::from(self.0.until(other.0).map(|span| span.get_days()).unwrap_or_default())
    }

    /// Whole years from this day to another: an age.
    pub fn years_until(self, other: Day) -> i64 {
        let years = i64::from(other.0.year()) - i64::from(self.0.year());
        let before_birthday = (other.0.month(), other.0.day()) < (self.0.month(), self.0.day());
        years - i64::from(before_birthday)
    }

    /// The day in the words of a language, such as «24 November 2026».
    pub fn in_words(self, language: Language) -> String {
        let month = language.t(MONTHS[usize::from(self.0.month().unsigned_abs() - 1)]);
        language
            .t("date-day")
            .replace("%d", &self.0.day().to_string())
            .replace("%m", month)
            .replace("%n", &self.0.month().to_string())
            .replace("%y", &self.0.year().to_string())
    }
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

impl Moment {
    /// Now, by this machine's clock.
    pub fn now() -> Moment {
        Moment::from_milliseconds(Timestamp::now().as_millisecond())
    }

    /// The moment a number of milliseconds after 1970 began, UTC.
    pub fn from_milliseconds(milliseconds: i64) -> Moment {
        Moment(Timestamp::from_millisecond(milliseconds).unwrap_or_default())
    }

    /// Milliseconds since 1970 began, UTC.
    pub fn milliseconds(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The moment a number of seconds later.
    pub fn plus_seconds(self, seconds: i64) -> Moment {
        Moment(self.0.saturating_add(seconds.seconds()).unwrap_or(self.0))
    }

    /// The calendar day in a time zone.
    pub fn day(self, time_zone: &str) -> Day {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        Day(zone.to_datetime(self.0).date())
    }

    /// Day and time in the words of a language.
    pub fn in_words(self, language: Language, time_zone: &str) -> String {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let local = zone.to_datetime(self.0);
        format!("{} {:02}:{:02}", Day(local.date()).in_words(language), local.hour(), local.minute())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Day, jiff::Error> {
        text.trim().parse().map(Day)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Value {
        Value::Text(day.to_string())
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Value {
        Value::Int(moment.milliseconds())
    }
}

impl FromColumn for Day {
    fn from_column(row: &Row<'_>, column: usize) -> Result<Day, DbError> {
        let text: String = row.get(column)?;
        text.parse().map_err(|_| DbError::Column { column, expected: "a day" })
    }
}

impl FromColumn for Moment {
    fn from_column(row: &Row<'_>, column: usize) -> Result<Moment, DbError> {
        row.get(column).map(Moment::from_milliseconds)
    }
}

macro_rules! schema {
    ($type:ty, $name:literal, $format:ident) => {
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::$format)))
                    .into()
            }
        }
        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}
schema!(Day, "Day", Date);
schema!(Moment, "Moment", DateTime);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_counts_birthdays() {
        let born: Day = "2010-06-15".parse().unwrap();
        assert_eq!(born.years_until("2026-06-14".parse().unwrap()), 15);
        assert_eq!(born.years_until("2026-06-15".parse().unwrap()), 16);
    }

    #[test]
    fn days_until_spans_months() {
        let first: Day = "2026-01-01".parse().unwrap();
        assert_eq!(first.days_until("2026-12-31".parse().unwrap()), 364);
        assert_eq!(first.days_until("2025-12-31".parse().unwrap()), -1);
    }
}
