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
///
/// A text is checked as it comes: one that can't become UTF-8 any more is told at once, also in the middle of a frame.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    rest: BytesMut,
    /// The data frame of which some came, and what of it is still to come.
    frame: Option<Head>,
    /// Apart, because most lines never have one half done.
    begun: Option<Box<Begun>>,
}

/// A message of which some came.
#[derive(Debug)]
struct Begun {
    is_text: bool,
    so_far: BytesMut,
    /// How much of a text was checked: all of it, but for a character that is not whole yet.
    checked: usize,
}

impl Decoder {
    /// Takes bytes as they came.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// Whether everything that came was taken out.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.frame.is_none() && self.begun.is_none()
    }

    /// The next message that is whole, of at most `limit` bytes.
    ///
    /// A frame that breaks the rules is told from its head, before its payload is waited for. After that the stream
    /// means nothing any more, and must not be asked again.
    pub(crate) fn next(&mut self, limit: usize) -> Result<Option<Message>, Violation> {
        loop {
            let Some(mut frame) = self.frame(limit)? else { return Ok(None) };
            let payload = self.take(&mut frame);
            match frame.opcode {
                8 => return close(payload).map(Some),
                9 => return Ok(Some(Message::Ping(payload.freeze()))),
                10 => return Ok(Some(Message::Pong)),
                opcode => {
                    let is_whole = frame.length == 0;
                    if is_whole && frame.is_final && self.begun.is_none() {
                        return message(opcode == 1, payload).map(Some);
                    }
                    self.begun.get_or_insert_with(|| Box::new(Begun::new(opcode == 1))).add(payload)?;
                    if !is_whole {
                        self.frame = Some(frame);
                        return Ok(None);
                    }
                    if frame.is_final
                        && let Some(begun) = self.begun.take()
                    {
                        return message(begun.is_text, begun.so_far).map(Some);
                    }
                }
            }
        }
    }

    /// The frame that is being read: the one of which some came, or the next. A control frame is waited for whole; it is
    /// small.
    fn frame(&mut self, limit: usize) -> Result<Option<Head>, Violation> {
        if let Some(frame) = self.frame.take() {
            return Ok(Some(frame));
        }
        let Some((head, size)) = Head::parse(&self.rest)? else { return Ok(None) };
        self.check(&head, limit)?;
        if head.opcode >= 8 && ((self.rest.len() - size) as u64) < head.length {
            return Ok(None);
        }
        self.rest.advance(size);
        Ok(Some(head))
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

    /// Takes what there is of the frame's payload off the front, and leaves in `frame` what is still to come.
    fn take(&mut self, frame: &mut Head) -> BytesMut {
        let count = usize::try_from(frame.length).unwrap_or(usize::MAX).min(self.rest.len());
        let mut payload = self.rest.split_to(count);
        if self.rest.is_empty() {
            self.rest = BytesMut::new();
        }
        unmask(&mut payload, frame.mask);
        frame.mask.rotate_left(count % 4);
        frame.length -= count as u64;
        payload
    }
}

impl Begun {
    fn new(is_text: bool) -> Self {
        Self { is_text, so_far: BytesMut::new(), checked: 0 }
    }

    fn add(&mut self, payload: BytesMut) -> Result<(), Violation> {
        if self.so_far.is_empty() {
            self.so_far = payload;
        } else {
            self.so_far.extend_from_slice(&payload);
        }
        if self.is_text {
            self.checked += whole_characters(self.so_far.get(self.checked..).unwrap_or_default())?;
        }
        Ok(())
    }
}

fn message(is_text: bool, payload: BytesMut) -> Result<Message, Violation> {
    if is_text {
        return String::from_utf8(payload.into()).map(Message::Text).map_err(|_| Violation::NotUtf8);
    }
    Ok(Message::Binary(payload.freeze()))
}

/// How many bytes of a text's beginning are whole characters, if what follows can still become one.
fn whole_characters(bytes: &[u8]) -> Result<usize, Violation> {
    match str::from_utf8(bytes) {
        Ok(_) => Ok(bytes.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(Violation::NotUtf8),
    }
}

/// A frame's head.
#[derive(Debug)]
struct Head {
    is_final: bool,
    opcode: u8,
    /// How long the payload is, or what is still to come of it.
    length: u64,
    /// The mask, from the payload's next byte on.
    mask: [u8; 4],
}

impl Head {
    /// The head at the front and its size, if it is all there.
    fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
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
        Ok(Some((Self { is_final, opcode, length, mask: *mask }, bytes.len() - rest.len())))
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
    use proptest::{collection::vec, prelude::*};

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
    fn a_text_that_can_not_become_utf_8_is_told_before_its_frame_is_whole() {
        // Beyond U+10FFFF: the second byte decides.
        let text = "κόσμε\u{1f600}".as_bytes();
        let bad = [text, b"\xf4\x90"].concat();
        let fragment = frame(0x01, &bad[..bad.len() - 1]);
        let whole = frame(0x81, &[&bad[..], &[b'x'; 1_000]].concat());
        let cut = whole.len() - 1_000;
        for piece in [1, 3, cut] {
            assert_eq!(all(&whole[..cut - 1], piece), Ok(vec![]), "{piece}");
            assert_eq!(all(&whole[..cut], piece), Err(Violation::NotUtf8), "{piece}");
            assert_eq!(all(&fragment, piece), Ok(vec![]), "{piece}");
            let next = [&fragment[..], &frame(0x00, b"\x90")].concat();
            assert_eq!(all(&next, piece), Err(Violation::NotUtf8), "{piece}");
        }
        // A character that is not whole when the message is.
        assert_eq!(all(&[fragment, frame(0x80, b"")].concat(), 1), Err(Violation::NotUtf8));
    }

    #[test]
    fn nothing_is_held_once_everything_is_read() {
        let mut decoder = Decoder::default();
        decoder.push(&frame(0x81, &[b'x'; 9_000]));
        assert!(decoder.next(100_000).unwrap().is_some());
        assert!(decoder.is_empty() && decoder.rest.capacity() == 0);
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, piece in 1..64_usize) {
            let _ = all(&bytes, piece);
        }

        #[test]
        fn it_means_the_same_however_it_was_cut(
            frames in vec((0..=0x0b_u8, any::<bool>(), vec(any::<u8>(), 0..200)), 0..9),
            text in ".{0,80}",
            piece in 1..64_usize,
        ) {
            let mut bytes = frame(0x81, text.as_bytes());
            for (opcode, is_final, payload) in frames {
                bytes.extend(frame(opcode | u8::from(is_final) << 7, &payload));
            }
            // What fails earlier fails the same; of what is whole, all comes before.
            prop_assert_eq!(all(&bytes, piece), all(&bytes, bytes.len()));
        }
    }
}
