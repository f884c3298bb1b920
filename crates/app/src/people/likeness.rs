//! How alike two records are, field by field: whether they may be one person's.
//!
//! After Fellegi and Sunter («A Theory for Record Linkage», 1969): how alike the names are says how
//! the odds stand, and each further field raises or lowers them by how much oftener it compares so
//! between two records of one person than between those of two. Weights are binary logarithms. What
//! is not on record says nothing.

use rapidfuzz::distance::osa;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Birth, BirthKind, Document, Name, NameKind, PersonInput, Sex};
use super::search::{document_key, phone_key};
use crate::code::Code;
use crate::dates::Day;
use crate::ui::Ui;

crate::codes! {
    /// How one field of two records compares.
    "agreement" Agreement {
        /// The same.
        Same = "same",
        /// Not the same, and yet it may be: otherwise written, guessed, a slip of the pen.
        Alike = "alike",
        /// Different.
        Different = "different",
        /// Not known of both.
        Missing = "missing",
    }
}

crate::codes! {
    /// A field by which records are compared.
    "trait" Trait {
        /// Names, in any script and order.
        Name = "name",
        /// Birth.
        Birth = "birth",
        /// Sex.
        Sex = "sex",
        /// Nationalities.
        Nationality = "nationality",
        /// Numbers of identity papers.
        Document = "document",
        /// Phones.
        Phone = "phone",
    }
}

/// How each field of two records compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agreements {
    /// Names.
    pub name: Agreement,
    /// Birth.
    pub birth: Agreement,
    /// Sex.
    pub sex: Agreement,
    /// Nationalities.
    pub nationality: Agreement,
    /// Identity papers.
    pub document: Agreement,
    /// Phones.
    pub phone: Agreement,
}

impl Agreements {
    /// How a field compares.
    pub fn of(&self, field: Trait) -> Agreement {
        match field {
            Trait::Name => self.name,
            Trait::Birth => self.birth,
            Trait::Sex => self.sex,
            Trait::Nationality => self.nationality,
            Trait::Document => self.document,
            Trait::Phone => self.phone,
        }
    }

    /// What speaks for one person, in words.
    pub fn in_words(&self, ui: &Ui) -> String {
        let told = |agreement: Agreement, key: &str| {
            let fields = ui.listed(&self.that_are(agreement));
            (!fields.is_empty()).then(|| ui.name(key, &fields))
        };
        let parts =
            [told(Agreement::Same, "duplicate-because-same"), told(Agreement::Alike, "duplicate-because-alike")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The fields that compare so.
    pub fn that_are(&self, agreement: Agreement) -> Vec<Trait> {
        Trait::ALL.iter().copied().filter(|field| self.of(*field) == agreement).collect()
    }
}

/// The look of an agreement's badge, and its icon: never colour alone.
pub(in crate::people) fn look(agreement: Agreement) -> (&'static str, &'static str) {
    match agreement {
        Agreement::Same => ("done", "check-circle"),
        Agreement::Alike => ("waiting", "search"),
        Agreement::Different => ("refused", "close"),
        Agreement::Missing => ("", "circle"),
    }
}

/// How alike two records are, and why.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// Field by field.
    pub agreements: Agreements,
    /// Binary logarithm of the odds that they are one person's.
    odds: f64,
}

impl Likeness {
    /// In per mille; never certain.
    pub fn per_mille(&self) -> i64 {
        ((1000.0 / (1.0 + (-self.odds).exp2())).round() as i64).clamp(0, 999)
    }

    /// The same where so many people have a name at least as like: a common one says less.
    pub fn among(self, namesakes: usize) -> Likeness {
        Likeness { odds: self.odds - (namesakes.max(1) as f64).log2(), ..self }
    }

