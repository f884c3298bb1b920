//! The public page: what was published, for whoever asks. It needs no log-in, sets no cookie and reads nothing but
//! releases.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::figures::{Figure, Frozen};
use super::model::{Release, ReleaseInput};
use super::note::{self, Paragraph};
use super::pages::{period, said};
use super::shown::{About, RecordsFormat, ReleaseFormat, Shown, ShownRecords};
use super::store::{self, Public};
use crate::code::Code;
use crate::dates::Moment;
use crate::documents::download;
use crate::error::Error;
use crate::ids::ReleaseId;
use crate::ui::{Language, Ui};
use crate::web::{Guest, page};

/// The language chosen in the address: no cookie is needed.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default, deserialize_with = "crate::web::blank")]
    lang: Option<Language>,
}

/// What a file is to be.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// What kind of file.
    pub(super) format: ReleaseFormat,
    /// The language of its words.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub(super) lang: Option<Language>,
}

/// What a file of records is to be.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedRecords {
    /// What kind of file.
    pub(super) format: RecordsFormat,
    /// The language of its words.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub(super) lang: Option<Language>,
}

/// An answer that caches may keep, but ask each time whether it still holds: what was withdrawn is gone at once.
pub(super) fn kept(
    asked: &HeaderMap,
    tag: &str,
    answer: impl FnOnce() -> Result<Response, Error>,
) -> Result<Response, Error> {
    let tag = format!("\"{tag}\"");
    let known =
        asked.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| known.contains(&tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { answer()? };
    let headers = response.headers_mut();
    for (name, value) in [(CACHE_CONTROL, "public, no-cache"), (VARY, "accept-language, cookie"), (ETAG, tag.as_str())]
    {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// What tells one state of an answer from another.
pub(super) fn tag(of: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    (of, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/published.html")]
struct ListPage {
    ui: Ui,
    releases: Vec<Public>,
}

impl ListPage {
    fn period(&self, input: &ReleaseInput) -> String {
        period(&self.ui, input.period())
    }
    fn day(&self, moment: &Option<Moment>, public: &Public) -> String {
        day(&self.ui, moment, public)
    }
}

fn day(ui: &Ui, moment: &Option<Moment>, public: &Public) -> String {
    moment.map_or_else(String::new, |moment| ui.day(&moment.day(&public.time_zone)))
}

pub(super) async fn list(guest: Guest, Query(chosen): Query<Chosen>, headers: HeaderMap) -> Result<Response, Error> {
    let releases = guest.app.db.read(store::public_list).await?;
    if releases.is_empty() {
        return Err(Error::NotFound);
    }
    let ui = speaking(&guest, chosen.lang);
    let state: Vec<_> =
        releases.iter().map(|public| (public.release.id, public.release.version, &public.organisation)).collect();
    let tag = tag(&(state, ui.language));
    kept(&headers, &tag, || Ok(page(ListPage { ui, releases })?.into_response()))
}

fn speaking(guest: &Guest, chosen: Option<Language>) -> Ui {
    let mut ui = guest.ui();
    ui.language = chosen.unwrap_or(ui.language);
    ui
}

#[derive(Template)]
#[template(path = "statistics/releases/templates/published-release.html")]
struct ShowPage {
    ui: Ui,
    public: Public,
    tables: Vec<Shown>,
    notes: Vec<Paragraph>,
    address: String,
}

impl ShowPage {
    fn release(&self) -> &Release {
        &self.public.release
    }
    fn title(&self) -> &str {
        self.public.release.input.title(&self.ui.language)
    }
    fn period(&self) -> String {
        period(&self.ui, self.public.release.input.period())
    }
    fn day(&self, moment: &Option<Moment>) -> String {
        day(&self.ui, moment, &self.public)
    }
    fn said(&self, figure: &Figure) -> String {
        said(figure)
    }
    fn files(&self) -> Option<String> {
        Some(format!("/published/{}", self.public.release.id))
    }
    fn formats(&self) -> &'static [ReleaseFormat] {
        ReleaseFormat::ALL
    }
    fn records_formats(&self) -> &'static [RecordsFormat] {
        RecordsFormat::ALL
    }
    fn records(&self) -> Option<ShownRecords<'_>> {
        let records = self.public.frozen.as_ref()?.records.as_ref()?;
        Some(ShownRecords::of(records, self.ui.language))
    }
    fn citation(&self) -> String {
        let year = self.public.release.decided_at.map(|at| at.day(&self.public.time_zone).0.year()).unwrap_or_default();
        self.ui.language.t_with(
            "release-citation",
            &[
                ("organisation", self.public.organisation.as_str().into()),
                ("year", year.to_string().into()),
                ("title", self.title().into()),
                ("address", self.address.as_str().into()),
            ],
        )
    }
}

pub(super) async fn show(
    guest: Guest,
    Path(id): Path<ReleaseId>,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let public = guest.app.db.read(move |tx| store::public(tx, id)).await?;
    let ui = speaking(&guest, chosen.lang);
    let tag = tag(&(id, public.release.version, &public.organisation, ui.language));
    let address = address(&guest.app.settings.public_url, id);
    kept(&headers, &tag, || {
        let frozen = public.frozen.as_ref();
        let tables = frozen.map(|it| it.tables.iter().map(|table| Shown::of(table, ui.language)).collect());
        let notes = frozen.map(|frozen| note::note(&public.release, frozen, ui.language));
        let page = page(ShowPage {
            tables: tables.unwrap_or_default(),
            notes: notes.unwrap_or_default(),
            ui,
            public,
            address,
        })?;
        Ok(page.into_response())
    })
}

fn address(public_url: &str, id: ReleaseId) -> String {
    format!("{}/published/{id}", public_url.trim_end_matches('/'))
}

pub(super) async fn file(
    guest: Guest,
    Path((id, number)): Path<(ReleaseId, usize)>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let public = guest.app.db.read(move |tx| store::public(tx, id)).await?;
    let language = wanted.lang.unwrap_or(guest.language);
    as_file(&public, number, wanted.format, language, &address(&guest.app.settings.public_url, id), &headers)
}

/// The synthetic records of a release as a file.
pub(super) async fn records(
    guest: Guest,
    Path(id): Path<ReleaseId>,
    Query(wanted): Query<WantedRecords>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let public = guest.app.db.read(move |tx| store::public(tx, id)).await?;
    let language = wanted.lang.unwrap_or(guest.language);
    let records = public.frozen.as_ref().and_then(|frozen| frozen.records.as_ref()).ok_or(Error::NotFound)?;
    let tag = tag(&(id, public.release.version, language, wanted.format));
    kept(&headers, &tag, || {
        let title = language.t("release-records");
        let content = ShownRecords::of(records, language).write(wanted.format, title)?;
        let name = format!("records-{}.{}", public.release.input.to, wanted.format);
        Ok(download(&name, wanted.format.media_type(), content))
    })
}

/// A table of a release as a file, numbered from 1.
fn as_file(
    public: &Public,
    number: usize,
    format: ReleaseFormat,
    language: Language,
    address: &str,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let frozen: &Frozen = public.frozen.as_ref().ok_or(Error::NotFound)?;
    let place = number.checked_sub(1).ok_or(Error::NotFound)?;
    let table = frozen.tables.get(place).ok_or(Error::NotFound)?;
    let release = &public.release;
    let paragraphs = note::note(release, frozen, language);
    let about = About {
        input: &release.input,
        organisation: &public.organisation,
        address: address.to_owned(),
        updated: release.decided_at.map(|at| at.0.to_string()).unwrap_or_default(),
        note: paragraphs.into_iter().flat_map(|paragraph| paragraph.sentences).collect(),
    };
    let tag = tag(&(release.id, release.version, &public.organisation, language, format, number));
    kept(headers, &tag, || {
        let content = Shown::of(table, language).write(format, &about, language)?;
        let name = format!("{}-{number}-{}.{}", table.input.indicator, release.input.to, format.ending());
        Ok(download(&name, format.media_type(), content))
    })
}
