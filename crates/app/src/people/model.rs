//! People: types and rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes;
use crate::dates::Day;
use crate::error::{Check, Error};
use crate::ids::{AttachmentId, HouseholdId, PersonId, TeamId, UserId};
use crate::reference;
use crate::web::blank;

codes! {
    /// Sex as recorded in documents or stated.
    "sex" Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Another entry.
        Other = "other",
        /// Not known.
        Unknown = "unknown",
    }
}

fn unknown_sex() -> Sex {
    Sex::Unknown
}

codes! {
    /// What a name is to a person.
    "name-kind" NameKind {
        /// The name to call them by.
        Main = "main",
        /// The same name otherwise written, or another they use.
        Also = "also",
        /// What friends and family say.
        Nickname = "nickname",
        /// The name given at birth.
        Birth = "birth",
        /// Their mother's name.
        Mother = "mother",
        /// Their father's name.
        Father = "father",
    }
}

codes! {
    /// How well the date of birth is known.
    "birth-kind" BirthKind {
        /// The day itself.
        Exact = "exact",
        /// Between two days, often a whole year.
        Estimated = "estimated",
        /// An age on the day of asking.
        Age = "age",
        /// Not known.
        Unknown = "unknown",
    }
}

codes! {
    /// Whether a contact may be used without danger to the person.
    "safety" Safety {
        /// The person said it is safe.
        Safe = "safe",
        /// Using it may put the person in danger.
        Unsafe = "unsafe",
        /// Not asked yet; treated as unsafe.
        Unknown = "unknown",
    }
}

codes! {
    /// Where on the way a leg of the journey lies.
    "stage" Stage {
        /// Where the person comes from.
        Origin = "origin",
        /// On the way.
        Transit = "transit",
        /// Where the person is, or wants to be.
        Destination = "destination",
    }
}

codes! {
    /// What a consent is for.
    "purpose" Purpose {
        /// Keeping a case and working on it.
        CaseWork = "case_work",
        /// Referring to providers of the named kinds.
        Referral = "referral",
        /// Telling police or courts.
        LawEnforcement = "law_enforcement",
        /// Being counted in figures.
        Statistics = "statistics",
        /// Being part of research.
        Research = "research",
        /// Being contacted after the case is closed, to hear what became of them.
        Contact = "contact",
    }
}

codes! {
    /// What the person decided about a purpose.
    "decision" Decision {
        /// Yes.
        Given = "given",
        /// No.
        Refused = "refused",
        /// Yes once, no now.
        Withdrawn = "withdrawn",
        /// Not asked yet.
        NotAsked = "not_asked",
        /// Yes once, until a day that has passed: no more than not asked. Never on record, always
        /// worked out from the last day.
        Lapsed = "lapsed",
    }
}

impl Decision {
    /// What a decision on record, with its last day, comes to on a day.
    pub fn on(self, today: Day, until: Option<Day>) -> Decision {
        match (self, until) {
            (Decision::Given, Some(last)) if last < today => Decision::Lapsed,
            _ => self,
        }
    }
}

fn main_name() -> NameKind {
    NameKind::Main
}

fn unknown_safety() -> Safety {
    Safety::Unknown
}

fn on_the_way() -> Stage {
    Stage::Transit
}

fn unknown_birth() -> BirthKind {
    BirthKind::Unknown
}

/// One name.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Name {
    /// What it is to the person.
    #[serde(default = "main_name")]
    pub kind: NameKind,
    /// Given names; all of it where the person has one name only.
    #[serde(default)]
    pub given: String,
    /// Family name.
    #[serde(default)]
    pub family: String,
    /// Whether the family name is said first.
    #[serde(default)]
    pub family_first: bool,
}

impl NameKind {
    /// Whether it is a name of the person, and not of a parent.
    pub fn is_own(self) -> bool {
        !matches!(self, NameKind::Mother | NameKind::Father)
    }
}

/// The names of a person themselves as they are said; those of their parents are not theirs.
pub(in crate::people) fn own_names(names: &[Name]) -> impl Iterator<Item = String> {
    names.iter().filter(|name| name.kind.is_own()).map(Name::full).filter(|name| !name.is_empty())
}

