//! Random schedules of posts, cuts, restarts, full disks, lost data, entries no longer kept, several rooms, several tabs
//! and a browser's store that is slow, full or crashes in between, against a server that is only its promise. At every
//! moment what a replica shows is a part of the log without a hole; at the end every replica is the end of the log,
//! each draft is in it once and in the order it was written, nobody is two people, and all tabs agree on what was read.

mod browser;
mod checks;
mod healing;
mod server;

use std::collections::{BTreeMap, HashSet};

use openline_protocol::{Body, Cursor, Entry, Epoch, MessageId, Person, PersonId, RoomName, Seq, SessionId, ToServer};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use uuid::Uuid;

use self::{
    browser::{Browser, Tab},
    checks::Seen,
    server::{Line, Server},
};
use crate::{
    draft::{Draft, Fate},
    effect::Effect,
    replicas::Replicas,
    to_store::{FromStore, ToStore},
    view::NoPage,
};

/// `OPENLINE_SEEDS=20000 cargo test -p openline-rooms` looks longer.
fn seeds() -> u64 {
    option_env!("OPENLINE_SEEDS").and_then(|n| n.parse().ok()).unwrap_or(4_000)
}

const STEPS: usize = 300;

#[test]
fn whatever_happens_every_draft_is_in_the_log_once_and_in_order_and_every_replica_equals_it() {
    let mut seen = Seen::default();
    for seed in 0..seeds() {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.heal();
        world.check(&mut seen);
    }
    let Seen { settled, gaps, elsewhere, other_logs, redials, trimmed, still_refused } = seen;
    let all = [settled / 20, gaps, elsewhere, other_logs, redials, trimmed, still_refused];
    assert!(all.iter().all(|count| *count > 0), "the schedules do too little to show anything: {seen:?}");
}

