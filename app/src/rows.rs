//! How a room's entries become rows: who opens a group, and where a day begins. Pure.

use std::rc::Rc;

use openline_rooms::protocol::{Entry, PersonId};

use crate::time::Day;

/// The longest pause, in milliseconds, after which the same author goes on in the same group.
const PAUSE: u64 = 5 * 60 * 1_000;

/// One entry, and how it stands to the one before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) entry: Rc<Entry>,
    /// It is the first of its day among the rows.
    pub(crate) opens_day: Option<Day>,
    /// It is drawn with its author's name.
    pub(crate) opens_group: bool,
}

/// The rows of some entries in their order. `offset_at` tells how many minutes the viewer's clocks are ahead of UTC at
/// a moment.
pub(crate) fn rows<'a>(entries: impl IntoIterator<Item = &'a Rc<Entry>>, offset_at: impl Fn(u64) -> i32) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last_day = None;
    for entry in entries {
        let day = Day::of(entry.at, offset_at(entry.at));
        let opens_day = (last_day != Some(day)).then_some(day);
        let follows = rows
            .last()
            .is_some_and(|last| last.entry.from == entry.from && entry.at.saturating_sub(last.entry.at) <= PAUSE);
        rows.push(Row { entry: entry.clone(), opens_day, opens_group: opens_day.is_some() || !follows });
        last_day = Some(day);
    }
    rows
}

/// Whether a first draft of `me`, written at a moment of the viewer's clock, is drawn with its author's name.
pub(crate) fn draft_opens_group(rows: &[Row], me: Option<PersonId>, written_at: u64) -> bool {
    !rows.last().is_some_and(|last| Some(last.entry.from.id) == me && last.entry.at.abs_diff(written_at) <= PAUSE)
}

#[cfg(test)]
mod tests {
    use openline_rooms::protocol::{Body, Person, Seq};

    use super::*;

    const NOON: u64 = 1_795_348_800_000;
    const MINUTE: u64 = 60_000;

    fn entry(seq: u64, who: u8, at: u64) -> Rc<Entry> {
        let id = format!("00000000-0000-4000-8000-0000000000{who:02x}");
        Rc::new(Entry {
            seq: Seq::new(seq).unwrap(),
            id: format!("00000000-0000-4000-9000-{seq:012x}").parse().unwrap(),
            from: Person { id: id.parse().unwrap(), name: format!("P{who}").parse().unwrap() },
            at,
            kind: None,
            body: Body::text("hi"),
        })
    }

    fn shape(entries: &[Rc<Entry>], offset: i32) -> Vec<(bool, bool)> {
        rows(entries, |_| offset).iter().map(|row| (row.opens_day.is_some(), row.opens_group)).collect()
    }

    #[test]
    fn one_author_goes_on_in_one_group_until_a_pause_or_another_author() {
        let entries = [
            entry(1, 1, NOON),
            entry(2, 1, NOON + MINUTE),
            entry(3, 1, NOON + 6 * MINUTE),
            entry(4, 1, NOON + 12 * MINUTE),
            entry(5, 2, NOON + 12 * MINUTE),
        ];
        let opens: Vec<_> = shape(&entries, 0).into_iter().map(|(_, group)| group).collect();
        assert_eq!(opens, [true, false, false, true, true]);
    }

    #[test]
    fn a_day_begins_at_the_viewers_midnight_and_opens_a_group() {
        let before = NOON + 12 * 60 * MINUTE - MINUTE;
        let entries = [entry(1, 1, before), entry(2, 1, before + 2 * MINUTE)];
        assert_eq!(shape(&entries, 0), [(true, true), (true, true)]);
        assert_eq!(shape(&entries, 60), [(true, true), (false, false)]);
    }

    #[test]
    fn somebody_renamed_opens_a_group_under_the_new_name() {
        let first = entry(1, 1, NOON);
        let mut second = Entry::clone(&entry(2, 1, NOON));
        second.from.name = "Countess".parse().unwrap();
        assert_eq!(shape(&[first, Rc::new(second)], 0), [(true, true), (false, true)]);
    }

    #[test]
    fn a_draft_joins_the_group_of_its_authors_last_entry() {
        let entries = [entry(1, 1, NOON)];
        let rows = rows(&entries, |_| 0);
        let me = Some(entries[0].from.id);
        assert!(!draft_opens_group(&rows, me, NOON - MINUTE), "the two clocks differ a little");
        assert!(draft_opens_group(&rows, me, NOON + 6 * MINUTE));
        assert!(draft_opens_group(&rows, None, NOON));
        assert!(draft_opens_group(&[], me, NOON));
    }
}
