//! The real command: what it says, and what a crash leaves.

use std::{io::Read, net::TcpListener, path::Path, process::Command};

use crate::{
    client::{Client, DEADLINE, Running, id, room},
    process::{Process, command},
};
use openline_protocol::*;
use tempfile::tempdir;

/// What it says when it can't start.
fn refusal(data: &Path, arguments: &[&str]) -> String {
    let mut child = command(data, arguments).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let (said, says) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_| said.send(text))
    });
    let text = says.recv_timeout(DEADLINE);
    let _ = child.kill();
    assert!(!child.wait().unwrap().success());
    text.expect("it started")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_keeps_everything_that_anybody_was_told() {
    let data = tempdir().unwrap();
    let mut log: Vec<Entry> = Vec::new();
    let mut posted = Vec::new();
    let mut token = None;
    for life in 0..4 {
        let process = Process::start(data.path());
        let mut ada = Client::dial(process.address).await;
        ada.say_hello("Ada", token.clone(), None).await;
        let start = log.last().map(|last| last.seq).unwrap_or_default();
        ada.join("lobby", None).await;
        let epoch = ada.lobby().joined.epoch.clone();
        ada.join("lobby", Some(Cursor { epoch, seq: Seq::START })).await;
        assert_eq!(ada.lobby().entries[..log.len()], log, "nothing that was seen is lost, and nothing changed");
        // What was on its way when the server died is posted again, like everything else.
        for id in &posted {
            ada.post_as(*id, Body::text("again")).await;
        }
        for n in 0..60 {
            let id = id();
            ada.post_as(id, Body::text(format!("{life} {n}"))).await;
            posted.push(id);
        }
        // Killed while it is writing.
        let enough = usize::try_from(start.number()).unwrap() + 30;
        ada.until("some entries", |ada| ada.lobby().entries.len() >= enough).await;
        drop(process);
        ada.until("the end", |ada| ada.closed.is_some()).await;
        log = ada.lobby().entries.clone();
        token = ada.me.as_ref().map(|me| me.token.clone());
    }
    let process = Process::start(data.path());
    let mut ada = Client::dial(process.address).await;
    ada.say_hello("Ada", token, None).await;
    ada.join("lobby", None).await;
    let epoch = ada.lobby().joined.epoch.clone();
    ada.join("lobby", Some(Cursor { epoch, seq: Seq::START })).await;
    for id in &posted {
        ada.post_as(*id, Body::text("again")).await;
    }
    ada.until_entries(posted.len()).await;
    let mut ids = ada.lobby().ids();
    assert_eq!(ids.len(), posted.len());
    ids.sort();
    posted.sort();
    assert_eq!(ids, posted, "everything once");
    assert_eq!(ada.lobby().entries[..log.len()], log);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_terminate_it_says_goodbye_and_succeeds() {
    let data = tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut process = Process::start(data.path());
        let mut ada = Client::hello(process.address, "Ada").await;
        ada.say(&ToServer::Join(Join { room: room("lobby"), after: None, last: None })).await;
        let pid = process.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(ada.until_closed().await, 1012);
        let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap()).await.unwrap();
        assert!(status.success(), "{signal}: {status}");
    }
}

#[test]
fn what_stops_it_from_starting_is_a_sentence_that_says_what_to_do() {
    let data = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&data.path().join("a"), &["--listen", &address]);
    assert_eq!(
        said,
        format!(
            "openline-server: {address} is in use; stop what listens there, or say another address with --listen\n"
        )
    );

    let said = refusal(&data.path().join("a"), &["--rate", "fast"]);
    assert!(said.contains("--rate") && said.contains("--help"), "{said}");

    let running = Process::start(&data.path().join("a"));
    let said = refusal(&data.path().join("a"), &[]);
    assert!(said.contains("another server is using the data folder") && said.contains("--data"), "{said}");
    drop(running);

    std::fs::write(data.path().join("file"), "").unwrap();
    let said = refusal(&data.path().join("file"), &[]);
    assert!(said.contains("can't use the data folder"), "{said}");

    let folder = data.path().join("b");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("openline.db");
    std::fs::write(&file, "a diary\n".repeat(1_000)).unwrap();
    let said = refusal(&folder, &[]);
    assert!(said.contains("is not Openline's") && said.contains("Nothing was changed"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a diary\n".repeat(1_000));
}

#[tokio::test]
async fn a_newer_data_file_is_refused_and_unharmed() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    Client::in_lobby(server.address, "Ada").await;
    server.stop().await;
    let file = data.path().join("openline.db");
    // The number that says the format: four bytes at 60 (https://sqlite.org/fileformat.html).
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[60..64].copy_from_slice(&7_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let said = refusal(data.path(), &[]);
    assert!(said.contains("written by a newer version") && said.contains("Nothing was changed"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}
