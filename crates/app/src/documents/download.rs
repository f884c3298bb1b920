//! A file that leaves through the browser.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A file to be saved, never to be shown inside the site or kept by a cache. The name is plain
/// ASCII: file names travel badly in other scripts.
pub fn download(name: &str, media_type: &'static str, content: impl Into<Body>) -> Response {
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let disposition = format!("attachment; filename=\"{safe}\"");
    (
        [
            (CONTENT_TYPE, media_type.to_owned()),
            (CONTENT_DISPOSITION, disposition),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
        content.into(),
    )
        .into_response()
}
