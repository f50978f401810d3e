//! One step of a session: what happened, and what is to be done about it.

use std::time::Duration;

use super::{Event, heartbeat::Rhythm};
use crate::{
    close::CloseEvent,
    endpoint::{Endpoint, OpenError},
    source::PageEvent,
};

/// One step in the making: when it is, the chance there is, and the commands so far.
pub(crate) struct Step<'a> {
    pub(crate) now: Duration,
    /// A fresh random number from 0 to 1 at each call.
    pub(crate) chance: &'a dyn Fn() -> f64,
    pub(crate) commands: &'a mut Vec<Command>,
}

/// One try's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation(u64);

#[derive(Clone, Debug)]
pub(crate) enum Input {
    Start,
    Line(Generation, LineInput),
    Tick,
    Page(PageEvent),
    Heartbeat(Rhythm),
    TryNow,
    ComeBackIn(Duration),
    InboxFull,
    InboxDrained,
    Close(Option<u16>, Option<String>),
    /// The session is dropped.
    Stop,
}

#[derive(Clone, Debug)]
pub(crate) enum LineInput {
    Found(Endpoint),
    NotFound(String),
    Unopenable {
        error: OpenError,
        for_good: bool,
    },
    Opened,
    /// One came. Whoever drives has it: nothing here depends on what is in it.
    Message,
    Closed {
        event: CloseEvent,
        worth_a_retry: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Find out where to dial.
    Find(Generation),
    Connect(Generation, Endpoint),
    /// Let go of the line, or of finding out where to.
    HangUp,
    Probe,
    Close(Option<u16>, Option<String>),
    /// Hand the message that came to the reader.
    Deliver,
    Tell(Event),
}

impl Generation {
    pub(super) fn advance(&mut self) {
        self.0 += 1;
    }
}

impl Step<'_> {
    pub(super) fn tell(&mut self, event: Event) {
        self.commands.push(Command::Tell(event));
    }
}
