//! What rooms answer over HTTP: older entries, what is found in them, and who is there.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use openline_protocol::{Page, RoomName, Roster, Seq};
use serde::Deserialize;

use super::{Doors, sentence};
use crate::{
    about::About,
    database::{Span, Trouble},
    query::Query as Words,
    room::Record,
};

/// How many bytes of bodies a page of older entries has, about.
const PAGE_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
pub(super) struct Range {
    before: Option<Seq>,
    after: Option<Seq>,
    limit: Option<usize>,
    about: Option<String>,
}

/// Older entries, in rising order.
pub(super) async fn entries(
    State(doors): State<Arc<Doors>>,
    Path(room): Path<String>,
    range: Result<Query<Range>, QueryRejection>,
) -> Response {
    let Ok(name) = room.parse::<RoomName>() else { return no_room_name() };
    let Query(range) = match range {
        Ok(range) => range,
        Err(error) => return sentence(StatusCode::BAD_REQUEST, error.body_text()),
    };
    let record = match known(&doors, &name).await {
        Ok(record) => record,
        Err(response) => return response,
    };
    let span = match (range.before, range.after) {
        (Some(_), Some(_)) => return sentence(StatusCode::BAD_REQUEST, "Say before or after, not both.\n"),
        (Some(before), None) => Span::Before(before),
        (None, Some(after)) => Span::After(after),
        (None, None) => Span::Before(record.head.next()),
    };
    let row = record.row;
    match doors.hall.history.entries(row, span, limit(range.limit), PAGE_BYTES).await {
        Ok((entries, more)) => {
            let page = Page { epoch: record.epoch, entries, more, about: Vec::new() };
            with_about(&doors, row, page, range.about.as_deref()).await
        }
        Err(trouble) => unreadable(&trouble),
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    q: String,
    before: Option<Seq>,
    limit: Option<usize>,
    about: Option<String>,
}

/// Entries that have the words one searches for, the newest first.
pub(super) async fn search(
    State(doors): State<Arc<Doors>>,
    Path(room): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Ok(name) = room.parse::<RoomName>() else { return no_room_name() };
    let Query(wanted) = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return sentence(StatusCode::BAD_REQUEST, error.body_text()),
    };
    if wanted.q.len() > Words::MAX_BYTES {
        let text = format!("Search for fewer words; they may have {} bytes.\n", Words::MAX_BYTES);
        return sentence(StatusCode::BAD_REQUEST, text);
    }
    let record = match known(&doors, &name).await {
        Ok(record) => record,
        Err(response) => return response,
    };
    let epoch = record.epoch.clone();
    let Some(words) = Words::new(&wanted.q) else {
        return fresh(Json(Page { epoch, entries: Vec::new(), more: false, about: Vec::new() }));
    };
    let before = wanted.before.unwrap_or(record.head.next());
    let row = record.row;
    match doors.hall.history.search(record, words, before, limit(wanted.limit)).await {
        Ok((entries, more)) => {
            let page = Page { epoch, entries, more, about: Vec::new() };
            with_about(&doors, row, page, wanted.about.as_deref()).await
        }
        Err(trouble) => unreadable(&trouble),
    }
}

/// Everybody who is in a room.
pub(super) async fn roster(State(doors): State<Arc<Doors>>, Path(room): Path<String>) -> Response {
    let Ok(name) = room.parse::<RoomName>() else { return no_room_name() };
    let room = doors.hall.rooms.find(&name);
    fresh(Json(room.map_or_else(Roster::default, |room| room.everybody())))
}

/// A page; if it was asked for, with what is about its entries, and about what those are about: what was found may have
/// been changed since.
async fn with_about(doors: &Doors, row: i64, mut page: Page, asked: Option<&str>) -> Response {
    let Some(asked) = asked else { return fresh(Json(page)) };
    let Some(about) = About::new(asked) else {
        return sentence(StatusCode::BAD_REQUEST, format!("Ask what is about a page by {} kinds.\n", About::MAX));
    };
    let meant = page.entries.iter().filter_map(|entry| about.place(entry.kind.as_deref()?));
    let mut places: Vec<_> = page.entries.iter().map(|entry| entry.seq).chain(meant).collect();
    places.sort_unstable();
    places.dedup();
    match doors.hall.history.about(row, about, places, Page::MAX_ABOUT, PAGE_BYTES).await {
        Ok(about) => {
            page.about = about;
            fresh(Json(page))
        }
        Err(trouble) => unreadable(&trouble),
    }
}

/// What there is of a room, or the answer that says why not.
async fn known(doors: &Doors, name: &RoomName) -> Result<Record, Response> {
    match doors.hall.history.known_room(name).await {
        Ok(Some(record)) => Ok(record),
        Ok(None) => Err(sentence(StatusCode::NOT_FOUND, "Nobody has been in this room yet.\n")),
        Err(trouble) => Err(unreadable(&trouble)),
    }
}

fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(Page::LIMIT).clamp(1, Page::MAX_LIMIT)
}

fn fresh(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}

fn no_room_name() -> Response {
    sentence(StatusCode::BAD_REQUEST, "A room's name has 1 to 64 letters, digits, dashes and underscores.\n")
}

fn unreadable(trouble: &Trouble) -> Response {
    tracing::error!(%trouble, "could not read for a page");
    sentence(StatusCode::SERVICE_UNAVAILABLE, "The history can't be read now; the server's log says why.\n")
}
