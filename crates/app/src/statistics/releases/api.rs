//! Releases over the JSON API.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{self, FrozenTable, Noise};
use super::ledger::{self, Ledger, Terms};
use super::model::{Licence, Reason, Release, ReleaseInput, Title};
use super::public::{self, Wanted, WantedRecords};
use super::records::Alone;
use super::store::{self, Public};
use super::{note, pages};
use crate::dates::{Day, Moment};
use crate::error::Error;
use crate::ids::{BudgetId, ReleaseId};
use crate::ui::Language;
use crate::web::{Context, Expected, Guest, Input, Problem, Versioned};

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeRelease {
    /// The release.
    id: ReleaseId,
}

/// The id of what was proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeBudget {
    /// The budget.
    id: BudgetId,
}

/// A release with its figures, once they are frozen.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleaseDetail {
    #[serde(flatten)]
    release: Release,
    /// The figures as the public sees them; none before the release was submitted.
    figures: Option<ReleaseFigures>,
}

/// ReleaseFigures as the public sees them.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleaseFigures {
    /// The day they were counted.
    counted_on: Day,
    /// The tables. A figure has the status `count`, `rounded`, `noisy` or `suppressed`; where `at` holds nothing, it is
    /// the total over that axis.
    tables: Vec<FrozenTable>,
    /// The noise, where there is any.
    noise: Option<Noise>,
    /// What each table would have told without protection.
    risks: Vec<Risk>,
    /// Synthetic records, where it holds any.
    records: Option<RecordsMade>,
}

/// Synthetic records of a release, as the house sees them before the public does.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordsMade {
    /// How many records.
    number: usize,
    /// How easily the people behind them would be recognised without protection.
    alone: Option<Alone>,
    /// How far the records are from the people, for combinations of one value, of two and so on: the sum of differences
    /// as a share of the people.
    apart: Vec<f64>,
}

/// What a table would tell if it were published as it is.
#[derive(Serialize, ToSchema)]
pub(super) struct Risk {
    /// ReleaseFigures of fewer people than the threshold, totals included.
    small: usize,
    /// People counted in such a figure.
    people: u64,
    /// ReleaseFigures that nobody is counted in.
    zeros: usize,
    /// Small figures that could be worked out from the others if only they were left out.
    by_difference: usize,
}

impl From<figures::Frozen> for ReleaseFigures {
    fn from(frozen: figures::Frozen) -> ReleaseFigures {
        let risk = |risk: disclosure::tables::TableRisk| Risk {
            small: risk.small,
            people: risk.people,
            zeros: risk.zeros,
            by_difference: risk.by_difference,
        };
        ReleaseFigures {
            counted_on: frozen.counted_on,
            tables: frozen.tables,
            noise: frozen.noise,
            risks: frozen.risks.into_iter().map(risk).collect(),
            records: frozen.records.map(|records| RecordsMade {
                number: records.rows(),
                alone: records.alone,
                apart: records.apart,
            }),
        }
    }
}

/// Releases, the last changed first.
#[utoipa::path(get, path = "/releases", tag = "statistics",
    responses((status = 200, body = Vec<Release>), (status = "4XX", body = Problem)))]
pub(super) async fn list(ctx: Context) -> Result<Json<Vec<Release>>, Error> {
    ctx.read(store::list).await.map(Json)
}

/// Begins a release.
#[utoipa::path(post, path = "/releases", tag = "statistics", request_body = ReleaseInput,
    responses((status = 201, body = MadeRelease), (status = 422, body = Problem)))]
pub(super) async fn create(
    ctx: Context,
    Input(input): Input<ReleaseInput>,
) -> Result<(StatusCode, Json<MadeRelease>), Error> {
    let id = ctx.create(input, store::create).await?;
    Ok((StatusCode::CREATED, Json(MadeRelease { id })))
}

/// A release, with its figures once it was submitted.
#[utoipa::path(get, path = "/releases/{release}", tag = "statistics", params(("release" = ReleaseId, Path)),
    responses((status = 200, body = ReleaseDetail), (status = 404, body = Problem)))]
pub(super) async fn show(ctx: Context, Path(id): Path<ReleaseId>) -> Result<Versioned<ReleaseDetail>, Error> {
    let (release, frozen) = ctx.read(move |tx, viewer| store::release(tx, viewer, id)).await?;
    Ok(Versioned(release.version, ReleaseDetail { release, figures: frozen.map(ReleaseFigures::from) }))
}

/// Changes what a release is to hold, as long as it is a draft or was sent back.
#[utoipa::path(put, path = "/releases/{release}", tag = "statistics", request_body = ReleaseInput,
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    Input(input): Input<ReleaseInput>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, input)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws a release away that the public never saw.
#[utoipa::path(delete, path = "/releases/{release}", tag = "statistics",
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn discard(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::discard(tx, viewer, id, version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a release would tell without protection, and how it would look; with noise there are no figures before it is
/// submitted, because a draw that can be repeated protects nobody.
#[utoipa::path(get, path = "/releases/{release}/preview", tag = "statistics", params(("release" = ReleaseId, Path)),
    responses((status = 200, body = ReleaseFigures), (status = 409, body = Problem)))]
pub(super) async fn preview(ctx: Context, Path(id): Path<ReleaseId>) -> Result<Json<ReleaseFigures>, Error> {
    let preview = ctx.read(move |tx, viewer| {
        let (release, _) = store::release(tx, viewer, id)?;
        figures::preview(tx, viewer, &release.input)
    });
    preview.await.map(|frozen| Json(frozen.into()))
}

