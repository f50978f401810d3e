//! Every sentence the page says, in one place, so that a second language needs no search. Pure.

use openline_rooms::protocol::{Body, CloseCode, Entry, NameError, Post, Why};

pub(crate) const PRODUCT: &str = "Openline";
pub(crate) const TAGLINE: &str = "A room is an address. Whoever has it can come in and talk.";
pub(crate) const INVITED_TO: &str = "Come in to";
pub(crate) const YOUR_NAME: &str = "Your name";
pub(crate) const NAME_HINT: &str = "No account, no password. This browser remembers your name.";
pub(crate) const NOTHING_IS_KEPT: &str =
    "This browser keeps nothing for this page: your name and unsent messages are gone when you close it.";

pub(crate) const SKIP_TO_BOX: &str = "Skip to message box";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const HERE_NOW: &str = "Here now";
pub(crate) const NOBODY_KNOWN: &str = "Known once the room has been joined.";
pub(crate) const YOU: &str = "you";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const COPY_INVITATION: &str = "Copy invitation link";
pub(crate) const INVITATION: &str = "Invitation";
pub(crate) const INVITATION_HINT: &str = "Anyone who opens this address is in the room.";
pub(crate) const COPIED: &str = "Link copied";
pub(crate) const COPY_BY_HAND: &str = "This browser does not let the page copy. Copy the link yourself:";
pub(crate) const INVITATION_LINK: &str = "Invitation link";
pub(crate) const OTHER_ROOM: &str = "Another room";
pub(crate) const GO_TO_ROOM: &str = "Go to room";
pub(crate) const GO: &str = "Go";
pub(crate) const WORKBENCH: &str = "Look at the wire";

pub(crate) const LOADING: &str = "Loading messages…";
pub(crate) const LOAD_OLDER: &str = "Load older messages";
pub(crate) const LOADING_OLDER: &str = "Loading older messages…";
pub(crate) const BEGINNING: &str = "This is the beginning of the room.";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const TODAY: &str = "Today";
pub(crate) const YESTERDAY: &str = "Yesterday";
pub(crate) const EMPTY_ROOM_HINT: &str =
    "Say something: it stays here for whoever comes later. Or send the link to somebody first.";
pub(crate) const STARTED_OVER: &str =
    "The room has started over on the server. What was here before belongs to its earlier log.";

pub(crate) const SEND: &str = "Send";
pub(crate) const KEYS_HINT: &str = "Enter sends, Shift+Enter makes a new line";

pub(crate) const SENDING: &str = "Sending…";
pub(crate) const WAITING: &str = "Waiting for the line";
pub(crate) const STORING: &str = "Storing in this browser…";
pub(crate) const NOT_STORED: &str =
    "Not sent: this browser's storage is full or switched off. Make room and retry, or copy the text before you leave.";
pub(crate) const OTHER_LOG: &str =
    "Not sent: the room has started over since you wrote this. Send it into the new one, or keep it to yourself.";
pub(crate) const RETRY: &str = "Retry";
pub(crate) const EDIT: &str = "Edit";
pub(crate) const COPY: &str = "Copy";
pub(crate) const COPIED_TEXT: &str = "Copied";
pub(crate) const NOT_COPIED: &str = "Could not copy";
pub(crate) const DISCARD: &str = "Discard";

pub(crate) const CONNECTING: &str = "Connecting…";
pub(crate) const CONNECTED: &str = "Connected";
pub(crate) const TRYING: &str = "Trying again now…";
pub(crate) const OFFLINE: &str = "This device is offline; it goes on by itself.";
pub(crate) const TRY_NOW: &str = "Try now";
pub(crate) const START_ANEW: &str = "Start as somebody new";
pub(crate) const USE_IT_HERE: &str = "Use it here";

pub(crate) const NO_SUCH_PAGE: &str = "There is nothing at this address.";
pub(crate) const BAD_ROOM_TITLE: &str = "This is not a room's name";
pub(crate) const TO_LOBBY: &str = "Go to the lobby";

