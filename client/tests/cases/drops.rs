//! Dropping: nothing is called any more, nothing stays open, nothing leaks.

use std::{cell::Cell, rc::Rc};

use js_sys::WebAssembly::Memory;
use openline_client::Socket;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::WebSocket;

use super::{
    peer::{NOBODY, echo},
    seen::{Watched, event, grab},
};

fn memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

#[wasm_bindgen_test]
fn dropping_takes_all_four_handlers_off_and_closes() {
    let calls = Rc::new(Cell::new(0));
    let call = {
        let calls = calls.clone();
        move || calls.set(calls.get() + 1)
    };
    let (on_message, on_error, on_close) = (call.clone(), call.clone(), call.clone());
    let builder = Socket::builder(NOBODY)
        .on_open(call)
        .on_message(move |_| on_message())
        .on_error(on_error)
        .on_close(move |_| on_close());
    let (socket, inside) = grab(|| builder.open().unwrap());
    let dispatch_all = || {
        for name in ["open", "message", "error", "close"] {
            inside.dispatch_event(&event(name)).unwrap();
        }
        calls.get()
    };
    assert_eq!(dispatch_all(), 4);
    drop(socket);
    assert_eq!(dispatch_all(), 4);
    assert!(matches!(inside.ready_state(), WebSocket::CLOSING | WebSocket::CLOSED));
}

#[wasm_bindgen_test]
async fn dropping_an_open_socket_closes_it() {
    let Some(url) = echo("") else { return };
    let (socket, inside) = grab(|| Watched::open(&url).unwrap());
    socket.is_open().await;
    drop(socket);
    assert!(matches!(inside.ready_state(), WebSocket::CLOSING | WebSocket::CLOSED));
}

#[wasm_bindgen_test]
async fn sockets_that_were_open_leak_nothing_and_none_stays() {
    let Some(url) = echo("") else { return };
    let kept = js_sys::Array::new();
    let mut before = 0;
    for round in 0..120 {
        let (watched, inside) = grab(|| Watched::open(&url).unwrap());
        watched.is_open().await;
        watched.with(|socket| socket.send(&vec![1; 10_000])).unwrap();
        watched.message().await;
        kept.push(&inside);
        drop(watched);
        if round == 20 {
            before = memory();
        }
    }
    assert_eq!(memory(), before);
    let open = kept.iter().filter(|socket| socket.unchecked_ref::<WebSocket>().ready_state() < WebSocket::CLOSING);
    assert_eq!(open.count(), 0);
}
