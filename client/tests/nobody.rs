//! Where nobody answers: the cases in a window, and one that needs its events.
#![cfg(target_family = "wasm")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
#![allow(dead_code, reason = "not every page needs every helper")]

use openline_client::{Event, Session};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[path = "cases/peer.rs"]
mod peer;
#[path = "cases/seen.rs"]
mod seen;
#[path = "cases/nobody.rs"]
mod nobody;

use self::{
    peer::NOBODY,
    seen::{eager, next},
};

fn tell(name: &str) {
    let event = web_sys::Event::new(name).expect("an event");
    web_sys::window().expect("a window").dispatch_event(&event).expect("it was dispatched");
}

#[wasm_bindgen_test]
async fn without_a_network_it_waits_and_with_one_it_dials_at_once() {
    let (_session, mut events) = Session::builder(NOBODY).retry(eager()).open();
    assert_eq!(next(&mut events).await, Event::Dialling);
    tell("offline");
    assert!(matches!(next(&mut events).await, Event::Down { retry_in: None, .. }));
    tell("online");
    assert_eq!(next(&mut events).await, Event::Dialling);
}
