//! A page that lives by the product's own replicas and outbox.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    time::Duration,
};

use anyhow::Result;
use openline_checker::{Rest, Seen, Told, digest};
use openline_protocol::{Body, Cursor, Frame, MessageId, PersonName, RoomName, SessionId, ToClient, ToServer, Why};
use openline_rooms::{Draft, Effect, Fate, Memory, Replicas};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio_tungstenite::tungstenite::Message;

use super::{Heard, Logic, Notes, Standing};

/// What all tabs of a person share, and what outlives a reload.
pub(crate) type Store = Memory;

/// A time at which nothing that was put off is due.
const NOTHING_DUE: u64 = 0;

pub(crate) struct Page {
    replicas: Replicas,
    rooms: Vec<RoomName>,
    store: Rc<RefCell<Store>>,
    notes: Notes,
    /// What was asked for on this line by joins that are not answered.
    asked: BTreeMap<RoomName, VecDeque<Option<Cursor>>>,
    last_written: u64,
    name: PersonName,
    rng: SmallRng,
}

impl Page {
    pub(crate) fn new(store: Rc<RefCell<Store>>, notes: Notes, seed: u64) -> Result<Self> {
        let name: PersonName = "Ada".parse()?;
        let mut rng = SmallRng::seed_from_u64(seed);
        let replicas = Replicas::new(name.clone(), store.borrow().token().cloned(), session(&mut rng));
        let (rooms, asked) = (Vec::new(), BTreeMap::new());
        Ok(Self { replicas, rooms, store, notes, asked, last_written: 0, name, rng })
    }

    fn apply(&mut self, effects: Vec<Effect>, now: u64) -> Heard {
        let mut heard = Heard::default();
        // What the store answers comes before whatever else there was to do, as it is there at once.
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Say(message) => {
                    if let ToServer::Join(join) = &message {
                        self.asked.entry(join.room.clone()).or_default().push_back(join.after.clone());
                    }
                    heard.say.push(to_message(&message));
                }
                Effect::Store(message) => {
                    let answer = self.store.borrow_mut().take(message);
                    let then = answer.map(|answer| self.replicas.stored(answer, now)).unwrap_or_default();
                    then.into_iter().rev().for_each(|effect| effects.push_front(effect));
                }
                Effect::Redial => heard.redial = true,
                Effect::BeatEvery(seconds) => heard.beat_every = Some(Duration::from_secs(seconds.into())),
                Effect::ComeBackIn(wait) => heard.back_in = Some(Duration::from_millis(wait)),
                _ => {}
            }
        }
        heard
    }

    fn note(&mut self, told: Told) {
        self.notes.borrow_mut().push(told);
    }

    fn note_message(&mut self, message: &ToClient) {
        match message {
            ToClient::Welcome(welcome) => self.note(Told::Person(welcome.you.id)),
            ToClient::Joined(joined) => {
                let asked = self.asked.get_mut(&joined.room).and_then(VecDeque::pop_front).flatten();
                let (room, epoch) = (joined.room.clone(), joined.epoch.clone());
                let (first, after, head) = (joined.first, joined.after, joined.head);
                self.note(Told::Joined { room, asked, epoch, first, after, head });
            }
            ToClient::Entries(batch) => {
                let entries = batch.entries.iter().map(Seen::of).collect();
                self.note(Told::Entries { room: batch.room.clone(), after: batch.after, entries });
            }
            ToClient::Settled { room, id, seq } => {
                self.note(Told::Settled { room: room.clone(), id: *id, seq: *seq });
            }
            ToClient::Refusal(refusal) => match (&refusal.room, refusal.id) {
                (Some(room), Some(id)) => {
                    let for_good = refusal.retry_after.is_none() && refusal.why != (Why::NotJoined {});
                    self.note(Told::Refused { room: room.clone(), id, for_good });
                }
                (Some(room), None) => drop(self.asked.get_mut(room).and_then(VecDeque::pop_front)),
                _ => {}
            },
            _ => {}
        }
    }
}

impl Logic for Page {
    fn hello(&mut self) -> Message {
        to_message(&self.replicas.hello())
    }

