//! The search through a room's history.
//!
//! The index is caught up when somebody searches, on threads of its own, so that who posts never waits for it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use openline_protocol::{Entry, Seq};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::{
    database::{Database, Index, Trouble},
    query::Query,
    room::Record,
};

/// How many searches go on at once. They are work, and whoever searches can wait better than whoever talks.
const SEARCHERS: usize = 2;

#[derive(Debug)]
pub(super) struct Search {
    free: Semaphore,
    files: Arc<Files>,
}

#[derive(Debug)]
struct Files {
    data: PathBuf,
    index: PathBuf,
    open: Mutex<Option<Index>>,
}

impl Search {
    /// A search through this data file, with an index at another path. It is opened, or made, when somebody searches.
    pub(super) fn new(data: &Path, index: &Path) -> Self {
        let files = Files { data: data.to_owned(), index: index.to_owned(), open: Mutex::default() };
        Self { free: Semaphore::new(SEARCHERS), files: Arc::new(files) }
    }

    /// As [`History::search`](super::History::search).
    pub(super) async fn find(
        &self,
        room: Record,
        query: Query,
        before: Seq,
        limit: usize,
    ) -> Result<(Vec<Entry>, bool), Trouble> {
        let stopping = || Trouble::Failed("the server is stopping".into());
        let _permit = self.free.acquire().await.map_err(|_| stopping())?;
        let files = Arc::clone(&self.files);
        let work = tokio::task::spawn_blocking(move || files.find(&room, &query, before, limit));
        work.await.unwrap_or_else(|_| Err(stopping()))
    }
}

impl Files {
    fn find(&self, room: &Record, query: &Query, before: Seq, limit: usize) -> Result<(Vec<Entry>, bool), Trouble> {
        let data = Database::reader(&self.data)?;
        let find = || -> Result<_, Trouble> {
            // Others get their turn between the steps.
            while !self.with_index(|index| index.catch_up(&data, room))? {}
            let mut places = self.with_index(|index| index.find(room, query, before, limit.saturating_add(1)))?;
            let more = places.len() > limit;
            places.truncate(limit);
            Ok((data.entries_at(room.row, &places)?, more))
        };
        find().or_else(|trouble| match trouble {
            Trouble::Full => Err(trouble),
            Trouble::Failed(detail) => {
                tracing::warn!(detail, "the search index is made anew");
                *self.open.lock() = None;
                Index::remove(&self.index).map_err(|error| Trouble::Failed(error.to_string()))?;
                find()
            }
        })
    }

    fn with_index<T>(&self, work: impl FnOnce(&mut Index) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let mut open = self.open.lock();
        let index = match &mut *open {
            Some(index) => index,
            none => none.insert(Index::open(&self.index)?),
        };
        work(index)
    }
}
