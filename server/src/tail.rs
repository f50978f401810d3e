//! The latest entries of a room, encoded, so that live readers never touch the disk. Pure.

use std::collections::VecDeque;

use openline_protocol::{EncodedEntry, Entries, Entry, Frame, RoomName, Seq};

use crate::websocket::Packet;

/// How many built frames are kept for others who are equally far.
const BUILT: usize = 4;

/// The end of a room's log.
#[derive(Debug)]
pub(crate) struct Tail {
    room: RoomName,
    /// The first entry here continues from this one.
    start: Seq,
    entries: VecDeque<(Seq, EncodedEntry)>,
    bytes: usize,
    limit: usize,
    built: VecDeque<Batch>,
}

/// A frame of entries: everything after `after`, up to and with `upto`.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) after: Seq,
    pub(crate) upto: Seq,
    /// How many entries it has.
    pub(crate) count: usize,
    /// Whether the frame took all that it could take, so that it stays the answer when more entries come.
    is_full: bool,
    pub(crate) packet: Packet,
}

impl Tail {
    /// The tail of a log whose newest entry is `head`, and which keeps about `limit` bytes.
    pub(crate) fn new(room: RoomName, head: Seq, limit: usize) -> Self {
        Self { room, start: head, entries: VecDeque::new(), bytes: 0, limit, built: VecDeque::new() }
    }

    /// The tail of a log that ends with `recent`.
    pub(crate) fn of(room: RoomName, head: Seq, limit: usize, recent: &[Entry]) -> Self {
        let start = recent.first().map_or(head, |first| first.seq.back(1));
        let mut tail = Self::new(room, start, limit);
        tail.push(recent.iter().map(|entry| (entry.seq, EncodedEntry::new(entry))));
        tail
    }

