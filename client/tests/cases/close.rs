//! Close: what may be said, and what comes of it.

use openline_client::{CloseError, CloseEvent, ReadyState, Socket};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::{NOBODY, echo},
    seen::{Watched, turn},
};

fn event(code: u16, reason: &str, was_clean: bool) -> CloseEvent {
    CloseEvent { code, reason: reason.into(), was_clean }
}

/// An answer repeats the code. Whether it repeats the reason is the server's affair.
fn said(event: CloseEvent) -> (u16, bool) {
    (event.code, event.was_clean)
}

#[wasm_bindgen_test]
async fn what_a_page_may_not_say_is_refused_and_nothing_happens() {
    let watched = Watched::open(NOBODY).unwrap();
    for code in [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, 65535] {
        assert_eq!(watched.with(|socket| socket.close(Some(code), None)), Err(CloseError::Code(code)));
    }
    let long = "x".repeat(124);
    assert_eq!(watched.with(|socket| socket.close(None, Some(&long))), Err(CloseError::Reason { bytes: 124 }));
    assert_eq!(watched.with(Socket::state), ReadyState::Connecting);
}

#[wasm_bindgen_test]
async fn a_close_without_a_code_is_1005() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| socket.close(None, None)).unwrap();
    assert_eq!(watched.close().await, event(1005, "", true));
}

#[wasm_bindgen_test]
async fn a_reason_without_a_code_goes_with_1000() {
    let Some(url) = echo("") else { return };
    let watched = Watched::opened(&url).await;
    watched.with(|socket| socket.close(None, Some("done"))).unwrap();
    assert_eq!(said(watched.close().await), (1000, true));
}

#[wasm_bindgen_test]
async fn every_code_a_page_may_say_is_said_and_a_reason_of_123_bytes_fits() {
    let Some(url) = echo("") else { return };
    let reason = format!("{}x", "é".repeat(61));
    for code in [1000, 3000, 3999, 4000, 4999] {
        let watched = Watched::opened(&url).await;
        watched.with(|socket| socket.close(Some(code), Some(&reason))).unwrap();
        assert_eq!(said(watched.close().await), (code, true));
        turn().await;
        assert!(watched.is_quiet(), "one close event");
    }
}

#[wasm_bindgen_test]
async fn the_servers_code_and_reason_arrive_verbatim() {
    for (code, reason) in [(1000, ""), (1001, "away"), (1011, "oops"), (3000, "x"), (4999, "the last one")] {
        let Some(url) = echo(&format!("?close={code}&reason={}&after=0", reason.replace(' ', "%20"))) else { return };
        let watched = Watched::opened(&url).await;
        assert_eq!(watched.close().await, event(code, reason, true));
    }
}

#[wasm_bindgen_test]
async fn what_was_sent_before_the_close_still_arrives() {
    let Some(url) = echo("?close=4000&reason=enough&after=3") else { return };
    let watched = Watched::opened(&url).await;
    for text in ["one", "two", "three"] {
        watched.with(|socket| socket.send(text)).unwrap();
    }
    for text in ["one", "two", "three"] {
        assert_eq!(watched.message().await.text().as_deref(), Some(text));
    }
    assert_eq!(watched.close().await, event(4000, "enough", true));
}
