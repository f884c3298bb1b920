//! What a column holds, told by its name in several languages and by what stands in it.

use serde::{Deserialize, Serialize};

use super::date::{self, Order};
use super::table::{Batch, Table};
use crate::tokens;

/// What a column holds, and so how its values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The person's given name or names.
    Given,
    /// The person's family name.
    Family,
    /// The whole name in one cell, its parts in any order.
    FullName,
    /// Another name that belongs to the person: the father's, the mother's, a nickname.
    Name,
    /// A birth date or another date.
    Date,
    /// An age in years.
    Age,
    /// Sex or gender.
    Sex,
    /// A telephone number.
    Phone,
    /// A number of a document, a registration or a house.
    Number,
    /// A street, a camp's block, an address in one cell.
    Address,
    /// A postal code.
    Postcode,
    /// A town, a district, a country by name.
    Place,
    /// One of few values that is the same or not: nationality, religion, a code.
    Category,
    /// Not compared: the row's own number, the truth, remarks.
    Ignored,
}

impl Kind {
    /// The kind's word in models.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Given => "given",
            Kind::Family => "family",
            Kind::FullName => "full-name",
            Kind::Name => "name",
            Kind::Date => "date",
            Kind::Age => "age",
            Kind::Sex => "sex",
            Kind::Phone => "phone",
            Kind::Number => "number",
            Kind::Address => "address",
            Kind::Postcode => "postcode",
            Kind::Place => "place",
            Kind::Category => "category",
            Kind::Ignored => "ignored",
        }
    }

    /// Whether it is a household's rather than anybody's own: whoever has it in common lives together.
    pub(super) fn is_a_households(self) -> bool {
        matches!(self, Kind::Phone | Kind::Address)
    }
}

/// Words of a column's name, in Latin letters, and what they mean; the first that fits decides, so
/// that the narrower stand before the wider.
const WORDS: &[(Kind, &[&str])] = &[
    (
        Kind::Ignored,
        &[
            "cluster",
            "cluster id",
            "truth",
            "notes",
            "note",
            "remarks",
            "comment",
            "comments",
            "remarques",
            "observaciones",
        ],
    ),
    (
        Kind::Name,
        &[
            "father",
            "mother",
            "father s",
            "mother s",
            "pere",
            "mere",
            "padre",
            "madre",
            "patronymic",
            "otchestvo",
            "nickname",
            "alias",
            "grandfather",
            "maiden",
        ],
    ),
    (
        Kind::Given,
        &[
            "given",
            "first name",
            "firstname",
            "forename",
            "fname",
            "prenom",
            "nombre",
            "nombres",
            "vorname",
            "imia",
            "im ya",
        ],
    ),
    (
        Kind::Family,
        &[
            "family",
            "surname",
            "last name",
            "lastname",
            "lname",
            "nom de famille",
            "apellido",
            "apellidos",
            "nachname",
            "familiia",
            "nom",
        ],
    ),
    (Kind::Date, &["birth", "dob", "born", "naissance", "nacimiento", "geburtsdatum", "date", "fecha"]),
    (Kind::Age, &["age", "edad", "alter"]),
    (Kind::Sex, &["sex", "gender", "sexe", "genre", "sexo", "genero", "geschlecht"]),
    (Kind::Phone, &["phone", "telephone", "mobile", "tel", "telefono", "movil", "whatsapp", "msisdn"]),
    (Kind::Postcode, &["postcode", "postal", "zip", "codigo postal", "plz"]),
    (
        Kind::Number,
        &[
            "passport",
            "document",
            "national id",
            "id number",
            "soc sec",
            "ssn",
            "nin",
            "card",
            "registration",
            "case",
            "street number",
            "house",
            "passeport",
            "pasaporte",
            "doc",
        ],
    ),
    (Kind::Address, &["address", "street", "adresse", "direccion", "calle", "rue", "block", "camp"]),
    (
        Kind::Place,
        &[
            "suburb",
            "city",
            "town",
            "village",
            "place",
            "district",
            "ville",
            "ciudad",
            "lugar",
            "province",
            "region",
            "origin",
            "location",
            "municipality",
        ],
    ),
    (
        Kind::Category,
        &[
            "state",
            "nationality",
            "country",
            "nationalite",
            "pays",
            "nacionalidad",
            "pais",
            "religion",
            "ethnicity",
            "language",
            "marital",
        ],
    ),
    (
        Kind::FullName,
        &["full name", "name", "nom complet", "nombre completo", "fullname", "names", "ism", "ming", "xing ming"],
    ),
    (Kind::Ignored, &["id", "uuid", "rec", "record", "row", "index", "no", "nr"]),
];

