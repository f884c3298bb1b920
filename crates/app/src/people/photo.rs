//! A person's photo: made anew from what came in, sealed at rest, seen by whoever may see who
//! the person is.

use std::io::Cursor;
use std::sync::Mutex;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Person, pages, store};
use crate::access::{Permission, Sensitivity, Viewer};
use crate::code::Code;
use crate::codes;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Act, Entry, Kind, Pen};
use crate::ids::{AttachmentId, PersonId};
use crate::params;
use crate::ui::refill::Refill;
use crate::web::{App, Context, Problem, Sent};

/// Largest file in bytes, and the request around it.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Room for the form around the file.
pub(super) const REQUEST: usize = LARGEST + 1024 * 1024;

/// Most pixels that are unpacked; a small file can claim billions.
const MOST_PIXELS: u64 = 50_000_000;
/// Most memory that unpacking may take.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Longest side of the photo kept.
const LARGE: u32 = 800;
/// Longest side of the one in lists.
const SMALL: u32 = 96;
const MEDIA_TYPE: &str = "image/jpeg";

codes! {
    /// How large a photo is wanted.
    "photo-size" PhotoSize {
        /// As kept, at most 800 pixels high or wide.
        Large = "large",
        /// As in lists.
        Small = "small",
    }
}

/// A photo as it is kept, in both sizes: pixels only, nothing of where and when it was taken.
#[derive(Clone)]
pub struct Photo {
    large: Vec<u8>,
    small: Vec<u8>,
}

impl Photo {
    /// Makes the photo from a JPEG, PNG or WebP file.
    ///
    /// # Errors
    /// It is none of these, damaged, or too large.
    pub fn read(file: &[u8]) -> Result<Photo, Error> {
        // Unpacking can take much memory: one at a time.
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock();
        let image = unpack(file)?;
        drop(one);
        Ok(Photo { large: pack(&image, LARGE)?, small: pack(&image, SMALL)? })
    }

    /// The photo as it is shown.
    pub fn size(&self, size: PhotoSize) -> &[u8] {
        match size {
            PhotoSize::Large => &self.large,
            PhotoSize::Small => &self.small,
        }
    }

    /// Both sizes as one: the small one's length stands in front.
    fn joined(&self) -> Vec<u8> {
        let length = u32::try_from(self.small.len()).unwrap_or_default();
        [&length.to_be_bytes(), self.small.as_slice(), &self.large].concat()
    }

    fn parted(joined: &[u8]) -> Option<Photo> {
        let (length, rest) = joined.split_first_chunk::<4>()?;
        let (small, large) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        Some(Photo { large: large.to_vec(), small: small.to_vec() })
    }
}

fn unpack(file: &[u8]) -> Result<DynamicImage, Error> {
    let unreadable = |_| Error::field("photo", "invalid-photo");
    let too_large = || Error::field("photo", "invalid-photo-size");
    if file.len() > LARGEST {
        return Err(too_large());
    }
    let format = image::guess_format(file).map_err(unreadable)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(Error::field("photo", "invalid-photo"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(too_large());
    }
    // What the camera wrote beside the pixels is dropped, so its turn is made here.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    // Small first: turning and blending touch every pixel.
    if image.width().max(image.height()) > 4 * LARGE {
        image = image.thumbnail(4 * LARGE, 4 * LARGE);
    }
    image.apply_orientation(turn);
    Ok(image)
}

/// A JPEG of at most `side` pixels a side; what is transparent becomes white.
fn pack(image: &DynamicImage, side: u32) -> Result<Vec<u8>, Error> {
    let fits = image.width() <= side && image.height() <= side;
    let image = if fits { image.clone() } else { image.resize(side, side, image::imageops::FilterType::Triangle) };
    let mut page = RgbImage::from_pixel(image.width(), image.height(), Rgb([255; 3]));
    for (below, above) in page.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [.., alpha] = above.0;
        for (under, over) in below.0.iter_mut().zip(above.0) {
            *under = ((u16::from(over) * u16::from(alpha) + 255 * u16::from(255 - alpha)) / 255) as u8;
        }
    }
    let mut packed = Vec::new();
    JpegEncoder::new_with_quality(&mut packed, 85)
        .encode_image(&page)
        .map_err(|error| Error::Internal(format!("a photo could not be packed: {error}")))?;
    Ok(packed)
}

