//! How alike two records are, field by field: whether they may be one person's.
//!
//! The `linkage` engine weighs them by a model that it learned from an invented registry (`likeness.toml`); how common a
//! name is among the people on record is counted anew each time. What an engine cannot know is decided before it is asked:
//! which of several names, papers and phones are set against each other, and how far a guessed birth reaches. What is
//! not on record says nothing.

use std::sync::LazyLock;

use linkage::batch::{self, Among, Contribution, Explanation, Few, Model};
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
    probability: f64,
}

impl Likeness {
    /// In per mille; never certain.
    pub fn per_mille(&self) -> i64 {
        ((self.probability * 1000.0).round() as i64).clamp(0, 999)
    }

    /// Binary logarithm of the odds that they are one person's.
    pub(in crate::people) fn odds(&self) -> f64 {
        (self.probability.max(f64::MIN_POSITIVE) / (1.0 - self.probability).max(f64::EPSILON)).log2()
    }

    /// The same with evidence that no record holds, as a binary logarithm: how much oftener it is
    /// found of one person than of two.
    pub(in crate::people) fn raised(self, evidence: f64) -> Likeness {
        Likeness { probability: 1.0 / (1.0 + (-self.odds() - evidence).exp2()), ..self }
    }
}

/// What agreement is worth.
static MODEL: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("likeness.toml")).unwrap_or_default());

/// So many days a guessed birth may be wrong by, and of an age such a part: the old are guessed worst.
const GUESSED_DAYS: i64 = 3 * 366;
const GUESSED_PART: i64 = 10;
/// Names of one person that are set against those of another.
const NAMES: usize = 4;

/// How alike a record is to each of some others, on a day, among all people on record.
pub fn compare(one: &PersonInput, others: &[&PersonInput], among: &Among<'_>, today: Day) -> Vec<Likeness> {
    let mut sides: Vec<Side> = Vec::new();
    let mut add = |person: &PersonInput, facts: Facts| {
        let start = sides.len();
        sides.extend(Side::all(person, &facts));
        start..sides.len()
    };
    let pairs: Vec<_> = others
        .iter()
        .map(|other| {
            let [ours, theirs] = Facts::of(one, other, today);
            (add(one, ours), add(other, theirs))
        })
        .collect();
    let rows: Vec<Vec<&str>> = sides.iter().map(Side::row).collect();
    let few = Few::new(&MODEL, &rows, among);
    let scorer = few.scorer();
    let most_alike = |(ours, theirs): (std::ops::Range<usize>, std::ops::Range<usize>)| {
        let names = ours.flat_map(|one| theirs.clone().map(move |other| (one, other)));
        let weighed = names.map(|(one, other)| scorer.explain(one, other));
        weighed.max_by(|one, other| one.weight.total_cmp(&other.weight)).map(|best| Likeness::of(&best))
    };
    pairs.into_iter().filter_map(most_alike).collect()
}

impl Likeness {
    fn of(explanation: &Explanation) -> Likeness {
        let of = |field: &str| {
            let said = explanation.contributions.iter().find(|said| said.field == field);
            said.map_or(Agreement::Missing, Agreement::of)
        };
        let agreements = Agreements {
            name: of("given_name").with_family(of("family_name")),
            birth: of("birth_date"),
            sex: of("sex"),
            nationality: of("nationality"),
            document: of("document"),
            phone: of("phone"),
        };
        Likeness { agreements, probability: explanation.probability }
    }
}

impl Agreement {
    fn of(said: &Contribution) -> Agreement {
        match said.agreement {
            batch::Agreement::Missing => Agreement::Missing,
            batch::Agreement::Different => Agreement::Different,
            batch::Agreement::Alike => Agreement::Alike,
            batch::Agreement::Same => Agreement::Same,
        }
    }

    /// A given name and a family name; who marries may change the latter.
    fn with_family(self, family: Agreement) -> Agreement {
        match (self, family) {
            (Agreement::Different, _) | (Agreement::Missing, Agreement::Different) => Agreement::Different,
            (given, family) if given == family => given,
            _ => Agreement::Alike,
        }
    }
}

/// One record as it is set against another: under one of its names.
struct Side {
    given: String,
    family: String,
    father: String,
    facts: Facts,
}

impl Side {
    /// A record under each of its own names; those of parents are not its own.
    fn all(person: &PersonInput, facts: &Facts) -> Vec<Side> {
        let own = person.names.iter().filter(|name| name.kind.is_own());
        let mut names: Vec<(String, String)> = own.take(NAMES).map(parts).collect();
        if names.is_empty() {
            names.push(Default::default());
        }
        let father = person.names.iter().find(|name| name.kind == NameKind::Father);
        let father =
            father.map(|father| if father.given.trim().is_empty() { father.full() } else { father.given.clone() });
        let father = father.unwrap_or_default();
        let side = |(given, family)| Side { given, family, father: father.clone(), facts: facts.clone() };
        names.into_iter().map(side).collect()
    }

