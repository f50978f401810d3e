//! The way to another room: by its name.

use openline_rooms::protocol::RoomName;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, NodeRef, Properties, SubmitEvent, component, html, use_node_ref, use_state};
use yew_router::hooks::use_navigator;

use crate::{route::Route, words};

#[derive(Properties, PartialEq)]
pub(crate) struct OtherRoomProps {
    /// Called after the address has changed.
    #[prop_or_default]
    pub(crate) on_gone: Callback<()>,
}

/// A field for a room's name, and a button to go there.
#[component]
pub(crate) fn OtherRoom(props: &OtherRoomProps) -> Html {
    let input: NodeRef = use_node_ref();
    let problem = use_state(|| None::<String>);
    let navigator = use_navigator();
    let onsubmit = {
        let (input, problem, on_gone) = (input.clone(), problem.clone(), props.on_gone.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(field), Some(navigator)) = (input.cast::<HtmlInputElement>(), &navigator) else { return };
            match field.value().trim().trim_start_matches('#').parse::<RoomName>() {
                Ok(room) => {
                    field.set_value("");
                    problem.set(None);
                    navigator.push(&Route::to(&room));
                    on_gone.emit(());
                }
                Err(error) => problem.set(Some(words::bad_name(&error))),
            }
        }
    };
    html! {
        <form class="other-room" {onsubmit}>
            <label for="other-room">{ words::GO_TO_ROOM }</label>
            <div class="field">
                <input id="other-room" ref={input} dir="auto" autocomplete="off" autocapitalize="none"
                    spellcheck="false" enterkeyhint="go" aria-describedby="other-room-problem"
                    aria-invalid={problem.is_some().then_some("true")} />
                <button type="submit">{ words::GO }</button>
            </div>
            <p id="other-room-problem" class="problem" role="alert">{ (*problem).clone().unwrap_or_default() }</p>
        </form>
    }
}
