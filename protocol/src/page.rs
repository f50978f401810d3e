//! Older entries, over HTTP: `GET /rooms/{room}/entries?before=SEQ&limit=N` or `?after=SEQ&limit=N`; and what is found
//! among them: `GET /rooms/{room}/search?q=WORDS&before=SEQ&limit=N`.

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    body::Body,
    entry::{Entry, Person},
    id::{Epoch, MessageId, Seq},
    json::from_json,
};

/// A page of a room's log, in rising order (of what is found, the newest first); bytes bodies stand in it as base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Names the room's log.
    pub epoch: Epoch,
    /// The entries.
    #[serde(serialize_with = "inline")]
    pub entries: Vec<Entry>,
    /// Whether there are more in the direction asked for.
    pub more: bool,
}

from_json!(struct Page { epoch, entries, more });

impl Page {
    /// How many entries a page has when the request says nothing.
    pub const LIMIT: usize = 50;
    /// The most entries a page has.
    pub const MAX_LIMIT: usize = 200;
}

fn inline<S: Serializer>(entries: &[Entry], to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Inline<'a> {
        seq: Seq,
        id: MessageId,
        from: &'a Person,
        at: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<&'a str>,
        #[serde(serialize_with = "by_ref")]
        body: &'a Body,
    }

    fn by_ref<S: Serializer>(body: &&Body, to: S) -> Result<S::Ok, S::Error> {
        body.serialize_inline(to)
    }

    let mut seq = to.serialize_seq(Some(entries.len()))?;
    for Entry { seq: place, id, from, at, kind, body } in entries {
        seq.serialize_element(&Inline { seq: *place, id: *id, from, at: *at, kind: kind.as_deref(), body })?;
    }
    seq.end()
}
