//! What comes over the line, put together from frames. Pure.

use bytes::{Buf, Bytes, BytesMut};
use openline_protocol::CloseCode;

/// A whole message, or a control frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(String),
    Binary(Bytes),
    Ping(Bytes),
    Pong,
    /// The other side closes. Without a code in it, 1005.
    Close(CloseCode),
}

/// How what came breaks RFC 6455, or our limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("{0}")]
    Protocol(&'static str),
    #[error("a text is not UTF-8")]
    NotUtf8,
    #[error("a message is larger than {limit} bytes")]
    TooBig { limit: usize },
}

impl Violation {
    /// What to close with.
    pub(crate) fn code(self) -> CloseCode {
        match self {
            Self::Protocol(_) => CloseCode(1002),
            Self::NotUtf8 => CloseCode(1007),
            Self::TooBig { .. } => CloseCode::TOO_BIG,
        }
    }
}

/// Bytes in, messages out. Holds memory only for what is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    rest: BytesMut,
    begun: Option<Begun>,
}

/// A message of which some fragments came.
#[derive(Debug)]
struct Begun {
    is_text: bool,
    so_far: BytesMut,
}

impl Decoder {
    /// Takes bytes as they came.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The next message that is whole, of at most `limit` bytes.
    ///
    /// A frame that breaks the rules is told from its head, before its payload is waited for. After that the stream
    /// means nothing any more, and must not be asked again.
    pub(crate) fn next(&mut self, limit: usize) -> Result<Option<Message>, Violation> {
        loop {
            let Some(head) = Head::parse(&self.rest)? else { return Ok(None) };
            self.check(&head, limit)?;
            let Some(mut payload) = self.take(&head) else { return Ok(None) };
            unmask(&mut payload, head.mask);
            match head.opcode {
                8 => return close(payload).map(Some),
                9 => return Ok(Some(Message::Ping(payload.freeze()))),
                10 => return Ok(Some(Message::Pong)),
                opcode => {
                    if let Some(message) = self.data(opcode, head.is_final, payload)? {
                        return Ok(Some(message));
                    }
                }
            }
        }
    }

    fn check(&self, head: &Head, limit: usize) -> Result<(), Violation> {
        let so_far = self.begun.as_ref().map(|begun| begun.so_far.len());
        match (head.opcode, so_far) {
            (0, None) => return Err(Violation::Protocol("a continuation of nothing")),
            (1 | 2, Some(_)) => return Err(Violation::Protocol("a new message inside another")),
            _ => {}
        }
        let room = limit.saturating_sub(so_far.unwrap_or(0));
        if head.opcode < 8 && head.length > room as u64 { Err(Violation::TooBig { limit }) } else { Ok(()) }
    }

    /// Takes the whole frame off the front, if it is there, and returns its payload.
    fn take(&mut self, head: &Head) -> Option<BytesMut> {
        let end = usize::try_from(head.length).ok()?.checked_add(head.size)?;
        if self.rest.len() < end {
            return None;
        }
        let mut frame = self.rest.split_to(end);
        if self.rest.is_empty() {
            self.rest = BytesMut::new();
        }
        frame.advance(head.size);
        Some(frame)
    }

    fn data(&mut self, opcode: u8, is_final: bool, payload: BytesMut) -> Result<Option<Message>, Violation> {
        let message = match self.begun.take() {
            None => Begun { is_text: opcode == 1, so_far: payload },
            Some(mut begun) => {
                begun.so_far.extend_from_slice(&payload);
                begun
            }
        };
        if !is_final {
            self.begun = Some(message);
            return Ok(None);
        }
        if message.is_text {
            let text = String::from_utf8(message.so_far.into()).map_err(|_| Violation::NotUtf8)?;
            return Ok(Some(Message::Text(text)));
        }
        Ok(Some(Message::Binary(message.so_far.freeze())))
    }
}

/// A frame's head.
struct Head {
    is_final: bool,
    opcode: u8,
    length: u64,
    mask: [u8; 4],
    size: usize,
}

