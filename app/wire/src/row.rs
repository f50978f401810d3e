//! A row of the log: one thing that happened on the wire, or that the viewer did. Pure.

use openline_client::Message;

use crate::causes::Cause;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Its place in the log, from 1; dropped rows keep theirs.
    pub(crate) number: u64,
    /// When, in milliseconds since 1970, UTC, with the fraction that the browser's clock has.
    pub(crate) at: f64,
    /// What.
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// A dial: the line between one connection and the next.
    Dial {
        /// The address as it was given, or absolute once the browser has read it.
        url: String,
        /// The sub-protocols offered.
        protocols: Vec<String>,
    },
    /// No dial came of it: the browser, or the library before it, refused.
    NotDialled {
        /// Why, as a sentence.
        why: String,
    },
    /// The open event.
    Open {
        /// What the server chose; may be empty.
        protocol: String,
        /// What both agreed on; may be empty.
        extensions: String,
        /// Milliseconds since the dial.
        took: f64,
    },
    /// The message event.
    Received(Message),
    /// A message that was handed to the browser.
    Sent(Message),
    /// The error event, which carries nothing.
    Error {
        /// What may explain it, if it was a dial that failed.
        causes: Vec<Cause>,
    },
    /// The viewer asked to close.
    Asked {
        /// The code, if any was given.
        code: Option<u16>,
        /// The reason, if any was given.
        reason: Option<String>,
    },
    /// The close event.
    Close {
        /// The code.
        code: u16,
        /// The reason.
        reason: String,
        /// Whether both said goodbye.
        was_clean: bool,
    },
    /// The rows above were kept while the page was left.
    Returned,
    /// A kept Blob, whose bytes could not be kept: its size.
    Faded {
        /// Whether it was received.
        received: bool,
        /// Its bytes.
        size: u64,
    },
}

/// Which way something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A message came.
    In,
    /// Something went out: a message, or a goodbye.
    Out,
    /// An event of the socket that is no message.
    Event,
    /// A line between connections.
    Divider,
}

/// What a message is to JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// An `ArrayBuffer`.
    Buffer,
    /// A `Blob`.
    Blob,
}

impl Kind {
    /// Its name in JavaScript.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Buffer => "ArrayBuffer",
            Self::Blob => "Blob",
        }
    }
}

impl Row {
    pub(crate) fn direction(&self) -> Direction {
        match &self.what {
            What::Received(_) | What::Faded { received: true, .. } => Direction::In,
            What::Sent(_) | What::Asked { .. } | What::Faded { .. } => Direction::Out,
            What::Open { .. } | What::Error { .. } | What::Close { .. } => Direction::Event,
            What::Dial { .. } | What::NotDialled { .. } | What::Returned => Direction::Divider,
        }
    }

    /// What it is, if it is a message.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match &self.what {
            What::Faded { .. } => Some(Kind::Blob),
            _ => Some(match self.message()? {
                Message::Text(_) => Kind::Text,
                Message::Blob(_) => Kind::Blob,
                _ => Kind::Buffer,
            }),
        }
    }

    /// The message in it, if it is one that is still here.
    pub(crate) fn message(&self) -> Option<&Message> {
        match &self.what {
            What::Received(message) | What::Sent(message) => Some(message),
            _ => None,
        }
    }

    /// The size of its message, in bytes.
    pub(crate) fn size(&self) -> Option<u64> {
        match &self.what {
            What::Faded { size, .. } => Some(*size),
            _ => self.message().map(Message::len),
        }
    }

    /// How many bytes it keeps in memory, about. A file that was sent as a Blob stays on its disk.
    pub(crate) fn weight(&self) -> u64 {
        match &self.what {
            What::Sent(Message::Blob(_)) => 0,
            What::Close { reason, .. } => reason.len() as u64,
            What::Dial { url, .. } => url.len() as u64,
            _ => self.message().map_or(0, Message::len),
        }
    }

    /// Whether a text is found in it, in any case of ASCII letters. A Blob's bytes are not searched.
    pub(crate) fn says(&self, needle: &str) -> bool {
        let found = |hay: &str| contains(hay.as_bytes(), needle.as_bytes());
        match &self.what {
            What::Received(message) | What::Sent(message) => match message {
                Message::Text(text) => found(text),
                Message::Bytes(bytes) => contains(bytes, needle.as_bytes()),
                _ => needle.is_empty(),
            },
            What::Dial { url, protocols } => found(url) || protocols.iter().any(|protocol| found(protocol)),
            What::NotDialled { why } => found(why),
            What::Open { protocol, extensions, .. } => found("open") || found(protocol) || found(extensions),
            What::Error { .. } => found("error"),
            What::Asked { code, reason } => {
                found("close")
                    || code.is_some_and(|code| found(&code.to_string()))
                    || reason.as_deref().is_some_and(found)
            }
            What::Close { code, reason, .. } => found("close") || found(&code.to_string()) || found(reason),
            What::Returned | What::Faded { .. } => needle.is_empty(),
        }
    }
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || hay.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
}
