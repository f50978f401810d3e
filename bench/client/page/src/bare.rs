//! One closure on web-sys: as close to the browser as Rust comes.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use crate::work::{Work, bytes, text};

/// One closure on web-sys.
#[wasm_bindgen]
pub struct Bare {
    socket: WebSocket,
    work: Rc<Work>,
    on_message: Closure<dyn Fn(MessageEvent)>,
}

#[wasm_bindgen]
impl Bare {
    /// Opens it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, binary: bool, messages: u32, done: Function) -> Result<Bare, JsValue> {
        let work = Rc::new(Work::new(messages, done));
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_message: Closure<dyn Fn(MessageEvent)> = if binary {
            let work = work.clone();
            Closure::new(move |event: MessageEvent| {
                if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                    work.take(&Uint8Array::new(&buffer).to_vec());
                }
            })
        } else {
            let work = work.clone();
            Closure::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    work.take(text.as_bytes());
                }
            })
        };
        // Chromium takes a fifth longer to call `onmessage`.
        socket.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref())?;
        Ok(Self { socket, work, on_message })
    }

    /// Counts from the beginning.
    pub fn again(&self, messages: u32) {
        self.work.again(messages);
    }

    /// Sends so many.
    pub fn send(&self, binary: bool, size: usize, times: u32) -> Result<(), JsValue> {
        let (text, bytes) = (text(size), bytes(size));
        for _ in 0..times {
            // A browser takes what comes too late, and throws it away.
            if self.socket.ready_state() != WebSocket::OPEN {
                return Err("not open".into());
            }
            if binary {
                self.socket.send_with_u8_array(&bytes)?;
            } else {
                self.socket.send_with_str(&text)?;
            }
        }
        Ok(())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let on_message = self.on_message.as_ref().unchecked_ref();
        let _ = self.socket.remove_event_listener_with_callback("message", on_message);
        let _ = self.socket.close();
    }
}
