//! Brings to the store what is for it, in order: whatever has come while the store was busy goes together.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::{
    store::Store,
    to_store::{FromStore, ToStore},
};

/// Brings to the store what is for it. What it was given is stored, also after it is dropped.
pub(crate) struct Keeper(Rc<Inner>);

struct Inner {
    store: Store,
    /// As many as there are drafts, pages and joins under way; each of them is bounded.
    waiting: RefCell<Vec<ToStore>>,
    is_busy: Cell<bool>,
    done: Box<dyn Fn(Vec<ToStore>, Vec<FromStore>)>,
}

impl Keeper {
    /// `done` is told what was asked and answered.
    pub(crate) fn new(store: Store, done: impl Fn(Vec<ToStore>, Vec<FromStore>) + 'static) -> Self {
        Self(Rc::new(Inner { store, waiting: RefCell::default(), is_busy: Cell::new(false), done: Box::new(done) }))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn bring(&self, message: ToStore) {
        self.0.store.note(&message);
        self.0.waiting.borrow_mut().push(message);
        if !self.0.is_busy.replace(true) {
            wasm_bindgen_futures::spawn_local(work(Rc::clone(&self.0)));
        }
    }
}

async fn work(keeper: Rc<Inner>) {
    loop {
        let messages = keeper.waiting.take();
        if messages.is_empty() {
            keeper.is_busy.set(false);
            return;
        }
        let answers = keeper.store.take(&messages).await;
        (keeper.done)(messages, answers);
    }
}
