//! Forms: read, uploaded as drafts, published.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Named, PROJECT, form_named, is_there, not_here, refusal};
use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::error::Error;
use crate::forms::model::{Form, FormFile, FormState, FormVersion, VersionState};
use crate::forms::store;
use crate::forms::upload::{self, Sheet};
use crate::web::Context;

/// A form in one of its versions.
fn told(form: &Form, version: &FormVersion, made: &FormVersion) -> Value {
    // A form that was never published is open to be tried out.
    let state = if form.state == FormState::Draft { FormState::Open } else { form.state };
    json!({
        "projectId": PROJECT, "xmlFormId": form.name, "name": version.title, "version": version.name,
        "hash": version.hash, "state": state, "createdAt": made.created_at, "updatedAt": form.updated_at,
        "publishedAt": version.published_at, "enketoId": null, "enketoOnceId": null, "keyId": null, "draftToken": null,
    })
}

/// A form in the version that is filled in, or where there is none in that which is being prepared.
fn form(tx: &mut Tx<'_>, viewer: &Viewer, form: &Form) -> Result<Value, Error> {
    let versions = store::versions(tx, viewer.organisation, form.id)?;
    let published = versions.iter().find(|version| version.state == VersionState::Published);
    let (Some(shown), Some(first)) = (published.or(versions.first()), versions.last()) else {
        return Err(Error::NotFound);
    };
    Ok(told(form, shown, first))
}

pub(super) async fn list(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    named.in_house()?;
    let read = ctx.read(|tx, viewer| {
        if !viewer.may(Permission::ManageForms) {
            viewer.require(Permission::ReadCases)?;
        }
        let there: Vec<Form> = store::all(tx, viewer)?.into_iter().filter(|form| is_there(viewer, form)).collect();
        there.iter().map(|one| form(tx, viewer, one)).collect::<Result<Vec<_>, Error>>()
    });
    Ok(Json(Value::from(read.await?)))
}

/// A form, or with `.xml` behind its id its XForm.
pub(super) async fn show(ctx: Context, Path(named): Path<Named>) -> Result<Response, Error> {
    let named = named.in_house()?;
    match named.form.strip_suffix(".xml").map(str::to_owned) {
        Some(name) => {
            let read = ctx.read(move |tx, viewer| {
                let form = form_named(tx, viewer, &name)?;
                match store::published(tx, viewer, form.id) {
                    Err(Error::NotFound) => store::draft(tx, viewer, form.id),
                    found => found,
                }
            });
            Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8")], read.await?.1).into_response())
        }
        None => {
            let read = ctx.read(move |tx, viewer| {
                let held = form_named(tx, viewer, &named.form)?;
                form(tx, viewer, &held)
            });
            Ok(Json(read.await?).into_response())
        }
    }
}

/// The versions that were published, the last first.
pub(super) async fn versions(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let form = form_named(tx, viewer, &named.form)?;
        let all = store::versions(tx, viewer.organisation, form.id)?;
        let given_out = all.iter().filter(|version| version.state != VersionState::Draft);
        Ok(given_out.map(|version| told(&form, version, version)).collect::<Vec<_>>())
    });
    Ok(Json(Value::from(read.await?)))
}

/// What a file is for, by its name.
fn kind_of(name: &str) -> &'static str {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    match () {
        () if ends(&[".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"]) => "image",
        () if ends(&[".mp3", ".m4a", ".ogg", ".wav", ".amr"]) => "audio",
        () if ends(&[".mp4", ".3gp", ".webm", ".mov"]) => "video",
        () => "file",
    }
}

fn file_told(file: &FormFile) -> Value {
    let there = file.id.is_some();
    json!({
        "name": file.name, "type": kind_of(&file.name), "hash": null, "exists": !file.is_missing(), "blobExists": there,
        "datasetExists": file.is_live, "updatedAt": null,
    })
}

pub(super) async fn attachments(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let form = form_named(tx, viewer, &named.form)?;
        let (version, xform) = store::published(tx, viewer, form.id)?;
        store::files_of(tx, viewer.organisation, version.id, &xform)
    });
    Ok(Json(read.await?.iter().map(file_told).collect()))
}

/// How an upload is to be taken. pyodk writes `True` and `False`.
#[derive(Deserialize)]
pub(super) struct Upload {
    #[serde(default, rename = "ignoreWarnings")]
    ignore_warnings: String,
    #[serde(default)]
    publish: String,
}

