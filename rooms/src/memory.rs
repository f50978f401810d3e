//! A store that lasts as long as the page: where a browser keeps nothing, and for those who want nothing kept. Pure.

use litemap::LiteMap;
use openline_protocol::{Cursor, MessageId, RoomName, Token};

use crate::{
    draft::Draft,
    to_store::{FromStore, Kept, ToStore, further},
};

/// A store that lasts as long as its value.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    drafts: LiteMap<(RoomName, MessageId), Draft>,
    read: LiteMap<RoomName, Cursor>,
    token: Option<Token>,
}

impl Memory {
    /// Does what is asked, and answers if there is something to say.
    pub fn take(&mut self, message: ToStore) -> Option<FromStore> {
        match message {
            ToStore::Load(room) => {
                let drafts = self.drafts.iter().filter(|((of, _), _)| *of == room).map(|(_, draft)| draft.clone());
                let kept = Kept { drafts: drafts.collect(), read: self.read.get(&room).cloned() };
                Some(FromStore::Loaded(room, kept))
            }
            ToStore::KeepDraft(room, draft) => {
                let id = draft.id;
                // What becomes of it in this page is not part of what is kept.
                self.drafts.insert((room.clone(), id), Draft { fate: Default::default(), ..draft });
                Some(FromStore::Kept(room, id))
            }
            ToStore::DropDraft(room, id) => {
                self.drafts.remove(&(room, id));
                None
            }
            ToStore::Read(room, cursor) => {
                let further = further(self.read.get(&room), &cursor);
                self.read.insert(room.clone(), further.clone());
                Some(FromStore::Read(room, further))
            }
            ToStore::Claim { token, instead_of } => {
                let kept = self.token.take().filter(|kept| Some(kept) != instead_of.as_ref()).unwrap_or(token);
                self.token = Some(kept.clone());
                Some(FromStore::Claimed(kept))
            }
        }
    }

    /// The token that is kept.
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}