    /// The same with further evidence, a binary logarithm of its own.
    pub(in crate::people) fn raised(self, evidence: f64) -> Likeness {
        Likeness { odds: self.odds + evidence, ..self }
    }
}

/// Names as alike as this are the same, in whatever order and script.
pub(in crate::people) const SAME_NAME: f64 = 0.99;
/// Names as alike as this may be one name otherwise written.
pub(in crate::people) const ALIKE_NAME: f64 = 0.85;
/// No name says more than this: many people share one.
const MOST_OF_A_NAME: f64 = 0.97;
/// What each hundredth below [`ALIKE_NAME`] lowers the odds by: brothers and sisters share half of theirs.
const UNLIKE_HUNDREDTH: f64 = 0.8;
/// The least that names of two strangers come to.
const LEAST_OF_A_NAME: f64 = -6.0;
/// So many days a guessed birth may be wrong by.
const GUESSED_DAYS: i64 = 3 * 366;
/// Numbers of fewer characters are too short for a slip to be told from another number.
const SHORTEST_NUMBER: usize = 6;

/// Compares two records on a day. `heard` is how alike an index has found the names, 0 if it was not asked.
pub fn compare(one: &PersonInput, other: &PersonInput, heard: f64, today: Day) -> Likeness {
    let name = names(&one.names, &other.names).max(heard);
    let agreements = Agreements {
        name: match name {
            _ if one.names.is_empty() || other.names.is_empty() => Agreement::Missing,
            _ if name >= SAME_NAME => Agreement::Same,
            _ if name >= ALIKE_NAME => Agreement::Alike,
            _ => Agreement::Different,
        },
        birth: births(&one.birth, &other.birth, today),
        sex: sexes(one.sex, other.sex),
        nationality: nationalities(&one.nationalities, &other.nationalities),
        document: documents(&one.documents, &other.documents),
        phone: phones(one, other),
    };
    let further = Trait::ALL.iter().map(|field| evidence(*field, agreements.of(*field))).sum::<f64>();
    Likeness { agreements, odds: odds_of_name(name) + further }
}

/// Names alike by more than chance stand for their own odds; below that they speak against.
fn odds_of_name(name: f64) -> f64 {
    let odds = |name: f64| (name / (1.0 - name)).log2();
    match name < ALIKE_NAME {
        true => (odds(ALIKE_NAME) - (ALIKE_NAME - name) * 100.0 * UNLIKE_HUNDREDTH).max(LEAST_OF_A_NAME),
        false => odds(name.min(MOST_OF_A_NAME)),
    }
}

/// What a field adds to the odds besides the names.
fn evidence(field: Trait, agreement: Agreement) -> f64 {
    use Agreement::{Alike, Different, Missing, Same};
    match (field, agreement) {
        (Trait::Name, _) | (_, Missing) => 0.0,
        (Trait::Birth, Same) => 4.0,
        (Trait::Birth, Alike) => 1.0,
        (Trait::Birth, Different) => -4.0,
        (Trait::Sex, Same) => 1.0,
        (Trait::Sex, Alike) => 0.0,
        (Trait::Sex, Different) => -4.0,
        (Trait::Nationality, Same) => 1.0,
        (Trait::Nationality, Alike) => 0.0,
        (Trait::Nationality, Different) => -2.0,
        (Trait::Document, Same) => 8.0,
        (Trait::Document, Alike) => 5.0,
        (Trait::Document, Different) => -1.0,
        // Families and shelters share a phone, and people change theirs.
        (Trait::Phone, Same) => 2.5,
        (Trait::Phone, Alike) => 0.0,
        (Trait::Phone, Different) => -0.5,
    }
}

/// How alike the most alike of two people's own names are; those of their parents are not theirs.
fn names(one: &[Name], other: &[Name]) -> f64 {
    let own = |names: &[Name]| -> Vec<String> {
        names
            .iter()
            .filter(|name| !matches!(name.kind, NameKind::Mother | NameKind::Father))
            .map(Name::full)
            .filter(|name| !name.is_empty())
            .collect()
    };
    let (one, other) = (own(one), own(other));
    let pairs = one.iter().flat_map(|name| other.iter().map(move |theirs| (name, theirs)));
    // A part too many costs more on one side than on the other: neither record is the one asked for.
    pairs.map(|(name, theirs)| linkage::likeness(name, theirs).max(linkage::likeness(theirs, name))).fold(0.0, f64::max)
}

fn births(one: &Birth, other: &Birth, today: Day) -> Agreement {
    let ((Some(from), Some(to)), (Some(other_from), Some(other_to))) = (one.range(today), other.range(today)) else {
        return Agreement::Missing;
    };
    if one.kind == BirthKind::Exact && other.kind == BirthKind::Exact {
        return match from == other_from {
            true => Agreement::Same,
            false if is_slip(from, other_from) => Agreement::Alike,
            false => Agreement::Different,
        };
    }
    let gap =
        if from <= other_to && other_from <= to { 0 } else { to.days_until(other_from).max(other_to.days_until(from)) };
    if gap <= GUESSED_DAYS { Agreement::Alike } else { Agreement::Different }
}

/// Day and month mixed up, one part mistaken, or the first of January, which often only stands for
/// its year.
fn is_slip(one: Day, other: Day) -> bool {
    let parts = |day: Day| (i64::from(day.0.year()), day.0.month(), day.0.day());
    let ((year, month, day), (other_year, other_month, other_day)) = (parts(one), parts(other));
    let years = (year - other_year).abs();
    let is_year_only = |month, day| (month, day) == (1, 1);
    if is_year_only(month, day) || is_year_only(other_month, other_day) {
        return years <= 1;
    }
    match years {
        0 => month == other_month || day == other_day || (month, day) == (other_day, other_month),
        1 | 10 => (month, day) == (other_month, other_day),
        _ => false,
    }
}

fn sexes(one: Sex, other: Sex) -> Agreement {
    match (one, other) {
        (Sex::Unknown, _) | (_, Sex::Unknown) => Agreement::Missing,
        _ if one == other => Agreement::Same,
        // What papers say and what a person says of themselves may differ.
        (Sex::Other, _) | (_, Sex::Other) => Agreement::Alike,
        _ => Agreement::Different,
    }
}

fn nationalities(one: &[String], other: &[String]) -> Agreement {
    let is_country = |code: &String| crate::reference::has("countries", code);
    let is_known = |code: &&String| is_country(code) || code.as_str() == "stateless";
    let (one, other): (Vec<_>, Vec<_>) =
        (one.iter().filter(is_known).collect(), other.iter().filter(is_known).collect());
    if one.is_empty() || other.is_empty() {
        return Agreement::Missing;
    }
    if one.iter().any(|code| other.contains(code)) {
        return Agreement::Same;
    }
    // Whoever is stateless is often written down with the country they come from.
    match one.iter().chain(&other).all(|code| is_country(code)) {
        true => Agreement::Different,
        false => Agreement::Alike,
    }
}

fn documents(one: &[Document], other: &[Document]) -> Agreement {
    let pairs = || one.iter().flat_map(|document| other.iter().map(move |theirs| (document, theirs)));
    let compared = pairs().filter_map(|(document, theirs)| {
        let (number, other_number) = (document_key(&document.number)?, document_key(&theirs.number)?);
        let length = number.chars().count().min(other_number.chars().count()) - "d:".len();
        Some(match osa::distance(number.chars(), other_number.chars()) {
            0 => Agreement::Same,
            1 if length >= SHORTEST_NUMBER => Agreement::Alike,
            _ if document.kind == theirs.kind && document.issuer == theirs.issuer => Agreement::Different,
            // Other papers have other numbers.
            _ => Agreement::Missing,
        })
    });
    compared.min().unwrap_or(Agreement::Missing)
}

fn phones(one: &PersonInput, other: &PersonInput) -> Agreement {
    let keys = |person: &PersonInput| -> Vec<String> {
        person.contacts.iter().filter_map(|contact| phone_key(&contact.value)).collect()
    };
    let (one, other) = (keys(one), keys(other));
    match (one.is_empty() || other.is_empty(), one.iter().any(|key| other.contains(key))) {
        (true, _) => Agreement::Missing,
        (false, true) => Agreement::Same,
        (false, false) => Agreement::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Contact, Safety};

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
    }

