//! How much of the page a keyboard on the screen leaves to be seen, where the browser lays it over the page instead of
//! making the page smaller (WebKit). The style sheet makes the shell as high as that.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, VisualViewport};

use crate::focus::document;

/// How high the seen part is, and where it begins.
const HEIGHT: &str = "--seen";
const BEGIN: &str = "--seen-from";

/// Tells the style sheet at each change, until the listeners are dropped.
pub(crate) fn follow() -> Vec<EventListener> {
    let Some(viewport) = web_sys::window().and_then(|window| window.visual_viewport()) else { return Vec::new() };
    let on = |event: &'static str| {
        let seen = viewport.clone();
        EventListener::new(&viewport, event, move |_| tell(&seen))
    };
    vec![on("resize"), on("scroll")]
}

fn tell(viewport: &VisualViewport) {
    let root = document().and_then(|document| document.document_element()?.dyn_into::<HtmlElement>().ok());
    let Some(root) = root else { return };
    let style = root.style();
    // Setting a property of our own does not fail.
    if let Some(height) = covered_to(root.client_height().into(), viewport.height(), viewport.scale()) {
        drop(style.set_property(HEIGHT, &pixels(height)));
        drop(style.set_property(BEGIN, &format!("0 {}", pixels(viewport.offset_top()))));
    } else {
        drop(style.remove_property(HEIGHT));
        drop(style.remove_property(BEGIN));
    }
}

/// A length for a style sheet. Whole pixels will do, and how a fraction is written would weigh 5 KB of gzipped WASM.
fn pixels(length: f64) -> String {
    format!("{}px", length as u32)
}

/// How much of a page is seen, if a part of it is covered. One who looks at it through a lens (`scale` above 1) sees less
/// of it, and nothing covers the rest.
fn covered_to(page: f64, seen: f64, scale: f64) -> Option<f64> {
    (scale <= 1.01 && seen > 0.0 && seen < page - 1.0).then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyboard_covers_and_a_lens_does_not() {
        assert_eq!(covered_to(800.0, 460.0, 1.0), Some(460.0));
        assert_eq!(covered_to(800.0, 800.0, 1.0), None);
        assert_eq!(covered_to(800.0, 400.0, 2.0), None);
    }
}
