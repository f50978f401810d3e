//! An address that leads nowhere, with a way out.

use openline_rooms::protocol::RoomName;
use yew::{Html, MouseEvent, html};

use crate::{icons, join_room::JoinRoom, navigation, words};

/// Says that the address leads nowhere, and why.
pub(crate) fn astray(title: String, why: Option<String>) -> Html {
    html! {
        <main class="front">
            <p class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></p>
            <div class="card">
                <h1>{ title }</h1>
                if let Some(why) = why { <p>{ why }</p> }
                <JoinRoom />
                <p><a href="/r/lobby" onclick={to_lobby}>{ words::to_lobby() }</a></p>
            </div>
        </main>
    }
}

fn to_lobby(event: MouseEvent) {
    if navigation::is_for_this_page(&event)
        && let Ok(lobby) = "lobby".parse::<RoomName>()
    {
        event.prevent_default();
        navigation::go(&lobby, None);
    }
}
