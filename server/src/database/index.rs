//! The index of what was said: a file of its own, made from the data file, and made anew whenever it is missing or
//! means another log.
//!
//! Being a copy, it need not be durable, takes no part in commits, and is in no backup. A row of `words` holds a text's
//! words and its room's number as one more word; in each room rows rise as entries do, so that the newest come first.

use std::{
    io,
    path::{Path, PathBuf},
};

use openline_protocol::{Body, Seq};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Database, Span, Trouble, pragma,
    reading::{number, seq},
};
use crate::{
    query::{Query, spaced},
    room::Record,
};

/// The shape of the tables below. Of another shape, the index is made anew.
const VERSION: i64 = 1;
/// How many entries, and how many bytes of them, are taken in at once.
const STEP: (usize, usize) = (2_000, 1 << 20);

const TABLES: &str = "
    CREATE TABLE rooms (room INTEGER PRIMARY KEY, epoch TEXT NOT NULL, upto INTEGER NOT NULL) STRICT;
    CREATE TABLE places (row INTEGER PRIMARY KEY, room INTEGER NOT NULL, seq INTEGER NOT NULL, UNIQUE (room, seq)) STRICT;
    CREATE VIRTUAL TABLE words USING fts5 (
        room, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
";

/// The index, open.
#[derive(Debug)]
pub(crate) struct Index {
    sql: Connection,
}

impl Index {
    /// Opens the index at this path, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        if let Ok(index) = Self::connect(path) {
            return Ok(index);
        }
        Self::remove(path).map_err(|error| Trouble::Failed(error.to_string()))?;
        Self::connect(path)
    }

    /// Removes it: the next one to open it makes it anew.
    pub(crate) fn remove(path: &Path) -> io::Result<()> {
        for end in ["", "-wal", "-shm"] {
            let mut file = path.as_os_str().to_owned();
            file.push(end);
            match std::fs::remove_file(PathBuf::from(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn connect(path: &Path) -> Result<Self, Trouble> {
        let mut sql = Connection::open(path)?;
        sql.pragma_update(None, "journal_mode", "wal")?;
        sql.pragma_update(None, "synchronous", "off")?;
        let tx = sql.transaction()?;
        match pragma(&tx, "user_version")? {
            0 => {
                tx.execute_batch(TABLES)?;
                tx.pragma_update(None, "user_version", VERSION)?;
            }
            VERSION => {}
            other => return Err(Trouble::Failed(format!("an index of the shape {other}"))),
        }
        tx.commit()?;
        Ok(Self { sql })
    }

    /// Takes in some of what it lacks of a room, and forgets what is no longer kept. Whether it lacks nothing now.
    pub(crate) fn catch_up(&mut self, database: &Database, room: &Record) -> Result<bool, Trouble> {
        let tx = self.sql.transaction()?;
        let known = "SELECT epoch, upto FROM rooms WHERE room = ?";
        let known: Option<(String, Seq)> =
            tx.query_row(known, [room.row], |row| Ok((row.get(0)?, seq(row, 1)?))).optional()?;
        let upto = match known {
            Some((epoch, upto)) if *epoch == *room.epoch.0 && upto <= room.head => {
                forget(&tx, room.row, room.first)?;
                upto
            }
            Some(_) => {
                forget(&tx, room.row, room.head.next())?;
                Seq::START
            }
            None => Seq::START,
        };
        let (entries, more) = database.entries(room.row, Span::After(upto), STEP.0, STEP.1)?;
        {
            let mut place = tx.prepare_cached("INSERT INTO places (room, seq) VALUES (?, ?)")?;
            let mut words = tx.prepare_cached("INSERT INTO words (rowid, room, body) VALUES (?, ?, ?)")?;
            for entry in &entries {
                if let Body::Text(text) = &entry.body {
                    let row = place.insert(params![room.row, number(entry.seq)])?;
                    words.execute(params![row, room_word(room.row), spaced(text)])?;
                }
            }
        }
        let upto = entries.last().map_or(upto, |last| last.seq);
        tx.execute("INSERT OR REPLACE INTO rooms VALUES (?, ?, ?)", params![room.row, &*room.epoch.0, number(upto)])?;
        tx.commit()?;
        Ok(!more)
    }

    /// The places of entries of a room that have what is searched for and are before another, the newest first.
    pub(crate) fn find(&self, room: &Record, query: &Query, before: Seq, most: usize) -> Result<Vec<Seq>, Trouble> {
        let mut found = self.sql.prepare_cached(
            "SELECT places.seq FROM words JOIN places ON places.row = words.rowid
             WHERE words MATCH ?1 AND words.rowid <= (SELECT row FROM places WHERE room = ?2 AND seq < ?3 ORDER BY seq DESC)
             ORDER BY words.rowid DESC LIMIT ?4",
        )?;
        let expression = format!("room : \"{}\" AND body : ({})", room_word(room.row), query.as_str());
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = found.query_map(params![expression, room.row, number(before), most], |row| seq(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A room's number as a word that nobody says in the column of rooms.
fn room_word(row: i64) -> String {
    format!("r{row}")
}

/// Forgets a room's entries before one.
fn forget(tx: &Transaction<'_>, room: i64, before: Seq) -> Result<(), Trouble> {
    let those = params![room, number(before)];
    tx.execute("DELETE FROM words WHERE rowid IN (SELECT row FROM places WHERE room = ? AND seq < ?)", those)?;
    tx.execute("DELETE FROM places WHERE room = ? AND seq < ?", those)?;
    Ok(())
}
