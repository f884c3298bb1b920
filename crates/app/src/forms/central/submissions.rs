//! Submissions: listed, read, handed in, with their files.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use xlsform::xpath::Tree;

use super::{Named, form_named, number, refusal, review_named, review_word};
use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::documents::download;
use crate::documents::stream::PIECE;
use crate::error::Error;
use crate::forms::model::Form;
use crate::forms::submissions::{self, Incoming, Kept, NewFile, Submission, SubmissionFile};
use crate::forms::{export, fill_pages, openrosa, review, store};
use crate::web::{Context, Input};

/// What Central tells of a submission besides its answers. Its name is made of them.
fn told(submission: &Submission, xml: &str, may_read_all: bool) -> Value {
    let name = if may_read_all { Tree::from_xml(xml).ok().as_ref().and_then(instance_name) } else { None };
    json!({
        "instanceId": submission.instance_id, "submitterId": number(submission.sent_by.0), "instanceName": name,
        "deviceId": submission.device, "userAgent": null, "reviewState": review_word(submission.review_state),
        "createdAt": submission.sent_at, "updatedAt": submission.updated_at,
    })
}

/// What the form calls this record.
fn instance_name(record: &Tree) -> Option<String> {
    let meta = record.child(record.root()?, "meta")?;
    let name = record.text(record.child(meta, "instanceName")?).trim().to_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// A submission of a form by the id that its device gave it.
pub(super) fn find(tx: &mut Tx<'_>, viewer: &Viewer, named: &Named) -> Result<(Form, Kept), Error> {
    viewer.require(Permission::ReadCases)?;
    let form = form_named(tx, viewer, &named.form)?;
    let found = submissions::of_form_where(
        tx,
        &submissions::of_form_filter(viewer, form.id).and("s.instance_id = ?", [named.instance.as_str().into()]),
        (0, 1),
    )?;
    let (submission, ..) = found.into_iter().next().ok_or(Error::NotFound)?;
    Ok((form, submissions::find(tx, viewer, submission.id)?))
}

pub(super) async fn list(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        viewer.require(Permission::ReadCases)?;
        viewer.require(Permission::ReadPeople)?;
        let form = form_named(tx, viewer, &named.form)?;
        let filter = submissions::of_form_filter(viewer, form.id);
        let (mut all, mut whole) = (Vec::new(), HashMap::new());
        // In pieces, so that not all records are in memory at once.
        for from in (0..).step_by(PIECE as usize) {
            let piece = submissions::of_form_where(tx, &filter, (from, PIECE))?;
            for (submission, _, xml) in &piece {
                let version = submission.form_version_id;
                if let Entry::Vacant(vacant) = whole.entry(version) {
                    vacant.insert(store::meaning(tx, viewer.organisation, version)?.may_read_all(viewer));
                }
                all.push(told(submission, xml, whole.get(&version) == Some(&true)));
            }
            if (piece.len() as i64) < PIECE {
                break;
            }
        }
        all.reverse();
        Ok(all)
    });
    Ok(Json(Value::from(read.await?)))
}

/// What is told of a submission, or with `.xml` behind its id its record.
pub(super) async fn show(ctx: Context, Path(named): Path<Named>) -> Result<Response, Error> {
    let mut named = named.in_house()?;
    let record = named.instance.strip_suffix(".xml").map(str::to_owned);
    let is_record = record.is_some();
    named.instance = record.unwrap_or(named.instance);
    let (_, kept) = ctx.read(move |tx, viewer| find(tx, viewer, &named)).await?;
    let may_read_all = kept.meaning.may_read_all(&ctx.viewer);
    if !is_record {
        return Ok(Json(told(&kept.submission, &kept.xml, may_read_all)).into_response());
    }
    if !may_read_all || kept.submission.encrypted.is_some() {
        return Err(Error::NotFound);
    }
    fill_pages::note(&ctx, &kept.submission).await?;
    Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8")], kept.xml).into_response())
}

/// Says what came of looking at a submission. A script names no version: it means the submission as it stands.
pub(super) async fn review(
    ctx: Context,
    Path(named): Path<Named>,
    Input(change): Input<Value>,
) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let changed = ctx.write(move |tx, viewer| {
        viewer.require(Permission::WriteCases)?;
        let (_, kept) = find(tx, viewer, &named)?;
        let submission = review::to_work_on(tx, viewer, kept.submission.id)?;
        if let Some(wanted) = change.get("reviewState") {
            let state = review_named(wanted.as_str()).filter(|_| wanted.is_string() || wanted.is_null());
            let state = state.ok_or_else(|| Error::field("reviewState", "invalid-choice"))?;
            review::set(tx, viewer, &submission, state)?;
        }
        submissions::find(tx, viewer, submission.id)
    });
    let kept = changed.await?;
    Ok(Json(told(&kept.submission, &kept.xml, kept.meaning.may_read_all(&ctx.viewer))))
}

