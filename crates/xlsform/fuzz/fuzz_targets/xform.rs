//! A form, filled in as far as it goes; what is submitted can be judged.

#![no_main]

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use xlsform::definition::{Definition, External};
use xlsform::fill::{Filling, Surroundings, check};
use xlsform::xpath::NodeId;

fn surroundings() -> Surroundings {
    Surroundings {
        clock: Box::new(|| Timestamp::UNIX_EPOCH),
        chance: Box::new(|| 0.5),
        ..Surroundings::here(TimeZone::UTC)
    }
}

fuzz_target!(|text: &str| {
    let Ok(definition) = Definition::read(text, &External::new()) else { return };
    let definition = Arc::new(definition);
    let Ok(mut filling) = Filling::new(Arc::clone(&definition), surroundings()) else { return };
    let nodes: Vec<NodeId> = filling.tree().descendants(filling.root()).take(50).collect();
    for node in nodes {
        if let Some(field) = filling.field_of(node) {
            let around = filling.tree().node(node).parent().unwrap_or(node);
            let _ = filling.add_repeat(around, field, None);
        }
        for value in ["3", "a b", ""] {
            let _ = filling.answer(node, value);
        }
        let _ = (filling.label(node), filling.hint(node), filling.choices(node), filling.problem(node));
    }
    if let Ok(sent) = filling.submission() {
        let _ = check(definition, surroundings(), &sent);
    }
});
