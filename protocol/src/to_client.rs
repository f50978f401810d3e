//! What the server says.

use serde::Serialize;

use crate::{
    body::Body,
    entry::{Entry, Person},
    id::{Epoch, MessageId, Seq, Token},
    json::{FromJson, Json, Tagged, Unfit, from_json},
    name::RoomName,
    to_server::{Join, Post, Signal},
};

/// A message for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

/// The answer to a hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// By whom.
    pub from: Person,
    /// What.
    pub body: Body,
}

/// Who is in a room: people, however many lines each has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The room it was about, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// The draft it was about, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Why.
    pub why: Why,
    /// If it may be asked again: after how many milliseconds. Without it, the answer will stay the same.
    #[serde(skip_serializing_if = "Option::is_none")]
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

from_json!(enum ToClient {
    "welcome" => Welcome(_),
    "joined" => Joined(_),
    "entries" => Entries(_),
    "settled" => Settled { room, id, seq },
    "signals" => Signals { room, signals },
    "roster" => Roster { room, version, count, who },
    "refusal" => Refusal(_),
    "closing" => Closing { why, back_in },
    "beat" => Beat {},
});
from_json!(struct Welcome { you, token, limits, beat_every });
from_json!(struct Joined { room, epoch, first, after, head, roster });
from_json!(struct Entries { room, after, entries });
from_json!(struct Heard { from, body });
from_json!(struct Roster { version, count, who });
from_json!(struct Refusal { room, id, why, retry_after });

/// A limit that isn't said is the usual one.
impl FromJson for Limits {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let (mut fields, usual) = (json.fields()?, Self::default());
        Ok(Self {
            text: fields.take_or("text", usual.text)?,
            bytes: fields.take_or("bytes", usual.bytes)?,
            signal: fields.take_or("signal", usual.signal)?,
            rooms: fields.take_or("rooms", usual.rooms)?,
            rate: fields.take_or("rate", usual.rate)?,
            burst: fields.take_or("burst", usual.burst)?,
            behind: fields.take_or("behind", usual.behind)?,
        })
    }
}

from_json!(enum Why {
    "too_long" => TooLong { limit },
    "bad_body" => BadBody {},
    "bad_kind" => BadKind {},
    "not_joined" => NotJoined {},
    "too_many_rooms" => TooManyRooms { limit },
    "storage_full" => StorageFull {},
    "storage_failed" => StorageFailed {},
    "behind" => Behind { id },
    "not_understood" => NotUnderstood { detail },
});
from_json!(enum ClosingWhy {
    "restarting" => Restarting {},
    "busy" => Busy {},
});

impl FromJson for Why {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        known(json, Self::Other {})
    }
}

impl FromJson for ClosingWhy {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        known(json, Self::Other {})
    }
}

/// The reason that is said, or `other` for one that came after this version.
fn known<T: Tagged>(json: Json<'_>, other: T) -> Result<T, Unfit> {
    let known = json.only_field().map(|(tag, content)| T::tagged(&tag, content)).transpose()?;
    Ok(known.flatten().unwrap_or(other))
}
