//! What stands in the cells, in the ways people write it.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::fields::fold;
use super::file::File;
use super::report::Column;
use super::{Field, Problems, Reason};
use crate::code::Code;
use crate::dates::{DateOrder, Day, NoDay, numbers, western};
use crate::people::{Birth, BirthKind, Contact, Document, Name, NameKind, PersonInput, Safety, Sex};
use crate::reference;
use crate::ui::Language;

/// Nobody on record was older.
const OLDEST: i64 = 125;

/// How a file as a whole writes what one cell leaves open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    order: Option<DateOrder>,
    /// The sex that `M` stands for: masculine beside `F`, mujer beside `H`.
    m_means: Option<Sex>,
}

impl Habits {
    /// Looks through the columns that can be ambiguous.
    pub(super) fn of_file(file: &File<'_>, columns: &[Column], order: Option<DateOrder>) -> Habits {
        let place = |field| columns.iter().position(|column| column.field == Some(field));
        let (birth, sex) = (place(Field::BirthDate), place(Field::Sex));
        let (mut day_first, mut month_first, mut with_f, mut with_h) = (false, false, false, false);
        let mut rows = file.rows();
        let mut record = csv::ByteRecord::new();
        let mut head = true;
        while let Ok(Some(_)) = rows.next(&mut record) {
            if std::mem::take(&mut head) {
                continue;
            }
            let cell = |place: Option<usize>| {
                place
                    .and_then(|at| record.get(at))
                    .filter(|cell| cell.len() < 64)
                    .and_then(|cell| std::str::from_utf8(cell).ok())
            };
            if let Some((first, second, _)) = cell(birth).and_then(slashed) {
                day_first |= first > 12;
                month_first |= second > 12;
            }
            match cell(sex).map(fold).as_deref() {
                Some("f") => with_f = true,
                Some("h") => with_h = true,
                _ => {}
            }
        }
        let told = match (day_first, month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        };
        let m_means = match (with_f, with_h) {
            (true, false) => Some(Sex::Male),
            (false, true) => Some(Sex::Female),
            _ => None,
        };
        Habits { order: order.or(told), m_means }
    }
}

/// The person of a row; what is wrong with it is added to the problems.
pub(super) fn person(cells: &[(&Column, String)], habits: &Habits, today: Day, problems: &mut Problems) -> PersonInput {
    let mut person = PersonInput { names: Vec::new(), ..PersonInput::default() };
    let (mut given, mut family, mut whole) = (String::new(), String::new(), None);
    let (mut number, mut kind) = (None, None);
    let mut born: Vec<(Field, Birth)> = Vec::new();
    for (column, cell) in cells {
        let Some(field) = column.field else { continue };
        let taken = match field {
            Field::Id => Ok(()),
            Field::GivenName => short(cell).map(|it| given = it),
            Field::FamilyName => short(cell).map(|it| family = it),
            Field::Name => short(cell).map(|it| whole = Some(it)),
            Field::OtherName => short(cell).map(|it| person.names.push(name(NameKind::Also, it))),
            Field::MotherName => short(cell).map(|it| person.names.push(name(NameKind::Mother, it))),
            Field::FatherName => short(cell).map(|it| person.names.push(name(NameKind::Father, it))),
            Field::Sex => sex(cell, habits).map(|it| person.sex = it),
            Field::BirthDate => birth_date(cell, habits, today).map(|it| born.push((field, it))),
            Field::BirthYear => birth_year(cell, today).map(|it| born.push((field, it))),
            Field::Age => age(cell, today).map(|it| born.push((field, it))),
            Field::Nationality => several(cell, nationality).map(|it| person.nationalities.extend(it)),
            Field::Language => several(cell, language).map(|it| person.languages.extend(it)),
            Field::Phone => phone(cell).map(|it| person.contacts.push(it)),
            Field::DocumentNumber => short(cell).map(|it| number = Some(it)),
            Field::DocumentKind => document_kind(cell).map(|it| kind = Some(it)),
        };
        if let Err(reason) = taken {
            problems.push((Some(column.name.clone()), reason));
        }
    }
    let parted = !given.is_empty() || !family.is_empty();
    if parted {
        let family_first = family.chars().any(is_east_asian);
        person.names.insert(0, Name { kind: NameKind::Main, given, family, family_first });
    }
    if let Some(whole) = whole {
        let kind = if parted { NameKind::Also } else { NameKind::Main };
        person.names.insert(usize::from(parted), name(kind, whole));
    }
    call_by_some_name(&mut person);
    let kind = kind.unwrap_or_else(|| "other".to_owned());
    person.documents.extend(number.map(|number| Document { kind, number, ..Document::default() }));
    // The most exact wins: a day before a year before an age.
    if let Some((_, birth)) = born.into_iter().min_by_key(|(field, _)| *field) {
        person.birth = birth;
    }
    if problems.is_empty() && person.display_name().is_empty() {
        problems.push((None, Reason::new("import-reason-no-name")));
    }
    person
}

