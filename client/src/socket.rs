//! The browser's WebSocket, faithfully: four events, `send`, `close`, and nothing hidden.
//!
//! Everything here happens in the browser; what can be judged without it is judged in [`endpoint`](crate::endpoint) and
//! [`close`](crate::close). Nothing is leaked: the socket owns its four closures, which hold it weakly, and takes them
//! off the browser's object before it lets go.

mod received;
mod builder;
mod handlers;

use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use self::handlers::{Closures, Handlers};
pub use self::{
    builder::SocketBuilder,
    received::{Kind, Received},
};
use crate::{
    close::{CloseError, check_close},
    endpoint::{Endpoint, OpenError, check_endpoint},
    message::{BinaryType, Outgoing, SendError},
};

/// A browser's WebSocket.
///
/// Its handlers are given before it opens, so that no first message can slip past them. They may do anything, also drop
/// the socket they are called from.
///
/// A browser can't be told to wait: messages come as fast as the other side sends them and the handler runs for each.
///
/// # Drop
///
/// Takes the handlers off, so that none is called any more, then closes without a code. What was sent still goes out.
///
/// # Example
///
/// ```no_run
/// use openline_client::Socket;
///
/// let socket = Socket::builder("wss://example.com/echo")
///     .on_open(|| println!("open"))
///     .on_message(|message| println!("{:?}", message.text()))
///     .on_error(|| println!("failed; the close event follows"))
///     .on_close(|event| println!("closed with {}", event.code))
///     .open()?;
/// # Ok::<(), openline_client::OpenError>(())
/// ```
#[derive(Debug)]
pub struct Socket {
    socket: web_sys::WebSocket,
    closures: Closures,
    _handlers: Rc<Handlers>,
}

/// How far a socket is in its life (the standard's `readyState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// Not open yet.
    Connecting,
    /// Messages can be sent.
    Open,
    /// The goodbye is under way.
    Closing,
    /// It is over, or never came to be.
    Closed,
}

impl ReadyState {
    /// A browser takes messages on a closing socket and throws them away: that is an error here.
    pub(crate) fn check_send(self) -> Result<(), SendError> {
        match self {
            Self::Connecting => Err(SendError::NotOpen),
            Self::Open => Ok(()),
            Self::Closing => Err(SendError::Closing),
            Self::Closed => Err(SendError::Closed),
        }
    }
}

impl Socket {
    /// Starts to describe a socket to this address.
    pub fn builder(endpoint: impl Into<Endpoint>) -> SocketBuilder {
        SocketBuilder::new(endpoint.into())
    }

    fn open(endpoint: &Endpoint, binary_type: BinaryType, handlers: Handlers) -> Result<Self, OpenError> {
        check_endpoint(endpoint)?;
        if cfg!(not(target_family = "wasm")) {
            return Err(OpenError::NoWebSocket);
        }
        let protocols: js_sys::Array = endpoint.protocols.iter().map(|protocol| JsValue::from_str(protocol)).collect();
        let socket = web_sys::WebSocket::new_with_str_sequence(&endpoint.url, &protocols)
            .map_err(|thrown| refused_open(&thrown))?;
        let handlers = Rc::new(handlers);
        // In the constructor's own turn, so that no event can come before.
        let closures = Closures::attach(&socket, &handlers);
        let socket = Self { socket, closures, _handlers: handlers };
        socket.set_binary_type(binary_type);
        Ok(socket)
    }

