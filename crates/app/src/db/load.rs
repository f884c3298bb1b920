//! How busy the database is.

use std::time::Instant;

use prometheus_client::metrics::histogram::Histogram;

/// Upper bounds of the times counted, in seconds: from a read in memory to a disk that stalls.
const BOUNDS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Seconds from asking to answer.
#[derive(Clone, Debug)]
pub struct Load {
    /// Of reads.
    pub reads: Histogram,
    /// Of writes, until they are durable.
    pub writes: Histogram,
}

impl Default for Load {
    fn default() -> Load {
        Load { reads: Histogram::new(BOUNDS), writes: Histogram::new(BOUNDS) }
    }
}

/// Counts a time when it is dropped.
pub(super) struct Stopwatch<'h>(&'h Histogram, Instant);

impl<'h> Stopwatch<'h> {
    pub(super) fn start(histogram: &'h Histogram) -> Stopwatch<'h> {
        Stopwatch(histogram, Instant::now())
    }
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        self.0.observe(self.1.elapsed().as_secs_f64());
    }
}
