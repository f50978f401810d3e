//! What things are told apart by: messages, people, sessions, a room's log, and the place of an entry in it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::json::{FromJson, Json, Unfit, from_json};

/// The id an author gives to what they post: a UUID (RFC 9562), drawn at random.
///
/// The same id in a room is the same entry, whoever posts it and however long ago; the first one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub Uuid);

/// A person, for as long as they keep their token: a UUID the server drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonId(pub Uuid);

macro_rules! uuid_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
                let Json::Text(text) = json else { return Err(Unfit::new("is not a text")) };
                Uuid::try_parse(&text).map(Self).map_err(|_| Unfit::new("is not a UUID"))
            }
        }
    };
}

uuid_text!(MessageId);
uuid_text!(PersonId);

/// One page's life: drawn by the page when it starts, and said in each hello.
///
/// A new line of the same person and session closes the older one, so that a half-dead line can't speak on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SessionId(Box<str>);

impl SessionId {
    /// The most bytes a session's id may have.
    pub const MAX_BYTES: usize = 64;

    /// The id, if it has 1 to [`MAX_BYTES`](Self::MAX_BYTES) bytes.
    pub fn new(text: impl Into<Box<str>>) -> Option<Self> {
        let text = text.into();
        (1..=Self::MAX_BYTES).contains(&text.len()).then_some(Self(text))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for SessionId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

impl FromJson for SessionId {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        Self::new(String::from_json(json)?).ok_or(Unfit::new("does not have 1 to 64 bytes"))
    }
}

/// What proves, at the next hello, that one is the same person. Whoever holds it is that person: keep it secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token(pub Box<str>);

impl FromJson for Token {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        FromJson::from_json(json).map(Self)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Names one room's log. Another epoch is another log: places in one mean nothing in the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Epoch(pub Box<str>);

impl FromJson for Epoch {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        FromJson::from_json(json).map(Self)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An entry's place in its room's log: 1 for the first, strictly rising, always below 2⁵³. 0 is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct Seq(u64);

impl Seq {
    /// Before the first entry.
    pub const START: Seq = Seq(0);

    /// The place with this number, if it is below 2⁵³ (a JSON number holds no more exactly).
    pub const fn new(number: u64) -> Option<Self> {
        if number < 1 << 53 { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The place `n` before this one, or the start.
    #[must_use]
    pub const fn back(self, n: u64) -> Self {
        Self(self.0.saturating_sub(n))
    }
}

impl TryFrom<u64> for Seq {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("is not below 2^53")
    }
}

impl FromJson for Seq {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        Self::try_from(u64::from_json(json)?).map_err(Unfit::new)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far somebody has read: everything up to and with `seq` in the log that `epoch` names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Cursor {
    /// Which log.
    pub epoch: Epoch,
    /// The last entry read; 0 for none.
    pub seq: Seq,
}

from_json!(struct Cursor { epoch, seq });
