//! Bytes as people write and read them: hex, base64, and the dump of old. Pure.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Takes base64 with or without its padding; what it writes has it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a text stands for no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadBytes {
    /// This is no digit of the kind, and stands at this place, counted from 1.
    Digit(char, usize),
    /// Half a byte is left over: there are so many digits.
    HalfAByte(usize),
    /// The end of the base64 is missing, or garbled.
    Cut,
}

/// The bytes that a text in hex stands for. Between bytes there may be spaces, commas, colons, dashes and `0x`.
pub(crate) fn from_hex(text: &str) -> Result<Vec<u8>, BadBytes> {
    let (mut bytes, mut half, mut digits) = (Vec::with_capacity(text.len() / 2), None, 0);
    let mut letters = text.chars().enumerate().peekable();
    while let Some((place, letter)) = letters.next() {
        let is_prefix =
            half.is_none() && letter == '0' && letters.peek().is_some_and(|(_, next)| matches!(next, 'x' | 'X'));
        if is_prefix {
            letters.next();
            continue;
        }
        if letter.is_whitespace() || matches!(letter, ',' | ':' | '-') {
            continue;
        }
        let digit = letter.to_digit(16).ok_or(BadBytes::Digit(letter, place + 1))? as u8;
        digits += 1;
        half = match half {
            None => Some(digit),
            Some(high) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }
    if half.is_some() { Err(BadBytes::HalfAByte(digits)) } else { Ok(bytes) }
}

/// The bytes that a text in base64 stands for, in either alphabet, padded or not, with any spaces between.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, BadBytes> {
    let mut letters = String::with_capacity(text.len());
    for (place, letter) in text.chars().enumerate() {
        match letter {
            letter if letter.is_whitespace() => {}
            '-' => letters.push('+'),
            '_' => letters.push('/'),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' | '=' => letters.push(letter),
            letter => return Err(BadBytes::Digit(letter, place + 1)),
        }
    }
    BASE64.decode(letters).map_err(|_| BadBytes::Cut)
}

/// Base64 as everybody reads it, padded.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Hex digits, two a byte, without anything between.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lines of offset, bytes and what of them is ASCII, so many bytes a line.
pub(crate) fn dump(bytes: &[u8], per_line: usize) -> String {
    let mut lines = String::new();
    for (number, line) in bytes.chunks(per_line).enumerate() {
        let mut hex = String::new();
        for (place, byte) in line.iter().enumerate() {
            let gap = if place == 0 {
                ""
            } else if place % 8 == 0 {
                "  "
            } else {
                " "
            };
            hex.push_str(&format!("{gap}{byte:02x}"));
        }
        let ascii: String =
            line.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' }).collect();
        let width = per_line * 3 - 1 + (per_line - 1) / 8;
        let end = if number == 0 { "" } else { "\n" };
        lines.push_str(&format!("{end}{:08x}  {hex:<width$}  {ascii}", number * per_line));
    }
    lines
}

/// The first bytes in one line, as a row shows them.
pub(crate) fn glimpse(bytes: &[u8], most: usize) -> String {
    let mut shown: Vec<_> = bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() > most {
        shown.push("…".into());
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_in_all_the_ways_people_write_it() {
        for text in ["00ff10", "00 FF 10", "0x00, 0xff, 0x10", "00:ff:10", "00-ff-10", "0x00ff10", " 0 0f f1\n0 "] {
            assert_eq!(from_hex(text), Ok(vec![0, 255, 16]), "{text:?}");
        }
        assert_eq!(from_hex(""), Ok(vec![]));
    }

    #[test]
    fn what_is_no_hex_is_told_by_its_place() {
        assert_eq!(from_hex("00 fg"), Err(BadBytes::Digit('g', 5)));
        assert_eq!(from_hex("é"), Err(BadBytes::Digit('é', 1)));
        assert_eq!(from_hex("00 f"), Err(BadBytes::HalfAByte(3)));
    }

    #[test]
    fn base64_is_read_padded_or_not_and_in_either_alphabet() {
        for text in ["+/8=", "+/8", "-_8=", "-_8", " +/ 8=\n"] {
            assert_eq!(from_base64(text), Ok(vec![0xfb, 0xff]), "{text:?}");
        }
        assert_eq!(from_base64(""), Ok(vec![]));
        assert_eq!(from_base64("a*b"), Err(BadBytes::Digit('*', 2)));
        assert_eq!(from_base64("a"), Err(BadBytes::Cut));
    }

    #[test]
    fn all_bytes_survive_both_writings() {
        let all: Vec<_> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&all)).as_ref(), Ok(&all));
        assert_eq!(from_base64(&to_base64(&all)).as_ref(), Ok(&all));
    }

    #[test]
    fn a_dump_has_offset_bytes_and_ascii_in_columns() {
        let dumped = dump(b"Hello, wire \x00\x7f\xff more", 16);
        assert_eq!(
            dumped,
            "00000000  48 65 6c 6c 6f 2c 20 77  69 72 65 20 00 7f ff 20  Hello, wire ... \n\
             00000010  6d 6f 72 65                                       more"
        );
        assert_eq!(dump(b"", 16), "");
        assert_eq!(dump(b"12345678", 8), "00000000  31 32 33 34 35 36 37 38  12345678");
    }

    #[test]
    fn a_glimpse_says_when_there_is_more() {
        assert_eq!(glimpse(&[1, 2], 2), "01 02");
        assert_eq!(glimpse(&[1, 2, 3], 2), "01 02 …");
    }
}
