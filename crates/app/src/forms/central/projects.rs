//! The house as a project.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::{Named, PROJECT, is_there};
use crate::access::{Permission, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::forms::store;
use crate::params;
use crate::web::Context;

pub(super) async fn list(ctx: Context) -> Result<Json<Value>, Error> {
    let house = ctx.read(project).await?;
    Ok(Json(json!([house])))
}

pub(super) async fn show(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    named.in_house()?;
    ctx.read(project).await.map(Json)
}

fn project(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Value, Error> {
    let created =
        tx.one("SELECT o.created_at FROM organisation o WHERE o.id = $1", params![viewer.organisation], |row| {
            row.get::<Moment>(0)
        })?;
    let reads_forms = viewer.may(Permission::ManageForms) || viewer.may(Permission::ReadCases);
    let forms = store::all(tx, viewer)?.iter().filter(|form| is_there(viewer, form)).count();
    Ok(json!({
        "id": PROJECT, "name": viewer.organisation_name, "description": null, "archived": false, "keyId": null,
        "createdAt": created, "updatedAt": null, "deletedAt": null, "appUsers": null,
        "forms": reads_forms.then_some(forms), "lastSubmission": null,
    }))
}
