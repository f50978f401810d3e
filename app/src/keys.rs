//! Keys: which are the page's, and which are somebody else's.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Whether a key goes to an input method that is composing. Safari says so only by the number 229, because there the
/// composition has ended before the key that ends it is heard.
pub(crate) fn belongs_to_input_method(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Whether a key would write something where the focus is.
pub(crate) fn goes_into_a_field(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || target.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}

/// Whether a key is pressed by itself.
pub(crate) fn is_bare(event: &KeyboardEvent) -> bool {
    !(event.ctrl_key() || event.alt_key() || event.meta_key())
}

/// Whether a key is pressed with Ctrl, or with ⌘ where that is the custom, and nothing else.
pub(crate) fn is_command(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() != event.meta_key()) && !event.alt_key() && !event.shift_key()
}
