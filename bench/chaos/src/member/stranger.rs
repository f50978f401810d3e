//! A member written from the wire's description alone: plain JSON, a cursor and a list of drafts for each room, and none
//! of the product's code to read or say anything.

#![allow(
    clippy::indexing_slicing,
    reason = "reading a JSON value by name never panics, and what is written is an object"
)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use openline_checker::{Rest, Seen, Told, digest};
use openline_protocol::{Body, Cursor, Epoch, MessageId, PersonId, RoomName, Seq};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{Heard, Logic, Notes, Standing};

/// The longest that anything is waited for, in milliseconds.
const LONGEST: u64 = 60_000;

pub(crate) struct Stranger {
    notes: Notes,
    token: Option<String>,
    session: String,
    is_welcome: bool,
    rooms: BTreeMap<RoomName, Room>,
    rng: SmallRng,
}

#[derive(Default)]
struct Room {
    cursor: Option<Cursor>,
    is_joined: bool,
    asked: VecDeque<Option<Cursor>>,
    drafts: Vec<Draft>,
    /// Something was refused for now: nothing is said before then, by a clock that may be put back meanwhile.
    wait_until: Option<u64>,
    given: BTreeSet<MessageId>,
}

struct Draft {
    id: MessageId,
    frame: Message,
}

impl Stranger {
    pub(crate) fn new(notes: Notes, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let session = format!("{:x}", rng.random::<u64>());
        Self { notes, token: None, session, is_welcome: false, rooms: BTreeMap::new(), rng }
    }

    fn note(&self, told: Told) {
        self.notes.borrow_mut().push(told);
    }

    fn take(&mut self, message: &Value, payload: &[u8], now: u64) -> Option<Heard> {
        let (name, fields) = message.as_object()?.iter().next()?;
        let mut heard = Heard::default();
        match name.as_str() {
            "welcome" => {
                self.note(Told::Person(PersonId(uuid(&fields["you"]["id"])?)));
                self.token = fields["token"].as_str().map(str::to_owned);
                self.is_welcome = true;
                heard.beat_every = fields["beat_every"].as_u64().map(Duration::from_secs);
                heard.say = self.rooms.iter_mut().map(|(name, room)| room.join(name)).collect();
            }
            "joined" => heard.say = self.joined(fields)?,
            "entries" => heard.say = self.entries(fields, payload)?,
            "settled" => {
                let (room, id, seq) = (room(fields)?, MessageId(uuid(&fields["id"])?), seq(&fields["seq"])?);
                self.note(Told::Settled { room: room.clone(), id, seq });
                self.rooms.get_mut(&room)?.drafts.retain(|draft| draft.id != id);
            }
            "refusal" => heard.say = self.refused(fields, now)?,
            "closing" => heard.back_in = fields["back_in"].as_u64().map(Duration::from_millis),
            _ => {}
        }
        Some(heard)
    }

    fn joined(&mut self, fields: &Value) -> Option<Vec<Message>> {
        let name = room(fields)?;
        let epoch = Epoch(fields["epoch"].as_str()?.into());
        let (first, after, head) = (seq(&fields["first"])?, seq(&fields["after"])?, seq(&fields["head"])?);
        let room = self.rooms.get_mut(&name)?;
        let asked = room.asked.pop_front().flatten();
        room.cursor = Some(Cursor { epoch: epoch.clone(), seq: after });
        room.is_joined = true;
        room.wait_until = None;
        let say = room.drafts.iter().map(|draft| draft.frame.clone()).collect();
        self.note(Told::Joined { room: name, asked, epoch, first, after, head });
        Some(say)
    }

