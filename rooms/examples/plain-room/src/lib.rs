//! The smallest page with `Rooms`: a list of what was said, what is on its way and why, and a box to write in. Enter sends.

use gloo_events::EventListener;
use openline_rooms::{
    Change, Draft, Fate, Line, Options, Rooms, Store, Subscription,
    protocol::{Body, RoomName},
};
use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt, prelude::wasm_bindgen};
use web_sys::{Document, Element, HtmlInputElement, KeyboardEvent};

/// The page, until JavaScript lets go of it.
#[wasm_bindgen]
pub struct Page {
    _rooms: Rooms,
    _subscription: Subscription,
    _keys: EventListener,
}

/// Opens a room under a name, and draws it into the page.
#[wasm_bindgen]
pub fn open(server: &str, room: &str, name: &str) -> Result<Page, JsValue> {
    let room: RoomName = room.parse().map_err(to_js)?;
    let name = name.parse().map_err(to_js)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or("there is no document")?;
    let list = add(&document, "ul")?;
    let input: HtmlInputElement = add(&document, "input")?.unchecked_into();

    let rooms = Rooms::open(Options {
        server: format!("{server}/ws"),
        http: server.into(),
        about: "",
        name,
        store: Store::browser(),
    });
    // The listener holds the rooms, and the page its subscription: with the page all of it goes.
    let subscription = rooms.subscribe({
        let (rooms, room) = (rooms.clone(), room.clone());
        move |change| {
            if matches!(change, Change::Line | Change::Room(_)) {
                draw(&document, &list, &rooms, &room).unwrap_throw();
            }
        }
    });
    rooms.enter(&room);

    let keys = EventListener::new(&input.clone(), "keydown", {
        let rooms = rooms.clone();
        move |event| {
            if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Enter") {
                // What is not taken stays in the box.
                match rooms.post(&room, None, Body::text(input.value())) {
                    Ok(_) => input.set_value(""),
                    Err(error) => input.set_title(&error.to_string()),
                }
            }
        }
    });
    Ok(Page { _rooms: rooms, _subscription: subscription, _keys: keys })
}

fn draw(document: &Document, list: &Element, rooms: &Rooms, room: &RoomName) -> Result<(), JsValue> {
    list.set_text_content(None);
    let mut lines = vec![if rooms.line() == Line::Up { "up".to_owned() } else { "the line is away".to_owned() }];
    rooms.read(room, |replica| {
        if replica.gap().is_some() {
            lines.push("(some was missed here)".to_owned());
        }
        lines.extend(replica.entries().iter().map(|entry| format!("{}: {}", entry.from.name, text(&entry.body))));
        lines.extend(replica.drafts().map(|draft| format!("… {} ({})", text(&draft.body), fate(draft))));
    });
    for line in lines {
        let item = document.create_element("li")?;
        item.set_text_content(Some(&line));
        list.append_child(&item)?;
    }
    Ok(())
}

/// What has become of a draft, and what its author can do: `Rooms::retry`, `Rooms::discard`.
fn fate(draft: &Draft) -> String {
    match &draft.fate {
        Fate::Storing => "being stored".into(),
        Fate::Pending => "on its way".into(),
        Fate::Held { why } => format!("asked again soon: {why:?}"),
        Fate::Refused { why } => format!("refused: {why:?}"),
        Fate::NotStored => "not stored, and so not sent".into(),
        Fate::OtherLog => "written for another log".into(),
    }
}

fn text(body: &Body) -> &str {
    if let Body::Text(text) = body { text } else { "(no text)" }
}

fn add(document: &Document, tag: &str) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    document.body().ok_or("there is no body")?.append_child(&element)?;
    Ok(element)
}

fn to_js(error: impl ToString) -> JsValue {
    error.to_string().into()
}
