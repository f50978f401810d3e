//! Who is connected: seats, and which line speaks for a session.

mod listed;

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use openline_protocol::{PersonId, Seq, SessionId};
use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) use self::listed::Listed;
use crate::{
    alarms::{Alarms, TICK},
    room::Room,
    slow::Slow,
    wake::Wake,
};

/// How often is looked whether slow lines hold too much.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// All guests.
#[derive(Debug)]
pub(crate) struct Guests {
    seats: Mutex<Seats>,
    most: usize,
    per_address: usize,
    proxies: Vec<IpAddr>,
    lines: Mutex<Lines>,
    numbers: AtomicU64,
    slow: Mutex<Slow>,
    alarms: Alarms,
    /// How far the lines are that don't take what they were given.
    behind: Mutex<HashMap<u64, Vec<Whereabouts>>>,
    left: Notify,
    is_draining: AtomicBool,
}

#[derive(Debug, Default)]
struct Seats {
    taken: usize,
    by_address: HashMap<IpAddr, usize>,
}

#[derive(Debug, Default)]
struct Lines {
    open: HashMap<u64, Arc<Wake>>,
    sessions: HashMap<(PersonId, SessionId), Speakers>,
    is_stopping: bool,
}

/// The line that speaks for a session, and the newer one that waits for it to fall silent.
#[derive(Debug)]
struct Speakers {
    now: (u64, Arc<Wake>),
    next: Option<(u64, Arc<Wake>)>,
}

/// A room, and how far a line is in it.
type Whereabouts = (Weak<Room>, Seq);

impl NoSeat {
    /// It in a word, for who counts.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::FullForAddress => "full_for_address",
        }
    }
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoSeat {
    #[error("the server has as many connections as it takes; try again later")]
    Full,
    #[error("there are too many connections from your address; close some, or try again later")]
    FullForAddress,
}

impl Guests {
    pub(crate) fn new(most: usize, per_address: usize, unsent: usize, proxies: Vec<IpAddr>) -> Self {
        Self {
            seats: Mutex::default(),
            most,
            per_address,
            proxies,
            lines: Mutex::default(),
            numbers: AtomicU64::new(0),
            slow: Mutex::new(Slow::new(unsent)),
            alarms: Alarms::new(Instant::now()),
            behind: Mutex::default(),
            left: Notify::new(),
            is_draining: AtomicBool::new(false),
        }
    }

    /// A seat for a connection from this address.
    pub(crate) fn seat(self: &Arc<Self>, address: IpAddr) -> Result<Seat, NoSeat> {
        let address = address.to_canonical();
        let counted = !(address.is_loopback() || self.proxies.contains(&address));
        let network = counted.then(|| network(address));
        let mut seats = self.seats.lock();
        if seats.taken >= self.most {
            return Err(NoSeat::Full);
        }
        if let Some(network) = network {
            let taken = seats.by_address.entry(network).or_default();
            if *taken >= self.per_address {
                return Err(NoSeat::FullForAddress);
            }
            *taken += 1;
        }
        seats.taken += 1;
        Ok(Seat { guests: Arc::clone(self), network })
    }

    /// Lists a line, so that it can be told when the server stops.
    pub(crate) fn line(self: &Arc<Self>, wake: Arc<Wake>) -> Listed {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let mut lines = self.lines.lock();
        if lines.is_stopping {
            wake.stop();
        }
        lines.open.insert(number, Arc::clone(&wake));
        Listed::new(Arc::clone(self), number, wake)
    }

    /// Says that the server is about to stop.
    pub(crate) fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Whether who comes now may stay.
    pub(crate) fn are_welcome(&self) -> bool {
        !self.is_draining.load(Ordering::Relaxed) && !self.lines.lock().is_stopping
    }

    /// Tells all lines, also those that come from now on, that the server stops.
    pub(crate) fn stop(&self) {
        let mut lines = self.lines.lock();
        lines.is_stopping = true;
        lines.open.values().for_each(|wake| wake.stop());
    }

    /// How many lines are open.
    pub(crate) fn lines(&self) -> usize {
        self.lines.lock().open.len()
    }

    /// Waits until no line is open.
    ///
    /// # Cancel safety
    /// Nothing changes.
    pub(crate) async fn left(&self) {
        loop {
            let mut left = std::pin::pin!(self.left.notified());
            // Before the look, so that who leaves after it is not missed.
            left.as_mut().enable();
            if self.lines() == 0 {
                return;
            }
            left.await;
        }
    }

    /// How many bytes slow lines have still to take, in all.
    pub(crate) fn unsent(&self) -> usize {
        self.slow.lock().bytes()
    }

