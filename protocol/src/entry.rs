//! One ordered item of a room's log, and who said it.

use serde::Serialize;

use crate::{
    body::Body,
    id::{MessageId, PersonId, Seq},
    json::from_json,
    name::PersonName,
};

/// Somebody: who they are, and the name they go by now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Person {
    /// Who they are.
    pub id: PersonId,
    /// What they call themselves.
    pub name: PersonName,
}

/// One item of a room's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place in the log.
    pub seq: Seq,
    /// The id its author gave it.
    pub id: MessageId,
    /// Its author, under the name they had then.
    pub from: Person,
    /// When it was appended: milliseconds since 1970, UTC. Never goes back within a room.
    pub at: u64,
    /// What the body is, as a media type; absent for plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What was said.
    pub body: Body,
}

from_json!(struct Person { id, name });
from_json!(struct Entry { seq, id, from, at, kind, body });
