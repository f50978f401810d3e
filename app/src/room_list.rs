//! The rooms the viewer is in, and the way into another.

use openline_rooms::protocol::RoomName;
use yew::{Callback, Html, MouseEvent, classes, html};

use crate::{chat::count, icons, join_room::JoinRoom, navigation, reading::Unread, words};

/// A room of the list.
pub(crate) struct Item {
    pub(crate) room: RoomName,
    pub(crate) unread: Unread,
    /// Something was typed there and not sent, or refused.
    pub(crate) has_unsent: bool,
}

/// The rooms the viewer is in; `here` is the one they look at. `on_gone` is told when they have gone to another.
pub(crate) fn room_list(
    items: &[Item],
    here: &RoomName,
    on_leave: &Callback<RoomName>,
    on_gone: &Callback<()>,
) -> Html {
    let on_leave = (items.len() > 1).then_some(on_leave);
    html! {
        <>
            <ul class="rooms">{ for items.iter().map(|item| one(item, here, on_leave, on_gone)) }</ul>
            <JoinRoom {on_gone} />
        </>
    }
}

fn one(item: &Item, here: &RoomName, on_leave: Option<&Callback<RoomName>>, on_gone: &Callback<()>) -> Html {
    let Item { room, unread, has_unsent } = item;
    let is_here = room == here;
    let onclick = {
        let (room, on_gone) = (room.clone(), on_gone.clone());
        move |event: MouseEvent| {
            if navigation::is_for_this_page(&event) {
                event.prevent_default();
                navigation::go(&room, None);
                on_gone.emit(());
            }
        }
    };
    let leave = on_leave.map(|on_leave| {
        let room = room.clone();
        on_leave.reform(move |_: MouseEvent| room.clone())
    });
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
            if let Some(leave) = leave {
                <button type="button" class="quiet" aria-label={words::leave(room.as_str())}
                    title={words::leave(room.as_str())} onclick={leave}>{ icons::close() }</button>
            }
        </li>
    }
}