    fn person(given: &str, family: &str, born: &str) -> PersonInput {
        let mut input =
            PersonInput { sex: Sex::Female, nationalities: vec!["SY".to_owned()], ..PersonInput::default() };
        (input.names[0].given, input.names[0].family) = (given.to_owned(), family.to_owned());
        input.birth = Birth { kind: BirthKind::Exact, from: born.parse().ok(), ..Birth::default() };
        input
    }

    fn with_document(mut person: PersonInput, number: &str) -> PersonInput {
        let (kind, issuer) = ("passport".to_owned(), Some("SY".to_owned()));
        person.documents = vec![Document { kind, number: number.to_owned(), issuer, expires_on: None }];
        person
    }

    fn with_phone(mut person: PersonInput, number: &str) -> PersonInput {
        let (kind, note) = ("mobile".to_owned(), String::new());
        person.contacts = vec![Contact { kind, value: number.to_owned(), safety: Safety::Unknown, note }];
        person
    }

    fn year(year: &str) -> Birth {
        let day = |end: &str| format!("{year}-{end}").parse().ok();
        Birth { kind: BirthKind::Estimated, from: day("01-01"), to: day("12-31"), ..Birth::default() }
    }

    fn likeness(one: &PersonInput, other: &PersonInput) -> Likeness {
        let (there, back) = (compare(one, other, 0.0, today()), compare(other, one, 0.0, today()));
        assert_eq!((there.agreements, there.per_mille()), (back.agreements, back.per_mille()), "whoever comes first");
        there
    }

