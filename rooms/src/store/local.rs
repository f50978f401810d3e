//! Local storage (WHATWG HTML section 12.2): written before the call returns, and shared by all tabs of one origin. It
//! holds a few megabytes, and reaches the disk when the browser finds the time.

use openline_protocol::{
    Cursor, MessageId, PersonName, RoomName, Token,
    json::{self, FromJson},
};
use serde::Serialize;

use super::StoreError;
use crate::{
    draft::Draft,
    to_store::{FromStore, Kept, ToStore, further},
};

const TOKEN: &str = "openline/token";
const NAME: &str = "openline/name";
const DRAFTS: &str = "openline/draft/";
const READ: &str = "openline/read/";

/// The browser's local storage.
#[derive(Clone, Debug)]
pub(super) struct Local(web_sys::Storage);

impl Local {
    /// `None` where it is switched off, or there is none, as in a worker.
    pub(super) fn open() -> Option<Self> {
        web_sys::window()?.local_storage().ok()?.map(Self)
    }

    pub(super) fn name(&self) -> Option<PersonName> {
        self.get(NAME)?.parse().ok()
    }

    pub(super) fn keep_name(&self, name: &PersonName) -> Result<(), StoreError> {
        self.set(NAME, name.as_str())
    }

    pub(super) fn token(&self) -> Option<Token> {
        self.get(TOKEN).map(|text| Token(text.into()))
    }

    /// Keeps the token for a start that doesn't want to wait for the database.
    pub(super) fn keep_token(&self, token: &Token) {
        drop(self.set(TOKEN, &token.0));
    }

    /// The drafts kept for a room, in no order. One that can't be read is left where it is.
    pub(super) fn drafts(&self, room: &RoomName) -> Vec<Draft> {
        let prefix = format!("{DRAFTS}{room}/");
        let count = self.0.length().unwrap_or(0);
        let keys = (0..count).filter_map(|place| self.0.key(place).ok().flatten());
        keys.filter(|key| key.starts_with(&prefix)).filter_map(|key| self.get_json(&key)).collect()
    }

    pub(super) fn keep_draft(&self, room: &RoomName, draft: &Draft) -> Result<(), StoreError> {
        self.set_json(&draft_key(room, draft.id), draft)
    }

    /// Removing fails only where storage is switched off, and then there is nothing to remove.
    pub(super) fn drop_draft(&self, room: &RoomName, id: MessageId) {
        drop(self.0.remove_item(&draft_key(room, id)));
    }

    /// Does what is asked, where there is nothing better. Two tabs at the very same moment may miss each other.
    pub(super) fn take(&self, message: &ToStore) -> Option<FromStore> {
        match message {
            ToStore::Load(room) => {
                let kept = Kept { drafts: self.drafts(room), read: self.read(room) };
                Some(FromStore::Loaded(room.clone(), kept))
            }
            ToStore::KeepDraft(room, draft) => {
                let may_be = draft.fate.is_open() || self.get(&draft_key(room, draft.id)).is_some();
                let is_kept = may_be && self.keep_draft(room, draft).is_ok();
                let answer = if is_kept { FromStore::Kept } else { FromStore::NotKept };
                Some(answer(room.clone(), draft.id))
            }
            ToStore::DropDraft(room, id) => {
                self.drop_draft(room, *id);
                None
            }
            ToStore::Read(room, cursor) => {
                let further = further(self.read(room).as_ref(), cursor);
                drop(self.set_json(&format!("{READ}{room}"), &further));
                Some(FromStore::Read(room.clone(), further))
            }
            ToStore::Claim { token, instead_of } => {
                let kept = self.token().filter(|kept| Some(kept) != instead_of.as_ref());
                let kept = kept.unwrap_or_else(|| token.clone());
                self.keep_token(&kept);
                Some(FromStore::Claimed(kept))
            }
        }
    }

    pub(super) fn read(&self, room: &RoomName) -> Option<Cursor> {
        self.get_json(&format!("{READ}{room}"))
    }

    fn get_json<T: FromJson>(&self, key: &str) -> Option<T> {
        json::read(&self.get(key)?).ok()
    }

    fn set_json(&self, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
        self.set(key, &serde_json::to_string(value).map_err(|_| StoreError)?)
    }

    fn get(&self, key: &str) -> Option<String> {
        self.0.get_item(key).ok().flatten()
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.0.set_item(key, value).map_err(|_| StoreError)
    }
}

fn draft_key(room: &RoomName, id: MessageId) -> String {
    format!("{DRAFTS}{room}/{id}")
}
