//! What is typed and not sent yet, kept in this browser for each room, over reloads.

use openline_rooms::protocol::RoomName;
use web_sys::Storage;

const UNSENT: &str = "openline/unsent/";

/// What was typed for a room.
pub(crate) fn of(room: &RoomName) -> String {
    storage().and_then(|storage| storage.get_item(&key(room)).ok().flatten()).unwrap_or_default()
}

/// Keeps what is typed for a room. Where the browser keeps nothing, it is in the box and nowhere else.
pub(crate) fn keep(room: &RoomName, text: &str) {
    let Some(storage) = storage() else { return };
    let key = key(room);
    drop(if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) });
}

/// Whether a key of local storage is that of a room's text, for those who hear what other tabs do.
pub(crate) fn is_key_of(key: &str, room: &RoomName) -> bool {
    key.strip_prefix(UNSENT) == Some(room.as_str())
}

fn key(room: &RoomName) -> String {
    format!("{UNSENT}{room}")
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
