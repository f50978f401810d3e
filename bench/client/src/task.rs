//! What is measured.

use clap::ValueEnum;
use serde::Serialize;

/// One row of the table, as the page is asked for it.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Task {
    pub(crate) method: Method,
    pub(crate) binary: bool,
    pub(crate) size: u32,
    /// Messages a round: enough for the page's clock, and few enough that a round is seldom interrupted.
    pub(crate) messages: u32,
    pub(crate) rounds: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    /// Receive synthetic events.
    Take,
    /// Send into the void.
    Give,
    /// Receive what the peer pushes.
    Receive,
    /// Send to a peer that counts.
    Send,
}

impl Method {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Take => "receiving, synthetic events",
            Self::Give => "sending, into the void",
            Self::Receive => "receiving, from a peer",
            Self::Send => "sending, to a peer",
        }
    }

    const fn messages(self, size: u32) -> u32 {
        match (self, size) {
            (Self::Take, 65_536) => 100,
            (Self::Take, _) => 2_000,
            (Self::Give, 65_536) => 1_000,
            (Self::Give, _) => 10_000,
            (Self::Receive | Self::Send, 65_536) => 50,
            (Self::Receive | Self::Send, _) => 500,
        }
    }
}

/// All rows, in order.
pub(crate) fn all(rounds: u32) -> impl Iterator<Item = Task> {
    [Method::Take, Method::Give, Method::Receive, Method::Send].into_iter().flat_map(move |method| {
        [false, true].into_iter().flat_map(move |binary| {
            [64, 1_024, 65_536].map(move |size| Task { method, binary, size, messages: method.messages(size), rounds })
        })
    })
}
