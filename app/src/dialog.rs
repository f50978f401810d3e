//! What is shown over everything else, until it is closed: the browser's own modal dialog, which keeps the focus in it,
//! closes at Escape, and gives the focus back to where it came from.

pub(crate) mod find_room;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod shortcuts;

use web_sys::{HtmlDialogElement, KeyboardEvent};
use yew::{Callback, Event, Html, MouseEvent, Properties, component, html, use_effect_with, use_node_ref};

use crate::{icons, keys, words};

#[derive(Properties, PartialEq)]
pub(crate) struct DialogProps {
    pub(crate) title: String,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

/// A dialog over everything else.
#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    use_effect_with((), {
        let dialog = dialog.clone();
        move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // It fails only for one that is open already.
                drop(dialog.show_modal());
            }
        }
    });
    let close = {
        let dialog = dialog.clone();
        move |_: MouseEvent| {
            // The browser gives the focus back, and tells by `close`.
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        }
    };
    let onkeydown = |event: KeyboardEvent| {
        // The Escape of an input method is none of the dialog's.
        if event.key() == "Escape" && keys::belongs_to_input_method(&event) {
            event.prevent_default();
        }
    };
    let onclose = props.on_close.reform(|_: Event| ());
    html! {
        <dialog ref={dialog} aria-labelledby="dialog-title" {onclose} {onkeydown}>
            <div class="dialog-head">
                <h2 id="dialog-title">{ props.title.clone() }</h2>
                <button type="button" class="plain" aria-label={words::close()} onclick={close}>{ icons::close() }</button>
            </div>
            { props.children.clone() }
        </dialog>
    }
}
