//! What a session does next: one enum and one [`step`](State::step). Pure: no browser, no clock, no chance of its own.
//!
//! Invariants, each tested against random schedules:
//! - At most one line at a time; a line's events carry its [`Generation`], and an old one's change nothing.
//! - A failure is never followed by a dial at once, unless somebody or something outside asks for it.
//! - An ended session stays ended.

mod world;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::world::World;
use super::{
    DownWhy, EndedWhy, Event, Retry,
    heartbeat::Rhythm,
    step::{Command, Generation, Input, LineInput, Step},
};
use crate::{source::PageEvent, stats::Stats};

/// When a session calls its line up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ready {
    /// When the socket opened. What opens it may be a proxy that only finds out later that the server is gone.
    #[default]
    Open,
    /// When the first message came: somebody who speaks is there.
    FirstMessage,
}

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(crate) struct State {
    retry: Retry,
    ready: Ready,
    heartbeat: Option<Rhythm>,
    phase: Phase,
    world: World,
    generation: Generation,
    /// In a row, as far as [`Retry::held`] goes.
    failures: u32,
    /// When the server said to be back, until it is dialled.
    back_at: Option<Duration>,
    /// When this session asked to be woken: what is much later than that was spent asleep.
    wake_at: Option<Duration>,
    /// As far as it is known here: nothing of what goes over the line.
    stats: Stats,
}

/// Points in time are given as the time since the session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for what bars it to go away: see [`World::bar`].
    Parked,
    Waiting {
        until: Duration,
    },
    Dialling {
        since: Duration,
    },
    /// Open, and not ready yet. Dialled since.
    Greeting {
        since: Duration,
    },
    Up {
        since: Duration,
        heard: Duration,
        probe: Option<Probe>,
    },
    Closing {
        until: Duration,
    },
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Probe {
    sent: Duration,
    until: Duration,
    /// Whether it was sent on waking. Whoever wakes late finds old deadlines passed, and gets one fresh one, not more.
    on_waking: bool,
}

/// How long a close that was asked for may take.
const GOODBYE: Duration = Duration::from_secs(5);
/// While somebody looks, the time is checked this often: waking from sleep is noticed that soon.
const PULSE: Duration = Duration::from_secs(1);
/// A wake later than this was no busy page: the machine slept, or the page's timers were held back, as a hidden tab's are
/// to one a minute.
const SLEPT: Duration = Duration::from_secs(3);

impl State {
    pub(crate) fn new(retry: Retry, ready: Ready, heartbeat: Option<Rhythm>) -> Self {
        Self {
            retry,
            ready,
            heartbeat,
            phase: Phase::Parked,
            world: World::default(),
            generation: Generation::default(),
            failures: 0,
            back_at: None,
            wake_at: None,
            stats: Stats::default(),
        }
    }

    /// Takes in what happened, and says in the step's commands what to do about it.
    pub(crate) fn step(&mut self, input: Input, step: &mut Step<'_>) {
        if self.has_slept(step.now) {
            self.wake(step);
        }
        // Here, and in `hears`, a line of the past is recognised.
        if !matches!(&input, Input::Line(generation, _) if *generation != self.generation) {
            self.take_in(input, step);
        }
        self.wake_at = self.next_wake(step.now);
    }

    /// Takes in a message that changes nothing but when the line was last heard, as nearly each does. Returns whether it
    /// was one; if not, nothing has happened, and it takes a [`step`](Self::step).
    #[inline]
    pub(crate) fn hears(&mut self, generation: Generation, now: Duration) -> bool {
        if generation != self.generation || self.has_slept(now) {
            return false;
        }
        let Phase::Up { heard, probe: None, .. } = &mut self.phase else { return false };
        // Of many in one turn only the first has news.
        if std::mem::replace(heard, now) != now {
            self.wake_at = self.next_wake(now);
        }
        true
    }

    fn take_in(&mut self, input: Input, step: &mut Step<'_>) {
        if self.has_ended() {
            return;
        }
        match input {
            Input::Start => self.dial(step),
            Input::Line(_, input) => self.line(input, step),
            Input::Tick => self.tick(step),
            Input::Page(event) => self.page(event, step),
            Input::Heartbeat(rhythm) => self.heartbeat = Some(rhythm),
            Input::TryNow => self.try_now(step),
            Input::ComeBackIn(pause) => self.come_back_in(pause, step.now),
            Input::InboxFull => self.inbox_full(step),
            Input::InboxDrained => self.inbox_drained(step),
            Input::Close(code, reason) => self.close(code, reason, step),
            Input::Stop => self.end(EndedWhy::Asked(None), step),
        }
    }

