//! A connection described before it is dialled.

use std::{cell::Cell, future::poll_fn, rc::Rc, task::Poll, time::Duration};

use super::{
    ConnectError, Connection,
    shared::{Settings, Shared},
};
#[cfg(not(target_family = "wasm"))]
use crate::source::Script;
use crate::{endpoint::Endpoint, inbox::InboxLimit, message::BinaryType, source::Source};

/// A connection to be. [`Connection::builder`] makes one.
#[derive(Debug)]
#[must_use]
pub struct ConnectionBuilder {
    endpoint: Endpoint,
    source: Source,
    settings: Settings,
    timeout: Duration,
}

impl ConnectionBuilder {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            source: Source::default(),
            settings: Settings {
                binary_type: BinaryType::default(),
                inbox: InboxLimit::default(),
                high: 1 << 20,
                low: 1 << 18,
            },
            timeout: Duration::from_secs(30),
        }
    }

    /// Offers sub-protocols, the dearest first.
    pub fn protocols<I: IntoIterator<Item: Into<String>>>(mut self, protocols: I) -> Self {
        self.endpoint = self.endpoint.protocols(protocols);
        self
    }

    /// How binary messages arrive; as [`Message::Bytes`](crate::Message::Bytes) unless told otherwise. Blobs are handed
    /// on as they are, in their place among the other messages.
    pub fn binary_type(mut self, binary_type: BinaryType) -> Self {
        self.settings.binary_type = binary_type;
        self
    }

    /// How much may wait unread.
    pub fn inbox(mut self, limit: InboxLimit) -> Self {
        self.settings.inbox = limit;
        self
    }

    /// Sending waits when the browser has more than `high` bytes unsent, until it has at most `low`. 1 MiB and 256 KiB
    /// unless told otherwise.
    pub fn marks(mut self, high: u64, low: u64) -> Self {
        (self.settings.high, self.settings.low) = (high, low);
        self
    }

    /// How long opening may take; 30 s unless told otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs it in a scripted world instead of a browser.
    #[cfg(not(target_family = "wasm"))]
    pub fn script(mut self, script: &Script) -> Self {
        self.source = Source::Script(script.clone());
        self
    }

    /// Dials, and waits until the line is open.
    ///
    /// # Errors
    ///
    /// There is no line: see [`ConnectError`].
    ///
    /// # Cancel safety
    ///
    /// Given up while it waits, it closes the socket.
    pub async fn open(self) -> Result<Connection, ConnectError> {
        let shared = Shared::dial(self.source, &self.endpoint, self.settings)?;
        let is_late = Rc::new(Cell::new(false));
        let _timer = shared.source().after(self.timeout, {
            let (is_late, shared) = (is_late.clone(), Rc::downgrade(&shared));
            move || {
                is_late.set(true);
                if let Some(shared) = shared.upgrade() {
                    shared.wake_waiting();
                }
            }
        });
        poll_fn(|context| match shared.poll_open(context) {
            Poll::Ready(opened) => Poll::Ready(opened.map_err(ConnectError::Closed)),
            Poll::Pending if is_late.get() => Poll::Ready(Err(ConnectError::TimedOut)),
            Poll::Pending => Poll::Pending,
        })
        .await?;
        Ok(Connection::new(shared))
    }
}
