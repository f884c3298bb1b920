//! Which column is what.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::ImportError;
use super::report::Column;
use crate::codes;

codes! {
    /// What a column of a file can be.
    "import-field" Field {
        /// The person's id in the system the file comes from.
        Id = "id",
        /// A given name.
        GivenName = "given_name",
        /// A family name.
        FamilyName = "family_name",
        /// The whole name.
        Name = "name",
        /// A further name: nickname, other script, other spelling.
        OtherName = "other_name",
        /// The mother's name.
        MotherName = "mother_name",
        /// The father's name.
        FatherName = "father_name",
        /// The sex.
        Sex = "sex",
        /// The day of birth.
        BirthDate = "birth_date",
        /// The year of birth.
        BirthYear = "birth_year",
        /// The age today.
        Age = "age",
        /// A nationality, as code or in words.
        Nationality = "nationality",
        /// A language, as code or in words.
        Language = "language",
        /// A telephone number; taken as not known to be safe.
        Phone = "phone",
        /// The number of a document.
        DocumentNumber = "document_number",
        /// The kind of that document.
        DocumentKind = "document_kind",
    }
}

impl Field {
    /// Whether a file may have several columns of it.
    fn may_repeat(self) -> bool {
        matches!(self, Field::OtherName | Field::Nationality | Field::Language | Field::Phone)
    }
}

/// A mapping that is not `COLUMN=FIELD`.
#[derive(Debug, thiserror::Error)]
#[error("«{0}» is not COLUMN=FIELD; fields: {1}, or - to leave the column out")]
pub struct MapError(String, String);

/// Reads `COLUMN=FIELD`, or `COLUMN=-`.
///
/// # Errors
/// It is not that.
pub fn parse_map(text: &str) -> Result<(String, Option<Field>), MapError> {
    use crate::code::Code;
    let known = || Field::ALL.iter().map(|field| field.code()).collect::<Vec<_>>().join(", ");
    let wrong = || MapError(text.to_owned(), known());
    let (column, field) = text.rsplit_once('=').ok_or_else(wrong)?;
    let field = match field.trim() {
        "-" => None,
        code => Some(Field::from_code(&code.replace('-', "_")).ok_or_else(wrong)?),
    };
    Ok((column.trim().to_owned(), field))
}

/// Names of columns as organisations write them, in English, French, Spanish, Arabic, Japanese.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "identifier",
            "person id",
            "case id",
            "individual id",
            "unhcr id",
            "progres id",
            "registration number",
            "identifiant",
            "id personne",
            "numéro d’enregistrement",
            "identificador",
            "id persona",
            "número de registro",
            "المعرف",
            "رقم التسجيل",
            "رقم الملف",
            "識別番号",
            "登録番号",
            "整理番号",
        ],
    ),
    (
        Field::GivenName,
        &[
            "given name",
            "given names",
            "first name",
            "firstname",
            "forename",
            "prénom",
            "prénoms",
            "nombre de pila",
            "primer nombre",
            "nombres",
            "الاسم الأول",
            "الاسم الشخصي",
            "名",
            "名前(名)",
        ],
    ),
    (
        Field::FamilyName,
        &[
            "family name",
            "last name",
            "lastname",
            "surname",
            "nom de famille",
            "apellido",
            "apellidos",
            "اسم العائلة",
            "الكنية",
            "اللقب",
            "اسم الأسرة",
            "姓",
            "名字",
            "苗字",
        ],
    ),
    (
        Field::Name,
        &[
            "name",
            "full name",
            "fullname",
            "complete name",
            "nom",
            "nom complet",
            "nom et prénom",
            "nombre",
            "nombre completo",
            "nombre y apellidos",
            "الاسم",
            "الاسم الكامل",
            "الاسم الرباعي",
            "الاسم الثلاثي",
            "氏名",
            "名前",
            "フルネーム",
        ],
    ),
    (
        Field::OtherName,
        &[
            "other name",
            "other names",
            "nickname",
            "alias",
            "also known as",
            "aka",
            "autre nom",
            "surnom",
            "otro nombre",
            "apodo",
            "اسم آخر",
            "اسم الشهرة",
            "別名",
            "通称",
            "あだ名",
        ],
    ),
    (
        Field::MotherName,
        &[
            "mother name",
            "mother's name",
            "mothers name",
            "nom de la mère",
            "nombre de la madre",
            "اسم الأم",
            "母の名前",
            "母親の氏名",
            "母の氏名",
        ],
    ),
    (
        Field::FatherName,
        &[
            "father name",
            "father's name",
            "fathers name",
            "nom du père",
            "nombre del padre",
            "اسم الأب",
            "父の名前",
            "父親の氏名",
            "父の氏名",
        ],
    ),
    (Field::Sex, &["sex", "gender", "sexe", "genre", "sexo", "género", "الجنس", "النوع الاجتماعي", "性別"]),
    (
        Field::BirthDate,
        &[
            "birth date",
            "date of birth",
            "birthdate",
            "dob",
            "born",
            "date de naissance",
            "né le",
            "né(e) le",
            "fecha de nacimiento",
            "nacimiento",
            "تاريخ الميلاد",
            "تاريخ الولادة",
            "生年月日",
            "誕生日",
        ],
    ),
    (
        Field::BirthYear,
        &[
            "birth year",
            "year of birth",
            "yob",
            "année de naissance",
            "año de nacimiento",
            "سنة الميلاد",
            "سنة الولادة",
            "生年",
            "出生年",
        ],
    ),
    (Field::Age, &["age", "age years", "age in years", "âge", "edad", "العمر", "السن", "年齢"]),
    (
        Field::Nationality,
        &[
            "nationality",
            "citizenship",
            "country of citizenship",
            "country of origin",
            "nationalité",
            "citoyenneté",
            "pays d’origine",
            "nacionalidad",
            "ciudadanía",
            "país de origen",
            "الجنسية",
            "بلد المنشأ",
            "بلد الأصل",
            "国籍",
            "出身国",
        ],
    ),
    (
        Field::Language,
        &[
            "language",
            "languages",
            "mother tongue",
            "spoken language",
            "langue",
            "langues",
            "langue maternelle",
            "langue parlée",
            "idioma",
            "idiomas",
            "lengua materna",
            "lengua",
            "اللغة",
            "اللغات",
            "اللغة الأم",
            "言語",
            "母語",
            "使用言語",
        ],
    ),
    (
        Field::Phone,
        &[
            "phone",
            "phone number",
            "telephone",
            "mobile",
            "mobile number",
            "mobile phone",
            "contact number",
            "téléphone",
            "numéro de téléphone",
            "portable",
            "tél",
            "teléfono",
            "número de teléfono",
            "móvil",
            "celular",
            "الهاتف",
            "رقم الهاتف",
            "هاتف",
            "الجوال",
            "رقم الجوال",
            "رقم الموبايل",
            "電話",
            "電話番号",
            "携帯電話",
            "携帯",
        ],
    ),
    (
        Field::DocumentNumber,
        &[
            "document number",
            "document no",
            "passport number",
            "passport no",
            "id number",
            "national id",
            "national id number",
            "numéro de document",
            "numéro du document",
            "numéro de passeport",
            "número de documento",
            "número de pasaporte",
            "documento",
            "رقم الوثيقة",
            "رقم جواز السفر",
            "الرقم الوطني",
            "رقم الهوية",
            "書類番号",
            "旅券番号",
            "パスポート番号",
            "身分証番号",
        ],
    ),
    (
        Field::DocumentKind,
        &[
            "document type",
            "document kind",
            "type of document",
            "type de document",
            "tipo de documento",
            "نوع الوثيقة",
            "書類の種類",
            "書類種別",
        ],
    ),
];