struct World {
    seed: u64,
    rng: SmallRng,
    now: u64,
    rooms: [RoomName; 2],
    server: Server,
    /// What was ever in a log, by its epoch and room.
    past: BTreeMap<(String, RoomName), Vec<Entry>>,
    browsers: [Browser; 2],
    tabs: Vec<Tab>,
    /// What was written in each tab's life into each room, in order.
    written: Vec<(RoomName, Vec<MessageId>)>,
    lives: BTreeMap<(usize, RoomName), usize>,
    /// The log in which its author was when they wrote it.
    meant_for: BTreeMap<MessageId, Epoch>,
    discarded: HashSet<MessageId>,
    /// Told to their author as not stored, or on a page that crashed where there was no place for notes.
    lost: HashSet<MessageId>,
    /// Sent once more by their author, and so perhaps out of order.
    retried: HashSet<MessageId>,
    /// How far each person has read in each room of the log there is now.
    read: BTreeMap<(usize, RoomName), Seq>,
    /// At which revision each replica was looked at last.
    checked: BTreeMap<(usize, RoomName), u64>,
    seen: Seen,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            seed,
            rng: SmallRng::seed_from_u64(seed),
            now: 1_000,
            rooms: ["lobby".parse().unwrap(), "den".parse().unwrap()],
            server: Server::default(),
            past: BTreeMap::new(),
            browsers: Default::default(),
            tabs: Vec::new(),
            written: Vec::new(),
            lives: BTreeMap::new(),
            meant_for: BTreeMap::new(),
            discarded: HashSet::new(),
            lost: HashSet::new(),
            retried: HashSet::new(),
            read: BTreeMap::new(),
            checked: BTreeMap::new(),
            seen: Seen::default(),
        };
        world.browsers.iter_mut().for_each(|browser| browser.notes_are_off = seed.is_multiple_of(3));
        for (place, person) in [0, 0, 1].into_iter().enumerate() {
            let tab = world.open_tab(person);
            world.tabs.push(tab);
            world.begin(place);
        }
        world
    }

    fn open_tab(&mut self, person: usize) -> Tab {
        let session = SessionId::new(self.rng.random::<u64>().to_string()).unwrap();
        // What one tab has put there, another may not see at once.
        let token = self.browsers[person].store.token().cloned().filter(|_| self.rng.random_range(0..5) > 0);
        let replicas = Replicas::new("Ada".parse().unwrap(), token, session);
        Tab {
            person,
            replicas,
            line: None,
            to_store: Default::default(),
            news: Default::default(),
            fetches: Default::default(),
        }
    }

    /// A tab's life begins.
    fn begin(&mut self, place: usize) {
        for room in self.rooms.clone() {
            self.written.push((room.clone(), Vec::new()));
            self.lives.insert((place, room.clone()), self.written.len() - 1);
            let effects = self.tabs[place].replicas.enter(&room);
            self.apply(place, effects);
        }
    }

    fn step(&mut self) {
        self.now += self.rng.random_range(0..200);
        let place = self.rng.random_range(0..self.tabs.len());
        let person = self.tabs[place].person;
        match self.rng.random_range(0..100) {
            0..15 => self.write(place),
            15..30 => self.serve(place),
            30..47 => self.hear(place),
            47..61 => self.store(place),
            61..66 => self.hear_other_tabs(place),
            66..72 => self.connect(place),
            72..75 => self.cut(place),
            75..76 => self.crash(place),
            76..77 => (0..self.tabs.len()).for_each(|place| self.cut(place)),
            77..79 => self.server.full = !self.server.full,
            79..80 => self.stop_keeping(),
            80..81 if self.seed.is_multiple_of(4) => self.wipe(),
            81..82 => self.discard(place),
            82..83 => self.browsers[person].full = !self.browsers[person].full,
            83..86 => self.others_speak(),
            86..92 => self.look(place),
            92..95 => self.fetch(place),
            95..97 => self.mark_read(place),
            _ => self.wake_if_due(place),
        }
        self.check_shown(place);
    }

    fn a_room(&mut self) -> RoomName {
        self.rooms[self.rng.random_range(0..self.rooms.len())].clone()
    }

    /// The timer that a page sets.
    fn wake_if_due(&mut self, place: usize) {
        if self.tabs[place].replicas.due_in(self.now) == Some(0) {
            let effects = self.tabs[place].replicas.say_due(self.now);
            self.apply(place, effects);
        }
    }

    fn write(&mut self, place: usize) {
        let (room, id) = (self.a_room(), MessageId(Uuid::from_u128(self.rng.random())));
        self.now += 1;
        let body = Body::text(if self.rng.random_range(0..4) == 0 { "too long" } else { "hi" });
        let draft = Draft { id, kind: None, body, written_at: self.now, epoch: None, fate: Fate::Storing };
        self.written[self.lives[&(place, room.clone())]].1.push(id);
        if let Some(cursor) = self.tabs[place].replicas.get(&room).unwrap().cursor() {
            self.meant_for.insert(id, cursor.epoch);
        }
        let effects = self.tabs[place].replicas.write(&room, draft);
        self.apply(place, effects);
    }

    /// Many entries at once, by somebody who is nowhere else.
    fn others_speak(&mut self) {
        let room = self.a_room();
        let from = Person { id: PersonId(Uuid::max()), name: "Bo".parse().unwrap() };
        let log = self.server.logs.entry(room).or_default();
        for _ in 0..self.rng.random_range(1..250) {
            log.append(MessageId(Uuid::from_u128(self.rng.random())), from.clone(), self.now, Body::text("ho"));
        }
    }

    fn stop_keeping(&mut self) {
        let room = self.a_room();
        let log = self.server.logs.entry(room).or_default();
        log.dropped = self.rng.random_range(log.dropped..=log.head().number());
    }

    fn discard(&mut self, place: usize) {
        let room = self.a_room();
        let draft = self.tabs[place].replicas.get(&room).unwrap().drafts().next().map(|draft| draft.id);
        if let Some(id) = draft {
            self.discarded.insert(id);
            let effects = self.tabs[place].replicas.discard(&room, id, self.now);
            self.apply(place, effects);
        }
    }

    /// The reader goes somewhere.
    fn look(&mut self, place: usize) {
        let room = self.a_room();
        let replicas = &mut self.tabs[place].replicas;
        let head = replicas.get(&room).unwrap().cursor().map_or(1, |cursor| cursor.seq.number() + 1);
        let seq = Seq::new(self.rng.random_range(0..=head)).unwrap();
        let effects = match self.rng.random_range(0..10) {
            0..2 => replicas.load_older(&room),
            2..6 => replicas.load_newer(&room),
            6..8 => replicas.show_around(&room, seq),
            8 => replicas.show_latest(&room),
            _ => {
                let seq = Some(seq).filter(|_| self.rng.random());
                replicas.looking_at(&room, seq);
                Vec::new()
            }
        };
        self.apply(place, effects);
    }

    /// A page comes, or not.
    fn fetch(&mut self, place: usize) {
        if let Some((room, span)) = self.tabs[place].fetches.pop_front() {
            let page = self
                .server
                .page(&room, span)
                .and_then(|page| if self.rng.random_range(0..10) == 0 { Err(NoPage::Unreachable) } else { Ok(page) });
            let effects = self.tabs[place].replicas.page(&room, span, page);
            self.apply(place, effects);
        }
    }

    fn mark_read(&mut self, place: usize) {
        let room = self.a_room();
        let tab = &mut self.tabs[place];
        let Some(cursor) = tab.replicas.get(&room).unwrap().cursor() else { return };
        let seq = Seq::new(self.rng.random_range(0..=cursor.seq.number())).unwrap();
        let effects = tab.replicas.mark_read(&room, seq);
        let marked = effects.iter().find_map(|effect| match effect {
            Effect::Store(ToStore::Read(_, Cursor { epoch, seq })) if *epoch == self.server.epoch() => Some(*seq),
            _ => None,
        });
        if let Some(seq) = marked {
            let read = self.read.entry((tab.person, room)).or_default();
            *read = seq.max(*read);
        }
        self.apply(place, effects);
    }

    fn connect(&mut self, place: usize) {
        if self.tabs[place].line.is_none() {
            let hello = self.tabs[place].replicas.hello();
            self.tabs[place].line = Some(Line::begin(hello));
        }
    }

    /// What is on its way, in either direction, is lost.
    fn cut(&mut self, place: usize) {
        if self.tabs[place].line.take().is_some() {
            let effects = self.tabs[place].replicas.line_lost();
            self.apply(place, effects);
        }
    }

    /// A tab ends in the middle of whatever it does, and another is opened.
    fn crash(&mut self, place: usize) {
        let person = self.tabs[place].person;
        for room in self.rooms.clone() {
            let browser = &mut self.browsers[person];
            let replica = self.tabs[place].replicas.get(&room).unwrap();
            let unkept = replica.drafts().map(|draft| draft.id).filter(|id| !browser.keeps(&room, *id));
            self.lost.extend(unkept);
        }
        // How far it has been read may not have reached the store.
        for message in &self.tabs[place].to_store {
            if let ToStore::Read(room, _) = message {
                self.read.remove(&(person, room.clone()));
            }
        }
        self.tabs[place] = self.open_tab(person);
        self.begin(place);
    }

    /// The server's data is lost: other logs, under another epoch.
    fn wipe(&mut self) {
        (0..self.tabs.len()).for_each(|place| self.cut(place));
        self.remember();
        self.server.wipe();
        self.read.clear();
    }

    fn remember(&mut self) {
        let epoch = self.server.epoch().to_string();
        for (room, log) in &self.server.logs {
            self.past.insert((epoch.clone(), room.clone()), log.entries.clone());
        }
    }

    fn apply(&mut self, place: usize, effects: Vec<Effect>) {
        let tab = &mut self.tabs[place];
        let mut redial = false;
        for effect in effects {
            match effect {
                Effect::Say(message) => {
                    if let ToServer::Post(post) = &message {
                        // What another tab has settled or discarded is no longer stored; this one may not know yet.
                        let is_done = self.discarded.contains(&post.id)
                            || self.server.logs.values().any(|log| log.ids.contains_key(&post.id));
                        let is_stored = self.browsers[tab.person].keeps_for_good(&post.room, post.id) || is_done;
                        assert!(is_stored, "seed {}: something is posted that is not stored", self.seed);
                    }
                    if let Some(line) = &mut tab.line {
                        line.up.push_back(message);
                    }
                }
                Effect::Store(message) => {
                    self.browsers[tab.person].note(&message);
                    tab.to_store.push_back(message);
                }
                Effect::Fetch(room, span) => tab.fetches.push_back((room, span)),
                Effect::Redial => redial = true,
                Effect::Tell(_) | Effect::BeatEvery(_) | Effect::ComeBackIn(_) => {}
            }
        }
        if redial {
            self.seen.redials += 1;
            self.cut(place);
            self.connect(place);
        }
    }

    /// The store comes to what a tab has brought it.
    fn store(&mut self, place: usize) {
        let tab = &mut self.tabs[place];
        let Some(message) = tab.to_store.pop_front() else { return };
        let (answer, news) = self.browsers[tab.person].take(message);
        let person = tab.person;
        if let Some(news) = news {
            let others =
                self.tabs.iter_mut().enumerate().filter(|(other, tab)| *other != place && tab.person == person);
            others.for_each(|(_, tab)| tab.news.push_back(news.clone()));
        }
        if let Some(answer) = answer {
            let refused = refused_in(&answer);
            let effects = self.tabs[place].replicas.stored(answer, self.now);
            self.check_refused(place, &refused);
            self.apply(place, effects);
        }
    }

    fn hear_other_tabs(&mut self, place: usize) {
        if let Some(news) = self.tabs[place].news.pop_front() {
            let effects = self.tabs[place].replicas.heard_of(news, self.now);
            self.apply(place, effects);
        }
    }

    fn hear(&mut self, place: usize) {
        let message = self.tabs[place].line.as_mut().and_then(|line| line.down.pop_front());
        if let Some(message) = message {
            let effects = self.tabs[place].replicas.heard(message, self.now);
            self.apply(place, effects);
        }
    }

    fn serve(&mut self, place: usize) {
        let most = self.rng.random_range(1..40);
        if let Some(line) = &mut self.tabs[place].line {
            self.server.serve(line, self.now, most);
        }
    }
}

/// The drafts that the store says were refused.
fn refused_in(answer: &FromStore) -> Vec<(RoomName, MessageId)> {
    let FromStore::Loaded(room, kept) = answer else { return Vec::new() };
    let refused = kept.drafts.iter().filter(|draft| matches!(draft.fate, Fate::Refused { .. }));
    refused.map(|draft| (room.clone(), draft.id)).collect()
}
