//! A wait by a clock that somebody may put back. Pure.

/// A wait that began and will end: milliseconds since 1970, UTC, by this device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    since: u64,
    until: u64,
}

impl Pause {
    /// So many milliseconds from now on.
    pub(crate) fn new(now: u64, time: u64) -> Self {
        Self { since: now, until: now.saturating_add(time) }
    }

    /// In how many milliseconds it is over. A clock that was put back to before it began ends it, rather than prolong it
    /// by as much as it was put back.
    pub(crate) fn left(self, now: u64) -> u64 {
        if now < self.since { 0 } else { self.until.saturating_sub(now) }
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
}
