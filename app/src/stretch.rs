//! Which of a room's messages are drawn: never more than a page can bear, whatever is held. Pure.
//!
//! At the end it is the latest; further up it is what surrounds the viewer, and grows by moving.

use std::{collections::VecDeque, ops::Range, rc::Rc};

use openline_rooms::protocol::{Entry, Seq};

/// The most that are drawn.
pub(crate) const MOST: usize = 240;

/// How many are drawn at the end, at least.
const AT_THE_END: usize = 120;

/// By how many places what is drawn at the end moves on at a time. Where a row goes from the top at every arrival, all
/// below it move, and the browser has to paint them all.
const AT_A_TIME: u64 = 40;

/// By how many it moves.
const STEP: usize = 80;

/// Which of a room's messages are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Stretch {
    /// The first that is drawn; none follows the end.
    from: Option<Seq>,
}

impl Stretch {
    /// The latest, whatever comes.
    pub(crate) fn follow_the_end(&mut self) {
        self.from = None;
    }

    /// What is drawn now stays, whatever comes.
    pub(crate) fn hold(&mut self, messages: &VecDeque<Rc<Entry>>) {
        let first = self.range(messages).start;
        self.begin_at(messages, first);
    }

    /// Draws more of what is before; `false` if there is no more of it here.
    pub(crate) fn earlier(&mut self, messages: &VecDeque<Rc<Entry>>) -> bool {
        let first = self.range(messages).start;
        self.begin_at(messages, first.saturating_sub(STEP));
        first > 0
    }

    /// Draws more of what is after; `false` if there is no more of it here.
    pub(crate) fn later(&mut self, messages: &VecDeque<Rc<Entry>>) -> bool {
        let range = self.range(messages);
        let more = (messages.len() - range.end).min(STEP);
        self.begin_at(messages, range.start + more);
        more > 0
    }

    /// Draws what surrounds a place.
    pub(crate) fn surround(&mut self, messages: &VecDeque<Rc<Entry>>, seq: Seq) {
        let place = messages.partition_point(|entry| entry.seq < seq);
        self.begin_at(messages, place.saturating_sub(MOST / 2));
    }

    /// The places of those that are drawn.
    pub(crate) fn range(&self, messages: &VecDeque<Rc<Entry>>) -> Range<usize> {
        let start = match self.from {
            None => {
                let at_least =
                    messages.get(messages.len().saturating_sub(AT_THE_END)).map_or(0, |entry| entry.seq.number());
                messages.partition_point(|entry| entry.seq.number() < at_least - at_least % AT_A_TIME)
            }
            Some(from) => messages.partition_point(|entry| entry.seq < from),
        };
        start..messages.len().min(start + MOST)
    }

    fn begin_at(&mut self, messages: &VecDeque<Rc<Entry>>, place: usize) {
        self.from = messages.get(place).map(|entry| entry.seq);
    }
}

#[cfg(test)]
mod tests {
    use openline_rooms::protocol::{Body, Person};

    use super::*;

    fn messages(numbers: std::ops::RangeInclusive<u64>) -> VecDeque<Rc<Entry>> {
        let id = "00000000-0000-4000-8000-000000000000";
        let from = Person { id: id.parse().unwrap(), name: "Ada".parse().unwrap() };
        let entry = |n| Entry {
            seq: Seq::new(n).unwrap(),
            id: id.parse().unwrap(),
            from: from.clone(),
            at: n,
            kind: None,
            body: Body::text("hi"),
        };
        numbers.map(entry).map(Rc::new).collect()
    }

    fn drawn(stretch: &Stretch, messages: &VecDeque<Rc<Entry>>) -> (u64, u64) {
        let range = stretch.range(messages);
        (messages[range.start].seq.number(), messages[range.end - 1].seq.number())
    }

    #[test]
    fn at_the_end_the_latest_are_drawn_and_further_up_what_was_drawn_stays() {
        let mut stretch = Stretch::default();
        assert_eq!(drawn(&stretch, &messages(1..=1_000)), (880, 1_000));
        stretch.hold(&messages(1..=1_001));
        assert_eq!(drawn(&stretch, &messages(1..=1_050)), (880, 1_050));
        assert_eq!(drawn(&stretch, &messages(1..=9_000)), (880, 1_119), "and there is an end to it");
        stretch.follow_the_end();
        assert_eq!(drawn(&stretch, &messages(1..=9_000)), (8_880, 9_000));
    }

    #[test]
    fn at_the_end_the_first_row_stays_for_many_arrivals() {
        let firsts: Vec<_> = (1..=1_000).map(|last| drawn(&Stretch::default(), &messages(1..=last)).0).collect();
        assert_eq!(firsts.windows(2).filter(|pair| pair[0] != pair[1]).count(), 1_000 / AT_A_TIME as usize - 3);
        for (last, first) in (1..).zip(firsts) {
            let drawn = AT_THE_END as u64..AT_THE_END as u64 + AT_A_TIME;
            assert!(drawn.contains(&(last + 1 - first)) || first == 1, "{first} to {last}");
        }
        let trimmed = drawn(&Stretch::default(), &messages(833..=1_000));
        assert_eq!(trimmed.0, 880, "also when the oldest are let go");
    }

    #[test]
    fn walking_up_and_down_reaches_every_message_and_never_draws_too_many() {
        let all = messages(1..=100_000);
        let mut stretch = Stretch::default();
        stretch.hold(&all);
        while stretch.earlier(&all) {
            assert!(stretch.range(&all).len() <= MOST);
        }
        assert_eq!(drawn(&stretch, &all).0, 1);
        let mut last = drawn(&stretch, &all).1;
        while stretch.later(&all) {
            let (first, now) = drawn(&stretch, &all);
            assert!(first <= last && now > last, "nothing is passed over");
            last = now;
        }
        assert_eq!(last, 100_000);
    }

    #[test]
    fn a_place_is_drawn_with_what_surrounds_it_and_keeps_its_place_as_a_page_is_put_before() {
        let mut stretch = Stretch::default();
        stretch.surround(&messages(400..=9_000), Seq::new(5_000).unwrap());
        assert_eq!(drawn(&stretch, &messages(400..=9_000)), (4_880, 5_119));
        assert_eq!(drawn(&stretch, &messages(100..=9_000)), (4_880, 5_119));
        stretch.surround(&messages(1..=10), Seq::new(5).unwrap());
        assert_eq!(drawn(&stretch, &messages(1..=10)), (1, 10));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut stretch = Stretch::default();
        let none = VecDeque::new();
        assert_eq!(stretch.range(&none), 0..0);
        assert!(!stretch.earlier(&none) && !stretch.later(&none));
    }
}
