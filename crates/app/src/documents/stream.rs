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
    R: Future<Output = Result<Piece, Error>> + Send + 'static,
{
    let head = vec![head.into_iter().map(Cell::Text).collect()];
    in_pieces(rows_as_csv(&head, true).map(Bytes::from), from, move |from| {
        let piece = read(from);
        async move {
            let piece = piece.await?;
            rows_as_csv(&piece.rows, false).map(|rows| (Bytes::from(rows), piece.next))
        }
    })
}

/// A document that is sent as it is read: how it begins, and what reads a piece of it and says where the next begins. An
/// error on the way breaks the line off.
pub fn in_pieces<F, R>(first: Result<Bytes, Error>, from: i64, mut read: F) -> Body
where
    F: FnMut(i64) -> R + Send + 'static,
    R: Future<Output = Result<(Bytes, Option<i64>), Error>> + Send,
{
    let (sender, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut at = Some(from);
        let mut written = first;
        loop {
            let stop = written.is_err();
            if sender.send(written).await.is_err() || stop {
                break;
            }
            let Some(from) = at else { break };
            written = match read(from).await {
                Ok((piece, next)) => {
                    at = next;
                    Ok(piece)
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
