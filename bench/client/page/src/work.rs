//! The work that is done with every message.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::JsValue;

/// Adds up what came, and says so when it is all there.
pub(crate) struct Work {
    left: Cell<u32>,
    bytes: Cell<usize>,
    done: Function,
}

impl Work {
    pub(crate) fn new(messages: u32, done: Function) -> Self {
        Self { left: Cell::new(messages), bytes: Cell::new(0), done }
    }

    #[inline]
    pub(crate) fn take(&self, message: &[u8]) {
        self.bytes.set(self.bytes.get() + message.len());
        self.left.set(self.left.get().wrapping_sub(1));
        if self.left.get() == 0 {
            // What it throws is the page's affair, which has the figures.
            let _ = self.done.call1(&JsValue::NULL, &(self.bytes.get() as f64).into());
        }
    }

    pub(crate) fn again(&self, messages: u32) {
        self.left.set(messages);
        self.bytes.set(0);
    }
}

/// Something to send.
pub(crate) fn text(size: usize) -> String {
    "x".repeat(size)
}

/// Something to send.
pub(crate) fn bytes(size: usize) -> Vec<u8> {
    vec![b'x'; size]
}