const UNTOLD: &str = "the server gave a reason this page does not know yet";

pub(crate) fn enter(room: &str) -> String {
    format!("Enter #{room}")
}

pub(crate) fn title(room: &str, unread: usize) -> String {
    match unread {
        0 => format!("#{room} · {PRODUCT}"),
        n => format!("({n}) #{room} · {PRODUCT}"),
    }
}

pub(crate) fn messages_in(room: &str) -> String {
    format!("Messages in {room}")
}

pub(crate) fn message_to(room: &str) -> String {
    format!("Message #{room}")
}

pub(crate) fn people(count: usize) -> String {
    match count {
        1 => "1 person".into(),
        n => format!("{n} people"),
    }
}

pub(crate) fn and_more(count: usize) -> String {
    format!("and {count} more")
}

pub(crate) fn empty_room(room: &str) -> String {
    format!("Nothing has been said in #{room} yet")
}

pub(crate) fn missed(count: u64) -> String {
    match count {
        1 => "1 message came while you were away and is not shown.".into(),
        n => format!("{n} messages came while you were away and are not shown."),
    }
}

pub(crate) fn older_failed(why: &str) -> String {
    format!("Older messages could not be loaded: {why}.")
}

pub(crate) fn jump(unread: usize) -> String {
    match unread {
        0 => "Jump to latest".into(),
        n => format!("Jump to latest · {n} new"),
    }
}

/// What the announcer says of one arrival.
pub(crate) fn arrival(name: &str, text: &str) -> String {
    const ENOUGH: usize = 300;
    let mut said: String = text.chars().take(ENOUGH).collect();
    if said.len() < text.len() {
        said.push('…');
    }
    format!("{name}: {said}")
}

/// What an entry says, where only words will do.
pub(crate) fn of(entry: &Entry) -> String {
    match &entry.body {
        Body::Text(text) => text.clone(),
        Body::Bytes(bytes) => attachment(entry.kind.as_deref(), bytes.len()),
        _ => unknown_body(entry.kind.as_deref()),
    }
}

/// What the announcer says of many.
pub(crate) fn arrivals(count: usize) -> String {
    match count {
        1 => "1 new message".into(),
        n => format!("{n} new messages"),
    }
}

/// Stands for a body that can't be shown as text, such as "image/png, 12 KB".
pub(crate) fn attachment(kind: Option<&str>, bytes: usize) -> String {
    let kind = kind.unwrap_or("Data");
    match bytes {
        0..1_000 => format!("{kind}, {bytes} bytes"),
        1_000..1_000_000 => format!("{kind}, {} KB", (bytes + 500) / 1_000),
        _ => format!("{kind}, {} MB", (bytes + 500_000) / 1_000_000),
    }
}

/// Stands for a body of a sort that came after this page.
pub(crate) fn unknown_body(kind: Option<&str>) -> String {
    match kind {
        Some(kind) => format!("A message of a kind this page can't show yet: {kind}"),
        None => "A message this page can't show yet".into(),
    }
}

/// How much room is left in the box, or by how much it is too full. Sizes are bytes, and said so only where it hurts.
pub(crate) fn counter(used: usize, limit: usize) -> String {
    match used.checked_sub(limit) {
        Some(over @ 1..) => format!("Too long by {over}: a message has at most {limit} bytes"),
        _ => format!("{} left", limit - used),
    }
}

pub(crate) fn not_kept(why: &str) -> String {
    format!("Not sent: {why}. Your text is still in the box.")
}

pub(crate) fn held(reason: &Why) -> String {
    format!("Waiting: {}. It is tried again by itself.", why(reason))
}

pub(crate) fn refused(reason: &Why) -> String {
    format!("Not sent: {}.", why(reason))
}

