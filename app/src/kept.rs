//! What this browser keeps for the viewer: the rooms they are in, and what they chose.

use gloo_events::EventListener;
use openline_rooms::protocol::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

const ROOMS: &str = "openline/rooms";

/// The rooms the viewer is in, in the order they came into them.
pub(crate) fn rooms() -> Vec<RoomName> {
    get(ROOMS).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect()
}

/// Keeps them.
pub(crate) fn keep_rooms(rooms: &[RoomName]) {
    set(ROOMS, &rooms.iter().map(RoomName::as_str).collect::<Vec<_>>().join("\n"));
}

/// Something the viewer can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Language,
    Theme,
    Notify,
    Sound,
    /// Whether others are shown that the viewer types.
    Typing,
}

impl Choice {
    const fn key(self) -> &'static str {
        match self {
            Self::Language => "openline/choice/language",
            // The pages read it by this name before they draw anything.
            Self::Theme => "openline/choice/theme",
            Self::Notify => "openline/choice/notify",
            Self::Sound => "openline/choice/sound",
            Self::Typing => "openline/choice/typing",
        }
    }

    /// What was chosen, if anything was.
    pub(crate) fn get(self) -> Option<String> {
        get(self.key())
    }

    pub(crate) fn set(self, value: &str) {
        set(self.key(), value);
    }

    /// Whether it is on, where it is either on or off.
    pub(crate) fn is_on(self, by_default: bool) -> bool {
        self.get().map_or(by_default, |value| value == "on")
    }

    pub(crate) fn turn(self, on: bool) {
        self.set(if on { "on" } else { "off" });
    }
}

/// Calls `heard` when another tab has changed the rooms.
pub(crate) fn on_other_tab(heard: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
        if key.as_deref() == Some(ROOMS) {
            heard();
        }
    }))
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Where the browser keeps nothing, or no more, it lasts as long as the page.
fn set(key: &str, value: &str) {
    drop(storage().map(|storage| storage.set_item(key, value)));
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
