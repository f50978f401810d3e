//! The drafts of one room, in the order they were written, and which of them to post now. Pure.
//!
//! Invariants: nothing is posted that isn't stored; posts leave in the order of the drafts. After one is refused for
//! now, nothing leaves until it is due again, and then it leaves first; and nothing earlier leaves after what has no
//! answer yet.

use openline_protocol::{Epoch, MessageId, Post, RoomName, Why};

use crate::{
    draft::{Draft, Fate},
    pause::Pause,
};

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    drafts: Vec<Slot>,
    /// While it lasts nothing is posted, because the first one was refused for now.
    held: Option<Pause>,
    /// How many answers of the store are awaited: until they are here, an earlier draft may be missing.
    loads: u32,
    /// What was taken out meanwhile, and must not come back with such an answer.
    gone: Vec<MessageId>,
}

#[derive(Debug)]
struct Slot {
    draft: Draft,
    /// Posted on the line that is up now, and not answered.
    said: bool,
    /// How many answers of the store are awaited for it.
    storing: u32,
    /// How many of these are about the draft as it was before its author sent it once more.
    stale: u32,
}

impl Outbox {
    pub(crate) fn drafts(&self) -> impl DoubleEndedIterator<Item = &Draft> {
        self.drafts.iter().map(|slot| &slot.draft)
    }

