//! Invented people: names from `demo/names.csv`, places from `demo/places.csv`; the same people
//! every time.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

use crate::dates::{Day, Moment};
use crate::people::consent::ConsentInput;
use crate::people::{
    Birth, BirthKind, Contact, Decision, Document, Leg, Name, NameKind, PersonInput, Purpose, Safety, Sex, Stage,
};

const NAMES: &str = include_str!("../../../../demo/names.csv");
const PLACES: &str = include_str!("../../../../demo/places.csv");

/// A person and what they decided.
pub(super) struct Invented {
    pub(super) record: PersonInput,
    pub(super) consents: Vec<ConsentInput>,
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

/// How many people in 24 each culture has.
const SHARES: [usize; 12] = [5, 3, 5, 2, 2, 1, 2, 1, 1, 1, 1, 0];

/// So many people are asked about every purpose; in a registry as large as a country's, those after
/// them only whether a case may be kept, as at a busy desk.
const ASKED_IN_FULL: u32 = 5_000;

pub(super) struct Inventor {
    dice: StdRng,
    invented: u32,
    names: Vec<NameRow>,
    places: Vec<PlaceRow>,
    today: Day,
}

impl Inventor {
    pub(super) fn new() -> Inventor {
        let names = csv::Reader::from_reader(NAMES.as_bytes()).deserialize().filter_map(Result::ok).collect();
        let places = csv::Reader::from_reader(PLACES.as_bytes()).deserialize().filter_map(Result::ok).collect();
        Inventor { dice: StdRng::seed_from_u64(2026), invented: 0, names, places, today: Moment::now().day("UTC") }
    }

    pub(super) fn person(&mut self) -> Invented {
        let culture = self.culture();
        let sex = if self.dice.random_range(0..100) < 58 { Sex::Female } else { Sex::Male };
        let names = self.names_of(culture, sex);
        let birth = self.birth();
        let child = birth.may_be_child(self.today);
        let (_, countries, languages) = ORIGINS[culture];
        let origin = self.pick(countries);
        let nationality = if ORIGINS[culture].0 == "rohingya" { "stateless" } else { origin };
        let record = PersonInput {
            names,
            sex,
            birth,
            nationalities: vec![nationality.to_owned()],
            languages: languages.iter().map(|code| (*code).to_owned()).collect(),
            documents: self.documents(origin),
            contacts: self.contacts(),
            journey: self.journey(origin),
            protected: self.dice.random_range(0..20) == 0,
            ..PersonInput::default()
        };
        self.invented += 1;
        let mut consents = self.consents(child);
        consents.truncate(if self.invented > ASKED_IN_FULL { 1 } else { consents.len() });
        Invented { record, consents }
    }

    fn culture(&mut self) -> usize {
        let mut drawn = self.dice.random_range(0..SHARES.iter().sum());
        for (culture, share) in SHARES.iter().enumerate() {
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

    fn names_of(&mut self, culture: usize, sex: Sex) -> Vec<Name> {
        if let Some((text, latin)) = self.name(culture, "mononym", sex) {
            return names(&(text, String::new()), &(latin, String::new()), false);
        }
        let given = self.name(culture, "given", sex).unwrap_or_default();
        let middle = self.name(culture, "middle", sex);
        // Where a family name is none of the culture's, the father's name follows the child's.
        let family =
            self.name(culture, "family", sex).or_else(|| self.name(culture, "given", Sex::Male)).unwrap_or_default();
        let join = |middle: Option<&String>, given: &str| match middle {
            Some(middle) => format!("{middle} {given}"),
            None => given.to_owned(),
        };
        let text = (join(middle.as_ref().map(|pair| &pair.0), &given.0), family.0);
        let latin = (join(middle.as_ref().map(|pair| &pair.1), &given.1), family.1);
        let family_first = matches!(ORIGINS[culture].0, "japanese" | "vietnamese");
        names(&text, &latin, family_first)
    }

    fn birth(&mut self) -> Birth {
        let years = match self.dice.random_range(0..10) {
            0..=2 => self.dice.random_range(1..18),
            3..=8 => self.dice.random_range(18..45),
            _ => self.dice.random_range(45..80),
        };
        let born = self.today.plus_years(-years).plus_days(-self.dice.random_range(1..360));
        match self.dice.random_range(0..4) {
            0 => Birth { kind: BirthKind::Age, age: Some(years), age_on: Some(self.today), ..Birth::default() },
            1 => Birth {
                kind: BirthKind::Estimated,
                from: Some(born.plus_days(-180)),
                to: Some(born.plus_days(180).min(self.today)),
                ..Birth::default()
            },
            _ => Birth { kind: BirthKind::Exact, from: Some(born), ..Birth::default() },
        }
    }

    fn documents(&mut self, issuer: &str) -> Vec<Document> {
        if self.dice.random_range(0..3) == 0 {
            return Vec::new();
        }
        let number = format!("{}{}", issuer, self.dice.random_range(1_000_000..9_999_999));
        let kind = self.pick(&["passport", "national_id", "birth_certificate"]).to_owned();
        let expires_on = Some(self.today.plus_days(self.dice.random_range(-400..2000)));
        vec![Document { kind, number, issuer: Some(issuer.to_owned()), expires_on }]
    }

    fn contacts(&mut self) -> Vec<Contact> {
        // Numbers from ranges kept free for invention.
        let value = format!("+1 202 555 01{:02}", self.dice.random_range(0..100));
        let safety = [Safety::Safe, Safety::Safe, Safety::Unsafe, Safety::Unknown][self.dice.random_range(0..4)];
        vec![Contact { kind: "mobile".to_owned(), value, safety, note: String::new() }]
    }

    fn journey(&mut self, origin: &str) -> Vec<Leg> {
        let left = self.today.plus_days(-self.dice.random_range(200..900));
        let arrived = left.plus_days(self.dice.random_range(20..180));
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
        if let Some((country, place)) = self.place(None) {
            let status = self.pick(&["irregular", "visitor", "in_detention"]).to_owned();
            legs.push(Leg {
                legal_status: Some(status),
                ..leg(Stage::Transit, country, place, Some(left), Some(arrived))
            });
        }
        if let Some((country, place)) = self.place(None) {
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

    fn consents(&mut self, child: bool) -> Vec<ConsentInput> {
        let chances = [
            (Purpose::CaseWork, 95),
            (Purpose::Referral, 75),
            (Purpose::LawEnforcement, 25),
            (Purpose::Statistics, 80),
            (Purpose::Research, 40),
        ];
        chances
            .into_iter()
            .map(|(purpose, chance)| ConsentInput {
                purpose,
                decision: if self.dice.random_range(0..100) < chance { Decision::Given } else { Decision::Refused },
                provider_kinds: if purpose == Purpose::Referral {
                    vec!["health".into(), "legal".into()]
                } else {
                    Vec::new()
                },
                decided_on: None,
                valid_until: None,
                wording: crate::ui::Language::En
                    .t(&format!("consent-wording-{}", purpose.to_string().replace('_', "-")))
                    .to_owned(),
                witness: String::new(),
                guardian: if child { "An aunt who travels along".to_owned() } else { String::new() },
            })
            .collect()
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
