//! Our `Session`. As with gloo-net, messages wait for a task to come round, and what is sent is owned.

use std::{rc::Rc, time::Duration};

use futures_util::StreamExt;
use js_sys::Function;
use openline_client::{Event, Heartbeat, Message, Session};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::work::{Work, bytes, text};

/// Our `Session`.
#[wasm_bindgen]
pub struct OurSession {
    session: Session,
    work: Rc<Work>,
}

#[wasm_bindgen]
impl OurSession {
    /// Opens it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, _binary: bool, messages: u32, done: Function) -> OurSession {
        let work = Rc::new(Work::new(messages, done));
        // None of them beats while it is measured: each is told something before long.
        let heartbeat = Heartbeat::new(Duration::from_secs(3_600), Duration::from_secs(5), || "beat".into());
        let (session, mut events) = Session::builder(url).heartbeat(heartbeat).open();
        let taken = work.clone();
        spawn_local(async move {
            while let Some(event) = events.next().await {
                match event {
                    Event::Message(Message::Text(text)) => taken.take(text.as_bytes()),
                    Event::Message(Message::Bytes(bytes)) => taken.take(&bytes),
                    _ => {}
                }
            }
        });
        Self { session, work }
    }

    /// Counts from the beginning.
    pub fn again(&self, messages: u32) {
        self.work.again(messages);
    }

    /// Sends so many.
    pub fn send(&self, binary: bool, size: usize, times: u32) -> Result<(), JsError> {
        let (text, bytes) = (text(size), bytes(size));
        for _ in 0..times {
            if binary {
                self.session.send(bytes.clone())?;
            } else {
                self.session.send(text.clone())?;
            }
        }
        Ok(())
    }
}