/// A name that is not parted into given and family names.
fn name(kind: NameKind, whole: String) -> Name {
    Name { kind, given: whole, family: String::new(), family_first: false }
}

/// A person of whom only a further name is known is called by that.
fn call_by_some_name(person: &mut PersonInput) {
    if person.names.iter().all(|name| name.kind != NameKind::Main)
        && let Some(other) = person.names.iter_mut().find(|name| name.kind == NameKind::Also)
    {
        other.kind = NameKind::Main;
    }
}

/// Scripts in which the family name is written first.
fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

fn short(cell: &str) -> Result<String, Reason> {
    match cell.chars().count() {
        0..=200 => Ok(cell.to_owned()),
        length => Err(Reason::new("import-reason-long-text").with("length", length).with("most", 200)),
    }
}

fn sex(cell: &str, habits: &Habits) -> Result<Sex, Reason> {
    Ok(match fold(cell).as_str() {
        "f" | "w" | "female" | "woman" | "girl" | "femme" | "fille" | "feminin" | "femenino" | "mujer" | "nina"
        | "أنثى" | "انثى" | "امرأة" | "女" | "女性" | "女子" => Sex::Female,
        "h" | "male" | "man" | "boy" | "homme" | "garcon" | "masculin" | "masculino" | "hombre" | "nino" | "ذكر"
        | "رجل" | "男" | "男性" | "男子" => Sex::Male,
        "m" => habits.m_means.ok_or_else(|| Reason::new("import-reason-m"))?,
        "o" | "x" | "other" | "autre" | "otro" | "آخر" | "その他" => Sex::Other,
        "u" | "unknown" | "inconnu" | "desconocido" | "غيرمعروف" | "不明" => Sex::Unknown,
        _ => return Err(Reason::about("import-reason-sex", cell)),
    })
}

fn birth_date(cell: &str, habits: &Habits, today: Day) -> Result<Birth, Reason> {
    let day = read_day(cell, habits)?;
    if day > today {
        return Err(Reason::new("import-reason-future").with("day", day));
    }
    if day.years_until(today) > OLDEST {
        return Err(Reason::new("import-reason-too-old").with("day", day).with("years", OLDEST));
    }
    Ok(Birth { kind: BirthKind::Exact, from: Some(day), ..Birth::default() })
}

fn read_day(cell: &str, habits: &Habits) -> Result<Day, Reason> {
    Day::typed(cell, habits.order).map_err(|wrong| match wrong {
        NoDay::Unreadable => Reason::about("import-reason-no-date", cell),
        NoDay::NotInCalendar => Reason::about("import-reason-no-day", cell),
        NoDay::Ambiguous => Reason::about("import-reason-which-first", cell),
    })
}

/// The numbers of a date written with slashes or dashes, year last.
fn slashed(cell: &str) -> Option<(u32, u32, u32)> {
    let cell: String = cell.trim().chars().map(western).collect();
    match numbers(cell.split(' ').next()?)[..] {
        [first, second, third] if first <= 31 && third >= 1000 && !cell.contains('.') => Some((first, second, third)),
        _ => None,
    }
}

