//! Invented people: names from `demo/names.csv`, places from `demo/places.csv`; the same people
//! every time.

use std::collections::VecDeque;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

use crate::dates::Day;
use crate::people::consent::ConsentInput;
use crate::people::{
    Birth, BirthKind, Contact, Decision, Document, Leg, Name, NameKind, PersonInput, Purpose, Safety, Sex, Stage,
};
use crate::ui::Language;

/// Who decides for a child without family here.
pub(super) fn guardian_office(language: Language) -> &'static str {
    match language {
        Language::Es => "Procuraduría de protección de la niñez, tutora designada",
        Language::Ar => "مكتب حماية الطفل، الوصي المعيّن",
        _ => "Child protection office, appointed guardian",
    }
}

/// Countries on the way to where an organisation works.
fn on_the_way(country: &str) -> &'static [&'static str] {
    match country {
        "MX" => &["BR", "EC", "CO", "PA", "CR", "GT", "HN"],
        _ => &["TR", "LB", "SY", "IQ", "EG"],
    }
}

const NAMES: &str = include_str!("../../../../demo/names.csv");
const PLACES: &str = include_str!("../../../../demo/places.csv");

/// People who came together: the head first, with what each is to the head.
pub(super) struct Party {
    pub(super) members: Vec<Member>,
}

/// One of them, and what they decided.
pub(super) struct Member {
    pub(super) record: PersonInput,
    pub(super) role: &'static str,
    pub(super) profile: Profile,
    pub(super) consents: Vec<ConsentInput>,
}

/// What is true of someone's life, for answers and texts that fit it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Profile {
    pub(super) age: i64,
    pub(super) is_female: bool,
    pub(super) company: Company,
    pub(super) has_papers: bool,
}

/// With whom someone came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    Alone,
    /// Children, and nobody to share their care.
    Children,
    /// A partner, perhaps children.
    Partner,
    /// A child with a parent.
    Parent,
    /// A child with a grandparent or another relative.
    Relative,
    /// A child with younger brothers or sisters.
    Siblings,
}

impl Profile {
    pub(super) fn is_child(&self) -> bool {
        self.age < 18
    }

    /// Whether a text for these fits.
    pub(super) fn fits(&self, who: &str) -> bool {
        let (adult, unaccompanied) = (!self.is_child(), matches!(self.company, Company::Alone | Company::Siblings));
        match who {
            "adult" => adult && self.age < 60,
            "man" => adult && !self.is_female,
            "woman" => adult && self.is_female && self.age < 55,
            "mother" => adult && self.is_female && self.company == Company::Children,
            "family" => matches!(self.company, Company::Children | Company::Partner),
            "child_alone" => !adult && unaccompanied,
            "boy_alone" => !adult && unaccompanied && !self.is_female && self.age > 14,
            "older" => self.age >= 60,
            _ => true,
        }
    }
}

#[derive(Deserialize)]
struct NameRow {
    culture: String,
    kind: String,
    sex: String,
    text: String,
    latin: String,
}

#[derive(Deserialize)]
struct PlaceRow {
    country: String,
    city_en: String,
}

/// Where people of a culture come from, and what they speak.
const ORIGINS: &[(&str, &[&str], &[&str])] = &[
    ("arabic", &["SY", "SD", "YE", "IQ"], &["ar"]),
    ("persian_dari", &["AF", "IR"], &["prs", "fa"]),
    ("spanish", &["HN", "GT", "SV", "VE"], &["es"]),
    ("burmese", &["MM"], &["my"]),
    ("ukrainian", &["UA"], &["uk", "ru"]),
    ("vietnamese", &["VN"], &["vi"]),
    ("french_west_african", &["CI", "SN", "ML"], &["fr", "bm"]),
    ("tigrinya", &["ER", "ET"], &["ti"]),
    ("rohingya", &["MM"], &["rhg"]),
    ("russian", &["RU"], &["ru"]),
    ("japanese", &["JP"], &["ja"]),
    ("english", &["NG", "GH"], &["en"]),
];

/// How many people in 24 each culture has, where an organisation works.
fn shares(country: &str) -> [usize; 12] {
    match country {
        "MX" => [4, 2, 8, 1, 2, 1, 2, 1, 0, 1, 1, 1],
        _ => [14, 3, 0, 1, 1, 0, 1, 2, 1, 0, 0, 1],
    }
}

pub(super) struct Inventor {
    dice: StdRng,
    names: Vec<NameRow>,
    places: Vec<PlaceRow>,
    /// Where these people are now.
    country: &'static str,
    language: Language,
    /// Adults who came lately, for those who are registered a second time.
    lately: VecDeque<PersonInput>,
}

