//! What goes and comes, what is counted of it, and readers that keep up or don't.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures_util::StreamExt;
use openline_client::*;

use crate::{SECOND, builder, events, session, up};

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
fn two_messages_in_one_turn_are_both_told() {
    let script = Script::new();
    let (_session, mut all) = up(&script);
    script.line().message("one");
    script.line().message("two");
    assert_eq!(events(&mut all), [Event::Message("one".into()), Event::Message("two".into())]);
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
fn a_burst_of_a_million_to_a_reader_that_keeps_up_is_whole_and_in_order() {
    let script = Script::new();
    let (session, mut all) = up(&script);
    let mut expected = 0;
    for number in 0..1_000_000_u32 {
        script.line().message(number.to_be_bytes().to_vec());
        if number % 1_000 == 999 {
            for event in events(&mut all) {
                assert_eq!(event, Event::Message(u32::to_be_bytes(expected).to_vec().into()));
                expected += 1;
            }
        }
    }
    assert_eq!((expected, session.stats().received.messages), (1_000_000, 1_000_000));
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
