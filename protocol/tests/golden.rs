//! Every message of version 1, letter for letter. A change here is a change of the wire: it breaks somebody's client.

#![allow(clippy::panic, clippy::unwrap_used, reason = "this is all test code")]

use bytes::Bytes;
use openline_protocol::*;

const ID: &str = "0193f0aa-7c1e-4b6e-9d55-3f1a2b3c4d5e";
const ADA: &str = "7d444840-9dc0-41d1-b245-5ffdce74fad2";

fn room() -> RoomName {
    "lobby".parse().unwrap()
}

fn id() -> MessageId {
    ID.parse().unwrap()
}

fn ada() -> Person {
    Person { id: ADA.parse().unwrap(), name: "Ada".parse().unwrap() }
}

fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

fn epoch() -> Epoch {
    Epoch("e1".into())
}

fn entry(number: u64, body: Body) -> Entry {
    Entry { seq: seq(number), id: id(), from: ada(), at: 1_795_377_918_120, kind: None, body }
}

/// Puts the ids in, and leaves out the blanks that are there to be read.
fn golden(text: &str) -> String {
    let text = text.replace("$ID", ID).replace("$ADA", &format!(r#"{{"id":"{ADA}","name":"Ada"}}"#));
    text.split('\n').map(str::trim).collect()
}

#[track_caller]
fn up(message: ToServer, text: &str) {
    let text = golden(text);
    assert_eq!(message.to_frame(), Frame::Text(text.clone()));
    assert_eq!(ToServer::from_text(&text), Ok(message));
}

#[track_caller]
fn down(message: ToClient, text: &str) {
    let text = golden(text);
    assert_eq!(message.to_frame(), Frame::Text(text.clone()));
    assert_eq!(ToClient::from_text(&text), Ok(message));
}

#[test]
fn what_a_page_says() {
    up(
        ToServer::Hello(Hello { name: "Ada".parse().unwrap(), token: None, session: None }),
        r#"{"hello":{"name":"Ada"}}"#,
    );
    up(
        ToServer::Hello(Hello {
            name: "Ada".parse().unwrap(),
            token: Some(Token("t".into())),
            session: SessionId::new("5f1c"),
        }),
        r#"{"hello":{"name":"Ada","token":"t","session":"5f1c"}}"#,
    );
    up(ToServer::Join(Join { room: room(), after: None, last: None }), r#"{"join":{"room":"lobby"}}"#);
    up(
        ToServer::Join(Join { room: room(), after: Some(Cursor { epoch: epoch(), seq: seq(1) }), last: None }),
        r#"{"join":{"room":"lobby","after":{"epoch":"e1","seq":1}}}"#,
    );
    up(ToServer::Join(Join { room: room(), after: None, last: Some(10) }), r#"{"join":{"room":"lobby","last":10}}"#);
    up(ToServer::Leave { room: room() }, r#"{"leave":{"room":"lobby"}}"#);
    up(
        ToServer::Post(Post { room: room(), id: id(), kind: None, body: Body::text("hello") }),
        r#"{"post":{"room":"lobby","id":"$ID","body":{"text":"hello"}}}"#,
    );
    up(
        ToServer::Post(Post { room: room(), id: id(), kind: Some("text/markdown".into()), body: Body::text("*") }),
        r#"{"post":{"room":"lobby","id":"$ID","kind":"text/markdown","body":{"text":"*"}}}"#,
    );
    up(
        ToServer::Signal(Signal { room: room(), to: None, body: Body::text("typing") }),
        r#"{"signal":{"room":"lobby","body":{"text":"typing"}}}"#,
    );
    up(
        ToServer::Signal(Signal { room: room(), to: Some(ADA.parse().unwrap()), body: Body::text("ring") }),
        &format!(r#"{{"signal":{{"room":"lobby","to":"{ADA}","body":{{"text":"ring"}}}}}}"#),
    );
    up(ToServer::Beat {}, r#"{"beat":{}}"#);
}

#[test]
fn what_the_server_says() {
    down(
        ToClient::Welcome(Welcome { you: ada(), token: Token("t".into()), limits: Limits::default(), beat_every: 15 }),
        r#"{"welcome":{"you":$ADA,"token":"t","limits":{"text":4000,"bytes":262144,"signal":16384,"rooms":64,
            "rate":200,"burst":1000,"behind":100000},"beat_every":15}}"#,
    );
    down(
        ToClient::Joined(Joined {
            room: room(),
            epoch: epoch(),
            first: seq(1),
            after: seq(0),
            head: seq(2),
            roster: Roster { version: 7, count: 1, who: vec![ada()] },
        }),
        r#"{"joined":{"room":"lobby","epoch":"e1","first":1,"after":0,"head":2,
            "roster":{"version":7,"count":1,"who":[$ADA]}}}"#,
    );
    down(
        ToClient::Entries(Entries { room: room(), after: seq(2), entries: vec![entry(3, Body::text("hi"))] }),
        r#"{"entries":{"room":"lobby","after":2,"entries":[
            {"seq":3,"id":"$ID","from":$ADA,"at":1795377918120,"body":{"text":"hi"}}]}}"#,
    );
    down(
        ToClient::Settled { room: room(), id: id(), seq: seq(3) },
        r#"{"settled":{"room":"lobby","id":"$ID","seq":3}}"#,
    );
    down(
        ToClient::Signals { room: room(), signals: vec![Heard { from: ada(), body: Body::text("typing") }] },
        r#"{"signals":{"room":"lobby","signals":[{"from":$ADA,"body":{"text":"typing"}}]}}"#,
    );
    down(
        ToClient::Roster { room: room(), version: 8, count: 1, who: vec![ada()] },
        r#"{"roster":{"room":"lobby","version":8,"count":1,"who":[$ADA]}}"#,
    );
    down(
        ToClient::Closing { why: ClosingWhy::Restarting {}, back_in: 750 },
        r#"{"closing":{"why":{"restarting":{}},"back_in":750}}"#,
    );
    down(
        ToClient::Closing { why: ClosingWhy::Busy {}, back_in: 5_000 },
        r#"{"closing":{"why":{"busy":{}},"back_in":5000}}"#,
    );
    down(ToClient::Beat {}, r#"{"beat":{}}"#);
}

