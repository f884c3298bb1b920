//! What is known of a person, in the small pieces that two records of one person share.

use super::parameters::Field;
use crate::batch::{Date, Kind, Order, bones, normalise, parse_date};
use crate::tokens;

/// Calls `take` with each piece of a value; the pieces of one field never mean two things.
pub(super) fn of(field: Field, value: &str, take: &mut dyn FnMut(&str)) {
    match field {
        Field::Name => tokens(value).iter().for_each(|part| name(part, take)),
        // A patronymic is the father's name.
        Field::Relative => plain(Kind::Name, value).split(' ').for_each(|part| name(part, take)),
        Field::Place | Field::Address => tokens(value).iter().for_each(|part| pairs("", part, take)),
        Field::Birth => {
            if let Some(date) = parse_date(value, Order::DayFirst) {
                self::date(date, take);
            }
        }
        Field::Sex => {
            let sex = plain(Kind::Sex, value);
            if !sex.is_empty() {
                take(&sex);
            }
        }
        Field::Phone => pairs("", &plain(Kind::Phone, value), take),
        Field::Number => pairs("", &plain(Kind::Number, value), take),
        Field::Postcode => pairs("", &plain(Kind::Postcode, value), take),
    }
}

fn plain(kind: Kind, value: &str) -> String {
    normalise(kind, Order::default(), value)
}

/// A part of a name as it is spelt and as it is heard.
fn name(part: &str, take: &mut dyn FnMut(&str)) {
    pairs("", part, take);
    if !part.is_empty() {
        pairs("~", &bones(part), take);
    }
}

/// The pairs of neighbouring letters, the ends being letters too.
fn pairs(mark: &str, text: &str, take: &mut dyn FnMut(&str)) {
    if text.is_empty() {
        return;
    }
    let mut before = '_';
    let mut piece = String::with_capacity(mark.len() + 8);
    for letter in text.chars().chain(['_']) {
        piece.clear();
        piece.push_str(mark);
        piece.extend([before, letter]);
        take(&piece);
        before = letter;
    }
}

/// The year is near its neighbours (after Vatsalan and Christen 2016), day and month may stand in
/// each other's place, and each digit may be the one that is wrong.
fn date(date: Date, take: &mut dyn FnMut(&str)) {
    let year = date.year();
    for near in year.saturating_sub(1)..=year + 1 {
        take(&format!("y{near}"));
    }
    take(&format!("e{}", year / 10));
    take(&format!("u{}", year % 10));
    if date.is_whole() {
        take(&format!("d{}", date.day()));
        take(&format!("d{}", date.month()));
        take(&format!("s{} {}", date.day().min(date.month()), date.day().max(date.month())));
        take(&format!("m{}", date.month()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(field: Field, value: &str) -> std::collections::BTreeSet<String> {
        let mut pieces = std::collections::BTreeSet::new();
        of(field, value, &mut |piece| pieces.extend([piece.to_owned()]));
        pieces
    }

    #[test]
    fn the_order_of_a_name_and_its_script_matter_little() {
        assert_eq!(all(Field::Name, "Amina Yusuf"), all(Field::Name, "YUSUF, Amina"));
        let (latin, arabic) = (all(Field::Name, "Youssef Chokri"), all(Field::Name, "يوسف شكري"));
        assert!(latin.intersection(&arabic).filter(|piece| piece.starts_with('~')).count() >= 6);
    }

    #[test]
    fn a_date_survives_a_slip() {
        let whole = all(Field::Birth, "1990-03-04");
        assert_eq!(whole.intersection(&all(Field::Birth, "1990-04-03")).count(), whole.len() - 1, "day and month");
        assert!(whole.is_superset(&all(Field::Birth, "1990")), "only the year is known");
        assert!(whole.intersection(&all(Field::Birth, "1991-03-04")).count() >= 7);
        assert_eq!(whole, all(Field::Birth, "4/3/1990"));
    }

    #[test]
    fn numbers_lose_their_prefix() {
        assert_eq!(all(Field::Phone, "+962 79 123 4567"), all(Field::Phone, "0791234567"));
        assert!(all(Field::Sex, "femme") == all(Field::Sex, "F") && all(Field::Sex, "").is_empty());
    }
}
