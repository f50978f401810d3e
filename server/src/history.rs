//! The history of all rooms: what is on disk, and the one thread that writes it.
//!
//! Posts that wait while a commit is under way are committed together in the next one. Here, and only here, is decided
//! what becomes of a post.

mod mark;
mod posting;
mod search;
mod writer;

#[cfg(test)]
mod schedules;

use std::{
    collections::HashSet,
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use openline_protocol::{Entries, Entry, Epoch, RoomName, Seq};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

pub(crate) use self::posting::{Answers, Lane, Posting, Said};
use self::{
    mark::{Facts, Mark},
    search::Search,
    writer::Queue,
};
use crate::{
    database::{Database, FileError, Keep, Slice, Span, Trouble, Writing},
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
    life: String,
    key: Vec<u8>,
    queue: Arc<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
    search: Search,
    /// The rooms whose log became another one in this life, because a page proved that it had to.
    renewed: Arc<Mutex<HashSet<i64>>>,
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
        let path = folder.join(DATA_FILE);
        // Before anything is opened, which may change it.
        let found = Facts::of(&path).ok();
        let mut database = Database::open(&path, data_limit).map_err(|error| match error {
            FileError::Newer { found } => OpenError::Newer { file: path.clone(), found },
            FileError::NotOurs => OpenError::NotOurs { file: path.clone() },
            FileError::Sql(error) => OpenError::Failed { file: path.clone(), detail: error.to_string() },
        })?;
        let failed = |detail: String| OpenError::Failed { file: path.clone(), detail };
        let life = begin(folder, found, &path, &mut database).map_err(failed)?;
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
                Mark { lives: vec![self.life.clone()], born, closed: Some(changed) }.write(&self.folder)
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

    /// Makes a room's log another one, because a page proved that it lacks entries it had. Only once in a life: after
    /// that, such a proof is a lie.
    ///
    /// # Cancel safety
    /// It becomes another one nonetheless.
    pub(crate) async fn renew(&self, room: &Arc<Room>) -> Result<(), Trouble> {
        if !self.renewed.lock().insert(room.row()) {
            return Ok(());
        }
        tracing::warn!(room = %room.name(), "a page has entries that this log lacks: it becomes another log");
        let (reply, done) = oneshot::channel();
        let (room, renewed, epoch) = (Arc::clone(room), Arc::clone(&self.renewed), Epoch(fresh().into()));
        self.queue.write(Box::new(move |writing| {
            let worked = writing.set_epoch(room.row(), &epoch);
            // By the writer, not by whoever asked: their line may be gone, and disk and memory have to agree.
            Box::new(move |committed| {
                let done = worked.and(committed);
                match done {
                    Ok(()) => room.set_epoch(epoch),
                    Err(_) => drop(renewed.lock().remove(&room.row())),
                }
                drop(reply.send(done));
            })
        }));
        done.await.unwrap_or_else(|_| Err(Trouble::Failed("the server is stopping".into())))
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
        let (reply, done) = oneshot::channel();
        self.queue.write(Box::new(move |writing| {
            let worked = work(writing);
            // Whoever asked may have left, so that nobody takes the reply.
            Box::new(move |committed| drop(reply.send(worked.and_then(|worked| committed.map(|()| worked)))))
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

/// Begins a life on a data file, and returns its name. Where the file is not as the last life left it, every room's log
/// becomes another one.
fn begin(folder: &Path, found: Option<Facts>, path: &Path, database: &mut Database) -> Result<String, String> {
    let old = database.life().map_err(|trouble| trouble.to_string())?;
    let is_as_left = match (&old, &found, Mark::read(folder)) {
        (Some(old), Some(found), Some(mark)) => mark.vouches_for(old, found),
        _ => false,
    };
    let new = fresh();
    // The mark first. Should we stop in between, it vouches for the old life only if nothing had to be done.
    let lives = old.iter().filter(|_| is_as_left).chain([&new]).cloned().collect();
    let marked = Facts::of(path).and_then(|Facts { born, .. }| Mark { lives, born, closed: None }.write(folder));
    let begun = marked.map_err(|error| error.to_string()).and_then(|()| {
        let begun = database.commit(|writing| {
            let renewed = if is_as_left { 0 } else { writing.draw_epochs()? };
            writing.begin_life(&new)?;
            Ok(renewed)
        });
        begun.map_err(|trouble| trouble.to_string())
    });
    match (begun, old) {
        (Ok(0), _) => Ok(new),
        (Ok(rooms), _) => {
            tracing::warn!(
                rooms,
                "the data file is not as this folder's last server left it (a backup, a copy, or moved to another disk): \
                 every room's log becomes another one, so that pages notice what may be missing"
            );
            Ok(new)
        }
        // A full disk is no reason not to serve what is there.
        (Err(error), Some(old)) if is_as_left => {
            tracing::warn!(error, "could not mark the data file as in use");
            Ok(old)
        }
        (Err(error), _) => Err(error),
    }
}

/// A name that nothing else has.
pub(crate) fn fresh() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().simple().to_string()
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

#[cfg(test)]
mod tests {
    use std::{
        task::Poll,
        time::{Duration, Instant},
    };

    use openline_protocol::{Cursor, Join};

    use super::*;

    #[tokio::test]
    async fn a_log_becomes_another_one_also_when_the_page_that_proved_it_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(folder.path(), None, 1 << 20, Arc::default()).unwrap();
        let name: RoomName = "lobby".parse().unwrap();
        let record = history.room(&name).await.unwrap();
        let room = Arc::new(Room::new(name.clone(), record, &[], 1 << 20, Arc::default()));
        // A page that has seen more of a log of this epoch proves something only to a room of this epoch.
        let is_of = |epoch: &Epoch| {
            let after = Some(Cursor { epoch: epoch.clone(), seq: room.head().next() });
            room.lacks(&Join { room: name.clone(), after, last: None })
        };
        let before = history.known_room(&name).await.unwrap().unwrap().epoch;
        {
            let mut renewing = std::pin::pin!(history.renew(&room));
            std::future::poll_fn(|cx| {
                let _ = renewing.as_mut().poll(cx);
                Poll::Ready(())
            })
            .await;
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let on_disk = history.known_room(&name).await.unwrap().unwrap().epoch;
            if on_disk != before && is_of(&on_disk) {
                break;
            }
            assert!(Instant::now() < deadline, "was {before:?}, is {on_disk:?} on disk and another in memory");
            tokio::task::yield_now().await;
        }
    }
}
