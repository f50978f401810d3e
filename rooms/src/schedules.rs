//! Random schedules of posts, cuts, restarts, full disks and several tabs, against a server that is only its promise:
//! at the end every replica is equal to the log, each draft is in it once, and in the order it was written.

use std::collections::{HashMap, VecDeque};

use openline_protocol::{
    Body, Entries, Entry, Epoch, Frame, Join, Joined, MessageId, Person, PersonId, Refusal, RoomName, Roster, Seq,
    SessionId, ToClient, ToServer, Token, Welcome, Why,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use uuid::Uuid;

use crate::{
    draft::{Draft, Fate},
    replicas::{Effect, Replicas},
    store::Store,
};

/// `OPENLINE_SEEDS=20000 cargo test -p openline-rooms` looks longer.
fn seeds() -> u64 {
    option_env!("OPENLINE_SEEDS").and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

const STEPS: usize = 300;

#[test]
fn whatever_happens_every_draft_is_in_the_log_once_and_in_order_and_every_replica_equals_it() {
    let mut settled = 0;
    for seed in 0..seeds() {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.heal();
        world.check();
        settled += world.server.log.len();
    }
    assert!(settled as u64 > seeds() * 20, "the schedules post too little to show anything: {settled} entries");
}

/// The server as the wire describes it, without a network: one room.
struct Server {
    epoch: u32,
    log: Vec<Entry>,
    /// How many of the log's oldest entries are no longer kept.
    dropped: u64,
    ids: HashMap<MessageId, Seq>,
    full: bool,
}

#[derive(Default)]
struct Line {
    up: VecDeque<Frame>,
    down: VecDeque<Frame>,
    cursor: Option<Seq>,
    /// The draft that was refused for now, behind which nothing is taken.
    held: Option<MessageId>,
}

struct Tab {
    replicas: Replicas,
    person: usize,
    line: Option<Line>,
}

struct World {
    seed: u64,
    rng: SmallRng,
    now: u64,
    room: RoomName,
    server: Server,
    /// One store a person: their tabs share it.
    stores: Vec<Store>,
    tabs: Vec<Tab>,
    /// What each person wrote, in order, in each tab's life.
    written: Vec<Vec<MessageId>>,
    life_of: Vec<usize>,
    discarded: Vec<MessageId>,
    gaps: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let stores = vec![Store::memory(), Store::memory()];
        let mut world = Self {
            seed,
            rng: SmallRng::seed_from_u64(seed),
            now: 1_000,
            room: "lobby".parse().unwrap(),
            server: Server { epoch: 0, log: Vec::new(), dropped: 0, ids: HashMap::new(), full: false },
            stores,
            tabs: Vec::new(),
            written: Vec::new(),
            life_of: Vec::new(),
            discarded: Vec::new(),
            gaps: 0,
        };
        for person in [0, 0, 1] {
            let tab = world.open_tab(person);
            world.tabs.push(tab);
            world.written.push(Vec::new());
            world.life_of.push(world.written.len() - 1);
        }
        world
    }

    fn open_tab(&mut self, person: usize) -> Tab {
        let session = SessionId::new(self.rng.random::<u64>().to_string()).unwrap();
        let mut replicas = Replicas::new("Ada".parse().unwrap(), self.stores[person].token(), session);
        replicas.enter(&self.room, self.stores[person].drafts(&self.room));
        Tab { replicas, person, line: None }
    }

    fn step(&mut self) {
        self.now += self.rng.random_range(0..200);
        let place = self.rng.random_range(0..self.tabs.len());
        match self.rng.random_range(0..100) {
            0..20 => self.write(place),
            20..45 => self.serve(place),
            45..75 => self.hear(place),
            75..80 => self.connect(place),
            80..83 => self.cut(place),
            83..84 => self.reload(place),
            84..85 => (0..self.tabs.len()).for_each(|place| self.cut(place)),
            85..87 => self.server.full = !self.server.full,
            87..88 => self.server.dropped = self.rng.random_range(self.server.dropped..=self.server.log.len() as u64),
            88..89 if self.seed.is_multiple_of(4) => self.wipe(),
            89..90 => self.discard(place),
            _ => self.wake_if_due(place),
        }
    }

    /// The timer that a page sets.
    fn wake_if_due(&mut self, place: usize) {
        if self.tabs[place].replicas.due_at().is_some_and(|due| due <= self.now) {
            let effects = self.tabs[place].replicas.post_due(self.now);
            self.apply(place, effects);
        }
    }

    fn write(&mut self, place: usize) {
        let id = MessageId(Uuid::from_u128(self.rng.random()));
        let tab = &mut self.tabs[place];
        let epoch = tab.replicas.get(&self.room).unwrap().cursor().map(|cursor| cursor.epoch);
        self.now += 1;
        let draft = Draft { id, kind: None, body: Body::text("hi"), written_at: self.now, epoch, fate: Fate::Pending };
        self.stores[tab.person].keep_draft(&self.room, &draft).unwrap();
        self.written[self.life_of[place]].push(id);
        let effects = tab.replicas.write(&self.room, draft, self.now);
        self.apply(place, effects);
    }

    fn discard(&mut self, place: usize) {
        let draft = self.tabs[place].replicas.get(&self.room).unwrap().drafts().next().map(|draft| draft.id);
        if let Some(id) = draft {
            // All tabs of the person hear of it, as through the browser's storage events.
            let person = self.tabs[place].person;
            self.stores[person].drop_draft(&self.room, id);
            self.discarded.push(id);
            for other in 0..self.tabs.len() {
                if self.tabs[other].person == person {
                    let effects = self.tabs[other].replicas.discard(&self.room, id, self.now);
                    self.apply(other, effects);
                }
            }
        }
    }

    fn connect(&mut self, place: usize) {
        if self.tabs[place].line.is_none() {
            let hello = self.tabs[place].replicas.hello();
            self.tabs[place].line = Some(Line { up: [hello.to_frame()].into(), ..Line::default() });
        }
    }

    /// What is on its way, in either direction, is lost.
    fn cut(&mut self, place: usize) {
        if self.tabs[place].line.take().is_some() {
            let effects = self.tabs[place].replicas.line_lost();
            self.apply(place, effects);
        }
    }

    fn reload(&mut self, place: usize) {
        self.tabs[place] = self.open_tab(self.tabs[place].person);
        self.written.push(Vec::new());
        self.life_of[place] = self.written.len() - 1;
    }

    /// The server's data is lost: another log, under another epoch.
    fn wipe(&mut self) {
        (0..self.tabs.len()).for_each(|place| self.cut(place));
        let epoch = self.server.epoch + 1;
        self.server = Server { epoch, log: Vec::new(), dropped: 0, ids: HashMap::new(), full: false };
    }

    fn apply(&mut self, place: usize, effects: Vec<Effect>) {
        let tab = &mut self.tabs[place];
        let store = &self.stores[tab.person];
        for effect in effects {
            match effect {
                Effect::Say(message) => {
                    if let Some(line) = &mut tab.line {
                        line.up.push_back(message.to_frame());
                    }
                }
                Effect::KeepToken(token) => store.keep_token(&token).unwrap(),
                Effect::KeepDraft(room, draft) => store.keep_draft(&room, &draft).unwrap(),
                Effect::DropDraft(room, id) => store.drop_draft(&room, id),
                Effect::Tell(_) | Effect::BeatEvery(_) | Effect::ComeBackIn(_) => {}
            }
        }
    }

    fn hear(&mut self, place: usize) {
        let frame = self.tabs[place].line.as_mut().and_then(|line| line.down.pop_front());
        if let Some(Frame::Text(text)) = frame {
            let effects = self.tabs[place].replicas.heard(ToClient::from_text(&text).unwrap(), self.now);
            self.apply(place, effects);
        }
    }

    /// The server takes one message of a line, and then sends what is behind its cursor.
    fn serve(&mut self, place: usize) {
        let person =
            Person { id: PersonId(Uuid::from_u128(self.tabs[place].person as u128)), name: "Ada".parse().unwrap() };
        let Some(line) = &mut self.tabs[place].line else { return };
        if let Some(Frame::Text(text)) = line.up.pop_front() {
            let answer = self.server.take(line, ToServer::from_text(&text).unwrap(), person, self.now);
            line.down.extend(answer.map(|message| message.to_frame()));
        }
        if let Some(cursor) = line.cursor
            && cursor < self.server.head()
        {
            let upto = (cursor.number() + self.rng.random_range(1..5)).min(self.server.head().number());
            let entries = self.server.log[cursor.number() as usize..upto as usize].to_vec();
            let batch = Entries { room: self.room.clone(), after: cursor, entries };
            line.down.push_back(ToClient::Entries(batch).to_frame());
            line.cursor = Seq::new(upto);
        }
    }

    /// Everything works from here on, until nothing is left to do.
    fn heal(&mut self) {
        self.server.full = false;
        for round in 0.. {
            assert!(round < 10_000, "seed {}: it does not come to rest", self.seed);
            self.now += 1_000;
            for place in 0..self.tabs.len() {
                self.connect(place);
                let unsent: Vec<_> = {
                    let replica = self.tabs[place].replicas.get(&self.room).unwrap();
                    replica.drafts().filter(|draft| !draft.is_underway()).map(|draft| draft.id).collect()
                };
                for id in unsent {
                    let effects = self.tabs[place].replicas.retry(&self.room, id, self.now);
                    self.apply(place, effects);
                }
                self.wake_if_due(place);
                self.serve(place);
                self.hear(place);
            }
            let head = self.server.head();
            let at_rest = self.tabs.iter().all(|tab| {
                let replica = tab.replicas.get(&self.room).unwrap();
                let line = tab.line.as_ref().unwrap();
                replica.is_joined()
                    && replica.drafts().next().is_none()
                    && replica.cursor().is_some_and(|cursor| cursor.seq == head)
                    && line.up.is_empty()
                    && line.down.is_empty()
            });
            if at_rest {
                return;
            }
        }
    }

    fn check(&mut self) {
        let seed = self.seed;
        let log: Vec<_> = self.server.log.iter().map(|entry| (entry.seq, entry.id)).collect();
        for tab in &self.tabs {
            let replica = tab.replicas.get(&self.room).unwrap();
            let held: Vec<_> = replica.entries().iter().map(|entry| (entry.seq, entry.id)).collect();
            assert!(log.ends_with(&held), "seed {seed}: a replica is not the end of the log");
            self.gaps += u64::from(replica.gap().is_some());
            if replica.gap().is_none() && self.server.epoch == 0 && self.server.dropped == 0 {
                assert!(held.len() >= log.len().min(Join::LAST as usize), "seed {seed}: a gap was not told");
            }
        }
        let mut ids: Vec<_> = log.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), log.len(), "seed {seed}: something is in the log twice");
        for life in &self.written {
            // One that was discarded may still have been on its way, from another tab, and has no place to keep.
            let kept = life.iter().filter(|id| !self.discarded.contains(id));
            let places: Vec<_> = kept.filter_map(|id| self.server.ids.get(id)).collect();
            if self.server.epoch == 0 {
                let missing =
                    life.iter().filter(|id| !self.server.ids.contains_key(id) && !self.discarded.contains(id));
                assert_eq!(missing.count(), 0, "seed {seed}: something written is not in the log");
                assert!(places.is_sorted(), "seed {seed}: the order of writing is lost");
            }
        }
        for store in &self.stores {
            assert!(store.drafts(&self.room).is_empty(), "seed {seed}: a settled draft is still stored");
        }
    }
}

