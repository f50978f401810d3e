//! Figures that a page lives by, in a page of their own: what memory and sockets are left after much of everything.
#![cfg(target_family = "wasm")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
#![allow(dead_code, reason = "not every page needs every helper")]

use futures_util::{SinkExt, StreamExt, future::join};
use js_sys::{ArrayBuffer, Function, WebAssembly::Memory};
use openline_client::{BinaryType, Connection, Event, InboxLimit, Message, Session};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Blob, WebSocket};

wasm_bindgen_test_configure!(run_in_browser);

#[path = "cases/peer.rs"]
mod peer;
#[path = "cases/seen.rs"]
mod seen;

use self::{
    peer::echo,
    seen::{grab, next, within_10_s},
};

const MIB: u32 = 1 << 20;

fn memory() -> u32 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<ArrayBuffer>().byte_length()
}

async fn soon<T>(wait: impl Future<Output = T>) -> T {
    within_10_s(wait, || format!("{} bytes of memory", memory())).await
}

/// A file as a page gets one: its bytes are the browser's.
fn file_of_100_mib() -> Blob {
    let make = Function::new_no_args("return new Blob(Array(100).fill(new Uint8Array(1 << 20)));");
    make.call0(&JsValue::NULL).expect("a Blob").unchecked_into()
}

#[wasm_bindgen_test]
async fn a_file_of_100_mib_goes_out_and_back_in_slices_and_less_than_1_mib_of_memory() {
    let Some(url) = echo("") else { return };
    let file = file_of_100_mib();
    let line = soon(Connection::builder(url).binary_type(BinaryType::Blob).open()).await.unwrap();
    let (mut sender, mut receiver) = line.split();
    let before = memory();
    let sending = async {
        for start in (0..file.size() as u32).step_by(MIB as usize) {
            let slice = file.slice_with_f64_and_f64(start.into(), (start + MIB).into()).unwrap();
            soon(sender.send(slice.into())).await.unwrap();
        }
    };
    let receiving = async {
        for _ in 0..100 {
            let Some(Ok(Message::Blob(blob))) = soon(receiver.next()).await else { panic!("no Blob") };
            assert_eq!(blob.size(), f64::from(MIB));
        }
    };
    join(sending, receiving).await;
    assert!(memory() - before < MIB, "memory grew from {before} to {} bytes", memory());
}

#[wasm_bindgen_test]
async fn after_100_000_messages_each_way_memory_is_where_it_was() {
    let Some(url) = echo("") else { return };
    let limit = InboxLimit { messages: 10_000, ..InboxLimit::default() };
    let mut line = soon(Connection::builder(url).inbox(limit).open()).await.unwrap();
    let mut after_warm_up = 0;
    for round in 0..100 {
        for number in 0..1_000 {
            line.send_now(format!("message {number} of round {round}")).unwrap();
        }
        for number in 0..1_000 {
            let back = soon(line.next()).await;
            assert_eq!(back, Some(Ok(format!("message {number} of round {round}").into())));
        }
        if round == 10 {
            after_warm_up = memory();
        }
    }
    assert_eq!(memory(), after_warm_up);
}

#[wasm_bindgen_test]
async fn after_1_500_sessions_memory_is_where_it_was_and_no_socket_is_open() {
    let Some(url) = echo("") else { return };
    let sockets = js_sys::Array::new();
    let mut after_warm_up = 0;
    for round in 0..1_500 {
        let ((session, mut events), socket) = grab(|| Session::builder(url.clone()).open());
        for expected in [Event::Dialling, Event::Opened, Event::Up] {
            assert_eq!(next(&mut events).await, expected);
        }
        session.send("hello").unwrap();
        assert_eq!(next(&mut events).await, Event::Message("hello".into()));
        sockets.push(&socket);
        drop(session);
        assert!(matches!(next(&mut events).await, Event::Ended { .. }));
        assert_eq!(events.next().await, None);
        if round == 100 {
            after_warm_up = memory();
        }
    }
    assert_eq!(memory(), after_warm_up);
    let open = sockets.iter().filter(|socket| socket.unchecked_ref::<WebSocket>().ready_state() < WebSocket::CLOSING);
    assert_eq!(open.count(), 0);
}
