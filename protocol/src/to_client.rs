//! What the server says.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{
    body::Body,
    entry::{Entry, Person},
    id::{Epoch, MessageId, Seq, Token},
    name::RoomName,
    to_server::{Join, Post, Signal},
};

/// A message for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToClient {
    /// The answer to a hello.
    Welcome(Welcome),
    /// The answer to a join.
    Joined(Joined),
    /// Entries of a room, in order.
    Entries(Entries),
    /// A draft of yours was in the log already, at or before this line's place.
    Settled {
        /// Which room.
        room: RoomName,
        /// Which draft.
        id: MessageId,
        /// Its place in the log.
        seq: Seq,
    },
    /// What was said in a room just now.
    Signals {
        /// Which room.
        room: RoomName,
        /// In the order they came; some may be missing.
        signals: Vec<Heard>,
    },
    /// Who is in a room, whole, each time it changes.
    Roster {
        /// Which room.
        room: RoomName,
        /// As in [`Roster`].
        version: u64,
        /// As in [`Roster`].
        count: usize,
        /// As in [`Roster`].
        who: Vec<Person>,
    },
    /// Something asked for was not done.
    Refusal(Refusal),
    /// The server will close this line in a moment.
    Closing {
        /// Why.
        why: ClosingWhy,
        /// After how many milliseconds to come back: each line is told its own, so that not all come at once.
        back_in: u64,
    },
    /// The line lives.
    Beat {},
}

impl ToClient {
    pub(crate) const TAGS: &[&str] =
        &["welcome", "joined", "entries", "settled", "signals", "roster", "refusal", "closing", "beat"];
}

/// The answer to a hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Who you are to everybody else.
    pub you: Person,
    /// To be said with the next hello. Keep it before you post.
    pub token: Token,
    /// What this server allows.
    pub limits: Limits,
    /// The server is silent for at most this many seconds; after that it sends a beat.
    pub beat_every: u32,
}

/// What a server allows. Sizes are bytes, of UTF-8 where it is text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// A text body of a post.
    pub text: usize,
    /// A bytes body of a post.
    pub bytes: usize,
    /// A signal's body.
    pub signal: usize,
    /// Rooms one line may be in at a time.
    pub rooms: usize,
    /// Messages a second that one line may send over a longer time. Faster ones are not refused, only read later.
    pub rate: u32,
    /// How many may come at once before that rate is felt.
    pub burst: u32,
    /// How many entries behind the head a join is caught up.
    pub behind: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: Post::MAX_TEXT,
            bytes: Post::MAX_BYTES,
            signal: Signal::MAX_BODY,
            rooms: 64,
            rate: 200,
            burst: 1_000,
            behind: Join::MAX_BEHIND,
        }
    }
}

/// The answer to a join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Which room.
    pub room: RoomName,
    /// Names the room's log.
    pub epoch: Epoch,
    /// The oldest entry kept; 1 in an empty room.
    pub first: Seq,
    /// Where this line's entries begin. If it is not the place asked for, what lies between is the gap.
    pub after: Seq,
    /// The newest entry.
    pub head: Seq,
    /// Who is there.
    pub roster: Roster,
}

/// Entries of a room, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    /// Which room.
    pub room: RoomName,
    /// The place these go on from.
    pub after: Seq,
    /// Everything after it, up to the last one here.
    pub entries: Vec<Entry>,
}

impl Entries {
    /// The most bytes a frame of entries has, unless it is one entry.
    pub const MAX_FRAME: usize = 64 * 1024;
}

/// Something said now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// By whom.
    pub from: Person,
    /// What.
    pub body: Body,
}

/// Who is in a room: people, however many lines each has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Rises with each change, while the server runs.
    pub version: u64,
    /// How many people there are.
    pub count: usize,
    /// The first of them by name, at most [`Roster::MAX_WHO`]; all of them over HTTP.
    pub who: Vec<Person>,
}

impl Roster {
    /// The most people a roster names over the line.
    pub const MAX_WHO: usize = 50;
}

/// Something asked for was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The room it was about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// The draft it was about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Why.
    pub why: Why,
    /// If it may be asked again: after how many milliseconds. Without it, the answer will stay the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// The body has more bytes than it may have.
    TooLong {
        /// How many it may have.
        limit: usize,
    },
    /// The body is neither text nor bytes.
    BadBody {},
    /// The kind is not a media type.
    BadKind {},
    /// This line has not joined that room.
    NotJoined {},
    /// This line is in as many rooms as it may be.
    TooManyRooms {
        /// How many it may be in.
        limit: usize,
    },
    /// The server's disk is full, or near it. Comes with `retry_after`.
    StorageFull {},
    /// The server's disk does not answer as it should. Comes with `retry_after`.
    StorageFailed {},
    /// An earlier draft of yours in this room was refused for now, and order is kept. Comes with `retry_after`.
    Behind {
        /// That draft.
        id: MessageId,
    },
    /// The message has an unknown name, or fields that don't fit.
    NotUnderstood {
        /// What was wrong with it, for whoever wrote the client.
        detail: String,
    },
    /// A reason this version doesn't know: read, so that a newer server doesn't break an older page. Passed on, it is
    /// as unknown to whoever reads it.
    Other {},
}

/// Why the server will close a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClosingWhy {
    /// It stops, or starts anew.
    Restarting {},
    /// It has more to do than it can.
    Busy {},
    /// A reason this version doesn't know: read, so that a newer server doesn't break an older page. Passed on, it is
    /// as unknown to whoever reads it.
    Other {},
}

/// Reads an enum whose variants have named fields, as derived, but for a variant that isn't known: that is `Other`.
/// Serde can derive this only by way of a copy in between, which makes each page some 10 KB larger.
macro_rules! tolerant {
    ($reason:ident: $($tag:literal => $variant:ident { $($field:ident: $type:ty),* },)*) => {
        impl<'de> Deserialize<'de> for $reason {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct OneField;

                impl<'de> Visitor<'de> for OneField {
                    type Value = $reason;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a reason: an object with one field")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$reason, A::Error> {
                        match map.next_key::<Cow<'de, str>>()?.as_deref() {
                            $(Some($tag) => {
                                #[derive(Deserialize)]
                                struct Fields { $($field: $type),* }
                                let Fields { $($field),* } = map.next_value()?;
                                Ok($reason::$variant { $($field),* })
                            })*
                            Some(_) => map.next_value::<IgnoredAny>().map(|_| $reason::Other {}),
                            None => Ok($reason::Other {}),
                        }
                    }
                }

                from.deserialize_map(OneField)
            }
        }
    };
}

tolerant!(Why:
    "too_long" => TooLong { limit: usize },
    "bad_body" => BadBody {},
    "bad_kind" => BadKind {},
    "not_joined" => NotJoined {},
    "too_many_rooms" => TooManyRooms { limit: usize },
    "storage_full" => StorageFull {},
    "storage_failed" => StorageFailed {},
    "behind" => Behind { id: MessageId },
    "not_understood" => NotUnderstood { detail: String },
);

tolerant!(ClosingWhy:
    "restarting" => Restarting {},
    "busy" => Busy {},
);
