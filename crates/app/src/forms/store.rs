//! Queries of forms, their versions and their files.

use std::sync::Arc;

use serde_json::json;
use xlsform::definition::{Definition, External};

use super::lists;
use super::model::{Form, FormChange, FormDetail, FormFile, FormState, FormVersion, VersionState};
use super::remarks::Remark;
use super::upload::{self, LIVE_LISTS, Sheet, md5};
use crate::access::{Permission, Sensitivity, Viewer};
use crate::cases::media_type;
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{FormFileId, FormId, FormVersionId};
use crate::params;

/// The largest file of a form in bytes.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;

const COLUMNS: &str = "f.id, f.name, f.title, f.state, f.subject_field, f.sensitivity, \
    (SELECT max(v.name) FROM form_version v WHERE v.organisation_id = f.organisation_id AND v.form_id = f.id \
     AND v.state = 'published'), \
    (SELECT count(*) FROM submission s WHERE s.organisation_id = f.organisation_id AND s.form_id = f.id), \
    f.updated_at, f.version";

fn form_from(row: &Row<'_>) -> Result<Form, DbError> {
    Ok(Form {
        id: row.next()?,
        name: row.next()?,
        title: row.next()?,
        state: row.next()?,
        subject_field: row.next()?,
        sensitivity: row.next()?,
        published: row.next()?,
        submissions: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

/// All forms, by title.
///
/// # Errors
/// The role does not manage forms, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    viewer.require(Permission::ManageForms)?;
    let sql = format!("SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 ORDER BY f.title, f.id");
    Ok(tx.query(&sql, params![viewer.organisation], form_from)?)
}

/// The forms that can be filled in, by title.
///
/// # Errors
/// The role does not work on cases, or the database failed.
pub fn open_forms(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    viewer.require(Permission::WriteCases)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.state = 'open' ORDER BY f.title, f.id"
    );
    let forms = tx.query(&sql, params![viewer.organisation], form_from)?;
    Ok(forms.into_iter().filter(|form| viewer.sees(form.sensitivity)).collect())
}

/// A form as a record, whoever asks; the callers ask for the permission.
pub(super) fn form(tx: &mut Tx<'_>, viewer: &Viewer, id: FormId) -> Result<Form, Error> {
    let sql = format!("SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.id = $2");
    tx.one(&sql, params![viewer.organisation, id], form_from)?.ok_or(Error::NotFound)
}

/// A form by the id that its sheet gives it.
pub(super) fn form_named(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Option<Form>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.name = $2");
    Ok(tx.one(&sql, params![viewer.organisation, name], form_from)?)
}

const VERSION: &str = "v.id, v.form_id, v.number, v.name, v.state, v.title, v.file_name, v.hash, v.warnings, \
                       v.created_at, v.published_at";

fn version_from(row: &Row<'_>) -> Result<FormVersion, DbError> {
    Ok(FormVersion {
        id: row.next()?,
        form_id: row.next()?,
        number: row.next()?,
        name: row.next()?,
        state: row.next()?,
        title: row.next()?,
        file_name: row.next()?,
        hash: row.next()?,
        warnings: serde_json::from_str::<Vec<Remark>>(&row.next::<String>()?).unwrap_or_default(),
        created_at: row.next()?,
        published_at: row.next()?,
    })
}

pub(super) fn versions(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<Vec<FormVersion>, Error> {
    let sql = format!(
        "SELECT {VERSION} FROM form_version v WHERE v.organisation_id = $1 AND v.form_id = $2 ORDER BY v.number DESC"
    );
    Ok(tx.query(&sql, params![viewer.organisation, form], version_from)?)
}

/// A version with its XForm, whoever asks.
pub(super) fn version(tx: &mut Tx<'_>, viewer: &Viewer, id: FormVersionId) -> Result<(FormVersion, String), Error> {
    let sql = format!("SELECT {VERSION}, v.xform FROM form_version v WHERE v.organisation_id = $1 AND v.id = $2");
    let found =
        tx.one(&sql, params![viewer.organisation, id], |row| Ok((version_from(row)?, row.next::<String>()?)))?;
    found.ok_or(Error::NotFound)
}

/// The version of a form that is filled in.
pub(super) fn published(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<(FormVersion, String), Error> {
    let found = versions(tx, viewer, form)?.into_iter().find(|version| version.state == VersionState::Published);
    version(tx, viewer, found.ok_or(Error::NotFound)?.id)
}

/// The version of a form that a submission names, or else the one that is filled in.
pub(super) fn version_named(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    name: &str,
) -> Result<(FormVersion, String), Error> {
    let all = versions(tx, viewer, form)?;
    let sent = |version: &&FormVersion| version.state != VersionState::Draft;
    let found = all.iter().filter(sent).find(|version| version.name == name).or(all.iter().find(sent));
    version(tx, viewer, found.ok_or(Error::NotFound)?.id)
}

/// A version for those who manage forms.
///
/// # Errors
/// The role does not manage forms, no such version of this form, or the database failed.
pub fn managed(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    id: FormVersionId,
) -> Result<(FormVersion, String), Error> {
    viewer.require(Permission::ManageForms)?;
    let (version, xform) = version(tx, viewer, id)?;
    if version.form_id == form { Ok((version, xform)) } else { Err(Error::NotFound) }
}

/// A version that was published, for those who fill it in.
///
/// # Errors
/// The role does not work on cases, no such version of this form, or the database failed.
pub fn given_out(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    id: FormVersionId,
) -> Result<(FormVersion, String), Error> {
    viewer.require(Permission::WriteCases)?;
    let (version, xform) = version(tx, viewer, id)?;
    let sensitivity = self::form(tx, viewer, version.form_id)?.sensitivity;
    let may = version.form_id == form && version.state != VersionState::Draft && viewer.sees(sensitivity);
    if may { Ok((version, xform)) } else { Err(Error::NotFound) }
}

/// The sheet as it was uploaded.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn sheet(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId, id: FormVersionId) -> Result<(String, Vec<u8>), Error> {
    let (version, _) = managed(tx, viewer, form, id)?;
    let found = tx.one(
        "SELECT v.sheet FROM form_version v WHERE v.organisation_id = $1 AND v.id = $2",
        params![viewer.organisation, id],
        |row| row.get::<Vec<u8>>(0),
    )?;
    Ok((version.file_name, found.ok_or(Error::NotFound)?))
}

/// A form with its versions and files.
///
/// # Errors
/// The role does not manage forms, no such form, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: FormId) -> Result<FormDetail, Error> {
    viewer.require(Permission::ManageForms)?;
    let form = form(tx, viewer, id)?;
    let versions = versions(tx, viewer, id)?;
    let last = versions.first().ok_or(Error::NotFound)?.id;
    let (_, xform) = version(tx, viewer, last)?;
    let files = files_of(tx, viewer, last, &xform)?;
    let (questions, repeats) = match Definition::read(&xform, &upload::placeholders(&xform)) {
        Ok(definition) => (questions(&definition), repeats(&definition)),
        Err(_) => Default::default(),
    };
    Ok(FormDetail { form, versions, files, questions, repeats })
}

/// The names of the questions and calculations outside repeats.
fn questions(definition: &Definition) -> Vec<String> {
    let in_repeat = |path: &str| repeats(definition).iter().any(|repeat| path.starts_with(&format!("{repeat}/")));
    let leaves = definition.fields().filter(|(_, field)| field.children.is_empty() && !field.is_attribute);
    let named = leaves.filter(|(_, field)| !in_repeat(&field.path) && !field.path.contains("/meta/"));
    named.map(|(_, field)| field.name.local.clone()).collect()
}

/// The paths of the repeats.
pub(super) fn repeats(definition: &Definition) -> Vec<String> {
    let repeats = definition.fields().filter(|(_, field)| field.repeat.is_some());
    repeats.map(|(_, field)| field.path.clone()).collect()
}

/// The files that a version asks for, those that are there with their ids.
pub(super) fn files_of(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
) -> Result<Vec<FormFile>, Error> {
    let mut there = tx.query(
        "SELECT x.name, x.id, x.size FROM form_file x WHERE x.organisation_id = $1 AND x.form_version_id = $2 \
         ORDER BY x.name",
        params![viewer.organisation, version],
        |row| Ok(FormFile { name: row.next()?, id: Some(row.next()?), size: row.next()?, is_live: false }),
    )?;
    let mut files: Vec<FormFile> = Vec::new();
    for (_, name) in upload::files(xform) {
        let is_live = LIVE_LISTS.contains(&name.as_str());
        let held =
            there.iter().position(|file| file.name == name).filter(|_| !is_live).map(|place| there.remove(place));
        files.push(held.unwrap_or(FormFile { name, id: None, size: 0, is_live }));
    }
    files.extend(there);
    Ok(files)
}

/// Keeps a sheet: the first of its form, or the next version.
///
/// # Errors
/// The role does not manage forms, its version was published already, or the database failed.
pub fn add(tx: &mut Tx<'_>, viewer: &Viewer, sheet: &Sheet) -> Result<FormId, Error> {
    viewer.require(Permission::ManageForms)?;
    let known = form_named(tx, viewer, &sheet.name)?;
    let earlier = match &known {
        Some(form) => versions(tx, viewer, form.id)?,
        None => Vec::new(),
    };
    let same = earlier.iter().any(|version| version.state != VersionState::Draft && version.name == sheet.version);
    if same {
        return Err(Error::field("version", "invalid-form-version"));
    }
    let form = known.as_ref().map_or_else(FormId::new, |form| form.id);
    let version = FormVersionId::new();
    let number = earlier.iter().map(|version| version.number).max().unwrap_or_default() + 1;
    let told = json!({
        "form_name": sheet.name, "title": sheet.title, "form_version": sheet.version, "file_name": sheet.file_name,
    });
    let entry = Entry::created(Kind::Form, form, &told);
    let pen = history::record(tx, viewer, entry)?;
    let now = Moment::now();
    if known.is_none() {
        tx.execute(
            &pen,
            "INSERT INTO form (organisation_id, id, name, title, state, subject_field, sensitivity, created_at, \
             updated_at, version) VALUES ($1, $2, $3, $4, $5, '', $6, $7, $7, 1)",
            params![
                viewer.organisation,
                form,
                sheet.name.as_str(),
                sheet.title.as_str(),
                FormState::Draft,
                Sensitivity::Case,
                now
            ],
        )?;
    }
    // A draft gives way to the next: nobody filled it in.
    let drafts: Vec<FormVersionId> =
        earlier.iter().filter(|version| version.state == VersionState::Draft).map(|version| version.id).collect();
    tx.execute(
        &pen,
        "INSERT INTO form_version (organisation_id, id, form_id, number, name, state, title, file_name, sheet, xform, \
         hash, warnings, uploaded_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            viewer.organisation,
            version,
            form,
            number,
            sheet.version.as_str(),
            VersionState::Draft,
            sheet.title.as_str(),
            sheet.file_name.as_str(),
            sheet.content.as_slice(),
            sheet.xform.as_str(),
            md5(sheet.xform.as_bytes()),
            serde_json::to_string(&sheet.warnings).unwrap_or_default(),
            viewer.user,
            now
        ],
    )?;
    if let Some(before) = earlier.first() {
        take_over_files(tx, viewer, &pen, before.id, version, &sheet.xform)?;
    }
    if let Some(itemsets) = &sheet.itemsets {
        keep_file(tx, viewer, &pen, version, "itemsets.csv", itemsets.as_bytes())?;
    }
    for draft in drafts {
        for rows in [
            "form_file WHERE organisation_id = $1 AND form_version_id = $2",
            "form_version WHERE organisation_id = $1 AND id = $2",
        ] {
            tx.execute(&pen, &format!("DELETE FROM {rows}"), params![viewer.organisation, draft])?;
        }
    }
    tx.execute(
        &pen,
        "UPDATE form SET title = CASE WHEN state = 'draft' THEN $3 ELSE title END, updated_at = $4 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, form, sheet.title.as_str(), now],
    )?;
    Ok(form)
}

