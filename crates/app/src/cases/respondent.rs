//! Whom questions are put to: sex and age, as far as they are known.

use crate::dates::Day;

/// Whom the questions are put to, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Respondent {
    /// `female`, `male`, …
    pub sex: String,
    /// Earliest day of birth.
    pub born_from: Option<Day>,
    /// Latest day of birth.
    pub born_to: Option<Day>,
    /// The day it is asked.
    pub today: Option<Day>,
}

/// From this age on people count as older.
const OLDER: i64 = 60;

impl Respondent {
    fn age(&self, born: Option<Day>) -> Option<i64> {
        born.zip(self.today).map(|(born, today)| born.years_until(today))
    }

    /// Whether they may be of that age; what is not known excludes nobody.
    pub fn may_have_reached(&self, years: i64) -> bool {
        self.age(self.born_from).is_none_or(|oldest| oldest >= years)
    }

    /// How far children, women and older people stand before others of the same risk, in the
    /// measure of signs: a child as far as three severe ones, the others as two.
    pub fn precedence(&self) -> i64 {
        let child = self.age(self.born_to).is_some_and(|youngest| youngest < 18);
        let older = self.age(self.born_to).is_some_and(|youngest| youngest >= OLDER);
        9 * i64::from(child) + 6 * i64::from(self.sex == "female") + 6 * i64::from(older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_women_and_older_people_come_first() {
        let one = |sex: &str, born: &str| Respondent {
            sex: sex.to_owned(),
            born_from: born.parse().ok(),
            born_to: born.parse().ok(),
            today: "2026-11-24".parse().ok(),
        };
        let (girl, boy) = (one("female", "2015-01-01").precedence(), one("male", "2015-01-01").precedence());
        let (woman, man) = (one("female", "1990-01-01").precedence(), one("male", "1990-01-01").precedence());
        let old = one("male", "1950-01-01").precedence();
        assert!(girl > boy && boy > woman && woman > man && old > man);
        assert_eq!((man, Respondent::default().precedence()), (0, 0));
    }

    #[test]
    fn what_is_not_known_excludes_nobody() {
        let born = |from: &str| Respondent {
            born_from: from.parse().ok(),
            today: "2026-11-24".parse().ok(),
            ..Respondent::default()
        };
        assert!(born("2020-01-01").may_have_reached(5) && !born("2023-01-01").may_have_reached(5));
        assert!(Respondent::default().may_have_reached(60));
    }
}
