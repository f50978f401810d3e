//! What Unicode says of a text: its lower case, its normal form, what is a letter or a digit.
//!
//! It takes tables to know, and a browser has them: there it is asked, and only about what is not ASCII. Our own would
//! add 80 KB of gzipped WASM to every page.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use self::browser as tables;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
use self::native as tables;

use std::borrow::Cow;

/// Whether it is a letter or a digit of any script (`Alphabetic` or `N`).
pub fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { tables::is_alphanumeric(c) }
}

/// A text in lower case.
pub fn lower_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { tables::lower_case(text) }
}

/// A text in its normal form (NFC).
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(tables::nfc(text)) }
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser {
    use js_sys::{JsString, RegExp};

    thread_local! {
        static ALPHANUMERIC: RegExp = RegExp::new(r"[\p{Alphabetic}\p{N}]", "u");
    }

    pub(super) fn is_alphanumeric(c: char) -> bool {
        ALPHANUMERIC.with(|pattern| pattern.test(c.encode_utf8(&mut [0; 4])))
    }

    pub(super) fn lower_case(text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    pub(super) fn nfc(text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod native {
    use unicode_normalization::UnicodeNormalization;

    pub(super) fn is_alphanumeric(c: char) -> bool {
        c.is_alphanumeric()
    }

    pub(super) fn lower_case(text: &str) -> String {
        text.to_lowercase()
    }

    pub(super) fn nfc(text: &str) -> String {
        text.nfc().collect()
    }
}
