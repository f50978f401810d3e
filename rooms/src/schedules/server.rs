//! The server as the wire describes it, without a network.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use openline_protocol::{
    Entries, Entry, Epoch, Join, Joined, MessageId, Page, Person, PersonId, Refusal, RoomName, Roster, Seq, ToClient,
    ToServer, Token, Welcome, Why,
};
use uuid::Uuid;

use crate::view::{NoPage, Span};

/// How many entries a page has: few, so that there are many.
const PAGE: u64 = 6;

/// The longest text it takes.
const LONGEST: usize = 4;

/// One room's log.
#[derive(Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    /// How many of its oldest entries are no longer kept.
    pub(super) dropped: u64,
    pub(super) ids: HashMap<MessageId, Seq>,
}

#[derive(Default)]
pub(super) struct Server {
    /// How often its data was lost.
    pub(super) life: u32,
    pub(super) logs: BTreeMap<RoomName, Log>,
    pub(super) full: bool,
    /// Longer texts are no longer refused.
    pub(super) is_lenient: bool,
    /// What it refused for good, whether or not that was heard: what was written later did not wait.
    pub(super) refused: HashSet<MessageId>,
    people: u128,
}

/// The line of one page, as both sides see it.
#[derive(Default)]
pub(super) struct Line {
    pub(super) up: VecDeque<ToServer>,
    pub(super) down: VecDeque<ToClient>,
    who: Option<Person>,
    places: BTreeMap<RoomName, Place>,
}

struct Place {
    cursor: Seq,
    /// The draft that was refused for now, behind which nothing is taken.
    held: Option<MessageId>,
}

impl Line {
    /// An open line, on which this was said first.
    pub(super) fn begin(hello: ToServer) -> Self {
        Self { up: [hello].into(), ..Self::default() }
    }
}

impl Log {
    pub(super) fn head(&self) -> Seq {
        Seq::new(self.entries.len() as u64).unwrap()
    }

    pub(super) fn append(&mut self, id: MessageId, from: Person, at: u64, body: openline_protocol::Body) {
        let seq = self.head().next();
        self.ids.insert(id, seq);
        self.entries.push(Entry { seq, id, from, at, kind: None, body });
    }
}

impl Server {
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.life.to_string().into())
    }

    /// Its data is gone.
    pub(super) fn wipe(&mut self) {
        *self = Self { life: self.life + 1, people: self.people, is_lenient: self.is_lenient, ..Self::default() };
    }

    /// Takes one message of a line, and then sends at most `most` entries behind its cursors.
    pub(super) fn serve(&mut self, line: &mut Line, now: u64, most: u64) {
        if let Some(message) = line.up.pop_front() {
            let answer = self.take(line, message, now);
            line.down.extend(answer);
        }
        for (room, place) in &mut line.places {
            let log = self.logs.entry(room.clone()).or_default();
            let (from, upto) = (place.cursor.number(), (place.cursor.number() + most).min(log.head().number()));
            if from < upto {
                let entries = log.entries[from as usize..upto as usize].to_vec();
                let batch = Entries { room: room.clone(), after: place.cursor, entries };
                line.down.push_back(ToClient::Entries(batch));
                place.cursor = Seq::new(upto).unwrap();
            }
        }
    }

    /// A page, as over HTTP.
    pub(super) fn page(&self, room: &RoomName, span: Span) -> Result<Page, NoPage> {
        let log = self.logs.get(room).ok_or(NoPage::Refused { status: 404 })?;
        let (dropped, head) = (log.dropped, log.head().number());
        let before = |place: Seq| {
            let upto = place.number().saturating_sub(1).min(head).max(dropped);
            let from = upto.saturating_sub(PAGE).max(dropped);
            (from, upto, from > dropped)
        };
        let (from, upto, more) = match span {
            Span::Before(place) => before(place),
            Span::Around(seq) => before(Seq::new(seq.number() + PAGE / 2).unwrap()),
            Span::After(place) => {
                let from = place.number().clamp(dropped, head);
                let upto = (from + PAGE).min(head);
                (from, upto, upto < head)
            }
        };
        Ok(Page {
            epoch: self.epoch(),
            entries: log.entries[from as usize..upto as usize].to_vec(),
            more,
            about: Vec::new(),
        })
    }

    fn take(&mut self, line: &mut Line, message: ToServer, now: u64) -> Option<ToClient> {
        match message {
            ToServer::Hello(hello) => {
                self.people += 1;
                let stranger = PersonId(Uuid::from_u128(self.people));
                let id = hello.token.map_or(stranger, |token| token.0.parse().unwrap());
                let you = Person { id, name: hello.name };
                line.who = Some(you.clone());
                let token = Token(id.to_string().into());
                Some(ToClient::Welcome(Welcome { you, token, limits: Default::default(), beat_every: 15 }))
            }
            // A full disk has no room for a log that isn't there yet.
            ToServer::Join(Join { room, .. }) if self.full && !self.logs.contains_key(&room) => {
                Some(ToClient::Refusal(Refusal {
                    room: Some(room),
                    id: None,
                    why: Why::StorageFull {},
                    retry_after: Some(500),
                }))
            }
            ToServer::Join(join) => {
                let epoch = self.epoch();
                let log = self.logs.entry(join.room.clone()).or_default();
                let asked = join.after.filter(|after| {
                    after.epoch == epoch && after.seq.number() >= log.dropped && after.seq <= log.head()
                });
                let last = log.head().back(u64::from(Join::LAST)).max(Seq::new(log.dropped).unwrap());
                let after = asked.map_or(last, |asked| asked.seq);
                line.places.insert(join.room.clone(), Place { cursor: after, held: None });
                let (first, head, roster) = (Seq::new(log.dropped).unwrap().next(), log.head(), Roster::default());
                Some(ToClient::Joined(Joined { room: join.room, epoch, first, after, head, roster }))
            }
            ToServer::Post(post) => {
                let refuse = |why| {
                    let (room, id) = (Some(post.room.clone()), Some(post.id));
                    Some(ToClient::Refusal(Refusal { room, id, why, retry_after: Some(500) }))
                };
                if !self.is_lenient && post.body.len() > LONGEST {
                    self.refused.insert(post.id);
                    let (room, id, why) = (Some(post.room), Some(post.id), Why::TooLong { limit: LONGEST });
                    return Some(ToClient::Refusal(Refusal { room, id, why, retry_after: None }));
                }
                let Some(place) = line.places.get_mut(&post.room) else { return refuse(Why::NotJoined {}) };
                if let Some(id) = place.held.filter(|held| *held != post.id) {
                    return refuse(Why::Behind { id });
                }
                let log = self.logs.entry(post.room.clone()).or_default();
                if let Some(seq) = log.ids.get(&post.id) {
                    place.held = None;
                    return (*seq <= place.cursor).then_some(ToClient::Settled {
                        room: post.room,
                        id: post.id,
                        seq: *seq,
                    });
                }
                if self.full {
                    place.held = Some(post.id);
                    return refuse(Why::StorageFull {});
                }
                place.held = None;
                log.append(post.id, line.who.clone().unwrap(), now, post.body);
                None
            }
            ToServer::Leave { room } => {
                line.places.remove(&room);
                None
            }
            ToServer::Signal(_) | ToServer::Beat {} => None,
        }
    }
}
