//! When which line has to look at the clock: one list for all of them, and not a timer each.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// How exact it is. Nothing that is due on a line is so by less than a few of these.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// A number of ticks since the list was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u32);

/// Lines, by when they are to look.
#[derive(Debug)]
pub(crate) struct Alarms {
    begun: Instant,
    lines: Mutex<BTreeMap<Tick, Vec<u64>>>,
}

impl Alarms {
    /// None yet.
    pub(crate) fn new(now: Instant) -> Self {
        Self { begun: now, lines: Mutex::default() }
    }

    /// The first tick that is not before this moment.
    pub(crate) fn tick(&self, at: Instant) -> Tick {
        let ticks = at.saturating_duration_since(self.begun).as_nanos().div_ceil(TICK.as_nanos());
        Tick(u32::try_from(ticks).unwrap_or(u32::MAX))
    }

    /// Has a line look once that is past.
    pub(crate) fn set(&self, tick: Tick, line: u64) {
        self.lines.lock().entry(tick).or_default().push(line);
    }

    /// Takes out those that have to look.
    pub(crate) fn due(&self, now: Instant) -> impl Iterator<Item = u64> + use<> {
        let mut lines = self.lines.lock();
        let later = lines.split_off(&self.tick(now));
        std::mem::replace(&mut *lines, later).into_values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_looks_once_and_not_before_its_time() {
        let start = Instant::now();
        let alarms = Alarms::new(start);
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        for (milliseconds, line) in [(1_000, 1), (20, 2), (1_001, 3), (0, 4)] {
            alarms.set(alarms.tick(at(milliseconds)), line);
        }
        let due = |milliseconds| alarms.due(at(milliseconds)).collect::<Vec<_>>();
        assert!(due(0).is_empty());
        assert_eq!(due(50), [4]);
        assert_eq!(due(51), [2]);
        assert!(due(1_000).is_empty());
        assert_eq!(due(1_001), [1]);
        assert_eq!(due(9_999), [3]);
    }
}
