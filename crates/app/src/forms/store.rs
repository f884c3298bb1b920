//! Queries of forms, their versions and their files.

use std::sync::{Arc, LazyLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::json;
use xlsform::definition::{Definition, External};
use xlsform::entities::declared;

use super::encryption::{self, Rewritten};
use super::meaning::Meaning;
use super::model::{Form, FormChange, FormDetail, FormFile, FormState, FormVersion, VersionState};
use super::remarks::Remark;
use super::shipped;
use super::upload::{self, LIVE_LISTS, Sheet};
use super::{entities, lists};
use crate::access::{Permission, Sensitivity, Viewer};
use crate::cases::media_type;
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Actor, Entry, Kind, Pen};
use crate::ids::{CaseId, FormFileId, FormId, FormVersionId, OrganisationId, UserId};
use crate::params;
use crate::users::digest::md5;

/// The largest file of a form in bytes.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;

const COLUMNS: &str = "f.id, f.name, f.title, f.state, f.subject_field, f.sensitivity, \
    (SELECT max(v.name) FROM form_version v WHERE v.organisation_id = f.organisation_id AND v.form_id = f.id \
     AND v.state = 'published'), \
    (SELECT max(v.titles) FROM form_version v WHERE v.organisation_id = f.organisation_id AND v.form_id = f.id \
     AND v.state = 'published'), \
    f.updated_at, f.version";

/// For eyes only: it takes as long as there are submissions.
const COUNT: &str =
    "(SELECT count(*) FROM submission s WHERE s.organisation_id = f.organisation_id AND s.form_id = f.id)";

fn form_from(row: &Row<'_>) -> Result<Form, DbError> {
    Ok(Form {
        id: row.next()?,
        name: row.next()?,
        title: row.next()?,
        state: row.next()?,
        subject_field: row.next()?,
        sensitivity: row.next()?,
        published: row.next()?,
        titles: row.next::<Option<String>>()?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        submissions: None,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

fn counted_from(row: &Row<'_>) -> Result<Form, DbError> {
    let form = form_from(row)?;
    Ok(Form { submissions: Some(row.next()?), ..form })
}

/// All forms, by title.
///
/// # Errors
/// The role does not manage forms, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    viewer.require(Permission::ManageForms)?;
    all(tx, viewer)
}

/// All forms, by title, whoever asks; the callers choose what is told.
pub(super) fn all(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    let sql = format!("SELECT {COLUMNS}, {COUNT} FROM form f WHERE f.organisation_id = $1 ORDER BY f.title, f.id");
    Ok(tx.query(&sql, params![viewer.organisation], counted_from)?)
}

/// The forms that can be filled in, by title.
///
/// # Errors
/// The role does not work on cases, or the database failed.
pub fn open_forms(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    viewer.require(Permission::WriteCases)?;
    let forms = forms_in_use(tx, viewer)?;
    Ok(forms.into_iter().filter(|form| viewer.sees(form.sensitivity)).collect())
}

/// The forms that can be filled in, whoever asks.
pub(super) fn forms_in_use(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Form>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.state = 'open' ORDER BY f.title, f.id"
    );
    Ok(tx.query(&sql, params![viewer.organisation], form_from)?)
}

/// The forms that can be filled in here by this user with their published versions and what those say, the ones that come
/// with Watari first. What is encrypted with the form's own key is filled in on devices only.
pub(super) fn forms_with_meaning(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
) -> Result<Vec<(Form, FormVersionId, Meaning)>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, w.id, w.meaning FROM form f \
         JOIN form_version w ON w.organisation_id = f.organisation_id AND w.form_id = f.id AND w.state = 'published' \
         WHERE f.organisation_id = $1 AND f.state = 'open' AND w.encryption <> 'own' ORDER BY f.title, f.id"
    );
    let mut forms = tx.query(&sql, params![viewer.organisation], |row| {
        Ok((form_from(row)?, row.next()?, Meaning::from_json(&row.next::<String>()?)))
    })?;
    forms.retain(|(form, ..)| viewer.sees(form.sensitivity));
    forms.sort_by_key(|(form, ..)| shipped::place(&form.name));
    Ok(forms)
}

/// The id of the form of a name, whoever asks.
///
/// # Errors
/// The database failed.
pub fn form_id(tx: &mut Tx<'_>, viewer: &Viewer, name: &str) -> Result<Option<FormId>, Error> {
    Ok(form_named(tx, viewer.organisation, name)?.map(|form| form.id))
}

