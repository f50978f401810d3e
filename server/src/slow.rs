//! The lines that don't take what they were given, and which of them have to go when they hold too much. Pure.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::wake::Wake;

/// Nobody has to go who took something so recently, so that a burst for everybody costs nobody their line.
const PATIENCE: Duration = Duration::from_secs(1);

/// All slow lines, the stalest first.
#[derive(Debug)]
pub(crate) struct Slow {
    limit: usize,
    bytes: usize,
    lines: BTreeMap<(Instant, u64), (usize, Arc<Wake>)>,
}

impl Slow {
    /// No line yet. They may hold `limit` bytes in all.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, lines: BTreeMap::new() }
    }

    /// How many bytes they hold in all.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a line of this number, which holds so many bytes, and took none since then.
    pub(crate) fn put(&mut self, since: Instant, line: u64, bytes: usize, wake: &Arc<Wake>) {
        self.bytes += bytes;
        self.lines.insert((since, line), (bytes, Arc::clone(wake)));
    }

    /// Removes it again, if it is there.
    pub(crate) fn remove(&mut self, since: Instant, line: u64) {
        if let Some((bytes, _)) = self.lines.remove(&(since, line)) {
            self.bytes -= bytes;
        }
    }

    /// Removes those that have to go, the stalest first, until the others hold no more than they may.
    pub(crate) fn shed(&mut self, now: Instant) -> Vec<Arc<Wake>> {
        let mut shed = Vec::new();
        while self.bytes > self.limit {
            let Some(stalest) = self.lines.first_entry().filter(|line| now >= line.key().0 + PATIENCE) else { break };
            let (bytes, wake) = stalest.remove();
            self.bytes -= bytes;
            shed.push(wake);
        }
        shed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stalest_go_until_the_rest_has_room_and_who_just_took_something_stays() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let wakes: Vec<Arc<Wake>> = (0..5).map(|_| Arc::default()).collect();
        let mut slow = Slow::new(250);
        for (line, since) in [(0, 3), (1, 1), (2, 2), (3, 9), (4, 9)] {
            slow.put(at(since), line, 100, &wakes[line as usize]);
        }
        let shed = slow.shed(at(9));
        assert!(shed.len() == 3 && [1, 2, 0].iter().zip(&shed).all(|(line, wake)| Arc::ptr_eq(&wakes[*line], wake)));
        slow.put(at(9), 5, 100, &wakes[0]);
        assert!(slow.shed(at(9)).is_empty(), "all of them took something just now");
        slow.remove(at(9), 4);
        slow.remove(at(9), 4);
        assert!(slow.shed(at(30)).is_empty() && slow.bytes == 200);
    }
}
