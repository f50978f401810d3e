//! One open socket as a `Stream` of messages and a `Sink` for them.

mod shared;
mod builder;
mod halves;

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_sink::Sink;
use serde_core::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use self::shared::Shared;
pub use self::{
    builder::ConnectionBuilder,
    halves::{Receiver, Sender},
};
use crate::{
    close::{CloseError, CloseEvent},
    endpoint::{Endpoint, OpenError},
    message::{Message, Unsent},
    stats::Stats,
    value::{SendValueError, Unreadable},
};

/// An open socket: a `Stream` of what comes, a `Sink` for what goes.
///
/// Sending waits while the browser has much unsent. Receiving can't make the other side wait, because a browser offers no
/// way to: what is not read waits here, and when that becomes more than [`InboxLimit`](crate::InboxLimit) allows, the
/// line is closed and the stream ends with [`ReceiveError::InboxFull`] after everything that came before.
///
/// # Cancel safety
///
/// Everything that waits can be given up at any time: no message is lost, or sent twice.
///
/// # Drop
///
/// Closes without a code. What was sent still goes out.
///
/// # Example
///
/// ```no_run
/// use futures_util::{SinkExt, StreamExt};
/// use openline_client::Connection;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut line = Connection::open("wss://example.com/echo").await?;
/// line.send("hello".into()).await?;
/// assert_eq!(line.next().await, Some(Ok("hello".into())));
/// let event = line.close(None, Some("done")).await?;
/// assert!(event.was_clean);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    receiver: Receiver,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address can't be dialled.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The socket closed before it opened. A browser doesn't say why: nobody there, no WebSocket there, not allowed.
    #[error("the line could not be opened (close code {})", .0.code)]
    Closed(CloseEvent),
    /// It took too long, and was given up.
    #[error("nobody answered in time")]
    TimedOut,
}

/// Why no more messages come, where it wasn't a goodbye.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The line broke. What the other side had sent before may be lost.
    #[error("the line broke (close code {})", .0.code)]
    Lost(CloseEvent),
    /// More came unread than may wait, so the line was closed. Read faster, or allow more.
    #[error("more came than was read")]
    InboxFull,
}

/// Why there is no next value.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ReceiveValueError {
    /// A message came and is something else: it comes back, and the line goes on.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// No more comes.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

impl Connection {
    /// Dials, with everything as it is by default, and waits until the line is open.
    ///
    /// # Errors
    ///
    /// There is no line: see [`ConnectError`].
    ///
    /// # Cancel safety
    ///
    /// Given up while it waits, it closes the socket.
    pub async fn open(endpoint: impl Into<Endpoint>) -> Result<Self, ConnectError> {
        Self::builder(endpoint).open().await
    }

    /// Starts to describe a connection to this address.
    pub fn builder(endpoint: impl Into<Endpoint>) -> ConnectionBuilder {
        ConnectionBuilder::new(endpoint.into())
    }

    fn new(shared: Rc<Shared>) -> Self {
        Self { sender: Sender::new(shared.clone()), receiver: Receiver::new(shared) }
    }

    /// Takes it apart, for a task that sends and one that receives. Each half can close; the line is let go of with the
    /// second half.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// Sends without waiting, however much the browser has unsent.
    ///
    /// # Errors
    ///
    /// Nothing was sent: the message comes back in [`Unsent`].
    pub fn send_now(&self, message: impl Into<Message>) -> Result<(), Unsent> {
        self.sender.send_now(message)
    }

    /// Sends a value as JSON text. Waits first while the browser has much unsent, as the `Sink` does.
    ///
    /// # Errors
    ///
    /// Nothing was sent: see [`SendValueError`].
    ///
    /// # Cancel safety
    ///
    /// Given up while it waits, it has sent nothing.
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendValueError> {
        self.sender.send_json(value).await
    }

    /// Waits for the next message and reads it as JSON, in text or in bytes. None after a goodbye, as in the `Stream`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut line = openline_client::Connection::open("wss://example.com/sums").await?;
    /// line.send_json(&[1, 2]).await?;
    /// while let Some(sum) = line.receive_json::<u32>().await {
    ///     println!("{}", sum?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A message that is something else is given back and the line goes on; a line that broke says so once: see
    /// [`ReceiveValueError`].
    ///
    /// # Cancel safety
    ///
    /// Given up while it waits, it has taken no message.
    pub async fn receive_json<T: DeserializeOwned>(&mut self) -> Option<Result<T, ReceiveValueError>> {
        self.receiver.receive_json().await
    }

    /// Sends a value as binary MessagePack, its fields by name; otherwise as [`send_json`](Self::send_json).
    ///
    /// # Errors
    ///
    /// Nothing was sent: see [`SendValueError`].
    #[cfg(feature = "msgpack")]
    pub async fn send_msgpack<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendValueError> {
        self.sender.send_msgpack(value).await
    }

    /// Waits for the next message and reads it as MessagePack; otherwise as [`receive_json`](Self::receive_json).
    ///
    /// # Errors
    ///
    /// See [`ReceiveValueError`].
    #[cfg(feature = "msgpack")]
    pub async fn receive_msgpack<T: DeserializeOwned>(&mut self) -> Option<Result<T, ReceiveValueError>> {
        self.receiver.receive_msgpack().await
    }

    /// Says goodbye and waits for the browser's close event. On a closed line, gives that of its end. Code and reason as
    /// in [`Socket::close`](crate::Socket::close).
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    ///
    /// # Cancel safety
    ///
    /// Given up while it waits, the goodbye goes on.
    pub async fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<CloseEvent, CloseError> {
        self.sender.close(code, reason).await
    }

    /// How the line ended, if it did.
    pub fn close_event(&self) -> Option<CloseEvent> {
        self.sender.close_event()
    }

    /// The sub-protocol the server chose; empty if it chose none.
    pub fn protocol(&self) -> String {
        self.sender.protocol()
    }

    /// How many bytes wait in the browser to be sent.
    pub fn buffered_amount(&self) -> u64 {
        self.sender.buffered_amount()
    }

    /// What went over the line, both ways, and how it is.
    pub fn stats(&self) -> Stats {
        self.sender.stats()
    }
}

impl Stream for Connection {
    type Item = Result<Message, ReceiveError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.receiver).poll_next(context)
    }
}

impl Sink<Message> for Connection {
    type Error = Unsent;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        Pin::new(&mut self.sender).poll_ready(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Unsent> {
        Pin::new(&mut self.sender).start_send(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        Pin::new(&mut self.sender).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        Pin::new(&mut self.sender).poll_close(context)
    }
}
