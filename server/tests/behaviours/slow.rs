//! What slow readers cost: a bounded amount of memory, and nobody else's time.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::{
    client::{Client, DEADLINE, Running, get, id, room},
    process::{Process, command},
};
use openline_protocol::*;
use tempfile::tempdir;
use tokio::task::JoinSet;

/// How long each of so many texts takes from one to the other, in rising order.
async fn talk(ada: &mut Client, bo: &mut Client, rounds: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for n in 0..rounds {
        let start = Instant::now();
        let id = ada.post(&n.to_string()).await;
        bo.until("the text", |bo| bo.lobby().entries.last().is_some_and(|last| last.id == id)).await;
        times.push(start.elapsed());
    }
    times.sort();
    times
}

fn p99(times: &[Duration]) -> Duration {
    times[times.len() * 99 / 100]
}

/// A line in the lobby that reads no more, and whose side takes hardly anything by itself.
async fn stalled(address: SocketAddr) -> Client {
    let mut client = Client::dial_with(address, Some(4_096)).await;
    client.say_hello("Stalled", None, None).await;
    client.say(&ToServer::Join(Join { room: room("lobby"), after: None, last: Some(0) })).await;
    client.until("the lobby", |client| !client.rooms.is_empty()).await;
    client
}

async fn pour(ada: &mut Client, bo: &mut Client, entries: usize, bytes: usize) {
    for n in 0..entries {
        ada.post_as(id(), Body::bytes(vec![n as u8; bytes])).await;
        let heard = bo.lobby().entries.len();
        bo.until_entries(heard + 1).await;
    }
    ada.catch_up().await;
}

/// Bytes of memory that are a process's own.
fn memory(process: &Process) -> usize {
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", process.child.id())).unwrap();
    let private = rollup.lines().filter(|line| line.starts_with("Private_"));
    private.map(|line| line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()).sum::<usize>() * 1024
}

async fn metric(address: SocketAddr, name: &str) -> usize {
    let text = get(address, "/metrics", &[]).await.2;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_stop_hold_little_and_nobody_waits_for_them() {
    const LINES: usize = 40;
    let data = tempdir().unwrap();
    let mut command = command(data.path(), &["--rate", "100000"]);
    // What is as large as an entry here gets pages of its own from the system, which has them back at once.
    command.env("MALLOC_MMAP_THRESHOLD_", "131072");
    let server = Process::of(command);
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    pour(&mut ada, &mut bo, 100, 200_000).await;
    let without = talk(&mut ada, &mut bo, 300).await;
    let mut lines = Vec::new();
    for _ in 0..LINES {
        lines.push(stalled(server.address).await);
    }
    pour(&mut ada, &mut bo, 100, 200_000).await;
    let with = talk(&mut ada, &mut bo, 300).await;
    let held = metric(server.address, "openline_unsent_bytes").await / LINES;
    assert_eq!(metric(server.address, "openline_lines").await, LINES + 2, "they are still there");
    // What the process has less once they are gone: how much of the data file SQLite keeps in memory is not theirs.
    let full = memory(&server);
    drop(lines);
    let deadline = Instant::now() + DEADLINE;
    while metric(server.address, "openline_lines").await > 2 {
        assert!(Instant::now() < deadline, "they are still there");
    }
    let freed = full.saturating_sub(memory(&server)) / LINES;
    println!(
        "each holds {} KiB, and the process has {} KiB less for each; p99 {:?} without them, {:?} with them",
        held / 1024,
        freed / 1024,
        p99(&without),
        p99(&with)
    );
    // One entry, where it is larger than a turn of 64 KiB.
    assert!(held > 0 && held.max(freed) < 200 * 1024, "{held} and {freed} bytes");
    // Had anything waited for them, it would have been for seconds.
    assert!(p99(&with) < p99(&without) * 4 + Duration::from_millis(250), "{:?} {:?}", p99(&without), p99(&with));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_slow_lines_hold_too_much_the_stalest_are_told_to_come_back() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--unsent", "300000", "--rate", "100000"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let mut first = Vec::new();
    for _ in 0..2 {
        first.push(stalled(server.address).await);
    }
    // They have enough to stall on, and what they hold is allowed.
    pour(&mut ada, &mut bo, 60, 100_000).await;
    talk(&mut ada, &mut bo, 10).await;
    assert_eq!(metric(server.address, "openline_shed_total").await, 0);
    let mut later = Vec::new();
    for _ in 0..20 {
        later.push(stalled(server.address).await);
    }
    pour(&mut ada, &mut bo, 60, 100_000).await;
    let deadline = Instant::now() + DEADLINE;
    while metric(server.address, "openline_shed_total").await == 0 {
        assert!(Instant::now() < deadline, "nobody was told to go");
    }
    for line in &mut first {
        assert_eq!(line.until_closed().await, 4413);
        // Coming back it goes on where it was, without a gap.
        let cursor = line.lobby().cursor();
        let mut again = Client::hello(server.address, "Again").await;
        again.join("lobby", Some(cursor.clone())).await;
        assert_eq!(again.lobby().joined.after, cursor.seq);
    }
    talk(&mut ada, &mut bo, 10).await;
    assert_eq!((ada.closed, bo.closed), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_come_back_from_far_catch_up_in_batches_and_starve_nobody() {
    const BEHIND: usize = 2_000;
    let data = tempdir().unwrap();
    let server = Process::start_with(data.path(), &["--tail", "20000", "--rate", "100000", "--burst", "100000"]);
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    for n in 0..BEHIND {
        let body = Body::text(format!("{n} {}", "x".repeat(300)));
        ada.feed(&ToServer::Post(Post { room: room("lobby"), id: id(), kind: None, body })).await;
    }
    ada.flush().await;
    bo.until_entries(BEHIND).await;
    let alone = talk(&mut ada, &mut bo, 200).await;
    let (log, address) = (bo.lobby().entries.clone(), server.address);
    let start = Cursor { epoch: bo.lobby().joined.epoch.clone(), seq: Seq::START };
    let mut guests = JoinSet::new();
    for n in 0..8 {
        let (log, start) = (log.clone(), start.clone());
        guests.spawn(async move {
            let mut guest = Client::hello(address, &format!("p{n}")).await;
            let (frames, since) = (guest.frames, Instant::now());
            guest.join("lobby", Some(start)).await;
            assert_eq!(guest.lobby().entries[..log.len()], log);
            (guest.frames - frames, since.elapsed())
        });
    }
    let beside = talk(&mut ada, &mut bo, 200).await;
    let mut slowest = Duration::ZERO;
    while let Some(guest) = guests.join_next().await {
        let (frames, time) = guest.unwrap();
        slowest = slowest.max(time);
        // Some 500 bytes each, 64 KiB in a frame; and what was said meanwhile.
        assert!(frames < 200, "{frames} frames");
    }
    println!("caught up in {slowest:?}; p99 of the others {:?} before and {:?} beside", p99(&alone), p99(&beside));
    assert!(p99(&beside) < p99(&alone) * 4 + Duration::from_secs(1), "{:?} {:?}", p99(&alone), p99(&beside));
}