/// The files of the version before that the new one asks for too.
fn take_over_files(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    from: FormVersionId,
    to: FormVersionId,
    xform: &str,
) -> Result<(), Error> {
    let wanted: Vec<String> = upload::files(xform).into_iter().map(|(_, name)| name).collect();
    for file in files_of(tx, viewer, from, "")?.into_iter().filter(|file| wanted.contains(&file.name)) {
        let (content, _) = file_content(tx, viewer, from, &file.name)?;
        keep_file(tx, viewer, pen, to, &file.name, &content)?;
    }
    Ok(())
}

fn keep_file(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    version: FormVersionId,
    name: &str,
    content: &[u8],
) -> Result<(), Error> {
    let id = FormFileId::new();
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let sealed = tx.key().seal("form file", id.0.as_bytes(), content);
    tx.execute(
        pen,
        "DELETE FROM form_file WHERE organisation_id = $1 AND form_version_id = $2 AND name = $3",
        params![viewer.organisation, version, name],
    )?;
    tx.execute(
        pen,
        "INSERT INTO form_file (organisation_id, id, form_version_id, name, media_type, size, hash, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![viewer.organisation, id, version, name, kind_of(name, content), size, md5(content), sealed],
    )?;
    Ok(())
}

/// The media type that a file's content shows, where it is one that a browser may show.
fn kind_of(name: &str, content: &[u8]) -> &'static str {
    match media_type(content) {
        Some(kind) if kind.starts_with("image/") => kind,
        _ if name.to_ascii_lowercase().ends_with(".csv") => "text/csv",
        _ => "application/octet-stream",
    }
}

