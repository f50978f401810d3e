//! The rooms the viewer is in, and the way into another.

use openline_rooms::protocol::RoomName;
use yew::{Callback, Html, MouseEvent, Properties, classes, component, html};

use crate::{chat::count, icons, join_room::JoinRoom, navigation, reading::Unread, words};

/// A room of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) room: RoomName,
    pub(crate) unread: Unread,
    /// Something was typed there and not sent.
    pub(crate) has_unsent: bool,
}

#[derive(Properties, PartialEq)]
pub(crate) struct RoomListProps {
    pub(crate) items: Vec<Item>,
    /// The room that is looked at.
    pub(crate) here: RoomName,
    pub(crate) on_leave: Callback<RoomName>,
    /// The viewer has gone to a room.
    pub(crate) on_gone: Callback<()>,
}

/// The rooms the viewer is in.
#[component]
pub(crate) fn RoomList(props: &RoomListProps) -> Html {
    html! {
        <>
            <ul class="rooms">{ for props.items.iter().map(|item| one(item, props)) }</ul>
            <JoinRoom on_gone={props.on_gone.clone()} />
        </>
    }
}

fn one(item: &Item, props: &RoomListProps) -> Html {
    let Item { room, unread, has_unsent } = item;
    let is_here = *room == props.here;
    let onclick = {
        let (room, on_gone) = (room.clone(), props.on_gone.clone());
        move |event: MouseEvent| {
            if navigation::is_for_this_page(&event) {
                event.prevent_default();
                navigation::go(&room, None);
                on_gone.emit(());
            }
        }
    };
    let leave = {
        let (room, on_leave) = (room.clone(), props.on_leave.clone());
        move |_: MouseEvent| on_leave.emit(room.clone())
    };
    let said = count(unread.count, unread.and_more);
    let label = (unread.count > 0).then(|| words::room_state(room.as_str(), &said, unread.calls));
    html! {
        <li key={room.as_str()} class={classes!(is_here.then_some("here"), (unread.count > 0).then_some("unread"))}>
            <a href={navigation::path(room, None)} aria-current={is_here.then_some("page")} aria-label={label} {onclick}>
                <span class="hash" aria-hidden="true">{ "#" }</span><bdi>{ room.as_str().to_owned() }</bdi>
                if *has_unsent { <span class="unsent-mark" title={words::unsent_here()}>{ icons::edit() }</span> }
                if unread.count > 0 {
                    <span class={classes!("badge", (unread.calls > 0).then_some("calls"))}>
                        if unread.calls > 0 { { "@" } }{ said }
                    </span>
                }
            </a>
            if props.items.len() > 1 {
                <button type="button" class="quiet" aria-label={words::leave(room.as_str())}
                    title={words::leave(room.as_str())} onclick={leave}>{ icons::close() }</button>
            }
        </li>
    }
}
