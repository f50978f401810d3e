//! A row as it is saved: a JSON line with the exact bytes, or lines of text for people. Pure.

use openline_client::Message;
use serde::{Deserialize, Serialize};

use crate::{
    bytes,
    row::{Row, What},
};

/// A row, as a line of JSON. What does not apply is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// `dial`, `refused`, `open`, `message`, `send`, `error`, `close()`, `close`, `returned`.
    event: String,
    /// The row's number.
    n: u64,
    /// ISO 8601, UTC.
    at: String,
    /// Milliseconds since 1970, with a fraction.
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// In bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocols: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<String>,
    /// Milliseconds from dial to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    took: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was_clean: Option<bool>,
}

impl Record {
    /// The record of a row; `at` is its time in words, and `blob` what is in its Blob, if that could be read.
    pub(crate) fn of(row: &Row, at: String, blob: Option<&[u8]>) -> Self {
        let mut record = Self { n: row.number, ms: row.at, at, size: row.size(), ..Self::default() };
        record.kind = row.kind().map(|kind| kind.name().to_owned());
        record.event = match &row.what {
            What::Dial { .. } => "dial",
            What::NotDialled { .. } => "refused",
            What::Open { .. } => "open",
            What::Received(_) | What::Faded { received: true, .. } => "message",
            What::Sent(_) | What::Faded { .. } => "send",
            What::Error { .. } => "error",
            What::Asked { .. } => "close()",
            What::Close { .. } => "close",
            What::Returned => "returned",
        }
        .into();
        match row.what.clone() {
            What::Dial { url, protocols } => {
                record.url = Some(url);
                record.protocols = Some(protocols);
            }
            What::NotDialled { why } => record.reason = Some(why),
            What::Open { protocol, extensions, took } => {
                record.protocol = Some(protocol);
                record.extensions = Some(extensions);
                record.took = Some(took);
            }
            What::Received(message) | What::Sent(message) => match message {
                Message::Text(text) => record.text = Some(text),
                Message::Bytes(bytes) => record.base64 = Some(bytes::to_base64(&bytes)),
                _ => record.base64 = blob.map(bytes::to_base64),
            },
            What::Asked { code, reason } => {
                record.code = code;
                record.reason = reason;
            }
            What::Close { code, reason, was_clean } => {
                record.code = Some(code);
                record.reason = Some(reason);
                record.was_clean = Some(was_clean);
            }
            What::Error { .. } | What::Returned | What::Faded { .. } => {}
        }
        record
    }

    /// One line, without its end.
    pub(crate) fn to_line(&self) -> String {
        // Strings, numbers and booleans can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What a line written by [`to_line`](Self::to_line) says had happened, and when.
    pub(crate) fn read(line: &str) -> Option<(f64, What)> {
        let record: Self = serde_json::from_str(line).ok()?;
        let what = match &*record.event {
            "dial" => What::Dial { url: record.url?, protocols: record.protocols? },
            "refused" => What::NotDialled { why: record.reason? },
            "open" => What::Open { protocol: record.protocol?, extensions: record.extensions?, took: record.took? },
            "error" => What::Error { causes: Vec::new() },
            "close()" => What::Asked { code: record.code, reason: record.reason },
            "close" => What::Close { code: record.code?, reason: record.reason?, was_clean: record.was_clean? },
            "returned" => What::Returned,
            event @ ("message" | "send") => {
                let received = event == "message";
                match (record.text, record.base64) {
                    (Some(text), _) => message(received, text.into()),
                    (_, Some(base64)) => message(received, bytes::from_base64(&base64).ok()?.into()),
                    _ => What::Faded { received, size: record.size? },
                }
            }
            _ => return None,
        };
        Some((record.ms, what))
    }

    /// A paragraph for people: a head, and below it what the message holds.
    pub(crate) fn to_text(&self) -> String {
        let way = match &*self.event {
            "message" => "<-",
            "send" | "close()" => "->",
            _ => "--",
        };
        let mut head = format!("{}  {way} {}", self.at, self.event);
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                head.push_str(&format!("  {name}{value}"));
            }
        };
        add("", self.kind.clone());
        add("", self.size.map(|size| format!("{size} bytes")));
        add("", self.url.clone());
        add("sub-protocols: ", self.protocols.as_ref().map(|protocols| protocols.join(", ")));
        add("sub-protocol: ", self.protocol.clone());
        add("extensions: ", self.extensions.clone());
        add("after ms: ", self.took.map(|took| format!("{took:.1}")));
        add("", self.code.map(|code| code.to_string()));
        add("", self.was_clean.map(|clean| if clean { "clean" } else { "not clean" }.into()));
        add("", self.reason.clone());
        let bytes = self.base64.as_deref().and_then(|base64| bytes::from_base64(base64).ok());
        match (&self.text, bytes) {
            (Some(text), _) => format!("{head}\n{text}\n\n"),
            (None, Some(bytes)) => format!("{head}\n{}\n\n", bytes::dump(&bytes, 16)),
            (None, None) => format!("{head}\n\n"),
        }
    }
}

fn message(received: bool, message: Message) -> What {
    if received { What::Received(message) } else { What::Sent(message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(what: What) -> Record {
        Record::of(&Row { number: 7, at: 1_500.25, what }, "1970-01-01T00:00:01.500Z".into(), None)
    }

    #[test]
    fn whatever_happened_comes_back_from_its_line() {
        for what in [
            What::Dial { url: "wss://a/b".into(), protocols: vec!["x".into(), "y".into()] },
            What::NotDialled { why: "no".into() },
            What::Open { protocol: String::new(), extensions: "permessage-deflate".into(), took: 1.5 },
            What::Received("".into()),
            What::Received("two\nlines \u{2028} \"quoted\" \0".into()),
            What::Sent(vec![].into()),
            What::Sent((0..=255).collect::<Vec<u8>>().into()),
            What::Error { causes: vec![] },
            What::Asked { code: None, reason: None },
            What::Asked { code: Some(4000), reason: Some("bye".into()) },
            What::Close { code: 1006, reason: String::new(), was_clean: false },
            What::Returned,
            What::Faded { received: true, size: 12 },
        ] {
            let line = record(what.clone()).to_line();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(Record::read(&line), Some((1_500.25, what)), "{line}");
        }
    }

    #[test]
    fn a_line_says_what_applies_and_nothing_else() {
        assert_eq!(
            record(What::Received(vec![1, 2].into())).to_line(),
            r#"{"event":"message","n":7,"at":"1970-01-01T00:00:01.500Z","ms":1500.25,"kind":"ArrayBuffer","size":2,"base64":"AQI="}"#
        );
    }

    #[test]
    fn what_is_no_record_is_passed_over() {
        for line in ["", "{}", "[]", r#"{"event":"message"}"#, r#"{"event":"other","n":1}"#] {
            assert_eq!(Record::read(line), None, "{line}");
        }
    }

    #[test]
    fn for_people_a_message_stands_below_its_head() {
        assert_eq!(
            record(What::Sent("hi".into())).to_text(),
            "1970-01-01T00:00:01.500Z  -> send  text  2 bytes\nhi\n\n"
        );
        assert_eq!(
            record(What::Close { code: 4000, reason: "bye".into(), was_clean: true }).to_text(),
            "1970-01-01T00:00:01.500Z  -- close  4000  clean  bye\n\n"
        );
        assert!(record(What::Received(b"\x01A"[..].into())).to_text().contains("00000000  01 41"));
    }
}
