//! The few figures an operator watches, in Prometheus' text form.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// All of them. Counted with a plain atomic each.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Lines that are open now.
    pub(crate) lines: Gauge,
    /// Rooms in memory now.
    pub(crate) rooms: Gauge,
    /// Connections turned away, because there was no seat for them.
    pub(crate) turned_away: Counter,
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
    /// Groups of entries committed: entries per commit is how well grouping works.
    pub(crate) commits: Counter,
    /// Messages read from lines.
    pub(crate) read: Counter,
    /// Frames given to lines.
    pub(crate) sent: Counter,
    /// Bytes of those.
    pub(crate) sent_bytes: Counter<u64, AtomicU64>,
    /// Times a reader was so far behind that its entries came from disk.
    pub(crate) from_disk: Counter,
}

impl Metrics {
    /// All of them as text.
    pub(crate) fn to_text(&self) -> String {
        let mut registry = Registry::with_prefix("openline");
        registry.register("lines", "Lines open now", self.lines.clone());
        registry.register("rooms", "Rooms in memory now", self.rooms.clone());
        registry.register("turned_away", "Connections for which there was no seat", self.turned_away.clone());
        registry.register("unsent_bytes", "Bytes slow lines have still to take now", self.unsent.clone());
        registry.register("shed", "Slow lines told to come back", self.shed.clone());
        registry.register("entries", "Entries made durable", self.appended.clone());
        registry.register("repeated", "Posts that were in the log already", self.repeated.clone());
        registry.register("not_stored", "Posts refused for now because of the disk", self.not_stored.clone());
        registry.register("commits", "Groups of entries committed", self.commits.clone());
        registry.register("read", "Messages read from lines", self.read.clone());
        registry.register("sent", "Frames given to lines", self.sent.clone());
        registry.register("sent_bytes", "Bytes given to lines", self.sent_bytes.clone());
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
        assert!(metrics.to_text().contains("openline_entries_total 3\n"), "{}", metrics.to_text());
    }
}
