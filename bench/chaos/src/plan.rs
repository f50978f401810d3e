//! What will be done, all of it drawn from one seed. Pure.
//!
//! The same seed and length give the same members, posts and faults at the same times. What comes of it is not the
//! same to the last interleaving, because processes and sockets run in real time.

use std::{fmt, ops::Range, time::Duration};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// What will be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) rooms: Vec<String>,
    pub(crate) tabs: Vec<Tab>,
    /// What the server is told on its command line, in each of its lives.
    pub(crate) options: Vec<String>,
    /// In the order they are done.
    pub(crate) steps: Vec<Step>,
    /// How long it takes.
    pub(crate) length: Duration,
}

/// A page somebody has open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tab {
    pub(crate) name: String,
    /// Whose; tabs of one person share a store.
    pub(crate) person: usize,
    pub(crate) kind: Kind,
}

/// By which client logic a tab lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The product's own replicas and outbox.
    Replicas,
    /// Written from the wire's description alone.
    Stranger,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) at: Duration,
    pub(crate) act: Act,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// Somebody writes something.
    Write { tab: usize, room: usize, what: What },
    /// A tab is loaded anew.
    Reload { tab: usize },
    /// A member's own clock jumps by so many milliseconds.
    Jump { tab: usize, by: i64 },
    /// A member's line is treated badly.
    Line { tab: usize, fault: Fault },
    /// All lines break at once.
    CutAll,
    /// The server's process is killed, and started again after a while.
    Kill { down: Duration },
    /// The server is told to stop, and started again after a while; with room for so many more bytes of data, if any.
    Restart { down: Duration, room_for: Option<u64> },
    /// The server's wall clock is so many seconds off from now on.
    Clock { off: i64 },
    /// The server's data is backed up, whatever it is doing.
    Backup,
    /// The server is killed, and started again on the last backup, if there is one.
    PutBack { down: Duration },
}

/// What somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Text(usize),
    Bytes(usize),
    /// More than a text may have: it is refused for good.
    TooLong,
}

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// It is closed in both directions.
    Cut,
    /// It is reset, whatever is on its way.
    Reset,
    /// Nothing comes through, in one direction or both, for a while.
    Stall { way: Way, time: Duration },
    /// Everything comes later and in small pieces, for a while.
    Delay { each: Duration, piece: usize, time: Duration },
    /// The server's side is closed; the member's stays open for a while, and silent.
    HalfOpen { time: Duration },
    /// The member's side is closed; the server's stays open for a while, and silent.
    Ghost { time: Duration },
    /// So many more bytes come through, and then it is cut, in the middle of a frame or not.
    Truncate { way: Way, after: usize },
    /// Nobody is let through for a while.
    Shut { time: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
    Both,
}

impl Plan {
    pub(crate) fn new(seed: u64, length: Duration) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let rooms = (1..=rng.random_range(1..=3)).map(|n| format!("room-{n}")).collect();
        let tabs = cast(&mut rng);
        let options = options(&mut rng);
        let mut plan = Self { seed, rooms, tabs, options, steps: Vec::new(), length };
        plan.write_steps(&mut rng);
        plan.line_steps(&mut rng);
        plan.server_steps(&mut rng);
        plan.steps.sort_by_key(|step| step.at);
        plan
    }

    fn write_steps(&mut self, rng: &mut SmallRng) {
        let mut at = Duration::ZERO;
        while at < self.length {
            // Somebody writes by and by, or a lot at once.
            let count = if rng.random_ratio(1, 12) { rng.random_range(5..30) } else { 1 };
            let (tab, room) = (self.tab(rng), rng.random_range(0..self.rooms.len()));
            for _ in 0..count {
                let what = match rng.random_range(0..100) {
                    0..80 => What::Text(rng.random_range(0..200)),
                    80..88 => What::Text(rng.random_range(200..=4_000)),
                    88..97 => What::Bytes(rng.random_range(0..20_000)),
                    97..99 => What::Bytes(rng.random_range(20_000..200_000)),
                    _ => What::TooLong,
                };
                self.steps.push(Step { at, act: Act::Write { tab, room, what } });
            }
            at += millis(rng, 10..250);
        }
    }

    fn line_steps(&mut self, rng: &mut SmallRng) {
        let mut at = millis(rng, 100..900);
        while at < self.length {
            let tab = self.tab(rng);
            let act = match rng.random_range(0..100) {
                0..6 => Act::Reload { tab },
                6..12 => Act::Jump { tab, by: rng.random_range(-600_000..600_000) },
                12..16 => Act::CutAll,
                _ => Act::Line { tab, fault: fault(rng) },
            };
            self.steps.push(Step { at, act });
            at += millis(rng, 50..900);
        }
    }

    fn server_steps(&mut self, rng: &mut SmallRng) {
        let mut at = millis(rng, 500..3_000);
        if self.puts_back() {
            // So that there is one to be put back from the beginning.
            self.steps.push(Step { at, act: Act::Backup });
        }
        while at < self.length {
            let down = millis(rng, 0..800);
            // Where data is put back much may be missing, so that less can be found: in some plans only.
            let act = match rng.random_range(0..if self.puts_back() { 14 } else { 10 }) {
                0..5 => Act::Kill { down },
                5..7 => Act::Restart { down, room_for: None },
                7..9 => Act::Restart { down, room_for: Some(rng.random_range(4_096..200_000)) },
                9 => Act::Clock { off: rng.random_range(-7_200..7_200) },
                10..12 => Act::Backup,
                _ => Act::PutBack { down },
            };
            self.steps.push(Step { at, act });
            at += millis(rng, 800..4_000);
        }
    }

    /// Whether the server's data is put back to an earlier state some time.
    pub(crate) fn puts_back(&self) -> bool {
        self.seed.is_multiple_of(4)
    }

    fn tab(&self, rng: &mut SmallRng) -> usize {
        rng.random_range(0..self.tabs.len())
    }
}

