//! A file of records and what is said of its columns, a line of dashes between them: read, described, assessed.

#![no_main]

use disclosure::describe::Description;
use disclosure::read::{guess, read};
use disclosure::risk::{Question, assess};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let split = bytes.windows(5).position(|line| line == b"\n---\n");
    let (said, records) = match split {
        Some(at) => (&bytes[..at], &bytes[at + 5..]),
        None => (&b""[..], bytes),
    };
    let said = std::str::from_utf8(said).unwrap_or_default();
    let description = Description::read(said).unwrap_or_default();
    let folder = tempfile::tempdir().unwrap();
    for name in ["people.csv", "people.parquet"] {
        let file = folder.path().join(name);
        std::fs::write(&file, records).unwrap();
        if let Ok(guessed) = guess(&file) {
            Description::read(&guessed).unwrap_or_else(|wrong| panic!("{guessed}\n{wrong:?}"));
        }
        let original = read(&file, &description);
        // Whatever can be read as an original can be read as a release of one.
        let released = read(&file, &description.clone().of_release());
        assert!(original.is_err() || released.is_ok());
        let Ok(read) = original else { continue };
        let columns = read.microdata.columns();
        assert!(columns.iter().all(|column| column.codes.len() == read.microdata.rows()));
        assert!(columns.iter().all(|column| column.codes.iter().all(|code| usize::from(*code) < column.size())));
        let question = Question { threshold: 3, population: None, length: 2 };
        if let Ok((risk, people)) = assess(&read.microdata, &question) {
            assert_eq!(people.len(), risk.people);
            assert!(risk.unique <= risk.small && risk.small <= risk.people as u64);
        }
    }
});
