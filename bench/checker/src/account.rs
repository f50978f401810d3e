//! What everybody saw and was told.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use openline_protocol::{Body, Cursor, Entry, Epoch, MessageId, PersonId, RoomName, Seq};
use serde::Serialize;

/// Everything there is to judge by.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Account {
    /// What was said on the lines of each tab.
    pub tabs: Vec<Testimony>,
    /// Every room's log as it is at the end, read anew.
    pub logs: BTreeMap<RoomName, Log>,
    /// How many entries behind the head the server catches a line up.
    pub behind: u64,
    /// Whether the server's data was put back to an earlier state, so that a room's log may be another one now.
    pub put_back: bool,
}

/// A room's log, whole.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    /// Its name.
    pub epoch: Epoch,
    /// What is kept of it, in order.
    pub entries: Vec<Seen>,
}

/// What one tab said and was told, in order, and how it was left.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Testimony {
    /// What to call it.
    pub name: String,
    /// In the order it happened.
    pub told: Vec<Told>,
    /// How each of its rooms was left, once everything worked again.
    pub rest: BTreeMap<RoomName, Rest>,
    /// Why it dials no more, if it doesn't.
    pub ended: Option<String>,
}

/// One thing that a tab said or was told.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The server calls it this person.
    Person(PersonId),
    /// Its author wrote a draft, and the tab stored it.
    Wrote {
        /// Where.
        room: RoomName,
        /// Under which id.
        id: MessageId,
        /// See [`digest`].
        said: u64,
    },
    /// Its author posted a draft once more by hand, so that it keeps no order with others.
    WroteAgain {
        /// Where.
        room: RoomName,
        /// Which.
        id: MessageId,
    },
    /// The page was loaded anew: what it had read is gone, its drafts are not.
    Reloaded,
    /// The line is gone.
    LineLost,
    /// A join was answered.
    Joined {
        /// Where.
        room: RoomName,
        /// What was asked for.
        asked: Option<Cursor>,
        /// As in the answer.
        epoch: Epoch,
        /// As in the answer.
        first: Seq,
        /// As in the answer.
        after: Seq,
        /// As in the answer.
        head: Seq,
    },
    /// Entries came.
    Entries {
        /// Where.
        room: RoomName,
        /// What they go on from.
        after: Seq,
        /// Which.
        entries: Vec<Seen>,
    },
    /// A draft was in the log already.
    Settled {
        /// Where.
        room: RoomName,
        /// Which.
        id: MessageId,
        /// Its place.
        seq: Seq,
    },
    /// A draft was refused.
    Refused {
        /// Where.
        room: RoomName,
        /// Which.
        id: MessageId,
        /// Whether it stays so.
        for_good: bool,
    },
}

/// How a tab left a room.
#[derive(Clone, Debug, Serialize)]
pub struct Rest {
    /// How far it has read; `None` if it is not joined.
    pub cursor: Option<Cursor>,
    /// Drafts that are still on their way.
    pub underway: Vec<MessageId>,
    /// The entries of its copy, if it keeps one.
    pub held: Option<Vec<(Seq, MessageId)>>,
    /// Whether that copy says that something was missed before them.
    pub says_gap: bool,
}

/// An entry as somebody was given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Its place.
    pub seq: Seq,
    /// Its id.
    pub id: MessageId,
    /// Its author.
    pub from: PersonId,
    /// When it was appended: milliseconds since 1970, UTC.
    pub at: u64,
    /// See [`digest`].
    pub said: u64,
}

impl Seen {
    /// What there is to remember of an entry.
    pub fn of(entry: &Entry) -> Self {
        let said = match &entry.body {
            Body::Text(text) => digest(entry.kind.as_deref(), true, text.as_bytes()),
            Body::Bytes(bytes) => digest(entry.kind.as_deref(), false, bytes),
            _ => 0,
        };
        Self { seq: entry.seq, id: entry.id, from: entry.from.id, at: entry.at, said }
    }
}

/// A number for a kind and a body, so that an account need not hold them.
pub fn digest(kind: Option<&str>, is_text: bool, body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, is_text, body).hash(&mut hasher);
    hasher.finish()
}
