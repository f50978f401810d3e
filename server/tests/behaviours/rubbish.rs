//! Rubbish on `/ws`, much of it: each line of it ends with a reason, and nothing of it stays.

use std::net::SocketAddr;

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    client::{Client, DEADLINE},
    lines::masked,
    process::Process,
    web::handshake,
};

/// How many lines are open at once.
const AT_ONCE: usize = 50;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn rubbish_is_told_what_is_wrong_with_it_and_leaves_no_memory_taken() {
    let data = tempdir().unwrap();
    let server = Process::start_with(data.path(), &["--hello-time", "0.3"]);
    let seed = std::env::var("OPENLINE_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("OPENLINE_SEED={seed} does this again");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    throw(server.address, 500, &mut chance).await;
    let after_warm_up = memory(&server);
    throw(server.address, 1_500, &mut chance).await;
    let grown = memory(&server).saturating_sub(after_warm_up);
    assert!(grown < 4_096, "{grown} KiB more than the {after_warm_up} after the first 500");
    ada.post("still here").await;
    ada.until_entries(1).await;
}

async fn throw(address: SocketAddr, count: usize, chance: &mut StdRng) {
    for _ in 0..count / AT_ONCE {
        let mut lines = JoinSet::new();
        for _ in 0..AT_ONCE {
            lines.spawn(one(address, rubbish(chance)));
        }
        lines.join_all().await;
    }
}

/// Bytes that are no frames, frames that are no messages, and messages cut, changed or out of place.
fn rubbish(chance: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; chance.random_range(1..2_000)];
    chance.fill_bytes(&mut bytes);
    let mut text = r#"{"hello":{"name":"Eve","session":"s"}}"#.as_bytes().to_vec();
    match chance.random_range(0..6) {
        0 => bytes,
        1 => masked(0x82, &bytes),
        2 => masked(chance.random(), &bytes),
        3 => masked(0x81, format!("{}{}", "[".repeat(bytes.len()), "\u{1f600}").as_bytes()),
        4 => {
            text.truncate(chance.random_range(1..text.len()));
            masked(0x81, &text)
        }
        _ => {
            // Welcome at first, and then not.
            text = masked(0x81, &text);
            text.extend(masked(chance.random(), &bytes));
            text
        }
    }
}

/// Says it on a line of its own, and at last what is wrong wherever it stands. However it is taken, the line ends with a
/// code that says why.
async fn one(address: SocketAddr, rubbish: Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(handshake(address, "").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let talk = async {
        // It may hang up in the middle of it.
        let _ = stream.write_all(&[&rubbish[..], &masked(0x8b, b"")].concat()).await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    tokio::time::timeout(DEADLINE, talk).await.unwrap_or_else(|_| panic!("still open after {rubbish:?}"));
    let code = close_code(&answer);
    assert!(matches!(code, Some(1000..=1011 | 4400..=4499)), "{code:?} after {rubbish:?}");
}

/// The code of the close frame that a server's answer ends with.
fn close_code(answer: &[u8]) -> Option<u16> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let mut frames = &answer[head + 4..];
    loop {
        let (size, length) = match *frames {
            [_, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
            [_, length, ..] => (2, usize::from(length)),
            _ => return None,
        };
        if frames[0] == 0x88 {
            return Some(u16::from_be_bytes([*frames.get(2)?, *frames.get(3)?]));
        }
        frames = frames.get(size + length..)?;
    }
}

/// The memory of the server's process, in KiB.
fn memory(server: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
