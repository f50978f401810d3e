//! Where the focus is put. It moves only because the viewer did something, never because something arrived.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};
use yew::NodeRef;

use crate::shortcuts;

/// Puts the focus on an element, if it is in the document.
pub(crate) fn put_focus(element: &NodeRef) {
    if let Some(element) = element.cast::<HtmlElement>() {
        // An element that can't have the focus leaves it where it is.
        drop(element.focus());
    }
}

/// The parts of the page, in the order of the document, and what in them takes the focus.
const REGIONS: [(&str, &str); 5] = [
    ("nav", "nav .here a"),
    ("header", "header .plain"),
    (".messages", ".log"),
    (".composer", "textarea"),
    ("aside", "section button, section a"),
];

/// Puts the focus into the part of the page after the one it is in, or before. What is not shown can't have it, and is
/// passed over.
pub(crate) fn to_region(forward: bool) {
    let Some(document) = document() else { return };
    let active = document.active_element();
    let is_in =
        |region| active.as_ref().is_some_and(|active| active.closest(region).is_ok_and(|found| found.is_some()));
    let from = REGIONS.iter().position(|(region, _)| is_in(region)).unwrap_or(REGIONS.len() - 1);
    shortcuts::next(from, REGIONS.len(), forward, |place| {
        let found = REGIONS.get(place).and_then(|(_, inside)| document.query_selector(inside).ok().flatten());
        let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else { return false };
        drop(element.focus());
        document.active_element().as_ref() == Some(element.as_ref())
    });
}

/// Whether a focused field brings up no keyboard that covers things: the viewer does not point with a finger.
pub(crate) fn has_keyboard() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
    query.is_some_and(|query| !query.matches())
}

/// The document, which every page has.
pub(crate) fn document() -> Option<Document> {
    web_sys::window()?.document()
}
