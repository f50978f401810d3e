//! Where a page keeps what must outlive it: drafts, the token, the name.
//!
//! In the browser that is local storage (WHATWG HTML section 12.2): it is written before the call returns, so a draft
//! is safe before it is sent, and all tabs of one origin share it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use openline_protocol::{MessageId, PersonName, RoomName, Token};
use serde::{Serialize, de::DeserializeOwned};

use crate::draft::Draft;

const TOKEN: &str = "openline/token";
const NAME: &str = "openline/name";
const DRAFTS: &str = "openline/draft/";

/// Where a page keeps what must outlive it.
#[derive(Clone, Debug)]
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Browser(web_sys::Storage),
    Memory(Rc<Memory>),
}

#[derive(Debug, Default)]
struct Memory {
    values: RefCell<BTreeMap<String, String>>,
    full: Cell<bool>,
}

/// The store did not take something: it is full, or the browser forbids it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this browser's storage is full or switched off")]
pub struct StoreError;

impl Store {
    /// The browser's local storage; memory where there is none (storage switched off, or a worker).
    pub fn browser() -> Self {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        storage.map_or_else(Self::memory, |storage| Self(Kind::Browser(storage)))
    }

    /// Memory, shared by the clones of this store. For tests, and for those who want nothing kept.
    pub fn memory() -> Self {
        Self(Kind::Memory(Rc::default()))
    }

    /// Makes a memory store refuse whatever comes from now on, or take it again.
    pub fn set_full(&self, full: bool) {
        if let Kind::Memory(memory) = &self.0 {
            memory.full.set(full);
        }
    }

    /// Whether what is kept outlives the page.
    pub fn outlives_the_page(&self) -> bool {
        matches!(self.0, Kind::Browser(_))
    }

    /// The name that was used last.
    pub fn name(&self) -> Option<PersonName> {
        self.get(NAME)?.parse().ok()
    }

    /// Keeps the name for the next visit.
    ///
    /// # Errors
    /// [`StoreError`]: it will be asked for again.
    pub fn keep_name(&self, name: &PersonName) -> Result<(), StoreError> {
        self.set(NAME, name.as_str())
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.get(TOKEN).map(|text| Token(text.into()))
    }

    pub(crate) fn keep_token(&self, token: &Token) -> Result<(), StoreError> {
        self.set(TOKEN, &token.0)
    }

    pub(crate) fn drop_token(&self) {
        self.remove(TOKEN);
    }

    /// The drafts kept for a room, in no order. One that can't be read is left where it is.
    pub(crate) fn drafts(&self, room: &RoomName) -> Vec<Draft> {
        let prefix = format!("{DRAFTS}{room}/");
        let keys = self.keys().into_iter().filter(|key| key.starts_with(&prefix));
        keys.filter_map(|key| self.get_json(&key)).collect()
    }

    pub(crate) fn keep_draft(&self, room: &RoomName, draft: &Draft) -> Result<(), StoreError> {
        self.set_json(&draft_key(room, draft.id), draft)
    }

    pub(crate) fn drop_draft(&self, room: &RoomName, id: MessageId) {
        self.remove(&draft_key(room, id));
    }

    fn get_json<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str(&self.get(key)?).ok()
    }

    fn set_json(&self, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
        self.set(key, &serde_json::to_string(value).map_err(|_| StoreError)?)
    }

    fn get(&self, key: &str) -> Option<String> {
        match &self.0 {
            Kind::Browser(storage) => storage.get_item(key).ok().flatten(),
            Kind::Memory(memory) => memory.values.borrow().get(key).cloned(),
        }
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StoreError> {
        match &self.0 {
            Kind::Browser(storage) => storage.set_item(key, value).map_err(|_| StoreError),
            Kind::Memory(memory) if memory.full.get() => Err(StoreError),
            Kind::Memory(memory) => {
                memory.values.borrow_mut().insert(key.into(), value.into());
                Ok(())
            }
        }
    }

    fn remove(&self, key: &str) {
        match &self.0 {
            // Removing fails only where storage is switched off, and then there is nothing to remove.
            Kind::Browser(storage) => drop(storage.remove_item(key)),
            Kind::Memory(memory) => drop(memory.values.borrow_mut().remove(key)),
        }
    }

    fn keys(&self) -> Vec<String> {
        match &self.0 {
            Kind::Browser(storage) => {
                let count = storage.length().unwrap_or(0);
                (0..count).filter_map(|place| storage.key(place).ok().flatten()).collect()
            }
            Kind::Memory(memory) => memory.values.borrow().keys().cloned().collect(),
        }
    }
}

fn draft_key(room: &RoomName, id: MessageId) -> String {
    format!("{DRAFTS}{room}/{id}")
}

/// Which draft a key of local storage is about, for those who hear that another tab removed it.
pub(crate) fn draft_of_key(key: &str) -> Option<(RoomName, MessageId)> {
    let (room, id) = key.strip_prefix(DRAFTS)?.split_once('/')?;
    Some((room.parse().ok()?, id.parse().ok()?))
}
