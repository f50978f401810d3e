//! A connection in a scripted world.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use openline_client::*;

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("it should not have waited")
}

fn open(script: &Script, builder: ConnectionBuilder) -> Connection {
    let mut opening = Box::pin(builder.script(script).open());
    assert!(opening.as_mut().now_or_never().is_none());
    script.line().open();
    now(opening).expect("it opened")
}

fn builder() -> ConnectionBuilder {
    Connection::builder("ws://example.test")
}

#[test]
fn a_connect_that_fails_does_not_hang() {
    let script = Script::new();
    let mut opening = Box::pin(builder().script(&script).open());
    assert!(opening.as_mut().now_or_never().is_none());
    script.line().fail();
    assert!(matches!(now(opening), Err(ConnectError::Closed(event)) if event.code == 1006));
}

#[test]
fn a_connect_nobody_answers_times_out_and_leaves_no_socket() {
    let script = Script::new();
    let mut opening = Box::pin(builder().timeout(Duration::from_secs(3)).script(&script).open());
    assert!(opening.as_mut().now_or_never().is_none());
    script.advance(Duration::from_secs(3));
    assert_eq!(now(opening).err(), Some(ConnectError::TimedOut));
    assert_eq!(script.live(), 0);
}

#[test]
fn giving_up_a_connect_closes_the_socket() {
    let script = Script::new();
    let mut opening = Box::pin(builder().script(&script).open());
    assert!(opening.as_mut().now_or_never().is_none());
    assert_eq!(script.live(), 1);
    drop(opening);
    assert_eq!(script.live(), 0);
}

#[test]
fn messages_come_in_order_and_then_the_end() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().message("one");
    script.line().message(vec![2]);
    script.line().close(1000, "");
    assert_eq!(now(line.next()), Some(Ok("one".into())));
    assert_eq!(now(line.next()), Some(Ok(vec![2].into())));
    assert_eq!(now(line.next()), None);
    assert_eq!(line.close_event().map(|event| event.code), Some(1000));
}

#[test]
fn a_broken_line_does_not_look_like_a_goodbye() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().message("last words");
    script.line().fail();
    assert_eq!(now(line.next()), Some(Ok("last words".into())));
    assert!(matches!(now(line.next()), Some(Err(ReceiveError::Lost(event))) if event.code == 1006));
    assert_eq!(now(line.next()), None);
}

#[test]
fn an_overflow_is_an_error_after_everything_that_came_before_it() {
    let script = Script::new();
    let mut line = open(&script, builder().inbox(InboxLimit { messages: 2, bytes: 1 << 20 }));
    for number in 0..9 {
        script.line().message(number.to_string());
    }
    assert!(script.line().asked_to_close().is_some());
    for number in 0..3 {
        assert_eq!(now(line.next()), Some(Ok(number.to_string().into())));
    }
    assert_eq!(now(line.next()), Some(Err(ReceiveError::InboxFull)));
    assert_eq!(now(line.next()), None);
}

#[test]
fn a_send_waits_above_the_high_mark_and_goes_on_below_the_low_one() {
    let script = Script::new();
    let mut line = open(&script, builder().marks(1000, 100));
    now(line.send("first".into())).unwrap();
    script.line().set_buffered_amount(1001);
    let mut sending = Box::pin(line.send("second".into()));
    assert!(sending.as_mut().now_or_never().is_none());
    script.line().set_buffered_amount(101);
    script.advance(Duration::from_millis(10));
    assert!(sending.as_mut().now_or_never().is_none());
    script.line().set_buffered_amount(100);
    script.advance(Duration::from_millis(10));
    now(sending).unwrap();
    assert_eq!(script.line().sent(), ["first".into(), "second".into()]);
}

#[test]
fn what_a_stalled_line_holds_up_goes_when_it_flows_and_is_lost_when_it_breaks() {
    let script = Script::new();
    let mut line = open(&script, builder().marks(10, 5));
    script.line().stall();
    now(line.send("eleven bytes".into())).unwrap();
    let mut sending = Box::pin(line.send("held up".into()));
    assert!(sending.as_mut().now_or_never().is_none());
    assert_eq!(script.line().sent(), []);
    script.line().flow();
    script.advance(Duration::from_millis(10));
    now(sending).unwrap();
    assert_eq!(script.line().sent(), ["eleven bytes".into(), "held up".into()]);
    script.line().stall();
    now(line.send("lost".into())).unwrap();
    script.line().fail();
    assert_eq!(script.line().sent(), []);
}

