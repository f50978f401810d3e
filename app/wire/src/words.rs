//! Every sentence the workbench says, in one place. Pure.

mod quantities;

use openline_client::{CloseError, Message, OpenError, ReadyState, SendError};

use crate::{
    bytes::BadBytes,
    causes::Cause,
    codes::{self, Meaning},
    log::Dropped,
    traffic::{Bar, Traffic},
};

pub(crate) use self::quantities::{ago, bytes, grouped, messages, rows, size, span, tally};

/// How much of a message is spoken, in letters.
const SPOKEN: usize = 120;

pub(crate) const PRODUCT: &str = "Openline";
pub(crate) const TITLE: &str = "Wire";
pub(crate) const TAGLINE: &str = "One WebSocket, shown bare";
pub(crate) const TO_CHAT: &str = "To the chat";
pub(crate) const SKIP_TO_LOG: &str = "Skip to the log";

pub(crate) const ADDRESS: &str = "Address";
pub(crate) const ADDRESS_HINT: &str = "ws:, wss:, http: or https:, or relative to this page";
pub(crate) const PROTOCOLS: &str = "Sub-protocols";
pub(crate) const PROTOCOLS_HINT: &str = "the dearest first, parted by commas";
pub(crate) const PROTOCOLS_EXAMPLE: &str = "v2, v1";
pub(crate) const BINARY_TYPE: &str = "Binary arrives as";
pub(crate) const DIAL: &str = "Dial";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const CLOSING: &str = "Closing…";
pub(crate) const RECENT: &str = "Recent addresses";
pub(crate) const FORGET: &str = "Forget them";
pub(crate) const NO_RECENT: &str = "What you dial is remembered here, on this device.";

pub(crate) const NO_SOCKET: &str = "No socket yet";
pub(crate) const PROTOCOL: &str = "Sub-protocol";
pub(crate) const EXTENSIONS: &str = "Extensions";
pub(crate) const TIME_TO_OPEN: &str = "Time to open";
pub(crate) const AGE: &str = "Age";
pub(crate) const LAST_MESSAGE: &str = "Last message";
pub(crate) const BUFFERED: &str = "Buffered";
pub(crate) const RECEIVED: &str = "Received";
pub(crate) const SENT: &str = "Sent";
pub(crate) const NONE: &str = "none";
pub(crate) const UNKNOWN: &str = "–";

pub(crate) const LOG: &str = "Log";
pub(crate) const DIRECTION: &str = "Direction";
pub(crate) const ALL_DIRECTIONS: &str = "All directions";
pub(crate) const ONLY_IN: &str = "Received";
pub(crate) const ONLY_OUT: &str = "Sent";
pub(crate) const ONLY_EVENTS: &str = "Other events";
pub(crate) const KIND: &str = "Kind";
pub(crate) const ALL_KINDS: &str = "All kinds";
pub(crate) const FIND: &str = "Filter by text";
pub(crate) const FOLLOW: &str = "Follow";
pub(crate) const SAVE_TEXT: &str = "Save text";
pub(crate) const SAVE_JSON: &str = "Save JSON lines";
pub(crate) const CLEAR: &str = "Clear";
pub(crate) const SAVED: &str = "Saved";
pub(crate) const NOT_SAVED: &str = "The browser did not let the page save a file.";
pub(crate) const DIALLED: &str = "dialled";
pub(crate) const EMPTY_TITLE: &str = "Nothing has happened yet";
pub(crate) const EMPTY_HINT: &str =
    "Dial an address. The one above is this server's echo: whatever you send comes back.";
pub(crate) const NOTHING_FITS: &str = "No row fits the filter.";
pub(crate) const BLOBS_ARE_NOT_SEARCHED: &str = "What is in Blobs is not searched.";
pub(crate) const RETURNED: &str = "You left this page and came back. The rows above were kept; a socket cannot be.";
pub(crate) const FADED: &str = "A Blob, whose bytes were let go when the page was left";

