//! How a room's messages become rows: who opens a group, where a day begins, and where what is new. Pure.

use openline_rooms::protocol::{PersonId, Seq};

use crate::{fold::Message, time::Day};

/// The longest pause, in milliseconds, after which the same author goes on in the same group.
const PAUSE: u64 = 5 * 60 * 1_000;

/// One message, and how it stands to the one before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) message: Message,
    /// It is the first of its day among the rows.
    pub(crate) opens_day: Option<Day>,
    /// It is drawn with its author's name.
    pub(crate) opens_group: bool,
    /// It is the first after the "new" line.
    pub(crate) opens_new: bool,
}

/// The rows of some messages in their order. What comes after `line` is new. `offset_at` tells how many minutes the
/// viewer's clocks are ahead of UTC at a moment.
pub(crate) fn rows(
    messages: impl IntoIterator<Item = Message>,
    line: Option<Seq>,
    offset_at: impl Fn(u64) -> i32,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last_day = None;
    for message in messages {
        let entry = &message.entry;
        let day = Day::of(entry.at, offset_at(entry.at));
        let opens_day = (last_day != Some(day)).then_some(day);
        let last = rows.last().map(|row| &row.message.entry);
        let opens_new = line.is_some_and(|line| entry.seq > line && last.is_none_or(|last| last.seq <= line));
        let follows = last.is_some_and(|last| last.from == entry.from && entry.at.saturating_sub(last.at) <= PAUSE);
        let opens_group = opens_day.is_some() || opens_new || message.quote.is_some() || !follows;
        rows.push(Row { message, opens_day, opens_group, opens_new });
        last_day = Some(day);
    }
    rows
}

/// Whether a first draft of `me`, written at a moment of the viewer's clock, is drawn with its author's name.
pub(crate) fn draft_opens_group(rows: &[Row], me: Option<PersonId>, written_at: u64) -> bool {
    let last = rows.last().map(|row| &row.message.entry);
    !last.is_some_and(|last| Some(last.from.id) == me && last.at.abs_diff(written_at) <= PAUSE)
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, rc::Rc};

    use openline_rooms::protocol::{Body, Entry, Person};

    use super::*;
    use crate::fold::Fold;

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

    fn messages(entries: &[Rc<Entry>]) -> Vec<Message> {
        let mut fold = Fold::default();
        fold.follow(None, &entries.iter().cloned().collect::<VecDeque<_>>());
        fold.messages().iter().map(|entry| fold.message(entry)).collect()
    }

    fn shape(entries: &[Rc<Entry>], offset: i32) -> Vec<(bool, bool)> {
        rows(messages(entries), None, |_| offset).iter().map(|row| (row.opens_day.is_some(), row.opens_group)).collect()
    }

    #[test]
    fn what_is_new_begins_after_the_line_and_opens_a_group() {
        let entries = [entry(3, 1, NOON), entry(4, 1, NOON), entry(5, 1, NOON)];
        let opens = |line| {
            let rows = rows(messages(&entries), Seq::new(line), |_| 0);
            rows.iter().map(|row| (row.opens_new, row.opens_group)).collect::<Vec<_>>()
        };
        assert_eq!(opens(3), [(false, true), (true, true), (false, false)]);
        assert_eq!(opens(1), [(true, true), (false, false), (false, false)], "its own place may not be among the rows");
        assert_eq!(opens(5), [(false, true), (false, false), (false, false)]);
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
        let rows = rows(messages(&entries), None, |_| 0);
        let me = Some(entries[0].from.id);
        assert!(!draft_opens_group(&rows, me, NOON - MINUTE), "the two clocks differ a little");
        assert!(draft_opens_group(&rows, me, NOON + 6 * MINUTE));
        assert!(draft_opens_group(&rows, None, NOON));
        assert!(draft_opens_group(&[], me, NOON));
    }
}
