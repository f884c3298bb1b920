//! Figures for whoever runs the server, in Prometheus' text format, on a listener of their own.
//! They tell how busy the server is, and nothing about anyone.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::App;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::params;
use crate::users::sessions;

/// Upper bounds of the times counted, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
/// Counting records takes a walk over their index; nobody needs it more often.
const COUNT_EVERY: Duration = Duration::from_secs(60);

/// Which requests are counted together: the route's pattern holds no id and no name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted while the server runs.
pub(crate) struct Metrics {
    requests: Family<Kind, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    records: Mutex<Option<(Instant, Records)>>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            records: Mutex::default(),
        }
    }
}

/// How many there are, of all organisations together.
#[derive(Clone, Copy)]
struct Records {
    sessions: i64,
    people: i64,
    cases: i64,
}

/// Counts each request and the time it took.
pub(super) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let status = match response.status().as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    app.metrics.requests.get_or_create(&Kind { route: route.clone(), status }).inc();
    app.metrics.seconds.get_or_create(&Route { route }).observe(begun.elapsed().as_secs_f64());
    response
}

/// The private listener's only page.
pub fn metrics_router(app: App) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<App>) -> Result<Response, Error> {
    let records = records(&app).await?;
    let text = text(&app, records).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

async fn records(app: &App) -> Result<Records, Error> {
    let known = app.metrics.records.lock().ok().and_then(|known| *known);
    if let Some((_, records)) = known.filter(|(at, _)| at.elapsed() < COUNT_EVERY) {
        return Ok(records);
    }
    let records = app.db.read(count).await?;
    if let Ok(mut known) = app.metrics.records.lock() {
        *known = Some((Instant::now(), records));
    }
    Ok(records)
}

fn count(tx: &mut Tx<'_>) -> Result<Records, Error> {
    let now = Moment::now();
    let open = "SELECT count(*) FROM session WHERE expires_at > $1 AND last_seen_at > $2 AND second_factor_due = 0";
    // Counted in their indexes: the records themselves are a thousand times as large.
    let merged = tx.count("SELECT count(*) FROM person WHERE merged_into IS NOT NULL", &[])?;
    Ok(Records {
        sessions: tx.count(open, params![now, now.plus_seconds(-sessions::IDLE)])?,
        people: tx.count("SELECT count(*) FROM person", &[])? - merged,
        cases: tx.count("SELECT count(*) FROM case_file", &[])?,
    })
}

fn text(app: &App, records: Records) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("watari");
    let metrics = &app.metrics;
    registry.register("http_requests", "Requests by route and class of status", metrics.requests.clone());
    registry.register("http_request_seconds", "Seconds until a request was answered", metrics.seconds.clone());
    let load = app.db.load();
    registry.register("database_read_seconds", "Seconds until a read was answered", load.reads.clone());
    registry.register("database_write_seconds", "Seconds until a write was durable", load.writes.clone());
    for (name, help, value) in [
        ("database_write_queue", "Writes that wait", app.db.waiting_writes() as i64),
        ("sessions", "Open sessions", records.sessions),
        ("people", "People on record, all organisations together", records.people),
        ("cases", "Cases on record, all organisations together", records.cases),
    ] {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}
