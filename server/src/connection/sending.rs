//! What goes out on a line: answers, and whatever lies behind its cursors.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use openline_protocol::{CloseCode, MessageId, Refusal, RoomName, Seq, ToClient, Why};

use super::{Connection, ending::Ending, place::Place};
use crate::{database::Trouble, metrics::Reason, room::Room, tail::Batch, websocket::Packet};

/// How many bytes are given to the line before it has taken them.
const TURN: usize = 64 * 1024;

/// What a turn gave the line.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// The line was given something.
    is_fed: bool,
    /// There may be more to do, once it has taken that.
    is_more: bool,
}

/// What came from disk for one place.
pub(super) struct Fetched {
    room: Arc<Room>,
    after: Seq,
    batch: Result<Option<Batch>, Trouble>,
}

impl Connection {
    pub(super) fn reply(&mut self, message: &ToClient) {
        self.replies.push_back(message.to_frame().into());
    }

    pub(super) fn refuse(&mut self, room: Option<RoomName>, id: Option<MessageId>, why: Why, retry_after: Option<u64>) {
        self.hall.metrics.refused.get_or_create(&Reason::of(&why)).inc();
        self.reply(&ToClient::Refusal(Refusal { room, id, why, retry_after }));
    }

    /// Gives the line what it lacks, and the system what it takes. Whether there may be more to do at once.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        // What is behind the cursors is looked at once the line has taken what it was given before.
        let mut turn = Turn { is_fed: false, is_more: true };
        if self.line.unsent() == 0 {
            self.stop_if_done();
            turn = self.feed_turn(now);
        }
        if self.line.unsent() == 0 {
            return false;
        }
        self.flush(turn.is_fed, now);
        if self.line.unsent() > 0 && self.ending != Some(Ending::Over) {
            return self.line.poll_writable(cx).is_ready();
        }
        turn.is_more || self.ending.is_some()
    }

    /// The same for whoever brings something for everybody, if the line is idle. Whether that was all, so that the task
    /// needn't look.
    pub(super) fn deliver(&mut self, now: Instant) -> bool {
        if self.line.unsent() > 0 {
            // The task looks once the line has taken that.
            return true;
        }
        if self.ending.is_some() {
            return false;
        }
        let turn = self.feed_turn(now);
        if turn.is_fed {
            self.flush(turn.is_fed, now);
        }
        !turn.is_more && self.line.unsent() == 0 && self.fetching.is_none() && self.ending.is_none()
    }

    /// Gives the system what the line was given, as far as it takes it.
    fn flush(&mut self, is_fed: bool, now: Instant) {
        let before = self.line.unsent();
        self.hall.metrics.writes.inc();
        if self.line.flush().is_err() {
            self.ending = Some(Ending::Over);
            return;
        }
        let left = self.line.unsent();
        if left == 0 {
            self.listed.keeps_up();
            self.deadlines.took_all();
            self.deadlines.sent(now);
            self.listed.set_stall(None);
            return;
        }
        self.deadlines.slow(is_fed || left < before, now);
        // One that goes holds what it holds for two seconds more at most.
        let since = self.deadlines.stuck_since().filter(|_| self.ending.is_none());
        self.listed.set_stall(since.map(|since| (since, left)));
        if is_fed {
            self.listed.fell_behind(self.places.iter().map(Place::whereabouts));
        }
    }

    /// Gives the line a turn's worth of what it lacks: answers first, then what is behind the cursors of its rooms.
    fn feed_turn(&mut self, now: Instant) -> Turn {
        if matches!(self.ending, Some(Ending::Closing { .. } | Ending::Over)) {
            return Turn::default();
        }
        let mut left = TURN;
        // With fewer answers waiting, more may be read.
        let has_replied = !self.replies.is_empty();
        while left > 0 {
            let Some(reply) = self.replies.pop_front() else { break };
            self.feed(reply, &mut left);
        }
        if has_replied && self.replies.is_empty() {
            self.replies = VecDeque::new();
        }
        for n in 0..self.places.len() {
            if left == 0 {
                break;
            }
            self.feed_place((self.first + n) % self.places.len(), &mut left, now);
        }
        self.first = (self.first + 1) % self.places.len().max(1);
        Turn { is_fed: left < TURN, is_more: has_replied || left == 0 }
    }

    pub(super) fn feed_place(&mut self, index: usize, left: &mut usize, now: Instant) {
        let Some(place) = self.places.get_mut(index) else { return };
        let news = [place.roster(), place.signals()];
        for packet in news.into_iter().flatten() {
            self.feed(packet, left);
        }
        while let Some(place) = self.places.get_mut(index).filter(|place| place.is_behind()) {
            let Some(batch) = place.room().after(place.cursor) else { return self.fetch(index) };
            if *left < TURN && batch.packet.len() > *left {
                *left = 0;
                return;
            }
            if let Some(grown) = place.room().grown_after(place.cursor) {
                self.hall.metrics.woken.took(now.saturating_duration_since(grown));
            }
            place.cursor = batch.upto;
            self.feed_batch(batch, left);
        }
    }

    fn feed_batch(&mut self, batch: Batch, left: &mut usize) {
        self.hall.metrics.delivered.inc_by(batch.count as u64);
        self.feed(batch.packet, left);
    }

    pub(super) fn feed(&mut self, packet: Packet, left: &mut usize) {
        *left = left.saturating_sub(packet.len());
        self.hall.metrics.sent.inc();
        self.hall.metrics.sent_bytes.inc_by(packet.len() as u64);
        self.line.feed(packet);
    }

    /// Begins to get from disk what a room has no longer in memory; one room at a time.
    pub(super) fn fetch(&mut self, index: usize) {
        let Some(place) = self.places.get(index).filter(|_| self.fetching.is_none()) else { return };
        let (room, after) = (Arc::clone(place.room()), place.cursor);
        let hall = Arc::clone(&self.hall);
        self.fetching = Some(Box::pin(async move {
            hall.metrics.from_disk.inc();
            let batch = hall.history.batch(Arc::clone(&room), after).await;
            Fetched { room, after, batch }
        }));
        // It has to be polled once before anything wakes it.
        self.wake.wake();
    }

    pub(super) fn poll_fetching(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(fetching) = &mut self.fetching else { return false };
        let Poll::Ready(Fetched { room, after, batch }) = fetching.as_mut().poll(cx) else { return false };
        self.fetching = None;
        if self.ending.is_some_and(|ending| !matches!(ending, Ending::Stopping { .. })) {
            return true;
        }
        // It may have left the room meanwhile, or joined it anew, or somebody equally far got the same sooner.
        let place = self.places.iter_mut().find(|place| Arc::ptr_eq(place.room(), &room) && place.cursor == after);
        let Some(place) = place else { return true };
        match batch {
            Ok(Some(batch)) => {
                place.cursor = batch.upto;
                self.feed_batch(batch, &mut 0);
            }
            // It was so slow that what it lacks was dropped. When it joins again it is told of the gap.
            Ok(None) => self.close(CloseCode::TOO_SLOW, "what comes next is no longer kept; come back"),
            Err(trouble) => {
                tracing::error!(%trouble, "could not read entries");
                self.close(CloseCode::INTERNAL, "can't read the room's entries");
            }
        }
        true
    }
}