/// Three to six people, the first with two tabs, the last one a stranger.
fn cast(rng: &mut SmallRng) -> Vec<Tab> {
    let people = rng.random_range(3..=6);
    let persons = [0].into_iter().chain(0..people);
    let tab = |(number, person)| {
        let kind = if person + 1 == people { Kind::Stranger } else { Kind::Replicas };
        Tab { name: format!("tab {number} of person {person}"), person, kind }
    };
    persons.enumerate().map(tab).collect()
}

/// Small limits, so that they are met; short times, so that a dead line is found out soon.
fn options(rng: &mut SmallRng) -> Vec<String> {
    let mut options =
        "--beat-every 1 --ping-every 2 --pong-time 2 --write-time 3 --hello-time 3 --stop-time 2".to_owned();
    let mut draw = |rng: &mut SmallRng, name: &str, values: &[u32]| {
        let value = values.get(rng.random_range(0..values.len())).copied().unwrap_or_default();
        options.push_str(&format!(" --{name} {value}"));
    };
    draw(rng, "tail", &[1, 4_096, 65_536, 1_048_576]);
    draw(rng, "in-flight", &[1, 4, 64]);
    draw(rng, "rate", &[50, 200, 1_000]);
    draw(rng, "burst", &[10, 100, 1_000]);
    draw(rng, "unsent", &[100_000, 1_000_000, 64_000_000]);
    draw(rng, "unwritten", &[10_000, 1_000_000, 32_000_000]);
    draw(rng, "behind", &[20, 500, 100_000]);
    if rng.random_ratio(1, 3) {
        draw(rng, "keep-entries", &[10, 50, 200]);
    }
    options.split(' ').map(str::to_owned).collect()
}

fn fault(rng: &mut SmallRng) -> Fault {
    let way = |rng: &mut SmallRng| match rng.random_range(0..3) {
        0 => Way::Up,
        1 => Way::Down,
        _ => Way::Both,
    };
    match rng.random_range(0..8) {
        0 => Fault::Cut,
        1 => Fault::Reset,
        2 => Fault::Stall { way: way(rng), time: millis(rng, 50..6_000) },
        3 => {
            Fault::Delay { each: millis(rng, 1..40), piece: rng.random_range(1..2_000), time: millis(rng, 200..3_000) }
        }
        4 => Fault::HalfOpen { time: millis(rng, 100..6_000) },
        5 => Fault::Ghost { time: millis(rng, 100..6_000) },
        6 => Fault::Truncate { way: way(rng), after: rng.random_range(0..3_000) },
        _ => Fault::Shut { time: millis(rng, 50..2_000) },
    }
}

fn millis(rng: &mut SmallRng, range: Range<u64>) -> Duration {
    Duration::from_millis(rng.random_range(range))
}

impl Act {
    /// Whether it is done to the server, and not to a member or a line.
    pub(crate) fn is_servers(&self) -> bool {
        match self {
            Self::Kill { .. } | Self::Restart { .. } | Self::Clock { .. } | Self::Backup | Self::PutBack { .. } => true,
            Self::Write { .. } | Self::Reload { .. } | Self::Jump { .. } | Self::Line { .. } | Self::CutAll => false,
        }
    }
}

impl fmt::Display for Act {
    /// What kind of thing it is, for counting.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write { .. } => "posts written",
            Self::Reload { .. } => "pages reloaded",
            Self::Jump { .. } => "members' clocks moved",
            Self::CutAll => "all lines cut at once",
            Self::Kill { .. } => "servers killed",
            Self::Restart { room_for: None, .. } => "servers restarted",
            Self::Restart { room_for: Some(_), .. } => "servers restarted with a nearly full disk",
            Self::Clock { .. } => "server's clock moved",
            Self::Backup => "backups",
            Self::PutBack { .. } => "servers put back to a backup",
            Self::Line { fault, .. } => match fault {
                Fault::Cut => "lines cut",
                Fault::Reset => "lines reset",
                Fault::Stall { .. } => "lines stalled",
                Fault::Delay { .. } => "lines slowed",
                Fault::HalfOpen { .. } => "lines half open to the member",
                Fault::Ghost { .. } => "lines half open to the server",
                Fault::Truncate { .. } => "lines cut in the middle of a frame",
                Fault::Shut { .. } => "doors shut",
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_one_another() {
        let plan = |seed| Plan::new(seed, Duration::from_secs(20));
        assert_eq!(plan(7), plan(7));
        assert_ne!(plan(7).steps, plan(8).steps);
    }

    #[test]
    fn in_some_minutes_everything_that_can_happen_does_and_in_order() {
        let plan = Plan::new(4, Duration::from_secs(300));
        let kinds: BTreeSet<_> = plan.steps.iter().map(|step| step.act.to_string()).collect();
        assert_eq!(kinds.len(), 18, "{kinds:?}");
        assert!(plan.steps.is_sorted_by_key(|step| step.at));
    }
}
