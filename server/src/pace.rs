//! How fast a line may speak: a token bucket that remembers one moment.
//!
//! Pure: the time is an argument.

use std::time::{Duration, Instant};

/// A rate over a longer time, and how many may come at once before it is felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    each: Duration,
    burst: Duration,
}

impl Rate {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Self { each, burst: each.saturating_mul(burst.max(1)) }
    }
}

/// One line's use of a [`Rate`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Everything said so far is paid for once this moment has come.
    paid_at: Instant,
}

impl Pace {
    /// A full bucket.
    pub(crate) fn new(now: Instant) -> Self {
        Self { paid_at: now }
    }

    /// When the next may be taken: now, if that is past.
    pub(crate) fn ready_at(&self, rate: Rate) -> Instant {
        let debt = rate.burst.saturating_sub(rate.each);
        self.paid_at.checked_sub(debt).unwrap_or(self.paid_at)
    }

    /// Takes one.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) {
        self.paid_at = self.paid_at.max(now) + rate.each;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many can be taken in the time from `from` to `to`, taking each as soon as it is there.
    fn taken(pace: &mut Pace, rate: Rate, from: Instant, to: Instant) -> u32 {
        let (mut now, mut n) = (from, 0);
        loop {
            now = now.max(pace.ready_at(rate));
            if now >= to {
                return n;
            }
            pace.take(rate, now);
            n += 1;
        }
    }

    #[test]
    fn a_burst_goes_at_once_and_then_the_rate_is_felt() {
        let (start, rate) = (Instant::now(), Rate::new(10, 5));
        let mut pace = Pace::new(start);
        assert_eq!(taken(&mut pace, rate, start, start + Duration::from_millis(1)), 5);
        assert_eq!(taken(&mut pace, rate, start, start + Duration::from_secs(1)), 9);
        assert_eq!(taken(&mut pace, rate, start, start + Duration::from_secs(2)), 10);
    }

    #[test]
    fn a_rest_fills_the_bucket_but_never_over_its_brim() {
        let (start, rate) = (Instant::now(), Rate::new(10, 5));
        let mut pace = Pace::new(start);
        let later = start + Duration::from_secs(3_600);
        assert_eq!(taken(&mut pace, rate, later, later + Duration::from_millis(1)), 5);
    }
}
