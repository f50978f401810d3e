//! What travels: a message of one's own, something to send, and a send that failed.

use thiserror::Error;

/// A message, owned: what a [`Connection`](crate::Connection) and a [`Session`](crate::Session) give and take.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// A text frame's.
    Text(String),
    /// A binary frame's, copied out of the browser.
    Bytes(Vec<u8>),
    /// A binary frame's, left with the browser: a Blob can be far larger than memory. Received only where
    /// [`BinaryType::Blob`] was asked for; anybody may send one.
    Blob(web_sys::Blob),
}

impl Message {
    /// Its length in bytes; text in UTF-8.
    #[inline]
    pub fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob(blob) => blob.size() as u64,
        }
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn as_outgoing(&self) -> Outgoing<'_> {
        match self {
            Self::Text(text) => Outgoing::Text(text),
            Self::Bytes(bytes) => Outgoing::Bytes(bytes),
            Self::Blob(blob) => Outgoing::Blob(blob),
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<web_sys::Blob> for Message {
    fn from(blob: web_sys::Blob) -> Self {
        Self::Blob(blob)
    }
}

/// How binary messages arrive. Sending does not depend on it, nor change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinaryType {
    /// As an `ArrayBuffer`, at hand at once. The default here, where the browser's own is `Blob`.
    #[default]
    ArrayBuffer,
    /// As a `Blob`, whose bytes stay with the browser until they are asked for.
    Blob,
}

/// Something a [`Socket`](crate::Socket) can send, borrowed from its owner: `socket.send("text")`,
/// `socket.send(&bytes[..])`, `socket.send(&array_buffer)`, `socket.send(&blob)`, or any typed array or `DataView`, of
/// which just the part in view is sent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outgoing<'a> {
    /// A text frame.
    Text(&'a str),
    /// A binary frame.
    Bytes(&'a [u8]),
    /// A binary frame, from JavaScript's memory.
    ArrayBuffer(&'a js_sys::ArrayBuffer),
    /// A binary frame, from the part of a buffer that a typed array or `DataView` shows.
    View(&'a js_sys::Object),
    /// A binary frame; the browser reads the Blob when its turn comes.
    Blob(&'a web_sys::Blob),
}

macro_rules! outgoing {
    ($($from:ty => $variant:ident,)*) => {$(
        impl<'a> From<&'a $from> for Outgoing<'a> {
            fn from(data: &'a $from) -> Self {
                Self::$variant(data)
            }
        }
    )*};
}

outgoing! {
    str => Text, String => Text,
    [u8] => Bytes, Vec<u8> => Bytes,
    js_sys::ArrayBuffer => ArrayBuffer,
    js_sys::Int8Array => View, js_sys::Uint8Array => View, js_sys::Uint8ClampedArray => View,
    js_sys::Int16Array => View, js_sys::Uint16Array => View, js_sys::Int32Array => View, js_sys::Uint32Array => View,
    js_sys::BigInt64Array => View, js_sys::BigUint64Array => View,
    js_sys::Float32Array => View, js_sys::Float64Array => View, js_sys::DataView => View,
    web_sys::Blob => Blob,
}

impl<'a, const N: usize> From<&'a [u8; N]> for Outgoing<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Message> for Outgoing<'a> {
    fn from(message: &'a Message) -> Self {
        message.as_outgoing()
    }
}

/// Why nothing was sent. A browser takes messages on a closing socket and throws them away; here that is an error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// Wait for the socket to open.
    #[error("the line is not open yet")]
    NotOpen,
    /// The socket is closing: open another.
    #[error("the line is closing")]
    Closing,
    /// The socket is closed: open another.
    #[error("the line is closed")]
    Closed,
    /// The browser refused, in its own words.
    #[error("the browser refused to send: {0}")]
    Refused(String),
}

/// A message that was not sent, given back with the reason.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{why}")]
#[non_exhaustive]
pub struct Unsent {
    /// The message, whole.
    pub message: Message,
    /// Why it was not sent.
    #[source]
    pub why: SendError,
}
