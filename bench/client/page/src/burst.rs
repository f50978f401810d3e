//! A burst to a reader that keeps up, and to one that reads only when it is over.

use futures_util::StreamExt;
use js_sys::Date;
use openline_client::{Connection, DownWhy, Event, InboxLimit, Message, ReceiveError, Session};
use wasm_bindgen::prelude::*;

/// Has so many numbers pushed to a `Connection` or a `Session`, and tells what became of them; an error where it isn't what
/// has to become of them.
#[wasm_bindgen]
pub async fn burst(url: String, layer: String, keeps_up: bool, messages: u32) -> Result<String, JsError> {
    let begun = Date::now();
    let mut reader = match &*layer {
        "Session" => Reader::session(&url).await,
        _ => Reader::connection(&url).await?,
    };
    reader.ask(messages)?;
    if !keeps_up {
        return reader.overflow(messages).await;
    }
    for expected in 0..messages {
        reader.number(expected).await?;
    }
    let took = Date::now() - begun;
    Ok(format!("whole and in order, {:.1} s, {:.0} a millisecond", took / 1_000.0, f64::from(messages) / took))
}

enum Reader {
    Connection(Connection),
    Session(Session, openline_client::Events),
}

/// Where a burst's end is.
enum Next {
    Number(String),
    Full,
}

impl Reader {
    async fn connection(url: &str) -> Result<Self, JsError> {
        Ok(Self::Connection(Connection::open(url).await?))
    }

    async fn session(url: &str) -> Self {
        let (session, mut events) = Session::builder(url).open();
        while let Some(event) = events.next().await {
            if event == Event::Up {
                break;
            }
        }
        Self::Session(session, events)
    }

    fn ask(&self, messages: u32) -> Result<(), JsError> {
        let messages = messages.to_string();
        match self {
            Self::Connection(line) => line.send_now(messages)?,
            Self::Session(session, _) => session.send(messages)?,
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Next, JsError> {
        match self {
            Self::Connection(line) => match line.next().await {
                Some(Ok(Message::Text(text))) => Ok(Next::Number(text)),
                Some(Err(ReceiveError::InboxFull)) => Ok(Next::Full),
                other => Err(JsError::new(&format!("{other:?}"))),
            },
            Self::Session(_, events) => match events.next().await {
                Some(Event::Message(Message::Text(text))) => Ok(Next::Number(text)),
                Some(Event::Down { why: DownWhy::InboxFull, .. }) => Ok(Next::Full),
                other => Err(JsError::new(&format!("{other:?}"))),
            },
        }
    }

    async fn number(&mut self, expected: u32) -> Result<(), JsError> {
        match self.next().await? {
            Next::Number(number) if number == expected.to_string() => Ok(()),
            Next::Number(number) => Err(JsError::new(&format!("{number} came where {expected} should have"))),
            Next::Full => Err(JsError::new(&format!("the inbox was full before {expected}"))),
        }
    }

    /// Reads nothing until the line is gone, and then everything: what came before, in order, and then the error.
    async fn overflow(mut self, messages: u32) -> Result<String, JsError> {
        let limit = InboxLimit::default().messages as u64;
        if u64::from(messages) <= limit {
            return Ok("too few to be too many".into());
        }
        while self.is_open() {
            turn().await;
        }
        let unread = self.unread();
        for expected in 0.. {
            match self.next().await? {
                Next::Number(number) if number == expected.to_string() => {}
                Next::Number(number) => return Err(JsError::new(&format!("{number} came instead of {expected}"))),
                Next::Full if expected > limit + 1 => return Err(JsError::new("more was kept than may be")),
                Next::Full => {
                    return Ok(format!("hung up with {unread} unread; {expected} in order, then the error"));
                }
            }
        }
        Err(JsError::new("it never ended"))
    }

    fn is_open(&self) -> bool {
        match self {
            Self::Connection(line) => line.stats().up_for.is_some(),
            Self::Session(session, _) => session.stats().up_for.is_some(),
        }
    }

    fn unread(&self) -> u64 {
        match self {
            Self::Connection(line) => line.stats().unread.messages,
            Self::Session(session, _) => session.stats().unread.messages,
        }
    }
}

/// Lets the browser do what it has to.
async fn turn() {
    gloo_timers::future::TimeoutFuture::new(1).await;
}