/// A form as a record, whoever asks; the callers ask for the permission.
pub(super) fn form(tx: &mut Tx<'_>, viewer: &Viewer, id: FormId) -> Result<Form, Error> {
    let sql = format!("SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.id = $2");
    tx.one(&sql, params![viewer.organisation, id], form_from)?.ok_or(Error::NotFound)
}

/// A form by the id that its sheet gives it.
pub(super) fn form_named(tx: &mut Tx<'_>, of: OrganisationId, name: &str) -> Result<Option<Form>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM form f WHERE f.organisation_id = $1 AND f.name = $2");
    Ok(tx.one(&sql, params![of, name], form_from)?)
}

const VERSION: &str = "v.id, v.form_id, v.number, v.name, v.state, v.title, v.titles, v.file_name, v.hash, \
                       v.warnings, v.shipped, v.encryption, v.created_at, v.published_at";

fn version_from(row: &Row<'_>) -> Result<FormVersion, DbError> {
    Ok(FormVersion {
        id: row.next()?,
        form_id: row.next()?,
        number: row.next()?,
        name: row.next()?,
        state: row.next()?,
        title: row.next()?,
        titles: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
        file_name: row.next()?,
        hash: row.next()?,
        warnings: serde_json::from_str::<Vec<Remark>>(&row.next::<String>()?).unwrap_or_default(),
        shipped: row.next()?,
        encryption: row.next()?,
        created_at: row.next()?,
        published_at: row.next()?,
    })
}

pub(super) fn versions(tx: &mut Tx<'_>, of: OrganisationId, form: FormId) -> Result<Vec<FormVersion>, Error> {
    let sql = format!(
        "SELECT {VERSION} FROM form_version v WHERE v.organisation_id = $1 AND v.form_id = $2 ORDER BY v.number DESC"
    );
    Ok(tx.query(&sql, params![of, form], version_from)?)
}

/// What a version's sheet says besides its questions, whoever asks. A version never changes: it is read once.
pub(super) fn meaning(tx: &mut Tx<'_>, of: OrganisationId, id: FormVersionId) -> Result<Arc<Meaning>, Error> {
    if let Some(meaning) = MEANINGS.get(&(of, id)) {
        return Ok(meaning);
    }
    let sql = "SELECT v.meaning FROM form_version v WHERE v.organisation_id = $1 AND v.id = $2";
    let found = tx.one(sql, params![of, id], |row| row.get::<String>(0))?;
    let meaning = Arc::new(Meaning::from_json(&found.ok_or(Error::NotFound)?));
    MEANINGS.insert((of, id), meaning.clone());
    Ok(meaning)
}

/// A version with its XForm, whoever asks.
pub(super) fn version(tx: &mut Tx<'_>, of: OrganisationId, id: FormVersionId) -> Result<(FormVersion, String), Error> {
    let sql = format!("SELECT {VERSION}, v.xform FROM form_version v WHERE v.organisation_id = $1 AND v.id = $2");
    let found = tx.one(&sql, params![of, id], |row| Ok((version_from(row)?, row.next::<String>()?)))?;
    found.ok_or(Error::NotFound)
}

