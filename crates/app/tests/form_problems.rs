//! What the questionnaire engine and the house find wrong with a sheet has words, and they speak of what the engine tells.

use std::collections::{BTreeMap, BTreeSet};

use app::code::Code;
use app::forms::HouseKind;
use app::ui::Language;
use xlsform::kinds::Kind as _;

/// The messages of a language by their codes.
fn messages(language: Language) -> BTreeMap<String, String> {
    let file = format!("{}/../../locales/{}/form-problems.ftl", env!("CARGO_MANIFEST_DIR"), language.code());
    let text = std::fs::read_to_string(file).unwrap();
    let mut messages = BTreeMap::<String, String>::new();
    let mut code = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("form-problem-").and_then(|rest| rest.split_once(" = ")) {
            Some((begun, words)) => {
                code = begun.to_owned();
                messages.insert(code.clone(), words.to_owned());
            }
            None => messages.get_mut(&code).unwrap().push_str(&format!("\n{line}")),
        }
    }
    messages
}

/// The variables that a message speaks of.
fn variables(message: &str) -> BTreeSet<&str> {
    let begun = message.split("{ $").skip(1);
    begun
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap())
        .collect()
}

#[test]
fn every_code_of_the_engine_has_words_that_speak_of_what_it_tells() {
    let mut told: BTreeMap<String, BTreeSet<&str>> =
        xlsform::kinds::codes().into_iter().map(|(code, names)| (code, names.iter().copied().collect())).collect();
    for (code, names) in HouseKind::codes() {
        assert!(told.insert(code.clone(), names.iter().copied().collect()).is_none(), "{code} stands twice");
    }
    let known: BTreeSet<String> = told.keys().cloned().collect();
    for language in Language::ALL {
        let messages = messages(*language);
        let missing: Vec<_> = known.iter().filter(|code| !messages.contains_key(*code)).collect();
        let idle: Vec<_> = messages.keys().filter(|code| !known.contains(*code)).collect();
        assert!(missing.is_empty() && idle.is_empty(), "{language}: no words for {missing:?}; no code for {idle:?}");
        for (code, message) in &messages {
            let unknown: Vec<_> = variables(message).difference(&told[code]).copied().collect();
            assert!(unknown.is_empty(), "{language}, {code}: the engine tells no {unknown:?}");
        }
    }
}

#[test]
fn every_language_speaks_of_the_same_things() {
    let english = messages(Language::En);
    for language in Language::ALL {
        for (code, message) in messages(*language) {
            assert_eq!(variables(&message), variables(&english[&code]), "{language}, {code}");
        }
    }
}

/// A message without Fluent's own signs around its cases.
fn cases(message: &str) -> String {
    let without = |line: &str| {
        let line = line.strip_prefix(" }").unwrap_or(line);
        let begun = line.rsplit_once("{ $").filter(|(_, rest)| rest.ends_with("->"));
        begun.map_or(line, |(before, _)| before).replace("*[other]", "").replace("[none]", "")
    };
    message.lines().map(without).collect()
}

/// In a line from right to left a word of a sheet would push the signs around it to its other side.
#[test]
fn what_is_written_from_the_left_stands_isolated_in_arabic() {
    for (code, message) in messages(Language::Ar) {
        let (mut depth, mut bare) = (0, String::new());
        for letter in cases(&message).chars() {
            match letter {
                '\u{2068}' | '{' => depth += 1,
                '\u{2069}' | '}' => depth -= 1,
                letter if depth == 0 => bare.push(letter),
                _ => {}
            }
        }
        assert_eq!(depth, 0, "{code}: {message}");
        assert!(!bare.contains(|letter: char| letter.is_ascii_alphabetic()), "{code}: {bare}");
    }
}
