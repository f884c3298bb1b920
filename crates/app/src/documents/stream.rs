//! Lists that leave in pieces: each is read, written and sent before the next is read, so that a
//! million rows take no more memory than a thousand, and a slow line holds no connection to the
//! database.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::sync::mpsc;

use super::table::{Cell, rows_as_csv};
use crate::error::Error;

/// Rows of one piece.
pub const PIECE: i64 = 2_000;

/// One piece of a list.
pub struct Piece {
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// Where the next piece begins; none at the end.
    pub next: Option<i64>,
}

/// A CSV file whose pieces are read as they are sent. An error on the way breaks the line off, so
/// that half a list is not taken for a whole one.
pub fn as_csv<F, R>(head: Vec<String>, from: i64, mut read: F) -> Body
where
    F: FnMut(i64) -> R + Send + 'static,
    R: Future<Output = Result<Piece, Error>> + Send,
{
    let (sender, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut at = Some(from);
        let head = vec![head.into_iter().map(Cell::Text).collect()];
        let mut written = rows_as_csv(&head, true);
        loop {
            let stop = written.is_err();
            if sender.send(written.map(Bytes::from)).await.is_err() || stop {
                break;
            }
            let Some(from) = at else { break };
            written = match read(from).await {
                Ok(piece) => {
                    at = piece.next;
                    rows_as_csv(&piece.rows, false)
                }
                Err(error) => {
                    tracing::error!(%error, "a list broke off");
                    Err(error)
                }
            };
        }
    });
    Body::new(Pieces(pieces))
}

struct Pieces(mpsc::Receiver<Result<Bytes, Error>>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
