//! Files kept with a case: their type told from their content, sealed at rest.

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::input::Because;
use super::lifecycle::Refusal;
use super::model::Attachment;
use super::store;
use crate::access::{Permission, Sensitivity, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{AttachmentId, CaseId, PersonId};
use crate::params;

/// Largest file in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// A file that came in. It is kept as it came, with the place and time a camera wrote into it: it
/// may have to prove something, and a changed file proves nothing.
#[derive(Serialize)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Who may read it.
    pub sensitivity: Sensitivity,
    /// Its content.
    #[serde(serialize_with = "digest")]
    pub content: Vec<u8>,
}

/// A request sent again is known by its content's digest.
fn digest<S: Serializer>(content: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(Sha256::digest(content))
}

/// The media type of a file by its first bytes and inner names; nothing for what is not kept.
pub fn media_type(content: &[u8]) -> Option<&'static str> {
    match content {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'P', b'K', 3, 4, ..] => office_type(content),
        _ => is_text(content).then_some("text/plain; charset=utf-8"),
    }
}

/// Office files are ZIP archives; the names inside tell which. Any other archive is refused.
fn office_type(content: &[u8]) -> Option<&'static str> {
    const OPEN_DOCUMENT: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.text";
    let has = |name: &[u8]| content.windows(name.len()).any(|window| window == name);
    let is_macro = has(b"vbaProject.bin");
    if is_macro {
        return None;
    }
    if content.get(30..30 + OPEN_DOCUMENT.len()) == Some(OPEN_DOCUMENT) {
        Some("application/vnd.oasis.opendocument.text")
    } else if !has(b"[Content_Types].xml") {
        None
    } else if has(b"word/document.xml") {
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    } else if has(b"xl/workbook.xml") {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else {
        None
    }
}

/// Plain text without control characters, and nothing that a browser could take for a page.
fn is_text(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok_and(|text| {
        !text.trim().is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    })
}

/// A name that is safe in a header and on any disk.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !"\"<>|:*?".contains(*c)).take(150).collect();
    clean.trim().trim_start_matches('.').to_owned()
}

/// Keeps a file with a case.
///
/// # Errors
/// A file that is too large or of no known type, a rule forbids it, or the database failed.
pub fn add(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, upload: &Upload) -> Result<AttachmentId, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    if upload.content.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST));
    }
    let media_type = media_type(&upload.content);
    let mut check = Check::default();
    check.that(!upload.content.is_empty(), "file", "invalid-required");
    check.that(upload.content.is_empty() || media_type.is_some(), "file", "invalid-file-type");
    check.that(viewer.sees(upload.sensitivity), "sensitivity", "invalid-choice");
    check.done()?;
    let media_type = media_type.unwrap_or("application/octet-stream");
    let id = AttachmentId::new();
    let name = Some(clean_name(&upload.name)).filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
    let size = i64::try_from(upload.content.len()).unwrap_or(i64::MAX);
    let told = serde_json::json!({ "media_type": media_type, "size": size, "sensitivity": upload.sensitivity });
    let entry = Entry::created(Kind::Attachment, id, &told).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    let sealed = tx.key().seal("attachment", id.0.as_bytes(), &upload.content);
    tx.execute(
        &pen,
        "INSERT INTO attachment (organisation_id, id, case_id, person_id, name, media_type, size, sensitivity, \
         uploaded_by, created_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            viewer.organisation,
            id,
            case,
            file.case.person_id,
            name,
            media_type,
            size,
            upload.sensitivity,
            viewer.user,
            Moment::now(),
            sealed
        ],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(id)
}

/// Removes a file: its content is gone, the history says that it was there and why it went. Who kept
/// it or a supervisor does, in a closed case and without consent too.
///
/// # Errors
/// No reason, someone else's, not there for this user, or the database failed.
pub fn remove(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: AttachmentId, input: &Because) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    let file = store::find(tx, viewer, case)?;
    let gone = of_case(tx, viewer, case)?.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    if gone.uploaded_by != viewer.user && !viewer.may(Permission::Approve) {
        return Err(Refusal::NotTheWriter.into());
    }
    input.check()?;
    // The name of a file may name someone.
    let told = serde_json::json!({ "media_type": gone.media_type, "size": gone.size, "sensitivity": gone.sensitivity });
    let entry = Entry::removed(Kind::Attachment, id, &told).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry.because(input.reason.trim()))?;
    tx.execute(
        &pen,
        "DELETE FROM attachment WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
    )?;
    store::touch(tx, viewer, &pen, &file.case)
}

