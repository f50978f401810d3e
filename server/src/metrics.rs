//! The few figures an operator watches, in Prometheus' text form.

use std::time::Duration;

use openline_protocol::Why;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// All of them. Whatever is counted for each delivery is counted once for each write.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Lines that are open now.
    pub(crate) lines: Gauge,
    /// Rooms in memory now.
    pub(crate) rooms: Gauge,
    /// How many entries the line is behind that is behind most, of those that don't take what they are given.
    pub(crate) slowest: Gauge,
    /// Connections turned away, because there was no seat for them.
    pub(crate) turned_away: Family<Reason, Counter>,
    /// What was refused.
    pub(crate) refused: Family<Reason, Counter>,
    /// Lines that the server hung up on.
    pub(crate) closed: Family<Code, Counter>,
    /// Bytes that slow lines have still to take now.
    pub(crate) unsent: Gauge,
    /// Lines told to come back, because slow lines held too much.
    pub(crate) shed: Counter,
    /// Entries that became durable.
    pub(crate) appended: Counter,
    /// Posts that were in the log already.
    pub(crate) repeated: Counter,
    /// Posts refused for now because of the disk.
    pub(crate) not_stored: Counter,
    /// Groups of entries committed, and how long each took: entries per commit is how well grouping works.
    pub(crate) commits: Times,
    /// Messages read from lines.
    pub(crate) read: Counter,
    /// Entries given to lines.
    pub(crate) delivered: Counter,
    /// Writes of anything to lines: entries per write is how well batching works.
    pub(crate) writes: Counter,
    /// Frames in them.
    pub(crate) sent: Counter,
    /// Bytes in them.
    pub(crate) sent_bytes: Counter,
    /// From an entry's being durable to its being given to a line that was waiting for it.
    pub(crate) woken: Times,
    /// Times a reader was so far behind that its entries came from disk.
    pub(crate) from_disk: Counter,
}

/// Why, in the wire's own word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Reason {
    pub(crate) why: String,
}

impl Reason {
    /// Why something was refused.
    pub(crate) fn of(why: &Why) -> Self {
        let told = serde_json::to_value(why).unwrap_or_default();
        let word = told.as_object().and_then(|told| told.keys().next()).map_or("other", String::as_str);
        Self { why: word.to_owned() }
    }
}

/// A close code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Code {
    pub(crate) code: u32,
}

/// How long something took, each time.
#[derive(Clone, Debug)]
pub(crate) struct Times(Histogram);

impl Times {
    pub(crate) fn took(&self, time: Duration) {
        self.0.observe(time.as_secs_f64());
    }
}

impl Default for Times {
    /// From a tenth of a millisecond to six and a half seconds.
    fn default() -> Self {
        Self(Histogram::new(exponential_buckets(1e-4, 2.0, 17)))
    }
}

impl Metrics {
    /// All of them as text.
    pub(crate) fn to_text(&self) -> String {
        let mut registry = Registry::with_prefix("openline");
        registry.register("lines", "Lines open now", self.lines.clone());
        registry.register("rooms", "Rooms in memory now", self.rooms.clone());
        registry.register("slowest_cursor", "Entries that the slowest line is behind", self.slowest.clone());
        registry.register("turned_away", "Connections for which there was no seat", self.turned_away.clone());
        registry.register("unsent_bytes", "Bytes slow lines have still to take now", self.unsent.clone());
        registry.register("shed", "Slow lines told to come back", self.shed.clone());
        registry.register("refused", "Refusals told to lines", self.refused.clone());
        registry.register("closed", "Lines the server closed", self.closed.clone());
        registry.register("entries", "Entries made durable", self.appended.clone());
        registry.register("repeated", "Posts that were in the log already", self.repeated.clone());
        registry.register("not_stored", "Posts refused for now because of the disk", self.not_stored.clone());
        registry.register_with_unit("commit", "Commits of entries", Unit::Seconds, self.commits.0.clone());
        registry.register("read", "Messages read from lines", self.read.clone());
        registry.register("delivered", "Entries given to lines", self.delivered.clone());
        registry.register("writes", "Writes to lines", self.writes.clone());
        registry.register("sent", "Frames given to lines", self.sent.clone());
        registry.register("sent_bytes", "Bytes given to lines", self.sent_bytes.clone());
        let help = "From an entry on disk to its write to a line that waited";
        registry.register_with_unit("wake_to_write", help, Unit::Seconds, self.woken.0.clone());
        registry.register("from_disk", "Reads of entries from disk", self.from_disk.clone());
        let mut text = String::new();
        // Writing to a string doesn't fail.
        let _ = encode(&mut text, &registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told() {
        let metrics = Metrics::default();
        metrics.appended.inc_by(3);
        metrics.refused.get_or_create(&Reason::of(&Why::TooLong { limit: 5 })).inc();
        metrics.closed.get_or_create(&Code { code: 4401 }).inc();
        metrics.commits.took(Duration::from_micros(300));
        let text = metrics.to_text();
        for line in [
            "openline_entries_total 3\n",
            "openline_refused_total{why=\"too_long\"} 1\n",
            "openline_closed_total{code=\"4401\"} 1\n",
            "openline_commit_seconds_count 1\n",
            "openline_commit_seconds_bucket{le=\"0.0004\"} 1\n",
            "openline_wake_to_write_seconds_count 0\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }
}