pub(crate) const BLOB_GLIMPSE: &str = "its bytes are with the browser; open the row to read them";
pub(crate) const COPY: &str = "Copy";
pub(crate) const COPY_HEX: &str = "Copy as hex";
pub(crate) const COPY_BASE64: &str = "Copy as base64";
pub(crate) const SAVE_ONE: &str = "Save this one";
pub(crate) const COPIED: &str = "Copied";
pub(crate) const NOT_COPIED: &str = "Could not copy";
pub(crate) const READING: &str = "Reading…";
pub(crate) const UNREADABLE: &str = "The browser could not read it.";
pub(crate) const EMPTY: &str = "(empty)";

pub(crate) const SEND: &str = "Send";
pub(crate) const SEND_AS: &str = "Send as";
pub(crate) const AS_TEXT: &str = "Text";
pub(crate) const AS_HEX: &str = "Hex";
pub(crate) const AS_BASE64: &str = "Base64";
pub(crate) const AS_FILE: &str = "File";
pub(crate) const MESSAGE: &str = "Message";
pub(crate) const HEX_EXAMPLE: &str = "00 ff 0x10 …";
pub(crate) const BASE64_EXAMPLE: &str = "AP8Q…";
pub(crate) const FILE: &str = "File";
pub(crate) const FILE_AS: &str = "Send it as";
pub(crate) const AS_BLOB: &str = "Blob";
pub(crate) const AS_BUFFER: &str = "ArrayBuffer";
pub(crate) const CTRL_ENTER: &str = "Ctrl+Enter sends";
pub(crate) const ENTER: &str = "Enter sends";
pub(crate) const NO_FILE: &str = "Choose a file first.";
pub(crate) const NO_LINE: &str = "Nothing was sent: there is no socket yet. Dial first.";

pub(crate) const CLOSE: &str = "Close";
pub(crate) const CLOSE_WITH: &str = "Close with a code";
pub(crate) const CODE: &str = "Code";
pub(crate) const CODE_HINT: &str = "1000, 3000–4999, or none";
pub(crate) const REASON: &str = "Reason";
pub(crate) const NOTHING_TO_CLOSE: &str = "There is no open socket to close.";
pub(crate) const NO_NUMBER: &str = "A close code is a number.";
pub(crate) const IMPLIED_CODE: &str = "A reason cannot travel alone: it goes with code 1000.";

pub(crate) const LIMITS: &str = "What a page cannot do";
/// What a page cannot do, so that nobody looks for it here.
pub(crate) const CANNOT: &[(&str, &str)] = &[
    ("Set request headers", "A browser sends its own: Origin, cookies, the key. Only the sub-protocols are yours."),
    ("See the handshake", "Neither its status (401, 403, 404) nor its response headers: a refusal is code 1006."),
    ("Ping, or see pings", "The browser answers them by itself, and tells nobody."),
    ("See frames", "Fragments, masks and compression are over before a message is told."),
    ("Learn why a line broke", "The error event carries nothing, on purpose: pages must not explore a network."),
    ("Slow a sender down", "Messages come as fast as they are sent; this log keeps the latest."),
];

pub(crate) const ERROR_GIST: &str = "it says no more than that, on purpose";

/// A state, with the number that JavaScript knows it by.
pub(crate) const fn state(state: ReadyState) -> (&'static str, u8) {
    match state {
        ReadyState::Connecting => ("Connecting", 0),
        ReadyState::Open => ("Open", 1),
        ReadyState::Closing => ("Closing", 2),
        ReadyState::Closed => ("Closed", 3),
    }
}

pub(crate) fn shown(shown: usize, all: usize) -> String {
    if shown == all { rows(all as u64) } else { format!("{} of {}", grouped(shown as u64), rows(all as u64)) }
}

pub(crate) fn dropped(dropped: Dropped) -> String {
    format!(
        "{} with {} were let go: the log keeps the latest 20 000 rows and 32 MiB.",
        rows(dropped.rows),
        bytes(dropped.bytes)
    )
    .replace("20 000", "20\u{202f}000")
}