/// Keeps a file that the draft of a form asks for.
///
/// # Errors
/// The role does not manage forms, no draft, a file that it does not ask for, one too large or one that expressions
/// cannot read, or the database failed.
pub fn add_file(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId, name: &str, content: &[u8]) -> Result<(), Error> {
    let detail = find(tx, viewer, form)?;
    if content.len() > LARGEST_FILE {
        return Err(Error::TooLarge(LARGEST_FILE));
    }
    let draft = detail.draft().ok_or(Error::Refused("refused-form-published"))?.clone();
    let mut check = Check::default();
    check.that(detail.files.iter().any(|file| file.name == name && !file.is_live), "name", "invalid-form-file");
    check.that(!content.is_empty(), "file", "invalid-required");
    check.done()?;
    let (_, xform) = version(tx, viewer, draft.id)?;
    if upload::is_data(name) {
        let text = std::str::from_utf8(content).map_err(|_| Error::field("file", "invalid-form-text"))?;
        let mut external = upload::placeholders(&xform);
        let address = upload::files(&xform).into_iter().find(|(_, held)| held == name).map(|(address, _)| address);
        external.insert(address.unwrap_or_default(), text.to_owned());
        Definition::read(&xform, &external).map_err(|_| Error::field("file", "invalid-form-table"))?;
    }
    let told = json!({ "file_name": name, "form_version": draft.name });
    let pen = history::record(tx, viewer, Entry::created(Kind::Form, form, &told))?;
    keep_file(tx, viewer, &pen, draft.id, name, content)
}

