//! The callback of the last render.

use std::{cell::RefCell, fmt, rc::Rc};

use yew::{Callback, hook, use_ref};

/// A callback as the last render gave it, so that none sees the state of a render long gone.
pub(super) struct Latest<T>(RefCell<Callback<T>>);

impl<T> Latest<T> {
    pub(super) fn call(&self, value: T) {
        // Cloned, so that what is called may render.
        let callback = self.0.borrow().clone();
        callback.emit(value);
    }
}

impl<T> fmt::Debug for Latest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Latest")
    }
}

#[hook]
pub(super) fn use_latest<T: 'static>(callback: Callback<T>) -> Rc<Latest<T>> {
    let latest = use_ref(|| Latest(RefCell::default()));
    let last = latest.0.replace(callback);
    drop(last);
    latest
}
