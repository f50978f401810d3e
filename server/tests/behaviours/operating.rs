//! What an operator sees of it.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use tempfile::tempdir;

use crate::{
    client::{Client, DEADLINE, Running, get},
    process::command,
};

#[tokio::test]
async fn it_listens_on_ipv6_and_on_both_at_once() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--listen", "[::1]:0"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    ada.post("hi").await;
    ada.until_entries(1).await;
    server.stop().await;

    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--listen", "[::]:0"]).await;
    let port = server.address.port();
    for address in [([127, 0, 0, 1], port).into(), (std::net::Ipv6Addr::LOCALHOST, port).into()] {
        Client::in_lobby(address, "Bo").await;
    }
}

#[tokio::test]
async fn before_it_stops_it_says_that_it_is_no_longer_ready_and_goes_on_serving() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--drain-time", "4"]).await;
    let address = server.address;
    let mut ada = Client::in_lobby(address, "Ada").await;
    assert_eq!(get(address, "/ready", &[]).await.0, 200);
    let stopped = server.stop();
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while get(address, "/ready", &[]).await.0 != 503 {
        assert!(tokio::time::Instant::now() < deadline, "it is still ready");
    }
    assert_eq!(get(address, "/health", &[]).await.0, 200, "it lives");
    ada.post("still here").await;
    ada.until_entries(1).await;
    assert_eq!(ada.until_closed().await, 1012);
    stopped.await;
}

#[tokio::test]
async fn the_figures_tell_of_posts_deliveries_and_refusals() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--text", "10"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    ada.post("short").await;
    ada.post("longer than ten").await;
    bo.until_entries(1).await;
    ada.until("a refusal", |ada| !ada.refusals.is_empty()).await;
    ada.until_entries(1).await;
    let (_, _, text) = get(server.address, "/metrics", &[]).await;
    for line in [
        "openline_lines 2",
        "openline_rooms 1",
        "openline_entries_total 1",
        "openline_delivered_total 2",
        "openline_commit_seconds_count 1",
        "openline_wake_to_write_seconds_count 2",
        "openline_slowest_cursor 0",
        "openline_refused_total{why=\"too_long\"} 1",
    ] {
        assert!(text.lines().any(|there| there == line), "{line} is not in {text}");
    }
}

#[test]
fn logs_in_json_are_one_object_a_line() {
    let data = tempdir().unwrap();
    let mut child = command(data.path(), &["--log-format", "json"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let _ = child.kill();
    let _ = child.wait();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    assert_eq!(said["level"], "INFO", "{line}");
    assert!(said["fields"]["message"].is_string(), "{line}");
}

#[cfg(unix)]
#[test]
fn too_few_files_for_the_connections_are_told_in_a_sentence() {
    let data = tempdir().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 256; exec \"$0\" --listen 127.0.0.1:0 --data \"$1\""])
        .arg(env!("CARGO_BIN_EXE_openline-server"))
        .arg(data.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines.next().unwrap().unwrap();
    let _ = child.kill();
    let _ = child.wait();
    assert!(said.contains("enough for 192 connections, not for 16000"), "{said}");
}
