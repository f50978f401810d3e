//! A connection's two halves: one to send with, one to receive with, each able to close.

use std::{
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_sink::Sink;
use serde_core::{Serialize, de::DeserializeOwned};

use super::{ReceiveError, ReceiveValueError, shared::Shared};
use crate::{
    close::{CloseError, CloseEvent},
    message::{Message, Unsent},
    stats::Stats,
    value::SendValueError,
};

/// The half of a [`Connection`](super::Connection) that sends: a `Sink` that waits while the browser has much unsent.
///
/// Flushing has nothing to do: a browser sends what it has by itself.
///
/// # Drop
///
/// The line goes on while the other half is there.
#[derive(Debug)]
pub struct Sender {
    shared: Rc<Shared>,
}

/// The half of a [`Connection`](super::Connection) that receives: a `Stream` of messages. It ends after a goodbye; a line
/// that broke gives an error first.
///
/// # Drop
///
/// What comes from then on is thrown away. The line goes on while the other half is there.
#[derive(Debug)]
pub struct Receiver {
    shared: Rc<Shared>,
}

impl Sender {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self { shared }
    }

    /// Sends without waiting, however much the browser has unsent.
    ///
    /// # Errors
    ///
    /// Nothing was sent: the message comes back in [`Unsent`].
    pub fn send_now(&self, message: impl Into<Message>) -> Result<(), Unsent> {
        self.shared.send(message.into())
    }

    /// Sends a value as JSON, as [`Connection::send_json`](super::Connection::send_json).
    ///
    /// # Errors
    ///
    /// Nothing was sent: see [`SendValueError`].
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendValueError> {
        self.send_value(Message::from_json(value)?).await
    }

    /// Sends a value as MessagePack, as [`Connection::send_msgpack`](super::Connection::send_msgpack).
    ///
    /// # Errors
    ///
    /// Nothing was sent: see [`SendValueError`].
    #[cfg(feature = "msgpack")]
    pub async fn send_msgpack<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendValueError> {
        self.send_value(Message::from_msgpack(value)?).await
    }

    async fn send_value(&mut self, message: Message) -> Result<(), SendValueError> {
        poll_fn(|context| self.shared.poll_ready(context)).await;
        Ok(self.shared.send(message)?)
    }

    /// Says goodbye and waits for its end, as [`Connection::close`](super::Connection::close).
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    pub async fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<CloseEvent, CloseError> {
        close(&self.shared, code, reason).await
    }

    /// How the line ended, if it did.
    pub fn close_event(&self) -> Option<CloseEvent> {
        self.shared.close_event()
    }

    /// The sub-protocol the server chose; empty if it chose none.
    pub fn protocol(&self) -> String {
        self.shared.protocol()
    }

    /// How many bytes wait in the browser to be sent.
    pub fn buffered_amount(&self) -> u64 {
        self.shared.buffered_amount()
    }

    /// What went over the line, both ways, and how it is.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }
}

impl Receiver {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self { shared }
    }

    /// Waits for the next message and reads it as JSON, as [`Connection::receive_json`](super::Connection::receive_json).
    ///
    /// # Errors
    ///
    /// See [`ReceiveValueError`].
    pub async fn receive_json<T: DeserializeOwned>(&mut self) -> Option<Result<T, ReceiveValueError>> {
        let next = poll_fn(|context| self.shared.poll_next(context)).await;
        next.map(|message| Ok(message?.json()?))
    }

    /// Waits for the next message and reads it as MessagePack, as
    /// [`Connection::receive_msgpack`](super::Connection::receive_msgpack).
    ///
    /// # Errors
    ///
    /// See [`ReceiveValueError`].
    #[cfg(feature = "msgpack")]
    pub async fn receive_msgpack<T: DeserializeOwned>(&mut self) -> Option<Result<T, ReceiveValueError>> {
        let next = poll_fn(|context| self.shared.poll_next(context)).await;
        next.map(|message| Ok(message?.msgpack()?))
    }

    /// Says goodbye and waits for its end, as [`Connection::close`](super::Connection::close).
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    pub async fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<CloseEvent, CloseError> {
        close(&self.shared, code, reason).await
    }

    /// How the line ended, if it did.
    pub fn close_event(&self) -> Option<CloseEvent> {
        self.shared.close_event()
    }

    /// What went over the line, both ways, and how it is.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }
}

async fn close(shared: &Shared, code: Option<u16>, reason: Option<&str>) -> Result<CloseEvent, CloseError> {
    shared.close(code, reason)?;
    Ok(poll_fn(|context| shared.poll_over(context)).await)
}

impl Sink<Message> for Sender {
    type Error = Unsent;

    #[inline]
    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        self.shared.poll_ready(context).map(Ok)
    }

    #[inline]
    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Unsent> {
        self.shared.send(message)
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        // Without a code or reason there is nothing that could be refused.
        let _ = self.shared.close(None, None);
        self.shared.poll_over(context).map(|_| Ok(()))
    }
}

impl Stream for Receiver {
    type Item = Result<Message, ReceiveError>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.shared.poll_next(context)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stop_reading();
    }
}
