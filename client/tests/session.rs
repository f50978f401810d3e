//! A session in a scripted world: what others' libraries were found to do wrong, and this one may not.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::panic, reason = "helpers of tests panic as tests do")]

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use futures_util::{FutureExt, StreamExt};
use openline_client::*;

const SECOND: Duration = Duration::from_secs(1);

fn events(events: &mut Events) -> Vec<Event> {
    std::iter::from_fn(|| events.next().now_or_never().flatten()).collect()
}

fn session(script: &Script) -> (Session, Events) {
    builder().script(script).open()
}

fn builder() -> SessionBuilder {
    Session::builder("ws://example.test").heartbeat(Heartbeat::new(SECOND * 20, SECOND * 5, || "probe".into()))
}

fn up(script: &Script) -> (Session, Events) {
    let (session, mut up) = session(script);
    script.line().open();
    assert_eq!(events(&mut up), [Event::Dialling, Event::Opened, Event::Up]);
    (session, up)
}

fn closed(code: u16) -> DownWhy {
    DownWhy::Closed(CloseEvent { code, reason: String::new(), was_clean: code != 1006 })
}

/// What was told of lines lost, in order.
fn downs(all: &mut Events) -> Vec<DownWhy> {
    let downs = events(all).into_iter().filter_map(|event| match event {
        Event::Down { why, .. } => Some(why),
        _ => None,
    });
    downs.collect()
}

/// Lets the pause that was just told pass, and says how long it was.
fn sit_out(script: &Script, all: &mut Events) -> Duration {
    let told = events(all).pop();
    let Some(Event::Down { retry_in: Some(pause), .. }) = told else { panic!("not down: {told:?}") };
    script.advance(pause);
    pause
}

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

#[test]
fn a_failed_send_gives_the_message_back_and_queues_nothing() {
    let script = Script::new();
    let (session, _events) = session(&script);
    let unsent = session.send("too early").unwrap_err();
    assert_eq!((unsent.message, unsent.why), ("too early".into(), SendError::NotOpen));
    script.line().open();
    assert_eq!(script.line().sent(), []);
    script.line().fail();
    assert_eq!(session.send("too late").unwrap_err().message, "too late".into());
    script.advance(SECOND);
    script.line().open();
    assert_eq!(script.line().sent(), []);
    session.close(None, None).unwrap();
    script.line().close(1000, "");
    assert_eq!(session.send("after the end").unwrap_err().why, SendError::Closed);
}

#[test]
fn a_value_goes_and_comes_in_one_line_and_what_is_none_is_given_back() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    session.send_json(&[1, 2]).unwrap();
    assert_eq!(script.line().sent(), ["[1,2]".into()]);
    script.line().message("3");
    script.line().message("what?");
    let read = events(&mut all).into_iter().map(|event| match event {
        Event::Message(message) => message.json::<u8>().map_err(|unreadable| unreadable.message),
        other => panic!("not a message: {other:?}"),
    });
    assert_eq!((read.collect::<Vec<_>>(), script.live()), (vec![Ok(3), Err("what?".into())], 1));
    script.line().fail();
    let Err(SendValueError::Unsent(unsent)) = session.send_json(&4) else { panic!("it was sent") };
    assert_eq!(unsent.message, "4".into());
}

#[test]
fn what_went_over_its_lines_and_how_it_is_can_be_seen() {
    let script = Script::new();
    let (session, mut all) = session(&script);
    script.line().fail();
    script.advance(SECOND);
    script.advance(SECOND * 2);
    script.line().open();
    events(&mut all);
    session.send("hello").unwrap();
    script.line().message("welcome");
    script.advance(SECOND * 20);
    script.advance(Duration::from_millis(300));
    script.line().message("answer");
    let stats = session.stats();
    assert_eq!(stats.sent, Volume { messages: 2, bytes: 10 }, "hello and a probe");
    assert_eq!(stats.received, Volume { messages: 2, bytes: 13 });
    assert_eq!(stats.unread, stats.received);
    assert_eq!((stats.dials, stats.reconnects), (2, 0));
    assert_eq!(stats.up_for, Some(SECOND * 20 + Duration::from_millis(300)));
    assert_eq!(stats.round_trip, Some(Duration::from_millis(300)));

    script.line().fail();
    script.advance(SECOND);
    assert_eq!((session.stats().up_for, session.stats().dials), (None, 3));
    script.advance(SECOND * 4);
    script.line().open();
    script.line().set_buffered_amount(9);
    let stats = session.stats();
    assert_eq!((stats.reconnects, stats.buffered, stats.received.messages), (1, 9, 2));
    assert!(stats.up_in.is_some_and(|up_in| up_in >= SECOND * 4), "{stats:?}");
}

