//! What went over a line, and how the line is: numbers for whoever looks after it. Nothing here depends on them.

use std::{cell::Cell, time::Duration};

/// So many messages, and their bytes: text in UTF-8, without what a frame adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// How many messages.
    pub messages: u64,
    /// How many bytes they have together.
    pub bytes: u64,
}

/// What went over a [`Connection`](crate::Connection), or over all the lines of a [`Session`](crate::Session), and how
/// the line is now.
///
/// ```no_run
/// # let (session, _events) = openline_client::Session::builder("wss://example.com").open();
/// let stats = session.stats();
/// println!("{} B sent, {} messages unread, {:?} there and back", stats.sent.bytes, stats.unread.messages, stats.round_trip);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// What was handed to the browser to be sent.
    pub sent: Volume,
    /// What came, read or not.
    pub received: Volume,
    /// What came and waits to be read. In a session its other events wait there too, as messages without bytes.
    pub unread: Volume,
    /// How many bytes the browser has not sent yet.
    pub buffered: u64,
    /// How many times was dialled, in vain or not. A connection dials once.
    pub dials: u64,
    /// How many times the line came up again after the first.
    pub reconnects: u64,
    /// How long it took to come up when it last did, from the dial on.
    pub up_in: Option<Duration>,
    /// How long it has been up, if it is.
    pub up_for: Option<Duration>,
    /// How long after the last probe the next message came: a round trip, or less where something else came first. A
    /// connection has no heartbeat, and so none.
    pub round_trip: Option<Duration>,
}

/// What went each way so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent: Cell<Volume>,
    received: Cell<Volume>,
}

impl Counters {
    #[inline]
    pub(crate) fn sent(&self, bytes: u64) {
        count(&self.sent, bytes);
    }

    #[inline]
    pub(crate) fn received(&self, bytes: u64) {
        count(&self.received, bytes);
    }

    /// The numbers that are counted; the others are for who knows them.
    pub(crate) fn stats(&self) -> Stats {
        Stats { sent: self.sent.get(), received: self.received.get(), ..Stats::default() }
    }
}

#[inline]
fn count(volume: &Cell<Volume>, bytes: u64) {
    let so_far = volume.get();
    volume.set(Volume { messages: so_far.messages + 1, bytes: so_far.bytes.saturating_add(bytes) });
}
