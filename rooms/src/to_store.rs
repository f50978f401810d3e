//! What is said to the store that outlives a page, and what it answers; and what a tab tells the others of one browser
//! about it.

use openline_protocol::{
    Cursor, MessageId, RoomName, Token,
    json::{FromJson, Json, Unfit},
};
use serde::Serialize;

use crate::draft::Draft;

/// Something for the store. Requests are carried out in the order they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToStore {
    /// What is kept of this room? Answered with [`FromStore::Loaded`].
    Load(RoomName),
    /// Keep this draft as it is now; one that was refused only if it is kept still, because another tab may have dropped
    /// it. Answered with [`FromStore::Kept`] once it is safe, or [`FromStore::NotKept`].
    KeepDraft(RoomName, Draft),
    /// This draft is settled or discarded. Needs no answer: one that is still there is settled again.
    DropDraft(RoomName, MessageId),
    /// This far has the room been read. What is kept never goes back within a log. Answered with [`FromStore::Read`],
    /// unless it fails.
    Read(RoomName, Cursor),
    /// Keep this token, unless another tab was faster. Answered with [`FromStore::Claimed`].
    Claim {
        /// What the server gave.
        token: Token,
        /// The one it replaces, if it does: whatever else is kept stays.
        instead_of: Option<Token>,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FromStore {
    /// This is kept of a room.
    Loaded(RoomName, Kept),
    /// The draft is safe.
    Kept(RoomName, MessageId),
    /// The draft could not be kept: the store is full, or fails; or it was refused, and dropped before.
    NotKept(RoomName, MessageId),
    /// The room has been read this far, here or in another tab.
    Read(RoomName, Cursor),
    /// The token that is kept now: the one that came first.
    Claimed(Token),
}

/// What is kept of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The drafts, in any order.
    pub drafts: Vec<Draft>,
    /// How far it has been read, and in which log.
    pub read: Option<Cursor>,
}

/// What a tab tells the other tabs of the same browser, once it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToTabs {
    /// This draft is kept: every tab that is in its room posts it, and its id does the rest.
    Kept {
        /// Which room.
        room: RoomName,
        /// The draft.
        draft: Draft,
    },
    /// This draft is settled or discarded.
    Dropped {
        /// Which room.
        room: RoomName,
        /// Which draft.
        id: MessageId,
    },
    /// The room has been read this far.
    Read {
        /// Which room.
        room: RoomName,
        /// How far.
        cursor: Cursor,
    },
}

impl FromJson for ToTabs {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let (tag, content) = json.only_field().ok_or(Unfit::new("is not an object with one field"))?;
        let mut fields = content.fields()?;
        let room = fields.take("room")?;
        match &*tag {
            "kept" => Ok(Self::Kept { room, draft: fields.take("draft")? }),
            "dropped" => Ok(Self::Dropped { room, id: fields.take("id")? }),
            "read" => Ok(Self::Read { room, cursor: fields.take("cursor")? }),
            _ => Err(Unfit::new("is not known")),
        }
    }
}

impl ToStore {
    /// What the other tabs are to be told once this is done.
    pub(crate) fn to_tabs(&self) -> Option<ToTabs> {
        match self.clone() {
            Self::KeepDraft(room, draft) => Some(ToTabs::Kept { room, draft: draft.to_keep() }),
            Self::DropDraft(room, id) => Some(ToTabs::Dropped { room, id }),
            Self::Read(room, cursor) => Some(ToTabs::Read { room, cursor }),
            Self::Load(_) | Self::Claim { .. } => None,
        }
    }
}

impl FromStore {
    /// Whether this says that something was not done.
    pub(crate) fn refuses(&self, message: &ToStore) -> bool {
        match (self, message) {
            (Self::NotKept(room, id), ToStore::KeepDraft(kept_in, draft)) => room == kept_in && *id == draft.id,
            _ => false,
        }
    }
}

/// The further of two places, where they are in one log; else the newer statement.
pub(crate) fn further(kept: Option<&Cursor>, new: &Cursor) -> Cursor {
    match kept {
        Some(kept) if kept.epoch == new.epoch && kept.seq > new.seq => kept.clone(),
        _ => new.clone(),
    }
}

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, Epoch, Seq, Why, json};

    use super::*;
    use crate::draft::Fate;

    #[test]
    fn what_one_tab_tells_is_what_another_hears() {
        let (room, id) = ("lobby".parse::<RoomName>().unwrap(), MessageId(uuid::Uuid::from_u128(7)));
        let draft = |body: Body, kind: Option<&str>, epoch: Option<&str>| {
            let epoch = epoch.map(|epoch| Epoch(epoch.into()));
            Draft { id, kind: kind.map(Into::into), body, written_at: 1, epoch, fate: Fate::Pending }
        };
        let cursor = Cursor { epoch: Epoch("e1".into()), seq: Seq::START.next() };
        for told in [
            ToTabs::Kept { room: room.clone(), draft: draft(Body::text("a \"b\""), None, None) },
            ToTabs::Kept { room: room.clone(), draft: draft(Body::bytes(&b"c"[..]), Some("x/y"), Some("e1")) },
            ToTabs::Kept {
                room: room.clone(),
                draft: Draft { fate: Fate::Refused { why: Why::BadKind {} }, ..draft(Body::text("d"), None, None) },
            },
            ToTabs::Dropped { room: room.clone(), id },
            ToTabs::Read { room, cursor },
        ] {
            assert_eq!(json::read(&serde_json::to_string(&told).unwrap()), Ok(told));
        }
        assert!(json::read::<ToTabs>(r#"{"sang":{"room":"lobby"}}"#).is_err());
    }
}
