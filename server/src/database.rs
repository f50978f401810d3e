//! The data file. SQL is here and in what this module holds, and nowhere else.
//!
//! One SQLite file, write-ahead log, every commit synced. Ids are in a table of their own, which outlives entries.

mod reading;
mod writing;
mod copy;
mod about;
mod index;

use std::{path::Path, time::Duration};

use openline_protocol::Seq;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

pub(crate) use self::{
    index::Index,
    writing::{Slice, Writing},
};
#[cfg(test)]
use crate::sabotage::Sabotage;

/// "OLNE": says that a file is ours.
const APPLICATION: i64 = 0x4f4c_4e45;
/// The shape of the tables below.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    CREATE TABLE rooms (
        row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
        head INTEGER NOT NULL, last_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE entries (
        room INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, author BLOB NOT NULL, name TEXT NOT NULL,
        at INTEGER NOT NULL, kind TEXT, body ANY NOT NULL,
        PRIMARY KEY (room, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ids (
        room INTEGER NOT NULL, id BLOB NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (room, id)
    ) STRICT, WITHOUT ROWID;
";

/// One connection to the data file.
#[derive(Debug)]
pub(crate) struct Database {
    sql: Connection,
}

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("it was written by a newer version (its format is {found}, this version knows {VERSION})")]
    Newer { found: i64 },
    #[error("it is no data file of Openline's")]
    NotOurs,
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
}

/// Why something could not be stored or read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the disk is full, or the data file has reached its limit")]
    Full,
    #[error("the data file: {0}")]
    Failed(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Which entries of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// From the one after this on.
    After(Seq),
    /// From the one before this back.
    Before(Seq),
}

/// What is kept of a room. What either says to drop is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    /// So many of the newest entries.
    pub(crate) entries: Option<u64>,
    /// What was appended at this time, in milliseconds since 1970, or later.
    pub(crate) since: Option<u64>,
}

impl Database {
    /// Opens the file, and makes it if it isn't there. With a limit, it grows no larger than that many bytes.
    pub(crate) fn open(path: &Path, limit: Option<u64>) -> Result<Self, FileError> {
        if path.metadata().is_ok_and(|file| file.len() > 0) {
            Self::check(path)?;
        }
        let mut sql = Connection::open(path)?;
        sql.pragma_update(None, "journal_mode", "wal")?;
        sql.pragma_update(None, "synchronous", "full")?;
        #[cfg(test)]
        if Sabotage::ForgottenSync.is_made() {
            sql.pragma_update(None, "synchronous", "off")?;
        }
        sql.pragma_update(None, "cache_size", -16_000)?;
        let tx = sql.transaction()?;
        if pragma(&tx, "application_id")? != APPLICATION {
            tx.execute_batch(TABLES)?;
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.pragma_update(None, "user_version", VERSION)?;
        }
        tx.commit()?;
        if let Some(limit) = limit {
            let pages = i64::try_from(limit).unwrap_or(i64::MAX) / pragma(&sql, "page_size")?.max(1);
            sql.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
        }
        // A file of earlier days, without it, may be too full for it. Then what it would find is looked for.
        drop(sql.execute_batch(about::INDEX));
        Ok(Self { sql })
    }

    /// Looks at a file without changing it.
    pub(crate) fn check(path: &Path) -> Result<(), FileError> {
        let sql = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let read = pragma(&sql, "application_id").and_then(|id| Ok((id, pragma(&sql, "user_version")?)));
        // How often its tables changed: never, where we stopped before we had made any.
        let changes = pragma(&sql, "schema_version");
        match read {
            Ok((APPLICATION, VERSION)) => Ok(()),
            Ok((APPLICATION, found)) => Err(FileError::Newer { found }),
            Ok((0, 0)) if changes == Ok(0) => Ok(()),
            Ok(_) => Err(FileError::NotOurs),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Err(FileError::NotOurs),
            Err(error) => Err(error.into()),
        }
    }

    /// One more connection, only to read.
    pub(crate) fn reader(path: &Path) -> Result<Self, Trouble> {
        let sql = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        sql.busy_timeout(Duration::from_secs(5))?;
        Ok(Self { sql })
    }

    /// The key of this name; `fresh` from now on, if there is none.
    pub(crate) fn key(&self, name: &str, fresh: &[u8]) -> Result<Vec<u8>, Trouble> {
        self.sql.execute("INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING", params![name, fresh])?;
        Ok(self.sql.query_row("SELECT value FROM keys WHERE name = ?", [name], |row| row.get(0))?)
    }

    /// The name of the life that last wrote it.
    pub(crate) fn life(&self) -> Result<Option<String>, Trouble> {
        Ok(self
            .sql
            .query_row("SELECT value FROM keys WHERE name = 'life'", [], |row| {
                Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned())
            })
            .optional()?)
    }

    /// The number of the room that was made last; 0 if there is none.
    pub(crate) fn last_room(&self) -> Result<i64, Trouble> {
        Ok(self.sql.query_row("SELECT coalesce(max(row), 0) FROM rooms", [], |row| row.get(0))?)
    }

    /// Does several things, all or none, and durably.
    pub(crate) fn commit<T>(&mut self, work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let writing = Writing::new(self.sql.transaction()?);
        let done = work(&writing)?;
        writing.commit()?;
        Ok(done)
    }
}

impl Keep {
    /// As SQL compares with them: how many entries there may be, and the time before which none may be.
    fn numbers(self) -> (i64, i64) {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
        (self.entries.map_or(i64::MAX, number), self.since.map_or(i64::MIN, number))
    }
}