impl Name {
    /// The name as it is said.
    pub fn full(&self) -> String {
        let (first, second) = if self.family_first { (&self.family, &self.given) } else { (&self.given, &self.family) };
        [first.trim(), second.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// An identity paper.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Document {
    /// Its kind (`document_kinds`).
    #[serde(default)]
    pub kind: String,
    /// Its number.
    #[serde(default)]
    pub number: String,
    /// The issuing country (`countries`).
    #[serde(default, deserialize_with = "blank")]
    pub issuer: Option<String>,
    /// Its last valid day.
    #[serde(default, deserialize_with = "blank")]
    pub expires_on: Option<Day>,
}

impl Document {
    fn is_blank(&self) -> bool {
        self.number.trim().is_empty() && self.issuer.is_none() && self.expires_on.is_none()
    }
}

/// A way to reach the person.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Contact {
    /// Its kind (`contact_kinds`).
    #[serde(default)]
    pub kind: String,
    /// The number or address.
    #[serde(default)]
    pub value: String,
    /// Whether it may be used.
    #[serde(default = "unknown_safety")]
    pub safety: Safety,
    /// Who answers, when to call.
    #[serde(default)]
    pub note: String,
}

/// One leg of the journey.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Leg {
    /// Where on the way.
    #[serde(default = "on_the_way")]
    pub stage: Stage,
    /// The country (`countries`).
    #[serde(default, deserialize_with = "blank")]
    pub country: Option<String>,
    /// The town or camp.
    #[serde(default)]
    pub place: String,
    /// First day there.
    #[serde(default, deserialize_with = "blank")]
    pub from: Option<Day>,
    /// Last day there.
    #[serde(default, deserialize_with = "blank")]
    pub until: Option<Day>,
    /// Legal status there (`legal_statuses`).
    #[serde(default, deserialize_with = "blank")]
    pub legal_status: Option<String>,
    /// What forced the person to leave (`displacement_causes`).
    #[serde(default, deserialize_with = "blank")]
    pub cause: Option<String>,
    /// What the person moved for (`movement_reasons`).
    #[serde(default, deserialize_with = "blank")]
    pub reason: Option<String>,
}

impl Leg {
    fn is_blank(&self) -> bool {
        let codes = [&self.country, &self.legal_status, &self.cause, &self.reason];
        self.place.trim().is_empty() && self.from.or(self.until).is_none() && codes.iter().all(|code| code.is_none())
    }
}

/// What is said of birth.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Birth {
    /// How well it is known.
    #[serde(default = "unknown_birth")]
    pub kind: BirthKind,
    /// The day, or the first day it can have been.
    #[serde(default, deserialize_with = "blank")]
    pub from: Option<Day>,
    /// The last day it can have been.
    #[serde(default, deserialize_with = "blank")]
    pub to: Option<Day>,
    /// The age said, where it is an age on a day.
    #[serde(default, deserialize_with = "blank")]
    pub age: Option<i64>,
    /// The day the age was said.
    #[serde(default, deserialize_with = "blank")]
    pub age_on: Option<Day>,
}

impl Default for Birth {
    fn default() -> Birth {
        Birth { kind: BirthKind::Unknown, from: None, to: None, age: None, age_on: None }
    }
}

impl Birth {
    /// First and last day the person can have been born.
    pub fn range(&self, today: Day) -> (Option<Day>, Option<Day>) {
        match self.kind {
            BirthKind::Exact => (self.from, self.from),
            BirthKind::Estimated => (self.from, self.to.or(self.from)),
            BirthKind::Age => match self.age {
                Some(age) => {
                    let on = self.age_on.unwrap_or(today);
                    (Some(on.plus_years(-age - 1).plus_days(1)), Some(on.plus_years(-age)))
                }
                None => (None, None),
            },
            BirthKind::Unknown => (None, None),
        }
    }

    /// The age on a day: youngest and oldest it can be.
    pub fn age_range(&self, today: Day) -> Option<(i64, i64)> {
        let (from, to) = self.range(today);
        Some((to?.years_until(today).max(0), from?.years_until(today).max(0)))
    }

    /// Whether the person may be under 18: the benefit of the doubt (Convention on the Rights of
    /// the Child, General Comment 6, paragraph 31).
    pub fn may_be_child(&self, today: Day) -> bool {
        self.age_range(today).is_some_and(|(youngest, _)| youngest < 18)
    }
}

/// What is recorded of a person, as typed, sent or imported.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct PersonInput {
    /// Names; one of them the main one.
    #[serde(default)]
    pub names: Vec<Name>,
    /// Sex.
    #[serde(default = "unknown_sex")]
    pub sex: Sex,
    /// Gender in the person's own words (`genders`).
    #[serde(default, deserialize_with = "blank")]
    pub gender: Option<String>,
    /// Birth.
    #[serde(default)]
    pub birth: Birth,
    /// Nationalities (`countries`, `special_nationalities`).
    #[serde(default)]
    pub nationalities: Vec<String>,
    /// Languages spoken (`languages`), best first.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Identity papers.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Phones, addresses.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The journey, in order.
    #[serde(default)]
    pub journey: Vec<Leg>,
    /// Whether every reading of this record is written down.
    #[serde(default)]
    pub protected: bool,
}

