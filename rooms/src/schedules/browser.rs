//! One person's browser: a store that may be slow, full, or lose what a crash finds on its way; and its tabs.

use std::collections::VecDeque;

use openline_protocol::{MessageId, RoomName};

use super::server::Line;
use crate::{
    draft::Draft,
    memory::Memory,
    replicas::Replicas,
    to_store::{FromStore, ToStore, ToTabs},
    view::Span,
};

/// One person's browser.
#[derive(Default)]
pub(super) struct Browser {
    pub(super) store: Memory,
    /// Drafts on their way into the store, where a crash can't touch them.
    noted: Vec<(RoomName, Draft)>,
    /// The store takes no draft.
    pub(super) full: bool,
    /// There is no place for drafts on their way.
    pub(super) notes_are_off: bool,
}

/// One tab, and what is on its way to and from it.
pub(super) struct Tab {
    pub(super) person: usize,
    pub(super) replicas: Replicas,
    pub(super) line: Option<Line>,
    pub(super) to_store: VecDeque<ToStore>,
    pub(super) news: VecDeque<ToTabs>,
    pub(super) fetches: VecDeque<(RoomName, Span)>,
}

impl Browser {
    /// A tab brings something to the store.
    pub(super) fn note(&mut self, message: &ToStore) {
        if let ToStore::KeepDraft(room, draft) = message
            && !self.notes_are_off
            && draft.fate.is_open()
        {
            self.noted.retain(|(_, noted)| noted.id != draft.id);
            self.noted.push((room.clone(), draft.to_keep()));
        }
    }

    /// The store comes to it. Says what it answers, and what the other tabs are told.
    pub(super) fn take(&mut self, message: ToStore) -> (Option<FromStore>, Option<ToTabs>) {
        match &message {
            // What it has already it takes again: another tab may have brought it, out of the notes.
            ToStore::KeepDraft(room, draft) if self.full && !self.keeps(room, draft.id) => {
                return (Some(FromStore::NotKept(room.clone(), draft.id)), None);
            }
            ToStore::KeepDraft(_, draft) if draft.fate.is_open() => {
                self.noted.retain(|(_, noted)| noted.id != draft.id)
            }
            ToStore::DropDraft(_, id) => self.noted.retain(|(_, noted)| noted.id != *id),
            ToStore::Load(room) => {
                for (room, draft) in self.noted.extract_if(.., |(noted_in, _)| noted_in == room) {
                    self.store.take(ToStore::KeepDraft(room, draft));
                }
            }
            _ => {}
        }
        let news = message.to_tabs();
        (self.store.take(message), news)
    }

    pub(super) fn is_noted(&self, id: MessageId) -> bool {
        self.noted.iter().any(|(_, draft)| draft.id == id)
    }

    /// Whether a draft outlives its tab.
    pub(super) fn keeps(&mut self, room: &RoomName, id: MessageId) -> bool {
        self.is_noted(id) || self.keeps_for_good(room, id)
    }

    /// Whether a draft is in the store, and not on its way there.
    pub(super) fn keeps_for_good(&mut self, room: &RoomName, id: MessageId) -> bool {
        self.kept(room).iter().any(|draft| draft.id == id)
    }

    /// Whether any draft of a room is kept.
    pub(super) fn keeps_any(&mut self, room: &RoomName) -> bool {
        !self.kept(room).is_empty() || self.noted.iter().any(|(noted_in, _)| noted_in == room)
    }

    fn kept(&mut self, room: &RoomName) -> Vec<Draft> {
        match self.store.take(ToStore::Load(room.clone())) {
            Some(FromStore::Loaded(_, kept)) => kept.drafts,
            _ => Vec::new(),
        }
    }
}
