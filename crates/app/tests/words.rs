//! Every word a page or a code needs is there, in every language.

use std::collections::BTreeSet;
use std::path::Path;

use app::code::Code;
use app::ui::Language;

#[test]
fn every_language_has_the_same_keys() {
    let english: BTreeSet<String> = Language::En.keys().into_iter().collect();
    assert_eq!(english.len(), Language::En.keys().len(), "a key stands twice");
    for language in Language::ALL {
        let keys: BTreeSet<String> = language.keys().into_iter().collect();
        let missing: Vec<_> = english.symmetric_difference(&keys).collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}

#[test]
fn every_key_that_pages_use_has_words() {
    let mut missing = BTreeSet::new();
    look(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut missing);
    assert!(missing.is_empty(), "no words for {missing:?}");
}

fn look(folder: &Path, missing: &mut BTreeSet<String>) {
    let known: BTreeSet<String> = Language::En.keys().into_iter().collect();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            look(&entry, missing);
        } else if entry.extension().is_some_and(|kind| kind == "html" || kind == "rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for call in
                    [".t(\"", ".count(\"", ".name(\"", "_with(\"", "Refused(\"", "Reason::new(\"", "Reason::about(\""]
                {
                    let keys = line.split(call).skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key);
                    missing.extend(keys.filter(|key| key.contains('-') && !known.contains(*key)).map(str::to_owned));
                }
            }
        }
    }
}
