//! Messages as WebSocket frames, and back.
//!
//! A text frame is one JSON message. A binary frame is a `u32` little-endian length, that many bytes of JSON message,
//! and then the payload: the bytes of its bytes bodies, in order. A message travels as a binary frame exactly when it
//! has such a body.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::{
    body::Body,
    entry::Entry,
    id::Seq,
    json::{Json, Tagged},
    name::RoomName,
    to_client::ToClient,
    to_server::ToServer,
};

/// One encoded message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// For a text frame.
    Text(String),
    /// For a binary frame.
    Binary(Bytes),
}

/// Why a frame is not a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is not JSON, or not one object with one field.
    #[error("not a message: {detail}")]
    NotAMessage {
        /// What the parser said.
        detail: String,
    },
    /// It is a message of a name that this version doesn't know.
    #[error("unknown message {tag:?}")]
    Unknown {
        /// The name.
        tag: String,
    },
    /// It is a known message whose fields don't fit.
    #[error("message {tag:?}: {detail}")]
    Unfit {
        /// The name.
        tag: String,
        /// What the parser said.
        detail: String,
    },
    /// A binary frame whose lengths don't add up, or a text frame that announces bytes.
    #[error("the frame's payload is not what its message announces")]
    Payload,
}

macro_rules! frames {
    ($message:ident) => {
        impl $message {
            /// This message as a frame.
            pub fn to_frame(&self) -> Frame {
                encode(self)
            }

            /// The message of a text frame.
            ///
            /// # Errors
            /// All of [`DecodeError`]: an unknown message may be passed over, the others are the sender's fault.
            pub fn from_text(text: &str) -> Result<Self, DecodeError> {
                decode(text, Bytes::new())
            }

            /// The message of a binary frame. Its bodies share the frame's memory.
            ///
            /// # Errors
            /// As [`from_text`](Self::from_text).
            pub fn from_binary(mut frame: Bytes) -> Result<Self, DecodeError> {
                let length = frame.get(..4).and_then(|head| head.try_into().ok()).map(u32::from_le_bytes);
                let end = length.and_then(|n| usize::try_from(n).ok()).and_then(|n| n.checked_add(4));
                let end = end.filter(|end| *end <= frame.len()).ok_or(DecodeError::Payload)?;
                let payload = frame.split_off(end);
                let header = frame.get(4..).unwrap_or_default();
                let header =
                    str::from_utf8(header).map_err(|error| DecodeError::NotAMessage { detail: error.to_string() })?;
                decode(header, payload)
            }
        }
    };
}

frames!(ToServer);
frames!(ToClient);

trait HasBodies {
    fn bodies(&self) -> Vec<&Body>;
    fn bodies_mut(&mut self) -> Vec<&mut Body>;
}

macro_rules! has_bodies {
    ($message:ident, $($pattern:pat => $bodies:expr, $bodies_mut:expr;)*) => {
        impl HasBodies for $message {
            fn bodies(&self) -> Vec<&Body> {
                match self { $($pattern => $bodies,)* _ => Vec::new() }
            }
            fn bodies_mut(&mut self) -> Vec<&mut Body> {
                match self { $($pattern => $bodies_mut,)* _ => Vec::new() }
            }
        }
    };
}

has_bodies!(ToServer,
    ToServer::Post(post) => vec![&post.body], vec![&mut post.body];
    ToServer::Signal(signal) => vec![&signal.body], vec![&mut signal.body];
);

has_bodies!(ToClient,
    ToClient::Entries(batch) => batch.entries.iter().map(|e| &e.body).collect(),
        batch.entries.iter_mut().map(|e| &mut e.body).collect();
    ToClient::Signals { signals, .. } => signals.iter().map(|s| &s.body).collect(),
        signals.iter_mut().map(|s| &mut s.body).collect();
);

fn encode<M: Serialize + HasBodies>(message: &M) -> Frame {
    join(json(message), message.bodies().into_iter().filter_map(payload_of).collect())
}

fn payload_of(body: &Body) -> Option<Bytes> {
    match body {
        Body::Bytes(payload) => Some(payload.clone().into_bytes()),
        Body::Text(_) | Body::Unknown => None,
    }
}

fn join(header: String, payloads: Vec<Bytes>) -> Frame {
    if payloads.is_empty() {
        return Frame::Text(header);
    }
    let mut frame = BytesMut::with_capacity(4 + header.len() + payloads.iter().map(Bytes::len).sum::<usize>());
    frame.put_u32_le(u32::try_from(header.len()).unwrap_or(u32::MAX));
    frame.put_slice(header.as_bytes());
    for payload in payloads {
        frame.put(payload);
    }
    Frame::Binary(frame.freeze())
}

/// Our own types have string keys and serializers that don't fail, which is all that JSON can refuse.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn decode<M: Tagged + HasBodies>(header: &str, mut payload: Bytes) -> Result<M, DecodeError> {
    let json = Json::parse(header).map_err(|detail| DecodeError::NotAMessage { detail })?;
    let Some((tag, content)) = json.only_field() else {
        return Err(DecodeError::NotAMessage { detail: "it is not one object with one field".to_owned() });
    };
    let mut message = match M::tagged(&tag, content) {
        Ok(Some(message)) => message,
        Ok(None) => return Err(DecodeError::Unknown { tag: tag.into_owned() }),
        Err(unfit) => return Err(DecodeError::Unfit { tag: tag.into_owned(), detail: unfit.to_string() }),
    };
    for body in message.bodies_mut() {
        if let Body::Bytes(bytes) = body
            && !bytes.take_from(&mut payload)
        {
            return Err(DecodeError::Payload);
        }
    }
    if payload.is_empty() { Ok(message) } else { Err(DecodeError::Payload) }
}

/// An entry encoded once, to be put into any number of frames.
#[derive(Clone, Debug)]
pub struct EncodedEntry {
    json: Box<str>,
    payload: Option<Bytes>,
}

impl EncodedEntry {
    /// Encodes it.
    pub fn new(entry: &Entry) -> Self {
        Self { json: json(entry).into(), payload: payload_of(&entry.body) }
    }

    /// How many bytes it adds to a frame.
    pub fn len(&self) -> usize {
        self.json.len() + 1 + self.payload.as_ref().map_or(0, Bytes::len)
    }

    /// Never: an entry has at least its braces.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Frame {
    /// The frame of [`Entries`](crate::Entries), put together from entries encoded before. Byte for byte what
    /// [`ToClient::to_frame`] makes of them.
    pub fn of_entries<'a>(
        room: &RoomName,
        after: Seq,
        entries: impl Iterator<Item = &'a EncodedEntry> + Clone,
    ) -> Self {
        let length = entries.clone().map(EncodedEntry::len).sum::<usize>();
        let mut header = String::with_capacity(length + room.as_str().len() + 64);
        header.push_str(r#"{"entries":{"room":"#);
        header.push_str(&json(room));
        header.push_str(r#","after":"#);
        header.push_str(&after.to_string());
        header.push_str(r#","entries":["#);
        for (i, entry) in entries.clone().enumerate() {
            if i > 0 {
                header.push(',');
            }
            header.push_str(&entry.json);
        }
        header.push_str("]}}");
        join(header, entries.filter_map(|entry| entry.payload.clone()).collect())
    }
}
