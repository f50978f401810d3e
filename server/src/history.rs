//! The history of all rooms: what is on disk, and the one thread that writes it.
//!
//! Posts that wait while a commit is under way are committed together in the next one. Here, and only here, is decided
//! what becomes of a post.

mod mark;
mod opening;
mod posting;
mod renewal;
mod search;
mod writer;

#[cfg(test)]
mod schedules;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use openline_protocol::{Entries, Entry, Epoch, RoomName, Seq};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

pub use self::opening::OpenError;
pub(crate) use self::posting::{Answers, Lane, Posting, Said};
use self::{
    mark::{Facts, Mark},
    opening::{Life, Opened},
    search::Search,
    writer::Queue,
};
use crate::{
    about::About,
    database::{Database, Keep, Slice, Span, Trouble, Writing},
    metrics::Metrics,
    query::Query,
    room::{Record, Room},
    tail::Batch,
};

/// After how many milliseconds to ask again for what the disk refused.
pub(crate) const RETRY_AFTER: u64 = 2_000;
/// The data file's name in its folder.
pub(crate) const DATA_FILE: &str = "openline.db";
/// How many entries, and bytes of them, are dropped in one commit: a few milliseconds that posts may have to wait.
const SLICE: (u32, i64) = (500, 1 << 20);
/// How many reads from disk go on at once.
const READERS: usize = 4;

/// The data file, open.
///
/// # Drop
/// What was posted is written, and the file closed.
#[derive(Debug)]
pub(crate) struct History {
    path: PathBuf,
    folder: PathBuf,
    life: Life,
    key: Vec<u8>,
    queue: Arc<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
    search: Search,
    /// The rooms whose log became another one in this life, because a page proved that it had to; and which one.
    renewed: Arc<Mutex<HashMap<i64, Epoch>>>,
    /// Held for as long as the folder is ours.
    _lock: File,
}

