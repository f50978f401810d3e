//! What anybody may send, put to each parser that meets it first.
//!
//! Not part of what the server does: the fuzz targets (`fuzz/`) and the tests below call the same functions. Each holds
//! what it was given to a promise, and panics when that is broken.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a broken promise has to be heard")]

use axum::{
    body::Body,
    extract,
    http::{HeaderName, HeaderValue, Request, Uri},
};
use bytes::Bytes;
use openline_protocol::{
    Cursor, Epoch, Frame, MessageId, PersonName, RoomName, SessionId, ToClient, ToServer, Token, json,
};

use crate::{
    echo,
    identity::Identity,
    origin::{Origin, Origins},
    query,
    websocket::{Decoder, Handshake, Message, Violation},
};

/// A parser and its promises.
pub type Trial = fn(&[u8]);

/// All of them, by the names of their fuzz targets.
pub const ALL: &[(&str, Trial)] =
    &[("frames", frames), ("handshake", handshake), ("messages", messages), ("names", names), ("requests", requests)];

/// The stream of a line. It means the same however it was cut.
pub fn frames(bytes: &[u8]) {
    let Some((piece, bytes)) = bytes.split_first() else { return };
    let whole = decode(bytes, bytes.len().max(1));
    let cut = decode(bytes, usize::from(*piece).max(1));
    assert_eq!(whole, cut, "in pieces of {piece}");
}

fn decode(bytes: &[u8], piece: usize) -> (Vec<Message>, Option<Violation>) {
    let (mut decoder, mut messages) = (Decoder::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        decoder.push(piece);
        loop {
            match decoder.next(10_000) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(violation) => return (messages, Some(violation)),
            }
        }
    }
    (messages, None)
}

/// A request's head, a header to a line.
pub fn handshake(bytes: &[u8]) {
    let mut request = Request::new(Body::empty());
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            request.headers_mut().append(name, value);
        }
    }
    // Without a connection to take over it can't succeed; everything else is judged before.
    assert!(Handshake::of(&mut request).is_err());
}

/// A message up, and one down. What can be read of those that go up can be written, and then reads the same. (Of those
/// that come down much is tolerated that nobody here can write.)
pub fn messages(bytes: &[u8]) {
    if let Ok(message) = ToServer::from_binary(Bytes::copy_from_slice(bytes)) {
        assert_eq!(reread(message.to_frame()), message);
    }
    let _ = ToClient::from_binary(Bytes::copy_from_slice(bytes));
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(message) = ToServer::from_text(text) {
        assert_eq!(reread(message.to_frame()), message);
    }
    let _ = ToClient::from_text(text);
}

fn reread(frame: Frame) -> ToServer {
    match frame {
        Frame::Text(words) => ToServer::from_text(&words).unwrap(),
        Frame::Binary(bytes) => ToServer::from_binary(bytes).unwrap(),
    }
}

/// Names, ids, cursors and tokens. A name that is taken is written as it is kept.
pub fn names(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(name) = text.parse::<RoomName>() {
        assert_eq!(name.as_str().parse::<RoomName>().unwrap(), name);
    }
    if let Ok(name) = text.parse::<PersonName>() {
        assert_eq!(name.as_str().parse::<PersonName>().unwrap(), name);
    }
    let _ = SessionId::new(text);
    let _ = json::read::<MessageId>(text);
    let _ = json::read::<Epoch>(text);
    let _ = json::read::<Cursor>(text);
    assert!(Identity::new(b"a key").person(&Token(text.into())).is_err(), "a token out of nothing");
}

/// What stands in an address, and the origin of a page.
pub fn requests(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let _ = query::Query::new(text);
    if let Ok(address) = format!("/echo?{text}").parse::<Uri>()
        && let Ok(extract::Query(manner)) = extract::Query::<echo::Manner>::try_from_uri(&address)
    {
        let _ = manner.complaint();
    }
    let origins = Origins::new(Vec::new(), [10, 0, 0, 1].into());
    if let Ok(origin) = text.parse::<Origin>() {
        assert_eq!(origin.to_string().parse::<Origin>().unwrap(), origin);
    }
    assert!(!origins.admit(text, None), "{text} was let in, and nobody named it");
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use proptest::test_runner::{Config, TestRunner};
    use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

    use super::*;

    /// What is worth starting from: for each target a folder of files.
    fn corpus(target: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// Something near to it: bytes flipped, cut, doubled, put in, or another's put behind.
    fn mutated(seed: &[u8], all: &[Vec<u8>], chance: &mut StdRng) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..chance.random_range(1..6) {
            let place = chance.random_range(0..=bytes.len());
            match chance.random_range(0..5) {
                0 => bytes.get_mut(place).into_iter().for_each(|byte| *byte ^= 1 << chance.random_range(0..8)),
                1 => bytes.truncate(place),
                2 => bytes.insert(place, *[0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'\\'].choose(chance).unwrap()),
                3 => bytes.extend_from_within(place..),
                _ => bytes.extend_from_slice(all.choose(chance).map_or(&[], Vec::as_slice)),
            }
        }
        bytes.truncate(4_096);
        bytes
    }

    #[test]
    fn every_promise_holds_for_the_corpus_and_for_much_that_is_near_to_it() {
        let seed = std::env::var("OPENLINE_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
        println!("OPENLINE_SEED={seed} does this again");
        let mut chance = StdRng::seed_from_u64(seed);
        for (target, hold) in ALL {
            let corpus = corpus(target);
            assert!(corpus.len() >= 3, "{target} has next to nothing to start from");
            for bytes in &corpus {
                hold(bytes);
                for _ in 0..500 {
                    hold(&mutated(bytes, &corpus, &mut chance));
                }
            }
        }
    }

    #[test]
    fn every_promise_holds_for_mere_rubbish() {
        for (_, hold) in ALL {
            let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
            runner
                .run(&proptest::collection::vec(proptest::num::u8::ANY, 0..300), |bytes| {
                    hold(&bytes);
                    Ok(())
                })
                .unwrap();
        }
    }
}
