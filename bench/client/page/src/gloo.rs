//! gloo-net. It is a stream and a sink, so messages wait for a task to come round, and what is sent is owned.

use std::{cell::RefCell, rc::Rc};

use futures_util::{FutureExt, SinkExt, StreamExt, stream::SplitSink};
use gloo_net::websocket::{Message, futures::WebSocket};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::work::{Work, bytes, text};

/// gloo-net's.
#[wasm_bindgen]
pub struct Gloo {
    sink: RefCell<SplitSink<WebSocket, Message>>,
    work: Rc<Work>,
}

#[wasm_bindgen]
impl Gloo {
    /// Opens it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, _binary: bool, messages: u32, done: Function) -> Result<Gloo, JsError> {
        let work = Rc::new(Work::new(messages, done));
        let (sink, mut stream) = WebSocket::open(url)?.split();
        let taken = work.clone();
        spawn_local(async move {
            while let Some(Ok(message)) = stream.next().await {
                match message {
                    Message::Text(text) => taken.take(text.as_bytes()),
                    Message::Bytes(bytes) => taken.take(&bytes),
                }
            }
        });
        Ok(Self { sink: RefCell::new(sink), work })
    }

    /// Counts from the beginning.
    pub fn again(&self, messages: u32) {
        self.work.again(messages);
    }

    /// Sends so many.
    pub fn send(&self, binary: bool, size: usize, times: u32) -> Result<(), JsError> {
        let (text, bytes) = (text(size), bytes(size));
        let mut sink = self.sink.borrow_mut();
        for _ in 0..times {
            let message = if binary { Message::Bytes(bytes.clone()) } else { Message::Text(text.clone()) };
            // It is open, and then it sends at once.
            if let Some(sent) = sink.send(message).now_or_never() {
                sent?;
            }
        }
        Ok(())
    }
}
