//! What an author wants to become an entry, and what has become of it so far.

use openline_protocol::{
    Body, Epoch, MessageId, Post, RoomName, Why,
    json::{FromJson, Json, Unfit},
};
use serde::{Serialize, Serializer};

/// Something written that is not yet known to be an entry. It is kept until it is settled, or until its author
/// discards it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Drawn when it was written; posting it again under this id changes nothing.
    pub id: MessageId,
    /// What the body is, as a media type; absent for plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What to say.
    #[serde(serialize_with = "Body::serialize_inline")]
    pub body: Body,
    /// When it was written, by its author's clock: milliseconds since 1970, UTC. Orders drafts, and only them.
    pub written_at: u64,
    /// The log it was written for, if that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What has become of it. Of this only a refusal is kept: all else each page finds out for itself.
    #[serde(rename = "refused", serialize_with = "refusal", skip_serializing_if = "Fate::is_open")]
    pub fate: Fate,
}

impl FromJson for Draft {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let mut fields = json.fields()?;
        Ok(Self {
            id: fields.take("id")?,
            kind: fields.take("kind")?,
            body: fields.take("body")?,
            written_at: fields.take("written_at")?,
            epoch: fields.take("epoch")?,
            fate: fields.take::<Option<_>>("refused")?.map_or(Fate::Pending, |why| Fate::Refused { why }),
        })
    }
}

/// What has become of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// On its way into this browser's storage: nothing is sent that isn't stored. Later drafts of its room wait.
    Storing,
    /// This browser's storage did not take it. It is on this page and nowhere else, and is stored and sent only when
    /// its author says so.
    NotStored,
    /// Stored, and on its way or waiting for the line.
    #[default]
    Pending,
    /// Refused for now. It is asked again by itself, and later drafts of its room wait behind it.
    Held {
        /// Why.
        why: Why,
    },
    /// Refused for good. It is asked again only when its author says so.
    Refused {
        /// Why.
        why: Why,
    },
    /// The room's log is not the one this was written for. It is posted only when its author says so.
    OtherLog,
}

impl Draft {
    /// The most drafts that are kept for a room.
    pub const MAX_IN_ROOM: usize = 500;
    /// The most bytes that the bodies of a room's drafts have together.
    pub const MAX_BYTES_IN_ROOM: usize = 8 * 1024 * 1024;

    /// Whether it goes out by itself.
    pub fn is_underway(&self) -> bool {
        matches!(self.fate, Fate::Storing | Fate::Pending | Fate::Held { .. })
    }

    /// It, as it is kept.
    pub(crate) fn to_keep(&self) -> Self {
        let fate = if self.fate.is_open() { Fate::Pending } else { self.fate.clone() };
        Self { fate, ..self.clone() }
    }

    /// How many bytes its body has.
    pub(crate) fn bytes(&self) -> usize {
        self.body.len()
    }

    pub(crate) fn to_post(&self, room: &RoomName) -> Post {
        Post { room: room.clone(), id: self.id, kind: self.kind.clone(), body: self.body.clone() }
    }
}

impl Fate {
    /// Whether the server has not refused it for good.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// A refusal as it is kept: its reason, as on the wire.
fn refusal<S: Serializer>(fate: &Fate, to: S) -> Result<S::Ok, S::Error> {
    if let Fate::Refused { why } = fate { why.serialize(to) } else { to.serialize_none() }
}

#[cfg(test)]
mod tests {
    use openline_protocol::json;
    use uuid::Uuid;

    use super::*;

    fn draft(fate: Fate) -> Draft {
        let (id, body) = (MessageId(Uuid::nil()), Body::text("hi"));
        Draft { id, kind: None, body, written_at: 1, epoch: None, fate }
    }

    #[test]
    fn a_refusal_is_kept_with_its_draft_and_nothing_else_that_became_of_it() {
        for (fate, kept) in [
            (Fate::Refused { why: Why::TooLong { limit: 9 } }, Fate::Refused { why: Why::TooLong { limit: 9 } }),
            (Fate::Refused { why: Why::BadKind {} }, Fate::Refused { why: Why::BadKind {} }),
            (Fate::Held { why: Why::StorageFull {} }, Fate::Pending),
            (Fate::OtherLog, Fate::Pending),
        ] {
            let json = serde_json::to_string(&draft(fate.clone())).unwrap();
            assert_eq!(json::read::<Draft>(&json), Ok(draft(kept.clone())), "{json}");
            assert_eq!(draft(fate).to_keep(), draft(kept));
        }
        let (json, kept) = (serde_json::to_string(&draft(Fate::Pending)).unwrap(), draft(Fate::Pending));
        assert_eq!(json, r#"{"id":"00000000-0000-0000-0000-000000000000","body":{"text":"hi"},"written_at":1}"#);
        assert_eq!(json::read::<Draft>(&json), Ok(kept), "as older pages kept it");
    }
}
