//! How long to wait before dialling again.

use std::time::Duration;

/// When a lost line is dialled again: a random pause between nothing and a bound that doubles with every failure ("full
/// jitter"), so that many pages that lost the same server don't come back in step.
///
/// ```
/// use std::time::Duration;
/// use openline_client::Retry;
///
/// let patient = Retry { most: Duration::from_secs(120), ..Retry::default() };
/// # let _ = patient;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The longest the first pause may be; the next ones may be twice as long each. 1 s by default.
    pub first: Duration,
    /// The longest any pause may be. 30 s by default.
    pub most: Duration,
    /// The shortest a pause may be; never less than a millisecond. 100 ms by default.
    pub least: Duration,
    /// How long a line must have been up for the next failure to count as the first. 10 s by default.
    pub held: Duration,
    /// How long one try may take, from finding the address until the line is ready. 15 s by default.
    pub ready_within: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            most: Duration::from_secs(30),
            least: Duration::from_millis(100),
            held: Duration::from_secs(10),
            ready_within: Duration::from_secs(15),
        }
    }
}

impl Retry {
    /// The pause after this many failures in a row, with a fresh random number from 0 to 1.
    pub(crate) fn pause(&self, failures: u32, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let bound = doubled.min(self.most);
        let drawn = Duration::try_from_secs_f64(bound.as_secs_f64() * random).unwrap_or(bound);
        drawn.max(self.floor())
    }

    /// The shortest pause of any kind: never zero, whatever the policy says.
    pub(crate) fn floor(&self) -> Duration {
        self.least.max(Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_never_zero_whatever_the_policy_and_the_luck() {
        let eager = Retry { first: Duration::ZERO, most: Duration::ZERO, least: Duration::ZERO, ..Retry::default() };
        for retry in [eager, Retry::default()] {
            for failures in [0, 1, 5, u32::MAX] {
                for random in [0.0, 0.5, 1.0, -1.0, f64::NAN] {
                    assert!(retry.pause(failures, random) > Duration::ZERO);
                }
            }
        }
    }

    #[test]
    fn the_bound_doubles_with_each_failure_up_to_the_most() {
        let bounds: Vec<u64> = (1..=7).map(|failures| Retry::default().pause(failures, 1.0).as_secs()).collect();
        assert_eq!(bounds, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn an_endless_policy_does_not_overflow() {
        let endless = Retry { first: Duration::MAX, most: Duration::MAX, ..Retry::default() };
        assert!(endless.pause(u32::MAX, 1.0) > Duration::ZERO);
    }
}
