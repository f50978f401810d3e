//! WebSocket frames (RFC 6455 section 5.2), as cheap as can be: what a load and a floor need, and no more.

/// The opcodes that matter here.
pub(crate) const TEXT: u8 = 1;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// A frame at the front of some bytes.
pub(crate) struct Frame {
    pub(crate) opcode: u8,
    mask: Option<[u8; 4]>,
    start: usize,
    /// Where the next one begins.
    pub(crate) end: usize,
}

impl Frame {
    /// The frame at the front, if it is there as a whole.
    pub(crate) fn first(bytes: &[u8]) -> Option<Self> {
        let (&opcode, &length) = (bytes.first()?, bytes.get(1)?);
        let (length, mut start) = match length & 0x7f {
            126 => (u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?).into(), 4),
            127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
            short => (short.into(), 2),
        };
        let mask = match bytes.get(1)? & 0x80 {
            0 => None,
            _ => Some(bytes.get(start..start + 4)?.try_into().ok()?),
        };
        start += if mask.is_some() { 4 } else { 0 };
        let end = start + length;
        (end <= bytes.len()).then_some(Self { opcode: opcode & 0xf, mask, start, end })
    }

    /// Its payload as it travelled.
    pub(crate) fn payload<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Its payload as it was meant.
    pub(crate) fn unmasked(&self, bytes: &[u8]) -> Vec<u8> {
        let mask = self.mask.unwrap_or_default();
        self.payload(bytes).iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect()
    }
}

/// Adds a frame as a server sends it.
pub(crate) fn put(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    put_head(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

/// Adds a frame as a client sends it. The mask is zero: it is against proxies, of which there is none here.
pub(crate) fn put_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    put_head(out, opcode, payload.len(), 0x80);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

fn put_head(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..126), _) => out.push(masked | length),
        (_, Ok(length)) => {
            out.push(masked | 126);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_found_again_and_half_of_it_is_not() {
        for length in [0, 125, 126, 65_535, 65_536] {
            for put in [put, put_masked] {
                let (mut bytes, payload) = (Vec::new(), vec![b'x'; length]);
                put(&mut bytes, TEXT, &payload);
                let frame = Frame::first(&bytes).unwrap();
                assert_eq!((frame.opcode, frame.end), (TEXT, bytes.len()));
                assert_eq!(frame.unmasked(&bytes), payload);
                assert!(Frame::first(&bytes[..bytes.len() - 1]).is_none());
            }
        }
    }
}
