//! What comes on a line, and what is done about it.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use openline_protocol::{
    Body, CloseCode, DecodeError, Heard, Hello, Join, Person, Post, SessionId, Signal, ToClient, ToServer, Welcome, Why,
};

use super::{
    Connection,
    ending::{Answer, Ending},
    place::Place,
    rules,
};
use crate::{
    database::Trouble,
    hall::Hall,
    history::{Answers, Posting, RETRY_AFTER},
    identity::Identity,
    room::Room,
    websocket::{LineError, Message, Packet},
};

/// How many messages are read before something is sent.
const READS: usize = 32;
/// How many answers may wait before the line is read from no more.
const REPLIES: usize = 128;

impl Connection {
    /// Whether the line is read from. When not, what it says waits in the system's buffers, and then at its sender.
    pub(super) fn may_read(&self, now: Instant) -> bool {
        self.ending.is_none()
            && self.greeting.is_none()
            && self.joining.is_none()
            && self.held.is_none()
            && self.replies.len() < REPLIES
            && self.in_flight() < self.hall.limits.in_flight
            && self.pace.ready_at(self.hall.limits.pace()) <= now
    }

    pub(super) fn in_flight(&self) -> usize {
        self.answers.as_ref().map_or(0, |answers| answers.in_flight())
    }

