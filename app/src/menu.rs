//! What can be done with one message, as a menu (WAI-ARIA, menu button pattern).

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::{Callback, FocusEvent, Html, MouseEvent, Properties, component, html, use_effect_with, use_node_ref};

use crate::{act::Act, fold::Message, keys, words};

/// What one reacts with, most of the time.
const REACTIONS: [&str; 6] = ["👍", "❤️", "😄", "🎉", "😮", "👀"];

#[derive(Properties, PartialEq)]
pub(crate) struct MenuProps {
    pub(crate) message: Message,
    pub(crate) mine: bool,
    pub(crate) on_act: Callback<Act>,
    /// It is not needed any more. The focus goes back to where it came from.
    pub(crate) on_close: Callback<()>,
}

/// What can be done with one message.
#[component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let MenuProps { message, mine, on_act, on_close } = props;
    let menu = use_node_ref();
    use_effect_with((), {
        let menu = menu.clone();
        move |()| step(&menu, |_, _| 0)
    });
    let onkeydown = {
        let (menu, on_close) = (menu.clone(), on_close.clone());
        move |event: KeyboardEvent| {
            if keys::belongs_to_input_method(&event) {
                return;
            }
            match event.key().as_str() {
                "ArrowDown" | "ArrowRight" => step(&menu, |at, count| (at + 1) % count),
                "ArrowUp" | "ArrowLeft" => step(&menu, |at, count| (at + count - 1) % count),
                "Home" => step(&menu, |_, _| 0),
                "End" => step(&menu, |_, count| count - 1),
                "Escape" | "Tab" => on_close.emit(()),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let onfocusout = {
        let (menu, on_close) = (menu.clone(), on_close.clone());
        move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
            let inside = to.is_some_and(|to| menu.cast::<Element>().is_some_and(|menu| menu.contains(Some(&to))));
            if !inside && event.related_target().is_some() {
                on_close.emit(());
            }
        }
    };
    let item = |words: String, act: Act| {
        let (on_act, on_close) = (on_act.clone(), on_close.clone());
        let onclick = move |event: MouseEvent| {
            // The list, which hears the clicks of all rows, need not hear this one.
            event.stop_propagation();
            on_close.emit(());
            on_act.emit(act.clone());
        };
        html! { <button type="button" role="menuitem" tabindex="-1" {onclick}>{ words }</button> }
    };
    let seq = message.entry.seq;
    let reaction = |text: &&str| {
        let (on_act, on_close, text) = (on_act.clone(), on_close.clone(), (*text).to_owned());
        let label = words::react_with(&text);
        let onclick = {
            let text = text.clone();
            move |event: MouseEvent| {
                event.stop_propagation();
                on_close.emit(());
                on_act.emit(Act::React(seq, text.clone()));
            }
        };
        html! { <button type="button" role="menuitem" tabindex="-1" aria-label={label} {onclick}>{ text }</button> }
    };
    let has_text = message.text().is_some();
    html! {
        <div class="menu" role="menu" aria-label={words::actions()} ref={menu} {onkeydown} {onfocusout}>
            <div class="choices" role="group">{ for REACTIONS.iter().map(reaction) }</div>
            { item(words::reply(), Act::Reply(seq)) }
            if *mine && has_text { { item(words::edit(), Act::Edit(seq)) } }
            if has_text { { item(words::copy_text(), Act::CopyText(seq)) } }
            { item(words::copy_link(), Act::CopyLink(seq)) }
            if *mine { { item(words::delete(), Act::Delete(seq)) } }
        </div>
    }
}

/// Moves the focus among the items: `to` tells where to, from where it is and how many there are.
fn step(menu: &yew::NodeRef, to: impl Fn(u32, u32) -> u32) {
    let Some(menu) = menu.cast::<Element>() else { return };
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else { return };
    let active = menu.owner_document().and_then(|document| document.active_element());
    let at = (0..items.length()).find(|at| items.get(*at).as_ref() == active.as_ref().map(AsRef::as_ref));
    let next = match at {
        Some(at) => to(at, items.length()),
        None => 0,
    };
    if let Some(item) = items.get(next).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        drop(item.focus());
    }
}
