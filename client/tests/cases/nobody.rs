//! Where nobody answers. In a page of its own: a browser slows a page down that dials in vain too often.

use std::time::Duration;

use openline_client::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::NOBODY,
    seen::{Watched, eager, next, turn, within_10_s},
};

#[wasm_bindgen_test]
async fn a_blocked_port_fails_now_or_later_and_never_panics() {
    match Watched::open("ws://127.0.0.1:25/") {
        Err(error) => assert!(matches!(error, OpenError::Blocked(_)), "{error:?}"),
        Ok(watched) => assert_eq!(watched.failure().await.code, 1006),
    }
}

#[wasm_bindgen_test]
async fn a_handshake_that_fails_gives_error_then_close_and_no_open() {
    let watched = Watched::open(NOBODY).unwrap();
    let event = watched.failure().await;
    assert_eq!((event.code, event.reason.as_str(), event.was_clean), (1006, "", false));
    turn().await;
    assert!(watched.is_quiet());
}

#[wasm_bindgen_test]
async fn closing_while_connecting_gives_an_error_then_1006_not_clean() {
    let watched = Watched::open(NOBODY).unwrap();
    watched.with(|socket| socket.close(Some(3000), Some("never mind"))).unwrap();
    assert_eq!(watched.with(Socket::state), ReadyState::Closing);
    assert_eq!(watched.failure().await, CloseEvent { code: 1006, reason: String::new(), was_clean: false });
}

#[wasm_bindgen_test]
async fn closing_again_changes_nothing_also_inside_the_close_handler() {
    let watched = Watched::open(NOBODY).unwrap();
    watched.with(|socket| socket.close(None, None).and(socket.close(Some(4000), Some("again")))).unwrap();
    assert_eq!(watched.failure().await.code, 1006);
    watched.with(|socket| socket.close(Some(4000), None)).unwrap();
    turn().await;
    assert!(watched.is_quiet());
    assert_eq!(watched.with(Socket::state), ReadyState::Closed);
}

#[wasm_bindgen_test]
async fn a_connect_that_fails_says_so_and_does_not_hang() {
    let error = within_10_s(Connection::open(NOBODY), || "a connection").await.err();
    assert!(matches!(error, Some(ConnectError::Closed(ref event)) if event.code == 1006), "{error:?}");
}

#[wasm_bindgen_test]
async fn a_connect_may_be_given_a_time() {
    let opening = Connection::builder(NOBODY).timeout(Duration::ZERO).open();
    let error = within_10_s(opening, || "a connection").await.err();
    assert!(matches!(error, Some(ConnectError::TimedOut | ConnectError::Closed(_))), "{error:?}");
}

#[wasm_bindgen_test]
async fn where_nobody_listens_it_tries_again_and_again() {
    let (_session, mut events) = Session::builder(NOBODY).retry(eager()).open();
    for _ in 0..3 {
        assert_eq!(next(&mut events).await, Event::Dialling);
        let down = next(&mut events).await;
        assert!(matches!(down, Event::Down { why: DownWhy::Closed(_), retry_in: Some(_) }), "{down:?}");
    }
}
