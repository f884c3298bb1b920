//! The words of every page: Fluent files under `locales/`, one folder a language.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use include_dir::{Dir, include_dir};
use rustc_hash::FxHashMap;

static LOCALES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../locales");

crate::codes! {
    /// The languages Watari speaks.
    "language" Language {
        /// English.
        En = "en",
        /// French.
        Fr = "fr",
        /// Spanish.
        Es = "es",
        /// Arabic.
        Ar = "ar",
        /// Japanese.
        Ja = "ja",
    }
}

use crate::code::Code;

struct Words {
    /// Messages without variables, formatted once.
    plain: FxHashMap<String, String>,
    /// Messages of text and variables alone, cut where the variables stand.
    cut: FxHashMap<String, Vec<Piece>>,
    /// All of them: for plurals and whatever else asks for Fluent's rules.
    bundle: FluentBundle<FluentResource>,
}

enum Piece {
    Text(String),
    Variable(String),
}

/// In the order of [`Language::ALL`].
static WORDS: LazyLock<Vec<Words>> = LazyLock::new(|| Language::ALL.iter().map(|language| load(*language)).collect());

fn load(language: Language) -> Words {
    let id: unic_langid::LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks keep a right-to-left name from turning the sentence around it; HTML does
    // that with `dir="auto"`, so they are left out where a name is an element of its own.
    bundle.set_use_isolating(false);
    for text in files(language) {
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(?errors, language = language.code(), "a locale has errors");
            resource
        });
        drop(bundle.add_resource(resource));
    }
    let (mut plain, mut cut) = (FxHashMap::default(), FxHashMap::default());
    for key in language.keys() {
        let Some(pattern) = bundle.get_message(&key).and_then(|message| message.value()) else { continue };
        let mut errors = Vec::new();
        let words = bundle.format_pattern(pattern, None, &mut errors);
        if errors.is_empty() {
            plain.insert(key, words.into_owned());
        } else if let Some(pieces) = pieces(pattern) {
            cut.insert(key, pieces);
        }
    }
    Words { plain, cut, bundle }
}

fn files(language: Language) -> impl Iterator<Item = &'static str> {
    LOCALES.get_dir(language.code()).into_iter().flat_map(Dir::files).filter_map(|file| file.contents_utf8())
}

/// The pieces of a message, where it is nothing but text and variables.
fn pieces(pattern: &Pattern<&str>) -> Option<Vec<Piece>> {
    let piece = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Some(Piece::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => {
            Some(Piece::Variable(id.name.to_owned()))
        }
        PatternElement::Placeable { .. } => None,
    };
    pattern.elements.iter().map(piece).collect()
}

/// Pieces with values between them; nothing where a value is missing or needs Fluent's rules.
fn join(pieces: &[Piece], values: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let mut joined = String::with_capacity(64);
    for piece in pieces {
        match piece {
            Piece::Text(text) => joined.push_str(text),
            Piece::Variable(wanted) => match values.iter().find(|(name, _)| name == wanted)?.1 {
                FluentValue::String(ref text) => joined.push_str(text),
                FluentValue::Number(ref number) => joined.push_str(&number.as_string()),
                _ => return None,
            },
        }
    }
    Some(joined)
}

#[allow(clippy::derivable_impls, reason = "the enum is written by `codes!`, which marks no variant")]
impl Default for Language {
    fn default() -> Language {
        Language::En
    }
}

impl Language {
    /// The language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Fr => "Français",
            Language::Es => "Español",
            Language::Ar => "العربية",
            Language::Ja => "日本語",
        }
    }

    /// `rtl` or `ltr`.
    pub fn direction(self) -> &'static str {
        if self == Language::Ar { "rtl" } else { "ltr" }
    }

    /// The first language of an `Accept-Language` header that Watari speaks.
    pub fn accepted(header: &str) -> Language {
        header.split(',').filter_map(|range| Language::from_code(range.trim().get(..2)?)).next().unwrap_or(Language::En)
    }

    /// The words of a key, if there are any; the English ones where a translation is missing.
    pub fn find(self, key: &str) -> Option<&'static str> {
        let words = |language: Language| WORDS[language as usize].plain.get(key);
        words(self).or_else(|| words(Language::En)).map(String::as_str)
    }

    /// The words of a key. A test sees to it that every key a page uses has words.
    pub fn t(self, key: &str) -> &'static str {
        self.find(key).unwrap_or_else(|| {
            tracing::warn!(key, "no words for a key");
            "…"
        })
    }

    /// The words of a key with values in them.
    pub fn t_with(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        self.find_with(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// The words of a key with values in them, if there are any; the English ones where a translation is missing.
    pub fn find_with(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> Option<String> {
        for words in [self, Language::En].map(|language| &WORDS[language as usize]) {
            if let Some(joined) = words.cut.get(key).and_then(|pieces| join(pieces, values)) {
                return Some(joined);
            }
            let Some(pattern) = words.bundle.get_message(key).and_then(|message| message.value()) else { continue };
            let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
            return Some(words.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned());
        }
        None
    }

    /// A number with decimal places, cut off and not rounded up: what is left of a budget is never told as more.
    pub fn decimal(self, number: f64, places: usize) -> String {
        let scale = 10f64.powi(i32::try_from(places).unwrap_or(0));
        let text = format!("{:.places$}", (number * scale + 1e-6).floor() / scale);
        if matches!(self, Language::Fr | Language::Es) { text.replace('.', ",") } else { text }
    }

    /// Every key of this language.
    pub fn keys(self) -> Vec<String> {
        files(self)
            .flat_map(str::lines)
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }
}
