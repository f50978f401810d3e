//! What a page says, with the limits of each.

use serde::Serialize;

use crate::{
    body::Body,
    id::{Cursor, MessageId, PersonId, SessionId, Token},
    json::from_json,
    name::{PersonName, RoomName},
};

/// A message for the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToServer {
    /// Says who this is. The first message on a line; later on the same line it renames.
    Hello(Hello),
    /// Asks to hear a room from some place on.
    Join(Join),
    /// Asks not to hear a room any more.
    Leave {
        /// Which.
        room: RoomName,
    },
    /// Asks for a draft to become an entry.
    Post(Post),
    /// Says something to a room or a person now, kept nowhere.
    Signal(Signal),
    /// Asks whether the line lives; answered at once with a beat.
    Beat {},
}

/// Says who this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// The name to go by.
    pub name: PersonName,
    /// What an earlier `Welcome` gave, to be the same person again. Without one, somebody new is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// This page's own id. A newer line of the same person and session closes the older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// Asks to hear a room. Joining a room one is in already starts over from the place asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Join {
    /// Which.
    pub room: RoomName,
    /// Where to go on from. The answer says where it really begins; if that is elsewhere, there is a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
    /// Without `after`: how many of the latest entries to begin with; [`Join::LAST`] if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
}

impl Join {
    /// How many of the latest entries a join begins with when it says nothing.
    pub const LAST: u32 = 100;
    /// The most entries behind the head that a join is caught up over the line; beyond it there is a gap, and older
    /// pages come over HTTP.
    pub const MAX_BEHIND: u64 = 100_000;
}

/// A draft on its way to become an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Post {
    /// The room, which this line must have joined.
    pub room: RoomName,
    /// Drawn at random by the author; posting it again changes nothing.
    pub id: MessageId,
    /// What the body is, as a media type; absent for plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What to say.
    pub body: Body,
}

impl Post {
    /// The most UTF-8 bytes a text body may have.
    pub const MAX_TEXT: usize = 4_000;
    /// The most bytes a bytes body may have. Anything larger is a file and takes its own way.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The most bytes a kind may have (RFC 6838 allows 127 each side; nobody uses them).
    pub const MAX_KIND: usize = 127;
}

/// Something said now, kept nowhere: typing, a pointer, the set-up of a call, a move in a game. It may be dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// The room, which this line must have joined.
    pub room: RoomName,
    /// Only for this person; else for everybody in the room but the line it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<PersonId>,
    /// What to say.
    pub body: Body,
}

impl Signal {
    /// The most bytes a signal's body may have: a call's session description fits.
    pub const MAX_BODY: usize = 16 * 1024;
}

from_json!(enum ToServer {
    "hello" => Hello(_),
    "join" => Join(_),
    "leave" => Leave { room },
    "post" => Post(_),
    "signal" => Signal(_),
    "beat" => Beat {},
});
from_json!(struct Hello { name, token, session });
from_json!(struct Join { room, after, last });
from_json!(struct Post { room, id, kind, body });
from_json!(struct Signal { room, to, body });
