//! Retention: types and rules.

use serde::{Deserialize, Serialize};

use crate::dates::Day;
use crate::error::{Check, Error};
use crate::ids::PersonId;

/// A person whose cases are all closed and past their period, or who never had one and whose record
/// has lain untouched as long.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema, PartialEq, Eq)]
pub struct Due {
    /// Their id.
    pub person_id: PersonId,
    /// Their number in the organisation.
    pub number: i64,
    /// Their name; left out for people whose records are protected.
    pub name: Option<String>,
    /// Since when their erasure is offered.
    pub erase_from: Day,
    /// Version of the person's record.
    pub version: i64,
}

/// What erasing a person would mean.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema, PartialEq, Eq)]
pub struct Overview {
    /// Their id.
    pub person_id: PersonId,
    /// Their number in the organisation.
    pub number: i64,
    /// Their name; left out for people whose records are protected.
    pub name: Option<String>,
    /// All cases, closed ones among them.
    pub cases: i64,
    /// Cases that are still open.
    pub open_cases: i64,
    /// From when on erasure is offered: once the last case's period is over, or the same period after
    /// the last change where there never was a case.
    pub erase_from: Option<Day>,
    /// A legal hold lies on one of their cases.
    pub held: bool,
    /// The record they were made one with, which is the one to erase.
    pub merged_into: Option<PersonId>,
    /// Version of the person's record.
    pub version: i64,
}

/// A decision to erase a person.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Erasure {
    /// Why. It stays in the history: no names, nothing about the person.
    #[serde(default)]
    pub reason: String,
    /// The person asked for it: then open cases and periods do not stand in the way.
    #[serde(default)]
    pub on_request: bool,
    /// The person's number, typed again.
    #[serde(default)]
    pub confirm: String,
}

impl Erasure {
    /// Whether the reason is there and the number is the person's.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, number: i64) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.reason, 500, "reason");
        check.that(typed_number(&self.confirm) == Some(number), "confirm", "invalid-erase-confirm");
        check.done()
    }
}

/// A number as people type it: `P-000123` or `123`, in any digits.
fn typed_number(text: &str) -> Option<i64> {
    let digits: String = text.trim().trim_start_matches(['P', 'p', '-', '#', '№']).chars().map(western).collect();
    digits.trim().parse().ok()
}

fn western(digit: char) -> char {
    let value = match digit {
        '٠'..='٩' => digit as u32 - '٠' as u32,
        '۰'..='۹' => digit as u32 - '۰' as u32,
        '０'..='９' => digit as u32 - '０' as u32,
        other => return other,
    };
    char::from_digit(value, 10).unwrap_or(digit)
}

impl Due {
    /// The number as it is written.
    pub fn written_number(&self) -> String {
        crate::people::number(self.number)
    }
}

impl Overview {
    /// The number as it is written.
    pub fn written_number(&self) -> String {
        crate::people::number(self.number)
    }

    /// Whether erasing them now is allowed.
    ///
    /// # Errors
    /// Which rule forbids it.
    pub fn allows(&self, on_request: bool, today: Day) -> Result<(), Error> {
        if self.merged_into.is_some() {
            return Err(Error::Refused("refused-erase-merged"));
        }
        if self.held {
            return Err(Error::Refused("refused-erase-held"));
        }
        if on_request {
            return Ok(());
        }
        if self.open_cases > 0 {
            return Err(Error::Refused("refused-erase-open-case"));
        }
        match self.erase_from {
            Some(day) if day <= today => Ok(()),
            _ => Err(Error::Refused("refused-erase-not-due")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview(cases: i64, open_cases: i64, erase_from: Option<&str>) -> Overview {
        let erase_from = erase_from.map(|day| day.parse().unwrap());
        Overview {
            person_id: PersonId::new(),
            number: 12,
            name: None,
            cases,
            open_cases,
            erase_from,
            held: false,
            merged_into: None,
            version: 1,
        }
    }

    fn refusal(overview: &Overview, on_request: bool) -> Option<&'static str> {
        match overview.allows(on_request, "2026-11-24".parse().unwrap()) {
            Err(Error::Refused(why)) => Some(why),
            _ => None,
        }
    }

    #[test]
    fn a_person_is_erased_when_the_last_period_is_over() {
        assert_eq!(refusal(&overview(1, 0, Some("2026-11-24")), false), None);
        assert_eq!(refusal(&overview(1, 0, Some("2026-11-25")), false), Some("refused-erase-not-due"));
        assert_eq!(refusal(&overview(0, 0, None), false), Some("refused-erase-not-due"));
        assert_eq!(refusal(&overview(2, 1, Some("2020-01-01")), false), Some("refused-erase-open-case"));
        let held = Overview { held: true, ..overview(1, 0, Some("2020-01-01")) };
        assert_eq!(refusal(&held, false), Some("refused-erase-held"));
        assert_eq!(refusal(&held, true), Some("refused-erase-held"), "not at their own request either");
    }

    #[test]
    fn their_own_request_goes_before_periods_but_not_past_a_merge() {
        assert_eq!(refusal(&overview(2, 1, None), true), None);
        let merged = Overview { merged_into: Some(PersonId::new()), ..overview(1, 0, Some("2020-01-01")) };
        assert_eq!(refusal(&merged, true), Some("refused-erase-merged"));
    }

    #[test]
    fn the_number_is_typed_in_any_digits() {
        let typed = |confirm: &str| Erasure { reason: "over".into(), on_request: false, confirm: confirm.into() };
        for right in ["12", " #12 ", "P-000012", "١٢", "۱۲", "１２"] {
            assert!(typed(right).check(12).is_ok(), "{right}");
        }
        assert!(typed("21").check(12).is_err());
        assert!(Erasure { reason: " ".into(), ..typed("12") }.check(12).is_err());
    }
}
