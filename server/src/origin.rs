//! Which pages may connect. Browsers send a page's origin with it and can't be made to lie about it; what sends none is
//! no browser.

use std::{fmt, net::IpAddr, str::FromStr};

use axum::http::uri::Authority;

/// A page's origin (RFC 6454): scheme, host and port, compared exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: &'static str,
    host: String,
    port: u16,
}

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is http:// or https://, a host, and perhaps a port, such as https://chat.example.org")]
#[non_exhaustive]
pub struct OriginError;

impl Origin {
    fn is_loopback(&self) -> bool {
        self.host == "localhost" || ip(&self.host).is_some_and(|ip| ip.is_loopback())
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError)?;
        let (scheme, default) = match scheme.to_ascii_lowercase().as_str() {
            "http" => ("http", 80),
            "https" => ("https", 443),
            _ => return Err(OriginError),
        };
        let authority: Authority = rest.strip_suffix('/').unwrap_or(rest).parse().map_err(|_| OriginError)?;
        let host = authority.host().to_ascii_lowercase();
        let extra = authority.as_str().contains('@') || (authority.port().is_some() && authority.port_u16().is_none());
        if host.is_empty() || extra {
            return Err(OriginError);
        }
        Ok(Self { scheme, host, port: authority.port_u16().unwrap_or(default) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        match (*scheme, port) {
            ("http", 80) | ("https", 443) => write!(f, "{scheme}://{host}"),
            _ => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

/// The list of those who may.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    named: Vec<Origin>,
    on_loopback: bool,
}

impl Origins {
    /// Those that were named, and the server's own; and when it listens on loopback, every page of this machine.
    pub(crate) fn new(named: Vec<Origin>, listen: IpAddr) -> Self {
        Self { named, on_loopback: listen.is_loopback() }
    }

    /// Whether a page of this origin may connect by way of this `Host`.
    pub(crate) fn admit(&self, origin: &str, host: Option<&str>) -> bool {
        let Ok(origin) = origin.parse::<Origin>() else { return false };
        if self.named.contains(&origin) || (self.on_loopback && origin.is_loopback()) {
            return true;
        }
        // The server's own address, as the page wrote it: only where it is a number, because a name can be made to
        // point here by whoever owns it (DNS rebinding).
        let own = host.and_then(|host| format!("{}://{host}", origin.scheme).parse::<Origin>().ok());
        ip(&origin.host).is_some() && own.is_some_and(|own| own == origin)
    }

    /// Whether a browser that asks this `Host` can only mean this server: a page of somebody else's name that points
    /// here must not read the rooms.
    pub(crate) fn is_ours(&self, host: &str) -> bool {
        let Ok(host) = host.parse::<Authority>() else { return false };
        let host = host.host().to_ascii_lowercase();
        host == "localhost" || ip(&host).is_some() || self.named.iter().any(|origin| origin.host == host)
    }
}

fn ip(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(listen: &str, named: &[&str]) -> Origins {
        Origins::new(named.iter().map(|text| text.parse().unwrap()).collect(), listen.parse().unwrap())
    }

    #[test]
    fn only_exactly_what_was_named_may_connect() {
        let origins = origins("0.0.0.0", &["https://chat.example.org"]);
        for good in ["https://chat.example.org", "https://chat.example.org:443", "HTTPS://Chat.Example.org"] {
            assert!(origins.admit(good, None), "{good}");
        }
        for bad in [
            "http://chat.example.org",
            "https://chat.example.org:444",
            "https://chat.example.org.evil.example",
            "https://evil-chat.example.org",
            "https://x@chat.example.org",
            "null",
            "",
        ] {
            assert!(!origins.admit(bad, Some("chat.example.org")), "{bad}");
        }
    }

    #[test]
    fn on_loopback_every_page_of_this_machine_may_connect_and_no_other() {
        let here = origins("127.0.0.1", &[]);
        for good in ["http://127.0.0.1:8080", "http://localhost:3000", "http://[::1]:9", "https://localhost"] {
            assert!(here.admit(good, None), "{good}");
        }
        assert!(!here.admit("http://localhost.evil.example", None));
        assert!(!origins("0.0.0.0", &[]).admit("http://localhost:3000", Some("192.168.1.5:9000")));
    }

    #[test]
    fn the_own_address_is_let_in_as_a_number_but_not_as_a_name() {
        let origins = origins("0.0.0.0", &[]);
        assert!(origins.admit("http://192.168.1.5:9000", Some("192.168.1.5:9000")));
        assert!(!origins.admit("http://192.168.1.5:9001", Some("192.168.1.5:9000")));
        assert!(!origins.admit("http://evil.example:9000", Some("evil.example:9000")));
    }

    #[test]
    fn a_name_that_somebody_pointed_here_is_not_ours() {
        let origins = origins("127.0.0.1", &["https://chat.example.org"]);
        for ours in ["127.0.0.1:9000", "localhost", "[::1]:9000", "chat.example.org"] {
            assert!(origins.is_ours(ours), "{ours}");
        }
        assert!(!origins.is_ours("evil.example:9000"));
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!("https://A.example:443/".parse::<Origin>().unwrap().to_string(), "https://a.example");
        assert_eq!("http://a.example:81".parse::<Origin>().unwrap().to_string(), "http://a.example:81");
    }
}