    fn heard(&mut self, message: Message, now: u64) -> Heard {
        let message = match message {
            Message::Text(text) => ToClient::from_text(&text),
            Message::Binary(bytes) => ToClient::from_binary(bytes),
            _ => return Heard::default(),
        };
        let Ok(message) = message else { return Heard::default() };
        self.note_message(&message);
        let effects = self.replicas.heard(message, now);
        self.apply(effects, now)
    }

    fn enter(&mut self, room: &RoomName) -> Vec<Message> {
        if self.replicas.get(room).is_some() {
            return Vec::new();
        }
        self.rooms.push(room.clone());
        let effects = self.replicas.enter(room);
        self.apply(effects, NOTHING_DUE).say
    }

    fn write(&mut self, room: &RoomName, id: MessageId, kind: Option<String>, body: Body, now: u64) -> Vec<Message> {
        let is_text = matches!(body, Body::Text(_));
        let said = match &body {
            Body::Text(text) => digest(kind.as_deref(), is_text, text.as_bytes()),
            Body::Bytes(bytes) => digest(kind.as_deref(), is_text, bytes),
            _ => 0,
        };
        self.note(Told::Wrote { room: room.clone(), id, said });
        let written_at = now.max(self.last_written + 1);
        self.last_written = written_at;
        let draft = Draft { id, kind, body, written_at, epoch: None, fate: Fate::Storing };
        let effects = self.replicas.write(room, draft);
        self.apply(effects, now).say
    }

    fn line_lost(&mut self) {
        self.note(Told::LineLost);
        self.asked.clear();
        let effects = self.replicas.line_lost();
        self.apply(effects, NOTHING_DUE);
    }

    fn reload(&mut self) {
        self.note(Told::Reloaded);
        self.asked.clear();
        let token = self.store.borrow().token().cloned();
        self.replicas = Replicas::new(self.name.clone(), token, session(&mut self.rng));
        self.last_written = 0;
        for room in std::mem::take(&mut self.rooms) {
            self.enter(&room);
        }
    }

    fn due_in(&self, now: u64) -> Option<u64> {
        self.replicas.due_in(now)
    }

    fn say_due(&mut self, now: u64) -> Vec<Message> {
        let effects = self.replicas.say_due(now);
        self.apply(effects, now).say
    }

    fn offer_again(&mut self, now: u64) -> Vec<Message> {
        let mut say = Vec::new();
        for room in self.rooms.clone() {
            let drafts = self.replicas.get(&room).into_iter().flat_map(|replica| replica.drafts());
            let left: Vec<_> = drafts.filter(|draft| draft.fate == Fate::OtherLog).map(|draft| draft.id).collect();
            for id in left {
                self.note(Told::WroteAgain { room: room.clone(), id });
                let effects = self.replicas.retry(&room, id, now);
                say.extend(self.apply(effects, now).say);
            }
        }
        say
    }

    fn standing(&self) -> Standing {
        let replicas = || self.rooms.iter().filter_map(|room| self.replicas.get(room));
        let drafts = || replicas().flat_map(|replica| replica.drafts());
        let underway = drafts().filter(|draft| draft.is_underway()).count();
        let cursor = |replica: &openline_rooms::Replica| replica.cursor().filter(|_| replica.is_joined());
        Standing {
            is_welcome: self.replicas.me().is_some(),
            underway,
            set_aside: drafts().filter(|draft| draft.fate == Fate::OtherLog).count(),
            cursors: replicas().map(|replica| (replica.name().clone(), cursor(replica))).collect(),
            ended: None,
        }
    }

    fn rest(&self) -> BTreeMap<RoomName, Rest> {
        let rest = |room: &RoomName| {
            let replica = self.replicas.get(room)?;
            let underway = replica.drafts().filter(|draft| draft.is_underway()).map(|draft| draft.id).collect();
            let held = Some(replica.latest().iter().map(|entry| (entry.seq, entry.id)).collect());
            let cursor = replica.cursor().filter(|_| replica.is_joined());
            Some((room.clone(), Rest { cursor, underway, held, says_gap: replica.gap().is_some() }))
        };
        self.rooms.iter().filter_map(rest).collect()
    }
}

fn session(rng: &mut SmallRng) -> SessionId {
    SessionId::from(uuid::Builder::from_random_bytes(rng.random()).into_uuid())
}

fn to_message(message: &ToServer) -> Message {
    match message.to_frame() {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::binary(bytes),
    }
}