    /// The values of the model's fields.
    fn row(&self) -> Vec<&str> {
        MODEL.kinds().map(|(field, _)| self.value(field)).collect()
    }

    fn value(&self, field: &str) -> &str {
        match field {
            "given_name" => &self.given,
            "family_name" => &self.family,
            "father_name" => &self.father,
            "sex" => &self.facts.sex,
            "birth_date" => &self.facts.birth,
            "nationality" => &self.facts.nationality,
            "document" => &self.facts.document,
            "phone" => &self.facts.phone,
            _ => "",
        }
    }
}

/// Given and family name. Of a name that stands in one field, the last part is taken for the family's.
fn parts(name: &Name) -> (String, String) {
    let (given, family) = (name.given.trim(), name.family.trim());
    let whole = if given.is_empty() { family } else { given };
    match whole.rsplit_once(char::is_whitespace) {
        Some((first, last)) if given.is_empty() || family.is_empty() => (first.to_owned(), last.to_owned()),
        _ => (given.to_owned(), family.to_owned()),
    }
}

/// What is set against each other besides names; empty where it is not known of both.
#[derive(Clone)]
struct Facts {
    sex: String,
    birth: String,
    nationality: String,
    document: String,
    phone: String,
}

impl Facts {
    fn of(one: &PersonInput, other: &PersonInput, today: Day) -> [Facts; 2] {
        let [sex, their_sex] = sexes(one.sex, other.sex);
        let [birth, their_birth] = births(&one.birth, &other.birth, today);
        let [nationality, their_nationality] = nationalities(&one.nationalities, &other.nationalities);
        let [document, their_document] = documents(&one.documents, &other.documents);
        let [phone, their_phone] = phones(one, other);
        [
            Facts { sex, birth, nationality, document, phone },
            Facts {
                sex: their_sex,
                birth: their_birth,
                nationality: their_nationality,
                document: their_document,
                phone: their_phone,
            },
        ]
    }
}

/// Days where both are exact; where one is guessed, days that stand for years, of one year where both can be true.
fn births(one: &Birth, other: &Birth, today: Day) -> [String; 2] {
    let ((Some(from), Some(to)), (Some(other_from), Some(other_to))) = (one.range(today), other.range(today)) else {
        return Default::default();
    };
    if one.kind == BirthKind::Exact && other.kind == BirthKind::Exact {
        return [from.to_string(), other_from.to_string()];
    }
    let gap = to.days_until(other_from).max(other_to.days_until(from));
    let both_can_be_true = gap <= GUESSED_DAYS.max(from.days_until(today) / GUESSED_PART);
    let (year, theirs) = (from.0.year(), if both_can_be_true { from.0.year() } else { other_from.0.year() });
    [format!("{year:04}-01-01"), format!("{theirs:04}-07-01")]
}

/// What papers say and what a person says of themselves may differ: only female and male can.
fn sexes(one: Sex, other: Sex) -> [String; 2] {
    match [one, other].iter().all(|sex| matches!(sex, Sex::Female | Sex::Male)) {
        true => [one.code().to_owned(), other.code().to_owned()],
        false => Default::default(),
    }
}

/// A nationality of both, or one of each. Whoever is stateless is often written down with the country they come from.
fn nationalities(one: &[String], other: &[String]) -> [String; 2] {
    let is_country = |code: &&String| crate::reference::has("countries", code);
    if let Some(shared) = one.iter().find(|code| (is_country(code) || *code == "stateless") && other.contains(code)) {
        return [shared.clone(), shared.clone()];
    }
    match (one.iter().all(|code| is_country(&code)), other.iter().all(|code| is_country(&code))) {
        (true, true) => [one, other].map(|codes| codes.first().cloned().unwrap_or_default()),
        _ => Default::default(),
    }
}

/// The numbers that are most alike; other papers have other numbers.
fn documents(one: &[Document], other: &[Document]) -> [String; 2] {
    let pairs = one.iter().flat_map(|document| other.iter().map(move |theirs| (document, theirs)));
    let compared = pairs.filter_map(|(document, theirs)| {
        let (number, other_number) = (document_key(&document.number)?, document_key(&theirs.number)?);
        let slips = osa::distance(number.chars(), other_number.chars());
        let is_one_kind = document.kind == theirs.kind && document.issuer == theirs.issuer;
        (slips <= 1 || is_one_kind).then_some((slips, [number, other_number]))
    });
    compared.min().map(|(_, numbers)| numbers).unwrap_or_default()
}

