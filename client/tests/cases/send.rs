//! Send: text, bytes, buffers, views and Blobs arrive as they were.

use js_sys::{
    ArrayBuffer, BigInt64Array, BigUint64Array, DataView, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array,
};
use openline_client::{BinaryType, Kind, Outgoing, SendError};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::{NOBODY, echo},
    seen::Watched,
};

/// The lengths at which a frame's header changes, and their neighbours.
const LENGTHS: [usize; 7] = [0, 1, 125, 126, 127, 65_535, 65_536];

async fn back<'a>(watched: &Watched, sent: impl Into<Outgoing<'a>>) -> Vec<u8> {
    watched.with(|socket| socket.send(sent)).expect("it is open");
    watched.message().await.bytes().expect("bytes")
}

fn blob(bytes: &[u8]) -> web_sys::Blob {
    let parts = js_sys::Array::of1(&Uint8Array::from(bytes));
    web_sys::Blob::new_with_u8_array_sequence(&parts).expect("a Blob")
}

#[wasm_bindgen_test]
fn before_it_is_open_send_is_an_error() {
    let watched = Watched::open(NOBODY).unwrap();
    assert_eq!(watched.with(|socket| socket.send("early")), Err(SendError::NotOpen));
    assert_eq!(watched.with(|socket| socket.send(&[1, 2, 3])), Err(SendError::NotOpen));
}

#[wasm_bindgen_test]
async fn after_the_server_left_send_is_an_error_and_never_silence() {
    let Some(url) = echo("?close=1000&after=1") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| socket.send("last")).unwrap();
    watched.message().await;
    watched.close().await;
    assert_eq!(watched.with(|socket| socket.send("late")), Err(SendError::Closed));
    assert_eq!(watched.with(|socket| socket.send(&blob(b"late"))), Err(SendError::Closed));
}

#[wasm_bindgen_test]
async fn while_it_closes_send_is_an_error() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| socket.close(None, None)).unwrap();
    assert_eq!(watched.with(|socket| socket.send("late")), Err(SendError::Closing));
}

#[wasm_bindgen_test]
async fn text_of_every_length_comes_back() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    for length in LENGTHS {
        let text = "x".repeat(length);
        watched.with(|socket| socket.send(&text)).unwrap();
        let received = watched.message().await;
        assert_eq!((received.kind(), received.len()), (Kind::Text, length as u64));
        assert_eq!(received.text(), Some(text));
        assert_eq!((received.bytes(), received.is_empty()), (None, length == 0));
    }
    for text in ["é", "日本語", "👩‍👩‍👧", "\u{0}", "\u{fffd}", "a\r\nb"] {
        watched.with(|socket| socket.send(text)).unwrap();
        assert_eq!(watched.message().await.text().as_deref(), Some(text));
    }
}

#[wasm_bindgen_test]
async fn bytes_buffers_and_blobs_of_every_length_come_back() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    for length in LENGTHS {
        let bytes: Vec<u8> = (0..length).map(|place| place as u8).collect();
        assert_eq!(back(&watched, &bytes).await, bytes, "bytes, {length}");
        assert_eq!(back(&watched, &Uint8Array::from(&bytes[..]).buffer()).await, bytes, "buffer, {length}");
        assert_eq!(back(&watched, &blob(&bytes)).await, bytes, "Blob, {length}");
    }
}

#[wasm_bindgen_test]
async fn of_a_view_just_the_part_in_view_is_sent() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    let all: Vec<u8> = (0..64).collect();
    let buffer: ArrayBuffer = Uint8Array::from(&all[..]).buffer();
    macro_rules! check {
        ($($view:ident: $size:literal,)*) => {$(
            let view = $view::new_with_byte_offset_and_length(&buffer, 16, 32 / $size);
            assert_eq!(back(&watched, &view).await, (16..48).collect::<Vec<u8>>(), stringify!($view));
        )*};
    }
    check! {
        Int8Array: 1, Uint8Array: 1, Uint8ClampedArray: 1, Int16Array: 2, Uint16Array: 2, Int32Array: 4, Uint32Array: 4,
        Float32Array: 4, Float64Array: 8, BigInt64Array: 8, BigUint64Array: 8,
    }
    assert_eq!(back(&watched, &DataView::new(&buffer, 3, 5)).await, [3, 4, 5, 6, 7]);
    assert_eq!(back(&watched, &DataView::new(&buffer, 64, 0)).await, Vec::<u8>::new());
}

#[wasm_bindgen_test]
async fn a_view_of_shared_memory_is_sent_too() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    let make =
        js_sys::Function::new_no_args("return new WebAssembly.Memory({initial: 1, maximum: 2, shared: true}).buffer");
    let shared = make.call0(&wasm_bindgen::JsValue::NULL).expect("shared memory");
    let all = Uint8Array::new(&shared);
    (0..64).for_each(|place| all.set_index(place, place as u8));
    assert_eq!(back(&watched, &Uint8Array::new_with_byte_offset_and_length(&shared, 8, 4)).await, [8, 9, 10, 11]);
    let words = Uint16Array::new_with_byte_offset_and_length(&shared, 2, 2);
    assert_eq!(back(&watched, &words).await, [2, 3, 4, 5]);
}

#[wasm_bindgen_test]
async fn mixed_kinds_keep_their_order() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    for round in 0..20_u8 {
        watched.with(|socket| {
            socket.send(&format!("text {round}")).unwrap();
            socket.send(&blob(&[round; 5000])).unwrap();
            socket.send(&[round]).unwrap();
        });
    }
    for round in 0..20_u8 {
        assert_eq!(watched.message().await.text(), Some(format!("text {round}")));
        assert_eq!(watched.message().await.bytes(), Some(vec![round; 5000]));
        assert_eq!(watched.message().await.bytes(), Some(vec![round]));
    }
}

#[wasm_bindgen_test]
async fn sending_binary_does_not_change_how_binary_comes_in() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| socket.set_binary_type(BinaryType::Blob));
    watched.with(|socket| socket.send(&[1, 2])).unwrap();
    assert_eq!(watched.message().await.kind(), Kind::Blob);
    assert_eq!(watched.with(|socket| socket.binary_type()), BinaryType::Blob);
}

#[wasm_bindgen_test]
async fn what_was_sent_may_be_changed_afterwards() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    let mut bytes = vec![1; 1000];
    let view = Uint8Array::from(&bytes[..]);
    watched.with(|socket| socket.send(&bytes).and(socket.send(&view))).unwrap();
    bytes.fill(2);
    view.fill(2, 0, 1000);
    assert_eq!(watched.message().await.bytes(), Some(vec![1; 1000]));
    assert_eq!(watched.message().await.bytes(), Some(vec![1; 1000]));
    drop(view.unchecked_into::<js_sys::Object>());
}