pub(crate) fn follow(unseen: usize) -> String {
    match unseen {
        0 => "Follow the end".into(),
        unseen => format!("Follow the end · {} new", grouped(unseen as u64)),
    }
}

/// A timeline, in words.
pub(crate) fn traffic(traffic: &Traffic) -> String {
    let sum = |count: fn(&Bar) -> u32| traffic.bars.iter().map(|bar| u64::from(count(bar))).sum::<u64>();
    let (received, sent) = (sum(|bar| bar.received), sum(|bar| bar.sent));
    format!("Traffic over {}: {} received, {} sent", span(traffic.span()), grouped(received), grouped(sent))
}

pub(crate) fn busiest(traffic: &Traffic) -> String {
    match traffic.most() {
        0 => "no message yet".into(),
        most => format!("at most {} in {}", messages(most.into()), span(traffic.step)),
    }
}

/// Messages that came, for those who listen: how many, and the last.
pub(crate) fn arrived(count: u64, last: &Message) -> String {
    match (count, last) {
        (1, Message::Text(text)) => {
            let begun: String = text.chars().take(SPOKEN).collect();
            format!(
                "Received: {}{}",
                if begun.is_empty() { EMPTY } else { &begun },
                if begun.len() < text.len() { "…" } else { "" }
            )
        }
        (1, last) => format!("Received {}", bytes(last.len())),
        (count, _) => format!("Received {}", messages(count)),
    }
}

pub(crate) fn dialled(url: &str) -> String {
    format!("Dialling {url}")
}

pub(crate) fn opened(protocol: &str) -> String {
    match protocol {
        "" => "Open".into(),
        protocol => format!("Open, with the sub-protocol {protocol}"),
    }
}

pub(crate) fn closed(code: u16) -> String {
    format!("Closed with {code}: {}", codes::meaning(code).gist)
}

/// What a close code means, in sentences.
pub(crate) fn explained(code: u16) -> Vec<(&'static str, String)> {
    let Meaning { gist: _, set_by, advice } = codes::meaning(code);
    let yours = if codes::may_be_sent(code) { "yes" } else { "no: a page may send 1000 and 3000 to 4999" };
    vec![("Said by", set_by.into()), ("Yours to send", yours.into()), ("To look at", advice.into())]
}

/// What may explain a failed dial, as a sentence.
pub(crate) fn cause(cause: Cause) -> String {
    match cause {
        Cause::Cancelled => "You called it off; a browser tells that as a failure.".into(),
        Cause::Policy => "This page's own content security policy does not allow this address (connect-src).".into(),
        Cause::MixedContent => {
            "Mixed content: the page came over https: and the address is ws:. Browsers allow only wss: from here.".into()
        }
        Cause::Port(port) => format!("Browsers never connect to port {port}: it belongs to another protocol."),
        Cause::Offline => "This device is offline.".into(),
        Cause::Hidden => {
            "What can be tested from here is in order: no mixed content, no blocked port, no policy against it, and the \
             device is online. What a browser hides is left: nobody listens there, the name is unknown, a certificate \
             is bad, the path is no WebSocket, or the server refused this origin or sub-protocol. The browser's \
             console may say which."
                .into()
        }
    }
}

/// Why nothing was dialled, as a sentence.
pub(crate) fn not_dialled(error: &OpenError) -> String {
    match error {
        OpenError::Url(_) => "This is no address a browser can read.".into(),
        OpenError::Scheme(scheme) => {
            format!("A WebSocket's address begins with ws: or wss: (http: and https: will do), and not with {scheme}:.")
        }
        OpenError::Fragment => "A WebSocket's address has no #fragment. A # in it is written %23.".into(),
        OpenError::Protocol(protocol) => {
            format!(
                "“{protocol}” is no sub-protocol: letters, digits and !#$%&'*+-.^_`|~ can be in one, and nothing else."
            )
        }
        OpenError::DuplicateProtocol(protocol) => format!("The sub-protocol “{protocol}” is offered twice."),
        OpenError::Blocked(why) => format!("The browser does not allow this address from here: {why}"),
        _ => "There is no WebSocket in this browser.".into(),
    }
}

