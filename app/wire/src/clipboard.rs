//! Copying text out of the page.

use wasm_bindgen_futures::JsFuture;

/// Copies a text; `false` where the browser does not let a page do so, as over http: from another device.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window().filter(web_sys::Window::is_secure_context) else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}
