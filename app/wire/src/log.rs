//! The log: the latest rows, bounded by count and bytes, and which of them the filter shows. Pure.

use std::{collections::VecDeque, ops::Range, rc::Rc};

use crate::{
    filter::Filter,
    row::{Row, What},
};

/// How much a log keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) rows: usize,
    pub(crate) bytes: u64,
}

impl Default for Bounds {
    /// A flood of the smallest messages fills the rows within a second or two, one of the largest the bytes: either way
    /// the page stays well under a hundred megabytes.
    fn default() -> Self {
        Self { rows: 20_000, bytes: 32 << 20 }
    }
}

/// What was let go to stay within bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// The latest rows, in order, without a hole.
#[derive(Debug)]
pub(crate) struct Log {
    bounds: Bounds,
    rows: VecDeque<Rc<Row>>,
    bytes: u64,
    next: u64,
    dropped: Dropped,
    filter: Filter,
    /// The numbers of the rows that the filter shows, rising.
    shown: VecDeque<u64>,
}

impl Default for Log {
    fn default() -> Self {
        Self::new(Bounds::default())
    }
}

impl Log {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            rows: VecDeque::new(),
            bytes: 0,
            next: 1,
            dropped: Dropped::default(),
            filter: Filter::default(),
            shown: VecDeque::new(),
        }
    }

    /// Adds what has happened, and lets go of the oldest rows that no longer fit. The newest always stays.
    pub(crate) fn push(&mut self, at: f64, what: What) {
        let row = Rc::new(Row { number: self.next, at, what });
        self.next += 1;
        self.bytes += row.weight();
        if self.filter.lets_through(&row) {
            self.shown.push_back(row.number);
        }
        self.rows.push_back(row);
        while self.rows.len() > 1 && (self.rows.len() > self.bounds.rows || self.bytes > self.bounds.bytes) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(row) = self.rows.pop_front() else { return };
        self.bytes -= row.weight();
        self.dropped.rows += 1;
        self.dropped.bytes += row.weight();
        if self.shown.front() == Some(&row.number) {
            self.shown.pop_front();
        }
    }

    /// Forgets all rows, also those dropped.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.shown.clear();
        self.bytes = 0;
        self.dropped = Dropped::default();
    }

    /// Shows other rows from now on.
    pub(crate) fn set_filter(&mut self, filter: Filter) {
        self.shown = self.rows.iter().filter(|row| filter.lets_through(row)).map(|row| row.number).collect();
        self.filter = filter;
    }

    pub(crate) fn filter(&self) -> &Filter {
        &self.filter
    }

    /// All rows that are kept, oldest first.
    pub(crate) fn rows(&self) -> &VecDeque<Rc<Row>> {
        &self.rows
    }

    /// How many bytes of messages are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The number of the next row.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The numbers of the rows that the filter shows, rising.
    pub(crate) fn shown(&self) -> &VecDeque<u64> {
        &self.shown
    }

    /// The number of the first kept row that happened at this time or later; the last, if none did.
    pub(crate) fn since(&self, at: f64) -> Option<u64> {
        let place = self.rows.partition_point(|row| row.at < at).min(self.rows.len().checked_sub(1)?);
        Some(self.rows.get(place)?.number)
    }

    /// Some of the rows that the filter shows, each with the one shown before it.
    pub(crate) fn part(&self, part: Range<usize>) -> Vec<(Rc<Row>, Option<Rc<Row>>)> {
        let mut before = part.start.checked_sub(1).and_then(|place| self.at(place));
        let rows = part.filter_map(|place| self.at(place));
        rows.map(|row| {
            let earlier = before.replace(row.clone());
            (row, earlier)
        })
        .collect()
    }

    fn at(&self, place: usize) -> Option<Rc<Row>> {
        let number = self.shown.get(place)?;
        let first = self.rows.front()?.number;
        self.rows.get(usize::try_from(number.checked_sub(first)?).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: usize, bytes: u64) -> Log {
        Log::new(Bounds { rows, bytes })
    }

    fn numbers(log: &Log) -> Vec<u64> {
        log.part(0..log.shown().len()).iter().map(|(row, _)| row.number).collect()
    }

    #[test]
    fn a_flood_keeps_the_latest_and_counts_what_it_drops() {
        let mut log = Log::default();
        for n in 0..100_000 {
            log.push(f64::from(n), What::Received("x".into()));
        }
        assert_eq!(log.rows().len(), 20_000);
        assert_eq!(log.bytes(), 20_000);
        assert_eq!(log.dropped(), Dropped { rows: 80_000, bytes: 80_000 });
        assert_eq!(log.rows().back().unwrap().number, 100_000);
        assert_eq!(log.shown().len(), 20_000);
    }

    #[test]
    fn large_messages_are_bounded_by_their_bytes_and_the_newest_always_stays() {
        let mut log = log(100, 10);
        for _ in 0..5 {
            log.push(0.0, What::Received(vec![0; 4].into()));
        }
        assert_eq!(numbers(&log), [4, 5]);
        log.push(0.0, What::Received(vec![0; 64].into()));
        assert_eq!(numbers(&log), [6]);
        assert_eq!(log.bytes(), 64);
        assert_eq!(log.dropped(), Dropped { rows: 5, bytes: 20 });
    }

    #[test]
    fn a_filter_applies_to_what_is_there_and_to_what_comes_and_loses_nothing() {
        let mut log = log(4, 1_000);
        let say = |log: &mut Log, text: &str| log.push(0.0, What::Received(text.into()));
        say(&mut log, "a1");
        say(&mut log, "b2");
        log.set_filter(Filter { text: "a".into(), ..Filter::default() });
        assert_eq!(numbers(&log), [1]);
        say(&mut log, "a3");
        say(&mut log, "b4");
        assert_eq!(numbers(&log), [1, 3]);
        say(&mut log, "b5");
        assert_eq!(numbers(&log), [3]);
        log.set_filter(Filter::default());
        assert_eq!(numbers(&log), [2, 3, 4, 5]);
    }

    #[test]
    fn each_row_knows_the_one_shown_before_it() {
        let mut log = log(10, 1_000);
        for text in ["a", "b", "a", "a"] {
            log.push(0.0, What::Received(text.into()));
        }
        log.set_filter(Filter { text: "a".into(), ..Filter::default() });
        let before: Vec<_> = log.part(1..3).iter().map(|(_, before)| before.as_ref().unwrap().number).collect();
        assert_eq!(before, [1, 3]);
        assert!(log.part(0..1)[0].1.is_none());
    }

    #[test]
    fn a_time_leads_to_the_row_that_came_then_or_next() {
        let mut log = log(3, 1_000);
        assert_eq!(log.since(0.0), None);
        for at in [10.0, 20.0, 30.0, 40.0] {
            log.push(at, What::Received("x".into()));
        }
        assert_eq!([0.0, 25.0, 40.0, 99.0].map(|at| log.since(at)), [Some(2), Some(3), Some(4), Some(4)]);
    }

    #[test]
    fn numbers_go_on_after_clearing() {
        let mut log = log(10, 1_000);
        log.push(0.0, What::Returned);
        log.clear();
        log.push(0.0, What::Returned);
        assert_eq!(numbers(&log), [2]);
    }
}
