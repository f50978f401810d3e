//! Where the focus is put. It moves only because the viewer did something, never because something arrived.

use web_sys::{Document, HtmlElement};
use yew::NodeRef;

/// Puts the focus on an element, if it is in the document.
pub(crate) fn put_focus(element: &NodeRef) {
    if let Some(element) = element.cast::<HtmlElement>() {
        // An element that can't have the focus leaves it where it is.
        drop(element.focus());
    }
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
