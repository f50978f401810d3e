//! Buffered amount: what was handed over and is not sent yet.

use js_sys::{Function, Uint8Array};
use openline_client::Socket;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::{NOBODY, echo},
    seen::{Watched, turn, within_10_s},
};

#[wasm_bindgen_test]
async fn it_grows_within_the_task_by_utf_8_bytes_and_falls_to_nothing() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    let amounts = watched.with(|socket| {
        let after = |sent: Result<(), _>| sent.map(|()| socket.buffered_amount()).unwrap();
        let blob = web_sys::Blob::new_with_str_sequence(&js_sys::Array::of1(&"12345".into())).unwrap();
        [
            after(socket.send("é👩")),
            after(socket.send("")),
            after(socket.send(&[0; 10])),
            after(socket.send(&Uint8Array::new_with_length(100).subarray(10, 30))),
            after(socket.send(&blob)),
        ]
    });
    assert_eq!(amounts, [6, 6, 16, 36, 41]);
    for _ in 0..5 {
        watched.message().await;
    }
    let empty = async {
        while watched.with(Socket::buffered_amount) > 0 {
            turn().await;
        }
    };
    within_10_s(empty, || watched.with(Socket::buffered_amount)).await;
}

#[wasm_bindgen_test]
async fn closing_does_not_reset_it() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| {
        socket.send(&[0; 1000]).unwrap();
        socket.close(None, None).unwrap();
        assert_eq!(socket.buffered_amount(), 1000);
    });
}

#[wasm_bindgen_test]
fn it_is_not_cut_to_32_bits() {
    let socket = Socket::builder(NOBODY).open().unwrap();
    let replace = Function::new_no_args(
        "const real = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'bufferedAmount');
         Object.defineProperty(WebSocket.prototype, 'bufferedAmount', { get: () => 2 ** 40 + 5, configurable: true });
         return real;",
    );
    let real = replace.call0(&JsValue::NULL).unwrap();
    let amount = socket.buffered_amount();
    let restore = Function::new_with_args("real", "Object.defineProperty(WebSocket.prototype, 'bufferedAmount', real)");
    restore.call1(&JsValue::NULL, &real).unwrap();
    assert_eq!(amount, (1 << 40) + 5);
}