/// As many people are remembered.
const REMEMBERED: usize = 12;

/// Someone to invent: age, sex, what they are to the head, with whom they came.
struct Sketch {
    age: i64,
    sex: Sex,
    role: &'static str,
    company: Company,
}

impl Inventor {
    pub(super) fn new(seed: u64, country: &'static str, language: Language) -> Inventor {
        let names = csv::Reader::from_reader(NAMES.as_bytes()).deserialize().filter_map(Result::ok).collect();
        let places = csv::Reader::from_reader(PLACES.as_bytes()).deserialize().filter_map(Result::ok).collect();
        let (dice, lately) = (StdRng::seed_from_u64(seed), VecDeque::new());
        Inventor { dice, names, places, country, language, lately }
    }

    /// People who arrived on a day.
    pub(super) fn party(&mut self, arrived: Day) -> Party {
        let sketches = self.sketches();
        let culture = self.culture();
        let family = self.family_name(culture);
        let journey = self.journey(culture, arrived);
        let mut members: Vec<Member> = Vec::new();
        for sketch in sketches {
            let guardian = match (sketch.age < 18, members.first()) {
                (true, Some(head)) if !head.profile.is_child() => head.record.display_name(),
                (true, _) => guardian_office(self.language).to_owned(),
                (false, _) => String::new(),
            };
            let mut member = self.member(&sketch, culture, &family, journey.clone(), arrived, guardian.clone());
            // Of one family, nobody bears the name of another.
            while members.iter().any(|other| other.record.display_name() == member.record.display_name()) {
                member = self.member(&sketch, culture, &family, journey.clone(), arrived, guardian.clone());
            }
            members.push(member);
        }
        let adults = members.iter().filter(|member| !member.profile.is_child());
        self.lately.extend(adults.map(|member| member.record.clone()));
        self.lately.drain(..self.lately.len().saturating_sub(REMEMBERED));
        Party { members }
    }

    /// Someone who came before and is registered again as if they were new, by a colleague at
    /// another desk: their names in one script only or swapped, their birth guessed, a slip in a number.
    pub(super) fn doubly_registered(&mut self, place: usize, arrived: Day) -> Option<Party> {
        let several_scripts = |record: &PersonInput| record.names.len() > 1;
        let at = self.lately.iter().position(several_scripts).or_else(|| (!self.lately.is_empty()).then_some(0))?;
        let mut record = self.lately.remove(at)?;
        record.protected = false;
        let born = record.birth.range(arrived);
        match place % 4 {
            // From the papers in Latin letters; of the birth only the year could be read.
            0 => {
                keep_name(&mut record, usize::MAX, false);
                record.documents.clear();
                record.birth = born.0.and_then(year_of).unwrap_or(record.birth);
            }
            // As they say it, the family name first.
            1 => {
                keep_name(&mut record, 0, true);
                record.birth =
                    Birth { kind: BirthKind::Age, age: born.0.map(|day| day.years_until(arrived)), ..Birth::default() };
                record.birth.age_on = Some(arrived);
            }
            // A digit of the paper's number slipped.
            2 => {
                keep_name(&mut record, usize::MAX, true);
                record.documents.iter_mut().for_each(|document| slip(&mut document.number));
            }
            // Nothing but a name and a guess.
            _ => {
                keep_name(&mut record, 0, false);
                record.contacts.clear();
                record.documents.clear();
                record.birth = born.0.and_then(|day| year_of(day.plus_years(-1))).unwrap_or(record.birth);
            }
        }
        let profile = Profile {
            age: born.0.map_or(30, |day| day.years_until(arrived)),
            is_female: record.sex == Sex::Female,
            company: Company::Alone,
            has_papers: !record.documents.is_empty(),
        };
        Some(Party { members: vec![Member { record, role: "head", profile, consents: Vec::new() }] })
    }

    /// Someone of a person's family who is not here, as the person would describe them.
    pub(super) fn relative(&mut self, person: &PersonInput, sex: Sex, age: i64, today: Day) -> PersonInput {
        let country = person.nationalities.first().map_or("", String::as_str);
        let of_country = |(_, countries, _): &(&str, &[&str], &[&str])| countries.contains(&country);
        let culture = ORIGINS.iter().position(of_country).unwrap_or_default();
        let family = person.names.first().map(|name| name.family.clone()).unwrap_or_default();
        let mut names = self.names_of(culture, sex, &(family.clone(), family));
        names.truncate(1);
        let birth = Birth { kind: BirthKind::Age, age: Some(age), age_on: Some(today), ..Birth::default() };
        PersonInput { names, sex, birth, nationalities: person.nationalities.clone(), ..PersonInput::default() }
    }

