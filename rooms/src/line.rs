//! What the line to the server is doing, for a person to see.

use openline_protocol::CloseCode;

/// What the line is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The first try is under way.
    Dialling,
    /// Messages come and go.
    Up,
    /// It is not up, and is tried again.
    Down {
        /// What happened, in words.
        why: String,
        /// When the next try is: milliseconds since 1970, UTC; `None` while one is under way, or while the device is
        /// offline.
        next_try_at: Option<u64>,
    },
    /// It is not tried again by itself.
    Ended {
        /// What happened, in words.
        why: String,
        /// The close code, if the server gave one.
        code: Option<CloseCode>,
    },
}
