#![doc = include_str!("../README.md")]

mod endpoint;
mod close;
mod message;
mod value;
mod stats;
mod trace;
mod socket;
mod inbox;
mod source;
mod connection;
mod session;
#[cfg(feature = "yew")]
pub mod yew;

#[cfg(not(target_family = "wasm"))]
pub use self::source::{Script, ScriptedLine};
pub use self::{
    close::{CloseError, CloseEvent},
    connection::{ConnectError, Connection, ConnectionBuilder, ReceiveError, ReceiveValueError, Receiver, Sender},
    endpoint::{Endpoint, OpenError},
    inbox::InboxLimit,
    message::{BinaryType, Message, Outgoing, SendError, Unsent},
    session::{DownWhy, EndedWhy, Event, Events, Heartbeat, Ready, Retry, Session, SessionBuilder},
    socket::{Kind, ReadyState, Received, Socket, SocketBuilder},
    source::PageEvent,
    stats::{Stats, Volume},
    value::{SendValueError, Unreadable, Unwritable},
};