/// What was sent, if it is not too large.
fn within(most: usize, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Error> {
    body.ok().filter(|body| body.len() <= most).ok_or(Error::TooLarge(most))
}

/// A record that was sent for a form, read and judged as a device's is.
async fn incoming(ctx: &Context, form: String, body: Result<Bytes, BytesRejection>) -> Result<Incoming, Error> {
    ctx.viewer.require(Permission::WriteCases)?;
    let body = within(submissions::LONGEST_RECORD, body)?;
    let record =
        String::from_utf8(body.to_vec()).map_err(|_| Error::BadRequest("the record is not UTF-8".to_owned()))?;
    let read = ctx.read(move |tx, viewer| {
        let form = form_named(tx, viewer, &form)?;
        let incoming = openrosa::read(tx, viewer, None, record)?;
        if incoming.form.id != form.id {
            let message = format!("the record is of the form {}, not {}", incoming.form.name, form.name);
            return Err(Error::BadRequest(message));
        }
        Ok(incoming)
    });
    read.await
}

/// Takes a record as the next version of a submission: that which it was made from must be the last.
pub(super) async fn edit(
    ctx: Context,
    Path(named): Path<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::WriteCases)?;
    let (named, _) = ctx.read(move |tx, viewer| find(tx, viewer, &named).map(|found| (named, found))).await?;
    let incoming = incoming(&ctx, named.form.clone(), body).await?;
    if incoming.edits.is_none() {
        let message = "The record names no version that it was made from: put the last one's instanceID into \
                       meta/deprecatedID.";
        return Ok(refusal(400.19, message, Value::Null));
    }
    let kept = ctx.write(move |tx, viewer| {
        let (_, kept) = find(tx, viewer, &named)?;
        if incoming.edits.as_ref() != Some(&kept.submission.latest_id) {
            return Err(Error::Refused("refused-edit-outdated"));
        }
        if submissions::of_instance(tx, viewer, &incoming.instance_id)?.is_some() {
            return Err(Error::Refused("refused-instance-taken"));
        }
        openrosa::keep(tx, viewer, incoming, Vec::new())?;
        submissions::find(tx, viewer, kept.submission.id)
    });
    let kept = kept.await?;
    Ok(Json(told(&kept.submission, &kept.xml, kept.meaning.may_read_all(&ctx.viewer))).into_response())
}

/// Takes a record as a device's is taken.
pub(super) async fn create(
    ctx: Context,
    Path(named): Path<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    // Here a record is a new one whatever it was made from: an edit has an address of its own.
    let incoming = Incoming { edits: None, ..incoming(&ctx, named.form, body).await? };
    let kept = ctx.write(move |tx, viewer| {
        let instance = incoming.instance_id.clone();
        let named = Named { instance, ..Named::of_form(&incoming.form.name) };
        openrosa::keep(tx, viewer, incoming, Vec::new())?;
        find(tx, viewer, &named)
    });
    let (_, kept) = kept.await?;
    Ok(Json(told(&kept.submission, &kept.xml, kept.meaning.may_read_all(&ctx.viewer))))
}

/// The files that a record names, and those that came with it.
pub(super) fn files_told(named: &[String], there: &[SubmissionFile]) -> Vec<Value> {
    let mut names: Vec<&str> = named.iter().map(String::as_str).collect();
    names.extend(there.iter().map(|file| file.name.as_str()).filter(|name| !named.iter().any(|other| other == name)));
    let exists = |name: &str| there.iter().any(|file| file.name == name);
    names.into_iter().map(|name| json!({ "name": name, "exists": exists(name) })).collect()
}

pub(super) async fn attachments(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let (_, kept) = find(tx, viewer, &named)?;
        let (_, xform) = store::version(tx, viewer.organisation, kept.submission.form_version_id)?;
        let there = submissions::files_of(tx, viewer, &kept)?;
        Ok(files_told(&export::files_named(&xform, &kept.xml), &there))
    });
    Ok(Json(Value::from(read.await?)))
}

/// A file of a submission.
pub(super) async fn attachment(ctx: Context, Path(named): Path<Named>) -> Result<Response, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let (_, kept) = find(tx, viewer, &named)?;
        let files = submissions::files_of(tx, viewer, &kept)?;
        let file = files.into_iter().find(|file| file.name == named.name).ok_or(Error::NotFound)?;
        submissions::open_file(tx, viewer, kept.submission.id, file.id)
    });
    let (submission, held, content) = read.await?;
    fill_pages::note(&ctx, &submission).await?;
    Ok(download(&held.name, "application/octet-stream", content))
}

/// Keeps a file of a submission that the same user handed in; one that is there already stays.
pub(super) async fn attach(
    ctx: Context,
    Path(named): Path<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    ctx.viewer.require(Permission::WriteCases)?;
    let body = within(store::LARGEST_FILE, body)?;
    if named.name.len() > 200 {
        return Err(Error::TooLarge(store::LARGEST_FILE));
    }
    ctx.write(move |tx, viewer| {
        let (_, kept) = find(tx, viewer, &named)?;
        let submission = kept.submission;
        let (_, xform) = store::version(tx, viewer.organisation, submission.form_version_id)?;
        if submission.sent_by != viewer.user || !export::files_named(&xform, &kept.xml).contains(&named.name) {
            return Err(Error::NotFound);
        }
        let case = submission.case_id.zip(submission.person_id);
        let pen = submissions::further_pen(tx, viewer, submission.id, case, 1)?;
        match pen {
            Some(pen) => {
                let file = NewFile::seal(tx.key(), &named.name, &body);
                submissions::keep_file(tx, viewer, &pen, (submission.id, submission.number), case, file)
            }
            None => Ok(()),
        }
    })
    .await?;
    Ok(Json(json!({ "success": true })))
}
