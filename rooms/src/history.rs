//! Pages of a room's log, fetched over HTTP.

use gloo_net::http::Request;
use openline_protocol::{Page, RoomName, json};

use crate::view::{NoPage, Span};

/// A page of entries, with what is `about` them.
pub(crate) async fn fetch(http: &str, about: &str, room: &RoomName, span: Span) -> Result<Page, NoPage> {
    let room = String::from(js_sys::encode_uri_component(room.as_str()));
    let range = match span {
        Span::Before(before) => format!("before={before}"),
        Span::After(after) => format!("after={after}"),
        // The place is in the middle of it. One page has no hole, where two could have one between them.
        Span::Around(seq) => format!("before={}", seq.number() + Page::LIMIT as u64 / 2),
    };
    let about = String::from(js_sys::encode_uri_component(about));
    let url = format!("{http}/rooms/{room}/entries?{range}&limit={}&about={about}", Page::LIMIT);
    let answer = Request::get(&url).send().await.map_err(|_| NoPage::Unreachable)?;
    if !answer.ok() {
        return Err(NoPage::Refused { status: answer.status() });
    }
    let text = answer.text().await.map_err(|_| NoPage::Unreadable)?;
    json::read(&text).map_err(|_| NoPage::Unreadable)
}
