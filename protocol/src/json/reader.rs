//! Reads a text into a tree (RFC 8259), byte by byte. Nothing here can panic, and nothing hostile can nest deep.

use std::borrow::Cow;

use super::{Fields, Json};

/// How deep lists and objects may stand in one another. The wire needs six.
const DEPTH: usize = 64;

/// A text, and how far it is read.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The tree of a text, or from which byte on it is none.
    pub(super) fn read(text: &'a str) -> Result<Json<'a>, usize> {
        let mut reader = Self { text, at: 0 };
        let json = reader.value(DEPTH);
        reader.pass_space();
        json.filter(|_| reader.at == text.len()).ok_or(reader.at)
    }

    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        self.pass_space();
        match self.peek()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'"' => self.string().map(Json::Text),
            b't' => self.pass("true").then_some(Json::Truth(true)),
            b'f' => self.pass("false").then_some(Json::Truth(false)),
            b'n' => self.pass("null").then_some(Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut fields = Vec::new();
        self.at += 1;
        while !self.ends(b'}', fields.is_empty())? {
            self.pass_space();
            let name = self.string()?;
            self.pass_space();
            if !self.pass(":") {
                return None;
            }
            fields.push((name, self.value(depth)?));
        }
        Some(Json::Object(Fields(fields)))
    }

    fn list(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut list = Vec::new();
        self.at += 1;
        while !self.ends(b']', list.is_empty())? {
            list.push(self.value(depth)?);
        }
        Some(Json::List(list))
    }

    /// Whether a list or an object ends here; else passes over the comma before what is next, unless that is the first.
    fn ends(&mut self, end: u8, is_first: bool) -> Option<bool> {
        self.pass_space();
        let next = self.peek()?;
        if next == end || next == b',' {
            self.at += 1;
        }
        match next {
            _ if next == end => Some(true),
            b',' => (!is_first).then_some(false),
            _ => is_first.then_some(false),
        }
    }

    /// A string, borrowed unless something in it is escaped.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        if !self.pass("\"") {
            return None;
        }
        let mut read = Cow::Borrowed("");
        loop {
            let rest = self.text.get(self.at..)?;
            let plain = rest.get(..rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?)?;
            self.at += plain.len() + 1;
            read += plain;
            match rest.as_bytes().get(plain.len())? {
                b'"' => return Some(read),
                b'\\' => read.to_mut().push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let escaped = self.peek()?;
        self.at += 1;
        Some(match escaped {
            b'"' | b'\\' | b'/' => escaped.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// A character by its number in UTF-16, where it may have two.
    fn code_point(&mut self) -> Option<char> {
        let first = self.unit()?;
        if let Some(c) = char::from_u32(first.into()) {
            return Some(c);
        }
        let second = if self.pass("\\u") { self.unit()? } else { return None };
        char::decode_utf16([first, second]).next()?.ok()
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        // What reads numbers takes a sign as well.
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let begin = self.at;
        self.pass("-");
        if !self.pass("0") {
            self.digits()?;
        }
        if self.pass(".") {
            self.digits()?;
        }
        if self.pass("e") || self.pass("E") {
            let _ = self.pass("-") || self.pass("+");
            self.digits()?;
        }
        let number = self.text.get(begin..self.at)?;
        Some(number.parse().map_or(Json::OtherNumber, Json::Number))
    }

    /// Passes over digits, of which there has to be one.
    fn digits(&mut self) -> Option<()> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > begin).then_some(())
    }

    fn pass_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Passes over this, if it is next.
    fn pass(&mut self, expected: &str) -> bool {
        let is_next = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(expected.as_bytes()));
        if is_next {
            self.at += expected.len();
        }
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The same as serde would have it, a number that is no whole one as -1.
    fn as_serde(json: Json<'_>) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Truth(truth) => truth.into(),
            Json::Number(number) => number.into(),
            Json::OtherNumber => (-1).into(),
            Json::Text(text) => text.into(),
            Json::List(list) => list.into_iter().map(as_serde).collect(),
            Json::Object(Fields(fields)) => {
                Value::Object(fields.into_iter().map(|(name, json)| (name.into_owned(), as_serde(json))).collect())
            }
        }
    }

    fn with_whole_numbers(mut value: Value) -> Value {
        match &mut value {
            Value::Number(number) if !number.is_u64() => *number = (-1).into(),
            Value::Array(list) => list.iter_mut().for_each(|value| *value = with_whole_numbers(value.take())),
            Value::Object(fields) => fields.values_mut().for_each(|value| *value = with_whole_numbers(value.take())),
            _ => {}
        }
        value
    }

    fn agrees(text: &str) {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => assert_eq!(Reader::read(text).map(as_serde), Ok(with_whole_numbers(value)), "{text}"),
            // Only serde minds what is too large for its kind of number.
            Err(error) if error.to_string().starts_with("number out of range") => {}
            Err(_) => assert!(Reader::read(text).is_err(), "{text}"),
        }
    }

    #[test]
    fn what_is_json_and_what_is_not_is_told_apart_as_serde_does() {
        for text in [
            "",
            " ",
            "null",
            "nul",
            "nulll",
            "true",
            "false ",
            "\u{feff}1",
            "0",
            "-0",
            "00",
            "01",
            "-",
            "1.",
            ".1",
            "1.5",
            "1e5",
            "1E+5",
            "1e-",
            "+1",
            "18446744073709551615",
            "18446744073709551616",
            "-1",
            "[]",
            "[ ]",
            "[,]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1,2]",
            "[1",
            "]",
            "{}",
            "{ }",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a" : 1 , "b" : [ { } ] }"#,
            r#"{"a":1 "b":2}"#,
            "{1:2}",
            "{\"a\":1",
            r#""a"#,
            "\"a\nb\"",
            "\"\u{7f}é🎉\"",
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\x""#,
            r#""\u00e9""#,
            r#""\u00E9x""#,
            r#""\ud83c\udf89""#,
            r#""\ud83c""#,
            r#""\udf89""#,
            r#""\ud83c\ud83c""#,
            r#""\ud83cx""#,
            r#""\u+123""#,
            r#""\u12""#,
            r#""\u00é9""#,
            "1 1",
            "[1]]",
        ] {
            agrees(text);
        }
    }

    #[test]
    fn what_nests_deeper_than_anything_on_the_wire_is_refused() {
        let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        assert!(Reader::read(&nested(DEPTH)).is_ok());
        assert!(Reader::read(&nested(DEPTH + 1)).is_err());
        assert!(Reader::read(&"[".repeat(1 << 20)).is_err());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inside| {
            prop_oneof![
                proptest::collection::vec(inside.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inside, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_serde_writes_is_read_as_it_was(value in value()) {
            agrees(&value.to_string());
            agrees(&serde_json::to_string_pretty(&value).unwrap());
        }

        #[test]
        fn one_changed_byte_changes_both_alike(value in value(), place: usize, byte in 0_u8..128) {
            let mut text = value.to_string().into_bytes();
            let place = place % text.len();
            text[place] = byte;
            if let Ok(text) = String::from_utf8(text) {
                agrees(&text);
            }
        }

        #[test]
        fn any_text_is_told_apart_alike(text in r#"[\[\]{}",:\\ue0-9a-f .+\-\n ]{0,24}"#) {
            agrees(&text);
        }
    }
}
