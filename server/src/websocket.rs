//! WebSocket's frames (RFC 6455), server side, over an upgraded HTTP connection.
//!
//! We frame the stream ourselves for two figures' sake: what a server sends is not masked, so one encoded frame can be
//! shared by everybody it goes to without a copy, and a line that is silent needs no buffer at all.

mod packet;
mod decoder;
mod line;
mod handshake;

pub(crate) use self::{
    decoder::{Decoder, Message, Violation},
    handshake::Handshake,
    line::{Line, LineError},
    packet::Packet,
};
