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
                let (id, key) = (draft.id, (room.clone(), draft.id));
                if !draft.fate.is_open() && !self.drafts.contains_key(&key) {
                    return Some(FromStore::NotKept(room, id));
                }
                self.drafts.insert(key, draft.to_keep());
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

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, Why};
    use uuid::Uuid;

    use super::*;
    use crate::draft::Fate;

    #[test]
    fn what_one_tab_discarded_does_not_come_back_because_another_was_told_that_it_is_refused() {
        let (room, id): (RoomName, _) = ("lobby".parse().unwrap(), MessageId(Uuid::nil()));
        let draft = |fate| Draft { id, kind: None, body: Body::text("hi"), written_at: 1, epoch: None, fate };
        let refused = draft(Fate::Refused { why: Why::BadKind {} });
        let mut store = Memory::default();
        store.take(ToStore::KeepDraft(room.clone(), draft(Fate::Storing)));
        let answer = store.take(ToStore::KeepDraft(room.clone(), refused.clone()));
        assert_eq!(answer, Some(FromStore::Kept(room.clone(), id)));
        let kept = Kept { drafts: vec![refused.clone()], read: None };
        assert_eq!(store.take(ToStore::Load(room.clone())), Some(FromStore::Loaded(room.clone(), kept)));
        store.take(ToStore::DropDraft(room.clone(), id));
        assert_eq!(store.take(ToStore::KeepDraft(room.clone(), refused)), Some(FromStore::NotKept(room.clone(), id)));
        assert_eq!(store.take(ToStore::Load(room.clone())), Some(FromStore::Loaded(room, Kept::default())));
    }
}