#[test]
fn two_messages_in_one_turn_are_both_told() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.line().message("one");
    script.line().message("two");
    assert_eq!(events(&mut all), [Event::Message("one".into()), Event::Message("two".into())]);
}

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

#[test]
fn the_heartbeat_can_be_changed_while_it_runs() {
    let script = Script::new();
    let (session, _events) = up(&script);
    session.set_heartbeat(Heartbeat::new(SECOND * 2, SECOND, || "new".into()));
    script.advance(SECOND * 2);
    assert_eq!(script.line().sent(), ["new".into()]);
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
fn a_burst_to_a_reader_that_keeps_up_is_whole_and_in_order() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    let mut expected = 0;
    for number in 0..100_000_u32 {
        script.line().message(number.to_be_bytes().to_vec());
        if number % 1_000 == 999 {
            for event in events(&mut all) {
                assert_eq!(event, Event::Message(u32::to_be_bytes(expected).to_vec().into()));
                expected += 1;
            }
        }
    }
    assert_eq!((expected, session.stats().received.messages), (100_000, 100_000));
}

#[test]
fn a_task_of_the_apps_runs_in_the_script_with_all_that_happens() {
    let script = Script::new();
    let (session, mut all) = session(&script);
    let told = Rc::new(RefCell::new(Vec::new()));
    let noted = told.clone();
    script.spawn(async move {
        while let Some(event) = all.next().await {
            if event == Event::Up {
                session.send("hello").unwrap();
            }
            noted.borrow_mut().push(event);
        }
    });
    script.line().open();
    assert_eq!(script.line().sent(), ["hello".into()]);
    script.page(PageEvent::Left);
    assert_eq!(told.borrow().last(), Some(&Event::Down { why: DownWhy::Away, retry_in: None }));
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
fn a_reader_that_does_not_keep_up_is_told_and_loses_nothing_that_came() {
    let script = Script::new();
    let limit = InboxLimit { messages: 10, bytes: 1 << 20 };
    let (_session, mut all) = builder().inbox(limit).script(&script).open();
    script.line().open();
    let flooding = script.line();
    for number in 0..100 {
        flooding.message(number.to_string());
    }
    assert_eq!((script.live(), script.dials()), (0, 1));
    script.advance(SECOND * 3600);
    assert_eq!(script.dials(), 1, "nobody has read yet");
    let told = events(&mut all);
    let numbers: Vec<_> = (0..8).map(|number| Event::Message(number.to_string().into())).collect();
    assert_eq!(told[3..11], numbers);
    assert_eq!(told[11], Event::Down { why: DownWhy::InboxFull, retry_in: None });
    assert!(matches!(told[12], Event::Down { why: DownWhy::InboxFull, retry_in: Some(_) }));
    script.advance(SECOND);
    assert_eq!((script.dials(), script.live()), (2, 1));
}

#[test]
fn a_session_nobody_reads_does_not_grow_for_ever() {
    let script = Script::new();
    let limit = InboxLimit { messages: 10, bytes: 1 << 20 };
    let (_session, mut all) = builder().inbox(limit).script(&script).open();
    for _ in 0..1000 {
        script.line().fail();
        script.advance(SECOND * 60);
    }
    assert!(events(&mut all).len() <= 13);
}

#[test]
fn a_session_whose_events_nobody_wants_goes_on() {
    let script = Script::new();
    let (session, all) = session(&script);
    drop(all);
    script.line().open();
    assert_eq!(session.send("still here"), Ok(()));
    script.line().fail();
    script.advance(SECOND);
    assert_eq!(script.live(), 1);
}
