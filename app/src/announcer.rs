//! What a screen reader is told of arrivals: each once, and a burst as a count. Pure.

use crate::words;

/// How long, in milliseconds, arrivals count as one burst.
pub(crate) const BURST: u32 = 2_000;

/// How many of a burst are said one by one.
const ONE_BY_ONE: usize = 3;

/// How many sayings are kept in the page at a time.
const KEPT: usize = 6;

/// What has been said lately, and what waits for the end of a burst.
#[derive(Debug, Default)]
pub(crate) struct Announcer {
    /// With a number of its own, so that the same words twice are two sayings.
    said: Vec<(u64, String)>,
    next: u64,
    in_burst: usize,
    waiting: usize,
}

impl Announcer {
    /// These have arrived. `true` if a burst has begun, whose end is to be told after [`BURST`].
    pub(crate) fn arrived(&mut self, arrivals: Vec<String>) -> bool {
        let begins = self.in_burst == 0 && !arrivals.is_empty();
        self.in_burst += arrivals.len();
        if self.in_burst <= ONE_BY_ONE {
            for arrival in arrivals {
                self.say(arrival);
            }
        } else {
            self.waiting += arrivals.len();
        }
        begins
    }

    /// The burst is over: what was not said one by one is said as a count.
    pub(crate) fn burst_over(&mut self) {
        self.in_burst = 0;
        match std::mem::take(&mut self.waiting) {
            0 => {}
            count => self.say(words::arrivals(count)),
        }
    }

    /// The latest sayings.
    pub(crate) fn said(&self) -> &[(u64, String)] {
        &self.said
    }

    fn say(&mut self, words: String) {
        if self.said.len() == KEPT {
            self.said.remove(0);
        }
        self.said.push((self.next, words));
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(announcer: &Announcer) -> Vec<&str> {
        announcer.said().iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn each_arrival_is_said_once_and_the_same_words_twice_are_two() {
        let mut announcer = Announcer::default();
        assert!(announcer.arrived(vec!["Ada: hi".into()]));
        assert!(!announcer.arrived(vec!["Ada: hi".into()]));
        announcer.burst_over();
        assert_eq!(texts(&announcer), ["Ada: hi", "Ada: hi"]);
        assert_ne!(announcer.said()[0].0, announcer.said()[1].0);
    }

    #[test]
    fn more_than_three_in_a_burst_are_said_as_a_count() {
        let mut announcer = Announcer::default();
        for _ in 0..3 {
            announcer.arrived(vec!["Ada: hi".into()]);
        }
        announcer.arrived(vec!["Ada: ho".into(), "Bo: hey".into()]);
        assert_eq!(texts(&announcer).len(), 3);
        announcer.burst_over();
        assert_eq!(texts(&announcer).last(), Some(&"2 new messages"));
        assert!(announcer.arrived(vec!["Bo: later".into()]), "another burst begins");
    }

    #[test]
    fn a_crowd_that_comes_at_once_is_only_counted() {
        let mut announcer = Announcer::default();
        announcer.arrived((0..50).map(|n| format!("Ada: {n}")).collect());
        announcer.burst_over();
        assert_eq!(texts(&announcer), ["50 new messages"]);
    }

    #[test]
    fn old_sayings_are_let_go() {
        let mut announcer = Announcer::default();
        for n in 0..100 {
            announcer.arrived(vec![n.to_string()]);
            announcer.burst_over();
        }
        assert_eq!(announcer.said().len(), KEPT);
    }
}
