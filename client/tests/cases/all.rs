//! The cases by theme, each theme one of the WHATWG standard's, then the layers above.

pub(crate) mod peer;
pub(crate) mod seen;

mod constructor;
mod send;
mod buffered_amount;
mod close;
mod events;
mod binary;
mod handshake;
mod drops;
mod connection;
mod session;