fn pragma(sql: &Connection, name: &str) -> rusqlite::Result<i64> {
    sql.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, Entry, Epoch, MessageId, Person, PersonId};
    use uuid::Uuid;

    use super::*;

    pub(super) fn file() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openline.db");
        (folder, path)
    }

    pub(super) fn entry(n: u64, body: Body) -> Entry {
        Entry {
            seq: Seq::new(n).unwrap(),
            id: MessageId(Uuid::from_u128(n.into())),
            from: Person { id: PersonId(Uuid::from_u128(7)), name: "Ada".parse().unwrap() },
            at: 1_000 + n,
            kind: n.is_multiple_of(2).then(|| "text/markdown".into()),
            body,
        }
    }

    pub(super) fn fill(database: &mut Database, entries: &[Entry]) -> i64 {
        database
            .commit(|writing| {
                let room = writing.make_room(&"lobby".parse().unwrap(), &Epoch("e".into()))?.row;
                for entry in entries {
                    writing.append(room, entry)?;
                    writing.move_head(room, entry.seq, entry.at)?;
                }
                Ok(room)
            })
            .unwrap()
    }

    #[test]
    fn what_was_stored_is_read_again_from_the_next_life() {
        let (_folder, path) = file();
        let entries = [
            entry(1, Body::text("hé\0")),
            entry(2, Body::bytes(vec![0, 255])),
            entry(3, Body::text("")),
            entry(4, Body::bytes(vec![])),
        ];
        let room = fill(&mut Database::open(&path, None).unwrap(), &entries);
        let database = Database::open(&path, None).unwrap();
        assert_eq!(database.entries(room, Span::After(Seq::START), 99, 9_999).unwrap(), (entries.to_vec(), false));
        let record = database.room(&"lobby".parse().unwrap()).unwrap().unwrap();
        assert_eq!((record.head.number(), record.first.number(), record.last_at), (4, 1, 1_004));
        assert_eq!(record.epoch, Epoch("e".into()));
    }

    #[test]
    fn pages_go_both_ways_and_say_whether_there_is_more() {
        let (_folder, path) = file();
        let mut database = Database::open(&path, None).unwrap();
        let entries: Vec<_> = (1..=10).map(|n| entry(n, Body::text("x".repeat(100)))).collect();
        let room = fill(&mut database, &entries);
        let page = |span, limit, bytes| {
            let (entries, more) = database.entries(room, span, limit, bytes).unwrap();
            (entries.iter().map(|entry| entry.seq.number()).collect::<Vec<_>>(), more)
        };
        let seq = |n| Seq::new(n).unwrap();
        assert_eq!(page(Span::Before(seq(8)), 3, 9_999), (vec![5, 6, 7], true));
        assert_eq!(page(Span::Before(seq(4)), 3, 9_999), (vec![1, 2, 3], false));
        assert_eq!(page(Span::After(seq(8)), 3, 9_999), (vec![9, 10], false));
        assert_eq!(page(Span::After(seq(0)), 99, 500), (vec![1, 2], true));
        assert_eq!(page(Span::After(seq(0)), 99, 1), (vec![1], true), "at least one");
    }

    #[test]
    fn an_id_outlives_its_entry_and_so_does_the_place_of_the_head() {
        let (_folder, path) = file();
        let mut database = Database::open(&path, None).unwrap();
        let room = fill(&mut database, &[entry(1, Body::text("a")), entry(2, Body::text("b"))]);
        database.sql.execute("DELETE FROM entries", []).unwrap();
        let place = database.commit(|writing| writing.place(room, MessageId(Uuid::from_u128(1)))).unwrap();
        assert_eq!(place, Seq::new(1));
        let record = database.room(&"lobby".parse().unwrap()).unwrap().unwrap();
        assert_eq!((record.head.number(), record.first.number()), (2, 3));
    }

    #[test]
    fn a_file_that_was_only_begun_is_made_anew() {
        let (_folder, path) = file();
        Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "wal").unwrap();
        assert!(path.metadata().unwrap().len() > 0);
        assert!(Database::open(&path, None).unwrap().room(&"lobby".parse().unwrap()).unwrap().is_none());
    }

    #[test]
    fn a_newer_file_and_a_file_of_somebody_else_are_refused_and_unharmed() {
        let (_folder, path) = file();
        let database = Database::open(&path, None).unwrap();
        database.sql.pragma_update(None, "user_version", 9).unwrap();
        drop(database);
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Database::open(&path, None), Err(FileError::Newer { found: 9 })));
        assert_eq!(std::fs::read(&path).unwrap(), before);

        std::fs::write(&path, "This is a diary, and no database.".repeat(99)).unwrap();
        assert!(matches!(Database::open(&path, None), Err(FileError::NotOurs)));
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (title)").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Database::open(&path, None), Err(FileError::NotOurs)));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_full_file_takes_nothing_by_halves_and_can_still_be_read() {
        let (_folder, path) = file();
        let mut database = Database::open(&path, Some(64 * 1024)).unwrap();
        let room = fill(&mut database, &[entry(1, Body::text("first"))]);
        let failed = database.commit(|writing| {
            writing.append(room, &entry(2, Body::text("small")))?;
            writing.append(room, &entry(3, Body::bytes(vec![1; 100_000])))
        });
        assert!(matches!(failed, Err(Trouble::Full)), "{failed:?}");
        assert_eq!(database.entries(room, Span::After(Seq::START), 9, 999).unwrap().0.len(), 1);
        assert!(database.commit(|writing| writing.append(room, &entry(2, Body::text("small")))).is_ok());
    }
}
