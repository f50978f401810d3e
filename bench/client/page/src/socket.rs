//! Our `Socket`.

use std::rc::Rc;

use js_sys::Function;
use openline_client::Socket;
use wasm_bindgen::prelude::*;

use crate::work::{Work, bytes, text};

/// Our `Socket`.
#[wasm_bindgen]
pub struct OurSocket {
    socket: Socket,
    work: Rc<Work>,
}

#[wasm_bindgen]
impl OurSocket {
    /// Opens it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, binary: bool, messages: u32, done: Function) -> Result<OurSocket, JsError> {
        let work = Rc::new(Work::new(messages, done));
        let builder = Socket::builder(url);
        let builder = if binary {
            let work = work.clone();
            builder.on_message(move |message| {
                if let Some(bytes) = message.bytes() {
                    work.take(&bytes);
                }
            })
        } else {
            let work = work.clone();
            builder.on_message(move |message| {
                if let Some(text) = message.text() {
                    work.take(text.as_bytes());
                }
            })
        };
        Ok(Self { socket: builder.open()?, work })
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
                self.socket.send(&bytes)?;
            } else {
                self.socket.send(&text)?;
            }
        }
        Ok(())
    }
}
