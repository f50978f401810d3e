//! The smallest page with a `Connection`: says hello to `/echo`, and tells the console what comes back.

use futures_util::{SinkExt, StreamExt};
use openline_client::{Connection, Message};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::console;

/// Called when the page has loaded this.
#[wasm_bindgen(start)]
pub fn start() {
    wasm_bindgen_futures::spawn_local(hello());
}

async fn hello() {
    let Ok(mut line) = Connection::open("/echo").await else { return log("no connection") };
    if line.send("hello".into()).await.is_err() {
        return log("not sent");
    }
    while let Some(Ok(Message::Text(text))) = line.next().await {
        log(&text);
    }
}

fn log(words: &str) {
    console::log_1(&words.into());
}
