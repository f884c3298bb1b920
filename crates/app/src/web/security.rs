//! What protects every request: headers, the check that it came from this site, rate limits.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{App, cookie};
use crate::error::Error;

/// Nothing from elsewhere, no inline script or style, no framing, no address leaked.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(), microphone=(), interest-cohort=()",
        ),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages hold people's lives: neither a proxy nor the browser's back button may keep them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses floods and requests that another site made the browser send.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let address = address(request.headers(), request.extensions().get(), app.settings.behind_proxy);
    if let Err(wait) =
        app.throttle.take(("request", place(address)), app.settings.requests_per_minute, Duration::from_secs(60))
    {
        return Error::TooMany(wait).into_response();
    }
    if is_cross_site(request.method(), request.headers()) {
        return Error::CrossSite.into_response();
    }
    next.run(request).await
}

/// A write from a browser says where it came from: `Sec-Fetch-Site`, or `Origin` in older ones.
/// Requests with a bearer token carry no cookie's power and need not.
fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let host = text(header::HOST).unwrap_or_default();
    match text(header::ORIGIN) {
        Some(origin) => origin.split_once("://").is_none_or(|(_, origin_host)| origin_host != host),
        None => false,
    }
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Client {
    /// Network address.
    pub address: IpAddr,
    /// What the browser calls itself, shortened.
    pub user_agent: String,
    /// The cookie of a browser that someone logged in with before.
    pub device: Option<String>,
}

impl Client {
    /// Where this request came from.
    pub(crate) fn of(parts: &Parts, app: &App) -> Client {
        let user_agent =
            parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Client {
            address: address(&parts.headers, parts.extensions.get(), app.settings.behind_proxy),
            user_agent: user_agent.chars().take(200).collect(),
            device: cookie(parts, crate::users::DEVICE_COOKIE).map(str::to_owned),
        }
    }

    /// What tries from here are counted by.
    pub fn place(&self) -> String {
        place(self.address)
    }
}

/// Whoever has one IPv6 address has the 2^64 beside it.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Client, Error> {
        Ok(Client::of(parts, app))
    }
}

fn address(headers: &HeaderMap, peer: Option<&ConnectInfo<SocketAddr>>, behind_proxy: bool) -> IpAddr {
    let forwarded = headers
        .get("x-forwarded-for")
        .filter(|_| behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok());
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    forwarded.unwrap_or(peer)
}

/// Counts per name and window; in memory, so that a flood costs no disk.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Name, Count>>);

/// What is counted, and for whom.
pub(crate) type Name = (&'static str, String);
/// Since when, and how many.
type Count = (Instant, u32);

impl Throttle {
    /// Takes one of `most` in a window, or says how many seconds to wait.
    pub(crate) fn take(&self, name: Name, most: u32, window: Duration) -> Result<(), u64> {
        let Ok(mut counts) = self.0.lock() else { return Ok(()) };
        let now = Instant::now();
        if counts.len() > 50_000 {
            counts.retain(|_, (since, _)| now.duration_since(*since) < Duration::from_secs(3600));
        }
        let (since, count) = counts.entry(name).or_insert((now, 0));
        if now.duration_since(*since) >= window {
            (*since, *count) = (now, 0);
        }
        if *count >= most {
            return Err((window - now.duration_since(*since)).as_secs() + 1);
        }
        *count += 1;
        Ok(())
    }

    /// Forgets a name's count, after a success.
    pub(crate) fn forget(&self, name: &Name) {
        if let Ok(mut counts) = self.0.lock() {
            counts.remove(name);
        }
    }

    /// Gives one back.
    pub(crate) fn give_back(&self, name: &Name) {
        if let Ok(mut counts) = self.0.lock()
            && let Some((_, count)) = counts.get_mut(name)
        {
            *count = count.saturating_sub(1);
        }
    }
}
