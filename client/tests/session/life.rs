//! Whether the line lives: the heartbeat, and waking from sleep.

use std::time::Duration;

use openline_client::*;

use crate::{SECOND, builder, closed, downs, up};

#[test]
fn a_silently_cut_line_is_noticed_within_heartbeat_and_deadline() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.advance(SECOND * 20);
    assert_eq!(script.line().sent(), ["probe".into()]);
    script.advance(SECOND * 5 - Duration::from_millis(1));
    assert_eq!(script.live(), 1);
    script.advance(Duration::from_millis(1));
    assert_eq!(script.live(), 0);
    assert_eq!(downs(&mut all), [DownWhy::Silent]);
}

#[test]
fn any_message_counts_as_life() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    for _ in 0..20 {
        script.advance(SECOND * 19);
        script.line().message("traffic");
    }
    assert_eq!(script.line().sent(), []);
    script.advance(SECOND * 24);
    script.line().message("any answer");
    script.advance(SECOND * 19);
    assert_eq!((script.dials(), downs(&mut all)), (1, vec![]));
}

#[test]
fn its_own_heartbeat_close_is_no_clean_goodbye_and_is_retried() {
    let script = Script::new();
    let (_session, mut all) = builder().worth_a_retry(|event| event.code != 1000).script(&script).open();
    script.line().open();
    let silent = script.line();
    script.advance(SECOND * 25);
    silent.close(1000, "");
    script.advance(SECOND);
    assert_eq!(downs(&mut all), [DownWhy::Silent]);
    assert_eq!((script.dials(), script.live()), (2, 1));
}

#[test]
fn an_old_heartbeats_timer_does_not_kill_the_new_line_after_sleep() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.advance(SECOND * 22);
    script.line().fail();
    script.advance(SECOND);
    script.line().open();
    script.advance(SECOND * 19);
    assert_eq!(script.live(), 1);
    assert_eq!(downs(&mut all), [closed(1006)]);
}

#[test]
fn a_laptop_that_slept_finds_out_about_the_dead_line_at_once() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.sleep(SECOND * 3600);
    script.advance(SECOND);
    assert_eq!(script.line().sent(), ["probe".into()]);
    script.advance(SECOND * 5);
    assert_eq!(downs(&mut all), [DownWhy::Silent]);
}

#[test]
fn a_line_that_outlived_the_sleep_is_kept() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.advance(SECOND * 22);
    script.sleep(SECOND * 3600);
    script.advance(SECOND);
    script.line().message("answer");
    script.advance(SECOND * 10);
    assert_eq!((script.dials(), downs(&mut all)), (1, vec![]));
}

#[test]
fn a_hidden_tab_survives_timers_held_back_to_one_a_minute() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.page(PageEvent::Hidden);
    for _ in 0..30 {
        script.sleep(SECOND * 60);
        script.advance(Duration::ZERO);
        if script.line().sent().contains(&"probe".into()) {
            script.sleep(Duration::from_millis(50));
            script.line().message("answer");
        }
    }
    assert_eq!((script.dials(), downs(&mut all)), (1, vec![]));
}

#[test]
fn the_heartbeat_can_be_changed_while_it_runs() {
    let script = Script::new();
    let (session, _events) = up(&script);
    session.set_heartbeat(Heartbeat::new(SECOND * 2, SECOND, || "new".into()));
    script.advance(SECOND * 2);
    assert_eq!(script.line().sent(), ["new".into()]);
}
