//! Values in messages: what serde can write and read, as JSON or MessagePack. The only module that knows a format.

use serde_core::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::message::{Message, Unsent};

/// A value that can't be written as a message, in the serializer's words: a map whose keys are no strings, for example.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the value can't be written: {0}")]
pub struct Unwritable(String);

/// Why a value was not sent.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SendValueError {
    /// It can't be written: mend its type.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// It was written, and can't be sent now: the message comes back.
    #[error(transparent)]
    Unsent(#[from] Unsent),
}

/// A message that could not be read as the value that was asked for, given back with the reason. The line stays up.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("the message can't be read: {why}")]
#[non_exhaustive]
pub struct Unreadable {
    /// The message, whole.
    pub message: Message,
    /// What is wrong with it, in the deserializer's words.
    pub why: String,
}

impl Message {
    /// A text message with this value as JSON.
    ///
    /// # Errors
    ///
    /// The value can't be written.
    pub fn from_json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Unwritable> {
        serde_json::to_string(value).map(Self::Text).map_err(|error| Unwritable(error.to_string()))
    }

    /// Reads JSON, in text or in bytes.
    ///
    /// ```
    /// use openline_client::Message;
    ///
    /// let numbers: Vec<u32> = Message::from("[1, 2]").json()?;
    /// assert_eq!(numbers, [1, 2]);
    /// assert_eq!(Message::from("hello").json::<u32>().unwrap_err().message, "hello".into());
    /// # Ok::<(), openline_client::Unreadable>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It is something else; the message comes back. A Blob's bytes are with the browser, so it can't be read either.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, Unreadable> {
        let read = match &self {
            Self::Text(text) => serde_json::from_str(text).map_err(|error| error.to_string()),
            Self::Bytes(bytes) => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
            Self::Blob(_) => Err(BLOB.into()),
        };
        read.map_err(|why| Unreadable { message: self, why })
    }

    /// A binary message with this value as MessagePack, its fields by name.
    ///
    /// # Errors
    ///
    /// The value can't be written.
    #[cfg(feature = "msgpack")]
    pub fn from_msgpack<T: Serialize + ?Sized>(value: &T) -> Result<Self, Unwritable> {
        rmp_serde::to_vec_named(value).map(Self::Bytes).map_err(|error| Unwritable(error.to_string()))
    }

    /// Reads MessagePack, with fields by name or in order.
    ///
    /// # Errors
    ///
    /// It is something else, as text always is; the message comes back.
    #[cfg(feature = "msgpack")]
    pub fn msgpack<T: DeserializeOwned>(self) -> Result<T, Unreadable> {
        let read = match &self {
            Self::Bytes(bytes) => rmp_serde::from_slice(bytes).map_err(|error| error.to_string()),
            Self::Text(_) => Err("text is no MessagePack".into()),
            Self::Blob(_) => Err(BLOB.into()),
        };
        read.map_err(|why| Unreadable { message: self, why })
    }
}

const BLOB: &str = "a Blob's bytes are with the browser";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        dish: String,
        plates: u8,
    }

    fn order() -> Order {
        Order { dish: "soup".into(), plates: 2 }
    }

    #[test]
    fn a_value_goes_as_json_text_and_comes_from_text_and_bytes() {
        let message = Message::from_json(&order()).unwrap();
        assert_eq!(message, r#"{"dish":"soup","plates":2}"#.into());
        assert_eq!(message.json(), Ok(order()));
        assert_eq!(Message::from(&br#"{"plates":2,"dish":"soup"}"#[..]).json(), Ok(order()));
    }

    #[test]
    fn what_is_no_such_value_comes_back_whole_with_the_reason() {
        for bad in ["", "soup", r#"{"dish":"soup"}"#, r#"{"dish":"soup","plates":2} and more"#, "\u{0}"] {
            let unreadable = Message::from(bad).json::<Order>().unwrap_err();
            assert_eq!(unreadable.message, bad.into());
            assert!(!unreadable.why.is_empty());
        }
        let unreadable = Message::from(vec![0xff, 0xfe]).json::<String>().unwrap_err();
        assert_eq!(unreadable.message, vec![0xff, 0xfe].into());
    }

    #[test]
    fn nesting_without_end_is_an_error_and_no_overflow() {
        assert!(Message::from("[".repeat(1 << 20)).json::<serde_json::Value>().is_err());
    }

    #[test]
    fn a_value_that_json_has_no_words_for_is_refused() {
        let strange = BTreeMap::from([(vec![1], 1)]);
        assert!(Message::from_json(&strange).is_err());
    }

    #[cfg(feature = "msgpack")]
    #[test]
    fn a_value_goes_as_messagepack_with_its_names_and_comes_back() {
        let message = Message::from_msgpack(&order()).unwrap();
        let Message::Bytes(bytes) = &message else { panic!("not bytes: {message:?}") };
        assert!(bytes.windows(4).any(|part| part == b"dish"), "{bytes:?}");
        assert_eq!(message.msgpack(), Ok(order()));
    }

    #[cfg(feature = "msgpack")]
    #[test]
    fn what_is_no_messagepack_comes_back_whole_with_the_reason() {
        for bad in [Message::from("text"), vec![].into(), vec![0xc1].into(), vec![0x92, 0xa1].into()] {
            let unreadable = bad.clone().msgpack::<Order>().unwrap_err();
            assert_eq!(unreadable.message, bad);
            assert!(!unreadable.why.is_empty());
        }
    }
}