#[test]
fn why_something_is_refused() {
    for (why, text) in [
        (Why::TooLong { limit: 4000 }, r#"{"too_long":{"limit":4000}}"#),
        (Why::BadBody {}, r#"{"bad_body":{}}"#),
        (Why::BadKind {}, r#"{"bad_kind":{}}"#),
        (Why::NotJoined {}, r#"{"not_joined":{}}"#),
        (Why::TooManyRooms { limit: 64 }, r#"{"too_many_rooms":{"limit":64}}"#),
        (Why::StorageFull {}, r#"{"storage_full":{}}"#),
        (Why::StorageFailed {}, r#"{"storage_failed":{}}"#),
        (Why::Behind { id: id() }, r#"{"behind":{"id":"$ID"}}"#),
        (Why::NotUnderstood { detail: "x".into() }, r#"{"not_understood":{"detail":"x"}}"#),
    ] {
        let refusal = Refusal { room: Some(room()), id: Some(id()), why: why.clone(), retry_after: None };
        down(ToClient::Refusal(refusal), &format!(r#"{{"refusal":{{"room":"lobby","id":"$ID","why":{text}}}}}"#));
        let refusal = Refusal { room: None, id: None, why, retry_after: Some(1_000) };
        down(ToClient::Refusal(refusal), &format!(r#"{{"refusal":{{"why":{text},"retry_after":1000}}}}"#));
    }
}

#[test]
fn a_post_of_bytes_is_a_binary_frame_with_the_bytes_behind_its_header() {
    let post = ToServer::Post(Post { room: room(), id: id(), kind: None, body: Body::bytes(&[0u8, 255, 7][..]) });
    let header = golden(r#"{"post":{"room":"lobby","id":"$ID","body":{"bytes":3}}}"#);
    let frame = [&u32::try_from(header.len()).unwrap().to_le_bytes(), header.as_bytes(), &[0, 255, 7]].concat();
    assert_eq!(post.to_frame(), Frame::Binary(frame.clone().into()));
    assert_eq!(ToServer::from_binary(frame.into()), Ok(post));
}

#[test]
fn a_batch_with_bytes_is_one_binary_frame_with_the_payloads_in_order() {
    let entries = vec![
        entry(1, Body::bytes(&b"one"[..])),
        entry(2, Body::text("two")),
        entry(3, Body::bytes(&b""[..])),
        entry(4, Body::bytes(&b"four"[..])),
    ];
    let batch = ToClient::Entries(Entries { room: room(), after: Seq::START, entries: entries.clone() });
    let Frame::Binary(frame) = batch.to_frame() else { panic!("not a binary frame") };
    assert!(frame.ends_with(b"onefour"));
    assert_eq!(ToClient::from_binary(frame), Ok(batch));
}

#[test]
fn entries_encoded_before_make_the_same_frames() {
    let rooms = ["lobby", "部屋"];
    for bodies in
        [vec![Body::text("a \"quoted\" \u{1f600}")], vec![Body::text("x"), Body::bytes(&b"\0\x01"[..])], vec![]]
    {
        for room in rooms {
            let room: RoomName = room.parse().unwrap();
            let entries: Vec<_> = bodies.iter().zip(3..).map(|(body, n)| entry(n, body.clone())).collect();
            let encoded: Vec<_> = entries.iter().map(EncodedEntry::new).collect();
            let batch = ToClient::Entries(Entries { room: room.clone(), after: seq(2), entries });
            assert_eq!(Frame::of_entries(&room, seq(2), encoded.iter()), batch.to_frame());
        }
    }
}

#[test]
fn over_http_bytes_stand_in_the_page_as_base64() {
    let page =
        Page { epoch: epoch(), entries: vec![entry(1, Body::bytes(&b"one"[..]))], more: true, about: Vec::new() };
    let text = golden(
        r#"{"epoch":"e1","entries":[
            {"seq":1,"id":"$ID","from":$ADA,"at":1795377918120,"body":{"bytes":"b25l"}}],"more":true}"#,
    );
    assert_eq!(serde_json::to_string(&page).unwrap(), text);
    assert_eq!(json::read(&text), Ok(page));
}

#[test]
fn going_up_an_unknown_message_is_refused_and_an_unknown_field_is_not() {
    assert_eq!(ToServer::from_text(r#"{"shout":{"room":"lobby"}}"#), Err(DecodeError::Unknown { tag: "shout".into() }));
    let leave = ToServer::from_text(r#"{"leave":{"room":"lobby","loudly":true}}"#);
    assert_eq!(leave, Ok(ToServer::Leave { room: room() }));
}

#[test]
fn coming_down_a_newer_server_is_understood_as_far_as_it_goes() {
    let text = golden(
        r#"{"entries":{"room":"lobby","after":2,"new":1,"entries":[
            {"seq":3,"id":"$ID","from":$ADA,"at":1,"kind":"x/new","mood":"calm","body":{"hologram":{}}}]}}"#,
    );
    let Ok(ToClient::Entries(batch)) = ToClient::from_text(&text) else { panic!("not read") };
    assert_eq!(batch.entries[0].body, Body::Unknown);
    assert_eq!(batch.entries[0].kind.as_deref(), Some("x/new"));
    let refusal = ToClient::from_text(r#"{"refusal":{"why":{"mercury_retrograde":{}}}}"#);
    assert!(matches!(refusal, Ok(ToClient::Refusal(Refusal { why: Why::Other {}, .. }))));
    assert_eq!(ToClient::from_text(r#"{"sing":{}}"#), Err(DecodeError::Unknown { tag: "sing".into() }));
}

#[test]
fn a_reason_nobody_knows_is_passed_on_as_one_and_never_as_an_empty_frame() {
    down(
        ToClient::Closing { why: ClosingWhy::Other {}, back_in: 1 },
        r#"{"closing":{"why":{"other":{}},"back_in":1}}"#,
    );
    let unknown = Refusal { room: Some(room()), id: Some(id()), why: Why::Other {}, retry_after: None };
    down(ToClient::Refusal(unknown), r#"{"refusal":{"room":"lobby","id":"$ID","why":{"other":{}}}}"#);
}

#[test]
fn what_is_no_message_says_so_and_never_panics() {
    for text in ["", "{}", "[]", "7", "null", "{\"beat\":{}", r#"{"beat":{},"leave":{"room":"a"}}"#, "\u{0}"] {
        assert!(matches!(ToServer::from_text(text), Err(DecodeError::NotAMessage { .. })), "{text}");
    }
    for text in
        [r#"{"leave":{}}"#, r#"{"leave":{"room":"a b"}}"#, r#"{"post":{"room":"a","id":"7","body":{"text":""}}}"#]
    {
        assert!(matches!(ToServer::from_text(text), Err(DecodeError::Unfit { .. })), "{text}");
    }
    let announced = golden(r#"{"post":{"room":"lobby","id":"$ID","body":{"bytes":3}}}"#);
    assert_eq!(ToServer::from_text(&announced), Err(DecodeError::Payload));
    for frame in [&b""[..], b"\x01", b"\xff\xff\xff\xff{}", b"\x02\0\0\0{}"] {
        assert!(ToServer::from_binary(Bytes::copy_from_slice(frame)).is_err(), "{frame:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes: Vec<u8>) {
        let _ = ToServer::from_binary(bytes.clone().into());
        let _ = ToClient::from_binary(bytes.clone().into());
        let text = String::from_utf8_lossy(&bytes);
        let _ = ToServer::from_text(&text);
        let _ = ToClient::from_text(&text);
    }

    #[test]
    fn a_frame_with_one_byte_changed_is_a_message_or_an_error(place: usize, byte: u8) {
        let post = Post { room: room(), id: id(), kind: Some("a/b".into()), body: Body::bytes(&b"payload"[..]) };
        let Frame::Binary(frame) = ToServer::Post(post).to_frame() else { panic!("not a binary frame") };
        let mut frame = frame.to_vec();
        let place = place % frame.len();
        frame[place] = byte;
        let _ = ToServer::from_binary(frame.into());
    }

    #[test]
    fn whatever_is_said_is_heard(text: String, payload: Vec<u8>) {
        for body in [Body::text(text), Body::bytes(payload)] {
            let post = ToServer::Post(Post { room: room(), id: id(), kind: None, body });
            let heard = match post.to_frame() {
                Frame::Text(text) => ToServer::from_text(&text),
                Frame::Binary(frame) => ToServer::from_binary(frame),
            };
            proptest::prop_assert_eq!(heard, Ok(post));
        }
    }
}
