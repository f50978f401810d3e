//! The way into a room: by its name.

use openline_rooms::protocol::RoomName;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, Properties, SubmitEvent, component, html, use_node_ref, use_state};

use crate::{navigation, words};

#[derive(Properties, PartialEq)]
pub(crate) struct JoinRoomProps {
    /// Called after the address has changed.
    #[prop_or_default]
    pub(crate) on_gone: Callback<()>,
}

/// A field for a room's name, and a button to go there.
#[component]
pub(crate) fn JoinRoom(props: &JoinRoomProps) -> Html {
    let input = use_node_ref();
    let problem = use_state(|| None::<String>);
    let onsubmit = {
        let (input, problem, on_gone) = (input.clone(), problem.clone(), props.on_gone.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = input.cast::<HtmlInputElement>() else { return };
            match field.value().trim().trim_start_matches('#').parse::<RoomName>() {
                Ok(room) => {
                    field.set_value("");
                    problem.set(None);
                    navigation::go(&room, None);
                    on_gone.emit(());
                }
                Err(error) => problem.set(Some(words::bad_name(&error))),
            }
        }
    };
    html! {
        <form class="join-room" {onsubmit}>
            <label for="join-room">{ words::join_room() }</label>
            <div class="field">
                <input id="join-room" ref={input} dir="auto" autocomplete="off" autocapitalize="none"
                    spellcheck="false" enterkeyhint="go" aria-describedby="join-room-problem"
                    aria-invalid={problem.is_some().then_some("true")} />
                <button type="submit">{ words::join() }</button>
            </div>
            <p id="join-room-problem" class="problem" role="alert">{ (*problem).clone().unwrap_or_default() }</p>
        </form>
    }
}
