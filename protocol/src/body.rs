//! What an entry, a draft or a signal carries: text, or bytes.

use std::{fmt, ops::Deref};

use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::inline;
use crate::json::{FromJson, Json, Unfit};

/// Text or bytes. On the wire `{"text":"hi"}` or `{"bytes":5}`, where 5 is how many bytes of the frame's payload are
/// this body's; over HTTP, where there is no payload, the bytes stand there as base64.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// UTF-8 text.
    Text(String),
    /// Raw bytes.
    Bytes(Payload),
    /// A kind of body that this version doesn't know. It is read, so that a newer server doesn't break an older page,
    /// and never sent.
    Unknown,
}

impl Body {
    /// A text body.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A bytes body.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(Payload::from(bytes.into()))
    }

    /// How many bytes it has, in UTF-8 where it is text.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(payload) => payload.len(),
            Self::Unknown => 0,
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes it as over HTTP, its bytes as base64, for where there is no frame to carry them. Reading needs nothing
    /// special. For `#[serde(serialize_with = "Body::serialize_inline")]`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_inline<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        one_field(to, self, |map, payload| map.serialize_entry("bytes", &inline::encode(payload)))
    }
}

/// The bytes of a body.
///
/// While a frame is being decoded it holds how many bytes were announced; what decoding returns always holds them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload {
    announced: usize,
    bytes: Bytes,
}

impl Payload {
    /// The bytes, to share without copying.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Takes what was announced off the front of a frame's payload; `false` if there is not enough.
    pub(crate) fn take_from(&mut self, rest: &mut Bytes) -> bool {
        if self.announced > rest.len() {
            return false;
        }
        self.bytes = rest.split_to(self.announced);
        true
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self { announced: bytes.len(), bytes }
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.announced)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        one_field(to, self, |map, payload| map.serialize_entry("bytes", &payload.len()))
    }
}

fn one_field<S: Serializer>(
    to: S,
    body: &Body,
    write_bytes: impl FnOnce(&mut S::SerializeMap, &Payload) -> Result<(), S::Error>,
) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(1))?;
    match body {
        Body::Text(text) => map.serialize_entry("text", text)?,
        Body::Bytes(payload) => write_bytes(&mut map, payload)?,
        Body::Unknown => {}
    }
    map.end()
}

impl FromJson for Body {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let mut fields = json.fields()?;
        match (fields.take("text")?, fields.take("bytes")?) {
            (Some(text), None) => Ok(Self::Text(text)),
            (None, Some(bytes)) => Ok(Self::Bytes(bytes)),
            (None, None) => Ok(Self::Unknown),
            (Some(_), Some(_)) => Err(Unfit::new("is text and bytes at once")),
        }
    }
}

/// How many bytes are announced, or the bytes themselves as base64.
impl FromJson for Payload {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        match json {
            Json::Number(_) => Ok(Self { announced: usize::from_json(json)?, bytes: Bytes::new() }),
            Json::Text(text) => {
                let bytes = inline::decode(&text).ok_or(Unfit::new("is not base64"))?;
                Ok(Bytes::from(bytes).into())
            }
            _ => Err(Unfit::new("is neither how many bytes nor the bytes as base64")),
        }
    }
}