    /// Reads what there is, up to a turn's worth. Whether anything came.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        self.retry_held();
        let mut read = 0;
        while read < READS && self.may_read(now) {
            let Poll::Ready(message) = self.line.poll_message(cx, self.hall.limits.frame()) else { break };
            read += 1;
            self.deadlines.heard(now);
            self.pace.take(self.hall.limits.pace(), now);
            self.hall.metrics.read.inc();
            match message {
                Ok(message) => self.hear(message),
                Err(LineError::Broke) => self.ending = Some(Ending::Over),
                Err(LineError::Violation(violation)) => {
                    tracing::debug!(line = self.listed.number(), %violation, "closing");
                    self.close(violation.code(), &violation.to_string());
                    self.answered(Answer::Lost);
                }
            }
        }
        if !self.may_read(now) {
            // Its silence is ours.
            self.deadlines.heard(now);
        }
        if read > 0 {
            // Only now, so that all that came at once is committed at once.
            self.hall.history.ring();
        }
        read > 0
    }

    pub(super) fn hear(&mut self, message: Message) {
        let decoded = match message {
            Message::Text(text) => ToServer::from_text(&text),
            Message::Binary(bytes) => ToServer::from_binary(bytes),
            Message::Ping(payload) => {
                self.replies.push_back(Packet::pong(&payload));
                return;
            }
            Message::Pong => return,
            Message::Close(code) => {
                self.close(code, "");
                self.answered(Answer::Came);
                return;
            }
        };
        match decoded {
            Ok(ToServer::Hello(hello)) => self.greet(hello),
            Ok(_) if self.who.is_none() => self.close(CloseCode::NO_HELLO, "say hello first"),
            Ok(ToServer::Join(join)) => self.join(join),
            Ok(ToServer::Leave { room }) => self.places.retain(|place| !place.is_in(&room)),
            Ok(ToServer::Post(post)) => self.post(post),
            Ok(ToServer::Signal(signal)) => self.signal(signal),
            Ok(ToServer::Beat {}) => self.reply(&ToClient::Beat {}),
            Err(error) => self.misheard(error),
        }
    }

    pub(super) fn misheard(&mut self, error: DecodeError) {
        let is_hello = matches!(&error, DecodeError::Unfit { tag, .. } if tag == "hello");
        match error {
            DecodeError::Unknown { .. } | DecodeError::Unfit { .. } if self.who.is_some() || is_hello => {
                self.refuse(None, None, Why::NotUnderstood { detail: error.to_string() }, None);
            }
            DecodeError::Unknown { .. } | DecodeError::Unfit { .. } => {
                self.close(CloseCode::NO_HELLO, "say hello first");
            }
            _ => self.close(CloseCode::MALFORMED, &error.to_string()),
        }
    }

    pub(super) fn greet(&mut self, hello: Hello) {
        let known = hello.token.as_ref().map(|token| self.hall.identity.person(token)).transpose();
        let (name, mine) = (hello.name, self.who.as_ref().map(|who| who.id));
        match (known, mine) {
            (Err(_), _) => self.close(CloseCode::BAD_TOKEN, "the token does not verify"),
            (Ok(Some(id)), Some(mine)) if id != mine => {
                self.close(CloseCode::BAD_TOKEN, "the token is somebody else's");
            }
            (_, Some(id)) => self.rename(Arc::new(Person { id, name })),
            (Ok(known), None) => {
                self.introduce(Person { id: known.unwrap_or_else(Identity::stranger), name }, hello.session);
            }
        }
    }

    pub(super) fn rename(&mut self, person: Arc<Person>) {
        self.places.iter().for_each(|place| place.room().rename(&person));
        self.welcome(person);
    }

    pub(super) fn introduce(&mut self, person: Person, session: Option<SessionId>) {
        if let Some(session) = session {
            self.listed.claim(person.id, session);
        }
        self.greeting = Some(Arc::new(person));
    }

    pub(super) fn poll_greeting(&mut self) -> bool {
        if self.greeting.is_none() || self.ending.is_some() || !self.listed.speaks() {
            return false;
        }
        if let Some(person) = self.greeting.take() {
            self.welcome(person);
        }
        true
    }

    pub(super) fn welcome(&mut self, you: Arc<Person>) {
        let Ok(token) = self.hall.identity.token(you.id) else {
            self.close(CloseCode::INTERNAL, "can't sign a token");
            return;
        };
        self.deadlines.said_hello();
        self.who = Some(Arc::clone(&you));
        let you = Person::clone(&you);
        let limits = self.hall.limits.on_the_wire();
        let beat_every = self.hall.limits.beat_every;
        self.reply(&ToClient::Welcome(Welcome { you, token, limits, beat_every }));
    }

    pub(super) fn join(&mut self, join: Join) {
        let limit = self.hall.limits.rooms;
        let is_in = self.places.iter().any(|place| place.is_in(&join.room));
        if !is_in && self.places.len() >= limit {
            self.refuse(Some(join.room), None, Why::TooManyRooms { limit }, None);
            return;
        }
        if let Some(room) = self.hall.rooms.find(&join.room).filter(|room| !room.lacks(&join)) {
            self.enter(&join, &room);
            return;
        }
        let hall = Arc::clone(&self.hall);
        self.joining = Some(Box::pin(async move {
            let room = open(&hall, &join).await;
            (join, room)
        }));
    }

    pub(super) fn poll_joining(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(joining) = &mut self.joining else { return false };
        let Poll::Ready((join, room)) = joining.as_mut().poll(cx) else { return false };
        self.joining = None;
        if self.ending.is_some() {
            return true;
        }
        match room {
            Ok(room) => self.enter(&join, &room),
            Err(Trouble::Full) => self.refuse(Some(join.room), None, Why::StorageFull {}, Some(RETRY_AFTER)),
            Err(trouble) => {
                tracing::error!(%trouble, "could not open a room");
                self.refuse(Some(join.room), None, Why::StorageFailed {}, Some(RETRY_AFTER));
            }
        }
        true
    }

    pub(super) fn enter(&mut self, join: &Join, room: &Arc<Room>) {
        let (Some(who), Some(listener)) = (&self.who, self.this.upgrade()) else { return };
        let presence = room.enter(who, listener);
        let joined = room.joined(join, self.hall.limits.behind);
        let place = Place::new(presence, joined.after, joined.roster.version);
        self.reply(&ToClient::Joined(joined));
        match self.places.iter_mut().find(|place| place.is_in(&join.room)) {
            Some(old) => *old = place,
            None => {
                // Most lines are in one room, and a place that nobody takes costs as much as one that somebody does.
                self.places.reserve_exact(1);
                self.places.push(place);
            }
        }
    }

    pub(super) fn post(&mut self, post: Post) {
        let (Some(place), Some(who)) = (self.places.iter_mut().find(|place| place.is_in(&post.room)), &self.who) else {
            self.refuse(Some(post.room), Some(post.id), Why::NotJoined {}, None);
            return;
        };
        if let Err(why) = rules::check_post(&post, &self.hall.limits) {
            self.refuse(Some(post.room), Some(post.id), why, None);
            return;
        }
        let answers = self.answers.get_or_insert_with(|| Arc::new(Answers::new(Arc::clone(&self.wake))));
        let posting = Posting {
            room: Arc::clone(place.room()),
            lane: place.lane(),
            answers: Arc::clone(answers),
            id: post.id,
            from: Person::clone(who),
            kind: post.kind,
            body: compact(post.body),
        };
        self.held = self.hall.history.post(posting).err();
    }

    pub(super) fn retry_held(&mut self) {
        if let Some(held) = self.held.take() {
            self.held = self.hall.history.post(*held).err();
            self.hall.history.ring();
        }
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        let (Some(place), Some(who)) = (self.places.iter().find(|place| place.is_in(&signal.room)), &self.who) else {
            self.refuse(Some(signal.room), None, Why::NotJoined {}, None);
            return;
        };
        if let Err(why) = rules::check_signal(&signal, &self.hall.limits) {
            self.refuse(Some(signal.room), None, why, None);
            return;
        }
        let heard = Heard { from: Person::clone(who), body: compact(signal.body) };
        place.signal(signal.to, heard);
    }
}

/// The room to join; another log, if the join proves that it has to be.
async fn open(hall: &Hall, join: &Join) -> Result<Arc<Room>, Trouble> {
    let room = hall.rooms.room(&join.room, &hall.history).await?;
    if room.lacks(join) {
        hall.history.renew(&room).await?;
    }
    Ok(room)
}

/// The body with its bytes by themselves: as they came they share a buffer that may be much larger.
fn compact(body: Body) -> Body {
    match body {
        Body::Bytes(payload) => Body::bytes(payload.to_vec()),
        other => other,
    }
}
