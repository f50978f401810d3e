//! What is compared: the ways from Rust to a browser's WebSocket, each doing the same work. (Raw JavaScript is beside
//! what measures them.)
//!
//! Each is opened with an address and what to do once so many messages have come; it makes a `String` or a `Vec` of each
//! and adds up their lengths. Each sends a message so many times.
#![cfg(target_family = "wasm")]

mod work;
mod bare;
mod gloo;
mod socket;
mod connection;
mod session;
mod burst;

pub use self::{
    bare::Bare, burst::burst, connection::OurConnection, gloo::Gloo, session::OurSession, socket::OurSocket,
};