fn yes(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// The sheet that was sent, or what is to be answered instead.
async fn sheet(upload: &Upload, headers: &HeaderMap, body: Bytes) -> Result<Result<Sheet, Response>, Error> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ending = match text("content-type").split(';').next().unwrap_or_default() {
        "application/vnd.ms-excel" => "xls",
        "application/xml" | "text/xml" => {
            return Ok(Err(not_here("of a form written as XForm: send the XLSForm, which")));
        }
        _ => "xlsx",
    };
    let fallback = text("x-xlsform-formid-fallback");
    let pairs = format!("name={}", fallback.replace('+', "%2B"));
    let name =
        form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, name)| name.replace('/', "_")).unwrap_or_default();
    let name = if name.is_empty() { "form".to_owned() } else { name };
    let read = tokio::task::spawn_blocking(move || upload::read(&format!("{name}.{ending}"), body.to_vec())).await;
    let sheet = read.map_err(|error| Error::Internal(error.to_string()))?.map_err(Error::Sheet)?;
    if !sheet.warnings.is_empty() && !yes(&upload.ignore_warnings) {
        let told: Vec<&str> = sheet.warnings.iter().map(|remark| remark.text.as_str()).collect();
        let message = "The form can be used, but something in it may be meant otherwise. Read the warnings; if they are all \
                       right, send it again with ?ignoreWarnings=true.";
        let details = json!({ "warnings": { "xlsFormWarnings": told, "workflowWarnings": [] } });
        return Ok(Err(refusal(400.16, message, details)));
    }
    Ok(Ok(sheet))
}

fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Error> {
    body.map_err(|_| Error::TooLarge(store::LARGEST_FILE))
}

/// Uploads the first sheet of a form.
pub(super) async fn create(
    ctx: Context,
    Path(named): Path<Named>,
    Query(upload): Query<Upload>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    let sheet = match sheet(&upload, &headers, whole(body)?).await? {
        Ok(sheet) => sheet,
        Err(response) => return Ok(response),
    };
    let publishes = yes(&upload.publish);
    let made = ctx.write(move |tx, viewer| {
        if store::form_named(tx, viewer.organisation, &sheet.name)?.is_some() {
            return Ok(None);
        }
        let id = store::add(tx, viewer, &sheet)?;
        let held = store::form(tx, viewer, id)?;
        if publishes {
            store::publish(tx, viewer, id, held.version)?;
        }
        let held = store::form(tx, viewer, id)?;
        form(tx, viewer, &held).map(Some)
    });
    Ok(match made.await? {
        Some(form) => Json(form).into_response(),
        None => refusal(409.3, "A form with this id is there already: send a draft of it.", Value::Null),
    })
}

/// Uploads the next sheet of a form.
pub(super) async fn draft(
    ctx: Context,
    Path(named): Path<Named>,
    Query(upload): Query<Upload>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let name = named.in_house()?.form;
    ctx.viewer.require(Permission::ManageForms)?;
    let body = whole(body)?;
    if body.is_empty() {
        let asked = name.clone();
        ctx.read(move |tx, viewer| form_named(tx, viewer, &asked)).await?;
        return Ok(not_here("of a draft without a sheet"));
    }
    let sheet = match sheet(&upload, &headers, body).await? {
        Ok(sheet) => sheet,
        Err(response) => return Ok(response),
    };
    ctx.write(move |tx, viewer| {
        form_named(tx, viewer, &name)?;
        if sheet.name != name {
            return Err(Error::BadRequest(format!("the sheet's form_id is {}, not {name}", sheet.name)));
        }
        store::add(tx, viewer, &sheet)
    })
    .await?;
    Ok(Json(json!({ "success": true })).into_response())
}

#[derive(Deserialize)]
pub(super) struct Called {
    #[serde(default)]
    version: Option<String>,
}

/// Publishes the draft.
pub(super) async fn publish(
    ctx: Context,
    Path(named): Path<Named>,
    Query(Called { version }): Query<Called>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    let done = ctx.write(move |tx, viewer| {
        let form = form_named(tx, viewer, &named.form)?;
        let (draft, _) = store::draft(tx, viewer, form.id)?;
        if version.is_some_and(|version| version != draft.name) {
            return Ok(false);
        }
        store::publish(tx, viewer, form.id, form.version).map(|()| true)
    });
    Ok(match done.await? {
        true => Json(json!({ "success": true })).into_response(),
        false => not_here("of another version than the sheet's"),
    })
}

/// Keeps a file that the draft asks for.
pub(super) async fn attach(
    ctx: Context,
    Path(named): Path<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::ManageForms)?;
    let body = whole(body)?;
    ctx.write(move |tx, viewer| {
        let form = form_named(tx, viewer, &named.form)?;
        store::add_file(tx, viewer, form.id, &named.name, &body)
    })
    .await?;
    Ok(Json(json!({ "success": true })))
}
