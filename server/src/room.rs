//! A room: a log with listeners.
//!
//! A room knows nothing of frames going up, of sockets or of SQL. Its log grows only by [`Room::grow`], which is called
//! when the entries are on disk; its head moves then, and at no other time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use openline_protocol::{
    Cursor, EncodedEntry, Entry, Epoch, Heard, Join, Joined, Person, PersonId, RoomName, Roster as Snapshot, Seq,
    ToClient,
};
use parking_lot::Mutex;

use crate::{
    listeners::{Listener, Listeners},
    roster::{Roster, Telling},
    signals::Signals,
    tail::{Batch, Tail},
    websocket::Packet,
};

/// One room, as long as anybody is in it.
#[derive(Debug)]
pub(crate) struct Room {
    name: RoomName,
    row: i64,
    epoch: Mutex<Epoch>,
    first: AtomicU64,
    head: AtomicU64,
    last_at: AtomicU64,
    tail: Mutex<Tail>,
    listeners: Arc<Listeners>,
    people: Mutex<People>,
    said: AtomicU64,
    told: AtomicU64,
    versions: Arc<AtomicU64>,
    /// From where it last grew, and when, in nanoseconds after it came into memory.
    grown: (AtomicU64, AtomicU64),
    opened: Instant,
}

/// What the data file says of a room.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its number there.
    pub(crate) row: i64,
    pub(crate) epoch: Epoch,
    /// The oldest entry kept; the one after the head if there is none.
    pub(crate) first: Seq,
    pub(crate) head: Seq,
    /// When the newest entry was appended.
    pub(crate) last_at: u64,
}

#[derive(Debug, Default)]
struct People {
    roster: Roster,
    signals: Signals,
    told: Option<(u64, Packet)>,
}

impl Room {
    /// The room of a record, with its latest entries. `versions` counts the changes of all rosters.
    pub(crate) fn new(name: RoomName, record: Record, recent: &[Entry], tail: usize, versions: Arc<AtomicU64>) -> Self {
        Self {
            tail: Mutex::new(Tail::of(name.clone(), record.head, tail, recent)),
            name,
            row: record.row,
            epoch: Mutex::new(record.epoch),
            first: AtomicU64::new(record.first.number()),
            head: AtomicU64::new(record.head.number()),
            last_at: AtomicU64::new(record.last_at),
            listeners: Arc::default(),
            people: Mutex::default(),
            said: AtomicU64::new(0),
            told: AtomicU64::new(0),
            versions,
            grown: (AtomicU64::new(u64::MAX), AtomicU64::new(0)),
            opened: Instant::now(),
        }
    }

    pub(crate) fn name(&self) -> &RoomName {
        &self.name
    }

    /// Its number in the data file.
    pub(crate) fn row(&self) -> i64 {
        self.row
    }

    /// The oldest entry kept.
    pub(crate) fn first(&self) -> Seq {
        Seq::new(self.first.load(Ordering::Acquire)).unwrap_or_default()
    }

    /// Nothing before this entry is kept any more.
    pub(crate) fn forget_before(&self, first: Seq) {
        self.first.fetch_max(first.number(), Ordering::AcqRel);
    }

    /// Its log is another one from now on. Who is in it reads on: what they have is in this one too.
    pub(crate) fn set_epoch(&self, epoch: Epoch) {
        *self.epoch.lock() = epoch;
    }

    /// Whether a join proves, if it is honest, that the log lacks entries it had: the page has seen more of it.
    pub(crate) fn lacks(&self, join: &Join) -> bool {
        join.after.as_ref().is_some_and(|Cursor { epoch, seq }| *seq > self.head() && *epoch == *self.epoch.lock())
    }

    /// The newest entry that is on disk.
    pub(crate) fn head(&self) -> Seq {
        Seq::new(self.head.load(Ordering::Acquire)).unwrap_or_default()
    }

    /// When that was appended: no later one may say an earlier time.
    pub(crate) fn last_at(&self) -> u64 {
        self.last_at.load(Ordering::Acquire)
    }

    /// Everything after a cursor, as far as a frame goes. `None` if it has to come from disk.
    pub(crate) fn after(&self, cursor: Seq) -> Option<Batch> {
        self.tail.lock().batch(cursor)
    }