impl Server {
    fn head(&self) -> Seq {
        Seq::new(self.log.len() as u64).unwrap()
    }

    fn take(&mut self, line: &mut Line, message: ToServer, from: Person, now: u64) -> Option<ToClient> {
        match message {
            ToServer::Hello(_) => Some(ToClient::Welcome(Welcome {
                token: Token(from.id.to_string().into()),
                you: from,
                limits: Default::default(),
                beat_every: 15,
            })),
            ToServer::Join(join) => {
                let epoch = Epoch(self.epoch.to_string().into());
                let asked = join.after.filter(|after| {
                    after.epoch == epoch && after.seq.number() >= self.dropped && after.seq <= self.head()
                });
                let last = self.head().back(u64::from(Join::LAST)).max(Seq::new(self.dropped).unwrap());
                let after = asked.map_or(last, |asked| asked.seq);
                line.cursor = Some(after);
                line.held = None;
                let first = Seq::new(self.dropped).unwrap().next();
                let roster = Roster::default();
                Some(ToClient::Joined(Joined { room: join.room, epoch, first, after, head: self.head(), roster }))
            }
            ToServer::Post(post) => {
                let refuse = |why| {
                    let (room, id) = (Some(post.room.clone()), Some(post.id));
                    Some(ToClient::Refusal(Refusal { room, id, why, retry_after: Some(500) }))
                };
                let Some(cursor) = line.cursor else { return refuse(Why::NotJoined {}) };
                if let Some(id) = line.held.filter(|held| *held != post.id) {
                    return refuse(Why::Behind { id });
                }
                if let Some(seq) = self.ids.get(&post.id) {
                    line.held = None;
                    return (*seq <= cursor).then_some(ToClient::Settled { room: post.room, id: post.id, seq: *seq });
                }
                if self.full {
                    line.held = Some(post.id);
                    return refuse(Why::StorageFull {});
                }
                line.held = None;
                let seq = self.head().next();
                self.ids.insert(post.id, seq);
                self.log.push(Entry { seq, id: post.id, from, at: now, kind: post.kind, body: post.body });
                None
            }
            ToServer::Leave { .. } | ToServer::Signal(_) | ToServer::Beat {} => None,
        }
    }
}
