//! Older entries, over HTTP: `GET /rooms/{room}/entries?before=SEQ&limit=N` or `?after=SEQ&limit=N`; and what is found
//! among them: `GET /rooms/{room}/search?q=WORDS&before=SEQ&limit=N`. With `&about=KINDS` each brings what is about its
//! entries.

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    body::Body,
    entry::{Entry, Person},
    id::{Epoch, MessageId, Seq},
    json::{FromJson, Json, Unfit},
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
    /// If it was asked for: what is about these entries and lies wherever in the log, in no order.
    #[serde(serialize_with = "inline", skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Entry>,
}

impl FromJson for Page {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let mut fields = json.fields()?;
        let (epoch, entries, more) = (fields.take("epoch")?, fields.take("entries")?, fields.take("more")?);
        Ok(Self { epoch, entries, more, about: fields.take_or("about", Vec::new())? })
    }
}

impl Page {
    /// How many entries a page has when the request says nothing.
    pub const LIMIT: usize = 50;
    /// The most entries a page has.
    pub const MAX_LIMIT: usize = 200;
    /// The most entries that are about those of a page and come with it.
    pub const MAX_ABOUT: usize = 1_000;
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
