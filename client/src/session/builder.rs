//! A session described before it begins.

use std::{cell::RefCell, fmt, rc::Rc};

use super::{
    Events, Heartbeat, Retry, Session,
    driver::{Address, Driver},
    state::{Ready, State},
};
#[cfg(not(target_family = "wasm"))]
use crate::source::Script;
use crate::{
    close::CloseEvent,
    endpoint::Endpoint,
    inbox::{Inbox, InboxLimit},
    message::BinaryType,
    source::Source,
};

/// A session to be. [`Session::builder`] makes one.
#[must_use]
pub struct SessionBuilder {
    address: Address,
    source: Source,
    retry: Retry,
    heartbeat: Option<Heartbeat>,
    ready: Ready,
    worth_a_retry: Box<dyn Fn(&CloseEvent) -> bool>,
    binary_type: BinaryType,
    inbox: InboxLimit,
}

impl SessionBuilder {
    pub(super) fn fixed(endpoint: Endpoint) -> Self {
        Self::new(Address::Fixed(endpoint))
    }

    pub(super) fn found<F, E>(find: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<Endpoint, E>> + 'static,
        E: fmt::Display,
    {
        Self::new(Address::Found(Box::new(move || {
            let found = find();
            Box::pin(async move { found.await.map_err(|error| error.to_string()) })
        })))
    }

    fn new(address: Address) -> Self {
        Self {
            address,
            source: Source::default(),
            retry: Retry::default(),
            heartbeat: None,
            ready: Ready::default(),
            worth_a_retry: Box::new(|_| true),
            binary_type: BinaryType::default(),
            inbox: InboxLimit::default(),
        }
    }

    /// When to dial again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How to notice a dead line. Without one, only the browser's own close is noticed, which may take minutes.
    pub fn heartbeat(mut self, heartbeat: Heartbeat) -> Self {
        self.heartbeat = Some(heartbeat);
        self
    }

    /// When the line is called up; when the socket opened unless told otherwise.
    pub fn ready(mut self, ready: Ready) -> Self {
        self.ready = ready;
        self
    }

    /// Which closes are worth another try. All are, unless told otherwise.
    pub fn worth_a_retry(mut self, judge: impl Fn(&CloseEvent) -> bool + 'static) -> Self {
        self.worth_a_retry = Box::new(judge);
        self
    }

    /// How binary messages arrive; as [`Message::Bytes`](crate::Message::Bytes) unless told otherwise.
    pub fn binary_type(mut self, binary_type: BinaryType) -> Self {
        self.binary_type = binary_type;
        self
    }

    /// How much may wait unread.
    pub fn inbox(mut self, limit: InboxLimit) -> Self {
        self.inbox = limit;
        self
    }

    /// Runs it in a scripted world instead of a browser.
    #[cfg(not(target_family = "wasm"))]
    pub fn script(mut self, script: &Script) -> Self {
        self.source = Source::Script(script.clone());
        self
    }

    /// Begins: dials at once. What becomes of it, the events tell; also that the address is none.
    pub fn open(self) -> (Session, Events) {
        let rhythm = self.heartbeat.as_ref().map(Heartbeat::rhythm);
        let driver = Rc::new(Driver {
            source: self.source,
            inbox: Inbox::new(self.inbox),
            counters: Default::default(),
            address: self.address,
            binary_type: self.binary_type,
            worth_a_retry: self.worth_a_retry,
            probe: RefCell::new(self.heartbeat.map(|heartbeat| heartbeat.probe)),
            state: RefCell::new(State::new(self.retry, self.ready, rhythm)),
            held: Default::default(),
        });
        driver.start();
        (Session { driver: driver.clone() }, Events { driver })
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("retry", &self.retry).field("ready", &self.ready).finish_non_exhaustive()
    }
}
