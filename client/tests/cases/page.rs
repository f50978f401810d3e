//! A session and its page: what only a window has.

use openline_client::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event as PageEvent;

use crate::cases::{
    peer::{NOBODY, echo},
    seen::next,
};

fn tell(name: &str) {
    let event = PageEvent::new(name).expect("an event");
    web_sys::window().expect("a window").dispatch_event(&event).expect("it was dispatched");
}

#[wasm_bindgen_test]
async fn a_page_put_aside_holds_no_socket_and_is_back_at_once() {
    let Some(url) = echo("") else { return };
    let (session, mut events) = Session::builder(url).open();
    for _ in 0..2 {
        for expected in [Event::Dialling, Event::Opened, Event::Up] {
            assert_eq!(next(&mut events).await, expected);
        }
        tell("pagehide");
        assert_eq!(next(&mut events).await, Event::Down { why: DownWhy::Away, retry_in: None });
        assert_eq!(session.send("from the page cache").unwrap_err().why, SendError::NotOpen);
        tell("pageshow");
    }
}

#[wasm_bindgen_test]
async fn after_it_ended_the_page_calls_nobody() {
    let (session, mut events) = Session::builder(NOBODY).open();
    assert_eq!(next(&mut events).await, Event::Dialling);
    drop(session);
    assert_eq!(next(&mut events).await, Event::Ended { why: EndedWhy::Asked(None) });
    for name in ["online", "pagehide", "pageshow"] {
        tell(name);
    }
}
