//! Who is told of changes.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use crate::effect::Change;

/// Those who are told of changes.
#[derive(Default)]
pub(crate) struct Listeners {
    all: RefCell<Vec<Listener>>,
    next: Cell<u64>,
}

#[derive(Clone)]
struct Listener {
    id: u64,
    tell: Rc<dyn Fn(&Change)>,
}

/// Somebody who is told of changes, until this is dropped.
#[must_use = "changes are told only while this is kept"]
pub struct Subscription {
    listeners: Weak<Listeners>,
    id: u64,
}

impl Listeners {
    pub(crate) fn add(self: &Rc<Self>, tell: impl Fn(&Change) + 'static) -> Subscription {
        let id = self.next.get();
        self.next.set(id + 1);
        self.all.borrow_mut().push(Listener { id, tell: Rc::new(tell) });
        Subscription { listeners: Rc::downgrade(self), id }
    }

    /// Tells all who listened when it began; one may leave, or come, while it is told.
    pub(crate) fn tell(&self, change: &Change) {
        let all = self.all.borrow().clone();
        for listener in all {
            (listener.tell)(change);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.all.borrow_mut().retain(|listener| listener.id != self.id);
        }
    }
}
