//! What is wrong with a sheet, told in the reader's language.

use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use xlsform::encryption::KeyError;
use xlsform::form::Place;
use xlsform::kinds::Kind;

use crate::ui::Language;

xlsform::kinds! {
    /// What this house finds in a sheet or a list's file besides the engine.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum HouseKind {
        #[error(
            "only whoever holds the private key can read what devices send: it is kept as it comes, belongs to no case \
             by itself, has no result and makes no entity; without public_key the house can encrypt the form with a key \
             that it reads by"
        )]
        PublicKey,
        #[error(
            "this is no public RSA key; write what stands between the lines BEGIN PUBLIC KEY and END PUBLIC KEY, \
             without these lines"
        )]
        PublicKeyUnreadable,
        #[error(
            "this is the private key, which must stay with you; write the public one, and make a new pair of keys"
        )]
        PublicKeyPrivate,
        #[error("the key has {bits} bits; make one of 2048 to 8192")]
        PublicKeyLength { bits: u32 },
        #[error("Watari makes the list “{list}” itself: give the list of entities another name")]
        ListOfTheHouse { list: String },
        #[error("“{found}” is no code; write one of {}", .known.join(", "))]
        NoCode { found: String, known: Vec<&'static str> },
        #[error("a weight is 1, 2 or 3: a light, a serious or a severe sign")]
        NoWeight,
        #[error("nobody knows this column; there are question, when, need, weight and risk")]
        UnknownResultsColumn,
        #[error("the file is not UTF-8 text: save it as CSV UTF-8")]
        RowsNotUtf8,
        #[error("the file cannot be read as CSV: {reason}")]
        RowsUnreadable { reason: String },
        #[error("the row has {cells} cells and the first row {columns}: give it as many")]
        RowLength { cells: usize, columns: usize },
        #[error("this id stands in an earlier row too: leave one of them")]
        RowTwice,
        #[error("the file has more than {most} rows: split it")]
        RowsTooMany { most: i64 },
        #[error("the list has no such property: add it on the list’s page, or take the column out")]
        RowsUnknownProperty,
        #[error("the column stands twice: leave one of them")]
        RowsColumnTwice,
        #[error("the column “label” is missing: it says what each row is called")]
        RowsNoLabelColumn,
        #[error("the id is no random UUID (version 4): leave the cell empty")]
        RowBadId,
        #[error("the version is no number: leave the cell empty")]
        RowBadVersion,
        #[error("the row needs a label")]
        RowNoLabel,
        #[error("this id cannot be used: leave the cell empty")]
        RowIdTaken,
        #[error("it was changed since: version {version} stands now; download the list again")]
        RowChanged { version: i64 },
    }
}

impl From<KeyError> for HouseKind {
    fn from(error: KeyError) -> HouseKind {
        match error {
            KeyError::IsPrivate => HouseKind::PublicKeyPrivate,
            KeyError::Length(bits) => HouseKind::PublicKeyLength { bits },
            KeyError::NotPublic | KeyError::NotPrivate | KeyError::Failed(_) => HouseKind::PublicKeyUnreadable,
        }
    }
}

/// What is wrong with a sheet or may be meant otherwise, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Remark {
    /// The sheet; none where the whole file is meant.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column's header.
    pub column: Option<String>,
    /// What it is, for programs, such as `unknown-reference`; none for what was found before there were codes.
    #[serde(default)]
    pub code: Option<String>,
    /// What the text speaks of, by name: text, a number, a list, nothing, or something told by a code and arguments of
    /// its own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub arguments: Map<String, Value>,
    /// What, and what to write instead, in English.
    pub text: String,
    /// The same in the asker's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl Remark {
    /// About the whole file.
    pub fn of_file(kind: &impl Kind) -> Remark {
        let (code, arguments, text) = (Some(kind.code()), kind.arguments(), kind.to_string());
        Remark { sheet: None, row: None, column: None, code, arguments, text, words: None }
    }

    /// About a place in it.
    pub fn at(place: &Place, kind: &impl Kind) -> Remark {
        Remark::of_file(kind).placed(place)
    }

    fn placed(self, place: &Place) -> Remark {
        let Place { sheet, row, column } = place.clone();
        Remark { sheet: Some(sheet), row, column, ..self }
    }

    /// What, and what to write instead, in a language; none where only the English text is known.
    pub fn in_words(&self, language: &Language) -> Option<String> {
        words(*language, self.code.as_deref()?, &self.arguments)
    }

    /// With its words in the asker's language.
    pub fn told(self, language: Language) -> Remark {
        Remark { words: self.in_words(&language), ..self }
    }
}

