//! A line, as far as all guests are concerned.

use std::{sync::Arc, time::Instant};

use openline_protocol::{PersonId, SessionId};

use super::{Guests, Speakers, Whereabouts};
use crate::{alarms::Tick, wake::Wake};

/// A line's place in the list of lines, and in its session.
///
/// # Drop
/// It is no longer there; a newer line that waits for the session has it.
#[derive(Debug)]
pub(crate) struct Listed {
    guests: Arc<Guests>,
    number: u64,
    wake: Arc<Wake>,
    /// When it is woken next.
    alarm: Tick,
    session: Option<Box<(PersonId, SessionId)>>,
    /// Since when it has taken nothing of how many bytes. Apart, because most lines never do so.
    stall: Option<Box<(Instant, usize)>>,
    is_behind: bool,
}

impl Listed {
    pub(super) fn new(guests: Arc<Guests>, number: u64, wake: Arc<Wake>) -> Self {
        Self { guests, number, wake, alarm: Tick::default(), session: None, stall: None, is_behind: false }
    }

    /// The line's number, which no other ever has.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Has this line woken at that moment, to within a tick, and perhaps earlier: an alarm that is early costs a look, and
    /// setting it anew at each message would cost more.
    pub(crate) fn wake_at(&mut self, at: Instant, now: Instant) {
        let alarms = &self.guests.alarms;
        let (at, now) = (alarms.tick(at), alarms.tick(now));
        if !(now..=at).contains(&self.alarm) {
            self.alarm = at;
            alarms.set(at, self.number);
        }
    }

    /// Asks to speak for a session. An older line that does is told to fall silent; [`Listed::speaks`] tells when it
    /// has, and this line's wake is woken then.
    pub(crate) fn claim(&mut self, person: PersonId, session: SessionId) {
        let key = (person, session);
        self.session = Some(Box::new(key.clone()));
        let mine = (self.number, Arc::clone(&self.wake));
        let mut lines = self.guests.lines.lock();
        match lines.sessions.get_mut(&key) {
            None => drop(lines.sessions.insert(key, Speakers { now: mine, next: None })),
            Some(speakers) => {
                speakers.now.1.replace();
                if let Some((_, waiting)) = speakers.next.replace(mine) {
                    waiting.replace();
                }
            }
        }
    }

    /// Whether this line speaks for its session, or for none.
    pub(crate) fn speaks(&self) -> bool {
        let Some(session) = &self.session else { return true };
        self.guests.lines.lock().sessions.get(session).is_some_and(|speakers| speakers.now.0 == self.number)
    }

    /// Falls silent: a newer line may speak for the session.
    pub(crate) fn yield_session(&mut self) {
        let Some(session) = self.session.take() else { return };
        let mut lines = self.guests.lines.lock();
        let Some(speakers) = lines.sessions.get_mut(&*session) else { return };
        if speakers.next.as_ref().is_some_and(|(number, _)| *number == self.number) {
            speakers.next = None;
        }
        if speakers.now.0 != self.number {
            return;
        }
        match speakers.next.take() {
            Some(next) => {
                next.1.wake();
                speakers.now = next;
            }
            None => drop(lines.sessions.remove(&*session)),
        }
    }

    /// Says that this line doesn't take what it was given, and how far it is in its rooms.
    pub(crate) fn fell_behind(&mut self, places: impl Iterator<Item = Whereabouts>) {
        self.is_behind = true;
        self.guests.behind.lock().insert(self.number, places.collect());
    }

    /// Says that this line takes what it is given.
    pub(crate) fn keeps_up(&mut self) {
        if std::mem::take(&mut self.is_behind) {
            self.guests.behind.lock().remove(&self.number);
        }
    }

    /// Says how many bytes this line has still to take, and since when it has taken none. Once it was told to go, or goes
    /// by itself, it says `None`.
    pub(crate) fn set_stall(&mut self, stall: Option<(Instant, usize)>) {
        // Most lines take everything at once, always, and need not touch what all share.
        if stall.as_ref() == self.stall.as_deref() {
            return;
        }
        let mut slow = self.guests.slow.lock();
        if let Some((since, _)) = self.stall.as_deref() {
            slow.remove(*since, self.number);
        }
        if let Some((since, bytes)) = stall {
            slow.put(since, self.number, bytes, &self.wake);
        }
        self.stall = stall.map(Box::new);
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.yield_session();
        self.keeps_up();
        self.set_stall(None);
        let is_last = {
            let mut lines = self.guests.lines.lock();
            lines.open.remove(&self.number);
            lines.open.is_empty()
        };
        if is_last {
            self.guests.left.notify_waiters();
        }
    }
}
