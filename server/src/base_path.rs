//! The path under which a proxy shows the server.

use std::{fmt, str::FromStr};

/// What begins an address of the server's own.
const TAKEN: [&str; 8] = ["r", "rooms", "wire", "ws", "echo", "health", "ready", "metrics"];

/// The path that all addresses begin with: `/`, or one like `/chat/`, of letters, digits and `-._~`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

/// It is no such path.
#[derive(Debug, thiserror::Error)]
#[error(
    "say a path of letters, digits and -._~ that begins with a slash, like /chat/, and is none of the server's own"
)]
#[non_exhaustive]
pub struct BasePathError;

impl BasePath {
    /// With a slash at both ends.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BasePath {
    type Err = BasePathError;

    fn from_str(text: &str) -> Result<Self, BasePathError> {
        let segments = text.strip_prefix('/').ok_or(BasePathError)?.trim_end_matches('/');
        if segments.is_empty() {
            return Ok(Self("/".into()));
        }
        // Nothing that a document or a route would read as more than a path.
        let is_plain = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        let is_taken = segments.split('/').next().is_some_and(|first| TAKEN.contains(&first));
        if !is_taken && segments.split('/').all(is_plain) {
            Ok(Self(format!("/{segments}/")))
        } else {
            Err(BasePathError)
        }
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_with_its_last_slash_or_without() {
        for (written, read) in
            [("/", "/"), ("//", "/"), ("/chat", "/chat/"), ("/chat/", "/chat/"), ("/a/b~1", "/a/b~1/")]
        {
            assert_eq!(written.parse::<BasePath>().unwrap().as_str(), read);
        }
        for bad in ["", "chat", "/a//b", "/../x", "/a b", "/\"x", "/{room}", "/%20", "/r/x", "/ws"] {
            assert!(bad.parse::<BasePath>().is_err(), "{bad}");
        }
    }
}
