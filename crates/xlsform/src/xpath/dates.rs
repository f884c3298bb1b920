//! Dates and times as texts and as days since 1970, in the time zone of whoever fills in the form.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

const DAY_IN_MILLISECONDS: f64 = 86_400_000.0;
const DAY_IN_SECONDS: f64 = 86_400.0;

/// The moments that texts and numbers stand for in a time zone.
#[derive(Debug, Clone, Copy)]
pub struct Moments<'a> {
    /// The time zone in which texts without one are read and all are written.
    pub zone: &'a TimeZone,
}

impl Moments<'_> {
    /// The moment that a date or a date with time stands for; the date alone is its midnight.
    pub fn read(&self, text: &str) -> Option<ZonedDateTime> {
        let text = text.trim();
        let Some((date, time)) = text.split_once('T') else {
            return read_date(text)?.to_zoned_datetime(self.zone.clone()).ok();
        };
        let (time, offset) = split_offset(time)?;
        let moment = DateTime::from_parts(read_date(date)?, read_time(time)?);
        match offset {
            Some(offset) => Some(offset.to_timestamp(moment).ok()?.to_zoned_datetime(self.zone.clone())),
            None => moment.to_zoned_datetime(self.zone.clone()).ok(),
        }
    }

    /// The moment a number of days after the beginning of 1970 in UTC, to the millisecond.
    pub fn from_days(&self, days: f64) -> Option<ZonedDateTime> {
        let milliseconds = (days * DAY_IN_MILLISECONDS).round();
        if !milliseconds.is_finite() || milliseconds.abs() > 1e15 {
            return None;
        }
        let moment = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_millis(milliseconds as i64)).ok()?;
        Some(moment.to_zoned_datetime(self.zone.clone()))
    }

    /// The number of days since the beginning of 1970 in UTC for a text that is a date, with or without time.
    pub fn days(&self, text: &str) -> Option<f64> {
        // Most texts are no dates: a cheap look first.
        let trimmed = text.trim_start();
        if !trimmed.starts_with(|c: char| c.is_ascii_digit()) || !trimmed.contains('-') {
            return None;
        }
        self.read(trimmed).map(|moment| days_since_1970(&moment))
    }

    /// The part of a day gone by at a time such as `18:00:00.000`, or at that of a date with time.
    pub fn day_fraction(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        if text.contains('T') {
            return self.read(text).map(|moment| seconds_of_day(moment.time()) / DAY_IN_SECONDS);
        }
        let (time, offset) = split_offset(text)?;
        let seconds = seconds_of_day(read_time(time)?);
        let Some(offset) = offset else { return Some(seconds / DAY_IN_SECONDS) };
        let here = self.zone.to_offset(Timestamp::UNIX_EPOCH);
        let shift = f64::from(here.seconds() - offset.seconds());
        Some((seconds + shift).rem_euclid(DAY_IN_SECONDS) / DAY_IN_SECONDS)
    }
}

/// The number of days since the beginning of 1970 in UTC.
pub(super) fn days_since_1970(moment: &ZonedDateTime) -> f64 {
    moment.timestamp().as_millisecond() as f64 / DAY_IN_MILLISECONDS
}

/// A moment as a date where it is midnight, else as a date with time.
pub(super) fn write(moment: &ZonedDateTime) -> String {
    if moment.time() == Time::midnight() { write_date(moment) } else { write_date_time(moment) }
}

/// The date of a moment.
pub(super) fn write_date(moment: &ZonedDateTime) -> String {
    moment.date().to_string()
}

/// A moment as a date with time and offset, as the `dateTime` data type has it.
pub(super) fn write_date_time(moment: &ZonedDateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}

/// A moment written by a pattern of `format-date` or `format-date-time`.
pub(super) fn format(moment: &ZonedDateTime, pattern: &str) -> String {
    let mut written = String::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        match rest.next() {
            Some('Y') => written += &format!("{:04}", moment.year()),
            Some('y') => written += &format!("{:02}", moment.year().rem_euclid(100)),
            Some('m') => written += &format!("{:02}", moment.month()),
            Some('n') => written += &moment.month().to_string(),
            Some('b') => written += &moment.strftime("%b").to_string(),
            Some('d') => written += &format!("{:02}", moment.day()),
            Some('e') => written += &moment.day().to_string(),
            Some('a') => written += &moment.strftime("%a").to_string(),
            Some('W') => written += &format!("{:02}", moment.date().iso_week_date().week()),
            Some('H') => written += &format!("{:02}", moment.hour()),
            Some('h') => written += &moment.hour().to_string(),
            Some('M') => written += &format!("{:02}", moment.minute()),
            Some('S') => written += &format!("{:02}", moment.second()),
            Some('3') => written += &format!("{:03}", moment.millisecond()),
            Some(other) => written.extend(['%', other]),
            None => written.push('%'),
        }
    }
    written
}

fn seconds_of_day(time: Time) -> f64 {
    time.duration_since(Time::midnight()).as_secs_f64()
}

/// Reads `2024-02-29`, and `2024-2-9` as hands type it.
fn read_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(digits(year, 4)?, i8::try_from(digits(month, 2)?).ok()?, i8::try_from(digits(day, 2)?).ok()?).ok()
}

/// Reads `07:30`, `07:30:15` and `07:30:15.250`.
fn read_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, part) = match parts.next() {
        None => (0, 0),
        Some(second) => {
            let (second, part) = second.split_once('.').unwrap_or((second, ""));
            (digits(second, 2)?, nanoseconds(part)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let small = |number: i16| i8::try_from(number).ok();
    Time::new(small(hour)?, small(minute)?, small(second)?, part).ok()
}

fn nanoseconds(part: &str) -> Option<i32> {
    let part = part.get(..9).unwrap_or(part);
    if !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{part:0<9}").parse().ok()
}

fn digits(text: &str, most: usize) -> Option<i16> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// Parts a time from its offset: `Z`, `+05:30`, `+0530` or `+05`.
fn split_offset(text: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some((time, Some(Offset::UTC)));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, None)) };
    let (time, offset) = text.split_at(at);
    let (sign, offset) = offset.split_at(1);
    let (hours, minutes) = match offset.split_once(':') {
        Some(parts) => parts,
        None if offset.len() == 4 && offset.is_ascii() => offset.split_at(2),
        None => (offset, "0"),
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    Some((time, Some(Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_bogota_begins_five_hours_after_that_in_greenwich() {
        let zone = TimeZone::get("America/Bogota").unwrap();
        let moments = Moments { zone: &zone };
        assert_eq!(moments.days("1970-01-01"), Some(5.0 / 24.0));
        assert_eq!(moments.days("1970-01-02T00:00:00Z"), Some(1.0));
        assert_eq!(write(&moments.read("2024-2-9").unwrap()), "2024-02-09");
        assert_eq!(write(&moments.from_days(0.0).unwrap()), "1969-12-31T19:00:00.000-05:00");
        assert_eq!(moments.day_fraction("06:00:00.000-05:00"), Some(0.25));
        assert_eq!(moments.day_fraction("11:00:00.000Z"), Some(0.25));
    }

    #[test]
    fn what_is_no_date_is_none() {
        let moments = Moments { zone: &TimeZone::UTC };
        for no in ["", "2024", "2024-13-01", "2024-02-30", "12-12-2012", "2024-01-01T", "2024-01-01T25:00", "1-2"] {
            assert_eq!(moments.days(no), None, "{no}");
        }
    }
}
