//! All the rooms of one line, and what is said on it. Pure: it is told what was heard and when, and answers with what
//! to do.

use litemap::LiteMap;
use openline_protocol::{
    Cursor, Entries, Hello, MessageId, Page, Person, PersonName, Refusal, RoomName, Roster, Seq, SessionId, Signal,
    ToClient, ToServer, Token, Welcome, Why,
};

use crate::{
    draft::{Draft, Fate},
    effect::{Change, Effect},
    pause::Pause,
    replica::Replica,
    to_store::{FromStore, ToStore, ToTabs},
    view::{NoPage, Span},
};

/// All the rooms of one line, without the line: for whoever brings a socket and a store of their own.
/// [`Rooms`](crate::Rooms) is this, driven in a browser.
///
/// Times are milliseconds since 1970, UTC.
#[derive(Debug)]
pub struct Replicas {
    name: PersonName,
    token: Option<Token>,
    session: SessionId,
    me: Option<Person>,
    /// What the last hello said: without a token, the server has made somebody new.
    greeted_with: Option<Token>,
    /// Who the server takes us for on this line, while the store has not said that we are.
    offered: Option<(Token, Person)>,
    /// Who we were, until somebody new is stored in place of that.
    given_up: Option<Token>,
    /// Whether rooms can be joined on the line that is up now.
    welcomed: bool,
    rooms: LiteMap<RoomName, Replica>,
}

