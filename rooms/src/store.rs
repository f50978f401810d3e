//! Where a browser keeps what must outlive a page: drafts, how far rooms have been read, the token, the name.
//!
//! Drafts are in IndexedDB, and stored when the browser says that they are on disk. A draft passes through local
//! storage on its way, which is written before the call returns: what a crash finds there is taken up at the next start,
//! as is what older versions left. Where there is no IndexedDB, it stays in local storage; where there is neither,
//! in memory.

mod database;
mod local;

use std::{cell::RefCell, rc::Rc};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use openline_protocol::{PersonName, Token};

use self::{database::Database, local::Local};
use crate::{
    memory::Memory,
    to_store::{FromStore, ToStore},
};

/// Where a page keeps what must outlive it. Clones share it.
#[derive(Clone)]
pub struct Store {
    local: Option<Local>,
    database: Shared<LocalBoxFuture<'static, Option<Rc<Database>>>>,
    /// What nothing else takes.
    memory: Rc<RefCell<Memory>>,
}

/// The store did not take something: it is full, or the browser forbids it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this browser's storage is full or switched off")]
pub struct StoreError;

impl Store {
    /// What the browser has: IndexedDB and local storage, where they are allowed.
    pub fn browser() -> Self {
        let database = async { Database::open().await.ok().map(Rc::new) };
        Self { local: Local::open(), database: database.boxed_local().shared(), memory: Rc::default() }
    }

    /// Memory, shared by the clones of this store: for those who want nothing kept.
    pub fn memory() -> Self {
        Self { local: None, database: async { None }.boxed_local().shared(), memory: Rc::default() }
    }

    /// Whether what is kept outlives the page.
    pub fn outlives_the_page(&self) -> bool {
        self.local.is_some()
    }

    /// The name that was used last.
    pub fn name(&self) -> Option<PersonName> {
        self.local.as_ref()?.name()
    }

    /// Keeps the name for the next visit.
    ///
    /// # Errors
    /// [`StoreError`]: it will be asked for again.
    pub fn keep_name(&self, name: &PersonName) -> Result<(), StoreError> {
        self.local.as_ref().ok_or(StoreError)?.keep_name(name)
    }

    /// The token as far as it is known at once. If there is none, claiming one shows whether there is.
    pub(crate) fn token(&self) -> Option<Token> {
        match &self.local {
            Some(local) => local.token(),
            None => self.memory.borrow().token().cloned(),
        }
    }

    /// Puts a draft, or how far a room was read, where it is safe from an end of the page until [`Self::take`] has taken
    /// it, if there is such a place. A draft that was refused is kept already; its refusal would be found out again.
    pub(crate) fn note(&self, message: &ToStore) {
        let Some(local) = &self.local else { return };
        match message {
            // Where local storage is full the draft is unsafe for as long as the database takes, and no longer.
            ToStore::KeepDraft(room, draft) if draft.fate.is_open() => drop(local.keep_draft(room, draft)),
            ToStore::Read(..) => drop(local.take(message)),
            _ => {}
        }
    }

    /// Does what is asked, in this order and as one, and answers.
    ///
    /// # Cancel safety
    /// Cancelled, it may or may not be done; but all or nothing.
    pub(crate) async fn take(&self, messages: &[ToStore]) -> Vec<FromStore> {
        let Some(database) = self.database.clone().await else {
            return messages.iter().filter_map(|message| self.take_without(message)).collect();
        };
        if let Ok(answers) = database.take(messages, self.local.as_ref()).await {
            return answers;
        }
        // One that is too large is not to keep the others out.
        let mut answers = Vec::new();
        for message in messages {
            match database.take(std::slice::from_ref(message), self.local.as_ref()).await {
                Ok(answer) => answers.extend(answer),
                Err(StoreError) => answers.extend(self.take_without(message)),
            }
        }
        answers
    }

    /// What can be done without the database.
    fn take_without(&self, message: &ToStore) -> Option<FromStore> {
        match &self.local {
            Some(local) => local.take(message),
            None => self.memory.borrow_mut().take(message.clone()),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("local", &self.local).finish_non_exhaustive()
    }
}
