//! Encrypted submissions leaving as they came, for whoever holds the key: a ZIP in the folders of ODK Briefcase.

use std::io::Write;

use axum::extract::Path;
use axum::response::Response;
use tokio::runtime::Handle;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::access::{Filter, Permission, Viewer};
use crate::db::Tx;
use crate::documents::download as as_download;
use crate::documents::stream::{PIECE, Sink, written};
use crate::error::Error;
use crate::forms::{store, submissions};
use crate::history::{self, Act, Entry, Kind};
use crate::ids::{FormId, SubmissionId};
use crate::web::{Context, Problem};

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
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
    let file = format!("{}-encrypted-{}.zip", as_name(&name), ctx.viewer.today);
    let body = written(move |sink| write(sink, &ctx, form, &name, &xform));
    Ok(as_download(&file, "application/zip", body))
}

/// Writes the archive, one submission in memory at a time.
fn write(sink: &mut Sink, ctx: &Context, form: FormId, name: &str, xform: &str) -> Result<(), Error> {
    let mut zip = ZipWriter::new_stream(sink);
    let folder = format!("forms/{}", as_name(name));
    // Deflated, because readers of streams do not find the end of what is only stored.
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(false);
    let mut add = |name: &str, content: &[u8]| {
        zip.start_file(format!("{folder}/{name}"), options).map_err(failed)?;
        zip.write_all(content).map_err(failed)
    };
    add(&format!("{}.xml", as_name(name)), xform.as_bytes())?;
    // This thread may wait.
    let runtime = Handle::current();
    for from in (0..).step_by(PIECE as usize) {
        let read = ctx.read(move |tx, viewer| submissions::of_form_where(tx, &wanted(viewer, form), (from, PIECE)));
        let some = runtime.block_on(read)?;
        for (submission, ..) in &some {
            let id = submission.id;
            let files = runtime.block_on(ctx.read(move |tx, viewer| as_it_came(tx, viewer, id)))?;
            files.iter().try_for_each(|(name, content)| add(&format!("instances/{id}/{name}"), content))?;
        }
        if (some.len() as i64) < PIECE {
            break;
        }
    }
    zip.finish().map(drop).map_err(failed)
}

/// The manifest of a submission and its files, by name.
fn as_it_came(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut all = vec![("submission.xml".to_owned(), submissions::manifest(tx, viewer, id)?.into_bytes())];
    for file in submissions::files_as_they_came(tx, viewer, id)? {
        all.push((file.name, submissions::content(tx, viewer, file.id)?));
    }
    Ok(all)
}
