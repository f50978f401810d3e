//! The thread that writes.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use openline_protocol::{Entry, Seq, Why};
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;

use super::{Posting, Said};
#[cfg(test)]
use crate::sabotage::Sabotage;
use crate::{
    database::{Database, Trouble, Writing},
    metrics::Metrics,
    room::Room,
    wake::Wake,
};

/// The most posts in one commit, so that none waits long for the others.
const GROUP: usize = 2_048;

/// What waits for the writer.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    bell: Condvar,
    limit: usize,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    bytes: usize,
    /// Lines whose post did not fit.
    turned_back: Vec<Arc<Wake>>,
    is_closed: bool,
}

/// One thing to write.
enum Job {
    /// An entry, perhaps.
    Post(Box<Posting>),
    /// Anything else.
    Work(Work),
}

/// Something to be done in a commit, or to hear that none could be begun; and then to be told whether it was made.
pub(super) type Work = Box<dyn FnOnce(Result<&Writing<'_>, Trouble>) -> Told + Send>;
type Told = Box<dyn FnOnce(Result<(), Trouble>) + Send>;

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.waiting.lock();
        let Waiting { jobs, bytes, is_closed, .. } = &*waiting;
        let (jobs, limit) = (jobs.len(), self.limit);
        write!(f, "Queue {{ jobs: {jobs}, bytes: {bytes} of {limit}, is_closed: {is_closed} }}")
    }
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), bell: Condvar::new(), limit }
    }

    /// Takes a post; [`Queue::ring`] is called when there are no more at the moment. Once it is closed, none is taken.
    pub(super) fn post(&self, posting: Posting) -> Result<(), Box<Posting>> {
        let posting = Box::new(posting);
        let mut waiting = self.waiting.lock();
        if waiting.is_closed || waiting.bytes > 0 && waiting.bytes + posting.size() > self.limit {
            waiting.turned_back.push(Arc::clone(&posting.answers.wake));
            return Err(posting);
        }
        waiting.bytes += posting.size();
        posting.answers.in_flight.fetch_add(1, Ordering::AcqRel);
        waiting.jobs.push(Job::Post(posting));
        Ok(())
    }

    /// Begins to write what was posted.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Hands work to the writer. Once it is closed, the work is dropped.
    pub(super) fn write(&self, work: Work) {
        let mut waiting = self.waiting.lock();
        if !waiting.is_closed {
            waiting.jobs.push(Job::Work(work));
            self.bell.notify_one();
        }
    }

    /// Writes what waits, and then no more.
    pub(super) fn close(&self) {
        self.waiting.lock().is_closed = true;
        self.bell.notify_one();
    }

    /// Everything that waits, once something does. `None` if it is closed and empty.
    fn take(&self) -> Option<Vec<Job>> {
        let mut waiting = self.waiting.lock();
        while waiting.jobs.is_empty() {
            if waiting.is_closed {
                return None;
            }
            self.bell.wait(&mut waiting);
        }
        waiting.bytes = 0;
        waiting.turned_back.drain(..).for_each(|wake| wake.wake());
        Some(std::mem::take(&mut waiting.jobs))
    }
}

/// Writes until the queue is closed and empty.
pub(super) fn run(mut database: Database, queue: &Queue, runtime: &Handle, metrics: &Metrics) {
    let _guard = NoServerWithoutWriter;
    while let Some(jobs) = queue.take() {
        let (mut works, mut posts) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Work(work) => works.push(work),
                Job::Post(post) => posts.push(post),
            }
        }
        if !works.is_empty() {
            work(&mut database, works);
        }
        while !posts.is_empty() {
            let rest = posts.split_off(posts.len().min(GROUP));
            let group = std::mem::replace(&mut posts, rest);
            let grown = write(&mut database, &group, metrics);
            // Only now: a line that is woken finds the head moved, its answers there, and its posts no longer on the
            // way. The waking itself is left to the runtime, which has the lines' tasks at hand.
            let authors: Vec<_> = group.into_iter().map(|post| Arc::clone(&post.answers)).collect();
            runtime.spawn(async move {
                grown.iter().for_each(|room| room.tell_all());
                authors.iter().for_each(|answers| answers.wake.wake());
            });
        }
    }
}

/// Ends the process should its writer panic: whoever looks after it starts it again, while one that takes posts and never
/// writes them would seem to be well.
struct NoServerWithoutWriter;

