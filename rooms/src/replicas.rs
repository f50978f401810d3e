//! All the rooms of one line, and what is said on it. Pure: it is told what was heard and when, and answers with what
//! to do.

use std::collections::BTreeMap;

use openline_protocol::{
    Heard, Hello, MessageId, Page, Person, PersonName, Refusal, RoomName, Roster, Seq, SessionId, Signal, ToClient,
    ToServer, Token, Welcome, Why,
};

use crate::{draft::Draft, replica::Replica};

/// What is new, for whoever draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// What the line is doing.
    Line,
    /// Who we are, or are called.
    Me,
    /// Something in this room's replica.
    Room(RoomName),
    /// Somebody said something that is kept nowhere.
    Signals {
        /// Where.
        room: RoomName,
        /// What.
        signals: Vec<Heard>,
    },
    /// The server could not do something that was asked of it outside any draft.
    Refused(Refusal),
}

/// What is to be done about what was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// This is to be said on the line; if it is down, nothing: the replicas say again what has to be.
    Say(ToServer),
    /// Whoever draws is to know this.
    Tell(Change),
    /// The token is to be stored before anything is posted.
    KeepToken(Token),
    /// This draft is to be stored as it is now.
    KeepDraft(RoomName, Draft),
    /// This draft is settled.
    DropDraft(RoomName, MessageId),
    /// The server is silent for at most so many seconds.
    BeatEvery(u32),
    /// The server asks to come back in so many milliseconds.
    ComeBackIn(u64),
}

/// All the rooms of one line, without the line: for whoever brings a socket and a store of their own.
/// [`Rooms`](crate::Rooms) is this, driven in a browser.
///
/// A draft is to be stored before it is given to [`write`](Self::write). Times are milliseconds since 1970, UTC.
#[derive(Debug)]
pub struct Replicas {
    name: PersonName,
    token: Option<Token>,
    session: SessionId,
    me: Option<Person>,
    /// Whether the line that is up now has answered our hello.
    welcomed: bool,
    rooms: BTreeMap<RoomName, Replica>,
}

impl Replicas {
    /// Nobody yet, in no room. With the token of an earlier life, the same person again.
    pub fn new(name: PersonName, token: Option<Token>, session: SessionId) -> Self {
        Self { name, token, session, me: None, welcomed: false, rooms: BTreeMap::new() }
    }

    /// Who we are, once the server has said so.
    pub fn me(&self) -> Option<&Person> {
        self.me.as_ref()
    }

    /// The replica of a room, if it was entered.
    pub fn get(&self, room: &RoomName) -> Option<&Replica> {
        self.rooms.get(room)
    }

    /// The first thing to say on a line that has just opened.
    pub fn hello(&self) -> ToServer {
        ToServer::Hello(Hello {
            name: self.name.clone(),
            token: self.token.clone(),
            session: Some(self.session.clone()),
        })
    }

    /// Calls oneself otherwise from now on.
    pub fn rename(&mut self, name: PersonName) -> ToServer {
        self.name = name;
        self.hello()
    }

    /// Gives up who we were: the next hello makes somebody new.
    pub fn start_anew(&mut self) {
        self.token = None;
        self.me = None;
    }

    /// Enters a room with the drafts that were stored for it.
    pub fn enter(&mut self, room: &RoomName, stored: Vec<Draft>) -> Vec<Effect> {
        if self.rooms.contains_key(room) {
            return Vec::new();
        }
        let mut replica = Replica::new(room.clone());
        for draft in stored {
            replica.write(draft);
        }
        let join = self.welcomed.then(|| Effect::Say(ToServer::Join(replica.join())));
        self.rooms.insert(room.clone(), replica);
        join.into_iter().chain([tell(room)]).collect()
    }

    /// Leaves a room.
    pub fn leave(&mut self, room: &RoomName) -> Vec<Effect> {
        match self.rooms.remove(room) {
            Some(replica) if replica.is_joined() => {
                vec![Effect::Say(ToServer::Leave { room: room.clone() }), tell(room)]
            }
            Some(_) => vec![tell(room)],
            None => Vec::new(),
        }
    }

    /// Takes in a draft that is stored, and posts it if it may go.
    pub fn write(&mut self, room: &RoomName, draft: Draft, now: u64) -> Vec<Effect> {
        self.on(room, |replica| {
            replica.write(draft);
            posts(replica, now)
        })
    }

    /// Posts a refused draft once more, or one that was written for another log.
    pub fn retry(&mut self, room: &RoomName, id: MessageId, now: u64) -> Vec<Effect> {
        self.on(room, |replica| {
            replica.retry(id);
            posts(replica, now)
        })
    }

    /// Gives a draft up.
    pub fn discard(&mut self, room: &RoomName, id: MessageId, now: u64) -> Vec<Effect> {
        self.on(room, |replica| {
            replica.take_draft(id);
            posts(replica, now)
        })
    }

    /// Says something that is kept nowhere, if the room is joined.
    pub fn signal(&mut self, signal: Signal) -> Vec<Effect> {
        match self.rooms.get(&signal.room) {
            Some(replica) if replica.is_joined() => vec![Effect::Say(ToServer::Signal(signal))],
            _ => Vec::new(),
        }
    }

