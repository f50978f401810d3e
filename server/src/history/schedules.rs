//! Random schedules of posts, power cuts, failing syncs, full disks and restarts, on a disk that forgets what was not
//! synced. What everybody was told goes to the same checker as with real processes, which can't show a missing sync: a
//! killed process leaves its writes to the system.
//!
//! `OPENLINE_SEEDS=20000 cargo test --release -p openline-server schedules` looks longer.

mod disk;

use std::{collections::BTreeMap, sync::Arc};

use openline_checker::{Account, Finding, Log, Rest, Seen, Testimony, Told, check, digest};
use openline_protocol::{Body, Cursor, Epoch, Join, MessageId, Person, PersonId, RoomName, Seq, ToClient};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use uuid::{Builder, Uuid};

use self::disk::Disk;
use super::{Answers, Lane, Posting, Said, writer};
use crate::{
    database::{Database, Span},
    metrics::Metrics,
    room::Room,
    sabotage::Sabotage,
    tail::Batch,
    wake::Wake,
};

const STEPS: usize = 120;
/// What a room keeps in memory, so that most is read from the disk.
const TAIL: usize = 2_000;

fn seeds(otherwise: u64) -> u64 {
    std::env::var("OPENLINE_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn whatever_the_disk_forgets_all_that_was_told_is_there_once_and_in_order() {
    let (mut entries, mut crashes) = (0, 0);
    let seeds = seeds(200);
    for seed in 0..seeds {
        let outcome = World::play(seed);
        assert_eq!((outcome.findings, outcome.broken), (vec![], None), "seed {seed}");
        entries += outcome.entries;
        crashes += outcome.crashes;
    }
    assert!(entries as u64 > seeds * 10 && crashes > seeds, "too little happens: {entries} entries, {crashes} crashes");
}

/// Breaks the server in this way, until the checker finds something that `is_it`.
fn is_found(sabotage: Sabotage, is_it: fn(&Finding) -> bool) {
    Sabotage::make(Some(sabotage));
    let found = (0..200).map(World::play).find(|outcome| !outcome.findings.is_empty());
    Sabotage::make(None);
    let found = found.unwrap_or_else(|| panic!("{sabotage:?} is not found")).findings;
    assert!(found.iter().any(is_it), "{sabotage:?} is found, but as {found:?}");
}

#[test]
fn a_head_that_moves_before_the_commit_is_found() {
    is_found(Sabotage::EarlyHead, |finding| matches!(finding, Finding::Vanished { .. } | Finding::TwoOrders { .. }));
}

#[test]
fn an_id_that_is_forgotten_is_found() {
    is_found(Sabotage::ForgottenId, |finding| matches!(finding, Finding::Twice { .. }));
}

#[test]
fn an_entry_that_is_skipped_is_found() {
    is_found(Sabotage::SkippedEntry, |finding| matches!(finding, Finding::UntoldGap { .. }));
}

#[test]
fn a_sync_that_is_forgotten_is_found() {
    is_found(Sabotage::ForgottenSync, |finding| {
        matches!(finding, Finding::Vanished { .. } | Finding::TwoOrders { .. })
    });
}

/// What came of a seed.
struct Outcome {
    findings: Vec<Finding>,
    /// Why what was on the disk could not be opened again.
    broken: Option<String>,
    entries: usize,
    crashes: u64,
}

struct World {
    seed: u64,
    rng: SmallRng,
    lives: u64,
    crashes: u64,
    broken: Option<String>,
    disk: Disk,
    server: Option<Server>,
    guests: Vec<Guest>,
    metrics: Metrics,
}

/// One life of the server, as far as its history goes.
struct Server {
    database: Database,
    rooms: BTreeMap<RoomName, Arc<Room>>,
}

/// Somebody who posts and reads.
struct Guest {
    person: Person,
    answers: Arc<Answers>,
    places: BTreeMap<RoomName, Place>,
    told: Vec<Told>,
}

#[derive(Default)]
struct Place {
    lane: Arc<Lane>,
    is_joined: bool,
    cursor: Option<Cursor>,
    drafts: Vec<Draft>,
}

struct Draft {
    id: MessageId,
    body: Body,
    is_said: bool,
}

impl World {
    fn play(seed: u64) -> Outcome {
        let mut rng = SmallRng::seed_from_u64(seed);
        let rooms: Vec<RoomName> = vec!["one".parse().unwrap(), "two".parse().unwrap()];
        let guests = (0..rng.random_range(1..4)).map(|number| Guest::new(number, &rooms)).collect();
        // Two tests may play the same seed at once.
        let disk = Disk::new(&format!("{seed}-{:x}", rand::random::<u64>()));
        let metrics = Metrics::default();
        let mut world = Self { seed, rng, lives: 0, crashes: 0, broken: None, disk, server: None, guests, metrics };
        for _ in 0..STEPS {
            world.step();
        }
        world.end()
    }

    fn step(&mut self) {
        if self.disk.is_off() {
            self.crash();
        }
        if self.broken.is_some() || (self.server.is_none() && !self.start()) {
            return;
        }
        match self.rng.random_range(0..100) {
            0..35 => self.draft(),
            35..65 => self.write(),
            65..88 => {
                let guest = self.rng.random_range(0..self.guests.len());
                self.read(guest);
            }
            88..94 => self.disk.power_off_after(self.rng.random_range(0..30)),
            94..96 => self.disk.set_full(self.rng.random()),
            96..97 => self.disk.fail_next_sync(),
            97..99 => self.stop(),
            _ => self.crash(),
        }
    }

    /// Opens what is on the disk. `false` if the power went meanwhile, or the disk is full.
    fn start(&mut self) -> bool {
        let open = || {
            let mut database =
                Database::open(&self.disk.path("openline.db"), None).map_err(|error| error.to_string())?;
            let names = self.guests[0].places.keys().cloned();
            let rooms = names.map(|name| open_room(&mut database, name)).collect::<Result<_, _>>();
            Ok::<_, String>(Server { rooms: rooms.map_err(|error| error.to_string())?, database })
        };
        match open() {
            Ok(server) => self.server = Some(server),
            Err(error) if self.disk.is_off() || error.contains("full") || error.contains("disk I/O") => {
                self.disk.set_full(false);
                return false;
            }
            Err(error) => {
                self.broken = Some(error);
                return false;
            }
        }
        true
    }

    /// The process ends as it should.
    fn stop(&mut self) {
        self.server = None;
        self.guests.iter_mut().for_each(Guest::line_lost);
    }

    /// The power goes, if it hasn't yet, and comes back.
    fn crash(&mut self) {
        self.disk.power_off_after(0);
        self.stop();
        self.lives += 1;
        self.crashes += 1;
        let name = format!("{}-{}-{:x}", self.seed, self.lives, rand::random::<u64>());
        self.disk = self.disk.survive(&name, &mut self.rng);
    }

    fn draft(&mut self) {
        let body = match self.rng.random_range(0..40) {
            0 => Body::bytes(vec![7; self.rng.random_range(0..300_000)]),
            n => Body::text("x".repeat(n * 10)),
        };
        let id = MessageId(Builder::from_random_bytes(self.rng.random()).into_uuid());
        let guest = self.rng.random_range(0..self.guests.len());
        let room = self.rng.random_range(0..2);
        let guest = &mut self.guests[guest];
        let (name, place) = guest.places.iter_mut().nth(room).unwrap();
        let said = match &body {
            Body::Text(text) => digest(None, true, text.as_bytes()),
            Body::Bytes(bytes) => digest(None, false, bytes),
            _ => unreachable!(),
        };
        guest.told.push(Told::Wrote { room: name.clone(), id, said });
        place.drafts.push(Draft { id, body, is_said: false });
    }

    /// One turn of the writer, with what some guests have to post.
    fn write(&mut self) {
        let Some(server) = &mut self.server else { return };
        let mut group = Vec::new();
        for guest in &mut self.guests {
            if self.rng.random_ratio(2, 3) {
                guest.join(server);
                group.extend(guest.posts(server).map(Box::new));
            }
        }
        for posting in &group {
            posting.answers.in_flight.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        }
        writer::write(&mut server.database, &group, &self.metrics);
        for guest in &mut self.guests {
            guest.settle();
        }
    }

    /// Whatever the server says has been told, also when the power goes in the next moment.
    fn read(&mut self, guest: usize) {
        let Some(server) = &self.server else { return };
        self.guests[guest].join(server);
        self.guests[guest].read(server);
    }

    /// Nothing breaks from here on: everybody posts and reads until nothing is left to do.
    fn end(mut self) -> Outcome {
        self.crash();
        for _ in 0..100 {
            if self.server.is_none() {
                self.start();
            }
            self.write();
            (0..self.guests.len()).for_each(|guest| self.read(guest));
        }
        // What is told now is durable too.
        self.crash();
        self.start();
        (0..self.guests.len()).for_each(|guest| self.read(guest));
        let Some(server) = self.server.as_mut() else {
            return Outcome { findings: Vec::new(), broken: self.broken, entries: 0, crashes: self.crashes };
        };
        let logs = server.rooms.iter().map(|(name, room)| {
            let (entries, _) =
                server.database.entries(room.row(), Span::After(Seq::START), usize::MAX, usize::MAX).unwrap();
            let epoch = room.joined(&join(name, None), u64::MAX).epoch;
            (name.clone(), Log { epoch, entries: entries.iter().map(Seen::of).collect() })
        });
        let logs: BTreeMap<_, _> = logs.collect();
        let entries = logs.values().map(|log| log.entries.len()).sum();
        let tabs = self.guests.into_iter().map(Guest::testimony).collect();
        let account = Account { tabs, logs, behind: u64::MAX, put_back: false };
        Outcome { findings: check(&account), broken: self.broken, entries, crashes: self.crashes }
    }
}

impl Guest {
    fn new(number: u128, rooms: &[RoomName]) -> Self {
        let person = Person { id: PersonId(Uuid::from_u128(number)), name: "Ada".parse().unwrap() };
        let told = vec![Told::Person(person.id)];
        let answers = Arc::new(Answers::new(Arc::new(Wake::default())));
        Self { person, answers, places: rooms.iter().map(|room| (room.clone(), Place::default())).collect(), told }
    }

    fn line_lost(&mut self) {
        self.told.push(Told::LineLost);
        self.answers = Arc::new(Answers::new(Arc::new(Wake::default())));
        for place in self.places.values_mut() {
            place.is_joined = false;
        }
    }

    fn join(&mut self, server: &Server) {
        for (name, place) in self.places.iter_mut().filter(|(_, place)| !place.is_joined) {
            let asked = place.cursor.clone();
            let joined = server.rooms[name].joined(&join(name, asked.clone()), u64::MAX);
            let (room, epoch, first, after, head) =
                (name.clone(), joined.epoch.clone(), joined.first, joined.after, joined.head);
            place.cursor = Some(Cursor { epoch: joined.epoch, seq: after });
            place.is_joined = true;
            place.lane = Arc::default();
            place.drafts.iter_mut().for_each(|draft| draft.is_said = false);
            self.told.push(Told::Joined { room, asked, epoch, first, after, head });
        }
    }

    fn posts(&mut self, server: &Server) -> impl Iterator<Item = Posting> {
        let mut posts = Vec::new();
        for (name, place) in &mut self.places {
            for draft in place.drafts.iter_mut().filter(|draft| !draft.is_said) {
                draft.is_said = true;
                posts.push(Posting {
                    room: Arc::clone(&server.rooms[name]),
                    lane: Arc::clone(&place.lane),
                    answers: Arc::clone(&self.answers),
                    id: draft.id,
                    from: self.person.clone(),
                    kind: None,
                    body: draft.body.clone(),
                });
            }
        }
        posts.into_iter()
    }

    /// Hears what became of its posts, as a connection tells it.
    fn settle(&mut self) {
        for answer in self.answers.take() {
            let (room, id) = (answer.room, answer.id);
            let place = self.places.get_mut(&room).unwrap();
            match answer.said {
                Said::There(seq) if place.cursor.as_ref().is_some_and(|cursor| seq <= cursor.seq) => {
                    place.drafts.retain(|draft| draft.id != id);
                    self.told.push(Told::Settled { room, id, seq });
                }
                Said::There(_) => {}
                Said::NotNow(_) => {
                    let first = place.drafts.iter().position(|draft| draft.id == id).unwrap_or(usize::MAX);
                    place.drafts.iter_mut().skip(first).for_each(|draft| draft.is_said = false);
                    self.told.push(Told::Refused { room, id, for_good: false });
                }
            }
        }
    }

    fn read(&mut self, server: &Server) {
        for (name, place) in &mut self.places {
            let room = &server.rooms[name];
            let Some(cursor) = &mut place.cursor else { continue };
            while cursor.seq < room.head() {
                let Some(batch) = room.after(cursor.seq).or_else(|| from_disk(server, room, cursor.seq)) else { break };
                let ToClient::Entries(told) = heard(&batch) else { unreachable!() };
                place.drafts.retain(|draft| !told.entries.iter().any(|entry| entry.id == draft.id));
                let entries = told.entries.iter().map(Seen::of).collect();
                self.told.push(Told::Entries { room: name.clone(), after: told.after, entries });
                cursor.seq = batch.upto;
            }
        }
    }

    fn testimony(self) -> Testimony {
        let rest = |place: Place| Rest {
            cursor: place.cursor.filter(|_| place.is_joined),
            underway: place.drafts.iter().map(|draft| draft.id).collect(),
            held: None,
            says_gap: false,
        };
        let name = format!("guest {}", self.person.id);
        let rest = self.places.into_iter().map(|(name, place)| (name, rest(place))).collect();
        Testimony { name, told: self.told, rest, ended: None }
    }
}

/// A room as it comes into memory.
fn open_room(database: &mut Database, name: RoomName) -> Result<(RoomName, Arc<Room>), crate::database::Trouble> {
    let record = database.commit(|writing| writing.make_room(&name, &Epoch("e".into())))?;
    let (recent, _) = database.entries(record.row, Span::Before(record.head.next()), usize::MAX, TAIL)?;
    Ok((name.clone(), Arc::new(Room::new(name, record, &recent, TAIL, Arc::default()))))
}

fn from_disk(server: &Server, room: &Arc<Room>, cursor: Seq) -> Option<Batch> {
    let (entries, _) = server.database.entries(room.row(), Span::After(cursor), usize::MAX, 10_000).unwrap();
    room.batch_of(cursor, &entries)
}

/// What a frame of the server's says.
fn heard(batch: &Batch) -> ToClient {
    let frame = batch.packet.clone().into_bytes();
    let head = match frame[1] {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    let payload = frame.slice(head..);
    match frame[0] & 0xf {
        1 => ToClient::from_text(str::from_utf8(&payload).unwrap()).unwrap(),
        _ => ToClient::from_binary(payload).unwrap(),
    }
}

fn join(room: &RoomName, after: Option<Cursor>) -> Join {
    Join { room: room.clone(), after, last: None }
}
