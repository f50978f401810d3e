#![doc = include_str!("../README.md")]

mod draft;
mod pause;
mod to_store;
mod outbox;
mod run;
mod replica;
mod replicas;
mod memory;
mod store;
mod keeper;
mod tabs;
mod line;
mod history;
mod listeners;
mod rooms;

#[cfg(test)]
mod schedules;

pub use self::{
    draft::{Draft, Fate},
    line::Line,
    listeners::Subscription,
    memory::Memory,
    replica::{Finding, Gap, Replica, Span},
    replicas::{Change, Effect, Replicas},
    rooms::{Options, PostError, Rooms},
    run::History,
    store::{Store, StoreError},
    to_store::{FromStore, Kept, ToStore, ToTabs},
};

/// The messages themselves.
pub use openline_protocol as protocol;
