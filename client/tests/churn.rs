//! Many sockets, in a page of their own: a browser slows a page down that dials in vain too often.
#![cfg(target_family = "wasm")]

use gloo_timers::future::TimeoutFuture;
use js_sys::WebAssembly::Memory;
use openline_client::Socket;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Nobody listens here.
const NOBODY: &str = "ws://127.0.0.1:64999/";

fn memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

#[wasm_bindgen_test]
async fn sockets_dropped_while_connecting_1_500_times_leak_nothing() {
    let cycle = || assert!(Socket::builder(NOBODY).on_message(|_| {}).on_close(|_| {}).open().is_ok());
    for _ in 0..100 {
        cycle();
    }
    TimeoutFuture::new(0).await;
    let before = memory();
    for round in 0..1_500 {
        cycle();
        if round % 50 == 0 {
            TimeoutFuture::new(0).await;
        }
    }
    assert_eq!(memory(), before);
}
