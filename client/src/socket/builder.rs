//! A socket described before it opens: its handlers are on it from its first moment.

use super::{Received, Socket, handlers::Handlers};
use crate::{
    close::CloseEvent,
    endpoint::{Endpoint, OpenError},
    message::BinaryType,
};

/// A socket to be. [`Socket::builder`] makes one.
#[derive(Debug)]
#[must_use]
pub struct SocketBuilder {
    endpoint: Endpoint,
    binary_type: BinaryType,
    handlers: Handlers,
}

impl SocketBuilder {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, binary_type: BinaryType::default(), handlers: Handlers::default() }
    }

    /// Offers sub-protocols, the dearest first.
    pub fn protocols<I: IntoIterator<Item: Into<String>>>(mut self, protocols: I) -> Self {
        self.endpoint = self.endpoint.protocols(protocols);
        self
    }

    /// How binary messages arrive; as an `ArrayBuffer` unless told otherwise.
    pub fn binary_type(mut self, binary_type: BinaryType) -> Self {
        self.binary_type = binary_type;
        self
    }

    /// Called once, when the socket is open.
    pub fn on_open(mut self, handler: impl Fn() + 'static) -> Self {
        self.handlers.open = Some(Box::new(handler));
        self
    }

    /// Called for every message, in order.
    pub fn on_message(mut self, handler: impl Fn(Received) + 'static) -> Self {
        self.handlers.message = Some(Box::new(handler));
        self
    }

    /// Called when the socket failed. A browser says no more than that; the close event follows.
    pub fn on_error(mut self, handler: impl Fn() + 'static) -> Self {
        self.handlers.error = Some(Box::new(handler));
        self
    }

    /// Called once, last of all.
    pub fn on_close(mut self, handler: impl Fn(CloseEvent) + 'static) -> Self {
        self.handlers.close = Some(Box::new(handler));
        self
    }

    /// Opens it: the browser starts to dial.
    ///
    /// # Errors
    ///
    /// No socket was made: see [`OpenError`]. That nobody answers is told later, by the error and close events.
    pub fn open(self) -> Result<Socket, OpenError> {
        Socket::open(&self.endpoint, self.binary_type, self.handlers)
    }
}
