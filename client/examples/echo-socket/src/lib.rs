//! The smallest page with a `Socket`: says hello to `/echo`, and tells the console of all four events.

use std::cell::RefCell;

use openline_client::Socket;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::console;

thread_local! {
    /// For as long as the page is there: dropping it would close it.
    static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) };
}

/// Called when the page has loaded this.
#[wasm_bindgen(start)]
pub fn start() {
    let opened = Socket::builder("/echo")
        .on_open(say_hello)
        .on_message(|message| log(&message.text().unwrap_or_default()))
        .on_error(|| log("failed"))
        .on_close(|event| log(&event.reason))
        .open();
    match opened {
        Ok(socket) => SOCKET.set(Some(socket)),
        Err(_) => log("no socket"),
    }
}

fn say_hello() {
    SOCKET.with_borrow(|socket| {
        if socket.as_ref().is_none_or(|socket| socket.send("hello").is_err()) {
            log("not sent");
        }
    });
}

fn log(words: &str) {
    console::log_1(&words.into());
}
