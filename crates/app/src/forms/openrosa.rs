//! What ODK Collect asks of a server, after the [OpenRosa](https://docs.getodk.org/openrosa/) specifications: the list
//! of forms, a form and its files, and taking submissions. Whose device it is, `phone` finds out.

use std::fmt::Write as _;

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use xlsform::encryption;
use xlsform::xpath::Tree;

use super::encryption::arrival::{self, Arriving};
use super::model::{Form, FormState, FormVersion};
use super::phone::Phone;
use super::submissions::{self, Incoming, NewFile};
use super::{edits, entities, follow_ups, store};
use crate::access::Viewer;
use crate::cases::export::note_list;
use crate::db::Tx;
use crate::documents::table::TableFormat;
use crate::error::Error;
use crate::history::Pen;
use crate::ids::{CaseId, DeviceId, EntityId, FormVersionId, PersonId, SubmissionId};
use crate::ui::Language;
use crate::users::digest::md5;
use crate::web::{Sent, in_words};

/// The largest request that a device is told to make; it sends large files in several.
const LARGEST: usize = super::LARGEST_REQUEST;

const VERSION: (HeaderName, &str) = (HeaderName::from_static("x-openrosa-version"), "1.0");

/// What an address names besides the device.
#[derive(Deserialize)]
pub(super) struct Named {
    version: FormVersionId,
    #[serde(default)]
    name: String,
}

fn xml(status: StatusCode, body: String) -> Response {
    let kind = (CONTENT_TYPE, "text/xml; charset=utf-8");
    (status, [VERSION, kind], format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}")).into_response()
}

/// Text between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

fn message(status: StatusCode, text: &str) -> Response {
    let response = "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">";
    xml(status, format!("{response}<message>{}</message></OpenRosaResponse>", escaped(text)))
}

/// What came of a request, as a device understands it.
pub(super) fn told(answer: Result<Response, Error>) -> Response {
    let error = match answer {
        Ok(response) => return response,
        Err(error) => error,
    };
    if error.status() >= 500 {
        tracing::error!(%error, "a device's request failed");
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    message(status, &in_words(&error, Language::En))
}

pub(super) async fn form_list(phone: Phone) -> Response {
    told(list_forms(&phone).await)
}

async fn list_forms(phone: &Phone) -> Result<Response, Error> {
    let forms = phone.read(|tx, viewer| {
        let open = store::open_forms(tx, viewer)?;
        open.into_iter()
            .map(|form| {
                let (version, xform) = store::published(tx, viewer, form.id)?;
                let files = store::files_of(tx, viewer.organisation, version.id, &xform)?;
                Ok((form, version, !files.is_empty()))
            })
            .collect::<Result<Vec<_>, Error>>()
    });
    let mut body = "<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">".to_owned();
    for (form, version, has_files) in forms.await? {
        let address = phone.address(&format!("forms/{}", version.id));
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            "<xform><formID>{}</formID><name>{}</name><version>{}</version><hash>md5:{}</hash>\
             <downloadUrl>{}</downloadUrl>",
            escaped(&form.name),
            escaped(&version.title),
            escaped(&version.name),
            version.hash,
            escaped(&address),
        );
        if has_files {
            let _ = write!(body, "<manifestUrl>{}/manifest</manifestUrl>", escaped(&address));
        }
        body.push_str("</xform>");
    }
    body.push_str("</xforms>");
    Ok(xml(StatusCode::OK, body))
}

pub(super) async fn form(phone: Phone, Path(named): Path<Named>) -> Response {
    let answer = async {
        let (_, xform) = phone.read(move |tx, viewer| store::given_out_of_any(tx, viewer, named.version)).await?;
        Ok(([VERSION, (CONTENT_TYPE, "text/xml; charset=utf-8")], xform).into_response())
    };
    told(answer.await)
}

pub(super) async fn manifest(phone: Phone, Path(named): Path<Named>) -> Response {
    told(list_files(&phone, named.version).await)
}