    fn sketches(&mut self) -> Vec<Sketch> {
        let drawn = self.dice.random_range(0..100);
        let head = |age, sex, company| Sketch { age, sex, role: "head", company };
        let woman = self.dice.random_range(20..46);
        match drawn {
            0..38 => {
                let sex = if self.dice.random_range(0..100) < 42 { Sex::Female } else { Sex::Male };
                vec![head(self.dice.random_range(18..58), sex, Company::Alone)]
            }
            38..58 => self.with_children(head(woman, Sex::Female, Company::Children), 1),
            58..74 => {
                let partner = Sketch {
                    age: woman - self.dice.random_range(0..4),
                    sex: Sex::Female,
                    role: "wife",
                    company: Company::Partner,
                };
                let mut family = self.with_children(head(woman + 2, Sex::Male, Company::Partner), 0);
                family.insert(1, partner);
                family
            }
            74..82 => vec![head(self.dice.random_range(12..16), self.sex_of_child(), Company::Alone)],
            82..86 => {
                let eldest = head(self.dice.random_range(14..16), self.sex_of_child(), Company::Siblings);
                let sex = self.sex_of_child();
                let role = if sex == Sex::Female { "sister" } else { "brother" };
                let younger = Sketch { age: self.dice.random_range(6..13), sex, role, company: Company::Relative };
                vec![eldest, younger]
            }
            86..92 => {
                let sex = if self.dice.random_range(0..3) > 0 { Sex::Female } else { Sex::Male };
                vec![head(self.dice.random_range(61..83), sex, Company::Alone)]
            }
            92..96 => {
                let sex = self.sex_of_child();
                let grandchild =
                    Sketch { age: self.dice.random_range(4..14), sex, role: "grandchild", company: Company::Relative };
                vec![head(self.dice.random_range(60..76), Sex::Female, Company::Children), grandchild]
            }
            _ => self.with_children(head(woman + 4, Sex::Male, Company::Children), 1),
        }
    }

    fn sex_of_child(&mut self) -> Sex {
        if self.dice.random_range(0..2) == 0 { Sex::Female } else { Sex::Male }
    }

    /// A parent with children young enough to be theirs.
    fn with_children(&mut self, head: Sketch, least: usize) -> Vec<Sketch> {
        let oldest = (head.age - 18).min(17);
        let children = self.dice.random_range(least..least + 3);
        let mut family = vec![head];
        for _ in 0..children {
            let sex = self.sex_of_child();
            let role = if sex == Sex::Female { "daughter" } else { "son" };
            let age = self.dice.random_range(0..=oldest.max(0));
            family.push(Sketch { age, sex, role, company: Company::Parent });
        }
        family
    }

    fn member(
        &mut self,
        sketch: &Sketch,
        culture: usize,
        family: &(String, String),
        journey: Vec<Leg>,
        arrived: Day,
        guardian: String,
    ) -> Member {
        let (_, countries, languages) = ORIGINS[culture];
        let origin = journey.first().and_then(|leg| leg.country.clone()).unwrap_or_else(|| countries[0].to_owned());
        let nationality = if ORIGINS[culture].0 == "rohingya" { "stateless" } else { &origin };
        let documents = if sketch.age < 3 { Vec::new() } else { self.documents(&origin, arrived) };
        let profile = Profile {
            age: sketch.age,
            is_female: sketch.sex == Sex::Female,
            company: sketch.company,
            has_papers: !documents.is_empty(),
        };
        let record = PersonInput {
            names: self.names_of(culture, sketch.sex, family),
            sex: sketch.sex,
            birth: self.birth(sketch.age, arrived),
            nationalities: vec![nationality.to_owned()],
            languages: languages.iter().map(|code| (*code).to_owned()).collect(),
            documents,
            contacts: if profile.is_child() { Vec::new() } else { self.contacts() },
            journey,
            protected: self.dice.random_range(0..20) == 0,
            ..PersonInput::default()
        };
        Member { record, role: sketch.role, profile, consents: self.consents(guardian) }
    }

    fn culture(&mut self) -> usize {
        let shares = shares(self.country);
        let mut drawn = self.dice.random_range(0..shares.iter().sum());
        for (culture, share) in shares.iter().enumerate() {
            if drawn < *share {
                return culture;
            }
            drawn -= share;
        }
        0
    }

