//! The history of all rooms: what is on disk, and the one thread that writes it.
//!
//! Posts that wait while a commit is under way are committed together in the next one. Here, and only here, is decided
//! what becomes of a post.

mod mark;
mod opening;
mod posting;
mod search;
mod writer;

#[cfg(test)]
mod schedules;

use std::{
    collections::{HashMap, hash_map},
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

    /// Makes a room's log another one, because a page proved that it lacks entries it had. Only once in a life, and only
    /// one that is older than this life: after that, such a proof is a lie.
    ///
    /// # Cancel safety
    /// It becomes another one nonetheless.
    pub(crate) async fn renew(&self, room: &Arc<Room>) -> Result<(), Trouble> {
        if room.row() > self.life.last_older {
            return Ok(());
        }
        let epoch = Epoch(fresh().into());
        let (row, name, drawn, renewed) = (room.row(), room.name().clone(), epoch.clone(), Arc::clone(&self.renewed));
        // Decided and done by the writer. So a second proof waits for what comes of the first, and disk and memory agree
        // also when whoever asked has gone.
        let work = move |writing: &Writing<'_>| match renewed.lock().entry(row) {
            hash_map::Entry::Occupied(_) => Ok(()),
            hash_map::Entry::Vacant(vacant) => {
                tracing::warn!(room = %name, "a page has entries that this log lacks: it becomes another log");
                writing.set_epoch(row, vacant.insert(drawn))
            }
        };
        let (room, renewed) = (Arc::clone(room), Arc::clone(&self.renewed));
        let then = move |done: &Result<(), Trouble>| {
            let mut renewed = renewed.lock();
            if renewed.get(&row) == Some(&epoch) {
                match done {
                    Ok(()) => room.set_epoch(epoch),
                    Err(_) => drop(renewed.remove(&row)),
                }
            }
        };
        self.write_then(work, then).await
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

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::ExitStatusExt,
        pin::pin,
        process::Command,
        task::Poll,
        time::{Duration, Instant},
    };

    use openline_protocol::{Cursor, Join};

    use super::*;

    fn open(folder: &Path) -> History {
        History::open(folder, None, 1 << 20, Arc::default()).unwrap()
    }

    async fn lobby(history: &History) -> Arc<Room> {
        let name: RoomName = "lobby".parse().unwrap();
        let record = history.room(&name).await.unwrap();
        Arc::new(Room::new(name, record, &[], 1 << 20, Arc::default()))
    }

    /// A room that an earlier life made.
    async fn older_lobby(folder: &Path) -> (History, Arc<Room>) {
        lobby(&open(folder)).await;
        let history = open(folder);
        let room = lobby(&history).await;
        (history, room)
    }

    async fn epoch_on_disk(history: &History, room: &Room) -> Epoch {
        history.known_room(room.name()).await.unwrap().unwrap().epoch
    }

    /// Whether the room's log is this one: a page that has seen more proves something only to a room of the same log.
    fn is_of(room: &Room, epoch: &Epoch) -> bool {
        let after = Some(Cursor { epoch: epoch.clone(), seq: room.head().next() });
        room.lacks(&Join { room: room.name().clone(), after, last: None })
    }

    async fn begin(future: impl Future) {
        let mut future = pin!(future);
        std::future::poll_fn(|cx| {
            let _ = future.as_mut().poll(cx);
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_log_becomes_another_one_also_when_the_page_that_proved_it_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (history, room) = older_lobby(folder.path()).await;
        let before = epoch_on_disk(&history, &room).await;
        begin(history.renew(&room)).await;
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let on_disk = epoch_on_disk(&history, &room).await;
            if on_disk != before && is_of(&room, &on_disk) {
                break;
            }
            assert!(Instant::now() < deadline, "was {before:?}, is {on_disk:?} on disk and another in memory");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_proves_it_while_the_first_proof_is_being_written_enters_the_new_log_too() {
        let folder = tempfile::tempdir().unwrap();
        let (history, room) = older_lobby(folder.path()).await;
        let before = epoch_on_disk(&history, &room).await;
        begin(history.renew(&room)).await;
        history.renew(&room).await.unwrap();
        assert!(!is_of(&room, &before), "it still entered the old one");
        let renewed = epoch_on_disk(&history, &room).await;
        assert!(is_of(&room, &renewed));
        history.renew(&room).await.unwrap();
        assert_eq!(epoch_on_disk(&history, &room).await, renewed, "only once in a life");
    }

    #[tokio::test]
    async fn of_a_log_that_began_in_this_life_nobody_has_seen_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path());
        let room = lobby(&history).await;
        let before = epoch_on_disk(&history, &room).await;
        history.renew(&room).await.unwrap();
        assert_eq!(epoch_on_disk(&history, &room).await, before);
        assert!(is_of(&room, &before));
    }

    #[test]
    fn a_server_whose_writer_has_died_does_not_go_on_as_if_it_were_well() {
        const HERE: &str = "history::tests::a_server_whose_writer_has_died_does_not_go_on_as_if_it_were_well";
        if std::env::var_os("OPENLINE_TEST_WRITER_DIES").is_some() {
            let folder = tempfile::tempdir().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let died =
                runtime.block_on(async { open(folder.path()).write(|_| -> Result<(), _> { panic!("died") }).await });
            panic!("still here, with {died:?}");
        }
        let mut child = Command::new(std::env::current_exe().unwrap());
        let ended = child.args([HERE, "--exact"]).env("OPENLINE_TEST_WRITER_DIES", "yes").output().unwrap();
        assert_eq!(ended.status.signal(), Some(6), "not aborted: {ended:?}");
    }
}
