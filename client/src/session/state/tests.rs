//! Random schedules: whatever happens in whatever order, the invariants hold.

use super::*;
use crate::close::CloseEvent;

const SEEDS: u64 = 2_000;
const STEPS: usize = 300;

/// A small generator, so that a schedule is its seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn unit(&mut self) -> f64 {
        self.roll(1 << 20) as f64 / f64::from(1 << 20)
    }
}

const RETRY: Retry = Retry {
    first: Duration::from_secs(1),
    most: Duration::from_secs(30),
    least: Duration::from_millis(100),
    held: Duration::from_secs(10),
    ready_within: Duration::from_secs(15),
};
const RHYTHM: Rhythm = Rhythm { silence: Duration::from_secs(20), deadline: Duration::from_secs(5) };

/// A state in a world that does anything, with what it may not do written down as it goes.
struct World {
    state: State,
    dice: Dice,
    now: Duration,
    live: Option<Generation>,
    past: Vec<Generation>,
    failed_at: Option<Duration>,
    ended: bool,
    dials: usize,
    heard: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let ready = if seed.is_multiple_of(2) { Ready::Open } else { Ready::FirstMessage };
        let state = State::new(RETRY, ready, Some(RHYTHM));
        let mut world = Self {
            state,
            dice: Dice(seed),
            now: Duration::ZERO,
            live: None,
            past: Vec::new(),
            failed_at: None,
            ended: false,
            dials: 0,
            heard: 0,
        };
        world.step(Input::Start);
        world
    }

    fn step(&mut self, input: Input) {
        let slept = self.state.has_slept(self.now);
        let was_asked = slept
            || matches!(
                input,
                Input::Start
                    | Input::TryNow
                    | Input::Page(PageEvent::Online | PageEvent::Visible | PageEvent::Resumed | PageEvent::Returned)
            );
        let is_stale = matches!(&input, Input::Line(generation, _) if Some(*generation) != self.live);
        let is_tick = matches!(input, Input::Tick);
        let fed = input.clone();
        let random = self.dice.unit();
        let mut commands = Vec::new();
        let mut short = self.state.clone();
        let heard = matches!(input, Input::Line(generation, LineInput::Message) if short.hears(generation, self.now));
        self.state.step(input, &mut Step { now: self.now, chance: &|| random, commands: &mut commands });
        // Written out only where something is wrong: that takes longer than the steps themselves.
        let told = || format!("{fed:?} at {:?} led to {:?}", self.now, self.state);
        if heard {
            assert_eq!(
                (&short, &commands[..]),
                (&self.state, &[Command::Deliver][..]),
                "the short way led elsewhere: {}",
                told()
            );
            self.heard += 1;
        }
        assert!(!is_stale || slept || commands.is_empty(), "an old line did {commands:?}: {}", told());
        assert!(!self.ended || commands.is_empty(), "after the end {commands:?}: {}", told());
        for command in &commands {
            match command {
                Command::Find(generation) => {
                    assert_eq!(self.live, None, "two lines at once: {}", told());
                    if let Some(failed_at) = self.failed_at.take() {
                        assert!(was_asked || self.now >= failed_at + RETRY.least, "dialled at once: {}", told());
                    }
                    assert!(!self.past.contains(generation), "a number used twice: {}", told());
                    self.past.push(*generation);
                    self.live = Some(*generation);
                    self.dials += 1;
                }
                Command::Connect(generation, _) => assert_eq!(self.live, Some(*generation), "{}", told()),
                Command::HangUp => assert!(self.live.take().is_some(), "hung up on nobody: {}", told()),
                Command::Probe | Command::Close(..) | Command::Deliver => {
                    assert!(self.live.is_some(), "spoke to nobody: {}", told())
                }
                Command::Tell(Event::Down { retry_in, .. }) => {
                    assert_eq!(self.live, None, "down with a line: {}", told());
                    assert_ne!(*retry_in, Some(Duration::ZERO), "{}", told());
                    self.failed_at = Some(self.now);
                }
                Command::Tell(Event::Ended { .. }) => {
                    assert_eq!(self.live, None, "ended with a line: {}", told());
                    self.ended = true;
                }
                Command::Tell(_) => {}
            }
        }
        if is_tick {
            assert!(self.state.wake_at().is_none_or(|at| at > self.now), "a timer that spins: {}", told());
        }
    }

    fn anything(&mut self) {
        let input = match self.dice.roll(30) {
            0..=14 => self.line_input(),
            15 => Input::TryNow,
            16 => Input::ComeBackIn(Duration::from_millis(self.dice.roll(20_000))),
            17 => Input::InboxFull,
            18 => Input::InboxDrained,
            19 if self.dice.roll(30) == 0 => Input::Close(Some(1000), None),
            20 if self.dice.roll(60) == 0 => Input::Stop,
            21..=25 => Input::Page(self.page_event()),
            _ => return self.pass_time(),
        };
        self.step(input);
    }

    fn line_input(&mut self) -> Input {
        let stale = self.dice.roll(6) == 0;
        let number = self.dice.roll(self.past.len() as u64) as usize;
        let generation = if stale { self.past[number] } else { self.live.unwrap_or(self.past[number]) };
        let input = match self.dice.roll(9) {
            0 | 1 => LineInput::Found("ws://a".into()),
            2 => LineInput::NotFound("no token".into()),
            3..=5 => LineInput::Opened,
            6 | 7 => LineInput::Message,
            _ => {
                let event = CloseEvent { code: 1006, reason: String::new(), was_clean: false };
                LineInput::Closed { event, worth_a_retry: self.dice.roll(300) != 0 }
            }
        };
        Input::Line(generation, input)
    }

    fn page_event(&mut self) -> PageEvent {
        use PageEvent::*;
        let events = [Online, Online, Offline, Visible, Hidden, Frozen, Resumed, Resumed, Left, Returned, Returned];
        events[self.dice.roll(events.len() as u64) as usize]
    }

    /// On time, a little early, or late by anything up to a long sleep.
    fn pass_time(&mut self) {
        let due = self.state.wake_at().unwrap_or(self.now + Duration::from_secs(1));
        self.now = match self.dice.roll(8) {
            0 => self.now + Duration::from_millis(self.dice.roll(500)),
            1 => due.max(self.now) + Duration::from_millis(self.dice.roll(200_000)),
            _ => due.max(self.now),
        };
        self.step(Input::Tick);
    }
}