impl Head {
    /// The head at the front, if it is all there.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let (is_final, opcode) = (first & 0x80 != 0, first & 0x0f);
        if first & 0x70 != 0 {
            return Err(Violation::Protocol("a reserved bit is set"));
        }
        if !matches!(opcode, 0..=2 | 8..=10) {
            return Err(Violation::Protocol("an unknown kind of frame"));
        }
        if second & 0x80 == 0 {
            return Err(Violation::Protocol("a frame without a mask"));
        }
        let short = second & 0x7f;
        if opcode >= 8 && (!is_final || short > 125) {
            return Err(Violation::Protocol("a control frame too long or in pieces"));
        }
        let (length, rest) = match short {
            126 => {
                let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*length)), rest)
            }
            127 => {
                let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from_be_bytes(*length), rest)
            }
            short => (u64::from(short), rest),
        };
        if length >> 63 != 0 {
            return Err(Violation::Protocol("a length of 64 bits"));
        }
        let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
        Ok(Some(Self { is_final, opcode, length, mask: *mask, size: bytes.len() - rest.len() }))
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for chunk in payload.chunks_mut(4) {
        for (byte, key) in chunk.iter_mut().zip(mask) {
            *byte ^= key;
        }
    }
}

fn close(payload: BytesMut) -> Result<Message, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        let bare = payload.is_empty();
        return if bare { Ok(Message::Close(CloseCode(1005))) } else { Err(Violation::Protocol("half a close code")) };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::Protocol("a close code that never travels"));
    }
    str::from_utf8(reason).map_err(|_| Violation::NotUtf8)?;
    Ok(Message::Close(CloseCode(code)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A frame as a browser sends it.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
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
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        frame
    }

    fn all(bytes: &[u8], piece: usize) -> Result<Vec<Message>, Violation> {
        let (mut decoder, mut messages) = (Decoder::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            decoder.push(piece);
            while let Some(message) = decoder.next(100_000)? {
                messages.push(message);
            }
        }
        Ok(messages)
    }

    #[test]
    fn messages_come_out_whole_however_the_bytes_were_cut() {
        let big = vec![7; 70_000];
        let bytes = [
            frame(0x81, b"hi"),
            frame(0x01, "h".as_bytes()),
            frame(0x89, b"ping"),
            frame(0x00, b""),
            frame(0x80, "é".as_bytes()),
            frame(0x82, &big),
            frame(0x8a, b""),
            frame(0x88, b"\x03\xe8bye"),
        ]
        .concat();
        let expected = vec![
            Message::Text("hi".into()),
            Message::Ping(Bytes::from_static(b"ping")),
            Message::Text("hé".into()),
            Message::Binary(big.into()),
            Message::Pong,
            Message::Close(CloseCode::NORMAL),
        ];
        for piece in [1, 2, 3, 5, 4_096, bytes.len()] {
            assert_eq!(all(&bytes, piece).unwrap(), expected, "pieces of {piece}");
        }
    }

    #[test]
    fn what_breaks_the_rules_is_told_from_its_head() {
        let protocol = |bytes: &[u8]| assert!(matches!(all(bytes, 1), Err(Violation::Protocol(_))), "{bytes:?}");
        protocol(&[0xc1, 0x80]); // a reserved bit
        protocol(&[0x83, 0x80]); // an opcode that nobody defined
        protocol(&[0x81, 0x02]); // not masked
        protocol(&[0x09, 0x80]); // a ping in pieces
        protocol(&[0x89, 0xfe]); // a long ping
        protocol(&frame(0x80, b"")); // a continuation of nothing
        protocol(&[frame(0x01, b"a"), frame(0x81, b"b")].concat());
        protocol(&frame(0x88, b"\x03"));
        protocol(&frame(0x88, b"\x03\xed"));
        protocol(&[0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
        assert_eq!(all(&frame(0x81, b"\xff"), 9), Err(Violation::NotUtf8));
        let huge = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4];
        assert_eq!(all(&huge, 1), Err(Violation::TooBig { limit: 100_000 }));
        let in_pieces = [frame(0x02, &[0; 60_000]), frame(0x80, &[0; 60_000])].concat();
        assert_eq!(all(&in_pieces, 999), Err(Violation::TooBig { limit: 100_000 }));
    }

    #[test]
    fn nothing_is_held_once_everything_is_read() {
        let mut decoder = Decoder::default();
        decoder.push(&frame(0x81, &[b'x'; 9_000]));
        assert!(decoder.next(100_000).unwrap().is_some());
        assert_eq!(decoder.rest.capacity(), 0);
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, piece in 1..64_usize) {
            let _ = all(&bytes, piece);
        }
    }
}
