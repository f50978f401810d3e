//! How a WebSocket ends: the event that says so, and what a page may ask for.

use thiserror::Error;

/// The browser's close event: why a socket ended, as the standard tells it.
///
/// Code 1005 means that no code was given, 1006 that the line broke, or never came to be. A browser tells no more than
/// that, by design: pages must not be able to look around in a network with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseEvent {
    /// The close code (RFC 6455 section 7.4).
    pub code: u16,
    /// The other side's words, at most 123 bytes of UTF-8; often empty.
    pub reason: String,
    /// Whether both sides said goodbye.
    pub was_clean: bool,
}

/// Why a socket can't be closed in the way that was asked for. Nothing has happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CloseError {
    /// A page may give 1000 or 3000–4999; the other codes are for browsers and servers to say.
    #[error("close code {0} is not a page's to give: use 1000, or one of 3000 to 4999")]
    Code(u16),
    /// Shorten the reason to 123 bytes of UTF-8, which is what a close frame has room for.
    #[error("a close reason of {bytes} bytes is too long: at most {MAX_REASON} fit")]
    Reason {
        /// How long it is.
        bytes: usize,
    },
    /// The browser refused for a reason of its own, in its own words.
    #[error("the browser refused to close: {0}")]
    Refused(String),
}

const MAX_REASON: usize = 123;

/// The code to give the browser, if any: a reason without a code means 1000, since a reason can't travel alone.
pub(crate) fn check_close(code: Option<u16>, reason: Option<&str>) -> Result<Option<u16>, CloseError> {
    match code {
        None | Some(1000 | 3000..=4999) => {}
        Some(code) => return Err(CloseError::Code(code)),
    }
    match reason.map(str::len) {
        Some(bytes) if bytes > MAX_REASON => Err(CloseError::Reason { bytes }),
        Some(_) => Ok(Some(code.unwrap_or(1000))),
        None => Ok(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_1000_and_3000_to_4999_are_for_a_page_to_say() {
        for code in [1000, 3000, 3999, 4000, 4999] {
            assert_eq!(check_close(Some(code), None), Ok(Some(code)));
        }
        for code in [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, u16::MAX] {
            assert_eq!(check_close(Some(code), None), Err(CloseError::Code(code)));
        }
    }

    #[test]
    fn a_reason_without_a_code_means_1000_not_1005() {
        assert_eq!(check_close(None, Some("done")), Ok(Some(1000)));
        assert_eq!(check_close(None, None), Ok(None));
    }

    #[test]
    fn a_reason_is_measured_in_bytes_and_123_fit() {
        assert!(check_close(Some(3000), Some(&"x".repeat(123))).is_ok());
        assert_eq!(check_close(None, Some(&"x".repeat(124))), Err(CloseError::Reason { bytes: 124 }));
        assert_eq!(check_close(None, Some(&"é".repeat(62))), Err(CloseError::Reason { bytes: 124 }));
    }
}