#[test]
fn the_buffer_is_looked_at_only_while_somebody_waits() {
    let script = Script::new();
    let mut line = open(&script, builder().marks(10, 5));
    assert_eq!(script.timers(), 0, "nobody waits for the opening any more");
    script.line().stall();
    now(line.send("eleven bytes".into())).unwrap();
    assert_eq!(script.timers(), 0, "nobody waits");
    let mut sending = Box::pin(line.send("waits".into()));
    for _ in 0..3 {
        assert!(sending.as_mut().now_or_never().is_none());
        assert_eq!(script.timers(), 1);
        script.advance(Duration::from_millis(10));
    }
    drop(sending);
    script.advance(Duration::from_millis(10));
    assert_eq!(script.timers(), 0, "nobody waits any more");
}

#[test]
fn a_goodbye_whose_end_nobody_waits_for_goes_on() {
    let script = Script::new();
    let line = open(&script, builder());
    assert!(line.close(Some(4000), Some("bye")).now_or_never().is_none());
    assert_eq!(script.line().asked_to_close(), Some((Some(4000), Some("bye".into()))));
    script.line().close(4000, "bye");
    assert_eq!(line.close_event().map(|event| (event.code, event.was_clean)), Some((4000, true)));
}

#[test]
fn a_burst_of_a_million_to_a_reader_that_keeps_up_is_whole_and_in_order() {
    let script = Script::new();
    let mut line = open(&script, builder());
    let mut expected = 0;
    for number in 0..1_000_000_u32 {
        script.line().message(number.to_be_bytes().to_vec());
        if number % 1_000 == 999 {
            while let Some(Some(Ok(message))) = line.next().now_or_never() {
                assert_eq!(message, u32::to_be_bytes(expected).to_vec().into());
                expected += 1;
            }
        }
    }
    assert_eq!((expected, line.stats().received.messages), (1_000_000, 1_000_000));
}

#[test]
fn a_send_that_waits_wakes_when_the_line_closes_and_gives_the_message_back() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().set_buffered_amount(u64::MAX);
    let mut sending = Box::pin(line.send("kept".into()));
    assert!(sending.as_mut().now_or_never().is_none());
    script.line().fail();
    assert_eq!(now(sending).unwrap_err().message, "kept".into());
}

#[test]
fn after_the_server_left_send_is_an_error() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().close(1000, "");
    let unsent = now(line.send("late".into())).unwrap_err();
    assert_eq!((unsent.message, unsent.why), ("late".into(), SendError::Closed));
}

#[test]
fn either_half_can_close_and_both_learn_how_it_ended() {
    let script = Script::new();
    let (sender, mut receiver) = open(&script, builder()).split();
    let mut closing = Box::pin(sender.close(None, Some("done")));
    assert!(closing.as_mut().now_or_never().is_none());
    assert_eq!(script.line().asked_to_close(), Some((Some(1000), Some("done".into()))));
    script.line().close(1000, "done");
    assert_eq!(now(closing).map(|event| event.reason), Ok("done".into()));
    assert_eq!(now(receiver.close(None, None)).map(|event| event.reason), Ok("done".into()));
    assert_eq!(now(receiver.next()), None);
}

#[test]
fn sinks_own_close_says_goodbye_and_waits_for_the_end() {
    let script = Script::new();
    let (mut sender, _receiver) = open(&script, builder()).split();
    let mut closing = Box::pin(SinkExt::close(&mut sender));
    assert!(closing.as_mut().now_or_never().is_none());
    script.line().close(1005, "");
    assert_eq!(now(closing), Ok(()));
}

