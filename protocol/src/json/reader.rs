//! From a text to a tree.

use std::borrow::Cow;

use hifijson::{
    SliceLexer,
    token::Lex,
    value::{self, Value},
};

use super::{Fields, Json};

/// How deep lists and objects may stand in one another. The wire needs six.
const DEPTH: usize = 64;

/// The tree of a text, or from which byte on it is none.
pub(super) fn read(text: &str) -> Result<Json<'_>, usize> {
    let mut lexer = SliceLexer::new(text.as_bytes());
    let read = lexer.exactly_one(Lex::ws_peek, |next, lexer| value::parse_bounded(DEPTH, next, lexer));
    read.map(Json::from).map_err(|_| text.len() - lexer.as_slice().len())
}

impl<'a> From<Value<&'a str, Cow<'a, str>>> for Json<'a> {
    fn from(value: Value<&'a str, Cow<'a, str>>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Truth(truth),
            Value::Number((number, _)) => number.parse().map_or(Self::OtherNumber, Self::Number),
            Value::String(text) => Self::Text(text),
            Value::Array(list) => Self::List(list.into_iter().map(Self::from).collect()),
            Value::Object(fields) => {
                Self::Object(Fields(fields.into_iter().map(|(name, value)| (name, value.into())).collect()))
            }
        }
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
            Ok(value) => assert_eq!(read(text).map(as_serde), Ok(with_whole_numbers(value)), "{text}"),
            // Only serde minds what is too large for its kind of number.
            Err(error) if error.to_string().starts_with("number out of range") => {}
            Err(_) => assert!(read(text).is_err(), "{text}"),
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
            "1.e5",
            "-.5",
            "1e",
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
        assert!(read(&nested(DEPTH)).is_ok());
        assert!(read(&nested(DEPTH + 1)).is_err());
        assert!(read(&"[".repeat(1 << 20)).is_err());
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
