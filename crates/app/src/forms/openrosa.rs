//! What ODK Collect asks of a server, after the [OpenRosa](https://docs.getodk.org/openrosa/) specifications: the list
//! of forms, a form and its files, and taking submissions. The key in the address says whose device it is.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use xlsform::xpath::Tree;

use super::model::FormState;
use super::submissions::{self, Incoming, Judged};
use super::{lists, store, upload};
use crate::access::{Permission, Viewer};
use crate::cases::export::note_list;
use crate::db::Tx;
use crate::documents::table::TableFormat;
use crate::error::Error;
use crate::ids::{DeviceId, FormVersionId, SubmissionId};
use crate::ui::Language;
use crate::users::sessions;
use crate::web::{App, Sent, in_words};

/// The largest request that a device is told to make; it sends large files in several.
const LARGEST: usize = super::LARGEST_REQUEST;

const VERSION: (HeaderName, &str) = (HeaderName::from_static("x-openrosa-version"), "1.0");

/// A device at the door, and who stands behind it.
struct Phone {
    app: App,
    key: String,
    viewer: Arc<Viewer>,
    device: DeviceId,
}

impl Phone {
    async fn of(app: App, key: String) -> Result<Phone, Error> {
        let (viewer, device) = sessions::viewer_of_device(&app, &key).await?;
        viewer.require(Permission::WriteCases)?;
        Ok(Phone { app, key, viewer: Arc::new(viewer), device })
    }

