//! The first visit: in by a name only.

use openline_rooms::{
    Store,
    protocol::{PersonName, RoomName},
};
use web_sys::HtmlInputElement;
use yew::{Callback, Html, Properties, SubmitEvent, component, html, use_effect_with, use_node_ref, use_state};

use crate::{
    focus::{document, put_focus},
    icons, words,
};

#[derive(Properties, PartialEq)]
pub(crate) struct WelcomeProps {
    /// Where the address leads.
    pub(crate) room: RoomName,
    pub(crate) on_name: Callback<PersonName>,
}

/// Asks for the name to go by.
#[component]
pub(crate) fn Welcome(props: &WelcomeProps) -> Html {
    let room = props.room.as_str();
    let input = use_node_ref();
    let problem = use_state(|| None::<String>);
    use_effect_with((input.clone(), props.room.clone()), |(input, room)| {
        put_focus(input);
        if let Some(document) = document() {
            document.set_title(&words::title(room.as_str(), 0, 0));
        }
    });
    let onsubmit = {
        let (input, problem, on_name) = (input.clone(), problem.clone(), props.on_name.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = input.cast::<HtmlInputElement>() else { return };
            match field.value().parse::<PersonName>() {
                Ok(name) => on_name.emit(name),
                Err(error) => problem.set(Some(words::bad_name(&error))),
            }
        }
    };
    html! {
        <main class="front">
            <p class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></p>
            <form class="card" {onsubmit}>
                <h1>{ words::invited_to() }{ " " }<bdi class="room">{ format!("#{room}") }</bdi></h1>
                <p>{ words::tagline() }</p>
                <label for="your-name">{ words::your_name() }</label>
                <input id="your-name" ref={input} autocomplete="nickname" dir="auto" enterkeyhint="go"
                    aria-describedby="your-name-note" aria-invalid={problem.is_some().then_some("true")} />
                <p id="your-name-note" class="problem" role="alert">{ (*problem).clone().unwrap_or_default() }</p>
                <button type="submit" class="primary">{ words::enter(&words::isolated(room)) }</button>
            </form>
            <p class="hint">
                { if Store::browser().outlives_the_page() { words::name_hint() } else { words::nothing_is_kept() } }
            </p>
        </main>
    }
}
