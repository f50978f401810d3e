//! An address that leads nowhere, with a way out.

use openline_rooms::protocol::RoomName;
use yew::{Html, MouseEvent, Properties, component, html};

use crate::{icons, join_room::JoinRoom, navigation, words};

#[derive(Properties, PartialEq)]
pub(crate) struct AstrayProps {
    pub(crate) title: String,
    #[prop_or_default]
    pub(crate) why: Option<String>,
}

/// Says that the address leads nowhere, and why.
#[component]
pub(crate) fn Astray(props: &AstrayProps) -> Html {
    html! {
        <main class="front">
            <p class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></p>
            <div class="card">
                <h1>{ props.title.clone() }</h1>
                if let Some(why) = &props.why { <p>{ why.clone() }</p> }
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
