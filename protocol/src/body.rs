//! What an entry, a draft or a signal carries: text, or bytes.

use std::{fmt, ops::Deref};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

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
        one_field(to, self, |map, payload| map.serialize_entry("bytes", &BASE64.encode(&**payload)))
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

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a body: {\"text\":…} or {\"bytes\":…}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body::Unknown;
        while let Some(key) = map.next_key::<Field>()? {
            let found = match key {
                Field::Text => Body::Text(map.next_value()?),
                Field::Bytes => Body::Bytes(map.next_value()?),
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if body != Body::Unknown {
                return Err(de::Error::custom("a body is text or bytes, not both"));
            }
            body = found;
        }
        Ok(body)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Text,
    Bytes,
    #[serde(other)]
    Other,
}

/// How many bytes are announced, or the bytes themselves as base64.
impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct CountOrText;

        impl Visitor<'_> for CountOrText {
            type Value = Payload;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("how many bytes, or the bytes as base64")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Payload, E> {
                let announced = usize::try_from(count).map_err(E::custom)?;
                Ok(Payload { announced, bytes: Bytes::new() })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Payload, E> {
                BASE64.decode(text).map(|bytes| Bytes::from(bytes).into()).map_err(E::custom)
            }
        }

        from.deserialize_any(CountOrText)
    }
}
