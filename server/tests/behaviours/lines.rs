//! What a line may rely on, and what the server does with lines that misbehave.

use std::time::Duration;

use crate::{
    client::{Client, DEADLINE, Running, get, id},
    web::handshake,
};
use openline_protocol::*;
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_token_makes_the_same_person_again_also_after_a_restart() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let ada = Client::hello(server.address, "Ada").await;
    server.stop().await;
    let server = Running::start(data.path(), &[]).await;
    let mut again = Client::dial(server.address).await;
    again.say_hello("Ada", Some(ada.token()), None).await;
    again.until("a welcome", |again| again.me.is_some()).await;
    assert_eq!(again.person(), ada.person());
}

#[tokio::test]
async fn a_token_that_does_not_verify_never_makes_somebody_new() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let ada = Client::hello(server.address, "Ada").await;
    let spoilt = Token(format!("{}x", ada.token().0).into());
    for token in [Token("".into()), Token("a.b.c".into()), spoilt] {
        let mut client = Client::dial(server.address).await;
        client.say_hello("Ada", Some(token), None).await;
        assert_eq!(client.until_closed().await, 4401);
        assert!(client.me.is_none());
    }
    let mut bo = Client::hello(server.address, "Bo").await;
    bo.say_hello("Bo", Some(ada.token()), None).await;
    assert_eq!(bo.until_closed().await, 4401, "nor somebody else on the same line");
}

#[tokio::test]
async fn a_new_line_of_the_same_session_closes_the_older_before_it_is_welcomed() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let ada = Client::hello(server.address, "Ada").await;
    let mut lines: Vec<Client> = Vec::new();
    for _ in 0..5 {
        let mut line = Client::dial(server.address).await;
        line.say_hello("Ada", Some(ada.token()), Some("page")).await;
        line.until("a welcome", |line| line.me.is_some()).await;
        line.join("lobby", None).await;
        if let Some(older) = lines.last_mut() {
            // What it says now is heard by nobody, though its side is still open.
            older.post("from the half-dead line").await;
            assert_eq!(older.until_closed().await, 4409);
        }
        lines.push(line);
    }
    let mut other = Client::dial(server.address).await;
    other.say_hello("Ada", Some(ada.token()), Some("another page")).await;
    other.until("a welcome", |other| other.me.is_some()).await;
    let last = lines.last_mut().unwrap();
    last.catch_up().await;
    assert!(last.lobby().entries.is_empty(), "{:?}", last.lobby());
    assert_eq!(last.closed, None, "another session is another line");
}

