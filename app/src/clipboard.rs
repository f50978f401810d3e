//! Copying text out of the page.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlTextAreaElement};

/// Copies a text; `false` where the browser does not let a page do so.
pub(crate) async fn copy(text: String) -> bool {
    if copy_by_clipboard(&text).await { true } else { copy_by_selection(&text) }
}

/// The way of secure contexts. Elsewhere (http on a local network) there is no clipboard.
async fn copy_by_clipboard(text: &str) -> bool {
    let Some(window) = web_sys::window().filter(web_sys::Window::is_secure_context) else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// The older way, which works anywhere, as long as the viewer has just clicked.
fn copy_by_selection(text: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document()?.dyn_into::<HtmlDocument>().ok());
    let Some(document) = document else { return false };
    let before = document.active_element();
    let area = document.create_element("textarea").ok().and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
    let (Some(area), Some(body)) = (area, document.body()) else { return false };
    area.set_class_name("offstage");
    area.set_value(text);
    let copied = body.append_child(&area).is_ok() && {
        area.select();
        document.exec_command("copy").unwrap_or(false)
    };
    area.remove();
    if let Some(before) = before.and_then(|before| before.dyn_into::<web_sys::HtmlElement>().ok()) {
        // The focus stays where it was when the element is gone; nothing to be done about it.
        drop(before.focus());
    }
    copied
}
