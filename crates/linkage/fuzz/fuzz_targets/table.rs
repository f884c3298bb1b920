//! A file of comma-separated values: opened, recognised, learned from, linked, encoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linkage::batch::{Engine, Settings, Table, Wishes};
use linkage::private::{Choice, Codes, Search, Secret, compare, encode};

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, bytes).unwrap();
    if let Ok(engine) = Engine::open(&[file.clone()], &Wishes::default(), None, Settings::default(), &mut |_| {}) {
        let mut pairs = engine.pairs(0.5, &mut |_| {}).unwrap();
        let people = engine.cluster(&mut pairs, 0.5).unwrap();
        assert_eq!(people.len(), engine.records.len());
        for other in 1..people.len().min(4) {
            let explained = engine.explain(0, other);
            assert!(explained.weight.is_finite() && (0.0..=1.0).contains(&explained.probability), "{explained}");
        }
    }
    let Ok(table) = Table::open(&file) else { return };
    let secret = Secret::generate();
    if let Ok(codes) = encode(&table, &Choice::default(), &secret, &mut |_| {}) {
        let mut text = Vec::new();
        codes.write(&mut text).unwrap();
        std::fs::write(&file, text).unwrap();
        let read = Codes::read(&file).unwrap();
        let found = compare(&codes, &read, Search { threshold: 1.0, all_pairs_up_to: u64::MAX }).unwrap();
        assert_eq!(found.pairs.len(), codes.len());
    }
});