/// What each column of a file holds.
pub fn recognise(table: &Table, sample: &Batch) -> Vec<Kind> {
    let full = ["full name", "nom complet", "nombre completo", "fullname"];
    let kinds = table.header().iter().enumerate().map(|(column, name)| {
        let words = words_of(name);
        if full.contains(&words.as_str()) {
            return Kind::FullName;
        }
        let named = WORDS.iter().find(|(_, names)| names.iter().any(|name| holds(&words, name))).map(|(kind, _)| *kind);
        let values: Vec<&str> =
            (0..sample.len()).map(|row| sample.cell(row, column).trim()).filter(|cell| !cell.is_empty()).collect();
        settle(named, &values)
    });
    kinds.collect()
}

/// A column's name as words, in Latin letters.
pub fn words_of(name: &str) -> String {
    // givenName is two words.
    let mut spaced = String::new();
    let mut lower = false;
    for letter in name.chars().take(200) {
        if lower && letter.is_uppercase() {
            spaced.push(' ');
        }
        lower = letter.is_lowercase();
        spaced.push(if letter.is_alphanumeric() { letter } else { ' ' });
    }
    let latin = deunicode::deunicode_with_tofu(&spaced, " ").to_lowercase();
    let words: Vec<&str> = latin.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// `name` stands in `words` as whole words; digits after a word are no part of it.
fn holds(words: &str, name: &str) -> bool {
    let plain: Vec<&str> = words.split(' ').map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
    let wanted: Vec<&str> = name.split(' ').collect();
    plain.windows(wanted.len()).any(|window| window == wanted)
}

/// What the content makes of what the name says.
fn settle(named: Option<Kind>, values: &[&str]) -> Kind {
    let looks = content(values);
    match named {
        Some(Kind::Date) if looks != Some(Kind::Date) && !values.is_empty() && !are_days_or_years(values) => {
            looks.unwrap_or(Kind::Category)
        }
        Some(kind) => kind,
        None => looks.unwrap_or(Kind::Ignored),
    }
}

/// What values look like where the name tells nothing.
fn content(values: &[&str]) -> Option<Kind> {
    if values.is_empty() {
        return None;
    }
    let order = Order::of(values.iter().copied());
    let share =
        |fits: &dyn Fn(&str) -> bool| values.iter().filter(|value| fits(value)).count() as f64 / values.len() as f64;
    let distinct = values.iter().collect::<std::collections::HashSet<_>>().len();
    let digits = |value: &str| value.chars().filter(char::is_ascii_digit).count();
    if share(&|value| value.len() >= 6 && date::parse(value, order).is_some_and(plausible)) > 0.8 {
        Some(Kind::Date)
    } else if share(&|value| value.starts_with('+') && digits(value) >= 9) > 0.5 {
        Some(Kind::Phone)
    } else if share(&|value| digits(value) >= 5 && value.len() <= 24) > 0.8 && distinct * 2 > values.len() {
        Some(Kind::Number)
    } else if distinct <= 20.max(values.len() / 100) && share(&|value| value.len() <= 40) > 0.9 {
        Some(Kind::Category)
    } else if share(&|value| value.chars().count() > 60) > 0.3 {
        None
    } else if share(&|value| (2..=4).contains(&tokens(value).len()) && digits(value) == 0) > 0.8 {
        Some(Kind::FullName)
    } else if share(&|value| digits(value) == 0) > 0.8 {
        Some(Kind::Place)
    } else {
        None
    }
}

/// Of many people only the year of birth is known; a number of four digits alone would be no date.
fn are_days_or_years(values: &[&str]) -> bool {
    let order = Order::of(values.iter().copied());
    let dates = values.iter().filter(|value| date::parse(value, order).is_some_and(plausible)).count();
    dates * 5 > values.len() * 4
}

fn plausible(date: date::Date) -> bool {
    (1850..=2150).contains(&date.year()) && date.month() <= 12 && date.day() <= 31
}