    fn birth(one: Birth, other: Birth) -> Agreement {
        births(&one, &other, today())
    }

    fn exact(day: &str) -> Birth {
        Birth { kind: BirthKind::Exact, from: day.parse().ok(), ..Birth::default() }
    }

    #[test]
    fn one_woman_in_two_scripts_with_a_guessed_year_is_found_and_explained() {
        let one = with_phone(person("ضحى", "الزرقاوي", "1994-05-17"), "+962 7 9012 3456");
        let mut other = with_phone(person("Zarqawi", "Duha", "1994-05-17"), "0790123456");
        other.birth = year("1993");
        let likeness = likeness(&one, &other);
        let told = likeness.agreements;
        assert!(matches!(told.name, Agreement::Same | Agreement::Alike));
        assert_eq!((told.birth, told.sex, told.phone), (Agreement::Alike, Agreement::Same, Agreement::Same));
        assert_eq!((told.nationality, told.document), (Agreement::Same, Agreement::Missing));
        assert!(likeness.per_mille() > 980, "{}", likeness.per_mille());
        assert_eq!(told.that_are(Agreement::Missing), [Trait::Document]);
    }

    #[test]
    fn namesakes_of_another_age_and_sisters_are_not() {
        let one = person("Amina", "Yusuf", "1994-05-17");
        assert!(likeness(&one, &person("Amina", "Yusuf", "1961-02-03")).per_mille() < 900);
        let shared = "+962 7 9012 3456";
        let sister = with_phone(person("Khadija", "Yusuf", "1999-02-03"), shared);
        let likeness = likeness(&with_phone(one, shared), &sister);
        assert_eq!(likeness.agreements.name, Agreement::Different);
        assert!(likeness.per_mille() < 900, "not worth a look: {}", likeness.per_mille());
    }

    #[test]
    fn a_common_name_says_less() {
        let one = PersonInput { birth: Birth::default(), ..person("Mohammed", "Ahmed", "1990-01-01") };
        let likeness = likeness(&one, &one.clone());
        assert!(likeness.per_mille() > 980 && likeness.among(1).per_mille() == likeness.per_mille());
        assert!(likeness.among(24).per_mille() < 900, "{}", likeness.among(24).per_mille());
        assert!(likeness.per_mille() < 1000, "never certain");
    }

