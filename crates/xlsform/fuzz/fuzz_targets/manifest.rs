//! The manifest of an encrypted submission: read or refused, and no name leads out of its folder or stands for two files.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use xlsform::encryption::Manifest;

fuzz_target!(|text: &str| {
    let Ok(manifest) = Manifest::read(text) else { return };
    assert!(!manifest.form.is_empty() && !manifest.instance_id.is_empty() && !manifest.key.is_empty());
    let mut seen = HashSet::new();
    for name in manifest.files() {
        assert!(name.ends_with(".enc") && !name.contains(['/', '\\', '\0']) && name.len() > 4, "{name}");
        assert!(!matches!(name, "..enc" | "...enc") && seen.insert(name.to_lowercase()), "{name}");
    }
});
