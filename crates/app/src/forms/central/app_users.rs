//! Devices as app users.

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Named, PROJECT, form_named, number};
use crate::error::Error;
use crate::forms::devices::{self, Device, DeviceInput};
use crate::web::{Context, Input};

/// A device; its key is told once, and only that it has one afterwards.
fn told(device: &Device, key: &str) -> Value {
    json!({
        "projectId": PROJECT, "id": number(device.id.0), "type": "field_key", "displayName": device.name, "token": key,
        "createdAt": device.created_at, "updatedAt": null, "deletedAt": null,
    })
}

pub(super) async fn list(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    named.in_house()?;
    let devices = ctx.read(devices::list).await?;
    Ok(Json(devices.iter().map(|device| told(device, "")).collect()))
}

#[derive(Serialize, Deserialize)]
pub(super) struct AppUser {
    #[serde(rename = "displayName", default)]
    display_name: String,
}

/// Makes a device for whoever asks.
pub(super) async fn make(
    ctx: Context,
    Path(named): Path<Named>,
    Input(AppUser { display_name }): Input<AppUser>,
) -> Result<Json<Value>, Error> {
    named.in_house()?;
    let input = DeviceInput { name: display_name, user_id: None };
    let made = ctx.create_secret(input, |tx, viewer, input| {
        let (id, secrets) = devices::create(tx, viewer, &input)?;
        let device = devices::list(tx, viewer)?.into_iter().find(|device| device.id == id);
        Ok((device.ok_or(Error::NotFound)?, secrets))
    });
    let (device, secrets) = made.await?;
    Ok(Json(told(&device, &secrets.key)))
}

/// Every device gets every open form that its user may fill in: there is nothing to assign.
pub(super) async fn assign(ctx: Context, Path(named): Path<Named>) -> Result<Json<Value>, Error> {
    let named = named.in_house()?;
    ctx.read(move |tx, viewer| {
        let there = devices::list(tx, viewer)?.iter().any(|device| number(device.id.0) == named.actor);
        form_named(tx, viewer, &named.form)?;
        there.then_some(()).ok_or(Error::NotFound)
    })
    .await?;
    Ok(Json(json!({ "success": true })))
}
