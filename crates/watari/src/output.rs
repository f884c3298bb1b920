//! Where the result of a command goes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Where a result goes: a file, which appears only when it is whole, or the standard output.
pub struct Output {
    file: Option<(PathBuf, tempfile::NamedTempFile)>,
}

impl Output {
    /// Begins a file; nothing is in its place until all of it is written.
    ///
    /// # Errors
    /// It is one of the inputs, or cannot be written there.
    pub fn new(path: Option<&Path>, inputs: &[&PathBuf]) -> Result<Output> {
        let Some(path) = path else { return Ok(Output { file: None }) };
        let same =
            |input: &&&PathBuf| path.canonicalize().ok().is_some_and(|path| input.canonicalize().ok() == Some(path));
        if let Some(input) = inputs.iter().find(same) {
            bail!("{} is read; write to another file", input.display());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file =
            tempfile::NamedTempFile::new_in(folder).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Output { file: Some((path.to_owned(), file)) })
    }

    /// How the file's name ends, which says what is written to it; nothing for the standard output.
    ///
    /// # Errors
    /// It ends in none of these.
    pub fn ending<'a>(&self, endings: &[&'a str]) -> Result<Option<&'a str>> {
        let Some(path) = self.path() else { return Ok(None) };
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let known = endings.iter().copied().find(|known| *known == ending);
        if known.is_none() {
            bail!("-o: write a file whose name ends in .{}", endings.join(" or ."));
        }
        Ok(known)
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Writes the result, whole or not at all.
    ///
    /// # Errors
    /// Writing failed.
    pub fn write(self, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
        let Some((path, file)) = self.file else {
            let mut out = BufWriter::new(std::io::stdout());
            write(&mut out)?;
            return Ok(out.flush()?);
        };
        let mut out: BufWriter<&File> = BufWriter::new(file.as_file());
        write(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(())
    }
}
