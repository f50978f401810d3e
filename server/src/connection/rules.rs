//! What a body and a kind may be. Pure.

use openline_protocol::{Body, Post, Signal, Why};

use crate::options::Limits;

/// Whether a post may become an entry.
pub(super) fn check_post(post: &Post, limits: &Limits) -> Result<(), Why> {
    check_body(&post.body, limits.text, limits.bytes)?;
    match &post.kind {
        Some(kind) if !is_media_type(kind) => Err(Why::BadKind {}),
        _ => Ok(()),
    }
}

/// Whether a signal may be said.
pub(super) fn check_signal(signal: &Signal, limits: &Limits) -> Result<(), Why> {
    check_body(&signal.body, limits.signal, limits.signal)
}

fn check_body(body: &Body, text: usize, bytes: usize) -> Result<(), Why> {
    let limit = match body {
        Body::Text(_) => text,
        Body::Bytes(_) => bytes,
        _ => return Err(Why::BadBody {}),
    };
    if body.len() > limit { Err(Why::TooLong { limit }) } else { Ok(()) }
}

/// A type and a subtype (RFC 6838 section 4.2), and perhaps parameters.
fn is_media_type(kind: &str) -> bool {
    let (names, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let Some((family, subtype)) = names.trim_end().split_once('/') else { return false };
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    let is_plain = parameters.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    kind.len() <= Post::MAX_KIND && is_name(family) && is_name(subtype) && is_plain
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::Options;

    fn post(kind: Option<&str>, body: Body) -> Result<(), Why> {
        let limits = Options::parse_from(["openline-server", "--text", "5", "--bytes", "9", "--signal", "3"]).limits;
        let [room, id] = ["\"lobby\"", "\"00000000-0000-4000-8000-000000000000\""];
        let (room, id) = (serde_json::from_str(room).unwrap(), serde_json::from_str(id).unwrap());
        check_post(&Post { room, id, kind: kind.map(str::to_owned), body }, &limits)
    }

    #[test]
    fn a_length_is_in_bytes_and_may_be_just_the_limit() {
        assert_eq!(post(None, Body::text("héll")), Ok(()));
        assert_eq!(post(None, Body::text("héllo")), Err(Why::TooLong { limit: 5 }));
        assert_eq!(post(None, Body::bytes(vec![0; 9])), Ok(()));
        assert_eq!(post(None, Body::bytes(vec![0; 10])), Err(Why::TooLong { limit: 9 }));
        assert_eq!(post(None, Body::Unknown), Err(Why::BadBody {}));
    }

    #[test]
    fn a_kind_is_a_media_type() {
        for good in ["text/markdown", "application/vnd.openline.reaction+json", "text/plain; charset=utf-8"] {
            assert_eq!(post(Some(good), Body::text("")), Ok(()), "{good}");
        }
        for bad in ["", "text", "/", "text/", "/x", "te xt/x", "text/x/y", "text/é", "text/x;\n", &"a/".repeat(99)] {
            assert_eq!(post(Some(bad), Body::text("")), Err(Why::BadKind {}), "{bad}");
        }
    }
}