async fn list_files(phone: &Phone, id: FormVersionId) -> Result<Response, Error> {
    let files = phone.read(move |tx, viewer| {
        let (held, xform) = store::given_out_of_any(tx, viewer, id)?;
        let files =
            store::files_of(tx, viewer.organisation, held.id, &xform)?.into_iter().filter(|file| !file.is_missing());
        files
            .map(|file| {
                let content = content_of(tx, viewer, held.id, &file.name)?;
                Ok((file, md5(&content)))
            })
            .collect::<Result<Vec<_>, Error>>()
    });
    let mut body = "<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">".to_owned();
    for (file, hash) in files.await? {
        let address = phone.address(&format!("forms/{id}/files/{}", in_address(&file.name)));
        let _ = write!(
            body,
            "<mediaFile{}><filename>{}</filename><hash>md5:{hash}</hash><downloadUrl>{}</downloadUrl>",
            if file.is_entities { " type=\"entityList\"" } else { "" },
            escaped(&file.name),
            escaped(&address)
        );
        if let Some(list) = file.name.strip_suffix(".csv").filter(|_| file.is_entities) {
            let address = phone.address(&format!("lists/{}/integrity", in_address(list)));
            let _ = write!(body, "<integrityUrl>{}</integrityUrl>", escaped(&address));
        }
        body.push_str("</mediaFile>");
    }
    body.push_str("</manifest>");
    Ok(xml(StatusCode::OK, body))
}

fn in_address(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn content_of(tx: &mut Tx<'_>, viewer: &Viewer, version: FormVersionId, name: &str) -> Result<Vec<u8>, Error> {
    match store::data_of(tx, viewer, version, name, None)? {
        Some(content) => Ok(content),
        None => Err(Error::NotFound),
    }
}

/// Which entities a device asks about: ids with commas between them.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    id: String,
}

/// The most entities that a device asks about at once.
const MOST_ASKED: usize = 5_000;

/// The list that an address names.
#[derive(Deserialize)]
pub(super) struct NamedList {
    name: String,
}

pub(super) async fn integrity(phone: Phone, Path(list): Path<NamedList>, Query(asked): Query<Asked>) -> Response {
    told(tell_forgotten(&phone, list.name, asked).await)
}

/// Says which of a device's entities it has to forget. Those that are not known are not told: they may be on their way.
async fn tell_forgotten(phone: &Phone, name: String, asked: Asked) -> Result<Response, Error> {
    let ids: Vec<EntityId> = asked.id.split(',').take(MOST_ASKED).filter_map(|id| id.trim().parse().ok()).collect();
    let known = phone.read(move |tx, viewer| {
        let list = entities::store::list_named(tx, viewer.organisation, &name)?.ok_or(Error::NotFound)?;
        entities::store::forgotten(tx, viewer, &list, &ids)
    });
    let mut body = "<data><entities>".to_owned();
    for (id, forgotten) in known.await? {
        let _ = write!(body, "<entity id=\"{id}\"><deleted>{forgotten}</deleted></entity>");
    }
    body.push_str("</entities></data>");
    Ok(xml(StatusCode::OK, body))
}

pub(super) async fn file(phone: Phone, Path(named): Path<Named>) -> Response {
    told(send_file(&phone, named.version, named.name).await)
}

async fn send_file(phone: &Phone, id: FormVersionId, name: String) -> Result<Response, Error> {
    let read = phone.read(move |tx, viewer| {
        let (held, xform) = store::given_out_of_any(tx, viewer, id)?;
        let content = content_of(tx, viewer, held.id, &name)?;
        let file =
            store::files_of(tx, viewer.organisation, held.id, &xform)?.into_iter().find(|file| file.name == name);
        let list = name.strip_suffix(".csv").unwrap_or(&name).to_owned();
        Ok((content, file.filter(|file| file.is_live).map(|_| list)))
    });
    let (content, live) = read.await?;
    if let Some(list) = live {
        // People's names leave for the device.
        let rows = content.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        let count = i64::try_from(rows).unwrap_or(i64::MAX);
        phone.write(move |tx, viewer| note_list(tx, viewer, &list, TableFormat::Csv, count)).await?;
    }
    Ok(([VERSION, (CONTENT_TYPE, "application/octet-stream")], content).into_response())
}

