#![doc = include_str!("../README.md")]

#[cfg(test)]
mod sabotage;

mod pace;
mod files;
mod origin;
mod base_path;
mod options;
mod wake;
mod websocket;
mod metrics;
mod identity;
mod tail;
mod roster;
mod signals;
mod listeners;
mod room;
mod query;
mod about;
mod database;
mod history;
mod backup;
mod rooms;
mod slow;
mod alarms;
mod guests;
mod hall;
mod keeping;
mod connection;
mod echo;
mod page;
mod web;
mod server;
#[doc(hidden)]
pub mod rubbish;

pub use self::{
    backup::{BackupError, back_up},
    base_path::{BasePath, BasePathError},
    history::OpenError,
    options::{Limits, Options},
    origin::{Origin, OriginError},
    server::{Server, StartError},
};
