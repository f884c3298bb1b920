//! HTTP: what every request passes through, and the router that joins the areas.

mod assets;
mod context;
mod drain;
mod input;
mod metrics;
mod openapi;
mod problem;
mod security;
mod typed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::access::Viewer;
use crate::db::Db;
use crate::{cases, forms, history, people, retention, statistics, users};

pub use context::{Context, Expected, Guest, page};
pub(crate) use context::{cookie, set_cookie};
pub use input::{Input, Versioned, blank, form};
pub use metrics::metrics_router;
pub use problem::Problem;
pub(crate) use problem::in_words;
pub use security::Client;
pub(crate) use security::Name;
pub use typed::{Fields, Sent, Typed, Unread};

/// What the operator decided when starting the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address people type, such as `https://cases.example.org`; passkeys are bound to it.
    pub public_url: String,
    /// Whether a proxy in front sets `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Largest request in bytes.
    pub largest_request: usize,
    /// Requests one address may make in a minute.
    pub requests_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            public_url: "http://localhost:8080".to_owned(),
            behind_proxy: false,
            largest_request: 16 * 1024 * 1024,
            requests_per_minute: 1200,
        }
    }
}

/// Everything a request needs; cheap to clone, as each of the layers that a request passes does.
#[derive(Clone)]
pub struct App(Arc<House>);

/// What there is one of in a running server.
pub struct House {
    /// The database.
    pub db: Db,
    /// The operator's settings.
    pub settings: Settings,
    /// Who asks for passkeys, where the public address is a name.
    pub(crate) passkeys: Option<Arc<webauthn_rs::Webauthn>>,
    /// Who is known, in memory.
    pub(crate) search: Arc<people::search::Search>,
    /// Look for possible duplicates, and for those whom families look for, as long as the server runs.
    _finders: [people::Finder; 2],
    pub(crate) sessions: SessionCache,
    pub(crate) passwords: Arc<tokio::sync::Semaphore>,
    pub(crate) metrics: metrics::Metrics,
    pub(crate) throttle: security::Throttle,
    pub(crate) nonces: users::digest::Nonces,
    pub(crate) reads: Mutex<HashMap<(uuid::Uuid, uuid::Uuid), Instant>>,
}

impl std::ops::Deref for App {
    type Target = House;
    fn deref(&self) -> &House {
        &self.0
    }
}

impl App {
    /// The application on an open database.
    pub fn new(db: Db, settings: Settings) -> App {
        let search = Arc::new(people::search::Search::start(&db));
        App(Arc::new(House {
            _finders: [people::duplicates::find_in(&db, &search), people::tracing::find_in(&db, &search)],
            search,
            db,
            passkeys: users::passkeys::party(&settings.public_url).map(Arc::new),
            settings,
            sessions: SessionCache::default(),
            // Each hash takes 46 MiB; two at once are all that a small machine can spare.
            passwords: Arc::new(tokio::sync::Semaphore::new(2)),
            metrics: metrics::Metrics::default(),
            throttle: security::Throttle::default(),
            nonces: users::digest::Nonces::default(),
            reads: Mutex::default(),
        }))
    }
}

/// Viewers of recent requests, so that a burst of requests asks the database once.
/// Any change to users, sessions or tokens empties it.
#[derive(Clone, Default)]
pub(crate) struct SessionCache(Arc<Mutex<HashMap<[u8; 32], Known>>>);

/// A viewer, and when they were looked up.
type Known = (Arc<Viewer>, Instant);

impl SessionCache {
    /// How long another server on the same PostgreSQL may go on believing an ended session.
    const FRESH: Duration = Duration::from_secs(5);

    pub(crate) fn get(&self, token: &[u8; 32]) -> Option<Arc<Viewer>> {
        let known = self.0.lock().ok()?;
        known.get(token).filter(|(_, at)| at.elapsed() < Self::FRESH).map(|(viewer, _)| viewer.clone())
    }

    pub(crate) fn put(&self, token: [u8; 32], viewer: Arc<Viewer>) {
        if let Ok(mut known) = self.0.lock() {
            if known.len() >= 10_000 {
                known.clear();
            }
            known.insert(token, (viewer, Instant::now()));
        }
    }

    pub(crate) fn clear(&self) {
        if let Ok(mut known) = self.0.lock() {
            known.clear();
        }
    }
}

/// The whole application as a service.
pub fn router(app: App) -> Router {
    let (api, openapi) = api().split_for_parts();
    let openapi = openapi::finished(&openapi);
    let pages = Router::new()
        .merge(users::routes())
        .merge(people::routes())
        .merge(cases::routes())
        .merge(forms::routes())
        .merge(retention::routes())
        .merge(statistics::releases::routes())
        .merge(statistics::regional::routes())
        .merge(statistics::routes())
        .merge(history::routes())
        .nest("/api/v1", api)
        .route("/api/v1/openapi.json", get(move || async move { ([("content-type", "application/json")], openapi) }))
        .fallback(problem::nothing_here)
        .layer(middleware::from_fn_with_state(app.clone(), security::guard))
        .layer(middleware::from_fn_with_state(app.clone(), problem::render))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::measure));
    Router::new()
        .merge(pages)
        .merge(assets::routes())
        .route("/healthz", get(|| async { "ok" }))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(60)))
        .layer(middleware::from_fn(security::headers))
        .with_state(app)
}

/// The JSON API of every area; the OpenAPI document is made from the same routes.
fn api() -> OpenApiRouter<App> {
    #[derive(OpenApi)]
    #[openapi(
        info(
            title = "Watari",
            description = "Human security in migration: people, consent, cases, plans. Errors are RFC 9457 problems. \
                           Lists are paged by cursor. Writes take `If-Match` and, where they create, `Idempotency-Key`."
        ),
        // Named by parameters only.
        components(schemas(
            cases::CaseSort,
            crate::documents::table::TableFormat,
            crate::statistics::releases::RecordsFormat, crate::statistics::releases::ReleaseFormat
        ))
    )]
    struct Document;
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(users::api_routes())
        .merge(people::api_routes())
        .merge(cases::api_routes())
        .merge(forms::api_routes())
        .merge(retention::api_routes())
        .merge(statistics::releases::api_routes())
        .merge(statistics::regional::api_routes())
        .merge(statistics::api_routes())
        .merge(history::api_routes())
}
