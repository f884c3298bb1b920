//! Two names: taken apart, compared, found.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linkage::{Index, Skeleton, explain_names, likeness, tokens};

fuzz_target!(|text: &str| {
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    let parts = tokens(one);
    assert!(parts.len() <= 8 && parts.iter().all(|part| !part.is_empty() && part.len() <= 64), "{parts:?}");
    for part in &parts {
        assert!(Skeleton::of(part).len() <= 10);
        let _ = Skeleton::without_article(part);
    }
    let alike = likeness(one, other);
    assert!((0.0..=1.0).contains(&alike), "{alike}");
    if !parts.is_empty() {
        assert!(likeness(one, one) > 0.999, "{}", likeness(one, one));
    }
    let explained = explain_names(one, other);
    assert_eq!(explained.score, alike);
    assert!(explained.parts.iter().all(|part| (0.0..=1.0).contains(&part.likeness)), "{explained:?}");
    let mut index = Index::new();
    index.insert(1, [one, other], [other]);
    index.insert(2, [other], [one]);
    for hit in index.find(one, 3) {
        assert!((0.0..=1.0).contains(&hit.score));
        assert!(index.explain(one, &hit.id).is_some_and(|explained| explained.score >= hit.score - 1e-6));
    }
    assert!(index.holders(other).contains(&1));
    assert!(index.remove(&1));
    assert!(index.find(one, 3).iter().all(|hit| hit.id == 2));
});