#[tokio::test]
async fn whatever_comes_before_the_hello_closes_the_line() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--hello-time", "0.2"]).await;
    for (text, code) in [
        (r#"{"join":{"room":"lobby"}}"#, 4403),
        (r#"{"beat":{}}"#, 4403),
        (r#"{"dance":{}}"#, 4403),
        ("hello", 4400),
        ("[]", 4400),
        (r#"{"hello":{},"join":{}}"#, 4400),
    ] {
        let mut client = Client::dial(server.address).await;
        client.raw(Message::text(text)).await;
        assert_eq!(client.until_closed().await, code, "{text}");
    }
    let mut silent = Client::dial(server.address).await;
    assert_eq!(silent.until_closed().await, 4408);
    let mut unfit = Client::dial(server.address).await;
    unfit.raw(Message::text(r#"{"hello":{"name":""}}"#)).await;
    unfit.until("a refusal", |unfit| unfit.refusals.len() == 1).await;
    unfit.say_hello("Ada", None, None).await;
    unfit.until("a welcome", |unfit| unfit.me.is_some()).await;
}

#[tokio::test]
async fn the_server_beats_when_it_has_nothing_to_say_and_answers_a_beat_at_once() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--beat-every", "1"]).await;
    let mut ada = Client::hello(server.address, "Ada").await;
    assert_eq!(ada.me.as_ref().unwrap().beat_every, 1);
    ada.catch_up().await;
    let before = ada.beats;
    ada.until("a beat by itself", |ada| ada.beats > before).await;
}

#[tokio::test]
async fn a_line_that_answers_no_ping_is_closed_and_one_that_does_is_not() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--ping-every", "0.1", "--pong-time", "0.3"]).await;
    let mut ada = Client::hello(server.address, "Ada").await;
    // By hand, because every client library answers pings by itself.
    let mut dead = TcpStream::connect(server.address).await.unwrap();
    dead.write_all(handshake(server.address, "").as_bytes()).await.unwrap();
    dead.write_all(&masked(0x81, br#"{"hello":{"name":"Dead"}}"#)).await.unwrap();
    let mut heard = Vec::new();
    let end = tokio::time::timeout(DEADLINE, async {
        // The other one listens meanwhile, and so answers.
        tokio::select! {
            read = dead.read_to_end(&mut heard) => read.map(drop),
            () = ada.until("the end of time", |_| false) => Ok(()),
        }
    });
    end.await.expect("it was not closed").unwrap();
    assert!(heard.windows(4).any(|bytes| bytes[0] == 0x88 && bytes[2..] == 4408_u16.to_be_bytes()), "{heard:?}");
    ada.catch_up().await;
}

#[tokio::test]
async fn a_reader_that_stops_does_not_delay_others_and_is_given_up() {
    let data = tempdir().unwrap();
    let arguments = ["--write-time", "1", "--burst", "100000", "--tail", "100000000"];
    let server = Running::start(data.path(), &arguments).await;
    let mut stopped = Client::in_lobby(server.address, "Stopped").await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    // More than the system's buffers take, so that its line is stuck.
    for n in 1..=60 {
        ada.post_as(id(), Body::bytes(vec![7; 250_000])).await;
        ada.until_entries(n).await;
        bo.until_entries(n).await;
    }
    // It is hung up on while it doesn't read; what was on its way is all it hears.
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        let metrics = get(server.address, "/metrics", &[]).await.2;
        if metrics.contains("openline_lines 2\n") {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{metrics}");
        ada.catch_up().await;
        bo.catch_up().await;
    }
    stopped.until("the end", |stopped| stopped.closed.is_some()).await;
    assert!(stopped.lobby().entries.len() < 60);
    // And it misses nothing when it comes back.
    let cursor = stopped.lobby().cursor();
    let mut back = Client::hello(server.address, "Stopped").await;
    back.join("lobby", Some(cursor)).await;
    assert_eq!(back.lobby().entries, bo.lobby().entries[stopped.lobby().entries.len()..]);
}

#[tokio::test]
async fn over_the_rate_nothing_is_refused_only_read_later() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--rate", "100", "--burst", "20"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let start = std::time::Instant::now();
    for n in 0..70 {
        ada.post(&n.to_string()).await;
    }
    ada.until_entries(70).await;
    assert!(start.elapsed() > Duration::from_millis(450), "{:?}", start.elapsed());
    assert!(ada.refusals.is_empty());
    assert_eq!(ada.lobby().texts(), (0..70).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_frame_too_big_closes_with_1009_however_big_it_is() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    for size in [300_000, 4_000_000] {
        let mut client = Client::hello(server.address, "Ada").await;
        client.raw(Message::binary(vec![0; size])).await;
        assert_eq!(client.until_closed().await, 1009);
    }
}

#[tokio::test]
async fn rubbish_leaves_the_server_unharmed() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--hello-time", "1"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut frames: Vec<Vec<u8>> = vec![
        vec![0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
        vec![0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
        vec![0x8b, 0x80, 0, 0, 0, 0],
        vec![0x81, 0x02, b'h', b'i'],
        masked(0x81, b"\xff\xfe"),
        masked(0x82, &[0xff; 4]),
        masked(0x82, &[0xff, 0xff, 0xff, 0x7f, b'{', b'}']),
        masked(0x82, b"\x02\0\0\0{}rest"),
        masked(0x81, "[".repeat(100_000).as_bytes()),
        masked(0x81, format!(r#"{{"hello":{}"#, r#"{"name":"#.repeat(20_000)).as_bytes()),
        masked(0x80, b"nothing begun"),
        masked(0x88, b"\x03"),
    ];
    frames.extend((0..40).map(|_| (0..200).map(|_| rand::random()).collect()));
    let mut tasks = tokio::task::JoinSet::new();
    for frame in frames {
        let address = server.address;
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(handshake(address, "").as_bytes()).await.unwrap();
            // It may hang up in the middle of it.
            let _ = stream.write_all(&frame).await;
            let mut answer = Vec::new();
            let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await;
            read.unwrap_or_else(|_| panic!("still open after {frame:?}")).ok();
        });
    }
    tasks.join_all().await;
    let mut raw = TcpStream::connect(server.address).await.unwrap();
    raw.write_all(b"\x16\x03\x01 no http at all\r\n\r\n").await.unwrap();
    ada.post("still here").await;
    ada.until_entries(1).await;
}

#[tokio::test]
async fn a_silent_request_is_not_held_open() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--hello-time", "0.2"]).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(DEADLINE, silent.read_to_end(&mut answer)).await.expect("still open").ok();
}

#[tokio::test]
async fn a_stop_tells_clients_to_come_back_and_loses_nothing() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let mut posted = Vec::new();
    for n in 0..50 {
        posted.push(ada.post(&n.to_string()).await);
    }
    let stopped = server.stop();
    assert_eq!((ada.until_closed().await, bo.until_closed().await), (1012, 1012));
    assert!(matches!(ada.closing, Some((ClosingWhy::Restarting {}, 500..))));
    stopped.await;
    let heard = ada.lobby().ids();
    assert_eq!(heard, posted[..heard.len()], "what was read became entries, in order");
    let server = Running::start(data.path(), &[]).await;
    let back = Client::in_lobby(server.address, "Ada").await;
    let kept = back.lobby().ids();
    assert!(kept.len() >= heard.len() && kept == posted[..kept.len()]);
}

/// A frame as a client sends it.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        n @ 0..126 => frame.push(0x80 | n as u8),
        n @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((n as u16).to_be_bytes());
        }
        n => {
            frame.push(0x80 | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
