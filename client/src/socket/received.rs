//! A received message, still the browser's.

use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::message::Message;

/// A message as the browser gave it. Nothing is copied or decoded until it is asked for.
#[derive(Clone, Debug)]
pub struct Received {
    data: JsValue,
}

/// What a received message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text frame's.
    Text,
    /// A binary frame's, under [`BinaryType::ArrayBuffer`](crate::BinaryType::ArrayBuffer).
    ArrayBuffer,
    /// A binary frame's, under [`BinaryType::Blob`](crate::BinaryType::Blob).
    Blob,
}

impl Received {
    pub(super) fn new(data: JsValue) -> Self {
        Self { data }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        if self.data.is_string() {
            Kind::Text
        } else if self.data.is_instance_of::<ArrayBuffer>() {
            Kind::ArrayBuffer
        } else {
            Kind::Blob
        }
    }

    /// Its length: bytes, or UTF-16 units of text, whose bytes nobody has counted yet.
    pub fn len(&self) -> u64 {
        match self.kind() {
            Kind::Text => self.data.unchecked_ref::<JsString>().length().into(),
            Kind::ArrayBuffer => self.data.unchecked_ref::<ArrayBuffer>().byte_length().into(),
            Kind::Blob => self.blob().map_or(0, |blob| blob.size() as u64),
        }
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, copied once, if it is text.
    pub fn text(&self) -> Option<String> {
        self.data.as_string()
    }

    /// The bytes, copied once, if they are at hand; a Blob's are not.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.data.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec())
    }

    /// The browser's buffer itself, not copied.
    pub fn array_buffer(&self) -> Option<ArrayBuffer> {
        self.data.dyn_ref().cloned()
    }

    /// The Blob itself, whose bytes stay with the browser.
    pub fn blob(&self) -> Option<web_sys::Blob> {
        self.data.dyn_ref().cloned()
    }
}

impl From<Received> for Message {
    fn from(received: Received) -> Self {
        // Bytes first, then text at once: each question is a call into JavaScript.
        if let Some(buffer) = received.data.dyn_ref::<ArrayBuffer>() {
            return Self::Bytes(Uint8Array::new(buffer).to_vec());
        }
        match received.data.as_string() {
            Some(text) => Self::Text(text),
            // A browser gives no fourth kind; a page that makes up events may, and nothing can be read from it.
            None => received.data.dyn_into().map_or_else(|_| Self::Bytes(Vec::new()), Self::Blob),
        }
    }
}