    /// Looks, for as long as there are guests, whether slow lines hold too much, and tells the stalest to go.
    pub(crate) async fn shed(guests: Weak<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Some(guests) = guests.upgrade() else { return };
            let shed = guests.slow.lock().shed(Instant::now());
            if !shed.is_empty() {
                tracing::warn!(lines = shed.len(), "slow lines hold too much: the stalest are told to come back");
            }
            shed.iter().for_each(|wake| wake.shed());
        }
    }

    /// Wakes lines at the moments they asked for, as long as there are guests.
    pub(crate) async fn keep_time(guests: Weak<Self>) {
        loop {
            tokio::time::sleep(TICK).await;
            let Some(guests) = guests.upgrade() else { return };
            let due = guests.alarms.due(Instant::now());
            let lines = guests.lines.lock();
            due.filter_map(|line| lines.open.get(&line)).for_each(|wake| wake.wake());
        }
    }

    /// How many entries the slowest line is behind.
    pub(crate) fn slowest(&self) -> u64 {
        let behind = |(room, cursor): &Whereabouts| {
            room.upgrade().map_or(0, |room| room.head().number().saturating_sub(cursor.number()))
        };
        self.behind.lock().values().flatten().map(behind).max().unwrap_or(0)
    }
}

/// A connection's seat.
///
/// # Drop
/// The seat is free.
#[derive(Debug)]
pub(crate) struct Seat {
    guests: Arc<Guests>,
    network: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.guests.seats.lock();
        seats.taken -= 1;
        let Some(network) = self.network else { return };
        if let Some(taken) = seats.by_address.get_mut(&network) {
            *taken -= 1;
            if *taken == 0 {
                seats.by_address.remove(&network);
            }
        }
    }
}

/// What one guest can have many addresses of: for IPv6, a /64 network.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guests(most: usize, per_address: usize) -> Arc<Guests> {
        Arc::new(Guests::new(most, per_address, 1 << 20, vec!["10.0.0.1".parse().unwrap()]))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_seat_is_free_again_once_it_is_left() {
        let guests = guests(9, 2);
        let one = guests.seat(address("192.0.2.1")).unwrap();
        let _two = guests.seat(address("192.0.2.1")).unwrap();
        assert_eq!(guests.seat(address("::ffff:192.0.2.1")).unwrap_err(), NoSeat::FullForAddress);
        assert!(guests.seat(address("192.0.2.2")).is_ok(), "others are not concerned");
        drop(one);
        assert!(guests.seat(address("192.0.2.1")).is_ok());
        assert_eq!(guests.seats.lock().by_address.len(), 1);
    }

    #[test]
    fn loopback_and_proxies_have_many_guests_behind_them() {
        let guests = guests(9, 1);
        let _seats: Vec<_> = ["127.0.0.1", "127.0.0.1", "::1", "::1", "10.0.0.1", "10.0.0.1", "::ffff:10.0.0.1"]
            .map(|a| guests.seat(address(a)).unwrap())
            .into();
        let _one = guests.seat(address("2001:db8::1")).unwrap();
        assert!(guests.seat(address("2001:db8::2")).is_err(), "one network");
        assert!(guests.seat(address("2001:db8:0:1::1")).is_ok());
        let _last = guests.seat(address("127.0.0.1")).unwrap();
        assert_eq!(guests.seat(address("127.0.0.1")).unwrap_err(), NoSeat::Full);
    }

    #[test]
    fn only_the_newest_line_of_a_session_speaks_and_only_once_the_older_is_silent() {
        let guests = guests(9, 9);
        let person = PersonId(uuid::Uuid::nil());
        let session = SessionId::new("s").unwrap();
        let wakes: Vec<_> = (0..3).map(|_| Arc::new(Wake::default())).collect();
        let mut lines: Vec<_> = wakes.iter().map(|wake| guests.line(Arc::clone(wake))).collect();
        lines.iter_mut().for_each(|line| line.claim(person, session.clone()));
        let speaks = |lines: &[Listed]| lines.iter().map(Listed::speaks).collect::<Vec<_>>();
        assert_eq!(speaks(&lines), [true, false, false]);
        assert_eq!(wakes.iter().map(|wake| wake.is_replaced()).collect::<Vec<_>>(), [true, true, false]);
        drop(lines.remove(1));
        assert_eq!(speaks(&lines), [true, false]);
        lines[0].yield_session();
        assert!(lines[1].speaks());
        lines.clear();
        assert!(guests.lines.lock().sessions.is_empty());
    }

    #[test]
    fn a_line_that_comes_while_the_server_stops_is_told_at_once() {
        let guests = guests(9, 9);
        guests.stop();
        let wake = Arc::new(Wake::default());
        let _line = guests.line(Arc::clone(&wake));
        assert!(wake.is_stopping());
    }
}
