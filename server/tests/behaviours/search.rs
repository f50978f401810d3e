//! What somebody who searches a room's history may rely on.

use std::net::SocketAddr;

use crate::client::{Client, Running, get, id, room, text_of};
use openline_protocol::*;
use tempfile::tempdir;

/// What a search in the lobby finds; `query` is as it stands in an address.
async fn search(address: SocketAddr, query: &str) -> Page {
    let (status, _, body) = get(address, &format!("/rooms/lobby/search?q={query}"), &[]).await;
    assert_eq!(status, 200, "{query}: {body}");
    json::read(&body).unwrap()
}

async fn found(address: SocketAddr, query: &str) -> Vec<String> {
    search(address, query).await.entries.iter().map(text_of).collect()
}

async fn lobby_with(address: SocketAddr, texts: &[&str]) -> Client {
    let mut ada = Client::in_lobby(address, "Ada").await;
    for text in texts {
        ada.post(text).await;
    }
    ada.until_entries(texts.len()).await;
    ada
}

#[tokio::test]
async fn a_search_finds_words_phrases_and_what_is_only_begun_the_newest_first() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let texts = ["The red rose", "a rose is red", "Crème brûlée, don't ask", "roses", "明日は東京へ行く"];
    let mut ada = lobby_with(server.address, &texts).await;
    assert_eq!(found(server.address, "ROSE").await, ["roses", "a rose is red", "The red rose"]);
    assert_eq!(found(server.address, "rose%20red").await, ["a rose is red", "The red rose"]);
    assert_eq!(found(server.address, "%22red%20rose%22").await, ["The red rose"]);
    assert_eq!(found(server.address, "%22rose%22").await, ["a rose is red", "The red rose"], "quoted is whole");
    assert_eq!(found(server.address, "creme%20brul").await, ["Crème brûlée, don't ask"]);
    assert_eq!(found(server.address, "don%27t").await, ["Crème brûlée, don't ask"]);
    assert_eq!(found(server.address, "%E6%9D%B1%E4%BA%AC").await, ["明日は東京へ行く"], "also without spaces");
    assert!(found(server.address, "red%20violet").await.is_empty());
    // What comes later is found at once.
    ada.post("a red violet").await;
    ada.until_entries(6).await;
    let page = search(server.address, "red%20violet").await;
    assert_eq!(page.entries, ada.lobby().entries[5..]);
    assert_eq!(page.epoch, ada.lobby().joined.epoch);
}

#[tokio::test]
async fn nothing_that_is_typed_is_an_error_or_reaches_another_room() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = lobby_with(server.address, &["here", "r1 body room"]).await;
    ada.join("other", None).await;
    ada.say(&ToServer::Post(Post { room: room("other"), id: id(), kind: None, body: Body::text("elsewhere") })).await;
    ada.post_as(id(), Body::bytes(b"here are bytes".to_vec())).await;
    ada.until_entries(3).await;
    ada.catch_up().await;
    assert!(found(server.address, "elsewhere").await.is_empty());
    assert_eq!(found(server.address, "here").await, ["here"], "bytes are no words");
    for odd in
        ["", "%22", "*", "here%20AND", "NEAR(", "room:r2", "%7Broom%7D%3Ar2", "a%00b", "-here", "%22%22*", "^h", "("]
    {
        search(server.address, odd).await;
    }
    assert!(found(server.address, "here%20OR%20elsewhere").await.is_empty(), "OR is a word");
    for (path, status) in [
        ("/rooms/nobody-was-here/search?q=a", 404),
        ("/rooms/a%20b/search?q=a", 400),
        ("/rooms/lobby/search", 400),
        (&*format!("/rooms/lobby/search?q={}", "x".repeat(513)), 400),
    ] {
        assert_eq!(get(server.address, path, &[]).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn pages_of_what_is_found_have_no_holes_also_when_the_index_is_lost() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let texts: Vec<_> = (0..250).map(|n| format!("{n} {}", if n % 3 == 0 { "fizz" } else { "buzz" })).collect();
    let ada = lobby_with(server.address, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let expected: Vec<_> = texts.iter().rev().filter(|text| text.ends_with("fizz")).cloned().collect();
    let all = async |address| {
        let mut pages = vec![search(address, "fizz&limit=30").await];
        while let Some(Page { more: true, entries, .. }) = pages.last() {
            let before = entries.last().unwrap().seq;
            pages.push(search(address, &format!("fizz&limit=30&before={before}")).await);
        }
        pages.iter().flat_map(|page| &page.entries).map(text_of).collect::<Vec<_>>()
    };
    assert_eq!(all(server.address).await, expected);
    drop(ada);
    server.stop().await;
    std::fs::write(data.path().join("search.db"), "no index at all".repeat(99)).unwrap();
    let server = Running::start(data.path(), &[]).await;
    assert_eq!(all(server.address).await, expected);
    server.stop().await;
    std::fs::remove_file(data.path().join("search.db")).unwrap();
    let server = Running::start(data.path(), &[]).await;
    assert_eq!(all(server.address).await, expected);
}
