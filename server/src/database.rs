//! The data file. SQL is here and in what this module holds, and nowhere else.
//!
//! One SQLite file, write-ahead log, every commit synced. Ids are in a table of their own, which outlives entries.

mod writing;
mod copy;
mod index;

use std::{path::Path, time::Duration};

use openline_protocol::{Body, Entry, Epoch, MessageId, Person, PersonId, RoomName, Seq};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};
use uuid::Uuid;

pub(crate) use self::{
    index::Index,
    writing::{Slice, Writing},
};
use crate::room::Record;
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

    /// What there is of a room.
    pub(crate) fn room(&self, name: &RoomName) -> Result<Option<Record>, Trouble> {
        let mut query = self.sql.prepare_cached(
            "SELECT row, epoch, head, last_at, (SELECT min(seq) FROM entries WHERE room = row) FROM rooms WHERE name = ?",
        )?;
        Ok(query.query_row([name.as_str()], record).optional()?)
    }

    /// Some rooms, with their numbers rising from after one on, that have more entries than are kept.
    pub(crate) fn overdue(
        &self,
        keep: Keep,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, RoomName)>, Trouble> {
        let mut query = self.sql.prepare_cached(
            "SELECT rooms.row, rooms.name FROM rooms
             JOIN entries ON entries.room = rooms.row
                AND entries.seq = (SELECT min(seq) FROM entries WHERE room = rooms.row)
             WHERE rooms.row > ? AND (rooms.head - entries.seq >= ? OR entries.at < ?) ORDER BY rooms.row LIMIT ?",
        )?;
        let (entries, since) = keep.numbers();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = query.query_map(params![after.unwrap_or(0), entries, since, limit], |row| {
            let name: String = row.get(1)?;
            Ok((row.get(0)?, name.parse().map_err(|error| conversion(1, error))?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Does several things, all or none, and durably.
    pub(crate) fn commit<T>(&mut self, work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let writing = Writing::new(self.sql.transaction()?);
        let done = work(&writing)?;
        writing.commit()?;
        Ok(done)
    }

    /// Entries of a room in rising order: at most so many, and about so many bytes of bodies, but at least one if there
    /// is one. And whether there are more that way.
    pub(crate) fn entries(
        &self,
        room: i64,
        span: Span,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<Entry>, bool), Trouble> {
        let (sql, seq) = match span {
            Span::After(seq) => ("SELECT * FROM entries WHERE room = ? AND seq > ? ORDER BY seq", seq),
            Span::Before(seq) => ("SELECT * FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC", seq),
        };
        let mut query = self.sql.prepare_cached(sql)?;
        let mut rows = query.query(params![room, number(seq)])?;
        let (mut entries, mut left, mut more) = (Vec::new(), bytes, false);
        while let Some(row) = rows.next()? {
            let entry = entry(row)?;
            let size = entry.body.len() + 128;
            more = entries.len() >= limit || (size > left && !entries.is_empty());
            if more {
                break;
            }
            left = left.saturating_sub(size);
            entries.push(entry);
        }
        if matches!(span, Span::Before(_)) {
            entries.reverse();
        }
        Ok((entries, more))
    }

    /// Those of a room's entries that are at these places and still kept, in that order.
    pub(crate) fn entries_at(&self, room: i64, places: &[Seq]) -> Result<Vec<Entry>, Trouble> {
        let mut query = self.sql.prepare_cached("SELECT * FROM entries WHERE room = ? AND seq = ?")?;
        let found =
            places.iter().filter_map(|seq| query.query_row(params![room, number(*seq)], entry).optional().transpose());
        Ok(found.collect::<Result<_, _>>()?)
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

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let head = seq(row, 2)?;
    let first = row.get::<_, Option<i64>>(4)?.map_or(Ok(head.next()), |_| seq(row, 4))?;
    let last_at = row.get::<_, i64>(3)?.unsigned_abs();
    Ok(Record { row: row.get(0)?, epoch: Epoch(row.get::<_, String>(1)?.into()), first, head, last_at })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let name: String = row.get("name")?;
    let name = name.parse().map_err(|error| conversion(4, error))?;
    Ok(Entry {
        seq: seq(row, 1)?,
        id: MessageId(Uuid::from_bytes(row.get("id")?)),
        from: Person { id: PersonId(Uuid::from_bytes(row.get("author")?)), name },
        at: row.get::<_, i64>("at")?.unsigned_abs(),
        kind: row.get("kind")?,
        body: match row.get_ref("body")? {
            rusqlite::types::ValueRef::Blob(bytes) => Body::bytes(bytes.to_vec()),
            text => Body::text(text.as_str().map_err(|error| conversion(7, error))?),
        },
    })
}

fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    let number: i64 = row.get(column)?;
    Seq::new(number.unsigned_abs()).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Below 2⁵³, always.
fn number(seq: Seq) -> i64 {
    i64::try_from(seq.number()).unwrap_or(i64::MAX)
}

fn conversion(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openline.db");
        (folder, path)
    }

    fn entry(n: u64, body: Body) -> Entry {
        Entry {
            seq: Seq::new(n).unwrap(),
            id: MessageId(Uuid::from_u128(n.into())),
            from: Person { id: PersonId(Uuid::from_u128(7)), name: "Ada".parse().unwrap() },
            at: 1_000 + n,
            kind: n.is_multiple_of(2).then(|| "text/markdown".into()),
            body,
        }
    }

    fn fill(database: &mut Database, entries: &[Entry]) -> i64 {
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