    /// Adds what was appended to the log.
    pub(crate) fn push(&mut self, entries: impl Iterator<Item = (Seq, EncodedEntry)>) {
        for (seq, entry) in entries {
            self.bytes += entry.len();
            self.entries.push_back((seq, entry));
        }
        while self.bytes > self.limit && self.entries.len() > 1 {
            if let Some((seq, entry)) = self.entries.pop_front() {
                self.bytes -= entry.len();
                self.start = seq;
            }
        }
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Seq {
        self.entries.back().map_or(self.start, |(seq, _)| *seq)
    }

    /// The frame for a reader who has everything up to `after`. `None` if what follows is no longer here. Not to be
    /// asked when there is nothing after.
    pub(crate) fn batch(&mut self, after: Seq) -> Option<Batch> {
        let head = self.head();
        if let Some(batch) = self.built.iter().find(|b| b.after == after && (b.is_full || b.upto == head)) {
            return Some(batch.clone());
        }
        if after < self.start {
            return None;
        }
        let from = self.entries.partition_point(|(seq, _)| *seq <= after);
        let batch = Batch::of(&self.room, after, self.entries.range(from..).map(|(seq, entry)| (*seq, entry)))?;
        self.keep(batch.clone());
        Some(batch)
    }

    /// Keeps a frame that was built elsewhere, for others who are equally far.
    pub(crate) fn keep(&mut self, batch: Batch) {
        self.built.truncate(BUILT - 1);
        self.built.push_front(batch);
    }
}

impl Batch {
    /// As many of the entries as one frame may hold; at least one. `None` if there are none.
    pub(crate) fn of<'a>(
        room: &RoomName,
        after: Seq,
        entries: impl Iterator<Item = (Seq, &'a EncodedEntry)> + Clone,
    ) -> Option<Self> {
        // What a frame has besides its entries: the room's name, a number, and some sixty bytes.
        let mut left = Entries::MAX_FRAME.saturating_sub(room.as_str().len() + 96);
        let (mut count, mut upto) = (0, after);
        let mut is_full = false;
        for (seq, entry) in entries.clone() {
            is_full = count > 0 && entry.len() > left;
            if is_full {
                break;
            }
            left = left.saturating_sub(entry.len());
            upto = seq;
            count += 1;
        }
        let packet = Frame::of_entries(room, after, entries.take(count).map(|(_, entry)| entry)).into();
        (count > 0).then_some(Self { after, upto, count, is_full, packet })
    }
}

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, MessageId, Person, PersonId, ToClient};
    use proptest::prelude::*;

    use super::*;

    fn entry(seq: u64, size: usize) -> Entry {
        Entry {
            seq: Seq::new(seq).unwrap(),
            id: MessageId(uuid::Uuid::from_u128(seq.into())),
            from: Person { id: PersonId(uuid::Uuid::nil()), name: "Ada".parse().unwrap() },
            at: 0,
            kind: None,
            body: if seq % 7 == 3 { Body::bytes(vec![1; size]) } else { Body::text("x".repeat(size)) },
        }
    }

    fn room() -> RoomName {
        "lobby".parse().unwrap()
    }

    fn push(tail: &mut Tail, entry: &Entry) {
        tail.push(std::iter::once((entry.seq, EncodedEntry::new(entry))));
    }

    fn decode(packet: Packet) -> Entries {
        let bytes = packet.into_bytes();
        let head = match bytes[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        let payload = bytes.slice(head..);
        let message = match bytes[0] & 0xf {
            1 => ToClient::from_text(str::from_utf8(&payload).unwrap()),
            _ => ToClient::from_binary(payload),
        };
        match message.unwrap() {
            ToClient::Entries(entries) => entries,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn those_who_are_equally_far_share_one_frame() {
        let mut tail = Tail::of(room(), Seq::START, 10_000, &[entry(1, 10), entry(2, 10)]);
        let (one, other) = (tail.batch(Seq::START).unwrap(), tail.batch(Seq::START).unwrap());
        assert_eq!(one.packet.into_bytes().as_ptr(), other.packet.into_bytes().as_ptr());
        push(&mut tail, &entry(3, 10));
        assert_eq!(tail.batch(Seq::START).unwrap().upto.number(), 3, "an older frame is no answer once there is more");
    }

    #[test]
    fn what_is_no_longer_here_is_not_made_up() {
        let mut tail = Tail::new(room(), Seq::new(5).unwrap(), 300);
        assert!(tail.batch(Seq::new(4).unwrap()).is_none());
        for seq in 6..20 {
            push(&mut tail, &entry(seq, 100));
        }
        assert!(tail.batch(Seq::new(5).unwrap()).is_none());
        assert_eq!(decode(tail.batch(Seq::new(18).unwrap()).unwrap().packet).entries, [entry(19, 100)]);
    }

    #[test]
    fn an_entry_larger_than_a_frame_goes_alone() {
        let mut tail = Tail::of(room(), Seq::START, 1 << 20, &[entry(1, 10), entry(3, 200_000), entry(4, 10)]);
        let mut after = Seq::START;
        for expected in [1, 3, 4] {
            let batch = tail.batch(after).unwrap();
            assert_eq!(batch.upto.number(), expected);
            after = batch.upto;
        }
    }

    proptest! {
        #[test]
        fn frames_follow_one_another_without_a_hole_and_are_never_too_big(
            sizes in prop::collection::vec(0..20_000_usize, 1..40), limit in 1..400_000_usize
        ) {
            let entries: Vec<_> = (1..).zip(&sizes).map(|(seq, size)| entry(seq, *size)).collect();
            let mut tail = Tail::new(room(), Seq::START, limit);
            entries.iter().for_each(|entry| push(&mut tail, entry));
            let mut after = tail.start;
            let mut got = Vec::new();
            while after < tail.head() {
                let batch = tail.batch(after).unwrap();
                prop_assert!(batch.packet.len() <= Entries::MAX_FRAME + 10);
                let decoded = decode(batch.packet);
                prop_assert_eq!(decoded.after, after);
                after = batch.upto;
                got.extend(decoded.entries);
            }
            prop_assert_eq!(&got[..], &entries[entries.len() - got.len()..]);
        }
    }
}
