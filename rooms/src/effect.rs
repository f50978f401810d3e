//! What the replicas want done, and what is new in them. Pure.

use openline_protocol::{Heard, Refusal, RoomName, ToServer};

use crate::{to_store::ToStore, view::Span};

/// What is new, for whoever draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// What the line is doing.
    Line,
    /// Who we are, or are called.
    Me,
    /// Something in this room's replica.
    Room(RoomName),
    /// Somebody said something that is kept nowhere.
    Signals {
        /// Where.
        room: RoomName,
        /// What.
        signals: Vec<Heard>,
    },
    /// The server could not do something that was asked of it outside any draft.
    Refused(Refusal),
    /// A beat came: the answer to one of ours, or a sign that the line lives.
    Beat,
}

/// What is to be done about what was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// This is to be said on the line; if it is down, nothing: the replicas say again what has to be.
    Say(ToServer),
    /// Whoever draws is to know this.
    Tell(Change),
    /// This is for the store, in this order; what it answers goes into [`Replicas::stored`](crate::Replicas::stored).
    Store(ToStore),
    /// This page of a room's log is to be fetched; it goes into [`Replicas::page`](crate::Replicas::page).
    Fetch(RoomName, Span),
    /// The line is to be closed and dialled again at once: another tab was faster, and we are who it is.
    Redial,
    /// The server is silent for at most so many seconds.
    BeatEvery(u32),
    /// The server asks to come back in so many milliseconds.
    ComeBackIn(u64),
}
