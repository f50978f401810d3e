//! A page with nothing but a `Socket`, for the stories about one: it dials, and says what happens in the page's words.
#![cfg(target_family = "wasm")]

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_channel::oneshot;
use js_sys::WebAssembly::Memory;
use openline_client::Socket;
use wasm_bindgen::{JsCast, JsError, prelude::wasm_bindgen};

thread_local! {
    static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// The page's own: writes it where it is seen.
    fn say(words: &str);
}

/// Dials, keeps the socket, and says what happens to it. What it is sent it sends back.
#[wasm_bindgen]
pub fn dial(url: &str) -> Result<(), JsError> {
    let socket = Socket::builder(url)
        .on_open(|| say("open"))
        .on_message(|message| {
            let text = message.text().unwrap_or_default();
            say(&text);
            SOCKET.with_borrow(|socket| socket.as_ref().map(|socket| socket.send(&text)));
        })
        .on_error(|| say("error"))
        .on_close(|event| say(&format!("close {} clean: {}", event.code, event.was_clean)))
        .open()?;
    SOCKET.set(Some(socket));
    Ok(())
}

/// Lets go of the socket.
#[wasm_bindgen]
pub fn hang_up() {
    SOCKET.set(None);
}

/// When a socket is dropped.
#[derive(Clone, Copy, PartialEq)]
enum Moment {
    Connecting,
    Open,
    Message,
    Error,
    Close,
}

/// Opens a socket and drops it, so many times, at one moment of its life after another. Returns by how many bytes memory
/// has grown since the first hundred.
#[wasm_bindgen]
pub async fn churn(cycles: u32) -> Result<u32, JsError> {
    let moments = [Moment::Connecting, Moment::Open, Moment::Message, Moment::Error, Moment::Close];
    let mut before = memory();
    for (cycle, moment) in (0..cycles).zip(moments.into_iter().cycle()) {
        live_until(moment).await?;
        if cycle < 100 {
            before = memory();
        }
    }
    Ok(memory() - before)
}

async fn live_until(end: Moment) -> Result<(), JsError> {
    let socket: Rc<RefCell<Option<Socket>>> = Rc::default();
    let (done, is_done) = oneshot::channel::<()>();
    let done = Rc::new(Cell::new(Some(done)));
    let reach = {
        let socket = socket.clone();
        move |moment| {
            if moment == end {
                drop(socket.take());
                drop(done.take());
            }
        }
    };
    let (on_open, on_message, on_error, on_close) = (reach.clone(), reach.clone(), reach.clone(), reach.clone());
    let held = socket.clone();
    let opened = Socket::builder(if end == Moment::Error { "/wrong-key" } else { "/line" })
        .on_open(move || {
            if let Some(socket) = &*held.borrow() {
                // What it says, the other end does: send something back, or close.
                let _ = socket.send(if end == Moment::Close { "close" } else { "echo" });
            }
            on_open(Moment::Open);
        })
        .on_message(move |_| on_message(Moment::Message))
        .on_error(move || on_error(Moment::Error))
        .on_close(move |_| on_close(Moment::Close))
        .open()?;
    socket.replace(Some(opened));
    reach(Moment::Connecting);
    drop(reach);
    let _ = is_done.await;
    Ok(())
}

fn memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}