fn birth_year(cell: &str, today: Day) -> Result<Birth, Reason> {
    let this_year = i64::from(today.0.year());
    let year = number(cell).ok_or_else(|| Reason::about("import-reason-year", cell))?;
    if !(this_year - OLDEST..=this_year).contains(&year) {
        return Err(Reason::about("import-reason-birth-year", cell));
    }
    let edge = |month, day| i16::try_from(year).ok().and_then(|year| Date::new(year, month, day).ok()).map(Day);
    let (from, to) = edge(1, 1).zip(edge(12, 31)).ok_or_else(|| Reason::about("import-reason-year", cell))?;
    Ok(Birth { kind: BirthKind::Estimated, from: Some(from), to: Some(to.min(today)), ..Birth::default() })
}

fn age(cell: &str, today: Day) -> Result<Birth, Reason> {
    let age = number(cell).filter(|age| (0..=OLDEST).contains(age));
    let age = age.ok_or_else(|| Reason::about("import-reason-age", cell))?;
    Ok(Birth { kind: BirthKind::Age, age: Some(age), age_on: Some(today), ..Birth::default() })
}

fn number(cell: &str) -> Option<i64> {
    let digits: String = cell.chars().map(western).collect();
    digits.trim().trim_end_matches('年').trim_end_matches('歳').trim_end_matches(".0").parse().ok()
}

fn several(cell: &str, one: impl Fn(&str) -> Result<String, Reason>) -> Result<Vec<String>, Reason> {
    // A country's own name may hold a comma: the whole cell is tried first.
    if let Ok(code) = one(cell) {
        return Ok(vec![code]);
    }
    cell.split([',', ';', '/', '|', '،', '、']).map(str::trim).filter(|part| !part.is_empty()).map(one).collect()
}

type Lookup = HashMap<String, String>;

/// Codes by themselves and by their labels in every language.
fn lookup(lists: &[&str]) -> Lookup {
    let mut found = Lookup::new();
    for (list, language) in lists.iter().flat_map(|list| Language::ALL.iter().map(move |language| (list, *language))) {
        for (code, label) in reference::entries(list, language).iter().copied() {
            found.entry(fold(label)).or_insert_with(|| code.to_owned());
        }
    }
    // A code goes before a word that happens to be spelled the same.
    for (code, _) in lists.iter().flat_map(|list| reference::entries(list, Language::En)).copied() {
        found.insert(fold(code), code.to_owned());
    }
    found
}

static NATIONALITIES: LazyLock<Lookup> = LazyLock::new(|| lookup(&["countries", "special_nationalities"]));
static LANGUAGES: LazyLock<Lookup> = LazyLock::new(|| lookup(&["languages"]));
static DOCUMENT_KINDS: LazyLock<Lookup> = LazyLock::new(|| lookup(&["document_kinds"]));

fn nationality(cell: &str) -> Result<String, Reason> {
    found(&NATIONALITIES, cell).ok_or_else(|| Reason::about("import-reason-nationality", cell))
}

fn language(cell: &str) -> Result<String, Reason> {
    found(&LANGUAGES, cell).ok_or_else(|| Reason::about("import-reason-language", cell))
}

fn document_kind(cell: &str) -> Result<String, Reason> {
    found(&DOCUMENT_KINDS, cell).ok_or_else(|| Reason::about("import-reason-document-kind", cell))
}

fn found(list: &Lookup, cell: &str) -> Option<String> {
    list.get(&fold(cell)).cloned()
}

/// A number, of which nobody knows yet whether it is safe to use.
fn phone(cell: &str) -> Result<Contact, Reason> {
    let value: String = cell.chars().map(western).collect();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let fits = value.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    if !fits || !(5..=20).contains(&digits) {
        return Err(Reason::about("import-reason-phone", cell));
    }
    Ok(Contact { kind: "mobile".to_owned(), value, safety: Safety::Unknown, note: String::new() })
}
