//! What becomes of old entries where not all are kept.

use std::net::SocketAddr;

use crate::client::{Client, DEADLINE, Running, get, id, text_of};
use openline_protocol::*;
use tempfile::tempdir;

async fn page(address: SocketAddr, query: &str) -> Page {
    let (status, _, body) = get(address, &format!("/rooms/lobby/{query}"), &[]).await;
    assert_eq!(status, 200, "{body}");
    json::read(&body).unwrap()
}

/// Waits until the oldest entry kept is this one.
async fn until_first(address: SocketAddr, first: Option<u64>) {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        let seen = page(address, "entries?after=0").await.entries.first().map(|entry| entry.seq.number());
        if seen == first {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited for {first:?} to be the oldest; it is {seen:?}");
    }
}

fn at(cursor: &Cursor, seq: u64) -> Option<Cursor> {
    Some(Cursor { seq: Seq::new(seq).unwrap(), ..cursor.clone() })
}

#[tokio::test]
async fn of_each_room_so_many_are_kept_and_who_is_older_is_told_of_the_gap() {
    let data = tempdir().unwrap();
    let arguments = ["--keep-entries", "10"];
    let mut server = Running::start(data.path(), &arguments).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let ids: Vec<_> = (0..1_200).map(|_| id()).collect();
    for (n, id) in ids.iter().enumerate() {
        ada.post_as(*id, Body::text(format!("word{n}"))).await;
    }
    ada.until_entries(1_200).await;
    until_first(server.address, Some(1_191)).await;
    let here = ada.lobby().cursor();
    for life in 0..2 {
        let mut bo = Client::hello(server.address, "Bo").await;
        bo.join("lobby", at(&here, 1_000)).await;
        let Joined { first, after, head, .. } = bo.lobby().joined;
        assert_eq!((first.number(), after.number(), head.number()), (1_191, 1_190, 1_200), "life {life}");
        bo.join("lobby", at(&here, 1_190)).await;
        assert_eq!(bo.lobby().joined.after.number(), 1_190, "just what is kept is no gap");
        assert_eq!(bo.lobby().texts().first().unwrap(), "word1190");
        // An id outlives its entry.
        bo.post_as(ids[0], Body::text("again")).await;
        bo.until("settled", |bo| bo.settled == [(ids[0], 1)]).await;
        for (query, count, more) in [
            ("entries?before=1196&limit=5", 5, false),
            ("entries?before=1196&limit=4", 4, true),
            ("entries?before=1191", 0, false),
            ("entries?after=5&limit=9", 9, true),
            ("search?q=word5", 0, false),
            ("search?q=word119", 10, false),
        ] {
            let page = page(server.address, query).await;
            assert_eq!((page.entries.len(), page.more), (count, more), "{query}");
        }
        server.stop().await;
        server = Running::start(data.path(), &arguments).await;
    }
}

#[tokio::test]
async fn what_is_older_than_it_is_kept_is_dropped_and_all_of_a_room_may_be() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--keep-days", "0.00002"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..5 {
        ada.post(&n.to_string()).await;
    }
    ada.until_entries(5).await;
    until_first(server.address, None).await;
    let here = ada.lobby().cursor();
    ada.join("lobby", at(&here, 2)).await;
    let Joined { first, after, head, .. } = ada.lobby().joined;
    assert_eq!((first.number(), after.number(), head.number()), (6, 5, 5));
    ada.post("new").await;
    ada.until_entries(1).await;
    assert_eq!(ada.lobby().entries[0].seq.number(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_so_slow_that_what_it_lacks_was_dropped_is_told_to_come_back_and_then_of_the_gap() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--keep-entries", "3", "--tail", "1000"]).await;
    let mut slow = Client::in_lobby(server.address, "Slow").await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..100 {
        ada.post_as(id(), Body::bytes(vec![n; 250_000])).await;
        ada.until_entries(usize::from(n) + 1).await;
    }
    until_first(server.address, Some(98)).await;
    assert_eq!(slow.until_closed().await, 4413);
    let cursor = slow.lobby().cursor();
    assert!(cursor.seq.number() < 97, "{cursor:?}");
    let mut again = Client::hello(server.address, "Slow").await;
    again.join("lobby", Some(cursor)).await;
    assert_eq!(again.lobby().joined.after.number(), 97);
    assert_eq!(again.lobby().entries.iter().map(text_of).collect::<Vec<_>>(), ["250000 bytes"; 3]);
}
