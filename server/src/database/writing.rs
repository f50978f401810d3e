//! A commit being made.

use openline_protocol::{Body, Entry, Epoch, MessageId, RoomName, Seq};
use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::{
    Keep, Trouble,
    reading::{number, record, seq},
};
use crate::room::Record;
#[cfg(test)]
use crate::sabotage::Sabotage;

/// What was dropped of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// How many entries.
    pub(crate) dropped: usize,
    /// The oldest one that is left, or the next to come.
    pub(crate) first: Seq,
}

/// A commit being made.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    sql: Transaction<'a>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(sql: Transaction<'a>) -> Self {
        Self { sql }
    }

    /// Makes it durable.
    pub(super) fn commit(self) -> Result<(), Trouble> {
        Ok(self.sql.commit()?)
    }

    /// Makes a room, if it isn't there.
    pub(crate) fn make_room(&self, name: &RoomName, epoch: &Epoch) -> Result<Record, Trouble> {
        self.sql.execute(
            "INSERT INTO rooms (name, epoch, head, last_at) VALUES (?, ?, 0, 0) ON CONFLICT DO NOTHING",
            params![name.as_str(), &*epoch.0],
        )?;
        let sql = "SELECT row, epoch, head, last_at, (SELECT min(seq) FROM entries WHERE room = row) FROM rooms
                   WHERE name = ?";
        Ok(self.sql.query_row(sql, [name.as_str()], record)?)
    }

    /// Says that another life writes the file from now on.
    pub(crate) fn begin_life(&self, name: &str) -> Result<(), Trouble> {
        self.sql.execute("INSERT OR REPLACE INTO keys VALUES ('life', ?)", [name.as_bytes()])?;
        Ok(())
    }

    /// Makes every room's log another one, and says how many there are.
    pub(crate) fn draw_epochs(&self) -> Result<usize, Trouble> {
        Ok(self.sql.execute("UPDATE rooms SET epoch = lower(hex(randomblob(16)))", [])?)
    }

    /// Makes a room's log another one.
    pub(crate) fn set_epoch(&self, room: i64, epoch: &Epoch) -> Result<(), Trouble> {
        self.sql.execute("UPDATE rooms SET epoch = ? WHERE row = ?", params![&*epoch.0, room])?;
        Ok(())
    }

    /// The place of the entry that has this id, or had it.
    pub(crate) fn place(&self, room: i64, id: MessageId) -> Result<Option<Seq>, Trouble> {
        let mut query = self.sql.prepare_cached("SELECT seq FROM ids WHERE room = ? AND id = ?")?;
        Ok(query.query_row(params![room, id.0.as_bytes()], |row| seq(row, 0)).optional()?)
    }

    /// Adds an entry.
    pub(crate) fn append(&self, room: i64, entry: &Entry) -> Result<(), Trouble> {
        let id = entry.id.0.as_bytes();
        let mut ids = self.sql.prepare_cached("INSERT INTO ids VALUES (?, ?, ?)")?;
        ids.execute(params![room, id, number(entry.seq)])?;
        #[cfg(test)]
        if Sabotage::ForgottenId.is_made() {
            self.sql.execute("DELETE FROM ids WHERE id = ?", [id])?;
        }
        let mut entries = self
            .sql
            .prepare_cached("INSERT INTO entries VALUES (:room, :seq, :id, :author, :name, :at, :kind, :body)")?;
        let (text, bytes);
        let body: &dyn rusqlite::ToSql = match &entry.body {
            Body::Text(body) => {
                text = body;
                text
            }
            Body::Bytes(body) => {
                bytes = &**body;
                &bytes
            }
            _ => return Err(Trouble::Failed("a body of an unknown kind".into())),
        };
        entries.execute(named_params! {
            ":room": room,
            ":seq": number(entry.seq),
            ":id": id,
            ":author": entry.from.id.0.as_bytes(),
            ":name": entry.from.name.as_str(),
            ":at": i64::try_from(entry.at).unwrap_or(i64::MAX),
            ":kind": entry.kind,
            ":body": body,
        })?;
        Ok(())
    }

    /// Says where a room's log ends now.
    pub(crate) fn move_head(&self, room: i64, head: Seq, at: u64) -> Result<(), Trouble> {
        let mut update = self.sql.prepare_cached("UPDATE rooms SET head = ?, last_at = ? WHERE row = ?")?;
        update.execute(params![number(head), i64::try_from(at).unwrap_or(i64::MAX), room])?;
        Ok(())
    }

    /// Drops the oldest of a room's entries that need not be kept, at most so many, and about so many bytes of them; their
    /// ids stay. `None` if there are none.
    pub(crate) fn drop_old(&self, room: i64, keep: Keep, most: u32, bytes: i64) -> Result<Option<Slice>, Trouble> {
        let (entries, since) = keep.numbers();
        let head: i64 = self.sql.query_row("SELECT head FROM rooms WHERE row = ?", [room], |row| row.get(0))?;
        let mut oldest =
            self.sql.prepare_cached("SELECT seq, at, length(body) FROM entries WHERE room = ? ORDER BY seq LIMIT ?")?;
        let mut rows = oldest.query(params![room, most])?;
        let (mut last, mut left) = (None, bytes);
        while let Some(row) = rows.next()? {
            let (number, at, size): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let is_kept = head - number < entries && at >= since;
            if is_kept || (size > left && last.is_some()) {
                break;
            }
            left -= size;
            last = Some(seq(row, 0)?);
        }
        let Some(last) = last else { return Ok(None) };
        let mut drop = self.sql.prepare_cached("DELETE FROM entries WHERE room = ? AND seq <= ?")?;
        Ok(Some(Slice { dropped: drop.execute(params![room, number(last)])?, first: last.next() }))
    }
}
