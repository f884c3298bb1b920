//! Where a report on a release goes, and how it is written there.

use std::path::{Path, PathBuf};

use anyhow::Result;
use disclosure::report::Page;
use serde::Serialize;

use crate::output::Output;

/// A report to come: as a file, and its summary on the standard output.
pub struct Report {
    out: Output,
    html: bool,
    json: bool,
}

impl Report {
    /// Begins it.
    ///
    /// # Errors
    /// The file's name does not say what it is to be, or it cannot be written.
    pub fn new(path: Option<&Path>, inputs: &[&PathBuf], json: bool) -> Result<Report> {
        let out = Output::new(path, inputs)?;
        let html = out.ending(&["html", "json"])? == Some("html");
        Ok(Report { out, html, json })
    }

    /// Writes the file, and the summary on the standard output.
    ///
    /// # Errors
    /// Writing failed.
    pub fn write(self, found: &impl Serialize, page: &Page, words: &[String]) -> Result<()> {
        let json = serde_json::to_string_pretty(found)?;
        if self.out.is_file() {
            let text = if self.html { page.html() } else { json.clone() + "\n" };
            self.out.write(|out| Ok(out.write_all(text.as_bytes())?))?;
        }
        match self.json {
            true => println!("{json}"),
            false => println!("{}", words.join("\n")),
        }
        Ok(())
    }
}
