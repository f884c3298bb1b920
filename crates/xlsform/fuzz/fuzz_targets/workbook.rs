//! A file of every format. What can be read is read as a form too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use xlsform::form::Form;
use xlsform::workbook::{Format, Limits, Workbook};

fuzz_target!(
    init: {
        // A panic of calamine is caught and said to be a damaged file; one of ours ends the run.
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains("calamine")) {
                end(panic);
            }
        }));
    },
    |bytes: &[u8]| {
        let limits = Limits { file: 1 << 20, unpacked: 4 << 20, cells: 20_000, text: 1 << 20 };
        for format in [Format::Xlsx, Format::Xls, Format::Csv, Format::Markdown] {
            if let Ok(workbook) = Workbook::read(bytes, format, &limits) {
                let cells: usize = workbook.sheets.iter().flat_map(|sheet| &sheet.rows).map(|row| row.cells.len()).sum();
                assert!(cells <= limits.cells);
                let _ = Form::read(&workbook);
            }
        }
    }
);
