//! What is due on a line, and when. Pure.

use std::time::{Duration, Instant};

use crate::options::Limits;

/// A line's moments.
#[derive(Debug)]
pub(super) struct Deadlines {
    opened: Instant,
    has_said_hello: bool,
    heard: Moment,
    sent: Moment,
    pinged: Option<Moment>,
    stuck_since: Option<Moment>,
}

/// A moment of a line, in sixteenths of a second since it was opened: exact enough, and a quarter of an `Instant`'s size.
#[derive(Clone, Copy, Debug)]
struct Moment(u32);

impl Moment {
    /// That moment, or a little earlier.
    fn new(opened: Instant, at: Instant) -> Self {
        let sixteenths = at.saturating_duration_since(opened).as_millis() * 2 / 125;
        Self(u32::try_from(sixteenths).unwrap_or(u32::MAX))
    }

    fn since(self, opened: Instant) -> Instant {
        opened + Duration::from_millis(u64::from(self.0) * 125 / 2)
    }
}

/// What has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Close: it never said hello.
    NoHello,
    /// Close: it doesn't answer.
    NoPong,
    /// Give it up: it takes nothing.
    Stuck,
    /// Ask whether it lives.
    Ping,
    /// Say that we live.
    Beat,
}

impl Deadlines {
    pub(super) fn new(now: Instant) -> Self {
        let first = Moment(0);
        Self { opened: now, has_said_hello: false, heard: first, sent: first, pinged: None, stuck_since: None }
    }

    pub(super) fn said_hello(&mut self) {
        self.has_said_hello = true;
    }

    /// Something came, or nothing could, because we do not read.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = self.moment(now);
        self.pinged = None;
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.sent = self.moment(now);
    }

    pub(super) fn pinged(&mut self, now: Instant) {
        self.pinged = Some(self.moment(now));
    }

    /// The line has bytes that it doesn't take; it has just taken some, or not. Who takes something lives.
    pub(super) fn slow(&mut self, progress: bool, now: Instant) {
        if progress {
            self.heard(now);
        }
        if progress || self.stuck_since.is_none() {
            self.stuck_since = Some(self.moment(now));
        }
    }

    /// Since when it has taken nothing of what it has to take.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        self.stuck_since.map(|since| self.instant(since))
    }

    /// The line has taken everything.
    pub(super) fn took_all(&mut self) {
        self.stuck_since = None;
    }

    /// The first thing that is to be done, and from when on.
    pub(super) fn next(&self, limits: &Limits) -> (Instant, Due) {
        let beat_every = Duration::from_secs(limits.beat_every.into());
        let all = [
            (!self.has_said_hello).then(|| (self.opened + limits.hello_time, Due::NoHello)),
            self.stuck_since().map(|since| (since + limits.write_time, Due::Stuck)),
            Some(match self.pinged {
                Some(at) => (self.instant(at) + limits.pong_time, Due::NoPong),
                None => (self.instant(self.heard) + limits.ping_every, Due::Ping),
            }),
            // While the line is slow, a beat would only add to what it doesn't take.
            (self.has_said_hello && self.stuck_since.is_none())
                .then(|| (self.instant(self.sent) + beat_every, Due::Beat)),
        ];
        let none = (self.instant(self.heard) + limits.ping_every, Due::Ping);
        all.into_iter().flatten().min_by_key(|(at, _)| *at).unwrap_or(none)
    }

    fn moment(&self, at: Instant) -> Moment {
        Moment::new(self.opened, at)
    }

    fn instant(&self, moment: Moment) -> Instant {
        moment.since(self.opened)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::Options;

    /// What is due on a line, in order, with the second it is due at; the test answers as it likes.
    struct Clock {
        start: Instant,
        limits: Limits,
        deadlines: Deadlines,
    }

    impl Clock {
        fn new() -> Self {
            let start = Instant::now();
            Self { start, limits: Options::parse_from(["openline-server"]).limits, deadlines: Deadlines::new(start) }
        }

        fn at(&self, second: u64) -> Instant {
            self.start + Duration::from_secs(second)
        }

        fn next(&self) -> (u64, Due) {
            let (at, due) = self.deadlines.next(&self.limits);
            ((at - self.start).as_secs(), due)
        }
    }

    #[test]
    fn a_line_that_never_says_hello_is_closed_whatever_else_it_sends() {
        let mut clock = Clock::new();
        clock.deadlines.heard(clock.at(9));
        assert_eq!(clock.next(), (10, Due::NoHello));
    }

    #[test]
    fn a_silent_line_is_beaten_to_and_asked_and_given_up() {
        let mut clock = Clock::new();
        clock.deadlines.said_hello();
        assert_eq!(clock.next(), (15, Due::Beat));
        clock.deadlines.sent(clock.at(15));
        clock.deadlines.sent(clock.at(30));
        assert_eq!(clock.next(), (30, Due::Ping));
        clock.deadlines.pinged(clock.at(30));
        clock.deadlines.sent(clock.at(45));
        assert_eq!(clock.next(), (50, Due::NoPong));
        clock.deadlines.heard(clock.at(49));
        assert_eq!(clock.next(), (60, Due::Beat));
    }

    #[test]
    fn a_slow_line_has_time_as_long_as_it_takes_something() {
        let mut clock = Clock::new();
        clock.deadlines.said_hello();
        clock.deadlines.slow(true, clock.at(1));
        clock.deadlines.heard(clock.at(20));
        clock.deadlines.slow(false, clock.at(20));
        assert_eq!(clock.next(), (31, Due::Stuck));
        clock.deadlines.slow(true, clock.at(30));
        assert_eq!(clock.next(), (60, Due::Stuck));
        clock.deadlines.pinged(clock.at(40));
        clock.deadlines.slow(true, clock.at(59));
        assert_eq!(clock.next(), (89, Due::Stuck), "a pong can't pass what it has still to take");
        clock.deadlines.took_all();
        assert_eq!(clock.next().1, Due::Beat);
    }
}
