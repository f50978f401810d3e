//! Why a dial may have failed. The error event says nothing, by design; what can be tested for is tested for. Pure.

/// What is known around a dial that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The address, absolute.
    pub(crate) url: String,
    /// Whether the page came over `https:`.
    pub(crate) page_is_secure: bool,
    /// Whether the browser believes that there is a network.
    pub(crate) is_online: bool,
    /// Whether this page's own policy forbade it.
    pub(crate) policy_forbade: bool,
    /// Whether the viewer called it off.
    pub(crate) was_cancelled: bool,
}

/// Something that explains a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The viewer called it off.
    Cancelled,
    /// The page's content security policy names no such address.
    Policy,
    /// A `ws:` address from an `https:` page.
    MixedContent,
    /// A port that no browser connects to.
    Port(u16),
    /// The device has no network.
    Offline,
    /// Nothing of these: one of the things that a browser hides.
    Hidden,
}

/// What explains it, the surest first; at least one.
pub(crate) fn causes(facts: &Facts) -> Vec<Cause> {
    let mut causes = Vec::new();
    if facts.was_cancelled {
        return vec![Cause::Cancelled];
    }
    if facts.policy_forbade {
        causes.push(Cause::Policy);
    }
    if facts.page_is_secure && facts.url.starts_with("ws:") && !is_loopback(host(&facts.url)) {
        causes.push(Cause::MixedContent);
    }
    if let Some(port) = port(&facts.url).filter(|port| BLOCKED_PORTS.contains(port)) {
        causes.push(Cause::Port(port));
    }
    if !facts.is_online && !is_loopback(host(&facts.url)) {
        causes.push(Cause::Offline);
    }
    if causes.is_empty() {
        causes.push(Cause::Hidden);
    }
    causes
}

/// The part of an address that names the host and port.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn host(url: &str) -> &str {
    let authority = authority(url);
    if authority.starts_with('[') {
        return authority.split_once(']').map_or(authority, |(host, _)| host).trim_start_matches('[');
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

fn port(url: &str) -> Option<u16> {
    authority(url).rsplit_once(':').and_then(|(_, port)| port.parse().ok())
}

/// Browsers count these as safe, whatever the scheme.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1"
}

/// The Fetch standard's "bad ports".
#[rustfmt::skip]
const BLOCKED_PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(url: &str) -> Facts {
        Facts { url: url.into(), is_online: true, ..Facts::default() }
    }

    #[test]
    fn what_cannot_be_tested_for_is_one_of_the_hidden_things() {
        assert_eq!(causes(&facts("ws://example.com/")), [Cause::Hidden]);
    }

    #[test]
    fn an_unsafe_address_from_a_safe_page_is_mixed_content_but_not_on_this_device() {
        let secure = |url| Facts { page_is_secure: true, ..facts(url) };
        assert_eq!(causes(&secure("ws://example.com/")), [Cause::MixedContent]);
        for url in
            ["wss://example.com/", "ws://localhost:9000/", "ws://127.0.0.1/", "ws://[::1]:80/", "ws://a.localhost/"]
        {
            assert_eq!(causes(&secure(url)), [Cause::Hidden], "{url}");
        }
    }

    #[test]
    fn a_port_that_browsers_keep_closed_is_named() {
        assert_eq!(causes(&facts("ws://example.com:25/x")), [Cause::Port(25)]);
        assert_eq!(causes(&facts("ws://[::1]:6000/")), [Cause::Port(6000)]);
        assert_eq!(causes(&facts("ws://user:25@example.com/25:25")), [Cause::Hidden]);
    }

    #[test]
    fn being_offline_explains_a_far_address_and_not_a_near_one() {
        let offline = |url| Facts { is_online: false, ..facts(url) };
        assert_eq!(causes(&offline("wss://example.com/")), [Cause::Offline]);
        assert_eq!(causes(&offline("ws://127.0.0.1:9/x")).first(), Some(&Cause::Port(9)));
        assert_eq!(causes(&offline("ws://127.0.0.1:9001/x")), [Cause::Hidden]);
    }

    #[test]
    fn the_policy_and_the_viewer_come_first() {
        let all =
            Facts { page_is_secure: true, policy_forbade: true, is_online: false, ..facts("ws://example.com:25/") };
        assert_eq!(causes(&all), [Cause::Policy, Cause::MixedContent, Cause::Port(25), Cause::Offline][..]);
        assert_eq!(causes(&Facts { was_cancelled: true, ..all }), [Cause::Cancelled]);
    }
}
