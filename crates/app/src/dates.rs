//! Days and moments: the one place that knows how they are stored, sent and shown.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::db::{DbError, FromColumn, Row, Value};
use crate::ui::Language;

/// A calendar day, written `2026-11-24` (ISO 8601); read in the ways people type it, see
/// [`Day::typed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Day(pub Date);

crate::codes! {
    /// What comes first in 3/4/2001.
    "date-order" DateOrder {
        /// The day: it is in April.
        DayFirst = "day_first",
        /// The month: it is in March.
        MonthFirst = "month_first",
    }
}

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    /// It is not written as a date.
    #[error("not a date: write it as 2026-11-24 or 24/11/2026")]
    Unreadable,
    /// Nothing tells the day from the month.
    #[error("the day or the month first?")]
    Ambiguous,
    /// There is no such day, as 30 February.
    #[error("not a day of the calendar")]
    NotInCalendar,
}

/// A moment in time, kept to the millisecond in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub Timestamp);

thread_local! {
    static PRETENDED: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// Does something as if it were another moment, on this thread and for this once: the demo's
/// people came over past months, and everything about them says so.
pub(crate) fn as_if_at<T>(moment: Moment, work: impl FnOnce() -> T) -> T {
    struct Back(Option<Moment>);
    impl Drop for Back {
        fn drop(&mut self) {
            PRETENDED.set(self.0);
        }
    }
    let _back = Back(PRETENDED.replace(Some(moment)));
    work()
}

impl Day {
    /// A day as people type it: the year first or last, parted by dashes, strokes, dots or the
    /// Japanese marks, in the digits of any of our scripts. The order says what 3/4/2001 is;
    /// dots always stand behind the day first.
    ///
    /// # Errors
    /// It is no day, or the order is needed and not known.
    pub fn typed(text: &str, order: Option<DateOrder>) -> Result<Day, NoDay> {
        // Written as it is stored: all that most days ever are.
        if let (10, [b'1'..=b'9', _, _, _, b'-', _, _, b'-', ..], Ok(date)) =
            (text.len(), text.as_bytes(), text.parse())
        {
            return Ok(Day(date));
        }
        let text: String = text.trim().chars().map(western).collect();
        // A spreadsheet adds midnight to a date.
        let day = text.split(['T', ' ']).next().unwrap_or_default();
        let [first, second, third] = numbers(day)[..] else { return Err(NoDay::Unreadable) };
        let (year, month, day) = match order {
            _ if first >= 1000 => (first, second, third),
            _ if first > 31 || third < 1000 => return Err(NoDay::Unreadable),
            _ if day.contains('.') || first == second => (third, second, first),
            Some(DateOrder::DayFirst) => (third, second, first),
            Some(DateOrder::MonthFirst) => (third, first, second),
            None if first > 12 => (third, second, first),
            None if second > 12 => (third, first, second),
            None => return Err(NoDay::Ambiguous),
        };
        let date = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
        date.and_then(|((year, month), day)| Date::new(year, month, day).ok()).map(Day).ok_or(NoDay::NotInCalendar)
    }

    /// The day now in a time zone such as `Asia/Amman`; UTC where the name is unknown.
    pub fn today(time_zone: &str) -> Day {
        Moment::now().day(time_zone)
    }

    /// The day a number of days later, or earlier where negative.
    pub fn plus_days(self, days: i64) -> Day {
        Day(self.0.saturating_add(days.days()))
    }

    /// The day a number of months later, or earlier where negative; the last of the month where it has no such day.
    pub fn plus_months(self, months: i64) -> Day {
        Day(self.0.saturating_add(months.months()))
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
        self.written(language, "date-day", &MONTHS)
    }

    /// The year in the words of a language, where it begins with this day and ends with the other.
    pub fn year_until(self, last: Day, language: Language) -> Option<String> {
        let year = self.0.year();
        let whole = (self.0.month(), self.0.day(), last.0.month(), last.0.day()) == (1, 1, 12, 31);
        (whole && last.0.year() == year).then(|| language.t("date-year").replace("%y", &year.to_string()))
    }

    /// The day in few letters, such as «24 Nov»; with its year where that is not the present one.
    pub fn in_short(self, language: Language, today: Day) -> String {
        let form = if self.0.year() == today.0.year() { "date-short" } else { "date-short-year" };
        self.written(language, form, &SHORT_MONTHS)
    }

    fn written(self, language: Language, form: &str, months: &[&str; 12]) -> String {
        let month = language.t(months[usize::from(self.0.month().unsigned_abs() - 1)]);
        let day = match (language, self.0.day()) {
            (Language::Fr, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        language
            .t(form)
            .replace("%d", &day)
            .replace("%m", month)
            .replace("%n", &self.0.month().to_string())
            .replace("%y", &self.0.year().to_string())
    }
}

/// A digit of any of our scripts as 0 to 9.
pub(crate) fn western(digit: char) -> char {
    let zero = match digit {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '０'..='９' => '０',
        '／' => return '/',
        '．' => return '.',
        '－' | '\u{2010}'..='\u{2015}' | '\u{2212}' => return '-',
        other => return other,
    };
    char::from_digit(digit as u32 - zero as u32, 10).unwrap_or(digit)
}

/// The numbers of a date, if there is nothing but numbers and the marks between them.
pub(crate) fn numbers(text: &str) -> Vec<u32> {
    let marks = ['-', '/', '.', '年', '月', '日', '\u{200f}', '\u{200e}'];
    let parts: Option<Vec<u32>> =
        text.split(marks).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    parts.unwrap_or_default()
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

const SHORT_MONTHS: [&str; 12] = [
    "month-short-1",
    "month-short-2",
    "month-short-3",
    "month-short-4",
    "month-short-5",
    "month-short-6",
    "month-short-7",
    "month-short-8",
    "month-short-9",
    "month-short-10",
    "month-short-11",
    "month-short-12",
];

impl Moment {
    /// Now, by this machine's clock.
    pub fn now() -> Moment {
        PRETENDED.get().unwrap_or_else(|| Moment::from_milliseconds(Timestamp::now().as_millisecond()))
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
        Zone::of(time_zone).day(self)
    }

    /// Day and time in the words of a language.
    pub fn in_words(self, language: Language, time_zone: &str) -> String {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let local = zone.to_datetime(self.0);
        format!("{} {:02}:{:02}", Day(local.date()).in_words(language), local.hour(), local.minute())
    }
}

/// A time zone, looked up once for many moments.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name, UTC where there is none.
    pub fn of(name: &str) -> Zone {
        Zone(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// The calendar day of a moment.
    pub fn day(&self, moment: Moment) -> Day {
        Day(self.0.to_datetime(moment.0).date())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NoDay;
    /// The day comes first where the year comes last, as in all our languages.
    fn from_str(text: &str) -> Result<Day, NoDay> {
        Day::typed(text, Some(DateOrder::DayFirst))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
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
        row.text(column, "a day", |text| text.parse().ok().map(Day))
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
    fn a_day_is_read_as_people_type_it() {
        let day: Day = "2026-11-04".parse().unwrap();
        for text in [
            "04/11/2026",
            "4.11.2026",
            "2026/11/4",
            "2026-11-04T00:00:00",
            " 4-11-2026 ",
            "٠٤/١١/٢٠٢٦",
            "۲۰۲۶-۱۱-۰۴",
            "２０２６／１１／０４",
            "２０２６年１１月４日",
            "2026年11月4日",
            "4－11－2026",
        ] {
            assert_eq!(text.parse(), Ok(day), "{text}");
        }
        for text in ["", "soon", "4/11/26", "4/11", "99/1/1", "2026", "1/2/3/2026", "2026-11-0x", "99999999999-1-1"] {
            assert_eq!(text.parse::<Day>(), Err(NoDay::Unreadable), "{text}");
        }
        for text in ["30/2/2026", "11/24/2026", "2026-13-01", "0/1/2026", "99999-01-01"] {
            assert_eq!(text.parse::<Day>(), Err(NoDay::NotInCalendar), "{text}");
        }
        assert_eq!(Day::typed("11/4/2026", Some(DateOrder::MonthFirst)), Ok(day));
        assert_eq!(Day::typed("4/11/2026", None), Err(NoDay::Ambiguous));
        assert_eq!(serde_json::from_str::<Day>("\"٢٠٢٦-١١-٠٤\"").unwrap(), day);
    }

    #[test]
    fn days_until_spans_months() {
        let first: Day = "2026-01-01".parse().unwrap();
        assert_eq!(first.days_until("2026-12-31".parse().unwrap()), 364);
        assert_eq!(first.days_until("2025-12-31".parse().unwrap()), -1);
    }
}
