//! A form as Markdown: refused with places, or written as XML that can be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use xlsform::form::Form;
use xlsform::form::tokens::{instance_paths, tokens};
use xlsform::workbook::{Format, Limits, Workbook};

fuzz_target!(|text: &str| {
    assert_eq!(tokens(text).map(|token| token.range.len()).sum::<usize>(), text.len());
    assert!(instance_paths(text).iter().all(|range| text.get(range.clone()).is_some()));
    let Ok(workbook) = Workbook::read(text.as_bytes(), Format::Markdown, &Limits::default()) else { return };
    match Form::read(&workbook) {
        Ok((form, _)) => {
            let written = xlsform::xform::write(&form);
            let read = roxmltree::Document::parse(&written);
            assert!(read.is_ok(), "{read:?}: {written}");
            let _ = (xlsform::xform::itemsets(&form), xlsform::xform::results(&form), xlsform::xform::sensitivities(&form));
        }
        Err(problems) => {
            assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.place.sheet.is_empty()));
        }
    }
});
