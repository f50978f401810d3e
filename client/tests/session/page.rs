//! What the page and its network do.

use openline_client::*;

use crate::{SECOND, closed, downs, events, session, up};

#[test]
fn without_a_network_nothing_is_dialled_and_with_one_it_is_at_once() {
    let script = Script::new();
    let (_session, mut all) = session(&script);
    script.page(PageEvent::Offline);
    script.line().fail();
    script.advance(SECOND * 3600);
    assert_eq!(script.dials(), 1);
    assert_eq!(events(&mut all).pop(), Some(Event::Down { why: closed(1006), retry_in: None }));
    script.page(PageEvent::Online);
    assert_eq!(script.dials(), 2);
}

#[test]
fn losing_the_network_while_waiting_says_so() {
    let script = Script::new();
    let (_session, mut all) = session(&script);
    script.line().fail();
    script.page(PageEvent::Offline);
    assert_eq!(downs(&mut all), [closed(1006), DownWhy::Offline]);
}

#[test]
fn an_offline_browser_with_a_line_that_answers_keeps_it() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.page(PageEvent::Offline);
    assert_eq!(script.line().sent(), ["probe".into()]);
    script.line().message("answer");
    script.advance(SECOND * 10);
    assert_eq!((script.live(), downs(&mut all)), (1, vec![]));
}

#[test]
fn coming_into_view_dials_at_once_and_asks_an_open_line() {
    let script = Script::new();
    script.chance(1.0);
    let (_session, _events) = session(&script);
    script.line().fail();
    script.page(PageEvent::Hidden);
    script.page(PageEvent::Visible);
    assert_eq!(script.dials(), 2);
    script.line().open();
    script.page(PageEvent::Hidden);
    script.page(PageEvent::Visible);
    assert_eq!(script.line().sent(), ["probe".into()]);
}

#[test]
fn a_page_put_aside_holds_no_socket_and_is_back_at_once() {
    let pairs = [(PageEvent::Left, PageEvent::Returned), (PageEvent::Frozen, PageEvent::Resumed)];
    for (away, back) in pairs {
        let script = Script::new();
        let (_session, mut all) = up(&script);
        script.page(away);
        assert_eq!(events(&mut all), [Event::Down { why: DownWhy::Away, retry_in: None }]);
        script.advance(SECOND * 3600);
        assert_eq!((script.dials(), script.live()), (1, 0));
        script.page(back);
        assert_eq!((script.dials(), script.live()), (2, 1));
    }
}
