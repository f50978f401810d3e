//! The history of all rooms: what is on disk, and the one thread that writes it.
//!
//! Posts that wait while a commit is under way are committed together in the next one. Here, and only here, is decided
//! what becomes of a post.

mod search;
mod writer;

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use openline_protocol::{Body, Entries, Entry, Epoch, MessageId, Person, RoomName, Seq, Why};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use self::{
    search::Search,
    writer::{NewRoom, Queue},
};
use crate::{
    database::{Database, FileError, Span, Trouble},
    metrics::Metrics,
    query::Query,
    room::{Record, Room},
    tail::Batch,
    wake::Wake,
};

/// After how many milliseconds to ask again for what the disk refused.
pub(crate) const RETRY_AFTER: u64 = 2_000;
/// How many reads from disk go on at once.
const READERS: usize = 4;

/// The data file, open.
///
/// # Drop
/// What was posted is written, and the file closed.
#[derive(Debug)]
pub(crate) struct History {
    path: PathBuf,
    key: Vec<u8>,
    queue: Arc<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
    search: Search,
    /// Held for as long as the folder is ours.
    _lock: File,
}

/// Why the data file can't be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder can't be made, or not be written to.
    #[error("can't use the data folder {}: {error}; say another with --data, or let this user write there", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another server is running on this folder.
    #[error("another server is using the data folder {}; stop it, or say another folder with --data", .folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is of a newer version.
    #[error("{} was written by a newer version (its format is {found}); run that version, or say another folder with --data. Nothing was changed", .file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: i64,
    },
    /// The file isn't ours.
    #[error("{} is not Openline's; move it away, or say another folder with --data. Nothing was changed", .file.display())]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// The file can't be read or written.
    #[error("can't use {}: {detail}; if the disk is full, make room, and start again", .file.display())]
    Failed {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        detail: String,
    },
}

/// A post on its way to the disk.
#[derive(Debug)]
pub(crate) struct Posting {
    pub(crate) room: Arc<Room>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) id: MessageId,
    pub(crate) from: Person,
    pub(crate) kind: Option<String>,
    pub(crate) body: Body,
}

impl Posting {
    fn size(&self) -> usize {
        self.body.len() + 256
    }

    fn answer(&self, said: Said) {
        let mut answers = self.answers.said.lock();
        answers.push(Answer { room: self.room.name().clone(), id: self.id, said });
    }
}

/// One line's posts in one room, in order: once one was refused for now, no later one may pass it.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// What has to be posted again first.
    blocked_by: Mutex<Option<MessageId>>,
}

/// What became of one line's posts.
#[derive(Debug)]
pub(crate) struct Answers {
    wake: Arc<Wake>,
    in_flight: AtomicUsize,
    said: Mutex<Vec<Answer>>,
}

impl Answers {
    pub(crate) fn new(wake: Arc<Wake>) -> Self {
        Self { wake, in_flight: AtomicUsize::new(0), said: Mutex::default() }
    }

    /// How many posts are on their way.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Acquire)
    }

    /// What there is to tell the line. A post that became an entry isn't among it: the entry tells.
    pub(crate) fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut *self.said.lock())
    }
}

/// What became of one post.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) room: RoomName,
    pub(crate) id: MessageId,
    pub(crate) said: Said,
}

/// See [`Answer`].
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// It was in the log already.
    There(Seq),
    /// It may be posted again, after [`RETRY_AFTER`].
    NotNow(Why),
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
        let lock = lock(folder)?;
        let path = folder.join("openline.db");
        let database = Database::open(&path, data_limit).map_err(|error| match error {
            FileError::Newer { found } => OpenError::Newer { file: path.clone(), found },
            FileError::NotOurs => OpenError::NotOurs { file: path.clone() },
            FileError::Sql(error) => OpenError::Failed { file: path.clone(), detail: error.to_string() },
        })?;
        let failed = |detail: String| OpenError::Failed { file: path.clone(), detail };
        let key = database.key("tokens", &rand::random::<[u8; 32]>()).map_err(|error| failed(error.to_string()))?;
        let queue = Arc::new(Queue::new(unwritten));
        let runtime = tokio::runtime::Handle::current();
        let jobs = Arc::clone(&queue);
        let writer = std::thread::Builder::new()
            .name("history".into())
            .spawn(move || writer::run(database, &jobs, &runtime, &metrics))
            .map_err(|error| failed(error.to_string()))?;
        let readers = Arc::new(Readers { free: Semaphore::new(READERS), idle: Mutex::default() });
        let search = Search::new(&path, &folder.join("search.db"));
        Ok(Self { path, key, queue, writer: Mutex::new(Some(writer)), readers, search, _lock: lock })
    }

    /// Writes what was posted, and then no more. Waits until it is written.
    pub(crate) fn close(&self) {
        // Before the writer: whoever closes last folds the write-ahead log into the file, and readers can't.
        self.readers.idle.lock().clear();
        self.queue.close();
        if let Some(writer) = self.writer.lock().take() {
            // It ends when everything is written; had it panicked, there would be nothing to do about it.
            let _ = writer.join();
        }
    }

    /// The key that tokens are signed with. It is on disk.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Hands a post to the writer. Its line's answers tell what became of it.
    ///
    /// # Errors
    /// Too much is waiting already: the post is given back, and its line is woken when there is room.
    pub(crate) fn post(&self, posting: Posting) -> Result<(), Box<Posting>> {
        self.queue.post(posting)
    }

    /// What there is of a room; makes it, if there is nothing.
    ///
    /// # Cancel safety
    /// The room may be made nonetheless.
    pub(crate) async fn room(&self, name: &RoomName) -> Result<Record, Trouble> {
        if let Some(record) = self.known_room(name).await? {
            return Ok(record);
        }
        let (reply, made) = tokio::sync::oneshot::channel();
        let epoch = Epoch(uuid::Builder::from_random_bytes(rand::random()).into_uuid().simple().to_string().into());
        self.queue.make(NewRoom { name: name.clone(), epoch, reply });
        made.await.unwrap_or_else(|_| Err(Trouble::Failed("the server is stopping".into())))
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

    /// The frame of what follows a cursor in a room, from disk. `None` if nothing follows.
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn batch(&self, room: Arc<Room>, cursor: Seq) -> Result<Option<Batch>, Trouble> {
        self.read(move |database| {
            // While this one waited for its turn, somebody equally far may have got it.
            if let Some(batch) = room.after(cursor) {
                return Ok(Some(batch));
            }
            let (entries, _) = database.entries(room.row(), Span::After(cursor), usize::MAX, Entries::MAX_FRAME)?;
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

fn lock(folder: &Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
