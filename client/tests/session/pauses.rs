//! How long it waits before it dials again.

use std::time::Duration;

use openline_client::*;

use crate::{SECOND, closed, downs, events, session, sit_out, up};

#[test]
fn a_failure_is_never_followed_by_a_dial_without_a_pause() {
    let script = Script::new();
    script.chance(0.0);
    let none = Duration::ZERO;
    let eager = Retry { first: none, most: none, least: none, ..Retry::default() };
    let (_session, mut all) = Session::builder("ws://example.test").retry(eager).script(&script).open();
    for dials in 1..50 {
        script.line().fail();
        script.advance(Duration::ZERO);
        assert_eq!(script.dials(), dials);
        script.advance(Duration::from_millis(1));
    }
    assert_eq!(downs(&mut all).len(), 49);
}

#[test]
fn a_server_that_hangs_up_right_after_the_welcome_is_not_flapped_at() {
    let script = Script::new();
    script.chance(1.0);
    let (_session, mut all) = session(&script);
    let mut pauses = Vec::new();
    for _ in 0..6 {
        script.line().open();
        script.line().message("welcome");
        script.line().close(1011, "");
        pauses.push(sit_out(&script, &mut all));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 30].map(Duration::from_secs));
}

#[test]
fn a_line_that_held_starts_the_pauses_anew() {
    let script = Script::new();
    script.chance(1.0);
    let (_session, mut all) = session(&script);
    for _ in 0..4 {
        script.line().fail();
        script.advance(SECOND * 30);
    }
    script.line().open();
    script.advance(SECOND * 10);
    events(&mut all);
    script.line().fail();
    assert_eq!(events(&mut all), [Event::Down { why: closed(1006), retry_in: Some(SECOND) }]);
}

#[test]
fn jitter_is_drawn_for_each_try() {
    let script = Script::new();
    let (_session, mut all) = session(&script);
    let mut pauses = Vec::new();
    for chance in [0.2, 0.9] {
        script.chance(chance);
        script.line().fail();
        pauses.push(sit_out(&script, &mut all));
    }
    assert_eq!(pauses, [200, 1800].map(Duration::from_millis));
}

#[test]
fn a_pause_that_was_slept_through_is_over() {
    let script = Script::new();
    script.chance(1.0);
    let (_session, _events) = session(&script);
    for _ in 0..6 {
        script.line().fail();
        script.advance(SECOND * 30);
    }
    script.line().fail();
    let dials = script.dials();
    script.sleep(SECOND * 10);
    script.advance(Duration::ZERO);
    assert_eq!(script.dials(), dials + 1);
}

#[test]
fn the_server_says_when_to_be_back_and_is_obeyed() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    session.come_back_in(SECOND * 7);
    script.line().close(1012, "");
    assert_eq!(events(&mut all), [Event::Down { why: closed(1012), retry_in: Some(SECOND * 7) }]);
    script.page(PageEvent::Hidden);
    script.page(PageEvent::Visible);
    script.advance(SECOND * 7 - Duration::from_millis(1));
    assert_eq!(script.dials(), 1);
    script.advance(Duration::from_millis(1));
    assert_eq!(script.dials(), 2);
}

#[test]
fn try_now_dials_at_once_whatever_it_waits_for_and_never_twice() {
    let script = Script::new();
    let (session, _events) = up(&script);
    session.try_now();
    assert_eq!(script.dials(), 1);
    session.come_back_in(SECOND * 60);
    script.line().fail();
    session.try_now();
    session.try_now();
    assert_eq!((script.dials(), script.live()), (2, 1));
}