    #[test]
    fn a_paper_outweighs_a_birth_that_differs_and_a_slip_is_seen() {
        let one = with_document(person("Samira", "Tahan", "1994-05-17"), "SY 778-1234/9");
        let other = with_document(person("Samirah", "Tahhan", "1970-01-09"), "sy7781234 9");
        let same = likeness(&one, &other);
        assert_eq!((same.agreements.document, same.agreements.birth), (Agreement::Same, Agreement::Different));
        assert!(same.per_mille() > 950, "{}", same.per_mille());
        let number = |number: &str| likeness(&one, &with_document(other.clone(), number)).agreements.document;
        assert_eq!(number("SY 778-1243/9"), Agreement::Alike);
        assert_eq!(number("SY 778-1234"), Agreement::Alike);
        assert_eq!(number("SY 555-0000"), Agreement::Different);
        let mut card = with_document(other.clone(), "55");
        card.documents[0].kind = "national_id".to_owned();
        assert_eq!(likeness(&one, &card).agreements.document, Agreement::Missing, "another paper, another number");
    }

    #[test]
    fn births_are_as_well_known_as_they_are() {
        assert_eq!(birth(exact("1994-05-17"), exact("1994-05-17")), Agreement::Same);
        for slip in ["1994-05-18", "1994-06-17", "1995-05-17", "1984-05-17", "1994-01-01", "1995-01-01"] {
            assert_eq!(birth(exact("1994-05-17"), exact(slip)), Agreement::Alike, "{slip}");
        }
        assert_eq!(birth(exact("1994-05-07"), exact("1994-07-05")), Agreement::Alike);
        for other in ["1994-06-18", "1997-05-17", "1996-01-01"] {
            assert_eq!(birth(exact("1994-05-17"), exact(other)), Agreement::Different, "{other}");
        }
        assert_eq!(birth(exact("1994-05-17"), year("1994")), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), year("1991")), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), year("1980")), Agreement::Different);
        let age = Birth { kind: BirthKind::Age, age: Some(32), age_on: Some(today()), ..Birth::default() };
        assert_eq!(birth(exact("1994-05-17"), age), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), Birth::default()), Agreement::Missing);
    }

    #[test]
    fn what_is_not_known_is_missing_and_not_different() {
        let nationality = |one: &[&str], other: &[&str]| {
            let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
            nationalities(&codes(one), &codes(other))
        };
        assert_eq!(nationality(&["SY"], &["unknown"]), Agreement::Missing);
        assert_eq!(nationality(&["MM"], &["stateless"]), Agreement::Alike);
        assert_eq!(nationality(&["SY", "JO"], &["JO"]), Agreement::Same);
        assert_eq!(nationality(&["SY"], &["IQ"]), Agreement::Different);
        assert_eq!(sexes(Sex::Female, Sex::Unknown), Agreement::Missing);
        assert_eq!(sexes(Sex::Female, Sex::Other), Agreement::Alike);
        let bare = PersonInput { names: Vec::new(), ..PersonInput::default() };
        let nothing = compare(&bare, &bare, 0.0, today());
        assert_eq!(nothing.agreements.that_are(Agreement::Missing).len(), 6);
        assert!(nothing.per_mille() < 100);
    }

    #[test]
    fn a_mothers_name_is_not_ones_own() {
        let mother =
            Name { kind: NameKind::Mother, given: "Mariam".into(), family: "Haddad".into(), family_first: false };
        let (mut one, mut other) = (person("Samir", "Nasser", "1994-05-17"), person("Rula", "Ziad", "1999-01-07"));
        one.names.push(mother.clone());
        other.names.push(mother);
        assert_eq!(likeness(&one, &other).agreements.name, Agreement::Different);
    }
}
