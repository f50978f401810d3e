//! What is about an entry, found by its kind.

use openline_protocol::{Entry, Seq};
use rusqlite::params;

use super::{Database, Trouble, reading::entry};
use crate::about::About;

/// What is about an entry is found by its kind. Most entries have none, and cost nothing here.
pub(super) const INDEX: &str = "CREATE INDEX IF NOT EXISTS kinds ON entries (room, kind) WHERE kind IS NOT NULL";

/// A room's entries of a kind, whatever else the kind says behind a semicolon: `<` is the character after that. The plus
/// keeps the order from being had by reading the whole room.
const ABOUT: &str = "
    SELECT * FROM (
        SELECT * FROM entries WHERE room = ?1 AND kind BETWEEN ?2 AND ?2
        UNION ALL SELECT * FROM entries WHERE room = ?1 AND kind >= ?2 || ';' AND kind < ?2 || '<'
    ) ORDER BY +seq DESC
";

impl Database {
    /// Those of a room's entries that are about some places, the newest first for each: at most so many, and about so many
    /// bytes of bodies.
    pub(crate) fn about(
        &self,
        room: i64,
        about: &About,
        places: &[Seq],
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, Trouble> {
        let mut query = self.sql.prepare_cached(ABOUT)?;
        let (mut entries, mut left) = (Vec::new(), bytes);
        for kind in about.kinds(places) {
            let mut rows = query.query(params![room, kind])?;
            while let Some(row) = rows.next()? {
                let entry = entry(row)?;
                let size = entry.body.len() + 128;
                if entries.len() >= limit || size > left {
                    return Ok(entries);
                }
                left -= size;
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use openline_protocol::Body;

    use super::{
        super::tests::{entry, file, fill},
        *,
    };

    #[test]
    fn what_is_about_a_place_is_found_by_its_kind_and_nothing_else_is_looked_at() {
        let (_folder, path) = file();
        let mut database = Database::open(&path, None).unwrap();
        let kinds = ["", "", "a; edit=1", "a; edit=1; to=x", "a; edit=10", "a; edit=2", "a; delete=1", "a; reply=1"];
        let kind = |kind: &&str| Some((*kind).to_owned()).filter(|kind| !kind.is_empty());
        let entry = |(n, at): (u64, &&str)| Entry { kind: kind(at), ..entry(n, Body::text("x".repeat(100))) };
        let room = fill(&mut database, &(1..).zip(&kinds).map(entry).collect::<Vec<_>>());
        let places = [1, 2].map(|n| Seq::new(n).unwrap());
        let about = About::new("a; delete=,a; edit=").unwrap();
        let found = |limit, bytes| {
            let found = database.about(room, &about, &places, limit, bytes).unwrap();
            found.iter().map(|entry| entry.seq.number()).collect::<Vec<_>>()
        };
        assert_eq!(found(99, 9_999), [7, 4, 3, 6]);
        assert_eq!(found(2, 9_999), [7, 4]);
        assert_eq!(found(99, 500), [7, 4]);
        let mut plan = database.sql.prepare(&format!("EXPLAIN QUERY PLAN {ABOUT}")).unwrap();
        let plan = plan.query_map(params![room, "a"], |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<_> = plan.map(Result::unwrap).collect();
        assert_eq!(plan.iter().filter(|step| step.contains("USING INDEX kinds")).count(), 2, "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("SCAN entries")), "{plan:?}");
    }
}