    /// The place before which older entries of a room are to be fetched, if there are any and nobody is fetching.
    pub fn ask_older(&mut self, room: &RoomName) -> Option<Seq> {
        self.rooms.get_mut(room)?.ask_older()
    }

    /// Takes in the page that was fetched.
    pub fn older(&mut self, room: &RoomName, before: Seq, page: Result<Page, String>) -> Vec<Effect> {
        self.on(room, |replica| {
            replica.prepend(before, page);
            Vec::new()
        })
    }

    /// The line is down: whatever was said on it may be lost.
    pub fn line_lost(&mut self) -> Vec<Effect> {
        self.welcomed = false;
        for replica in self.rooms.values_mut() {
            replica.line_lost();
        }
        self.rooms.keys().map(tell).collect()
    }

    /// When some held draft is due again: milliseconds since 1970, UTC.
    pub fn due_at(&self) -> Option<u64> {
        self.rooms.values().filter_map(Replica::held_until).min()
    }

    /// Posts what has become due.
    pub fn post_due(&mut self, now: u64) -> Vec<Effect> {
        self.rooms.values_mut().flat_map(|replica| posts(replica, now)).collect()
    }

    /// Takes in a message of the server.
    pub fn heard(&mut self, message: ToClient, now: u64) -> Vec<Effect> {
        match message {
            ToClient::Welcome(welcome) => self.welcomed(welcome),
            ToClient::Joined(answer) => self.on(&answer.room.clone(), |replica| {
                let stamped = replica.joined(answer);
                let keep = stamped.into_iter().map(|draft| Effect::KeepDraft(replica.name().clone(), draft));
                keep.collect::<Vec<_>>().into_iter().chain(posts(replica, now)).collect()
            }),
            ToClient::Entries(batch) => self.on(&batch.room.clone(), |replica| match replica.append(batch) {
                Some(settled) => {
                    let dropped = settled.into_iter().map(|id| Effect::DropDraft(replica.name().clone(), id));
                    dropped.collect::<Vec<_>>().into_iter().chain(posts(replica, now)).collect()
                }
                None => vec![Effect::Say(ToServer::Join(replica.join()))],
            }),
            ToClient::Settled { room, id, seq: _ } => self.on(&room.clone(), |replica| {
                replica.take_draft(id);
                std::iter::once(Effect::DropDraft(room, id)).chain(posts(replica, now)).collect()
            }),
            ToClient::Signals { room, signals } => vec![Effect::Tell(Change::Signals { room, signals })],
            ToClient::Roster { room, version, count, who } => self.on(&room, |replica| {
                replica.set_roster(Roster { version, count, who });
                Vec::new()
            }),
            ToClient::Refusal(refusal) => self.refused(refusal, now),
            ToClient::Closing { why: _, back_in } => vec![Effect::ComeBackIn(back_in)],
            // A beat is only there to be heard; what this version doesn't know was passed over before.
            _ => Vec::new(),
        }
    }

    fn welcomed(&mut self, Welcome { you, token, limits: _, beat_every }: Welcome) -> Vec<Effect> {
        self.welcomed = true;
        let renamed = self.me.replace(you) != self.me;
        let mut effects = vec![Effect::BeatEvery(beat_every)];
        if self.token.as_ref() != Some(&token) {
            self.token = Some(token.clone());
            effects.push(Effect::KeepToken(token));
        }
        if renamed {
            effects.push(Effect::Tell(Change::Me));
        }
        for replica in self.rooms.values_mut().filter(|replica| !replica.is_joined()) {
            effects.push(Effect::Say(ToServer::Join(replica.join())));
        }
        effects
    }

    fn refused(&mut self, refusal: Refusal, now: u64) -> Vec<Effect> {
        let (Some(room), Some(id)) = (&refusal.room, refusal.id) else {
            return vec![Effect::Tell(Change::Refused(refusal))];
        };
        let Refusal { why, retry_after, .. } = refusal.clone();
        self.on(room, |replica| {
            // A post can be too early, when the server has us out of the room, but not wrong for that.
            let out = why == (Why::NotJoined {});
            let retry_after = retry_after.or(out.then_some(0));
            let goes_on = replica.refused(id, why, retry_after.map(|after| now.saturating_add(after)));
            if replica.is_joined() && (out || !goes_on) {
                return vec![Effect::Say(ToServer::Join(replica.join()))];
            }
            posts(replica, now)
        })
    }

    fn on(&mut self, room: &RoomName, act: impl FnOnce(&mut Replica) -> Vec<Effect>) -> Vec<Effect> {
        let Some(replica) = self.rooms.get_mut(room) else { return Vec::new() };
        let mut effects = act(replica);
        effects.push(tell(room));
        effects
    }
}

fn tell(room: &RoomName) -> Effect {
    Effect::Tell(Change::Room(room.clone()))
}

fn posts(replica: &mut Replica, now: u64) -> Vec<Effect> {
    replica.due(now).into_iter().map(|post| Effect::Say(ToServer::Post(post))).collect()
}
