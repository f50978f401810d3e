#![doc = include_str!("../README.md")]

mod draft;
mod outbox;
mod replica;
mod replicas;
mod store;
mod line;
mod history;
mod rooms;

#[cfg(test)]
mod schedules;

pub use self::{
    draft::{Draft, Fate},
    line::Line,
    replica::{Gap, History, Replica},
    replicas::{Change, Effect, Replicas},
    rooms::{Options, PostError, Rooms, Subscription},
    store::{Store, StoreError},
};

/// The messages themselves.
pub use openline_protocol as protocol;