static KNOWN: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    use crate::code::Code;
    let codes = Field::ALL.iter().map(|field| (fold(field.code()), *field));
    codes.chain(NAMES.iter().flat_map(|(field, names)| names.iter().map(|name| (fold(name), *field)))).collect()
});

/// What a column of such a name is, where its name tells.
pub(super) fn known(name: &str) -> Option<Field> {
    KNOWN.get(&fold(name)).copied()
}

/// Text without case, accents, spaces and marks, so that small differences do not matter. Only
/// accents of letters are left out: other scripts stay what they are.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(|c| {
            let plain = if ('\u{c0}'..='\u{24f}').contains(&c) { deunicode::deunicode_char(c) } else { None };
            let own = plain.is_none().then_some(c);
            plain.unwrap_or_default().chars().chain(own).flat_map(char::to_lowercase).collect::<Vec<_>>()
        })
        .map(values_digit)
        .collect()
}

fn values_digit(c: char) -> char {
    crate::dates::western(c)
}

/// What each column of the head is.
pub(super) fn recognise(head: &[String], map: &[(String, Option<Field>)]) -> Result<Vec<Column>, ImportError> {
    if let Some((name, _)) = map.iter().find(|(name, _)| !head.iter().any(|column| fold(column) == fold(name))) {
        return Err(ImportError::NoColumn(name.clone()));
    }
    let columns: Vec<Column> = head
        .iter()
        .map(|name| {
            let told = map.iter().find(|(column, _)| fold(column) == fold(name));
            let field = told.map_or_else(|| known(name), |(_, field)| *field);
            Column { name: name.clone(), field }
        })
        .collect();
    for (at, second) in columns.iter().enumerate() {
        let Some(field) = second.field.filter(|field| !field.may_repeat()) else { continue };
        if let Some(first) = columns[..at].iter().find(|column| column.field == Some(field)) {
            return Err(ImportError::Twice { first: first.name.clone(), second: second.name.clone(), field });
        }
    }
    let names_someone = [Field::Name, Field::GivenName, Field::FamilyName, Field::OtherName];
    if !columns.iter().any(|column| column.field.is_some_and(|field| names_someone.contains(&field))) {
        let found: String = head.join(", ").chars().take(500).collect();
        return Err(ImportError::NoName(found));
    }
    Ok(columns)
}
