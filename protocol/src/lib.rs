#![doc = include_str!("../README.md")]

pub mod unicode;
pub mod json;
mod inline;
mod name;
mod id;
mod body;
mod entry;
mod to_server;
mod to_client;
mod close;
mod page;
mod frame;

pub use self::{
    body::{Body, Payload},
    close::CloseCode,
    entry::{Entry, Person},
    frame::{DecodeError, EncodedEntry, Frame},
    id::{Cursor, Epoch, MessageId, PersonId, Seq, SessionId, Token},
    name::{NameError, PersonName, RoomName},
    page::Page,
    to_client::{ClosingWhy, Entries, Heard, Joined, Limits, Refusal, Roster, ToClient, Welcome, Why},
    to_server::{Hello, Join, Post, Signal, ToServer},
};

/// The sub-protocol's name (RFC 6455 section 1.9). The server echoes it when it is offered; offering none means it.
pub const SUBPROTOCOL: &str = "openline.v1";