impl History {
    /// Opens the data file in a folder, or makes both.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn open(
        folder: &Path,
        data_limit: Option<u64>,
        unwritten: usize,
        metrics: Arc<Metrics>,
    ) -> Result<Self, OpenError> {
        let Opened { lock, path, database, life, key } = opening::open(folder, data_limit)?;
        let queue = Arc::new(Queue::new(unwritten));
        let runtime = tokio::runtime::Handle::current();
        let jobs = Arc::clone(&queue);
        let writer = std::thread::Builder::new()
            .name("history".into())
            .spawn(move || writer::run(database, &jobs, &runtime, &metrics))
            .map_err(|error| OpenError::Failed { file: path.clone(), detail: error.to_string() })?;
        let readers = Arc::new(Readers { free: Semaphore::new(READERS), idle: Mutex::default() });
        let search = Search::new(&path, &folder.join("search.db"));
        let folder = folder.to_owned();
        Ok(Self {
            path,
            folder,
            life,
            key,
            queue,
            writer: Mutex::new(Some(writer)),
            readers,
            search,
            renewed: Arc::default(),
            _lock: lock,
        })
    }

    /// Writes what was posted, and then no more. Waits until it is written.
    pub(crate) fn close(&self) {
        // Before the writer: whoever closes last folds the write-ahead log into the file, and readers can't.
        self.readers.idle.lock().clear();
        self.queue.close();
        if let Some(writer) = self.writer.lock().take() {
            // It ends when everything is written; had it panicked, there would be nothing to do about it.
            let _ = writer.join();
            let closed = Facts::of(&self.path).and_then(|Facts { born, changed }| {
                Mark { lives: vec![self.life.name.clone()], born, closed: Some(changed) }.write(&self.folder)
            });
            if let Err(error) = closed {
                tracing::warn!(%error, "could not mark the data file as closed");
            }
        }
    }

    /// The key that tokens are signed with. It is on disk.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Takes a post, which is written once [`History::ring`] is called: posts that came at once are committed at once. Its
    /// line's answers tell what became of it.
    ///
    /// # Errors
    /// Too much is waiting already: the post is given back, and its line is woken when there is room.
    pub(crate) fn post(&self, posting: Posting) -> Result<(), Box<Posting>> {
        self.queue.post(posting)
    }

    /// Begins to write what was posted.
    pub(crate) fn ring(&self) {
        self.queue.ring();
    }

    /// What there is of a room; makes it, if there is nothing.
    ///
    /// # Cancel safety
    /// The room may be made nonetheless.
    pub(crate) async fn room(&self, name: &RoomName) -> Result<Record, Trouble> {
        if let Some(record) = self.known_room(name).await? {
            return Ok(record);
        }
        let name = name.clone();
        self.write(move |writing| writing.make_room(&name, &Epoch(fresh().into()))).await
    }

    /// What there is of a room, if anything.
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn known_room(&self, name: &RoomName) -> Result<Option<Record>, Trouble> {
        let name = name.clone();
        self.read(move |database| database.room(&name)).await
    }

    /// Entries of a room, as [`Database::entries`].
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn entries(
        &self,
        row: i64,
        span: Span,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<Entry>, bool), Trouble> {
        self.read(move |database| database.entries(row, span, limit, bytes)).await
    }

    /// As [`Database::about`].
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn about(
        &self,
        row: i64,
        about: About,
        places: Vec<Seq>,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, Trouble> {
        self.read(move |database| database.about(row, &about, &places, limit, bytes)).await
    }

    /// The frame of what follows a cursor in a room, from disk. `None` if what follows is no longer kept; the room knows
    /// then where it begins.
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn batch(&self, room: Arc<Room>, cursor: Seq) -> Result<Option<Batch>, Trouble> {
        self.read(move |database| {
            // While this one waited for its turn, somebody equally far may have got it.
            if let Some(batch) = room.after(cursor) {
                return Ok(Some(batch));
            }
            let head = room.head();
            let (entries, _) = database.entries(room.row(), Span::After(cursor), usize::MAX, Entries::MAX_FRAME)?;
            let next = entries.first().map_or(head.next(), |entry| entry.seq);
            if next != cursor.next() {
                room.forget_before(next);
                return Ok(None);
            }
            Ok(room.batch_of(cursor, &entries))
        })
        .await
    }

    /// Entries of a room that have what is searched for and are before another, the newest first; and whether there are
    /// more.
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn search(
        &self,
        room: Record,
        query: Query,
        before: Seq,
        limit: usize,
    ) -> Result<(Vec<Entry>, bool), Trouble> {
        self.search.find(room, query, before, limit).await
    }

    /// As [`Database::overdue`].
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn overdue(
        &self,
        keep: Keep,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, RoomName)>, Trouble> {
        self.read(move |database| database.overdue(keep, after, limit)).await
    }

    /// Drops some of a room's entries that need not be kept. `None` if there are none.
    ///
    /// # Cancel safety
    /// They may be dropped nonetheless.
    pub(crate) async fn drop_old(&self, row: i64, keep: Keep) -> Result<Option<Slice>, Trouble> {
        self.write(move |writing| writing.drop_old(row, keep, SLICE.0, SLICE.1)).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        self.write_then(work, |_| {}).await
    }

    /// Has the writer do something, and then something more once it is on disk or is known not to be.
    async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble> + Send + 'static,
        then: impl FnOnce(&Result<T, Trouble>) + Send + 'static,
    ) -> Result<T, Trouble> {
        let (reply, done) = oneshot::channel();
        self.queue.write(Box::new(move |writing| {
            let worked = writing.and_then(work);
            Box::new(move |committed| {
                let done = worked.and_then(|worked| committed.map(|()| worked));
                then(&done);
                // Whoever asked may have left, so that nobody takes the reply.
                drop(reply.send(done));
            })
        }));
        done.await.unwrap_or_else(|_| Err(Trouble::Failed("the server is stopping".into())))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Database) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let stopping = || Trouble::Failed("the server is stopping".into());
        let _permit = self.readers.free.acquire().await.map_err(|_| stopping())?;
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        let work = tokio::task::spawn_blocking(move || {
            let idle = readers.idle.lock().pop();
            let database = idle.map_or_else(|| Database::reader(&path), Ok)?;
            let done = read(&database)?;
            readers.idle.lock().push(database);
            Ok(done)
        });
        work.await.unwrap_or_else(|_| Err(stopping()))
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.close();
    }
}

#[derive(Debug)]
struct Readers {
    free: Semaphore,
    idle: Mutex<Vec<Database>>,
}

/// A name that nothing else has.
pub(crate) fn fresh() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().simple().to_string()
}