/// Why nothing was sent, as a sentence.
pub(crate) fn not_sent(error: &SendError) -> String {
    match error {
        SendError::NotOpen => "Nothing was sent: the socket is not open yet.".into(),
        SendError::Closing => "Nothing was sent: the socket is closing.".into(),
        SendError::Closed => "Nothing was sent: the socket is closed. Dial again.".into(),
        error => format!("Nothing was sent: {error}."),
    }
}

/// Why nothing was closed, as a sentence.
pub(crate) fn not_closed(error: &CloseError) -> String {
    match error {
        CloseError::Code(code) => {
            format!("Not closed: {code} is not a page's to send. Use 1000, or one of 3000 to 4999, or none.")
        }
        CloseError::Reason { bytes } => {
            format!("Not closed: the reason has {bytes} bytes, and at most 123 fit into a close frame.")
        }
        error => format!("Not closed: {error}."),
    }
}

/// How long a reason is, in the bytes that count.
pub(crate) fn reason_length(bytes: usize) -> String {
    format!("{bytes} of 123 bytes")
}

/// Why a text stands for no bytes, as a sentence.
pub(crate) fn bad_bytes(error: &BadBytes) -> String {
    match error {
        BadBytes::Digit(letter, place) => format!("“{letter}”, at place {place}, does not belong there."),
        BadBytes::HalfAByte(digits) => format!("Half a byte is left over: {digits} digits make no whole bytes."),
        BadBytes::Cut => "This base64 is not whole: its end is missing or garbled.".into(),
    }
}

/// What is left out of an opened message.
pub(crate) fn not_drawn(left: u64) -> String {
    format!("{} more are not drawn. Copying and saving take them all.", bytes(left))
}

/// A name for what one row is opened by.
pub(crate) fn asked(code: Option<u16>, reason: Option<&str>) -> String {
    match (code, reason) {
        (None, None) => "close()".into(),
        (Some(code), None) => format!("close({code})"),
        (code, Some(reason)) => format!("close({}, “{reason}”)", code.unwrap_or(1000)),
    }
}

pub(crate) fn opened_row(protocol: &str, extensions: &str, took: f64) -> String {
    let or_none = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
    format!("in {} · sub-protocol: {} · extensions: {}", span(took), or_none(protocol), or_none(extensions))
}

pub(crate) fn offered(protocols: &[String]) -> String {
    format!("offering {}", protocols.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_is_spoken_one_by_one_and_a_burst_as_its_count() {
        assert_eq!(arrived(1, &"hello".into()), "Received: hello");
        assert_eq!(arrived(1, &"".into()), "Received: (empty)");
        assert_eq!(arrived(1, &"x".repeat(500).into()).chars().count(), "Received: ".len() + SPOKEN + 1);
        assert_eq!(arrived(1, &vec![0; 3].into()), "Received 3 bytes");
        assert_eq!(arrived(12_000, &"last".into()), "Received 12\u{202f}000 messages");
    }

    #[test]
    fn every_refusal_is_a_sentence() {
        for said in [
            not_dialled(&OpenError::Fragment),
            not_dialled(&OpenError::Scheme("ftp".into())),
            not_dialled(&OpenError::Protocol("a b".into())),
            not_dialled(&OpenError::DuplicateProtocol("a".into())),
            not_sent(&SendError::Closed),
            not_closed(&CloseError::Code(1001)),
            not_closed(&CloseError::Reason { bytes: 124 }),
            bad_bytes(&BadBytes::Digit('g', 3)),
            cause(Cause::Port(25)),
            cause(Cause::Hidden),
        ] {
            assert!(said.ends_with('.') && said.starts_with(|c: char| c.is_uppercase() || c == '“'), "{said}");
        }
    }

    #[test]
    fn a_close_is_explained_by_who_says_it_and_what_to_look_at() {
        assert_eq!(closed(1006), "Closed with 1006: the line broke without a goodbye");
        assert_eq!(explained(1006).len(), 3);
    }
}
