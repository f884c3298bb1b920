//! A submission to a form with repeats, choices, calculations and entities: judged, gone on with, and none of it lost.

#![no_main]

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use xlsform::definition::{Definition, External};
use xlsform::entities;
use xlsform::fill::{Filling, Surroundings, check};
use xlsform::xpath::Tree;

static FORM: LazyLock<Arc<Definition>> = LazyLock::new(|| {
    Arc::new(Definition::read(include_str!("../seeds/xform/household.xml"), &External::new()).unwrap())
});

fn surroundings() -> Surroundings {
    Surroundings {
        clock: Box::new(|| Timestamp::UNIX_EPOCH),
        chance: Box::new(|| 0.5),
        ..Surroundings::here(TimeZone::UTC)
    }
}

fuzz_target!(|text: &str| {
    if let Ok(record) = Tree::from_xml(text) {
        for entity in entities::read(&FORM, &record).into_iter().flatten() {
            assert!(entity.create || entity.update);
            assert!(entity.trunk_version.is_none() || entity.branch.is_some());
        }
    }
    let Ok(checked) = check(Arc::clone(&FORM), surroundings(), text) else { return };
    let kept = checked.filling.draft();
    let again = check(Arc::clone(&FORM), surroundings(), &kept).unwrap();
    assert_eq!(again.filling.draft(), kept);
    assert_eq!(again.findings, checked.findings);
    let _ = Filling::restore(Arc::clone(&FORM), surroundings(), text);
});
