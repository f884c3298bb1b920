//! Comments on submissions.

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Named, number, submissions};
use crate::access::Permission;
use crate::error::Error;
use crate::forms::review::{self, Comment, NewComment};
use crate::web::{Context, Input};

fn told(comment: &Comment) -> Value {
    json!({ "body": comment.text, "actorId": number(comment.written_by.0), "createdAt": comment.written_at })
}

/// The comments on a submission, the last first.
pub(super) async fn list(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let read = ctx.read(move |tx, viewer| {
        let (_, kept) = submissions::find(tx, viewer, &named)?;
        review::comments(tx, viewer, kept.submission.id)
    });
    Ok(Json(read.await?.iter().map(told).collect()))
}

#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    body: String,
}

pub(super) async fn write(
    ctx: Context,
    Path(named): Path<Named>,
    Input(Written { body }): Input<Written>,
) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    let written = ctx.write(move |tx, viewer| {
        viewer.require(Permission::WriteCases)?;
        let (_, kept) = submissions::find(tx, viewer, &named)?;
        let id = review::comment(tx, viewer, kept.submission.id, &NewComment { text: body })?;
        let comments = review::comments(tx, viewer, kept.submission.id)?;
        comments.into_iter().find(|comment| comment.id == id).ok_or(Error::NotFound)
    });
    written.await.map(|comment| Json(told(&comment)))
}
