//! A file of codes, and a secret.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linkage::private::{Codes, Search, Secret, compare};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(secret) = Secret::from_text(text)
    {
        assert_eq!(secret.to_text().trim(), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("codes.csv");
    std::fs::write(&file, bytes).unwrap();
    let Ok(codes) = Codes::read(&file) else { return };
    for all_pairs_up_to in [0, u64::MAX] {
        let compared = compare(&codes, &codes, Search { threshold: 0.7, all_pairs_up_to }).unwrap();
        assert!(compared.pairs.len() <= codes.len());
    }
    let mut text = Vec::new();
    codes.write(&mut text).unwrap();
    std::fs::write(&file, text).unwrap();
    assert_eq!(Codes::read(&file).unwrap().len(), codes.len());
});