impl Drop for NoServerWithoutWriter {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

/// Does all of it in one commit, or none.
fn work(database: &mut Database, works: Vec<Work>) {
    let (mut works, mut told) = (works.into_iter(), Vec::new());
    let committed = database.commit(|writing| {
        told.extend(works.by_ref().map(|work| work(Ok(writing))));
        Ok(())
    });
    if let Err(trouble) = &committed {
        told.extend(works.map(|work| work(Err(trouble.clone()))));
    }
    told.into_iter().for_each(|tell| tell(committed.clone()));
}

/// Decides what becomes of each post, and returns the rooms that grew.
pub(super) fn write(database: &mut Database, group: &[Box<Posting>], metrics: &Metrics) -> Vec<Arc<Room>> {
    let mut grown = Vec::new();
    let admitted: Vec<&Posting> = group.iter().map(|post| &**post).filter(|post| admit(post)).collect();
    match commit(database, &admitted) {
        Ok(written) => publish(written, metrics, &mut grown),
        // What one post is too much for may be enough for the others.
        Err(_) if admitted.len() > 1 => {
            for post in admitted.into_iter().filter(|post| admit(post)) {
                match commit(database, &[post]) {
                    Ok(written) => publish(written, metrics, &mut grown),
                    Err(trouble) => refuse(post, trouble, metrics),
                }
            }
        }
        Err(trouble) => admitted.into_iter().for_each(|post| refuse(post, trouble.clone(), metrics)),
    }
    for post in group {
        post.answers.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
    grown
}

/// Whether a post is not behind one that was refused for now. The one that was may pass, and frees the way for those
/// after it; should it be refused again, it blocks again.
fn admit(post: &Posting) -> bool {
    let mut blocked_by = post.lane.blocked_by.lock();
    match *blocked_by {
        Some(id) if id != post.id => {
            post.answer(Said::NotNow(Why::Behind { id }));
            false
        }
        _ => {
            *blocked_by = None;
            true
        }
    }
}

fn refuse(post: &Posting, trouble: Trouble, metrics: &Metrics) {
    metrics.not_stored.inc();
    *post.lane.blocked_by.lock() = Some(post.id);
    post.answer(Said::NotNow(match trouble {
        Trouble::Full => Why::StorageFull {},
        Trouble::Failed(detail) => {
            tracing::error!(detail, "could not store a post");
            Why::StorageFailed {}
        }
    }));
}

/// What a commit made.
struct Written<'a> {
    /// By the rooms' numbers.
    rooms: HashMap<i64, Growth<'a>>,
    /// Posts that were there already.
    there: Vec<(&'a Posting, Seq)>,
    /// The commit.
    took: Duration,
}

struct Growth<'a> {
    room: &'a Arc<Room>,
    head: Seq,
    last_at: u64,
    entries: Vec<Entry>,
}

fn commit<'a>(database: &mut Database, posts: &[&'a Posting]) -> Result<Written<'a>, Trouble> {
    let mut written = Written { rooms: HashMap::new(), there: Vec::new(), took: Duration::ZERO };
    if posts.is_empty() {
        return Ok(written);
    }
    let (now, begun) = (now(), Instant::now());
    database.commit(|writing| {
        for post in posts {
            append(writing, post, now, &mut written)?;
        }
        #[cfg(test)]
        if Sabotage::EarlyHead.is_made() {
            written.rooms.values().for_each(|growth| growth.room.grow(&growth.entries));
        }
        for (row, growth) in &written.rooms {
            writing.move_head(*row, growth.head, growth.last_at)?;
        }
        Ok(())
    })?;
    written.took = begun.elapsed();
    Ok(written)
}

fn append<'a>(writing: &Writing<'_>, post: &'a Posting, now: u64, written: &mut Written<'a>) -> Result<(), Trouble> {
    let row = post.room.row();
    if let Some(seq) = writing.place(row, post.id)? {
        written.there.push((post, seq));
        return Ok(());
    }
    let growth = written.rooms.entry(row).or_insert_with(|| Growth {
        room: &post.room,
        head: post.room.head(),
        last_at: post.room.last_at(),
        entries: Vec::new(),
    });
    let entry = Entry {
        seq: growth.head.next(),
        id: post.id,
        from: post.from.clone(),
        at: now.max(growth.last_at),
        kind: post.kind.clone(),
        body: post.body.clone(),
    };
    writing.append(row, &entry)?;
    (growth.head, growth.last_at) = (entry.seq, entry.at);
    #[cfg(test)]
    if Sabotage::SkippedEntry.is_made() && entry.seq.number().is_multiple_of(5) {
        return Ok(());
    }
    growth.entries.push(entry);
    Ok(())
}

/// What is on disk is told: the rooms first, so that an answer never speaks of an entry beyond the head.
fn publish(written: Written<'_>, metrics: &Metrics, grown: &mut Vec<Arc<Room>>) {
    if !written.rooms.is_empty() {
        metrics.commits.took(written.took);
    }
    for growth in written.rooms.into_values() {
        metrics.appended.inc_by(growth.entries.len() as u64);
        growth.room.grow(&growth.entries);
        grown.push(Arc::clone(growth.room));
    }
    for (post, seq) in written.there {
        metrics.repeated.inc();
        post.answer(Said::There(seq));
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::Command};

    use super::*;
    use crate::history::History;

    #[test]
    fn a_server_whose_writer_has_died_does_not_go_on_as_if_it_were_well() {
        const HERE: &str = "history::writer::tests::a_server_whose_writer_has_died_does_not_go_on_as_if_it_were_well";
        if std::env::var_os("OPENLINE_TEST_WRITER_DIES").is_some() {
            let folder = tempfile::tempdir().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let died = runtime.block_on(async {
                History::open(folder.path(), None, 1 << 20, Arc::default())
                    .unwrap()
                    .write(|_| -> Result<(), Trouble> { panic!("died") })
                    .await
            });
            panic!("still here, with {died:?}");
        }
        let mut child = Command::new(std::env::current_exe().unwrap());
        let ended = child.args([HERE, "--exact"]).env("OPENLINE_TEST_WRITER_DIES", "yes").output().unwrap();
        assert_eq!(ended.status.signal(), Some(6), "not aborted: {ended:?}");
    }
}
