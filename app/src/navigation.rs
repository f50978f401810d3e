//! The address bar: read, changed and listened to. It decides nothing; what an address means is told by `address`.

use gloo_events::EventListener;
use openline_rooms::protocol::{RoomName, Seq};
use wasm_bindgen::JsValue;
use web_sys::{Event, History, MouseEvent};

use crate::address::Address;

const MOVED: &str = "popstate";

/// Where the page is.
pub(crate) fn current() -> Address {
    let path = shown_path().unwrap_or_default();
    Address::of(path.strip_prefix(&base()).unwrap_or(&path), decoded)
}

/// The path under which the server is shown, without a slash at its end: the document's `<base>` says it.
pub(crate) fn base() -> String {
    let document = web_sys::window().and_then(|window| window.document());
    let base = document.and_then(|document| document.base_uri().ok()?).unwrap_or_default();
    base.strip_prefix(&origin()).unwrap_or_default().trim_end_matches('/').to_owned()
}

/// The path that leads to a room, or to an entry in it.
pub(crate) fn path(room: &RoomName, at: Option<Seq>) -> String {
    base() + &Address::path(room, at, encoded)
}

/// The whole address of a room, or of an entry in it, to be given to others.
pub(crate) fn link(room: &RoomName, at: Option<Seq>) -> String {
    origin() + &path(room, at)
}

/// Goes somewhere; the way back leads here. Going where one is changes nothing.
pub(crate) fn go(room: &RoomName, at: Option<Seq>) {
    let path = path(room, at);
    if shown_path().as_deref() == Some(&path) {
        return;
    }
    // It fails only for an address of another origin.
    drop(history().map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&path))));
    // The browser tells of its own moves; those that listen need not know whose a move was.
    if let (Some(window), Ok(event)) = (web_sys::window(), Event::new(MOVED)) {
        drop(window.dispatch_event(&event));
    }
}

/// Writes an address over one that stands there in another form.
pub(crate) fn correct(room: &RoomName, at: Option<Seq>) {
    let path = path(room, at);
    if shown_path().as_deref() != Some(&path) {
        drop(history().map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&path))));
    }
}

/// Calls `heard` when the address has changed, by the viewer's going back or forth or by [`go`].
pub(crate) fn on_move(heard: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, MOVED, move |_| heard()))
}

/// Whether a click on a link is for this page, and not for a new tab or window.
pub(crate) fn is_for_this_page(event: &MouseEvent) -> bool {
    event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}

fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

fn shown_path() -> Option<String> {
    web_sys::window()?.location().pathname().ok()
}

fn history() -> Option<History> {
    web_sys::window()?.history().ok()
}

fn encoded(segment: &str) -> String {
    js_sys::encode_uri_component(segment).into()
}

fn decoded(segment: &str) -> Option<String> {
    js_sys::decode_uri_component(segment).ok().map(String::from)
}