/// Counts, protects and freezes a release, spends what it costs, and gives it to a second person.
#[utoipa::path(post, path = "/releases/{release}/submit", tag = "statistics",
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn submit(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<StatusCode, Error> {
    pages::submit_release(&ctx, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a release that someone else prepared on the public page.
#[utoipa::path(post, path = "/releases/{release}/publish", tag = "statistics",
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn publish(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::publish(tx, viewer, id, version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a release back to whoever prepared it, with a reason.
#[utoipa::path(post, path = "/releases/{release}/return", tag = "statistics", request_body = Reason,
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn send_back(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::send_back(tx, viewer, id, version, &why)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a release from the public page, with a reason that the public reads.
#[utoipa::path(post, path = "/releases/{release}/withdraw", tag = "statistics", request_body = Reason,
    params(("release" = ReleaseId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn withdraw(
    ctx: Context,
    Path(id): Path<ReleaseId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::withdraw(tx, viewer, id, version, &why)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The budget of differential privacy, and what each release spent of it.
#[utoipa::path(get, path = "/releases/ledger", tag = "statistics",
    responses((status = 200, body = Ledger), (status = 403, body = Problem)))]
pub(super) async fn ledger(ctx: Context) -> Result<Json<Ledger>, Error> {
    ctx.read(ledger::ledger).await.map(Json)
}

/// Proposes a budget; it holds once a second person confirms it.
#[utoipa::path(post, path = "/releases/ledger", tag = "statistics", request_body = Terms,
    responses((status = 201, body = MadeBudget), (status = 422, body = Problem)))]
pub(super) async fn propose(ctx: Context, Input(terms): Input<Terms>) -> Result<(StatusCode, Json<MadeBudget>), Error> {
    let id = ctx.create(terms, |tx, viewer, terms| ledger::propose(tx, viewer, &terms)).await?;
    Ok((StatusCode::CREATED, Json(MadeBudget { id })))
}

/// Confirms a budget that someone else proposed.
#[utoipa::path(post, path = "/releases/ledger/{budget}/confirm", tag = "statistics", params(("budget" = BudgetId, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn confirm(ctx: Context, Path(id): Path<BudgetId>) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| ledger::confirm(tx, viewer, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A release as the public has it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublishedRelease {
    /// Its id.
    id: ReleaseId,
    /// Its title in each language that it has one in.
    titles: Vec<Title>,
    /// Who publishes.
    organisation: String,
    /// First day of the period.
    from: Day,
    /// Last day of the period.
    to: Day,
    /// What others may do with it.
    licence: Licence,
    /// When it was published.
    published_at: Option<Moment>,
    /// When it was withdrawn.
    withdrawn_at: Option<Moment>,
    /// Why it was withdrawn; empty otherwise.
    reason: String,
    /// Its tables; none of one that was withdrawn, and none in the list.
    tables: Vec<FrozenTable>,
    /// How it was made, sentence by sentence.
    note: Vec<String>,
}

impl PublishedRelease {
    fn of(public: Public, language: Language) -> PublishedRelease {
        let Public { release, frozen, organisation, .. } = public;
        let noted = frozen.as_ref().map(|frozen| note::note(&release, frozen, language)).unwrap_or_default();
        PublishedRelease {
            id: release.id,
            titles: release.input.titles,
            organisation,
            from: release.input.from,
            to: release.input.to,
            licence: release.input.licence,
            published_at: release.decided_at,
            withdrawn_at: release.withdrawn_at,
            reason: release.reason,
            tables: frozen.map(|frozen| frozen.tables).unwrap_or_default(),
            note: noted.into_iter().flat_map(|paragraph| paragraph.sentences).collect(),
        }
    }
}

/// What was published, the latest first. Needs no log-in.
#[utoipa::path(get, path = "/published", tag = "statistics", responses((status = 200, body = Vec<PublishedRelease>)))]
pub(super) async fn published(guest: Guest) -> Result<Json<Vec<PublishedRelease>>, Error> {
    let found = guest.app.db.read(store::public_list).await?;
    Ok(Json(found.into_iter().map(|public| PublishedRelease::of(public, guest.language)).collect()))
}

/// One release that was published, with its tables and how it was made. Needs no log-in.
#[utoipa::path(get, path = "/published/{release}", tag = "statistics", params(("release" = ReleaseId, Path)),
    responses((status = 200, body = PublishedRelease), (status = 404, body = Problem)))]
pub(super) async fn published_one(guest: Guest, Path(id): Path<ReleaseId>) -> Result<Json<PublishedRelease>, Error> {
    let found = guest.app.db.read(move |tx| store::public(tx, id)).await?;
    Ok(Json(PublishedRelease::of(found, guest.language)))
}

/// The synthetic records of a release that was published, as a file. Needs no log-in.
#[utoipa::path(get, path = "/published/{release}/records", tag = "statistics",
    params(("release" = ReleaseId, Path), WantedRecords),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(super) async fn published_records(
    guest: Guest,
    release: Path<ReleaseId>,
    wanted: Query<WantedRecords>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    public::records(guest, release, wanted, headers).await
}

/// A table of a release that was published, numbered from 1, as a file. Needs no log-in.
#[utoipa::path(get, path = "/published/{release}/tables/{number}", tag = "statistics",
    params(("release" = ReleaseId, Path), ("number" = usize, Path), Wanted),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(super) async fn published_table(
    guest: Guest,
    table: Path<(ReleaseId, usize)>,
    wanted: Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    public::file(guest, table, wanted, headers).await
}
