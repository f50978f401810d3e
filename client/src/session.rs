//! A connection that heals.
//!
//! [`state`] decides everything and touches nothing; [`driver`] touches everything and decides nothing.

mod retry;
mod heartbeat;
mod event;
mod step;
mod state;
mod driver;
mod builder;

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use serde_core::Serialize;

pub use self::{
    builder::SessionBuilder,
    event::{DownWhy, EndedWhy, Event},
    heartbeat::Heartbeat,
    retry::Retry,
    state::Ready,
};
use self::{driver::Driver, step::Input};
use crate::{
    close::{CloseError, check_close},
    endpoint::Endpoint,
    message::{Message, Unsent},
    stats::Stats,
    value::SendValueError,
};

/// A connection that heals: it dials, notices when the line is dead, and dials again, until it is told to stop.
///
/// There is one line at a time. What happens comes as [`Event`]s, each of them and in order. Nothing is queued for sending:
/// while the line is down, [`send`](Self::send) gives the message back.
///
/// It works in a window and in a worker. In a window it also heeds the page: it hangs up when the page is frozen or left,
/// and is back at once when the page is, when the network is, and when the machine wakes from sleep.
///
/// # Drop
///
/// Ends it: hangs up, and the events end.
///
/// # Example
///
/// ```no_run
/// use futures_util::StreamExt;
/// use openline_client::{Event, Session};
///
/// # async fn example() -> Result<(), openline_client::Unsent> {
/// let (session, mut events) = Session::builder("wss://example.com/feed").open();
/// while let Some(event) = events.next().await {
///     match event {
///         Event::Up => session.send("subscribe")?,
///         Event::Message(message) => println!("{message:?}"),
///         Event::Down { why, retry_in } => println!("{why}; next try in {retry_in:?}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    driver: Rc<Driver>,
}

impl Session {
    /// Starts to describe a session that dials this address on every try.
    pub fn builder(endpoint: impl Into<Endpoint>) -> SessionBuilder {
        SessionBuilder::fixed(endpoint.into())
    }

    /// Starts to describe a session that asks for its address anew on every try: for a fresh token, or another server. An
    /// error counts as a failed try. When the try is given up, the future is dropped where it is.
    ///
    /// ```no_run
    /// use openline_client::{Endpoint, Session};
    ///
    /// # async fn fresh_token() -> Result<String, std::fmt::Error> { Ok(String::new()) }
    /// let session = Session::builder_with(|| async {
    ///     let token = fresh_token().await?;
    ///     Ok::<_, std::fmt::Error>(Endpoint::new(format!("wss://example.com/feed?token={token}")))
    /// });
    /// ```
    pub fn builder_with<F, E>(find: impl Fn() -> F + 'static) -> SessionBuilder
    where
        F: Future<Output = Result<Endpoint, E>> + 'static,
        E: fmt::Display,
    {
        SessionBuilder::found(find)
    }

    /// Sends a message on the line there is, from [`Event::Opened`] on.
    ///
    /// # Errors
    ///
    /// Nothing was sent and nothing is kept: the message comes back in [`Unsent`]. A message that was sent may still be
    /// lost with the line; only an answer says that it came.
    pub fn send(&self, message: impl Into<Message>) -> Result<(), Unsent> {
        self.driver.send(message.into())
    }

    /// Sends a value as JSON text on the line there is. What comes is read with
    /// [`Message::json`](crate::Message::json).
    ///
    /// # Errors
    ///
    /// Nothing was sent and nothing is kept: see [`SendValueError`].
    pub fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<(), SendValueError> {
        Ok(self.send(Message::from_json(value)?)?)
    }

    /// Sends a value as binary MessagePack on the line there is. What comes is read with
    /// [`Message::msgpack`](crate::Message::msgpack).
    ///
    /// # Errors
    ///
    /// Nothing was sent and nothing is kept: see [`SendValueError`].
    #[cfg(feature = "msgpack")]
    pub fn send_msgpack<T: Serialize + ?Sized>(&self, value: &T) -> Result<(), SendValueError> {
        Ok(self.send(Message::from_msgpack(value)?)?)
    }

    /// The sub-protocol the server chose on this line; empty if it chose none, and while there is no open line.
    pub fn protocol(&self) -> String {
        self.driver.protocol()
    }

    /// What went over all its lines, both ways, and how the line is now.
    pub fn stats(&self) -> Stats {
        self.driver.stats()
    }

    /// Dials now, if it is waiting to.
    pub fn try_now(&self) {
        self.driver.feed(Input::TryNow);
    }

    /// Changes the heartbeat, as when the server has said how often it will speak.
    pub fn set_heartbeat(&self, heartbeat: Heartbeat) {
        self.driver.set_heartbeat(heartbeat);
    }

    /// The server said when to be back: the next pause ends then, and only [`try_now`](Self::try_now) cuts it short.
    pub fn come_back_in(&self, pause: Duration) {
        self.driver.feed(Input::ComeBackIn(pause));
    }

    /// Says goodbye and ends: [`Event::Ended`] comes with the close event, or without one after five seconds. Code and
    /// reason as in [`Socket::close`](crate::Socket::close).
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    pub fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        let code = check_close(code, reason)?;
        self.driver.feed(Input::Close(code, reason.map(Into::into)));
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.feed(Input::Stop);
    }
}

/// What happens to a [`Session`], in order; ends after [`Event::Ended`].
///
/// # Cancel safety
///
/// Waiting for the next event can be given up at any time; none is lost.
///
/// # Drop
///
/// Says that nobody wants to know: the session goes on, and what comes is thrown away.
#[derive(Debug)]
pub struct Events {
    driver: Rc<Driver>,
}

impl Stream for Events {
    type Item = Event;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let next = self.driver.inbox.poll_next(context);
        match next.is_ready() {
            true => self.driver.drained(),
            false => self.driver.caught_up(),
        }
        next.map(|unread| unread.map(Event::from))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.driver.inbox.abandon();
        self.driver.drained();
    }
}
