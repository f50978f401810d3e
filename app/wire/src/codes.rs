//! What a close code means, in words: RFC 6455 section 7.4 and the registry it set up. Pure.

/// A close code, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// What it says, in a few words.
    pub(crate) gist: &'static str,
    /// Who sets it, and when.
    pub(crate) set_by: &'static str,
    /// What to look at, or try.
    pub(crate) advice: &'static str,
}

/// Whether a page may close with this code.
pub(crate) const fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000 | 3000..=4999)
}

/// Whether it says that all went as planned, as far as anybody but the application can tell.
pub(crate) const fn is_planned(code: u16) -> bool {
    matches!(code, 1000 | 1001 | 1005 | 3000..=4999)
}

/// Explains any code, also one that nobody has given a meaning.
pub(crate) const fn meaning(code: u16) -> Meaning {
    let (gist, set_by, advice) = match code {
        1000 => ("done, as planned", "either side says it when its work is finished", "nothing is wrong"),
        1001 => (
            "going away",
            "a server that shuts down says it, and a browser when its page is left",
            "dial again; if it recurs, see whether a deployment or a proxy restarts the server",
        ),
        1002 => (
            "protocol error",
            "a side that received something which is no WebSocket frame, or a frame in the wrong place",
            "one side has a bug, or a proxy between them changes the bytes",
        ),
        1003 => (
            "this kind of data is not taken",
            "a side that takes only text, or only binary, and got the other",
            "send the other kind",
        ),
        1004 => ("reserved, without a meaning", "nobody should", "the other side makes codes up"),
        1005 => (
            "no code was given",
            "the browser, when the goodbye had no code in it; it never travels on the wire",
            "nothing is wrong: the other side, or this page, closed without saying why",
        ),
        1006 => (
            "the line broke without a goodbye",
            "the browser; it never travels on the wire",
            "the browser hides from pages why: refused, TLS, a wrong path, a 403, a proxy's time-out, a crash. The \
             server's log and the browser's console may tell more",
        ),
        1007 => (
            "text that is no UTF-8",
            "a side that got a text message with broken characters",
            "send such bytes as binary; see who encodes the text",
        ),
        1008 => (
            "against the other side's rules",
            "a server that refuses and has no fitter code: often a missing or expired login",
            "see the reason, and what the server asks of its guests",
        ),
        1009 => (
            "a message was too big",
            "a side that got a message over its limit",
            "send less at once, or raise the server's limit",
        ),
        1010 => (
            "an extension is missing",
            "a client that wanted an extension the server did not agree to; browsers do not send it",
            "see which extensions the server allows",
        ),
        1011 => (
            "the server failed",
            "a server that met something it was not made for; also many a library when a ping went unanswered",
            "see the server's log",
        ),
        1012 => ("the service restarts", "a server on its way to come back", "dial again in a few seconds, at random"),
        1013 => ("try again later", "a server that is overloaded", "wait before dialling again"),
        1014 => (
            "the gateway got a bad answer",
            "a proxy whose server behind it did not answer properly",
            "see whether the server behind the proxy runs",
        ),
        1015 => (
            "the TLS handshake failed",
            "the browser; it never travels on the wire",
            "see the certificate: its name, its date, who signed it. Opening the same host over https: shows it",
        ),
        3000 => {
            ("not authorised", "a server whose guest must log in first", "log in, or send what it expects as a token")
        }
        3003 => ("forbidden", "a server that knows its guest and says no", "see what this guest may do"),
        3008 => ("timed out", "a server that waited too long", "see what it waited for"),
        3001..=3002 | 3004..=3007 | 3009..=3999 => (
            "a library's or framework's own code",
            "whoever registered it (IANA keeps the list)",
            "look it up in the registry, or in the library's documentation",
        ),
        4400 => own("a frame was no message", "see what the page sends: the server's README has the wire"),
        4401 => own("it does not know this identity", "say hello without a token, as somebody new"),
        4403 => own("something was said before the hello", "begin with a hello"),
        4408 => own("no hello in time, or no answer to a ping", "see what keeps this page from answering"),
        4409 => own("this page is connected on a newer line", "nothing is wrong: the newer line goes on"),
        4413 => own("this page did not take what was sent for too long", "see what keeps this page from reading"),
        4000..=4999 => (
            "the application's own code",
            "the application at the other end, as it likes",
            "look it up in that application's documentation",
        ),
        1016..=2999 => ("reserved for the protocol's future", "nobody, yet", "the other side makes codes up"),
        _ => ("no close code", "nobody may", "the other side breaks the protocol"),
    };
    Meaning { gist, set_by, advice }
}

/// A code of Openline's own, which another application may use for something else.
const fn own(gist: &'static str, advice: &'static str) -> (&'static str, &'static str, &'static str) {
    (gist, "an Openline server; another application may mean something else by it", advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_meaning_and_the_ones_of_the_standard_one_of_their_own() {
        let mut gists: Vec<_> = (1000..=1015).map(|code| meaning(code).gist).collect();
        gists.sort_unstable();
        gists.dedup();
        assert_eq!(gists.len(), 16);
        for code in [0, 999, 1016, 2999, 3500, 4409, 4999, 5000, u16::MAX] {
            assert!(!meaning(code).gist.is_empty(), "{code}");
        }
    }

    #[test]
    fn openlines_own_codes_are_told_by_name() {
        assert_eq!(meaning(4409).gist, "this page is connected on a newer line");
        assert_eq!(meaning(4402).gist, meaning(4999).gist);
    }

    #[test]
    fn what_never_travels_is_said_to_never_travel() {
        for code in [1005, 1006, 1015] {
            assert!(meaning(code).set_by.contains("never travels"), "{code}");
            assert!(!may_be_sent(code));
        }
    }

    #[test]
    fn a_page_may_send_only_1000_and_3000_to_4999() {
        for code in [1000, 3000, 4999] {
            assert!(may_be_sent(code), "{code}");
        }
        for code in [999, 1001, 1011, 2999, 5000] {
            assert!(!may_be_sent(code), "{code}");
        }
    }
}
