//! The smallest page with a `Session`: says hello to `/echo` whenever it is up, and tells the console what comes back.

use std::time::Duration;

use futures_util::StreamExt;
use openline_client::{Event, Heartbeat, Message, Session};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::console;

/// Called when the page has loaded this.
#[wasm_bindgen(start)]
pub fn start() {
    wasm_bindgen_futures::spawn_local(hello());
}

async fn hello() {
    let heartbeat = Heartbeat::new(Duration::from_secs(20), Duration::from_secs(5), || "beat".into());
    let (session, mut events) = Session::builder("/echo").heartbeat(heartbeat).open();
    while let Some(event) = events.next().await {
        match event {
            Event::Up if session.send("hello").is_err() => log("not sent"),
            Event::Message(Message::Text(text)) => log(&text),
            _ => {}
        }
    }
}

fn log(words: &str) {
    console::log_1(&words.into());
}
