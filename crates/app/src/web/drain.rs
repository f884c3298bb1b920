//! What nobody read of a request: read to its end before a refusal is sent.
//!
//! Who still sends does not listen. A server that answers «too large» in the middle of an upload
//! and hangs up is seen as a broken line, and its answer never.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

/// Bytes that are thrown away for the sake of an answer, at most.
const MOST: usize = 64 * 1024 * 1024;
/// How long that may take; on a bad line ten megabytes take a while.
const PATIENCE: Duration = Duration::from_secs(45);

/// A request's body that can still be read when the handler has dropped it.
#[derive(Clone)]
pub(super) struct Rest(Arc<Mutex<Body>>);

impl Rest {
    /// The body for the handler, and the handle to what it leaves.
    pub(super) fn of(body: Body) -> (Body, Rest) {
        let rest = Rest(Arc::new(Mutex::new(body)));
        (Body::new(rest.clone()), rest)
    }

    /// Reads what is left and throws it away.
    pub(super) async fn drain(mut self) {
        let drained = async {
            let mut left = MOST;
            while let Some(Ok(frame)) = std::future::poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await {
                let size = frame.data_ref().map_or(0, Bytes::len);
                let Some(rest) = left.checked_sub(size) else { break };
                left = rest;
            }
        };
        drop(tokio::time::timeout(PATIENCE, drained).await);
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.0.lock() {
            Ok(mut body) => Pin::new(&mut *body).poll_frame(cx),
            Err(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().is_ok_and(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().map(|body| body.size_hint()).unwrap_or_default()
    }
}