    fn pick<'i>(&mut self, items: &[&'i str]) -> &'i str {
        items[self.dice.random_range(0..items.len())]
    }

    /// A name of a kind as written, and in Latin letters.
    fn name(&mut self, culture: usize, kind: &str, sex: Sex) -> Option<(String, String)> {
        let letter = if sex == Sex::Female { "f" } else { "m" };
        let fitting: Vec<usize> = (0..self.names.len())
            .filter(|index| {
                let row = &self.names[*index];
                row.culture == ORIGINS[culture].0 && row.kind == kind && (row.sex == letter || row.sex == "any")
            })
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let row = &self.names[fitting[self.dice.random_range(0..fitting.len())]];
        Some((row.text.clone(), row.latin.clone()))
    }

    /// The name a family shares. Where a culture has none, the father's name follows the child's.
    fn family_name(&mut self, culture: usize) -> (String, String) {
        self.name(culture, "family", Sex::Male).or_else(|| self.name(culture, "given", Sex::Male)).unwrap_or_default()
    }

    /// A family name as a daughter or wife bears it, where the culture tells them apart.
    fn for_sex(&mut self, culture: usize, sex: Sex, family: &(String, String)) -> (String, String) {
        let apart = matches!(ORIGINS[culture].0, "russian" | "ukrainian");
        let borne = |row: &NameRow| row.culture == ORIGINS[culture].0 && row.kind == "family" && row.sex == "f";
        if !apart || sex != Sex::Female {
            return family.clone();
        }
        let stem: String = family.1.chars().take(4).collect();
        let row = self.names.iter().find(|row| borne(row) && row.latin.starts_with(&stem));
        row.map_or_else(|| family.clone(), |row| (row.text.clone(), row.latin.clone()))
    }

    fn names_of(&mut self, culture: usize, sex: Sex, family: &(String, String)) -> Vec<Name> {
        if let Some((text, latin)) = self.name(culture, "mononym", sex) {
            return names(&(text, String::new()), &(latin, String::new()), false);
        }
        let given = self.name(culture, "given", sex).unwrap_or_default();
        let middle = self.name(culture, "middle", sex);
        let family = self.for_sex(culture, sex, family);
        let join = |middle: Option<&String>, given: &str| match middle {
            Some(middle) => format!("{middle} {given}"),
            None => given.to_owned(),
        };
        let text = (join(middle.as_ref().map(|pair| &pair.0), &given.0), family.0);
        let latin = (join(middle.as_ref().map(|pair| &pair.1), &given.1), family.1);
        let family_first = matches!(ORIGINS[culture].0, "japanese" | "vietnamese");
        names(&text, &latin, family_first)
    }

    fn birth(&mut self, years: i64, arrived: Day) -> Birth {
        let born = arrived.plus_years(-years).plus_days(-self.dice.random_range(1..360));
        match self.dice.random_range(0..4) {
            0 => Birth { kind: BirthKind::Age, age: Some(years), age_on: Some(arrived), ..Birth::default() },
            // The papers give the year.
            1 if years >= 30 => {
                let year = born.0.year();
                let day = |text: String| text.parse().ok();
                Birth {
                    kind: BirthKind::Estimated,
                    from: day(format!("{year}-01-01")),
                    to: day(format!("{year}-12-31")),
                    ..Birth::default()
                }
            }
            _ => Birth { kind: BirthKind::Exact, from: Some(born), ..Birth::default() },
        }
    }

    fn documents(&mut self, issuer: &str, arrived: Day) -> Vec<Document> {
        if self.dice.random_range(0..3) == 0 {
            return Vec::new();
        }
        let number = format!("{}{}", issuer, self.dice.random_range(1_000_000..9_999_999));
        let kind = self.pick(&["passport", "national_id", "birth_certificate"]).to_owned();
        let expires_on = Some(arrived.plus_days(self.dice.random_range(-400..2000)));
        vec![Document { kind, number, issuer: Some(issuer.to_owned()), expires_on }]
    }

    fn contacts(&mut self) -> Vec<Contact> {
        // Numbers from ranges kept free for invention.
        let value = format!("+1 202 555 01{:02}", self.dice.random_range(0..100));
        let safety = [Safety::Safe, Safety::Safe, Safety::Unsafe, Safety::Unknown][self.dice.random_range(0..4)];
        vec![Contact { kind: "mobile".to_owned(), value, safety, note: String::new() }]
    }

    fn journey(&mut self, culture: usize, here_since: Day) -> Vec<Leg> {
        let origin = self.pick(ORIGINS[culture].1);
        let arrived = here_since.plus_days(-self.dice.random_range(1..60));
        let left = arrived.plus_days(-self.dice.random_range(30..700));
        let crossed = left.plus_days(self.dice.random_range(3..20));
        let cause =
            self.pick(&["armed_conflict", "persecution", "organised_crime", "disaster_sudden", "generalised_violence"]);
        let forced = self.dice.random_range(0..3) > 0;
        let reason = self.pick(&["work", "family", "study", "better_life"]);
        let leg = |stage, country: String, place: String, from, until| Leg {
            stage,
            country: Some(country),
            place,
            from,
            until,
            legal_status: None,
            cause: None,
            reason: None,
        };
        let home = self.place(Some(origin)).unwrap_or((origin.to_owned(), String::new()));
        let first = Leg {
            legal_status: Some("citizen".to_owned()),
            cause: forced.then(|| cause.to_owned()),
            reason: (!forced).then(|| reason.to_owned()),
            ..leg(Stage::Origin, home.0, home.1, None, Some(left))
        };
        let mut legs = vec![first];
        let way = self.pick(on_the_way(self.country));
        if let Some((country, place)) = self.place(Some(way)) {
            let status = self.pick(&["irregular", "visitor", "in_detention"]).to_owned();
            legs.push(Leg {
                legal_status: Some(status),
                ..leg(Stage::Transit, country, place, Some(crossed), Some(arrived))
            });
        }
        if let Some((country, place)) = self.place(Some(self.country)) {
            let status = self.pick(&["asylum_seeker", "refugee", "humanitarian_stay", "work_permit"]).to_owned();
            legs.push(Leg {
                legal_status: Some(status),
                ..leg(Stage::Destination, country, place, Some(arrived), None)
            });
        }
        legs
    }

    fn place(&mut self, country: Option<&str>) -> Option<(String, String)> {
        let fitting: Vec<usize> = (0..self.places.len())
            .filter(|index| country.is_none_or(|country| self.places[*index].country == country))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let row = &self.places[fitting[self.dice.random_range(0..fitting.len())]];
        Some((row.country.clone(), row.city_en.clone()))
    }

    fn consents(&mut self, guardian: String) -> Vec<ConsentInput> {
        let chances = [
            (Purpose::CaseWork, 95),
            (Purpose::Referral, 75),
            (Purpose::LawEnforcement, 25),
            (Purpose::Statistics, 80),
            (Purpose::Research, 40),
            (Purpose::Contact, 60),
        ];
        let kinds = [["health", "legal"], ["shelter", "food"], ["education", "health"], ["legal", "cash"]];
        let kinds = kinds[self.dice.random_range(0..kinds.len())];
        chances
            .into_iter()
            .map(|(purpose, chance)| ConsentInput {
                purpose,
                decision: if self.dice.random_range(0..100) < chance { Decision::Given } else { Decision::Refused },
                provider_kinds: match purpose {
                    Purpose::Referral => kinds.iter().map(|kind| (*kind).to_owned()).collect(),
                    _ => Vec::new(),
                },
                decided_on: None,
                valid_until: None,
                wording: self
                    .language
                    .t(&format!("consent-wording-{}", purpose.to_string().replace('_', "-")))
                    .to_owned(),
                witness: String::new(),
                guardian: guardian.clone(),
            })
            .collect()
    }
}

