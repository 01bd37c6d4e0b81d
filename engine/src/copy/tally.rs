//! What was done so far, counted while it is done.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Instant;

use domain::copy::report::{AtSource, AtTarget, How, Progress, Summary};
use domain::ports::copying::Meter;

use super::lock;

/// So many ticks make the rate that is told.
const TICKS: usize = 15;

/// Counters of one run.
#[derive(Default)]
pub(super) struct Tally {
    /// Blob requests and bytes.
    pub(super) meter: Meter,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    manifest_gets: u64,
    manifest_heads: u64,
    uploads: u64,
    mounts: u64,
    paused_seconds: u64,
    images: u32,
    images_done: u32,
    blobs: u64,
    blobs_done: u64,
    bytes: u64,
    bytes_done: u64,
    /// Bytes sent for blobs that have ended.
    sent_before: u64,
    rate: VecDeque<(Instant, u64)>,
}

impl Tally {
    pub(super) fn expect_images(&self, images: usize) {
        lock(&self.counts).images = u32::try_from(images).unwrap_or(u32::MAX);
    }

    pub(super) fn image_ended(&self) {
        lock(&self.counts).images_done += 1;
    }

    pub(super) fn manifest_asked(&self) {
        lock(&self.counts).manifest_heads += 1;
    }

    pub(super) fn manifest_fetched(&self) {
        lock(&self.counts).manifest_gets += 1;
    }

    pub(super) fn paused(&self, seconds: u64) {
        lock(&self.counts).paused_seconds += seconds;
    }

    pub(super) fn expect_blob(&self, size: u64) {
        let mut counts = lock(&self.counts);
        counts.blobs += 1;
        counts.bytes = counts.bytes.saturating_add(size);
    }

    pub(super) fn blob_ended(&self, size: u64, how: How) {
        let mut counts = lock(&self.counts);
        counts.blobs_done += 1;
        counts.bytes_done = counts.bytes_done.saturating_add(size);
        match how {
            How::Present => {}
            How::Mounted => counts.mounts += 1,
            How::Sent => {
                counts.uploads += 1;
                counts.sent_before = counts.sent_before.saturating_add(size);
            }
        }
    }

    pub(super) fn progress(&self, now: Instant) -> Progress {
        let (_, _, sent) = self.meter.counts();
        let mut counts = lock(&self.counts);
        let on_the_way = sent.saturating_sub(counts.sent_before);
        if counts.rate.len() >= TICKS {
            counts.rate.pop_front();
        }
        counts.rate.push_back((now, sent));
        let (then, sent_then) = counts.rate.front().copied().unwrap_or((now, sent));
        let milliseconds = u64::try_from(now.duration_since(then).as_millis()).unwrap_or(u64::MAX);
        Progress {
            images_done: counts.images_done,
            images: counts.images,
            blobs_done: counts.blobs_done,
            blobs: counts.blobs,
            bytes_done: counts.bytes_done.saturating_add(on_the_way).min(counts.bytes),
            bytes: counts.bytes,
            ..Progress::default()
        }
        .at_rate(sent - sent_then, milliseconds)
    }

    pub(super) fn summary(&self) -> Summary {
        let (blob_gets, read, sent) = self.meter.counts();
        let counts = lock(&self.counts);
        Summary {
            source: AtSource {
                manifest_gets: counts.manifest_gets,
                manifest_heads: counts.manifest_heads,
                blob_gets,
                bytes: read,
            },
            target: AtTarget { blob_uploads: counts.uploads, blob_mounts: counts.mounts, bytes: sent },
            paused_seconds: counts.paused_seconds,
            ..Summary::default()
        }
    }
}
