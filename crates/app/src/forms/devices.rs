//! Phones and tablets that forms are filled in on with ODK Collect: each acts as its user, with a key of its own, or a user
//! name and a password where the app asks for them.

use std::io::Write as _;

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::phone::WITH_PASSWORD;
use crate::access::{Permission, Role, Viewer};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{DeviceId, UserId};
use crate::params;
use crate::ui::Ui;
use crate::ui::refill::Refill;
use crate::users::{digest, in_person, sessions};
use crate::web::{Context, Input, Problem, Sent, Typed, page};

/// What a device is wanted for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceInput {
    /// What its user calls it.
    #[serde(default)]
    pub name: String,
    /// Whose it is; one's own without it. Administrators make them for others.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub user_id: Option<UserId>,
}

/// A device, without its key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// What its user calls it.
    pub name: String,
    /// Whose it is.
    pub user_id: UserId,
    /// Their name.
    pub user: String,
    /// The user name that it gives where it gives a password; none where it was made without one.
    pub username: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When its key ended.
    pub ended_at: Option<Moment>,
}

/// A new device with its key, shown once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NewDevice {
    /// Id.
    pub id: DeviceId,
    /// The address that ODK Collect takes as its server; the key is part of it.
    pub server_url: String,
    /// ODK Collect's settings as its QR code holds them: JSON, compressed by zlib, in base64.
    pub settings: String,
    /// The address of the server for KoboCollect and older phones, which ask for a user name and a password.
    pub openrosa_url: String,
    /// That user name.
    pub username: String,
    /// That password.
    pub password: String,
}

/// What lets a device in; shown once.
pub struct Secrets {
    /// The key in its address.
    pub key: String,
    /// Its user name.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl Secrets {
    fn new(key: String) -> Secrets {
        Secrets { key, username: typed_word(2), password: typed_word(5) }
    }
}

/// Letters and digits that are not taken for each other when typed off a page: neither 0 nor o, neither 1 nor l.
const TYPED: [char; 32] = [
    '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'm', 'n', 'p', 'q',
    'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
];

/// Groups of four random letters, twenty bits each.
fn typed_word(groups: usize) -> String {
    let letter = |byte: u8| TYPED.get(usize::from(byte % 32)).copied().unwrap_or('z');
    let group = |_| rand::random::<[u8; 4]>().into_iter().map(letter).collect();
    (0..groups).map(group).collect::<Vec<String>>().join("-")
}

fn from_row(row: &Row<'_>) -> Result<Device, DbError> {
    Ok(Device {
        id: row.next()?,
        name: row.next()?,
        user_id: row.next()?,
        user: row.next()?,
        username: row.next()?,
        created_at: row.next()?,
        ended_at: row.next()?,
    })
}

/// The devices whose keys work: one's own, and all of them for administrators.
///
/// # Errors
/// Asked with a token, the role has none, or the database failed.
pub fn list(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Device>, Error> {
    in_person(viewer)?;
    let all = viewer.may(Permission::ManageUsers);
    if !all {
        viewer.require(Permission::WriteCases)?;
    }
    Ok(tx.query(
        "SELECT d.id, d.name, d.user_id, u.name, d.username, d.created_at, d.ended_at FROM device d \
         JOIN user_account u ON u.organisation_id = d.organisation_id AND u.id = d.user_id \
         WHERE d.organisation_id = $1 AND d.ended_at IS NULL AND ($2 = 1 OR d.user_id = $3) \
         ORDER BY u.name, d.created_at, d.id",
        params![viewer.organisation, i64::from(all), viewer.user],
        from_row,
    )?)
}

/// Users who may fill in forms, for administrators who make a device for one of them.
fn users(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<(String, String)>, Error> {
    if !viewer.may(Permission::ManageUsers) {
        return Ok(Vec::new());
    }
    let all = tx.query(
        "SELECT u.id, u.name, u.role FROM user_account u WHERE u.organisation_id = $1 AND u.active = 1 ORDER BY u.name",
        params![viewer.organisation],
        |row| Ok((row.next::<UserId>()?, row.next::<String>()?, row.next::<Role>()?)),
    )?;
    let able = all.into_iter().filter(|(.., role)| role.may(Permission::WriteCases));
    Ok(able.map(|(id, name, _)| (id.to_string(), name)).collect())
}

/// Makes a device; answers what lets it in, which is shown once.
///
/// # Errors
/// Made with a token, fields to correct, a user who fills in no forms, or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: &DeviceInput) -> Result<(DeviceId, Secrets), Error> {
    in_person(viewer)?;
    let user = input.user_id.unwrap_or(viewer.user);
    if user != viewer.user {
        viewer.require(Permission::ManageUsers)?;
    } else if !viewer.may(Permission::ManageUsers) {
        viewer.require(Permission::WriteCases)?;
    }
    let mut check = Check::default();
    check.text(&input.name, 100, "name");
    let role = tx.one(
        "SELECT u.role FROM user_account u WHERE u.organisation_id = $1 AND u.id = $2 AND u.active = 1",
        params![viewer.organisation, user],
        |row| row.get::<Role>(0),
    )?;
    check.that(role.is_some_and(|role| role.may(Permission::WriteCases)), "user_id", "invalid-device-user");
    check.done()?;
    let (key, hash) = sessions::new_secret();
    let (id, secrets) = (DeviceId::new(), Secrets::new(key));
    let ha1 = digest::ha1(&secrets.username, &secrets.password);
    let sealed = tx.key().seal(sessions::DEVICE_PASSWORD, id.0.as_bytes(), ha1.as_bytes());
    let told = json!({ "device": input.name.trim(), "user_id": user });
    let pen = history::record(tx, viewer, Entry::created(Kind::Device, id, &told))?;
    tx.execute(
        &pen,
        "INSERT INTO device (token_hash, organisation_id, id, user_id, name, made_by, created_at, username, ha1) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            hash.as_slice(),
            viewer.organisation,
            id,
            user,
            input.name.trim(),
            viewer.user,
            Moment::now(),
            secrets.username.as_str(),
            sealed
        ],
    )?;
    Ok((id, secrets))
}