/// A reason of the server's, without capital and full stop.
pub(crate) fn why(why: &Why) -> String {
    match why {
        Why::TooLong { limit } => format!("it is too long; the server takes at most {limit} bytes"),
        Why::BadBody {} => "the server takes only text or bytes".into(),
        Why::BadKind {} => "the server does not take this kind of message".into(),
        Why::NotJoined {} => "the room had not been joined when it arrived".into(),
        Why::TooManyRooms { limit } => format!("you are in {limit} rooms already, and can't be in more"),
        Why::StorageFull {} => "the server's disk is full".into(),
        Why::StorageFailed {} => "the server's disk does not answer".into(),
        Why::Behind { .. } => "an earlier message of yours has to go first".into(),
        Why::NotUnderstood { detail } => format!("the server did not understand it ({detail})"),
        _ => UNTOLD.into(),
    }
}

pub(crate) fn line_lost(why: &str) -> String {
    format!("Connection lost: {why}.")
}

pub(crate) fn no_line_yet(why: &str) -> String {
    format!("No connection yet: {why}.")
}

pub(crate) fn trying_in(seconds: u64) -> String {
    format!("Trying again in {seconds} s")
}

/// Why the line has ended for good, with what to do about it said by the buttons beside it.
pub(crate) fn ended(why: &str, code: Option<CloseCode>) -> String {
    match code {
        Some(CloseCode::BAD_TOKEN) => {
            "The server does not recognise you any more. Your messages stay under your old self; you can go on as \
             somebody new under the same name."
                .into()
        }
        Some(CloseCode::REPLACED) => "This page was opened on another line, and this one was closed.".into(),
        _ => format!("Disconnected: {why}. The page does not try again by itself."),
    }
}

/// Why a name can't be used, as a sentence.
pub(crate) fn bad_name(error: &NameError) -> String {
    match error {
        NameError::Empty => "A name needs at least one character.".into(),
        NameError::TooLong { limit } => format!("A name has at most {limit} characters."),
        NameError::NotAllowed { found } if found.is_control() => {
            "A name can't have invisible control characters.".into()
        }
        NameError::NotAllowed { found } if found.is_whitespace() => {
            "A room's name has letters, digits, - and _, but no spaces.".into()
        }
        NameError::NotAllowed { found } => format!("A name of this kind can't have the character “{found}”."),
        _ => "This name can't be used.".into(),
    }
}

/// From how many bytes on the counter is shown.
pub(crate) const COUNT_FROM: usize = Post::MAX_TEXT / 5 * 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_says_what_is_left_and_then_by_how_much_it_is_too_much() {
        assert_eq!(counter(3_900, 4_000), "100 left");
        assert_eq!(counter(4_000, 4_000), "0 left");
        assert_eq!(counter(4_003, 4_000), "Too long by 3: a message has at most 4000 bytes");
    }

    #[test]
    fn every_reason_of_the_server_is_said_in_words() {
        let id = "0193f0aa-0000-4000-8000-000000000000".parse().unwrap();
        for reason in [
            Why::TooLong { limit: 4_000 },
            Why::BadBody {},
            Why::BadKind {},
            Why::NotJoined {},
            Why::TooManyRooms { limit: 64 },
            Why::StorageFull {},
            Why::StorageFailed {},
            Why::Behind { id },
            Why::NotUnderstood { detail: "x".into() },
        ] {
            let said = why(&reason);
            assert!(!said.is_empty() && said != UNTOLD && !said.ends_with('.'), "{said}");
        }
    }

    #[test]
    fn a_long_arrival_is_announced_by_its_beginning() {
        assert_eq!(arrival("Ada", "hi"), "Ada: hi");
        assert!(arrival("Ada", &"é".repeat(1_000)).ends_with("é…"));
    }

    #[test]
    fn what_cannot_be_shown_is_named_with_its_size() {
        assert_eq!(attachment(Some("image/png"), 12_345), "image/png, 12 KB");
        assert_eq!(attachment(None, 7), "Data, 7 bytes");
        assert_eq!(attachment(Some("video/mp4"), 2_600_000), "video/mp4, 3 MB");
    }
}
