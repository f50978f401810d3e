//! Which part of the shown rows is in the page: it follows the end, or stands still. Pure.

use std::{collections::VecDeque, ops::Range};

/// How many rows are in the page while it follows.
pub(crate) const FOLLOWED: usize = 200;
/// How many are in the page at most.
pub(crate) const MOST: usize = 300;
/// By how many the part moves when the viewer comes near its edge.
const STEP: usize = 100;

/// Where the viewer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// At the end, as it grows.
    #[default]
    Following,
    /// At a part that begins with this row, or the next one that is still there.
    Paused {
        /// The first row's number.
        first: u64,
        /// What came up to here was seen.
        seen: u64,
    },
}

impl View {
    /// The places, among the shown rows, of those that are in the page.
    pub(crate) fn part(self, shown: &VecDeque<u64>) -> Range<usize> {
        match self {
            Self::Following => shown.len().saturating_sub(FOLLOWED)..shown.len(),
            Self::Paused { first, .. } => {
                // When all that was there is gone, or filtered, the latest is better than nothing.
                let start = place(shown, first).min(shown.len().saturating_sub(1));
                start..shown.len().min(start + MOST)
            }
        }
    }

    /// Stands still here. `next` is the number of the next row to come.
    #[must_use]
    pub(crate) fn paused(self, shown: &VecDeque<u64>, next: u64) -> Self {
        match self {
            Self::Following => {
                let first = shown.get(self.part(shown).start).copied().unwrap_or(next);
                Self::Paused { first, seen: next.saturating_sub(1) }
            }
            paused @ Self::Paused { .. } => paused,
        }
    }

    /// Moves towards the beginning, or back towards the end; `None` if there is no more that way.
    pub(crate) fn moved(self, shown: &VecDeque<u64>, to_beginning: bool) -> Option<Self> {
        let Self::Paused { seen, .. } = self else { return None };
        let part = self.part(shown);
        let start = if to_beginning {
            part.start.checked_sub(1)?.saturating_sub(STEP - 1)
        } else {
            (part.end < shown.len()).then(|| part.start + STEP)?
        };
        Some(Self::Paused { first: *shown.get(start)?, seen })
    }

    /// Stands still at a part with this row, or the next one that is there, and some before it; `None` when it follows,
    /// or there is nothing.
    pub(crate) fn showing(self, shown: &VecDeque<u64>, number: u64) -> Option<(Self, u64)> {
        let Self::Paused { seen, .. } = self else { return None };
        let there = place(shown, number).min(shown.len().checked_sub(1)?);
        Some((Self::Paused { first: *shown.get(there.saturating_sub(STEP))?, seen }, *shown.get(there)?))
    }

    /// How many of the shown rows came since it stands still.
    pub(crate) fn unseen(self, shown: &VecDeque<u64>) -> usize {
        match self {
            Self::Following => 0,
            Self::Paused { seen, .. } => shown.len() - place(shown, seen + 1),
        }
    }

    pub(crate) fn is_following(self) -> bool {
        self == Self::Following
    }
}

/// The place of a row, or of the next one that is there.
fn place(shown: &VecDeque<u64>, number: u64) -> usize {
    shown.partition_point(|there| *there < number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: Range<u64>) -> VecDeque<u64> {
        numbers.collect()
    }

    #[test]
    fn following_shows_the_end_and_never_more_than_fits() {
        assert_eq!(View::Following.part(&rows(1..51)), 0..50);
        assert_eq!(View::Following.part(&rows(1..1001)), 800..1000);
    }

    #[test]
    fn paused_it_stands_still_while_more_comes_and_counts_it() {
        let view = View::Following.paused(&rows(1..1001), 1001);
        assert_eq!(view.part(&rows(1..1001)), 800..1000);
        assert_eq!(view.part(&rows(1..5001)), 800..1100, "what comes is added until the page is full");
        assert_eq!(view.unseen(&rows(1..5001)), 4000);
        assert_eq!(view.paused(&rows(1..5001), 5001), view);
    }

    #[test]
    fn it_moves_to_both_ends_and_no_further() {
        let shown = rows(1..1001);
        let mut view = View::Following.paused(&shown, 1001);
        let mut starts = Vec::new();
        while let Some(moved) = view.moved(&shown, true) {
            view = moved;
            starts.push(view.part(&shown).start);
        }
        assert_eq!(starts, [700, 600, 500, 400, 300, 200, 100, 0]);
        while let Some(moved) = view.moved(&shown, false) {
            view = moved;
            assert!(view.part(&shown).len() <= MOST);
        }
        assert_eq!(view.part(&shown).end, 1000);
        assert_eq!(View::Following.moved(&shown, true), None);
    }

    #[test]
    fn it_goes_to_a_row_with_some_before_it_or_to_the_next_that_is_there() {
        let shown = rows(1..1001);
        let paused = View::Following.paused(&shown, 1001);
        assert_eq!(paused.showing(&shown, 500), Some((View::Paused { first: 400, seen: 1000 }, 500)));
        assert_eq!(paused.showing(&shown, 20), Some((View::Paused { first: 1, seen: 1000 }, 20)));
        assert_eq!(paused.showing(&shown, 5000).map(|(_, row)| row), Some(1000));
        assert_eq!(paused.showing(&rows(0..0), 1), None);
    }

    #[test]
    fn when_its_rows_are_dropped_it_goes_on_with_the_oldest_that_are_there() {
        let view = View::Paused { first: 10, seen: 50 };
        assert_eq!(view.part(&rows(400..1000)), 0..300);
        assert_eq!(view.part(&rows(1..5)), 3..4);
        assert_eq!(view.part(&rows(0..0)), 0..0);
        assert_eq!(view.unseen(&rows(400..1000)), 600);
    }
}