#[test]
fn the_line_goes_with_the_second_half() {
    let script = Script::new();
    let (sender, receiver) = open(&script, builder()).split();
    drop(receiver);
    script.line().message("to nobody");
    assert_eq!((script.live(), sender.send_now("still here")), (1, Ok(())));
    drop(sender);
    assert_eq!(script.live(), 0);
}

#[test]
fn a_wait_for_a_message_that_is_given_up_loses_none() {
    let script = Script::new();
    let mut line = open(&script, builder());
    assert!(line.next().now_or_never().is_none());
    script.line().message("one");
    drop(line.next());
    assert_eq!(now(line.next()), Some(Ok("one".into())));
}

#[test]
fn a_value_goes_and_comes_in_one_line() {
    let script = Script::new();
    let mut line = open(&script, builder());
    now(line.send_json(&("soup", 2))).unwrap();
    assert_eq!(script.line().sent(), [r#"["soup",2]"#.into()]);
    script.line().message(r#"["stew",3]"#);
    assert_eq!(now(line.receive_json()), Some(Ok(("stew".to_owned(), 3))));
}

#[test]
fn a_message_that_is_no_such_value_is_given_back_and_the_line_stays_up() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().message("what?");
    script.line().message("3");
    script.line().close(1000, "");
    let Some(Err(ReceiveValueError::Unreadable(unreadable))) = now(line.receive_json::<u8>()) else {
        panic!("it was read")
    };
    assert_eq!(unreadable.message, "what?".into());
    assert_eq!(now(line.receive_json::<u8>()), Some(Ok(3)));
    assert_eq!(now(line.receive_json::<u8>()), None);
}

#[test]
fn a_value_that_waits_to_be_sent_can_be_given_up_and_was_not_sent() {
    let script = Script::new();
    let mut line = open(&script, builder());
    script.line().set_buffered_amount(u64::MAX);
    assert!(line.send_json(&1).now_or_never().is_none());
    script.line().set_buffered_amount(0);
    now(line.send_json(&2)).unwrap();
    assert_eq!(script.line().sent(), ["2".into()]);
    script.line().fail();
    let Err(SendValueError::Unsent(unsent)) = now(line.send_json(&3)) else { panic!("it was sent") };
    assert_eq!(unsent.message, "3".into());
}

#[cfg(feature = "msgpack")]
#[test]
fn a_value_goes_and_comes_as_messagepack() {
    let script = Script::new();
    let mut line = open(&script, builder());
    now(line.send_msgpack(&("soup", 2))).unwrap();
    let sent = script.line().sent().remove(0);
    assert_eq!(sent, vec![0x92, 0xa4, b's', b'o', b'u', b'p', 2].into());
    script.line().message(sent);
    assert_eq!(now(line.receive_msgpack()), Some(Ok(("soup".to_owned(), 2))));
}

#[test]
fn what_went_over_it_and_how_it_is_can_be_seen() {
    let script = Script::new();
    let mut opening = Box::pin(builder().script(&script).open());
    assert!(opening.as_mut().now_or_never().is_none());
    script.advance(Duration::from_secs(2));
    script.line().open();
    let mut line = now(opening).unwrap();
    line.send_now("four").unwrap();
    for message in ["a", "bc", "def"] {
        script.line().message(message);
    }
    assert_eq!(now(line.next()), Some(Ok("a".into())));
    script.line().set_buffered_amount(7);
    script.advance(Duration::from_secs(3));
    let stats = line.stats();
    assert_eq!(stats.sent, Volume { messages: 1, bytes: 4 });
    assert_eq!(stats.received, Volume { messages: 3, bytes: 6 });
    assert_eq!(stats.unread, Volume { messages: 2, bytes: 5 });
    assert_eq!((stats.buffered, stats.dials, stats.reconnects), (7, 1, 0));
    assert_eq!((stats.up_in, stats.up_for), (Some(Duration::from_secs(2)), Some(Duration::from_secs(3))));
    script.line().fail();
    assert!(line.send_now("late").is_err());
    assert_eq!((line.stats().sent.messages, line.stats().up_for), (1, None));
}

#[test]
fn without_a_browser_there_is_no_connection() {
    assert_eq!(now(builder().open()).err(), Some(ConnectError::Open(OpenError::NoWebSocket)));
}
