//! How the line has been over the last minutes: how long a round trip took, and when it was down. Pure.

use std::collections::VecDeque;

/// How often, in milliseconds, a round trip is measured.
pub(crate) const EVERY: u32 = 15_000;

/// How far back it goes, in milliseconds.
const SPAN: u64 = 10 * 60 * 1_000;

/// How wide and high the curve is, in units of its own.
pub(crate) const WIDTH: u64 = 200;
pub(crate) const HEIGHT: u64 = 32;

/// A round trip, in milliseconds, that is drawn no lower than this is the whole height.
const LEAST: u64 = 50;

/// How the line has been over the last minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Health {
    samples: VecDeque<(u64, Sample)>,
    asked_at: Option<u64>,
    is_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sample {
    /// In milliseconds.
    RoundTrip(u64),
    Lost,
}

impl Health {
    /// The line is up, or is not.
    pub(crate) fn line(&mut self, now: u64, is_up: bool) {
        if self.is_up && !is_up {
            self.note(now, Sample::Lost);
        }
        self.is_up = is_up;
        self.asked_at = None;
    }

    /// The server is asked for a beat now; `false` if there is no line to ask on.
    pub(crate) fn ask(&mut self, now: u64) -> bool {
        self.asked_at = self.is_up.then_some(now);
        self.is_up
    }

    /// A beat came. One that nobody asked for tells nothing of the round trip.
    pub(crate) fn beat(&mut self, now: u64) {
        if let Some(asked_at) = self.asked_at.take() {
            self.note(now, Sample::RoundTrip(now.saturating_sub(asked_at)));
        }
    }

    /// How long the last round trip took, in milliseconds, if the line is up.
    pub(crate) fn last(&self) -> Option<u64> {
        let last = self.samples.iter().rev().find_map(|(_, sample)| match sample {
            Sample::RoundTrip(took) => Some(*took),
            Sample::Lost => None,
        });
        last.filter(|_| self.is_up)
    }

    /// How many times the line was lost.
    pub(crate) fn breaks(&self) -> usize {
        self.samples.iter().filter(|(_, sample)| *sample == Sample::Lost).count()
    }

    /// Over how many minutes.
    pub(crate) fn minutes(&self, now: u64) -> u64 {
        self.samples.front().map_or(1, |(at, _)| now.saturating_sub(*at).div_ceil(60_000).max(1))
    }

    /// The curve of round trips, interrupted where the line was lost, as the path of an SVG. One round trip alone draws
    /// nothing: it would be a speck.
    pub(crate) fn curve(&self, now: u64) -> String {
        let mut path = String::new();
        let mut goes_on = false;
        for (at, sample) in &self.samples {
            let Sample::RoundTrip(took) = sample else {
                goes_on = false;
                continue;
            };
            let verb = if goes_on { 'L' } else { 'M' };
            let y = HEIGHT - (took * HEIGHT / self.top()).min(HEIGHT);
            path.push_str(&format!("{verb}{} {y}", x(*at, now)));
            goes_on = true;
        }
        path
    }

    /// Where the line was lost, as the path of an SVG.
    pub(crate) fn losses(&self, now: u64) -> String {
        let lost = self.samples.iter().filter(|(_, sample)| *sample == Sample::Lost);
        lost.map(|(at, _)| format!("M{} 0v{HEIGHT}", x(*at, now))).collect()
    }

    fn top(&self) -> u64 {
        let took = self.samples.iter().map(|(_, sample)| if let Sample::RoundTrip(took) = sample { *took } else { 0 });
        took.max().unwrap_or(0).max(LEAST)
    }

    fn note(&mut self, now: u64, sample: Sample) {
        self.samples.push_back((now, sample));
        while self.samples.front().is_some_and(|(at, _)| now.saturating_sub(*at) > SPAN) {
            self.samples.pop_front();
        }
    }
}

fn x(at: u64, now: u64) -> u64 {
    WIDTH - (now.saturating_sub(at) * WIDTH / SPAN).min(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn measured(health: &mut Health, at: u64, took: u64) {
        assert!(health.ask(at));
        health.beat(at + took);
    }

    #[test]
    fn a_round_trip_is_from_our_beat_to_its_answer_and_another_beat_tells_nothing() {
        let mut health = Health::default();
        assert!(!health.ask(0), "there is no line yet");
        health.line(0, true);
        measured(&mut health, 1_000, 20);
        health.beat(9_000);
        assert_eq!(health.last(), Some(20));
        health.line(10_000, false);
        assert_eq!((health.last(), health.breaks()), (None, 1));
    }

    #[test]
    fn the_curve_breaks_where_the_line_did_and_forgets_what_is_long_ago() {
        let mut health = Health::default();
        health.line(0, true);
        measured(&mut health, 0, 25);
        measured(&mut health, 5 * MINUTE, 50);
        health.line(6 * MINUTE, false);
        health.line(7 * MINUTE, true);
        measured(&mut health, 10 * MINUTE - 100, 100);
        let now = 10 * MINUTE;
        assert_eq!(health.curve(now), "M1 24L101 16M200 0");
        assert_eq!(health.losses(now), "M120 0v32");
        assert_eq!(health.minutes(now), 10);
        measured(&mut health, 15 * MINUTE, 10);
        assert_eq!(health.minutes(15 * MINUTE), 10);
        assert!(!health.curve(15 * MINUTE).starts_with("M1 24"), "{}", health.curve(15 * MINUTE));
    }
}
