//! Older entries, fetched over HTTP.

use gloo_net::http::Request;
use openline_protocol::{Page, RoomName, Seq};

/// The page of entries before a place, or why it could not be had, in words for a person.
pub(crate) async fn older(http: &str, room: &RoomName, before: Seq) -> Result<Page, String> {
    let room = String::from(js_sys::encode_uri_component(room.as_str()));
    let url = format!("{http}/rooms/{room}/entries?before={before}&limit={}", Page::LIMIT);
    let answer = Request::get(&url).send().await.map_err(|_| "the server can't be reached".to_owned())?;
    if !answer.ok() {
        return Err(format!("the server answered {} {}", answer.status(), answer.status_text()));
    }
    answer.json().await.map_err(|error| format!("the server's answer can't be read: {error}"))
}