/// A phone of both, or one of each.
fn phones(one: &PersonInput, other: &PersonInput) -> [String; 2] {
    let keys = |person: &PersonInput| -> Vec<String> {
        person.contacts.iter().filter_map(|contact| phone_key(&contact.value)).collect()
    };
    let (one, other) = (keys(one), keys(other));
    match one.iter().find(|key| other.contains(key)) {
        Some(shared) => [shared.clone(), shared.clone()],
        None => [one, other].map(|keys| keys.into_iter().next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use linkage::batch::Kind;

    use super::*;
    use crate::people::{Contact, Safety};

    #[test]
    fn the_model_that_ships_can_be_read() {
        let model = Model::parse(include_str!("likeness.toml")).unwrap();
        let fields: Vec<&str> = model.kinds().map(|(field, _)| field).collect();
        assert_eq!(fields.len(), 8, "{fields:?}");
    }

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

    /// Among ten thousand people, of whom so many have each name.
    fn among(namesakes: u64, one: &PersonInput, other: &PersonInput) -> Likeness {
        let holders = |kind: Kind, _: &str| matches!(kind, Kind::Given | Kind::Family).then_some(namesakes);
        let among = Among { records: 10_000, holders: &holders };
        let weigh = |one, other| compare(one, &[other], &among, today()).pop().unwrap();
        let (there, back) = (weigh(one, other), weigh(other, one));
        assert_eq!((there.agreements, there.per_mille()), (back.agreements, back.per_mille()), "whoever comes first");
        there
    }

    fn likeness(one: &PersonInput, other: &PersonInput) -> Likeness {
        among(20, one, other)
    }

    fn birth(one: Birth, other: Birth) -> Agreement {
        let with = |birth| PersonInput { birth, ..person("Amina", "Yusuf", "1994-05-17") };
        likeness(&with(one), &with(other)).agreements.birth
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
        assert!(likeness.per_mille() > 950, "{}", likeness.per_mille());
        assert_eq!(told.that_are(Agreement::Missing), [Trait::Document]);
    }

    #[test]
    fn namesakes_of_another_age_and_sisters_are_not() {
        let one = person("Amina", "Yusuf", "1994-05-17");
        assert!(among(100, &one, &person("Amina", "Yusuf", "1961-02-03")).per_mille() < 300);
        let shared = "+962 7 9012 3456";
        let sister = with_phone(person("Khadija", "Yusuf", "1999-02-03"), shared);
        let likeness = likeness(&with_phone(one, shared), &sister);
        assert_eq!(likeness.agreements.name, Agreement::Different);
        assert!(likeness.per_mille() < 300, "not worth a look: {}", likeness.per_mille());
    }

    #[test]
    fn a_common_name_says_less() {
        let one = PersonInput { birth: Birth::default(), ..person("Mohammed", "Ahmed", "1990-01-01") };
        let per_mille = |namesakes| among(namesakes, &one, &one.clone()).per_mille();
        assert!(per_mille(2) > 900 && per_mille(2) < 1000, "never certain: {}", per_mille(2));
        assert!(per_mille(1_000) < 300, "{}", per_mille(1_000));
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
        for other in ["1997-06-18", "1991-09-09", "1996-01-01"] {
            assert_eq!(birth(exact("1994-05-17"), exact(other)), Agreement::Different, "{other}");
        }
        assert_eq!(birth(exact("1994-05-17"), year("1994")), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), year("1991")), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), year("1989")), Agreement::Different);
        assert_eq!(birth(exact("1944-05-17"), year("1939")), Agreement::Alike, "an old woman's age is guessed");
        let age = Birth { kind: BirthKind::Age, age: Some(32), age_on: Some(today()), ..Birth::default() };
        assert_eq!(birth(exact("1994-05-17"), age), Agreement::Alike);
        assert_eq!(birth(exact("1994-05-17"), Birth::default()), Agreement::Missing);
    }

    #[test]
    fn what_is_not_known_is_missing_and_not_different() {
        let nationality = |one: &[&str], other: &[&str]| {
            let with = |codes: &[&str]| PersonInput {
                nationalities: codes.iter().map(|code| (*code).to_owned()).collect(),
                ..person("Amina", "Yusuf", "1994-05-17")
            };
            likeness(&with(one), &with(other)).agreements.nationality
        };
        assert_eq!(nationality(&["SY"], &["unknown"]), Agreement::Missing);
        assert_eq!(nationality(&["MM"], &["stateless"]), Agreement::Missing, "they may be one person's");
        assert_eq!(nationality(&["stateless"], &["stateless"]), Agreement::Same);
        assert_eq!(nationality(&["SY", "JO"], &["JO"]), Agreement::Same);
        assert_eq!(nationality(&["SY"], &["IQ"]), Agreement::Different);
        let sex = |one, other| {
            let with = |sex| PersonInput { sex, ..person("Amina", "Yusuf", "1994-05-17") };
            likeness(&with(one), &with(other)).agreements.sex
        };
        assert_eq!(sex(Sex::Female, Sex::Male), Agreement::Different);
        assert_eq!(sex(Sex::Female, Sex::Unknown), Agreement::Missing);
        assert_eq!(sex(Sex::Female, Sex::Other), Agreement::Missing, "papers and people may say different things");
        let bare = PersonInput { names: Vec::new(), ..PersonInput::default() };
        let nothing = likeness(&bare, &bare);
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