impl Default for PersonInput {
    fn default() -> PersonInput {
        PersonInput {
            names: vec![Name {
                kind: NameKind::Main,
                given: String::new(),
                family: String::new(),
                family_first: false,
            }],
            sex: Sex::Unknown,
            gender: None,
            birth: Birth::default(),
            nationalities: Vec::new(),
            languages: Vec::new(),
            documents: Vec::new(),
            contacts: Vec::new(),
            journey: Vec::new(),
            protected: false,
        }
    }
}

/// Most entries of one list.
const LONGEST_LIST: usize = 30;

impl PersonInput {
    /// Parts of a row in which a form always has something chosen.
    pub const CHOSEN: &[&str] = &["kind", "safety", "stage", "family_first"];

    /// Drops rows into which nothing was written.
    pub fn without_blanks(mut self) -> PersonInput {
        self.names.retain(|name| !name.full().is_empty());
        self.documents.retain(|document| !document.is_blank());
        self.contacts.retain(|contact| !(contact.value.trim().is_empty() && contact.note.trim().is_empty()));
        self.journey.retain(|leg| !leg.is_blank());
        self.nationalities.retain(|code| !code.is_empty());
        self.languages.retain(|code| !code.is_empty());
        self
    }

    /// The name to call the person by.
    pub fn display_name(&self) -> String {
        self.names
            .iter()
            .find(|name| name.kind == NameKind::Main)
            .or(self.names.first())
            .map(Name::full)
            .unwrap_or_default()
    }

    /// Whether it can be recorded.
    ///
    /// # Errors
    /// The fields to correct, such as `names[0].given`.
    pub fn check(&self, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        let main = self.names.iter().filter(|name| name.kind == NameKind::Main && !name.full().is_empty()).count();
        check.that(main == 1, "names[0].given", "invalid-main-name");
        for (index, name) in self.names.iter().enumerate() {
            check.short(&name.given, 200, &format!("names[{index}].given"));
            check.short(&name.family, 200, &format!("names[{index}].family"));
        }
        self.check_birth(&mut check, today);
        self.check_codes(&mut check);
        for (index, document) in self.documents.iter().enumerate() {
            check.text(&document.number, 100, &format!("documents[{index}].number"));
            check.that(
                reference::has("document_kinds", &document.kind),
                format!("documents[{index}].kind"),
                "invalid-choice",
            );
        }
        for (index, contact) in self.contacts.iter().enumerate() {
            check.text(&contact.value, 300, &format!("contacts[{index}].value"));
            check.short(&contact.note, 500, &format!("contacts[{index}].note"));
            check.that(
                reference::has("contact_kinds", &contact.kind),
                format!("contacts[{index}].kind"),
                "invalid-choice",
            );
        }
        for (index, leg) in self.journey.iter().enumerate() {
            check.short(&leg.place, 200, &format!("journey[{index}].place"));
            check.that(
                leg.country.is_some() || !leg.place.trim().is_empty(),
                format!("journey[{index}].place"),
                "invalid-required",
            );
            let ordered = leg.from.zip(leg.until).is_none_or(|(from, until)| from <= until);
            check.that(ordered, format!("journey[{index}].until"), "invalid-order");
        }
        for (field, length) in [
            ("names", self.names.len()),
            ("nationalities", self.nationalities.len()),
            ("languages", self.languages.len()),
            ("documents", self.documents.len()),
            ("contacts", self.contacts.len()),
            ("journey", self.journey.len()),
        ] {
            check.that(length <= LONGEST_LIST, field, "invalid-too-many");
        }
        check.done()
    }

    fn check_birth(&self, check: &mut Check, today: Day) {
        let birth = &self.birth;
        match birth.kind {
            BirthKind::Exact => check.that(birth.from.is_some(), "birth.from", "invalid-date"),
            BirthKind::Estimated => check.that(birth.from.is_some(), "birth.from", "invalid-date"),
            BirthKind::Age => {
                check.that(birth.age.is_some_and(|age| (0..=130).contains(&age)), "birth.age", "invalid-age")
            }
            BirthKind::Unknown => {}
        }
        let (from, to) = birth.range(today);
        check.that(from.is_none_or(|from| from <= today), "birth.from", "invalid-future");
        check.that(from.is_none_or(|from| from >= today.plus_years(-131)), "birth.from", "invalid-too-old");
        check.that(from.zip(to).is_none_or(|(from, to)| from <= to), "birth.to", "invalid-order");
    }

