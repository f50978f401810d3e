//! What becomes of people when there are more than there is room for, and when all of them have to come back.

use crate::client::{Client, DEADLINE, Running, get};
use openline_protocol::*;
use tempfile::tempdir;
use tokio::task::JoinSet;

#[tokio::test]
async fn who_finds_no_seat_is_told_so_and_finds_one_later() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--connections", "2"]).await;
    let one = Client::hello(server.address, "One").await;
    let _two = Client::hello(server.address, "Two").await;
    let mut three = Client::dial(server.address).await;
    assert_eq!(three.until_closed().await, 1013);
    assert!(matches!(three.closing, Some((ClosingWhy::Busy {}, 1..))));
    let (status, head, body) = get(server.address, "/health", &[]).await;
    assert_eq!((status, head.contains("retry-after")), (503, true), "{body}");
    drop(one);
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        let mut four = Client::dial(server.address).await;
        four.say_hello("Four", None, None).await;
        four.until("an answer", |four| four.me.is_some() || four.closed.is_some()).await;
        if four.me.is_some() {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "the seat is not free again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_at_the_door_is_seated_or_told_when_to_come_back_and_those_inside_talk_on() {
    const SEATS: usize = 50;
    const CROWD: usize = 250;
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--connections", &SEATS.to_string()]).await;
    let address = server.address;
    let mut ada = Client::in_lobby(address, "Ada").await;
    let mut bo = Client::in_lobby(address, "Bo").await;
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        crowd.spawn(async move {
            let mut one = Client::dial(address).await;
            one.say_hello("One", None, None).await;
            one.until("an answer", |one| one.me.is_some() || one.closed.is_some()).await;
            one
        });
    }
    let mut said = 0;
    let mut seated = Vec::new();
    while let Some(one) = crowd.join_next().await {
        let one = one.unwrap();
        if one.me.is_some() {
            seated.push(one);
        } else {
            let later = (one.closed, one.closing);
            assert!(matches!(later, (Some(1013), Some((ClosingWhy::Busy {}, 2_000..10_000)))), "{later:?}");
        }
        if said < CROWD / 5 {
            let id = ada.post(&said.to_string()).await;
            bo.until("the text", |bo| bo.lobby().entries.last().is_some_and(|last| last.id == id)).await;
            said += 1;
        }
    }
    assert_eq!(seated.len(), SEATS - 2, "every seat is taken, and none twice");
    assert_eq!(bo.lobby().entries.len(), said);
}

#[tokio::test]
async fn when_all_have_to_come_back_they_are_told_to_at_different_times() {
    const LINES: usize = 40;
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut lines = Vec::new();
    for _ in 0..LINES {
        lines.push(Client::hello(server.address, "One").await);
    }
    let stopped = server.stop();
    let mut times = Vec::new();
    for line in &mut lines {
        assert_eq!(line.until_closed().await, 1012);
        match line.closing {
            Some((ClosingWhy::Restarting {}, back_in)) => times.push(back_in),
            ref other => panic!("{other:?}"),
        }
    }
    stopped.await;
    times.sort_unstable();
    let (first, last) = (times[0], times[LINES - 1]);
    assert!(first >= 500 && last - first > 300, "{times:?}");
    times.dedup();
    assert!(times.len() > LINES / 2, "{times:?}");
}

#[tokio::test]
async fn posts_that_do_not_fit_into_memory_wait_and_none_is_lost() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--unwritten", "1000", "--in-flight", "3"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    for n in 0..100 {
        ada.post(&format!("{n} {}", "x".repeat(500))).await;
        bo.post(&format!("{n} {}", "y".repeat(500))).await;
    }
    ada.until_entries(200).await;
    bo.until_entries(200).await;
    assert_eq!(ada.lobby().entries, bo.lobby().entries);
}