const COLUMNS: &str = "a.id, a.name, a.media_type, a.size, a.sensitivity, a.uploaded_by, a.created_at";

fn from_row(row: &crate::db::Row<'_>) -> Result<Attachment, crate::db::DbError> {
    Ok(Attachment {
        id: row.next()?,
        name: row.next()?,
        media_type: row.next()?,
        size: row.next()?,
        sensitivity: row.next()?,
        uploaded_by: row.next()?,
        created_at: row.next()?,
    })
}

/// The files of a case that was found for the user before, newest first.
///
/// # Errors
/// The database failed.
pub fn of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Attachment>, Error> {
    if !viewer.sees(Sensitivity::Identity) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_parts("a").and("a.case_id = ?", [case.into()]);
    let sql = format!("SELECT {COLUMNS} FROM attachment a WHERE {} ORDER BY a.created_at DESC, a.id", filter.sql());
    Ok(tx.query(&sql, filter.params(), from_row)?)
}

/// A file with its content, and whom it is about.
///
/// # Errors
/// It is not there for this user, it was altered, or the database failed.
pub fn open(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: AttachmentId,
) -> Result<(Attachment, Vec<u8>, PersonId), Error> {
    let file = store::find(tx, viewer, case)?;
    if !viewer.sees(Sensitivity::Identity) {
        return Err(Error::NotFound);
    }
    let filter = viewer.visible_parts("a").and("a.case_id = ? AND a.id = ?", [case.into(), id.into()]);
    let sql = format!("SELECT {COLUMNS}, a.sealed FROM attachment a WHERE {}", filter.sql());
    let found = tx.one(&sql, filter.params(), |row| Ok((from_row(row)?, row.next::<Vec<u8>>()?)))?;
    let (attachment, sealed) = found.ok_or(Error::NotFound)?;
    let content = tx
        .key()
        .open("attachment", id.0.as_bytes(), &sealed)
        .map_err(|error| Error::Internal(format!("attachment {id}: {error}")))?;
    Ok((attachment, content, file.case.person_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_from_content() {
        assert_eq!(media_type(b"%PDF-1.7 ..."), Some("application/pdf"));
        assert_eq!(media_type(b"\xFF\xD8\xFF\xE0"), Some("image/jpeg"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type("Заявление\n".as_bytes()), Some("text/plain; charset=utf-8"));
        assert_eq!(media_type(b"MZ\x90\0"), None);
        assert_eq!(media_type(b""), None);
    }

    #[test]
    fn only_office_archives_are_kept() {
        let zip = |inner: &str| [b"PK\x03\x04", inner.as_bytes()].concat();
        assert_eq!(media_type(&zip("anything.exe")), None);
        assert!(media_type(&zip("[Content_Types].xml word/document.xml")).unwrap().contains("wordprocessing"));
        assert!(media_type(&zip("[Content_Types].xml xl/workbook.xml")).unwrap().contains("spreadsheet"));
        assert_eq!(media_type(&zip("[Content_Types].xml word/document.xml word/vbaProject.bin")), None);
        let mut odt = zip("");
        odt.resize(30, 0);
        odt.extend(b"mimetypeapplication/vnd.oasis.opendocument.text");
        assert_eq!(media_type(&odt), Some("application/vnd.oasis.opendocument.text"));
    }

    #[test]
    fn names_carry_no_paths_or_headers() {
        assert_eq!(clean_name("..\\..\\etc/passwd"), "passwd");
        assert_eq!(clean_name("a\r\nSet-Cookie: x\".pdf"), "aSet-Cookie x.pdf");
        assert_eq!(clean_name("شهادة.pdf"), "شهادة.pdf");
    }
}