/// The content of a file of a version and its media type, whoever asks.
pub(super) fn file_content(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    name: &str,
) -> Result<(Vec<u8>, String), Error> {
    let found = tx.one(
        "SELECT x.id, x.media_type, x.sealed FROM form_file x \
         WHERE x.organisation_id = $1 AND x.form_version_id = $2 AND x.name = $3",
        params![viewer.organisation, version, name],
        |row| Ok((row.next::<FormFileId>()?, row.next::<String>()?, row.next::<Vec<u8>>()?)),
    )?;
    let (id, media_type, sealed) = found.ok_or(Error::NotFound)?;
    let content = tx.key().open("form file", id.0.as_bytes(), &sealed);
    content.map(|content| (content, media_type)).map_err(|error| Error::Internal(format!("form file {id}: {error}")))
}

/// A version ready to be filled in by this user: with its files, and the lists of those whom they see.
///
/// # Errors
/// The form cannot be read with its files, or the database failed.
pub(super) fn definition(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
) -> Result<Arc<Definition>, Error> {
    read_with(tx, viewer, version, xform, lists::live)
}

/// The same without the lists of people and cases, for a form on paper.
///
/// # Errors
/// The form cannot be read with its files, or the database failed.
pub(super) fn definition_for_all(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
) -> Result<Arc<Definition>, Error> {
    let nobody = |_: &mut Tx<'_>, _: &Viewer, name: &str| Ok(LIVE_LISTS.contains(&name).then(|| upload::blank(name)));
    read_with(tx, viewer, version, xform, nobody)
}

