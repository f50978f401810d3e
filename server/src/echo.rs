//! A raw echo of text and binary, for clients and conformance suites to try themselves on.
//!
//! The query says how it behaves: `?close=CODE&reason=TEXT&after=N` closes so after N messages were echoed (0: at once),
//! and `?protocol=NAME` picks one of the sub-protocols offered, where otherwise it is the first.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use openline_protocol::CloseCode;
use serde::Deserialize;

use crate::{
    guests::Seat,
    websocket::{Line, LineError, Message, Packet},
};

/// How many bytes a message may have.
const LIMIT: usize = 16 << 20;
/// How many bytes may be on their way back before no more is read.
const UNSENT: usize = 64 * 1024;
/// How long a line may be silent, in both directions.
const SILENCE: Duration = Duration::from_secs(120);
/// How long the other side may take to answer a close frame.
const GOODBYE: Duration = Duration::from_secs(2);

/// How it is asked to behave.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manner {
    close: Option<u16>,
    reason: Option<String>,
    after: Option<u64>,
    pub(crate) protocol: Option<String>,
}

impl Manner {
    /// What is wrong with it, in a sentence.
    pub(crate) fn complaint(&self) -> Option<&'static str> {
        if self.close.is_none() && (self.reason.is_some() || self.after.is_some()) {
            return Some("reason and after go with close=CODE.\n");
        }
        // 1005 stands for no code at all, which a test may want to see.
        if self.close.is_some_and(|code| !matches!(code, 1000..=1003 | 1005 | 1007..=1014 | 3000..=4999)) {
            return Some("close is 1000 to 1003, 1007 to 1014, 3000 to 4999, or 1005 for a close without a code.\n");
        }
        if self.reason.as_ref().is_some_and(|reason| reason.len() > 123) {
            return Some("reason has at most 123 bytes of UTF-8.\n");
        }
        None
    }

    fn closes_after(&self, echoed: u64) -> Option<Packet> {
        let code = CloseCode(self.close.filter(|_| echoed >= self.after.unwrap_or(0))?);
        Some(Packet::close(code, self.reason.as_deref().unwrap_or_default()))
    }
}

/// Echoes until the line ends.
pub(crate) async fn serve(mut line: Line, manner: Manner, _seat: Arc<Seat>) {
    let mut echoed = 0;
    loop {
        if let Some(close) = manner.closes_after(echoed) {
            return end(line, close, true).await;
        }
        let next = poll_fn(|cx| poll_next(&mut line, cx));
        // Silence for so long means that nobody is there any more.
        let Ok(next) = tokio::time::timeout(SILENCE, next).await else { return };
        match next {
            Ok(Message::Text(text)) => line.feed(Packet::text(&text)),
            Ok(Message::Binary(bytes)) => line.feed(Packet::binary(&bytes)),
            Ok(Message::Ping(payload)) => {
                line.feed(Packet::pong(&payload));
                continue;
            }
            Ok(Message::Pong) => continue,
            Ok(Message::Close(code)) => return end(line, Packet::close(code, ""), false).await,
            Err(LineError::Broke) => return,
            Err(LineError::Violation(violation)) => {
                line.feed(Packet::close(violation.code(), &violation.to_string()));
                return hang_up(line).await;
            }
        }
        echoed += 1;
    }
}

/// The next message; what was fed goes out meanwhile, and while there is much of it nothing is read.
fn poll_next(line: &mut Line, cx: &mut Context<'_>) -> Poll<Result<Message, LineError>> {
    if let Poll::Ready(Err(_)) = line.poll_flush(cx) {
        return Poll::Ready(Err(LineError::Broke));
    }
    if line.unsent() > UNSENT {
        return Poll::Pending;
    }
    line.poll_message(cx, LIMIT)
}

/// Sends a close frame, and waits for the other side's if it didn't come yet.
pub(crate) async fn end(mut line: Line, close: Packet, is_first: bool) {
    line.feed(close);
    let answered = poll_fn(|cx| {
        if is_first {
            loop {
                match poll_next(&mut line, cx) {
                    Poll::Ready(Ok(Message::Close(_)) | Err(_)) => return Poll::Ready(()),
                    Poll::Ready(Ok(_)) => {}
                    Poll::Pending => return Poll::Pending,
                }
            }
        }
        line.poll_flush(cx).map(drop)
    });
    // Either it answered, or it had its time.
    let _ = tokio::time::timeout(GOODBYE, answered).await;
}

async fn hang_up(mut line: Line) {
    let gone = poll_fn(|cx| match line.poll_flush(cx) {
        Poll::Ready(Ok(())) => line.poll_hang_up(cx),
        Poll::Ready(Err(_)) => Poll::Ready(()),
        Poll::Pending => Poll::Pending,
    });
    // Either it is gone, or it had its time.
    let _ = tokio::time::timeout(GOODBYE, gone).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manner(close: Option<u16>, reason: Option<&str>, after: Option<u64>) -> Manner {
        Manner { close, reason: reason.map(str::to_owned), after, protocol: None }
    }

    #[test]
    fn it_closes_after_as_many_messages_as_it_was_asked_to() {
        assert!(manner(None, None, None).closes_after(99).is_none());
        assert!(manner(Some(4_000), None, None).closes_after(0).is_some());
        assert!(manner(Some(4_000), None, Some(2)).closes_after(1).is_none());
        assert!(manner(Some(4_000), None, Some(2)).closes_after(2).is_some());
    }

    #[test]
    fn what_no_server_may_do_is_not_done() {
        assert!(manner(Some(1_006), None, None).complaint().is_some());
        assert!(manner(Some(999), None, None).complaint().is_some());
        assert!(manner(None, Some("x"), None).complaint().is_some());
        assert!(manner(Some(1_000), Some(&"x".repeat(124)), None).complaint().is_some());
        assert!(manner(Some(1_005), None, Some(3)).complaint().is_none());
    }
}