    fn check_codes(&self, check: &mut Check) {
        let country = |code: &str| reference::has("countries", code);
        for (index, code) in self.nationalities.iter().enumerate() {
            let known = country(code) || reference::has("special_nationalities", code);
            check.that(known, format!("nationalities[{index}]"), "invalid-choice");
        }
        for (index, code) in self.languages.iter().enumerate() {
            check.that(reference::has("languages", code), format!("languages[{index}]"), "invalid-choice");
        }
        check.that(
            self.gender.as_deref().is_none_or(|code| reference::has("genders", code)),
            "gender",
            "invalid-choice",
        );
        for (index, document) in self.documents.iter().enumerate() {
            check.that(
                document.issuer.as_deref().is_none_or(country),
                format!("documents[{index}].issuer"),
                "invalid-choice",
            );
        }
        for (index, leg) in self.journey.iter().enumerate() {
            for (list, field, code) in [
                ("countries", "country", &leg.country),
                ("legal_statuses", "legal_status", &leg.legal_status),
                ("displacement_causes", "cause", &leg.cause),
                ("movement_reasons", "reason", &leg.reason),
            ] {
                let known = code.as_deref().is_none_or(|code| reference::has(list, code));
                check.that(known, format!("journey[{index}].{field}"), "invalid-choice");
            }
        }
    }
}

/// The decisions in force.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Consents {
    /// Case work.
    pub case_work: Decision,
    /// Referral.
    pub referral: Decision,
    /// Law enforcement.
    pub law_enforcement: Decision,
    /// Statistics.
    pub statistics: Decision,
    /// Research.
    pub research: Decision,
    /// Contact after the case is closed.
    pub contact: Decision,
}

impl Consents {
    /// The decision about a purpose.
    pub fn of(&self, purpose: Purpose) -> Decision {
        match purpose {
            Purpose::CaseWork => self.case_work,
            Purpose::Referral => self.referral,
            Purpose::LawEnforcement => self.law_enforcement,
            Purpose::Statistics => self.statistics,
            Purpose::Research => self.research,
            Purpose::Contact => self.contact,
        }
    }
}

/// A person on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Number inside the organisation, written `P-000123`.
    pub number: i64,
    /// What is recorded.
    #[serde(flatten)]
    pub record: PersonInput,
    /// Specific needs found by screening.
    pub needs: Vec<String>,
    /// Sum of the weights of the needs: who comes first.
    pub vulnerability: i64,
    /// Household.
    pub household_id: Option<HouseholdId>,
    /// Photo.
    pub photo_id: Option<AttachmentId>,
    /// Who is responsible.
    pub owner_id: Option<UserId>,
    /// Whose team.
    pub team_id: Option<TeamId>,
    /// Decisions about purposes.
    pub consents: Consents,
    /// The record this one was merged into.
    pub merged_into: Option<PersonId>,
    /// Version of the record.
    pub version: i64,
}

/// A person in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonSummary {
    /// Id.
    pub id: PersonId,
    /// Number inside the organisation.
    pub number: i64,
    /// The name to call them by.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// First day of birth possible.
    pub birth_from: Option<Day>,
    /// Last day of birth possible.
    pub birth_to: Option<Day>,
    /// First nationality.
    pub nationality: Option<String>,
    /// Specific needs.
    pub needs: Vec<String>,
    /// Who comes first.
    pub vulnerability: i64,
    /// Photo; of a protected person it is shown only on their own page.
    pub photo_id: Option<AttachmentId>,
}

/// How a person's number is written.
pub fn number(number: i64) -> String {
    format!("P-{number:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn an_age_on_a_day_spans_a_year() {
        let birth = Birth { kind: BirthKind::Age, age: Some(17), age_on: Some(day("2026-11-24")), ..Birth::default() };
        assert_eq!(birth.range(day("2026-11-24")), (Some(day("2008-11-25")), Some(day("2009-11-24"))));
        assert!(birth.may_be_child(day("2027-11-23")));
        assert!(!birth.may_be_child(day("2027-11-24")));
    }

    #[test]
    fn a_consent_holds_through_its_last_day() {
        let until = Some(day("2026-11-24"));
        assert_eq!(Decision::Given.on(day("2026-11-24"), until), Decision::Given);
        assert_eq!(Decision::Given.on(day("2026-11-25"), until), Decision::Lapsed);
        assert_eq!(Decision::Given.on(day("2026-11-25"), None), Decision::Given);
        assert_eq!(Decision::Withdrawn.on(day("2026-11-25"), until), Decision::Withdrawn);
    }

    #[test]
    fn names_are_said_in_their_own_order() {
        let mut name =
            Name { kind: NameKind::Main, given: "花子".into(), family: "山田".into(), family_first: true };
        assert_eq!(name.full(), "山田 花子");
        name.family.clear();
        assert_eq!(name.full(), "花子");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let input = PersonInput {
            nationalities: vec!["XX".into()],
            birth: Birth { kind: BirthKind::Exact, from: Some(day("2030-01-01")), ..Birth::default() },
            ..PersonInput::default()
        };
        let Err(Error::Invalid(fields)) = input.check(day("2026-11-24")) else { panic!("accepted") };
        let named: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(named, ["names[0].given", "birth.from", "nationalities[0]"]);
    }
}
