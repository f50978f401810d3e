//! All rooms that anybody is in.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Weak, atomic::AtomicU64},
};

use openline_protocol::RoomName;
use parking_lot::Mutex;

use crate::{
    database::{Span, Trouble},
    history::History,
    metrics::Metrics,
    room::{Record, Room},
};

/// How many rooms may be on their way into memory at once.
const DOORS: usize = 32;

/// Rooms come into memory when somebody enters, and go when nobody is in them and nothing is on its way to their log.
#[derive(Debug)]
pub(crate) struct Rooms {
    open: Mutex<Open>,
    /// Whoever brings a room into memory holds its door: there are never two rooms of one name.
    doors: Vec<tokio::sync::Mutex<()>>,
    versions: Arc<AtomicU64>,
    tail: usize,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Open {
    rooms: HashMap<RoomName, Weak<Room>>,
    sweep_at: usize,
}

impl Rooms {
    /// No room yet. Each will keep `tail` bytes of its latest entries.
    pub(crate) fn new(tail: usize, metrics: Arc<Metrics>) -> Self {
        let doors = (0..DOORS).map(|_| tokio::sync::Mutex::default()).collect();
        Self { open: Mutex::default(), doors, versions: Arc::default(), tail, metrics }
    }

    /// The room of this name, if anybody is in it.
    pub(crate) fn find(&self, name: &RoomName) -> Option<Arc<Room>> {
        self.open.lock().rooms.get(name).and_then(Weak::upgrade)
    }

    /// The room of this name, from disk if need be, and made if there is none.
    ///
    /// # Cancel safety
    /// The room may be made nonetheless.
    pub(crate) async fn room(&self, name: &RoomName, history: &History) -> Result<Arc<Room>, Trouble> {
        if let Some(room) = self.find(name) {
            return Ok(room);
        }
        let mut hash = DefaultHasher::new();
        name.hash(&mut hash);
        let door = self.doors.iter().cycle().nth(hash.finish() as usize % DOORS);
        let _door = match door {
            Some(door) => Some(door.lock().await),
            None => None,
        };
        if let Some(room) = self.find(name) {
            return Ok(room);
        }
        let record = history.room(name).await?;
        let Record { row, head, .. } = record;
        let (recent, _) = history.entries(row, Span::Before(head.next()), usize::MAX, self.tail).await?;
        let room = Room::new(name.clone(), record, &recent, self.tail, Arc::clone(&self.versions));
        let room = Arc::new(room);
        let mut open = self.open.lock();
        open.rooms.insert(name.clone(), Arc::downgrade(&room));
        if open.rooms.len() > open.sweep_at {
            open.rooms.retain(|_, room| room.strong_count() > 0);
            open.sweep_at = open.rooms.len() * 2 + 64;
        }
        Ok(room)
    }

    /// Counts them for the metrics.
    pub(crate) fn count(&self) {
        let count = self.open.lock().rooms.values().filter(|room| room.strong_count() > 0).count();
        self.metrics.rooms.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
