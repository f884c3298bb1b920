//! Whether a form says everything in every one of its languages.

use std::collections::{BTreeMap, HashSet};

use super::problem::{Findings, Place, ProblemKind, WarningKind};
use super::table::Table;
use super::{ChoiceList, MOST_WORDINGS, Node};

/// Columns that can be written in several languages, with the names people know them by.
const COLUMNS: [(&str, &str); 9] = [
    ("label", "label"),
    ("hint", "hint"),
    ("guidance_hint", "guidance_hint"),
    ("image", "image"),
    ("big-image", "big-image"),
    ("audio", "audio"),
    ("video", "video"),
    ("jr:constraintMsg", "constraint_message"),
    ("jr:requiredMsg", "required_message"),
];

/// Which columns a sheet has in which language; those without one are in language `default`.
fn languages<'a>(headers: impl Iterator<Item = &'a [String]>) -> BTreeMap<&'a str, Vec<&'static str>> {
    let mut languages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for parts in headers {
        let parts = match parts {
            [first, rest @ ..] if matches!(first.as_str(), "media" | "bind") && !rest.is_empty() => rest,
            all => all,
        };
        let [first, language @ ..] = parts else { continue };
        let Some((_, column)) = COLUMNS.iter().find(|(name, _)| name == first) else { continue };
        let language = language.first().map_or("default", String::as_str);
        languages.entry(language).or_default().push(column);
    }
    languages
}

/// Whether a sheet is written in a particular language.
pub(super) fn any(survey: &Table, choices: &[Vec<String>]) -> bool {
    let translated = |languages: BTreeMap<&str, Vec<&str>>| languages.keys().any(|language| *language != "default");
    translated(languages(survey.headers.iter().map(|header| header.parts.as_slice())))
        || translated(languages(choices.iter().map(Vec::as_slice)))
}

/// Warns of each language that lacks a column which another language has.
pub(super) fn check(survey: &Table, choices: &[Vec<String>], findings: &mut Findings) {
    let sheets = [
        ("survey", languages(survey.headers.iter().map(|header| header.parts.as_slice()))),
        ("choices", languages(choices.iter().map(Vec::as_slice))),
    ];
    for (sheet, languages) in sheets {
        if languages.keys().all(|language| *language == "default") {
            continue;
        }
        for (language, columns) in &languages {
            let mut missing: Vec<String> = languages
                .values()
                .flatten()
                .filter(|column| !columns.contains(column))
                .map(|name| name.to_string())
                .collect();
            missing.sort();
            missing.dedup();
            if !missing.is_empty() {
                let kind = WarningKind::Untranslated { language: (*language).to_string(), columns: missing };
                findings.warn(Place::row(sheet, 1), kind);
            }
        }
    }
}

/// Warns of each language whose name gives no code, which apps choose a language by. More wordings than a form can hold
/// are a problem.
pub(super) fn check_codes(nodes: &[Node], lists: &[ChoiceList], default: &str, findings: &mut Findings) {
    let of_nodes = nodes.iter().flat_map(|node| {
        let media = node.media.iter().map(|(_, text)| text);
        node.texts().map(|(_, text)| text).into_iter().chain(media)
    });
    let of_choices = lists
        .iter()
        .flat_map(|list| &list.choices)
        .flat_map(|choice| std::iter::once(&choice.label).chain(choice.media.iter().map(|(_, text)| text)));
    let mut languages: HashSet<&str> = HashSet::new();
    let mut texts = 0;
    for text in of_nodes.chain(of_choices).filter(|text| text.is_translated()) {
        texts += 1;
        languages.extend(text.in_languages(default).map(|(language, _)| language));
    }
    let mut languages: Vec<&str> = languages.into_iter().collect();
    languages.sort_unstable();
    if languages.len().saturating_mul(texts) > MOST_WORDINGS {
        let kind = ProblemKind::TooManyWordings { languages: languages.len(), texts };
        findings.problem(Place::sheet("survey"), kind);
    }
    for language in languages {
        if language != "default" && language.len() > 2 && !has_code(language) {
            findings.warn(Place::sheet("survey"), WarningKind::LanguageCode(language.to_string()));
        }
    }
}

/// Whether a language's name ends in a code, as in `French (fr)`: two or three letters, perhaps with a region.
fn has_code(language: &str) -> bool {
    let code = language.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, code)| code);
    code.is_some_and(|code| {
        let (main, rest) = code.split_once('-').unwrap_or((code, "x"));
        (2..=3).contains(&main.len())
            && main.bytes().all(|byte| byte.is_ascii_lowercase())
            && !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_carry_codes() {
        for good in ["French (fr)", "العربية (ar)", "Portuguese (pt-BR)", "Rohingya (rhg)"] {
            assert!(has_code(good), "{good}");
        }
        for bad in ["French", "French (France)", "French (fr", "fr"] {
            assert!(!has_code(bad), "{bad}");
        }
    }
}