/// The version of a form that is filled in.
pub(super) fn published(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<(FormVersion, String), Error> {
    in_state(tx, viewer.organisation, form, VersionState::Published)
}

/// The version of a form that is being prepared, for those who manage forms.
///
/// # Errors
/// The role does not manage forms, there is none, or the database failed.
pub(super) fn draft(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<(FormVersion, String), Error> {
    viewer.require(Permission::ManageForms)?;
    in_state(tx, viewer.organisation, form, VersionState::Draft)
}

fn in_state(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    form: FormId,
    state: VersionState,
) -> Result<(FormVersion, String), Error> {
    let found = versions(tx, of, form)?.into_iter().find(|version| version.state == state);
    version(tx, of, found.ok_or(Error::NotFound)?.id)
}

/// The version of a form that a submission names, or else the one that is filled in.
pub(super) fn version_named(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    form: FormId,
    name: &str,
) -> Result<(FormVersion, String), Error> {
    let all = versions(tx, viewer.organisation, form)?;
    let sent = |version: &&FormVersion| version.state != VersionState::Draft;
    let found = all.iter().filter(sent).find(|version| version.name == name).or(all.iter().find(sent));
    version(tx, viewer.organisation, found.ok_or(Error::NotFound)?.id)
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
    let (version, xform) = version(tx, viewer.organisation, id)?;
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
    let (version, xform) = given_out_of_any(tx, viewer, id)?;
    if version.form_id == form { Ok((version, xform)) } else { Err(Error::NotFound) }
}

/// The same of whichever form, for a device, which knows versions only.
pub(super) fn given_out_of_any(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: FormVersionId,
) -> Result<(FormVersion, String), Error> {
    viewer.require(Permission::WriteCases)?;
    let (version, xform) = version(tx, viewer.organisation, id)?;
    let sensitivity = form(tx, viewer, version.form_id)?.sensitivity;
    let may = version.state != VersionState::Draft && viewer.sees(sensitivity);
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
    let sql = format!("SELECT {COLUMNS}, {COUNT} FROM form f WHERE f.organisation_id = $1 AND f.id = $2");
    let form = tx.one(&sql, params![viewer.organisation, id], counted_from)?.ok_or(Error::NotFound)?;
    let versions = versions(tx, viewer.organisation, id)?;
    let last = versions.first().ok_or(Error::NotFound)?.id;
    let (_, xform) = version(tx, viewer.organisation, last)?;
    let files = files_of(tx, viewer.organisation, last, &xform)?;
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
    of: OrganisationId,
    version: FormVersionId,
    xform: &str,
) -> Result<Vec<FormFile>, Error> {
    let mut there = tx.query(
        "SELECT x.name, x.id, x.size FROM form_file x WHERE x.organisation_id = $1 AND x.form_version_id = $2 \
         ORDER BY x.name",
        params![of, version],
        |row| {
            let (name, id, size) = (row.next()?, row.next()?, row.next()?);
            Ok(FormFile { name, id: Some(id), size, is_live: false, is_entities: false })
        },
    )?;
    let mut files: Vec<FormFile> = Vec::new();
    for (_, name) in upload::files(xform) {
        let made_here = LIVE_LISTS.contains(&name.as_str());
        let held = there.iter().position(|file| file.name == name).filter(|_| !made_here);
        files.push(match held {
            Some(place) => there.remove(place),
            None => {
                let is_entities = !made_here && is_entities(tx, of, &name, xform)?;
                FormFile { name, id: None, size: 0, is_live: made_here || is_entities, is_entities }
            }
        });
    }
    files.extend(there);
    Ok(files)
}

/// Whether a file that nobody uploaded is a list of entities: one that is there, or that the form itself declares.
fn is_entities(tx: &mut Tx<'_>, of: OrganisationId, name: &str, xform: &str) -> Result<bool, Error> {
    let Some(list) = name.strip_suffix(".csv") else { return Ok(false) };
    if entities::store::list_named(tx, of, list)?.is_some() {
        return Ok(true);
    }
    let definition = Definition::read(xform, &upload::placeholders(xform));
    Ok(definition.is_ok_and(|definition| declared(&definition).iter().any(|declared| declared.list == list)))
}

/// What a file is for this user: a list that Watari makes, one that was uploaded, or a list of entities.
pub(super) fn data_of(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    name: &str,
    about: Option<CaseId>,
) -> Result<Option<Vec<u8>>, Error> {
    if let Some(list) = lists::live(tx, viewer, name, about)? {
        return Ok(Some(list.into_bytes()));
    }
    match file_content(tx, viewer.organisation, version, name) {
        Ok((content, _)) => return Ok(Some(content)),
        Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    let list = match name.strip_suffix(".csv") {
        Some(list) => entities::store::list_named(tx, viewer.organisation, list)?,
        None => None,
    };
    list.map(|list| entities::for_forms(tx, viewer, &list).map(String::into_bytes)).transpose()
}

/// The same without anybody in it, for a form on paper.
fn blank_of(tx: &mut Tx<'_>, viewer: &Viewer, version: FormVersionId, name: &str) -> Result<Option<Vec<u8>>, Error> {
    if LIVE_LISTS.contains(&name) {
        return Ok(None);
    }
    match file_content(tx, viewer.organisation, version, name) {
        Ok((content, _)) => Ok(Some(content)),
        Err(Error::NotFound) => {
            let list = entities::store::list_named(tx, viewer.organisation, name.strip_suffix(".csv").unwrap_or(name))?;
            Ok(list.map(|list| entities::blank(&list).into_bytes()))
        }
        Err(error) => Err(error),
    }
}

/// Keeps a sheet: the first of its form, or the next version.
///
/// # Errors
/// The role does not manage forms, its version was published already, or the database failed.
pub fn add(tx: &mut Tx<'_>, viewer: &Viewer, sheet: &Sheet) -> Result<FormId, Error> {
    viewer.require(Permission::ManageForms)?;
    add_by(tx, viewer.into(), sheet)
}

/// Keeps a sheet for whoever brings it: a user, or the machine itself, which brings those that came with Watari.
pub(super) fn add_by(tx: &mut Tx<'_>, by: Actor, sheet: &Sheet) -> Result<FormId, Error> {
    let known = form_named(tx, by.organisation, &sheet.name)?;
    let earlier = match &known {
        Some(form) => versions(tx, by.organisation, form.id)?,
        None => Vec::new(),
    };
    let same = earlier.iter().any(|version| version.state != VersionState::Draft && version.is_of(&sheet.version));
    if same {
        return Err(Error::field("version", "invalid-form-version"));
    }
    let form = known.as_ref().map_or_else(FormId::new, |form| form.id);
    let told = json!({
        "form_name": sheet.name, "title": sheet.title, "form_version": sheet.version, "file_name": sheet.file_name,
    });
    let pen = history::record(tx, by, Entry::created(Kind::Form, form, &told))?;
    if known.is_none() {
        tx.execute(
            &pen,
            "INSERT INTO form (organisation_id, id, name, title, state, subject_field, sensitivity, created_at, \
             updated_at, version) VALUES ($1, $2, $3, $4, $5, '', $6, $7, $7, 1)",
            params![
                by.organisation,
                form,
                sheet.name.as_str(),
                sheet.title.as_str(),
                FormState::Draft,
                sheet.meaning.shared_sensitivity(),
                Moment::now()
            ],
        )?;
    }
    let number = earlier.iter().map(|version| version.number).max().unwrap_or_default() + 1;
    // What the machine itself brings came with Watari.
    let version = keep_version(tx, by, &pen, (form, number, by.user.is_none()), sheet)?;
    if let Some(before) = earlier.first() {
        take_over_files(tx, by.organisation, &pen, before.id, version, &sheet.xform)?;
    }
    if let Some(itemsets) = &sheet.itemsets {
        keep_file(tx, by.organisation, &pen, version, "itemsets.csv", itemsets.as_bytes())?;
    }
    // A draft gives way to the next: nobody filled it in.
    for draft in earlier.iter().filter(|version| version.state == VersionState::Draft) {
        for rows in [
            "form_file WHERE organisation_id = $1 AND form_version_id = $2",
            "form_version WHERE organisation_id = $1 AND id = $2",
        ] {
            tx.execute(&pen, &format!("DELETE FROM {rows}"), params![by.organisation, draft.id])?;
        }
    }
    tx.execute(
        &pen,
        "UPDATE form SET title = CASE WHEN state = 'draft' THEN $3 ELSE title END, updated_at = $4 \
         WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, form, sheet.title.as_str(), Moment::now()],
    )?;
    Ok(form)
}

/// Keeps a sheet as the draft of a form, under a number, and whether it came with Watari.
pub(super) fn keep_version(
    tx: &mut Tx<'_>,
    by: Actor,
    pen: &Pen,
    (form, number, shipped): (FormId, i64, bool),
    sheet: &Sheet,
) -> Result<FormVersionId, Error> {
    let version = FormVersionId::new();
    tx.execute(
        pen,
        "INSERT INTO form_version (organisation_id, id, form_id, number, name, state, title, titles, file_name, sheet, \
         xform, hash, warnings, meaning, shipped, uploaded_by, created_at, encryption) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        params![
            by.organisation,
            version,
            form,
            number,
            sheet.version.as_str(),
            VersionState::Draft,
            sheet.title.as_str(),
            serde_json::to_string(&sheet.titles).unwrap_or_default(),
            sheet.file_name.as_str(),
            sheet.content.as_slice(),
            sheet.xform.as_str(),
            md5(sheet.xform.as_bytes()),
            serde_json::to_string(&sheet.warnings).unwrap_or_default(),
            sheet.meaning.to_json(),
            shipped,
            // Nobody uploaded what came with Watari.
            by.user.unwrap_or(UserId(uuid::Uuid::nil())),
            Moment::now(),
            sheet.encryption
        ],
    )?;
    Ok(version)
}

/// The files of the version before that the new one asks for too.
fn take_over_files(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    pen: &Pen,
    from: FormVersionId,
    to: FormVersionId,
    xform: &str,
) -> Result<(), Error> {
    let wanted: Vec<String> = upload::files(xform).into_iter().map(|(_, name)| name).collect();
    for file in files_of(tx, of, from, "")?.into_iter().filter(|file| wanted.contains(&file.name)) {
        let (content, _) = file_content(tx, of, from, &file.name)?;
        keep_file(tx, of, pen, to, &file.name, &content)?;
    }
    Ok(())
}

pub(super) fn keep_file(
    tx: &mut Tx<'_>,
    of: OrganisationId,
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
        params![of, version, name],
    )?;
    tx.execute(
        pen,
        "INSERT INTO form_file (organisation_id, id, form_version_id, name, media_type, size, hash, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![of, id, version, name, kind_of(name, content), size, md5(content), sealed],
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
    let (_, xform) = version(tx, viewer.organisation, draft.id)?;
    if upload::is_data(name) {
        let text = std::str::from_utf8(content).map_err(|_| Error::field("file", "invalid-form-text"))?;
        let mut external = upload::placeholders(&xform);
        let address = upload::files(&xform).into_iter().find(|(_, held)| held == name).map(|(address, _)| address);
        external.insert(address.unwrap_or_default(), text.to_owned());
        Definition::read(&xform, &external).map_err(|_| Error::field("file", "invalid-form-table"))?;
    }
    let told = json!({ "file_name": name, "form_version": draft.name });
    let pen = history::record(tx, viewer, Entry::created(Kind::Form, form, &told))?;
    keep_file(tx, viewer.organisation, &pen, draft.id, name, content)
}

/// The content of a file of a version and its media type, whoever asks.
pub(super) fn file_content(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    version: FormVersionId,
    name: &str,
) -> Result<(Vec<u8>, String), Error> {
    let found = tx.one(
        "SELECT x.id, x.media_type, x.sealed FROM form_file x \
         WHERE x.organisation_id = $1 AND x.form_version_id = $2 AND x.name = $3",
        params![of, version, name],
        |row| Ok((row.next::<FormFileId>()?, row.next::<String>()?, row.next::<Vec<u8>>()?)),
    )?;
    let (id, media_type, sealed) = found.ok_or(Error::NotFound)?;
    let content = tx.key().open("form file", id.0.as_bytes(), &sealed);
    content.map(|content| (content, media_type)).map_err(|error| Error::Internal(format!("form file {id}: {error}")))
}

/// A version ready to be filled in by this user: with its files, and the lists of those whom they see, or of the case
/// that it is filled in for.
///
/// # Errors
/// The form cannot be read with its files, or the database failed.
pub(super) fn definition(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
    about: Option<CaseId>,
) -> Result<Arc<Definition>, Error> {
    read_with(tx, viewer, version, xform, |tx, viewer, version, name| data_of(tx, viewer, version, name, about))
}

/// The same with invented people and cases, for trying a form out: whoever does need see nobody.
///
/// # Errors
/// The form cannot be read with its files, or the database failed.
pub(super) fn definition_to_try(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
) -> Result<Arc<Definition>, Error> {
    let [people, cases, _] = LIVE_LISTS;
    read_with(tx, viewer, version, xform, |tx, viewer, version, name| match name {
        _ if name == people || name == cases => Ok(Some(lists::INVENTED.as_bytes().to_vec())),
        _ => blank_of(tx, viewer, version, name),
    })
}

/// The same without those whom lists name, for a form on paper.
///
/// # Errors
/// The form cannot be read with its files, or the database failed.
pub(super) fn definition_for_all(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
) -> Result<Arc<Definition>, Error> {
    read_with(tx, viewer, version, xform, blank_of)
}

/// The most bytes of XForm whose definitions are kept in memory.
const MOST_KEPT: u64 = 16 * 1024 * 1024;

/// Definitions that were read before, with the length of their XForms: reading one takes longer than judging a record by
/// it. A version never changes; forms that look things up in lists are not here, because lists do.
static READ: LazyLock<Cache<FormVersionId, Ready, Length>> =
    LazyLock::new(|| Cache::with_weighter(1_000, MOST_KEPT, Length));

/// What sheets say besides their questions, as read before.
static MEANINGS: LazyLock<Cache<(OrganisationId, FormVersionId), Arc<Meaning>>> = LazyLock::new(|| Cache::new(1_000));

#[derive(Clone)]
struct Ready {
    definition: Arc<Definition>,
    length: u64,
}

#[derive(Clone)]
struct Length;

impl Weighter<FormVersionId, Ready> for Length {
    fn weight(&self, _: &FormVersionId, ready: &Ready) -> u64 {
        ready.length.max(1)
    }
}

fn read_with(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    version: FormVersionId,
    xform: &str,
    content_of: impl Fn(&mut Tx<'_>, &Viewer, FormVersionId, &str) -> Result<Option<Vec<u8>>, Error>,
) -> Result<Arc<Definition>, Error> {
    // A draft is given a key when it is published, and is longer then.
    if let Some(ready) = READ.get(&version).filter(|ready| ready.length == xform.len() as u64) {
        return Ok(ready.definition);
    }
    let mut external = External::new();
    for (address, name) in upload::files(xform).into_iter().filter(|(_, name)| upload::is_data(name)) {
        let content = match content_of(tx, viewer, version, &name)? {
            Some(content) => String::from_utf8_lossy(&content).into_owned(),
            None => upload::blank(&name),
        };
        external.insert(address, content);
    }
    let definition = Definition::read(xform, &external).map_err(|error| Error::BadRequest(error.to_string()))?;
    let ready = Ready { definition: Arc::new(definition), length: xform.len() as u64 };
    if external.is_empty() {
        READ.insert(version, ready.clone());
    }
    Ok(ready.definition)
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
    publish_by(tx, viewer.into(), &detail.form, draft)
}

/// Publishes a draft, whoever does. Where devices encrypt with the house's key they go on doing so.
pub(super) fn publish_by(tx: &mut Tx<'_>, by: Actor, form: &Form, draft: &FormVersion) -> Result<(), Error> {
    let rewritten = encryption::carried_over(tx, by.organisation, form, draft)?;
    put_in_force(tx, by, form, draft, rewritten)
}

/// Makes a draft the version that is filled in, rewritten for devices that encrypt or no longer do.
pub(super) fn put_in_force(
    tx: &mut Tx<'_>,
    by: Actor,
    form: &Form,
    draft: &FormVersion,
    rewritten: Option<Rewritten>,
) -> Result<(), Error> {
    let state = if form.state == FormState::Draft { FormState::Open } else { form.state };
    let name = rewritten.as_ref().map_or(&draft.name, |rewritten| &rewritten.name);
    let before = json!({ "form_version": form.published, "form_state": form.state });
    let after = json!({ "form_version": name, "form_state": state });
    let pen = history::record(tx, by, Entry::changed(Kind::Form, form.id, &before, &after))?;
    let now = Moment::now();
    if let Some(Rewritten { name, xform, encryption }) = rewritten {
        tx.execute(
            &pen,
            "UPDATE form_version SET name = $3, xform = $4, hash = $5, encryption = $6 \
             WHERE organisation_id = $1 AND id = $2",
            params![by.organisation, draft.id, name, xform.as_str(), md5(xform.as_bytes()), encryption],
        )?;
    }
    tx.execute(
        &pen,
        "UPDATE form_version SET state = $3 WHERE organisation_id = $1 AND form_id = $2 AND state = 'published'",
        params![by.organisation, form.id, VersionState::Retired],
    )?;
    tx.execute(
        &pen,
        "UPDATE form_version SET state = $3, published_at = $4 WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, draft.id, VersionState::Published, now],
    )?;
    tx.execute(
        &pen,
        "UPDATE form SET title = $3, state = $4, updated_at = $5, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![by.organisation, form.id, draft.title.as_str(), state, now],
    )?;
    let (_, xform) = version(tx, by.organisation, draft.id)?;
    let definition = Definition::read(&xform, &upload::placeholders(&xform));
    let definition = definition.map_err(|error| Error::Internal(error.to_string()))?;
    entities::store::publish(tx, by, &definition)
}

pub(super) fn check_version(form: &Form, expected: i64) -> Result<(), Error> {
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