    /// Hands a message to the browser, which sends it in its turn. It goes out as it is now; change it afterwards as you
    /// like.
    ///
    /// # Errors
    ///
    /// Nothing was sent, and the message is still yours: see [`SendError`].
    #[inline]
    pub fn send<'a>(&self, message: impl Into<Outgoing<'a>>) -> Result<(), SendError> {
        // Asked for each message: a browser begins to close without telling.
        if self.socket.ready_state() != web_sys::WebSocket::OPEN {
            return self.state().check_send();
        }
        let sent = match message.into() {
            Outgoing::Text(text) => self.socket.send_with_str(text),
            // With atomics this memory is shared, and a browser sends no view of shared memory.
            Outgoing::Bytes(bytes) if cfg!(target_feature = "atomics") => {
                self.socket.send_with_array_buffer_view(&Uint8Array::from(bytes))
            }
            Outgoing::Bytes(bytes) => self.socket.send_with_u8_array(bytes),
            Outgoing::ArrayBuffer(buffer) => self.socket.send_with_array_buffer(buffer),
            Outgoing::View(view) => self.send_view(view),
            Outgoing::Blob(blob) => self.socket.send_with_blob(blob),
        };
        match sent {
            Ok(()) => Ok(()),
            Err(thrown) => Err(SendError::Refused(words(&thrown))),
        }
    }

    fn send_view(&self, view: &Object) -> Result<(), JsValue> {
        let buffer = Reflect::get(view, &"buffer".into())?;
        if buffer.is_instance_of::<ArrayBuffer>() {
            return self.socket.send_with_array_buffer_view(view);
        }
        // Shared memory, which a browser does not send: a copy of the part in view is.
        let number = |name: &str| Reflect::get(view, &name.into()).map(|value| value.as_f64().unwrap_or(0.0) as u32);
        let part = Uint8Array::new_with_byte_offset_and_length(&buffer, number("byteOffset")?, number("byteLength")?);
        let copy = Uint8Array::new_with_length(part.length());
        copy.set(&part, 0);
        self.socket.send_with_array_buffer_view(&copy)
    }

    /// Says goodbye, with a code (1000 or 3000–4999) and a reason (at most 123 bytes of UTF-8), if any; a reason alone
    /// goes with 1000. The handlers stay, and the close event tells how it ended. Closing again changes nothing.
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    pub fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        match (check_close(code, reason)?, reason) {
            (Some(code), Some(reason)) => self.socket.close_with_code_and_reason(code, reason),
            (Some(code), None) => self.socket.close_with_code(code),
            (None, _) => self.socket.close(),
        }
        .map_err(|thrown| CloseError::Refused(words(&thrown)))
    }

    /// How far it is in its life.
    pub fn state(&self) -> ReadyState {
        match self.socket.ready_state() {
            web_sys::WebSocket::CONNECTING => ReadyState::Connecting,
            web_sys::WebSocket::OPEN => ReadyState::Open,
            web_sys::WebSocket::CLOSING => ReadyState::Closing,
            _ => ReadyState::Closed,
        }
    }

    /// The address as the browser read it: absolute, `ws:` or `wss:`, spaces encoded, a default port left out.
    pub fn url(&self) -> String {
        self.socket.url()
    }

    /// The sub-protocol the server chose; empty before it is open, and if it chose none.
    pub fn protocol(&self) -> String {
        self.socket.protocol()
    }

    /// The extensions in use, such as `permessage-deflate`; empty before it is open.
    pub fn extensions(&self) -> String {
        self.socket.extensions()
    }

    /// How many bytes wait to be sent. It grows with each send and isn't reset by closing.
    pub fn buffered_amount(&self) -> u64 {
        self.socket.unchecked_ref::<Unsent>().buffered_amount() as u64
    }

    /// How binary messages arrive.
    pub fn binary_type(&self) -> BinaryType {
        match self.socket.binary_type() {
            web_sys::BinaryType::Blob => BinaryType::Blob,
            _ => BinaryType::ArrayBuffer,
        }
    }

    /// Changes how binary messages arrive, from the next one on.
    pub fn set_binary_type(&self, binary_type: BinaryType) {
        self.socket.set_binary_type(match binary_type {
            BinaryType::ArrayBuffer => web_sys::BinaryType::Arraybuffer,
            BinaryType::Blob => web_sys::BinaryType::Blob,
        });
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Detached first: closing must not call into closures that are about to go.
        self.closures.detach(&self.socket);
        if matches!(self.state(), ReadyState::Connecting | ReadyState::Open) {
            // Without a code or reason there is nothing a browser could refuse.
            let _ = self.socket.close();
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// A socket, asked for its unsent bytes: web-sys would cut them to 32 bits, and the standard has 64.
    type Unsent;

    #[wasm_bindgen(method, getter, js_name = bufferedAmount)]
    fn buffered_amount(this: &Unsent) -> f64;
}

/// What the constructor threw, by the standard's names.
fn refused_open(thrown: &JsValue) -> OpenError {
    let name = Reflect::get(thrown, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match &*name {
        "SyntaxError" => OpenError::Url(words(thrown)),
        "ReferenceError" | "TypeError" => OpenError::NoWebSocket,
        _ => OpenError::Blocked(words(thrown)),
    }
}

/// The browser's own words about something it threw.
fn words(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"message".into()).ok().and_then(|words| words.as_string()).unwrap_or_default()
}