    fn entries(&mut self, fields: &Value, payload: &[u8]) -> Option<Vec<Message>> {
        let (name, after) = (room(fields)?, seq(&fields["after"])?);
        let mut rest = payload;
        let mut entries = Vec::new();
        for entry in fields["entries"].as_array()? {
            entries.push(seen(entry, &mut rest)?);
        }
        let room = self.rooms.get_mut(&name)?;
        let mut say = Vec::new();
        // What comes before a join is answered belongs to an older one.
        if let Some(cursor) = room.cursor.as_mut().filter(|_| room.asked.is_empty()) {
            if cursor.seq == after {
                cursor.seq = entries.last().map_or(after, |last| last.seq);
                room.given.extend(entries.iter().map(|entry| entry.id));
                room.drafts.retain(|draft| !room.given.contains(&draft.id));
            } else {
                say.push(room.join(&name));
            }
        }
        self.note(Told::Entries { room: name, after, entries });
        Some(say)
    }

    fn refused(&mut self, fields: &Value, now: u64) -> Option<Vec<Message>> {
        let name = room(fields)?;
        let retry_after = fields["retry_after"].as_u64();
        let room = self.rooms.get_mut(&name)?;
        let Some(id) = uuid(&fields["id"]).map(MessageId) else {
            // A join.
            room.asked.pop_front();
            room.wait_until = retry_after.map(|wait| now.saturating_add(wait));
            return Some(Vec::new());
        };
        let not_joined = fields["why"].get("not_joined").is_some();
        let for_good = retry_after.is_none() && !not_joined;
        let mut say = Vec::new();
        if for_good {
            room.drafts.retain(|draft| draft.id != id);
        } else if not_joined {
            say.extend(room.asked.is_empty().then(|| room.join(&name)));
        } else if room.wait_until.is_none() {
            room.wait_until = retry_after.map(|wait| now.saturating_add(wait));
        }
        self.note(Told::Refused { room: name, id, for_good });
        Some(say)
    }
}

impl Logic for Stranger {
    fn hello(&mut self) -> Message {
        let mut hello = json!({"name": "a stranger", "session": self.session});
        if let Some(token) = &self.token {
            hello["token"] = json!(token);
        }
        Message::text(json!({"hello": hello}).to_string())
    }

    fn heard(&mut self, message: Message, now: u64) -> Heard {
        let (header, payload) = match &message {
            Message::Text(text) => (text.as_bytes(), &[][..]),
            Message::Binary(bytes) => match split(bytes) {
                Some(parts) => parts,
                None => return Heard::default(),
            },
            _ => return Heard::default(),
        };
        let Ok(message) = serde_json::from_slice(header) else { return Heard::default() };
        self.take(&message, payload, now).unwrap_or_default()
    }

    fn enter(&mut self, room: &RoomName) -> Vec<Message> {
        if self.rooms.contains_key(room) {
            return Vec::new();
        }
        let entered = self.rooms.entry(room.clone()).or_default();
        if self.is_welcome { vec![entered.join(room)] } else { Vec::new() }
    }

    fn write(&mut self, room: &RoomName, id: MessageId, kind: Option<String>, body: Body, _: u64) -> Vec<Message> {
        let mut post = json!({"room": room.as_str(), "id": id.to_string()});
        if let Some(kind) = &kind {
            post["kind"] = json!(kind);
        }
        let (said, frame) = match &body {
            Body::Text(text) => {
                post["body"] = json!({"text": text});
                (digest(kind.as_deref(), true, text.as_bytes()), Message::text(json!({"post": post}).to_string()))
            }
            Body::Bytes(bytes) => {
                post["body"] = json!({"bytes": bytes.len()});
                let header = json!({"post": post}).to_string();
                let length = u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes();
                let frame = [&length[..], header.as_bytes(), bytes].concat();
                (digest(kind.as_deref(), false, bytes), Message::binary(frame))
            }
            _ => return Vec::new(),
        };
        self.note(Told::Wrote { room: room.clone(), id, said });
        let Some(entered) = self.rooms.get_mut(room) else { return Vec::new() };
        entered.drafts.push(Draft { id, frame: frame.clone() });
        let may_go = entered.is_joined && entered.asked.is_empty() && entered.wait_until.is_none();
        if may_go { vec![frame] } else { Vec::new() }
    }