/// Makes a photo beside the server's other work.
///
/// # Errors
/// As [`Photo::read`].
pub async fn read_in_background(file: Vec<u8>) -> Result<Photo, Error> {
    let read = tokio::task::spawn_blocking(move || Photo::read(&file)).await;
    read.map_err(|_| Error::field("photo", "invalid-photo"))?
}

/// Gives a person a photo, in place of the one there was.
///
/// # Errors
/// Not there for this user, merged, or the database failed.
pub fn put(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, photo: &Photo) -> Result<AttachmentId, Error> {
    let person = find_for_work(tx, viewer, id)?;
    let new = AttachmentId::new();
    let told = serde_json::json!({ "media_type": MEDIA_TYPE, "size": photo.large.len() });
    let pen = history::record(tx, viewer, Entry::created(Kind::Photo, new, &told).about(id))?;
    let sealed = tx.key().seal("photo", new.0.as_bytes(), &photo.joined());
    tx.execute(
        &pen,
        "INSERT INTO attachment (organisation_id, id, case_id, person_id, name, media_type, size, sensitivity, \
         uploaded_by, created_at, sealed) VALUES ($1, $2, NULL, $3, 'photo.jpg', $4, $5, $6, $7, $8, $9)",
        params![
            viewer.organisation,
            new,
            id,
            MEDIA_TYPE,
            photo.large.len() as i64,
            Sensitivity::Identity,
            viewer.user,
            Moment::now(),
            sealed
        ],
    )?;
    if let Some(old) = person.photo_id {
        discard(tx, viewer, &pen, old)?;
    }
    tx.execute(
        &pen,
        "UPDATE person SET photo_id = $3, updated_at = $4, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, new, Moment::now()],
    )?;
    Ok(new)
}

/// Takes a person's photo away, for good.
///
/// # Errors
/// Not there for this user, merged, no photo, or the database failed.
pub fn remove(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<(), Error> {
    let person = find_for_work(tx, viewer, id)?;
    let old = person.photo_id.ok_or(Error::NotFound)?;
    let told = serde_json::json!({ "media_type": MEDIA_TYPE });
    let pen = history::record(tx, viewer, Entry::removed(Kind::Photo, old, &told).about(id))?;
    discard(tx, viewer, &pen, old)
}

fn find_for_work(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Person, Error> {
    viewer.require(Permission::WritePeople)?;
    let person = store::find(tx, viewer, id)?;
    if person.merged_into.is_some() { Err(Error::Refused("refused-merged")) } else { Ok(person) }
}

/// Removes a photo from wherever it hangs: a record merged away may name it too.
fn discard(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, photo: AttachmentId) -> Result<(), Error> {
    tx.execute(
        pen,
        "UPDATE person SET photo_id = NULL, updated_at = $3, version = version + 1 \
         WHERE organisation_id = $1 AND photo_id = $2",
        params![viewer.organisation, photo, Moment::now()],
    )?;
    tx.execute(
        pen,
        "DELETE FROM attachment WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, photo],
    )?;
    Ok(())
}

/// A person's photo and its id.
///
/// # Errors
/// Not there for this user, no photo, it was altered, or the database failed.
pub fn open(tx: &mut Tx<'_>, viewer: &Viewer, person: &Person) -> Result<(AttachmentId, Photo), Error> {
    let id = person.photo_id.filter(|_| viewer.sees(Sensitivity::Identity)).ok_or(Error::NotFound)?;
    let sealed = tx.one(
        "SELECT sealed FROM attachment WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
        |row| row.get::<Vec<u8>>(0),
    )?;
    let altered = |why: String| Error::Internal(format!("photo {id}: {why}"));
    let joined = tx
        .key()
        .open("photo", id.0.as_bytes(), &sealed.ok_or(Error::NotFound)?)
        .map_err(|error| altered(error.to_string()))?;
    let photo = Photo::parted(&joined).ok_or_else(|| altered("it is damaged".to_owned()))?;
    Ok((id, photo))
}

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people/{id}/photo", get(send).post(upload).layer(DefaultBodyLimit::max(REQUEST)))
        .route("/people/{id}/photo/remove", post(take_away))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(send, replace, delete)).layer(DefaultBodyLimit::max(REQUEST))
}

/// Which size.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `large` or `small`; large where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    #[param(value_type = Option<String>)]
    size: Option<PhotoSize>,
}

/// A person's photo. Reading a protected person's is written down.
#[utoipa::path(get, path = "/people/{id}/photo", tag = "people", params(("id" = PersonId, Path), Wanted,
    ("If-None-Match" = Option<String>, Header, description = "The photo known already")),
    responses((status = 200, description = "The photo", content_type = "image/jpeg"), (status = 304),
              (status = 404, body = Problem)))]
