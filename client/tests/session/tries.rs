//! What a try goes through, and where it finds its address.

use std::{cell::Cell, rc::Rc};

use openline_client::*;

use crate::{SECOND, builder, closed, downs, events, session, up};

#[test]
fn each_try_tells_its_steps_in_order() {
    let script = Script::new();
    let (_session, mut all) = session(&script);
    script.line().open();
    script.line().message("one");
    script.line().message(vec![2]);
    script.line().fail();
    script.advance(SECOND);
    assert_eq!(
        events(&mut all),
        [
            Event::Dialling,
            Event::Opened,
            Event::Up,
            Event::Message("one".into()),
            Event::Message(vec![2].into()),
            Event::Down { why: closed(1006), retry_in: Some(SECOND / 2) },
            Event::Dialling,
        ]
    );
}

#[test]
fn a_line_can_be_up_only_when_somebody_spoke() {
    let script = Script::new();
    let (session, mut all) = builder().ready(Ready::FirstMessage).script(&script).open();
    script.line().open();
    assert_eq!(events(&mut all), [Event::Dialling, Event::Opened]);
    assert_eq!(session.send("hello"), Ok(()));
    script.line().message("welcome");
    assert_eq!(events(&mut all), [Event::Up, Event::Message("welcome".into())]);
}

#[test]
fn a_proxy_that_opens_with_nobody_behind_it_is_not_up_and_is_given_up() {
    let script = Script::new();
    let (_session, mut all) = builder().ready(Ready::FirstMessage).script(&script).open();
    script.line().open();
    script.advance(SECOND * 15);
    assert_eq!(downs(&mut all), [DownWhy::NotReady]);
}

#[test]
fn a_handshake_that_hangs_for_ever_is_given_up() {
    let script = Script::new();
    let (_session, mut all) = session(&script);
    script.advance(SECOND * 15);
    assert_eq!(downs(&mut all), [DownWhy::NotReady]);
    assert_eq!(script.live(), 0);
    script.advance(SECOND);
    assert_eq!((script.dials(), script.live()), (2, 1));
}

#[test]
fn an_old_line_changes_nothing() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    let old = script.line();
    script.advance(SECOND * 26);
    script.line().open();
    events(&mut all);
    old.message("from the past");
    old.close(1000, "from the past");
    script.advance(SECOND * 3);
    assert_eq!((events(&mut all), script.live()), (vec![], 1));
}

#[test]
fn each_try_asks_for_its_address_anew_and_a_failure_to_tell_is_retried() {
    let script = Script::new();
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let find = move || {
        count.set(count.get() + 1);
        let number = count.get();
        async move {
            match number {
                2 => Err("the token server is away"),
                3 => Ok(Endpoint::new("not a scheme:")),
                _ => Ok(Endpoint::new(format!("ws://example.test/?token={number}"))),
            }
        }
    };
    let (_session, mut all) = Session::builder_with(find).script(&script).open();
    assert_eq!(script.line().endpoint().url(), "ws://example.test/?token=1");
    script.line().fail();
    script.refuse_next(OpenError::Url("unreadable".into()));
    script.advance(SECOND * 10);
    assert_eq!(script.line().endpoint().url(), "ws://example.test/?token=4");
    assert_eq!(
        downs(&mut all),
        [
            closed(1006),
            DownWhy::NoEndpoint("the token server is away".into()),
            DownWhy::Unopenable(OpenError::Url("unreadable".into()))
        ]
    );
}

#[test]
fn each_try_may_offer_other_sub_protocols() {
    let script = Script::new();
    let tries = Rc::new(Cell::new(0));
    let find = move || {
        tries.set(tries.get() + 1);
        let token = format!("token.{}", tries.get());
        async move { Ok::<_, String>(Endpoint::new("ws://example.test").protocols([token])) }
    };
    let (session, _events) = Session::builder_with(find).script(&script).open();
    script.line().open();
    assert_eq!(session.protocol(), "token.1");
    script.line().fail();
    assert_eq!(session.protocol(), "");
    script.advance(SECOND);
    script.line().open();
    assert_eq!(session.protocol(), "token.2");
}

#[test]
fn an_address_that_never_comes_is_given_up_and_its_search_ended() {
    struct Held(Rc<Cell<usize>>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    let script = Script::new();
    let searching = Rc::new(Cell::new(0));
    let count = searching.clone();
    let find = move || {
        count.set(count.get() + 1);
        let held = Held(count.clone());
        async move {
            let _held = held;
            std::future::pending::<Result<Endpoint, &str>>().await
        }
    };
    let (session, mut all) = Session::builder_with(find).script(&script).open();
    script.advance(SECOND * 15);
    assert_eq!(downs(&mut all), [DownWhy::NotReady]);
    script.advance(SECOND * 3);
    assert_eq!((script.dials(), searching.get()), (0, 1));
    drop(session);
    script.settle();
    assert_eq!(searching.get(), 0);
}

#[test]
fn an_address_that_is_none_ends_it() {
    let script = Script::new();
    let (_session, mut all) = Session::builder("ftp://example.test").script(&script).open();
    let why = EndedWhy::Unopenable(OpenError::Scheme("ftp".into()));
    assert_eq!(events(&mut all), [Event::Dialling, Event::Ended { why }]);
}

#[test]
fn without_a_browser_it_ends_and_says_so() {
    let (_session, mut all) = Session::builder("ws://example.test").open();
    let why = EndedWhy::Unopenable(OpenError::NoWebSocket);
    assert_eq!(events(&mut all), [Event::Dialling, Event::Ended { why }]);
}
