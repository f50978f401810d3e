//! Handshake: sub-protocols.

use openline_client::Socket;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{peer::echo, seen::Watched};

#[wasm_bindgen_test]
async fn two_sub_protocols_are_offered_as_a_list_and_the_servers_choice_is_told() {
    let Some(url) = echo("?protocol=chat.v1") else { return };
    let watched = Watched::build(Socket::builder(url).protocols(["chat.v2", "chat.v1"])).unwrap();
    watched.is_open().await;
    assert_eq!(watched.with(Socket::protocol), "chat.v1");
}

#[wasm_bindgen_test]
async fn a_server_that_chooses_what_was_not_offered_fails_the_handshake() {
    let Some(url) = echo("?protocol=other") else { return };
    let watched = Watched::build(Socket::builder(url).protocols(["chat.v1"])).unwrap();
    assert_eq!(watched.failure().await.code, 1006);
}

#[wasm_bindgen_test]
async fn a_server_that_chooses_nothing_is_reached_without_a_sub_protocol() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    assert_eq!(watched.with(Socket::protocol), "");
}
