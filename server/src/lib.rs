#![doc = include_str!("../README.md")]

mod pace;
mod origin;
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
mod database;
mod history;
mod rooms;
mod guests;
mod hall;
mod connection;
mod echo;
mod page;
mod web;
mod server;

pub use self::{
    history::OpenError,
    options::{Limits, Options},
    origin::{Origin, OriginError},
    server::{Server, StartError},
};
