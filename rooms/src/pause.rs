//! A wait by a clock that somebody may put back. Pure.

/// A wait that began and will end: milliseconds since 1970, UTC, by this device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    since: u64,
    until: u64,
}

/// The longest that a browser's timer can wait, in milliseconds: one that is asked for more goes off at once (WHATWG HTML
/// section 8.6: the time is a `long`).
const LONGEST: u64 = i32::MAX as u64;

impl Pause {
    /// So many milliseconds from now on.
    pub(crate) fn new(now: u64, time: u64) -> Self {
        Self { since: now, until: now.saturating_add(time) }
    }

    /// In how many milliseconds it is over. A clock that was put back to before it began ends it, rather than prolong it
    /// by as much as it was put back. What is longer than a timer can wait has to be asked for again.
    pub(crate) fn left(self, now: u64) -> u64 {
        if now < self.since { 0 } else { self.until.saturating_sub(now).min(LONGEST) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_in_time() {
        let pause = Pause::new(1_000, 500);
        assert_eq!([1_000, 1_499, 1_500, 9_999].map(|now| pause.left(now)), [500, 1, 0, 0]);
    }

    #[test]
    fn a_clock_that_is_put_back_does_not_prolong_a_pause() {
        assert_eq!(Pause::new(1_000_000, 500).left(400_000), 0);
    }

    #[test]
    fn a_server_that_says_for_ever_does_not_make_the_timer_go_off_at_once() {
        let pause = Pause::new(1_000, u64::MAX);
        assert_eq!([1_000, 9_999].map(|now| pause.left(now)), [LONGEST, LONGEST]);
    }
}
