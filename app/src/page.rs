//! The page: which room the address names, and on which line.

use openline_rooms::{
    Options, Rooms, Store,
    protocol::{PersonName, RoomName},
};
use yew::{Callback, Html, component, html, use_state};
use yew_router::{components::Redirect, hooks::use_route, router::BrowserRouter};

use crate::{astray::Astray, here::Here, room::RoomPage, route::Route, welcome::Welcome, words};

/// The whole page.
#[component]
pub(crate) fn Page() -> Html {
    html! { <BrowserRouter><Routed /></BrowserRouter> }
}

#[component]
fn Routed() -> Html {
    let rooms = use_state(|| Store::browser().name().map(|name| (open(&name), name)));
    let asked = match use_route::<Route>() {
        Some(Route::Room { room }) => room,
        Some(Route::Home) => return html! { <Redirect<Route> to={Route::lobby()} /> },
        _ => return html! { <Astray title={words::NO_SUCH_PAGE} /> },
    };
    let room = match asked.parse::<RoomName>() {
        Ok(room) => room,
        Err(error) => return html! { <Astray title={words::BAD_ROOM_TITLE} why={words::bad_name(&error)} /> },
    };
    if room.as_str() != asked {
        // One room, one address.
        return html! { <Redirect<Route> to={Route::to(&room)} /> };
    }
    match &*rooms {
        Some((rooms, name)) => {
            let here = Here { rooms: rooms.clone(), room: room.clone() };
            html! { <RoomPage key={room.as_str()} {here} name={name.clone()} /> }
        }
        None => {
            let on_name = Callback::from(move |name: PersonName| {
                // A name that could not be kept is asked for again at the next visit; nothing else comes of it.
                drop(Store::browser().keep_name(&name));
                rooms.set(Some((open(&name), name)));
            });
            html! { <Welcome {room} {on_name} /> }
        }
    }
}

/// The page's one line, to the server the page came from.
fn open(name: &PersonName) -> Rooms {
    Rooms::open(Options { server: server(), http: String::new(), name: name.clone(), store: Store::browser() })
}

fn server() -> String {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return String::new() };
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}/ws", location.host().unwrap_or_default())
}