    fn line_lost(&mut self) {
        self.note(Told::LineLost);
        self.is_welcome = false;
        for room in self.rooms.values_mut() {
            room.is_joined = false;
            room.asked.clear();
            room.wait_until = None;
        }
    }

    /// It keeps its token, cursors and drafts in a file, so to speak; only its session is another one.
    fn reload(&mut self) {
        self.line_lost();
        self.session = format!("{:x}", self.rng.random::<u64>());
        self.note(Told::Reloaded);
    }

    fn due_in(&self, now: u64) -> Option<u64> {
        self.rooms.values().filter_map(|room| room.wait_until).min().map(|until| left(until, now))
    }

    fn say_due(&mut self, now: u64) -> Vec<Message> {
        let mut say = Vec::new();
        for (name, room) in &mut self.rooms {
            if room.wait_until.is_none_or(|until| left(until, now) > 0) {
                continue;
            }
            room.wait_until = None;
            if room.is_joined {
                say.extend(room.drafts.iter().map(|draft| draft.frame.clone()));
            } else if room.asked.is_empty() {
                say.push(room.join(name));
            }
        }
        say
    }

    /// What it keeps goes again by itself, into whatever log there is: an id is an id.
    fn offer_again(&mut self, _: u64) -> Vec<Message> {
        Vec::new()
    }

    fn standing(&self) -> Standing {
        let cursors =
            self.rooms.iter().map(|(name, room)| (name.clone(), room.cursor.clone().filter(|_| room.is_joined)));
        Standing {
            is_welcome: self.is_welcome,
            underway: self.rooms.values().map(|room| room.drafts.len()).sum(),
            cursors: cursors.collect(),
            ..Standing::default()
        }
    }

    fn rest(&self) -> BTreeMap<RoomName, Rest> {
        let rest = |room: &Room| Rest {
            cursor: room.cursor.clone().filter(|_| room.is_joined),
            underway: room.drafts.iter().map(|draft| draft.id).collect(),
            held: None,
            says_gap: false,
        };
        self.rooms.iter().map(|(name, room)| (name.clone(), rest(room))).collect()
    }
}

impl Room {
    fn join(&mut self, name: &RoomName) -> Message {
        self.asked.push_back(self.cursor.clone());
        let mut join = json!({"room": name.as_str()});
        if let Some(Cursor { epoch, seq }) = &self.cursor {
            join["after"] = json!({"epoch": &*epoch.0, "seq": seq.number()});
        }
        Message::text(json!({"join": join}).to_string())
    }
}

/// How long to wait still. A server says some seconds; where it seems to be longer, the clock was put back.
fn left(until: u64, now: u64) -> u64 {
    until.checked_sub(now).filter(|wait| *wait <= LONGEST).unwrap_or_default()
}

fn seen(entry: &Value, payload: &mut &[u8]) -> Option<Seen> {
    let kind = entry["kind"].as_str();
    let said = match (&entry["body"]["text"], &entry["body"]["bytes"]) {
        (Value::String(text), _) => digest(kind, true, text.as_bytes()),
        (_, count) => {
            let (bytes, rest) = payload.split_at_checked(usize::try_from(count.as_u64()?).ok()?)?;
            *payload = rest;
            digest(kind, false, bytes)
        }
    };
    Some(Seen {
        seq: seq(&entry["seq"])?,
        id: MessageId(uuid(&entry["id"])?),
        from: PersonId(uuid(&entry["from"]["id"])?),
        at: entry["at"].as_u64()?,
        said,
    })
}

/// A binary frame's header and payload.
fn split(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = frame.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

fn room(fields: &Value) -> Option<RoomName> {
    fields["room"].as_str()?.parse().ok()
}

fn uuid(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

fn seq(value: &Value) -> Option<Seq> {
    Seq::new(value.as_u64()?)
}