/// What a device asks before it sends.
pub(super) async fn announce(phone: Phone) -> Response {
    let headers = [
        (VERSION.0, VERSION.1.to_owned()),
        (HeaderName::from_static("x-openrosa-accept-content-length"), LARGEST.to_string()),
        (LOCATION, phone.address("submission")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub(super) async fn submit(phone: Phone, sent: Result<Sent, Error>) -> Response {
    told(take(&phone, sent).await)
}

async fn take(phone: &Phone, sent: Result<Sent, Error>) -> Result<Response, Error> {
    let sent = sent?;
    let field = "xml_submission_file";
    let as_file = sent.file(field).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let record = as_file.unwrap_or_else(|| sent.fields.value(field).to_owned());
    if record.is_empty() {
        return Err(Error::BadRequest(format!("there is no part {field}")));
    }
    if record.len() > submissions::LONGEST_RECORD {
        return Err(Error::TooLarge(submissions::LONGEST_RECORD));
    }
    let files: Vec<(String, Vec<u8>)> = sent
        .files()
        .filter(|(part, ..)| *part != field)
        .map(|(_, name, content)| (name.to_owned(), content.to_vec()))
        .collect();
    // Encrypted, the largest file is a little larger.
    let largest = store::LARGEST_FILE + arrival::LONGEST_PADDING;
    if files.iter().any(|(name, content)| name.is_empty() || name.len() > 200 || content.len() > largest) {
        return Err(Error::TooLarge(store::LARGEST_FILE));
    }
    // Only what may be a manifest is read twice.
    let may_be = record.contains("encrypted");
    if may_be && Tree::from_xml(&record).is_ok_and(|record| encryption::is_manifest(&record)) {
        arrival::take(phone, Arriving::read(phone.device, record, files)?).await?;
        return Ok(message(StatusCode::CREATED, "full submission upload was successful"));
    }
    let device = phone.device;
    let ready = phone.read(move |tx, viewer| {
        let incoming = read(tx, viewer, Some(device), record)?;
        let sealed = files.iter().map(|(name, content)| NewFile::seal(tx.key(), name, content));
        Ok((incoming, sealed.collect()))
    });
    let (incoming, files) = ready.await?;
    phone.write(move |tx, viewer| keep(tx, viewer, incoming, files)).await?;
    Ok(message(StatusCode::CREATED, "full submission upload was successful"))
}

/// Reads and judges a record before the one writer is asked.
pub(super) fn read(tx: &mut Tx<'_>, viewer: &Viewer, device: Option<DeviceId>, xml: String) -> Result<Incoming, Error> {
    let record = Tree::from_xml(&xml).map_err(|error| Error::BadRequest(error.to_string()))?;
    let root = record.root().ok_or_else(|| Error::BadRequest("the record is empty".to_owned()))?;
    let name = record.attribute(root, "id").unwrap_or_else(|| record.local(root));
    let instance_id = submissions::instance_id(&record);
    let instance_id = instance_id.ok_or_else(|| Error::BadRequest("the record has no meta/instanceID".to_owned()))?;
    if encryption::is_manifest(&record) {
        return Err(Error::BadRequest("an encrypted submission is taken from a device, with its files".to_owned()));
    }
    let named = record.attribute(root, "version").unwrap_or_default();
    let (form, version, xform) = form_and_version(tx, viewer, name, named)?;
    let definition = match store::definition(tx, viewer, version.id, &xform, None) {
        Ok(definition) => Some(definition),
        Err(Error::BadRequest(_)) => None,
        Err(error) => return Err(error),
    };
    let meaning = store::meaning(tx, viewer.organisation, version.id)?;
    let judged = |definition| submissions::judge(definition, &meaning, viewer, &xml);
    let judged = definition.as_ref().map(judged).unwrap_or_default();
    let entities = definition.as_ref().map(|definition| xlsform::entities::read(definition, &record));
    let asks_for_case = definition.is_none_or(|definition| submissions::asks_for_case(&form, &definition));
    let subject = submissions::subject_of(&form, &record);
    let follow_up = follow_ups::named(&record, None);
    // A closed case is found by its follow-up only, which says that the person may still be asked.
    let by_follow_up = match &follow_up {
        Some(named) => follow_ups::case_of(tx, viewer, named)?,
        None => None,
    };
    let is_meant = |(case, person): &(CaseId, PersonId)| {
        subject.is_empty() || [case.to_string(), person.to_string()].contains(&subject)
    };
    let case = match by_follow_up.filter(is_meant) {
        Some(found) => Some(found),
        None => submissions::case_of(tx, viewer, &subject)?,
    };
    Ok(Incoming {
        id: SubmissionId::new(),
        version: version.id,
        instance_id,
        case,
        subject,
        entities: entities.unwrap_or_default(),
        asks_for_case,
        follow_up,
        xml,
        judged,
        device,
        manifest: None,
        edits: submissions::deprecated_id(&record),
        form,
    })
}

/// The form that a record is of, and the version that it names.
pub(super) fn form_and_version(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    name: &str,
    named: &str,
) -> Result<(Form, FormVersion, String), Error> {
    let form = store::form_named(tx, viewer.organisation, name)?.ok_or(Error::NotFound)?;
    if !viewer.sees(form.sensitivity) {
        return Err(Error::NotFound);
    }
    let (version, xform) = store::version_named(tx, viewer, form.id, named)?;
    Ok((form, version, xform))
}

/// Keeps a record, as a submission or as the next version of one, or recognises it: a device sends again what it got no
/// answer to, and large files in several requests.
pub(super) fn keep(tx: &mut Tx<'_>, viewer: &Viewer, incoming: Incoming, files: Vec<NewFile>) -> Result<(), Error> {
    let (of, case, pen) = match submissions::of_instance(tx, viewer, &incoming.instance_id)? {
        Some(known) if known.xml == incoming.xml && known.sent_by == viewer.user => {
            let pen = submissions::further_pen(tx, viewer, known.id, known.case, files.len())?;
            ((known.id, known.number), known.case, pen)
        }
        Some(_) => return Err(Error::Refused("refused-submission-differs")),
        None if !takes(&incoming.form) => return Err(Error::Refused("refused-form-not-open")),
        None => {
            let (of, case, pen) = keep_new(tx, viewer, &incoming)?;
            (of, case, Some(pen))
        }
    };
    let Some(pen) = pen else { return Ok(()) };
    for file in files {
        submissions::keep_file(tx, viewer, &pen, of, case, file)?;
    }
    Ok(())
}

/// A version of a submission, and its case.
type VersionKept = ((SubmissionId, i64), Option<(CaseId, PersonId)>, Pen);

/// Keeps a record that did not come before, as a submission or as the next version of one.
pub(super) fn keep_new(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming) -> Result<VersionKept, Error> {
    match &incoming.edits {
        Some(before) => {
            let edited = edits::keep(tx, viewer, incoming, before)?;
            Ok(((edited.id, edited.number), edited.case, edited.pen))
        }
        None => {
            let pen = submissions::keep(tx, viewer, incoming)?;
            submissions::touch_case(tx, viewer, &pen, incoming.case)?;
            Ok(((incoming.id, 1), incoming.case, pen))
        }
    }
}

/// Whether a form still takes what is sent.
pub(super) fn takes(form: &Form) -> bool {
    matches!(form.state, FormState::Open | FormState::Closing)
}
