//! The page: starts the worker, hands it what is typed, and shows what it tells.

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Document, HtmlElement, HtmlInputElement, MessageEvent, Worker};

fn main() -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no page here")?;
    // Trunk makes this file: it loads the worker's WebAssembly.
    let worker = Worker::new("/echo-worker_loader.js")?;
    let log: HtmlElement = element(&document, "log")?;
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let line = format!("{}\n", event.data().as_string().unwrap_or_default());
        let _ = log.insert_adjacent_text("beforeend", &line);
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

    let (form, words): (HtmlElement, HtmlInputElement) = (element(&document, "form")?, element(&document, "words")?);
    let on_submit = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        event.prevent_default();
        let _ = worker.post_message(&words.value().into());
        words.set_value("");
    });
    form.set_onsubmit(Some(on_submit.as_ref().unchecked_ref()));
    // They are there for as long as the page is.
    on_message.into_js_value();
    on_submit.into_js_value();
    Ok(())
}

fn element<T: JsCast>(document: &Document, id: &str) -> Result<T, JsValue> {
    let found = document.get_element_by_id(id).ok_or_else(|| JsValue::from(format!("no {id} in the page")))?;
    found.dyn_into().map_err(JsValue::from)
}