    /// When a tick is due, if nothing happens before.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        self.wake_at
    }

    /// What is known here of how it went and how it is.
    pub(crate) fn stats(&self, now: Duration) -> Stats {
        let up_for = match self.phase {
            Phase::Up { since, .. } => Some(now.saturating_sub(since)),
            _ => None,
        };
        Stats { up_for, ..self.stats }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether it was told that its inbox is full, and not yet that it is no more.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.world.full
    }

    fn line(&mut self, input: LineInput, step: &mut Step<'_>) {
        match input {
            LineInput::Found(endpoint) => step.commands.push(Command::Connect(self.generation, endpoint)),
            LineInput::NotFound(words) => self.down(DownWhy::NoEndpoint(words), step),
            LineInput::Unopenable { error, for_good: true } => self.end(EndedWhy::Unopenable(error), step),
            LineInput::Unopenable { error, for_good: false } => self.down(DownWhy::Unopenable(error), step),
            LineInput::Opened => self.opened(step),
            LineInput::Message => self.message(step),
            LineInput::Closed { event, worth_a_retry } => match self.phase {
                Phase::Closing { .. } => self.end(EndedWhy::Asked(Some(event)), step),
                _ if worth_a_retry => self.down(DownWhy::Closed(event), step),
                _ => self.end(EndedWhy::NotWorthARetry(event), step),
            },
        }
    }

    fn opened(&mut self, step: &mut Step<'_>) {
        let Phase::Dialling { since } = self.phase else { return };
        step.tell(Event::Opened);
        self.phase = Phase::Greeting { since };
        if self.ready == Ready::Open {
            self.up(since, step);
        }
    }

    fn up(&mut self, dialled: Duration, step: &mut Step<'_>) {
        // None before the first.
        self.stats.reconnects += u64::from(self.stats.up_in.is_some());
        self.stats.up_in = Some(step.now.saturating_sub(dialled));
        self.phase = Phase::Up { since: step.now, heard: step.now, probe: None };
        step.tell(Event::Up);
    }

    /// Any message is a sign of life.
    fn message(&mut self, step: &mut Step<'_>) {
        match &mut self.phase {
            &mut Phase::Greeting { since } => self.up(since, step),
            Phase::Up { heard, probe, .. } => {
                *heard = step.now;
                if let Some(probe) = probe.take() {
                    self.stats.round_trip = Some(step.now.saturating_sub(probe.sent));
                }
            }
            _ => {}
        }
        step.commands.push(Command::Deliver);
    }

    fn tick(&mut self, step: &mut Step<'_>) {
        match self.phase {
            Phase::Waiting { until } if until <= step.now => self.dial(step),
            Phase::Dialling { since } | Phase::Greeting { since } if self.gives_up(since) <= step.now => {
                self.down(DownWhy::NotReady, step);
            }
            Phase::Up { probe: Some(probe), .. } if probe.until <= step.now => self.down(DownWhy::Silent, step),
            Phase::Up { heard, probe: None, .. } if self.is_silent(heard, step.now) => self.probe(false, step),
            Phase::Closing { until } if until <= step.now => self.end(EndedWhy::Asked(None), step),
            _ => {}
        }
    }

    /// When a try that began then has taken too long.
    fn gives_up(&self, since: Duration) -> Duration {
        since.saturating_add(self.retry.ready_within)
    }

    fn is_silent(&self, heard: Duration, now: Duration) -> bool {
        self.heartbeat.is_some_and(|rhythm| heard.saturating_add(rhythm.silence) <= now)
    }

    fn has_slept(&self, now: Duration) -> bool {
        self.wake_at.is_some_and(|due| now > due.saturating_add(SLEPT))
    }

    /// After sleep, what was due is long past. The answers may be waiting behind this very step, so nothing is judged by
    /// the old deadlines: the line is asked, and a try that took too long begins anew.
    fn wake(&mut self, step: &mut Step<'_>) {
        match self.phase {
            Phase::Waiting { .. } => self.dial_if_allowed(step),
            Phase::Dialling { since } | Phase::Greeting { since } if self.gives_up(since) <= step.now => {
                self.hang_up(step);
                self.dial(step);
            }
            Phase::Up { probe: None | Some(Probe { on_waking: false, .. }), .. } => self.probe(true, step),
            _ => {}
        }
    }

    fn page(&mut self, event: PageEvent, step: &mut Step<'_>) {
        self.world.take_in(event);
        match (event, self.phase) {
            (PageEvent::Frozen | PageEvent::Left, Phase::Closing { .. }) => self.end(EndedWhy::Asked(None), step),
            (_, Phase::Parked) => self.dial_if_allowed(step),
            // A closed line, for a page with an open one is not kept aside.
            (PageEvent::Frozen | PageEvent::Left, _) => self.down(DownWhy::Away, step),
            (PageEvent::Offline, Phase::Waiting { .. }) => self.down(DownWhy::Offline, step),
            (PageEvent::Online | PageEvent::Visible, Phase::Waiting { .. }) => self.dial_if_allowed(step),
            // Browsers err about being offline, and a server on the same machine needs no network: ask the line itself.
            (PageEvent::Online | PageEvent::Offline | PageEvent::Visible, Phase::Up { probe: None, .. }) => {
                self.probe(false, step);
            }
            _ => {}
        }
    }

    fn try_now(&mut self, step: &mut Step<'_>) {
        match (self.phase, self.world.bar()) {
            (Phase::Waiting { .. }, _) | (Phase::Parked, None | Some(DownWhy::Offline)) => self.dial(step),
            _ => {}
        }
    }

    fn come_back_in(&mut self, pause: Duration, now: Duration) {
        let until = now.saturating_add(pause.max(self.retry.floor()));
        self.back_at = Some(until);
        if let Phase::Waiting { .. } = self.phase {
            self.phase = Phase::Waiting { until };
        }
    }

    fn inbox_full(&mut self, step: &mut Step<'_>) {
        if std::mem::replace(&mut self.world.full, true) {
            return;
        }
        match self.phase {
            Phase::Parked => {}
            Phase::Closing { .. } => {
                self.hang_up(step);
                step.tell(Event::Down { why: DownWhy::InboxFull, retry_in: None });
                self.end(EndedWhy::Asked(None), step);
            }
            _ => self.down(DownWhy::InboxFull, step),
        }
    }

    fn inbox_drained(&mut self, step: &mut Step<'_>) {
        if std::mem::take(&mut self.world.full) && self.phase == Phase::Parked {
            self.down(DownWhy::InboxFull, step);
        }
    }

    fn close(&mut self, code: Option<u16>, reason: Option<String>, step: &mut Step<'_>) {
        match self.phase {
            Phase::Greeting { .. } | Phase::Up { .. } => {
                self.phase = Phase::Closing { until: step.now.saturating_add(GOODBYE) };
                step.commands.push(Command::Close(code, reason));
            }
            Phase::Closing { .. } => {}
            _ => self.end(EndedWhy::Asked(None), step),
        }
    }

    /// The line is lost, or there is none: wait, or park where waiting is no use.
    fn down(&mut self, why: DownWhy, step: &mut Step<'_>) {
        if let Phase::Up { since, .. } = self.phase
            && step.now.saturating_sub(since) >= self.retry.held
        {
            self.failures = 0;
        }
        self.hang_up(step);
        if self.world.bar().is_some() {
            self.phase = Phase::Parked;
            return step.tell(Event::Down { why, retry_in: None });
        }
        let pause = match self.back_at.map(|at| at.saturating_sub(step.now)) {
            Some(asked) if !asked.is_zero() => {
                let asked = asked.max(self.retry.floor());
                self.back_at = Some(step.now.saturating_add(asked));
                asked
            }
            _ => {
                self.failures = self.failures.saturating_add(1);
                self.retry.pause(self.failures, (step.chance)())
            }
        };
        self.phase = Phase::Waiting { until: step.now.saturating_add(pause) };
        step.tell(Event::Down { why, retry_in: Some(pause) });
    }

    /// Dials, unless something bars it, or the server asked to be left alone for longer.
    fn dial_if_allowed(&mut self, step: &mut Step<'_>) {
        if self.world.bar().is_some() {
            return;
        }
        match self.back_at {
            Some(until) if until > step.now => self.phase = Phase::Waiting { until },
            _ => self.dial(step),
        }
    }

    fn dial(&mut self, step: &mut Step<'_>) {
        self.back_at = None;
        self.generation.advance();
        self.stats.dials += 1;
        self.phase = Phase::Dialling { since: step.now };
        step.tell(Event::Dialling);
        step.commands.push(Command::Find(self.generation));
    }

    fn probe(&mut self, on_waking: bool, step: &mut Step<'_>) {
        if let (Phase::Up { probe, .. }, Some(rhythm)) = (&mut self.phase, self.heartbeat) {
            *probe = Some(Probe { sent: step.now, until: step.now.saturating_add(rhythm.deadline), on_waking });
            step.commands.push(Command::Probe);
        }
    }

    fn end(&mut self, why: EndedWhy, step: &mut Step<'_>) {
        self.hang_up(step);
        self.phase = Phase::Ended;
        step.tell(Event::Ended { why });
    }

    fn hang_up(&mut self, step: &mut Step<'_>) {
        if let Phase::Dialling { .. } | Phase::Greeting { .. } | Phase::Up { .. } | Phase::Closing { .. } = self.phase {
            self.generation.advance();
            self.phase = Phase::Parked;
            step.commands.push(Command::HangUp);
        }
    }

    fn next_wake(&self, now: Duration) -> Option<Duration> {
        let (due, pulse) = match self.phase {
            Phase::Parked | Phase::Ended => return None,
            Phase::Waiting { until } => (until, true),
            Phase::Dialling { since } | Phase::Greeting { since } => (self.gives_up(since), false),
            Phase::Closing { until } => (until, false),
            Phase::Up { probe: Some(probe), .. } => (probe.until, true),
            Phase::Up { heard, probe: None, .. } => (heard.saturating_add(self.heartbeat?.silence), true),
        };
        Some(if pulse && !self.world.hidden { due.min(now.saturating_add(PULSE)) } else { due })
    }
}