fn read_with(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
    live: impl Fn(&mut Tx<'_>, &Viewer, &str) -> Result<Option<String>, Error>,
) -> Result<Arc<Definition>, Error> {
    let mut external = External::new();
    for (address, name) in upload::files(xform).into_iter().filter(|(_, name)| upload::is_data(name)) {
        let content = match live(tx, viewer, &name)? {
            Some(list) => list,
            None => match file_content(tx, viewer, version, &name) {
                Ok((content, _)) => String::from_utf8_lossy(&content).into_owned(),
                Err(Error::NotFound) => upload::blank(&name),
                Err(error) => return Err(error),
            },
        };
        external.insert(address, content);
    }
    let definition = Definition::read(xform, &external);
    definition.map(Arc::new).map_err(|error| Error::BadRequest(error.to_string()))
}

/// Publishes the draft of a form: from now on it is the version that is filled in, and it never changes.
///
/// # Errors
/// The role does not manage forms, someone else was faster, there is no draft, files are missing, or the database
/// failed.
pub fn publish(tx: &mut Tx<'_>, viewer: &Viewer, id: FormId, expected: i64) -> Result<(), Error> {
    let detail = find(tx, viewer, id)?;
    check_version(&detail.form, expected)?;
    let draft = detail.draft().ok_or(Error::Refused("refused-form-no-draft"))?;
    if detail.missing() > 0 {
        return Err(Error::Refused("refused-form-files-missing"));
    }
    let state = if detail.form.state == FormState::Draft { FormState::Open } else { detail.form.state };
    let before = json!({ "form_version": detail.form.published, "form_state": detail.form.state });
    let after = json!({ "form_version": draft.name, "form_state": state });
    let pen = history::record(tx, viewer, Entry::changed(Kind::Form, id, &before, &after))?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "UPDATE form_version SET state = $3 WHERE organisation_id = $1 AND form_id = $2 AND state = 'published'",
        params![viewer.organisation, id, VersionState::Retired],
    )?;
    tx.execute(
        &pen,
        "UPDATE form_version SET state = $3, published_at = $4 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, draft.id, VersionState::Published, now],
    )?;
    tx.execute(
        &pen,
        "UPDATE form SET title = $3, state = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, draft.title.as_str(), state, now],
    )?;
    Ok(())
}

/// Uploads a sheet of the house and publishes it at once.
///
/// # Errors
/// The sheet cannot be used, the role does not manage forms, or the database failed.
pub fn publish_sheet(tx: &mut Tx<'_>, viewer: &Viewer, file_name: &str, sheet: &str) -> Result<FormId, Error> {
    let sheet = upload::read(file_name, sheet.as_bytes().to_vec()).map_err(Error::Sheet)?;
    let id = add(tx, viewer, &sheet)?;
    let version = form(tx, viewer, id)?.version;
    publish(tx, viewer, id, version)?;
    Ok(id)
}

fn check_version(form: &Form, expected: i64) -> Result<(), Error> {
    let same = form.version == expected;
    same.then_some(()).ok_or_else(|| Error::stale(&json!({ "version": expected }), form, form.version))
}

/// Changes whether a form can be filled in, and which of its questions holds the case.
///
/// # Errors
/// The role does not manage forms, someone else was faster, fields to correct, or the database failed.
pub fn change(tx: &mut Tx<'_>, viewer: &Viewer, id: FormId, expected: i64, change: &FormChange) -> Result<(), Error> {
    let detail = find(tx, viewer, id)?;
    let form = &detail.form;
    if form.version != expected {
        return Err(Error::stale(change, form, form.version));
    }
    change.check(form)?;
    let field = change.subject_field.trim();
    if !field.is_empty() && !detail.questions.iter().any(|question| question == field) {
        return Err(Error::field("subject_field", "invalid-choice"));
    }
    let told = |state: FormState, field: &str, sensitivity: Sensitivity| json!({ "form_state": state, "subject_field": field, "sensitivity": sensitivity });
    let before = told(form.state, &form.subject_field, form.sensitivity);
    let after = told(change.state, field, change.sensitivity);
    let pen = history::record(tx, viewer, Entry::changed(Kind::Form, id, &before, &after))?;
    tx.execute(
        &pen,
        "UPDATE form SET state = $3, subject_field = $4, sensitivity = $5, updated_at = $6, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, change.state, field, change.sensitivity, Moment::now()],
    )?;
    Ok(())
}