    /// Whether a body of so many bytes still has room.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        let held: usize = self.drafts().map(Draft::bytes).sum();
        self.drafts.len() < Draft::MAX_IN_ROOM && held.saturating_add(bytes) <= Draft::MAX_BYTES_IN_ROOM
    }

    /// The store has been asked what it keeps.
    pub(crate) fn load(&mut self) {
        self.loads += 1;
    }

    /// The store has answered.
    pub(crate) fn loaded(&mut self, kept: Vec<Draft>) {
        for draft in kept {
            if !self.gone.contains(&draft.id) {
                self.put(draft);
            }
        }
        self.loads = self.loads.saturating_sub(1);
        if self.is_loaded() {
            self.gone.clear();
        }
    }

    /// Whether everything that was kept is here.
    pub(crate) fn is_loaded(&self) -> bool {
        self.loads == 0
    }

    /// Puts a draft in its place by time. One that is there already stays as it is, unless it has been refused since.
    pub(crate) fn put(&mut self, draft: Draft) {
        if let Some(slot) = self.slot(draft.id) {
            let was = slot.draft.fate.clone();
            if !draft.fate.is_open() && matches!(was, Fate::Pending | Fate::Held { .. }) {
                slot.draft.fate = draft.fate;
                self.let_go(&was);
            }
            return;
        }
        let place = self.drafts.partition_point(|slot| slot.draft.written_at <= draft.written_at);
        self.drafts.insert(place, Slot { draft, said: false, storing: 0, stale: 0 });
    }

    /// Another tab keeps this draft. One that its author sent there once more goes out from here as well.
    pub(crate) fn kept_elsewhere(&mut self, draft: Draft) {
        let is_sent_again = |here: &Draft| match here.fate {
            Fate::OtherLog => here.epoch != draft.epoch,
            Fate::Refused { .. } => draft.fate.is_open(),
            _ => false,
        };
        match self.slot(draft.id).filter(|slot| is_sent_again(&slot.draft)) {
            Some(slot) => {
                slot.draft = draft;
                slot.said = false;
            }
            None => self.put(draft),
        }
    }

    /// Takes a draft out: it is settled, or discarded.
    pub(crate) fn take(&mut self, id: MessageId) -> Option<Draft> {
        if !self.is_loaded() {
            self.gone.push(id);
        }
        let place = self.drafts.iter().position(|slot| slot.draft.id == id)?;
        let draft = self.drafts.remove(place).draft;
        self.let_go(&draft.fate);
        Some(draft)
    }

    /// The store has been asked to keep a draft as it is now.
    pub(crate) fn keep(&mut self, id: MessageId) {
        if let Some(slot) = self.slot(id) {
            slot.storing += 1;
        }
    }

    /// The store has taken a draft.
    pub(crate) fn kept(&mut self, id: MessageId) {
        self.turn(id, Fate::Pending);
    }

    /// The store has not taken a draft.
    pub(crate) fn not_kept(&mut self, id: MessageId) {
        self.turn(id, Fate::NotStored);
    }

    /// Takes a refusal in. With a pause the draft goes again after it. Says whether the
    /// server waits for a draft that is here; if not, it would wait for ever.
    pub(crate) fn refused(&mut self, id: MessageId, why: Why, pause: Option<Pause>) -> bool {
        let first = self.drafts.iter().find(|slot| slot.draft.is_underway()).map(|slot| slot.draft.id);
        let awaited = if let Why::Behind { id } = why { id } else { id };
        let knows_awaited = self.slot(awaited).is_some();
        if let Some(slot) = self.slot(id) {
            slot.said = false;
            match (pause, &why) {
                (None, _) => slot.draft.fate = Fate::Refused { why },
                // Not its own fault: it only waits behind another, and says so of that one.
                (Some(_), Why::Behind { .. }) => {}
                (Some(_), _) => slot.draft.fate = Fate::Held { why },
            }
        }
        if pause.is_some() && knows_awaited && (first == Some(id) || self.held.is_none()) {
            self.held = pause;
        }
        knows_awaited || pause.is_none()
    }

    /// Its author wants it posted once more, into the log the room has now. Returned to be stored so first.
    pub(crate) fn retry(&mut self, id: MessageId, epoch: Option<Epoch>) -> Option<Draft> {
        let slot = self.slot(id).filter(|slot| !slot.draft.is_underway())?;
        slot.draft.fate = Fate::Storing;
        slot.stale = slot.storing;
        slot.draft.epoch = epoch;
        slot.said = false;
        Some(slot.draft.clone())
    }

    /// The room is left, or joined again: of whatever was said, the answer may never come.
    pub(crate) fn start_over(&mut self) {
        self.held = None;
        for slot in &mut self.drafts {
            slot.said = false;
            if matches!(slot.draft.fate, Fate::Held { .. }) {
                slot.draft.fate = Fate::Pending;
            }
        }
    }

    /// What was written before any log was known was written for this one. Returns those, to be stored so; but one that
    /// could not be stored waits for its author, who was told.
    pub(crate) fn stamp(&mut self, epoch: &Epoch) -> Vec<Draft> {
        let is_nameless = |draft: &&mut Draft| draft.epoch.is_none() && draft.fate != Fate::NotStored;
        let nameless = self.drafts.iter_mut().map(|slot| &mut slot.draft).filter(is_nameless);
        nameless
            .map(|draft| {
                draft.epoch = Some(epoch.clone());
                draft.clone()
            })
            .collect()
    }

    /// The room's log is this one. Drafts that were written for another stay, but don't go out by themselves.
    pub(crate) fn belongs_to(&mut self, epoch: &Epoch) {
        for Slot { draft, .. } in &mut self.drafts {
            if draft.is_underway() && draft.epoch.as_ref().is_some_and(|other| other != epoch) {
                draft.fate = Fate::OtherLog;
            }
        }
    }

    /// What to post now.
    pub(crate) fn due(&mut self, room: &RoomName, now: u64) -> Vec<Post> {
        if !self.is_loaded() || self.held.is_some_and(|pause| pause.left(now) > 0) {
            return Vec::new();
        }
        self.held = None;
        let say = |slot: &mut Slot| {
            slot.said = true;
            slot.draft.to_post(room)
        };
        // The server waits for one it refused for now. What it hears before that it refuses too, also what was written
        // earlier, in another tab.
        let is_awaited = |slot: &&mut Slot| matches!(slot.draft.fate, Fate::Held { .. }) && !slot.said;
        let awaited = self.drafts.iter_mut().find(is_awaited).map(say);
        // One that another tab wrote earlier waits until what was said here has its answer: behind a later one that the
        // server refuses for now it would be refused too, and what is said after it, perhaps not.
        let underway = self.drafts.iter().filter(|slot| slot.draft.is_underway());
        if awaited.is_none() && !underway.is_sorted_by_key(|slot| !slot.said) {
            return Vec::new();
        }
        // What was said behind one that is said again was refused for it, or would overtake it.
        let says_all_again = awaited.is_some();
        let id = awaited.as_ref().map(|post| post.id);
        let underway = self.drafts.iter_mut().filter(|slot| slot.draft.is_underway());
        let ready = underway.take_while(|slot| slot.draft.fate != Fate::Storing);
        let unsaid = ready.filter(|slot| says_all_again || !slot.said);
        let others: Vec<_> = unsaid.filter(|slot| Some(slot.draft.id) != id).map(say).collect();
        awaited.into_iter().chain(others).collect()
    }

    /// What is waited for, if anything is held.
    pub(crate) fn held(&self) -> Option<Pause> {
        self.held
    }

    /// A draft is no longer underway. If others waited for it, they need not.
    fn let_go(&mut self, was: &Fate) {
        if matches!(was, Fate::Held { .. }) {
            self.held = None;
        }
    }

    /// A draft that was being stored has come to this.
    fn turn(&mut self, id: MessageId, fate: Fate) {
        let Some(slot) = self.slot(id) else { return };
        slot.storing = slot.storing.saturating_sub(1);
        if slot.stale > 0 {
            slot.stale -= 1;
        } else if slot.draft.fate == Fate::Storing {
            slot.draft.fate = fate;
        }
    }

    fn slot(&mut self, id: MessageId) -> Option<&mut Slot> {
        self.drafts.iter_mut().find(|slot| slot.draft.id == id)
    }
}
