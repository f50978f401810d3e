//! The drafts of one room, in the order they were written, and which of them to post now. Pure.
//!
//! Invariant: posts leave in the order of the drafts. After one is refused for now, nothing behind it leaves until it
//! is due again, and then it leaves first.

use openline_protocol::{Epoch, MessageId, Post, RoomName, Why};

use crate::draft::{Draft, Fate};

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    drafts: Vec<Slot>,
    /// Until when nothing is posted, because the first one was refused for now: milliseconds since 1970, UTC.
    held_until: Option<u64>,
}

#[derive(Debug)]
struct Slot {
    draft: Draft,
    /// Posted on the line that is up now, and not answered.
    said: bool,
}

impl Outbox {
    pub(crate) fn drafts(&self) -> impl DoubleEndedIterator<Item = &Draft> {
        self.drafts.iter().map(|slot| &slot.draft)
    }

    /// Puts a draft in its place by time; one that is there already stays as it is.
    pub(crate) fn put(&mut self, draft: Draft) {
        if self.slot(draft.id).is_some() {
            return;
        }
        let place = self.drafts.partition_point(|slot| slot.draft.written_at <= draft.written_at);
        self.drafts.insert(place, Slot { draft, said: false });
    }

    /// Takes a draft out: it is settled, or discarded.
    pub(crate) fn take(&mut self, id: MessageId) -> Option<Draft> {
        let place = self.drafts.iter().position(|slot| slot.draft.id == id)?;
        let draft = self.drafts.remove(place).draft;
        if matches!(draft.fate, Fate::Held { .. }) {
            self.held_until = None;
        }
        Some(draft)
    }

    /// Takes a refusal in. With `retry_at` (milliseconds since 1970) the draft goes again by then. Says whether the
    /// server waits for a draft that is here; if not, it would wait for ever.
    pub(crate) fn refused(&mut self, id: MessageId, why: Why, retry_at: Option<u64>) -> bool {
        let first = self.drafts.iter().find(|slot| slot.draft.is_underway()).map(|slot| slot.draft.id);
        let awaited = if let Why::Behind { id } = why { id } else { id };
        let knows_awaited = self.slot(awaited).is_some();
        if let Some(slot) = self.slot(id) {
            slot.said = false;
            match (retry_at, &why) {
                (None, _) => slot.draft.fate = Fate::Refused { why },
                // Not its own fault: it only waits behind another, and says so of that one.
                (Some(_), Why::Behind { .. }) => {}
                (Some(_), _) => slot.draft.fate = Fate::Held { why },
            }
        }
        if let Some(retry_at) = retry_at
            && knows_awaited
            && (first == Some(id) || self.held_until.is_none())
        {
            self.held_until = Some(retry_at);
        }
        knows_awaited || retry_at.is_none()
    }

    /// Its author wants it posted once more, into the log the room has now.
    pub(crate) fn retry(&mut self, id: MessageId, epoch: Option<Epoch>) {
        if let Some(slot) = self.slot(id) {
            slot.draft.fate = Fate::Pending;
            slot.draft.epoch = epoch;
            slot.said = false;
        }
    }

    /// The room is left, or joined again: of whatever was said, the answer may never come.
    pub(crate) fn start_over(&mut self) {
        self.held_until = None;
        for slot in &mut self.drafts {
            slot.said = false;
            if matches!(slot.draft.fate, Fate::Held { .. }) {
                slot.draft.fate = Fate::Pending;
            }
        }
    }

    /// The room's log is this one. Drafts that were written for another stay, but don't go out by themselves; those
    /// that were written before any was known are now for this one, and returned, to be stored so.
    pub(crate) fn belongs_to(&mut self, epoch: &Epoch) -> Vec<Draft> {
        let mut stamped = Vec::new();
        for Slot { draft, .. } in &mut self.drafts {
            match &draft.epoch {
                None => {
                    draft.epoch = Some(epoch.clone());
                    stamped.push(draft.clone());
                }
                Some(other) if other != epoch && draft.is_underway() => draft.fate = Fate::OtherLog,
                Some(_) => {}
            }
        }
        stamped
    }

    /// What to post now.
    pub(crate) fn due(&mut self, room: &RoomName, now: u64) -> Vec<Post> {
        if self.held_until.is_some_and(|until| now < until) {
            return Vec::new();
        }
        self.held_until = None;
        // What was said behind one that has to be said (again) was refused for it, or would overtake it.
        let first = self.drafts.iter().position(|slot| slot.draft.is_underway() && !slot.said);
        let rest = self.drafts.iter_mut().skip(first.unwrap_or(usize::MAX));
        let underway = rest.filter(|slot| slot.draft.is_underway());
        underway
            .map(|slot| {
                slot.said = true;
                slot.draft.to_post(room)
            })
            .collect()
    }

    /// When something is due again, if anything is held: milliseconds since 1970, UTC.
    pub(crate) fn held_until(&self) -> Option<u64> {
        self.held_until
    }

    fn slot(&mut self, id: MessageId) -> Option<&mut Slot> {
        self.drafts.iter_mut().find(|slot| slot.draft.id == id)
    }
}
