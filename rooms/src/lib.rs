#![doc = include_str!("../README.md")]

mod draft;
mod pause;
mod to_store;
mod outbox;
mod run;
mod view;
mod replica;
mod effect;
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
    effect::{Change, Effect},
    line::{Line, LineWhy},
    listeners::Subscription,
    memory::Memory,
    replica::{Gap, Replica},
    replicas::Replicas,
    rooms::{Options, PostError, Rooms},
    run::History,
    store::{Store, StoreError},
    to_store::{FromStore, Kept, ToStore, ToTabs},
    view::{Finding, NoPage, Span},
};

/// The messages themselves.
pub use openline_protocol as protocol;
