//! Encrypted submissions leaving as they came, for whoever holds the key: a ZIP in the folders of ODK Briefcase.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use crate::access::{Filter, Permission, Viewer};
use crate::db::Tx;
use crate::documents::download as as_download;
use crate::documents::stream::in_pieces;
use crate::error::Error;
use crate::forms::{store, submissions};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::FormId;
use crate::web::{Context, Problem};

/// What was written and not yet sent.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive that is sent while it is written.
struct Archive {
    zip: ZipWriter<StreamWriter<Written>>,
    written: Written,
    folder: String,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

impl Archive {
    fn new(form: &str) -> Archive {
        let written = Written::default();
        let folder = format!("forms/{}", as_name(form));
        Archive { zip: ZipWriter::new_stream(written.clone()), written, folder }
    }

    /// Adds a file to the form's folder. Deflated, because readers of streams do not find the end of what is only stored.
    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(1))
            .large_file(false);
        self.zip.start_file(format!("{}/{name}", self.folder), options).map_err(failed)?;
        self.zip.write_all(content).map_err(failed)
    }
}

/// A form's id as the name of a folder.
fn as_name(form: &str) -> String {
    let safe = |letter: char| if letter.is_alphanumeric() || matches!(letter, '-' | '_') { letter } else { '_' };
    form.chars().map(safe).collect()
}

/// The encrypted submissions of a form that this user sees and the house has no key for.
fn wanted(viewer: &Viewer, form: FormId) -> Filter {
    submissions::of_form_filter(viewer, form).and("s.encrypted IN ('own', 'other_key')", [])
}

/// The submissions of a form that were encrypted with a key which the house has not, as they came: a ZIP with their
/// manifests and encrypted files in the folders of ODK Briefcase. `watari form open` opens it with the private key.
#[utoipa::path(get, path = "/forms/{form}/encrypted", tag = "forms", operation_id = "encrypted_submissions",
    params(("form" = FormId, Path)),
    responses((status = 200, description = "ZIP", content_type = "application/zip"), (status = "4XX", body = Problem)))]
pub(in crate::forms) async fn download(ctx: Context, Path(form): Path<FormId>) -> Result<Response, Error> {
    let (name, xform) = ctx
        .write(move |tx, viewer| {
            viewer.require(Permission::ExportLists)?;
            viewer.require(Permission::ReadCases)?;
            viewer.require(Permission::ReadPeople)?;
            let held = store::form(tx, viewer, form)?;
            let (_, xform) = store::published(tx, viewer, form)?;
            let count = submissions::count_where(tx, &wanted(viewer, form))?;
            let entry = Entry::new(Act::Exported, Kind::List, viewer.organisation)
                .noting("list", "encrypted")
                .noting("format", "zip")
                .noting("count", count);
            history::record(tx, viewer, entry)?;
            Ok((held.name, xform))
        })
        .await?;
    let mut archive = Archive::new(&name);
    archive.add(&format!("{}.xml", as_name(&name)), xform.as_bytes())?;
    let file = format!("{}-encrypted-{}.zip", as_name(&name), ctx.viewer.today);
    let first = Ok(archive.written.take());
    let archive = Arc::new(Mutex::new(Some(archive)));
    let read = move |from: i64| {
        let (ctx, archive) = (ctx.clone(), archive.clone());
        async move { ctx.read(move |tx, viewer| piece(tx, viewer, form, from, &archive)).await }
    };
    Ok(as_download(&file, "application/zip", in_pieces(first, 0, read)))
}

/// One submission of the archive, or its end.
fn piece(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    from: i64,
    archive: &Mutex<Option<Archive>>,
) -> Result<(Bytes, Option<i64>), Error> {
    let mut held = archive.lock().unwrap_or_else(PoisonError::into_inner);
    let mut archive = held.take().ok_or_else(|| failed("the archive is closed"))?;
    let next = submissions::of_form_where(tx, &wanted(viewer, form), (from, 1))?.into_iter().next();
    let Some((submission, ..)) = next else {
        let Archive { zip, written, .. } = archive;
        zip.finish().map_err(failed)?;
        return Ok((written.take(), None));
    };
    let folder = format!("instances/{}", submission.id);
    let manifest = submissions::manifest(tx, viewer, submission.id)?;
    archive.add(&format!("{folder}/submission.xml"), manifest.as_bytes())?;
    for file in submissions::files_as_they_came(tx, viewer, submission.id)? {
        archive.add(&format!("{folder}/{}", file.name), &submissions::content(tx, viewer, file.id)?)?;
    }
    let written = archive.written.take();
    *held = Some(archive);
    Ok((written, Some(from + 1)))
}