    /// What came from disk, as a frame; kept for others who are equally far. `None` if nothing came.
    pub(crate) fn batch_of(&self, cursor: Seq, entries: &[Entry]) -> Option<Batch> {
        let encoded: Vec<_> = entries.iter().map(|entry| (entry.seq, EncodedEntry::new(entry))).collect();
        let batch = Batch::of(&self.name, cursor, encoded.iter().map(|(seq, entry)| (*seq, entry)))?;
        self.tail.lock().keep(batch.clone());
        Some(batch)
    }

    /// Takes entries that are on disk now. The caller has everybody told after that.
    pub(crate) fn grow(&self, entries: &[Entry]) {
        let encoded: Vec<_> = entries.iter().map(|entry| (entry.seq, EncodedEntry::new(entry))).collect();
        let Some(last) = entries.last() else { return };
        self.tail.lock().push(encoded.into_iter());
        self.grown.0.store(self.head().number(), Ordering::Relaxed);
        self.grown.1.store(u64::try_from(self.opened.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.last_at.store(last.at, Ordering::Release);
        self.head.store(last.seq.number(), Ordering::Release);
    }

    /// When it grew, for a line that had all that was there before.
    pub(crate) fn grown_after(&self, cursor: Seq) -> Option<Instant> {
        let had_all = self.grown.0.load(Ordering::Relaxed) == cursor.number();
        had_all.then(|| self.opened + Duration::from_nanos(self.grown.1.load(Ordering::Relaxed)))
    }

    /// Has everybody in it told, soon.
    pub(crate) fn tell_all(&self) {
        self.listeners.tell_all();
    }

    /// Lets a line in, until what is returned is dropped.
    pub(crate) fn enter(self: &Arc<Self>, person: &Arc<Person>, listener: Arc<dyn Listener>) -> Presence {
        let number = self.listeners.add(listener);
        self.change(|roster, version| roster.enter(person, number, version));
        Presence { room: Arc::clone(self), person: person.id, number }
    }

    /// Somebody who is in it goes by another name.
    pub(crate) fn rename(self: &Arc<Self>, person: &Arc<Person>) {
        self.change(|roster, version| roster.rename(person, version));
    }

    /// Who is there, as it goes over HTTP.
    pub(crate) fn everybody(&self) -> Snapshot {
        self.people.lock().roster.whole()
    }

    /// The answer to a join. The line's entries begin after `Joined.after`, and its signals after [`Room::said`].
    pub(crate) fn joined(&self, join: &Join, behind: u64) -> Joined {
        let (first, head) = (self.first(), self.head());
        let epoch = self.epoch.lock().clone();
        Joined {
            room: self.name.clone(),
            after: begin(join, &epoch, first, head, behind),
            epoch,
            first,
            head,
            roster: self.people.lock().roster.snapshot(),
        }
    }

    /// How many signals were said in it.
    pub(crate) fn said(&self) -> u64 {
        self.said.load(Ordering::Acquire)
    }

    /// The version of the roster that was told last.
    pub(crate) fn told(&self) -> u64 {
        self.told.load(Ordering::Acquire)
    }

    /// That roster.
    pub(crate) fn roster(&self) -> Option<(u64, Packet)> {
        self.people.lock().told.clone()
    }

    fn change(self: &Arc<Self>, change: impl FnOnce(&mut Roster, u64) -> bool) {
        let telling = {
            let mut people = self.people.lock();
            if !change(&mut people.roster, self.versions.fetch_add(1, Ordering::Relaxed) + 1) {
                return;
            }
            people.roster.telling(Instant::now())
        };
        match telling {
            Telling::Now => self.tell(),
            Telling::SeenTo => {}
            Telling::At(then) => {
                let room = Arc::downgrade(self);
                // Without a runtime the server is going down, and there is nobody to tell.
                let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
                runtime.spawn(async move {
                    tokio::time::sleep_until(then.into()).await;
                    if let Some(room) = room.upgrade() {
                        room.tell();
                    }
                });
            }
        }
    }

    fn tell(&self) {
        {
            let mut people = self.people.lock();
            people.roster.told(Instant::now());
            let Snapshot { version, count, who } = people.roster.snapshot();
            let packet = ToClient::Roster { room: self.name.clone(), version, count, who }.to_frame().into();
            people.told = Some((version, packet));
            self.told.store(version, Ordering::Release);
        }
        self.tell_all();
    }
}

/// A line's being in a room.
///
/// # Drop
/// The line has left.
#[derive(Debug)]
pub(crate) struct Presence {
    room: Arc<Room>,
    person: PersonId,
    /// Among the room's listeners.
    number: u32,
}

impl Presence {
    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Says something to everybody, or to one person, but not to the line itself.
    pub(crate) fn signal(&self, to: Option<PersonId>, heard: Heard) {
        let mut people = self.room.people.lock();
        people.signals.say(self.number, to, heard);
        self.room.said.store(people.signals.said(), Ordering::Release);
        match to {
            Some(person) => self.room.listeners.wake(people.roster.lines(person)),
            None => self.room.listeners.tell_all(),
        }
    }

    /// The signals that the line has not heard, and where to go on.
    pub(crate) fn signals_after(&self, from: u64) -> (Option<Packet>, u64) {
        self.room.people.lock().signals.after(&self.room.name, from, self.number, self.person)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.room.listeners.remove(self.number);
        self.room.change(|roster, version| roster.leave(self.person, self.number, version));
    }
}

/// Where a line's entries begin: where it asked for, or, where that can't be, some entries before the end.
fn begin(join: &Join, epoch: &Epoch, first: Seq, head: Seq, behind: u64) -> Seq {
    let kept = first.back(1);
    let asked = join.after.as_ref().filter(|Cursor { epoch: asked, seq }| {
        asked == epoch && *seq >= kept && *seq <= head && head.number() - seq.number() <= behind
    });
    let last = u64::from(join.last.unwrap_or(Join::LAST)).min(behind);
    asked.map_or(head.back(last).max(kept), |cursor| cursor.seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(first: u64, head: u64) -> Room {
        let seq = |n| Seq::new(n).unwrap();
        let record = Record { row: 1, epoch: Epoch("e".into()), first: seq(first), head: seq(head), last_at: 0 };
        Room::new("lobby".parse().unwrap(), record, &[], 1 << 20, Arc::default())
    }

    fn begin(room: &Room, after: Option<(&str, u64)>, last: Option<u32>) -> u64 {
        let after = after.map(|(epoch, seq)| Cursor { epoch: Epoch(epoch.into()), seq: Seq::new(seq).unwrap() });
        let join = Join { room: room.name.clone(), after, last };
        room.joined(&join, 1_000).after.number()
    }

    #[test]
    fn a_line_begins_exactly_where_it_asked_to() {
        for after in [0, 1, 499, 500] {
            assert_eq!(begin(&room(1, 500), Some(("e", after)), None), after);
        }
        assert_eq!(begin(&room(301, 500), Some(("e", 300)), None), 300);
        assert_eq!(begin(&room(1, 0), Some(("e", 0)), None), 0);
    }

    #[test]
    fn a_line_that_asks_for_what_cannot_be_begins_near_the_end() {
        assert_eq!(begin(&room(1, 500), Some(("other", 499)), None), 400, "another epoch");
        assert_eq!(begin(&room(301, 350), Some(("e", 299)), None), 300, "no longer kept");
        assert_eq!(begin(&room(1, 500), Some(("e", 501)), None), 400, "beyond the head");
        assert_eq!(begin(&room(1, 5_000), Some(("e", 3_999)), None), 4_900, "too far behind");
    }

    #[test]
    fn a_line_that_asks_for_nothing_gets_the_last_hundred_or_as_many_as_it_says() {
        assert_eq!(begin(&room(1, 500), None, None), 400);
        assert_eq!(begin(&room(1, 500), None, Some(7)), 493);
        assert_eq!(begin(&room(1, 500), None, Some(0)), 500);
        assert_eq!(begin(&room(1, 50), None, None), 0);
        assert_eq!(begin(&room(451, 500), None, None), 450);
        assert_eq!(begin(&room(501, 500), None, None), 500, "everything was dropped");
        assert_eq!(begin(&room(1, 5_000), None, Some(u32::MAX)), 4_000, "no more than one may be behind");
    }
}
