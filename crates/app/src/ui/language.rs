//! The words of every page: Fluent files under `locales/`, one folder a language.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};

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
    plain: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
}

static WORDS: LazyLock<HashMap<Language, Words>> =
    LazyLock::new(|| Language::ALL.iter().map(|language| (*language, load(*language))).collect());

fn load(language: Language) -> Words {
    let id: unic_langid::LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks keep a right-to-left name from turning the sentence around it; HTML does
    // that with `dir="auto"`, so they are left out where a name is an element of its own.
    bundle.set_use_isolating(false);
    let mut plain = HashMap::new();
    let files = LOCALES.get_dir(language.code()).into_iter().flat_map(Dir::files);
    for text in files.filter_map(|file| file.contents_utf8()) {
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(?errors, language = language.code(), "a locale has errors");
            resource
        });
        drop(bundle.add_resource(resource));
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_alphabetic())
                && let Some(pattern) = bundle.get_message(key).and_then(|message| message.value())
            {
                let mut errors = Vec::new();
                let words = bundle.format_pattern(pattern, None, &mut errors);
                if errors.is_empty() {
                    plain.insert(key.to_owned(), words.into_owned());
                }
            }
        }
    }
    Words { plain, bundle }
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
        let words = |language| WORDS.get(&language).and_then(|words: &'static Words| words.plain.get(key));
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
    pub fn t_with(self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.clone());
        }
        for language in [self, Language::En] {
            let Some(words) = WORDS.get(&language) else { continue };
            let Some(pattern) = words.bundle.get_message(key).and_then(|message| message.value()) else { continue };
            return words.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned();
        }
        key.to_owned()
    }

    /// Every key of this language.
    pub fn keys(self) -> Vec<String> {
        LOCALES
            .get_dir(self.code())
            .into_iter()
            .flat_map(Dir::files)
            .filter_map(|file| file.contents_utf8())
            .flat_map(str::lines)
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }
}
