//! The way to a room by a few letters of its name.

use openline_rooms::protocol::{RoomName, unicode::lower_case};
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::{Callback, Html, InputEvent, MouseEvent, Properties, TargetCast, component, html, use_state};

use super::Dialog;
use crate::{keys, navigation, words};

#[derive(Properties, PartialEq)]
pub(crate) struct FindRoomProps {
    pub(crate) rooms: Vec<RoomName>,
    pub(crate) on_close: Callback<()>,
}

/// A field that narrows the rooms down, and goes to the one that is picked.
#[component]
pub(crate) fn FindRoom(props: &FindRoomProps) -> Html {
    let typed = use_state(String::new);
    let picked = use_state(|| 0);
    let fitting = fitting(&props.rooms, &typed);
    let oninput = {
        let (typed, picked) = (typed.clone(), picked.clone());
        move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                typed.set(field.value());
                picked.set(0);
            }
        }
    };
    let go = {
        let on_close = props.on_close.clone();
        Callback::from(move |room: RoomName| {
            on_close.emit(());
            navigation::go(&room, None);
        })
    };
    let onkeydown = {
        let (picked, go, fitting) = (picked.clone(), go.clone(), fitting.clone());
        move |event: KeyboardEvent| {
            if keys::belongs_to_input_method(&event) {
                return;
            }
            let count = fitting.len().max(1);
            match event.key().as_str() {
                "ArrowDown" => picked.set((*picked + 1) % count),
                "ArrowUp" => picked.set((*picked + count - 1) % count),
                "Enter" => fitting.get(*picked).into_iter().for_each(|room| go.emit(room.clone())),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let one = |(place, room): (usize, &RoomName)| {
        let onclick = {
            let (go, room) = (go.clone(), room.clone());
            move |_: MouseEvent| go.emit(room.clone())
        };
        html! {
            <li id={format!("room-{place}")} role="option" aria-selected={(place == *picked).to_string()} {onclick}>
                <span class="hash" aria-hidden="true">{ "#" }</span><bdi>{ room.as_str().to_owned() }</bdi>
            </li>
        }
    };
    html! {
        <Dialog title={words::find_room()} on_close={props.on_close.clone()}>
            <label class="unseen" for="find-room">{ words::room_name() }</label>
            <input id="find-room" autofocus=true autocomplete="off" autocapitalize="none" spellcheck="false" dir="auto"
                role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="found-rooms"
                aria-activedescendant={format!("room-{}", *picked)} aria-describedby="find-room-hint"
                {oninput} {onkeydown} />
            <p id="find-room-hint" class="hint">{ words::find_room_hint() }</p>
            <ul id="found-rooms" class="options" role="listbox" aria-label={words::rooms()}>
                { for fitting.iter().enumerate().map(one) }
            </ul>
        </Dialog>
    }
}

/// The rooms whose names have what is typed in them, those that begin with it first; then the one that is called so.
fn fitting(rooms: &[RoomName], typed: &str) -> Vec<RoomName> {
    let typed = lower_case(typed.trim().trim_start_matches('#'));
    let having = rooms.iter().filter(|room| room.as_str().contains(&typed)).cloned();
    let (mut fitting, others): (Vec<_>, Vec<_>) = having.partition(|room| room.as_str().starts_with(&typed));
    fitting.extend(others);
    if let Ok(room) = typed.parse::<RoomName>()
        && !fitting.contains(&room)
    {
        fitting.push(room);
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_found_by_a_part_of_their_name_and_another_by_the_whole_of_it() {
        let rooms: Vec<RoomName> = ["lobby", "dev", "devops", "old-dev"].map(|name| name.parse().unwrap()).into();
        let found = |typed| fitting(&rooms, typed).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found(""), ["lobby", "dev", "devops", "old-dev"]);
        assert_eq!(found("#DEV"), ["dev", "devops", "old-dev"]);
        assert_eq!(found("ob"), ["lobby", "ob"]);
        assert_eq!(found("no such"), [""; 0]);
    }
}
