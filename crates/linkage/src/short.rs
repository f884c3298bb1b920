//! Short forms of names, and one name's forms in several languages: Sasha is Aleksandr, Pepe is José.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::tokens;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/short_names.csv")));

/// Rows of names that may be one person's.
struct Table {
    rows: Vec<Vec<String>>,
    /// The rows in which a form stands.
    by_form: FxHashMap<String, SmallVec<[u16; 2]>>,
}

impl Table {
    fn read(text: &str) -> Table {
        let mut table = Table { rows: Vec::new(), by_form: FxHashMap::default() };
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for (row, line) in (0..).zip(lines) {
            let mut forms: Vec<String> = line.split(',').flat_map(single).collect();
            forms.sort_unstable();
            forms.dedup();
            for form in &forms {
                let rows = table.by_form.entry(key(form)).or_default();
                if rows.last() != Some(&row) {
                    rows.push(row);
                }
            }
            table.rows.push(forms);
        }
        table
    }
}

/// The form, if it is of one part: names of several are compared part by part.
fn single(form: &str) -> Option<String> {
    match tokens(form).as_slice() {
        [part] => Some(part.clone()),
        _ => None,
    }
}

/// A part as letters that languages write alike: Katya, Katia and Katja have one key.
fn key(part: &str) -> String {
    let mut key = String::with_capacity(part.len());
    for letter in part.chars() {
        let letter = match letter {
            'y' | 'j' => 'i',
            'w' => 'v',
            letter => letter,
        };
        if !key.ends_with(letter) {
            key.push(letter);
        }
    }
    key
}

/// The rows of the table in which a part of a name stands.
pub(crate) fn rows(part: &str) -> &'static [u16] {
    TABLE.by_form.get(&key(part)).map_or(&[], |rows| rows.as_slice())
}

/// Whether one part is a known short form of the other, or both are of one name.
pub(crate) fn is_short_form(one: &str, other: &str) -> bool {
    let others = rows(other);
    rows(one).iter().any(|row| others.contains(row))
}

/// The other forms of a part.
pub(crate) fn forms(part: &str) -> impl Iterator<Item = &'static str> {
    rows(part).iter().flat_map(|&row| TABLE.rows[usize::from(row)].iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_short_forms_are_found_in_any_script() {
        for (one, other) in [
            ("Sasha", "Oleksandr"),
            ("Саша", "Alexandra"),
            ("Pepe", "José"),
            ("Bill", "William"),
            ("Katja", "Екатерина"),
            ("Mamadou", "محمد"),
            ("Xasan", "Hassan"),
            ("Fatou", "Fatima"),
            ("Женя", "Yevhen"),
            ("Jirjis", "George"),
            ("Aboud", "عبد الله"),
        ] {
            let (one_part, other_part) = (single(one).unwrap(), single(other).unwrap());
            assert!(is_short_form(&one_part, &other_part), "{one} and {other}: {one_part} {other_part}");
            assert!(is_short_form(&other_part, &one_part), "{other} and {one}");
        }
        for (one, other) in [("sasha", "serhii"), ("pepe", "pablo"), ("bill", "bella"), ("", ""), ("minh", "mina")] {
            assert!(!is_short_form(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn each_row_of_the_table_says_something() {
        assert!(TABLE.rows.len() > 150);
        for forms in &TABLE.rows {
            assert!(forms.len() > 1, "{forms:?}");
            assert!(forms.iter().all(|form| form.len() > 1), "{forms:?}");
        }
        let most = TABLE.by_form.iter().max_by_key(|(_, rows)| rows.len()).unwrap();
        assert!(most.1.len() <= 5, "a form that is everybody's says nothing: {most:?}");
    }
}