impl Replicas {
    /// Nobody yet, in no room. With the token of an earlier life, the same person again.
    pub fn new(name: PersonName, token: Option<Token>, session: SessionId) -> Self {
        Self {
            name,
            token,
            session,
            me: None,
            greeted_with: None,
            offered: None,
            given_up: None,
            welcomed: false,
            rooms: LiteMap::new_vec(),
        }
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
    pub fn hello(&mut self) -> ToServer {
        self.greeted_with = self.token.clone();
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
        self.given_up = self.token.take();
        self.me = None;
    }

    /// Enters a room: from now on it is joined whenever the line is up, and what the store keeps of it is looked up.
    pub fn enter(&mut self, room: &RoomName) -> Vec<Effect> {
        if self.rooms.contains_key(room) {
            return Vec::new();
        }
        let replica = self.rooms.entry(room.clone()).or_insert_with(|| Replica::new(room.clone()));
        let mut effects = if self.welcomed { join(replica) } else { vec![load(replica)] };
        effects.push(tell(room));
        effects
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

    /// Whether a room's outbox has room for a body of so many bytes; `None` if the room is not entered.
    pub fn has_room_for(&self, room: &RoomName, bytes: usize) -> Option<bool> {
        Some(self.rooms.get(room)?.has_room_for(bytes))
    }

    /// Takes in what was written: it is stored, and then posted, after those before it.
    pub fn write(&mut self, room: &RoomName, mut draft: Draft) -> Vec<Effect> {
        self.on(room, |replica| {
            draft.fate = Fate::Storing;
            draft.epoch = replica.known_epoch();
            replica.outbox().put(draft.clone());
            vec![keep(replica, draft)]
        })
    }

    /// Posts a refused draft once more, or one that was written for another log, or that could not be stored.
    pub fn retry(&mut self, room: &RoomName, id: MessageId, now: u64) -> Vec<Effect> {
        self.on(room, |replica| {
            let epoch = replica.known_epoch();
            let again = replica.outbox().retry(id, epoch);
            again.map(|draft| keep(replica, draft)).into_iter().chain(posts(replica, now)).collect()
        })
    }

    /// Gives a draft up.
    pub fn discard(&mut self, room: &RoomName, id: MessageId, now: u64) -> Vec<Effect> {
        self.on(room, |replica| settle(replica, [id], now))
    }

    /// The reader has seen everything in a room up to here.
    pub fn mark_read(&mut self, room: &RoomName, seq: Seq) -> Vec<Effect> {
        let Some(cursor) = self.rooms.get_mut(room).and_then(|replica| replica.mark_read(seq)) else {
            return Vec::new();
        };
        vec![Effect::Store(ToStore::Read(room.clone(), cursor)), tell(room)]
    }

    /// Takes in what the store answers.
    pub fn stored(&mut self, answer: FromStore, now: u64) -> Vec<Effect> {
        match answer {
            FromStore::Loaded(room, kept) => self.on(&room, |replica| {
                replica.loaded(kept);
                settle_log(replica, now)
            }),
            FromStore::Kept(room, id) => self.on(&room, |replica| {
                replica.outbox().kept(id);
                posts(replica, now)
            }),
            FromStore::NotKept(room, id) => self.on(&room, |replica| {
                replica.outbox().not_kept(id);
                posts(replica, now)
            }),
            FromStore::Read(room, cursor) => self.read_elsewhere(&room, &cursor),
            FromStore::Claimed(token) => self.claimed(token),
        }
    }

    /// Takes in what another tab of this browser has stored.
    pub fn heard_of(&mut self, news: ToTabs, now: u64) -> Vec<Effect> {
        match news {
            ToTabs::Kept { room, draft } => self.on(&room, |replica| {
                replica.outbox().kept_elsewhere(draft);
                settle_log(replica, now)
            }),
            ToTabs::Dropped { room, id } => self.on(&room, |replica| {
                // Dropped here as well: the tab that told it may be closed before it has done so.
                let held = replica.outbox().take(id);
                let drop = held.map(|_| Effect::Store(ToStore::DropDraft(room.clone(), id)));
                drop.into_iter().chain(posts(replica, now)).collect()
            }),
            ToTabs::Read { room, cursor } => self.read_elsewhere(&room, &cursor),
        }
    }

    /// Says something that is kept nowhere, if the room is joined.
    pub fn signal(&mut self, signal: Signal) -> Vec<Effect> {
        match self.rooms.get(&signal.room) {
            Some(replica) if replica.is_joined() => vec![Effect::Say(ToServer::Signal(signal))],
            _ => Vec::new(),
        }
    }

    /// Asks for the page before the entries shown of a room.
    pub fn load_older(&mut self, room: &RoomName) -> Vec<Effect> {
        self.fetch(room, Replica::ask_older)
    }

    /// Asks for the page after the entries shown of a room, where they are not the latest.
    pub fn load_newer(&mut self, room: &RoomName) -> Vec<Effect> {
        self.fetch(room, Replica::ask_newer)
    }

    /// Shows what is around a place in a room.
    pub fn show_around(&mut self, room: &RoomName, seq: Seq) -> Vec<Effect> {
        self.fetch(room, |replica| replica.show_around(seq))
    }

    /// Shows the latest entries of a room.
    pub fn show_latest(&mut self, room: &RoomName) -> Vec<Effect> {
        self.fetch(room, |replica| {
            replica.show_latest();
            None
        })
    }

    /// What the reader has in view in a room: a place, or the end.
    pub fn looking_at(&mut self, room: &RoomName, seq: Option<Seq>) {
        if let Some(replica) = self.rooms.get_mut(room) {
            replica.looking_at(seq);
        }
    }

    /// Takes in the page that was fetched.
    pub fn page(&mut self, room: &RoomName, span: Span, page: Result<Page, NoPage>) -> Vec<Effect> {
        self.on(room, |replica| {
            replica.page(span, page);
            Vec::new()
        })
    }

    /// The line is down: whatever was said on it may be lost.
    pub fn line_lost(&mut self) -> Vec<Effect> {
        self.welcomed = false;
        self.offered = None;
        for (_, replica) in self.rooms.iter_mut() {
            replica.line_lost();
        }
        self.rooms.keys().map(tell).collect()
    }

    /// In how many milliseconds something that was refused for now is due again.
    pub fn due_in(&self, now: u64) -> Option<u64> {
        self.rooms.values().filter_map(Replica::pause).map(|pause| pause.left(now)).min()
    }

    /// Says again what has become due.
    pub fn say_due(&mut self, now: u64) -> Vec<Effect> {
        let say = |(_, replica): (&RoomName, &mut Replica)| {
            if replica.has_to_join(now) { join(replica) } else { posts(replica, now) }
        };
        self.rooms.iter_mut().flat_map(say).collect()
    }

    /// Takes in a message of the server.
    pub fn heard(&mut self, message: ToClient, now: u64) -> Vec<Effect> {
        match message {
            ToClient::Welcome(welcome) => self.welcomed(welcome),
            ToClient::Joined(answer) => self.on(&answer.room.clone(), |replica| {
                replica.joined(answer);
                let sought = replica.sought().map(|span| Effect::Fetch(replica.name().clone(), span));
                sought.into_iter().chain(settle_log(replica, now)).collect()
            }),
            ToClient::Entries(batch) => self.append(batch, now),
            ToClient::Settled { room, id, seq: _ } => self.on(&room, |replica| settle(replica, [id], now)),
            ToClient::Signals { room, signals } => vec![Effect::Tell(Change::Signals { room, signals })],
            ToClient::Roster { room, version, count, who } => self.on(&room, |replica| {
                replica.set_roster(Roster { version, count, who });
                Vec::new()
            }),
            ToClient::Refusal(refusal) => self.refused(refusal, now),
            ToClient::Closing { why: _, back_in } => vec![Effect::ComeBackIn(back_in)],
            ToClient::Beat {} => vec![Effect::Tell(Change::Beat)],
            // What this version doesn't know was passed over before.
            _ => Vec::new(),
        }
    }

    fn append(&mut self, batch: Entries, now: u64) -> Vec<Effect> {
        let Some(replica) = self.rooms.get_mut(&batch.room) else { return Vec::new() };
        let mut effects = match replica.append(batch) {
            Some(settled) => settle(replica, settled, now),
            None => join(replica),
        };
        if replica.is_worth_drawing(now) {
            effects.push(tell(replica.name()));
        }
        effects
    }

    fn welcomed(&mut self, Welcome { you, token, limits: _, beat_every }: Welcome) -> Vec<Effect> {
        let mut effects = vec![Effect::BeatEvery(beat_every)];
        if self.token.as_ref() != Some(&token) {
            let instead_of = self.greeted_with.clone().or_else(|| self.given_up.clone());
            effects.push(Effect::Store(ToStore::Claim { token: token.clone(), instead_of }));
        }
        if self.greeted_with.is_none() {
            // Somebody new, unless another tab became that first: nobody is to see us until that is known.
            self.offered = Some((token, you));
        } else {
            self.token = Some(token);
            effects.extend(self.begin(you));
        }
        effects
    }

    /// The store has said who we are.
    fn claimed(&mut self, token: Token) -> Vec<Effect> {
        self.given_up = None;
        let Some((ours, you)) = self.offered.take() else {
            self.token.get_or_insert(token);
            return Vec::new();
        };
        let first = ours == token;
        self.token = Some(token);
        if first { self.begin(you) } else { vec![Effect::Redial] }
    }

    /// We are who the server takes us for: the rooms are joined.
    fn begin(&mut self, you: Person) -> Vec<Effect> {
        self.welcomed = true;
        let renamed = self.me.as_ref() != Some(&you);
        self.me = Some(you);
        let out = self.rooms.iter_mut().map(|(_, replica)| replica).filter(|replica| !replica.is_joined());
        let joins: Vec<_> = out.flat_map(join).collect();
        renamed.then_some(Effect::Tell(Change::Me)).into_iter().chain(joins).collect()
    }

    fn refused(&mut self, refusal: Refusal, now: u64) -> Vec<Effect> {
        let pause = refusal.retry_after.map(|time| Pause::new(now, time));
        let (Some(room), Some(id)) = (&refusal.room, refusal.id) else {
            if let (Some(room), Some(pause)) = (refusal.room.as_ref().and_then(|room| self.rooms.get_mut(room)), pause)
            {
                room.join_refused(pause);
            }
            return vec![Effect::Tell(Change::Refused(refusal))];
        };
        let why = refusal.why.clone();
        self.on(room, |replica| {
            // A post can be too early, when the server has us out of the room, but not wrong for that.
            let out = why == (Why::NotJoined {});
            let pause = pause.or(out.then(|| Pause::new(now, 0)));
            let goes_on = replica.outbox().refused(id, why, pause);
            // It stays refused on the next visit, and on other tabs.
            let refused = replica.drafts().find(|draft| draft.id == id && !draft.fate.is_open()).cloned();
            let kept = refused.map(|draft| keep(replica, draft));
            let has_to_join = replica.is_joined() && (out || !goes_on);
            let said = if has_to_join { join(replica) } else { posts(replica, now) };
            kept.into_iter().chain(said).collect()
        })
    }

    fn read_elsewhere(&mut self, room: &RoomName, cursor: &Cursor) -> Vec<Effect> {
        let news = self.rooms.get_mut(room).is_some_and(|replica| replica.take_read(cursor));
        if news { vec![tell(room)] } else { Vec::new() }
    }

    fn fetch(&mut self, room: &RoomName, ask: impl FnOnce(&mut Replica) -> Option<Span>) -> Vec<Effect> {
        self.on(room, |replica| {
            ask(replica).map(|span| Effect::Fetch(replica.name().clone(), span)).into_iter().collect()
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

/// Joins a room, and looks up what other tabs have left to be posted meanwhile.
fn join(replica: &mut Replica) -> Vec<Effect> {
    vec![load(replica), Effect::Say(ToServer::Join(replica.join()))]
}

fn load(replica: &mut Replica) -> Effect {
    replica.outbox().load();
    Effect::Store(ToStore::Load(replica.name().clone()))
}

fn keep(replica: &mut Replica, draft: Draft) -> Effect {
    replica.outbox().keep(draft.id);
    Effect::Store(ToStore::KeepDraft(replica.name().clone(), draft))
}

fn settle(replica: &mut Replica, drafts: impl IntoIterator<Item = MessageId>, now: u64) -> Vec<Effect> {
    let mut effects = Vec::new();
    for id in drafts {
        replica.outbox().take(id);
        effects.push(Effect::Store(ToStore::DropDraft(replica.name().clone(), id)));
    }
    effects.extend(posts(replica, now));
    effects
}

fn settle_log(replica: &mut Replica, now: u64) -> Vec<Effect> {
    let (stamped, read) = replica.settle_log();
    let mut effects: Vec<_> = stamped.into_iter().map(|draft| keep(replica, draft)).collect();
    effects.extend(read.map(|cursor| Effect::Store(ToStore::Read(replica.name().clone(), cursor))));
    effects.extend(posts(replica, now));
    effects
}

fn posts(replica: &mut Replica, now: u64) -> Vec<Effect> {
    replica.due(now).into_iter().map(|post| Effect::Say(ToServer::Post(post))).collect()
}
