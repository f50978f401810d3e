//! A session in a browser: that its driver does there what it does in a script.

use std::time::Duration;

use futures_util::StreamExt;
use openline_client::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    peer::{NOBODY, echo},
    seen::{eager, grab, message, next, within_10_s},
};

#[wasm_bindgen_test]
async fn strange_data_from_the_page_does_not_panic() {
    let ((_session, mut events), inside) = grab(|| Session::builder(NOBODY).open());
    for data in [wasm_bindgen::JsValue::NULL, 5.into(), (-1).into(), js_sys::Object::new().into()] {
        inside.dispatch_event(&message(&data)).unwrap();
    }
    assert_eq!(next(&mut events).await, Event::Dialling);
    for _ in 0..4 {
        assert_eq!(next(&mut events).await, Event::Message(vec![].into()));
    }
}

#[wasm_bindgen_test]
async fn an_address_the_browser_can_not_read_ends_it() {
    let (_session, mut events) = Session::builder("ws://[").open();
    assert_eq!(next(&mut events).await, Event::Dialling);
    let ended = next(&mut events).await;
    assert!(matches!(ended, Event::Ended { why: EndedWhy::Unopenable(OpenError::Url(_)) }), "{ended:?}");
    assert_eq!(events.next().await, None);
}

#[wasm_bindgen_test]
async fn it_comes_back_when_the_server_hangs_up() {
    let Some(url) = echo("?close=1012&after=1") else { return };
    let (session, mut events) = Session::builder(url).retry(eager()).open();
    for round in 0..3 {
        assert_eq!(next(&mut events).await, Event::Dialling);
        assert_eq!(next(&mut events).await, Event::Opened);
        assert_eq!(next(&mut events).await, Event::Up);
        session.send(round.to_string()).unwrap();
        assert_eq!(next(&mut events).await, Event::Message(round.to_string().into()));
        let down = next(&mut events).await;
        assert!(matches!(down, Event::Down { why: DownWhy::Closed(ref event), .. } if event.code == 1012), "{down:?}");
    }
}

#[wasm_bindgen_test]
async fn a_fresh_address_is_asked_for_and_the_heartbeat_beats() {
    let Some(url) = echo("") else { return };
    let heartbeat = Heartbeat::new(Duration::from_millis(30), Duration::from_secs(5), || "beat".into());
    let find = move || {
        let url = url.clone();
        async move { Ok::<_, String>(Endpoint::new(url)) }
    };
    let (session, mut events) = Session::builder_with(find).heartbeat(heartbeat).open();
    for expected in [Event::Dialling, Event::Opened, Event::Up] {
        assert_eq!(next(&mut events).await, expected);
    }
    for _ in 0..3 {
        assert_eq!(next(&mut events).await, Event::Message("beat".into()));
    }
    let stats = session.stats();
    assert_eq!((stats.dials, stats.reconnects, stats.received.messages >= 3), (1, 0, true), "{stats:?}");
    assert!(stats.up_in > Some(Duration::ZERO) && stats.round_trip.is_some() && stats.up_for.is_some(), "{stats:?}");
    session.close(Some(4000), Some("bye")).unwrap();
    let Event::Ended { why: EndedWhy::Asked(Some(event)) } = next(&mut events).await else { panic!("not ended") };
    assert_eq!((event.code, event.was_clean), (4000, true));
}

#[wasm_bindgen_test]
async fn a_line_that_does_not_answer_the_probe_is_given_up() {
    let Some(url) = echo("") else { return };
    // An empty Blob's echo would be an answer; a probe that can't be sent has none.
    let heartbeat = Heartbeat::new(Duration::from_millis(30), Duration::from_millis(1), || vec![0; 1 << 22].into());
    let (_session, mut events) = Session::builder(url).heartbeat(heartbeat).retry(eager()).open();
    let silent = async {
        loop {
            if let Event::Down { why, .. } = events.next().await.expect("it goes on") {
                return why;
            }
        }
    };
    assert_eq!(within_10_s(silent, || "a session").await, DownWhy::Silent);
}

#[wasm_bindgen_test]
async fn a_jump_of_the_clock_is_sleep_and_the_line_is_asked() {
    let Some(url) = echo("") else { return };
    // A day of silence is allowed: an hour's sleep alone makes it ask.
    let heartbeat = Heartbeat::new(Duration::from_secs(86_400), Duration::from_secs(5), || "still there?".into());
    let (_session, mut events) = Session::builder(url).heartbeat(heartbeat).open();
    for expected in [Event::Dialling, Event::Opened, Event::Up] {
        assert_eq!(next(&mut events).await, expected);
    }
    let _slept = SleptAnHour::by_the_clock();
    assert_eq!(next(&mut events).await, Event::Message("still there?".into()));
}

/// The page's clock is an hour ahead, until this is dropped.
struct SleptAnHour;

impl SleptAnHour {
    fn by_the_clock() -> Self {
        run("self.realNow = Date.now; Date.now = () => self.realNow.call(Date) + 3_600_000;");
        Self
    }
}

impl Drop for SleptAnHour {
    fn drop(&mut self) {
        run("Date.now = self.realNow;");
    }
}

fn run(script: &str) {
    js_sys::Function::new_no_args(script).call0(&wasm_bindgen::JsValue::NULL).expect("it runs");
}
