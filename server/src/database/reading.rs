//! What is asked of the tables, and how a row becomes what it stands for.

use openline_protocol::{Body, Entry, Epoch, MessageId, Person, PersonId, RoomName, Seq};
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Database, Keep, Span, Trouble};
use crate::room::Record;

impl Database {
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

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let head = seq(row, 2)?;
    let first = row.get::<_, Option<i64>>(4)?.map_or(Ok(head.next()), |_| seq(row, 4))?;
    let last_at = row.get::<_, i64>(3)?.unsigned_abs();
    Ok(Record { row: row.get(0)?, epoch: Epoch(row.get::<_, String>(1)?.into()), first, head, last_at })
}

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
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

pub(super) fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    let number: i64 = row.get(column)?;
    Seq::new(number.unsigned_abs()).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Below 2⁵³, always.
pub(super) fn number(seq: Seq) -> i64 {
    i64::try_from(seq.number()).unwrap_or(i64::MAX)
}

fn conversion(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}
