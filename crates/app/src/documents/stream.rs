//! Lists that leave in pieces: each is read, written and sent before the next is read, so that a
//! million rows take no more memory than a thousand, and a slow line holds no connection to the
//! database.

use std::io::{self, Write};
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

/// As many bytes are sent at once.
const SENT_AT_ONCE: usize = 64 * 1024;

/// Takes what is written and sends it on; whoever writes faster than it is taken waits.
pub struct Sink {
    sender: mpsc::Sender<Result<Bytes, Error>>,
    held: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= SENT_AT_ONCE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.held);
        match piece.is_empty() {
            true => Ok(()),
            false => self.sender.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// A document that a thread of its own writes while it is sent. An error on the way breaks the line off.
pub fn written(write: impl FnOnce(&mut Sink) -> Result<(), Error> + Send + 'static) -> Body {
    let (sender, pieces) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut sink = Sink { sender, held: Vec::new() };
        let done = write(&mut sink).and_then(|()| sink.flush().map_err(|error| Error::Internal(error.to_string())));
        if let Err(error) = done {
            tracing::error!(%error, "a document broke off");
            // Nobody is left to tell where the line is cut.
            let _ = sink.sender.blocking_send(Err(error));
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
