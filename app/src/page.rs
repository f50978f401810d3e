//! The page: which room the address names, and on which line.

use openline_rooms::{
    Options, Rooms, Store,
    protocol::{PersonName, RoomName, Seq},
};
use yew::{Callback, Html, component, html, use_effect_with, use_state};

use crate::{address::Address, astray::astray, chat::Chat, kept, kind, navigation, welcome::Welcome, words};

/// The whole page.
#[component]
pub(crate) fn Page() -> Html {
    let address = use_state(navigation::current);
    use_effect_with((), {
        let address = address.clone();
        move |()| {
            let listener = navigation::on_move(move || address.set(navigation::current()));
            move || drop(listener)
        }
    });
    let rooms = use_state(|| Store::browser().name().map(|name| (open(&name), name)));
    let (room, at): (RoomName, Option<Seq>) = match &*address {
        Address::Room { room, at } => (room.clone(), *at),
        Address::Home => match kept::rooms().into_iter().next().or_else(|| "lobby".parse().ok()) {
            Some(room) => (room, None),
            None => return astray(words::no_such_page(), None),
        },
        Address::NoRoom(error) => return astray(words::bad_room_title(), Some(words::bad_name(error))),
        Address::Nowhere => return astray(words::no_such_page(), None),
    };
    // One room, one address.
    navigation::correct(&room, at);
    match &*rooms {
        Some((rooms, name)) => html! { <Chat rooms={Shared(rooms.clone())} {room} {at} name={name.clone()} /> },
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

/// The page's one line.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Rooms);

impl PartialEq for Shared {
    /// There is only one.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The page's one line, to the server the page came from.
fn open(name: &PersonName) -> Rooms {
    Rooms::open(Options {
        server: server(),
        http: navigation::base(),
        about: kind::ABOUT,
        name: name.clone(),
        store: Store::browser(),
    })
}

fn server() -> String {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return String::new() };
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}{}/ws", location.host().unwrap_or_default(), navigation::base())
}
