//! What a session tells.

use std::{fmt, time::Duration};

use crate::{close::CloseEvent, endpoint::OpenError, message::Message};

/// What happens to a session, in order.
///
/// Each try goes `Dialling`, `Opened`, `Up`, then any number of `Message`, then `Down`; it may be `Down` at any step.
/// Before `Opened` nothing can be sent, and after `Down` nothing of that line comes any more.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A try has begun.
    Dialling,
    /// The socket is open: what the server has to hear first can be sent now.
    Opened,
    /// The line is ready, in the sense of [`Ready`](crate::Ready).
    Up,
    /// A message came.
    Message(Message),
    /// The line is lost, or a try has failed.
    Down {
        /// What happened.
        why: DownWhy,
        /// How long from now until the next try. None where it waits for something else: see [`DownWhy`].
        retry_in: Option<Duration>,
    },
    /// The session is over; this is its last event.
    Ended {
        /// What ended it.
        why: EndedWhy,
    },
}

/// An event that waits to be read. Nearly each is a message, and has no more room than one needs.
pub(super) enum Unread {
    Message(Message),
    Other(Box<Event>),
}

impl From<Event> for Unread {
    fn from(event: Event) -> Self {
        match event {
            Event::Message(message) => Self::Message(message),
            other => Self::Other(Box::new(other)),
        }
    }
}

impl From<Unread> for Event {
    #[inline]
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Message(message) => Self::Message(message),
            Unread::Other(event) => *event,
        }
    }
}

/// Why a line is down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownWhy {
    /// The browser says so.
    Closed(CloseEvent),
    /// The line was silent, and a probe had no answer in time.
    Silent,
    /// The try took longer than [`Retry::ready_within`](crate::Retry::ready_within).
    NotReady,
    /// The address given for this try can't be dialled.
    Unopenable(OpenError),
    /// No address was given for this try, in the words of who should have.
    NoEndpoint(String),
    /// The browser has no network. Dialled again as soon as it has.
    Offline,
    /// The page is frozen, or kept aside while its reader is elsewhere. Dialled again as soon as it is back.
    Away,
    /// More came unread than [`InboxLimit`](crate::InboxLimit) allows. Dialled again once half of it is read.
    InboxFull,
}

impl fmt::Display for DownWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(event) => write_close(f, event),
            Self::Silent => f.write_str("the line went silent"),
            Self::NotReady => f.write_str("nobody answered in time"),
            Self::Unopenable(error) => write!(f, "{error}"),
            Self::NoEndpoint(words) => write!(f, "no address to dial: {words}"),
            Self::Offline => f.write_str("there is no network"),
            Self::Away => f.write_str("the page was put aside"),
            Self::InboxFull => f.write_str("more came than was read"),
        }
    }
}

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedWhy {
    /// It was asked to: closed, or dropped. With the close event, where there was an open line to close and it ended in
    /// time.
    Asked(Option<CloseEvent>),
    /// A close that `worth_a_retry` said no to.
    NotWorthARetry(CloseEvent),
    /// The session's only address can't be dialled, now or later.
    Unopenable(OpenError),
}

impl fmt::Display for EndedWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(_) => f.write_str("closed from here"),
            Self::NotWorthARetry(event) => write_close(f, event),
            Self::Unopenable(error) => write!(f, "{error}"),
        }
    }
}

fn write_close(f: &mut fmt::Formatter<'_>, event: &CloseEvent) -> fmt::Result {
    match &event.reason {
        none if none.is_empty() => write!(f, "closed with {}", event.code),
        reason => write!(f, "closed with {}: {reason}", event.code),
    }
}