/// Ends a device's key.
///
/// # Errors
/// Asked with a token, not one's own, ended already, or the database failed.
pub fn end(tx: &mut Tx<'_>, viewer: &Viewer, id: DeviceId) -> Result<(), Error> {
    let there = list(tx, viewer)?.into_iter().find(|device| device.id == id).ok_or(Error::NotFound)?;
    let pen = history::record(tx, viewer, Entry::removed(Kind::Device, id, &json!({ "device": there.name })))?;
    tx.execute(
        &pen,
        "UPDATE device SET ended_at = $3 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, Moment::now()],
    )?;
    Ok(())
}

/// What ODK Collect is told by its QR code, and what is typed where there is none.
fn made(ctx: &Context, id: DeviceId, secrets: Secrets) -> Result<NewDevice, Error> {
    let Secrets { key, username, password } = secrets;
    let house = ctx.app.settings.public_url.trim_end_matches('/');
    let (server_url, openrosa_url) = (format!("{house}/key/{key}"), format!("{house}{WITH_PASSWORD}"));
    let settings = json!({
        "general": { "server_url": server_url, "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular" },
        "admin": {},
        "project": { "name": ctx.viewer.organisation_name },
    });
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    let written = zlib.write_all(settings.to_string().as_bytes()).and_then(|()| zlib.finish());
    let compressed = written.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(NewDevice { id, settings: STANDARD.encode(compressed), server_url, openrosa_url, username, password })
}

#[derive(Template)]
#[template(path = "forms/templates/devices.html")]
struct DevicesPage {
    ui: Ui,
    devices: Vec<Device>,
    users: Vec<(String, String)>,
    /// The device just made, and the picture for ODK Collect.
    made: Option<(NewDevice, String)>,
    refill: Refill,
}

async fn devices_page(ctx: &Context, made: Option<(NewDevice, String)>, refill: Refill) -> Result<Html<String>, Error> {
    let (devices, users) = ctx.read(|tx, viewer| Ok((list(tx, viewer)?, users(tx, viewer)?))).await?;
    page(DevicesPage { ui: ctx.ui(), devices, users, made, refill })
}

pub(super) async fn show(ctx: Context) -> Result<Html<String>, Error> {
    devices_page(&ctx, None, Refill::default()).await
}

pub(super) async fn make(ctx: Context, sent: Sent) -> Result<Response, Error> {
    let typed: Typed<DeviceInput> = sent.fields.read()?;
    let refill = Refill::of("device", &typed.read).unread(&typed.unread);
    match ctx.create_secret(typed.read, |tx, viewer, input| create(tx, viewer, &input)).await {
        Ok((id, secrets)) => {
            let new = made(&ctx, id, secrets)?;
            let picture = crate::users::picture(&new.settings)?;
            Ok(devices_page(&ctx, Some((new, picture)), Refill::default()).await?.into_response())
        }
        Err(Error::Invalid(errors)) => {
            let page = devices_page(&ctx, None, refill.wrong(errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn end_on_page(ctx: Context, Path(id): Path<DeviceId>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| end(tx, viewer, id)).await?;
    Ok(Redirect::to("/devices"))
}

/// The devices that forms are filled in on: your own, and all of them for administrators.
#[utoipa::path(get, path = "/devices", tag = "forms", operation_id = "devices",
    responses((status = 200, body = Vec<Device>), (status = "4XX", body = Problem)))]
pub(super) async fn api_list(ctx: Context) -> Result<Json<Vec<Device>>, Error> {
    ctx.read(list).await.map(Json)
}

/// Makes a device. Its key is shown once.
#[utoipa::path(post, path = "/devices", tag = "forms", operation_id = "make_device", request_body = DeviceInput,
    responses((status = 201, body = NewDevice), (status = 422, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn api_make(
    ctx: Context,
    Input(input): Input<DeviceInput>,
) -> Result<(StatusCode, Json<NewDevice>), Error> {
    let (id, secrets) = ctx.create_secret(input, |tx, viewer, input| create(tx, viewer, &input)).await?;
    Ok((StatusCode::CREATED, Json(made(&ctx, id, secrets)?)))
}

/// Ends a device's key.
#[utoipa::path(delete, path = "/devices/{device}", tag = "forms", operation_id = "end_device",
    params(("device" = DeviceId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn api_end(ctx: Context, Path(id): Path<DeviceId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| end(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
