//! A copy of the data file, made while others write to it.

use std::{path::Path, time::Duration};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{Database, Trouble, pragma};

/// How many pages are copied before the progress is told.
const PAGES: i32 = 1_000;
/// How long to wait when the file is locked, which in a write-ahead log is rare and short.
const LOCKED: Duration = Duration::from_millis(10);

impl Database {
    /// Copies everything, as it is at this moment, into a new file, as if a life of this name had written it, and checks
    /// the copy. `progress` is told how many bytes there are, and how many of them are still to come.
    pub(crate) fn copy_to(&self, path: &Path, life: &str, mut progress: impl FnMut(u64, u64)) -> Result<(), Trouble> {
        // A reader's transaction: the copy is of one moment, and nothing that is written meanwhile makes it start over.
        let moment = self.sql.unchecked_transaction()?;
        let size = u64::try_from(pragma(&moment, "page_size")?).unwrap_or(0);
        let mut copy = Connection::open(path)?;
        let backup = Backup::new(&moment, &mut copy)?;
        loop {
            match backup.step(PAGES)? {
                StepResult::Done => break,
                StepResult::Busy | StepResult::Locked => std::thread::sleep(LOCKED),
                _ => {
                    let left = backup.progress();
                    let bytes = |pages| u64::try_from(pages).unwrap_or(0) * size;
                    progress(bytes(left.pagecount), bytes(left.remaining));
                }
            }
        }
        drop(backup);
        let mut copy = Self { sql: copy };
        copy.commit(|writing| writing.begin_life(life))?;
        let verdict: String = copy.sql.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Trouble::Failed(format!("the copy is damaged: {verdict}")));
        }
        copy.sql.close().map_err(|(_, error)| error.into())
    }
}