/// Leaves one name of several, with its parts swapped or not.
fn keep_name(record: &mut PersonInput, which: usize, swapped: bool) {
    let mut name = record.names.swap_remove(which.min(record.names.len() - 1));
    name.kind = NameKind::Main;
    if swapped {
        std::mem::swap(&mut name.given, &mut name.family);
    }
    record.names = vec![name];
}

/// A birth of which only the year is known.
fn year_of(day: Day) -> Option<Birth> {
    let year = day.0.year();
    let day = |end: &str| format!("{year}-{end}").parse().ok();
    Some(Birth { kind: BirthKind::Estimated, from: day("01-01"), to: day("12-31"), ..Birth::default() })
}

/// Swaps the last two digits of a number.
fn slip(number: &mut String) {
    if let Some((at, last)) = number.char_indices().next_back() {
        let (head, tail) = (number[..at].to_owned(), last);
        *number = match head.char_indices().next_back() {
            Some((before, digit)) if digit != tail => format!("{}{tail}{digit}", &head[..before]),
            _ => format!("{head}0"),
        };
    }
}

fn names(text: &(String, String), latin: &(String, String), family_first: bool) -> Vec<Name> {
    let name = |kind, (given, family): &(String, String)| Name {
        kind,
        given: given.clone(),
        family: family.clone(),
        family_first,
    };
    let mut names = vec![name(NameKind::Main, text)];
    if latin != text && !latin.0.is_empty() {
        names.push(name(NameKind::Also, latin));
    }
    names
}
