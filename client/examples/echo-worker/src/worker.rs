//! A `Session` in a dedicated worker: the line goes on while the page is busy drawing.
//!
//! What the page says goes to `/echo`; what happens, messages and all, is told to the page in words.

use futures_util::StreamExt;
use openline_client::{Event, Message, Session};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    wasm_bindgen_futures::spawn_local(serve(js_sys::global().unchecked_into()));
}

async fn serve(page: DedicatedWorkerGlobalScope) {
    let (session, mut events) = Session::builder("/echo").open();
    let to_page = page.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Err(unsent) = session.send(text) {
            tell(&to_page, &format!("not sent: {unsent}"));
        }
    });
    page.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    while let Some(event) = events.next().await {
        match event {
            Event::Up => tell(&page, "up"),
            Event::Message(Message::Text(text)) => tell(&page, &text),
            Event::Down { why, .. } => tell(&page, &format!("down: {why}")),
            _ => {}
        }
    }
}

fn tell(page: &DedicatedWorkerGlobalScope, words: &str) {
    // What can't be cloned can't be posted; a text can.
    let _ = page.post_message(&words.into());
}