fn words(language: Language, code: &str, arguments: &Map<String, Value>) -> Option<String> {
    let values: Vec<_> = arguments.iter().map(|(name, value)| (name.as_str(), spoken(language, value))).collect();
    language.find_with(&format!("form-problem-{code}"), &values)
}

/// An argument as a message speaks of it: `none` where there is nothing to speak of.
fn spoken(language: Language, argument: &Value) -> FluentValue<'static> {
    let none = || "none".to_owned();
    let said = match argument {
        Value::Number(number) => return number.as_i64().map_or_else(|| none().into(), FluentValue::from),
        Value::Null => none(),
        Value::Bool(truth) => truth.to_string(),
        Value::String(text) => isolated(text),
        Value::Array(list) if list.is_empty() => none(),
        Value::Array(list) => {
            let items: Vec<_> =
                list.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), isolated)).collect();
            items.join(language.t("list-comma"))
        }
        Value::Object(kind) => {
            let (code, arguments) = (kind.get("code").and_then(Value::as_str), kind.get("arguments"));
            let told = code.zip(arguments.and_then(Value::as_object));
            told.and_then(|(code, arguments)| words(language, code, arguments)).unwrap_or_else(none)
        }
    };
    said.into()
}

/// What stands in a sheet keeps its own direction between the words around it.
fn isolated(text: &str) -> String {
    let own = text.chars().filter(|letter| !matches!(letter, '\u{2066}'..='\u{2069}'));
    std::iter::once('\u{2068}').chain(own).chain(['\u{2069}']).collect()
}

#[cfg(test)]
mod tests {
    use xlsform::form::{ProblemKind, Wanted};

    use super::*;

    fn plain(text: Option<String>) -> String {
        text.unwrap().replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn a_remark_kept_before_there_were_codes_still_reads() {
        let kept = r#"[{"sheet":"survey","row":3,"column":null,"text":"the repeat has no label"}]"#;
        let remarks: Vec<Remark> = serde_json::from_str(kept).unwrap();
        assert_eq!((remarks[0].row, remarks[0].text.as_str()), (Some(3), "the repeat has no label"));
        assert_eq!(remarks[0].in_words(&Language::Fr), None);
        let unknown = Remark { code: Some("of-a-later-version".to_owned()), ..remarks[0].clone() };
        assert_eq!(unknown.in_words(&Language::Fr), None);
    }

    #[test]
    fn a_remark_is_told_in_the_readers_language() {
        let place = Place::row("survey", 4).column("type");
        let kind = ProblemKind::UnknownType { name: "integr".into(), hint: Some("integer") };
        let remark = Remark::at(&place, &kind);
        let read: Remark = serde_json::from_str(&serde_json::to_string(&remark).unwrap()).unwrap();
        assert_eq!(read, remark, "kept and read again");
        let french = plain(read.in_words(&Language::Fr));
        assert!(french.contains("integr ") && french.contains("integer") && !french.contains("nobody"), "{french}");
        let hintless = Remark::at(&place, &ProblemKind::UnknownType { name: "integr".into(), hint: None });
        let french = plain(hintless.in_words(&Language::Fr));
        assert!(!french.contains("none") && !french.contains("integer"), "{french}");
        // A text of the sheet keeps its direction and cannot break out of its place.
        let name = "a\u{2069}b".to_owned();
        let arabic = Remark::at(&place, &ProblemKind::UnknownReference(name)).in_words(&Language::Ar).unwrap();
        assert!(arabic.contains("\u{2068}ab\u{2069}"), "{arabic}");
    }

    #[test]
    fn what_is_told_within_what_is_told_is_in_the_same_language() {
        let place = Place::row("survey", 4).column("parameters");
        let found = "many".to_owned();
        let whole = ProblemKind::BadParameter { parameter: "rows", found: found.clone(), wanted: Wanted::WholeNumber };
        let spanish = plain(Remark::at(&place, &whole).in_words(&Language::Es));
        assert!(spanish.contains("rows") && spanish.contains("un número entero"), "{spanish}");
        let values = vec!["low".to_owned(), "normal".to_owned()];
        let one = ProblemKind::BadParameter { parameter: "quality", found, wanted: Wanted::OneOf(values) };
        let spanish = plain(Remark::at(&place, &one).in_words(&Language::Es));
        assert!(spanish.contains("low, normal"), "{spanish}");
    }
}