#[test]
fn whatever_happens_there_is_one_line_no_hurry_after_a_failure_and_an_end_that_is_one() {
    let (mut dials, mut heard) = (0, 0);
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.anything();
        }
        dials += world.dials;
        heard += world.heard;
    }
    assert!(dials > SEEDS as usize * 5, "the schedules got nowhere: {dials} dials");
    assert!(heard > SEEDS as usize / 4, "next to no message took the short way: {heard}");
}

#[test]
fn whatever_happened_a_session_left_in_peace_comes_up_again() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS / 3 {
            world.anything();
        }
        for event in [PageEvent::Online, PageEvent::Resumed, PageEvent::Returned, PageEvent::Visible] {
            world.step(Input::Page(event));
        }
        world.step(Input::InboxDrained);
        for _ in 0..200 {
            if let Some(generation) = world.live {
                world.step(Input::Line(generation, LineInput::Opened));
                world.step(Input::Line(generation, LineInput::Message));
            }
            if matches!(world.state.phase, Phase::Up { .. } | Phase::Ended) {
                break;
            }
            world.now = world.state.wake_at().unwrap_or(world.now).max(world.now);
            world.step(Input::Tick);
        }
        assert!(matches!(world.state.phase, Phase::Up { .. } | Phase::Ended), "seed {seed}: {:?}", world.state);
    }
}

#[test]
fn a_line_that_goes_silent_is_noticed_within_silence_and_deadline_whatever_came_before() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS / 3 {
            world.anything();
        }
        let Phase::Up { .. } = world.state.phase else { continue };
        let silent_from = world.now;
        world.step(Input::Tick);
        while world.live.is_some() && matches!(world.state.phase, Phase::Up { .. }) {
            world.now = world.state.wake_at().unwrap_or(world.now).max(world.now);
            world.step(Input::Tick);
        }
        assert!(world.now <= silent_from + RHYTHM.silence + RHYTHM.deadline, "seed {seed}: {:?}", world.state);
    }
}
