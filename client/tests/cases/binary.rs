//! Binary: how bytes come in.

use openline_client::{BinaryType, Kind};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::echo,
    seen::{Watched, blobs},
};

#[wasm_bindgen_test]
async fn a_blob_comes_as_one_when_asked_for_with_its_bytes() {
    let Some(url) = echo("") else { return };
    let watched = Watched::build(blobs(&url)).unwrap();
    watched.is_open().await;
    for bytes in [vec![], vec![1, 2, 3], vec![7; 65_536]] {
        watched.with(|socket| socket.send(&bytes)).unwrap();
        let received = watched.message().await;
        assert_eq!((received.kind(), received.len()), (Kind::Blob, bytes.len() as u64));
        let buffer = JsFuture::from(received.blob().unwrap().array_buffer()).await.unwrap();
        assert_eq!(js_sys::Uint8Array::new(&buffer).to_vec(), bytes);
    }
}

#[wasm_bindgen_test]
async fn a_change_holds_from_the_next_message_on() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    for (binary_type, kind) in [
        (BinaryType::ArrayBuffer, Kind::ArrayBuffer),
        (BinaryType::Blob, Kind::Blob),
        (BinaryType::ArrayBuffer, Kind::ArrayBuffer),
    ] {
        watched.with(|socket| socket.set_binary_type(binary_type));
        assert_eq!(watched.with(|socket| socket.binary_type()), binary_type);
        watched.with(|socket| socket.send(&[1])).unwrap();
        assert_eq!(watched.message().await.kind(), kind);
    }
}
