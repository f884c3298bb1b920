//! Encryption turned on and off, on a form's page and over the API.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xlsform::encryption::PrivateKey;

use super::keys;
use crate::access::Permission;
use crate::error::{Check, Error};
use crate::forms::api;
use crate::forms::model::{Encryption, FormDetail};
use crate::forms::store;
use crate::ids::FormId;
use crate::web::{Context, Expected, Input, Problem, Sent, Typed, Versioned};

/// Whose key devices are to encrypt with.
#[derive(Serialize, Deserialize, ToSchema)]
pub(in crate::forms) struct EncryptionChange {
    /// `house`, or `none`. A key of one's own stands in the sheet.
    encryption: Encryption,
}

async fn change(ctx: &Context, id: FormId, version: i64, change: EncryptionChange) -> Result<(), Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let mut check = Check::default();
    check.that(change.encryption != Encryption::Own, "encryption", "invalid-form-encryption");
    check.done()?;
    // Making a key takes long: before the one writer is asked.
    let made = match change.encryption {
        Encryption::House => {
            let made = tokio::task::spawn_blocking(PrivateKey::generate).await;
            let made = made.map_err(|error| Error::Internal(error.to_string()))?;
            Some(made.map_err(|error| Error::Internal(error.to_string()))?)
        }
        Encryption::None | Encryption::Own => None,
    };
    ctx.write(move |tx, viewer| keys::switch(tx, viewer, id, version, made)).await
}

pub(in crate::forms) async fn switch(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let typed: Typed<EncryptionChange> = sent.fields.read()?;
    change(&ctx, id, version, typed.read).await?;
    Ok(Redirect::to(&format!("/forms/{id}#encryption")).into_response())
}

/// Turns encryption on the device on, with a new key of the house, or off. Either is a new version of the form, in force
/// at once; what was encrypted before is still read.
#[utoipa::path(put, path = "/forms/{form}/encryption", tag = "forms", operation_id = "change_form_encryption",
    request_body = EncryptionChange,
    params(("form" = FormId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = FormDetail), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(in crate::forms) async fn api_switch(
    ctx: Context,
    Path(id): Path<FormId>,
    Expected(version): Expected,
    Input(input): Input<EncryptionChange>,
) -> Result<Versioned<FormDetail>, Error> {
    change(&ctx, id, version, input).await?;
    let detail = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    Ok(api::answered(&ctx, detail))
}
