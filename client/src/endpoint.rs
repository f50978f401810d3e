//! Where to dial, and what can be said against it before the browser is asked.

use thiserror::Error;

/// A WebSocket's address and the sub-protocols to offer it.
///
/// ```
/// use openline_client::Endpoint;
///
/// let plain: Endpoint = "wss://example.com/chat".into();
/// let offering = Endpoint::new("/chat").protocols(["chat.v2", "chat.v1"]);
/// assert_ne!(plain, offering);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) url: String,
    pub(crate) protocols: Vec<String>,
}

impl Endpoint {
    /// An address: `ws:`, `wss:`, `http:` or `https:`, or relative to the page, as the standard has it.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), protocols: Vec::new() }
    }

    /// Offers sub-protocols, the dearest first. The server picks one or none.
    #[must_use]
    pub fn protocols<I: IntoIterator<Item: Into<String>>>(mut self, protocols: I) -> Self {
        self.protocols = protocols.into_iter().map(Into::into).collect();
        self
    }

    /// The address as it was given.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl From<&str> for Endpoint {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for Endpoint {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

/// Why a socket can't be opened at all. A server that can't be reached is no such error: that is a socket that opens and
/// then closes with 1006.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The browser can't read the address; this is what it says.
    #[error("this is not an address: {0}")]
    Url(String),
    /// The address starts with a scheme that isn't `ws`, `wss`, `http` or `https`. (`localhost:9000` does too: its scheme
    /// is `localhost`.)
    #[error("a WebSocket's address starts with ws: or wss:, not {0}:")]
    Scheme(String),
    /// The address has a `#fragment`, which a WebSocket's can't.
    #[error("a WebSocket's address has no #fragment")]
    Fragment,
    /// A sub-protocol is empty or has a character that may not be in one (RFC 6455 section 4.1).
    #[error("{0:?} is not a sub-protocol: use letters, digits and punctuation, without spaces or separators")]
    Protocol(String),
    /// The same sub-protocol is offered twice.
    #[error("the sub-protocol {0:?} is offered twice")]
    DuplicateProtocol(String),
    /// The browser does not allow it here: a `ws:` address from an `https:` page, or a port it keeps closed.
    #[error("the browser does not allow this: {0}")]
    Blocked(String),
    /// There is no WebSocket here: not a browser, nor a worker of one.
    #[error("there is no WebSocket here")]
    NoWebSocket,
}

/// What can be told without the browser. It judges the rest of the address itself.
pub(crate) fn check_endpoint(endpoint: &Endpoint) -> Result<(), OpenError> {
    if let Some(scheme) = scheme(&endpoint.url)
        && !matches!(&*scheme, "ws" | "wss" | "http" | "https")
    {
        return Err(OpenError::Scheme(scheme));
    }
    if endpoint.url.contains('#') {
        return Err(OpenError::Fragment);
    }
    for (place, protocol) in endpoint.protocols.iter().enumerate() {
        if protocol.is_empty() || !protocol.bytes().all(is_token_byte) {
            return Err(OpenError::Protocol(protocol.clone()));
        }
        if endpoint.protocols.iter().take(place).any(|earlier| earlier == protocol) {
            return Err(OpenError::DuplicateProtocol(protocol.clone()));
        }
    }
    Ok(())
}

/// The scheme as the URL standard reads it: leading spaces and controls don't count, nor tabs and line breaks anywhere.
fn scheme(url: &str) -> Option<String> {
    let url: String = url.trim_start_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let (scheme, _) = url.split_once(':')?;
    let mut letters = scheme.chars();
    let fits = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    fits.then(|| scheme.to_ascii_lowercase())
}

/// A byte of a token: visible ASCII without separators (RFC 2616 section 2.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !br#"()<>@,;:\"/[]?={}"#.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, protocols: &[&str]) -> Result<(), OpenError> {
        check_endpoint(&Endpoint::new(url).protocols(protocols.iter().copied()))
    }

    #[test]
    fn the_four_schemes_and_relative_addresses_pass() {
        for url in
            ["ws://a/", "WSS://a/", "http://a", "https://a", "/ws", "ws", "?q", "", "//a/b", "  ws://a", "w\ts://a"]
        {
            assert_eq!(check(url, &[]), Ok(()), "{url:?}");
        }
    }

    #[test]
    fn another_scheme_is_named() {
        for (url, scheme) in [("ftp://a/", "ftp"), ("mailto:a", "mailto"), ("localhost:9000/ws", "localhost")] {
            assert_eq!(check(url, &[]), Err(OpenError::Scheme(scheme.into())), "{url:?}");
        }
    }

    #[test]
    fn any_fragment_is_refused_also_an_empty_one() {
        assert_eq!(check("ws://a/#", &[]), Err(OpenError::Fragment));
        assert_eq!(check("/path#here", &[]), Err(OpenError::Fragment));
    }

    #[test]
    fn a_sub_protocol_is_a_token() {
        assert_eq!(check("/", &["chat.v1", "a+b!#$%&'*-^_`|~"]), Ok(()));
        for bad in ["", " ", "a b", "a,b", "a/b", "é", "a\u{7f}", "(", "a\n"] {
            assert_eq!(check("/", &[bad]), Err(OpenError::Protocol(bad.into())), "{bad:?}");
        }
    }

    #[test]
    fn two_sub_protocols_are_a_list_and_not_one_string_with_a_comma() {
        assert_eq!(check("/", &["a, b"]), Err(OpenError::Protocol("a, b".into())));
        assert_eq!(check("/", &["a", "b", "a"]), Err(OpenError::DuplicateProtocol("a".into())));
    }
}
