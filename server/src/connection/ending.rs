//! How a line ends.

use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

use openline_protocol::{CloseCode, ClosingWhy, ToClient};

use super::{Connection, place::Place};
use crate::metrics::Code;
use crate::websocket::{LineError, Message, Packet};

/// How long after a close frame the other side may take to hang up.
const GOODBYE: Duration = Duration::from_secs(2);

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The server stops: what is under way is finished first, until then.
    Stopping { until: Instant },
    /// The close frame is given; the other side may answer it until then.
    Closing { until: Instant, answer: Answer },
    /// Nothing more is to be done.
    Over,
}

/// The other side's close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Awaited,
    Came,
    /// What comes means nothing any more, so it can't be told.
    Lost,
}

impl Connection {
    /// Says goodbye and does nothing more that it hears.
    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        self.replies.clear();
        self.places.clear();
        (self.joining, self.fetching, self.held) = (None, None, None);
        self.hall.metrics.closed.get_or_create(&Code { code: code.0.into() }).inc();
        self.line.feed(Packet::close(code, reason));
        self.ending = Some(Ending::Closing { until: Instant::now() + GOODBYE, answer: Answer::Awaited });
    }

    pub(super) fn answered(&mut self, by: Answer) {
        if let Some(Ending::Closing { answer, .. }) = &mut self.ending {
            *answer = by;
        }
    }

    /// Once the close frame was given: another line may speak for the session; the other side's close frame is waited
    /// for, and then it is over. Until then what comes is read and forgotten: hanging up on bytes unread would be a
    /// reset, which can overtake the close frame.
    pub(super) fn poll_goodbye(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Ending::Closing { answer, .. }) = self.ending else { return false };
        self.listed.yield_session();
        match answer {
            Answer::Awaited => match self.line.poll_message(cx, self.hall.limits.frame()) {
                Poll::Pending => return false,
                Poll::Ready(Ok(Message::Close(_))) => self.answered(Answer::Came),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(LineError::Violation(_))) => self.answered(Answer::Lost),
                Poll::Ready(Err(LineError::Broke)) => self.ending = Some(Ending::Over),
            },
            _ if self.line.unsent() > 0 => return false,
            Answer::Came => self.ending = Some(Ending::Over),
            Answer::Lost => match self.line.poll_hang_up(cx) {
                Poll::Pending => return false,
                Poll::Ready(()) => self.ending = Some(Ending::Over),
            },
        }
        true
    }

    /// While the server stops: once everything this line said is done and told, or it is time, says when to come back.
    pub(super) fn stop_if_done(&mut self) {
        let Some(Ending::Stopping { until }) = self.ending else { return };
        let is_done = self.in_flight() == 0 && self.held.is_none() && !self.places.iter().any(Place::is_behind);
        if !(is_done && self.replies.is_empty()) && Instant::now() < until {
            self.retry_held();
            return;
        }
        self.leave();
    }

    pub(super) fn leave(&mut self) {
        // A tenth of a millisecond for each line, and half a second for whoever starts the server again.
        let spread = u64::try_from(self.hall.guests.lines() / 10).unwrap_or(0) + 1_000;
        let back_in = 500 + rand::random_range(0..spread);
        let closing = ToClient::Closing { why: ClosingWhy::Restarting {}, back_in };
        self.line.feed(closing.to_frame().into());
        self.close(CloseCode::RESTART, "the server is restarting");
    }
}
