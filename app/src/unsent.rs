//! What is typed and not sent yet, and what it is about, kept in this browser for each room, over reloads.

use openline_rooms::protocol::{RoomName, Seq};
use web_sys::Storage;

const UNSENT: &str = "openline/unsent/";
const ABOUT: &str = "openline/about/";
const ASIDE: &str = "openline/aside/";

/// The message that what is typed is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Reply(Seq),
    Edit(Seq),
}

impl About {
    pub(crate) fn seq(self) -> Seq {
        match self {
            Self::Reply(seq) | Self::Edit(seq) => seq,
        }
    }

    fn of(text: &str) -> Option<Self> {
        let (what, seq) = text.split_once(' ')?;
        let seq = Seq::new(seq.parse().ok()?)?;
        match what {
            "reply" => Some(Self::Reply(seq)),
            "edit" => Some(Self::Edit(seq)),
            _ => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Reply(seq) => format!("reply {seq}"),
            Self::Edit(seq) => format!("edit {seq}"),
        }
    }
}

/// What was typed for a room.
pub(crate) fn of(room: &RoomName) -> String {
    get(UNSENT, room)
}

/// Keeps what is typed for a room. Where the browser keeps nothing, it is in the box and nowhere else.
pub(crate) fn keep(room: &RoomName, text: &str) {
    set(UNSENT, room, text);
}

/// What it is about.
pub(crate) fn about(room: &RoomName) -> Option<About> {
    About::of(&get(ABOUT, room))
}

/// Keeps what it is about.
pub(crate) fn keep_about(room: &RoomName, about: Option<About>) {
    set(ABOUT, room, &about.map(About::text).unwrap_or_default());
}

/// Lays aside what was typed, while an earlier message is edited in its place.
pub(crate) fn lay_aside(room: &RoomName, text: &str) {
    set(ASIDE, room, text);
}

/// Takes back what was laid aside.
pub(crate) fn take_back(room: &RoomName) -> String {
    let text = get(ASIDE, room);
    set(ASIDE, room, "");
    text
}

/// Whether a key of local storage is that of a room's text, for those who hear what other tabs do.
pub(crate) fn is_key_of(key: &str, room: &RoomName) -> bool {
    key.strip_prefix(UNSENT) == Some(room.as_str())
}

fn get(what: &str, room: &RoomName) -> String {
    storage().and_then(|storage| storage.get_item(&format!("{what}{room}")).ok().flatten()).unwrap_or_default()
}

fn set(what: &str, room: &RoomName, text: &str) {
    let Some(storage) = storage() else { return };
    let key = format!("{what}{room}");
    drop(if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) });
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_about_reads_back_as_it_was_kept() {
        for about in [About::Reply(Seq::START.next()), About::Edit(Seq::new(42).unwrap())] {
            assert_eq!(About::of(&about.text()), Some(about));
        }
        assert_eq!(About::of("reply x"), None);
        assert_eq!(About::of(""), None);
    }
}
