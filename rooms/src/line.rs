//! What the line to the server is doing, for a person to see.

use openline_client::{DownWhy, EndedWhy};
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
        /// What happened.
        why: LineWhy,
        /// When the next try is: milliseconds since 1970, UTC; `None` while one is under way, or while the device is
        /// offline.
        next_try_at: Option<u64>,
    },
    /// It is not tried again by itself.
    Ended {
        /// What happened.
        why: LineWhy,
    },
}

/// Why a line is down, or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineWhy {
    /// It was closed, or broke (1006).
    Closed(CloseCode),
    /// The server has said nothing for too long.
    Silent,
    /// Nobody answered in time.
    NotReady,
    /// The device has no network.
    Offline,
    /// The page is frozen, or kept aside.
    Away,
    /// More came than was read.
    InboxFull,
    /// The page may not dial this address.
    Unopenable,
}

impl From<DownWhy> for LineWhy {
    fn from(why: DownWhy) -> Self {
        match why {
            DownWhy::Closed(close) => Self::Closed(CloseCode(close.code)),
            DownWhy::Silent => Self::Silent,
            DownWhy::NotReady => Self::NotReady,
            DownWhy::Offline => Self::Offline,
            DownWhy::Away => Self::Away,
            DownWhy::InboxFull => Self::InboxFull,
            _ => Self::Unopenable,
        }
    }
}

impl From<EndedWhy> for LineWhy {
    fn from(why: EndedWhy) -> Self {
        match why {
            EndedWhy::NotWorthARetry(close) => Self::Closed(CloseCode(close.code)),
            EndedWhy::Asked(_) => Self::Closed(CloseCode::NORMAL),
            _ => Self::Unopenable,
        }
    }
}
