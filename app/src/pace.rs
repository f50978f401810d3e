//! How often what arrives is drawn: at once where little comes, and a few times a second where much does, so that a
//! flood leaves the page to whoever types in it. Pure.

use openline_rooms::protocol::RoomName;

/// The shortest time, in milliseconds, between two drawings of what has arrived.
const PAUSE: u64 = 100;

/// Which rooms have changed since they were drawn, and when that is to be done next.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    changed: Vec<RoomName>,
    drawn_at: Option<u64>,
}

impl Pace {
    /// A room has changed. In how many milliseconds to draw what has; `None` if that is awaited already.
    pub(crate) fn changed(&mut self, room: RoomName, now: u64) -> Option<u32> {
        let is_first = self.changed.is_empty();
        if !self.changed.contains(&room) {
            self.changed.push(room);
        }
        let since = self.drawn_at.map_or(PAUSE, |at| now.saturating_sub(at));
        is_first.then(|| PAUSE.saturating_sub(since) as u32)
    }

    /// The rooms to draw now.
    pub(crate) fn due(&mut self, now: u64) -> Vec<RoomName> {
        self.drawn_at = Some(now);
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomName {
        name.parse().unwrap()
    }

    #[test]
    fn what_comes_alone_is_drawn_at_once() {
        let mut pace = Pace::default();
        for now in [0, 100, 5_000] {
            assert_eq!(pace.changed(room("lobby"), now), Some(0));
            assert_eq!(pace.due(now), [room("lobby")]);
        }
    }

    #[test]
    fn fifty_a_second_are_drawn_ten_times_and_none_waits_longer_than_a_pause() {
        let (mut pace, mut due_at, mut drawn) = (Pace::default(), None, Vec::new());
        for now in 0..1_000u64 {
            if now % 20 == 0
                && let Some(wait) = pace.changed(room("lobby"), now)
            {
                assert!(u64::from(wait) <= PAUSE);
                due_at = Some(now + u64::from(wait));
            }
            if due_at == Some(now) {
                assert!(!pace.due(now).is_empty());
                drawn.push(now);
                due_at = None;
            }
        }
        assert_eq!((drawn.len(), drawn[0], drawn[1]), (10, 0, 100));
    }

    #[test]
    fn all_that_changed_meanwhile_is_drawn_together_also_where_the_clock_goes_back() {
        let mut pace = Pace::default();
        pace.due(10_000);
        assert_eq!(pace.changed(room("dev"), 10_040), Some(60));
        assert_eq!(pace.changed(room("lobby"), 10_041), None);
        assert_eq!(pace.due(10_100).len(), 2);
        assert_eq!(pace.changed(room("dev"), 3), Some(100));
    }
}
