//! The box's text, put there by something else than typing.

use gloo_events::EventListener;
use openline_rooms::protocol::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement, StorageEvent};
use yew::NodeRef;

use crate::unsent;

/// Puts a text into the box, before whatever is in it, as if it were typed.
pub(crate) fn put_back(input: &NodeRef, text: &str) {
    let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
    let typed = area.value();
    write(&area, &if typed.is_empty() { text.to_owned() } else { format!("{text}\n{typed}") });
}

/// Puts an earlier message into the box, in the place of what is typed, which is laid aside.
pub(crate) fn begin_edit(input: &NodeRef, room: &RoomName, text: &str) {
    let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
    unsent::lay_aside(room, &area.value());
    write(&area, text);
}

/// The edit is over: what was laid aside comes back.
pub(crate) fn end_edit(input: &NodeRef, room: &RoomName) {
    let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
    write(&area, &unsent::take_back(room));
}

/// Whoever goes on writing does so where they left off: at the end, which is not where browsers begin.
pub(super) fn begin(area: &HtmlTextAreaElement) {
    if area.selection_end() == Ok(Some(0)) {
        let end = area.text_length();
        // A box of text always has a selection.
        drop(area.set_selection_range(end, end));
    }
}

/// Puts marks on both sides of what is selected.
pub(super) fn wrap(area: &HtmlTextAreaElement, before: &str, after: &str) {
    let place = |at: Result<Option<u32>, _>| at.ok().flatten().unwrap_or_default();
    let (start, end) = (place(area.selection_start()), place(area.selection_end()));
    let text = js_sys::JsString::from(area.value());
    let selected = String::from(text.substring(start, end));
    replace(area, start, end, &format!("{before}{selected}{after}"));
    // Around nothing, the caret goes between the marks; else what was selected stays so, and a link waits for its address.
    let by = before.len() as u32;
    let is_link = after.len() > before.len() && start < end;
    let (start, end) = if is_link { (end + by + 2, end + by + 2) } else { (start + by, end + by) };
    drop(area.set_selection_range(start, end));
}

/// Puts a text in the place of a part of the box's, as if it were typed. Places count as the browser counts them.
pub(super) fn replace(area: &HtmlTextAreaElement, start: u32, end: u32, text: &str) {
    drop(area.set_range_text_with_start_and_end(text, start, end));
    tell(area);
}

/// Where the style sheet can't let the box grow with its text (no `field-sizing`), its height is set here, through
/// CSSOM, which a strict policy allows.
pub(super) fn grow(area: &HtmlTextAreaElement) {
    if web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false) {
        return;
    }
    let Some(frame) = area.parent_element().and_then(|frame| frame.dyn_into::<HtmlElement>().ok()) else { return };
    let (style, held) = (area.style(), frame.style());
    // The box collapses while it is measured, and what surrounds it must not: the list above would be higher for a moment,
    // and where its end is in view the browser moves it then, by nobody's hand but as if by the viewer's.
    // In whole pixels, up: what writes fractions weighs 8 KB, gzipped.
    let height = frame.get_bounding_client_rect().height().ceil() as i32;
    drop(held.set_property("min-height", &format!("{height}px")));
    drop(style.set_property("height", "auto"));
    drop(style.set_property("height", &format!("{}px", area.scroll_height())));
    drop(held.remove_property("min-height"));
}

/// Another tab has changed this room's text: it is taken over, unless something else is being typed here.
pub(super) fn follow_other_tabs(area: HtmlTextAreaElement, room: RoomName) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        let typing_here = area.owner_document().is_some_and(|document| {
            document.has_focus().unwrap_or(false) && document.active_element().as_ref() == Some(area.as_ref())
        });
        let differs = area.value() != event.old_value().unwrap_or_default();
        if event.key().is_some_and(|key| unsent::is_key_of(&key, &room)) && !(typing_here && differs) {
            area.set_value(&event.new_value().unwrap_or_default());
            grow(&area);
        }
    }))
}

fn write(area: &HtmlTextAreaElement, text: &str) {
    area.set_value(text);
    tell(area);
    drop(area.focus());
}

/// The box hears of it by the event that typing has, and keeps it.
fn tell(area: &HtmlTextAreaElement) {
    let bubbling = web_sys::EventInit::new();
    bubbling.set_bubbles(true);
    if let Ok(event) = web_sys::InputEvent::new_with_event_init_dict("input", bubbling.unchecked_ref()) {
        drop(area.dispatch_event(&event));
    }
}
