//! How it ends, asked to or not, and that it stays so.

use std::{cell::RefCell, rc::Rc};

use futures_util::{FutureExt, StreamExt};
use openline_client::*;

use crate::{SECOND, builder, events, session, up};

#[test]
fn a_close_says_goodbye_and_ends_with_the_close_event() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    session.close(Some(4000), Some("bye")).unwrap();
    assert_eq!(script.line().asked_to_close(), Some((Some(4000), Some("bye".into()))));
    script.line().close(4000, "bye");
    let event = CloseEvent { code: 4000, reason: "bye".into(), was_clean: true };
    assert_eq!(events(&mut all), [Event::Ended { why: EndedWhy::Asked(Some(event)) }]);
    assert_eq!(all.next().now_or_never(), Some(None));
}

#[test]
fn a_goodbye_nobody_answers_ends_anyway() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    session.close(None, None).unwrap();
    script.advance(SECOND * 5);
    assert_eq!(events(&mut all), [Event::Ended { why: EndedWhy::Asked(None) }]);
    assert_eq!(script.live(), 0);
}

#[test]
fn a_bad_close_code_changes_nothing() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    assert_eq!(session.close(Some(1001), None), Err(CloseError::Code(1001)));
    assert_eq!((script.live(), events(&mut all)), (1, vec![]));
}

#[test]
fn an_ended_session_stays_ended() {
    let script = Script::new();
    let (session, mut all) = builder().worth_a_retry(|event| event.code != 4401).script(&script).open();
    script.line().open();
    script.line().close(4401, "");
    assert!(matches!(events(&mut all).pop(), Some(Event::Ended { why: EndedWhy::NotWorthARetry(_) })));
    session.try_now();
    script.page(PageEvent::Online);
    script.page(PageEvent::Returned);
    script.advance(SECOND * 3600);
    assert_eq!((script.dials(), script.live()), (1, 0));
}

#[test]
fn dropping_it_hangs_up_at_any_moment() {
    for opens in [false, true] {
        let script = Script::new();
        let (session, mut all) = session(&script);
        if opens {
            script.line().open();
        }
        drop(session);
        assert_eq!(script.live(), 0);
        assert!(matches!(events(&mut all).pop(), Some(Event::Ended { .. })));
        script.advance(SECOND * 3600);
        assert_eq!(script.dials(), 1);
    }
}

#[test]
fn a_session_dropped_by_its_own_callbacks_is_gone_and_nothing_breaks() {
    let holder: Rc<RefCell<Option<Session>>> = Rc::default();
    let script = Script::new();
    let dropping = holder.clone();
    let heartbeat = Heartbeat::new(SECOND, SECOND, move || {
        dropping.borrow_mut().take();
        "probe".into()
    });
    let (session, _events) = Session::builder("ws://example.test").heartbeat(heartbeat).script(&script).open();
    holder.replace(Some(session));
    script.line().open();
    script.advance(SECOND * 9);
    assert_eq!((script.dials(), script.live()), (1, 0));
}