    /// An address on this server that the device may ask for.
    fn address(&self, rest: &str) -> String {
        format!("{}/key/{}/{rest}", self.app.settings.public_url.trim_end_matches('/'), self.key)
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = self.viewer.clone();
        self.app.db.read(move |tx| work(tx, &viewer)).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = self.viewer.clone();
        self.app.db.write(move |tx| work(tx, &viewer)).await
    }
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
fn told(answer: Result<Response, Error>) -> Response {
    let error = match answer {
        Ok(response) => return response,
        Err(error) => error,
    };
    if error.status() >= 500 {
        tracing::error!(%error, "a device's request failed");
    }
    let status = match error {
        // A device has no other name to try.
        Error::LoggedOut => StatusCode::FORBIDDEN,
        _ => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    message(status, &in_words(&error, Language::En))
}

pub(super) async fn form_list(State(app): State<App>, Path(key): Path<String>) -> Response {
    told(list_forms(app, key).await)
}

async fn list_forms(app: App, key: String) -> Result<Response, Error> {
    let phone = Phone::of(app, key).await?;
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

/// A version that a device may have.
fn version(tx: &mut Tx<'_>, viewer: &Viewer, id: FormVersionId) -> Result<(super::model::FormVersion, String), Error> {
    let (version, _) = store::version(tx, viewer, id)?;
    store::given_out(tx, viewer, version.form_id, id)
}

pub(super) async fn form(State(app): State<App>, Path((key, id)): Path<(String, FormVersionId)>) -> Response {
    let answer = async {
        let (_, xform) = Phone::of(app, key).await?.read(move |tx, viewer| version(tx, viewer, id)).await?;
        Ok(([VERSION, (CONTENT_TYPE, "text/xml; charset=utf-8")], xform).into_response())
    };
    told(answer.await)
}

pub(super) async fn manifest(State(app): State<App>, Path((key, id)): Path<(String, FormVersionId)>) -> Response {
    told(list_files(app, key, id).await)
}

async fn list_files(app: App, key: String, id: FormVersionId) -> Result<Response, Error> {
    let phone = Phone::of(app, key).await?;
    let files = phone.read(move |tx, viewer| {
        let (held, xform) = version(tx, viewer, id)?;
        let files =
            store::files_of(tx, viewer.organisation, held.id, &xform)?.into_iter().filter(|file| !file.is_missing());
        files
            .map(|file| {
                let content = content_of(tx, viewer, held.id, &file.name)?;
                Ok((file.name, upload::md5(&content)))
            })
            .collect::<Result<Vec<_>, Error>>()
    });
    let mut body = "<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">".to_owned();
    for (name, hash) in files.await? {
        let address = phone.address(&format!("forms/{id}/files/{}", in_address(&name)));
        let _ = write!(
            body,
            "<mediaFile><filename>{}</filename><hash>md5:{hash}</hash><downloadUrl>{}</downloadUrl></mediaFile>",
            escaped(&name),
            escaped(&address)
        );
    }
    body.push_str("</manifest>");
    Ok(xml(StatusCode::OK, body))
}

fn in_address(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn content_of(tx: &mut Tx<'_>, viewer: &Viewer, version: FormVersionId, name: &str) -> Result<Vec<u8>, Error> {
    match lists::live(tx, viewer, name, None)? {
        Some(list) => Ok(list.into_bytes()),
        None => store::file_content(tx, viewer.organisation, version, name).map(|(content, _)| content),
    }
}

pub(super) async fn file(
    State(app): State<App>,
    Path((key, id, name)): Path<(String, FormVersionId, String)>,
) -> Response {
    told(send_file(app, key, id, name).await)
}

async fn send_file(app: App, key: String, id: FormVersionId, name: String) -> Result<Response, Error> {
    let phone = Phone::of(app, key).await?;
    let live = lists::note_name(&name);
    let read = phone.read(move |tx, viewer| {
        let (held, _) = version(tx, viewer, id)?;
        content_of(tx, viewer, held.id, &name)
    });
    let content = read.await?;
    if let Some(list) = live {
        // People's names leave for the device.
        let rows = content.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        let count = i64::try_from(rows).unwrap_or(i64::MAX);
        phone.write(move |tx, viewer| note_list(tx, viewer, list, TableFormat::Csv, count)).await?;
    }
    Ok(([VERSION, (CONTENT_TYPE, "application/octet-stream")], content).into_response())
}

/// What a device asks before it sends.
pub(super) async fn announce(State(app): State<App>, Path(key): Path<String>) -> Response {
    let answer = async {
        let phone = Phone::of(app, key).await?;
        let headers = [
            (VERSION.0, VERSION.1.to_owned()),
            (HeaderName::from_static("x-openrosa-accept-content-length"), LARGEST.to_string()),
            (LOCATION, phone.address("submission")),
        ];
        Ok((StatusCode::NO_CONTENT, headers).into_response())
    };
    told(answer.await)
}

pub(super) async fn submit(State(app): State<App>, Path(key): Path<String>, sent: Result<Sent, Error>) -> Response {
    told(take(app, key, sent).await)
}

async fn take(app: App, key: String, sent: Result<Sent, Error>) -> Result<Response, Error> {
    let phone = Phone::of(app, key).await?;
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
    if files.iter().any(|(name, content)| name.is_empty() || name.len() > 200 || content.len() > store::LARGEST_FILE) {
        return Err(Error::TooLarge(store::LARGEST_FILE));
    }
    let device = phone.device;
    let incoming = phone.read(move |tx, viewer| read(tx, viewer, device, record)).await?;
    phone.write(move |tx, viewer| keep(tx, viewer, incoming, files)).await?;
    Ok(message(StatusCode::CREATED, "full submission upload was successful"))
}

/// Reads and judges a record before the one writer is asked.
fn read(tx: &mut Tx<'_>, viewer: &Viewer, device: DeviceId, xml: String) -> Result<Incoming, Error> {
    let record = Tree::from_xml(&xml).map_err(|error| Error::BadRequest(error.to_string()))?;
    let root = record.root().ok_or_else(|| Error::BadRequest("the record is empty".to_owned()))?;
    let name = record.attribute(root, "id").unwrap_or_else(|| record.local(root));
    let instance_id = submissions::instance_id(&record);
    let instance_id = instance_id.ok_or_else(|| Error::BadRequest("the record has no meta/instanceID".to_owned()))?;
    let form = store::form_named(tx, viewer.organisation, name)?.ok_or(Error::NotFound)?;
    if !viewer.sees(form.sensitivity) {
        return Err(Error::NotFound);
    }
    let named = record.attribute(root, "version").unwrap_or_default();
    let (version, xform) = store::version_named(tx, viewer, form.id, named)?;
    let meaning = store::meaning(tx, viewer, version.id)?;
    let judged = match store::definition(tx, viewer, version.id, &xform, None) {
        Ok(definition) => submissions::judge(&definition, &meaning, viewer, &xml),
        Err(Error::BadRequest(_)) => Judged::default(),
        Err(error) => return Err(error),
    };
    let subject = submissions::subject_of(&form, &record);
    let case = submissions::case_of(tx, viewer, &subject)?;
    Ok(Incoming {
        id: SubmissionId::new(),
        version: version.id,
        instance_id,
        case,
        subject,
        xml,
        judged,
        device: Some(device),
        form,
    })
}

/// Keeps a record, or recognises it: a device sends again what it got no answer to, and large files in several
/// requests.
fn keep(tx: &mut Tx<'_>, viewer: &Viewer, incoming: Incoming, files: Vec<(String, Vec<u8>)>) -> Result<(), Error> {
    let (id, case, pen) = match submissions::of_instance(tx, viewer, &incoming.instance_id)? {
        Some(known) if known.xml == incoming.xml && known.sent_by == viewer.user => {
            let pen = submissions::further_pen(tx, viewer, known.id, known.case, files.len())?;
            (known.id, known.case, pen)
        }
        Some(_) => return Err(Error::Refused("refused-submission-differs")),
        None if !takes(&incoming) => return Err(Error::Refused("refused-form-not-open")),
        None => {
            let pen = submissions::keep(tx, viewer, &incoming)?;
            submissions::touch_case(tx, viewer, &pen, incoming.case)?;
            (incoming.id, incoming.case, Some(pen))
        }
    };
    let Some(pen) = pen else { return Ok(()) };
    for (name, content) in &files {
        submissions::keep_file(tx, viewer, &pen, id, case, (name, content))?;
    }
    Ok(())
}

/// Whether a form still takes what is sent.
fn takes(incoming: &Incoming) -> bool {
    matches!(incoming.form.state, FormState::Open | FormState::Closing)
}