async fn send(
    ctx: Context,
    Path(id): Path<PersonId>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let person = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    let protected = person.record.protected;
    let (photo_id, photo) = ctx.read(move |tx, viewer| open(tx, viewer, &person)).await?;
    let size = wanted.size.unwrap_or(PhotoSize::Large);
    let tag = format!("\"{photo_id}-{}\"", size.code());
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    if protected {
        let entry = Entry::new(Act::Read, Kind::Photo, photo_id).about(id);
        ctx.write(move |tx, viewer| history::record(tx, viewer, entry).map(drop)).await?;
    }
    Ok(([(CONTENT_TYPE, MEDIA_TYPE.to_owned()), (ETAG, tag)], photo.size(size).to_vec()).into_response())
}

/// A photo's id.
#[derive(Serialize, utoipa::ToSchema)]
struct Kept {
    photo_id: AttachmentId,
}

/// Gives a person a photo; the body is a JPEG, PNG or WebP file.
#[utoipa::path(put, path = "/people/{id}/photo", tag = "people", params(("id" = PersonId, Path)),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, body = Kept), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn replace(
    ctx: Context,
    Path(id): Path<PersonId>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<impl IntoResponse, Error> {
    let body = body.map_err(|_| Error::TooLarge(LARGEST))?;
    ctx.viewer.require(Permission::WritePeople)?;
    let photo = read_in_background(body.to_vec()).await?;
    let photo_id = ctx.write(move |tx, viewer| put(tx, viewer, id, &photo)).await?;
    Ok(([(ETAG, format!("\"{photo_id}-large\""))], Json(Kept { photo_id })))
}

/// Takes a person's photo away, for good.
#[utoipa::path(delete, path = "/people/{id}/photo", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete(ctx: Context, Path(id): Path<PersonId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| remove(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn upload(ctx: Context, Path(id): Path<PersonId>, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let read = match sent.file("photo") {
        Some(file) => read_in_background(file).await,
        None => Err(Error::field("photo", "invalid-required")),
    };
    match read {
        Ok(photo) => {
            ctx.write(move |tx, viewer| put(tx, viewer, id, &photo)).await?;
            Ok(pages::to_person(id, "").into_response())
        }
        Err(Error::Invalid(errors)) => pages::show_again(&ctx, id, Refill::of("photo", &()).wrong(errors)).await,
        Err(error) => Err(error),
    }
}

async fn take_away(ctx: Context, Path(id): Path<PersonId>) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| remove(tx, viewer, id)).await?;
    Ok(pages::to_person(id, "").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        DynamicImage::new_rgba8(width, height).write_to(&mut Cursor::new(&mut file), ImageFormat::Png).unwrap();
        file
    }

    fn sides(jpeg: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn a_photo_is_made_small_and_white_where_it_was_clear() {
        let photo = Photo::read(&png(1600, 400)).unwrap();
        assert_eq!((sides(&photo.large), sides(&photo.small)), ((800, 200), (96, 24)));
        let image = image::load_from_memory(&photo.small).unwrap().to_rgb8();
        assert!(image.pixels().all(|pixel| pixel.0.iter().all(|part| *part > 250)));
        let again = Photo::parted(&photo.joined()).unwrap();
        assert_eq!((again.large, again.small), (photo.large, photo.small));
        assert_eq!(sides(Photo::read(&png(3, 5)).unwrap().size(PhotoSize::Large)), (3, 5), "never made larger");
    }

    #[test]
    fn a_small_file_of_many_pixels_is_refused() {
        // Only the size that the head claims: 60,000 by 60,000 pixels in a file of a few bytes.
        let mut file = png(1, 1);
        file[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let sum = file[12..29].iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
        });
        file[29..33].copy_from_slice(&(!sum).to_be_bytes());
        let Err(Error::Invalid(fields)) = Photo::read(&file) else { panic!("taken") };
        assert_eq!(fields[0].error, "invalid-photo-size");
    }

    #[test]
    fn what_is_no_photo_or_a_broken_one_is_refused() {
        let whole = png(50, 50);
        for file in [b"".as_slice(), b"<svg/>", b"GIF89a", b"\xFF\xD8\xFF\xE0", &whole[..whole.len() / 2]] {
            let Err(Error::Invalid(fields)) = Photo::read(file) else { panic!("taken") };
            assert_eq!(fields[0].error, "invalid-photo");
        }
    }
}
