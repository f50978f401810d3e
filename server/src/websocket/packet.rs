//! One frame as it goes over the line.

use bytes::{BufMut, Bytes, BytesMut};
use openline_protocol::{CloseCode, Frame};

const FIN: u8 = 0x80;

/// A whole frame (RFC 6455 section 5.2), head and all, to be shared by everybody it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet(Bytes);

impl Packet {
    pub(crate) fn text(text: &str) -> Self {
        Self::new(1, text.as_bytes())
    }

    pub(crate) fn binary(bytes: &[u8]) -> Self {
        Self::new(2, bytes)
    }

    /// A close frame. Codes that never travel (RFC 6455 section 7.4.1) become an empty body.
    pub(crate) fn close(code: CloseCode, reason: &str) -> Self {
        if matches!(code.0, 1005 | 1006 | 1015) {
            return Self::new(8, &[]);
        }
        let mut body = code.0.to_be_bytes().to_vec();
        let cut = (0..=reason.len().min(123)).rev().find_map(|end| reason.get(..end));
        body.extend_from_slice(cut.unwrap_or_default().as_bytes());
        Self::new(8, &body)
    }

    pub(crate) fn ping() -> Self {
        Self::new(9, &[])
    }

    pub(crate) fn pong(payload: &[u8]) -> Self {
        Self::new(10, payload)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }

    fn new(opcode: u8, payload: &[u8]) -> Self {
        let mut frame = BytesMut::with_capacity(payload.len() + 10);
        frame.put_u8(FIN | opcode);
        match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
            (Ok(length @ ..126), _) => frame.put_u8(length),
            (_, Ok(length)) => {
                frame.put_u8(126);
                frame.put_u16(length);
            }
            _ => {
                frame.put_u8(127);
                frame.put_u64(payload.len() as u64);
            }
        }
        frame.put_slice(payload);
        Self(frame.freeze())
    }
}

impl From<Frame> for Packet {
    fn from(frame: Frame) -> Self {
        match frame {
            Frame::Text(text) => Self::text(&text),
            Frame::Binary(bytes) => Self::binary(&bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_takes_the_shortest_form() {
        for (length, head) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            assert_eq!(Packet::binary(&vec![0; length]).len(), head + length);
        }
        assert_eq!(&Packet::text("hi").into_bytes()[..], b"\x81\x02hi");
    }

    #[test]
    fn a_reason_too_long_is_cut_at_a_character() {
        let close = Packet::close(CloseCode::NORMAL, &"é".repeat(100)).into_bytes();
        assert_eq!(close.len(), 2 + 2 + 122);
        assert!(str::from_utf8(&close[4..]).is_ok());
    }
}
