//! Dates as people write them, told apart as finely as a clerk's slip needs.

use deunicode::deunicode;

/// A day of the calendar as eight digits (year, month, day); a part nobody knows is zero, and a
/// part that cannot be (month 13) is kept, because a slip of the pen made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Date(pub u32);

impl Date {
    fn new(year: u32, month: u32, day: u32) -> Option<Date> {
        (year > 0 && year < 10_000 && month < 100 && day < 100).then(|| Date(year * 10_000 + month * 100 + day))
    }

    /// The year.
    pub fn year(self) -> u32 {
        self.0 / 10_000
    }

    /// The month, zero where unknown.
    pub fn month(self) -> u32 {
        self.0 / 100 % 100
    }

    /// The day of the month, zero where unknown.
    pub fn day(self) -> u32 {
        self.0 % 100
    }

    /// Month and day are known.
    pub fn is_whole(self) -> bool {
        self.month() > 0 && self.day() > 0
    }

    /// The first of January or of July, which registrars write where only the year is known.
    pub fn is_guess(self) -> bool {
        matches!(self.0 % 10_000, 101 | 701)
    }
}

/// Which of day and month a column puts first where both would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// 31/12/1990
    #[default]
    DayFirst,
    /// 12/31/1990
    MonthFirst,
}

impl Order {
    /// The order that fits most of a column's values.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Order {
        let (mut day_first, mut month_first) = (0, 0);
        for value in values {
            if let [first, second, third] = numbers(value)[..]
                && first < 32
                && second < 32
                && third > 31
            {
                day_first += u32::from(first > 12);
                month_first += u32::from(second > 12);
            }
        }
        if month_first > day_first { Order::MonthFirst } else { Order::DayFirst }
    }
}

/// Names of months begin like this in English, French, Spanish, Portuguese, Italian and German.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen"],
    &["feb", "fev"],
    &["mar"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "out", "ott"],
    &["nov"],
    &["dec", "dez", "dic"],
];

/// The day a text means; none where it is no date.
pub fn parse(text: &str, order: Order) -> Option<Date> {
    // Longer input is prose; the time of the day is left out.
    if text.len() > 60 {
        return None;
    }
    let latin = deunicode(text).to_lowercase();
    let latin =
        latin.split(['t', ' ']).find(|part| part.len() >= 8 && part.contains(['-', '/', '.'])).unwrap_or(&latin);
    let digits: String = latin.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == latin.trim().len() {
        return match digits.len() {
            8 => Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?),
            6 => Date::new(digits[..4].parse().ok()?, digits[4..].parse().ok()?, 0),
            4 => Date::new(digits.parse().ok()?, 0, 0),
            _ => None,
        };
    }
    let parts = numbers(latin);
    if let Some(month) = month_named(latin) {
        return match parts[..] {
            [day, year] if year > 31 => Date::new(year, month, day),
            [year, day] if year > 31 => Date::new(year, month, day),
            [year] if year > 31 => Date::new(year, month, 0),
            _ => None,
        };
    }
    match parts[..] {
        [year, month, day] if year > 99 => Date::new(year, month, day),
        [first, second, year] => {
            let (day, month) = if order == Order::DayFirst { (first, second) } else { (second, first) };
            Date::new(century(year), month, day)
        }
        [year, month] if year > 99 => Date::new(year, month, 0),
        [month, year] if year > 99 => Date::new(year, month, 0),
        _ => None,
    }
}

/// Two digits of a birth year mean the century in which the person can be alive and born.
fn century(year: u32) -> u32 {
    match year {
        0..=29 => 2000 + year,
        30..=99 => 1900 + year,
        _ => year,
    }
}

fn numbers(text: &str) -> Vec<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .filter_map(|part| part.parse().ok())
        .collect()
}

fn month_named(text: &str) -> Option<u32> {
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| word.len() >= 3)?;
    // «juin» before «jun»: the longest beginning that fits wins nothing, they are all different.
    let month = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    Some(month as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_written_in_many_ways() {
        for text in [
            "1990-12-31",
            "19901231",
            "31/12/1990",
            "31.12.90",
            "31 Dec 1990",
            "31 décembre 1990",
            "٣١/١٢/١٩٩٠",
            "1990-12-31T00:00:00",
            "1990/12/31 00:00",
            "December 31, 1990",
        ] {
            assert_eq!(parse(text, Order::DayFirst), Some(Date(19_901_231)), "{text}");
        }
        assert_eq!(parse("12/31/1990", Order::MonthFirst), Some(Date(19_901_231)));
        assert_eq!(parse("1990", Order::DayFirst), Some(Date(19_900_000)));
        assert_eq!(parse("about 30", Order::DayFirst), None);
        assert_eq!(parse("", Order::DayFirst), None);
        for beyond in ["0 500000", "500000/1/1", "1/1/4294967295", "1990-4294967295-1", "99999999999999999999/1/1"] {
            assert_eq!(parse(beyond, Order::DayFirst), None, "{beyond}");
        }
    }

    #[test]
    fn a_column_shows_its_order() {
        assert_eq!(Order::of(["01/02/1990", "02/25/1990"].into_iter()), Order::MonthFirst);
        assert_eq!(Order::of(["01/02/1990", "25/02/1990"].into_iter()), Order::DayFirst);
    }
}
