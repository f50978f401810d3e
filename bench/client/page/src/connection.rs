//! Our `Connection`. As with gloo-net, messages wait for a task to come round, and what is sent is owned.

use std::{cell::RefCell, rc::Rc};

use futures_util::{FutureExt, SinkExt, StreamExt};
use js_sys::Function;
use openline_client::{Connection, Message, Sender};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::work::{Work, bytes, text};

/// Our `Connection`.
#[wasm_bindgen]
pub struct OurConnection {
    sender: Rc<RefCell<Option<Sender>>>,
    work: Rc<Work>,
}

#[wasm_bindgen]
impl OurConnection {
    /// Opens it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, _binary: bool, messages: u32, done: Function) -> OurConnection {
        let work = Rc::new(Work::new(messages, done));
        let sender: Rc<RefCell<Option<Sender>>> = Rc::default();
        // It sends at once, as the others do, however much the browser has unsent.
        let mut opening = Box::pin(Connection::builder(url).marks(u64::MAX, u64::MAX).open());
        // The socket is made now.
        let opened = opening.as_mut().now_or_never();
        let (taken, kept) = (work.clone(), sender.clone());
        spawn_local(async move {
            let opened = match opened {
                Some(opened) => opened,
                None => opening.await,
            };
            let Ok(line) = opened else { return };
            let (sender, mut receiver) = line.split();
            kept.replace(Some(sender));
            while let Some(Ok(message)) = receiver.next().await {
                match message {
                    Message::Text(text) => taken.take(text.as_bytes()),
                    Message::Bytes(bytes) => taken.take(&bytes),
                    _ => {}
                }
            }
        });
        Self { sender, work }
    }

    /// Counts from the beginning.
    pub fn again(&self, messages: u32) {
        self.work.again(messages);
    }

    /// Sends so many.
    pub fn send(&self, binary: bool, size: usize, times: u32) -> Result<(), JsError> {
        let (text, bytes) = (text(size), bytes(size));
        let mut sender = self.sender.borrow_mut();
        let sender = sender.as_mut().ok_or_else(|| JsError::new("not open"))?;
        for _ in 0..times {
            let message = if binary { bytes.clone().into() } else { text.clone().into() };
            sender.send(message).now_or_never().ok_or_else(|| JsError::new("it waits"))??;
        }
        Ok(())
    }
}
