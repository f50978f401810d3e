//! The viewer's name, and what they can choose.

use openline_rooms::protocol::PersonName;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{
    Callback, Event, Html, Properties, SubmitEvent, TargetCast, UseStateHandle, component, html, use_node_ref,
    use_state,
};

use super::Dialog;
use crate::{
    focus::document,
    kept::Choice,
    notifier,
    words::{self, Language},
};

#[derive(Properties, PartialEq)]
pub(crate) struct SettingsProps {
    pub(crate) name: PersonName,
    pub(crate) on_rename: Callback<PersonName>,
    pub(crate) on_close: Callback<()>,
}

/// The viewer's name, and what they can choose.
#[component]
pub(crate) fn Settings(props: &SettingsProps) -> Html {
    let input = use_node_ref();
    let problem = use_state(|| None::<String>);
    let notifies = use_state(|| Choice::Notify.is_on(false) && notifier::is_allowed());
    let denied = use_state(|| false);
    let onsubmit = {
        let (input, problem, on_rename) = (input.clone(), problem.clone(), props.on_rename.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = input.cast::<HtmlInputElement>() else { return };
            match field.value().parse::<PersonName>() {
                Ok(name) => {
                    problem.set(None);
                    on_rename.emit(name);
                }
                Err(error) => problem.set(Some(words::bad_name(&error))),
            }
        }
    };
    let speak = |event: Event| {
        let Some(language) = event.target_dyn_into::<HtmlSelectElement>() else { return };
        Choice::Language.set(&language.value());
        // Everything is drawn in another language: that is another page. Nothing typed is lost by it.
        if let Some(window) = web_sys::window() {
            drop(window.location().reload());
        }
    };
    let dress = |event: Event| {
        let Some(theme) = event.target_dyn_into::<HtmlSelectElement>() else { return };
        Choice::Theme.set(&theme.value());
        if let Some(root) = document().and_then(|document| document.document_element()) {
            // A plain attribute can always be set.
            drop(root.set_attribute("data-theme", &theme.value()));
        }
    };
    let worn = Choice::Theme.get().unwrap_or_default();
    let themes = [("", words::theme_of_system()), ("light", words::theme_light()), ("dark", words::theme_dark())]
        .map(|(theme, name)| html! { <option value={theme} selected={theme == worn}>{ name }</option> });
    let option = |language: Language| {
        html! {
            <option value={language.tag()} lang={language.tag()} selected={language == words::language()}>
                { language.name() }
            </option>
        }
    };
    html! {
        <Dialog title={words::settings()} on_close={props.on_close.clone()}>
            <form class="setting" {onsubmit}>
                <label for="new-name">{ words::your_name() }</label>
                <div class="field">
                    <input id="new-name" ref={input} autocomplete="nickname" dir="auto" enterkeyhint="done"
                        value={props.name.as_str().to_owned()} aria-describedby="new-name-note"
                        aria-invalid={problem.is_some().then_some("true")} />
                    <button type="submit">{ words::rename() }</button>
                </div>
                <p id="new-name-note" class="problem" role="alert">{ (*problem).clone().unwrap_or_default() }</p>
            </form>
            <div class="setting">
                <label for="language">{ words::language_label() }</label>
                <select id="language" onchange={speak}>{ for Language::ALL.map(option) }</select>
            </div>
            <div class="setting">
                <label for="theme">{ words::theme_label() }</label>
                <select id="theme" onchange={dress}>{ for themes }</select>
            </div>
            <div class="setting">{ notify(&notifies, &denied) }</div>
            <div class="setting">{ switch(Choice::Sound, false, words::sound()) }</div>
            <div class="setting">{ switch(Choice::Typing, true, words::show_typing()) }</div>
        </Dialog>
    }
}

/// Something that is on or off.
fn switch(choice: Choice, by_default: bool, label: String) -> Html {
    let onchange = move |event: Event| {
        if let Some(switch) = event.target_dyn_into::<HtmlInputElement>() {
            choice.turn(switch.checked());
        }
    };
    html! {
        <label class="switch">
            <input type="checkbox" checked={choice.is_on(by_default)} {onchange} />{ label }
        </label>
    }
}

/// Notifications need the browser's consent, which is asked for when they are switched on, and never before.
fn notify(on: &UseStateHandle<bool>, denied: &UseStateHandle<bool>) -> Html {
    let onchange = {
        let (on, denied) = (on.clone(), denied.clone());
        move |event: Event| {
            let wanted = event.target_dyn_into::<HtmlInputElement>().is_some_and(|switch| switch.checked());
            let (on, denied) = (on.clone(), denied.clone());
            spawn_local(async move {
                let allowed = wanted && notifier::ask().await;
                Choice::Notify.turn(allowed);
                on.set(allowed);
                denied.set(wanted && !allowed);
            });
        }
    };
    html! {
        <>
            <label class="switch">
                <input type="checkbox" checked={**on} {onchange} />{ words::notify() }
            </label>
            if **denied { <p class="hint" role="status">{ words::notify_denied() }</p> }
        </>
    }
}
