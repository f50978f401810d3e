//! Constructor: what may be dialled, and what is told before anything happened.

use openline_client::{BinaryType, OpenError, ReadyState, Socket};
use wasm_bindgen_test::wasm_bindgen_test;

use super::peer::NOBODY;

fn url(given: &str) -> String {
    Socket::builder(given).open().expect(given).url()
}

#[wasm_bindgen_test]
fn the_address_is_read_as_the_standard_says() {
    assert_eq!(url("ws://127.0.0.1:64999/a b?c d"), "ws://127.0.0.1:64999/a%20b?c%20d");
    assert_eq!(url("ws://127.0.0.1:80/"), "ws://127.0.0.1/");
    assert_eq!(url("WS://LOCALHOST:64999"), "ws://localhost:64999/");
    assert_eq!(url("http://127.0.0.1:64999/"), "ws://127.0.0.1:64999/");
    assert_eq!(url("https://127.0.0.1:64999/"), "wss://127.0.0.1:64999/");
    assert_eq!(url("  ws://127.0.0.1:64999/\n"), "ws://127.0.0.1:64999/");
}

#[wasm_bindgen_test]
fn an_address_that_can_not_be_read_is_a_typed_error() {
    for bad in ["ws://", "ws://[", "ws://a:99999/", "wss://%/"] {
        let error = Socket::builder(bad).open().err();
        assert!(matches!(error, Some(OpenError::Url(ref words)) if !words.is_empty()), "{bad}: {error:?}");
    }
}

#[wasm_bindgen_test]
fn what_is_wrong_with_it_is_told_by_type() {
    let open = |url: &str, protocols: &[&str]| Socket::builder(url).protocols(protocols.iter().copied()).open().err();
    assert_eq!(open("ftp://a/", &[]), Some(OpenError::Scheme("ftp".into())));
    assert_eq!(open("ws://a/#part", &[]), Some(OpenError::Fragment));
    assert_eq!(open("ws://a/", &["no spaces"]), Some(OpenError::Protocol("no spaces".into())));
    assert_eq!(open("ws://a/", &["a", "a"]), Some(OpenError::DuplicateProtocol("a".into())));
}

/// Our own checks must not refuse what the browser takes, nor the other way round.
#[wasm_bindgen_test]
fn the_browser_agrees_about_sub_protocols() {
    let browser = |protocols: &[String]| {
        let list: js_sys::Array = protocols.iter().map(wasm_bindgen::JsValue::from).collect();
        web_sys::WebSocket::new_with_str_sequence(NOBODY, &list).and_then(|socket| socket.close()).is_ok()
    };
    let ours = |protocols: &[String]| Socket::builder(NOBODY).protocols(protocols).open();
    let all = (0..=0x7f).map(|byte| format!("a{}", char::from(byte)));
    // One socket for all that are well-formed: a browser slows a page down that dials too often.
    let (good, bad): (Vec<_>, Vec<_>) =
        all.partition(|protocol| !matches!(ours(&[protocol.clone(), "no token".into()]), Err(OpenError::Protocol(p)) if p == *protocol));
    assert_eq!(good.len(), 77, "{good:?}");
    assert!(browser(&good) && ours(&good).is_ok());
    for protocol in bad {
        assert!(!browser(std::slice::from_ref(&protocol)), "{protocol:?}");
    }
    assert!(Socket::builder(NOBODY).protocols(["chat", "Chat"]).open().is_ok());
}

#[wasm_bindgen_test]
fn before_it_is_open_nothing_is_known() {
    let socket = Socket::builder(NOBODY).protocols(["chat"]).open().unwrap();
    assert_eq!(socket.state(), ReadyState::Connecting);
    assert_eq!((socket.protocol(), socket.extensions()), (String::new(), String::new()));
    assert_eq!((socket.buffered_amount(), socket.binary_type()), (0, BinaryType::ArrayBuffer));
}
