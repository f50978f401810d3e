//! The four handlers, and the closures by which the browser reaches them.
//!
//! A closure holds its handlers weakly and keeps them only while one runs, so that a handler may drop the socket it is
//! called from, and may be entered again while it runs.

use std::{fmt, rc::Rc};

use js_sys::Function;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{MessageEvent, WebSocket};

use super::Received;
use crate::close::CloseEvent;

#[derive(Default)]
pub(super) struct Handlers {
    pub(super) open: Option<Box<dyn Fn()>>,
    pub(super) message: Option<Box<dyn Fn(Received)>>,
    pub(super) error: Option<Box<dyn Fn()>>,
    pub(super) close: Option<Box<dyn Fn(CloseEvent)>>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handlers")
    }
}

/// What the browser calls. They must be off the browser's object before they are dropped.
#[derive(Debug)]
pub(super) struct Closures {
    open: Closure<dyn Fn()>,
    message: Closure<dyn Fn(MessageEvent)>,
    error: Closure<dyn Fn()>,
    close: Closure<dyn Fn(web_sys::CloseEvent)>,
}

impl Closures {
    pub(super) fn attach(socket: &WebSocket, handlers: &Rc<Handlers>) -> Self {
        let weak = Rc::downgrade(handlers);
        let open = Closure::<dyn Fn()>::new({
            let weak = weak.clone();
            move || {
                if let Some(handlers) = weak.upgrade()
                    && let Some(handler) = &handlers.open
                {
                    handler();
                }
            }
        });
        let message = Closure::<dyn Fn(MessageEvent)>::new({
            let weak = weak.clone();
            move |event: MessageEvent| {
                if let Some(handlers) = weak.upgrade()
                    && let Some(handler) = &handlers.message
                {
                    handler(Received::new(event.data()));
                }
            }
        });
        let error = Closure::<dyn Fn()>::new({
            let weak = weak.clone();
            move || {
                if let Some(handlers) = weak.upgrade()
                    && let Some(handler) = &handlers.error
                {
                    handler();
                }
            }
        });
        let close = Closure::<dyn Fn(web_sys::CloseEvent)>::new(move |event: web_sys::CloseEvent| {
            if let Some(handlers) = weak.upgrade()
                && let Some(handler) = &handlers.close
            {
                handler(CloseEvent { code: event.code(), reason: event.reason(), was_clean: event.was_clean() });
            }
        });
        let closures = Self { open, message, error, close };
        for (event, function) in closures.functions() {
            // Not as `onmessage`: measured in Chromium, the browser takes a fifth longer to call that. It can't fail.
            let _ = socket.add_event_listener_with_callback(event, function);
        }
        closures
    }

    pub(super) fn detach(&self, socket: &WebSocket) {
        for (event, function) in self.functions() {
            // It can't fail.
            let _ = socket.remove_event_listener_with_callback(event, function);
        }
    }

    fn functions(&self) -> [(&'static str, &Function); 4] {
        [
            ("open", self.open.as_ref().unchecked_ref()),
            ("message", self.message.as_ref().unchecked_ref()),
            ("error", self.error.as_ref().unchecked_ref()),
            ("close", self.close.as_ref().unchecked_ref()),
        ]
    }
}
